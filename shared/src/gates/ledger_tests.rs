//! What was committed and is no longer in the documents: vetoes, findings, verdicts and DONE do not go away silently.

use super::tests::{PLAN, commits, document, told};
use super::*;
use crate::documents::Document;
use crate::entry_path::EntryPath;
use crate::evidence::EvidenceKind;

/// Two gates passed, then `more`, then DONE at 08:00.
fn log(more: &str) -> String {
    let more = if more.is_empty() { String::new() } else { format!("\n\n{more}") };
    format!(
        "2026-07-02T04:00:00Z | review(x-M1+M2): M1 PASS + M2 PASS\nREVIEW-x.md\n+## M1 — PASS\n+words on M1\n+## M2 — PASS\n+words on M2{more}\n\n2026-07-02T08:00:00Z | status(x): ## DONE\nSTATUS-x.md\n+## DONE"
    )
}

const REVIEW: &str = "## M1 — PASS\n\nwords on M1\n\n## M2 — PASS\n\nwords on M2\n";
const VETO: &str =
    "2026-07-02T05:00:00Z | review(x): VETO\nREVIEW-x.md\n+## VETO leak of a token in the log\n+It is there.";

fn life(log: &str, review: &str, status: &str, backlog: &str) -> PhaseLife {
    let history = commits(log);
    let documents = [
        document(EvidenceKind::Review, review),
        document(EvidenceKind::Status, status),
        document(EvidenceKind::Backlog, backlog),
        document(EvidenceKind::Plan, PLAN),
    ];
    phase_life(&documents, &History::new(&history))
}

/// What is told of vetoes and findings, and a reason of DONE (`allowed` where it is).
#[track_caller]
fn check(life: &PhaseLife, expected: &[&str], reason: &str) {
    let said = told(life);
    for line in expected {
        assert!(said.iter().any(|told| told == line), "{line}: {said:?} {:?}", life.done);
    }
    let reasons = &life.done.reasons;
    if reason == "allowed" {
        assert!(life.done.allowed, "{said:?} {reasons:?}");
    } else {
        assert!(!life.done.allowed, "{said:?} {reasons:?}");
        assert!(reasons.iter().any(|said| said.contains(reason)), "{reason}: {reasons:?}");
    }
}

