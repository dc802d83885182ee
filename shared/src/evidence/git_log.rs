//! The output of `git log -p -U0` in the format that docs/FORMAT.md names.
//! Knows nothing about the documents whose history it is.
//!
//! What a commit adds can look like anything, a commit's header included. Only three things keep the parts
//! apart, and this parser relies on nothing else: messages are indented, the lines of a hunk are counted in
//! its `@@` line, and git quotes the control characters in paths.

use std::collections::HashMap;

use super::{Commit, FileChange, Issue, Place};
use crate::entry_path::EntryPath;
use crate::limits::Limits;
use crate::time;

/// Added and removed lines that are kept of one log.
const MAX_LINES: usize = 2_000_000;
/// Commits and file changes that are kept of one log.
const MAX_CHANGES: usize = 500_000;
/// Bytes of a message's body that are kept.
const MAX_BODY_BYTES: usize = 16 << 10;
/// Issues about single lines that are reported.
const MAX_ISSUES: usize = 32;

/// Reads a log; commits come out oldest first.
pub fn parse(bytes: &[u8], path: &EntryPath) -> (Vec<Commit>, Vec<Issue>) {
    let mut reader = Reader {
        path,
        commits: Vec::new(),
        part: Part::Start,
        kept_lines: 0,
        kept_changes: 0,
        issues: Vec::new(),
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if !bytes.is_empty() {
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if !reader.line(index + 1, line) {
                break;
            }
        }
    }
    reader.finish()
}

/// What the next line may be.
enum Part {
    /// Before the first commit.
    Start,
    /// After a `commit` line: fields, message, and the headers of files.
    Header,
    /// After a hunk, where only another hunk, file or commit may follow.
    AfterHunk,
    /// Inside a hunk, with this many removed and added lines to come.
    Hunk { removed: u64, added: u64 },
}

struct Reader<'a> {
    path: &'a EntryPath,
    commits: Vec<Commit>,
    part: Part,
    kept_lines: usize,
    kept_changes: usize,
    issues: Vec<Issue>,
}

