//! What a time without a zone means where this program runs. Knows no trust file.

use dossier_shared::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Dst, TimeZone};

/// The instant of a local time, as OpenSSH has it: in the zone's standard time, also in summer.
pub(crate) fn standard_time(time: DateTime) -> Option<Timestamp> {
    in_zone(&TimeZone::system(), time)
}

fn in_zone(zone: &TimeZone, time: DateTime) -> Option<Timestamp> {
    let instant = zone.to_timestamp(time).ok()?;
    if zone.to_offset_info(instant).dst() == Dst::No {
        return Some(instant);
    }
    // The nearest stretch of standard time says how far the zone is from UTC.
    let before = zone.preceding(instant).find(|transition| transition.dst() == Dst::No);
    let after = || zone.following(instant).find(|transition| transition.dst() == Dst::No);
    let standard = before.or_else(after)?;
    standard.offset().to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_is_read_in_standard_time() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        for (local, expected) in [
            ("2026-01-10T00:00:00", "2026-01-09T23:00:00Z"),
            ("2026-07-01T00:00:00", "2026-06-30T23:00:00Z"),
            ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
            ("2026-10-25T02:30:00", "2026-10-25T01:30:00Z"),
        ] {
            let found = in_zone(&zone, local.parse().expect("a time")).map(|at| at.to_string());
            assert_eq!(found.as_deref(), Some(expected), "{local}");
        }
    }
}
