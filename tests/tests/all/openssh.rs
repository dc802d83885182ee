//! The same question put to Dossier and to the installed `ssh-keygen`: who agrees, and where Dossier is stricter.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use dossier_shared::signature::allowed_signers::{AllowedSigners, Lookup};
use dossier_shared::signature::sshsig;
use dossier_shared::time::Timestamp;
use dossier_tests::{measured, skip};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ssh_key::PublicKey;
use ssh_key::public::KeyData;
use tempfile::TempDir;

use crate::phase::succeed;

const MESSAGE: &[u8] = b"{\n  \"role\": \"operator\"\n}\n";
const NAMESPACES: [&str; 3] = ["seal@dossier", "signoff.operator@dossier", "file"];
/// OpenSSH and the test read local times in a zone without summer time here; with it, see `signing::whom`.
const ZONE: &str = "XYZ-3";

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn pick<'a, T: ?Sized>(&mut self, among: &[&'a T]) -> &'a T {
        among[self.below(among.len())]
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

/// A key, and its signatures over the message, one for each namespace.
struct Signer {
    name: &'static str,
    public: String,
    key: KeyData,
    signatures: BTreeMap<&'static str, Vec<u8>>,
}

fn signers(folder: &Path) -> Option<Vec<Signer>> {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        skip("agreement with OpenSSH: there is no ssh-keygen here");
        return None;
    }
    let kinds = [
        ("ed25519", "ed25519", "256"),
        ("ecdsa256", "ecdsa", "256"),
        ("ecdsa384", "ecdsa", "384"),
        ("ecdsa521", "ecdsa", "521"),
        ("rsa2048", "rsa", "2048"),
        ("rsa1024", "rsa", "1024"),
    ];
    let make = |(name, kind, bits): (&'static str, &str, &str)| {
        let path = folder.join(name);
        succeed(
            Command::new("ssh-keygen")
                .args(["-q", "-t", kind, "-b", bits, "-N", "", "-C", "", "-f"])
                .arg(&path),
        );
        let public =
            fs_err::read_to_string(folder.join(format!("{name}.pub"))).expect("text").trim().to_owned();
        let signatures = NAMESPACES.map(|namespace| (namespace, sign(&path, namespace)));
        let key = PublicKey::from_openssh(&public).expect("a key").key_data().clone();
        Signer { name, public, key, signatures: signatures.into() }
    };
    Some(kinds.map(make).into())
}

fn sign(key: &Path, namespace: &str) -> Vec<u8> {
    let mut child = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", namespace, "-f"])
        .arg(key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("ssh-keygen");
    child.stdin.take().expect("piped").write_all(MESSAGE).expect("written");
    child.wait_with_output().expect("it ends").stdout
}

/// What is asked.
struct Case<'a> {
    file: String,
    who: &'a str,
    namespace: &'a str,
    at: Timestamp,
    signature: Vec<u8>,
    message: Vec<u8>,
    key: &'a KeyData,
}

fn stamp(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%d%H%M%SZ").to_string()
}

