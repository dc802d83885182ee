//! Keys that sign: OpenSSH key files, and those that an ssh-agent holds. Knows nothing about what is signed.

mod agent;
mod armour;
mod passphrase;

use std::path::Path;

use dossier_shared::signature::sshsig::{self, SignatureError};
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use agent::{Agent, AgentError};
pub(crate) use passphrase::{PASSPHRASE_VARIABLE, ask_new};

/// How a key in the ssh-agent is named on the command line, before its fingerprint.
const AGENT_PREFIX: &str = "agent:";

/// A key that can sign.
pub(crate) struct Key {
    public: PublicKey,
    holder: Holder,
}

enum Holder {
    File(Box<PrivateKey>),
    Agent,
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("{0}; make a key with: dossier keygen -o packer_key")]
    Read(std::io::Error),
    #[error("{path} is not an OpenSSH private key ({why}); convert it with: ssh-keygen -p -f {path}")]
    Format { path: String, why: ssh_key::Error },
    #[error("{path} has a passphrase; put it into the environment variable {PASSPHRASE_VARIABLE}")]
    Locked { path: String },
    #[error("the passphrase in {PASSPHRASE_VARIABLE} does not open {path}")]
    WrongPassphrase { path: String },
    #[error("no passphrase that opens {path} was given")]
    NoPassphrase { path: String },
    #[error(
        "{path} belongs to a hardware key, which signs through ssh-agent: ssh-add {path}, then give {path}.pub"
    )]
    Hardware { path: String },
    #[error("{path} is a {algorithm} key, which cannot sign here; use ed25519, ecdsa or rsa")]
    Unsupported { path: String, algorithm: String },
    #[error("{asked}: write it as agent:SHA256:…, with the fingerprint that `ssh-add -l` shows")]
    Fingerprint { asked: String },
    #[error("{asked}: {why}")]
    Agent { asked: String, why: AgentError },
    #[error("{asked}: the ssh-agent does not hold this key{}", held(.holds))]
    NotHeld { asked: String, holds: Vec<String> },
    #[error("the key could not sign: {0}")]
    Sign(ssh_key::Error),
    #[error("the ssh-agent did not sign: {0}")]
    AgentSign(AgentError),
    #[error("nothing was signed: what the key gave does not hold ({0})")]
    Useless(SignatureError),
    #[error("nothing was signed: the ssh-agent signed with another key than it was asked for")]
    OtherKey,
}

fn held(holds: &[String]) -> String {
    match holds {
        [] => "; it holds none, add the key with ssh-add".to_owned(),
        _ => format!("; add it with ssh-add, or use one that it holds:\n  {}", holds.join("\n  ")),
    }
}

impl Key {
    /// The key that `--key` names: a private key file, `agent:SHA256:…`, or a public key file whose key the
    /// ssh-agent holds, as with `ssh-keygen -Y sign`. Asks for a passphrase where there is somebody to ask.
    pub(crate) fn open(named: &Path) -> Result<Self, KeyError> {
        let passphrase = passphrase::from_environment();
        match Self::load(named, passphrase.as_deref()) {
            Err(KeyError::Locked { path }) if passphrase::can_ask() => {
                for _ in 0..3 {
                    let Some(passphrase) = passphrase::ask(&path) else { break };
                    match Self::load(named, Some(&passphrase)) {
                        Err(KeyError::WrongPassphrase { .. }) => {}
                        other => return other,
                    }
                }
                Err(KeyError::NoPassphrase { path })
            }
            other => other,
        }
    }

