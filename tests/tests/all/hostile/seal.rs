//! Seals that are half there, forged, or about something else (FORMAT §7.1, §7.5, §7.8, §7.9).

use dossier_shared::digest::Sha256Digest;
use dossier_shared::report::SealState::{Invalid, Repacked, Unsigned, Valid};
use dossier_shared::signature::SEAL_NAMESPACE;
use dossier_shared::signature::statement::Statement;
use dossier_tests::forge::{
    Archive, Bag, DEFLATED, Item, KEY, OTHER_KEY, STEM, append, armour, key, seal, seal_statement, sign,
    small,
};

use super::Expect::{Problem, Seal};
use super::{Row, check, row, zip};

const REVIEW: &str = "data/documents/REVIEW-ghost.md";
const SEAL: &str = "signatures/seal.json";
const SIGNATURE: &str = "signatures/seal.json.sig";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = halves();
    rows.extend(forged());
    rows.extend(about_something_else());
    rows
}

#[test]
fn seals_that_do_not_hold() {
    check("seals", &rows());
}

fn without(zip: &mut Archive, name: &str) {
    let suffix = format!("/{name}");
    zip.items.retain(|item| !item.central.name.ends_with(suffix.as_bytes()));
}

fn halves() -> Vec<Row> {
    vec![
        row("§7.9", "no seal", Seal(Unsigned, ""), small),
        zip("§7.1", "a statement without its signature", Seal(Invalid, "missing"), |zip| {
            without(zip, SIGNATURE)
        }),
        zip("§7.1", "a signature without its statement", Seal(Invalid, "missing"), |zip| without(zip, SEAL)),
        zip("§7.1", "an empty statement", Seal(Invalid, ""), |zip| {
            *zip.entry(SEAL) = Item::new(format!("{STEM}/{SEAL}"), b"", 0);
        }),
        zip("§7.1", "statement and signature swapped", Seal(Invalid, ""), |zip| {
            let (json, armoured) = (zip.entry(SEAL).data.clone(), zip.entry(SIGNATURE).data.clone());
            *zip.entry(SEAL) = Item::new(format!("{STEM}/{SEAL}"), &armoured, 0);
            *zip.entry(SIGNATURE) = Item::new(format!("{STEM}/{SIGNATURE}"), &json, 0);
        }),
        row("§7.1", "a seal under the name of a sign-off", Problem("seal"), || {
            let unsigned = small();
            let json = seal_statement(&unsigned).to_json();
            let name = Sha256Digest::of(json.as_bytes()).to_string();
            append(&unsigned, &name, json.as_bytes(), &armour(&key(KEY), SEAL_NAMESPACE, json.as_bytes()))
        }),
    ]
}

