//! Key files as ssh-keygen writes them, and what is said about the others.

use ssh_key::private::Ed25519Keypair;

use super::*;

fn private_key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]))
}

fn load(content: &str, passphrase: Option<&str>) -> Result<Key, KeyError> {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs_err::write(file.path(), content).expect("written");
    Key::load(file.path(), passphrase)
}

#[track_caller]
fn check_refused(content: &str, passphrase: Option<&str>, expected: &str) {
    let error = load(content, passphrase).err().expect("refused").to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn signs_the_same_bytes_the_same_way() {
    let text = private_key().to_openssh(LineEnding::LF).expect("written");
    let key = load(&text, None).expect("loads");
    let signature = key.sign("seal@dossier", b"x").expect("signs");
    assert_eq!(signature, key.sign("seal@dossier", b"x").expect("signs"));
    assert!(key.fingerprint().starts_with("SHA256:"));
    let parsed: ssh_key::SshSig = signature.parse().expect("an SSHSIG");
    private_key().public_key().verify("seal@dossier", b"x", &parsed).expect("verifies");
}

#[test]
fn an_encrypted_key_wants_its_passphrase() {
    // Made by: ssh-keygen -t ed25519 -N open-sesame -a 1 -C packer
    let text = include_str!("encrypted_key");
    check_refused(text, None, "put it into the environment variable DOSSIER_KEY_PASSPHRASE");
    check_refused(text, Some("wrong"), "does not open");
    assert!(load(text, Some("open-sesame")).is_ok());
}

#[test]
fn says_what_is_wrong_with_a_file() {
    check_refused("ssh-ed25519 AAAA ops", None, "is not an OpenSSH private key");
    check_refused("hello", None, "is not an OpenSSH private key");
    let error = Key::load(Path::new("/nowhere/key"), None).err().expect("refused").to_string();
    assert!(error.contains("dossier keygen"), "{error}");
    for asked in ["agent:", "agent:SHA256:x", "agent:MD5:00"] {
        let error = Key::load(Path::new(asked), None).err().expect("refused").to_string();
        assert!(error.contains("ssh-add -l"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused_as_ssh_does() {
    use std::os::unix::fs::PermissionsExt as _;

    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let text = private_key().to_openssh(LineEnding::LF).expect("written");
    fs_err::write(file.path(), text.as_bytes()).expect("written");
    for (mode, is_good) in [(0o600, true), (0o400, true), (0o640, false), (0o644, false), (0o602, false)] {
        fs_err::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).expect("changed");
        match Key::load(file.path(), None) {
            Ok(_) => assert!(is_good, "{mode:o}"),
            Err(error) => {
                let words = error.to_string();
                assert!(
                    !is_good && words.contains("chmod 600") && words.contains(&format!("{mode:04o}")),
                    "{words}"
                );
            }
        }
    }
}
