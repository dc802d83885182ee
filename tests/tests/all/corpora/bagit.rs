//! The Library of Congress's conformance suite: a lenient reader agrees with it, and the snapshot's profile refuses, by clause.

use std::collections::BTreeMap;
use std::path::Path;

use dossier_tests::forge::{Bag, judge};
use dossier_tests::{bagit, corpora, measured};

use super::lenient::{tree, validate};
use super::{folders, name};

/// Where bagit.py accepts what the suite calls invalid: spaces before the colons of bagit.txt.
const BAGIT_PY_ACCEPTS: &str = "bagit-with-invalid-whitespace";

/// Every bag of the suite's folders of this name, with its version.
fn bags(root: &Path, verdict: &str) -> Vec<std::path::PathBuf> {
    ["v0.97", "v1.0"]
        .iter()
        .map(|version| root.join(version).join(verdict))
        .filter(|path| path.is_dir())
        .flat_map(|path| folders(&path))
        .collect()
}

#[test]
fn a_lenient_reader_agrees_with_the_suite() {
    let Some(root) = corpora("bagit") else { return };
    let mut counts = Vec::new();
    for (verdict, expected) in [("valid", 13), ("invalid", 15)] {
        let bags = bags(&root, verdict);
        assert_eq!(bags.len(), expected, "{verdict}");
        for bag in &bags {
            let result = validate(bag);
            println!("{verdict} {}: {result:?}", name(bag));
            assert_eq!(result.is_ok(), verdict == "valid", "{}: {result:?}", bag.display());
        }
        counts.push(format!("{} {verdict}", bags.len()));
    }
    measured(&format!("corpora bagit: a lenient reader agrees with the suite on {}", counts.join(" and ")));
}

#[test]
fn a_lenient_reader_agrees_with_bagit_py() {
    let Some(root) = corpora("bagit") else { return };
    let Some(mut bagit) = bagit() else { return };
    let bags: Vec<_> = ["valid", "invalid"].iter().flat_map(|verdict| bags(&root, verdict)).collect();
    let output = bagit.arg("--validate").args(&bags).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    let mut differ = Vec::new();
    for bag in &bags {
        let path = bag.display().to_string();
        let accepts = said.contains(&format!("{path} is valid"));
        assert!(accepts || said.contains(&format!("{path} is invalid")), "{path}: {said}");
        if accepts != validate(bag).is_ok() {
            differ.push(name(bag));
        }
    }
    assert_eq!(differ, [BAGIT_PY_ACCEPTS]);
    measured(&format!(
        "corpora bagit: bagit.py agrees on {} of {}, and accepts {BAGIT_PY_ACCEPTS}",
        bags.len() - 1,
        bags.len()
    ));
}

/// The bag as a snapshot that lacks nothing but what the bag itself lacks.
fn as_snapshot(folder: &Path) -> Vec<u8> {
    let small = Bag::small();
    let files = tree(folder, folder).into_iter();
    let read = |name: String| (name.clone(), fs_err::read(folder.join(name)).expect("readable"));
    let mut bag = Bag { stem: "bag".to_owned(), files: files.map(read).collect() };
    bag.files.sort_by_key(|(name, _)| !name.starts_with("data/"));
    for wanted in ["README.txt", "VERIFY.txt", "report.json", "report.txt", "snapshot.json"] {
        if bag.files.iter().all(|(name, _)| name != wanted) {
            let (_, bytes) =
                small.files.iter().find(|(name, _)| name == wanted).expect("every snapshot has it");
            bag.add(wanted, bytes.clone());
        }
    }
    bag.describe_entries();
    if bag.files.iter().all(|(name, _)| name != "tagmanifest-sha256.txt") {
        bag.add("tagmanifest-sha256.txt", "");
        bag.relist_tags();
    }
    bag.bytes()
}

/// The clause that a problem's words are about.
fn clause(problem: &str) -> &'static str {
    let about = |words: &[&str]| words.iter().any(|words| problem.contains(words));
    match problem.split_once(": ").map_or("", |(path, _)| path) {
        _ if about(&["every snapshot has it"]) => "§2.3",
        _ if about(&["another kind"]) => "§5.1",
        _ if about(&["not listed in snapshot.json", "not in the payload"]) => "§6.2",
        _ if about(&["is not listed in", "does not belong"]) => "§5.1",
        _ if about(&["its sha256 is", "is missing", "does not hold"]) => "§5.3",
        "bagit.txt" | "bag-info.txt" => "§5.4",
        "manifest-sha256.txt" | "tagmanifest-sha256.txt" => "§5.2",
        _ => panic!("no clause for {problem:?}"),
    }
}

/// What some bags are there for, and the clause that the snapshot's profile refuses just that by.
const ABOUT: [(&str, &str); 14] = [
    ("holey-bag", "§2.3"),
    ("out-of-scope-file-paths-using-dot-notation-for-fetch", "§2.3"),
    ("bag-with-encoded-names", "§3.1"),
    ("same-filename-listed-twice-with-different-normalization", "§5.1"),
    ("UTF-16-encoded-tag-files", "§5.4"),
    ("ISO-8859-1-encoded-tag-files", "§5.4"),
    ("uncommon-metadata-separators", "§5.4"),
    ("bom-in-bagit.txt", "§5.4"),
    ("missing-bagit.txt", "§2.3"),
    ("corrupt-data-file", "§5.4"),
    ("extra-file-in-bag", "§5.4"),
    ("bagit-with-invalid-whitespace", "§5.4"),
    ("same-filename-listed-twice-with-different-hashes", "§5.2"),
    ("same-filename-listed-twice-with-the-same-hash", "§5.2"),
];

#[test]
fn the_snapshots_profile_refuses_every_bag_by_clause() {
    let Some(root) = corpora("bagit") else { return };
    let (mut count, mut errors) = (0, 0);
    let mut by_clause = BTreeMap::new();
    for verdict in ["valid", "invalid", "warning", "linux-only", "windows-only"] {
        for bag in bags(&root, verdict) {
            let (judged, name) = (judge(&as_snapshot(&bag)), name(&bag));
            let mut clauses: Vec<String> = match &judged.error {
                Some(error) => {
                    vec![error.rsplit_once("(FORMAT ").expect("a clause").1.trim_end_matches(')').to_owned()]
                }
                None => judged.problems.iter().map(|problem| clause(problem).to_owned()).collect(),
            };
            clauses.sort();
            clauses.dedup();
            println!("{verdict} {name}: {}", clauses.join(" "));
            assert!(!clauses.is_empty(), "{name} is within the profile");
            for (_, about) in ABOUT.iter().filter(|(known, _)| *known == name) {
                assert!(clauses.iter().any(|clause| clause == about), "{name} is about {about}: {judged:?}");
            }
            count += 1;
            errors += usize::from(judged.error.is_some());
            clauses.into_iter().for_each(|clause| *by_clause.entry(clause).or_insert(0) += 1);
        }
    }
    assert!(count >= 34, "{count} bags");
    let clauses: Vec<_> = by_clause.iter().map(|(clause, count)| format!("{count} by {clause}")).collect();
    measured(&format!(
        "corpora bagit: {count} bags lie outside a snapshot's profile, {errors} not opened ({})",
        clauses.join(", ")
    ));
}
