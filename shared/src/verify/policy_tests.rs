//! Who signed in which role decides; every way to look as if enough had signed is refused.

use super::super::{Verifier, verify_as};
use super::*;
use crate::report::{PolicyTrust, Problem};
use crate::signature::allowed_signers::AllowedSigners;
use crate::signature::revoked::RevokedKeys;
use crate::signature::statement::Statement;
use crate::snapshot::sample::{append, key, open_bytes, seal_statement, sign_off_statement, unsigned};

const PACKER: u8 = 1;
const ANN: u8 = 2;
const BOB: u8 = 3;
const EVE: u8 = 4;

/// Ann may sign off as operator and as reviewer, Bob as reviewer, the packer seals and is an operator elsewhere,
/// and Eve's line does not say what for.
fn trust() -> AllowedSigners {
    let line = |who: &str, options: &str, seed: u8| {
        format!("{who} {options} {}\n", key(seed).public_key().to_openssh().unwrap())
    };
    let text = [
        line("packer@x", "namespaces=\"seal@dossier,signoff.operator@dossier\"", PACKER),
        line("ann@x", "namespaces=\"signoff.operator@dossier,signoff.reviewer@dossier\"", ANN),
        line("bob@x,robert@*", "namespaces=\"signoff.reviewer@dossier\"", BOB),
        line("eve@x", "", EVE),
    ];
    AllowedSigners::parse(text.concat().as_bytes())
}

/// A sealed snapshot that is signed off, one after the other.
#[derive(Clone)]
struct Signed {
    bytes: Vec<u8>,
    ids: Vec<Sha256Digest>,
    written: crate::snapshot::write::Written,
}

impl Signed {
    fn new() -> Self {
        let (bytes, written) = unsigned();
        Self { bytes: append(bytes, &seal_statement(&written), &key(PACKER)), ids: vec![], written }
    }

    fn with(self, seed: u8, role: &str, decision: Decision) -> Self {
        let prior = self.ids.clone();
        self.knowing(&prior, seed, role, decision)
    }

    fn knowing(mut self, prior: &[Sha256Digest], seed: u8, role: &str, decision: Decision) -> Self {
        let mut statement = sign_off_statement(&self.written);
        statement.predicate.role = role.to_owned();
        statement.predicate.decision = decision;
        statement.predicate.note = format!("number {}", self.ids.len());
        statement.predicate.prior = prior.to_vec();
        self.ids.push(Sha256Digest::of(statement.to_json().as_bytes()));
        Self { bytes: append(self.bytes, &statement, &key(seed)), ..self }
    }

    fn judge(&self, policy: &Policy, revoked: &str) -> (PolicyTrust, Vec<Problem>) {
        let (trust, revoked) = (trust(), RevokedKeys::parse(revoked.as_bytes()).unwrap());
        let verifier = Verifier {
            trust: Some(&trust),
            revoked: Some(&revoked),
            policy: policy.clone(),
            ..Verifier::default()
        };
        let found = verify_as(&open_bytes(&self.bytes).unwrap(), &verifier);
        (found.policy, found.problems)
    }
}

fn requires(roles: &[&str]) -> Policy {
    Policy { require: roles.iter().map(|role| (*role).to_owned()).collect(), ..Policy::default() }
}

fn at_least(threshold: u32) -> Policy {
    Policy { threshold: Some(threshold), ..Policy::default() }
}

/// Whether `policy` is met, and some of the words that say why.
#[track_caller]
fn check(signed: &Signed, policy: &Policy, met: bool, words: &str) {
    let (found, _) = signed.judge(policy, "");
    let said: Vec<String> = found
        .answers
        .iter()
        .map(|answer| format!("{} {}: {}", answer.met, answer.asked, answer.because))
        .collect();
    let said = said.join("\n");
    assert!(found.met == met && said.contains(words), "{words}\n{said}");
}

use Decision::{Approved, Rejected};

#[test]
fn nothing_asked_is_nothing_missing() {
    check(&Signed::new(), &Policy::default(), true, "");
    check(&Signed::new().with(ANN, "operator", Approved), &Policy::default(), true, "");
}

