//! Reads JSON and its members tolerantly: what is missing or of another type becomes an issue, never a failure.
//! Knows nothing about any producer.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::ControlFlow;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::Issue;
use crate::time::{self, Timestamp};

/// A longer document is not read: no producer's answer comes near, and parsed JSON takes many times its size.
const MAX_BYTES: usize = 128 << 20;
/// A document of more values is not read, for the same reason.
const MAX_VALUES: usize = 4_000_000;
/// Repeated keys that are reported one by one.
const MAX_REPEATED_KEYS: usize = 16;
/// Issues that are kept of one document; more of the same would say no more.
const MAX_ISSUES: usize = 1_000;

/// Adds an issue unless there are too many already; its words are made only when they are kept.
pub(super) fn push(issues: &mut Vec<Issue>, issue: impl FnOnce() -> Issue) {
    if issues.len() < MAX_ISSUES {
        issues.push(issue());
    }
}

/// Adds the issues of a document's items to those of the document, as [`push`] would have.
pub(super) fn append(issues: &mut Vec<Issue>, mut of_items: Vec<Issue>) {
    of_items.truncate(MAX_ISSUES.saturating_sub(issues.len()));
    issues.append(&mut of_items);
}

/// The JSON document in `bytes`, or none with an issue that says why.
pub(super) fn document(bytes: &[u8], issues: &mut Vec<Issue>) -> Option<Value> {
    read(bytes, issues, value)
}

/// What stands at the top of a document whose items were given away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Top {
    /// An array.
    Items,
    /// `null`.
    Null,
    /// Neither.
    Other,
}

/// Takes the items of an array, one after the other, and says whether to go on.
pub(super) type TakeItem<'a> = dyn FnMut(Value) -> ControlFlow<()> + 'a;

/// Gives the items of the array in `bytes` to `take`, one after the other, so that a long document is never held as
/// values; none with an issue when it turns out not to be readable, and what was given before counts for nothing.
pub(super) fn items(bytes: &[u8], issues: &mut Vec<Issue>, take: &mut TakeItem<'_>) -> Option<Top> {
    read(bytes, issues, |text| {
        let (state, is_stopped) = (RefCell::new(State::default()), Cell::new(false));
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let items = Items { state: &state, take, is_stopped: &is_stopped };
        let top = match items.deserialize(&mut deserializer) {
            Err(_) if is_stopped.get() => Top::Items,
            read => {
                let top = read?;
                deserializer.end()?;
                top
            }
        };
        Ok((top, state.into_inner().repeated_keys))
    })
}

/// Reads a document that is neither too long nor empty.
fn read<T>(
    bytes: &[u8],
    issues: &mut Vec<Issue>,
    parse: impl FnOnce(&str) -> Result<(T, Vec<String>), serde_json::Error>,
) -> Option<T> {
    if bytes.len() > MAX_BYTES {
        let what = format!("is {} bytes long, more than the {MAX_BYTES} that are read as JSON", bytes.len());
        issues.push(Issue::new("", what));
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        issues.push(Issue::new("", "is empty where JSON belongs"));
        return None;
    }
    let text = text(bytes, issues);
    match parse(&text) {
        Ok((value, repeated_keys)) => {
            issues.extend(
                repeated_keys.into_iter().map(|at| Issue::new(at, "key is repeated; its last value is used")),
            );
            Some(value)
        }
        Err(error) => {
            issues.push(Issue::new("", format!("is not readable JSON: {error}")));
            None
        }
    }
}

/// The text of `bytes`; bytes that are no UTF-8 are replaced, with an issue.
pub(super) fn text<'a>(bytes: &'a [u8], issues: &mut Vec<Issue>) -> std::borrow::Cow<'a, str> {
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, std::borrow::Cow::Owned(_)) {
        issues.push(Issue::new("", "is not UTF-8 throughout; the unreadable bytes are shown as \u{fffd}"));
    }
    text
}

/// One JSON value and the pointers of keys that occur twice in an object.
pub(super) fn value(text: &str) -> Result<(Value, Vec<String>), serde_json::Error> {
    let state = RefCell::new(State::default());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Tree(&state).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, state.into_inner().repeated_keys))
}

