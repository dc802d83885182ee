//! From [`crate::open::Opened`] to the answers about files, seal and signer; judges no evidence.

use ssh_key::public::KeyData;

use crate::digest::Sha256Digest;
use crate::entry_path::EntryPath;
use crate::open::Opened;
use crate::report::{
    FilesTrust, PolicyTrust, Problem, ProblemKind, SealState, SealTrust, SignOffTrust, SignerState,
    SignerTrust, StatementFacts, TrustNote, TrustNoteKind,
};
use crate::signature::SEAL_NAMESPACE;
use crate::signature::allowed_signers::AllowedSigners;
use crate::signature::revoked::RevokedKeys;
use crate::signature::sshsig::{self, VerifiedSignature};
use crate::signature::statement::{Decision, Statement};
use crate::time::Timestamp;

mod policy;
mod said;
mod sign_offs;
mod signer;
mod standing;
mod times;

pub use policy::Policy;
pub use sign_offs::judge_sign_off;
pub use signer::Miss;
pub use standing::Standing;

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
    /// Sign-offs whose signature is good and about this snapshot, in the order of the times that they claim.
    pub sign_offs: Vec<SignOff>,
    /// What each of them counts for, in the same order.
    pub standings: Vec<Standing>,
    /// Whether those have signed who had to.
    pub policy: PolicyTrust,
    /// Faults of content that opening found, and those of signatures, ordered by path.
    pub problems: Vec<Problem>,
    /// What is worth a look about seal and sign-offs and is no fault, ordered by path.
    pub notes: Vec<TrustNote>,
}

/// A sign-off whose signature is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// Digest of the statement, which names its file.
    pub sha256: Sha256Digest,
    /// What it says.
    pub statement: Statement,
    /// The key that made it.
    pub public_key: KeyData,
    /// `SHA256:…` of it.
    pub fingerprint: String,
    /// `ssh-ed25519`, …
    pub key_type: String,
    /// Is the signer known to the one who asks, in this role?
    pub signer: SignerTrust,
    /// Why the signer is not trusted; none where it is.
    pub miss: Option<Miss>,
    /// Whether a line of the trust file grants this role at the time that the statement claims.
    pub was_listed: bool,
}

/// What the one who asks brings along: nothing of it comes from the snapshot.
#[derive(Debug, Clone, Default)]
pub struct Verifier<'a> {
    /// Whose keys to trust.
    pub trust: Option<&'a AllowedSigners>,
    /// Whose no longer.
    pub revoked: Option<&'a RevokedKeys>,
    /// The time at which keys have to be valid; without it, a line that is valid for a span of time grants nothing.
    pub at: Option<Timestamp>,
    /// The present time, after which nothing can have been signed.
    pub now: Option<Timestamp>,
    /// Who has to have signed.
    pub policy: Policy,
}

/// Verifies without a clock: a trust line that is valid for a span of time grants nothing.
pub fn verify(opened: &Opened, trust: Option<&AllowedSigners>) -> Verification {
    verify_as(opened, &Verifier { trust, ..Verifier::default() })
}

/// Verifies; `at` is the verifier's now, or the time it asks about. Claimed times grant nothing.
pub fn verify_at(opened: &Opened, trust: Option<&AllowedSigners>, at: Option<Timestamp>) -> Verification {
    verify_as(opened, &Verifier { trust, at, now: at, ..Verifier::default() })
}

/// Verifies with everything that `verifier` brings along. Claimed times grant nothing.
pub fn verify_as(opened: &Opened, verifier: &Verifier<'_>) -> Verification {
    let mut problems = opened.problems.clone();
    let (statement, signature, seal) = judge_seal(opened);
    if seal.state == SealState::Invalid {
        problems.push(Problem::of(SEAL, ProblemKind::Seal, seal.because.clone()));
    }
    let mut seal = seal;
    let holds = matches!(seal.state, SealState::Valid | SealState::Repacked);
    let (signer, _) = signer::judge_signer(signature.as_ref().filter(|_| holds), SEAL_NAMESPACE, verifier);
    if holds && let Some(by) = not_the_packers(&signer) {
        let because = [seal.because.as_str(), by].into_iter().filter(|words| !words.is_empty());
        seal.because = because.collect::<Vec<_>>().join("; ");
    }
    let mut notes = Vec::new();
    let sign_offs = sign_offs::judge_sign_offs(opened, verifier, &mut problems, &mut notes);
    problems.extend(times::judge_times(opened, statement.as_ref(), &sign_offs, verifier));
    let sealed = statement.as_ref().filter(|_| holds).map(|statement| (statement, &seal, &signer));
    let (differences, differing) = said::compare(opened, sealed, &sign_offs);
    problems.extend(differences);
    notes.extend(differing);
    notes.extend(standing::notes(&sign_offs));
    problems.sort();
    problems.dedup();
    notes.sort();
    let facts = standing::Facts {
        phase: &opened.metadata.phase.id,
        id: opened.snapshot_id,
        seal_key: signature.as_ref().map(|signature| &signature.public_key),
        no_seal: no_seal(&opened.files, &seal, &signer),
        trust: verifier.trust,
        at: verifier.at,
        sign_offs: &sign_offs,
    };
    let standings = standing::standings(&facts);
    let policy = policy::judge(&verifier.policy, &facts, &standings);
    Verification {
        files: opened.files.clone(),
        seal,
        signer,
        statement,
        sign_offs,
        standings,
        policy,
        problems,
        notes,
    }
}

