//! malo's and yauzl's archives: what they call malicious, to be rejected or a failure is refused, for what is wrong with it.

use dossier_tests::forge::judge;
use dossier_tests::{corpora, dossier, measured};

use super::rezipped::as_snapshot;
use super::{files, name};

/// What has to be refused, by folder, with the number of files that the corpus holds at least.
const REFUSED: [(&str, usize); 3] =
    [("zip/malo/zip/malicious", 8), ("zip/malo/zip/reject", 13), ("zip/yauzl/test/failure", 23)];

/// What other readers accept or argue about: it must not crash, and what we say of it is printed.
const OTHERS: [&str; 2] = ["zip/malo/zip/accept", "zip/malo/zip/iffy"];

/// Refused as they are because they are no snapshot: `§3.2`, which is asked before their own fault is met. Each
/// shows its fault when its entries lie where a snapshot's lie.
const NO_SNAPSHOT: [(&str, &str); 3] = [
    // Two records, one entry: the second points where no entry begins.
    ("cd_extra_entry.zip", "§4.2"),
    // Two entries, one record: bytes that nobody owns.
    ("cd_missing_entry.zip", "§4.2"),
    // The stream holds more than both headers say.
    ("short_usize.zip", "inflates to"),
];

#[test]
fn what_is_called_hostile_is_refused() {
    let Some(folder) = corpora("zip") else { return };
    let root = folder.parent().expect("the corpora");
    let (mut count, mut accepted, mut by_clause) = (0, Vec::new(), std::collections::BTreeMap::new());
    for (folder, least) in REFUSED {
        let found = files(&root.join(folder), "zip");
        assert!(found.len() >= least, "{folder} holds {} of {least}", found.len());
        for file in found {
            count += 1;
            let (bytes, name) = (fs_err::read(&file).expect("readable"), name(&file));
            let Some(error) = judge(&bytes).error else {
                accepted.push(name);
                continue;
            };
            println!("{name}: {error}");
            let clause = error.rsplit_once("(FORMAT ").map_or("", |(_, rest)| rest.trim_end_matches(')'));
            assert!(!clause.is_empty(), "{name} is refused as no snapshot, not as a bad zip: {error}");
            *by_clause.entry(clause.to_owned()).or_insert(0) += 1;
            let known = NO_SNAPSHOT.iter().any(|(known, _)| *known == name);
            assert_eq!(clause.starts_with("§3.2"), known, "{name}: {error}");
        }
    }
    assert!(accepted.is_empty(), "accepted: {accepted:?}");
    let clauses: Vec<_> = by_clause.iter().map(|(clause, count)| format!("{count} by {clause}")).collect();
    measured(&format!(
        "corpora zip: {count} of malo malicious + reject and yauzl failure judged, accepted: 0 ({})",
        clauses.join(", ")
    ));
}

/// Files whose fault shows only when nothing else is strange about them, and the words for it.
#[test]
fn what_is_called_hostile_stays_so_inside_a_snapshot() {
    let Some(folder) = corpora("zip") else { return };
    let root = folder.parent().expect("the corpora");
    let (mut count, mut whole) = (0, 0);
    for (folder, _) in REFUSED {
        for file in files(&root.join(folder), "zip") {
            let (bytes, name) = (fs_err::read(&file).expect("readable"), name(&file));
            let Some(snapshot) = as_snapshot(&bytes) else {
                println!("{name}: has no directory that could be moved into a snapshot");
                continue;
            };
            count += 1;
            let judged = judge(&snapshot);
            let inflating = ["inflate", "deflate", "crc32"];
            let fault = judged.error.clone().or_else(|| {
                judged
                    .problems
                    .iter()
                    .find(|problem| inflating.iter().any(|word| problem.contains(word)))
                    .cloned()
            });
            println!("{name}: {fault:?}");
            let fault =
                fault.unwrap_or_else(|| panic!("{name} shows no fault of its own: {:?}", judged.problems));
            whole += usize::from(judged.error.is_none());
            if let Some((_, words)) = NO_SNAPSHOT.iter().find(|(known, _)| *known == name) {
                assert!(fault.contains(words), "{name}: {fault}");
            }
        }
    }
    measured(&format!(
        "corpora zip: {count} of them moved into a snapshot, each with a fault of its own ({whole} in the data, the rest in the records)"
    ));
}

#[test]
fn what_others_accept_does_no_harm() {
    let Some(folder) = corpora("zip") else { return };
    let root = folder.parent().expect("the corpora");
    let (mut count, mut sound) = (0, 0);
    for file in OTHERS.iter().flat_map(|folder| files(&root.join(folder), "zip")) {
        let bytes = fs_err::read(&file).expect("readable");
        let said = judge(&bytes).error.expect("no file of another project is a snapshot");
        println!("{}: {said}", name(&file));
        if let Some(snapshot) = as_snapshot(&bytes) {
            let inside = judge(&snapshot);
            println!("    inside a snapshot: {:?}", inside.error.as_ref().unwrap_or(&"read".to_owned()));
            sound += usize::from(inside.error.is_none());
        }
        count += 1;
    }
    measured(&format!(
        "corpora zip: {count} of malo accept + iffy read without a crash; {sound} of them are laid out as FORMAT §4 asks"
    ));
}

#[test]
fn the_command_line_refuses_them_too() {
    let Some(folder) = corpora("zip") else { return };
    let root = folder.parent().expect("the corpora");
    let mut count = 0;
    for (folder, _) in REFUSED {
        for file in files(&root.join(folder), "zip").into_iter().step_by(5) {
            let output = dossier().arg("verify").arg(&file).output().expect("it starts");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{}: {said}", file.display());
            assert!(said.contains("FORMAT §"), "{}: {said}", file.display());
            count += 1;
        }
    }
    measured(&format!("corpora zip: {count} of them given to `dossier verify`, exit code 3 each"));
}
