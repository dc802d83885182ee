//! For tests: where other projects' data lies, and what is to be told of them at the end of a run.
//! Knows nothing about what the data is.

use std::io::Write as _;
use std::path::PathBuf;

/// A folder of `$DOSSIER_CORPORA`; none, and a skip on record, where that names nothing.
///
/// Where it names a folder that is not there, nothing is skipped: the test fails.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let Some(corpora) = std::env::var_os("DOSSIER_CORPORA").filter(|value| !value.is_empty()) else {
        let skip = format!("everything over {name}: DOSSIER_CORPORA names no folder");
        eprintln!("skipped: {skip}");
        record("DOSSIER_SKIPS", &skip);
        return None;
    };
    let folder = PathBuf::from(corpora).join(name);
    assert!(folder.is_dir(), "DOSSIER_CORPORA is set, and {} is not there", folder.display());
    Some(folder)
}

/// Says how many were judged; `cargo xtask test` repeats it at the end of the run.
pub(crate) fn counted(what: &str) {
    println!("{what}");
    record("DOSSIER_MEASURES", what);
}

/// Appends a line to the file that a variable names.
fn record(variable: &str, line: &str) {
    if let Some(path) = std::env::var_os(variable).filter(|value| !value.is_empty()) {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
}
