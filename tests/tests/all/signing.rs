//! Signing, passing on and judging sign-offs with the real binary.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dossier_tests::{dossier, dossier_that_pauses};
use serde_json::Value;
use tempfile::TempDir;

use crate::phase::{Phase, succeed};

mod agent;
mod beware;
mod inputs;
#[cfg(unix)]
mod outputs;
mod policies;
mod together;
mod travel;
mod whom;

/// A small sealed snapshot, keys, and a folder of configuration of its own.
pub(crate) struct Desk {
    folder: TempDir,
}

const CONFIG: &str = "[phase]\nid = \"a\"\n[documents]\nreview = \"REVIEW-a.md\"\n";

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder") };
        fs_err::write(desk.at("dossier.toml"), CONFIG).expect("written");
        fs_err::write(desk.at("REVIEW-a.md"), "# Review\n\n## M1 — all of it: **PASS @2026-06-13T06:38Z**\n")
            .expect("written");
        desk.key("packer", &["-t", "ed25519"]);
        desk.pack("a.zip");
        desk
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs_err::read_to_string(self.at(name)).expect("text")
    }

    /// A key as ssh-keygen makes it, without a passphrase unless `how` gives one.
    pub(crate) fn key(&self, name: &str, how: &[&str]) {
        let mut keygen = Command::new("ssh-keygen");
        if !how.contains(&"-N") {
            keygen.args(["-N", ""]);
        }
        succeed(keygen.args(["-q", "-C", name, "-f"]).arg(self.at(name)).args(how));
    }

    fn pack(&self, name: &str) {
        let mut pack =
            self.dossier(&["pack", "dossier.toml", "--key", "packer", "--no-viewer", "-q", "-o", name]);
        succeed(&mut pack);
    }

    /// `dossier` in this folder, with its own configuration.
    pub(crate) fn dossier(&self, arguments: &[&str]) -> Command {
        self.at_home(dossier(), arguments)
    }

    /// The same for one that can be told to pause.
    pub(crate) fn dossier_that_pauses(&self, arguments: &[&str]) -> Command {
        self.at_home(dossier_that_pauses(), arguments)
    }

    fn at_home(&self, mut command: Command, arguments: &[&str]) -> Command {
        command.args(arguments).current_dir(self.folder.path()).env("XDG_CONFIG_HOME", self.at("config"));
        command
    }

    /// What it exits with, and what it says.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        said(&self.dossier(arguments).output().expect("it starts"))
    }

    /// Exits as expected and says it.
    #[track_caller]
    fn check(&self, arguments: &[&str], code: i32, words: &[&str]) {
        let (found, said) = self.run(arguments);
        assert_eq!(found, code, "{arguments:?}: {said}");
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(flat.contains(word), "{arguments:?} does not say {word:?}: {said}");
        }
    }

    #[track_caller]
    fn sign(&self, file: &str, key: &str, role: &str, decision: &str) {
        self.check(&["sign", file, "--role", role, "--decision", decision, "--key", key], 0, &[]);
    }

    /// Writes a trust file: principal, namespaces, key.
    fn trust(&self, name: &str, lines: &[(&str, &str, &str)]) {
        let line = |(who, namespaces, key): &(&str, &str, &str)| {
            format!("{who} namespaces=\"{namespaces}\" {}", self.text(&format!("{key}.pub")))
        };
        fs_err::write(self.at(name), lines.iter().map(line).collect::<String>()).expect("written");
    }

    /// The part of `verify --format json` about one snapshot.
    pub(crate) fn verified(&self, file: &str, more: &[&str]) -> Value {
        let output = self
            .dossier(&[&["verify", file, "--format", "json"], more].concat())
            .output()
            .expect("it starts");
        let all: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", said(&output).1));
        all["snapshots"][0].clone()
    }

    /// The statements in a snapshot, in the order of the archive: name, bytes of the statement, of its signature.
    pub(crate) fn sign_offs(&self, file: &str) -> Vec<(String, Vec<u8>, Vec<u8>)> {
        sign_offs(&self.at(file))
    }
}

