//! Statements that say what `report.json` does not; honest ones never differ from it, but for another version's judgement.

use crate::report::{ProblemKind, TrustNoteKind};
use crate::signature::allowed_signers::AllowedSigners;
use crate::signature::statement::{Decision, GateVerdict, Predicate};
use crate::snapshot::sample::{
    append, draft, key, open_bytes, seal_statement, sign_off_statement, unsigned_from,
};
use crate::verify::{Verification, verify};

const PACKER: u8 = 1;
const ANN: u8 = 2;
const NOBODY: u8 = 9;

/// M1 passed; one check is confirmed, two are contradicted, and one repeats the first of them.
const REPORT: &str = r#"{"schema": "dossier.report/1", "gates": [{"id": "M1", "verdict": "pass"}], "checks": [
    {"id": "M1.1", "outcome": "confirmed", "kind": "record"},
    {"id": "M1.2", "outcome": "contradicted", "kind": "record"},
    {"id": "S.1", "outcome": "contradicted", "kind": "substance", "same_as": null},
    {"id": "S.2", "outcome": "contradicted", "kind": "record", "same_as": "M1.2"}]}
"#;

/// The seal and one sign-off by `signer` over `report`, each as `change` leaves what is honest.
fn judge(report: &str, signer: u8, change: &dyn Fn(&mut Predicate)) -> Verification {
    let mut draft = draft();
    report.clone_into(&mut draft.report_json);
    let (bytes, written) = unsigned_from(&draft);
    let honest = |predicate: &mut Predicate| {
        (predicate.outcomes.confirmed, predicate.outcomes.contradicted) = (1, 2);
        if predicate.decision == Decision::Approved {
            predicate.contradictions_accepted = vec!["M1.2".to_owned(), "S.1".to_owned()];
        }
        change(predicate);
    };
    let (mut seal, mut sign_off) = (seal_statement(&written), sign_off_statement(&written));
    honest(&mut seal.predicate);
    honest(&mut sign_off.predicate);
    let bytes = append(append(bytes, &seal, &key(PACKER)), &sign_off, &key(signer));
    let line = |namespaces: &str, who: &str, seed: u8| {
        format!("{who} namespaces=\"{namespaces}\" {}\n", key(seed).public_key().to_openssh().unwrap())
    };
    let trust = line("seal@dossier", "packer@x", PACKER) + &line("signoff.*@dossier", "ann@x", ANN);
    verify(&open_bytes(&bytes).unwrap(), Some(&AllowedSigners::parse(trust.as_bytes())))
}

/// Problems and notes about statements.
fn said(found: &Verification) -> (Vec<&str>, Vec<&str>) {
    assert!(
        found.problems.iter().all(|problem| problem.kind == ProblemKind::Statement),
        "{:?}",
        found.problems
    );
    let problems = found.problems.iter().map(|problem| problem.what.as_str()).collect();
    (problems, found.notes.iter().map(|note| note.what.as_str()).collect())
}

#[test]
fn what_is_honest_differs_nowhere() {
    // Two verdicts in one section have one id.
    let twice = REPORT.replace("\"S.1\"", "\"M1.2\"");
    let both = |p: &mut Predicate| {
        if p.decision == Decision::Approved {
            p.contradictions_accepted = vec!["M1.2".to_owned(); 2];
        }
    };
    assert_eq!(said(&judge(&twice, ANN, &both)), (vec![], vec![]));
    let (problems, notes) = (judge(REPORT, ANN, &both).problems, judge(REPORT, ANN, &both).notes);
    assert!(problems.is_empty() && notes.len() == 1, "S.1 is not accepted: {problems:?} {notes:?}");
    assert_eq!(said(&judge(REPORT, ANN, &|_| {})), (vec![], vec![]));
    assert_eq!(said(&judge(REPORT, NOBODY, &|_| {})), (vec![], vec![]));
}

/// Only in the statements of this decision.
fn only(decision: Decision, change: fn(&mut Predicate)) -> impl Fn(&mut Predicate) {
    move |predicate| {
        if predicate.decision == decision {
            change(predicate);
        }
    }
}

