//! What speaks against a report, and what of it makes `check` fail. Reads reports; judges no statement.

use dossier_shared::report::{Report, SealState, Verdict};

use crate::cli::FailOn;
use crate::output::count;

/// A reason why a report is no good news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Objection {
    /// A fragment.
    pub(crate) words: String,
    /// Whether it is about times, wording and counts written down wrong, and nothing else.
    pub(crate) is_record_only: bool,
}

/// Whether these objections are a failure for somebody who asked like this.
pub(crate) fn fails(objections: &[Objection], fail_on: FailOn) -> bool {
    match fail_on {
        FailOn::Any => !objections.is_empty(),
        FailOn::Substance => objections.iter().any(|objection| !objection.is_record_only),
        FailOn::Never => false,
    }
}

/// All of them in one line; empty when there are none.
pub(crate) fn words_of(objections: &[Objection]) -> String {
    objections.iter().map(|objection| objection.words.as_str()).collect::<Vec<_>>().join("; ")
}

/// Why a report is no good news, one objection a reason; none when it is. Decides the exit code of `check`.
pub(crate) fn objections(report: &Report) -> Vec<Objection> {
    let mut objections = Vec::new();
    let mut object = |words: String| objections.push(Objection { words, is_record_only: false });
    if !report.problems.is_empty() {
        object(count(report.problems.len() as u64, "problem"));
    }
    let counts = report.counts();
    match (counts.contradicted, counts.contradicted_substance) {
        (0, _) => {}
        (number, 0) => objections.push(Objection {
            words: format!("{number} contradicted, none about PR, build, level or clean-up"),
            is_record_only: true,
        }),
        (number, substance) => object(format!("{number} contradicted, {substance} of substance")),
    }
    let mut object = |words: String| objections.push(Objection { words, is_record_only: false });
    // Absence is never success.
    if report.gates.is_empty() {
        object("no gate found in the documents".to_owned());
    }
    let waiting: Vec<&str> = report
        .gates
        .iter()
        .filter(|gate| gate.verdict != Verdict::Pass)
        .map(|gate| gate.id.as_str())
        .collect();
    if !waiting.is_empty() {
        let gates = if waiting.len() == 1 { "gate" } else { "gates" };
        object(format!("{gates} {} not passed", waiting.join(", ")));
    }
    if report.vetoes.iter().any(|veto| veto.standing) {
        object("a veto stands".to_owned());
    }
    if report.done.is_written && !report.done.allowed {
        object("DONE is written, but not allowed".to_owned());
    }
    if let Some(trust) = &report.trust {
        if !trust.files.intact && report.problems.is_empty() {
            object("files damaged".to_owned());
        }
        match trust.seal.state {
            SealState::Valid | SealState::Repacked => {}
            SealState::Unsigned => object("unsigned".to_owned()),
            SealState::Invalid => object("packer's signature invalid".to_owned()),
        }
    }
    objections
}

#[cfg(test)]
mod tests {
    use dossier_shared::report::CheckKind;

    use super::*;
    use crate::output::check::tests::ghost;

    /// The sample as `change` leaves it: does it fail for `any`, `substance` and `never`?
    fn check(what: &str, change: impl Fn(&mut Report), expected: [bool; 3]) {
        let mut report = ghost();
        change(&mut report);
        let objections = objections(&report);
        let told = [FailOn::Any, FailOn::Substance, FailOn::Never].map(|asked| fails(&objections, asked));
        assert_eq!(told, expected, "{what}: {}", words_of(&objections));
    }

    #[test]
    fn what_fails_is_a_choice() {
        let seal = |report: &mut Report, state| {
            if let Some(trust) = &mut report.trust {
                trust.seal.state = state;
            }
        };
        check("all is well", |report| report.checks.clear(), [false; 3]);
        check("record-keeping alone", |_| {}, [true, false, false]);
        check("one of substance", |report| report.checks[2].kind = CheckKind::Substance, [true, true, false]);
        check("a gate failed", |report| report.gates[1].verdict = Verdict::Fail, [true, true, false]);
        check("a gate waits", |report| report.gates[1].verdict = Verdict::Claimed, [true, true, false]);
        check("no gate", |report| report.gates.clear(), [true, true, false]);
        check("DONE too early", |report| report.done.allowed = false, [true, true, false]);
        check("DONE is not written yet", |report| report.done.is_written = false, [true, false, false]);
        check("unsigned", |report| seal(report, SealState::Unsigned), [true, true, false]);
        check("a seal that does not hold", |report| seal(report, SealState::Invalid), [true, true, false]);
        check("packed anew", |report| seal(report, SealState::Repacked), [true, false, false]);
        check(
            "damage",
            |report| {
                if let Some(trust) = &mut report.trust {
                    trust.files.intact = false;
                }
            },
            [true, true, false],
        );
        check("not packed yet", |report| report.trust = None, [true, false, false]);
    }
}
