//! Keys that stand twice in an object of a JSON text, found without keeping its values; knows no schema.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

/// Repeated keys that are named; a hostile file may have millions.
const MAX_NAMED: usize = 16;

/// The keys that are given twice in one object, the first of them by name; an error where it is no JSON.
pub(super) fn repeated_keys(bytes: &[u8]) -> Result<Vec<String>, serde_json::Error> {
    let found = RefCell::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    Keys(&found).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(found.into_inner())
}

#[derive(Clone, Copy)]
struct Keys<'a>(&'a RefCell<Vec<String>>);

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            members.next_value_seed(self)?;
            if seen.contains(&key) {
                let mut found = self.0.borrow_mut();
                if found.len() < MAX_NAMED {
                    found.push(key.chars().take(80).collect());
                }
            } else {
                seen.insert(key);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[&str]>) {
        let found = repeated_keys(text.as_bytes()).ok();
        let found = found.as_ref().map(|found| found.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn names_keys_that_stand_twice() {
        check(r#"{"a": 1, "b": {"a": null}, "c": [{"a": 1.5}, {"a": true}]}"#, Some(&[]));
        check(r#"{"a": 1, "a": 1}"#, Some(&["a"]));
        check(r#"{"a": 1, "\u0061": 1, "a": 2}"#, Some(&["a", "a"]));
        check(r#"[{"x": {"b": "", "b": -1}}]"#, Some(&["b"]));
        check("{\"a\": 1", None);
        check("{} {}", None);
        check(&"[".repeat(10_000), None);
    }
}
