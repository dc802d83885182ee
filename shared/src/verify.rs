//! From [`crate::open::Opened`] to the answers about files, seal and signer; judges no evidence.

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::open::Opened;
use crate::report::{FilesTrust, Problem, SealState, SealTrust, SignerState, SignerTrust};
use crate::signature::SEAL_NAMESPACE;
use crate::signature::allowed_signers::{AllowedSigners, Lookup};
use crate::signature::sshsig::{self, VerifiedSignature};
use crate::signature::statement::{Decision, Statement};
use crate::snapshot::names::signature_file;
use crate::time::{Timestamp, iso};

const SEAL: &str = "signatures/seal.json";
const SEAL_SIGNATURE: &str = "signatures/seal.json.sig";

/// What can be said about who vouches for a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Do all bytes agree with the manifests?
    pub files: FilesTrust,
    /// Is the packer's signature valid?
    pub seal: SealTrust,
    /// Is the packer known to the one who asks?
    pub signer: SignerTrust,
    /// What the seal says, where its signature is good, whatever became of the snapshot since.
    pub statement: Option<Statement>,
    /// Sign-offs whose signature is good and about this snapshot, by name.
    pub sign_offs: Vec<SignOff>,
    /// Faults of content that opening found, and those of signatures, ordered by path.
    pub problems: Vec<Problem>,
}

/// A sign-off whose signature is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// Digest of the statement, which names its file.
    pub sha256: Sha256Digest,
    /// What it says.
    pub statement: Statement,
    /// `SHA256:…` of the key that made it.
    pub fingerprint: String,
    /// `ssh-ed25519`, …
    pub key_type: String,
    /// Is the signer known to the one who asks, in this role?
    pub signer: SignerTrust,
}

/// Verifies without a clock: a trust line that is valid for a span of time grants nothing.
pub fn verify(opened: &Opened, trust: Option<&AllowedSigners>) -> Verification {
    verify_at(opened, trust, None)
}

/// Verifies; `at` is the verifier's now, or the time it asks about. Claimed times grant nothing.
pub fn verify_at(opened: &Opened, trust: Option<&AllowedSigners>, at: Option<Timestamp>) -> Verification {
    let mut problems = opened.problems.clone();
    let (statement, signature, seal) = judge_seal(opened);
    if seal.state == SealState::Invalid {
        problems.push(Problem { path: EntryPath::new(SEAL).ok(), what: seal.because.clone() });
    }
    let holds = matches!(seal.state, SealState::Valid | SealState::Repacked);
    let signer = judge_signer(signature.as_ref().filter(|_| holds), SEAL_NAMESPACE, trust, at);
    let sign_offs = judge_sign_offs(opened, trust, at, &mut problems);
    problems.sort();
    problems.dedup();
    Verification { files: opened.files.clone(), seal, signer, statement, sign_offs, problems }
}

fn judge_seal(opened: &Opened) -> (Option<Statement>, Option<VerifiedSignature>, SealTrust) {
    let mut seal = SealTrust {
        state: SealState::Invalid,
        because: String::new(),
        fingerprint: None,
        key_type: None,
        claimed_at: None,
    };
    let (json, armoured) = match (opened.entry_named(SEAL), opened.entry_named(SEAL_SIGNATURE)) {
        (Some(json), Some(armoured)) => (json, armoured),
        (None, None) => {
            (seal.state, seal.because) = (SealState::Unsigned, "nobody has sealed this snapshot".to_owned());
            return (None, None, seal);
        }
        (json, _) => {
            let (here, gone) = if json.is_some() { (SEAL, SEAL_SIGNATURE) } else { (SEAL_SIGNATURE, SEAL) };
            seal.because = format!("{here} is here, {gone} is missing");
            return (None, None, seal);
        }
    };
    let signature = match sshsig::verify(&armoured.bytes, SEAL_NAMESPACE, &json.bytes) {
        Ok(signature) => signature,
        Err(error) => {
            seal.because = error.to_string();
            return (None, None, seal);
        }
    };
    seal.fingerprint = Some(signature.fingerprint.clone());
    seal.key_type = Some(signature.key_type.clone());
    let statement = match Statement::parse(&json.bytes) {
        Ok(statement) => statement,
        Err(error) => {
            seal.because = error.to_string();
            return (None, Some(signature), seal);
        }
    };
    seal.claimed_at = Some(statement.predicate.claimed_time);
    let mismatch = match statement.predicate.decision {
        Decision::Sealed => mismatch(opened, &statement),
        _ => Some("the statement is a sign-off, not a seal".to_owned()),
    };
    (seal.state, seal.because) = match (mismatch, repacked(opened, &statement)) {
        (Some(because), _) => (SealState::Invalid, because),
        (None, None) => (SealState::Valid, String::new()),
        (None, Some(because)) if opened.files.intact => (SealState::Repacked, because),
        // FORMAT §7.9: bytes under the seal were changed, and it shows in the files themselves.
        (None, Some(_)) => {
            (SealState::Invalid, "the signature is good, but files it covers were changed since".to_owned())
        }
    };
    (Some(statement), Some(signature), seal)
}

