//! Gates, findings, vetoes and DONE of texts and of histories; one line for each thing that is read.

use proptest::prelude::*;

use super::*;
use crate::documents::BlockKind;
use crate::entry_path::EntryPath;
use crate::evidence::{Commit, EvidenceKind, FileChange, Place};
use crate::report::{FindingState, Verdict};
use crate::time::{Timestamp, from_rfc3339};

const GHOST: &str = include_str!("../../../examples/ghost/machine-docs/REVIEW-ghost.md");

pub(super) fn document(kind: EvidenceKind, text: &str) -> Document {
    let name = match kind {
        EvidenceKind::Review => "REVIEW-x.md",
        EvidenceKind::Status => "STATUS-x.md",
        EvidenceKind::Backlog => "BACKLOG-x.md",
        EvidenceKind::Plan => "plan-phase-x.md",
        _ => "JOURNAL-x.md",
    };
    let path = EntryPath::new(&format!("data/documents/{name}")).expect("a good name");
    Document::parse(kind, &path, text.as_bytes())
}

pub(super) fn told(life: &PhaseLife) -> Vec<String> {
    let word = |what: Verdict| format!("{what:?}").to_lowercase();
    let mut lines = Vec::new();
    for gate in &life.gates {
        let history: Vec<_> = gate.history.iter().map(|event| word(event.what)).collect();
        let history = history.join(" ");
        lines.push(format!("{} {} [{history}]", gate.id, word(gate.verdict)));
    }
    for finding in &life.findings {
        let closed = finding.closed.as_ref().map_or(String::new(), |said| format!(" {:?}", said.by));
        lines.push(format!("{} {:?}{closed}", finding.id, finding.state).to_lowercase());
    }
    for veto in &life.vetoes {
        let standing = if veto.standing { "stands" } else { "lifted" };
        lines.push(format!("veto{}{} {standing}", if veto.scope.is_empty() { "" } else { " " }, veto.scope));
    }
    lines
}

fn life_of(review: &str) -> PhaseLife {
    phase_life(&[document(EvidenceKind::Review, review)], &History::new(&[]))
}

#[track_caller]
fn check(review: &str, expected: &[&str]) {
    assert_eq!(told(&life_of(review)), expected, "{review}");
}

#[test]
fn verdicts_in_all_their_places() {
    check("## M1 — State inventory **PASS @2026-06-13T06:38Z**", &["M1 pass [pass]"]);
    check("## M1 — Done (pre-merge): **PASS** @ 2026-06-11T07:54Z", &["M1 pass [pass]"]);
    check("### E0 / HC2 — x — PASS @2026-05-28T01:00Z", &["E0 pass [pass]", "HC2 pass [pass]"]);
    check("## Q2 — FAIL @2026-05-28T01:00Z (flake)\n\n**Verdict: FAIL.**", &["Q2 fail [fail]"]);
    check("## Q2 — Cold install\n\nRed.\n\n**Verdict: FAIL.**", &["Q2 fail [fail]"]);
    check("## Q2 — Cold install\n\n### Verdict: PASS @2026-05-28T01:00Z", &["Q2 pass [pass]"]);
    check("## Q2 — Cold install\n\n### Verdict\n\n**PASS** @2026-05-28T01:00Z", &["Q2 pass [pass]"]);
    check("- [x] **R1 — a** **COLD-VERIFIED @U0 07:05Z.**\n- [x] **R2 — b**", &["R1 pass [pass]"]);
    check("- **V1/V2 — PASS @2026-05-28T01:00Z**", &["V1 pass [pass]", "V2 pass [pass]"]);
    check("## D1–D3: PASS @2026-05-28", &["D1 pass [pass]", "D2 pass [pass]", "D3 pass [pass]"]);
    check("## M1 PASS + M2 FAIL @2026-05-28T01:00Z", &["M1 pass [pass]", "M2 fail [fail]"]);
    check(
        "| Gate | Verdict | Why |\n|-|-|-|\n| M1 | PASS @2026-05-28 | `a | b` |\n| M2 | FAIL | x |",
        &["M1 pass [pass]", "M2 fail [fail]"],
    );
    check("## ✅\u{fe0f} M1\u{a0}— x\u{a0}— **PASS @2026-05-28**", &["M1 pass [pass]"]);
    for said in [
        "## Re-verdict: M1 FAIL",
        "## FAIL — M1, volumes left",
        "**M1 is now FAIL.**",
        "Verdict on M1: FAIL.",
        "## M1 ❌",
        "## M1 — REJECTED",
        "## M1 — no longer PASS",
        "I withdraw the PASS on M1.",
        "M1 FAIL",
    ] {
        check(&format!("## M1 — PASS\n\n{said}"), &["M1 fail [pass fail]"]);
    }
    check("## M1 — PASS\n\nM1 FAIL is what the builder fears.", &["M1 pass [pass]"]);
    check("\u{feff}## M1 — PASS\r\n\r\ntext\r\n", &["M1 pass [pass]"]);
}

