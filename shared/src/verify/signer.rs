//! Whether a key is known to the one who asks, and the words for it; verifies no signature.

use super::Verifier;
use crate::report::{SignerState, SignerTrust};
use crate::signature::allowed_signers::{AllowedSigners, Lookup};
use crate::signature::sshsig::VerifiedSignature;
use crate::time::iso;

/// Why a key is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Miss {
    /// No file says whom to trust.
    NotAsked,
    /// No line names the key.
    Unknown,
    /// A line names the key, for something else.
    OtherUse,
    /// A line names the key for this, at another time than the one asked about: `no longer valid since …`.
    OtherTime(String),
    /// The key is revoked.
    Revoked,
    /// There is no signature that holds.
    NoSignature,
}

/// What `verifier` knows of the key of a signature that holds, and why it does not trust it where it does not.
pub(super) fn judge_signer(
    signature: Option<&VerifiedSignature>,
    namespace: &str,
    verifier: &Verifier<'_>,
) -> (SignerTrust, Option<Miss>) {
    let mut signer = SignerTrust {
        state: SignerState::None,
        principal: None,
        known_as: None,
        trust_file_sha256: verifier.trust.map(|trust| trust.sha256().to_string()),
        because: "there is no valid signature to ask about".to_owned(),
    };
    let Some(signature) = signature else { return (signer, Some(Miss::NoSignature)) };
    let lookup =
        verifier.trust.map(|trust| (trust, trust.lookup(&signature.public_key, namespace, verifier.at)));
    // FORMAT §8.5: whatever else is said of the key, and whenever.
    if let Some(revoked) = verifier.revoked.filter(|revoked| revoked.contains(&signature.fingerprint)) {
        signer.state = SignerState::Revoked;
        signer.known_as = lookup.and_then(|(trust, lookup)| named(trust, &lookup));
        signer.because = format!("the key is in the list of revoked keys (sha256 {})", revoked.sha256());
        return (signer, Some(Miss::Revoked));
    }
    signer.state = SignerState::Unknown;
    let Some((trust, lookup)) = lookup else {
        signer.because = "nobody said whose key it is: no file of allowed signers was given".to_owned();
        return (signer, Some(Miss::NotAsked));
    };
    let asked = verifier.at.map(|at| format!(" at {}", iso(at))).unwrap_or_default();
    let asked_about =
        verifier.at.map(|at| format!("; the time asked about is {}", iso(at))).unwrap_or_default();
    let name = named(trust, &lookup);
    let who = name.as_deref().unwrap_or_default();
    let (because, miss) = match &lookup {
        Lookup::Trusted { line, .. } => {
            (format!("line {line} of the trust file names the key {who} for {namespace}{asked}"), None)
        }
        Lookup::Unknown => {
            (format!("no line of the trust file names the key{}", issues_words(trust)), Some(Miss::Unknown))
        }
        Lookup::WrongNamespace { line } => (
            format!(
                "line {line} of the trust file names the key, but has no namespaces=\"…\" that fits {namespace}"
            ),
            Some(Miss::OtherUse),
        ),
        Lookup::NotYetValid { line } => {
            let when = format!("not valid before {}", span(trust, *line).0);
            (other_time(*line, who, &when, &asked_about), Some(Miss::OtherTime(when)))
        }
        Lookup::Expired { line } => {
            let when = format!("no longer valid since {}", span(trust, *line).1);
            (other_time(*line, who, &when, &asked_about), Some(Miss::OtherTime(when)))
        }
        Lookup::TimeNeeded { line } => (
            format!(
                "line {line} of the trust file names the key {who} for a span of time, and no time was given to compare"
            ),
            Some(Miss::OtherTime("valid for a span of time, and no time was given to compare".to_owned())),
        ),
    };
    signer.because = because;
    match miss {
        None => (signer.state, signer.principal) = (SignerState::Trusted, name),
        Some(_) => signer.known_as = name,
    }
    (signer, miss)
}

fn other_time(line: u32, who: &str, when: &str, asked_about: &str) -> String {
    format!("line {line} of the trust file names the key {who}, which is {when}{asked_about}")
}

/// The principals of the line that names the key for this use, now or at another time.
fn named(trust: &AllowedSigners, lookup: &Lookup) -> Option<String> {
    match lookup {
        Lookup::Trusted { principal, .. } => Some(principal.clone()),
        Lookup::NotYetValid { line } | Lookup::Expired { line } | Lookup::TimeNeeded { line } => {
            let line = trust.lines().iter().find(|found| found.number == *line);
            line.map(|line| line.principals.clone())
        }
        Lookup::Unknown | Lookup::WrongNamespace { .. } => None,
    }
}

/// From when on and up to when line `number` grants, in words.
fn span(trust: &AllowedSigners, number: u32) -> (String, String) {
    let line = trust.lines().iter().find(|line| line.number == number);
    let (after, before) = line.map(|line| line.validity()).unwrap_or_default();
    (after.map(iso).unwrap_or_default(), before.map(iso).unwrap_or_default())
}

fn issues_words(trust: &AllowedSigners) -> String {
    match trust.issues() {
        [] => String::new(),
        [first, rest @ ..] => {
            let more =
                if rest.is_empty() { String::new() } else { format!("; {} more such lines", rest.len()) };
            format!("; line {} grants nothing: {}{more}", first.line, first.what)
        }
    }
}
