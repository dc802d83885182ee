//! The tables of docs/report.md: every object and field of the schema, with its shape, meaning and an example.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

const BEGIN: &str = "<!-- From here on made from the types; see tests/tests/all/report_format.rs. -->\n";

/// What stands where the example has no time.
const A_TIME: &str = "`\"2026-06-13T06:27:57Z\"`";

/// `text` with everything below the marker made anew.
pub(super) fn replaced(text: &str, schema: &Value, example: &Value) -> String {
    let (written, _) = text.split_once(BEGIN).expect("docs/report.md has the marker");
    format!("{written}{BEGIN}{}", tables(schema, example))
}

fn tables(schema: &Value, example: &Value) -> String {
    let mut examples = Examples { schema, found: BTreeMap::new() };
    examples.look("Report", schema, example);
    let mut out = String::new();
    object(&mut out, "Report", schema, &examples);
    for name in order(schema) {
        let definition = &schema["$defs"][&name];
        match definition.get("properties") {
            Some(_) => object(&mut out, &name, definition, &examples),
            None => words(&mut out, &name, definition),
        }
    }
    out
}

/// Definitions in the order in which a reader meets them.
fn order(schema: &Value) -> Vec<String> {
    let mut names = Vec::new();
    referred(schema.get("properties").unwrap_or(&Value::Null), &mut names);
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        referred(&schema["$defs"][&name], &mut names);
        next += 1;
    }
    names
}

fn referred(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = reference(value)
                && !names.contains(&name)
            {
                names.push(name);
            }
            members.values().for_each(|member| referred(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| referred(item, names)),
        _ => {}
    }
}

fn reference(value: &Value) -> Option<String> {
    value["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")).map(str::to_owned)
}

fn object(out: &mut String, name: &str, definition: &Value, examples: &Examples<'_>) {
    let _ = writeln!(out, "\n### {name}\n\n{}\n", description(definition));
    out.push_str("| field | shape | meaning | example |\n|---|---|---|---|\n");
    let required: Vec<&str> =
        definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (field, property) in definition["properties"].as_object().into_iter().flatten() {
        let optional = if required.contains(&field.as_str()) { "" } else { "; may be missing" };
        let shape = shape(property);
        let some = if shape.starts_with("time") { A_TIME } else { "" };
        let example = examples.found.get(&(name.to_owned(), field.clone())).map_or(some, String::as_str);
        let _ = writeln!(
            out,
            "| `{field}` | {shape}{optional} | {} | {example} |",
            description(property).replace('|', "\\|")
        );
    }
}

/// A text that can be one of a few words, or one of a special form.
fn words(out: &mut String, name: &str, definition: &Value) {
    let _ = writeln!(out, "\n### {name}\n\nA text. {}", description(definition));
    let variants: Vec<&Value> = definition["oneOf"].as_array().into_iter().flatten().collect();
    if !variants.is_empty() {
        out.push_str("\n| value | meaning |\n|---|---|\n");
    }
    for variant in variants {
        let value = variant["const"].as_str().unwrap_or_default();
        let _ = writeln!(out, "| `{value}` | {} |", description(variant).replace('|', "\\|"));
    }
}

fn description(value: &Value) -> &str {
    value["description"].as_str().unwrap_or_default()
}

/// In words: `list of [Gate](#gate)`, `time or null`.
fn shape(property: &Value) -> String {
    if let Some(name) = reference(property) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(choices) = property["anyOf"].as_array() {
        return choices.iter().map(shape).collect::<Vec<_>>().join(" or ");
    }
    let types: Vec<&str> = match &property["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    types.into_iter().map(|kind| one_shape(kind, property)).collect::<Vec<_>>().join(" or ")
}

fn one_shape(kind: &str, property: &Value) -> String {
    match kind {
        "string" if property["format"] == "date-time" => "time".to_owned(),
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "number" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => match property["prefixItems"].as_array() {
            Some(items) => format!("pair of {}", items.iter().map(shape).collect::<Vec<_>>().join(" and ")),
            None => format!("list of {}", shape(&property["items"])),
        },
        other => other.to_owned(),
    }
}

/// The first value of every field that the example has.
struct Examples<'a> {
    schema: &'a Value,
    found: BTreeMap<(String, String), String>,
}

impl Examples<'_> {
    fn look(&mut self, name: &str, definition: &Value, value: &Value) {
        for (field, property) in definition["properties"].as_object().into_iter().flatten() {
            let Some(member) = value.get(field) else { continue };
            if let Some(shown) = shown(member) {
                self.found.entry((name.to_owned(), field.clone())).or_insert(shown);
            }
            let mut names = Vec::new();
            referred(property, &mut names);
            for inner in names {
                let definition = &self.schema["$defs"][&inner];
                let items = member.as_array().map_or(std::slice::from_ref(member), Vec::as_slice);
                items.iter().for_each(|item| self.look(&inner, definition, item));
            }
        }
    }
}

/// A value as code, where it is short enough to be worth it; lists of lists show one.
fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null | Value::Object(_) => return None,
        Value::String(text) if text.is_empty() => return None,
        Value::Array(items) => match items.first()? {
            Value::Object(_) => return None,
            first => format!("[{first}]"),
        },
        other => other.to_string(),
    };
    let text: String = match text.chars().count() {
        0..=80 => text,
        _ => text.chars().take(79).chain(['…']).collect(),
    };
    let fence = if text.contains('`') { "``" } else { "`" };
    Some(format!("{fence}{}{fence}", text.replace('|', "\\|")))
}