#[test]
fn what_is_no_verdict() {
    for text in [
        "## M-day\n\nlint: PASS\n\n8 passed, install/backup PASS, upgrade FAIL",
        "## Legend\n\n### M1 — PASS @2026-05-28\n\n**M2 — FAIL**",
        "```\n# M1 — PASS\n## M2 — FAIL @2026-05-28\n```",
        "> ## M1 — PASS @2026-05-28",
        "Verdicts look like `## M1 — PASS @2026-05-28`.",
        "## `M1 — PASS @2026-05-28` is how a verdict looks",
        "| tier | result |\n|-|-|\n| install | PASS |\n| E1 | FAIL |",
        "_(no GATE verdict yet)_",
        "- [x] Gate is not yet CLAIMED",
        "- [x] M1 was looked at",
        "M1 PASS is what the builder hopes for.",
        "## Both gates\n\n- Fresh post-proxy verdict: PASS (build #612)",
        "~~## M1 — PASS~~",
        "<!-- ## M1 — PASS -->",
        "## Carried over from earlier phases\n\n### M1 — PASS @2026-05-28",
    ] {
        check(text, &[]);
    }
    check("## M1 — lint: PASS\n\n## M2 — NOT an M2 PASS", &[]);
    // Nor is any of these one that could hide an earlier FAIL.
    for said in [
        "## M1 — cannot PASS",
        "## M1 — unable to PASS",
        "## M1 — Builder claims: PASS",
        "- M1 — claimed as PASS",
        "- M1: the Builder's word: PASS",
        "## M1 — retest of upgrade: PASS",
        "## M1 — STATUS: PASS",
    ] {
        let text = format!("## M1 — FAIL @2026-05-28T01:00Z\n\n{said} @2026-05-28T02:00Z by the Builder");
        check(&text, &["M1 fail [fail]"]);
        check(&text.replace(" by the Builder", ""), &["M1 fail [fail]"]);
    }
}

#[test]
fn a_gate_called_like_a_tier() {
    let plan = "## Gates\n\n### W2 — Backup and restore\n\n### W3 — Lint\n";
    for (review, expected) in [
        ("## W2 — backup and restore: PASS @2026-05-28T01:00Z", "W2 pass [pass]"),
        ("## W2 — Backup and restore, again: **PASS** @2026-05-28T01:00Z", "W2 pass [pass]"),
        ("## W3 — lint: FAIL @2026-05-28T01:00Z", "W3 fail [fail]"),
        ("## W2 — restore: PASS @2026-05-28T01:00Z", "W2 open []"),
        ("## W2 — backup and restore: cannot PASS @2026-05-28T01:00Z", "W2 open []"),
    ] {
        let documents = [document(EvidenceKind::Plan, plan), document(EvidenceKind::Review, review)];
        let life = told(&phase_life(&documents, &History::new(&[])));
        assert!(life.iter().any(|line| line == expected), "{review}: {life:?}");
    }
}

