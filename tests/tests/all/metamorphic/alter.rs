//! Alters what a check cites: finds the place in the entry's bytes and puts other, plausible values there. Knows
//! nothing of what a check then has to come to.

use dossier_shared::report::{Check, Evidence};
use serde_json::{Value, json};

use super::value::{SHIFTS, is_sha, other_numbers_in, other_sha, other_texts, other_values, shifted};
use super::xml;

/// An entry with one thing in it altered.
pub(crate) struct Altered {
    /// What was done, in words.
    pub(crate) how: String,
    /// The entry's bytes.
    pub(crate) bytes: Vec<u8>,
}

/// What an alteration needs to know of the phase.
pub(crate) struct Hints {
    /// Words by which a listing would be searched.
    pub(crate) names: Vec<String>,
    /// When its first gate was claimed: a time within the phase and before what is judged of it.
    pub(crate) within: Option<String>,
}

/// Ways to alter what `check` cites, the smallest first.
pub(crate) fn alterations(bytes: &[u8], cited: &Evidence, check: &Check, hints: &Hints) -> Vec<Altered> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let path = cited.path.as_str();
    let pointer = cited.pointer.as_str();
    let words = format!("{} {}", check.quote, cited.value);
    let texts: Vec<(String, String)> = if let Some(line) = pointer.strip_prefix("line ") {
        let number = line.parse::<usize>().unwrap_or_default();
        if path.starts_with("data/git/") {
            in_git_log(text, number, &check.quote, &cited.value)
        } else {
            in_line(text, number, &words, &cited.value)
        }
    } else if path.ends_with(".xml") {
        xml::others(text, pointer, &words)
    } else if let Ok(root) = serde_json::from_str::<Value>(text)
        && path.ends_with(".json")
    {
        in_json(&root, pointer, check, cited, hints)
    } else {
        in_whole_text(text, path, &words, &cited.value, &hints.names)
    };
    let differs = texts.into_iter().filter(|(_, other)| other != text);
    differs.map(|(how, other)| Altered { how, bytes: other.into_bytes() }).collect()
}

fn pretty(root: &Value) -> String {
    serde_json::to_string_pretty(root).expect("JSON can be written")
}

fn in_json(
    root: &Value,
    pointer: &str,
    check: &Check,
    cited: &Evidence,
    hints: &Hints,
) -> Vec<(String, String)> {
    let Some(value) = root.pointer(pointer) else { return Vec::new() };
    if pointer.is_empty() {
        return in_whole_json(root, check, cited, hints);
    }
    let mut others = Vec::new();
    let mut put = |how: String, changes: &[(String, Value)]| {
        let mut changed = root.clone();
        for (pointer, other) in changes {
            match changed.pointer_mut(pointer) {
                Some(place) => *place = other.clone(),
                None => return,
            }
        }
        others.push((how, pretty(&changed)));
    };
    for other in other_values(value, &check.quote) {
        let shown: String = other.to_string().chars().take(60).collect();
        put(format!("{pointer} = {shown}"), &[(pointer.to_owned(), other)]);
    }
    for (how, changes) in with_its_neighbours(root, pointer, hints) {
        put(how, &changes);
    }
    // A commit that another place of the entry tells of too is altered in both: else the two would disagree, which
    // is for a person to judge.
    let written = root.to_string();
    if is_sha(&cited.value) && written.matches(&cited.value).count() > 1 {
        let other = written.replace(&cited.value, &other_sha(&cited.value));
        others.push(("another sha throughout".to_owned(), other));
    }
    others
}

/// The state of a pull request stands in several fields, which servers change together.
fn with_its_neighbours(root: &Value, pointer: &str, hints: &Hints) -> Vec<(String, Vec<(String, Value)>)> {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return Vec::new() };
    if !matches!(key, "state" | "closed_at" | "merged_at" | "merged") {
        return Vec::new();
    }
    let field = |name: &str| format!("{parent}/{name}");
    let value = |name: &str| root.pointer(&field(name)).cloned().unwrap_or(Value::Null);
    let opened = value("created_at");
    let set = |changes: &[(&str, Value)]| -> Vec<(String, Value)> {
        let there = changes.iter().filter(|(name, _)| root.pointer(&field(name)).is_some());
        there.map(|(name, value)| (field(name), value.clone())).collect()
    };
    let reopened = set(&[
        ("state", json!("open")),
        ("closed_at", Value::Null),
        ("merged_at", Value::Null),
        ("merged", json!(false)),
    ]);
    let closed = set(&[("state", json!("closed")), ("closed_at", opened.clone())]);
    let merged_at = |at: Value| {
        set(&[
            ("state", json!("closed")),
            ("closed_at", at.clone()),
            ("merged_at", at),
            ("merged", json!(true)),
        ])
    };
    let mut changes = Vec::new();
    if value("state") == json!("open") {
        changes.push(("closed at once".to_owned(), closed));
    } else {
        changes.push(("open".to_owned(), reopened));
    }
    match value("merged_at").is_null() {
        true => changes.push(("merged at once".to_owned(), merged_at(opened))),
        false => changes
            .push(("not merged".to_owned(), set(&[("merged_at", Value::Null), ("merged", json!(false))]))),
    }
    // What was merged before the phase began is no merge of the phase.
    if let Some(within) = &hints.within {
        changes.push((format!("merged {within}"), merged_at(json!(within))));
    }
    changes
}