impl Reader<'_> {
    fn issue(&mut self, number: usize, what: impl Into<String>) {
        if self.issues.len() < MAX_ISSUES {
            self.issues.push(Issue::new(format!("line {number}"), what));
        }
    }

    /// Reads one line; false when there is no room for more.
    fn line(&mut self, number: usize, line: &[u8]) -> bool {
        if self.kept_lines >= MAX_LINES || self.kept_changes >= MAX_CHANGES {
            let what = "the log is longer than what is kept of one; the rest is left out";
            self.issues.push(Issue::new(format!("line {number}"), what));
            return false;
        }
        if let Part::Hunk { removed, added } = self.part {
            if (removed, added) != (0, 0) {
                if self.hunk_line(number, line, removed, added) {
                    return true;
                }
                self.issue(
                    number,
                    format!("{} lines of a hunk are missing here", removed.saturating_add(added)),
                );
            }
            self.part = Part::AfterHunk;
        }
        self.header_line(number, line);
        true
    }

    /// Takes a line of a hunk; false when it cannot be one.
    fn hunk_line(&mut self, number: usize, line: &[u8], removed: u64, added: u64) -> bool {
        let (mark, rest) = match line.split_first() {
            Some((mark, rest)) => (*mark, rest),
            // An empty context line, when something has cut trailing spaces.
            None => (b' ', line),
        };
        let (removed, added) = match (mark, removed.checked_sub(1), added.checked_sub(1)) {
            (b'-', Some(removed), _) => (removed, added),
            (b'+', _, Some(added)) => (removed, added),
            (b' ', Some(removed), Some(added)) => (removed, added),
            // `\ No newline at end of file`
            (b'\\', ..) => (removed, added),
            _ => return false,
        };
        self.part = Part::Hunk { removed, added };
        if matches!(mark, b'-' | b'+') {
            let text = self.content(number, rest);
            if let Some(change) = self.change() {
                if mark == b'+' {
                    change.added.push(text)
                } else {
                    change.removed.push(text)
                }
                self.kept_lines += 1;
            }
        }
        true
    }

    fn content(&mut self, number: usize, line: &[u8]) -> String {
        let limit = Limits::LINE_BYTES;
        if line.len() > limit {
            self.issue(number, format!("is {} bytes long; cut to {limit}", line.len()));
        }
        let text = String::from_utf8_lossy(line.get(..limit).unwrap_or(line)).into_owned();
        if text.contains('\u{fffd}') && std::str::from_utf8(line).is_err() {
            self.issue(number, "is not UTF-8; the unreadable bytes are shown as \u{fffd}");
        }
        text
    }

    fn commit(&mut self) -> Option<&mut Commit> {
        self.commits.last_mut()
    }

    fn change(&mut self) -> Option<&mut FileChange> {
        self.commits.last_mut()?.changes.last_mut()
    }

    fn header_line(&mut self, number: usize, line: &[u8]) {
        let text = self.content(number, line);
        let (word, rest) = text.split_once(' ').unwrap_or((&text, ""));
        if word == "commit" && is_sha(rest) {
            return self.begin_commit(number, rest);
        }
        if self.commits.is_empty() {
            if !matches!(self.part, Part::Header) && !text.is_empty() {
                self.issue(number, "stands before the first `commit` line; left out");
                self.part = Part::Header;
            }
            return;
        }
        let in_diff = self.change().is_some();
        match word {
            "diff" => self.begin_file(number, rest),
            "@@" if in_diff => self.begin_hunk(number, rest),
            // A hunk of a merge against several parents: its lines carry a column for each and are passed over.
            _ if in_diff && word.starts_with("@@@") => self.part = Part::AfterHunk,
            _ if matches!(self.part, Part::AfterHunk) => {}
            _ if in_diff => self.file_line(number, &text),
            "" => self.message_line(&text),
            "parents" => {
                let parents = rest.split_whitespace().map(str::to_owned).collect();
                if let Some(commit) = self.commit() {
                    commit.parents = parents;
                }
            }
            "author" | "committer" => {
                // `Name <address>`; the name may hold anything but a line break.
                let name = rest.rsplit_once(" <").map_or(rest, |(name, _)| name).to_owned();
                if let Some(commit) = self.commit() {
                    *if word == "author" { &mut commit.author } else { &mut commit.committer } = name;
                }
            }
            "author-time" | "commit-time" => {
                let at = time::from_rfc3339(rest);
                if at.is_none() {
                    self.issue(number, format!("{:?} is no time with a zone", short(rest)));
                }
                if let Some(commit) = self.commit() {
                    *if word == "author-time" { &mut commit.author_time } else { &mut commit.commit_time } =
                        at;
                }
            }
            _ => self.issue(number, format!("{:?} is no known line of a commit; left out", short(&text))),
        }
    }

    fn begin_commit(&mut self, number: usize, sha: &str) {
        self.part = Part::Header;
        self.kept_changes += 1;
        let place = Place { path: self.path.clone(), pointer: format!("line {number}") };
        self.commits.push(Commit { sha: sha.to_owned(), ..Commit::nothing(place) });
    }

    /// A line of the message; the first that is not empty is the subject.
    fn message_line(&mut self, text: &str) {
        let Some(commit) = self.commit() else { return };
        if commit.subject.is_empty() {
            commit.subject = text.trim().to_owned();
            return;
        }
        // Four spaces are the log's own indentation.
        let line = text.strip_prefix("    ").unwrap_or(text).trim_end();
        if commit.body.len() > MAX_BODY_BYTES || (commit.body.is_empty() && line.is_empty()) {
            return;
        }
        if !commit.body.is_empty() {
            commit.body.push('\n');
        }
        commit.body.push_str(line);
        if commit.body.len() > MAX_BODY_BYTES {
            commit.body.truncate(commit.body.floor_char_boundary(MAX_BODY_BYTES));
            commit.body.push('…');
        }
    }

    fn begin_file(&mut self, number: usize, names: &str) {
        let path = names.strip_prefix("--git ").and_then(path_of_both);
        let path = path.or_else(|| names.strip_prefix("--cc ").map(unquote));
        // Where it is not told here, `---` and `+++` tell it.
        let path = path.unwrap_or_default();
        self.part = Part::Header;
        if path.is_empty() && !names.starts_with("--git ") {
            self.issue(number, format!("{:?} is no known form of diff", short(names)));
        }
        self.kept_changes += 1;
        if let Some(commit) = self.commit() {
            commit.changes.push(FileChange { path, ..FileChange::default() });
        }
    }

    fn begin_hunk(&mut self, number: usize, ranges: &str) {
        let mut ranges = ranges.split(' ');
        let removed = ranges.next().and_then(|range| range_length(range, '-'));
        let added = ranges.next().and_then(|range| range_length(range, '+'));
        match (removed, added, ranges.next()) {
            (Some(removed), Some(added), Some("@@")) => self.part = Part::Hunk { removed, added },
            _ => self.issue(number, "is no readable hunk header; its lines are left out"),
        }
    }

    /// A line between `diff` and the hunks.
    fn file_line(&mut self, number: usize, text: &str) {
        let Some(change) = self.change() else { return };
        if let Some(name) = text.strip_prefix("+++ ") {
            let name = name.strip_suffix('\t').unwrap_or(name);
            if name != "/dev/null" {
                change.path = without_side(&unquote(name), "b/");
            }
        } else if let Some(name) = text.strip_prefix("--- ") {
            let name = name.strip_suffix('\t').unwrap_or(name);
            if name != "/dev/null" && change.path.is_empty() {
                change.path = without_side(&unquote(name), "a/");
            }
        } else if text.starts_with("deleted file mode ") {
            change.deleted = true;
        } else if text.starts_with("new file mode ") {
            change.created = true;
        } else if let Some(name) = text.strip_prefix("rename from ").or(text.strip_prefix("copy from ")) {
            change.old_path = Some(unquote(name));
        } else if let Some(name) = text.strip_prefix("rename to ").or(text.strip_prefix("copy to ")) {
            change.path = unquote(name);
        } else if text.starts_with("Binary files ") || text.starts_with("GIT binary patch") {
            change.binary = true;
            let what = format!("{:?} is binary; its content is not in the log", short(&change.path));
            self.issue(number, what);
        }
    }

    fn finish(mut self) -> (Vec<Commit>, Vec<Issue>) {
        if let Part::Hunk { removed, added } = self.part
            && (removed, added) != (0, 0)
        {
            let what =
                format!("the log ends {} lines before its last hunk does", removed.saturating_add(added));
            self.issues.push(Issue::new("", what));
        }
        if self.commits.is_empty() && self.issues.is_empty() {
            self.issues.push(Issue::new("", "holds no commit"));
        }
        for commit in &mut self.commits {
            commit.body.truncate(commit.body.trim_end().len());
            if commit.commit_time.is_none() && self.issues.len() < MAX_ISSUES {
                self.issues
                    .push(Issue::new(commit.place.pointer.clone(), "the commit has no readable commit time"));
            }
            if let Some(change) = commit.changes.iter().find(|change| change.path.is_empty())
                && self.issues.len() < MAX_ISSUES
            {
                let what = format!("a change of {} lines has no readable path", change.added.len());
                self.issues.push(Issue::new(commit.place.pointer.clone(), what));
            }
        }
        if self.newest_first() {
            self.commits.reverse();
            self.issues.push(Issue::new("", "was written newest first; turned round"));
        }
        (self.commits, self.issues)
    }

    /// Whether children stand before their parents.
    fn newest_first(&self) -> bool {
        let index: HashMap<&str, usize> =
            self.commits.iter().enumerate().map(|(index, commit)| (commit.sha.as_str(), index)).collect();
        let (mut before, mut after) = (0_usize, 0_usize);
        for (child, commit) in self.commits.iter().enumerate() {
            for parent in commit.parents.iter().filter_map(|parent| index.get(parent.as_str())) {
                if *parent > child { after += 1 } else { before += 1 }
            }
        }
        after > before
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn is_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The length in `-3,2` or `+7`, where a missing one is 1.
fn range_length(range: &str, side: char) -> Option<u64> {
    let range = range.strip_prefix(side)?;
    match range.split_once(',') {
        None => range.parse::<u64>().ok().map(|_| 1),
        Some((start, length)) => start.parse::<u64>().ok().and(length.parse().ok()),
    }
}

/// The path in `a/x b/x`, which names the same file twice as there are no renames.
fn path_of_both(names: &str) -> Option<String> {
    if let Some(rest) = names.strip_prefix('"') {
        let end = end_of_quoted(rest)?;
        return Some(without_side(&unquote(names.get(..end + 2)?), "a/"));
    }
    let middle = names.len() / 2;
    let (left, right) = (names.get(..middle)?, names.get(middle + 1..)?);
    let path = left.strip_prefix("a/").unwrap_or(left);
    let same =
        names.as_bytes().get(middle) == Some(&b' ') && right.strip_prefix("b/").unwrap_or(right) == path;
    same.then(|| path.to_owned())
}

fn without_side(name: &str, side: &str) -> String {
    name.strip_prefix(side).unwrap_or(name).to_owned()
}

/// Where the closing quote of a quoted name is, given what follows its opening one.
fn end_of_quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

/// A name as git writes it: as it is, or in quotes with C escapes.
fn unquote(name: &str) -> String {
    let Some(inner) = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) else {
        return name.to_owned();
    };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        let Some((escape, after)) = rest.split_first() else { break };
        let octal = rest.get(..3).and_then(octal);
        rest = after;
        bytes.push(match (escape, octal) {
            (b'a', _) => 7,
            (b'b', _) => 8,
            (b't', _) => b'\t',
            (b'n', _) => b'\n',
            (b'v', _) => 11,
            (b'f', _) => 12,
            (b'r', _) => b'\r',
            (_, Some(value)) => {
                rest = after.get(2..).unwrap_or_default();
                value
            }
            (other, None) => *other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn octal(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0_u8, |value, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 8)?;
        value.checked_mul(8)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::iso;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn header(sha: &str, parents: &str, message: &str) -> String {
        format!(
            "commit {sha}\nparents {parents}\nauthor A <b> c <a@example>\nauthor-time 2026-06-13T08:27:57+02:00\n\
             committer C <c@example>\ncommit-time 2026-06-13T06:28:01Z\n\n{message}\n\n"
        )
    }

    fn read(log: &str) -> (Vec<Commit>, Vec<String>) {
        let (commits, issues) = parse(log.as_bytes(), &EntryPath::new("data/git/docs.log").unwrap());
        (commits, issues.into_iter().map(|issue| format!("{}: {}", issue.at, issue.what)).collect())
    }

    #[test]
    fn reads_a_commit() {
        let log = header(A, B, "    review(ghost-M1): M1 PASS\n    \n      commit body\n\n    end")
            + "diff --git a/x.md b/x.md\n\
             new file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/x.md\n@@ -0,0 +1,2 @@\n+one\n+two\n\
             \\ No newline at end of file\n";
        let (commits, issues) = read(&log);
        assert_eq!(issues, [""; 0]);
        let commit = &commits[0];
        assert_eq!((commit.sha.as_str(), commit.author.as_str()), (A, "A <b> c"));
        assert_eq!(commit.subject, "review(ghost-M1): M1 PASS");
        assert_eq!(commit.body, "  commit body\n\nend");
        assert_eq!((commit.committer.as_str(), commit.parents.as_slice()), ("C", &[B.to_owned()][..]));
        assert!(!commit.is_merge() && commit.changes[0].created);
        assert_eq!(commit.author_time.map(iso).as_deref(), Some("2026-06-13T06:27:57Z"));
        assert_eq!(commit.at().map(iso).as_deref(), Some("2026-06-13T06:28:01Z"));
        assert_eq!(commit.changes[0].path, "x.md");
        assert_eq!(commit.changes[0].added, ["one", "two"]);
        assert_eq!(commit.place.pointer, "line 1");
    }

    #[test]
    fn content_cannot_forge_a_commit() {
        let forged = header(B, "", "    forged");
        let added: String = forged.lines().map(|line| format!("+{line}\n")).collect();
        let removed = format!("-commit {B}\n--- a/y\n-++ b/y\n");
        let count = forged.lines().count();
        let log = header(A, "", &format!("    commit {B}\n    diff --git a/z b/z"))
            + &format!("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,{count} @@\n{removed}{added}");
        let (commits, issues) = read(&log);
        assert_eq!(issues, [""; 0]);
        assert_eq!(commits.len(), 1);
        assert_eq!(commits[0].changes.len(), 1);
        assert_eq!(commits[0].changes[0].added.len(), count);
        assert_eq!(commits[0].changes[0].removed, [&format!("commit {B}"), "-- a/y", "++ b/y"]);
    }

    fn check_path(diff: &str, path: &str, deleted: bool) {
        let (commits, issues) = read(&(header(A, "", "    s") + diff));
        let change = &commits[0].changes[0];
        assert_eq!((change.path.as_str(), change.deleted), (path, deleted), "{diff:?} {issues:?}");
    }

    #[test]
    fn reads_paths_in_every_form() {
        check_path("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", "x", false);
        check_path("diff --git a/a b/c b/a b/c\nnew file mode 100644\nindex 000..111\n", "a b/c", false);
        check_path("diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n@@ -1 +1 @@\n-x\n+y\n", "a b", false);
        check_path(
            "diff --git \"a/\\303\\274\\t\\\"\\\\.md\" \"b/\\303\\274\\t\\\"\\\\.md\"\ndeleted file mode 100644\n",
            "ü\t\"\\.md",
            true,
        );
        check_path(
            "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
            "x",
            true,
        );
        check_path(
            "diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n",
            "new",
            false,
        );
        check_path("diff --git x x\n--- x\n+++ x\n@@ -1 +1 @@\n-x\n+y\n", "x", false);
        check_path(
            "diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,1 @@@\n- commit\n+++ b/y\n",
            "x",
            false,
        );
    }

    #[test]
    fn keeps_where_a_file_came_from() {
        let log = header(A, &format!("{B} {A}"), "    s")
            + "diff --git a/old b/new\nsimilarity index 90%\nrename from old\nrename to new\n--- a/old\n+++ b/new\n\
               @@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n\
               diff --git a/p.png b/p.png\nindex 1..2 100644\nBinary files a/p.png and b/p.png differ\n";
        let (commits, issues) = read(&log);
        let changes = &commits[0].changes;
        assert_eq!((changes[0].old_path.as_deref(), changes[0].path.as_str()), (Some("old"), "new"));
        assert_eq!(
            (changes[0].added.as_slice(), changes[0].removed.as_slice()),
            (&["y".into()][..], &["x".into()][..])
        );
        assert!(commits[0].is_merge() && changes[1].binary && !changes[1].created);
        assert_eq!(issues.len(), 1, "{issues:?}");
        let (commits, _) = read(&header(A, "", &format!("    s\n\n    {}", "ü".repeat(20_000))));
        assert!(commits[0].body.len() < 17_000 && commits[0].body.ends_with('…'));
    }

    #[test]
    fn keeps_what_can_be_read() {
        let cut = header(A, "", "    s") + "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,9 @@\n+one\n";
        let (commits, issues) = read(&cut);
        assert_eq!(commits[0].changes[0].added, ["one"]);
        assert_eq!(issues, [": the log ends 8 lines before its last hunk does"]);

        let (commits, issues) = read(&(cut + &header(B, A, "    t")));
        assert_eq!(commits.len(), 2);
        assert_eq!(issues, ["line 15: 8 lines of a hunk are missing here"]);

        assert_eq!(read("").1, [": holds no commit"]);
        assert_eq!(read("garbage\nmore").1, ["line 1: stands before the first `commit` line; left out"]);
        assert_eq!(read(&format!("commit {A}\nauthor-time never\n")).1.len(), 2);
    }

    #[test]
    fn turns_round_a_log_that_is_newest_first() {
        let log = header(B, A, "    second") + &header(A, "", "    first");
        let (commits, issues) = read(&log);
        assert_eq!(commits[0].subject, "first");
        assert_eq!(issues, [": was written newest first; turned round"]);
        let log = header(A, "", "    first") + &header(B, A, "    second");
        assert_eq!(read(&log).0[0].subject, "first");
    }
}