fn said(output: &Output) -> (i32, String) {
    let text = [&output.stdout[..], &output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
}

fn sign_offs(file: &Path) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    use dossier_shared::limits::Limits;
    use dossier_shared::snapshot::layout::Layout;

    let bytes = fs_err::read(file).expect("readable");
    let opened = dossier_shared::open::open(bytes.clone(), &Limits::default()).expect("a snapshot");
    let layout = Layout::read(&mut std::io::Cursor::new(bytes), &Limits::default()).expect("a snapshot");
    let names = layout.entries.iter().map(|entry| entry.path.as_str().to_owned());
    names
        .filter(|name| {
            name.starts_with("signatures/") && name.ends_with(".json") && !name.ends_with("seal.json")
        })
        .map(|name| {
            let bytes = |name: &str| opened.entry_named(name).expect("there").kept().to_vec();
            let (statement, signature) = (bytes(&name), bytes(&format!("{name}.sig")));
            (name, statement, signature)
        })
        .collect()
}

#[test]
fn every_kind_of_key_signs_and_ssh_keygen_agrees() {
    let desk = Desk::new();
    let kinds: &[(&str, &[&str])] = &[
        ("ed25519", &["-t", "ed25519"]),
        ("ecdsa256", &["-t", "ecdsa", "-b", "256"]),
        ("ecdsa384", &["-t", "ecdsa", "-b", "384"]),
        ("ecdsa521", &["-t", "ecdsa", "-b", "521"]),
        ("rsa2048", &["-t", "rsa", "-b", "2048"]),
        ("locked", &["-t", "ed25519", "-N", "open-sesame", "-a", "1"]),
    ];
    let mut lines = vec![("packer@x", "seal@dossier", "packer")];
    for (name, how) in kinds {
        desk.key(name, how);
        let mut sign =
            desk.dossier(&["sign", "a.zip", "--role", "operator", "--decision", "approve", "--key", name]);
        succeed(sign.env("DOSSIER_KEY_PASSPHRASE", "open-sesame"));
        lines.push((name, "signoff.operator@dossier", name));
    }
    desk.trust("trust", &lines);
    let asked = ["--allowed-signers", "trust", "--require", "operator", "--threshold", "6"];
    desk.check(&[&["verify", "a.zip"], &asked[..]].concat(), 0, &["6 did", "packer's signature valid"]);
    for (index, (name, statement, signature)) in desk.sign_offs("a.zip").iter().enumerate() {
        fs_err::write(desk.at("statement"), statement).expect("written");
        fs_err::write(desk.at("signature"), signature).expect("written");
        let script =
            "ssh-keygen -Y verify -f trust -I \"$0\" -n signoff.operator@dossier -s signature < statement";
        let who = kinds[index].0;
        let output = Command::new("sh")
            .args(["-c", script, who])
            .current_dir(desk.folder.path())
            .output()
            .expect("sh");
        assert!(output.status.success(), "{name}: {}", said(&output).1);
    }
}

#[test]
fn keys_that_cannot_sign_say_what_to_do() {
    let desk = Desk::new();
    desk.key("locked", &["-t", "ed25519", "-N", "open-sesame", "-a", "1"]);
    desk.key("weak", &["-t", "rsa", "-b", "1024"]);
    let before = fs_err::read(desk.at("a.zip")).expect("there");
    for (key, words) in [
        ("locked", "DOSSIER_KEY_PASSPHRASE"),
        ("weak", "RSA key of 1024 bits"),
        ("packer.pub", "SSH_AUTH_SOCK is not set"),
        ("agent:SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8", "SSH_AUTH_SOCK is not set"),
        ("agent:ann", "agent:SHA256:"),
        ("gone", "dossier keygen"),
        ("dossier.toml", "not an OpenSSH private key"),
    ] {
        desk.check(
            &["sign", "a.zip", "--role", "operator", "--decision", "approve", "--key", key],
            2,
            &[words],
        );
    }
    desk.check(&["sign", "a.zip", "--role", "operator", "--decision", "approve"], 2, &["dossier keygen"]);
    desk.check(
        &["sign", "a.zip", "--role", "packer", "--decision", "approve", "--key", "packer"],
        2,
        &["name another role"],
    );
    desk.check(
        &["sign", "a.zip", "--role", "Op", "--decision", "approve", "--key", "packer"],
        2,
        &["lower-case"],
    );
    let secret = "--note=DRONE_TOKEN=abcdefgh1234";
    desk.check(
        &["sign", "a.zip", "--role", "x", "--decision", "reject", secret, "--key", "packer"],
        5,
        &["the note holds one (rule assignment)", "say it without the secret"],
    );
    let despite = "--despite=the password is k3Jx91bbQz77mnop";
    desk.check(
        &["sign", "a.zip", "--role", "x", "--decision", "approve", despite, "--key", "packer"],
        5,
        &["the reason of --despite holds one"],
    );
    assert!(fs_err::read(desk.at("a.zip")).expect("there") == before, "nothing may be written");
}

