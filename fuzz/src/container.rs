//! What has to hold for any bytes that claim to be a snapshot, a part of one, or the file that says whom to trust.
//! Knows nothing about evidence.

use std::io::Cursor;
use std::sync::LazyLock;

use dossier_shared::limits::Limits;
use dossier_shared::open::open as open_snapshot;
use dossier_shared::report::SealState;
use dossier_shared::signature::SEAL_NAMESPACE;
use dossier_shared::signature::allowed_signers::{AllowedSigners, Lookup};
use dossier_shared::signature::revoked::RevokedKeys;
use dossier_shared::signature::sshsig::verify as verify_signature;
use dossier_shared::signature::statement::Statement;
use dossier_shared::snapshot::layout::Layout;
use dossier_shared::snapshot::manifest::{Manifest, bag_info_text, parse_bag_info};
use dossier_shared::snapshot::metadata::Metadata;
use dossier_shared::verify::verify;

/// What the signatures of the corpus sign.
const MESSAGE: &[u8] = b"a statement\n";

/// Small enough for many runs a second; what is larger is refused before it is inflated.
fn limits() -> Limits {
    Limits { entry_bytes: 1 << 20, total_bytes: 4 << 20, ..Limits::default() }
}

/// The zip records: what is laid out well has an owner for every byte.
pub fn layout(bytes: &[u8]) {
    let Ok(layout) = Layout::read(&mut Cursor::new(bytes), &limits()) else { return };
    let mut next = 0;
    for entry in &layout.entries {
        assert!(entry.data_offset > next, "{} begins inside the entry before it", entry.path);
        next = entry.data_offset + entry.record.compressed_bytes;
    }
    assert!(next == layout.central_offset, "bytes between the entries and the directory");
    assert!(layout.covered_bytes <= layout.central_offset && layout.file_bytes == bytes.len() as u64);
}

/// A manifest: without a fault, there is one way to write it.
pub fn manifest(bytes: &[u8]) {
    let (manifest, faults) = Manifest::parse(bytes);
    let text = manifest.to_text();
    assert!(!faults.is_empty() || text.as_bytes() == bytes, "two texts of one meaning");
    assert!(Manifest::parse(text.as_bytes()) == (manifest, Vec::new()));
}

/// `bag-info.txt`: without a fault, there is one way to write it.
pub fn bag_info(bytes: &[u8]) {
    let (fields, faults) = parse_bag_info(bytes);
    let text = bag_info_text(&fields).unwrap_or_else(|what| panic!("{what}"));
    assert!(!faults.is_empty() || text.as_bytes() == bytes, "two texts of one meaning");
    assert!(fields.is_empty() || parse_bag_info(text.as_bytes()) == (fields, Vec::new()));
}

/// `snapshot.json`: what is written again is read as the same.
pub fn metadata(bytes: &[u8]) {
    let Ok(metadata) = serde_json::from_slice::<Metadata>(bytes) else { return };
    let text = serde_json::to_vec(&metadata).unwrap_or_else(|error| panic!("{error}"));
    assert!(serde_json::from_slice::<Metadata>(&text).is_ok_and(|again| again == metadata));
}

/// A statement: one meaning, one sequence of bytes.
pub fn statement(bytes: &[u8]) {
    if let Ok(statement) = Statement::parse(bytes) {
        assert!(statement.to_json().as_bytes() == bytes, "two texts of one meaning");
    }
}

/// An armoured signature: what fits one message fits no other.
pub fn sshsig(bytes: &[u8]) {
    if let Ok(signature) = verify_signature(bytes, SEAL_NAMESPACE, MESSAGE) {
        assert!(signature.namespace == SEAL_NAMESPACE && signature.fingerprint.starts_with("SHA256:"));
        assert!(verify_signature(bytes, SEAL_NAMESPACE, b"another").is_err());
        assert!(verify_signature(bytes, "file", MESSAGE).is_err());
    }
}

/// A trust file, and the same bytes as a list of revoked keys.
pub fn allowed_signers(bytes: &[u8]) {
    let file = AllowedSigners::parse(bytes);
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    assert!(file.lines().len() + file.issues().len() <= lines, "a line is read twice");
    for line in file.lines() {
        // FORMAT §8.2: without `namespaces=`, nothing is granted.
        let lookup = file.lookup(&line.key, "seal@dossier", None);
        let granting = file.lines().iter().any(|other| other.key == line.key && other.namespaces().is_some());
        assert!(granting || !matches!(lookup, Lookup::Trusted { .. }), "line {} grants", line.number);
    }
    let _ = RevokedKeys::parse(bytes);
}

/// A whole file: whatever opens can be verified, and a seal that holds is about what was read.
pub fn open(bytes: &[u8]) {
    static TRUST: LazyLock<AllowedSigners> = LazyLock::new(|| AllowedSigners::parse(TRUSTED.as_bytes()));
    let Ok(opened) = open_snapshot(bytes, &limits()) else { return };
    let verification = verify(&opened, Some(&TRUST));
    if verification.seal.state == SealState::Valid {
        let statement = verification.statement.unwrap_or_else(|| panic!("a seal without a statement"));
        assert!(statement.snapshot_id == opened.snapshot_id);
        assert!(statement.predicate.sealed_sha256 == Some(opened.covered.sha256));
        assert!(opened.deviations.is_empty());
    }
    assert!(opened.files.good <= opened.files.total);
    assert!(opened.files.intact == opened.problems.is_empty());
}

/// The key of the corpus's seals.
const TRUSTED: &str = "packer namespaces=\"seal@dossier\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\n";
