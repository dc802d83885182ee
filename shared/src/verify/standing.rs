//! What each sign-off counts for, and which rejection asks for a look although it blocks nothing; reads no signature.

use ssh_key::public::KeyData;

use super::signer::Miss;
use super::{SignOff, note};
use crate::digest::Sha256Digest;
use crate::report::{TrustNote, TrustNoteKind};
use crate::signature::allowed_signers::AllowedSigners;
use crate::signature::statement::Decision;
use crate::time::{Timestamp, iso};

/// What sign-offs are held against.
pub(super) struct Facts<'a> {
    pub(super) phase: &'a str,
    pub(super) id: Sha256Digest,
    /// The key of a seal whose signature is good, whatever became of the snapshot since.
    pub(super) seal_key: Option<&'a KeyData>,
    /// Why what was signed rests on no seal; none where a seal holds whose key is trusted, and files are intact.
    pub(super) no_seal: Option<String>,
    pub(super) trust: Option<&'a AllowedSigners>,
    /// The time that is asked about.
    pub(super) at: Option<Timestamp>,
    pub(super) sign_offs: &'a [SignOff],
}

/// Whether a sign-off counts, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// As an approval, or as a rejection that stands.
    pub counts: bool,
    /// In words.
    pub because: String,
}

impl SignOff {
    /// Whether its signer may speak at all: trusted now, or listed for this role at the time that it claims.
    ///
    /// Only for what may block: a claimed time grants no approval.
    pub(super) fn speaks(&self) -> bool {
        match &self.miss {
            None => true,
            Some(Miss::OtherTime(_)) => self.was_listed,
            Some(_) => false,
        }
    }

    /// The principal, or else the key.
    pub(super) fn who(&self) -> String {
        let name = self.signer.principal.as_ref().or(self.signer.known_as.as_ref());
        name.unwrap_or(&self.fingerprint).clone()
    }

    /// Why its signer is not trusted.
    fn distrust(&self) -> Option<String> {
        let who = self.signer.known_as.as_deref().unwrap_or("somebody");
        Some(match self.miss.as_ref()? {
            Miss::NotAsked => "you have not said whose key it is".to_owned(),
            Miss::Unknown | Miss::NoSignature => "the signer is not known to you".to_owned(),
            Miss::OtherUse => {
                let role = &self.statement.predicate.role;
                format!("the key is in your trust file, but not for the role {role}")
            }
            Miss::OtherTime(when) => format!("the key is known as that of {who}, {when}"),
            Miss::Revoked => match &self.signer.known_as {
                Some(who) => format!("the key of {who} is revoked"),
                None => "the key is revoked".to_owned(),
            },
        })
    }
}

/// FORMAT §8.6: what each sign-off counts for, in their order.
pub(super) fn standings(facts: &Facts<'_>) -> Vec<Standing> {
    let standing = |sign_off: &SignOff| {
        let (counts, because) = match sign_off.statement.predicate.decision {
            Decision::Approved => approval(facts, sign_off),
            Decision::Rejected => rejection(facts, sign_off),
            Decision::Sealed => (false, "it is a seal".to_owned()),
        };
        Standing { counts, because }
    };
    facts.sign_offs.iter().map(standing).collect()
}

fn approval(facts: &Facts<'_>, sign_off: &SignOff) -> (bool, String) {
    if let Some(because) = sign_off.distrust() {
        return (false, because);
    }
    if facts.seal_key == Some(&sign_off.public_key) {
        return (false, "the key is the packer's, and nobody approves their own snapshot".to_owned());
    }
    if let Some(because) = &facts.no_seal {
        return (false, because.clone());
    }
    if let Some(at) = facts.at.filter(|at| super::times::is_after(sign_off, *at)) {
        let claimed = iso(sign_off.statement.predicate.claimed_time);
        return (
            false,
            format!("it claims to be of {claimed}, after {}, the time that you ask about", iso(at)),
        );
    }
    match taken_back(facts, sign_off, Decision::Rejected) {
        Some(by) => (false, format!("the same key has rejected it since, in {}", by.short())),
        None => (true, "an approval by a trusted key".to_owned()),
    }
}

fn rejection(facts: &Facts<'_>, sign_off: &SignOff) -> (bool, String) {
    let distrust = sign_off.distrust();
    if !sign_off.speaks() {
        let because = distrust.unwrap_or_default();
        return match &sign_off.miss {
            Some(Miss::Revoked) => {
                (false, format!("{because}, so whoever stole it may have made this: ask its owner"))
            }
            Some(Miss::OtherTime(_)) => {
                let claimed = iso(sign_off.statement.predicate.claimed_time);
                (
                    false,
                    format!("{because}, and this claims to be of {claimed}, when it was not valid either"),
                )
            }
            _ => (false, because),
        };
    }
    if let Some(by) = taken_back(facts, sign_off, Decision::Approved) {
        return (
            false,
            format!("the same key has approved it since, in {}, knowing this rejection", by.short()),
        );
    }
    let stands = "which stands until the same key approves with this one in prior";
    match distrust {
        None => (true, format!("a rejection by a trusted key, {stands}")),
        Some(because) => (
            true,
            format!("{because}; it was valid when this claims to have been made, so the rejection stands"),
        ),
    }
}

/// The later word of the same key in the same role, which has to name this one in `prior`; times are only claimed.
fn taken_back(facts: &Facts<'_>, sign_off: &SignOff, decision: Decision) -> Option<Sha256Digest> {
    let (key, role) = (&sign_off.public_key, &sign_off.statement.predicate.role);
    let later = facts.sign_offs.iter().find(|later| {
        let predicate = &later.statement.predicate;
        // What came after the time that is asked about lifts no rejection.
        let is_too_late =
            decision == Decision::Approved && facts.at.is_some_and(|at| super::times::is_after(later, at));
        later.public_key == *key
            && later.speaks()
            && !is_too_late
            && predicate.role == *role
            && predicate.decision == decision
            && predicate.prior.contains(&sign_off.sha256)
    });
    later.map(|later| later.sha256)
}

/// FORMAT §8.8: rejections that do not block and must not pass unseen, since the reader knows or knew the key.
pub(super) fn notes(sign_offs: &[SignOff]) -> Vec<TrustNote> {
    let lapsed = |sign_off: &&SignOff| {
        sign_off.statement.predicate.decision == Decision::Rejected
            && !sign_off.speaks()
            && matches!(sign_off.miss, Some(Miss::Revoked | Miss::OtherTime(_)))
    };
    let words = |sign_off: &SignOff| {
        let (role, because) = (&sign_off.statement.predicate.role, sign_off.distrust().unwrap_or_default());
        let what = format!(
            "{} rejected it as {role}, and that does not block: {because}. Ask the owner of the key whether the rejection is \
             theirs, and have it made again with a key that you trust",
            sign_off.who()
        );
        note(sign_off, TrustNoteKind::Rejection, what)
    };
    sign_offs.iter().filter(lapsed).map(words).collect()
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
