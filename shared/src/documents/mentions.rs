//! Words that point at evidence: builds, pull requests, commits, times, lengths, levels, flags, paths.
//!
//! It knows how people write them and nothing of what they are compared with.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use regex_lite::{Captures, Regex};

use crate::time::Timestamp;

mod hints;

use hints::Hints;

/// Something that a text names, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What it is.
    pub what: What,
}

/// What is named.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A build or run by number: `build #612`, `Builds 515, 517`, `Drone 750+754`, `run 750`.
    Build(u64),
    /// A range of builds that somebody looked at: `#515–#585`.
    BuildRange(u64, u64),
    /// A pull request: `PR#4`, `PR 4`, `pulls/4`.
    Pull(u64),
    /// `#4` with no word before it: a build, a pull request or a comment.
    Number(u64),
    /// A comment by its id: `comment #14506`, `…#issuecomment-14506`.
    Comment(u64),
    /// 7 to 40 hex digits that look like a commit.
    Commit(String),
    /// An instant, or part of one.
    Time(Moment),
    /// A day alone.
    Day(Date),
    /// A length of time in seconds; `coarse` when only whole minutes or hours are given.
    Length {
        /// Seconds.
        seconds: i64,
        /// What the last written figure is worth, in seconds.
        unit: i64,
    },
    /// `key=value`.
    Pair {
        /// Key.
        key: String,
        /// Value without quotes.
        value: String,
    },
    /// `L5`, `L5/5`, `level 5`, `level=5 of 5`.
    Level {
        /// Reached.
        level: u64,
        /// Out of.
        of: Option<u64>,
    },
    /// A network range such as `10.10.0.0/16`.
    Subnet(String),
    /// A path with a folder, or a file with an extension.
    Path(String),
}

/// A time as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day, where written.
    pub date: Option<Date>,
    /// Hour.
    pub hour: i8,
    /// Minute.
    pub minute: i8,
    /// Second, where written.
    pub second: Option<i8>,
    /// The last second of a range such as `06:14:50–53Z`.
    pub until_second: Option<i8>,
    /// How far east of UTC its clock is, in minutes: 120 for `+02:00`.
    pub east_minutes: i64,
    /// Whether `~` stands before it.
    pub about: bool,
}

impl Moment {
    /// The instants it may mean, first and last, when a day is written or inherited.
    ///
    /// To the minute it means the whole minute; `~` allows 5 min, 15 when the figure is round.
    pub fn window(&self, inherited: Option<Date>) -> Option<(Timestamp, Timestamp)> {
        let date = self.date.or(inherited)?;
        let at = |second: i8| {
            let civil =
                DateTime::new(date.year(), date.month(), date.day(), self.hour, self.minute, second, 0);
            civil.ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
        };
        let first = at(self.second.unwrap_or(0))?;
        let last = at(self.until_second.or(self.second).unwrap_or(59))?;
        let slack = match (self.about, self.second) {
            (true, None) if self.minute % 15 == 0 => 15 * 60,
            (true, _) => 5 * 60,
            (false, Some(_)) => SAME_CLOCK_SECONDS,
            (false, None) => 0,
        };
        let slack = jiff::SignedDuration::from_secs(slack);
        let east = jiff::SignedDuration::from_mins(self.east_minutes);
        let first = first.checked_sub(east).ok()?.checked_sub(slack).ok()?;
        Some((first, last.checked_sub(east).ok()?.checked_add(slack).ok()?))
    }

    /// The instant it names, at its first second.
    pub fn instant(&self, inherited: Option<Date>) -> Option<Timestamp> {
        let exact =
            Moment { about: false, second: Some(self.second.unwrap_or(0)), until_second: None, ..*self };
        let (first, _) = exact.window(inherited)?;
        first.checked_add(jiff::SignedDuration::from_secs(SAME_CLOCK_SECONDS)).ok()
    }
}

/// Whether a length of `real` seconds may be written as `said`, the last figure being worth `unit` seconds: cut or
/// rounded, so less than a whole unit more, or a quarter less.
pub fn length_fits(real: i64, said: i64, unit: i64) -> bool {
    let over = real - said;
    said > 0 && -(unit / 4).max(1) <= over && over < unit.max(2)
}

