//! Messages of INBOX files that only the git log still holds; knows the log's hunks and nothing of what is said.
//!
//! Such a file is deleted when its message is read. The lines that a commit added to it are a document of its
//! own here: it is called `git log`, and its lines and columns are those of the log.

use crate::documents::Document;
use crate::entry_path::EntryPath;
use crate::evidence::EvidenceKind;

/// What documents that were read out of a git log are called.
pub const NAME: &str = "git log";

/// Messages that are kept of one log.
const MAX_MESSAGES: usize = 10_000;

/// Reads the messages in the git log at `path`, in the log's order: one for each hunk of an INBOX file.
pub fn from_log(path: &EntryPath, log: &[u8]) -> Vec<Document> {
    let mut messages = Vec::new();
    let mut is_inbox = false;
    let mut to_come = (0, 0);
    let mut message: Option<(usize, Vec<u8>)> = None;
    for (index, line) in log.split(|byte| *byte == b'\n').enumerate() {
        let (removed, added) = to_come;
        if (removed, added) != (0, 0) {
            match line.first() {
                Some(b'+') if added > 0 => {
                    to_come.1 -= 1;
                    if is_inbox {
                        let (_, text) = message.get_or_insert_with(|| (index, Vec::new()));
                        text.extend_from_slice(line.get(1..).unwrap_or(&[]));
                        text.push(b'\n');
                    }
                    continue;
                }
                Some(b'-') if removed > 0 => {
                    to_come.0 -= 1;
                    continue;
                }
                Some(b'\\') => continue,
                // A context line, or the log is torn here.
                Some(b' ') if removed > 0 && added > 0 => {
                    to_come = (removed - 1, added - 1);
                    continue;
                }
                _ => to_come = (0, 0),
            }
        }
        messages.extend(message.take().map(|(first, text)| document(path, first, &text)));
        if messages.len() >= MAX_MESSAGES {
            return messages;
        }
        if line.starts_with(b"diff ") || line.starts_with(b"commit ") {
            is_inbox = false;
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            is_inbox = is_inbox_name(name);
        } else if let Some(ranges) = line.strip_prefix(b"@@ ") {
            to_come = lengths(ranges).unwrap_or((0, 0));
        }
    }
    messages.extend(message.take().map(|(first, text)| document(path, first, &text)));
    messages
}

fn document(path: &EntryPath, first_line: usize, text: &[u8]) -> Document {
    let document = Document::parse(EvidenceKind::Inbox, path, text);
    // The `+` in front of every line.
    Document { name: NAME.to_owned(), begins: (first_line, 1), ..document }
}

/// `b/machine-docs/BUILDER-INBOX.md`, perhaps in quotes.
fn is_inbox_name(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name);
    let name = name.trim().trim_matches('"');
    let file = name.rsplit('/').next().unwrap_or(name).to_ascii_uppercase();
    file.ends_with(".MD") && file.contains("INBOX")
}

/// How many lines a hunk takes away and adds: `-1,2 +3 @@`.
fn lengths(ranges: &[u8]) -> Option<(u64, u64)> {
    let ranges = String::from_utf8_lossy(ranges);
    let mut ranges = ranges.split(' ');
    let length = |range: &str| match range.split_once(',') {
        Some((_, length)) => length.parse().ok(),
        None => Some(1),
    };
    let removed = length(ranges.next()?.strip_prefix('-')?)?;
    let added = length(ranges.next()?.strip_prefix('+')?)?;
    Some((removed, added))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_stand_at_their_lines_of_the_log() {
        let log = "commit 0123456789012345678901234567890123456789\nauthor A <a@b.example>\n\n    inbox\n\n\
            diff --git a/x/BUILDER-INBOX.md b/x/BUILDER-INBOX.md\nnew file mode 100644\n--- /dev/null\n\
            +++ b/x/BUILDER-INBOX.md\n@@ -0,0 +1,3 @@\n+# To the Builder\n+\n+M1 **FAIL**: see F1.\n\
            diff --git a/x/STATUS.md b/x/STATUS.md\n--- a/x/STATUS.md\n+++ b/x/STATUS.md\n@@ -1 +1 @@\n\
            -a\n+++ b/INBOX.md\n";
        let path = EntryPath::new("data/git/docs.log").expect("a good name");
        let messages = from_log(&path, log.as_bytes());
        let said: Vec<_> = messages
            .iter()
            .flat_map(|message| message.blocks.iter().map(|block| (block, message.position(block, 0))))
            .map(|(block, place)| (block.text.as_str(), place))
            .collect();
        assert_eq!(said, [("To the Builder", (11, 4)), ("M1 FAIL: see F1.", (13, 2))]);
        assert!(messages.iter().all(|message| message.name == NAME && message.path == path));
        for torn in ["", "@@ -1 +9999999999999 @@\n+a", "+++ b/INBOX.md\n@@ -0,0 +1,9 @@\n+a\nx"] {
            from_log(&path, torn.as_bytes());
        }
    }
}
