//! Keys whose time is over, keys that were stolen, seals that are gone: nothing counts that should not, and no rejection
//! goes without a word.

use crate::report::{PolicyKind, TrustNoteKind};
use crate::signature::allowed_signers::AllowedSigners;
use crate::signature::revoked::RevokedKeys;
use crate::signature::statement::Decision::{Approved, Rejected};
use crate::signature::statement::{Decision, Statement};
use crate::snapshot::sample::{
    append, contents, key, open_bytes, seal_statement, sign_off_statement, unsigned, zip,
};
use crate::verify::{Policy, Verification, Verifier, verify_as};

const PACKER: u8 = 1;
const ANN: u8 = 2;
const NOBODY: u8 = 9;

const SIGNED: &str = "2026-06-13T07:00:00Z";
const LATER: &str = "2027-01-01T00:00:00Z";

fn public(seed: u8) -> String {
    key(seed).public_key().to_openssh().unwrap()
}

/// The packer seals and would be an operator; Ann is an operator with `options`.
fn trust(options: &str) -> AllowedSigners {
    let text = format!(
        "packer@x namespaces=\"seal@dossier,signoff.operator@dossier\" {}\nann@x namespaces=\"signoff.operator@dossier\"{options} {}\n",
        public(PACKER),
        public(ANN)
    );
    AllowedSigners::parse(text.as_bytes())
}

/// One sign-off: who, what, when, and which of those before it are in `prior`.
type Said = (u8, Decision, &'static str, &'static [usize]);

fn signed(seal: Option<u8>, said: &[Said]) -> Vec<u8> {
    let (mut bytes, written) = unsigned();
    if let Some(seed) = seal {
        bytes = append(bytes, &seal_statement(&written), &key(seed));
    }
    let mut ids = Vec::new();
    for (seed, decision, at, prior) in said {
        let mut statement: Statement = sign_off_statement(&written);
        statement.predicate.decision = *decision;
        statement.predicate.claimed_time = at.parse().unwrap();
        statement.predicate.note = format!("number {}", ids.len());
        statement.predicate.prior = prior.iter().map(|index| ids[*index]).collect();
        ids.push(crate::digest::Sha256Digest::of(statement.to_json().as_bytes()));
        bytes = append(bytes, &statement, &key(*seed));
    }
    bytes
}

fn judge(bytes: &[u8], options: &str, at: &str, revoked: &str) -> Verification {
    let (trust, revoked) = (trust(options), RevokedKeys::parse(revoked.as_bytes()).unwrap());
    let verifier = Verifier {
        trust: Some(&trust),
        revoked: Some(&revoked),
        at: Some(at.parse().unwrap()),
        now: Some(LATER.parse().unwrap()),
        policy: Policy::default(),
    };
    verify_as(&open_bytes(bytes).unwrap(), &verifier)
}

/// Whether it is blocked, in which words of the first sign-off, and how many notes ask for a look.
#[track_caller]
fn check(said: &[Said], options: &str, revoked: &str, blocked: bool, words: &str, notes: usize) {
    let found = judge(&signed(Some(PACKER), said), options, LATER, revoked);
    let because = &found.standings[0].because;
    assert!(because.contains(words), "{words} / {because}");
    assert_eq!(found.policy.met, !blocked, "{:?}", found.policy);
    assert_eq!(found.notes.len(), notes, "{:?}", found.notes);
    assert_eq!(found.problems, []);
}

#[test]
fn a_rejection_does_not_lapse_with_its_key() {
    let rejected: &[Said] = &[(ANN, Rejected, SIGNED, &[])];
    check(rejected, "", "", true, "a rejection by a trusted key", 0);
    let over = ",valid-before=\"20260701Z\"";
    check(
        rejected,
        over,
        "",
        true,
        "known as that of ann@x, no longer valid since 2026-07-01T00:00:00Z; it was valid when",
        0,
    );
    // Its key was over already when it claims to have been made, or it had not begun.
    let words = "known as that of ann@x, no longer valid since 2026-06-01T00:00:00Z, and this claims to be of 2026-06-13";
    check(rejected, ",valid-before=\"20260601Z\"", "", false, words, 1);
    check(rejected, ",valid-after=\"20270601Z\"", "", false, "not valid before 2027-06-01", 1);
    // Its own key has taken it back while it was valid; anybody else has not.
    let back: &[Said] = &[(ANN, Rejected, SIGNED, &[]), (ANN, Approved, "2026-06-13T08:00:00Z", &[0])];
    check(back, over, "", false, "the same key has approved it since", 0);
    let too_late: &[Said] = &[(ANN, Rejected, SIGNED, &[]), (ANN, Approved, "2026-08-01T00:00:00Z", &[0])];
    check(too_late, over, "", true, "so the rejection stands", 0);
    let other: &[Said] = &[(ANN, Rejected, SIGNED, &[]), (NOBODY, Approved, SIGNED, &[0])];
    check(other, over, "", true, "so the rejection stands", 0);
    // Nobody's rejection blocks nothing and needs no look.
    check(&[(NOBODY, Rejected, SIGNED, &[])], over, "", false, "the signer is not known to you", 0);
    check(&[(PACKER, Rejected, SIGNED, &[])], over, "", true, "a rejection by a trusted key", 0);
}