#[test]
fn what_is_bound_is_shown_and_signed() {
    let desk = Desk::new();
    desk.key("ann", &["-t", "ed25519"]);
    let earlier = "7f3a91c2e4d5b6a7988796a5b4c3d2e1f0e1d2c3b4a59687786950413223140f";
    let asked = [
        "sign",
        "a.zip",
        "--role",
        "operator",
        "--decision",
        "approve",
        "--key",
        "ann",
        "--note",
        "looks good",
    ];
    desk.check(
        &[&asked[..], &["--supersedes", earlier]].concat(),
        0,
        &["M1 pass", "you sign approved as operator", "looks good", earlier, "signed a.zip"],
    );
    let sign_off = &desk.verified("a.zip", &[])["trust"]["sign_offs"][0];
    assert_eq!(sign_off["says"]["gates"][0]["verdict"], "pass");
    assert_eq!(sign_off["says"]["supersedes"], earlier);
    assert_eq!(
        (&sign_off["says"]["note"], &sign_off["signer"]["state"]),
        (&"looks good".into(), &"unknown".into())
    );
    desk.check(&[&asked[..], &["--supersedes", "7f3a-91c2"]].concat(), 2, &["all 64 digits"]);
    desk.sign("a.zip", "packer", "operator", "reject");
    let sign_offs = desk.verified("a.zip", &[])["trust"]["sign_offs"].clone();
    assert_eq!(
        sign_offs[1]["says"]["prior"][0], sign_offs[0]["id"],
        "who signed before belongs to what is signed"
    );
}

#[test]
fn approving_what_is_not_good_wants_a_reason() {
    let desk = Desk::new();
    succeed(&mut desk.dossier(&[
        "pack",
        "dossier.toml",
        "--unsigned",
        "--no-viewer",
        "-q",
        "-o",
        "bare.zip",
    ]));
    let asked = ["sign", "bare.zip", "--role", "operator", "--key", "packer", "--decision"];
    desk.check(&[&asked[..], &["approve"]].concat(), 1, &["nobody has sealed it", "--despite"]);
    assert!(desk.sign_offs("bare.zip").is_empty());
    desk.check(&[&asked[..], &["reject"]].concat(), 0, &["signed"]);
    desk.check(
        &[&asked[..], &["approve", "--despite", "sealed on paper"]].concat(),
        0,
        &["Despite: sealed on paper"],
    );
    let says = &desk.verified("bare.zip", &[])["trust"]["sign_offs"][1]["says"];
    assert_eq!(says["note"], "Despite: sealed on paper");

    // A word of the report is changed, and the zip is made anew around it: damaged, and the seal is gone.
    let script = "mkdir x && cd x && unzip -q ../a.zip && echo | tee -a */report.txt && zip -q -X -D -r ../damaged.zip *";
    succeed(Command::new("sh").args(["-ec", script]).current_dir(desk.folder.path()));
    let asked = ["sign", "damaged.zip", "--role", "operator", "--key", "packer", "--decision", "approve"];
    desk.check(&asked, 1, &["report.txt", "the seal does not hold", "things speak against an approval"]);
}

#[test]
fn a_contradiction_of_substance_is_accepted_by_name_or_not_at_all() {
    let phase = Phase::ghost();
    phase.replace("machine-docs/REVIEW-ghost.md", "`level=5`", "`level=4`");
    let (snapshot, _) = phase.seal();
    let desk = Desk::new();
    fs_err::copy(snapshot, desk.at("ghost.zip")).expect("copied");
    let asked = ["sign", "ghost.zip", "--role", "operator", "--key", "packer", "--decision", "approve"];
    let (code, words) = desk.run(&asked);
    let against: Vec<&str> =
        words.lines().filter(|line| line.contains(" is contradicted (REVIEW-ghost.md:")).collect();
    assert!(code == 1 && !against.is_empty() && words.contains("--despite"), "{words}");
    assert!(desk.sign_offs("ghost.zip").is_empty());
    desk.check(
        &[&asked[..], &["--despite", "a slip of the pen"]].concat(),
        0,
        &["although contradicted", "signed ghost.zip"],
    );
    let says = &desk.verified("ghost.zip", &[])["trust"]["sign_offs"][0]["says"];
    let accepted = says["contradictions_accepted"].as_array().expect("ids").len();
    assert_eq!(Some(accepted as u64), says["outcomes"]["contradicted"].as_u64(), "{says}");
}

