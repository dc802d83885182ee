//! Who had to sign and whether they did, from sign-offs that hold; reads no signature and no archive.

use ssh_key::public::KeyData;

use super::SignOff;
use crate::digest::Sha256Digest;
use crate::report::{PolicyAnswer, PolicyKind, PolicyTrust, SignerState};
use crate::signature::SEAL_NAMESPACE;
use crate::signature::allowed_signers::{AllowedSigners, Lookup};
use crate::signature::statement::Decision;
use crate::time::Timestamp;

/// What the one who asks wants of a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Roles of which each has to approve.
    pub require: Vec<String>,
    /// How many different keys have to approve.
    pub threshold: Option<u32>,
    /// The phase that it has to be about.
    pub phase: Option<String>,
    /// The id that it has to have.
    pub id: Option<Sha256Digest>,
    /// The principal that has to have packed it.
    pub packer: Option<String>,
}

/// What a policy is held against.
pub(super) struct Facts<'a> {
    pub(super) phase: &'a str,
    pub(super) id: Sha256Digest,
    /// The key of a seal whose signature is good, whatever became of the snapshot since.
    pub(super) seal_key: Option<&'a KeyData>,
    /// Whether that seal holds and its key is trusted.
    pub(super) packer_is_trusted: bool,
    pub(super) trust: Option<&'a AllowedSigners>,
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

/// FORMAT §8.6: what each sign-off counts for, in their order.
pub(super) fn standings(facts: &Facts<'_>) -> Vec<Standing> {
    facts.sign_offs.iter().map(|sign_off| standing(facts, sign_off)).collect()
}

fn standing(facts: &Facts<'_>, sign_off: &SignOff) -> Standing {
    let no = |because: String| Standing { counts: false, because };
    let yes = |because: &str| Standing { counts: true, because: because.to_owned() };
    let is_packers = facts.seal_key == Some(&sign_off.public_key);
    match (sign_off.signer.state, sign_off.statement.predicate.decision) {
        (SignerState::Trusted, Decision::Approved) if is_packers => {
            no("the key is the packer's, and nobody approves their own snapshot".to_owned())
        }
        (SignerState::Trusted, Decision::Approved) => match taken_back(facts, sign_off, Decision::Rejected) {
            Some(by) => no(format!("the same key has rejected it since, in {}", by.short())),
            None => yes("an approval by a trusted key"),
        },
        (SignerState::Trusted, Decision::Rejected) => match taken_back(facts, sign_off, Decision::Approved) {
            Some(by) => {
                no(format!("the same key has approved it since, in {}, knowing this rejection", by.short()))
            }
            None => yes(
                "a rejection by a trusted key, which stands until the same key approves with this one in prior",
            ),
        },
        (SignerState::Trusted, Decision::Sealed) => no("it is a seal".to_owned()),
        (SignerState::Revoked, _) => no("the key is revoked".to_owned()),
        (SignerState::Unknown | SignerState::None, _) => {
            no("the signer is not known to you in this role".to_owned())
        }
    }
}

/// The later word of the same key in the same role, which has to name this one in `prior`; times are only claimed.
fn taken_back(facts: &Facts<'_>, sign_off: &SignOff, decision: Decision) -> Option<Sha256Digest> {
    let (key, role) = (&sign_off.public_key, &sign_off.statement.predicate.role);
    let later = facts.sign_offs.iter().find(|later| {
        let predicate = &later.statement.predicate;
        later.public_key == *key
            && predicate.role == *role
            && predicate.decision == decision
            && predicate.prior.contains(&sign_off.sha256)
    });
    later.map(|later| later.sha256)
}

/// FORMAT §8.6 and §8.7: the answers, one for each thing that was asked, and one for each rejection that stands.
pub(super) fn judge(policy: &Policy, facts: &Facts<'_>, standings: &[Standing]) -> PolicyTrust {
    let mut answers = expectations(policy, facts);
    let counting: Vec<&SignOff> = facts
        .sign_offs
        .iter()
        .zip(standings)
        .filter(|(_, standing)| standing.counts)
        .map(|(s, _)| s)
        .collect();
    let (approvals, rejections): (Vec<&SignOff>, Vec<&SignOff>) =
        counting.into_iter().partition(|s| s.statement.predicate.decision == Decision::Approved);
    answers.extend(policy.require.iter().map(|role| require(role, facts, &approvals)));
    answers.extend(policy.threshold.map(|wanted| threshold(wanted, facts, &approvals)));
    answers.extend(rejections.into_iter().map(|rejection| PolicyAnswer {
        kind: PolicyKind::Rejection,
        asked: "nobody whom you trust rejects it".to_owned(),
        met: false,
        because: format!(
            "{} rejected it as {}; only the same key can take that back, by approving it as {} with {} in prior",
            who(rejection),
            rejection.statement.predicate.role,
            rejection.statement.predicate.role,
            rejection.sha256.short(),
        ),
    }));
    PolicyTrust { met: answers.iter().all(|answer| answer.met), answers }
}