/// A copied machine time may be rounded, never more.
const SAME_CLOCK_SECONDS: i64 = 1;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("a fixed pattern: {error}"))
}

struct Pattern {
    /// Hints without which a text cannot match: looked up before the pattern is tried.
    needs: Hints,
    regex: Regex,
    read: fn(&Captures<'_>) -> Option<Vec<Mention>>,
}

/// In order of precedence: what an earlier pattern took, a later one leaves alone.
static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let pattern = |needs: Hints, text: &str, read| Pattern { needs, regex: regex(text), read };
    vec![
        pattern(Hints::ADDRESS, r"\bhttps?://[^\s<>()\[\]`\x22'|]+", address),
        pattern(Hints::PAIR, r"\b([A-Za-z_][A-Za-z0-9_.]*)=('[^']*'|\x22[^\x22]*\x22|[^\s,;()`]+)", pair),
        pattern(
            Hints::CLOCK.and(Hints::DAY),
            r"(~)?\b(\d{4})-(\d{2})-(\d{2})[T ](~)?(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:([+-]\d{2}:?\d{2})\b|[–-](\d{2})Z|Z)?(\s?[A-Z]{2,4}T\b)?",
            full_time,
        ),
        pattern(
            Hints::CLOCK,
            r"(~)?\b()()()T?()(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:([+-]\d{2}:\d{2})\b|[–-](\d{2})Z\b|Z\b|\s?UTC\b)",
            full_time,
        ),
        pattern(Hints::DAY, r"\b(\d{4})-(\d{2})-(\d{2})\b", day),
        pattern(
            Hints::MONTH,
            r"\b(\d{1,2})\s(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\s(\d{4})\b",
            worded_day,
        ),
        pattern(Hints::SUBNET, r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/\d{1,2}\b", subnet),
        pattern(Hints::HASHES, r"#(\d+)\s?[–-]\s?#(\d+)", range),
        pattern(
            Hints::BUILD.and(Hints::RANGE),
            r"(?i)\b(?:builds?|runs?|drone)(?: builds?)?\s+#?(\d+)\s?(?:[–-]|\.\.\.?|…)\s?#?(\d+)\b",
            range,
        ),
        pattern(
            Hints::BUILD,
            r"(?i)\b(?:builds?|runs?|drone)(?: builds?)?\s+#?\d+(?:(?:\s*(?:,|/|\+|&|and)\s*)+#?\d+\b)*",
            builds,
        ),
        pattern(Hints::COMMENT, r"(?i)\bcomments?\s+(?:id\s+)?#?(\d{3,})\b", comment),
        pattern(Hints::PULL, r"\bPRs?\s?#?(\d+)|\bpulls?/(\d+)", pull),
        pattern(Hints::HASH, r"#(\d+)\b", number),
        pattern(
            Hints::LEVEL,
            r"(?i)\blevel\s*[=:]?\s*(\d+)(?:\s*(?:/|of)\s*(\d+))?|\bL(\d)(?:/(?:L)?(\d))?\b",
            level,
        ),
        pattern(
            Hints::LONG,
            r"\b(\d+)\s?h(?:ours?|rs?)?\s?(\d+)\s?m(?:in(?:utes?)?)?\b|\b(\d+)\s?m(?:in(?:utes?)?)?\s?(\d+)\s?s(?:ec(?:onds?)?)?\b",
            two_part_length,
        ),
        pattern(
            Hints::LENGTH,
            r"\b(\d+(?:\.\d+)?)\s?(s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?)\b",
            length,
        ),
        pattern(Hints::COMMIT, r"\b[0-9a-f]{7,40}\b", commit),
        pattern(
            Hints::PATH,
            r"(?:\.{0,2}/)?[A-Za-z0-9_.@-]+(?:/[A-Za-z0-9_.@*-]+)+|\b[A-Za-z0-9_][A-Za-z0-9_.-]*\.(?:md|json|ya?ml|toml|xml|svg|png|txt|log|py|rs|sh|sqlite|db)\b",
            path,
        ),
    ]
});

