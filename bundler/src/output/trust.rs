//! The five answers in words and in JSON, one snapshot or many. Verifies nothing itself.

use dossier_shared::report::{ChecksTrust, Report, SealState, SignerState, Trust};
use dossier_shared::time;
use serde_json::{Value, json};

use super::line::pad;
use super::{Look, Page, count};

/// The schema of the JSON. History: `dossier.verify/1` is the first.
const SCHEMA: &str = "dossier.verify/1";

/// Whether `verify` is content: intact, sealed, by a key that the given trust file names.
///
/// Whether the evidence is complete and the checks hold is answered too, but `check` is the one to ask.
pub(crate) fn is_trusted(report: &Report) -> bool {
    report.problems.is_empty()
        && report.trust.as_ref().is_some_and(|trust| {
            trust.files.intact
                && trust.seal.state == SealState::Valid
                && trust.signer.state == SignerState::Trusted
        })
}

/// One answer: yes, no or unclear, to which question, and why.
struct Answer {
    word: &'static str,
    look: Look,
    question: &'static str,
    because: String,
}

fn answer(word: &'static str, question: &'static str, because: String) -> Answer {
    let look = match word {
        "yes" => Look::Good,
        "no" => Look::Bad,
        _ => Look::Warn,
    };
    Answer { word, look, question, because }
}

fn answers(trust: &Trust) -> [Answer; 5] {
    [files(trust), seal(trust), signer(trust), collected(trust), checks(&trust.checks)]
}

/// The five answers as word, question and reason; none when the report has no trust in it.
pub(super) fn answers_of(report: &Report) -> Vec<(&'static str, &'static str, String)> {
    let answers = report.trust.iter().flat_map(answers);
    answers.map(|answer| (answer.word, answer.question, answer.because)).collect()
}

fn files(trust: &Trust) -> Answer {
    let word = if trust.files.intact { "yes" } else { "no" };
    answer(word, "files intact", format!("{} of {} digests hold", trust.files.good, trust.files.total))
}

fn seal(trust: &Trust) -> Answer {
    let seal = &trust.seal;
    let word = match seal.state {
        SealState::Valid => "yes",
        SealState::Repacked => "part",
        SealState::Unsigned | SealState::Invalid => "no",
    };
    let mut because: Vec<String> = Vec::new();
    if !seal.because.is_empty() {
        because.push(seal.because.clone());
    }
    if let (Some(key_type), Some(fingerprint)) = (&seal.key_type, &seal.fingerprint) {
        because.push(format!("{key_type} {fingerprint}"));
    }
    if let Some(at) = seal.claimed_at {
        because.push(format!("claims {}", time::iso(at)));
    }
    if seal.state == SealState::Unsigned && because.is_empty() {
        because.push("there is no seal".to_owned());
    }
    answer(word, "packer's signature valid", because.join(", "))
}

fn signer(trust: &Trust) -> Answer {
    let signer = &trust.signer;
    let word = match signer.state {
        SignerState::Trusted => "yes",
        SignerState::Unknown => "?",
        SignerState::Revoked | SignerState::None => "no",
    };
    let mut because: Vec<String> = Vec::new();
    because.extend(signer.principal.clone());
    if !signer.because.is_empty() {
        because.push(signer.because.clone());
    }
    if let Some(sha256) = &signer.trust_file_sha256 {
        because.push(format!("trust file sha256 {sha256}"));
    } else if signer.state == SignerState::Unknown {
        because.push("give --allowed-signers FILE".to_owned());
    }
    answer(word, "signer trusted", because.join("; "))
}

fn collected(trust: &Trust) -> Answer {
    match trust.collected.complete {
        true => answer("yes", "everything asked for is here", "nothing is absent".to_owned()),
        false => {
            let absences = count(trust.collected.absences, "thing");
            let because = format!("{absences} could not be collected; dossier show lists them");
            answer("no", "everything asked for is here", because)
        }
    }
}

fn checks(checks: &ChecksTrust) -> Answer {
    let because = format!(
        "{} confirmed, {} contradicted ({} of substance), {} without evidence, {} yours to judge",
        checks.confirmed,
        checks.contradicted,
        checks.contradicted_substance,
        checks.no_evidence,
        checks.not_checkable
    );
    match (checks.as_packed, checks.contradicted) {
        (true, _) => {
            answer("?", "checks hold", format!("when it was packed: {because}; dossier check judges anew"))
        }
        (false, 0) => answer("yes", "checks hold", because),
        (false, _) => answer("no", "checks hold", because),
    }
}