/// A JSON pointer's segment, escaped.
pub(super) fn segment(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[derive(Default)]
struct State {
    values: usize,
    repeated_keys: Vec<String>,
}

/// Builds a [`Value`] as serde_json does, but counts the values and notices repeated keys.
#[derive(Clone, Copy)]
struct Tree<'a>(&'a RefCell<State>);

impl Tree<'_> {
    fn count<E: Error>(self) -> Result<(), E> {
        let mut state = self.0.borrow_mut();
        state.values += 1;
        match state.values > MAX_VALUES {
            true => Err(E::custom(format!("more than {MAX_VALUES} values"))),
            false => Ok(()),
        }
    }

    fn repeated_so_far(self) -> usize {
        self.0.borrow().repeated_keys.len()
    }

    /// Repeated keys found below a child are known by their pointer in the child: put the child's before it.
    fn lift_repeated(self, from: usize, parent: impl Fn() -> String) {
        for pointer in self.0.borrow_mut().repeated_keys.iter_mut().skip(from) {
            pointer.insert_str(0, &parent());
        }
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        let mut repeated = self.repeated_so_far();
        while let Some(item) = items.next_element_seed(self)? {
            self.lift_repeated(repeated, || format!("/{}", array.len()));
            repeated = self.repeated_so_far();
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        let mut repeated = self.repeated_so_far();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            self.lift_repeated(repeated, || segment(&key));
            if object.contains_key(&key) {
                let mut state = self.0.borrow_mut();
                if state.repeated_keys.len() < MAX_REPEATED_KEYS {
                    state.repeated_keys.push(segment(&key));
                }
            }
            repeated = self.repeated_so_far();
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// Gives the items of an array away, each built as [`Tree`] does.
struct Items<'s, 't, 'u> {
    state: &'s RefCell<State>,
    take: &'t mut TakeItem<'u>,
    is_stopped: &'s Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Items<'_, '_, '_> {
    type Value = Top;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Top, D::Error> {
        Tree(self.state).count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_, '_> {
    type Value = Top;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Top, E> {
        Ok(Top::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Top, E> {
        Ok(Top::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Top, E> {
        Ok(Top::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Top, E> {
        Ok(Top::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Top, E> {
        Ok(Top::Other)
    }

    fn visit_unit<E>(self) -> Result<Top, E> {
        Ok(Top::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Top, A::Error> {
        let tree = Tree(self.state);
        let (mut index, mut repeated) = (0_usize, 0);
        while let Some(item) = items.next_element_seed(tree)? {
            tree.lift_repeated(repeated, || format!("/{index}"));
            repeated = tree.repeated_so_far();
            index += 1;
            if (self.take)(item).is_break() {
                self.is_stopped.set(true);
                return Err(A::Error::custom("enough was read"));
            }
        }
        Ok(Top::Items)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Top, A::Error> {
        Tree(self.state).visit_map(members).map(|_| Top::Other)
    }
}

/// What a member that is not there says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Producers leave it out or write null.
    Optional,
    /// Every version of the producer writes it.
    Expected,
}

/// An object of the document, its pointer, and where to put what is wrong with it.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    pointer: String,
}

impl<'a> Fields<'a> {
    /// The object at `pointer`, or none with an issue.
    pub(super) fn new(
        value: &'a Value,
        pointer: impl Into<String>,
        issues: &mut Vec<Issue>,
    ) -> Option<Fields<'a>> {
        let pointer = pointer.into();
        match value.as_object() {
            Some(object) => Some(Fields { object, pointer }),
            None => {
                push(issues, || Issue::new(pointer, format!("is {}, not an object; left out", name(value))));
                None
            }
        }
    }

    /// The pointer of this object.
    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The pointer of the member `key`.
    pub(super) fn pointer_of(&self, key: &str) -> String {
        format!("{}{}", self.pointer, segment(key))
    }

    /// The member `key` unless it is missing or null.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// Members in file order.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.object.iter()
    }

    fn wanted(&self, key: &str, when: When, issues: &mut Vec<Issue>) -> Option<&'a Value> {
        let value = self.get(key);
        if value.is_none() && when == When::Expected {
            push(issues, || Issue::new(self.pointer_of(key), "is missing"));
        }
        value
    }

    fn refuse(&self, key: &str, value: &Value, wanted: &str, issues: &mut Vec<Issue>) {
        push(issues, || {
            Issue::new(self.pointer_of(key), format!("is {}, not {wanted}; left out", name(value)))
        });
    }

    /// A string; empty where there is none.
    pub(super) fn string(&self, key: &str, when: When, issues: &mut Vec<Issue>) -> String {
        match self.wanted(key, when, issues) {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => {
                self.refuse(key, other, "a string", issues);
                String::new()
            }
        }
    }

    /// A number from 0, also when written as a string; an empty string is none.
    pub(super) fn count(&self, key: &str, when: When, issues: &mut Vec<Issue>) -> Option<u64> {
        let value = self.wanted(key, when, issues)?;
        let count = match value {
            Value::String(text) if text.trim().is_empty() => return None,
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_u64(),
        };
        if count.is_none() {
            self.refuse(key, value, "a whole number from 0", issues);
        }
        count
    }

    /// A whole number.
    pub(super) fn integer(&self, key: &str, when: When, issues: &mut Vec<Issue>) -> Option<i64> {
        let value = self.wanted(key, when, issues)?;
        if value.as_i64().is_none() {
            self.refuse(key, value, "a whole number", issues);
        }
        value.as_i64()
    }

    /// A boolean.
    pub(super) fn boolean(&self, key: &str, when: When, issues: &mut Vec<Issue>) -> Option<bool> {
        let value = self.wanted(key, when, issues)?;
        if value.as_bool().is_none() {
            self.refuse(key, value, "true or false", issues);
        }
        value.as_bool()
    }

    /// Unix seconds, where 0 means never.
    pub(super) fn unix(&self, key: &str, when: When, issues: &mut Vec<Issue>) -> Option<Timestamp> {
        let seconds = self.integer(key, when, issues)?;
        let at = time::from_unix(seconds);
        if at.is_none() && seconds != 0 {
            push(issues, || Issue::new(self.pointer_of(key), format!("{seconds} is no instant; left out")));
        }
        at
    }

    /// An RFC 3339 instant; zero times mean never.
    pub(super) fn instant(&self, key: &str, when: When, issues: &mut Vec<Issue>) -> Option<Timestamp> {
        let text = self.string(key, when, issues);
        let at = time::from_rfc3339(&text);
        let never = text.is_empty() || text.starts_with("0001-") || text.starts_with("1970-01-01");
        if at.is_none() && !never {
            let shown: String = text.chars().take(60).collect();
            push(issues, || {
                Issue::new(self.pointer_of(key), format!("{shown:?} is no time with a zone; left out"))
            });
        }
        at
    }

    /// An object, or none; null and missing are silent when optional.
    pub(super) fn object(&self, key: &str, when: When, issues: &mut Vec<Issue>) -> Option<Fields<'a>> {
        let value = self.wanted(key, when, issues)?;
        Fields::new(value, self.pointer_of(key), issues)
    }

    /// The objects of an array; elements of other types are left out with an issue each.
    pub(super) fn objects(&self, key: &str, when: When, issues: &mut Vec<Issue>) -> Vec<Fields<'a>> {
        self.wanted(key, when, issues)
            .map(|value| objects(value, &self.pointer_of(key), issues))
            .unwrap_or_default()
    }

    /// The strings of an array; elements of other types are left out with an issue each.
    pub(super) fn strings(&self, key: &str, when: When, issues: &mut Vec<Issue>) -> Vec<String> {
        let Some(value) = self.wanted(key, when, issues) else { return Vec::new() };
        let Some(array) = value.as_array() else {
            self.refuse(key, value, "an array", issues);
            return Vec::new();
        };
        let mut strings = Vec::with_capacity(array.len());
        for (index, item) in array.iter().enumerate() {
            match item.as_str() {
                Some(text) => strings.push(text.to_owned()),
                None => push(issues, || {
                    let at = format!("{}/{index}", self.pointer_of(key));
                    Issue::new(at, format!("is {}, not a string; left out", name(item)))
                }),
            }
        }
        strings
    }
}

/// The objects of the array `value` at `pointer`; what is no object is left out with an issue each.
pub(super) fn objects<'a>(value: &'a Value, pointer: &str, issues: &mut Vec<Issue>) -> Vec<Fields<'a>> {
    let Some(array) = value.as_array() else {
        push(issues, || Issue::new(pointer, format!("is {}, not an array; left out", name(value))));
        return Vec::new();
    };
    array
        .iter()
        .enumerate()
        .filter_map(|(index, item)| Fields::new(item, format!("{pointer}/{index}"), issues))
        .collect()
}

fn name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_issues(json: &str, expected: &[&str]) {
        let mut issues = Vec::new();
        document(json.as_bytes(), &mut issues);
        let issues: Vec<String> = issues.iter().map(|issue| format!("{} {}", issue.at, issue.what)).collect();
        assert_eq!(issues.len(), expected.len(), "{issues:?}");
        for (issue, expected) in issues.iter().zip(expected) {
            assert!(issue.contains(expected), "{issue:?} does not hold {expected:?}");
        }
    }

    #[test]
    fn reads_what_serde_json_reads() {
        for json in
            ["null", "[1,-2,3.5,1e400]", r#"{"a":{"b":["x",true,null]}}"#, r#""\ud83d\ude00""#, "{", "[1,"]
        {
            let plain = serde_json::from_str::<Value>(json);
            assert_eq!(value(json).map(|(value, _)| value).ok(), plain.ok(), "{json}");
        }
    }

    #[test]
    fn items_are_read_as_the_whole_is() {
        for json in [
            "null",
            "7",
            "[]",
            "[1,[2],{\"a\":1,\"a\":2}]",
            "[1,{\"a\":1}",
            "[1] x",
            "{\"a\":[1,2]}",
            "\"x\"",
            "",
            "[{},{\"x\":{\"a\":1,\"a\":2}}]",
        ] {
            let (mut issues, mut issues_of_items, mut given) = (Vec::new(), Vec::new(), Vec::new());
            let whole = document(json.as_bytes(), &mut issues);
            let top = items(json.as_bytes(), &mut issues_of_items, &mut |item| {
                given.push(item);
                ControlFlow::Continue(())
            });
            assert_eq!(issues_of_items, issues, "{json}");
            match whole {
                None => assert_eq!(top, None, "{json}"),
                Some(Value::Array(whole)) => assert_eq!((top, given), (Some(Top::Items), whole), "{json}"),
                Some(Value::Null) => assert_eq!(top, Some(Top::Null), "{json}"),
                Some(_) => assert_eq!(top, Some(Top::Other), "{json}"),
            }
        }
        let mut given = 0;
        let top = items(b"[1,2,3 and no more", &mut Vec::new(), &mut |_| {
            given += 1;
            if given == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((top, given), (Some(Top::Items), 2));
    }

    #[test]
    fn names_repeated_keys_by_pointer() {
        check_issues(r#"{"a":1,"a":2}"#, &["/a key is repeated"]);
        check_issues(r#"[{},{"x":{"a/b":1,"c":0,"a/b":2}}]"#, &["/1/x/a~1b key"]);
        check_issues(r#"{"a":{"k":1,"k":2},"a":{"k":1}}"#, &["/a/k", "/a key"]);
        check_issues(r#"[{"a":1},{"a":1}]"#, &[]);
    }

    #[test]
    fn says_why_a_document_is_not_read() {
        check_issues("", &["is empty"]);
        check_issues("<html>", &["not readable JSON: expected value at line 1 column 1"]);
        check_issues(&"[".repeat(100_000), &["recursion limit"]);
        check_issues("\u{feff}[]", &[]);
    }

    #[test]
    fn members_of_other_types_are_issues() {
        let mut issues = Vec::new();
        let value = serde_json::json!({"s": 1, "n": "x", "t": "yesterday", "zero": "0001-01-01T00:00:00Z", "none": null});
        let fields = Fields::new(&value, "/0", &mut issues).unwrap();
        assert_eq!(fields.string("s", When::Optional, &mut issues), "");
        assert_eq!(fields.count("n", When::Optional, &mut issues), None);
        assert_eq!(fields.instant("t", When::Optional, &mut issues), None);
        assert_eq!(fields.instant("zero", When::Expected, &mut issues), None);
        assert_eq!(fields.string("none", When::Optional, &mut issues), "");
        assert_eq!(fields.string("gone", When::Expected, &mut issues), "");
        let at: Vec<&str> = issues.iter().map(|issue| issue.at.as_str()).collect();
        assert_eq!(at, ["/0/s", "/0/n", "/0/t", "/0/gone"]);
    }
}
