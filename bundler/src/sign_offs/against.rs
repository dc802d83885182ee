//! What speaks against approving a snapshot, and what its signer should know besides. Reads reports; prints nothing.

use dossier_shared::report::{
    Check, CheckKind, Decision, Outcome, Problem, Report, SealState, SignOffTrust, SignerState,
};
use dossier_shared::signature::allowed_signers::Lookup;
use dossier_shared::signature::statement::Statement;
use dossier_shared::time::iso;

/// Statements that are contradicted, each once.
pub(super) fn contradicted(report: &Report) -> impl Iterator<Item = &Check> {
    report.checks.iter().filter(|check| check.same_as.is_none() && check.outcome == Outcome::Contradicted)
}

/// What speaks against an approval by the key of this fingerprint, each in a line; it wants a reason for all of it.
pub(crate) fn obstacles(report: &Report, fingerprint: &str) -> Vec<String> {
    let mut obstacles = Vec::new();
    for check in contradicted(report).filter(|check| check.kind == CheckKind::Substance) {
        obstacles.push(format!(
            "{} is contradicted ({}:{}): {}",
            check.id, check.document, check.line, check.because
        ));
    }
    if let Some(trust) = &report.trust {
        match trust.seal.state {
            SealState::Valid => {}
            SealState::Repacked => obstacles.push(format!("the seal is not whole: {}", trust.seal.because)),
            SealState::Unsigned => obstacles.push("nobody has sealed it".to_owned()),
            SealState::Invalid => obstacles.push(format!("the seal does not hold: {}", trust.seal.because)),
        }
        if trust.signer.state == SignerState::Revoked {
            obstacles.push("the key that sealed it is revoked".to_owned());
        }
        if !trust.files.intact && report.problems.is_empty() {
            obstacles.push("files are damaged".to_owned());
        }
        // The signer's own rejection is taken back by this very word; nobody else can do that.
        let of_others = |s: &&SignOffTrust| s.decision == Decision::Rejected && s.fingerprint != fingerprint;
        for rejection in trust.sign_offs.iter().filter(of_others).filter(|rejection| rejection.counts) {
            let signer = &rejection.signer;
            let name = signer.principal.as_ref().or(signer.known_as.as_ref());
            let who = name.unwrap_or(&rejection.fingerprint);
            // Its note stays where it is quoted: it could be made to look like lines of ours.
            let look = if rejection.says.note.is_empty() { "" } else { "; `dossier verify` shows its note" };
            // Of a key whose time is over it is told why that stands all the same.
            let stands = match signer.state {
                SignerState::Unknown => format!(": {}", rejection.because),
                _ => ", and that stands".to_owned(),
            };
            obstacles.push(format!("{who} has rejected it as {}{stands}{look}", rejection.role));
        }
    }
    for Problem { path, what, .. } in &report.problems {
        let path = path.as_ref().map_or("the snapshot", |path| path.as_str());
        // The seal has been told of already.
        if path != "signatures/seal.json" {
            obstacles.push(format!("{path}: {what}"));
        }
    }
    obstacles
}

/// What the reader's own files say about the key that signs.
#[derive(Debug, Default)]
pub(crate) struct Own {
    pub(crate) is_revoked: bool,
    /// What the trust file says about the key in the role; none where there is no such file.
    pub(crate) lookup: Option<Lookup>,
}