/// OpenSSH's answer to `-Y verify`, and the principals that `-Y find-principals` prints.
fn theirs(folder: &Path, case: &Case<'_>, asks_who: bool) -> (bool, Vec<String>) {
    fs_err::write(folder.join("trust"), &case.file).expect("written");
    fs_err::write(folder.join("sig"), &case.signature).expect("written");
    let run = |action: &str, more: &[&str]| {
        let mut child = Command::new("ssh-keygen")
            .args(["-Y", action, "-f", "trust", "-s", "sig", &format!("-Overify-time={}", stamp(case.at))])
            .args(more)
            .current_dir(folder)
            .env("TZ", ZONE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("ssh-keygen");
        // It may refuse before it has read anything.
        let _ = child.stdin.take().expect("piped").write_all(&case.message);
        child.wait_with_output().expect("it ends")
    };
    let verified = run("verify", &["-I", case.who, "-n", case.namespace]).status.success();
    let found = asks_who.then(|| run("find-principals", &[])).filter(|found| found.status.success());
    let found =
        found.map(|found| String::from_utf8_lossy(&found.stdout).lines().map(str::to_owned).collect());
    (verified, found.unwrap_or_default())
}

/// Dossier's answer to the same, and why it is no.
fn ours(case: &Case<'_>) -> (Result<(), String>, AllowedSigners) {
    let local = |time: DateTime| TimeZone::fixed(jiff::tz::offset(3)).to_timestamp(time).ok();
    let file = AllowedSigners::parse_at_home(case.file.as_bytes(), Some(&local));
    let answer = match sshsig::verify(&case.signature, case.namespace, &case.message) {
        Err(error) => Err(error.to_string()),
        Ok(made) => match file.lookup_as(case.who, &made.public_key, case.namespace, Some(case.at)) {
            Lookup::Trusted { .. } => Ok(()),
            miss => Err(format!("{miss:?}")),
        },
    };
    (answer, file)
}

/// The clause by which Dossier refuses what OpenSSH accepts.
fn stricter(case: &Case<'_>, because: &str, file: &AllowedSigners) -> Option<&'static str> {
    let issue = |words: &str| file.issues().iter().any(|issue| issue.what.contains(words));
    let has_bare_line = file
        .lines()
        .iter()
        .any(|line| line.key == *case.key && line.is_about(case.who) && line.namespaces().is_none());
    match because {
        because if because.contains("RSA key of 1024 bits") => Some("§7.7 short RSA keys"),
        because if because.contains("armour") => Some("§7.6 armour"),
        _ if has_bare_line => Some("§8.2 a line without namespaces="),
        _ if issue("is no time") => Some("§8.3 days and seconds that do not exist"),
        _ if issue("cert-authority") => Some("§8.4 cert-authority"),
        _ => None,
    }
}

/// What may stand in the file before the line that is asked about.
const UNREADABLE: [&str; 3] = ["nonsense", "x namespaces=\"*\" ssh-ed25519 AAAA", "x unknown=\"1\" KEY"];

/// A line about `key` that may grant or not.
fn line(dice: &mut Dice, public: &str, made: &str) -> String {
    let principals = dice.pick(&[
        "ann@x",
        "ann@x",
        "ann@x",
        "ann@x",
        "bob@x",
        "bob@x,ann@x",
        "*@x",
        "a?n@x",
        "!ann@x,*",
        "*,!bob@x",
        "\"ann@x,bob@x\"",
        "ANN@x",
    ]);
    let mut options: Vec<String> = Vec::new();
    let namespaces = dice.pick(&[
        "seal@dossier",
        "seal@dossier",
        "signoff.operator@dossier",
        "*@dossier",
        "signoff.*@dossier,file",
        "*",
        "!file,*",
        "*,!seal@dossier",
        "file",
        "seal@dossie?",
        "",
        "none",
    ]);
    let namespaces = if dice.one_in(2) { made } else { namespaces };
    if !namespaces.is_empty() {
        options.push(format!("{}=\"{namespaces}\"", dice.pick(&["namespaces", "NAMESPACES", "namespaces"])));
    }
    let times = [
        "20260601",
        "20260601Z",
        "202606010200Z",
        "20260601020000",
        "20260601z",
        "20260601UTC",
        "20260530",
        "20260603Z",
        "20260230Z",
        "20260601235960Z",
        "20261301Z",
        "2026",
        "19700101Z",
    ];
    if dice.one_in(2) {
        options.push(format!(
            "valid-after=\"{}\"",
            times[dice.below(if dice.0.is_multiple_of(4) { 13 } else { 8 })]
        ));
    }
    if dice.one_in(3) {
        options.push(format!(
            "valid-before=\"{}\"",
            times[dice.below(if dice.0.is_multiple_of(4) { 13 } else { 8 })]
        ));
    }
    if dice.one_in(12) {
        options.push(
            dice.pick(&[
                "cert-authority",
                "CERT-AUTHORITY",
                "namespaces=\"*\"",
                "namespaces=*",
                "verify-required",
            ])
            .to_owned(),
        );
    }
    if dice.one_in(2) {
        options.reverse();
    }
    let gap = dice.pick(&[" ", "\t", "  ", " "]);
    let options = if options.is_empty() { String::new() } else { options.join(",") + gap };
    let end = dice.pick(&["", " a comment", " a comment\r", " x,y=\"z"]);
    format!("{principals}{gap}{options}{public}{end}\n")
}

fn case<'a>(dice: &mut Dice, signers: &'a [Signer]) -> Case<'a> {
    let signer = &signers[dice.below(signers.len())];
    let mut file = String::new();
    if dice.one_in(3) {
        file.push_str(dice.pick(&["# a comment\n", "\n", "  # indented\n", "\t\n"]));
    }
    if dice.one_in(12) {
        file.push_str(&(UNREADABLE[dice.below(3)].replace("KEY", &signers[0].public) + "\n"));
    }
    let made = dice.pick(&NAMESPACES);
    for _ in 0..=dice.below(3) {
        let about = if dice.one_in(4) { &signers[dice.below(signers.len())] } else { signer };
        file.push_str(&line(dice, &about.public, made));
    }
    let namespace = if dice.one_in(8) { dice.pick(&NAMESPACES) } else { made };
    let times = [
        "2026-05-31T20:59:59Z",
        "2026-05-31T21:00:00Z",
        "2026-06-01T00:00:00Z",
        "2026-06-01T01:59:59Z",
        "2026-06-01T02:00:00Z",
        "2026-06-02T12:00:00Z",
        "2026-06-04T00:00:00Z",
    ];
    let mut message = MESSAGE.to_vec();
    if dice.one_in(20) {
        let at = dice.below(message.len());
        message[at] ^= 1;
    }
    Case {
        file,
        who: dice.pick(&["ann@x", "ann@x", "bob@x", "eve@y"]),
        namespace,
        at: times[dice.below(times.len())].parse().expect("a time"),
        signature: signer.signatures[made].clone(),
        message,
        key: &signer.key,
    }
}

