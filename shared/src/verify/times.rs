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
        object(SEAL, future(sealed, verifier.now));
    }
    for sign_off in sign_offs {
        let path = format!("signatures/{}.json", sign_off.sha256);
        let claimed = sign_off.statement.predicate.claimed_time;
        object(&path, before(claimed, sealed, "the packer claims to have sealed"));
        object(&path, future(claimed, verifier.now));
    }
    problems
}

fn before(claimed: Timestamp, event: Option<Timestamp>, name: &str) -> Option<String> {
    let event = event?;
    let early = event.as_second().saturating_sub(claimed.as_second());
    (early > SLACK_SECONDS).then(|| {
        format!("it claims to be of {}, {} before {name} ({})", iso(claimed), human_length(early), iso(event))
    })
}

fn future(claimed: Timestamp, now: Option<Timestamp>) -> Option<String> {
    let now = now?;
    let ahead = claimed.as_second().saturating_sub(now.as_second());
    (ahead > SLACK_SECONDS)
        .then(|| format!("it claims to be of {}, which is {} from now", iso(claimed), human_length(ahead)))
}
