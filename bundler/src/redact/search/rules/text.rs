//! Reading the text around a word: boundaries, white space, quotes, markers, placeholders. Knows no rule.

/// The text around a word that stands at `at..end`.
#[derive(Clone, Copy)]
pub(in super::super) struct Text<'t> {
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    pub(super) end: usize,
}

/// The longest secret that is not a key block.
pub(super) const LONGEST: usize = 16 << 10;
/// Shorter values in an assignment are hardly secrets.
pub(super) const SHORTEST: usize = 8;

impl<'t> Text<'t> {
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The bytes from `at` on.
    pub(super) fn from(&self, at: usize) -> &'t [u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The word, as it is written here.
    pub(super) fn word(&self) -> &'t [u8] {
        self.slice(self.at, self.end)
    }

    pub(super) fn starts_with(&self, at: usize, prefix: &[u8]) -> bool {
        self.from(at).starts_with(prefix)
    }

    /// The end of the run of `is_in` from `at` on, at most `most` bytes.
    pub(super) fn run(&self, at: usize, most: usize, is_in: impl Fn(u8) -> bool) -> usize {
        at + self.from(at).iter().take(most).take_while(|byte| is_in(**byte)).count()
    }

    /// The beginning of the run of `is_in` that ends at `end`.
    pub(super) fn run_back(&self, end: usize, most: usize, is_in: impl Fn(u8) -> bool) -> usize {
        end - self.bytes[..end].iter().rev().take(most).take_while(|byte| is_in(**byte)).count()
    }

    /// Whether no word goes on before `at`; an escape that ends there (`\n`, `%20`, a colour) is no word.
    pub(super) fn begins_word(&self, at: usize) -> bool {
        let before = &self.bytes[..at.min(self.bytes.len())];
        let Some(last) = before.last() else { return true };
        if !is_word(*last) {
            // Where a secret was cut out, a word may have gone on.
            return *last != b']' || !ends_in_marker(before);
        }
        let back = |distance: usize| before.len().checked_sub(distance).map(|at| before[at]);
        match last {
            b'n' | b'r' | b't' if back(2) == Some(b'\\') => true,
            b'm' => before[before.len().saturating_sub(12)..].contains(&b'['),
            byte if byte.is_ascii_hexdigit() => {
                back(3) == Some(b'%')
                    || back(6) == Some(b'\\') && matches!(back(5), Some(b'u'))
                    || back(4) == Some(b'\\') && back(3) == Some(b'x')
            }
            _ => false,
        }
    }

    /// Whether a word goes on at `at`, or did before a secret was cut out there.
    pub(super) fn goes_on(&self, at: usize) -> bool {
        self.byte(at).is_some_and(is_word) || marker(self.from(at)) > 0
    }

    /// Behind blanks and colours.
    pub(super) fn skip_blank(&self, at: usize, most: usize) -> usize {
        let mut at = at;
        for _ in 0..3 {
            let blank = self.run(at, most, |byte| matches!(byte, b' ' | b'\t'));
            let colour = self.colour(blank);
            if colour == at {
                break;
            }
            at = colour;
        }
        at
    }

    fn colour(&self, at: usize) -> usize {
        let starts: [&[u8]; 5] = [b"\x1b[", b"\\u001b[", b"\\u001B[", b"\\x1b[", b"\\033["];
        let Some(start) = starts.iter().find(|start| self.starts_with(at, start)) else { return at };
        let end = self.run(at + start.len(), 16, |byte| byte.is_ascii_digit() || byte == b';');
        if self.byte(end) == Some(b'm') { end + 1 } else { at }
    }

    /// Behind white space, also across lines.
    pub(super) fn skip_space(&self, at: usize) -> usize {
        let end = self.run(at, 64, |byte| byte.is_ascii_whitespace());
        // White space of JSON in a string.
        let mut end = end;
        while self.starts_with(end, b"\\n") || self.starts_with(end, b"\\t") {
            end = self.run(end + 2, 64, |byte| byte.is_ascii_whitespace());
            if end - at > 128 {
                break;
            }
        }
        end
    }

    /// The quote at `at` as it is written there: `"`, `'`, `\"`, `\\\"`, `&quot;`, `&#34;`, `%22`.
    pub(super) fn quote(&self, at: usize) -> Option<&'t [u8]> {
        let rest = self.from(at);
        let slashes = rest.iter().take(8).take_while(|byte| **byte == b'\\').count();
        if matches!(rest.get(slashes), Some(b'"' | b'\'' | b'`')) {
            return rest.get(..slashes + 1);
        }
        let spelt: [&[u8]; 5] = [b"&quot;", b"&#34;", b"&apos;", b"&#39;", b"%22"];
        spelt.iter().find(|quote| rest.starts_with(quote)).and_then(|quote| rest.get(..quote.len()))
    }

    /// The end of what `quote` opened at `at`; where its line ends when it is never closed.
    pub(super) fn closing(&self, at: usize, quote: &[u8]) -> usize {
        let rest = self.from(at);
        let rest = &rest[..rest.len().min(LONGEST)];
        let mut from = 0;
        while let Some(found) = memchr::memchr3(quote[0], b'\n', b'\r', &rest[from..]) {
            let found = from + found;
            if matches!(rest[found], b'\n' | b'\r') {
                return at + found;
            }
            // A quote that is escaped more deeply stands in the value.
            let is_escaped = quote[0] != b'\\'
                && rest[..found].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1;
            if rest[found..].starts_with(quote) && !is_escaped {
                return at + found;
            }
            from = found + 1;
        }
        at + rest.len()
    }
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

