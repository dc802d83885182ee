//! Other values than the one given, plausible ones first. Knows nothing of entries and pointers.

use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan};
use regex::Regex;
use serde_json::{Map, Value};

/// Words that turn a statement round.
const OPPOSITES: &[(&str, &str)] = &[
    ("success", "failure"),
    ("failure", "success"),
    ("failed", "passed"),
    ("passed", "failed"),
    ("pass", "fail"),
    ("fail", "pass"),
    ("PASS", "FAIL"),
    ("FAIL", "PASS"),
    ("killed", "success"),
    ("error", "success"),
    ("skipped", "failure"),
    ("skip", "fail"),
    ("unver", "pass"),
    ("na", "pass"),
    ("open", "closed"),
    ("closed", "open"),
    ("OPEN", "CLOSED"),
    ("CLOSED", "OPEN"),
    ("CLAIMED", "PASS"),
    ("claimed", "pass"),
    ("merged", "open"),
    ("true", "false"),
    ("false", "true"),
    ("True", "False"),
    ("paused", "completed"),
    ("completed", "paused"),
    ("updating", "completed"),
    ("running", "shutdown"),
];

static INSTANT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?").expect("a pattern"));
static CLOCK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d{2}:\d{2}(?::\d{2})?").expect("a pattern"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d+").expect("a pattern"));
static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z]+").expect("a pattern"));

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Two hours on, then far enough to cross whatever it is compared with.
pub(crate) const SHIFTS: [i64; 3] = [2 * HOUR, 3000 * DAY, -3000 * DAY];

/// Every instant in a text moved by so many seconds; its fraction and zone stay.
pub(crate) fn shifted(text: &str, seconds: i64) -> String {
    INSTANT.replace_all(text, |found: &regex::Captures<'_>| moved(&found[0], seconds)).into_owned()
}

/// `2026-06-13T06:13:02` moved by so many seconds, as it was written.
pub(crate) fn moved(instant: &str, seconds: i64) -> String {
    let separator = if instant.contains('T') { "T" } else { " " };
    let format = if instant.len() > 16 { "%H:%M:%S" } else { "%H:%M" };
    let Ok(at) = instant.replacen(' ', "T", 1).parse::<DateTime>() else { return instant.to_owned() };
    match at.checked_add(SignedDuration::from_secs(seconds)) {
        Ok(at) => at.strftime(&format!("%Y-%m-%d{separator}{format}")).to_string(),
        Err(_) => instant.to_owned(),
    }
}

/// `06:13` or `06:13:02` moved by so many seconds, round the day; none when it is no time of day.
pub(crate) fn moved_clock(clock: &str, seconds: i64) -> Option<String> {
    let at = clock.parse::<jiff::civil::Time>().or_else(|_| format!("{clock}:00").parse()).ok()?;
    let at = at.wrapping_add(seconds.seconds());
    Some(at.strftime(if clock.len() > 5 { "%H:%M:%S" } else { "%H:%M" }).to_string())
}

/// Other texts than `text`; `words` are those of the statement that rests on it.
pub(crate) fn other_texts(text: &str, words: &str) -> Vec<String> {
    let mut others = Vec::new();
    let trimmed = text.trim();
    if INSTANT.is_match(text) {
        others.extend(SHIFTS.iter().map(|seconds| shifted(text, *seconds)));
    }
    if let Some((_, opposite)) = OPPOSITES.iter().find(|(word, _)| *word == trimmed) {
        return vec![(*opposite).to_owned()];
    }
    if is_sha(trimmed) {
        return vec![other_sha(trimmed)];
    }
    if let Ok(number) = trimmed.parse::<u64>() {
        return vec![(number + 1).to_string()];
    }
    // What the statement quotes of it, then every telling word, time and number in it, then all of it.
    if let Some(piece) = shared_piece(text, words) {
        let other: String = piece.chars().map(other_letter).collect();
        others.push(text.replace(&piece, &other));
    }
    others.extend(each(&WORD, text, |word| {
        OPPOSITES.iter().find(|(known, _)| *known == word).map(|(_, opposite)| (*opposite).to_owned())
    }));
    if !INSTANT.is_match(text) {
        others.extend(each(&CLOCK, text, |clock| moved_clock(clock, 2 * HOUR)));
        others.extend(each(&NUMBER, text, |number| Some((number.parse::<u64>().ok()? + 1).to_string())));
    }
    let mut head: String = text.chars().take(1).map(other_letter).collect();
    head.push_str(&text.chars().skip(1).collect::<String>());
    others.push(head);
    others.push("nothing of the kind".to_owned());
    others.retain(|other| other != text);
    others
}

/// One text for every place where `pattern` finds something that has another value, with only that replaced.
fn each(pattern: &Regex, text: &str, other: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let replaced = |found: regex::Match<'_>| {
        let other = other(found.as_str())?;
        Some(format!("{}{other}{}", &text[..found.start()], &text[found.end()..]))
    };
    pattern.find_iter(text).take(24).filter_map(replaced).collect()
}

