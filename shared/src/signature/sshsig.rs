//! SSH signatures (OpenSSH PROTOCOL.sshsig), verified strictly; knows nothing about who is trusted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Verifier as _;
use sha2::{Digest as _, Sha256};
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, PublicKey, Signature, SshSig};

use crate::signature::MAX_BYTES;

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----\n";
const END: &str = "-----END SSH SIGNATURE-----\n";
const MAX_LINE: usize = 76;
const RSA_MIN_BITS: u32 = 2048;

/// A signature that holds over the message it was checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedSignature {
    /// The key that made it.
    pub public_key: KeyData,
    /// `SHA256:…`, as `ssh-keygen -l` shows it.
    pub fingerprint: String,
    /// `ssh-ed25519`, `ecdsa-sha2-nistp256`, …
    pub key_type: String,
    /// The namespace it was made in.
    pub namespace: String,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The armour is not as ssh-keygen writes it.
    #[error("the signature's armour is not as ssh-keygen writes it: {0}")]
    Armour(&'static str),
    /// The bytes inside are not an SSHSIG.
    #[error("the signature is malformed: {0}")]
    Malformed(String),
    /// A version, hash or key type that this version does not verify.
    #[error("the signature cannot be checked: {0} is not supported")]
    Unsupported(String),
    /// Made for another purpose.
    #[error("the signature was made for {found:?}, not for {expected:?}")]
    Namespace {
        /// What it was made for.
        found: String,
        /// What was asked.
        expected: String,
    },
    /// RSA keys below 2048 bits can be broken.
    #[error("the signature was made with an RSA key of {0} bits; fewer than {RSA_MIN_BITS} are not accepted")]
    WeakKey(u32),
    /// It is not a signature of this message by this key.
    #[error("the signature does not fit what it should sign: one of them was changed")]
    Mismatch,
}

/// Checks that `armoured` is a signature of `message` in `namespace`, and says by which key.
pub fn verify(armoured: &[u8], namespace: &str, message: &[u8]) -> Result<VerifiedSignature, SignatureError> {
    let blob = dearmour(armoured)?;
    let parts = Parts::parse(&blob)?;
    if parts.namespace != namespace {
        let found = parts.namespace.chars().take(80).collect();
        return Err(SignatureError::Namespace { found, expected: namespace.to_owned() });
    }
    parts.check_types()?;
    let key =
        PublicKey::from_bytes(parts.public_key).map_err(|_| malformed("its public key cannot be read"))?;
    // One key, one encoding: what was read must be written back as it was.
    if key.to_bytes().ok().as_deref() != Some(parts.public_key) {
        return Err(malformed("its public key is not in the usual encoding"));
    }
    parts.verify(&key, message)?;
    Ok(VerifiedSignature {
        fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        key_type: parts.key_type,
        namespace: parts.namespace,
        public_key: key.key_data().clone(),
    })
}

/// Enough of a name that a stranger chose.
fn shown(name: &str) -> String {
    format!("{:?}", name.chars().take(80).collect::<String>())
}

fn malformed(what: &str) -> SignatureError {
    SignatureError::Malformed(what.to_owned())
}

/// FORMAT §7.6: nothing around the armour, lines of one length, canonical base64.
fn dearmour(armoured: &[u8]) -> Result<Vec<u8>, SignatureError> {
    if armoured.len() > MAX_BYTES {
        return Err(SignatureError::Armour("it is longer than 64 KiB"));
    }
    let text = std::str::from_utf8(armoured).map_err(|_| SignatureError::Armour("it is not text"))?;
    let body =
        text.strip_prefix(BEGIN).ok_or(SignatureError::Armour("it does not begin with its BEGIN line"))?;
    let body = body.strip_suffix(END).ok_or(SignatureError::Armour("it does not end with its END line"))?;
    let body = body.strip_suffix('\n').ok_or(SignatureError::Armour("its last line is broken"))?;
    let mut lines = body.split('\n');
    let width = lines.clone().next().map_or(0, str::len);
    let last = lines.next_back().map_or(0, str::len);
    if width > MAX_LINE || last > width || last == 0 || lines.any(|line| line.len() != width) {
        return Err(SignatureError::Armour("its lines are not of one length"));
    }
    STANDARD.decode(body.replace('\n', "")).map_err(|_| SignatureError::Armour("it is not base64"))
}

/// The fields of an SSHSIG blob.
struct Parts<'a> {
    public_key: &'a [u8],
    key_type: String,
    namespace: String,
    hash: HashAlg,
    signature: &'a [u8],
    signature_type: String,
}