/// The forger has every file and no key.
fn forged() -> Vec<Row> {
    vec![
        row(
            "§7.9",
            "REVIEW rewritten, manifests too, the seal kept",
            Seal(Invalid, "content was changed"),
            || {
                let mut bag = Bag::of(&seal(&small(), &key(KEY)));
                bag.replace(REVIEW, "PASS", "FAIL");
                bag.relist();
                bag.bytes()
            },
        ),
        row("§7.9", "the same, sealed with another key", Seal(Valid, ""), || {
            let mut bag = Bag::small();
            bag.replace(REVIEW, "PASS", "FAIL");
            bag.relist();
            bag.sealed(&key(OTHER_KEY))
        }),
        row("§7.9", "REVIEW rewritten, its digest kept", Problem(REVIEW), || {
            let mut bag = Bag::of(&seal(&small(), &key(KEY)));
            bag.replace(REVIEW, "PASS", "FAIL");
            bag.bytes()
        }),
        row("§7.9", "covered bytes changed and files damaged", Seal(Invalid, ""), || {
            let mut bag = Bag::of(&seal(&small(), &key(KEY)));
            bag.replace(REVIEW, "PASS", "FAIL");
            bag.bytes()
        }),
        row("§7.9", "the same files stored instead of deflated", Seal(Repacked, "made anew"), || {
            Bag::of(&seal(&small(), &key(KEY))).bytes()
        }),
        row("§7.9", "a statement of one key, a signature of another", Seal(Valid, ""), || {
            let unsigned = small();
            seal(&unsigned, &key(OTHER_KEY))
        }),
        row("§7.9", "a signature over another statement", Seal(Invalid, "does not fit"), || {
            let unsigned = small();
            let json = seal_statement(&unsigned).to_json();
            let other = armour(&key(KEY), SEAL_NAMESPACE, b"another");
            append(&unsigned, "seal", json.as_bytes(), &other)
        }),
        row("§7.5", "a seal signed as a sign-off", Seal(Invalid, "signoff.packer@dossier"), || {
            in_namespace("signoff.packer@dossier")
        }),
        row("§7.5", "a seal signed as a git commit", Seal(Invalid, "git"), || in_namespace("git")),
        row("§7.5", "a seal signed as a file", Seal(Invalid, "file"), || in_namespace("file")),
        row("§7.5", "a namespace that begins alike", Seal(Invalid, "seal@dossier2"), || {
            in_namespace("seal@dossier2")
        }),
        row("§7.5", "a namespace with a zero in it", Seal(Invalid, "seal@dossier"), || {
            in_namespace("seal@dossier\0")
        }),
    ]
}

fn in_namespace(namespace: &str) -> Vec<u8> {
    let unsigned = small();
    let json = seal_statement(&unsigned).to_json();
    append(&unsigned, "seal", json.as_bytes(), &armour(&key(KEY), namespace, json.as_bytes()))
}

/// The trusted packer's own seal, about another thing than what lies here.
fn changed(clause: &'static str, what: &str, expect: super::Expect, change: fn(&mut Statement)) -> Row {
    row(clause, what, expect, move || {
        let unsigned = small();
        let mut statement = seal_statement(&unsigned);
        change(&mut statement);
        sign(&unsigned, &statement, &key(KEY))
    })
}

fn about_something_else() -> Vec<Row> {
    vec![
        changed("§7.9", "a seal of another snapshot", Seal(Invalid, "content was changed"), |statement| {
            statement.snapshot_id = Sha256Digest::of(b"another");
        }),
        changed("§7.9", "a seal of another phase", Seal(Invalid, "phase"), |statement| {
            statement.predicate.phase = "wekan".to_owned();
        }),
        changed("§7.9", "a seal of another report", Seal(Invalid, "report.json"), |statement| {
            statement.predicate.report_sha256 = Sha256Digest::of(b"another");
        }),
        changed("§7.8", "fewer bytes than there are", Seal(Repacked, "bytes were sealed"), |statement| {
            statement.predicate.sealed_bytes = statement.predicate.sealed_bytes.map(|bytes| bytes - 1);
        }),
        changed("§7.8", "more bytes than there are", Seal(Repacked, "bytes were sealed"), |statement| {
            statement.predicate.sealed_bytes = Some(u64::MAX);
        }),
        changed("§7.8", "no bytes at all", Seal(Repacked, "bytes were sealed"), |statement| {
            statement.predicate.sealed_bytes = Some(0);
            statement.predicate.sealed_sha256 = Some(Sha256Digest::of(b""));
        }),
        changed("§7.8", "another digest", Seal(Repacked, "another sha256"), |statement| {
            statement.predicate.sealed_sha256 = Some(Sha256Digest::of(b"another"));
        }),
        row("§7.8", "a seal over a prefix that hides a change", Seal(Repacked, "made anew"), || {
            // The seal's digest is of the honest archive; the entry behind it was compressed anew since.
            let sealed = seal(&small(), &key(KEY));
            let mut archive = Archive::read(&sealed);
            let item = archive.entry("bagit.txt");
            *item = Item::new(format!("{STEM}/bagit.txt"), &item.data.clone(), DEFLATED);
            archive.bytes()
        }),
    ]
}
