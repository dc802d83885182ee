//! Files that tests attach by a line of their output: `[[ATTACHMENT|path]]`, as CI servers know it.
//! Knows nothing about XML.

/// Files that are kept of one report.
const MAX_ATTACHMENTS: usize = 10_000;
/// Bytes of output that are searched at a time where no line ends.
const MAX_LINE_BYTES: usize = 8 << 10;

/// Looks through output as it comes in pieces; keeps no more of it than the line that has not ended.
#[derive(Default)]
pub(super) struct Output {
    line: String,
    found: Vec<String>,
    found_in_all: usize,
}

impl Output {
    /// The next piece.
    pub(super) fn add(&mut self, piece: &str) {
        let mut rest = piece;
        while let Some((line, after)) = rest.split_once('\n') {
            self.add_to_line(line);
            self.end_line();
            rest = after;
        }
        self.add_to_line(rest);
    }

    fn add_to_line(&mut self, piece: &str) {
        let mut rest = piece;
        while !rest.is_empty() {
            let room = MAX_LINE_BYTES.saturating_sub(self.line.len());
            let (now, later) = rest.split_at(rest.floor_char_boundary(room));
            self.line.push_str(now);
            rest = later;
            if !rest.is_empty() {
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let mut rest = line.as_str();
        while let Some((_, after)) = rest.split_once("[[ATTACHMENT|") {
            let Some((path, after)) = after.split_once("]]") else { return };
            let path = path.trim();
            if !path.is_empty() && self.found_in_all < MAX_ATTACHMENTS {
                self.found.push(path.to_owned());
                self.found_in_all += 1;
            }
            rest = after;
        }
    }

    /// The output ends; the files it named.
    pub(super) fn end(&mut self) -> Vec<String> {
        self.end_line();
        std::mem::take(&mut self.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&str], expected: &[&str]) {
        let mut output = Output::default();
        for piece in pieces {
            output.add(piece);
        }
        assert_eq!(output.end(), expected, "{pieces:?}");
    }

    #[test]
    fn finds_attachments() {
        check(&["a\n[[ATTACHMENT|/tmp/x.png]]\nb"], &["/tmp/x.png"]);
        check(&["[[ATTACH", "MENT|a ", "&", " b]]"], &["a & b"]);
        check(&["[[ATTACHMENT|a]] [[ATTACHMENT| b ]]"], &["a", "b"]);
        check(&["[[ATTACHMENT|a\n]]"], &[]);
        check(&["[[ATTACHMENT|]] [[attachment|x]]", ""], &[]);
        check(&[&"ü".repeat(20_000), "\n[[ATTACHMENT|late]]"], &["late"]);
    }
}