#[test]
fn each_role_needs_a_trusted_approval() {
    let approved = Signed::new().with(ANN, "operator", Approved);
    check(&approved, &requires(&["operator"]), true, "ann@x approved it");
    check(&approved, &requires(&["operator", "reviewer"]), false, "nobody signed it off as reviewer");
    let both = approved.with(BOB, "reviewer", Approved);
    check(&both, &requires(&["operator", "reviewer"]), true, "bob@x,robert@* approved it");
    check(&Signed::new().with(BOB, "operator", Approved), &requires(&["operator"]), false, "does not count");
    check(&Signed::new().with(EVE, "operator", Approved), &requires(&["operator"]), false, "does not count");
    check(&Signed::new().with(9, "operator", Approved), &requires(&["operator"]), false, "does not count");
    let packers = Signed::new().with(PACKER, "operator", Approved);
    check(&packers, &requires(&["operator"]), false, "does not count");
}

#[test]
fn different_keys_are_counted_and_the_packers_is_not() {
    let ann_twice = Signed::new().with(ANN, "operator", Approved).with(ANN, "reviewer", Approved);
    check(&ann_twice, &at_least(1), true, "1 did: ann@x");
    check(&ann_twice, &at_least(2), false, "1 did: ann@x");
    let three = ann_twice.with(BOB, "reviewer", Approved).with(PACKER, "operator", Approved);
    check(&three, &at_least(2), true, "2 did: ann@x, bob@x");
    check(&three, &at_least(3), false, "2 did");
    check(&Signed::new().with(EVE, "operator", Approved), &at_least(1), false, "no approval");
    check(&Signed::new(), &at_least(0), true, "no approval");
}

#[test]
fn a_trusted_rejection_stands_until_its_own_key_takes_it_back() {
    let rejected = Signed::new().with(BOB, "reviewer", Rejected);
    check(&rejected, &Policy::default(), false, "only the same key can take that back");
    check(
        &rejected.clone().with(ANN, "operator", Approved),
        &requires(&["operator"]),
        false,
        "bob@x,robert@* rejected",
    );
    check(&rejected.clone().with(BOB, "reviewer", Approved), &requires(&["reviewer"]), true, "approved it");
    // Without a word about the rejection it may have been made before.
    check(
        &rejected.clone().knowing(&[], BOB, "reviewer", Approved),
        &requires(&["reviewer"]),
        false,
        "take that back",
    );
    check(
        &rejected.with(BOB, "reviewer", Approved).with(BOB, "reviewer", Rejected),
        &Policy::default(),
        false,
        "bob@x",
    );
    // In another role it is another matter.
    let ann = Signed::new().with(ANN, "reviewer", Rejected).with(ANN, "operator", Approved);
    check(&ann, &requires(&["operator"]), false, "ann@x rejected it as reviewer");
    let (approved, then_not) = (Signed::new().with(BOB, "reviewer", Approved), requires(&["reviewer"]));
    check(&approved.with(BOB, "reviewer", Rejected), &then_not, false, "none counts");
    check(&Signed::new().with(9, "reviewer", Rejected), &Policy::default(), true, "");
}

#[test]
fn revocation_always_wins() {
    let signed = Signed::new().with(ANN, "operator", Approved).with(BOB, "reviewer", Rejected);
    let public = |seed: u8| key(seed).public_key().to_openssh().unwrap();
    let (found, _) = signed.judge(&requires(&["operator"]), &public(BOB));
    assert!(found.met, "{found:?}");
    let (found, _) = signed.judge(&requires(&["operator"]), &[public(BOB), public(ANN)].join("\n"));
    assert!(!found.met, "{found:?}");
    let expect = Policy { packer: Some("packer@x".to_owned()), ..Policy::default() };
    assert!(Signed::new().judge(&expect, "").0.met);
    assert!(!Signed::new().judge(&expect, &public(PACKER)).0.met);
}

#[test]
fn what_is_expected_has_to_be_so() {
    let signed = Signed::new();
    let expect = |phase: &str, id: Option<Sha256Digest>, packer: &str| Policy {
        phase: Some(phase.to_owned()),
        id,
        packer: Some(packer.to_owned()),
        ..Policy::default()
    };
    let id = signed.written.snapshot_id;
    check(&signed, &expect("ghost", Some(id), "packer@x"), true, "line 1 of the trust file");
    check(&signed, &expect("ghost2", None, "packer@x"), false, "false it is about phase ghost2");
    check(&signed, &expect("ghost", Some(Sha256Digest::of(b"")), "packer@x"), false, "false its id is e3b0");
    check(&signed, &expect("ghost", None, "ann@x"), false, "false ann@x packed it");
    let (bytes, written) = unsigned();
    let by_ann = Signed { bytes: append(bytes, &seal_statement(&written), &key(ANN)), ids: vec![], written };
    check(&by_ann, &expect("ghost", None, "ann@x"), false, "false ann@x packed it");
}

