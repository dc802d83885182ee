//! Tests of SSHSIG: every rule by one changed field, OpenSSH's own signatures, Wycheproof's vectors.

use ssh_key::private::{Ed25519Keypair, PrivateKey};

use super::*;
use crate::corpora::{self, counted};

const NAMESPACE: &str = "seal@dossier";
const MESSAGE: &[u8] = b"a statement\n";

fn key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]))
}

fn armour(blob: &[u8]) -> String {
    let encoded = STANDARD.encode(blob);
    let lines: Vec<_> = encoded.as_bytes().chunks(70).map(String::from_utf8_lossy).collect();
    format!("{BEGIN}{}\n{END}", lines.join("\n"))
}

fn good() -> String {
    key().sign(NAMESPACE, HashAlg::Sha512, MESSAGE).unwrap().to_pem(ssh_key::LineEnding::LF).unwrap()
}

fn check(armoured: impl AsRef<[u8]>, words: &str) {
    match verify(armoured.as_ref(), NAMESPACE, MESSAGE) {
        Ok(found) => assert_eq!(words, "", "{found:?}"),
        Err(error) => assert!(!words.is_empty() && error.to_string().contains(words), "{error} / {words}"),
    }
}

#[test]
fn a_good_signature_names_its_key() {
    let found = verify(good().as_bytes(), NAMESPACE, MESSAGE).unwrap();
    assert_eq!(found.key_type, "ssh-ed25519");
    assert_eq!(found.fingerprint, key().fingerprint(HashAlg::Sha256).to_string());
    assert_eq!(&found.public_key, key().public_key().key_data());
    check(armour(&dearmour(good().as_bytes()).unwrap()), "");
}

#[test]
fn another_message_or_purpose_is_refused() {
    assert_eq!(verify(good().as_bytes(), NAMESPACE, b"another"), Err(SignatureError::Mismatch));
    let error = verify(good().as_bytes(), "signoff.operator@dossier", MESSAGE).unwrap_err();
    assert!(matches!(error, SignatureError::Namespace { .. }));
}

#[test]
fn nothing_may_stand_around_the_armour() {
    let good = good();
    check(format!("x{good}"), "begin");
    check(format!("\n{good}"), "begin");
    check(format!("{good}x"), "end");
    check(format!("{good}\n"), "end");
    check(good.trim_end(), "end");
    check(good.replace('\n', "\r\n"), "begin");
    check(good.replacen("-----\n", "-----\n\n", 1), "lines");
    check(good.replacen("-----\n", "-----\n ", 1), "lines");
}

#[test]
fn every_field_is_checked() {
    let blob = dearmour(good().as_bytes()).unwrap();
    let replace = |from: &[u8], to: &[u8]| {
        let at = blob.windows(from.len()).position(|window| window == from).unwrap();
        armour(&[&blob[..at], to, &blob[at + from.len()..]].concat())
    };
    check(replace(b"SSHSIG\0\0\0\x01", b"SSHSIG\0\0\0\x02"), "version 2");
    check(replace(b"SSHSIG\0\0\0\x01", b"SSHSIG\0\0\0\0"), "version 0");
    check(replace(b"SSHSIG", b"SSHSIH"), "begin with SSHSIG");
    check(replace(b"sha512", b"sha384"), "hash");
    check(replace(b"\0\0\0\0\0\0\0\x06sha512", b"\0\0\0\x01x\0\0\0\x06sha512"), "reserved");
    check(replace(b"\0\0\0\x06sha512", b"\0\0\0\x06sha256"), "changed");
    check(armour(&[&blob[..], b"x"].concat()), "1 bytes too many");
    check(armour(&blob[..blob.len() - 1]), "too early");
    check(replace(b"\0\0\0\x33\0\0\0\x0bssh-ed25519", b"\0\0\0\x33\0\0\0\x0bssh-ed25518"), "key type");
}

#[test]
fn every_flipped_bit_is_noticed() {
    let blob = dearmour(good().as_bytes()).unwrap();
    for index in 0..blob.len() {
        for bit in 0..8 {
            let mut changed = blob.clone();
            changed[index] ^= 1 << bit;
            assert!(
                verify(armour(&changed).as_bytes(), NAMESPACE, MESSAGE).is_err(),
                "byte {index} bit {bit}"
            );
        }
    }
}

