//! The house rules: who may import whom, and how the text of the repository has to look. Reads files, changes none.

mod imports;
mod paths;
mod text;

use std::path::Path;
use std::process::Command;

use fs_err as fs;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// A file of the repository, by its path from the root.
pub(crate) struct SourceFile {
    path: String,
    text: String,
}

/// A place that breaks a rule.
#[derive(Debug, PartialEq)]
pub(crate) struct Complaint {
    path: String,
    line: usize,
    what: String,
}

/// Checks every text file that git knows or would add.
pub(crate) fn check(console: &Console, workspace: &Workspace) -> Outcome {
    let files = text_files(workspace.root())?;
    let mut complaints = imports::check(&files);
    complaints.extend(text::check(&files, workspace.root()));
    complaints.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    for complaint in &complaints {
        eprintln!("{}:{}: {}", complaint.path, complaint.line, complaint.what);
    }
    if complaints.is_empty() {
        console.note(&format!("{} files hold the house rules", files.len()));
        return Ok(());
    }
    Err(Failure::new(
        format!("{} places break the house rules", complaints.len()),
        "mend the places above; a sound exception goes into xtask/src/tidy/imports.rules with its reason",
    ))
}

fn text_files(root: &Path) -> Outcome<Vec<SourceFile>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]).current_dir(root);
    let listing = process::output(&mut git)
        .ok_or_else(|| Failure::new("git does not list the files here", "install git and work in a clone"))?;
    let mut files = Vec::new();
    for path in listing.split('\0').filter(|path| !path.is_empty()) {
        // A file that is deleted but not committed yet is still listed.
        let Ok(bytes) = fs::read(root.join(path)) else { continue };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(SourceFile { path: path.to_owned(), text });
        }
    }
    Ok(files)
}
