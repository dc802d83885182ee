//! What a sign-off would bind, shown before it is made. Decides nothing.

use dossier_shared::report::{Decision, Report, SealState, SignOffTrust, SignerState, Trust};
use dossier_shared::signature::statement::Statement;
use dossier_shared::time;

use super::{Look, Page, shorten};

/// How many gates or ids are told before it is enough.
const MOST: usize = 12;
/// How many characters of a foreign word are told.
const LONGEST_WORD: usize = 32;
/// How far the signer's own words are moved in: deeper than every line beside them.
const NOTE_INDENT: usize = 14;

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
        let by = sealer(trust);
        page.text(
            12,
            &format!("  seal      {seal}{}", by.map(|by| format!(", by {by}")).unwrap_or_default()),
        );
    }
    let gates = match predicate.gates.is_empty() {
        true => "none".to_owned(),
        false => all_gates(&predicate.gates),
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
            &format!("  accepts   {} although contradicted", all_ids(&predicate.contradictions_accepted)),
        );
    }
    for sign_off in report.trust.iter().flat_map(|trust| &trust.sign_offs) {
        page.text(12, &format!("  before    {}", before_words(sign_off)));
    }
    // A rejection with a revoked key, say: it stands in nobody's way, and must not be overlooked.
    for note in report.trust.iter().flat_map(|trust| &trust.notes) {
        page.line(12, [(Look::Warn, "  look at   ".to_owned()), (Look::Plain, note.what.clone())]);
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
        page.text(12, "  note      you sign these words, too:");
        page.quote(NOTE_INDENT, &predicate.note);
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

/// Whose seal it is, so that nobody's looks like a known packer's.
fn sealer(trust: &Trust) -> Option<String> {
    let key = trust.seal.fingerprint.as_ref()?;
    let signer = &trust.signer;
    Some(match (signer.state, &signer.principal, &signer.known_as) {
        (SignerState::Trusted, Some(principal), _) => principal.clone(),
        (SignerState::Revoked, _, Some(known)) => format!("{known}, whose key is revoked: {key}"),
        (SignerState::Revoked, _, None) => format!("{key}, which is revoked"),
        (SignerState::Unknown, _, Some(known)) => format!("{known}, whose key is not valid now: {key}"),
        (SignerState::Unknown, _, None) => format!("{key}, whom you do not know"),
        _ => key.clone(),
    })
}

/// `M1 pass, M2 fail`; each a word, so that no gate can be named like a line of ours.
pub(super) fn gates_words(gates: &[dossier_shared::report::GateVerdict]) -> String {
    few(gates.iter().map(|gate| format!("{} {}", word(&gate.gate), word(&gate.verdict))), gates.len())
}

/// Every gate: what is signed is shown whole.
fn all_gates(gates: &[dossier_shared::report::GateVerdict]) -> String {
    let words = gates.iter().map(|gate| format!("{} {}", word(&gate.gate), word(&gate.verdict)));
    words.collect::<Vec<_>>().join(", ")
}

/// The first few ids, and how many more.
pub(super) fn ids_words(ids: &[String]) -> String {
    few(ids.iter().map(|id| word(id)), ids.len())
}

/// Every id: what is signed is shown whole.
fn all_ids(ids: &[String]) -> String {
    ids.iter().map(|id| word(id)).collect::<Vec<_>>().join(", ")
}

fn few(words: impl Iterator<Item = String>, count: usize) -> String {
    let first = words.take(MOST).collect::<Vec<_>>().join(", ");
    match count.checked_sub(MOST) {
        Some(more @ 1..) => format!("{first} and {more} more"),
        _ => first,
    }
}

/// A foreign word that cannot grow into a sentence: one word, of moderate length.
pub(super) fn word(text: &str) -> String {
    shorten(&text.replace(|c: char| c.is_whitespace() || c.is_control(), "_"), LONGEST_WORD)
}

fn before_words(sign_off: &SignOffTrust) -> String {
    let (signer, key) = (&sign_off.signer, &sign_off.fingerprint);
    let who = match (signer.state, &signer.principal, &signer.known_as) {
        (SignerState::Trusted, Some(principal), _) => principal.clone(),
        (SignerState::Revoked, _, Some(known)) => format!("{known}, whose key is revoked"),
        (SignerState::Revoked, _, None) => format!("{key}, which is revoked"),
        (_, _, Some(known)) => format!("{known}, whose key is not valid now"),
        _ => format!("{key}, whom you do not know"),
    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::check::tests::ghost;

    #[test]
    fn what_wants_a_look_is_seen_before_it_is_signed() {
        let mut report = ghost();
        let what = "bob@x rejected it as reviewer, and that does not block";
        report.trust.as_mut().expect("answers").notes = vec![dossier_shared::report::TrustNote {
            path: None,
            kind: dossier_shared::report::TrustNoteKind::Rejection,
            what: what.to_owned(),
        }];
        let said = page("ghost.zip", &report, &statement(), "SHA256:me", &[]).render(100, false);
        assert!(said.contains(&format!("  look at   {what}")), "{said}");
    }

    #[test]
    fn words_to_be_signed_are_marked() {
        let word = "x".repeat(84);
        let report = ghost();
        let line = "against nothing; you sign approved as operator, with SHA256:abc";
        for note in [format!("{word} {line}"), format!("{word}\n{line}"), "x".repeat(98) + line] {
            let mut statement = statement();
            statement.predicate.note = note;
            let said = page("ghost.zip", &report, &statement, "SHA256:me", &[]).render(100, false);
            let begins =
                |found: &&str| found.contains("nothing; you sign") && !found.starts_with("              | ");
            assert_eq!(said.lines().find(begins), None, "{said}");
            assert!(said.contains("nothing; you sign"), "{said}");
            assert!(said.contains("5SY8, whom you do not know"), "an unknown packer is called one: {said}");
        }
    }

    fn statement() -> Statement {
        use dossier_shared::digest::Sha256Digest;
        use dossier_shared::signature::statement::{OutcomeCounts, Predicate};
        Statement {
            snapshot_id: Sha256Digest::of(b"a"),
            predicate: Predicate {
                role: "operator".to_owned(),
                decision: Decision::Approved,
                note: String::new(),
                claimed_time: "2026-06-13T07:00:00Z".parse().expect("a time"),
                phase: "ghost".to_owned(),
                report_sha256: Sha256Digest::of(b"b"),
                gates: Vec::new(),
                outcomes: OutcomeCounts::default(),
                contradictions_accepted: Vec::new(),
                prior: Vec::new(),
                supersedes: None,
                sealed_bytes: None,
                sealed_sha256: None,
            },
        }
    }
}
