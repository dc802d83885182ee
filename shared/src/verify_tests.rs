//! Tests of the answers about seal and signer, and of the recipe that needs no Dossier.

use std::process::Command;

use super::*;
use crate::signature::allowed_signers::Lookup;
use crate::snapshot::manifest::{MANIFEST, Manifest, TAG_MANIFEST};
use crate::snapshot::sample::{
    self, STEM, append, contents, key, open_bytes, path, seal_statement, sign_off_statement, zip,
};
use crate::time::iso;

type Contents = Vec<(String, Vec<u8>)>;

fn trust(options: &str, seed: u8) -> AllowedSigners {
    AllowedSigners::parse(trust_line(options, seed).as_bytes())
}

fn trust_line(options: &str, seed: u8) -> String {
    format!("ann@example.org {options} {}\n", key(seed).public_key().to_openssh().unwrap())
}

/// State of the seal of `bytes`, and why in some of its words.
fn check(bytes: &[u8], state: SealState, words: &str) -> Verification {
    let found = verify(&open_bytes(bytes).unwrap(), None);
    assert!(
        found.seal.state == state && found.seal.because.contains(words),
        "{:?} / {state:?} {words}",
        found.seal
    );
    found
}

#[test]
fn a_sealed_snapshot_is_valid() {
    let found = check(&sample::sealed(), SealState::Valid, "");
    assert_eq!(found.seal.because, "made by somebody whom you do not know, and anybody can seal");
    assert_eq!(found.seal.key_type.as_deref(), Some("ssh-ed25519"));
    assert_eq!(found.seal.claimed_at.map(iso).as_deref(), Some("2026-06-13T06:40:00Z"));
    assert_eq!((found.signer.state, found.problems), (SignerState::Unknown, vec![]));
    assert!(found.files.intact);
}

#[test]
fn no_seal_and_half_a_seal() {
    let found = check(&sample::unsigned().0, SealState::Unsigned, "nobody");
    assert_eq!(found.signer.state, SignerState::None);
    for gone in [SEAL, SEAL_SIGNATURE] {
        let mut contents = contents(&sample::sealed());
        contents.retain(|(name, _)| !name.ends_with(&format!("/{gone}")));
        check(&zip(&contents, |_| {}), SealState::Invalid, &format!("{gone} is missing"));
    }
}

#[test]
fn trust_comes_from_the_line_that_names_the_key() {
    let opened = open_bytes(&sample::sealed()).unwrap();
    let check = |trust: AllowedSigners, at: Option<&str>, state, words: &str| {
        let found = verify_at(&opened, Some(&trust), at.map(|at| at.parse().unwrap())).signer;
        assert!(found.state == state && found.because.contains(words), "{found:?} / {words}");
        assert_eq!(found.trust_file_sha256, Some(trust.sha256().to_string()));
        assert_eq!(found.principal.is_some(), state == SignerState::Trusted);
    };
    check(trust("namespaces=\"seal@dossier\"", 1), None, SignerState::Trusted, "line 1");
    check(trust("namespaces=\"seal@dossier\"", 2), None, SignerState::Unknown, "no line");
    check(trust("", 1), None, SignerState::Unknown, "namespaces");
    check(trust("cert-authority", 1), None, SignerState::Unknown, "cert-authority is not supported");
    let spanned = || trust("namespaces=\"*\",valid-before=\"20260614Z\"", 1);
    check(spanned(), None, SignerState::Unknown, "no time was given");
    check(spanned(), Some("2026-06-13T00:00:00Z"), SignerState::Trusted, "at 2026-06-13");
    check(spanned(), Some("2026-06-15T00:00:00Z"), SignerState::Unknown, "no longer");
}

#[test]
fn a_seal_has_to_be_about_this_snapshot() {
    let (bytes, written) = sample::unsigned();
    let sealed = |change: fn(&mut Statement)| {
        let mut statement = seal_statement(&written);
        change(&mut statement);
        append(bytes.clone(), &statement, &key(1))
    };
    check(&sealed(|s| s.snapshot_id = Sha256Digest::of(b"x")), SealState::Invalid, "the content was changed");
    check(&sealed(|s| s.predicate.phase = "ghost2".to_owned()), SealState::Invalid, "phase");
    check(&sealed(|s| s.predicate.report_sha256 = Sha256Digest::of(b"x")), SealState::Invalid, "report.json");
    check(
        &sealed(|s| s.predicate.sealed_sha256 = Some(Sha256Digest::of(b"x"))),
        SealState::Repacked,
        "sha256",
    );
    check(&sealed(|s| s.predicate.sealed_bytes = Some(3)), SealState::Repacked, "3 bytes were sealed");
}

