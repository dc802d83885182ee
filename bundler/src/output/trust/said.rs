//! What seal and sign-offs say, in words that foreign words cannot imitate. Decides nothing.

use dossier_shared::report::{
    Decision, PolicyAnswer, PolicyKind, SignOffTrust, SignerState, Trust, TrustNoteKind,
};
use dossier_shared::time;

use crate::output::binding::{decision_word, gates_words, ids_words, word};
use crate::output::line::pad;
use crate::output::{Look, Page, shorten};

/// How far the words of a signer are moved in: deeper than every line beside them.
const NOTE_INDENT: usize = 10;
/// How many characters of them are told; the JSON has all.
const LONGEST_NOTE: usize = 2000;

/// Each sign-off: who, in which role, what, when, about what, and whether it counts.
pub(super) fn sign_offs(page: &mut Page, trust: &Trust) {
    if trust.sign_offs.is_empty() {
        page.text(4, "  nobody has signed it off");
    }
    for sign_off in &trust.sign_offs {
        let look = match (sign_off.counts, sign_off.decision) {
            (true, Decision::Approved) => Look::Good,
            (true, _) => Look::Bad,
            (false, _) => Look::Warn,
        };
        let who = who(sign_off);
        let counts = if sign_off.counts { "counts" } else { "does not count" };
        page.line(
            6,
            [
                (Look::Plain, "  ".to_owned()),
                (look, decision_word(sign_off.decision).to_owned()),
                (Look::Plain, format!("  as {} by {who}; {counts}: {}", sign_off.role, sign_off.because)),
            ],
        );
        let says = &sign_off.says;
        let claimed = format!(
            "      {} {}, claimed {}",
            sign_off.key_type,
            sign_off.fingerprint,
            time::iso(sign_off.claimed_at)
        );
        page.text(6, &claimed);
        page.text(6, &format!("      {}", sign_off.signer.because));
        page.text(
            6,
            &format!(
                "      about {}: {}{} confirmed, {} contradicted, {} without evidence{}",
                word(&says.phase),
                if says.gates.is_empty() { String::new() } else { gates_words(&says.gates) + "; " },
                says.outcomes.confirmed,
                says.outcomes.contradicted,
                says.outcomes.no_evidence,
                if says.contradictions_accepted.is_empty() {
                    String::new()
                } else {
                    format!("; accepts {}", ids_words(&says.contradictions_accepted))
                },
            ),
        );
        let known: Vec<String> =
            says.prior.iter().map(|prior| prior.get(..8).unwrap_or(prior).to_owned()).collect();
        let known = if known.is_empty() { String::new() } else { format!(", knowing {}", ids_words(&known)) };
        page.text(6, &format!("      statement {}{known}", sign_off.id));
        if let Some(earlier) = &says.supersedes {
            page.text(6, &format!("      it replaces snapshot {earlier}"));
        }
        if !says.note.is_empty() {
            page.text(6, "      note, in the signer's words:");
            page.quote(NOTE_INDENT, &shorten(&says.note, LONGEST_NOTE));
        }
    }
}

/// Whom the reader knows the key as.
fn who(sign_off: &SignOffTrust) -> String {
    let signer = &sign_off.signer;
    match (signer.state, &signer.principal, &signer.known_as) {
        (SignerState::Trusted, Some(principal), _) => principal.clone(),
        (SignerState::Revoked, _, Some(known)) => format!("{known}, whose key is revoked"),
        (SignerState::Revoked, _, None) => "somebody whose key is revoked".to_owned(),
        (_, _, Some(known)) => format!("{known}, whose key is not valid at the time asked about"),
        _ => "somebody you do not know".to_owned(),
    }
}

/// What was asked for, and whether it is so. That there is no seal is the second answer already.
pub(super) fn policy(page: &mut Page, trust: &Trust) {
    let asked = trust.policy.answers.iter().filter(|answer| answer.kind != PolicyKind::Seal);
    for PolicyAnswer { asked, met, because, .. } in asked {
        let (word, look) = if *met { ("yes", Look::Good) } else { ("no", Look::Bad) };
        page.line(
            8,
            [
                (Look::Plain, "  ".to_owned()),
                (look, pad(word, 4)),
                (Look::Plain, format!("  asked: {asked}; {because}")),
            ],
        );
    }
}

/// What is worth a look and no fault.
pub(super) fn notes(page: &mut Page, trust: &Trust) {
    for note in &trust.notes {
        let look = match note.kind {
            TrustNoteKind::Rejection => Look::Bad,
            _ => Look::Warn,
        };
        let path = note.path.as_ref().map_or("snapshot", |path| path.as_str());
        page.line(4, [(look, "  note     ".to_owned()), (Look::Plain, format!("{path}: {}", note.what))]);
    }
}
