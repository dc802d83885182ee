//! Keys that sign: OpenSSH key files, and those that an ssh-agent holds. Knows nothing about what is signed.

mod agent;
mod armour;
mod passphrase;

use std::fs::Metadata;
use std::io::ErrorKind;
use std::path::Path;

use dossier_shared::signature::sshsig::{self, SignatureError};
use dossier_shared::signature::statement::PACKER;
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use crate::input::{self, InputError};
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
    #[error("{0}")]
    Read(InputError),
    #[error("{path}: there is no such file; make a key with: dossier keygen -o {path} --role {role}")]
    Missing { path: String, role: String },
    #[error(
        "{path} can be read by others (its mode is {mode:04o}), and whoever has read it can sign as you; if nobody else has, \
         use it after: chmod 600 {path}"
    )]
    Open { path: String, mode: u32 },
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

impl KeyError {
    /// What a key that is missing would be for.
    pub(crate) fn in_role(self, role: &str) -> Self {
        match self {
            Self::Missing { path, .. } => Self::Missing { path, role: role.to_owned() },
            other => other,
        }
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
        let unreadable = |error: InputError| match error.kind {
            ErrorKind::NotFound => KeyError::Missing { path: shown.clone(), role: PACKER.to_owned() },
            _ => KeyError::Read(error),
        };
        let input = input::open(named).map_err(unreadable)?;
        let mode = mode_for_others(&input.metadata);
        let text = input.read(input::KEY_BYTES).map_err(unreadable)?;
        if let Some(public) = public_key(&text) {
            return Self::in_agent(&shown, |key| key.key_data() == public.key_data());
        }
        let mut key =
            PrivateKey::from_openssh(&text).map_err(|why| KeyError::Format { path: shown.clone(), why })?;
        if let Some(mode) = mode {
            return Err(KeyError::Open { path: shown, mode });
        }
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

    /// The public half.
    pub(crate) fn public(&self) -> &KeyData {
        self.public.key_data()
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

/// The mode of a private key that others than its owner can reach. As with ssh, the user's own keys are looked at.
#[cfg(unix)]
fn mode_for_others(metadata: &Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;

    let is_own = metadata.is_file() && metadata.uid() == rustix::process::getuid().as_raw();
    let mode = metadata.mode() & 0o7777;
    (is_own && mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn mode_for_others(_: &Metadata) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests;