/// Whether it is a commit's sha, perhaps shortened.
pub(crate) fn is_sha(text: &str) -> bool {
    let is_hex = text.len() >= 7 && text.chars().all(|c| c.is_ascii_hexdigit());
    is_hex && !text.chars().all(|c| c.is_ascii_digit())
}

/// A text in which every number is the next.
pub(crate) fn other_numbers_in(text: &str) -> String {
    let next = |found: &regex::Captures<'_>| {
        found[0].parse::<u64>().map_or_else(|_| found[0].to_owned(), |number| (number + 1).to_string())
    };
    NUMBER.replace_all(text, next).into_owned()
}

/// Another sha of the same length.
pub(crate) fn other_sha(sha: &str) -> String {
    let first = if sha.starts_with('7') { '8' } else { '7' };
    std::iter::once(first).chain(sha.chars().skip(1)).collect()
}

fn other_letter(c: char) -> char {
    match c {
        'a'..='y' | 'A'..='Y' | '0'..='8' => char::from_u32(c as u32 + 1).unwrap_or('x'),
        'z' => 'y',
        'Z' => 'Y',
        '9' => '0',
        other => other,
    }
}

/// The longest run of whole words of `words` that stands in `text`, when it is long enough to tell.
fn shared_piece(text: &str, words: &str) -> Option<String> {
    let tokens: Vec<&str> = words.split_whitespace().collect();
    let mut best: Option<String> = None;
    for from in 0..tokens.len() {
        for to in from + 1..=tokens.len() {
            let piece = tokens[from..to].join(" ");
            let piece = piece.trim_matches(|c: char| !c.is_alphanumeric());
            if !piece.is_empty() && !text.contains(piece) {
                break;
            }
            if piece.len() > best.as_ref().map_or(3, String::len) {
                best = Some(piece.to_owned());
            }
        }
    }
    best
}

/// Other values than a JSON value.
pub(crate) fn other_values(value: &Value, words: &str) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Bool(flag) => vec![Value::Bool(!flag)],
        Value::Number(number) => other_numbers(number),
        Value::String(text) => other_texts(text, words).into_iter().map(Value::String).collect(),
        Value::Array(members) => other_lists(members, words),
        Value::Object(members) => other_objects(members, words),
    }
}

fn other_numbers(number: &serde_json::Number) -> Vec<Value> {
    if let Some(whole) = number.as_i64() {
        let is_time = (1_000_000_000..5_000_000_000).contains(&whole);
        let steps: &[i64] = if is_time { &SHIFTS } else { &[1, -1] };
        return steps.iter().map(|step| Value::from(whole + step)).collect();
    }
    let number = number.as_f64().unwrap_or_default();
    let is_time = (1e9..5e9).contains(&number);
    let steps: &[i64] = if is_time { &SHIFTS } else { &[1] };
    steps.iter().map(|step| Value::from(number + *step as f64)).collect()
}

fn other_lists(members: &[Value], words: &str) -> Vec<Value> {
    let mut others = Vec::new();
    for (at, member) in members.iter().enumerate().take(12) {
        for other in other_values(member, words).into_iter().take(3) {
            let mut changed = members.to_vec();
            changed[at] = other;
            others.push(Value::Array(changed));
        }
    }
    if let Some(last) = members.last() {
        others.push(Value::Array(members.iter().chain([last]).cloned().collect()));
        others.push(Value::Array(members[..members.len() - 1].to_vec()));
    }
    others
}

fn other_objects(members: &Map<String, Value>, words: &str) -> Vec<Value> {
    let mut others = Vec::new();
    for (key, member) in members.iter().take(24) {
        for other in other_values(member, words).into_iter().take(3) {
            let mut changed = members.clone();
            changed.insert(key.clone(), other);
            others.push(Value::Object(changed));
        }
    }
    others
}