#[test]
fn a_veto_stands_until_it_is_lifted_by_words() {
    let place = "REVIEW-x.md in commit 00000000 of 2026-07-02 05:00:00Z, git log:11";
    let gone = format!("a veto stands that REVIEW no longer shows and nobody lifted ({place})");
    for review in [
        // Deleted, struck through, in a comment, quoted, in a code block, in other words.
        REVIEW.to_owned(),
        format!("{REVIEW}\n## ~~VETO leak of a token in the log~~\n\nIt is there.\n"),
        format!("{REVIEW}\n<!-- ## VETO leak of a token in the log -->\n\nIt is there.\n"),
        format!("{REVIEW}\n<!--\n## VETO leak of a token in the log\n-->\n\nIt is there.\n"),
        format!("{REVIEW}\n> ## VETO leak of a token in the log\n\nIt is there.\n"),
        format!("{REVIEW}\n```\n## VETO leak of a token in the log\n```\n"),
        format!("{REVIEW}\n## Leak of a token in the log\n\nIt is there.\n"),
        format!("{REVIEW}\n## No VETO\n"),
    ] {
        check(&life(&log(VETO), &review, "## DONE", ""), &["veto stands"], &gone);
    }
    // Where it is read in other words, it stands there.
    for heading in [
        "## VETO leak of a token in the log",
        "## Veto leak of a token in the log",
        "## VETO: a token leaks into the log",
    ] {
        let life = life(&log(VETO), &format!("{REVIEW}\n{heading}\n\nIt is there.\n"), "## DONE", "");
        assert_eq!(life.vetoes.len(), 1, "{heading}");
        check(&life, &["veto stands"], "a veto stands (REVIEW-x.md:9)");
    }
    // Nor does a commit that only takes it away lift it, whoever made it.
    for subject in ["status(x): tidy", "review(x): tidy"] {
        let taken = format!(
            "{VETO}\n\n2026-07-02T06:00:00Z | {subject}\nREVIEW-x.md\n-## VETO leak of a token in the log\n-It is there."
        );
        let life = life(&log(&taken), REVIEW, "## DONE", "");
        check(&life, &["veto stands"], &gone);
        let how = "was taken out of REVIEW-x.md by commit 00000000 of 2026-07-02 06:00:00Z";
        assert!(life.notes.iter().any(|note| note.text.contains(how)), "{:?}", life.notes);
    }
    let note = &life(&log(VETO), REVIEW, "## DONE", "").notes;
    let how = "it last stood there in commit 00000000 of 2026-07-02 05:00:00Z";
    assert!(note.iter().any(|note| note.text.contains(how)), "{note:?}");
    // The reviewer's words do, and they may be gone too.
    for (more, review) in [
        (
            "2026-07-02T06:00:00Z | review(x): clean\nREVIEW-x.md\n+VETO lifted @2026-07-02T06:00Z",
            "\nVETO lifted @2026-07-02T06:00Z\n",
        ),
        (
            "2026-07-02T06:00:00Z | review(x): VETO lifted\nREVIEW-x.md\n-## VETO leak of a token in the log",
            "",
        ),
        (
            "2026-07-02T06:00:00Z | review(x): clean\nREVIEW-x.md\n+VETO lifted\n\n2026-07-02T06:30:00Z | review(x): tidy\nREVIEW-x.md\n-## VETO leak of a token in the log\n-VETO lifted",
            "",
        ),
        (
            "2026-07-02T06:00:00Z | review(x): clean\nREVIEW-x.md\n-## VETO leak of a token in the log\n+## VETO leak of a token in the log — LIFTED",
            "\n## VETO leak of a token in the log — LIFTED\n",
        ),
    ] {
        let life = life(&log(&format!("{VETO}\n\n{more}")), &format!("{REVIEW}{review}"), "## DONE", "");
        assert_eq!(life.vetoes.len(), 1, "{more}");
        check(&life, &["veto lifted"], "allowed");
    }
    // The builder's do not, and neither do words that come after DONE.
    let builder = format!(
        "{VETO}\n\n2026-07-02T06:00:00Z | status(x): VETO lifted\nREVIEW-x.md\n-## VETO leak of a token in the log\n+## VETO leak of a token in the log — LIFTED"
    );
    let reworded = format!("{REVIEW}\n## VETO leak of a token in the log — LIFTED\n");
    check(&life(&log(&builder), &reworded, "## DONE", ""), &["veto stands"], "a veto stands");
    check(
        &life(&log(VETO), &reworded, "## DONE", ""),
        &["veto lifted"],
        "a veto stood when DONE was written",
    );
    let late = format!(
        "{}\n\n2026-07-02T09:00:00Z | review(x): clean\nREVIEW-x.md\n-## VETO leak of a token in the log\n+## VETO leak of a token in the log — LIFTED",
        log(VETO)
    );
    check(&life(&late, &reworded, "## DONE", ""), &["veto lifted"], "stood when DONE was written");
}

#[test]
fn what_was_never_a_veto_raises_none_from_the_log() {
    for more in [
        "2026-07-02T05:00:00Z | review(x): words\nREVIEW-x.md\n+```\n+## VETO leak\n+```",
        "2026-07-02T05:00:00Z | review(x): words\nREVIEW-x.md\n+> ## VETO leak",
        "2026-07-02T05:00:00Z | review(x): words\nREVIEW-x.md\n+## VETO rules\n+no VETO",
        "2026-07-02T05:00:00Z | journal(x): words\nJOURNAL-x.md\n+## VETO leak",
        "2026-07-02T05:00:00Z | review(y): VETO\nREVIEW-y.md\n+## VETO leak",
    ] {
        let life = life(&log(more), REVIEW, "## DONE", "");
        assert_eq!(life.vetoes, [], "{more}");
        check(&life, &[], "allowed");
    }
    // Its line stands where it only explains.
    let more = "2026-07-02T05:00:00Z | review(x): words\nREVIEW-x.md\n+- VETO: leak";
    let life = life(&log(more), &format!("{REVIEW}\n## Grammar\n\n- VETO: leak\n"), "## DONE", "");
    check(&life, &[], "allowed");
}

#[test]
fn a_done_that_was_taken_back() {
    for status in
        ["## Not DONE yet", "## ~~DONE~~", "## DONE?", "## DONE when M2 passes", "```\n## DONE\n```", ""]
    {
        let done = life(&log(""), REVIEW, status, "").done;
        assert!(!done.is_written && done.written.is_none(), "{status}: {done:?}");
        let reason =
            "DONE was written in commit 00000000 of 2026-07-02 08:00:00Z and no longer stands in STATUS-x.md";
        assert_eq!(done.reasons[0], reason, "{status}");
    }
    for status in ["## DONE", "## ✅ DONE — 2026-07-02"] {
        let life = life(&log(""), REVIEW, status, "");
        assert!(life.done.is_written && life.done.written.is_some(), "{status}");
        check(&life, &[], "allowed");
    }
}

