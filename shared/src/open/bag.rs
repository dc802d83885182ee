//! Compares what was read with what the bag's own files say; knows nothing about archives or signatures.

use std::collections::{BTreeMap, BTreeSet};

use super::json::repeated_keys;
use super::{Damage, METADATA, OpenedEntry, REPORT};
use crate::entry_path::EntryPath;
use crate::report::{FilesTrust, Problem, ProblemKind};
use crate::snapshot::manifest::{
    BAG_INFO, BAGIT, BAGIT_TEXT, MANIFEST, Manifest, PAYLOAD_OXUM, TAG_MANIFEST, parse_bag_info, payload_oxum,
};
use crate::snapshot::metadata::Metadata;
use crate::snapshot::names::{PAYLOAD, SIGNATURES};

/// FORMAT §2.3: without these a snapshot cannot be checked or read by people.
const REQUIRED: [&str; 7] = ["README.txt", "VERIFY.txt", BAG_INFO, BAGIT, MANIFEST, REPORT, "report.txt"];

type Entries = BTreeMap<EntryPath, OpenedEntry>;

/// Marks entries that prove nothing as damaged, says why, and counts those that hold.
pub(super) fn check(entries: &mut Entries, metadata: &Metadata, problems: &mut Vec<Problem>) -> FilesTrust {
    let mut count = FilesTrust { intact: false, good: 0, total: 0 };
    compare(entries, TAG_MANIFEST, &mut count, problems);
    compare(entries, MANIFEST, &mut count, problems);
    for name in REQUIRED.into_iter().filter(|name| !entries.contains_key(*name)) {
        problems.push(Problem::of(name, ProblemKind::Missing, "is missing; every snapshot has it"));
    }
    for path in entries.keys().filter(|path| is_foreign_manifest(path)) {
        let what = "is a manifest of another kind than sha256";
        problems.push(Problem::of(path.as_str(), ProblemKind::ForeignManifest, what));
    }
    check_bag_files(entries, problems);
    check_metadata(entries, metadata, problems);
    check_report(entries, problems);
    count
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
fn compare(entries: &mut Entries, name: &'static str, count: &mut FilesTrust, problems: &mut Vec<Problem>) {
    let (manifest, faults, holds) = match entries.get(name) {
        Some(entry) => {
            let (manifest, faults) = Manifest::parse(entry.kept());
            (manifest, faults, entry.damaged.is_none())
        }
        None => (Manifest::default(), Vec::new(), false),
    };
    problems.extend(faults.into_iter().map(|what| Problem::of(name, ProblemKind::ManifestLine, what)));
    if name == MANIFEST && !holds && entries.contains_key(name) {
        let what = "does not hold, so the digests in it prove nothing";
        problems.push(Problem::of(name, ProblemKind::ManifestDamaged, what));
    }
    for path in manifest.digests.keys() {
        if !belongs_to(name, path) {
            let what = format!("lists {path}, which does not belong in it");
            problems.push(Problem::of(name, ProblemKind::ManifestPlace, what));
        } else if !entries.contains_key(path) {
            count.total += 1;
            let what = format!("is missing; {name} lists it");
            problems.push(Problem::of(path.as_str(), ProblemKind::Missing, what));
        }
    }
    for (path, entry) in entries.iter_mut().filter(|(path, _)| belongs_to(name, path)) {
        count.total += 1;
        let damage = match manifest.digests.get(path) {
            None => Some(Damage::NotListed { manifest: name }),
            Some(listed) if *listed != entry.sha256 => {
                Some(Damage::Digest { found: entry.sha256, listed: *listed, manifest: name })
            }
            Some(_) => None,
        };
        if let Some(damage) = damage {
            problems.push(damage.problem(path));
            entry.damaged.get_or_insert(damage);
        }
        if entry.damaged.is_none() && holds {
            count.good += 1;
        }
    }
}

/// FORMAT §5.4: `bagit.txt` and the payload count in `bag-info.txt`.
fn check_bag_files(entries: &Entries, problems: &mut Vec<Problem>) {
    if entries.get(BAGIT).is_some_and(|entry| entry.kept() != BAGIT_TEXT.as_bytes()) {
        let what = "does not say BagIt 1.0 in UTF-8";
        problems.push(Problem::of(BAGIT, ProblemKind::BagDeclaration, what));
    }
    let Some(bag_info) = entries.get(BAG_INFO) else { return };
    let (fields, faults) = parse_bag_info(bag_info.kept());
    problems.extend(faults.into_iter().map(|what| Problem::of(BAG_INFO, ProblemKind::BagInfo, what)));
    let payload = entries.iter().filter(|(path, _)| is_payload(path));
    let actual = payload_oxum(payload.map(|(_, entry)| entry.size_bytes));
    let mut stated = fields.iter().filter(|(label, _)| label.eq_ignore_ascii_case(PAYLOAD_OXUM));
    let what = match (stated.next(), stated.next()) {
        (Some((_, value)), None) if *value == actual => return,
        (Some((_, value)), None) => format!("{PAYLOAD_OXUM} is {value}, the payload comes to {actual}"),
        (None, _) => format!("{PAYLOAD_OXUM} is missing"),
        (Some(_), Some(_)) => format!("{PAYLOAD_OXUM} is there twice"),
    };
    problems.push(Problem::of(BAG_INFO, ProblemKind::PayloadOxum, what));
}

/// FORMAT §6.2: `snapshot.json` lists exactly the payload, once and in order.
fn check_metadata(entries: &Entries, metadata: &Metadata, problems: &mut Vec<Problem>) {
    let name = METADATA;
    if !metadata.entries.is_sorted_by(|a, b| a.path < b.path) {
        let what = "its entries are not in order of path, or one is there twice";
        problems.push(Problem::of(name, ProblemKind::EntryOrder, what));
    }
    let listed: BTreeSet<&EntryPath> = metadata.entries.iter().map(|entry| &entry.path).collect();
    for path in &listed {
        if !is_payload(path) || !entries.contains_key(*path) {
            let what = format!("lists {path}, which is not in the payload");
            problems.push(Problem::of(name, ProblemKind::EntryMissing, what));
        }
    }
    for path in entries.keys().filter(|path| is_payload(path) && !listed.contains(path)) {
        let what = format!("is not listed in {name}: nothing says what it is");
        problems.push(Problem::of(path.as_str(), ProblemKind::EntryNotListed, what));
    }
}

/// FORMAT §5.5: two readers of `report.json` must not find two values under one key.
fn check_report(entries: &Entries, problems: &mut Vec<Problem>) {
    let Some(report) = entries.get(REPORT) else { return };
    for key in repeated_keys(report.kept()).unwrap_or_default() {
        let what = format!("the key {key:?} is given twice in one object");
        problems.push(Problem::of(REPORT, ProblemKind::DuplicateKey, what));
    }
}