/// Everything that `text` names, in order of place.
pub fn mentions(text: &str) -> Vec<Mention> {
    let hints = Hints::of(text);
    let mut found: Vec<Mention> = Vec::new();
    let mut taken = vec![false; text.len()];
    for pattern in PATTERNS.iter() {
        if !hints.hold(pattern.needs) {
            continue;
        }
        let mut fresh = Vec::new();
        for captures in pattern.regex.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            let is_free = |span: Range<usize>| taken.get(span).is_some_and(|bytes| !bytes.contains(&true));
            let mut read = (pattern.read)(&captures).unwrap_or_default();
            if !is_free(whole.range()) {
                // "build 43, 10:25:19Z": the list ends before what is something else.
                let free = read.iter().take_while(|mention| is_free(mention.span.clone())).count();
                read.truncate(if free < read.len() { free } else { 0 });
            } else if counts_behind(whole.as_str(), text.get(whole.end()..).unwrap_or("")) {
                read.truncate(1);
            }
            fresh.extend(read);
        }
        for mention in &fresh {
            if let Some(bytes) = taken.get_mut(mention.span.clone()) {
                bytes.fill(true);
            }
        }
        found.append(&mut fresh);
    }
    found.sort_by_key(|mention| (mention.span.start, mention.span.end));
    date_times(text, &mut found);
    found
}

/// "run 39, 20 passed": the second number counts tests and is no build's.
fn counts_behind(list: &str, rest: &str) -> bool {
    let one = list.get(..6).is_some_and(|noun| {
        noun.eq_ignore_ascii_case("build ")
            || noun.get(..4).is_some_and(|noun| noun.eq_ignore_ascii_case("run "))
    });
    let only_commas = list.contains(',') && !list.contains(['/', '+', '&', '#']) && !list.contains("and");
    let counted = [" passed", " failed", " skipped", " tests", " cases", " errors", " of "];
    one && only_commas && counted.iter().any(|word| rest.starts_with(word))
}

/// `05:38Z on 2026-06-13`, `2026-06-13 at 05:38Z`: a time takes the day written beside it.
fn date_times(text: &str, found: &mut [Mention]) {
    let days: Vec<(Range<usize>, Date)> = found
        .iter()
        .filter_map(|mention| match mention.what {
            What::Day(day) => Some((mention.span.clone(), day)),
            _ => None,
        })
        .collect();
    for mention in found.iter_mut() {
        let What::Time(moment) = &mut mention.what else { continue };
        if moment.date.is_some() {
            continue;
        }
        let behind = days.partition_point(|(span, _)| span.start < mention.span.end);
        let between = |from: usize, until: usize| text.get(from..until).unwrap_or("?");
        let after = days.get(behind).filter(|(day, _)| between(mention.span.end, day.start) == " on ");
        let before = behind.checked_sub(1).and_then(|last| days.get(last)).filter(|(day, _)| {
            matches!(between(day.end, mention.span.start), " at " | ", " | " @" | " @ " | " ")
        });
        moment.date = after.or(before).map(|(_, day)| *day);
    }
}

fn one(captures: &Captures<'_>, what: What) -> Option<Vec<Mention>> {
    captures.get(0).map(|whole| vec![Mention { span: whole.range(), what }])
}

fn group<T: std::str::FromStr>(captures: &Captures<'_>, index: usize) -> Option<T> {
    captures.get(index)?.as_str().parse().ok()
}

fn pair(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    let whole = captures.get(0)?;
    let raw = captures.get(2)?.as_str();
    let value = raw.trim_end_matches(['.', ':', '!', '?', '*', '`', ']']);
    let key = captures.get(1)?.as_str().to_owned();
    let span = whole.start()..whole.end() - (raw.len() - value.len());
    let value = value.trim_matches(['\'', '"']).to_owned();
    (!value.is_empty()).then(|| vec![Mention { span, what: What::Pair { key, value } }])
}

fn full_time(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    let date = match captures.get(2).map(|year| year.as_str()) {
        None | Some("") => None,
        Some(_) => Some(Date::new(group(captures, 2)?, group(captures, 3)?, group(captures, 4)?).ok()?),
    };
    // "CEST" and its kin mean different things in different places.
    if captures.get(11).is_some() {
        return None;
    }
    let about = [1, 5].into_iter().any(|g| captures.get(g).is_some_and(|tilde| tilde.as_str() == "~"));
    let moment = Moment {
        date,
        hour: group(captures, 6)?,
        minute: group(captures, 7)?,
        second: group(captures, 8),
        until_second: group(captures, 10),
        east_minutes: captures.get(9).map_or(Some(0), |offset| east_minutes(offset.as_str()))?,
        about,
    };
    let sound = moment.hour < 24 && moment.minute < 60 && moment.second.unwrap_or(0) < 60;
    sound.then(|| one(captures, What::Time(moment)))?
}

