//! Who had to sign and whether they did, from sign-offs that hold; reads no signature and no archive.

use std::collections::BTreeSet;

use super::SignOff;
use super::signer::Miss;
use super::standing::{Facts, Standing};
use crate::digest::Sha256Digest;
use crate::report::{PolicyAnswer, PolicyKind, PolicyTrust};
use crate::signature::SEAL_NAMESPACE;
use crate::signature::allowed_signers::Lookup;
use crate::signature::statement::Decision;

/// How many sign-offs that do not count are told of in one answer.
const MOST: usize = 3;

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

/// FORMAT §8.6 and §8.7: the answers, one for each thing that was asked, one for each rejection that stands, and one where
/// there is no seal that any of it could rest on.
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
    let mut roles = BTreeSet::new();
    let required = policy.require.iter().filter(|role| roles.insert(*role));
    answers.extend(required.map(|role| require(role, facts, standings, &approvals)));
    answers.extend(policy.threshold.map(|wanted| threshold(wanted, facts, &approvals)));
    answers.extend(rejections.into_iter().map(rejection));
    answers.extend(facts.no_seal.clone().map(no_seal));
    PolicyTrust { met: answers.iter().all(|answer| answer.met), answers }
}

/// The answer where what was signed rests on no seal.
pub(super) fn no_seal(because: String) -> PolicyAnswer {
    PolicyAnswer {
        kind: PolicyKind::Seal,
        asked: "it is as somebody whom you trust sealed it".to_owned(),
        met: false,
        because,
    }
}

/// FORMAT §8.8: with a key that is not valid now, no approval of today takes back what it said while it was.
fn rejection(rejection: &SignOff) -> PolicyAnswer {
    let (who, role, id) = (rejection.who(), &rejection.statement.predicate.role, rejection.sha256.short());
    let (asked, because) = match &rejection.miss {
        Some(Miss::OtherTime(when)) => (
            "nobody whom you trusted when it was made rejects it",
            format!(
                "{who} rejected it as {role}, with a key that is {when}: an approval made now does not take that \
                 back. To end it, take the line of the key out of your trust file; or give the key a line that is valid \
                 now, and have it approve as {role} with {id} in prior"
            ),
        ),
        _ => (
            "nobody whom you trust rejects it",
            format!(
                "{who} rejected it as {role}; only the same key can take that back, by approving it as {role} with {id} in \
                 prior"
            ),
        ),
    };
    PolicyAnswer { kind: PolicyKind::Rejection, asked: asked.to_owned(), met: false, because }
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
        Lookup::Trusted { line, .. } => match &facts.no_seal {
            Some(why) => (false, format!("the key is that of {packer}, but {why}")),
            None => (true, format!("line {line} of the trust file says that the key is theirs")),
        },
        _ => (false, format!("no line of the trust file says that the packer's key is that of {packer}")),
    }
}

fn require(role: &str, facts: &Facts<'_>, standings: &[Standing], approvals: &[&SignOff]) -> PolicyAnswer {
    let by = approvals.iter().find(|approval| approval.statement.predicate.role == *role);
    let because = match (by, facts.trust) {
        (Some(approval), _) => format!("{} approved it", approval.who()),
        (None, None) => "no file of allowed signers was given".to_owned(),
        (None, Some(_)) => not_approved(role, facts, standings),
    };
    PolicyAnswer {
        kind: PolicyKind::Require,
        asked: format!("a trusted {role} approves"),
        met: by.is_some(),
        because,
    }
}

/// Why no sign-off in `role` is an approval that counts.
fn not_approved(role: &str, facts: &Facts<'_>, standings: &[Standing]) -> String {
    let words = |(sign_off, standing): (&SignOff, &Standing)| match sign_off.statement.predicate.decision {
        Decision::Rejected => format!("{} rejected it", sign_off.who()),
        _ => standing.because.clone(),
    };
    let made = facts.sign_offs.iter().zip(standings);
    let made: Vec<_> = made.filter(|(s, _)| s.statement.predicate.role == *role).collect();
    let count = made.len();
    let mut told: Vec<String> = Vec::new();
    for words in made.into_iter().map(words) {
        if !told.contains(&words) {
            told.push(words);
        }
    }
    let more = told.len().saturating_sub(MOST);
    told.truncate(MOST);
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    match count {
        0 => format!("nobody signed it off as {role}"),
        1 => format!(
            "there is a sign-off as {role}, but it does not count as an approval: {}",
            told.join("; ")
        ),
        _ => format!(
            "there are {count} sign-offs as {role}, but none counts as an approval: {}{more}",
            told.join("; ")
        ),
    }
}

fn threshold(wanted: u32, facts: &Facts<'_>, approvals: &[&SignOff]) -> PolicyAnswer {
    let mut different: Vec<&SignOff> = Vec::new();
    for approval in approvals {
        if different.iter().all(|other| other.public_key != approval.public_key) {
            different.push(approval);
        }
    }
    let names: Vec<String> = different.iter().map(|approval| approval.who()).collect();
    let because = match (names.is_empty(), facts.trust) {
        (true, None) => "no file of allowed signers was given".to_owned(),
        (true, Some(_)) => match &facts.no_seal {
            Some(why) => format!("no approval counts: {why}"),
            None => "no approval by a trusted key, the packer's aside, is here".to_owned(),
        },
        (false, _) => format!("{} did: {}", names.len(), names.join(", ")),
    };
    PolicyAnswer {
        kind: PolicyKind::Threshold,
        asked: match wanted {
            1 => "at least 1 trusted key approves, the packer's aside".to_owned(),
            _ => format!("at least {wanted} different trusted keys approve, the packer's aside"),
        },
        met: names.len() >= wanted as usize,
        because,
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
