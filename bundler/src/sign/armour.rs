//! Puts an SSHSIG together from a signature that an agent made. Knows no agent and no key file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const COLUMNS: usize = 70;

/// The armoured SSHSIG, over a sha512 digest, of a signature as it stands on the wire.
pub(super) fn sshsig(public_key: &[u8], namespace: &str, signature: &[u8]) -> String {
    let mut blob = b"SSHSIG\0\0\0\x01".to_vec();
    for field in [public_key, namespace.as_bytes(), b"", b"sha512", signature] {
        put(&mut blob, field);
    }
    let encoded = STANDARD.encode(blob);
    let mut armoured = "-----BEGIN SSH SIGNATURE-----\n".to_owned();
    for (index, character) in encoded.chars().enumerate() {
        if index > 0 && index % COLUMNS == 0 {
            armoured.push('\n');
        }
        armoured.push(character);
    }
    armoured.push_str("\n-----END SSH SIGNATURE-----\n");
    armoured
}

/// A string of the SSH wire format: its length, then its bytes.
pub(super) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u32).to_be_bytes());
    out.extend(bytes);
}
