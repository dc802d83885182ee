//! Instants and lengths of time in the words people read; knows no clock.

use jiff::tz::TimeZone;

/// An instant; written as RFC 3339 in UTC.
pub type Timestamp = jiff::Timestamp;

/// `2026-06-13T06:27:57Z`, cut to the second.
pub fn iso(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `06:27:57Z`, cut to the second.
pub fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M:%SZ").to_string()
}

/// `2026-06-13`.
pub fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

/// A length of time in whole seconds as people say it: `51 s`, `1 min 36 s`, `10 min 3 s`, `2 h 5 min`,
/// `3 d 4 h`, the last figure rounded. The sign is dropped: the words around it say "before" or "after".
pub fn human_length(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let two = |large: u64, large_unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{large} {large_unit}"),
        _ => format!("{large} {large_unit} {small} {small_unit}"),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        3600..86_370 => {
            let minutes = (seconds + 30) / 60;
            two(minutes / 60, "h", minutes % 60, "min")
        }
        _ => {
            let hours = (seconds + 1800) / 3600;
            two(hours / 24, "d", hours % 24, "h")
        }
    }
}

/// Unix seconds as servers give them; 0 and less mean "never", as Drone and Gitea use them.
pub fn from_unix(seconds: i64) -> Option<Timestamp> {
    if seconds <= 0 {
        return None;
    }
    Timestamp::from_second(seconds).ok()
}

/// An RFC 3339 instant; the zero times of Gitea (`0001-01-01…`, `1970-01-01T00:00:00Z`) mean "never".
pub fn from_rfc3339(text: &str) -> Option<Timestamp> {
    text.trim().parse::<Timestamp>().ok().filter(|at| at.as_second() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_lengths_as_people_do() {
        for (seconds, words) in [
            (0, "0 s"),
            (51, "51 s"),
            (96, "1 min 36 s"),
            (603, "10 min 3 s"),
            (-120, "2 min"),
            (7500, "2 h 5 min"),
            (5031, "1 h 24 min"),
            (86_399, "1 d"),
            (273_600, "3 d 4 h"),
        ] {
            assert_eq!(human_length(seconds), words);
        }
    }

    #[test]
    fn zero_times_mean_never() {
        assert_eq!(from_unix(0), None);
        assert_eq!(from_rfc3339("0001-01-01T00:00:00Z"), None);
        assert_eq!(from_rfc3339("1970-01-01T00:00:00Z"), None);
        assert!(
            from_rfc3339("2026-06-13T08:13:02+02:00").is_some_and(|at| iso(at) == "2026-06-13T06:13:02Z")
        );
    }
}