/// A whole answer is cited for what stands in it, or for what does not.
fn in_whole_json(root: &Value, check: &Check, cited: &Evidence, hints: &Hints) -> Vec<(String, String)> {
    let mut others = Vec::new();
    if let Value::Array(members) = root {
        if members.iter().all(|member| member.get("out").is_some()) && !members.is_empty() {
            for line in quoted_pieces(&check.quote) {
                let mut changed = members.clone();
                let mut added = members[members.len() - 1].clone();
                added["out"] = json!(format!("{line}\n"));
                added["pos"] = json!(members.len());
                changed.push(added);
                others.push((format!("a line {line:?}"), pretty(&Value::Array(changed))));
            }
        }
        let newest = members.iter().filter_map(|member| member.get("number")?.as_u64()).max();
        for member in members.iter().filter(|_| newest.is_some()) {
            let mut added = member.clone();
            added["number"] = json!(newest.unwrap_or_default() + 1);
            let opened = added["created_at"].clone();
            let kinds: &[(&str, &[(&str, Value)])] = &[
                ("as it is", &[]),
                ("open", &[("state", json!("open")), ("closed_at", Value::Null), ("merged_at", Value::Null)]),
                (
                    "merged",
                    &[("state", json!("closed")), ("closed_at", opened.clone()), ("merged_at", opened)],
                ),
            ];
            for (what, fields) in kinds {
                let mut added = added.clone();
                for (name, value) in *fields {
                    if added.get(name).is_some() {
                        added[*name] = value.clone();
                    }
                }
                let changed: Vec<Value> = members.iter().chain([&added]).cloned().collect();
                others.push((format!("one more of {}, {what}", member["number"]), pretty(&json!(changed))));
            }
        }
    }
    let mut pointers = Vec::new();
    scalars(root, String::new(), &mut pointers);
    for (pointer, scalar) in pointers {
        let text = scalar.as_str().map_or_else(|| scalar.to_string(), str::to_owned);
        if text.len() > 1 && cited.value.contains(&text) {
            others.extend(in_json(root, &pointer, check, cited, hints));
        }
    }
    others
}

fn scalars(value: &Value, pointer: String, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Array(members) => {
            for (at, member) in members.iter().enumerate() {
                scalars(member, format!("{pointer}/{at}"), found);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                scalars(member, format!("{pointer}/{key}"), found);
            }
        }
        scalar => found.push((pointer, scalar.clone())),
    }
}

/// What a statement quotes: the pieces between quotation marks, then all of it behind a word that denies.
fn quoted_pieces(quote: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for mark in ['`', '"', '\'', '“'] {
        let until = if mark == '“' { '”' } else { mark };
        let mut rest = quote;
        while let Some((_, after)) = rest.split_once(mark)
            && let Some((piece, after)) = after.split_once(until)
        {
            pieces.push(piece.to_owned());
            rest = after;
        }
    }
    for denial in ["no ", "No ", "not ", "without ", "never "] {
        if let Some((_, after)) = quote.split_once(denial) {
            pieces.push(after.to_owned());
            pieces.extend(after.split_whitespace().next().map(str::to_owned));
        }
    }
    pieces.push(quote.to_owned());
    pieces
}

