//! The five answers in words and in JSON, one snapshot or many. Verifies nothing itself.

mod result;
mod said;

use dossier_shared::report::{ChecksTrust, Decision, PolicyKind, Report, SealState, SignerState, Trust};
use dossier_shared::time;
use serde_json::{Value, json};

pub(crate) use result::result;
use said::{notes, policy, sign_offs};

use super::line::pad;
use super::{Look, Page, count};

/// The schema of the JSON. History: `dossier.verify/1` is the first.
const SCHEMA: &str = "dossier.verify/1";

/// Whether `verify` is content: intact, sealed, by a key that the given trust file names, nobody trusted rejects it,
/// and whatever else was asked is so.
///
/// Whether the evidence is complete and the checks hold is answered too, but `check` is the one to ask.
pub(crate) fn is_trusted(report: &Report) -> bool {
    report.problems.is_empty()
        && report.trust.as_ref().is_some_and(|trust| {
            trust.files.intact
                && trust.seal.state == SealState::Valid
                && trust.signer.state == SignerState::Trusted
                && trust.policy.met
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
    // A seal by whomever is no packer's seal, and must not look like one.
    let word = match seal.state {
        SealState::Valid if trust.signer.state == SignerState::Trusted => "yes",
        SealState::Valid => "?",
        SealState::Repacked => "part",
        SealState::Unsigned | SealState::Invalid => "no",
    };
    let mut because: Vec<String> = Vec::new();
    if seal.state == SealState::Valid && trust.signer.state != SignerState::Trusted {
        because.push("a signature holds".to_owned());
    }
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
        because.push(
            "say whose: dossier trust add KEY.pub --as WHO --role packer, or --allowed-signers FILE"
                .to_owned(),
        );
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
    let as_packed = format!("when it was packed: {because}; dossier check judges anew");
    match (checks.as_packed, checks.contradicted) {
        (true, 0) => answer("?", "checks hold", as_packed),
        (true, _) => answer("no", "checks hold", as_packed),
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
    sign_offs(page, trust);
    policy(page, trust);
    notes(page, trust);
    for problem in &report.problems {
        let path = problem.path.as_ref().map_or("snapshot", |path| path.as_str());
        page.line(
            4,
            [(Look::Bad, "  problem  ".to_owned()), (Look::Plain, format!("{path}: {}", problem.what))],
        );
    }
}

/// Which files say whom to trust, and what in them grants nothing; for all snapshots together.
pub(crate) fn sources(page: &mut Page, files: &crate::trust::Trust) {
    if let Some((path, signers)) = &files.signers {
        page.line(4, [(Look::Dim, format!("trust file {}, sha256 {}", path.display(), signers.sha256()))]);
        for issue in signers.issues() {
            let words = format!("line {}: {}", issue.line, issue.what);
            page.line(4, [(Look::Warn, "  grants nothing  ".to_owned()), (Look::Plain, words)]);
        }
    }
    if let Some((path, revoked)) = &files.revoked {
        let keys = count(revoked.count() as u64, "key");
        page.line(
            4,
            [(Look::Dim, format!("revoked keys {}, {keys}, sha256 {}", path.display(), revoked.sha256()))],
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
            SealState::Valid if trust.signer.state == SignerState::Trusted => "sealed",
            SealState::Valid => "sealed by whom you do not trust",
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
        let mut rest = rest.to_vec();
        let approvals =
            trust.sign_offs.iter().filter(|s| s.counts && s.decision == Decision::Approved).count();
        if !trust.sign_offs.is_empty() {
            let verb = if approvals == 1 { "counts" } else { "count" };
            rest.push(format!("{} {verb}", count(approvals as u64, "approval")));
        }
        rest.extend(
            trust
                .policy
                .answers
                .iter()
                .filter(|answer| !answer.met && answer.kind != PolicyKind::Seal)
                .map(|answer| format!("not so: {}", answer.asked)),
        );
        if !trust.notes.is_empty() {
            rest.push(count(trust.notes.len() as u64, "note"));
        }
        if let Some(problems @ 1..) =
            report.problems.len().checked_sub(usize::from(trust.seal.state == SealState::Invalid))
        {
            rest.push(count(problems as u64, "problem"));
        }
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
pub(crate) fn document(snapshots: Vec<Value>, files: &crate::trust::Trust) -> String {
    let signers = files
        .signers
        .as_ref()
        .map(|(path, signers)| json!({ "path": path.display().to_string(), "sha256": signers.sha256() }));
    let revoked = files
        .revoked
        .as_ref()
        .map(|(path, revoked)| json!({ "path": path.display().to_string(), "sha256": revoked.sha256() }));
    pretty(
        &json!({ "schema": SCHEMA, "allowed_signers": signers, "revoked": revoked, "snapshots": snapshots }),
    )
}

/// Two spaces, a final newline.
pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests;
