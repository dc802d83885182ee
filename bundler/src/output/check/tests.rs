//! A report made by hand, and how it reads.

use dossier_shared::evidence::{EntryIssue, Issue};
use dossier_shared::report::*;
use dossier_shared::snapshot::metadata::{Absence, Phase};
use dossier_shared::time::Timestamp;

use super::{Detail, Subject, page, words};
use crate::cli::FailOn;
use crate::output::Places;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn gate(id: &str, title: &str, line: u32) -> Gate {
    Gate {
        id: id.to_owned(),
        title: title.to_owned(),
        verdict: Verdict::Pass,
        at: Some(at("2026-06-13T06:27:57Z")),
        at_is_commit_time: true,
        stamped_at: Some(at("2026-06-13T06:38:00Z")),
        document: "REVIEW-ghost.md".to_owned(),
        line,
        in_dod: true,
        history: Vec::new(),
    }
}

fn check(id: &str, outcome: Outcome, place: (&str, u32), quote: &str, because: &str) -> Check {
    Check {
        id: id.to_owned(),
        gate: None,
        document: place.0.to_owned(),
        line: place.1,
        column: 1,
        quote: quote.to_owned(),
        rule: "some-rule".to_owned(),
        kind: CheckKind::Record,
        outcome,
        because: because.to_owned(),
        acknowledged: None,
        evidence: Vec::new(),
        same_as: None,
    }
}

/// What the sample phase comes to, abridged.
pub(crate) fn ghost() -> Report {
    let review = "REVIEW-ghost.md";
    let mut checks = vec![
        check(
            "M1.0",
            Outcome::Contradicted,
            (review, 32),
            "PASS @2026-06-13T06:38Z",
            "committed 06:27:57Z (git log), 10 min 3 s before its stamp; one clock is wrong",
        ),
        check("M2.0", Outcome::Contradicted, (review, 68), "PASS @2026-06-13T06:38Z", "as M1.0"),
        check(
            "F3.1",
            Outcome::Contradicted,
            (review, 22),
            "No post-proxy ghost runs as of 06:20Z",
            "build 612 started 06:13:02Z; if this note's clock ran ahead like M1.0's, it was true when seen",
        ),
        check(
            "S.4",
            Outcome::Contradicted,
            ("STATUS-ghost.md", 19),
            "comment at \"06:35Z\"",
            "created 06:22:11Z, never edited",
        ),
        check(
            "R.5",
            Outcome::NoEvidence,
            (review, 13),
            "compose.ccci.yml",
            "compose.ccci.yml: not collected (file gone)",
        ),
        check(
            "M1.3",
            Outcome::Confirmed,
            (review, 40),
            "`level=5`",
            "results.json says 5, and so do its rungs",
        ),
        check(
            "M1.9",
            Outcome::NotCheckable,
            (review, 44),
            "own clone, own SSH session",
            "no file could show it",
        ),
    ];
    checks[1].same_as = Some("M1.0".to_owned());
    checks[3].acknowledged = Some("REVIEW-ghost.md:87".to_owned());
    Report {
        schema: SCHEMA.to_owned(),
        judge: "dossier 0.1.0".to_owned(),
        snapshot: SnapshotFacts {
            id: Some("7f3a91c2".repeat(8)),
            short_id: Some("7f3a-91c2".to_owned()),
            packer: "dossier 0.1.0".to_owned(),
            packed_at: at("2026-06-13T06:41:00Z"),
        },
        phase: Phase { id: "ghost".to_owned(), title: "re-evaluate after proxy fix".to_owned() },
        gates: vec![
            gate("M1", "State inventory and clean retry", 32),
            gate("M2", "Operator-ready outcome", 68),
        ],
        done: Done {
            written: Some(at("2026-06-13T06:31:10Z")),
            is_written: true,
            allowed: true,
            reasons: vec!["2 of 2 gates fresh".to_owned(), "no veto".to_owned()],
        },
        vetoes: Vec::new(),
        findings: Vec::new(),
        checks,
        common_cause: String::new(),
        notes: vec![Note {
            text: "build 578 failed before the proxy fix; not in M1's list (ran PR#5's ref)".to_owned(),
            evidence: Vec::new(),
        }],
        key_facts: Vec::new(),
        pulls: Vec::new(),
        builds: Vec::new(),
        runs: Vec::new(),
        test_reports: Vec::new(),
        tests: Vec::new(),
        timeline: Vec::new(),
        documents: Vec::new(),
        files: Vec::new(),
        absences: vec![Absence {
            what: "/tmp/ghost-render/compose.ccci.yml".to_owned(),
            asked: "host/tmp/ghost-render/compose.ccci.yml".to_owned(),
            reason: "file gone".to_owned(),
        }],
        problems: Vec::new(),
        issues: Vec::new(),
        trust: Some(Trust {
            files: FilesTrust { intact: true, good: 98, total: 98 },
            seal: SealTrust {
                state: SealState::Valid,
                because: "made by somebody whom you do not know, and anybody can seal".to_owned(),
                fingerprint: Some("SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8".to_owned()),
                key_type: Some("ssh-ed25519".to_owned()),
                claimed_at: Some(at("2026-06-13T06:41:00Z")),
                says: None,
            },
            signer: SignerTrust {
                state: SignerState::Unknown,
                principal: None,
                known_as: None,
                trust_file_sha256: None,
                because: "nobody said whose key it is".to_owned(),
            },
            collected: CollectedTrust { complete: false, absences: 1 },
            checks: ChecksTrust {
                as_packed: false,
                confirmed: 1,
                contradicted: 3,
                contradicted_substance: 0,
                no_evidence: 1,
                not_checkable: 1,
            },
            sign_offs: Vec::new(),
            policy: PolicyTrust { met: true, answers: Vec::new() },
            notes: Vec::new(),
            trust_file: None,
            revoked_file: None,
        }),
    }
}

