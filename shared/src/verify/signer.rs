//! Whether a key is known to the one who asks, and the words for it; verifies no signature.

use super::Verifier;
use crate::report::{SignerState, SignerTrust};
use crate::signature::allowed_signers::{AllowedSigners, Lookup};
use crate::signature::sshsig::VerifiedSignature;
use crate::time::iso;

/// What `verifier` knows of the key of a signature that holds.
pub(super) fn judge_signer(
    signature: Option<&VerifiedSignature>,
    namespace: &str,
    verifier: &Verifier<'_>,
) -> SignerTrust {
    let mut signer = SignerTrust {
        state: SignerState::None,
        principal: None,
        trust_file_sha256: verifier.trust.map(|trust| trust.sha256().to_string()),
        because: "there is no valid signature to ask about".to_owned(),
    };
    let Some(signature) = signature else { return signer };
    // FORMAT §8.5: whatever else is said of the key, and whenever.
    if let Some(revoked) = verifier.revoked.filter(|revoked| revoked.contains(&signature.fingerprint)) {
        signer.state = SignerState::Revoked;
        signer.because = format!("the key is in the list of revoked keys (sha256 {})", revoked.sha256());
        return signer;
    }
    signer.state = SignerState::Unknown;
    let Some(trust) = verifier.trust else {
        signer.because = "nobody said whose key it is: no file of allowed signers was given".to_owned();
        return signer;
    };
    let asked = verifier.at.map(|at| format!(" at {}", iso(at))).unwrap_or_default();
    signer.because = match trust.lookup(&signature.public_key, namespace, verifier.at) {
        Lookup::Trusted { principal, line } => {
            signer.state = SignerState::Trusted;
            let because =
                format!("line {line} of the trust file names the key {principal} for {namespace}{asked}");
            signer.principal = Some(principal);
            because
        }
        Lookup::Unknown => format!("no line of the trust file names the key{}", issues_words(trust)),
        Lookup::WrongNamespace { line } => {
            format!(
                "line {line} of the trust file names the key, but has no namespaces=\"…\" that fits {namespace}"
            )
        }
        Lookup::NotYetValid { line } => {
            format!("line {line} of the trust file names the key, but not yet{asked}")
        }
        Lookup::Expired { line } => {
            format!("line {line} of the trust file names the key, but no longer{asked}")
        }
        Lookup::TimeNeeded { line } => {
            format!(
                "line {line} of the trust file names the key for a span of time, and no time was given to compare"
            )
        }
    };
    signer
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