#[test]
fn a_pass_that_review_no_longer_holds() {
    let reason = "M1 is not passed: REVIEW-x.md no longer holds the PASS that commit 00000000 of 2026-07-02 04:00:00Z put there";
    for heading in [
        "## M1 — not yet PASS",
        "## M1 — CONDITIONAL PASS",
        "## M1 — PASS?",
        "## ~~M1 — PASS~~",
        "<!-- ## M1 — PASS -->",
        "> ## M1 — PASS",
        "```\n## M1 — PASS\n```",
        "## M1",
    ] {
        let life = life(&log(""), &REVIEW.replace("## M1 — PASS", heading), "## DONE", "");
        check(&life, &["M1 open [pass]", "M2 pass [pass]"], reason);
    }
    // In other words it stands, and a FAIL that is gone still tells.
    for heading in ["## M1 — inventory: PASS", "### M1 — **PASS**"] {
        let life = life(&log(""), &REVIEW.replace("## M1 — PASS", heading), "## DONE", "");
        assert!(told(&life).iter().any(|line| line.starts_with("M1 pass")), "{heading}");
    }
    let fail = log("2026-07-02T05:00:00Z | review(x-M1): again\nREVIEW-x.md\n+## M1 — FAIL");
    check(
        &life(&fail, REVIEW, "## DONE", ""),
        &["M1 fail [pass fail]"],
        "M1 failed (REVIEW-x.md in commit 00000000 of 2026-07-02 05:00:00Z, git log:11)",
    );
    let fenced = format!("{REVIEW}\n```\n## M1 — FAIL\n```\n");
    check(&life(&fail, &fenced, "## DONE", ""), &["M1 fail [pass fail]"], "M1 failed");
}

#[test]
fn verdicts_that_are_taken_back() {
    for (words, m1, m2) in [
        (
            "**M1:** the verdict above is withdrawn @2026-07-02T06:50Z.",
            "M1 open [pass open]",
            "M2 pass [pass]",
        ),
        ("## Both PASSes withdrawn @2026-07-02T06:50Z", "M1 open [pass open]", "M2 open [pass open]"),
        ("## All verdicts above are void @2026-07-02T06:50Z", "M1 open [pass open]", "M2 open [pass open]"),
        ("## M1 — re-opened @2026-07-02T06:50Z", "M1 open [pass open]", "M2 pass [pass]"),
        ("The verdict above is withdrawn.", "M1 pass [pass]", "M2 open [pass open]"),
        ("## M1: Failed (2026-07-02T06:50Z)", "M1 fail [pass fail]", "M2 pass [pass]"),
        ("The verdicts are not void.", "M1 pass [pass]", "M2 pass [pass]"),
        ("## M1 — Port 80 was re-opened by the proxy", "M1 pass [pass]", "M2 pass [pass]"),
    ] {
        for log in [log(""), String::new()] {
            let log = if log.is_empty() { Vec::new() } else { commits(&log) };
            let review = document(EvidenceKind::Review, &format!("{REVIEW}\n{words}\n"));
            let plan = document(EvidenceKind::Plan, PLAN);
            let life = phase_life(&[review, plan], &History::new(&log));
            // Without a log, what has no stamp has no place in the order.
            let end = |line: &str| if log.is_empty() { line.find('[') } else { None }.unwrap_or(line.len());
            let said: Vec<String> = told(&life).iter().map(|line| line[..end(line)].to_owned()).collect();
            assert_eq!(said, [&m1[..end(m1)], &m2[..end(m2)]], "{words}");
        }
    }
    let below = format!("## All verdicts below are void @2026-07-02T06:50Z\n\n{REVIEW}");
    let history = commits(&log(""));
    let life = phase_life(&[document(EvidenceKind::Review, &below)], &History::new(&history));
    assert_eq!(told(&life), ["M1 open [pass open]", "M2 open [pass open]"]);
    let again = "## M1 — PASS @2026-07-02T04:00Z\n\n## M1 — re-opened @2026-07-02T05:00Z\n\n## M1 — PASS @2026-07-02T06:00Z\n";
    let life = phase_life(&[document(EvidenceKind::Review, again)], &History::new(&[]));
    assert_eq!(told(&life), ["M1 pass [pass open pass]"]);
}

