//! Secrets planted in every kind of source and in every spelling are found nowhere in a snapshot; with redaction
//! switched off the same search finds every one of them.

mod haystack;
mod plants;
mod rare;

use std::process::{Command, Output};

use dossier_tests::{dossier, dossier_that_pauses};

use crate::phase::Phase;
use haystack::Haystack;
use plants::Plants;

fn pack(phase: &Phase, switched_off: bool) -> Output {
    let mut command = if switched_off { dossier_that_pauses() } else { dossier() };
    command.arg("pack").arg(phase.path("dossier.toml")).arg("-o").arg(phase.path("out.zip"));
    command.args(["--unsigned", "--no-viewer"]).env("PLANTED_IN_THE_ENVIRONMENT", Plants::of_environment());
    if switched_off {
        command.env("DOSSIER_TEST_NO_REDACTION", "1");
    }
    command.output().expect("it starts")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What a reader can get to see of the snapshot in `phase`.
fn everything_shown(phase: &Phase, packing: &Output) -> Haystack {
    let mut haystack = Haystack::of_snapshot(&phase.path("out.zip"));
    haystack.add("what pack said", said(packing).into_bytes());
    for arguments in
        [&["show"][..], &["show", "--format", "json"], &["check"], &["check", "--format", "json"]]
    {
        let output = dossier().args(arguments).arg(phase.path("out.zip")).output().expect("it starts");
        haystack.add(&arguments.join(" "), said(&output).into_bytes());
    }
    let page = phase.path("page.html");
    let output = dossier().arg("html").arg(phase.path("out.zip")).arg("-o").arg(&page).output();
    if output.expect("it starts").status.success() {
        haystack.add_page(&page);
    } else {
        eprintln!("skipped: the page, as this build holds no viewer");
    }
    haystack
}

#[test]
fn planted_secrets_are_found_nowhere() {
    let phase = Phase::ghost();
    let plants = Plants::in_phase(&phase);
    let packing = pack(&phase, false);
    assert_eq!(packing.status.code(), Some(0), "{}", said(&packing));
    let haystack = everything_shown(&phase, &packing);
    let found: Vec<String> = plants.all().filter_map(|plant| haystack.find(plant)).collect();
    assert!(found.is_empty(), "{} of {} were shipped:\n{}", found.len(), plants.count(), found.join("\n"));
    for part in ["[redacted:known-value:", "known-value"] {
        assert!(haystack.holds(part.as_bytes()), "{part}");
    }
}

#[test]
fn without_redaction_the_same_search_finds_every_plant() {
    let phase = Phase::ghost();
    let plants = Plants::in_phase(&phase);
    let packing = pack(&phase, true);
    assert_eq!(packing.status.code(), Some(0), "{}", said(&packing));
    assert!(said(&packing).contains("WITHOUT REDACTION"), "{}", said(&packing));
    let haystack = Haystack::of_snapshot(&phase.path("out.zip"));
    let missed: Vec<String> =
        plants.all().filter(|plant| haystack.find(plant).is_none()).map(|plant| plant.words()).collect();
    assert!(
        missed.is_empty(),
        "{} of {} were not found:\n{}",
        missed.len(),
        plants.count(),
        missed.join("\n")
    );
    println!("{} plants", plants.count());
}

#[test]
fn what_is_asked_for_and_not_looked_for_is_told() {
    let phase = Phase::ghost();
    fs_err::write(phase.path("short.env"), "A_TOKEN=short\nRECIPE=ghost-of-ghosts\n").expect("written");
    let redact = "\n[redact]\nenv_files = [\"short.env\"]\nvalues_of = [\"NOWHERE\"]\nfrom_env = [\"NEVER_SET_ANYWHERE\"]\n";
    append(&phase, "dossier.toml", redact);
    let packing = said(&pack(&phase, false));
    let packing = packing.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "secret A_TOKEN of short.env is not looked for: it has fewer than 8 characters",
        "secret NOWHERE is not looked for: it is in none of the env files",
        "secret NEVER_SET_ANYWHERE is not looked for: this environment variable is not set",
    ] {
        assert!(packing.contains(part), "{part}: {packing}");
    }
    let output = dossier().arg("show").arg(phase.path("out.zip")).output().expect("it starts");
    for part in ["A_TOKEN of short.env", "fewer than 8", "NOWHERE", "NEVER_SET_ANYWHERE is not looked for"] {
        assert!(said(&output).contains(part), "{part}: {}", said(&output));
    }
    assert!(!said(&output).contains("RECIPE of"), "{}", said(&output));
}