#[test]
fn findings_and_their_states() {
    check("**F1 — x.** Words.\n\n**F6/F7 — y.**", &["f1 noted", "f6 noted", "f7 noted"]);
    check("### A-x [adversary] OPEN @2026-05-28T01:00Z — t", &["a-x open"]);
    check("- [x] **F1e-1 [adversary]** — t", &["f1e-1 noted"]);
    check("- [x] **F1e-1 [adversary]** — t\n  - **Status:** OPEN", &["f1e-1 open"]);
    check("**F2-14c — t.** w\n**Status:** CLOSED @2026-05-28T01:00Z", &["f2-14c closed adversary"]);
    check(
        "### A5-7 [adversary] OPEN @2026-05-28T01:00Z — t\n\n**Status:** CLOSED @2026-05-29T01:00Z",
        &["a5-7 closed adversary"],
    );
    check("**F-redfix-1 — t.**\n\n## Other\n\nStatus: OPEN", &["f-redfix-1 noted"]);
    check("### A-reg-1 — t — OPEN\n\n#### More\n\nStatus: CLOSED", &["a-reg-1 closed adversary"]);
    check("A1 is open.\n\n- A1: looked at", &[]);
    let open = "### A7 [adversary] OPEN @2026-05-28T01:00Z — volumes left\n\n";
    for said in
        ["### A7 — Builder: CLOSED @2026-05-28T02:00Z", "### A7 — CLOSED @2026-05-28T02:00Z by the Builder"]
    {
        check(&format!("{open}{said}"), &["a7 open builder"]);
    }
}

#[test]
fn vetoes_and_their_ends() {
    check("## VETO secrets in the log", &["veto stands"]);
    check("## M2 — FAIL @2026-05-28, SCOPED VETO on DONE", &["M2 fail [fail]", "veto M2 stands"]);
    check("## VETO leak\n\n**VETO lifted @2026-05-28** — clean now", &["veto lifted"]);
    check("## VETO leak — LIFTED @2026-05-28T01:00Z", &["veto lifted"]);
    check("**VETO on M1+M2** — the log holds a token.", &["veto M1+M2 stands"]);
    check("## Open VETOes\n\n(none)", &[]);
    check("## Open VETOes\n\n- (none)", &[]);
    check("## Open VETOes\n\n- VETO on M2: leak", &["veto M2 stands"]);
    check("## M1 — PASS @2026-05-28, no VETO\n\nI use no VETO.\n\n## VETO rules", &["M1 pass [pass]"]);
    check("## I veto DONE", &["veto stands"]);
    check("## VETO is mine to give, none given", &[]);
    check("## VETO leak\n\n- [ ] VETO lifted", &["veto stands"]);
    check("## VETO leak\n\n- [x] VETO lifted @2026-05-28", &["veto lifted"]);
    check("## VETO leak\n\n## VETO lifted by Builder", &["veto stands"]);
    check("## VETO leak\n\n## The Builder asks: VETO lifted?", &["veto stands"]);
    check("## VETO leak\n\nThe VETO is not lifted; it is lifted when clean.", &["veto stands"]);
}

#[test]
fn status_speaks_of_gates_but_does_not_judge() {
    let text = "## Gate: U0 — PASS (Adversary REVIEW-3 @18d2bd1, x)\n\nGate: **M1 CLAIMED, awaiting Adversary** (claimed 2026-06-11)\nGate: **M2 — not claimed yet**\n\n- [x] Gate: M0 — x → CLAIMED\n\nNo gate CLAIMED yet.\n\n```\nGate: M9 — CLAIMED\n```";
    let status = document(EvidenceKind::Status, text);
    let said: Vec<_> = status_verdicts(&status)
        .iter()
        .map(|word| {
            let quote = &status.blocks[word.block].text[word.span.clone()];
            format!("{} {:?} {quote}", word.ids.join("+"), word.verdict)
        })
        .collect();
    assert_eq!(said, ["U0 Pass PASS", "M1 Claimed CLAIMED", "M0 Claimed CLAIMED"]);
    let life = phase_life(&[status], &History::new(&[]));
    assert_eq!(told(&life), ["M1 claimed [claimed]", "M0 claimed [claimed]"]);
}

