//! What an answer of trust comes to, in a line, and what to do next. Decides nothing.

use dossier_shared::report::{PolicyKind, Report, SealState, SignerState, Trust};

use super::is_trusted;
use crate::output::{Look, Page, count};

/// What it all comes to, with the exit code, and what to do next.
pub(crate) fn result(page: &mut Page, file: &str, report: &Report) {
    let Some(trust) = &report.trust else { return };
    if is_trusted(report) {
        let who = trust.signer.principal.as_deref().unwrap_or("a key that you trust");
        let asked = if trust.policy.answers.is_empty() { "" } else { ", and all that was asked is so" };
        let notes = match trust.notes.len() as u64 {
            0 => String::new(),
            number => format!("; {} to look at", count(number, "note")),
        };
        let words = format!(" intact and sealed by {who}{asked}{notes}.   exit 0");
        page.line(8, [(Look::Good, "Result:".to_owned()), (Look::Plain, words)]);
        return;
    }
    let (reasons, next) = reasons(report, trust);
    let words = format!(" not as it has to be: {}.   exit 1", reasons.join("; "));
    page.line(8, [(Look::Bad, "Result:".to_owned()), (Look::Plain, words)]);
    if let Some(next) = next {
        page.line(8, [(Look::Dim, format!("next: {}", next.replace("FILE", file)))]);
    }
}

/// Why it is not trusted, and what helps against the first of the reasons.
fn reasons(report: &Report, trust: &Trust) -> (Vec<String>, Option<&'static str>) {
    const ANOTHER_COPY: &str = "ask whoever passed it on for the file as it was packed";
    let mut reasons: Vec<(String, Option<&'static str>)> = Vec::new();
    if !trust.files.intact {
        reasons.push(("files were changed".to_owned(), Some(ANOTHER_COPY)));
    }
    match trust.seal.state {
        SealState::Valid => {}
        SealState::Repacked => reasons
            .push(("it was zipped anew, with the content that was sealed".to_owned(), Some(ANOTHER_COPY))),
        SealState::Unsigned => reasons.push((
            "nobody sealed it".to_owned(),
            Some("pack it with a key: dossier pack --key KEY; or ask for the sealed file"),
        )),
        SealState::Invalid => reasons.push(("its seal does not hold".to_owned(), Some(ANOTHER_COPY))),
    }
    match trust.signer.state {
        SignerState::Trusted | SignerState::None => {}
        SignerState::Unknown if trust.signer.known_as.is_some() => reasons.push((
            "the key that sealed it is known to you, and not valid at the time asked about".to_owned(),
            Some("dossier verify FILE --at TIME asks as of another time"),
        )),
        SignerState::Unknown => reasons.push((
            "you have not said whose key sealed it".to_owned(),
            Some("dossier trust add KEY.pub --as WHO --role packer, with the key from its owner and not out of FILE"),
        )),
        SignerState::Revoked => reasons.push(("the key that sealed it is revoked".to_owned(), None)),
    }
    // That no seal holds was said above.
    let unmet = trust.policy.answers.iter().filter(|answer| !answer.met && answer.kind != PolicyKind::Seal);
    reasons.extend(unmet.map(|answer| (format!("not so: {}", answer.asked), None)));
    let next = reasons.first().and_then(|(_, next)| *next);
    let mut reasons: Vec<String> = reasons.into_iter().map(|(reason, _)| reason).collect();
    if reasons.is_empty() {
        reasons.push(count(report.problems.len() as u64, "problem"));
    }
    (reasons, next)
}