#[test]
fn dossier_and_openssh_give_the_same_answers() {
    const CASES: usize = 600;
    let folder = TempDir::new().expect("a folder");
    let Some(signers) = signers(folder.path()) else { return };
    let mut dice = Dice(20_260_613);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut principals = 0;
    for number in 0..CASES {
        let case = case(&mut dice, &signers);
        let asks_who = number % 3 == 0;
        let (theirs, found) = theirs(folder.path(), &case, asks_who);
        let (ours, file) = ours(&case);
        let tell = || {
            format!(
                "case {number}: as {} for {} at {}\n{}OpenSSH: {theirs} {found:?}\nDossier: {ours:?} {:?}",
                case.who,
                case.namespace,
                case.at,
                case.file,
                file.issues()
            )
        };
        let kind = match (theirs, &ours) {
            (true, Ok(())) => "both accept",
            (false, Err(_)) => "both refuse",
            (true, Err(because)) => stricter(&case, because, &file)
                .unwrap_or_else(|| panic!("stricter without a clause: {}", tell())),
            (false, Ok(())) => panic!("more lenient: {}", tell()),
        };
        *counts.entry(kind).or_default() += 1;
        // Who it could be, by the first line that holds the key at that time, whatever it is granted for.
        if asks_who && file.issues().is_empty() {
            principals += 1;
            let expected = file.lines().iter().find(|line| {
                let (after, before) = line.validity();
                line.key == *case.key
                    && after.is_none_or(|after| case.at >= after)
                    && before.is_none_or(|before| case.at <= before)
            });
            let expected: Vec<String> = expected
                .map(|line| line.principals.split(',').map(str::to_owned).collect())
                .unwrap_or_default();
            assert_eq!(expected, found, "{}", tell());
        }
    }
    let of = |kind: &str| counts.get(kind).copied().unwrap_or_default();
    assert!(of("both accept") > CASES / 10 && of("both refuse") > CASES / 10, "{counts:?}");
    let words: Vec<String> = counts.iter().map(|(kind, count)| format!("{kind}: {count}")).collect();
    measured(&format!(
        "agreement with OpenSSH: {CASES} allowed_signers files, {}; {principals} find-principals",
        words.join(", ")
    ));
}