type Lie = (fn(&mut Predicate), &'static str);

/// One lie a row, and the words for it: field and both values.
const LIES: &[Lie] = &[
    (|p| p.outcomes.confirmed = 999, "outcomes.confirmed is 999, in report.json 1"),
    (|p| p.outcomes.no_evidence = 1, "outcomes.no_evidence is 1, in report.json 0"),
    (|p| p.outcomes.not_checkable = 7, "outcomes.not_checkable is 7, in report.json 0"),
    (|p| p.gates.clear(), "gates is none, in report.json M1 pass"),
    (|p| p.gates[0].verdict = "fail".to_owned(), "gates is M1 fail, in report.json M1 pass"),
    (
        |p| p.gates.push(GateVerdict { gate: "M7".to_owned(), verdict: "pass".to_owned() }),
        "gates is M1 pass, M7 pass, in report.json M1 pass",
    ),
    (
        |p| {
            p.outcomes.contradicted = 0;
            p.contradictions_accepted.clear();
        },
        "outcomes.contradicted is 0, in report.json 2",
    ),
    (
        |p| p.contradictions_accepted = vec!["M1.2".to_owned(), "NOPE.1".to_owned()],
        "contradictions_accepted names NOPE.1, in report.json contradicted are M1.2, S.1",
    ),
    (
        |p| {
            p.gates[0].gate = "yes   asked: a trusted operator approves; root approved it and more".to_owned()
        },
        "gates is yes___asked:_a_trusted_operator_… pass, in report.json M1 pass",
    ),
];

#[test]
fn a_seal_that_says_something_else_is_a_problem() {
    for (lie, words) in LIES {
        let found = judge(REPORT, ANN, &only(Decision::Sealed, *lie));
        let (problems, notes) = said(&found);
        let [problem] = problems.as_slice() else { panic!("{words}: {problems:?}") };
        assert!(problem.starts_with("packer@x sealed what report.json does not say: "), "{problem}");
        assert!(problem.contains(words), "{words} / {problem}");
        assert_eq!(notes, [] as [&str; 0]);
    }
}

#[test]
fn a_sign_off_that_says_something_else_is_a_note_since_another_version_may_have_judged() {
    for signer in [ANN, NOBODY] {
        for (lie, words) in LIES {
            let found = judge(REPORT, signer, &only(Decision::Approved, *lie));
            let (problems, notes) = said(&found);
            assert_eq!(problems, [] as [&str; 0], "{words}");
            let [note] = notes.as_slice() else { panic!("{words}: {notes:?}") };
            let who = if signer == ANN { "ann@x" } else { found.sign_offs[0].fingerprint.as_str() };
            assert!(note.starts_with(&format!("{who} signed what report.json does not say: ")), "{note}");
            assert!(note.contains(words), "{words} / {note}");
        }
    }
}

#[test]
fn a_sign_off_that_contradicts_itself_is_no_other_versions() {
    let lies: &[Lie] = &[
        (
            |p| p.contradictions_accepted = vec!["NOPE.1".to_owned()],
            "contradicted is 2, contradictions_accepted names NOPE.1",
        ),
        (|p| p.contradictions_accepted.clear(), "contradicted is 2, contradictions_accepted names none"),
        (|p| p.decision = Decision::Rejected, "it rejects, and contradictions_accepted names M1.2, S.1"),
    ];
    for (lie, words) in lies {
        let found = judge(REPORT, ANN, &only(Decision::Approved, *lie));
        let (problems, _) = said(&found);
        assert!(problems.len() == 1 && problems[0].contains(words), "{words} / {problems:?}");
        let found = judge(REPORT, NOBODY, &only(Decision::Approved, *lie));
        let (problems, notes) = said(&found);
        assert!(
            problems.is_empty() && notes.iter().any(|note| note.contains(words)),
            "{words}: {problems:?}"
        );
    }
}

#[test]
fn a_report_that_cannot_be_compared_is_not_taken_for_one_that_agrees() {
    let check = |report: &str, problem: &str, kind: Option<TrustNoteKind>| {
        let found = judge(report, ANN, &|_| {});
        let problems = said(&found).0;
        assert_eq!(problems.is_empty(), problem.is_empty(), "{report}: {problems:?}");
        assert!(problems.iter().any(|found| found.contains(problem)) || problem.is_empty(), "{problems:?}");
        let kinds: Vec<_> = found.notes.iter().map(|note| note.kind).collect();
        assert!(kind.is_none_or(|kind| kinds.contains(&kind)), "{report}: {kinds:?}");
    };
    check(
        "{\"schema\": \"dossier.report/1\"}\n",
        "gates is M1 pass, in report.json none",
        Some(TrustNoteKind::Statement),
    );
    check("{\"schema\": \"dossier.report/1\", \"checks\": 7}\n", "it cannot be read", None);
    check("no JSON\n", "it cannot be read", None);
    check("{\"schema\": \"dossier.report/2\"}\n", "", Some(TrustNoteKind::NotCompared));
    check("{}\n", "", Some(TrustNoteKind::NotCompared));
}