/// Commits: `time | subject`, then `file` lines with `+` and `-`, an empty line between commits.
pub(super) fn commits(text: &str) -> Vec<Commit> {
    let path = EntryPath::new("data/git/docs.log").expect("a good name");
    let read = |(index, part): (usize, &str)| {
        let mut lines = part.trim().lines();
        let (at, subject) = lines.next().expect("a head").split_once(" | ").expect("a time");
        let at: Option<Timestamp> = from_rfc3339(at);
        let mut changes: Vec<FileChange> = Vec::new();
        for line in lines {
            match (line.strip_prefix('+'), line.strip_prefix('-'), changes.last_mut()) {
                (Some(line), _, Some(change)) => change.added.push(line.to_owned()),
                (_, Some(line), Some(change)) => change.removed.push(line.to_owned()),
                _ => changes.push(FileChange {
                    path: line.to_owned(),
                    added: Vec::new(),
                    removed: Vec::new(),
                    deleted: false,
                    binary: false,
                    created: false,
                    old_path: None,
                }),
            }
        }
        Commit {
            sha: format!("{index:040x}"),
            author: "bot".to_owned(),
            body: String::new(),
            committer: String::new(),
            parents: Vec::new(),
            author_time: at,
            commit_time: at,
            subject: subject.to_owned(),
            changes,
            place: Place { path: path.clone(), pointer: format!("line {}", index * 10 + 1) },
        }
    };
    text.split("\n\n").enumerate().map(read).collect()
}

pub(super) const PLAN: &str = "# Plan\n\n## Gates\n\n### M1 — first\n\n### M2 — second\n\n## Definition of Done\n\n- M1 has a PASS.\n- M2 has a PASS.\n- No veto stands.\n";

#[test]
fn a_life_in_order_of_time() {
    let log = "2026-07-01T01:00:00Z | claim(x-M1): first\nSTATUS-x.md\n+Gate: M1 — CLAIMED\n\n2026-07-01T02:00:00Z | review(x-M1): FAIL\nREVIEW-x.md\n+## M1 — FAIL @2026-07-01T02:05Z\n\n2026-07-01T03:00:00Z | status(x): fixed, again\nSTATUS-x.md\n-Gate: M1 — CLAIMED\n+Gate: M1 — RE-CLAIMED\n\n2026-07-01T04:00:00Z | review(x-M1): M1 PASS\nREVIEW-x.md\n+## M1 — re-check **PASS @2026-07-01T04:05Z**\n\n2026-07-01T04:30:00Z | review(other-M2): PASS\nREVIEW-other.md\n+## M2 — PASS";
    let history = commits(log);
    let review = "## M1 — re-check **PASS @2026-07-01T04:05Z**\n\n## M1 — FAIL @2026-07-01T02:05Z\n";
    let documents = [
        document(EvidenceKind::Review, review),
        document(EvidenceKind::Status, "Gate: M1 — RE-CLAIMED\n"),
        document(EvidenceKind::Plan, PLAN),
    ];
    let life = phase_life(&documents, &History::new(&history));
    // The second claim only rewords the line of the first; without a `claim(…)` subject it is the same claim.
    assert_eq!(told(&life), ["M1 pass [claimed fail pass]", "M2 open []"]);
    assert_eq!((life.gates[0].title.as_str(), life.gates[0].line), ("first", 1));
    let again = log.replace("status(x): fixed, again", "claim(x-M1): again");
    let history = commits(&again);
    let life = phase_life(&documents, &History::new(&history));
    assert_eq!(told(&life)[0], "M1 pass [claimed fail claimed pass]");
    let places: Vec<_> =
        life.gates[0].history.iter().map(|event| (event.document.as_str(), event.line)).collect();
    assert_eq!(places, [("git log", 1), ("REVIEW-x.md", 3), ("STATUS-x.md", 1), ("REVIEW-x.md", 1)]);
    // Before its last verdict, the gate is claimed again.
    let history = commits(&again.split("\n\n").take(3).collect::<Vec<_>>().join("\n\n"));
    let documents = [
        document(EvidenceKind::Review, "## M1 — FAIL @2026-07-01T02:05Z\n"),
        document(EvidenceKind::Status, "Gate: M1 — RE-CLAIMED\n"),
    ];
    let life = phase_life(&documents, &History::new(&history));
    assert_eq!(told(&life), ["M1 claimed [claimed fail claimed]"]);
}

