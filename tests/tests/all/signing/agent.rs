//! Keys that an ssh-agent holds: a real agent, and false ones that answer what they should not.
#![cfg(unix)]

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use ssh_key::getrandom::SysRng;
use ssh_key::private::{Ed25519Keypair, PrivateKey};
use ssh_key::public::{EcdsaPublicKey, KeyData, SkEcdsaSha2NistP256, SkEd25519};
use ssh_key::rand_core::UnwrapErr;
use ssh_key::{Algorithm, EcdsaCurve, HashAlg, PublicKey, SigningKey};

use super::{Desk, said};
use crate::phase::succeed;

/// OpenSSH's agent, ended when this is dropped.
struct Agent {
    process: Child,
    socket: PathBuf,
}

impl Agent {
    fn start(desk: &Desk) -> Self {
        let socket = desk.at("agent");
        let process =
            Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn();
        let process = process.expect("ssh-agent");
        let deadline = Instant::now() + Duration::from_secs(10);
        while UnixStream::connect(&socket).is_err() {
            assert!(Instant::now() < deadline, "the agent does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { process, socket }
    }

    fn add(&self, desk: &Desk, name: &str) {
        succeed(Command::new("ssh-add").arg("-q").arg(desk.at(name)).env("SSH_AUTH_SOCK", &self.socket));
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `sign` with a key in the agent that listens there.
fn sign(desk: &Desk, socket: &str, key: &str) -> (i32, String) {
    let mut sign =
        desk.dossier(&["sign", "a.zip", "--role", "operator", "--decision", "approve", "--key", key]);
    said(&sign.env("SSH_AUTH_SOCK", desk.at(socket)).output().expect("it starts"))
}

#[test]
fn the_agent_signs_with_every_kind_of_key() {
    let desk = Desk::new();
    let agent = Agent::start(&desk);
    let kinds: &[(&str, &[&str])] = &[
        ("ed25519", &["-t", "ed25519"]),
        ("ecdsa384", &["-t", "ecdsa", "-b", "384"]),
        ("rsa3072", &["-t", "rsa", "-b", "3072"]),
    ];
    let mut lines = Vec::new();
    for (name, how) in kinds {
        desk.key(name, how);
        agent.add(&desk, name);
        // The agent has it; the file is not needed.
        fs_err::remove_file(desk.at(name)).expect("removed");
        let public = PublicKey::from_openssh(&desk.text(&format!("{name}.pub"))).expect("a key");
        for asked in [format!("{name}.pub"), format!("agent:{}", public.fingerprint(HashAlg::Sha256))] {
            let (code, said) = sign(&desk, "agent", &asked);
            assert_eq!(code, 0, "{asked}: {said}");
        }
        lines.push((*name, "signoff.operator@dossier", *name));
    }
    lines.push(("packer@x", "seal@dossier", "packer"));
    desk.trust("trust", &lines);
    desk.check(&["verify", "a.zip", "--allowed-signers", "trust", "--threshold", "3"], 0, &["3 did"]);
    let sealed = ["pack", "dossier.toml", "--no-viewer", "-q", "-o", "b.zip", "--key", "ed25519.pub"];
    succeed(desk.dossier(&sealed).env("SSH_AUTH_SOCK", &agent.socket));
    assert_eq!(desk.verified("b.zip", &[])["trust"]["seal"]["state"], "valid");
}

#[test]
fn an_agent_that_is_of_no_use_is_told_of() {
    let desk = Desk::new();
    desk.key("other", &["-t", "ed25519"]);
    let agent = Agent::start(&desk);
    let (code, said) = sign(&desk, "agent", "packer.pub");
    assert!(code == 2 && said.contains("it holds none"), "{said}");
    agent.add(&desk, "other");
    let (code, said) = sign(&desk, "agent", "packer.pub");
    assert!(code == 2 && said.contains("does not hold this key") && said.contains("agent:SHA256:"), "{said}");
    drop(agent);
    let (code, said) = sign(&desk, "agent", "packer.pub");
    assert!(code == 2 && said.contains("cannot be reached"), "{said}");
    let (code, said) = sign(&desk, "nowhere", "packer.pub");
    assert!(code == 2 && said.contains("cannot be reached"), "{said}");
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u32).to_be_bytes());
    out.extend(bytes);
}

fn take<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let (length, rest) = bytes.split_at(4);
    let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
    let (field, rest) = rest.split_at(length);
    *bytes = rest;
    field
}

/// Listens on `socket`, says that it holds `public`, and answers what `sign` makes of the data.
fn pretend(desk: &Desk, socket: &str, public: &[u8], sign: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) {
    let listener = UnixListener::bind(desk.at(socket)).expect("a socket");
    let public = public.to_vec();
    // It ends with the test process.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut length = [0; 4];
            if stream.read_exact(&mut length).is_err() {
                continue;
            }
            let mut request = vec![0; u32::from_be_bytes(length) as usize];
            stream.read_exact(&mut request).expect("a request");
            let answer = match request[0] {
                11 => {
                    let mut answer = vec![12, 0, 0, 0, 1];
                    put(&mut answer, &public);
                    put(&mut answer, b"a comment");
                    answer
                }
                _ => {
                    let mut fields = &request[1..];
                    assert_eq!(take(&mut fields), public, "asked for another key");
                    sign(take(&mut fields))
                }
            };
            let mut message = Vec::new();
            put(&mut message, &answer);
            let _ = stream.write_all(&message);
        }
    });
}