#[test]
fn a_sign_off_does_not_pass_for_a_seal() {
    let (bytes, written) = sample::unsigned();
    let signed = append(bytes, &sign_off_statement(&written), &key(2));
    let mut contents = contents(&signed);
    for (name, _) in contents.iter_mut().filter(|(name, _)| name.contains("signatures/")) {
        *name = if name.ends_with(".sig") {
            format!("{STEM}/{SEAL_SIGNATURE}")
        } else {
            format!("{STEM}/{SEAL}")
        };
    }
    check(&zip(&contents, |_| {}), SealState::Invalid, "made for \"signoff.operator@dossier\"");
}

#[test]
fn a_snapshot_zipped_anew_is_called_repacked() {
    let found = check(&zip(&contents(&sample::sealed()), |_| {}), SealState::Repacked, "made anew");
    assert_eq!(found.problems, []);
    assert_eq!(found.signer.state, SignerState::Unknown);
    // Only fields that the sealed bytes do not cover.
    let mut bytes = sample::sealed();
    let at = sample::layout(&bytes).central_offset as usize + 4;
    bytes[at] = 0x1e;
    check(&bytes, SealState::Repacked, "another zip tool");
}

#[test]
fn snapshots_zipped_anew_by_other_tools_are_called_repacked() {
    let base = std::env::temp_dir().join(format!("dossier-rezip-{}", std::process::id()));
    std::fs::create_dir_all(&base).unwrap();
    // Info-ZIP stores UTF-8 without saying so, which is refused (FORMAT §4.4): only plain names here.
    let mut draft = sample::draft();
    let empty = draft.payload.remove("data/files/empty ü.txt").unwrap();
    draft.payload.insert(path("data/files/empty.txt"), empty);
    draft.metadata.entries[1].path = path("data/files/empty.txt");
    let (bytes, written) = sample::unsigned_from(&draft);
    std::fs::write(base.join("a.zip"), append(bytes, &seal_statement(&written), &key(1))).unwrap();
    let python = "import os,zipfile\nwith zipfile.ZipFile('p.zip','w',zipfile.ZIP_DEFLATED) as z:\n for d,_,fs in os.walk('x'):\n  for f in fs: p=os.path.join(d,f); z.write(p,p[2:])";
    for (tool, made, command) in [
        ("zip", "z.zip", "cd x && zip -q -9 -X -D -r ../z.zip *".to_owned()),
        ("python3", "p.zip", format!("python3 -c \"{python}\"")),
    ] {
        let script = format!("command -v {tool} unzip && rm -rf x && unzip -q a.zip -d x && {command}");
        let output = Command::new("sh").args(["-c", &script]).current_dir(&base).output().unwrap();
        if !output.status.success() {
            println!("skipped: {tool} or unzip does not work here");
            continue;
        }
        let found = check(&std::fs::read(base.join(made)).unwrap(), SealState::Repacked, "made anew");
        assert_eq!(found.problems, []);
    }
    std::fs::remove_dir_all(base).unwrap();
}

/// REVIEW rewritten, and every manifest after it; the old seal kept.
fn forged() -> Vec<u8> {
    let mut contents = contents(&sample::sealed());
    let mut edit = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let full = format!("{STEM}/{name}");
        let (_, bytes) = contents.iter_mut().find(|(found, _)| *found == full).unwrap();
        change(bytes);
        Sha256Digest::of(bytes)
    };
    let relist = |bytes: &mut Vec<u8>, name: &str, digest| {
        let mut manifest = Manifest::parse(bytes).0;
        manifest.digests.insert(path(name), digest);
        *bytes = manifest.to_text().into_bytes();
    };
    let review = "data/documents/REVIEW-ghost.md";
    let digest = edit(review, &|bytes| {
        let at = bytes.windows(4).position(|word| word == b"PASS").unwrap();
        bytes[at..at + 4].copy_from_slice(b"FAIL");
    });
    let digest = edit(MANIFEST, &|bytes| relist(bytes, review, digest));
    edit(TAG_MANIFEST, &|bytes| relist(bytes, MANIFEST, digest));
    zip(&contents, |_| {})
}

#[test]
fn a_forgery_with_the_old_seal_is_refused() {
    let found = check(&forged(), SealState::Invalid, "the content was changed");
    assert!(found.files.intact, "the forger did rewrite every manifest");
    assert_eq!(found.signer.state, SignerState::None);
}

