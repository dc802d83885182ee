//! Signatures that are good and say what is not so: each way to pass one off, one row each.

use std::io::Cursor;

use ssh_key::{HashAlg, LineEnding};

use super::*;
use crate::snapshot::append::{Signed, append_signatures};
use crate::snapshot::sample::{
    STEM, append, contents, draft, key, open_bytes, seal_statement, sealed, sign_off_statement, unsigned,
    unsigned_from, zip,
};

const PACKER: u8 = 1;
const ANN: u8 = 2;

type Contents = Vec<(String, Vec<u8>)>;

fn trust() -> AllowedSigners {
    let line = |namespaces: &str, seed: u8| {
        format!("a namespaces=\"{namespaces}\" {}\n", key(seed).public_key().to_openssh().unwrap())
    };
    AllowedSigners::parse([line("seal@dossier", PACKER), line("signoff.*@dossier", ANN)].concat().as_bytes())
}

fn signature(namespace: &str, json: &str, seed: u8) -> String {
    let signature = key(seed).sign(namespace, HashAlg::Sha512, json.as_bytes()).unwrap();
    signature.to_pem(LineEnding::LF).unwrap()
}

/// The snapshot with `json` in it, signed for `namespace` by Ann.
fn with(bytes: Vec<u8>, json: &str, namespace: &str) -> Vec<u8> {
    let signed = Signed {
        file_stem: Sha256Digest::of(json.as_bytes()).to_string(),
        statement: json.as_bytes().to_vec(),
        armoured: signature(namespace, json, ANN).into_bytes(),
    };
    let mut out = Cursor::new(bytes);
    append_signatures(&mut out, None, &[signed]).unwrap();
    out.into_inner()
}

/// What is asked of every snapshot here.
fn judge(bytes: &[u8]) -> Verification {
    let trust = trust();
    let policy = Policy { require: vec!["operator".to_owned()], ..Policy::default() };
    verify_as(&open_bytes(bytes).unwrap(), &Verifier { trust: Some(&trust), policy, ..Verifier::default() })
}

/// A sign-off that `change` forges counts for nothing, and a problem says why.
#[track_caller]
fn check_refused(what: &str, bytes: &[u8], words: &str) {
    let found = judge(bytes);
    assert!(!found.policy.met, "{what}: {:?}", found.policy);
    let problems: Vec<&str> = found.problems.iter().map(|problem| problem.what.as_str()).collect();
    assert!(problems.iter().any(|problem| problem.contains(words)), "{what}: {words} / {problems:?}");
}

#[test]
fn a_good_sign_off_is_accepted() {
    let (bytes, written) = unsigned();
    let json = sign_off_statement(&written).to_json();
    let found = judge(&with(
        append(bytes, &seal_statement(&written), &key(PACKER)),
        &json,
        "signoff.operator@dossier",
    ));
    assert!(found.policy.met && found.problems.is_empty(), "{found:?}");
}

#[test]
fn what_is_signed_for_something_else_is_refused() {
    let (bytes, written) = unsigned();
    let bytes = append(bytes, &seal_statement(&written), &key(PACKER));
    let check = |what: &str, change: &dyn Fn(&mut Statement), namespace: &str, words: &str| {
        let mut statement = sign_off_statement(&written);
        change(&mut statement);
        check_refused(what, &with(bytes.clone(), &statement.to_json(), namespace), words);
    };
    let operator = "signoff.operator@dossier";
    check(
        "another snapshot",
        &|s| s.snapshot_id = Sha256Digest::of(b"x"),
        operator,
        "the content was changed",
    );
    check("another phase", &|s| s.predicate.phase = "ghost2".to_owned(), operator, "about phase \"ghost2\"");
    check("another report", &|s| s.predicate.report_sha256 = Sha256Digest::of(b"x"), operator, "report.json");
    check(
        "another role",
        &|s| s.predicate.role = "reviewer".to_owned(),
        operator,
        "made for \"signoff.operator@dossier\"",
    );
    check("another namespace", &|_| {}, "signoff.reviewer@dossier", "made for \"signoff.reviewer@dossier\"");
    check("signed as a seal", &|_| {}, "seal@dossier", "made for \"seal@dossier\"");
    check("signed as a git commit", &|_| {}, "git", "made for \"git\"");
    check("a role that is none", &|s| s.predicate.role = "Operator".to_owned(), operator, "of the form");
    check(
        "the packer's role",
        &|s| s.predicate.role = "packer".to_owned(),
        operator,
        "only the packer seals",
    );
    let seal = |s: &mut Statement| *s = seal_statement(&written);
    check("a second seal", &seal, "seal@dossier", "must be called seal.json");
}