/// The five answers, each with its reason.
pub(crate) fn block(page: &mut Page, file: &str, report: &Report) {
    let mut words = vec![(Look::Heading, file.to_owned()), (Look::Plain, format!("   {}", report.phase.id))];
    if let Some(short_id) = &report.snapshot.short_id {
        words.push((Look::Plain, format!("   snapshot {short_id}")));
    }
    page.line(2, words);
    let Some(trust) = &report.trust else { return };
    for Answer { word, look, question, because } in answers(trust) {
        page.line(
            38,
            [
                (Look::Plain, "  ".to_owned()),
                (look, pad(word, 4)),
                (Look::Plain, format!("  {}  {because}", pad(question, 28))),
            ],
        );
    }
    for problem in &report.problems {
        let path = problem.path.as_ref().map_or("snapshot", |path| path.as_str());
        page.line(
            4,
            [(Look::Bad, "  problem  ".to_owned()), (Look::Plain, format!("{path}: {}", problem.what))],
        );
    }
}

/// One line for one of many.
pub(crate) fn line(page: &mut Page, file: &str, report: &Report) {
    let (word, look) = if is_trusted(report) { ("good", Look::Good) } else { ("bad ", Look::Bad) };
    let mut words = vec![(look, word.to_owned()), (Look::Plain, format!("  {file}"))];
    if let Some(short_id) = &report.snapshot.short_id {
        words.push((Look::Plain, format!("  {short_id}")));
    }
    if let Some(trust) = &report.trust {
        let said = |yes: bool, good: &str, bad: &str| if yes { good.to_owned() } else { bad.to_owned() };
        let seal = match trust.seal.state {
            SealState::Valid => "sealed",
            SealState::Repacked => "repacked",
            SealState::Unsigned => "unsigned",
            SealState::Invalid => "seal invalid",
        };
        let signer = match trust.signer.state {
            SignerState::Trusted => trust.signer.principal.clone().unwrap_or_else(|| "trusted".to_owned()),
            SignerState::Unknown => "signer unknown".to_owned(),
            SignerState::Revoked => "signer's key revoked".to_owned(),
            SignerState::None => "no signer".to_owned(),
        };
        let rest = [
            said(trust.files.intact, "intact", "damaged"),
            seal.to_owned(),
            signer,
            said(trust.collected.complete, "complete", &format!("{} absent", trust.collected.absences)),
            said(
                trust.checks.contradicted == 0 && !trust.checks.as_packed,
                "checks hold",
                &match trust.checks.as_packed {
                    true => format!("{} contradicted when packed", trust.checks.contradicted),
                    false => format!("{} contradicted", trust.checks.contradicted),
                },
            ),
        ];
        words.push((Look::Plain, format!("  {}", rest.join("; "))));
    }
    page.line(6, words);
}

/// A line for a file that is no snapshot.
pub(crate) fn unreadable(page: &mut Page, why: &str) {
    page.line(6, [(Look::Bad, "bad ".to_owned()), (Look::Plain, format!("  {why}"))]);
}

/// One snapshot's part of the JSON.
pub(crate) fn json(file: &str, report: &Report) -> Value {
    json!({
        "file": file,
        "trusted": is_trusted(report),
        "phase": report.phase,
        "snapshot": report.snapshot,
        "trust": report.trust,
        "problems": report.problems,
    })
}

/// The part of a file that is no snapshot.
pub(crate) fn unreadable_json(file: &str, why: &str) -> Value {
    json!({ "file": file, "trusted": false, "error": why })
}

/// The whole JSON.
pub(crate) fn document(snapshots: Vec<Value>) -> String {
    pretty(&json!({ "schema": SCHEMA, "snapshots": snapshots }))
}

/// Two spaces, a final newline.
pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::check::tests::ghost;

    /// The sample as `change` leaves it, as a block and as a line.
    fn both(change: impl Fn(&mut Report)) -> String {
        let mut report = ghost();
        change(&mut report);
        let mut page = Page::default();
        block(&mut page, "ghost.zip", &report);
        line(&mut page, "ghost.zip", &report);
        page.render(100, false)
    }

    #[test]
    fn an_unknown_signer() {
        insta::assert_snapshot!(both(|_| {}));
        assert!(!is_trusted(&ghost()));
    }

    #[test]
    fn a_trusted_signer() {
        let trusted = |report: &mut Report| {
            let signer = &mut report.trust.as_mut().expect("answers").signer;
            signer.state = SignerState::Trusted;
            signer.principal = Some("ops@example.org".to_owned());
            signer.because = "line 1 of the trust file names the key".to_owned();
            signer.trust_file_sha256 = Some("ab".repeat(32));
        };
        insta::assert_snapshot!(both(trusted));
        let mut report = ghost();
        trusted(&mut report);
        assert!(is_trusted(&report), "contradictions are for check to object to");
        report.trust.as_mut().expect("answers").files.intact = false;
        assert!(!is_trusted(&report));
    }

    #[test]
    fn nobody_sealed_it() {
        insta::assert_snapshot!(both(|report| {
            let trust = report.trust.as_mut().expect("answers");
            trust.files.intact = false;
            trust.seal.state = SealState::Unsigned;
            trust.seal.because = "nobody has sealed this snapshot".to_owned();
            (trust.seal.key_type, trust.seal.fingerprint, trust.seal.claimed_at) = (None, None, None);
            trust.signer.state = SignerState::None;
            trust.signer.because = "there is no valid signature to ask about".to_owned();
        }));
    }
}
