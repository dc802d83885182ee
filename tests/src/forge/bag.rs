//! One small snapshot, its files as a forger sees them, and what it takes to list, seal and sign them anew.
//! Knows nothing of zip records.

use dossier_shared::entry_path::EntryPath;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use dossier_shared::digest::Sha256Digest;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::signature::statement::{Decision, OutcomeCounts, PACKER, Predicate, Statement};
use dossier_shared::snapshot::metadata::{Entry, Metadata, Phase, SCHEMA};
use dossier_shared::snapshot::write::{Draft, write};
use ssh_key::private::{Ed25519Keypair, PrivateKey};
use ssh_key::{HashAlg, LineEnding};

use super::{Archive, Item, STORED};

/// The folder that everything lies in.
pub const STEM: &str = "ghost-20260613T063800Z";
/// The packer's key, by its seed.
pub const KEY: u8 = 1;
/// A key that nobody vouches for.
pub const OTHER_KEY: u8 = 9;

const MANIFEST: &str = "manifest-sha256.txt";
const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";

/// A key that is the same in every run.
pub fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

/// A small snapshot without signatures, as Dossier's own writer writes it.
pub fn small() -> Vec<u8> {
    let payload = [
        (
            "data/documents/REVIEW-ghost.md",
            EvidenceKind::Review,
            "## M1 — State: **PASS @2026-06-13T06:38Z**\n",
        ),
        ("data/runs/612/results.json", EvidenceKind::RunResults, "{\"level\": 5}\n"),
    ];
    let path = |name: &str| EntryPath::new(name).expect("a good name");
    let draft = Draft {
        stem: STEM.to_owned(),
        metadata: Metadata {
            schema: SCHEMA.to_owned(),
            packer: "dossier 0.1.0".to_owned(),
            packed_at: "2026-06-13T06:38:00Z".parse().expect("a time"),
            phase: Phase { id: "ghost".to_owned(), title: String::new() },
            sources: vec![],
            entries: payload
                .iter()
                .map(|(name, kind, _)| Entry {
                    path: path(name),
                    kind: *kind,
                    origin: (*name).to_owned(),
                    original_name: None,
                    captured_at: None,
                })
                .collect(),
            absences: vec![],
            events: vec![],
            redactions: vec![],
        },
        payload: payload.iter().map(|(name, _, text)| (path(name), text.as_bytes().to_vec())).collect(),
        report_json: "{\"schema\": \"dossier.report/1\"}\n".to_owned(),
        report_text: "1 gate passed\n".to_owned(),
        bag_info: vec![("External-Identifier".to_owned(), "ghost".to_owned())],
        viewer_html: None,
    };
    let mut out = Cursor::new(Vec::new());
    write(&mut out, &draft).expect("a good draft is written");
    out.into_inner()
}

/// The files of a snapshot below its stem, in the order of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bag {
    pub stem: String,
    pub files: Vec<(String, Vec<u8>)>,
}

impl Bag {
    /// [`small`], unpacked.
    pub fn small() -> Self {
        Self::of(&small())
    }

    /// A good snapshot, unpacked.
    pub fn of(snapshot: &[u8]) -> Self {
        let mut stem = String::new();
        let files = Archive::read(snapshot).items.into_iter().map(|item| {
            let name = String::from_utf8(item.central.name.clone()).expect("text");
            let (folder, name) = name.split_once('/').expect("a stem");
            folder.clone_into(&mut stem);
            (name.to_owned(), item.inflated())
        });
        let files = files.collect();
        Self { stem, files }
    }

    /// The bytes of a file, to look at or to change.
    pub fn file(&mut self, name: &str) -> &mut Vec<u8> {
        let found = self.files.iter_mut().find(|(found, _)| found == name);
        &mut found.unwrap_or_else(|| panic!("there is no {name}")).1
    }

    /// One more file that nothing lists: payload in its place, anything else at the end.
    pub fn add(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        let later = |(found, _): &(String, Vec<u8>)| !found.starts_with("data/") || found.as_str() > name;
        let at = self.files.iter().position(later).filter(|_| name.starts_with("data/"));
        self.files.insert(at.unwrap_or(self.files.len()), (name.to_owned(), bytes.into()));
    }

    /// One more payload file that everything lists, as if it had been packed.
    pub fn pack(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.add(name, bytes);
        self.describe();
        self.relist();
    }

    /// Makes `snapshot.json` and the payload's count agree with the payload that is there.
    pub fn describe(&mut self) {
        self.describe_entries();
        let payload = self.files.iter().filter(|(name, _)| name.starts_with("data/"));
        let (bytes, files) = payload.fold((0, 0), |(bytes, files), file| (bytes + file.1.len(), files + 1));
        let text = String::from_utf8(self.file("bag-info.txt").clone()).expect("text");
        let lines = text.lines().map(|line| match line.starts_with("Payload-Oxum: ") {
            true => format!("Payload-Oxum: {bytes}.{files}\n"),
            false => format!("{line}\n"),
        });
        *self.file("bag-info.txt") = lines.collect::<String>().into_bytes();
    }

    /// Makes `snapshot.json` list the payload that is there.
    pub fn describe_entries(&mut self) {
        let payload = self.files.iter().filter(|(name, _)| name.starts_with("data/"));
        let names: BTreeSet<String> = payload.map(|(name, _)| name.clone()).collect();
        let mut metadata: serde_json::Value =
            serde_json::from_slice(self.file("snapshot.json")).expect("a good snapshot.json");
        let entry = |name| serde_json::json!({ "path": name, "kind": "file", "origin": "forged" });
        metadata["entries"] = names.into_iter().map(entry).collect();
        *self.file("snapshot.json") = format!("{metadata:#}\n").into_bytes();
    }

