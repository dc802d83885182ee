//! The documented form of the report: docs/report.schema.json and the tables of docs/report.md are made from the
//! types, and the example and real reports hold to them. `DOSSIER_UPDATE=1` writes both anew.

use std::path::PathBuf;

use dossier_shared::report::Report;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::check::phases;
use crate::phase::{Phase, report, repository};

mod tables;

/// What has to be run where something documented is not what the types say.
const UPDATE: &str = "DOSSIER_UPDATE=1 cargo test -p dossier-tests --test all report_format";

fn docs(name: &str) -> PathBuf {
    repository().join("docs").join(name)
}

/// The JSON Schema that the types of the report give.
fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut made = generator.into_root_schema_for::<Report>().to_value();
    plain_words(&mut made);
    // What it is comes first.
    let mut schema = json!({
        "$schema": made["$schema"],
        "title": "dossier.report/1",
        "description": made["description"],
    });
    for (key, value) in made.as_object().into_iter().flatten() {
        schema.as_object_mut().expect("an object").entry(key).or_insert(value.clone());
    }
    schema
}

/// Documentation of Rust links with brackets: [`X`] and [`crate::a::X`] are `X` to everybody else.
fn plain_words(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(words) if key == "description" => *words = without_links(words),
                    _ => plain_words(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plain_words),
        _ => {}
    }
}

fn without_links(words: &str) -> String {
    let mut out = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, after)) = after.split_once("`]") else { break };
        out.push_str(before);
        out.push_str(&format!("`{}`", name.rsplit("::").next().unwrap_or(name)));
        rest = after;
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Compares a committed file with what it should be, or writes it where that is asked for.
#[track_caller]
fn committed(name: &str, expected: &str) {
    let path = docs(name);
    if std::env::var_os("DOSSIER_UPDATE").is_some() {
        fs_err::write(&path, expected).expect("written");
    }
    let found = fs_err::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "docs/{name} is not what the types give; run\n  {UPDATE}");
}

fn example() -> Value {
    let text = fs_err::read_to_string(docs("report.example.json")).expect("readable");
    serde_json::from_str(&text).expect("the example is JSON")
}

/// What a validator has against `report`.
fn faults(report: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&schema()).expect("the schema is a schema");
    validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_schema_is_what_the_types_give() {
    committed("report.schema.json", &format!("{:#}\n", schema()));
}

#[test]
fn the_tables_are_what_the_types_give() {
    let text = fs_err::read_to_string(docs("report.md")).expect("readable");
    committed("report.md", &tables::replaced(&text, &schema(), &example()));
}

#[test]
fn real_reports_hold_to_the_schema() {
    let sample = Phase::ghost();
    let (snapshot, _) = sample.seal();
    assert_eq!(faults(&report(&snapshot)), Vec::<String>::new(), "sealed");
    for phase in phases() {
        assert_eq!(faults(&report(&phase)), Vec::<String>::new(), "{}", phase.display());
    }
    assert_eq!(faults(&example()), Vec::<String>::new(), "the example");
}

#[test]
fn the_example_is_a_report() {
    let report: Report = serde_json::from_value(example()).expect("the types read it");
    assert_eq!(
        serde_json::to_value(&report).expect("it can be written"),
        example(),
        "nothing in it is unknown"
    );
}

#[test]
fn what_is_no_report_does_not_hold_to_the_schema() {
    let whole = example();
    type Change = fn(&mut Value);
    let changes: &[(&str, Change)] = &[
        ("no gates", |report| drop(report.as_object_mut().expect("an object").remove("gates"))),
        ("a check without outcome", |report| {
            drop(report["checks"][0].as_object_mut().expect("an object").remove("outcome"));
        }),
        ("an unknown outcome", |report| report["checks"][0]["outcome"] = "probably".into()),
        ("an unknown verdict", |report| report["gates"][0]["verdict"] = "PASS".into()),
        ("an unknown kind", |report| report["checks"][0]["kind"] = "style".into()),
        ("a line in words", |report| report["checks"][0]["line"] = "32".into()),
        ("a negative line", |report| report["checks"][0]["line"] = (-1).into()),
        ("notes that are no list", |report| report["notes"] = "none".into()),
        ("a seal in an unknown state", |report| report["trust"]["seal"]["state"] = "good".into()),
    ];
    for (what, change) in changes {
        let mut report = whole.clone();
        change(&mut report);
        assert_ne!(report, whole, "{what}");
        assert!(!faults(&report).is_empty(), "{what} goes through");
    }
}