impl<'a> Parts<'a> {
    fn parse(blob: &'a [u8]) -> Result<Self, SignatureError> {
        let rest = blob.strip_prefix(b"SSHSIG").ok_or_else(|| malformed("it does not begin with SSHSIG"))?;
        let mut fields = Fields(rest);
        match fields.u32()? {
            1 => {}
            version => return Err(SignatureError::Unsupported(format!("SSHSIG version {version}"))),
        }
        let public_key = fields.string()?;
        let namespace = fields.text()?;
        if !fields.string()?.is_empty() {
            return Err(malformed("its reserved field is not empty"));
        }
        let hash = match fields.text()?.as_str() {
            "sha256" => HashAlg::Sha256,
            "sha512" => HashAlg::Sha512,
            other => return Err(SignatureError::Unsupported(format!("hash {}", shown(other)))),
        };
        let signature = fields.string()?;
        fields.end()?;
        let key_type = Fields(public_key).text()?;
        let signature_type = Fields(signature).text()?;
        Ok(Self { public_key, key_type, namespace, hash, signature, signature_type })
    }

    /// FORMAT §7.7: which keys may sign, and how.
    fn check_types(&self) -> Result<(), SignatureError> {
        let fits = match self.key_type.as_str() {
            "ssh-ed25519"
            | "ecdsa-sha2-nistp256"
            | "ecdsa-sha2-nistp384"
            | "ecdsa-sha2-nistp521"
            | "sk-ssh-ed25519@openssh.com"
            | "sk-ecdsa-sha2-nistp256@openssh.com" => self.signature_type == self.key_type,
            "ssh-rsa" => matches!(self.signature_type.as_str(), "rsa-sha2-256" | "rsa-sha2-512"),
            certificate if certificate.contains("-cert-") => {
                return Err(SignatureError::Unsupported(format!("a certificate ({})", shown(certificate))));
            }
            other => return Err(SignatureError::Unsupported(format!("key type {}", shown(other)))),
        };
        match fits {
            true => Ok(()),
            false => Err(SignatureError::Unsupported(format!(
                "signature type {} of a {} key",
                shown(&self.signature_type),
                self.key_type
            ))),
        }
    }

    fn verify(&self, key: &PublicKey, message: &[u8]) -> Result<(), SignatureError> {
        let signed = SshSig::signed_data(&self.namespace, self.hash, message)
            .map_err(|error| SignatureError::Malformed(error.to_string()))?;
        match key.key_data() {
            KeyData::Ed25519(key) => {
                let mut fields = Fields(self.signature);
                fields.text()?;
                let signature = fields.string()?;
                fields.end()?;
                verify_ed25519(&key.0, &signed, signature)
            }
            KeyData::SkEd25519(key) => {
                let mut fields = Fields(self.signature);
                fields.text()?;
                let signature = fields.string()?;
                let flags_and_counter = fields.take(5)?;
                fields.end()?;
                let mut wrapped = Sha256::digest(key.application()).to_vec();
                wrapped.extend_from_slice(flags_and_counter);
                wrapped.extend_from_slice(&Sha256::digest(&signed));
                verify_ed25519(&key.public_key().0, &wrapped, signature)
            }
            KeyData::Rsa(rsa) if rsa.key_size() < RSA_MIN_BITS => {
                Err(SignatureError::WeakKey(rsa.key_size()))
            }
            other => verify_by_ssh_key(other, &signed, self.signature),
        }
    }
}

/// ECDSA and RSA, whose signatures have one encoding.
fn verify_by_ssh_key(key: &KeyData, signed: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let parsed = Signature::try_from(signature).map_err(|_| malformed("its signature cannot be read"))?;
    if Vec::<u8>::try_from(parsed.clone()).ok().as_deref() != Some(signature) {
        return Err(malformed("its signature is not in the usual encoding"));
    }
    key.verify(signed, &parsed).map_err(|_| SignatureError::Mismatch)
}

/// FORMAT §7.7: strictly, so that no two signatures and no weak key fit the same message.
fn verify_ed25519(key: &[u8; 32], message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let key =
        ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| malformed("its public key is no point"))?;
    let signature = ed25519_dalek::Signature::from_slice(signature)
        .map_err(|_| malformed("its signature is not 64 bytes"))?;
    key.verify_strict(message, &signature).map_err(|_| SignatureError::Mismatch)
}

/// SSH wire format from the left.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], SignatureError> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or_else(|| malformed("it ends too early"))?;
        self.0 = rest;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, SignatureError> {
        Ok(self.take(4)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    }

    fn string(&mut self) -> Result<&'a [u8], SignatureError> {
        let count = self.u32()?;
        self.take(count as usize)
    }

    fn text(&mut self) -> Result<String, SignatureError> {
        let bytes = self.string()?;
        String::from_utf8(bytes.to_vec()).map_err(|_| malformed("a name in it is not text"))
    }

    fn end(&self) -> Result<(), SignatureError> {
        match self.0.len() {
            0 => Ok(()),
            count => Err(SignatureError::Malformed(format!("{count} bytes too many in it"))),
        }
    }
}

#[cfg(test)]
#[path = "sshsig_tests.rs"]
mod tests;