/// The reasons why DONE was not allowed, or `allowed`.
#[track_caller]
fn check_done(log: &str, review: &str, backlog: &str, expected: &[&str]) {
    let history = commits(log);
    let documents = [
        document(EvidenceKind::Review, review),
        document(EvidenceKind::Status, "## DONE\n"),
        document(EvidenceKind::Backlog, backlog),
        document(EvidenceKind::Plan, PLAN),
    ];
    let done = phase_life(&documents, &History::new(&history)).done;
    assert!(done.is_written);
    for reason in expected {
        assert!(done.reasons.iter().any(|said| said.contains(reason)), "{reason}: {:?}", done.reasons);
    }
    assert_eq!(done.allowed, expected.is_empty(), "{:?}", done.reasons);
}

#[test]
fn done_and_whether_it_was_allowed() {
    let review = "## M1 — PASS\n\n## M2 — PASS\n";
    let log = |first: &str, more: &str| {
        format!(
            "{first} | review(x-M1): M1 PASS\nREVIEW-x.md\n+## M1 — PASS\n\n2026-07-02T05:00:00Z | review(x-M2): M2 PASS\nREVIEW-x.md\n+## M2 — PASS\n{more}\n\n2026-07-02T08:00:00Z | status(x): ## DONE\nSTATUS-x.md\n+## DONE"
        )
    };
    let fresh = log("2026-07-02T04:00:00Z", "");
    check_done(&fresh, review, "", &[]);
    check_done(&log("2026-07-01T01:00:00Z", ""), review, "", &["M1's PASS was 31 h old"]);
    check_done(
        &fresh,
        "## M1 — PASS\n\n## M2 — PASS\n\n## VETO leak\n",
        "",
        &["a veto stands (REVIEW-x.md:5)"],
    );
    check_done(
        &fresh,
        "## M1 — PASS\n",
        "## Adversary findings\n\n### A-x [adversary] OPEN — t\n",
        &["A-x is open (BACKLOG-x.md:3)"],
    );
    let closed = "## Adversary findings\n\n### A1 [adversary] CLOSED — t\n";
    let backlog = "BACKLOG-x.md\n+## Adversary findings\n+### A1 [adversary] CLOSED — t";
    check_done(&log("2026-07-02T04:00:00Z", backlog), review, closed, &[]);
    let by_builder = log("2026-07-02T04:00:00Z", "").replace("+## DONE", &format!("+## DONE\n{backlog}"));
    check_done(&by_builder, review, closed, &["A1 is open", "closes no finding"]);
    let failed = fresh.replace("M2 PASS\n", "M2 FAIL\n").replace("+## M2 — PASS", "+## M2 — FAIL");
    check_done(&failed, "## M1 — PASS\n\n## M2 — FAIL\n", "", &["M2 failed (REVIEW-x.md:3)"]);
}

#[test]
fn all_that_the_definition_of_done_lists() {
    let plan = "# P\n\n## Gates\n\n- M1 — a\n\n## Definition of Done (DoD)\n\n- **D1** — a\n- **D2** — b\n- [ ] D3: c\n- S3 stays empty\n";
    let documents = [
        document(
            EvidenceKind::Review,
            "x: ALL DoD PASS @2026-06-13T19:19Z\n\nother: ALL DoD PASS @2026-06-13T19:19Z",
        ),
        document(EvidenceKind::Plan, plan),
    ];
    let life = phase_life(&documents, &History::new(&[]));
    assert_eq!(told(&life), ["M1 open []", "D1 pass [pass]", "D2 pass [pass]", "D3 pass [pass]"]);
    assert_eq!(life.gates.iter().map(|gate| gate.in_dod).collect::<Vec<_>>(), [false, true, true, true]);
}