/// A line of a listing or of a text.
fn in_line(text: &str, number: usize, words: &str, value: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.split('\n').collect();
    let Some(line) = number.checked_sub(1).and_then(|at| lines.get(at)) else { return Vec::new() };
    let with = |other: String| {
        let mut lines = lines.clone();
        lines[number - 1] = &other;
        (format!("line {number} = {}", other.chars().take(80).collect::<String>()), lines.join("\n"))
    };
    if let Ok(Value::Object(members)) = serde_json::from_str(line) {
        let mut keys: Vec<&String> = members.keys().collect();
        // The members that the value speaks of come first.
        keys.sort_by_key(|key| match &members[*key] {
            Value::String(text) => !(text.len() > 1 && value.contains(text.as_str())),
            other => !value.contains(&other.to_string()),
        });
        let mut others = Vec::new();
        for key in keys {
            for other in other_values(&members[key], words).into_iter().take(4) {
                let mut changed = members.clone();
                changed.insert(key.clone(), other);
                others.push(with(Value::Object(changed).to_string()));
            }
        }
        return others;
    }
    let mut others = Vec::new();
    if !value.is_empty() && line.contains(value) {
        others.extend(other_texts(value, words).into_iter().map(|other| with(line.replace(value, &other))));
    }
    others.extend(other_texts(line, value).into_iter().map(with));
    others
}

/// A commit in the log: its times, its subject, its sha.
fn in_git_log(text: &str, number: usize, quote: &str, value: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.split('\n').collect();
    let Some(at) = number.checked_sub(1).filter(|at| *at < lines.len()) else { return Vec::new() };
    let header = lines[at..].iter().take_while(|line| !line.starts_with("diff --git")).take(40).count();
    let with = |how: &str, change: &dyn Fn(&str) -> String| {
        let changed = |(index, line): (usize, &&str)| {
            let is_header = (at..at + header).contains(&index);
            if is_header { change(line) } else { (*line).to_owned() }
        };
        let lines: Vec<String> = lines.iter().enumerate().map(changed).collect();
        (how.to_owned(), lines.join("\n"))
    };
    let mut others = Vec::new();
    let sha = lines[at].strip_prefix("commit ").unwrap_or_default();
    for seconds in SHIFTS {
        others.push(with(
            &format!("its times moved by {seconds} s"),
            &|line| match line.contains("-time ") {
                true => shifted(line, seconds),
                false => line.to_owned(),
            },
        ));
    }
    others.push(with("another subject", &|line| match line.starts_with("    ") {
        true => "    something else".to_owned(),
        false => line.to_owned(),
    }));
    // "Names build #1211": another subject may be silent on builds, which is for a person to judge.
    others.push(with("other numbers in its subject", &|line| match line.starts_with("    ") {
        true => other_numbers_in(line),
        false => line.to_owned(),
    }));
    // A commit that the statement names by its sha is another one when its sha is another.
    if quote.contains(sha.get(..7).unwrap_or("no sha")) {
        let other = other_texts(sha, "").into_iter().next().unwrap_or_default();
        others.push(with("another sha", &|line| line.replace(sha, &other)));
    }
    // A diff's line that is cited by itself.
    if sha.is_empty() {
        others.extend(in_line(text, number, quote, value));
    }
    others
}

/// A badge, a listing or a text that is cited as a whole.
fn in_whole_text(
    text: &str,
    path: &str,
    words: &str,
    value: &str,
    names: &[String],
) -> Vec<(String, String)> {
    let mut others = Vec::new();
    if path.ends_with(".ndjson") {
        let row = text.lines().find_map(|line| serde_json::from_str::<Value>(line).ok()).unwrap_or(json!({}));
        // What is said to be gone is compared by its whole name, what was searched for by a part of it.
        for name in names.iter().flat_map(|name| [format!("{name}_added"), name.clone()]) {
            let mut row = row.clone();
            for key in ["Name", "Names", "Service"] {
                if row.get(key).is_some() || key == "Name" {
                    row[key] = json!(name);
                }
            }
            let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            others.push((format!("a row {name}"), format!("{text}{separator}{row}\n")));
        }
        return others;
    }
    let pieces: Vec<&str> = value.split(" · ").filter(|piece| text.contains(piece)).collect();
    // A badge says the same in several places.
    for turn in 0..4 {
        let mut changed = text.to_owned();
        for piece in &pieces {
            if let Some(other) = other_texts(piece, words).get(turn) {
                changed = changed.replace(piece, other);
            }
        }
        others.push((format!("its words altered, way {turn}"), changed));
    }
    others.push((
        "emptied of its words".to_owned(),
        pieces.iter().fold(text.to_owned(), |text, piece| text.replace(piece, "other")),
    ));
    for (number, line) in text.split('\n').enumerate().take(200) {
        if value.split_whitespace().any(|word| word.len() > 3 && line.contains(word)) {
            others.extend(in_line(text, number + 1, words, value).into_iter().take(4));
        }
    }
    others
}
