//! Rules about the text of files: how they open, how long they are, what must not stand in them.

use std::path::Path;

use super::{Complaint, SourceFile};

const LONGEST_FILE_LINES: usize = 700;
/// Where the words below are data, not ours: samples and fixtures, and this folder, which spells them out.
const DATA: [&str; 5] =
    ["examples/", "tests/fixtures/", "fuzz/corpus/", "shared/tests/fixtures/", "xtask/src/tidy/"];
const FORBIDDEN_CODE: [(&str, &str); 4] = [
    ("todo!(", "finish it, or return an error that says so"),
    ("unimplemented!(", "finish it, or return an error that says so"),
    ("dbg!(", "take it out"),
    ("FIXME", "mend it"),
];
/// Folders that exist on somebody's machine only.
const MACHINE_FOLDERS: [&str; 3] = ["/root/", "/work/", "/Users/"];
/// Hosts that only somebody's network knows.
const PRIVATE_HOSTS: [&str; 6] = ["10.", "192.168.", "registry.", "nexus.", "artifactory.", "mirror."];
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks all files; `root` is the checkout, whose own path must not have slipped in.
pub(super) fn check(files: &[SourceFile], root: &Path) -> Vec<Complaint> {
    let mut complaints: Vec<Complaint> = files.iter().flat_map(|file| check_file(file, root)).collect();
    if !files.iter().any(|file| file.path == "CHANGELOG.md") {
        complaints.push(Complaint {
            path: "CHANGELOG.md".to_owned(),
            line: 1,
            what: "is missing: say there what changed for users".to_owned(),
        });
    }
    complaints
}

fn check_file(file: &SourceFile, root: &Path) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut complain = |line: usize, what: String| {
        complaints.push(Complaint { path: file.path.clone(), line, what });
    };
    if file.path.ends_with(".rs") {
        if !file.text.starts_with("//! ") {
            complain(
                1,
                "open with a `//!` sentence: what the file owns and what it knows nothing of".to_owned(),
            );
        }
        let lines = file.text.lines().count();
        if lines > LONGEST_FILE_LINES {
            complain(lines, format!("{lines} lines are more than {LONGEST_FILE_LINES}: split the file"));
        }
    }
    if DATA.iter().any(|folder| file.path.starts_with(folder)) {
        return complaints;
    }
    let checkout = root.to_string_lossy();
    for (number, line) in file.text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        if file.path.ends_with(".rs") {
            for (word, advice) in FORBIDDEN_CODE {
                if line.contains(word) {
                    complain(number, format!("`{word}` does not stay in: {advice}"));
                }
            }
        }
        if let Some(folder) = MACHINE_FOLDERS.iter().find(|folder| opens_path(line, folder)) {
            complain(number, format!("a path below {folder} exists on one machine only"));
        } else if opens_path(line, &checkout) {
            complain(number, "the path of this checkout exists on one machine only".to_owned());
        }
        if let Some(host) = private_host(line) {
            complain(number, format!("the host {host} is known in one network only"));
        }
        if file.path == "Cargo.lock" && line.starts_with("source = ") && !line.contains(CRATES_IO) {
            complain(number, "every dependency comes from crates.io itself".to_owned());
        }
    }
    complaints
}

/// Whether a path in `line` starts with `folder`, not just holds it further on.
fn opens_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "/.-_}>)*".contains(c))
    })
}

fn private_host(line: &str) -> Option<&str> {
    line.match_indices("://").find_map(|(at, _)| {
        let rest = &line[at + 3..];
        let host = rest.split(|c: char| !(c.is_ascii_alphanumeric() || ".-".contains(c))).next()?;
        let inner = [".internal", ".local", ".lan", ".corp"].iter().any(|ending| host.ends_with(ending));
        let public = ["registry.npmjs.org"].contains(&host);
        (!public && (inner || PRIVATE_HOSTS.iter().any(|start| host.starts_with(start)))).then_some(host)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        check_file(&file, Path::new("/somewhere/dossier"))
            .into_iter()
            .map(|complaint| complaint.what)
            .collect()
    }

    #[test]
    fn a_source_file_opens_with_a_sentence_and_ends_in_time() {
        assert_eq!(complaints("a.rs", "//! Owns a.\n"), [""; 0]);
        assert!(complaints("a.rs", "fn a() {}\n")[0].contains("//!"));
        assert!(complaints("a.rs", &format!("//! Owns a.\n{}", "\n".repeat(700)))[0].contains("701 lines"));
    }

    #[test]
    fn what_belongs_to_one_machine_is_found() {
        for line in [
            "see /work/x",
            "`/root/.cargo`",
            "/somewhere/dossier/a.rs",
            "http://10.1.2.3/x",
            "https://nexus.acme.com",
        ] {
            assert_eq!(complaints("a.md", line).len(), 1, "{line}");
        }
        for line in
            ["a/work/x", "{}/root/x", "https://docs.rs/x", "https://example.org/root/x", "/usr/bin/env"]
        {
            assert_eq!(complaints("a.md", line), [""; 0], "{line}");
        }
    }

    #[test]
    fn unfinished_code_is_found_outside_data() {
        assert_eq!(complaints("a.rs", "//! A.\ntodo!()\n").len(), 1);
        assert_eq!(complaints("tests/fixtures/a.md", "/root/x"), [""; 0]);
        assert_eq!(complaints("Cargo.lock", "source = \"registry+https://mine.example\"").len(), 1);
    }
}