/// `+02:00` or `-0530` in minutes.
fn east_minutes(offset: &str) -> Option<i64> {
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    Some(if offset.starts_with('-') { -minutes } else { minutes })
}

fn day(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    let date = Date::new(group(captures, 1)?, group(captures, 2)?, group(captures, 3)?).ok()?;
    one(captures, What::Day(date))
}

fn worded_day(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let month = MONTHS.find(captures.get(2)?.as_str())? / 3 + 1;
    let date = Date::new(group(captures, 3)?, i8::try_from(month).ok()?, group(captures, 1)?).ok()?;
    one(captures, What::Day(date))
}

/// What an address points at: a comment, a pull request, a commit or a build; else its path.
fn address(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    let whole = captures.get(0)?;
    let address = whole.as_str().trim_end_matches(['.', ',', ':', ';', '!', '*', '_']);
    let span = whole.start()..whole.start() + address.len();
    let (_, rest) = address.split_once("://")?;
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let rest = rest.split('?').next().unwrap_or(rest);
    let mut segments = rest.split('/');
    let host = segments.next()?;
    let segments: Vec<&str> = segments.filter(|segment| !segment.is_empty()).collect();
    let after = |names: [&str; 2]| {
        let at = segments.iter().position(|segment| names.contains(segment))?;
        segments.get(at + 1).copied()
    };
    let what = match fragment.strip_prefix("issuecomment-").and_then(|id| id.parse().ok()) {
        Some(id) => What::Comment(id),
        None => match (after(["pulls", "pull"]), after(["commit", "commits"]), after(["builds", "build"])) {
            (Some(number), _, _) if number.parse::<u64>().is_ok() => What::Pull(number.parse().ok()?),
            (_, Some(sha), _) if sha.len() >= 7 && sha.bytes().all(|b| b.is_ascii_hexdigit()) => {
                What::Commit(sha.to_ascii_lowercase())
            }
            (_, _, Some(number)) if number.parse::<u64>().is_ok() => What::Build(number.parse().ok()?),
            // Drone's own pages: `drone.example.org/owner/name/612`.
            _ => match segments.get(2).and_then(|number| number.parse().ok()) {
                Some(number) if host.contains("drone") || host.starts_with("ci.") => What::Build(number),
                _ => What::Path(rest.to_owned()),
            },
        },
    };
    Some(vec![Mention { span, what }])
}

fn comment(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    one(captures, What::Comment(group(captures, 1)?))
}

fn subnet(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    one(captures, What::Subnet(captures.get(0)?.as_str().to_owned()))
}

fn range(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    let (from, until): (u64, u64) = (group(captures, 1)?, group(captures, 2)?);
    one(captures, What::BuildRange(from.min(until), from.max(until)))
}

fn builds(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"#?(\d+)"));
    let whole = captures.get(0)?;
    let mentions = NUMBER.captures_iter(whole.as_str()).filter_map(|number| {
        let at = number.get(0)?;
        let span = whole.start() + at.start()..whole.start() + at.end();
        Some(Mention { span, what: What::Build(group(&number, 1)?) })
    });
    Some(mentions.collect())
}

fn pull(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    one(captures, What::Pull(group(captures, 1).or_else(|| group(captures, 2))?))
}

fn number(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    one(captures, What::Number(group(captures, 1)?))
}

fn level(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    let level = group(captures, 1).or_else(|| group(captures, 3))?;
    one(captures, What::Level { level, of: group(captures, 2).or_else(|| group(captures, 4)) })
}

fn two_part_length(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    let (seconds, slack) = match (group::<i64>(captures, 1), group::<i64>(captures, 2)) {
        (Some(hours), Some(minutes)) => (hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?, 60),
        _ => (group::<i64>(captures, 3)?.checked_mul(60)?.checked_add(group(captures, 4)?)?, 1),
    };
    one(captures, What::Length { seconds, unit: slack })
}

