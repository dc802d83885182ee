//! Lengths of time and instants as producers of test reports write them. Knows nothing about XML.

use crate::time::{self, Timestamp};

/// Seconds as producers write them: `0.004`, `1,234.5`, `0,5`, `1.234,5`, `00:01:02.5`.
///
/// None for a negative time, for words such as `<<computed>>`, and for `1,234`, which two producers mean differently.
pub(super) fn seconds(raw: &str) -> Option<f64> {
    let raw = raw.trim();
    let raw = raw.strip_suffix('s').unwrap_or(raw).trim_end();
    if !raw
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b':' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    let seconds = match raw.rsplit_once(':') {
        None => decimal(raw)?,
        Some((larger, seconds)) => {
            let larger = larger.split(':').try_fold((0_f64, 0), |(sum, parts), part| {
                let part: u32 = part.parse().ok()?;
                (parts < 2).then_some((sum * 60.0 + f64::from(part), parts + 1))
            })?;
            larger.0 * 60.0 + decimal(seconds)?
        }
    };
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}

fn decimal(raw: &str) -> Option<f64> {
    let plain = match (raw.rfind(','), raw.rfind('.')) {
        (None, _) => raw.to_owned(),
        (Some(comma), Some(point)) if comma < point => raw.replace(',', ""),
        (Some(_), Some(_)) => raw.replace('.', "").replace(',', "."),
        (Some(comma), None) => {
            let is_ambiguous = raw.len() - comma == 4 && (1..=3).contains(&comma) && !raw.starts_with('0');
            if is_ambiguous || raw.matches(',').count() > 1 {
                return None;
            }
            raw.replace(',', ".")
        }
    };
    plain.parse().ok()
}

/// The instant of a timestamp that says its zone: RFC 3339 and its relatives, `… UTC`, RFC 2822, epoch milliseconds.
pub(super) fn instant(raw: &str) -> Option<Timestamp> {
    if !raw.is_empty() && raw.bytes().all(|byte| byte.is_ascii_digit()) {
        return match raw.len() {
            12..=14 => Timestamp::from_millisecond(raw.parse().ok()?).ok(),
            10 => time::from_unix(raw.parse().ok()?),
            _ => None,
        };
    }
    let in_utc =
        raw.strip_suffix("UTC").or(raw.strip_suffix("GMT")).map(|raw| format!("{}Z", raw.trim_end()));
    time::from_rfc3339(raw)
        .or_else(|| time::from_rfc3339(&in_utc?))
        .or_else(|| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(raw).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::iso;

    fn check_seconds(raw: &str, expected: Option<f64>) {
        assert_eq!(seconds(raw), expected, "{raw}");
    }

    #[test]
    fn reads_lengths_of_time() {
        check_seconds("1,234.5", Some(1234.5));
        check_seconds("1.234,5", Some(1234.5));
        check_seconds("1,234,567.8", Some(1_234_567.8));
        check_seconds("0,5", Some(0.5));
        check_seconds("0,123", Some(0.123));
        check_seconds("1,234", None);
        check_seconds("", None);
        check_seconds("-345345", None);
        check_seconds("NaN", None);
        check_seconds("1e-3", Some(0.001));
        check_seconds("00:01:02.5", Some(62.5));
        check_seconds("1:2:3:4", None);
        check_seconds("1.5s", Some(1.5));
        check_seconds("<<computed>>", None);
        check_seconds("1e999", None);
    }

    fn check_instant(raw: &str, expected: Option<&str>) {
        assert_eq!(instant(raw).map(iso).as_deref(), expected, "{raw}");
    }

    #[test]
    fn reads_instants_that_say_their_zone() {
        check_instant("2026-06-13T06:14:51.200000+00:00", Some("2026-06-13T06:14:51Z"));
        check_instant("2024-01-03 12:27:54Z", Some("2024-01-03T12:27:54Z"));
        check_instant("2024-01-03T12:27:11.21-0100", Some("2024-01-03T13:27:11Z"));
        check_instant("2009-05-18 12:00:01 UTC", Some("2009-05-18T12:00:01Z"));
        check_instant("Sat, 13 Jun 2026 06:14:51 +0200", Some("2026-06-13T04:14:51Z"));
        check_instant("1781331291200", Some("2026-06-13T06:14:51Z"));
        check_instant("2020-09-01T07:11:23.815873", None);
        check_instant("2024-01-03", None);
        check_instant("yesterday", None);
        check_instant("", None);
    }
}