#[test]
fn agrees_with_openssh() {
    let Some(folder) = corpora::folder("sshsig/openssh") else { return };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let message = read("signed-data");
    for (name, expected) in [
        ("ed25519", ""),
        ("ecdsa", ""),
        ("rsa", ""),
        ("ed25519_sk", ""),
        ("ecdsa_sk", ""),
        ("ecdsa_sk_webauthn", "not supported"),
        ("mldsa44-ed25519", "not supported"),
    ] {
        match verify(&read(&format!("{name}.sig")), "unittest", &message) {
            Ok(found) => {
                assert_eq!(expected, "", "{name}");
                let public = String::from_utf8(read(&format!("{name}.pub"))).unwrap();
                assert_eq!(&found.public_key, PublicKey::from_openssh(&public).unwrap().key_data(), "{name}");
            }
            Err(error) => {
                assert!(!expected.is_empty() && error.to_string().contains(expected), "{name}: {error}")
            }
        }
        assert!(verify(&read(&format!("{name}.sig")), "unittest", b"another").is_err(), "{name}");
    }
    counted("corpora sshsig: 5 of 5 signatures of supported kinds verify, 2 are called unsupported");
}

fn wycheproof(name: &str) -> Option<serde_json::Value> {
    let path = corpora::folder("wycheproof")?.join(name);
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_slice(&text).unwrap())
}

fn bytes(value: &serde_json::Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn agrees_with_wycheproof() {
    let Some(vectors) = wycheproof("ed25519_test.json") else { return };
    let mut count = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        let key: [u8; 32] = bytes(&group["publicKey"]["pk"]).try_into().unwrap();
        for test in group["tests"].as_array().unwrap() {
            let result = verify_ed25519(&key, &bytes(&test["msg"]), &bytes(&test["sig"]));
            assert_eq!(result.is_ok(), test["result"] == "valid", "{}: {result:?}", test["tcId"]);
            count += 1;
        }
    }
    assert_eq!(vectors["numberOfTests"], count);
    counted(&format!("wycheproof: {count} of {count} Ed25519 cases agree"));
}

/// The two numbers of a signature in DER, where it is DER: SSH writes them in the same bytes.
fn numbers(der: &[u8]) -> Option<[&[u8]; 2]> {
    let short = |bytes: &[u8], tag: u8| -> Option<usize> {
        let (found, length) = (*bytes.first()?, usize::from(*bytes.get(1)?));
        (found == tag && length < 128 && bytes.len() >= 2 + length).then_some(length)
    };
    let whole = short(der, 0x30)?;
    let inside = der.get(2..).filter(|inside| inside.len() == whole)?;
    let first = short(inside, 2)?;
    let (r, rest) = (&inside[2..2 + first], &inside[2 + first..]);
    let second = short(rest, 2)?;
    let s = rest.get(2..).filter(|s| s.len() == second)?;
    // Zero is written as nothing in SSH; a number of no bytes is no DER.
    let number = |bytes: &'_ [u8]| !matches!(bytes, [] | [0, 0..128, ..]);
    let strip = |bytes| if bytes == [0] { &[][..] } else { bytes };
    (number(r) && number(s)).then(|| [strip(r), strip(s)])
}

#[test]
fn agrees_with_wycheproof_on_ecdsa_where_ssh_can_say_it() {
    let Some(vectors) = wycheproof("ecdsa_secp256r1_sha256_test.json") else { return };
    let (mut agreed, mut not_said) = (0, 0);
    for group in vectors["testGroups"].as_array().unwrap() {
        let point = bytes(&group["publicKey"]["uncompressed"]);
        let key = KeyData::Ecdsa(ssh_key::public::EcdsaPublicKey::from_sec1_bytes(&point).unwrap());
        for test in group["tests"].as_array().unwrap() {
            let der = bytes(&test["sig"]);
            let Some([r, s]) = numbers(&der) else {
                assert_eq!(test["result"], "invalid", "{}", test["tcId"]);
                not_said += 1;
                continue;
            };
            let put = |out: &mut Vec<u8>, bytes: &[u8]| {
                out.extend((bytes.len() as u32).to_be_bytes());
                out.extend(bytes);
            };
            let (mut pair, mut blob) = (Vec::new(), Vec::new());
            put(&mut pair, r);
            put(&mut pair, s);
            put(&mut blob, b"ecdsa-sha2-nistp256");
            put(&mut blob, &pair);
            let result = verify_by_ssh_key(&key, &bytes(&test["msg"]), &blob);
            assert_eq!(result.is_ok(), test["result"] == "valid", "{}: {result:?}", test["tcId"]);
            agreed += 1;
        }
    }
    assert_eq!(vectors["numberOfTests"], agreed + not_said);
    assert!(agreed > 250, "{agreed}");
    counted(&format!(
        "wycheproof: {agreed} of {agreed} ECDSA P-256 cases agree; {not_said} are about DER, which SSH does not use"
    ));
}