/// What the reader is told to do does end it, and what does not is not told.
#[test]
fn the_rejection_of_a_key_that_is_over_ends_as_it_is_told() {
    let back: &[Said] = &[(ANN, Rejected, SIGNED, &[]), (ANN, Approved, "2026-08-01T00:00:00Z", &[0])];
    let over = ",valid-before=\"20260701Z\"";
    let is_met = |said: &[Said], trust: &str| {
        let trust = AllowedSigners::parse(trust.as_bytes());
        let verifier = Verifier {
            trust: Some(&trust),
            at: Some(LATER.parse().unwrap()),
            now: Some(LATER.parse().unwrap()),
            ..Verifier::default()
        };
        let found = verify_as(&open_bytes(&signed(Some(PACKER), said)).unwrap(), &verifier);
        let answers = found.policy.answers.iter().map(|answer| answer.because.clone());
        (found.policy.met, answers.collect::<String>())
    };
    let packer = format!("packer@x namespaces=\"seal@dossier\" {}\n", public(PACKER));
    let ann =
        |options: &str| format!("ann@x namespaces=\"signoff.operator@dossier\"{options} {}\n", public(ANN));
    let (met, told) = is_met(back, &(packer.clone() + &ann(over)));
    assert!(!met && !told.contains("only the same key"), "{told}");
    for words in [
        "with a key that is no longer valid since 2026-07-01T00:00:00Z: an approval made now does not take that back",
        "take the line of the key out of your trust file",
        "give the key a line that is valid now, and have it approve as operator with",
    ] {
        assert!(told.contains(words), "{words} / {told}");
    }
    assert!(is_met(&back[..1], &packer).0, "without its line");
    let renewed = packer + &ann(over) + &ann(",valid-after=\"20260715Z\"");
    assert!(is_met(back, &renewed).0, "with a line that is valid now");
    let (met, told) = is_met(&back[..1], &renewed);
    assert!(!met && told.contains("only the same key can take that back"), "{told}");
}

#[test]
fn a_rejection_with_a_revoked_key_is_told_aloud() {
    let rejected = [(ANN, Rejected, SIGNED, &[] as &[usize])];
    let over = ",valid-before=\"20260701Z\"";
    for options in ["", over] {
        check(&rejected, options, &public(ANN), false, "the key of ann@x is revoked", 1);
        let found = judge(&signed(Some(PACKER), &rejected), options, LATER, &public(ANN));
        let [note] = found.notes.as_slice() else { panic!("{:?}", found.notes) };
        assert!(note.what.starts_with("ann@x rejected it as operator, and that does not block"), "{note:?}");
        assert_eq!(note.kind, TrustNoteKind::Rejection);
        assert_eq!(found.sign_offs[0].signer.known_as.as_deref(), Some("ann@x"));
    }
    let approved = [(ANN, Approved, SIGNED, &[] as &[usize])];
    check(&approved, "", &public(ANN), false, "the key of ann@x is revoked", 0);
}

#[test]
fn an_approval_lapses_with_its_key() {
    let approved = [(ANN, Approved, SIGNED, &[] as &[usize])];
    let over = ",valid-before=\"20260701Z\"";
    let counts = |options: &str, at: &str| {
        judge(&signed(Some(PACKER), &approved), options, at, "").standings[0].counts
    };
    assert!(counts("", LATER) && counts(over, "2026-06-30T00:00:00Z"));
    assert!(!counts(over, LATER), "a claimed time grants nothing");
}

