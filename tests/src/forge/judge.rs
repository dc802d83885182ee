//! What Dossier says about a file, in words that a table of lies can compare. The one place here that opens and verifies.

use std::sync::LazyLock;

use dossier_shared::limits::Limits;
use dossier_shared::open::open;
use dossier_shared::report::{SealState, SignerState};
use dossier_shared::signature::allowed_signers::AllowedSigners;
use dossier_shared::verify::verify_at;

use super::{KEY, key};

/// Every answer about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Why it was not opened; nothing below is said then.
    pub error: Option<String>,
    /// `path: words`.
    pub problems: Vec<String>,
    pub seal: SealState,
    /// Why the seal is what it is.
    pub because: String,
    pub signer_trusted: bool,
    /// Role, decision and whether the signer is trusted, of every sign-off that counts.
    pub sign_offs: Vec<(String, String, bool)>,
    /// How many notes there are on seal and sign-offs.
    pub notes: usize,
    /// Digest of the statements that count, which names what was signed.
    pub snapshot_id: String,
}

impl Judged {
    /// Whether nothing at all was found: the one answer that no forgery may get.
    pub fn is_all_good(&self) -> bool {
        self.error.is_none()
            && self.problems.is_empty()
            && self.seal == SealState::Valid
            && self.signer_trusted
    }
}

/// The verifier's own trust file: the packer's key may seal, the keys 2 and 3 may sign off as operator and reviewer.
pub fn trust_file() -> String {
    let line = |who: &str, namespace: &str, seed: u8| {
        let public = key(seed).public_key().to_openssh().expect("a public key");
        format!("{who} namespaces=\"{namespace}\" {public}\n")
    };
    line("packer@test", "seal@dossier", KEY)
        + &line("operator@test", "signoff.operator@dossier", 2)
        + &line("reviewer@test", "signoff.reviewer@dossier", 3)
}

/// Opens and verifies with [`trust_file`].
pub fn judge(bytes: &[u8]) -> Judged {
    static TRUST: LazyLock<AllowedSigners> = LazyLock::new(|| AllowedSigners::parse(trust_file().as_bytes()));
    judge_with(bytes, &TRUST)
}

/// Opens and verifies.
pub fn judge_with(bytes: &[u8], trust: &AllowedSigners) -> Judged {
    let mut judged = Judged {
        error: None,
        problems: Vec::new(),
        seal: SealState::Unsigned,
        because: String::new(),
        signer_trusted: false,
        sign_offs: Vec::new(),
        notes: 0,
        snapshot_id: String::new(),
    };
    let opened = match open(bytes, &Limits::default()) {
        Ok(opened) => opened,
        Err(error) => {
            judged.error = Some(error.to_string());
            return judged;
        }
    };
    let now = "2026-06-14T00:00:00Z".parse().expect("a time");
    let verification = verify_at(&opened, Some(trust), Some(now));
    let words = |problem: &dossier_shared::report::Problem| {
        format!("{}: {}", problem.path.as_ref().map_or("", |path| path.as_str()), problem.what)
    };
    judged.problems = verification.problems.iter().map(words).collect();
    judged.notes = verification.notes.len();
    judged.seal = verification.seal.state;
    judged.because = verification.seal.because;
    judged.signer_trusted = verification.signer.state == SignerState::Trusted;
    judged.snapshot_id = opened.snapshot_id.to_string();
    judged.sign_offs = verification
        .sign_offs
        .iter()
        .map(|sign_off| {
            let predicate = &sign_off.statement.predicate;
            let decision = format!("{:?}", predicate.decision).to_lowercase();
            (predicate.role.clone(), decision, sign_off.signer.state == SignerState::Trusted)
        })
        .collect();
    judged
}
