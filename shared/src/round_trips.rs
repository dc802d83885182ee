//! Tests: what is written is read as the same, and printed as the same, for whatever a writer may be given.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use ssh_key::private::{Ed25519Keypair, PrivateKey};

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::evidence::EvidenceKind;
use crate::limits::Limits;
use crate::open::open;
use crate::signature::allowed_signers::{AllowedSigners, Lookup};
use crate::signature::statement::{
    Decision, GateVerdict, OutcomeCounts, PACKER, Predicate, Statement, signoff_namespace,
};
use crate::snapshot::manifest::{Manifest, bag_info_text, parse_bag_info};
use crate::snapshot::metadata::{Absence, DeclaredEvent, Entry, Redaction, Source};
use crate::snapshot::sample;
use crate::snapshot::write::{Draft, write};
use crate::time::Timestamp;

/// Names that may lie in a snapshot, some of them hard.
fn payload_path() -> impl Strategy<Value = EntryPath> {
    vec("[a-zA-Z0-9 äßéЖ中._=@&,~#-]{1,12}", 1..4).prop_filter_map("a name that is refused", |parts| {
        EntryPath::new(&format!("data/{}", parts.join("/"))).ok()
    })
}

/// Bytes of every kind: none, text that deflates, noise that does not.
fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..600),
        "[a-c\n]{0,400}".prop_map(String::into_bytes),
        Just(vec![0; 70_000])
    ]
}

fn digest() -> impl Strategy<Value = Sha256Digest> {
    any::<[u8; 32]>().prop_map(Sha256Digest::from_bytes)
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0..4_000_000_000_i64, prop_oneof![Just(0), 0..1_000_000_000_i32])
        .prop_filter_map("a time", |(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds).ok())
}

/// A draft around this payload, with something in every list of `snapshot.json`.
fn draft(payload: BTreeMap<EntryPath, Vec<u8>>, words: &str, at: Timestamp) -> Draft {
    let mut draft = sample::draft();
    let entry = |path: &EntryPath| Entry {
        path: path.clone(),
        kind: EvidenceKind::File,
        origin: words.to_owned(),
        original_name: None,
        captured_at: Some(at),
    };
    draft.metadata.entries = payload.keys().map(entry).collect();
    draft.metadata.packed_at = at;
    draft.metadata.phase.title = words.to_owned();
    draft.metadata.sources =
        vec![Source { kind: "file".to_owned(), asked: words.to_owned(), entries: payload.len() as u64 }];
    draft.metadata.absences =
        vec![Absence { what: words.to_owned(), asked: words.to_owned(), reason: words.to_owned() }];
    draft.metadata.events = vec![DeclaredEvent { at, label: words.to_owned() }];
    let redaction = |path: &EntryPath| Redaction {
        rule: words.to_owned(),
        entry: path.clone(),
        count: u64::MAX,
        kept: None,
    };
    draft.metadata.redactions = payload.keys().take(1).map(redaction).collect();
    draft.payload = payload;
    draft
}