#[test]
fn tampered_signatures_are_refused_by_both() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    const FLIPS: usize = 40;
    let folder = TempDir::new().expect("a folder");
    let Some(signers) = signers(folder.path()) else { return };
    let mut dice = Dice(1);
    let mut refused = 0;
    for signer in signers.iter().filter(|signer| signer.name != "rsa1024") {
        let armoured = String::from_utf8(signer.signatures["seal@dossier"].clone()).expect("text");
        let body: String = armoured.lines().filter(|line| !line.starts_with("-----")).collect();
        let blob = STANDARD.decode(body).expect("base64");
        for _ in 0..FLIPS {
            let mut blob = blob.clone();
            let at = dice.below(blob.len());
            blob[at] ^= 1 << dice.below(8);
            let encoded = STANDARD.encode(blob);
            let lines: Vec<_> = encoded.as_bytes().chunks(70).map(String::from_utf8_lossy).collect();
            let signature =
                format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"));
            let case = Case {
                file: format!("ann@x namespaces=\"*\" {}\n", signer.public),
                who: "ann@x",
                namespace: "seal@dossier",
                at: "2026-06-01T00:00:00Z".parse().expect("a time"),
                signature: signature.into_bytes(),
                message: MESSAGE.to_vec(),
                key: &signer.key,
            };
            let (theirs, ours) = (theirs(folder.path(), &case, false).0, ours(&case).0);
            assert!(
                !theirs && ours.is_err(),
                "{} byte {at}: OpenSSH {theirs}, Dossier {ours:?}",
                signer.name
            );
            refused += 1;
        }
    }
    measured(&format!("agreement with OpenSSH: {refused} signatures with one flipped bit, refused by both"));
}

#[test]
fn the_armour_is_read_more_strictly() {
    let folder = TempDir::new().expect("a folder");
    let Some(signers) = signers(folder.path()) else { return };
    let signer = &signers[0];
    let good = String::from_utf8(signer.signatures["seal@dossier"].clone()).expect("text");
    let mut stricter = 0;
    for (what, changed) in [
        ("as it is", good.clone()),
        ("words behind it", format!("{good}hello\n")),
        ("words before it", format!("hello\n{good}")),
        ("no line feed at the end", good.trim_end().to_owned()),
        ("an empty line inside", good.replacen("-----\n", "-----\n\n", 1)),
        ("other line ends", good.replace('\n', "\r\n")),
        (
            "in one line",
            good.replace("\n", "")
                .replace("SIGNATURE-----", "SIGNATURE-----\n")
                .replace("-----END", "\n-----END"),
        ),
    ] {
        let case = Case {
            file: format!("ann@x namespaces=\"*\" {}\n", signer.public),
            who: "ann@x",
            namespace: "seal@dossier",
            at: "2026-06-01T00:00:00Z".parse().expect("a time"),
            signature: changed.into_bytes(),
            message: MESSAGE.to_vec(),
            key: &signer.key,
        };
        let (theirs, ours) = (theirs(folder.path(), &case, false).0, ours(&case).0);
        assert_eq!(ours.is_ok(), what == "as it is", "{what}: {ours:?}");
        stricter += usize::from(theirs && ours.is_err());
    }
    measured(&format!(
        "agreement with OpenSSH: {stricter} forms of armour that it reads are refused by FORMAT §7.6"
    ));
}