#[test]
fn a_sign_off_of_another_snapshot_is_refused() {
    let mut other = draft();
    other.report_text.push_str("another\n");
    let (_, other) = unsigned_from(&other);
    let json = sign_off_statement(&other).to_json();
    check_refused("replayed", &with(sealed(), &json, "signoff.operator@dossier"), "the content was changed");
}

#[test]
fn other_bytes_of_the_same_meaning_are_refused() {
    let (bytes, written) = unsigned();
    let json = sign_off_statement(&written).to_json();
    for (from, to, words) in [
        ("\"note\": \"\"", "\"note\":\"\"", "canonical"),
        ("\"role\": \"operator\"", "\"role\": \"op\\u0065rator\"", "canonical"),
        ("\"role\": \"operator\"", "\"role\": \"reviewer\",\n    \"role\": \"operator\"", "duplicate"),
        ("\"note\": \"\"", "\"note\": \"\",\n    \"valid\": true", "unknown field"),
        ("}\n}\n", "}\n}", "canonical"),
    ] {
        assert!(json.contains(from));
        let json = json.replacen(from, to, 1);
        check_refused(to, &with(bytes.clone(), &json, "signoff.operator@dossier"), words);
    }
}

#[test]
fn swapped_and_renamed_files_are_refused() {
    let (bytes, written) = unsigned();
    let bytes = append(bytes, &seal_statement(&written), &key(PACKER));
    let first = sign_off_statement(&written);
    let mut second = first.clone();
    second.predicate.note = "second".to_owned();
    let both = append(append(bytes, &first, &key(ANN)), &second, &key(ANN));
    let altered = |change: &dyn Fn(&mut Contents)| {
        let mut contents = contents(&both);
        change(&mut contents);
        zip(&contents, |_| {})
    };
    let count = contents(&both).len();
    let swap = |a: usize, b: usize| {
        altered(&|contents| {
            let bytes = contents[count - a].1.clone();
            contents[count - a].1 = contents[count - b].1.clone();
            contents[count - b].1 = bytes;
        })
    };
    check_refused("signatures swapped", &swap(1, 3), "does not fit what it should sign");
    check_refused("statements swapped", &swap(2, 4), "its name is not its sha256");
    let seals = judge(&swap(1, count_back(&both, "signatures/seal.json.sig")));
    assert_eq!((seals.seal.state, seals.problems.len()), (SealState::Invalid, 2), "{:?}", seals.problems);
    let renamed = altered(&|contents| {
        contents.truncate(count - 2);
        contents[count - 4].0 = format!("{STEM}/signatures/{}.json", "0".repeat(64));
        contents[count - 3].0 = format!("{STEM}/signatures/{}.json.sig", "0".repeat(64));
    });
    check_refused("renamed", &renamed, "its name is not its sha256");
}

fn count_back(bytes: &[u8], name: &str) -> usize {
    let contents = contents(bytes);
    contents.len() - contents.iter().position(|(found, _)| found.ends_with(name)).unwrap()
}

#[test]
fn keys_do_not_do_what_they_are_not_trusted_for() {
    let (bytes, written) = unsigned();
    let by_ann = append(bytes.clone(), &seal_statement(&written), &key(ANN));
    let found = judge(&by_ann);
    assert_eq!(
        (found.seal.state, found.signer.state),
        (SealState::Valid, SignerState::Unknown),
        "an operator seals"
    );
    let found = judge(&append(sealed(), &sign_off_statement(&written), &key(PACKER)));
    assert_eq!(found.sign_offs[0].signer.state, SignerState::Unknown, "a packer signs off");
    assert!(!found.policy.met);
}