#[test]
fn a_rejection_that_was_taken_out_is_noticed() {
    let rejected = Signed::new().with(BOB, "reviewer", Rejected);
    let hidden = Signed::new().knowing(&rejected.ids, ANN, "operator", Approved);
    let (found, problems) = hidden.judge(&requires(&["operator"]), "");
    assert!(found.met, "the policy alone would be met: {found:?}");
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(
        problem.what.starts_with("a sign-off is missing")
            && problem.what.contains(&rejected.ids[0].to_string())
    );
    let (_, problems) = rejected.with(ANN, "operator", Approved).judge(&Policy::default(), "");
    assert_eq!(problems, []);
}

#[test]
fn claimed_times_have_to_be_possible() {
    let check = |sealed: &str, signed: &str, now: &str, words: &[&str]| {
        let (bytes, written) = unsigned();
        let mut seal = seal_statement(&written);
        seal.predicate.claimed_time = sealed.parse().unwrap();
        let mut sign_off: Statement = sign_off_statement(&written);
        sign_off.predicate.claimed_time = signed.parse().unwrap();
        let bytes = append(append(bytes, &seal, &key(PACKER)), &sign_off, &key(ANN));
        let verifier = Verifier { now: Some(now.parse().unwrap()), ..Verifier::default() };
        let mut opened = open_bytes(&bytes).unwrap();
        opened.metadata.entries[0].captured_at = Some("2026-06-13T06:38:00Z".parse().unwrap());
        let found = verify_as(&opened, &verifier).problems;
        assert_eq!(found.len(), words.len(), "{found:?}");
        assert!(
            words.iter().all(|word| found.iter().any(|problem| problem.what.contains(word))),
            "{found:?}"
        );
    };
    let (sealed, signed, now) = ("2026-06-13T06:40:00Z", "2026-06-13T07:00:00Z", "2026-06-14T00:00:00Z");
    check(sealed, signed, now, &[]);
    check(sealed, "2026-06-13T06:36:00Z", now, &[]);
    check(sealed, "2026-06-13T06:30:00Z", now, &["10 min before the packer claims to have sealed"]);
    check("2026-06-13T06:30:00Z", signed, now, &["8 min before the last capture"]);
    check(sealed, "2026-06-15T00:00:00Z", now, &["1 d from now"]);
    check("2026-06-15T00:00:00Z", "2026-06-15T00:00:00Z", now, &["1 d from now", "1 d from now"]);
}

#[test]
fn what_is_asked_is_said_in_few_and_plain_words() {
    let approved = Signed::new().with(ANN, "operator", Approved);
    let (found, _) = approved.judge(&requires(&["operator", "reviewer", "operator"]), "");
    assert_eq!(found.answers.len(), 2, "asked twice is asked: {found:?}");
    check(
        &approved,
        &at_least(1),
        true,
        "true at least 1 trusted key approves, the packer's aside: 1 did: ann@x",
    );
    check(&approved, &at_least(2), false, "false at least 2 different trusted keys approve");
    // Why a sign-off does not count is said where it is missed.
    let operator = || requires(&["operator"]);
    check(&Signed::new().with(PACKER, "operator", Approved), &operator(), false, "the key is the packer's");
    check(&Signed::new().with(9, "operator", Approved), &operator(), false, "the signer is not known to you");
    check(&Signed::new().with(BOB, "operator", Approved), &operator(), false, "not for the role operator");
    let two = Signed::new().with(BOB, "operator", Approved).with(9, "operator", Rejected);
    check(
        &two,
        &operator(),
        false,
        "there are 2 sign-offs as operator, but none counts as an approval: the key is in",
    );
    let public = key(ANN).public_key().to_openssh().unwrap();
    let (found, _) = approved.judge(&operator(), &public);
    assert!(found.answers[0].because.contains("the key of ann@x is revoked"), "{found:?}");
}
