//! A snapshot judged without Dossier: unzip, sha256sum, ssh-keygen, bagit.py.

use std::path::{Path, PathBuf};
use std::process::Command;

use dossier_tests::bagit;

use crate::phase::{Phase, copy, succeed};

/// The recipe of VERIFY.txt, as a person would paste it; `$TRUST` is the verifier's own file.
const RECIPE: &str = r#"
set -eu
ssh-keygen -Y verify -f "$TRUST" -I packer@test -n seal@dossier -s signatures/seal.json.sig < signatures/seal.json
printf '%s  tagmanifest-sha256.txt\n' "$(sed -n 's/^ *"sha256": "\([0-9a-f]\{64\}\)"$/\1/p;/predicateType/q' signatures/seal.json)" | sha256sum -c -
sha256sum -c --strict --quiet tagmanifest-sha256.txt manifest-sha256.txt
"#;

/// Unzips a snapshot with stock unzip and gives the folder inside.
fn unzip(snapshot: &Path, to: &Path) -> PathBuf {
    succeed(Command::new("unzip").arg("-q").arg(snapshot).arg("-d").arg(to));
    let inside = fs_err::read_dir(to).expect("a folder").next().expect("a stem").expect("readable");
    inside.path()
}

fn recipe_accepts(bag: &Path, trust: &Path) -> bool {
    let output =
        Command::new("sh").args(["-c", RECIPE]).current_dir(bag).env("TRUST", trust).output().expect("sh");
    eprintln!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    output.status.success()
}

#[test]
fn the_recipe_accepts_a_snapshot_and_refuses_a_forgery() {
    let phase = Phase::ghost();
    let (snapshot, trust) = phase.seal();
    let bag = unzip(&snapshot, &phase.path("unzipped"));
    assert!(recipe_accepts(&bag, &trust), "the recipe has to accept what was packed");

    // The forger rewrites REVIEW and every manifest, and keeps the seal, which is all that is beyond him.
    let forged = phase.path("forged");
    copy(&bag, &forged);
    let review = forged.join("data/documents/REVIEW-ghost.md");
    let text = fs_err::read_to_string(&review).expect("text");
    fs_err::write(&review, text.replace("`level=5`", "`level=4`")).expect("written");
    let rewrite = r#"
        find data -type f | LC_ALL=C sort | xargs -d '\n' sha256sum > manifest-sha256.txt
        ls | grep -v -e '^data$' -e '^signatures$' -e '^tagmanifest' | LC_ALL=C sort | xargs sha256sum > tagmanifest-sha256.txt
    "#;
    succeed(Command::new("sh").args(["-ec", rewrite]).current_dir(&forged));
    let consistent = Command::new("sha256sum")
        .args(["-c", "--quiet", "tagmanifest-sha256.txt", "manifest-sha256.txt"])
        .current_dir(&forged)
        .status();
    assert!(consistent.expect("sha256sum").success(), "the forgery has to be consistent in itself");
    assert!(!recipe_accepts(&forged, &trust), "the recipe has to refuse the forgery");
}

#[test]
fn every_byte_before_the_signatures_is_sealed() {
    let phase = Phase::ghost();
    let (snapshot, _) = phase.seal();
    let bag = unzip(&snapshot, &phase.path("unzipped"));
    let seal = fs_err::read_to_string(bag.join("signatures/seal.json")).expect("text");
    let value = |key: &str| {
        let line = seal.lines().find(|line| line.trim().starts_with(&format!("\"{key}\""))).expect("the key");
        line.rsplit(':').next().expect("a value").trim().trim_end_matches(',').trim_matches('"').to_owned()
    };
    let script = format!("head -c {} \"$0\" | sha256sum", value("sealed_bytes"));
    let output = succeed(Command::new("sh").args(["-c", &script]).arg(&snapshot));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(&value("sealed_sha256")));
}

#[test]
fn bagit_py_accepts_a_snapshot() {
    let Some(mut bagit) = bagit() else { return };
    let phase = Phase::ghost();
    let (snapshot, _) = phase.seal();
    let bag = unzip(&snapshot, &phase.path("unzipped"));
    let output = succeed(bagit.arg("--validate").arg(&bag));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is valid"), "{output:?}");
}
