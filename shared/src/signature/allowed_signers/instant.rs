//! The times of `valid-after` and `valid-before`; knows no clock and no zone of its own.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::time::Timestamp;

/// How a time without a zone is to be read where the reader is; none where nobody can tell.
pub type LocalTime<'a> = Option<&'a dyn Fn(DateTime) -> Option<Timestamp>>;

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`; in UTC with a `Z` or `UTC` at its end, else in local time.
pub(super) fn parse(text: &str, local: LocalTime<'_>) -> Result<Timestamp, String> {
    let error = || format!("{text:?} is no time of the form YYYYMMDD[HHMM[SS]]Z after 1970");
    let without = |zone: &str| {
        let (digits, end) = text.split_at_checked(text.len().checked_sub(zone.len())?)?;
        end.eq_ignore_ascii_case(zone).then_some(digits)
    };
    let utc = without("Z").or_else(|| without("UTC"));
    let time = civil(utc.unwrap_or(text)).ok_or_else(error)?;
    let instant = match (utc, local) {
        (Some(_), _) => TimeZone::UTC.to_timestamp(time).ok(),
        (None, Some(local)) => local(time),
        // FORMAT §8.3: it would depend on where it is read.
        (None, None) => {
            return Err(format!(
                "{text:?} has no zone, and what is local is not known here; write it in UTC with a Z at its end"
            ));
        }
    };
    instant.filter(|at| at.as_second() > 0).ok_or_else(error)
}

fn civil(digits: &str) -> Option<DateTime> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 8 | 12 | 14) {
        return None;
    }
    let padded = format!("{digits:0<14}");
    let number = |from: usize, to: usize| padded.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize, to: usize| i8::try_from(number(from, to)?).ok();
    DateTime::new(number(0, 4)?, small(4, 6)?, small(6, 8)?, small(8, 10)?, small(10, 12)?, small(12, 14)?, 0)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let two_hours_east = |time: DateTime| TimeZone::fixed(jiff::tz::offset(2)).to_timestamp(time).ok();
        let found = match parse(text, Some(&two_hours_east)) {
            Ok(at) => at.to_string(),
            Err(error) => error,
        };
        assert!(found.contains(expected), "{text}: {found}");
    }

    #[test]
    fn reads_what_openssh_reads() {
        check("20260613Z", "2026-06-13T00:00:00Z");
        check("202606130638z", "2026-06-13T06:38:00Z");
        check("20260613063801utc", "2026-06-13T06:38:01Z");
        check("202606130638", "2026-06-13T04:38:00Z");
        for wrong in [
            "",
            "Z",
            "2026061Z",
            "20260613T0638Z",
            "20260230Z",
            "20261301Z",
            "202606132460Z",
            "19700101Z",
            "Ü60613Z",
            "2026-06-13Z",
        ] {
            check(wrong, "is no time");
        }
    }

    #[test]
    fn knows_no_local_time_of_its_own() {
        assert!(parse("20260613", None).is_err_and(|error| error.contains("has no zone")));
        assert!(parse("20260613", Some(&|_| None)).is_err_and(|error| error.contains("is no time")));
    }
}