fn length(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    let unit: i64 = match captures.get(2)?.as_str().chars().next()? {
        's' => 1,
        'm' => 60,
        _ => 3600,
    };
    let figure = captures.get(1)?.as_str();
    let (whole, decimals) = figure.split_once('.').unwrap_or((figure, ""));
    let mut seconds = whole.parse::<i64>().ok()?.checked_mul(unit)?;
    let mut worth = unit;
    for digit in decimals.bytes().take(3) {
        worth /= 10;
        seconds = seconds.checked_add(i64::from(digit - b'0') * worth)?;
    }
    one(captures, What::Length { seconds, unit: worth.max(1) })
}

fn commit(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    let sha = captures.get(0)?.as_str();
    let mixed = sha.contains(|c: char| c.is_ascii_digit()) && sha.contains(|c: char| c.is_ascii_lowercase());
    mixed.then(|| one(captures, What::Commit(sha.to_owned())))?
}

fn path(captures: &Captures<'_>) -> Option<Vec<Mention>> {
    one(captures, What::Path(captures.get(0)?.as_str().trim_end_matches('.').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let said: Vec<String> = mentions(text)
            .into_iter()
            .map(|mention| match mention.what {
                What::Build(n) => format!("build {n}"),
                What::BuildRange(a, b) => format!("builds {a} to {b}"),
                What::Pull(n) => format!("pull {n}"),
                What::Number(n) => format!("#{n}"),
                What::Comment(id) => format!("comment {id}"),
                What::Commit(sha) => format!("commit {sha}"),
                What::Time(m) => format!(
                    "{}{}{:02}:{:02}{}{}",
                    if m.about { "~" } else { "" },
                    m.date.map(|d| format!("{d} ")).unwrap_or_default(),
                    m.hour,
                    m.minute,
                    m.second.map(|s| format!(":{s:02}")).unwrap_or_default(),
                    m.until_second.map(|s| format!("-{s:02}")).unwrap_or_default()
                ),
                What::Day(day) => format!("day {day}"),
                What::Length { seconds, .. } => format!("{seconds} s"),
                What::Pair { key, value } => format!("{key}={value}"),
                What::Level { level, of } => format!("level {level} of {of:?}"),
                What::Subnet(net) => format!("net {net}"),
                What::Path(path) => format!("path {path}"),
            })
            .collect();
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn builds_and_pull_requests() {
        check("Builds 515, 517, 519, 557: all", &["build 515", "build 517", "build 519", "build 557"]);
        check("Builds 515/517 were L0", &["build 515", "build 517", "level 0 of None"]);
        check("builds #557, #578, #585", &["build 557", "build 578", "build 585"]);
        check("Builds #557 and #578 both", &["build 557", "build 578"]);
        check("Drone 750+754", &["build 750", "build 754"]);
        check("builds #515–#585", &["builds 515 to 585"]);
        check("PR#4, PR #5, PR6", &["pull 4", "pull 5", "pull 6"]);
        check("`GET /api/v1/repos/o/n/pulls/3`", &["pull 3"]);
        check("Same sha: #578 failed", &["#578"]);
        check("builds 515–519, runs 1 - 3", &["builds 515 to 519", "builds 1 to 3"]);
        check("comment #14506 on PR#4", &["comment 14506", "pull 4"]);
        check(
            "https://git.example/o/n/pulls/4#issuecomment-14506 https://git.example/o/n/pulls/4.",
            &["comment 14506", "pull 4"],
        );
        check("https://drone.example/o/ci/612/1/3", &["build 612"]);
        check(
            "https://ci.example/runs/612/badge.svg, https://git.example/o/n/commit/D88F5801",
            &["path ci.example/runs/612/badge.svg", "commit d88f5801"],
        );
    }

    #[test]
    fn times_and_lengths() {
        check("PASS @2026-06-13T06:38Z", &["2026-06-13 06:38"]);
        check("Ran at ~04:14Z (84 min before)", &["~04:14", "5040 s"]);
        check("@~2026-05-28 04:35Z", &["~2026-05-28 04:35"]);
        check("custom: 06:14:50–53Z", &["06:14:50-53"]);
        check("T14:23:42Z", &["14:23:42"]);
        check("dated 2026-06-12,", &["day 2026-06-12"]);
        check("(1m36s from start) 51s, 2 h", &["96 s", "51 s", "7200 s"]);
        check("25:00Z 12:61Z", &[]);
        check("2026-06-13 08:13 CEST", &["day 2026-06-13"]);
        check("fixed at 05:38Z on 2026-06-13", &["2026-06-13 05:38", "day 2026-06-13"]);
        check("on 12 June 2026 at 05:38Z", &["day 2026-06-12", "2026-06-12 05:38"]);
        check("45.3 s, 1.5 h, 1 min 54 s", &["45 s", "5400 s", "114 s"]);
    }

    #[test]
    fn values() {
        check("RECIPE=ghost REF=d88f5801", &["RECIPE=ghost", "REF=d88f5801"]);
        check("(with UpdateStatus='paused')", &["UpdateStatus=paused"]);
        check("clean_teardown=true, no_secret_leak=true.", &["clean_teardown=true", "no_secret_leak=true"]);
        check("PR#4 (d88f5801)", &["pull 4", "commit d88f5801"]);
        check(
            "L5/5, level 5/5, level 5, L1",
            &["level 5 of Some(5)", "level 5 of Some(5)", "level 5 of None", "level 1 of None"],
        );
        check("10.10.0.0/16", &["net 10.10.0.0/16"]);
        check("/tmp/x/compose.yml and plan-a.md", &["path /tmp/x/compose.yml", "path plan-a.md"]);
    }

    /// Every text that a pattern matches raises the hints that it needs.
    #[test]
    fn no_hint_is_missing() {
        const PIECES: &[&str] = &[
            "https://a.b/c",
            "k=v",
            "K.a='x'",
            "2026-06-13",
            "T",
            " ",
            "06:13",
            "Z",
            " UTC",
            ":50",
            "+02:00",
            "–",
            "-",
            "12",
            " June ",
            "2026",
            "10.1.0.0/16",
            "#515",
            "#7",
            "builds",
            "Run",
            "DRONE",
            "\t",
            "\n",
            " #",
            "612",
            ", ",
            " and ",
            "…",
            "..",
            "comment",
            "COMMENTS",
            " id ",
            "PR",
            "PRs ",
            "pull/",
            "pulls",
            "level",
            "LEVEL",
            " = ",
            "L5",
            "/5",
            "L",
            "3 s",
            "5m",
            "2h",
            "10 min",
            "1.5",
            " sec",
            "d88f5801",
            "abcdef",
            "0123456",
            "_",
            "a/b",
            "./x/*",
            "x.md",
            "é",
            "(",
            ".",
            "`",
            "|",
            "s",
            "h",
        ];
        let mut seed = 7_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..6 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(PIECES[(seed >> 33) as usize % PIECES.len()]);
            }
            let hints = Hints::of(&text);
            for pattern in PATTERNS.iter().filter(|pattern| !hints.hold(pattern.needs)) {
                assert!(!pattern.regex.is_match(&text), "{text:?} {}", pattern.regex.as_str());
            }
        }
    }

    #[test]
    fn windows() {
        let moment = |text: &str| match mentions(text).into_iter().next().map(|m| m.what) {
            Some(What::Time(moment)) => moment,
            other => panic!("{other:?}"),
        };
        let day = Date::new(2026, 6, 13).ok();
        for (text, first, last) in [
            ("~04:14Z", "2026-06-13T04:09:00Z", "2026-06-13T04:19:59Z"),
            ("~04:00Z", "2026-06-13T03:45:00Z", "2026-06-13T04:15:59Z"),
            ("06:35Z", "2026-06-13T06:35:00Z", "2026-06-13T06:35:59Z"),
            ("06:14:50–53Z", "2026-06-13T06:14:49Z", "2026-06-13T06:14:54Z"),
            ("2026-06-13T08:13:02+02:00", "2026-06-13T06:13:01Z", "2026-06-13T06:13:03Z"),
            ("2026-06-13 01:13-05:00", "2026-06-13T06:13:00Z", "2026-06-13T06:13:59Z"),
        ] {
            let (from, until) = moment(text).window(day).expect("a window");
            assert_eq!((from.to_string().as_str(), until.to_string().as_str()), (first, last), "{text}");
        }
        assert_eq!(moment("06:35Z").window(None), None);
    }
}
