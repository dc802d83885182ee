//! Claimed times that cannot be: before what they are about, or still to come; knows no clock.

use super::{SEAL, SignOff, Verifier};
use crate::open::Opened;
use crate::report::{Problem, ProblemKind};
use crate::signature::statement::Statement;
use crate::time::{Timestamp, human_length, iso};

/// Clocks of different machines may disagree by this much without anything being wrong.
const SLACK_SECONDS: i64 = 300;

/// FORMAT §7.12: problems of the times that seal and sign-offs claim.
pub(super) fn judge_times(
    opened: &Opened,
    seal: Option<&Statement>,
    sign_offs: &[SignOff],
    verifier: &Verifier<'_>,
) -> Vec<Problem> {
    let sealed = seal.map(|seal| seal.predicate.claimed_time);
    let captured = opened.metadata.entries.iter().filter_map(|entry| entry.captured_at).max();
    let mut problems = Vec::new();
    let mut object = |path: &str, what: Option<String>| {
        problems.extend(what.map(|what| Problem::of(path, ProblemKind::SignatureTime, what)));
    };
    if let Some(sealed) = sealed {
        object(SEAL, before(sealed, captured, "the last capture of evidence"));
        object(SEAL, future(sealed, verifier.now).or_else(|| not_yet(sealed, verifier.at)));
    }
    for sign_off in sign_offs {
        let path = format!("signatures/{}.json", sign_off.sha256);
        let claimed = sign_off.statement.predicate.claimed_time;
        object(&path, before(claimed, sealed, "the packer claims to have sealed"));
        object(&path, future(claimed, verifier.now));
    }
    problems
}

/// Whether `sign_off` claims to have been made after `at`.
pub(super) fn is_after(sign_off: &SignOff, at: Timestamp) -> bool {
    ahead(sign_off.statement.predicate.claimed_time, at) > SLACK_SECONDS
}

fn ahead(claimed: Timestamp, at: Timestamp) -> i64 {
    claimed.as_second().saturating_sub(at.as_second())
}

fn before(claimed: Timestamp, event: Option<Timestamp>, name: &str) -> Option<String> {
    let event = event?;
    let early = ahead(event, claimed);
    (early > SLACK_SECONDS).then(|| {
        format!("it claims to be of {}, {} before {name} ({})", iso(claimed), human_length(early), iso(event))
    })
}

fn future(claimed: Timestamp, now: Option<Timestamp>) -> Option<String> {
    let ahead = ahead(claimed, now?);
    (ahead > SLACK_SECONDS)
        .then(|| format!("it claims to be of {}, which is {} from now", iso(claimed), human_length(ahead)))
}

/// Sealed after the time that is asked about: then there was nothing that could have been trusted.
fn not_yet(claimed: Timestamp, at: Option<Timestamp>) -> Option<String> {
    let at = at?;
    let late = ahead(claimed, at);
    (late > SLACK_SECONDS).then(|| {
        format!(
            "it claims to be of {}, {} after {}, the time that you ask about: then it was not there yet",
            iso(claimed),
            human_length(late),
            iso(at)
        )
    })
}