    /// One file fewer.
    pub fn remove(&mut self, name: &str) {
        self.files.retain(|(found, _)| found != name);
    }

    /// Replaces the first `from`, which has to be there, in a text file.
    pub fn replace(&mut self, name: &str, from: &str, to: &str) {
        let file = self.file(name);
        let text = String::from_utf8(std::mem::take(file)).expect("text");
        assert!(text.contains(from), "{name} holds no {from:?}");
        *file = text.replacen(from, to, 1).into_bytes();
    }

    /// Writes both manifests anew, so that they agree with whatever is there; a forger's first step.
    pub fn relist(&mut self) {
        let lines = |files: &[(String, Vec<u8>)], wanted: &dyn Fn(&str) -> bool| -> Vec<u8> {
            let listed: BTreeMap<_, _> = files.iter().filter(|(name, _)| wanted(name)).cloned().collect();
            let line = |(name, bytes): (String, Vec<u8>)| format!("{}  {name}\n", Sha256Digest::of(&bytes));
            listed.into_iter().map(line).collect::<String>().into_bytes()
        };
        let payload = lines(&self.files, &|name| name.starts_with("data/"));
        if self.files.iter().any(|(name, _)| name == MANIFEST) {
            *self.file(MANIFEST) = payload;
        }
        self.relist_tags();
    }

    /// Writes only the manifest of the tag files anew.
    pub fn relist_tags(&mut self) {
        let tags: BTreeMap<_, _> = self
            .files
            .iter()
            .filter(|(name, _)| {
                !name.starts_with("data/") && !name.starts_with("signatures/") && name != TAG_MANIFEST
            })
            .map(|(name, bytes)| (name.clone(), Sha256Digest::of(bytes)))
            .collect();
        let text: String = tags.into_iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
        *self.file(TAG_MANIFEST) = text.into_bytes();
    }

    /// The archive of these files, every one stored.
    pub fn archive(&self) -> Archive {
        let item =
            |(name, bytes): &(String, Vec<u8>)| Item::new(format!("{}/{name}", self.stem), bytes, STORED);
        Archive { items: self.files.iter().map(item).collect(), ..Archive::default() }
    }

    /// The archive as a file.
    pub fn bytes(&self) -> Vec<u8> {
        self.archive().bytes()
    }

    /// The archive with a seal of `key` over it as it is.
    pub fn sealed(&self, key: &PrivateKey) -> Vec<u8> {
        seal(&self.bytes(), key)
    }
}

/// What the seal of an unsigned archive has to say.
pub fn seal_statement(unsigned: &[u8]) -> Statement {
    let archive = Archive::read(unsigned);
    let covered = &unsigned[..archive.central_offset() as usize];
    let digest = |name: &str| {
        let suffix = format!("/{name}");
        let item = archive.items.iter().find(|item| item.central.name.ends_with(suffix.as_bytes()));
        Sha256Digest::of(&item.map(Item::inflated).unwrap_or_default())
    };
    Statement {
        snapshot_id: digest(TAG_MANIFEST),
        predicate: Predicate {
            role: PACKER.to_owned(),
            decision: Decision::Sealed,
            note: String::new(),
            claimed_time: "2026-06-13T06:40:00Z".parse().expect("a time"),
            phase: "ghost".to_owned(),
            report_sha256: digest("report.json"),
            gates: vec![],
            outcomes: OutcomeCounts::default(),
            contradictions_accepted: vec![],
            prior: vec![],
            supersedes: None,
            sealed_bytes: Some(covered.len() as u64),
            sealed_sha256: Some(Sha256Digest::of(covered)),
        },
    }
}

/// A sign-off about the same snapshot.
pub fn sign_off(unsigned: &[u8], role: &str, decision: Decision) -> Statement {
    let mut statement = seal_statement(unsigned);
    statement.predicate.role = role.to_owned();
    statement.predicate.decision = decision;
    (statement.predicate.sealed_bytes, statement.predicate.sealed_sha256) = (None, None);
    statement
}

/// An armoured signature of any bytes in any namespace.
pub fn armour(key: &PrivateKey, namespace: &str, bytes: &[u8]) -> Vec<u8> {
    let signature = key.sign(namespace, HashAlg::Sha512, bytes).expect("a key signs");
    signature.to_pem(LineEnding::LF).expect("armour").into_bytes()
}

/// Puts a pair of files below `signatures/`, whatever they hold, behind everything else.
pub fn append(snapshot: &[u8], file_stem: &str, json: &[u8], armoured: &[u8]) -> Vec<u8> {
    let mut archive = Archive::read(snapshot);
    let stem = archive.items[0].central.name.split(|byte| *byte == b'/').next().unwrap_or_default().to_vec();
    let stem = String::from_utf8(stem).expect("text");
    for (name, bytes) in [(format!("{file_stem}.json"), json), (format!("{file_stem}.json.sig"), armoured)] {
        archive.items.push(Item::new(format!("{stem}/signatures/{name}"), bytes, STORED));
    }
    archive.bytes()
}

/// Signs a statement in the namespace that it asks for and appends it under the name that it should have.
pub fn sign(snapshot: &[u8], statement: &Statement, key: &PrivateKey) -> Vec<u8> {
    let json = statement.to_json();
    let file_stem = match statement.predicate.decision {
        Decision::Sealed => "seal".to_owned(),
        _ => Sha256Digest::of(json.as_bytes()).to_string(),
    };
    append(snapshot, &file_stem, json.as_bytes(), &armour(key, &statement.namespace(), json.as_bytes()))
}

/// Seals an unsigned archive as it is.
pub fn seal(unsigned: &[u8], key: &PrivateKey) -> Vec<u8> {
    sign(unsigned, &seal_statement(unsigned), key)
}
