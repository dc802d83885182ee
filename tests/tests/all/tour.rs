//! The commands of README, word by word, in a fresh copy of the sample phase.

use std::process::{Command, Stdio};

use dossier_tests::dossier;

use crate::phase::{Phase, repository};

/// What takes a build with the page in it, or a browser.
const NEEDS_PAGE: [&str; 3] = ["dossier html ", "dossier open ", "dossier viewer "];

#[test]
fn the_tour_works_as_it_is_written() {
    let readme = fs_err::read_to_string(repository().join("README.md")).expect("text");
    let from = readme.find("## A tour").expect("a tour");
    let to = readme.find("## Check a snapshot without Dossier").expect("what comes behind it");
    let lines = readme[from..to].lines().map(|line| line.split("  #").next().unwrap_or_default().trim());
    let commands = lines.filter(|line| line.starts_with("dossier ") || line.starts_with("cp "));
    let phase = Phase::ghost();
    let mut names: Vec<String> = Vec::new();
    for command in commands.filter(|command| NEEDS_PAGE.iter().all(|page| !command.starts_with(page))) {
        let mut words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        // The one name that nobody can know beforehand.
        let detached = |name: &str| name.starts_with("ghost.") && name.ends_with(".json");
        if let Some(word) = words.iter_mut().find(|word| detached(word)) {
            let files = fs_err::read_dir(phase.path("")).expect("there").flatten();
            let mut files = files.filter_map(|file| file.file_name().into_string().ok());
            *word = files.find(|name| detached(name)).expect("a detached sign-off");
        }
        let mut run = if words[0] == "cp" { Command::new("cp") } else { dossier() };
        run.args(&words[1..]).current_dir(phase.path("")).stdin(Stdio::null());
        let output = run.env("XDG_CONFIG_HOME", phase.path(".config")).output().expect("it starts");
        // The sample has contradictions, and before `trust add` nobody is trusted.
        let is_judged = words[1] == "check" || command == "dossier verify ghost.zip";
        let said = format!(
            "{command}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.status.code(), Some(i32::from(is_judged)), "{said}");
        names.push(words[1].clone());
    }
    for name in ["check", "keygen", "pack", "verify", "sign", "show", "trust", "merge"] {
        assert!(names.iter().any(|found| found == name), "the tour has no {name}: {names:?}");
    }
}
