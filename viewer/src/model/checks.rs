//! Checks as the screens sort, count and word them; knows nothing about how they were made.

use dossier_shared::report::{Check, CheckKind, Outcome, Report, Verdict};

use super::words;

/// How a check looks; colour, word and shape always go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// Contradicted in substance.
    Substance,
    /// Contradicted in record.
    Record,
    /// No evidence.
    NoEvidence,
    /// Yours to judge.
    Yours,
    /// Confirmed.
    Confirmed,
}

impl Mark {
    /// The mark of a check.
    pub(crate) fn of(check: &Check) -> Mark {
        match (check.outcome, check.kind) {
            (Outcome::Confirmed, _) => Mark::Confirmed,
            (Outcome::Contradicted, CheckKind::Substance) => Mark::Substance,
            (Outcome::Contradicted, CheckKind::Record) => Mark::Record,
            (Outcome::NoEvidence, _) => Mark::NoEvidence,
            (Outcome::NotCheckable, _) => Mark::Yours,
        }
    }

    /// The words beside it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Mark::Substance => "contradicted",
            Mark::Record => "record differs",
            Mark::NoEvidence => "no evidence",
            Mark::Yours => "yours to judge",
            Mark::Confirmed => "confirmed",
        }
    }

    /// What it means, for a tooltip.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Mark::Substance => {
                "The evidence says otherwise about what was tested or how it ended: a PR, build, level, flag, \
                 clean-up or state."
            }
            Mark::Record => {
                "The evidence says otherwise about what was written down: a time, a wording or a count."
            }
            Mark::NoEvidence => "What it would be compared with is not in this snapshot.",
            Mark::Yours => "No file could show it; a person has to judge.",
            Mark::Confirmed => "Every fact in it was found in the evidence and agrees.",
        }
    }

    /// The class that colours it.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Mark::Substance => "bad",
            Mark::Record => "warn",
            Mark::NoEvidence => "none",
            Mark::Yours => "judge",
            Mark::Confirmed => "ok",
        }
    }
}

/// Checks by mark; repetitions of an earlier check are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) confirmed: u64,
    pub(crate) record: u64,
    pub(crate) substance: u64,
    pub(crate) no_evidence: u64,
    pub(crate) yours: u64,
}

impl Tally {
    /// Counts `checks`.
    pub(crate) fn of<'a>(checks: impl IntoIterator<Item = &'a Check>) -> Tally {
        let mut tally = Tally::default();
        for check in checks.into_iter().filter(|check| check.same_as.is_none()) {
            match Mark::of(check) {
                Mark::Confirmed => tally.confirmed += 1,
                Mark::Record => tally.record += 1,
                Mark::Substance => tally.substance += 1,
                Mark::NoEvidence => tally.no_evidence += 1,
                Mark::Yours => tally.yours += 1,
            }
        }
        tally
    }

    /// How many there are of one mark.
    pub(crate) fn get(self, mark: Mark) -> u64 {
        match mark {
            Mark::Confirmed => self.confirmed,
            Mark::Record => self.record,
            Mark::Substance => self.substance,
            Mark::NoEvidence => self.no_evidence,
            Mark::Yours => self.yours,
        }
    }

    /// Contradictions of both kinds.
    pub(crate) fn contradicted(self) -> u64 {
        self.record + self.substance
    }

    /// All of them.
    pub(crate) fn total(self) -> u64 {
        self.confirmed + self.contradicted() + self.no_evidence + self.yours
    }
}

/// Checks that stand in the section of `gate`, repetitions with them; a repeated contradiction still
/// belongs to its gate, so it is counted there by [`gate_tally`].
pub(crate) fn of_gate<'a>(report: &'a Report, gate: &'a str) -> impl Iterator<Item = &'a Check> {
    report.checks.iter().filter(move |check| check.gate.as_deref() == Some(gate))
}

/// Checks that stand in no gate's section.
pub(crate) fn outside_gates(report: &Report) -> impl Iterator<Item = &Check> {
    report
        .checks
        .iter()
        .filter(|check| check.gate.as_ref().is_none_or(|gate| !report.gates.iter().any(|g| g.id == *gate)))
}