    /// The same, asking nobody; `passphrase` opens an encrypted file.
    pub(crate) fn load(named: &Path, passphrase: Option<&str>) -> Result<Self, KeyError> {
        let shown = named.display().to_string();
        if let Some(fingerprint) = shown.strip_prefix(AGENT_PREFIX) {
            if !fingerprint.starts_with("SHA256:") || fingerprint.len() != 50 {
                return Err(KeyError::Fingerprint { asked: shown.clone() });
            }
            return Self::in_agent(&shown, |key| key.fingerprint(HashAlg::Sha256).to_string() == fingerprint);
        }
        let text = fs_err::read(named).map_err(KeyError::Read)?;
        if let Some(public) = public_key(&text) {
            return Self::in_agent(&shown, |key| key.key_data() == public.key_data());
        }
        let mut key =
            PrivateKey::from_openssh(&text).map_err(|why| KeyError::Format { path: shown.clone(), why })?;
        if matches!(key.algorithm(), Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256) {
            return Err(KeyError::Hardware { path: shown });
        }
        if key.is_encrypted() {
            let passphrase = passphrase.ok_or_else(|| KeyError::Locked { path: shown.clone() })?;
            key = key.decrypt(passphrase).map_err(|_| KeyError::WrongPassphrase { path: shown.clone() })?;
        }
        match key.algorithm() {
            Algorithm::Ed25519 | Algorithm::Ecdsa { .. } | Algorithm::Rsa { .. } => {
                Ok(Self { public: key.public_key().clone(), holder: Holder::File(Box::new(key)) })
            }
            other => Err(KeyError::Unsupported { path: shown, algorithm: other.to_string() }),
        }
    }

    fn in_agent(asked: &str, is_it: impl Fn(&PublicKey) -> bool) -> Result<Self, KeyError> {
        let failed = |why| KeyError::Agent { asked: asked.to_owned(), why };
        let identities = Agent::connect().and_then(|mut agent| agent.identities()).map_err(failed)?;
        match identities.iter().find(|key| is_it(key)) {
            Some(public) => Ok(Self { public: public.clone(), holder: Holder::Agent }),
            None => {
                let words = |key: &PublicKey| {
                    format!(
                        "agent:{} {} {}",
                        key.fingerprint(HashAlg::Sha256),
                        key.algorithm(),
                        key.comment().as_str_lossy()
                    )
                };
                let holds = identities.iter().take(8).map(words).collect();
                Err(KeyError::NotHeld { asked: asked.to_owned(), holds })
            }
        }
    }

    /// `SHA256:…`
    pub(crate) fn fingerprint(&self) -> String {
        self.public.fingerprint(HashAlg::Sha256).to_string()
    }

    /// An armoured SSHSIG over `message`, which is known to hold when it is handed out.
    pub(crate) fn sign(&self, namespace: &str, message: &[u8]) -> Result<String, KeyError> {
        let armoured = match &self.holder {
            Holder::File(key) => {
                let signature = key.sign(namespace, HashAlg::Sha512, message).map_err(KeyError::Sign)?;
                signature.to_pem(LineEnding::LF).map_err(KeyError::Sign)?
            }
            Holder::Agent => {
                let blob = self.public.to_bytes().map_err(KeyError::Sign)?;
                let data =
                    SshSig::signed_data(namespace, HashAlg::Sha512, message).map_err(KeyError::Sign)?;
                let signature = Agent::connect()
                    .and_then(|mut agent| agent.sign(&blob, &data))
                    .map_err(KeyError::AgentSign)?;
                armour::sshsig(&blob, namespace, &signature)
            }
        };
        let made = sshsig::verify(armoured.as_bytes(), namespace, message).map_err(KeyError::Useless)?;
        match made.public_key == *self.public.key_data() {
            true => Ok(armoured),
            false => Err(KeyError::OtherKey),
        }
    }
}

/// The key of a public key file; none where the text is something else.
fn public_key(text: &[u8]) -> Option<PublicKey> {
    let text = std::str::from_utf8(text).ok()?;
    let first = text.split_ascii_whitespace().next()?;
    let looks_public = ["ssh-", "ecdsa-", "sk-"].iter().any(|start| first.starts_with(start));
    PublicKey::from_openssh(text.trim()).ok().filter(|_| looks_public)
}

#[cfg(test)]
mod tests;