/// FORMAT §7.9: what a statement says about the snapshot must be so.
fn mismatch(opened: &Opened, statement: &Statement) -> Option<String> {
    let (said, here) = (statement.snapshot_id, opened.snapshot_id);
    if said != here {
        return Some(format!(
            "it is about snapshot {}, this is {}: the content was changed",
            said.short(),
            here.short()
        ));
    }
    let (said, here) = (&statement.predicate.phase, &opened.metadata.phase.id);
    if said != here {
        return Some(format!("it is about phase {said:?}, snapshot.json says {here:?}"));
    }
    let said = statement.predicate.report_sha256;
    match opened.entry_named("report.json") {
        Some(report) if report.sha256 == said => None,
        Some(report) => {
            Some(format!("it is about report.json with sha256 {said}, here it is {}", report.sha256))
        }
        None => Some("it is about a report.json that is missing".to_owned()),
    }
}

/// Whether the zip around the content is another than the one that was sealed.
fn repacked(opened: &Opened, statement: &Statement) -> Option<String> {
    let said = (statement.predicate.sealed_bytes, statement.predicate.sealed_sha256);
    let here = (Some(opened.covered.bytes), Some(opened.covered.sha256));
    if said.0 != here.0 {
        let said = said.0.unwrap_or_default();
        return Some(format!(
            "the zip around the content was made anew: {said} bytes were sealed, {} stand before the signatures",
            opened.covered.bytes
        ));
    }
    if said.1 != here.1 {
        return Some("the zip around the content was made anew: the bytes before the signatures have another sha256 than was sealed".to_owned());
    }
    let first = opened.deviations.first()?;
    Some(format!("the zip around the content was made anew: {first}"))
}

fn judge_signer(
    signature: Option<&VerifiedSignature>,
    namespace: &str,
    trust: Option<&AllowedSigners>,
    at: Option<Timestamp>,
) -> SignerTrust {
    let mut signer = SignerTrust {
        state: SignerState::None,
        principal: None,
        trust_file_sha256: trust.map(|trust| trust.sha256().to_string()),
        because: "there is no valid signature to ask about".to_owned(),
    };
    let Some(signature) = signature else { return signer };
    signer.state = SignerState::Unknown;
    let Some(trust) = trust else {
        signer.because = "nobody said whose key it is: no file of allowed signers was given".to_owned();
        return signer;
    };
    let asked = at.map(|at| format!(" at {}", iso(at))).unwrap_or_default();
    signer.because = match trust.lookup(&signature.public_key, namespace, at) {
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

fn judge_sign_offs(
    opened: &Opened,
    trust: Option<&AllowedSigners>,
    at: Option<Timestamp>,
    problems: &mut Vec<Problem>,
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
            Some(armoured) => judge_sign_off(opened, stem, &entry.bytes, &armoured.bytes, trust, at),
        };
        match result {
            Ok(sign_off) => sign_offs.push(sign_off),
            Err(what) => problems.push(Problem { path: Some(path.clone()), what }),
        }
    }
    sign_offs
}

fn judge_sign_off(
    opened: &Opened,
    stem: &str,
    json: &[u8],
    armoured: &[u8],
    trust: Option<&AllowedSigners>,
    at: Option<Timestamp>,
) -> Result<SignOff, String> {
    let sha256 = Sha256Digest::of(json);
    if sha256.to_string() != stem {
        return Err(format!("its name is not its sha256, which is {sha256}"));
    }
    let statement = Statement::parse(json).map_err(|error| error.to_string())?;
    if statement.predicate.decision == Decision::Sealed {
        return Err("the statement is a seal, which must be called seal.json".to_owned());
    }
    let namespace = statement.namespace();
    let signature = sshsig::verify(armoured, &namespace, json).map_err(|error| error.to_string())?;
    if let Some(what) = mismatch(opened, &statement) {
        return Err(what);
    }
    let signer = judge_signer(Some(&signature), &namespace, trust, at);
    Ok(SignOff {
        sha256,
        statement,
        fingerprint: signature.fingerprint,
        key_type: signature.key_type,
        signer,
    })
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
