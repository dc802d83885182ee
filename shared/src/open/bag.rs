//! Compares what was read with what the bag's own files say; knows nothing about archives or signatures.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry_path::EntryPath;
use crate::open::OpenedEntry;
use crate::report::{FilesTrust, Problem};
use crate::snapshot::manifest::{
    BAG_INFO, BAGIT, BAGIT_TEXT, MANIFEST, Manifest, PAYLOAD_OXUM, TAG_MANIFEST, parse_bag_info, payload_oxum,
};
use crate::snapshot::metadata::Metadata;
use crate::snapshot::names::{PAYLOAD, SIGNATURES};

/// FORMAT §2.3: without these a snapshot cannot be checked or read by people.
const REQUIRED: [&str; 7] =
    ["README.txt", "VERIFY.txt", BAG_INFO, BAGIT, MANIFEST, "report.json", "report.txt"];

type Entries = BTreeMap<EntryPath, OpenedEntry>;

/// Marks entries that prove nothing as damaged, says why, and counts those that hold.
pub(super) fn check(entries: &mut Entries, metadata: &Metadata, problems: &mut Vec<Problem>) -> FilesTrust {
    let mut count = FilesTrust { intact: false, good: 0, total: 0 };
    compare(entries, TAG_MANIFEST, &mut count, problems);
    compare(entries, MANIFEST, &mut count, problems);
    for name in REQUIRED.into_iter().filter(|name| !entries.contains_key(*name)) {
        problems.push(problem(name, "is missing; every snapshot has it"));
    }
    for path in entries.keys().filter(|path| is_foreign_manifest(path)) {
        problems.push(Problem {
            path: Some(path.clone()),
            what: "is a manifest of another kind than sha256".to_owned(),
        });
    }
    check_bag_files(entries, problems);
    check_metadata(entries, metadata, problems);
    count
}

fn problem(name: &str, what: impl Into<String>) -> Problem {
    Problem { path: EntryPath::new(name).ok(), what: what.into() }
}

fn is_payload(path: &EntryPath) -> bool {
    path.segments().next() == Some(PAYLOAD)
}

/// Whether the manifest called `manifest` has to list `path`.
fn belongs_to(manifest: &str, path: &EntryPath) -> bool {
    let is_signature = path.segments().next() == Some(SIGNATURES);
    match manifest {
        MANIFEST => is_payload(path),
        _ => !is_payload(path) && !is_signature && path.as_str() != TAG_MANIFEST,
    }
}

fn is_foreign_manifest(path: &EntryPath) -> bool {
    let name = path.as_str().to_lowercase();
    (name.starts_with("manifest-") || name.starts_with("tagmanifest-"))
        && name != MANIFEST
        && name != TAG_MANIFEST
}

/// FORMAT §5.1 and §5.3: every file is listed in one manifest, with the digest of what was read.
fn compare(entries: &mut Entries, name: &str, count: &mut FilesTrust, problems: &mut Vec<Problem>) {
    let (manifest, faults, holds) = match entries.get(name) {
        Some(entry) => {
            let (manifest, faults) = Manifest::parse(&entry.bytes);
            (manifest, faults, entry.damaged.is_none())
        }
        None => (Manifest::default(), Vec::new(), false),
    };
    problems.extend(faults.into_iter().map(|what| problem(name, what)));
    if name == MANIFEST && !holds && entries.contains_key(name) {
        problems.push(problem(name, "does not hold, so the digests in it prove nothing"));
    }
    for path in manifest.digests.keys() {
        if !belongs_to(name, path) {
            problems.push(problem(name, format!("lists {path}, which does not belong in it")));
        } else if !entries.contains_key(path) {
            count.total += 1;
            problems.push(Problem { path: Some(path.clone()), what: format!("is missing; {name} lists it") });
        }
    }
    for (path, entry) in entries.iter_mut().filter(|(path, _)| belongs_to(name, path)) {
        count.total += 1;
        let fault = match manifest.digests.get(path) {
            None => Some(format!("is not listed in {name}: nobody vouches for it")),
            Some(listed) if *listed != entry.sha256 => {
                Some(format!("its sha256 is {}, {name} says {listed}", entry.sha256))
            }
            Some(_) => None,
        };
        if let Some(what) = fault {
            entry.damaged.get_or_insert_with(|| what.clone());
            problems.push(Problem { path: Some(path.clone()), what });
        }
        if entry.damaged.is_none() && holds {
            count.good += 1;
        }
    }
}

/// FORMAT §5.4: `bagit.txt` and the payload count in `bag-info.txt`.
fn check_bag_files(entries: &Entries, problems: &mut Vec<Problem>) {
    if entries.get(BAGIT).is_some_and(|entry| &*entry.bytes != BAGIT_TEXT.as_bytes()) {
        problems.push(problem(BAGIT, "does not say BagIt 1.0 in UTF-8"));
    }
    let Some(bag_info) = entries.get(BAG_INFO) else { return };
    let (fields, faults) = parse_bag_info(&bag_info.bytes);
    problems.extend(faults.into_iter().map(|what| problem(BAG_INFO, what)));
    let payload = entries.iter().filter(|(path, _)| is_payload(path));
    let actual = payload_oxum(payload.map(|(_, entry)| entry.size_bytes));
    let mut stated = fields.iter().filter(|(label, _)| label.eq_ignore_ascii_case(PAYLOAD_OXUM));
    match (stated.next(), stated.next()) {
        (Some((_, value)), None) if *value == actual => {}
        (Some((_, value)), None) => problems
            .push(problem(BAG_INFO, format!("{PAYLOAD_OXUM} is {value}, the payload comes to {actual}"))),
        (None, _) => problems.push(problem(BAG_INFO, format!("{PAYLOAD_OXUM} is missing"))),
        (Some(_), Some(_)) => problems.push(problem(BAG_INFO, format!("{PAYLOAD_OXUM} is there twice"))),
    }
}

/// FORMAT §6.2: `snapshot.json` lists exactly the payload, once and in order.
fn check_metadata(entries: &Entries, metadata: &Metadata, problems: &mut Vec<Problem>) {
    let name = "snapshot.json";
    if !metadata.entries.is_sorted_by(|a, b| a.path < b.path) {
        problems.push(problem(name, "its entries are not in order of path, or one is there twice"));
    }
    let listed: BTreeSet<&EntryPath> = metadata.entries.iter().map(|entry| &entry.path).collect();
    for path in &listed {
        if !is_payload(path) || !entries.contains_key(*path) {
            problems.push(problem(name, format!("lists {path}, which is not in the payload")));
        }
    }
    for path in entries.keys().filter(|path| is_payload(path) && !listed.contains(path)) {
        problems.push(Problem {
            path: Some(path.clone()),
            what: format!("is not listed in {name}: nothing says what it is"),
        });
    }
}