/// The answer that carries a signature.
fn response(signature: &[u8]) -> Vec<u8> {
    let mut answer = vec![14];
    put(&mut answer, signature);
    answer
}

const APPLICATION: &str = "ssh:";
/// User present, and the counter.
const FLAGS_AND_COUNTER: [u8; 5] = [1, 0, 0, 0, 7];

/// What a hardware key signs.
fn wrapped(data: &[u8]) -> Vec<u8> {
    [&Sha256::digest(APPLICATION)[..], &FLAGS_AND_COUNTER, &Sha256::digest(data)].concat()
}

/// A signature as a hardware key gives it.
fn hardware(algorithm: &str, signature: &[u8]) -> Vec<u8> {
    let mut blob = Vec::new();
    put(&mut blob, algorithm.as_bytes());
    put(&mut blob, signature);
    blob.extend(FLAGS_AND_COUNTER);
    blob
}

/// What an agent would do with the private key.
fn raw(key: &impl SigningKey, data: &[u8]) -> Vec<u8> {
    key.try_sign(data).expect("a signature").as_bytes().to_vec()
}

#[test]
fn hardware_keys_sign_through_the_agent() {
    let desk = Desk::new();
    let ed25519 = PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]));
    let curve = Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 };
    let ecdsa = PrivateKey::random(&mut UnwrapErr(SysRng), curve).expect("a key");
    let (KeyData::Ed25519(point), KeyData::Ecdsa(EcdsaPublicKey::NistP256(other))) =
        (ed25519.public_key().key_data(), ecdsa.public_key().key_data())
    else {
        panic!("other kinds")
    };
    let keys = [
        (
            "sk-ssh-ed25519@openssh.com",
            KeyData::SkEd25519(SkEd25519::new(*point, APPLICATION)),
            ed25519.clone(),
        ),
        (
            "sk-ecdsa-sha2-nistp256@openssh.com",
            KeyData::SkEcdsaSha2NistP256(SkEcdsaSha2NistP256::new(*other, APPLICATION)),
            ecdsa.clone(),
        ),
    ];
    let mut lines = vec![("packer@x", "seal@dossier", "packer")];
    for (algorithm, public, private) in keys {
        let name = &algorithm[..8];
        let public = PublicKey::new(public, name);
        fs_err::write(desk.at(&format!("{name}.pub")), public.to_openssh().expect("encoded") + "\n")
            .expect("written");
        pretend(&desk, name, &public.to_bytes().expect("encoded"), move |data| {
            response(&hardware(algorithm, &raw(&private, &wrapped(data))))
        });
        let (code, said) = sign(&desk, name, &format!("{name}.pub"));
        assert_eq!(code, 0, "{said}");
        lines.push((name, "signoff.operator@dossier", name));
    }
    desk.trust("trust", &lines);
    desk.check(&["verify", "a.zip", "--allowed-signers", "trust", "--threshold", "2"], 0, &["2 did"]);
}

#[test]
fn false_answers_of_an_agent_sign_nothing() {
    let desk = Desk::new();
    let key = PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]));
    let other = PrivateKey::from(Ed25519Keypair::from_seed(&[8; 32]));
    let public = key.public_key();
    fs_err::write(desk.at("key.pub"), public.to_openssh().expect("encoded")).expect("written");
    let before = fs_err::read(desk.at("a.zip")).expect("there");
    let signed = |key: &PrivateKey, data: &[u8]| {
        let mut blob = Vec::new();
        put(&mut blob, b"ssh-ed25519");
        put(&mut blob, &raw(key, data));
        response(&blob)
    };
    type Answer = Box<dyn Fn(&[u8]) -> Vec<u8> + Send>;
    let cases: Vec<(&str, Answer, &str)> = vec![
        ("refuses", Box::new(|_| vec![5]), "the ssh-agent refused"),
        ("another-kind", Box::new(|_| vec![12, 0, 0, 0, 0]), "something else than was asked"),
        ("garbage", Box::new(|_| response(b"garbage")), "nothing was signed"),
        ("nothing", Box::new(|_| vec![14]), "ends too early"),
        ("too-long", Box::new(|_| vec![14; 300 << 10]), "out of bounds"),
        ("other-key", Box::new(move |data| signed(&other, data)), "nothing was signed"),
        (
            "other-data",
            {
                let key = key.clone();
                Box::new(move |_| signed(&key, b"x"))
            },
            "nothing was signed",
        ),
    ];
    for (name, answer, words) in cases {
        pretend(&desk, name, &public.to_bytes().expect("encoded"), answer);
        let (code, said) = sign(&desk, name, "key.pub");
        assert!(code == 2 && said.contains(words), "{name}: {code} {said}");
        assert!(fs_err::read(desk.at("a.zip")).expect("there") == before, "{name}");
    }
    let well = {
        let key = key.clone();
        move |data: &[u8]| signed(&key, data)
    };
    pretend(&desk, "well", &public.to_bytes().expect("encoded"), well);
    let (code, said) = sign(&desk, "well", "key.pub");
    assert_eq!(code, 0, "{said}");
}