#[test]
fn every_flipped_bit_is_noticed() {
    let bytes = sample::sealed();
    let good = verify(&open_bytes(&bytes).unwrap(), None);
    let mut noticed_by_error = 0;
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1 << (index % 8);
        match open_bytes(&changed) {
            Err(_) => noticed_by_error += 1,
            Ok(opened) => {
                let found = verify(&opened, None);
                let noticed = found.seal.state != SealState::Valid || !found.problems.is_empty();
                assert!(noticed, "byte {index} of {}", bytes.len());
                assert_eq!(
                    found.problems.is_empty(),
                    found.seal.state == SealState::Repacked,
                    "byte {index}"
                );
            }
        }
    }
    assert!(noticed_by_error > 0 && good.problems.is_empty());
}

#[test]
fn sign_offs_are_listed_with_their_role() {
    let (bytes, written) = sample::unsigned();
    let sealed = append(bytes, &seal_statement(&written), &key(1));
    let statement = sign_off_statement(&written);
    let signed = append(sealed.clone(), &statement, &key(2));
    let at = sample::layout(&sealed).central_offset as usize;
    assert_eq!(signed[..at], sealed[..at], "what was there stays as it was");
    let opened = open_bytes(&signed).unwrap();
    assert_eq!(opened.snapshot_id, written.snapshot_id);
    let found = verify(&opened, Some(&trust("namespaces=\"signoff.operator@dossier\"", 2)));
    assert_eq!((found.seal.state, found.problems), (SealState::Valid, vec![]));
    let [sign_off] = found.sign_offs.as_slice() else { panic!("{:?}", found.sign_offs) };
    assert_eq!((&sign_off.statement, sign_off.signer.state), (&statement, SignerState::Trusted));
    let other_role = verify(&opened, Some(&trust("namespaces=\"signoff.reviewer@dossier\"", 2)));
    assert_eq!(other_role.sign_offs[0].signer.state, SignerState::Unknown);
}

#[test]
fn broken_sign_offs_are_problems() {
    let (bytes, written) = sample::unsigned();
    let about_another = Statement { snapshot_id: Sha256Digest::of(b"x"), ..sign_off_statement(&written) };
    let check = |bytes: Vec<u8>, words: &str| {
        let found = verify(&open_bytes(&bytes).unwrap(), None);
        assert!(found.sign_offs.is_empty() && found.problems.len() == 1, "{:?}", found.problems);
        assert!(found.problems[0].what.contains(words), "{:?}", found.problems);
    };
    check(append(bytes.clone(), &about_another, &key(2)), "the content was changed");
    let good = append(bytes, &sign_off_statement(&written), &key(2));
    let altered = |change: &dyn Fn(&mut Contents)| {
        let mut contents = contents(&good);
        change(&mut contents);
        zip(&contents, |_| {})
    };
    check(altered(&|contents| drop(contents.pop())), "is missing");
    check(altered(&|contents| contents.last_mut().unwrap().1[60] ^= 1), "signature");
    let other = "0".repeat(64);
    check(
        altered(&|contents| {
            let count = contents.len();
            contents[count - 2].0 = format!("{STEM}/signatures/{other}.json");
            contents[count - 1].0 = format!("{STEM}/signatures/{other}.json.sig");
        }),
        "its name is not its sha256",
    );
}

