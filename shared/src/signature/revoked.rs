//! The list of keys that are trusted no longer, whatever else is said of them; knows no clock.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};
use ssh_key::PublicKey;

use crate::digest::Sha256Digest;

/// How an OpenSSH KRL begins.
const KRL_MAGIC: &[u8] = b"SSHKRL\n\0";

/// Keys that were revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedKeys {
    sha256: Sha256Digest,
    fingerprints: BTreeSet<String>,
}

/// Why a file is no list of revoked keys. A list that is read in part would trust keys that it revokes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RevokedError {
    /// OpenSSH's binary form.
    #[error(
        "it is a KRL, which this version does not read; list the keys themselves, or their SHA256 fingerprints, \
         one a line"
    )]
    Krl,
    /// Neither a key nor a fingerprint.
    #[error("line {line}: {what}; expected a public key (ssh-ed25519 AAAA…) or a fingerprint (SHA256:…)")]
    Line {
        /// From 1.
        line: u32,
        /// What is wrong with it.
        what: String,
    },
}

impl RevokedKeys {
    /// Reads public keys and SHA256 fingerprints, one a line; `#` begins a comment.
    pub fn parse(bytes: &[u8]) -> Result<Self, RevokedError> {
        if bytes.starts_with(KRL_MAGIC) {
            return Err(RevokedError::Krl);
        }
        let mut fingerprints = BTreeSet::new();
        for (line, raw) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            let fault = |what: String| RevokedError::Line { line, what };
            let text = std::str::from_utf8(raw).map_err(|_| fault("it is not UTF-8".to_owned()))?.trim();
            if !text.is_empty() && !text.starts_with('#') {
                fingerprints.insert(fingerprint(text).map_err(fault)?);
            }
        }
        Ok(Self { sha256: Sha256Digest::of(bytes), fingerprints })
    }

    /// Digest of the file.
    pub fn sha256(&self) -> Sha256Digest {
        self.sha256
    }

    /// How many keys it revokes.
    pub fn count(&self) -> usize {
        self.fingerprints.len()
    }

    /// Whether the key of this fingerprint, `SHA256:…`, is revoked.
    pub fn contains(&self, fingerprint: &str) -> bool {
        self.fingerprints.contains(fingerprint)
    }
}

/// The fingerprint of the key that a line names.
fn fingerprint(text: &str) -> Result<String, String> {
    let mut words = text.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    if let Some(encoded) = first.strip_prefix("SHA256:") {
        let decoded = STANDARD_NO_PAD.decode(encoded.trim_end_matches('='));
        let digest: Option<[u8; 32]> = decoded.ok().and_then(|bytes| bytes.try_into().ok());
        let digest = digest.ok_or("it is no SHA256 fingerprint, which has 43 characters behind the colon")?;
        return Ok(format!("SHA256:{}", STANDARD_NO_PAD.encode(digest)));
    }
    if first.contains("-cert-") {
        return Err(format!("certificates ({first}) are not supported"));
    }
    let encoded = words.next().unwrap_or_default();
    let blob = STANDARD
        .decode(encoded)
        .ok()
        .filter(|_| PublicKey::from_openssh(&format!("{first} {encoded}")).is_ok());
    match blob {
        Some(blob) => Ok(format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(blob)))),
        None => {
            Err(format!("{:?} begins no key that can be read", first.chars().take(40).collect::<String>()))
        }
    }
}

#[cfg(test)]
mod tests {
    use ssh_key::HashAlg;

    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIlizSIN3DQV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAE";

    fn print() -> String {
        PublicKey::from_openssh(KEY).unwrap().fingerprint(HashAlg::Sha256).to_string()
    }

    fn check(text: &str, expected: &str) {
        let found = match RevokedKeys::parse(text.as_bytes()) {
            Ok(keys) => format!("{} {}", keys.contains(&print()), keys.count()),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected), "{text}: {found}");
    }

    #[test]
    fn keys_and_fingerprints_are_the_same_key() {
        check("", "false 0");
        check(&format!("# stolen in May\r\n\r\n  {KEY} ann's laptop\r\n"), "true 1");
        check(&format!("{}\n{KEY}\n", print()), "true 1");
        check(&format!("{} stolen", print()), "true 1");
        check(&format!("{}=", print()), "true 1");
        check(&format!("SHA256:{}", "A".repeat(43)), "false 1");
    }

    #[test]
    fn what_cannot_be_read_is_never_skipped() {
        let krl = [KRL_MAGIC, b"\0\0\0\x01"].concat();
        assert_eq!(RevokedKeys::parse(&krl), Err(RevokedError::Krl));
        check(&format!("{KEY}\nann@example.org {KEY}"), "line 2: \"ann@example.org\" begins no key");
        check("SHA256:short", "line 1: it is no SHA256 fingerprint");
        check("MD5:00:11", "begins no key");
        check("ssh-ed25519-cert-v01@openssh.com AAAA", "certificates");
        check("ssh-ed25519 AAAA", "begins no key");
        check("serial: 3", "begins no key");
        assert!(RevokedKeys::parse(b"\xff").is_err_and(|error| error.to_string().contains("UTF-8")));
    }
}
