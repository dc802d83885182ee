//! The sign-offs of a snapshot: which hold, and what does not fit together; decides no policy.

use std::collections::BTreeSet;

use super::signer::judge_signer;
use super::{SignOff, Verifier, mismatch, note};
use crate::digest::Sha256Digest;
use crate::open::Opened;
use crate::report::{Problem, ProblemKind, TrustNote, TrustNoteKind};
use crate::signature::allowed_signers::Lookup;
use crate::signature::sshsig;
use crate::signature::statement::{Decision, Statement};
use crate::snapshot::names::signature_file;

/// The sign-offs that hold; every other one becomes a problem.
pub(super) fn judge_sign_offs(
    opened: &Opened,
    verifier: &Verifier<'_>,
    problems: &mut Vec<Problem>,
    notes: &mut Vec<TrustNote>,
) -> Vec<SignOff> {
    let mut sign_offs = Vec::new();
    for (path, entry) in &opened.entries {
        let (stem, is_signature) = match signature_file(path) {
            Some((stem, is_signature)) if stem != "seal" => (stem, is_signature),
            _ => continue,
        };
        let partner = match is_signature {
            true => format!("signatures/{stem}.json"),
            false => format!("signatures/{stem}.json.sig"),
        };
        let result = match opened.entry_named(&partner) {
            None => Err(format!("{partner} is missing")),
            Some(_) if is_signature => continue,
            Some(armoured) => judge_named(opened, stem, entry.kept(), armoured.kept(), verifier),
        };
        match result {
            Ok(sign_off) => sign_offs.push(sign_off),
            Err(what) => problems.push(Problem::of(path.as_str(), ProblemKind::SignOff, what)),
        }
    }
    hidden(opened, &sign_offs, problems, notes);
    // Of the same second, the one that has seen more came later.
    sign_offs.sort_by_key(|sign_off| {
        let predicate = &sign_off.statement.predicate;
        (predicate.claimed_time, predicate.prior.len(), sign_off.sha256)
    });
    sign_offs
}

fn judge_named(
    opened: &Opened,
    stem: &str,
    json: &[u8],
    armoured: &[u8],
    verifier: &Verifier<'_>,
) -> Result<SignOff, String> {
    let sha256 = Sha256Digest::of(json);
    if sha256.to_string() != stem {
        return Err(format!("its name is not its sha256, which is {sha256}"));
    }
    judge_sign_off(opened, json, armoured, verifier)
}

/// FORMAT §7.10: checks a sign-off wholly, wherever it lies; what is wrong with it otherwise.
pub fn judge_sign_off(
    opened: &Opened,
    json: &[u8],
    armoured: &[u8],
    verifier: &Verifier<'_>,
) -> Result<SignOff, String> {
    let statement = Statement::parse(json).map_err(|error| error.to_string())?;
    if statement.predicate.decision == Decision::Sealed {
        return Err("the statement is a seal, which must be called seal.json".to_owned());
    }
    let namespace = statement.namespace();
    let signature = sshsig::verify(armoured, &namespace, json).map_err(|error| error.to_string())?;
    if let Some(what) = mismatch(opened, &statement) {
        return Err(what);
    }
    let (signer, miss) = judge_signer(Some(&signature), &namespace, verifier);
    let claimed = Some(statement.predicate.claimed_time);
    let lookup = verifier.trust.map(|trust| trust.lookup(&signature.public_key, &namespace, claimed));
    Ok(SignOff {
        sha256: Sha256Digest::of(json),
        statement,
        public_key: signature.public_key,
        fingerprint: signature.fingerprint,
        key_type: signature.key_type,
        signer,
        miss,
        was_listed: matches!(lookup, Some(Lookup::Trusted { .. })),
    })
}

/// FORMAT §7.11: who signed has seen sign-offs that are not here; one that is unwelcome may have been taken out.
///
/// Anybody can make up what a key saw that nobody knows: that accuses nobody, and is a note.
fn hidden(opened: &Opened, sign_offs: &[SignOff], problems: &mut Vec<Problem>, notes: &mut Vec<TrustNote>) {
    let here: BTreeSet<Sha256Digest> = opened
        .entries
        .keys()
        .filter_map(|path| match signature_file(path) {
            Some((stem, false)) => stem.parse().ok(),
            _ => None,
        })
        .collect();
    for sign_off in sign_offs {
        let gone: Vec<_> =
            sign_off.statement.predicate.prior.iter().filter(|prior| !here.contains(prior)).collect();
        let [first, more @ ..] = gone.as_slice() else { continue };
        // In one line, however many somebody made up.
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        if !sign_off.speaks() {
            let what = format!(
                "whoever signed this, whom you do not trust, says to have seen {first}{more}, which is not in this file; \
                 anybody can make that up"
            );
            notes.push(note(sign_off, TrustNoteKind::SignOffMissing, what));
            continue;
        }
        let what = format!(
            "a sign-off is missing: {}, who signed this, had seen {first}{more}, which is not in this file; it was taken \
             out, or the two were made on different copies (dossier merge puts copies together)",
            sign_off.who()
        );
        let path = format!("signatures/{}.json", sign_off.sha256);
        problems.push(Problem::of(&path, ProblemKind::SignOffMissing, what));
    }
}