/// What must not depend on line breaks: ids, verdicts and states.
fn essence(text: &str) -> Vec<String> {
    told(&life_of(text))
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const SAMPLES: &[&str] = &[
    GHOST,
    "# REVIEW — phase x\n\n## Q2 — FAIL @2026-05-28T01:00Z (flake)\n\n**Verdict: FAIL.**\n\n## Findings\n\n### A-x [adversary] OPEN @2026-05-28T02:00Z — t\n\nWords.\n\n- [ ] **F1e-1 [adversary]** — u\n- **Status:** OPEN\n\n## VETO leak\n\n## Open VETOes\n\n(none)\n",
    "# REVIEW\n\n## How it went\n\n```\n# M9 — PASS\n- [x] **M8 — PASS**\n```\n\n## M1 — x\n\n- [x] **R1 — a** **COLD-VERIFIED @U0 07:05Z.**\n\n**VETO on M1** — y\n",
];

#[test]
fn line_breaks_do_not_matter() {
    for text in SAMPLES {
        assert_eq!(essence(&folded(text)), essence(text), "{text}");
        assert!(!essence(text).is_empty());
    }
}

/// Pieces of which hostile and natural documents are made.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "## ",
        "# ",
        "- ",
        "- [x] ",
        "**",
        "`",
        "```\n",
        "\n",
        "\n\n",
        "| ",
        " | ",
        "M1",
        "M1+M2",
        "D1–D9",
        "F1",
        "A-x",
        " — ",
        ": ",
        "PASS",
        "FAIL",
        " @2026-05-28T01:00Z",
        "VETO ",
        "OPEN",
        "CLOSED",
        "lifted",
        "Status: ",
        "Verdict: ",
        "not ",
        "→",
        "é日\u{fe0f}",
        "\u{a0}",
        "Gate: ",
        "CLAIMED",
        "DONE",
        "ALL DoD PASS",
        "> ",
        "  ",
        "\r\n",
        "(",
        ")",
        "&amp;",
        "\\*",
        "<b>",
        "[adversary] ",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_panics_and_every_place_is_inside(text in prop_oneof![pieces(), any::<String>()]) {
        let lines: Vec<usize> = text.split('\n').map(|line| line.chars().count()).collect();
        let kinds = [EvidenceKind::Review, EvidenceKind::Status, EvidenceKind::Backlog, EvidenceKind::Plan];
        let documents = kinds.map(|kind| document(kind, &text));
        for block in &documents[0].blocks {
            for at in [0, block.text.len() / 2, block.text.len(), usize::MAX / 2] {
                let (line, column) = documents[0].position(block, at);
                prop_assert!(line >= 1 && column >= 1);
                prop_assert!(line as usize <= text.split(['\n', '\r']).count().max(1));
                if !text.contains('\r') {
                    prop_assert!(column as usize <= lines[line as usize - 1] + 2);
                }
            }
        }
        phase_life(&documents, &History::new(&[]));
    }

    #[test]
    fn an_appended_paragraph_changes_no_earlier_block(text in pieces()) {
        // What is still open at the end of a text, or folded, does belong together with what follows.
        let text = format!("\n{}\n", text.replace("```", "").replace('<', ""));
        let before = document(EvidenceKind::Review, &format!("{text}\n\nLast words.\n"));
        let after = document(EvidenceKind::Review, &format!("{text}\n\nLast words.\n\nOne more paragraph.\n"));
        let words = |document: &Document| -> Vec<(BlockKind, String)> {
            document.blocks.iter().map(|block| (block.kind, block.text.clone())).collect()
        };
        let (before, after) = (words(&before), words(&after));
        prop_assert_eq!(&after[..before.len()], &before[..]);
    }
}

#[test]
fn time_is_linear() {
    // None of these may take long; a quadratic step would take minutes.
    for text in [
        "- ".repeat(60_000),
        "word ## M1 — PASS - x **F1 — y.** ".repeat(8_000),
        "## VETO a\n\n".repeat(10_000),
        "## M1 — PASS @2026-05-28T01:00Z\n\n".repeat(10_000),
        "` - x".repeat(40_000),
        "PASS FAIL ".repeat(30_000),
    ] {
        life_of(&text);
    }
    assert_eq!(life_of("**F1 — x.** It is OPEN for all").findings[0].state, FindingState::Noted);
}