#[test]
fn what_is_allowed_stays_with_its_reason() {
    let phase = Phase::ghost();
    append(
        &phase,
        "machine-docs/JOURNAL-ghost.md",
        "\nThe fixture has DB_PASSWORD=fixture-only-pw and X_TOKEN=other-pw-9\n",
    );
    let allow = "\n[[redact.allow]]\nrule = \"assignment\"\nentry = \"data/documents/*\"\npattern = \"fixture-.*\"\n\
                 reason = \"the fixture's own\"\n";
    append(&phase, "dossier.toml", allow);
    let snapshot = phase.pack();
    let haystack = Haystack::of_snapshot(&snapshot);
    assert!(haystack.holds(b"DB_PASSWORD=fixture-only-pw") && !haystack.holds(b"other-pw-9"));
    assert!(haystack.holds(b"allowed: the fixture's own"));
}

#[test]
fn names_of_secrets_and_tests_are_found_whole() {
    let phase = Phase::ghost();
    let kept = [
        "docker service create --secret source=ghost_db_password_v1,target=db_password x",
        "test_password: TestAdminLogin2Fails",
        "Rename `old_password` => `new_password_field`",
        "password: unchanged-since-v1.4.0",
        "token: expired2026-06-13",
        "ok 12 - pass: check7Login3",
    ];
    append(&phase, "machine-docs/JOURNAL-ghost.md", &format!("\n{}\n", kept.join("\n")));
    let haystack = Haystack::of_snapshot(&phase.pack());
    for text in kept {
        assert!(haystack.holds(text.as_bytes()), "{text}");
    }
}

#[test]
fn an_env_file_that_is_gone_is_an_error() {
    let phase = Phase::ghost();
    append(&phase, "dossier.toml", "\n[redact]\nenv_files = [\"gone.env\"]\n");
    let output = pack(&phase, false);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("gone.env") && said(&output).contains("env_files"), "{}", said(&output));
}

#[cfg(unix)]
#[test]
fn an_env_file_that_never_ends_is_refused_at_once() {
    let phase = Phase::ghost();
    let made =
        std::process::Command::new("mkfifo").arg(phase.path("pipe.env")).status().expect("mkfifo runs");
    assert!(made.success());
    append(&phase, "dossier.toml", "\n[redact]\nenv_files = [\"pipe.env\"]\n");
    for (file, reason) in [("pipe.env", "a named pipe"), ("/dev/zero", "a device")] {
        phase.replace("dossier.toml", "pipe.env", file);
        let output = pack(&phase, false);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let words = said(&output);
        assert!(words.contains(file) && words.contains(reason), "{words}");
    }
}

/// The phase's id is a word of the snapshot that no rule can take out, as files are named after it.
#[test]
fn a_secret_that_only_the_finished_file_shows_is_refused() {
    let phase = Phase::ghost();
    phase.replace("dossier.toml", "id = \"ghost\"", "id = \"phase-k3y-of-all\"");
    fs_err::write(phase.path("id.env"), "A_TOKEN=phase-k3y-of-all\n").expect("written");
    append(&phase, "dossier.toml", "\n[redact]\nenv_files = [\"id.env\"]\n");
    let output = pack(&phase, false);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(said(&output).contains("rule known-value"), "{}", said(&output));
    assert!(!phase.path("out.zip").exists(), "nothing may stay");
}

#[test]
fn faults_of_the_configuration_tell_no_listed_value() {
    let phase = Phase::ghost();
    phase.replace("dossier.toml", "id = \"ghost\"", "id = \"X-phase-k3y-of-all\"");
    fs_err::write(phase.path("id.env"), "A_TOKEN=phase-k3y-of-all\n").expect("written");
    append(&phase, "dossier.toml", "\n[redact]\nenv_files = [\"gone.env\", \"id.env\"]\n");
    let output = pack(&phase, false);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let said = said(&output);
    assert!(said.contains("the phase id must begin"), "{said}");
    assert!(!said.contains("k3y-of-all"), "{said}");
}

fn append(phase: &Phase, file: &str, text: &str) {
    let old = fs_err::read_to_string(phase.path(file)).expect("the file is text");
    fs_err::write(phase.path(file), old + text).expect("written");
}

fn git(folder: &std::path::Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    crate::phase::succeed(&mut command);
}