/// The commands of VERIFY.txt: its lines of four spaces.
fn recipe(bytes: &[u8]) -> String {
    let opened = open_bytes(bytes).unwrap();
    let text = String::from_utf8(opened.bytes(&path("VERIFY.txt")).unwrap().into_owned()).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("    ")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_recipe_accepts_and_refuses_like_dossier() {
    let there = |tool: &str| {
        Command::new("sh")
            .args(["-c", &format!("command -v {tool}")])
            .output()
            .is_ok_and(|o| o.status.success())
    };
    if let Some(tool) = ["unzip", "sha256sum", "ssh-keygen", "sed"].into_iter().find(|tool| !there(tool)) {
        println!("skipped: no {tool} here");
        return;
    }
    let base = std::env::temp_dir().join(format!("dossier-recipe-{}", std::process::id()));
    let run = |name: &str, bytes: &[u8], seed: u8| {
        let folder = base.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("a b.zip"), bytes).unwrap();
        std::fs::write(folder.join("trust"), trust_line("namespaces=\"seal@dossier\"", seed)).unwrap();
        let output = Command::new("sh")
            .args(["-ec", &recipe(bytes)])
            .current_dir(&folder)
            .env("FILE", folder.join("a b.zip"))
            .env("TRUST", folder.join("trust"))
            .env("WHO", "ann@example.org")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), said)
    };
    let sealed = sample::sealed();
    let added = |name: &str| {
        let mut contents = contents(&sealed);
        contents.push((format!("{STEM}/{name}"), b"x".to_vec()));
        zip(&contents, |_| {})
    };
    let (good, said) = run("good", &sealed, 1);
    assert!(good, "{said}");
    for (name, bytes, seed, words) in [
        ("forged", forged(), 1, "tagmanifest-sha256.txt: FAILED"),
        ("stranger", sealed.clone(), 2, "Could not verify"),
        ("payload-added", added("data/x"), 1, ""),
        ("tag-added", added("x.txt"), 1, ""),
        ("nested", added("data/tagmanifest-sha256.txt"), 1, ""),
        ("repacked", zip(&contents(&sealed), |_| {}), 1, ""),
    ] {
        let (accepted, said) = run(name, &bytes, seed);
        assert!(!accepted && said.contains(words), "{name}: {said}");
    }
    std::fs::remove_dir_all(base).unwrap();
}

#[test]
fn signatures_of_ssh_keygen_hold() {
    let Ok(found) = Command::new("ssh-keygen").arg("-?").output() else {
        println!("skipped: no ssh-keygen here");
        return;
    };
    drop(found);
    let folder = std::env::temp_dir().join(format!("dossier-keygen-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new("ssh-keygen").args(arguments).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    for (kind, bits) in [
        ("ed25519", "256"),
        ("ecdsa", "256"),
        ("ecdsa", "384"),
        ("ecdsa", "521"),
        ("rsa", "2048"),
        ("rsa", "1024"),
    ] {
        let name = format!("{kind}{bits}");
        run(&["-q", "-t", kind, "-b", bits, "-N", "", "-C", "", "-f", &name]);
        let message = folder.join(format!("{name}.json"));
        std::fs::write(&message, b"a statement\n").unwrap();
        run(&["-q", "-Y", "sign", "-f", &name, "-n", SEAL_NAMESPACE, message.to_str().unwrap()]);
        let armoured = std::fs::read(folder.join(format!("{name}.json.sig"))).unwrap();
        let result = sshsig::verify(&armoured, SEAL_NAMESPACE, b"a statement\n");
        match bits {
            "1024" => assert_eq!(result, Err(sshsig::SignatureError::WeakKey(1024))),
            _ => {
                let line = format!(
                    "a namespaces=\"*\" {}",
                    std::fs::read_to_string(folder.join(format!("{name}.pub"))).unwrap()
                );
                let file = AllowedSigners::parse(line.as_bytes());
                let lookup = file.lookup(&result.unwrap().public_key, SEAL_NAMESPACE, None);
                assert!(matches!(lookup, Lookup::Trusted { .. }), "{name}: {lookup:?} {:?}", file.issues());
            }
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

    #[test]
    fn spliced_snapshots_are_noticed(
        splices in proptest::collection::vec((0..6000_usize, 0..40_usize, 0..6000_usize), 1..4)
    ) {
        let good = sample::sealed();
        let mut bytes = good.clone();
        for (at, count, from) in splices {
            let (at, from) = (at % bytes.len(), from % (bytes.len() - 40));
            let piece = bytes[from..from + count].to_vec();
            let end = (at + count).min(bytes.len());
            bytes.splice(at..end, piece);
        }
        if let Ok(opened) = open_bytes(&bytes) {
            let found = verify(&opened, None);
            let whole = found.seal.state == SealState::Valid && found.problems.is_empty();
            proptest::prop_assert_eq!(whole, bytes == good);
        }
    }

    #[test]
    fn parsers_of_text_never_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), text in ".{0,80}") {
        for bytes in [&bytes[..], text.as_bytes()] {
            let _ = AllowedSigners::parse(bytes);
            let _ = AllowedSigners::parse(&[b"a valid-after=\"", bytes, b"\" ssh-ed25519 AAAA"].concat());
            let _ = Statement::parse(bytes);
            let _ = Manifest::parse(bytes);
            let _ = crate::snapshot::manifest::parse_bag_info(bytes);
            let _ = sshsig::verify(bytes, SEAL_NAMESPACE, b"");
        }
    }
}