fn expectations(policy: &Policy, facts: &Facts<'_>) -> Vec<PolicyAnswer> {
    let answer = |asked: String, met: bool, because: String| PolicyAnswer {
        kind: PolicyKind::Expect,
        asked,
        met,
        because,
    };
    let mut answers = Vec::new();
    if let Some(phase) = &policy.phase {
        answers.push(answer(
            format!("it is about phase {phase}"),
            phase == facts.phase,
            format!("it is about phase {}", facts.phase),
        ));
    }
    if let Some(id) = policy.id {
        answers.push(answer(format!("its id is {id}"), id == facts.id, format!("its id is {}", facts.id)));
    }
    if let Some(packer) = &policy.packer {
        let (met, because) = packed_by(packer, facts);
        answers.push(answer(format!("{packer} packed it"), met, because));
    }
    answers
}

fn packed_by(packer: &str, facts: &Facts<'_>) -> (bool, String) {
    let (Some(key), Some(trust)) = (facts.seal_key, facts.trust) else {
        let because = match facts.trust {
            Some(_) => "there is no valid signature of a packer",
            None => "no file of allowed signers was given",
        };
        return (false, because.to_owned());
    };
    match trust.lookup_as(packer, key, SEAL_NAMESPACE, facts.at) {
        Lookup::Trusted { .. } if !facts.packer_is_trusted => {
            (false, format!("the key is that of {packer}, but the seal does not hold or the key is revoked"))
        }
        Lookup::Trusted { line, .. } => {
            (true, format!("line {line} of the trust file says that the key is theirs"))
        }
        _ => (false, format!("no line of the trust file says that the packer's key is that of {packer}")),
    }
}

fn require(role: &str, facts: &Facts<'_>, approvals: &[&SignOff]) -> PolicyAnswer {
    let by = approvals.iter().find(|approval| approval.statement.predicate.role == *role);
    let because = match (by, facts.trust) {
        (Some(approval), _) => format!("{} approved it", who(approval)),
        (None, None) => "no file of allowed signers was given".to_owned(),
        (None, Some(_)) => {
            let made = |s: &&SignOff| s.statement.predicate.role == *role;
            match facts.sign_offs.iter().filter(made).count() {
                0 => format!("nobody signed it off as {role}"),
                1 => format!("there is a sign-off as {role}, but it does not count"),
                count => format!("there are {count} sign-offs as {role}, but none counts as an approval"),
            }
        }
    };
    PolicyAnswer {
        kind: PolicyKind::Require,
        asked: format!("a trusted {role} approves"),
        met: by.is_some(),
        because,
    }
}

fn threshold(wanted: u32, facts: &Facts<'_>, approvals: &[&SignOff]) -> PolicyAnswer {
    let mut different: Vec<&SignOff> = Vec::new();
    for approval in approvals {
        if different.iter().all(|other| other.public_key != approval.public_key) {
            different.push(approval);
        }
    }
    let names: Vec<String> = different.iter().map(|approval| who(approval)).collect();
    let because = match (names.is_empty(), facts.trust) {
        (true, None) => "no file of allowed signers was given".to_owned(),
        (true, Some(_)) => "no approval by a trusted key, the packer's aside, is here".to_owned(),
        (false, _) => format!("{} did: {}", names.len(), names.join(", ")),
    };
    PolicyAnswer {
        kind: PolicyKind::Threshold,
        asked: format!("at least {wanted} different trusted keys approve, the packer's aside"),
        met: names.len() >= wanted as usize,
        because,
    }
}

fn who(sign_off: &SignOff) -> String {
    sign_off.signer.principal.clone().unwrap_or_else(|| sign_off.fingerprint.clone())
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