/// What has to be said beside a seal that holds, so that it does not look like the packer's.
fn not_the_packers(signer: &SignerTrust) -> Option<&'static str> {
    match signer.state {
        SignerState::Trusted | SignerState::None => None,
        SignerState::Revoked => Some("made with a key that is revoked, so anybody may have sealed it"),
        SignerState::Unknown if signer.known_as.is_some() => {
            Some("made with a key that you know, and that is not valid at the time asked about")
        }
        SignerState::Unknown => Some("made by somebody whom you do not know, and anybody can seal"),
    }
}

/// FORMAT §8.6: why no approval counts, whoever made it; none where it rests on a seal by somebody trusted.
fn no_seal(files: &FilesTrust, seal: &SealTrust, signer: &SignerTrust) -> Option<String> {
    let why = match (seal.state, signer.state) {
        _ if !files.intact => "files were changed, so nobody signed what is here",
        (SealState::Unsigned, _) => {
            "nobody sealed it, so whose approval would be the packer's own is not known"
        }
        (SealState::Invalid, _) => {
            "its seal does not hold, so whose approval would be the packer's own is not known"
        }
        (_, SignerState::Trusted) => return None,
        (_, SignerState::Revoked) => "the key that sealed it is revoked",
        _ => "you do not know who sealed it, so whose approval would be the packer's own is not known",
    };
    Some(why.to_owned())
}

/// A note on a sign-off.
fn note(sign_off: &SignOff, kind: TrustNoteKind, what: String) -> TrustNote {
    TrustNote { path: EntryPath::new(&format!("signatures/{}.json", sign_off.sha256)).ok(), kind, what }
}

impl Verification {
    /// The file was exchanged while it was read: nothing that was signed is about what was read.
    pub fn exchanged(&mut self) {
        let why = "other bytes came when it was read again, so nobody signed what is here";
        for (sign_off, standing) in self.sign_offs.iter().zip(&mut self.standings) {
            if standing.counts && sign_off.statement.predicate.decision == Decision::Approved {
                *standing = Standing { counts: false, because: why.to_owned() };
            }
        }
        self.policy.met = false;
        self.policy.answers.push(policy::no_seal(why.to_owned()));
    }

    /// The sign-offs as the report tells of them.
    pub fn sign_offs_in_report(&self) -> Vec<SignOffTrust> {
        let both = self.sign_offs.iter().zip(&self.standings);
        both.map(|(sign_off, standing)| {
            let predicate = &sign_off.statement.predicate;
            SignOffTrust {
                id: sign_off.sha256.to_string(),
                role: predicate.role.clone(),
                decision: predicate.decision,
                claimed_at: predicate.claimed_time,
                fingerprint: sign_off.fingerprint.clone(),
                key_type: sign_off.key_type.clone(),
                signer: sign_off.signer.clone(),
                counts: standing.counts,
                because: standing.because.clone(),
                says: facts_of(&sign_off.statement),
            }
        })
        .collect()
    }
}

/// What a statement says, as the report tells it.
fn facts_of(statement: &Statement) -> StatementFacts {
    let predicate = &statement.predicate;
    StatementFacts {
        phase: predicate.phase.clone(),
        note: predicate.note.clone(),
        gates: predicate.gates.clone(),
        outcomes: predicate.outcomes,
        contradictions_accepted: predicate.contradictions_accepted.clone(),
        prior: predicate.prior.iter().map(Sha256Digest::to_string).collect(),
        supersedes: predicate.supersedes.map(|id| id.to_string()),
    }
}

fn judge_seal(opened: &Opened) -> (Option<Statement>, Option<VerifiedSignature>, SealTrust) {
    let mut seal = SealTrust {
        state: SealState::Invalid,
        because: String::new(),
        fingerprint: None,
        key_type: None,
        claimed_at: None,
        says: None,
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
    let signature = match sshsig::verify(armoured.kept(), SEAL_NAMESPACE, json.kept()) {
        Ok(signature) => signature,
        Err(error) => {
            seal.because = error.to_string();
            return (None, None, seal);
        }
    };
    seal.fingerprint = Some(signature.fingerprint.clone());
    seal.key_type = Some(signature.key_type.clone());
    let statement = match Statement::parse(json.kept()) {
        Ok(statement) => statement,
        Err(error) => {
            seal.because = error.to_string();
            return (None, Some(signature), seal);
        }
    };
    seal.claimed_at = Some(statement.predicate.claimed_time);
    seal.says = Some(facts_of(&statement));
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
        let (said, here) = (said::word(said), said::word(here));
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

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;

#[cfg(test)]
mod forgery_tests;