/// The tally of one gate: here a fact said in two gates counts in both, because each gate is read alone.
pub(crate) fn gate_tally(report: &Report, gate: &str) -> Tally {
    let mut tally = Tally::default();
    for check in of_gate(report, gate) {
        let said_here_before =
            check.same_as.as_ref().is_some_and(|first| of_gate(report, gate).any(|other| other.id == *first));
        if !said_here_before {
            let alone = Check { same_as: None, ..check.clone() };
            let one = Tally::of([&alone]);
            tally.confirmed += one.confirmed;
            tally.record += one.record;
            tally.substance += one.substance;
            tally.no_evidence += one.no_evidence;
            tally.yours += one.yours;
        }
    }
    tally
}

/// A fact and every place that states it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fact<'a> {
    pub(crate) first: &'a Check,
    pub(crate) repeats: Vec<&'a Check>,
}

/// The facts with one outcome, those of substance first, each with its repetitions.
pub(crate) fn facts(report: &Report, outcome: Outcome) -> Vec<Fact<'_>> {
    let mut facts: Vec<Fact<'_>> = report
        .checks
        .iter()
        .filter(|check| check.outcome == outcome && check.same_as.is_none())
        .map(|first| Fact {
            first,
            repeats: report
                .checks
                .iter()
                .filter(|check| check.same_as.as_deref() == Some(&first.id))
                .collect(),
        })
        .collect();
    facts.sort_by_key(|fact| Mark::of(fact.first));
    facts
}

/// What the contradictions touch and what they do not, in a sentence.
pub(crate) fn contradictions_in_words(tally: Tally) -> String {
    let (all, substance) = (tally.contradicted(), tally.substance);
    match (all, substance) {
        (0, _) => "Nothing that was checked is contradicted by the evidence.".into(),
        (1, 0) => {
            "The one contradiction is about record-keeping: a time, wording or count written down. It does not \
             touch the PR, the build, its level or the clean-up."
                .into()
        }
        (_, 0) => format!(
            "All {} are about record-keeping: times, wording or counts written down. None touches the PR, the \
             build, its level or the clean-up.",
            words::in_words(all)
        ),
        (1, 1) => "The one contradiction is about substance: what was tested or how it ended.".into(),
        _ if all == substance => {
            format!("All {} are about substance: what was tested or how it ended.", words::in_words(all))
        }
        _ => format!(
            "{} of {} {} about substance: what was tested or how it ended.",
            words::capital(&words::in_words(substance)),
            words::in_words(all),
            if substance == 1 { "is" } else { "are" }
        ),
    }
}

/// The reviewer's word for a verdict.
pub(crate) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Claimed => "CLAIMED",
        Verdict::Open => "OPEN",
    }
}

/// What a verdict means, for a tooltip.
pub(crate) fn verdict_meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "The reviewer wrote PASS.",
        Verdict::Fail => "The reviewer wrote FAIL.",
        Verdict::Claimed => "Claimed by the builder, not judged yet.",
        Verdict::Open => "Neither claimed nor judged yet.",
    }
}

/// What a rule looked at, in plain words; an unknown rule keeps its name.
pub(crate) fn rule_in_words(rule: &str) -> String {
    rule.replace(['-', '_'], " ")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn check(id: &str, gate: Option<&str>, outcome: Outcome, kind: CheckKind) -> Check {
        Check {
            id: id.into(),
            gate: gate.map(Into::into),
            document: "REVIEW-ghost.md".into(),
            line: 1,
            column: 1,
            quote: id.into(),
            rule: "stamp".into(),
            kind,
            outcome,
            because: String::new(),
            acknowledged: None,
            evidence: vec![],
            same_as: None,
        }
    }

    #[test]
    fn repetitions_are_counted_once() {
        let first = check("M1.0", Some("M1"), Outcome::Contradicted, CheckKind::Record);
        let again = Check {
            same_as: Some("M1.0".into()),
            ..check("M2.0", Some("M2"), Outcome::Contradicted, CheckKind::Record)
        };
        let tally = Tally::of([&first, &again]);
        assert_eq!((tally.record, tally.total()), (1, 1));
    }

    #[test]
    fn says_what_contradictions_touch() {
        let tally = |record, substance| Tally { record, substance, ..Tally::default() };
        assert!(contradictions_in_words(tally(0, 0)).starts_with("Nothing"));
        assert!(contradictions_in_words(tally(3, 0)).starts_with("All three are about record"));
        assert!(contradictions_in_words(tally(2, 1)).starts_with("One of three is about substance"));
        assert!(contradictions_in_words(tally(0, 2)).starts_with("All two are about substance"));
    }
}
