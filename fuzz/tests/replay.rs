//! Replays what fuzzing found worth keeping, with the ordinary compiler: every file through its target.

use std::path::Path;

use dossier_fuzz::{TARGETS, phase_evidence};

#[test]
fn every_corpus_holds() {
    let mut replayed = 0;
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let mut files: Vec<_> =
            fs_err::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{} is empty", folder.display());
        for file in &files {
            println!("{}", file.display());
            target(&fs_err::read(file).expect("readable"));
        }
        replayed += files.len();
    }
    println!("{replayed} inputs of {} targets replayed", TARGETS.len());
}

#[test]
fn the_phase_beside_the_statements_is_read_without_an_issue() {
    let (evidence, issues) = phase_evidence();
    assert_eq!(issues, 0);
    assert_eq!(
        (evidence.pulls.len(), evidence.builds.len(), evidence.logs.len(), evidence.runs.len()),
        (1, 1, 1, 1)
    );
    assert_eq!((evidence.suites.len(), evidence.badges.len(), evidence.commits.len()), (1, 1, 1));
    assert_eq!(evidence.docker.iter().filter(|output| output.complete).count(), 1);
}
