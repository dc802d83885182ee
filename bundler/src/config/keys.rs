//! Reads a TOML table key by key, remembers which keys are known, and names the rest; knows no key itself.

use std::ops::Range;

use dossier_shared::time::Timestamp;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fault, instant_of};

/// A fault before its line is known.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) offset: usize,
    what: String,
}

impl Found {
    pub(super) fn at(self, text: &str) -> Fault {
        Fault::at(text, self.offset, self.what)
    }
}

/// A table that is being read.
pub(super) struct Keys<'a, 'i> {
    /// As people call it: `[phase]`.
    name: &'static str,
    span: Range<usize>,
    table: &'a DeTable<'i>,
    known: Vec<&'static str>,
}

/// A string and its place.
pub(super) struct Text {
    pub(super) value: String,
    offset: usize,
}

impl Text {
    pub(super) fn fault(&self, what: String, faults: &mut Vec<Found>) {
        faults.push(Found { offset: self.offset, what });
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.value
    }
}

impl<'a, 'i> Keys<'a, 'i> {
    pub(super) fn new(name: &'static str, span: Range<usize>, table: &'a DeTable<'i>) -> Self {
        Self { name, span, table, known: Vec::new() }
    }

    fn get(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.known.push(key);
        self.table.get(key)
    }

    /// A string, if the key is there.
    pub(super) fn text(&mut self, key: &'static str, faults: &mut Vec<Found>) -> Option<Text> {
        let value = self.get(key)?;
        let offset = value.span().start;
        match value.get_ref() {
            DeValue::String(text) => Some(Text { value: text.to_string(), offset }),
            other => {
                faults.push(wrong_type(key, "a string", other, offset));
                None
            }
        }
    }

    /// A string that has to be there and to say something.
    pub(super) fn required_text(
        &mut self,
        key: &'static str,
        example: &str,
        faults: &mut Vec<Found>,
    ) -> Option<Text> {
        if !self.table.contains_key(key) {
            self.known.push(key);
            self.missing(key, &format!("{key} = \"{example}\""), faults);
            return None;
        }
        let text = self.text(key, faults)?;
        if text.value.trim().is_empty() {
            text.fault(format!("`{key}` is empty"), faults);
            return None;
        }
        Some(text)
    }

    /// A path or pattern, if the key is there.
    pub(super) fn path(&mut self, key: &'static str, faults: &mut Vec<Found>) -> Option<Text> {
        let mut text = self.text(key, faults)?;
        if text.value.is_empty() || text.value.contains('\0') {
            text.fault(format!("`{key}` must be a path"), faults);
            return None;
        }
        // The same folder is written the same way in every snapshot.
        while text.value.len() > 1 && text.value.ends_with('/') {
            text.value.pop();
        }
        if let Some(rest) = text.value.strip_prefix("./").filter(|rest| !rest.is_empty()) {
            text.value = rest.to_owned();
        }
        Some(text)
    }

    /// The strings of an array.
    pub(super) fn texts(&mut self, key: &'static str, faults: &mut Vec<Found>) -> Vec<String> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            faults.push(wrong_type(key, "a list of strings", value.get_ref(), value.span().start));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(text) if !text.trim().is_empty() => texts.push(text.to_string()),
                DeValue::String(_) => {
                    let what = format!("`{key}` holds an empty string");
                    faults.push(Found { offset: item.span().start, what });
                }
                other => faults.push(wrong_type(key, "a list of strings", other, item.span().start)),
            }
        }
        texts
    }

    /// A path that has to be there.
    pub(super) fn required_path(
        &mut self,
        key: &'static str,
        example: &str,
        faults: &mut Vec<Found>,
    ) -> Option<String> {
        self.required_text(key, example, faults)?;
        self.path(key, faults).map(Text::into)
    }

    /// An instant that has to be there.
    pub(super) fn instant(
        &mut self,
        key: &'static str,
        example: &str,
        faults: &mut Vec<Found>,
    ) -> Option<Timestamp> {
        let Some(value) = self.get(key) else {
            self.missing(key, &format!("{key} = \"{example}\""), faults);
            return None;
        };
        let instant = instant_of(value.get_ref());
        if instant.is_none() {
            faults.push(Found {
                offset: value.span().start,
                what: format!("`{key}` must be an RFC 3339 time with its zone, for example \"{example}\""),
            });
        }
        instant
    }

    /// A table, if the key is there.
    pub(super) fn table(
        &mut self,
        key: &'static str,
        name: &'static str,
        faults: &mut Vec<Found>,
    ) -> Option<Keys<'a, 'i>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(Keys::new(name, value.span(), table)),
            other => {
                faults.push(wrong_type(key, name, other, value.span().start));
                None
            }
        }
    }

    /// The tables of an array of tables.
    pub(super) fn tables(
        &mut self,
        key: &'static str,
        name: &'static str,
        faults: &mut Vec<Found>,
    ) -> Vec<Keys<'a, 'i>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            faults.push(wrong_type(key, name, value.get_ref(), value.span().start));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => tables.push(Keys::new(name, item.span(), table)),
                other => faults.push(wrong_type(key, name, other, item.span().start)),
            }
        }
        tables
    }

    /// Says that `key` is missing and how it is written.
    pub(super) fn missing(&self, key: &str, example: &str, faults: &mut Vec<Found>) {
        let example = example.replace('\n', ", then ");
        faults.push(Found {
            offset: self.span.start,
            what: format!("{} lacks `{key}`; add {example}", self.name),
        });
    }

    /// Names every key that nobody asked for.
    pub(super) fn finish(self, faults: &mut Vec<Found>) {
        for (key, _) in self.table.iter() {
            let word: &str = key.get_ref();
            if !self.known.contains(&word) {
                faults.push(Found {
                    offset: key.span().start,
                    what: format!(
                        "unknown key `{word}` in {}{}",
                        self.name,
                        suggestion(word, self.known.iter().copied())
                    ),
                });
            }
        }
    }
}

fn wrong_type(key: &str, wanted: &str, found: &DeValue<'_>, offset: usize) -> Found {
    Found { offset, what: format!("`{key}` must be {wanted}, found {}", found.type_str()) }
}

/// `; did you mean …?`, or the words there are.
pub(super) fn suggestion<'w>(word: &str, known: impl Iterator<Item = &'w str> + Clone) -> String {
    let closest = known
        .clone()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4);
    match closest {
        Some((_, candidate)) => format!("; did you mean `{candidate}`?"),
        None => {
            let mut words: Vec<&str> = known.collect();
            words.dedup();
            format!("; known: {}", words.join(", "))
        }
    }
}