fn statement() -> impl Strategy<Value = Statement> {
    let role = "[a-z][a-z0-9-]{0,31}";
    let lists = (vec(("\\PC{0,8}", "\\PC{0,8}"), 0..3), vec("\\PC{0,12}", 0..3), vec(digest(), 0..3));
    let counts = [any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>()];
    let words = (any::<String>(), any::<String>(), instant());
    (digest(), digest(), role, any::<bool>(), words, lists, counts, any::<Option<[u8; 32]>>(), any::<u64>())
        .prop_map(
            |(
                snapshot_id,
                report_sha256,
                role,
                approves,
                (note, phase, claimed_time),
                lists,
                counts,
                other,
                bytes,
            )| {
                let seals = role.starts_with('p');
                let (gates, contradictions_accepted, prior) = lists;
                let decision = match (seals, approves) {
                    (true, _) => Decision::Sealed,
                    (false, true) => Decision::Approved,
                    (false, false) => Decision::Rejected,
                };
                let [confirmed, contradicted, no_evidence, not_checkable] = counts;
                Statement {
                    snapshot_id,
                    predicate: Predicate {
                        role: if seals { PACKER.to_owned() } else { role },
                        decision,
                        note,
                        claimed_time,
                        phase,
                        report_sha256,
                        gates: gates
                            .into_iter()
                            .map(|(gate, verdict)| GateVerdict { gate, verdict })
                            .collect(),
                        outcomes: OutcomeCounts { confirmed, contradicted, no_evidence, not_checkable },
                        contradictions_accepted,
                        prior,
                        supersedes: other.map(Sha256Digest::from_bytes),
                        sealed_bytes: seals.then_some(bytes),
                        sealed_sha256: seals.then_some(snapshot_id),
                    },
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_packed_comes_out(payload in btree_map(payload_path(), content(), 0..6), words in "\\PC{0,20}", at in instant()) {
        let draft = draft(payload, &words, at);
        let mut out = Cursor::new(Vec::new());
        // Two names that some file system takes for one are refused, and nothing else that gets here is.
        match write(&mut out, &draft) {
            Err(error) => {
                prop_assert!(error.to_string().contains("§3.3"), "{}", error);
                prop_assert!(out.into_inner().is_empty());
            }
            Ok(written) => {
                let opened = open(out.into_inner(), &Limits::default()).map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(&opened.problems, &[]);
                prop_assert_eq!(opened.deviations.len(), 0);
                prop_assert_eq!(&opened.metadata, &draft.metadata);
                prop_assert_eq!(opened.snapshot_id, written.snapshot_id);
                prop_assert_eq!((opened.covered.bytes, opened.covered.sha256), (written.sealed_bytes, written.sealed_sha256));
                let here: BTreeSet<_> = opened.entries.keys().filter(|path| path.as_str().starts_with("data/")).collect();
                prop_assert!(here.into_iter().eq(draft.payload.keys()));
                for (path, bytes) in &draft.payload {
                    let found = opened.intact_bytes(path);
                    prop_assert_eq!(found.as_deref(), Some(&bytes[..]));
                }
            }
        }
    }

    #[test]
    fn manifests_are_read_as_they_are_printed(digests in btree_map(payload_path(), digest(), 0..20)) {
        let manifest = Manifest { digests };
        prop_assert_eq!(Manifest::parse(manifest.to_text().as_bytes()), (manifest, vec![]));
    }

    #[test]
    fn a_manifest_without_a_fault_is_printed_as_it_was_read(text in "([0-9a-f]{64}  data/[ab]\n){0,3}|[0-9a-fA-F]{63,64}[ *]{1,2}[a/.]{1,4}\r?\n?") {
        let (manifest, faults) = Manifest::parse(text.as_bytes());
        prop_assert!(!faults.is_empty() || manifest.to_text() == text);
    }

    #[test]
    fn bag_info_is_read_as_it_is_printed(fields in vec(("[A-Za-z0-9-]{1,12}", "\\PC{1,30}"), 0..6)) {
        let Ok(text) = bag_info_text(&fields) else { return Ok(()) };
        let (found, faults) = parse_bag_info(text.as_bytes());
        prop_assert_eq!(found, fields);
        prop_assert!(faults.is_empty() || text.is_empty(), "{:?}", faults);
    }

    #[test]
    fn statements_are_read_as_they_are_printed(statement in statement()) {
        let text = statement.to_json();
        prop_assume!(text.len() <= crate::signature::MAX_BYTES);
        prop_assert_eq!(Statement::parse(text.as_bytes()), Ok(statement));
    }

    #[test]
    fn a_statement_with_another_byte_is_not_the_same(statement in statement(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = statement.to_json().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        prop_assert!(Statement::parse(&bytes) != Ok(statement));
    }

    #[test]
    fn trust_lines_grant_what_they_say(
        principals in vec("[a-z0-9.@-]{1,12}", 1..4), roles in vec("[a-z][a-z0-9-]{0,9}", 1..4), asked in "[a-z][a-z0-9-]{0,9}",
        seed in 1..200_u8, other in 1..200_u8, comment in "[ a-z0-9]{0,10}",
    ) {
        let key = |seed: u8| PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]));
        let public = key(seed).public_key().to_openssh().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let namespaces: Vec<_> = roles.iter().map(|role| signoff_namespace(role)).collect();
        let line = format!("{} namespaces=\"{}\" {public} {comment}\n", principals.join(","), namespaces.join(","));
        let file = AllowedSigners::parse(format!("# trust\n\n{line}").as_bytes());
        prop_assert_eq!(file.issues(), &[]);
        let lookup = |seed: u8, role: &str| file.lookup(key(seed).public_key().key_data(), &signoff_namespace(role), None);
        for role in &roles {
            prop_assert_eq!(lookup(seed, role), Lookup::Trusted { principal: principals.join(","), line: 3 });
        }
        prop_assert_eq!(matches!(lookup(seed, &asked), Lookup::Trusted { .. }), roles.contains(&asked));
        prop_assert_eq!(lookup(other, &roles[0]) == Lookup::Unknown, other != seed);
    }
}