/// What the signer should know before signing, each in a line; none of it stands in the way.
pub(crate) fn notes(report: &Report, statement: &Statement, fingerprint: &str, own: &Own) -> Vec<String> {
    let mut notes = Vec::new();
    let Some(trust) = &report.trust else { return notes };
    let (role, decision) = (&statement.predicate.role, statement.predicate.decision);
    if trust.signer.state == SignerState::Unknown {
        let because = &trust.signer.because;
        notes.push(match &trust.signer.known_as {
            Some(_) => format!("the key that sealed it is not valid now: {because}"),
            None => format!("you do not know the key that sealed it ({because})"),
        });
    }
    if own.is_revoked {
        notes.push(
            "the key that you sign with is in your own list of revoked keys: this will not count".to_owned(),
        );
    } else if let Some(why) = own.lookup.as_ref().and_then(ungranted) {
        notes.push(format!(
            "{why} in your own trust file, so this will not count as {role} for whoever has the same lines"
        ));
    }
    let own_word = |s: &&SignOffTrust| s.fingerprint == fingerprint && s.role == *role;
    if let Some(earlier) = trust.sign_offs.iter().rfind(own_word) {
        let (at, id) = (iso(earlier.claimed_at), earlier.id.get(..8).unwrap_or(&earlier.id));
        notes.push(match (earlier.decision, decision) {
            (Decision::Rejected, Decision::Approved) => {
                let own_key = if own.is_revoked { None } else { own.lookup.as_ref() };
                let only_where = match own_key {
                    Some(Lookup::Expired { .. } | Lookup::NotYetValid { .. } | Lookup::TimeNeeded { .. }) => {
                        " only where a line trusts your key now; with your own trust file it stands"
                    }
                    _ => "",
                };
                format!("this takes back your own rejection as {role}, made at {at} ({id}){only_where}")
            }
            (Decision::Approved, Decision::Rejected) => {
                format!("this takes back your own approval as {role}, made at {at} ({id})")
            }
            (_, Decision::Rejected) => format!("you have rejected it as {role} already, at {at} ({id})"),
            _ => format!("you have approved it as {role} already, at {at} ({id})"),
        });
    }
    let is_strangers = |s: &&SignOffTrust| {
        s.decision == Decision::Rejected && !s.counts && s.signer.state == SignerState::Unknown
    };
    let strangers = trust.sign_offs.iter().filter(is_strangers).filter(|s| s.fingerprint != fingerprint);
    for rejection in strangers.take(usize::from(decision == Decision::Approved) * 8) {
        let (role, key, signer) = (&rejection.role, &rejection.fingerprint, &rejection.signer);
        notes.push(match &signer.known_as {
            Some(who) => format!("{who} has rejected it as {role}: {}", rejection.because),
            None => format!("a key that you do not trust as {role} has rejected it: {key}"),
        });
    }
    notes
}

fn ungranted(lookup: &Lookup) -> Option<String> {
    match lookup {
        Lookup::Trusted { .. } => None,
        Lookup::Unknown => Some("no line names your key".to_owned()),
        Lookup::WrongNamespace { line } => Some(format!("line {line} names your key for something else")),
        Lookup::NotYetValid { line } => Some(format!("line {line} trusts your key from a later time on")),
        Lookup::Expired { line } => Some(format!("line {line} trusts your key no longer")),
        Lookup::TimeNeeded { line } => Some(format!("line {line} names your key for a span of time")),
    }
}

#[cfg(test)]
mod tests {
    use dossier_shared::report::{SignerTrust, StatementFacts};

    use super::*;
    use crate::output::check::tests::ghost;

    #[test]
    fn a_rejection_of_a_key_that_is_over_is_told_as_what_it_is() {
        let mut report = ghost();
        report.trust.as_mut().expect("answers").sign_offs = vec![SignOffTrust {
            id: "ab".repeat(32),
            role: "reviewer".to_owned(),
            decision: Decision::Rejected,
            claimed_at: "2026-06-13T07:00:00Z".parse().expect("a time"),
            fingerprint: "SHA256:bob".to_owned(),
            key_type: "ssh-ed25519".to_owned(),
            signer: SignerTrust {
                state: SignerState::Unknown,
                principal: None,
                known_as: Some("bob@x".to_owned()),
                trust_file_sha256: None,
                because: "line 3".to_owned(),
            },
            counts: true,
            because: "no longer valid since 2026-07-01T00:00:00Z; it stands".to_owned(),
            says: StatementFacts::default(),
        }];
        let words =
            "bob@x has rejected it as reviewer: no longer valid since 2026-07-01T00:00:00Z; it stands";
        let found = obstacles(&report, "SHA256:ann");
        assert!(found.iter().any(|line| line == words), "{found:?}");
        assert!(!obstacles(&report, "SHA256:bob").iter().any(|line| line.contains("bob@x")));
    }
}
