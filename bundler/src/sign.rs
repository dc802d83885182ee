//! The packer's key. Knows OpenSSH key files and signatures, nothing about what is signed.

use std::path::Path;

use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey};

/// Where the passphrase of an encrypted key is taken from.
pub(crate) const PASSPHRASE_VARIABLE: &str = "DOSSIER_KEY_PASSPHRASE";

/// A key that can sign.
pub(crate) struct Key(PrivateKey);

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("{0}; make a key with: ssh-keygen -t ed25519 -f packer_key")]
    Read(std::io::Error),
    #[error("{path} is a public key; give the private key, most likely {}", path.trim_end_matches(".pub"))]
    Public { path: String },
    #[error("{path} is not an OpenSSH private key ({why}); convert it with: ssh-keygen -p -f {path}")]
    Format { path: String, why: ssh_key::Error },
    #[error("{path} has a passphrase; put it into the environment variable {PASSPHRASE_VARIABLE}")]
    Locked { path: String },
    #[error("the passphrase in {PASSPHRASE_VARIABLE} does not open {path}")]
    WrongPassphrase { path: String },
    #[error("{path} is a {algorithm} key, which cannot sign here; use ed25519, ecdsa or rsa")]
    Unsupported { path: String, algorithm: String },
    #[error("the key could not sign: {0}")]
    Sign(ssh_key::Error),
}

impl Key {
    /// Reads the key file at `path`; `passphrase` opens an encrypted one.
    pub(crate) fn load(path: &Path, passphrase: Option<&str>) -> Result<Self, KeyError> {
        let text = fs_err::read(path).map_err(KeyError::Read)?;
        let shown = || path.display().to_string();
        if [&b"ssh-"[..], b"ecdsa-", b"sk-"].iter().any(|start| text.starts_with(start)) {
            return Err(KeyError::Public { path: shown() });
        }
        let mut key =
            PrivateKey::from_openssh(&text).map_err(|why| KeyError::Format { path: shown(), why })?;
        if key.is_encrypted() {
            let passphrase = passphrase.ok_or_else(|| KeyError::Locked { path: shown() })?;
            key = key.decrypt(passphrase).map_err(|_| KeyError::WrongPassphrase { path: shown() })?;
        }
        match key.algorithm() {
            Algorithm::Ed25519 | Algorithm::Ecdsa { .. } | Algorithm::Rsa { .. } => Ok(Self(key)),
            other => Err(KeyError::Unsupported { path: shown(), algorithm: other.to_string() }),
        }
    }

    /// `SHA256:…`
    pub(crate) fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }

    /// An armoured SSHSIG over `message`.
    pub(crate) fn sign(&self, namespace: &str, message: &[u8]) -> Result<String, KeyError> {
        let signature = self.0.sign(namespace, HashAlg::Sha512, message).map_err(KeyError::Sign)?;
        signature.to_pem(LineEnding::LF).map_err(KeyError::Sign)
    }
}

#[cfg(test)]
mod tests;
