//! What a sign-off would bind, shown before it is made. Decides nothing.

use dossier_shared::report::{Decision, Report, SealState, SignOffTrust};
use dossier_shared::signature::statement::Statement;
use dossier_shared::time;

use super::{Look, Page};

/// What `statement` says about the snapshot in `file`, by the key `fingerprint`, and what speaks against it.
pub(crate) fn page(
    file: &str,
    report: &Report,
    statement: &Statement,
    fingerprint: &str,
    obstacles: &[String],
) -> Page {
    let mut page = Page::default();
    let predicate = &statement.predicate;
    page.line(
        2,
        [
            (Look::Heading, file.to_owned()),
            (Look::Plain, format!("   {}   snapshot {}", predicate.phase, statement.snapshot_id.short())),
        ],
    );
    page.text(12, &format!("  id        {}", statement.snapshot_id));
    if let Some(trust) = &report.trust {
        let files = &trust.files;
        let state = if files.intact { "intact" } else { "damaged" };
        page.text(12, &format!("  files     {state}, {} of {} digests hold", files.good, files.total));
        let seal = match trust.seal.state {
            SealState::Valid => "valid".to_owned(),
            SealState::Repacked => format!("repacked: {}", trust.seal.because),
            SealState::Unsigned => "none".to_owned(),
            SealState::Invalid => format!("invalid: {}", trust.seal.because),
        };
        let by = trust.signer.principal.as_ref().or(trust.seal.fingerprint.as_ref());
        page.text(
            12,
            &format!("  seal      {seal}{}", by.map(|by| format!(", by {by}")).unwrap_or_default()),
        );
    }
    let gates = match predicate.gates.is_empty() {
        true => "none".to_owned(),
        false => gates_words(&predicate.gates),
    };
    page.text(12, &format!("  gates     {gates}"));
    let counts = report.counts();
    page.text(
        12,
        &format!(
            "  checks    {} confirmed, {} contradicted ({} of substance), {} without evidence, {} yours to judge",
            counts.confirmed,
            counts.contradicted,
            counts.contradicted_substance,
            counts.no_evidence,
            counts.not_checkable
        ),
    );
    if !predicate.contradictions_accepted.is_empty() {
        page.text(
            12,
            &format!("  accepts   {} although contradicted", predicate.contradictions_accepted.join(", ")),
        );
    }
    for sign_off in report.trust.iter().flat_map(|trust| &trust.sign_offs) {
        page.text(12, &format!("  before    {}", before_words(sign_off)));
    }
    if let Some(earlier) = predicate.supersedes {
        page.text(12, &format!("  replaces  {earlier}"));
    }
    for obstacle in obstacles {
        page.line(12, [(Look::Bad, "  against   ".to_owned()), (Look::Plain, obstacle.clone())]);
    }
    let decision = match predicate.decision {
        Decision::Approved => (Look::Good, "approved"),
        Decision::Rejected => (Look::Bad, "rejected"),
        Decision::Sealed => (Look::Plain, "sealed"),
    };
    page.line(
        12,
        [
            (Look::Plain, "  you sign  ".to_owned()),
            (decision.0, decision.1.to_owned()),
            (
                Look::Plain,
                format!(
                    " as {}, with {fingerprint}, at {}",
                    predicate.role,
                    time::iso(predicate.claimed_time)
                ),
            ),
        ],
    );
    if !predicate.note.is_empty() {
        page.text(12, &format!("  note      {}", predicate.note.replace('\n', " / ")));
    }
    let seal_key = report.trust.as_ref().and_then(|trust| trust.seal.fingerprint.as_deref());
    if seal_key == Some(fingerprint) && predicate.decision == Decision::Approved {
        page.line(
            12,
            [(Look::Warn, "  this key sealed the snapshot; as an approval it will count for nobody")],
        );
    }
    page
}

/// `M1 pass, M2 fail`.
pub(super) fn gates_words(gates: &[dossier_shared::report::GateVerdict]) -> String {
    gates.iter().map(|gate| format!("{} {}", gate.gate, gate.verdict)).collect::<Vec<_>>().join(", ")
}

fn before_words(sign_off: &SignOffTrust) -> String {
    let who = sign_off.signer.principal.as_ref().unwrap_or(&sign_off.fingerprint);
    let decision = decision_word(sign_off.decision);
    format!("{decision} as {} by {who}, claimed {}", sign_off.role, time::iso(sign_off.claimed_at))
}

pub(super) fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Approved => "approved",
        Decision::Rejected => "rejected",
        Decision::Sealed => "sealed",
    }
}
