//! Times, sizes and counts as people read them; knows nothing about what they measure.

use dossier_shared::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `13 June 2026, 06:41 UTC`.
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{}, {} UTC", day(at), minute(at))
}

/// `13 Jun 06:27`.
pub(crate) fn day_and_clock(at: Timestamp) -> String {
    format!("{} {}", short_day(at), minute(at))
}

/// `13 Jun 06:27:57`.
pub(crate) fn day_and_second(at: Timestamp) -> String {
    format!("{} {}", short_day(at), second(at))
}

/// `13 June 2026`.
pub(crate) fn day(at: Timestamp) -> String {
    let utc = utc(at);
    format!("{} {} {}", utc.day(), month(utc), utc.year())
}

/// `12–13 June 2026`, or both days in full.
pub(crate) fn days(first: Timestamp, last: Timestamp) -> String {
    let (from, to) = (utc(first), utc(last));
    if from.date() == to.date() {
        return day(first);
    }
    if (from.year(), from.month()) == (to.year(), to.month()) {
        return format!("{}–{}", from.day(), day(last));
    }
    format!("{} – {}", day(first), day(last))
}

/// `13 Jun`.
pub(crate) fn short_day(at: Timestamp) -> String {
    let utc = utc(at);
    let month: String = month(utc).chars().take(3).collect();
    format!("{} {month}", utc.day())
}

/// `06:27`.
pub(crate) fn minute(at: Timestamp) -> String {
    let utc = utc(at);
    format!("{:02}:{:02}", utc.hour(), utc.minute())
}

/// `06:27:57`.
pub(crate) fn second(at: Timestamp) -> String {
    format!("{}:{:02}", minute(at), utc(at).second())
}

fn utc(at: Timestamp) -> DateTime {
    Offset::UTC.to_datetime(at)
}

fn month(at: DateTime) -> &'static str {
    MONTHS.get(at.month() as usize - 1).copied().unwrap_or_default()
}

/// `512 B`, `4.1 KB`, `23 MB`; powers of ten.
pub(crate) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "B";
    for larger in ["KB", "MB", "GB", "TB"] {
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    if unit == "B" || value >= 9.95 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}

/// A length of time to the millisecond where it is short: `0.31 s`, `48 s`, `1 min 36 s`.
pub(crate) fn length(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "unknown".into();
    }
    if seconds.abs() < 10.0 {
        return format!("{seconds:.2} s");
    }
    dossier_shared::time::human_length(seconds.round() as i64)
}

/// `1 build`, `7 builds`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// `12 345` with thin spaces, as the figures of long tables are read.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() <= 4 {
        return digits;
    }
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number in a sentence: small ones as words.
pub(crate) fn in_words(number: u64) -> String {
    const WORDS: [&str; 13] = [
        "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    WORDS.get(number as usize).map_or_else(|| grouped(number), |word| (*word).to_owned())
}

/// The first letter as a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A fragment as a sentence: a capital where it begins with a plain word, and a full stop.
pub(crate) fn sentence(fragment: &str) -> String {
    let fragment = fragment.trim();
    if fragment.is_empty() {
        return String::new();
    }
    let first = fragment.split([' ', ',', ';', ':']).next().unwrap_or_default();
    let is_word = first.chars().all(|letter| letter.is_alphabetic() || letter == '-');
    let begun = if is_word { capital(fragment) } else { fragment.to_owned() };
    if begun.ends_with(['.', '!', '?', '…']) { begun } else { format!("{begun}.") }
}

/// `d88f5801`: a commit as reviewers write it.
pub(crate) fn short_commit(sha: &str) -> String {
    sha.chars().take(8).collect()
}

/// The middle of a long machine name cut out: `SHA256:kq3fVw…Ls9Zc`.
pub(crate) fn fingerprint(full: &str) -> String {
    let letters: Vec<char> = full.chars().collect();
    if letters.len() <= 20 {
        return full.to_owned();
    }
    let head: String = letters[..13].iter().collect();
    let tail: String = letters[letters.len() - 5..].iter().collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_two_figures_that_matter() {
        for (bytes, words) in
            [(0, "0 B"), (999, "999 B"), (4_096, "4.1 KB"), (23_400_000, "23 MB"), (999_950, "1.0 MB")]
        {
            assert_eq!(size(bytes), words);
        }
    }

    #[test]
    fn counts_are_grouped_and_said() {
        assert_eq!(count(1, "build", "builds"), "1 build");
        assert_eq!(grouped(1234567), "1\u{202f}234\u{202f}567");
        assert_eq!(grouped(1234), "1234");
        assert_eq!(in_words(3), "three");
        assert_eq!(in_words(42), "42");
        assert_eq!(capital("all three"), "All three");
    }

    #[test]
    fn fragments_become_sentences() {
        assert_eq!(sentence("build 612 started"), "Build 612 started.");
        assert_eq!(sentence("compose.yml: file gone"), "compose.yml: file gone.");
        assert_eq!(sentence("A cause."), "A cause.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn moments_are_said_in_utc() {
        let at: Timestamp = "2026-06-13T06:27:57Z".parse().expect("an instant");
        assert_eq!(moment(at), "13 June 2026, 06:27 UTC");
        assert_eq!(day_and_second(at), "13 Jun 06:27:57");
        assert_eq!(days(at, at), "13 June 2026");
        let later = "2026-06-15T00:00:00Z".parse().expect("an instant");
        assert_eq!(days(at, later), "13–15 June 2026");
        let much_later = "2026-07-01T00:00:00Z".parse().expect("an instant");
        assert_eq!(days(at, much_later), "13 June 2026 – 1 July 2026");
        assert_eq!(length(0.314), "0.31 s");
        assert_eq!(length(96.0), "1 min 36 s");
    }
}