#[test]
fn words_like_verdicts_are_noted() {
    for (heading, noted) in [
        ("## M1: Pass (2026-06-13T06:38Z)", true),
        ("## M1 — State inventory — passed @2026-06-13T06:38Z", true),
        ("## M1 — State inventory ✅ @2026-06-13T06:38Z", true),
        ("## M1 — all tests PASS @2026-06-13T06:38Z, verdict follows", false),
        ("## M1 — State inventory", false),
        ("## ✅ M1 — State inventory", false),
        ("## M1 — PASS ✅", false),
    ] {
        let life = phase_life(&[document(EvidenceKind::Review, heading)], &History::new(&[]));
        let said = life.notes.iter().any(|note| note.text.contains("looks like a verdict on M1"));
        assert_eq!(said, noted, "{heading}: {:?}", life.notes);
        assert_eq!(told(&life).is_empty(), !heading.contains("PASS ✅"), "{heading}");
    }
}

#[test]
fn a_ledger_that_is_missing_or_cannot_be_read() {
    let utf16: Vec<u8> = REVIEW.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let path = EntryPath::new("data/documents/REVIEW-x.md").expect("a good name");
    let noise: Vec<u8> = (0..2_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect();
    let of = |bytes: &[u8]| Some(Document::parse(EvidenceKind::Review, &path, bytes));
    for (review, reason) in [
        (None, "REVIEW-x.md is not here"),
        (of(&utf16), "REVIEW-x.md cannot be read as text"),
        (of(&noise), "REVIEW-x.md cannot be read as text"),
        (of(b""), "no longer holds the PASS"),
    ] {
        let history = commits(&log(VETO));
        let mut documents =
            vec![document(EvidenceKind::Status, "## DONE"), document(EvidenceKind::Plan, PLAN)];
        documents.extend(review);
        let life = phase_life(&documents, &History::new(&history));
        check(&life, &["M1 open [pass]", "M2 open [pass]", "veto stands"], reason);
        assert!(life.notes.iter().any(|note| note.text.starts_with("REVIEW-x.md ")), "{:?}", life.notes);
    }
    // Without any, subjects alone allow nothing.
    let history = commits("2026-07-02T04:00:00Z | review(x-M1+M2): M1 PASS + M2 PASS");
    let documents = [document(EvidenceKind::Status, ""), document(EvidenceKind::Plan, PLAN)];
    let life = phase_life(&documents, &History::new(&history));
    check(&life, &["M1 pass [pass]"], "no REVIEW is here");
    assert!(life.gates[0].document.starts_with("the subject in commit 00000000 of 2026-07-02 04:00:00Z"));
}

#[test]
fn a_finding_that_was_taken_out_while_it_was_open() {
    let filed = |state: &str| {
        format!(
            "2026-07-02T05:00:00Z | review(x): A1\nBACKLOG-x.md\n+## Adversary findings\n+### A1 [adversary] {state} @2026-07-02T05:00Z — volumes left\n+Words."
        )
    };
    let gone = "A1 was taken out while it was open, and is open (BACKLOG-x.md in commit 00000000 of 2026-07-02 05:00:00Z, git log:11)";
    let list = "## Adversary findings\n\n";
    for backlog in [
        "",
        list,
        "## Adversary findings\n\n### ~~A1 [adversary] OPEN @2026-07-02T05:00Z — volumes left~~\n\nWords.\n",
    ] {
        check(&life(&log(&filed("OPEN")), REVIEW, "## DONE", backlog), &["a1 open"], gone);
        let closed = life(&log(&filed("CLOSED")), REVIEW, "## DONE", backlog);
        assert_eq!(closed.findings, [], "{backlog}");
        check(&closed, &[], "allowed");
    }
    // Closed by the reviewer and then tidied away.
    let more = format!(
        "{}\n\n2026-07-02T06:00:00Z | review(x): A1 CLOSED\nBACKLOG-x.md\n-### A1 [adversary] OPEN @2026-07-02T05:00Z — volumes left",
        filed("OPEN")
    );
    check(&life(&log(&more), REVIEW, "## DONE", list), &[], "allowed");
    // Its state alone taken out, moved under another id, closed in place.
    let stateless = format!("{list}### A1 [adversary] — volumes left\n");
    check(&life(&log(&filed("OPEN")), REVIEW, "## DONE", &stateless), &["a1 open"], "A1 is open");
    let renamed = format!("{list}### A-vol-1 [adversary] OPEN — volumes left\n");
    check(&life(&log(&filed("OPEN")), REVIEW, "## DONE", &renamed), &["a-vol-1 open"], "A-vol-1 is open");
    let closed = format!("{list}### A1 [adversary] CLOSED @2026-07-02T07:00Z — volumes left\n");
    let in_place = format!(
        "{}\n\n2026-07-02T07:00:00Z | review(x): A1\nBACKLOG-x.md\n-### A1 [adversary] OPEN @2026-07-02T05:00Z — volumes left\n+### A1 [adversary] CLOSED @2026-07-02T07:00Z — volumes left",
        filed("OPEN")
    );
    check(&life(&log(&in_place), REVIEW, "## DONE", &closed), &["a1 closed adversary"], "allowed");
    check(
        &life(&log(&filed("OPEN")), REVIEW, "## DONE", &closed),
        &["a1 closed unknown"],
        "A1 was open when DONE was written",
    );
    let not_closed = format!("{list}### A1 [adversary] NOT CLOSED @2026-07-02T07:00Z\n");
    check(&life(&log(""), REVIEW, "## DONE", &not_closed), &["a1 open"], "A1 is open");
}

#[test]
fn lost_lines_are_noted() {
    for (review, lost) in [
        (REVIEW.to_owned(), None),
        (format!("{REVIEW}\nmore\n"), None),
        (REVIEW.split_whitespace().collect::<Vec<_>>().join(" "), None),
        (REVIEW.replace("words on M1", ""), Some("REVIEW-x.md lacks 1 line")),
        (String::new(), Some("REVIEW-x.md lacks 4 lines")),
    ] {
        let life = life(&log(""), &review, "## DONE", "");
        let said = life.notes.iter().find(|note| note.text.contains("lacks")).map(|note| note.text.as_str());
        assert_eq!(said.is_some(), lost.is_some(), "{review}: {said:?}");
        assert!(said.unwrap_or("").starts_with(lost.unwrap_or("")), "{said:?}");
    }
}

#[test]
fn vetoes_in_every_place() {
    for (review, expected) in [
        ("I veto DONE.", "veto stands"),
        ("VETO: leak found.", "veto stands"),
        ("- VETO on DONE: leak found", "veto stands"),
        ("- **V1 VETO** leak found", "veto stands"),
        ("VETO — leak found @2026-06-13T06:25Z", "veto stands"),
        ("Scoped VETO on M2.", "veto M2 stands"),
        ("## Veto: leak found", "veto stands"),
        ("## Vetoed: DONE", "veto stands"),
        ("## M2 blocked by VETO (leak)", "veto stands"),
        ("## Open VETOes\n\n| id | reason |\n|---|---|\n| V1 | leak |", "veto stands"),
        ("## Open VETOes\n\n| VETO |\n|---|\n| leak |", "veto stands"),
        ("## Open VETOes\n\n- V1: leak — lifted @2026-06-13T06:25Z", "veto lifted"),
        ("My veto stands.", "veto stands"),
        ("VETO: leak.\n\nVETO lifted @2026-06-13T06:25Z", "veto lifted"),
        ("VETO: leak.\n\nMy VETO stands.", "veto stands"),
    ] {
        let life = phase_life(&[document(EvidenceKind::Review, review)], &History::new(&[]));
        let vetoes: Vec<_> = told(&life).into_iter().filter(|line| line.starts_with("veto")).collect();
        assert_eq!(vetoes, [expected], "{review}");
    }
    for review in [
        "## Open VETOes\n\n| id | reason |\n|---|---|\n| – | – |",
        "## Open VETOes\n\n| id | reason |\n|---|---|\n| none | |",
        "## Open VETOes\n\nnone so far",
        "> VETO: leak found",
        "`VETO` is what I would write if a leak were found.",
        "- [ ] VETO: leak, to be looked at",
        "## Legend\n\n- VETO: blocks DONE",
        "I considered a VETO on DONE and decided against it.",
        "VETO on DONE?",
        "The VETO was about phase 3, not this one.",
        "The Builder asks whether I veto DONE.",
        "No veto stands.",
    ] {
        let life = phase_life(&[document(EvidenceKind::Review, review)], &History::new(&[]));
        assert_eq!(life.vetoes, [], "{review}");
    }
}