#[test]
fn nothing_counts_without_a_seal_by_somebody_trusted() {
    let approved: &[Said] = &[(ANN, Approved, SIGNED, &[]), (PACKER, Approved, SIGNED, &[])];
    let check = |bytes: &[u8], counts: [bool; 2], words: &str| {
        let found = judge(bytes, "", LATER, "");
        let mut by: Vec<_> = found.sign_offs.iter().zip(&found.standings).collect();
        by.sort_by_key(|(sign_off, _)| sign_off.signer.principal.clone());
        assert_eq!(
            by.iter().map(|(_, standing)| standing.counts).collect::<Vec<_>>(),
            counts,
            "{words}: {by:?}"
        );
        let no_seal = found.policy.answers.iter().find(|answer| answer.kind == PolicyKind::Seal);
        assert_eq!(found.policy.met, no_seal.is_none(), "{:?}", found.policy);
        assert!(no_seal.is_none_or(|answer| answer.because.contains(words)), "{no_seal:?}");
        assert_eq!(words.is_empty(), no_seal.is_none());
    };
    let sealed = signed(Some(PACKER), approved);
    check(&sealed, [true, false], "");
    check(&signed(None, approved), [false, false], "nobody sealed it");
    check(&signed(Some(NOBODY), approved), [false, false], "you do not know who sealed it");
    check(&signed(Some(ANN), approved), [false, false], "you do not know who sealed it");
    let mut half = contents(&sealed);
    half.retain(|(name, _)| !name.ends_with("/signatures/seal.json.sig"));
    check(&zip(&half, |_| {}), [false, false], "its seal does not hold");
    let mut damaged = contents(&sealed);
    let report = damaged.iter_mut().find(|(name, _)| name.ends_with("/report.txt")).unwrap();
    report.1.push(b'\n');
    check(&zip(&damaged, |_| {}), [false, false], "files were changed");
    // Zipped anew it still is what was sealed.
    check(&zip(&contents(&sealed), |_| {}), [true, false], "");
}

#[test]
fn what_came_after_the_time_that_is_asked_about_was_not_there() {
    let problems = |at: &str| judge(&signed(Some(PACKER), &[]), "", at, "").problems;
    assert_eq!(problems("2026-06-13T06:40:00Z"), []);
    assert_eq!(problems("2026-06-13T06:36:00Z"), [], "clocks may disagree");
    let found = problems("2020-01-01T00:00:00Z");
    let [problem] = found.as_slice() else { panic!("{found:?}") };
    assert!(problem.what.contains("after 2020-01-01T00:00:00Z, the time that you ask about"), "{problem:?}");
    let said: &[Said] = &[(ANN, Rejected, SIGNED, &[]), (ANN, Approved, "2026-06-14T07:00:00Z", &[0])];
    let counts = |at: &str| {
        let found = judge(&signed(Some(PACKER), said), "", at, "");
        assert_eq!(found.problems, []);
        (found.standings[0].counts, found.standings[1].counts)
    };
    assert_eq!(counts("2026-06-14T08:00:00Z"), (false, true));
    assert_eq!(counts("2026-06-13T08:00:00Z"), (true, false), "it was approved on the next day");
}

#[test]
fn what_strangers_claim_to_have_seen_accuses_nobody() {
    let (bytes, written) = unsigned();
    let bytes = append(bytes, &seal_statement(&written), &key(PACKER));
    let knowing = |seed: u8| {
        let mut statement = sign_off_statement(&written);
        let invented = (0..800_u32).map(|number| crate::digest::Sha256Digest::of(&number.to_le_bytes()));
        statement.predicate.prior = invented.collect();
        append(bytes.clone(), &statement, &key(seed))
    };
    let found = judge(&knowing(NOBODY), "", LATER, "");
    let [note] = found.notes.as_slice() else { panic!("{:?}", found.notes) };
    assert_eq!((note.kind, found.problems.as_slice()), (TrustNoteKind::SignOffMissing, [].as_slice()));
    assert!(note.what.contains("whom you do not trust") && note.what.contains("and 799 more"), "{note:?}");
    assert_eq!(judge(&knowing(ANN), "", LATER, &public(ANN)).problems, []);
    for options in ["", ",valid-before=\"20260701Z\""] {
        let found = judge(&knowing(ANN), options, LATER, "");
        let [problem] = found.problems.as_slice() else { panic!("{:?}", found.problems) };
        assert!(problem.what.starts_with("a sign-off is missing: ann@x, who signed this"), "{problem:?}");
    }
}

#[test]
fn a_seal_by_nobody_known_says_so() {
    let because = |seed: u8, revoked: &str| judge(&signed(Some(seed), &[]), "", LATER, revoked).seal.because;
    assert_eq!(because(PACKER, ""), "");
    assert!(because(NOBODY, "").contains("somebody whom you do not know"));
    assert!(because(PACKER, &public(PACKER)).contains("a key that is revoked"));
}