#[test]
fn a_new_key_is_private_and_never_overwrites() {
    let desk = Desk::new();
    desk.check(
        &["keygen", "-o", "ann", "--role", "operator,reviewer", "--as", "ann@x"],
        0,
        &[
            "SHA256:",
            "ann@x namespaces=\"signoff.operator@dossier,signoff.reviewer@dossier\" ssh-ed25519 AAAA",
        ],
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| fs_err::metadata(desk.at(name)).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode("ann"), 0o600);
    }
    let before = desk.text("ann");
    desk.check(&["keygen", "-o", "ann"], 6, &["never overwritten"]);
    fs_err::remove_file(desk.at("ann")).expect("removed");
    desk.check(&["keygen", "-o", "ann"], 6, &["ann.pub", "never overwritten"]);
    assert!(!desk.at("ann").exists());
    fs_err::write(desk.at("ann"), before).expect("written");
    desk.check(&["keygen", "-o", "locked", "--passphrase"], 2, &["no terminal", "DOSSIER_KEY_PASSPHRASE"]);
    let mut keygen = desk.dossier(&["keygen", "-o", "locked", "--passphrase"]);
    succeed(keygen.env("DOSSIER_KEY_PASSPHRASE", "open-sesame"));
    let opens = |passphrase: &str| {
        let output =
            Command::new("ssh-keygen").args(["-y", "-P", passphrase, "-f"]).arg(desk.at("locked")).output();
        output.expect("ssh-keygen").status.success()
    };
    assert!(opens("open-sesame") && !opens(""));
    desk.check(&["keygen", "--as", "a b"], 2, &["without spaces"]);
    // The key that is made without a name is the one that is used without a name.
    desk.check(&["keygen", "--role", "operator"], 0, &["config/dossier/id_ed25519"]);
    desk.check(&["sign", "a.zip", "--role", "operator", "--decision", "approve"], 0, &["signed a.zip"]);
}

#[test]
fn what_was_signed_is_not_packed_over_and_a_broken_sign_off_does_not_pass_for_it() {
    let desk = Desk::new();
    fs_err::copy(desk.at("a.zip"), desk.at("b.zip")).expect("copied");
    desk.key("ann", &["-t", "ed25519"]);
    let detached = ["--role", "operator", "--decision", "reject", "--key", "ann", "--detached"];
    desk.check(&[&["sign", "a.zip"][..], &detached].concat(), 0, &[]);
    let json = fs_err::read_dir(desk.at(".")).expect("listed").map(|entry| entry.expect("one").file_name());
    let json: Vec<_> =
        json.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(".json")).collect();
    let [json] = json.as_slice() else { panic!("one statement: {json:?}") };
    desk.check(&["sign", "a.zip", "--import", json], 0, &["imported 1 sign-off"]);
    desk.check(
        &["pack", "dossier.toml", "--key", "packer", "-o", "a.zip"],
        6,
        &["1 sign-off beside its seal"],
    );

    // A letter of the signature is exchanged in one copy; the other keeps it whole.
    let signature = fs_err::read(desk.at(&format!("{json}.sig"))).expect("there");
    let mut broken = fs_err::read(desk.at("a.zip")).expect("there");
    let at = broken.windows(signature.len()).rposition(|window| window == signature).expect("stored") + 60;
    broken[at] = if broken[at] == b'A' { b'B' } else { b'A' };
    fs_err::write(desk.at("broken.zip"), broken).expect("written");
    desk.check(&["sign", "broken.zip", "--import", json], 1, &["with other bytes", "somebody broke it"]);
    desk.check(&["merge", "broken.zip", "a.zip", "-o", "c.zip"], 1, &["left out", "and differently"]);
    desk.check(&["merge", "b.zip", "a.zip"], 0, &["1 sign-off new"]);
}