pub(super) fn is_dashed(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

/// The length of the marker of a redaction at the beginning of `text`; zero when there is none.
fn marker(text: &[u8]) -> usize {
    let Some(rest) = text.strip_prefix(b"[redacted:") else { return 0 };
    let name = rest.iter().take(40).take_while(|byte| byte.is_ascii_lowercase() || **byte == b'-').count();
    let Some(number) = rest[name..].strip_prefix(b":") else { return 0 };
    let digits = number.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    // The bracket may be cut off by what ends the value.
    let bracket = usize::from(number.get(digits) == Some(&b']'));
    if digits == 0 { 0 } else { b"[redacted:".len() + name + 1 + digits + bracket }
}

fn ends_in_marker(text: &[u8]) -> bool {
    let tail = &text[text.len().saturating_sub(64)..];
    let Some(at) = memchr::memmem::rfind(tail, b"[redacted:") else { return false };
    marker(&tail[at..]) == tail.len() - at
}

/// Whether nothing of a secret's length is left when the markers of an earlier redaction are taken out.
pub(in super::super) fn is_marker_or_empty(value: &[u8], shortest: usize) -> bool {
    let (mut at, mut others, mut markers) = (0, 0, 0);
    while at < value.len() {
        match marker(&value[at..]) {
            0 => {
                at += 1;
                others += 1;
            }
            length => {
                at += length;
                markers += 1;
            }
        }
    }
    others == 0 || markers > 0 && others < shortest
}

/// What people and programs write where a secret would stand.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    const STARTS: &[&str] = &[
        "$",
        "%",
        "{{",
        "<",
        "/run/secrets/",
        "/var/run/secrets/",
        "os.environ",
        "os.getenv",
        "process.env",
        "env.",
        "env:",
        "secrets.",
        "secret:",
        "vault:",
        "op://",
        "file:",
        "enc[",
        "!",
        "***",
        "-----",
        "...",
        "…",
        "•",
        "your_",
        "your-",
        "my_",
        "example",
        "self.",
        "sha256:",
    ];
    const PLAIN: &[&str] = &[
        "disabled",
        "required",
        "optional",
        "generated",
        "undefined",
        "redacted",
        "changeme",
        "change_me",
        "change-me",
        "placeholder",
        "password",
        "passwords",
        "passphrase",
        "unchanged",
        "available",
        "incorrect",
        "mismatch",
        "rejected",
        "accepted",
        "expected",
        "provided",
        "protected",
        "encrypted",
        "rotated",
        "invalid",
        "unlimited",
        "possible",
        "supported",
        "function",
        "(hidden)",
        "[hidden]",
        "(unset)",
        "not-set",
        "yourpassword",
    ];
    let lower = String::from_utf8_lossy(value.get(..40).unwrap_or(value)).to_ascii_lowercase();
    STARTS.iter().any(|start| lower.starts_with(start))
        || PLAIN.contains(&lower.trim_end_matches(['.', ':', '!', '?', '*', ']', ')']))
        || value.iter().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'#' | b'0'))
        || value.windows(3).all(|three| three == "•".as_bytes())
            && !value.is_empty()
            && value.len().is_multiple_of(3)
}