/// A phase where much went wrong.
pub(crate) fn bad() -> Report {
    let mut report = ghost();
    report.gates[1].verdict = Verdict::Fail;
    report.gates[1].title = "A title that goes on and on, well beyond what any table can hold".to_owned();
    report.gates.push(Gate { verdict: Verdict::Claimed, line: 0, ..gate("M3", "Later", 0) });
    report.done =
        Done { written: None, is_written: true, allowed: false, reasons: vec!["M2 has no PASS".to_owned()] };
    report.vetoes = vec![Veto {
        scope: String::new(),
        quote: "VETO \x1b[31mleak\u{202e}".to_owned(),
        standing: true,
        document: "REVIEW-ghost.md".to_owned(),
        line: 90,
        raised_at: None,
        lifted: None,
    }];
    report.findings = vec![Finding {
        id: "F1".to_owned(),
        title: "teardown leaves a volume behind".to_owned(),
        state: FindingState::Open,
        document: "REVIEW-ghost.md".to_owned(),
        line: 20,
        closed: None,
    }];
    report.checks[2].kind = CheckKind::Substance;
    report.common_cause = "hand-written stamps run 10–13 min ahead of machine times".to_owned();
    report.problems = vec![Problem {
        kind: dossier_shared::report::ProblemKind::DigestMismatch,
        path: Some("data/documents/REVIEW-ghost.md".parse().expect("a good name")),
        what: "digest differs from the manifest".to_owned(),
    }];
    if let Some(trust) = &mut report.trust {
        trust.files.intact = false;
        trust.seal.state = SealState::Unsigned;
        trust.signer.state = SignerState::None;
    }
    report
}

#[test]
fn the_sample_reads_well() {
    let detail = Detail { subject: Subject::Snapshot("ghost.zip"), ..Detail::default() };
    insta::assert_snapshot!(page(&ghost(), detail).render(100, false));
}

#[test]
fn everything_is_listed_on_request() {
    let detail =
        Detail { all: true, judge: true, subject: Subject::Snapshot("ghost.zip"), ..Detail::default() };
    insta::assert_snapshot!(page(&ghost(), detail).render(80, false));
}

#[test]
fn bad_news_is_plain() {
    let detail = Detail { subject: Subject::Snapshot("ghost.zip"), ..Detail::default() };
    insta::assert_snapshot!(page(&bad(), detail).render(100, false));
}

#[test]
fn inside_a_snapshot_there_is_no_trust() {
    let mut report = ghost();
    report.trust = None;
    report.snapshot.id = None;
    report.snapshot.short_id = None;
    insta::assert_snapshot!(page(&report, Detail::default()).render(100, false));
}

#[test]
fn what_is_not_packed_says_so_and_what_is_odd_in_it() {
    let mut report = ghost();
    report.trust = None;
    report.snapshot.id = None;
    report.snapshot.short_id = None;
    let path = "data/runs/612/results.json".parse().expect("a good name");
    report.issues =
        vec![EntryIssue { path, issue: Issue::new("/level", "is written as 6, its rungs make 5") }];
    let detail = Detail {
        subject: Subject::Unpacked("phases/ghost/dossier.toml"),
        fail_on: FailOn::Substance,
        ..Detail::default()
    };
    insta::assert_snapshot!(page(&report, detail).render(100, false));
}

#[test]
fn a_fact_that_is_stated_often_is_told_shortly() {
    let mut report = ghost();
    let again = report.checks[1].clone();
    let at = |(document, line): (&str, u32)| Check { document: document.to_owned(), line, ..again.clone() };
    report.checks.truncate(1);
    report.checks.extend([("REVIEW-ghost.md", 32), ("STATUS-ghost.md", 4), ("STATUS-ghost.md", 4)].map(at));
    let told = |report: &Report| {
        let places = Places::default();
        words::Stated::new(report, &places).at(&report.checks[0])
    };
    assert_eq!(told(&report), "REVIEW-ghost.md:32 (and STATUS-ghost.md:4)", "each place once");
    report.checks.extend((100..200).map(|line| at(("REVIEW-ghost.md", line))));
    let told = told(&report);
    assert!(told.ends_with(":106, 93 more)"), "{told}");
}
