//! Sizes, digests and ETags in a recorder's notes: they are those of bodies before redaction. Knows such keys.

/// A value: bytes [start, end), and whether it is a number, which a marker has to be quoted in place of.
pub(super) struct Value {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) is_number: bool,
}

const KEYS: &[&str] = &[
    "etag",
    "sha256",
    "sha1",
    "md5",
    "digest",
    "bytes",
    "size",
    "content_length",
    "content-length",
    "content-md5",
];

/// Every value of such a key in a JSON text.
pub(super) fn values(text: &[u8]) -> Vec<Value> {
    let mut values = Vec::new();
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'"', &text[at..]).map(|quote| at + quote) {
        let Some(close) = closing(text, open + 1) else { break };
        at = close + 1;
        let blank = |at: usize| at + text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let colon = blank(at);
        let key = &text[open + 1..close];
        if text.get(colon) != Some(&b':')
            || !KEYS.iter().any(|known| key.eq_ignore_ascii_case(known.as_bytes()))
        {
            continue;
        }
        let start = blank(colon + 1);
        match text.get(start) {
            Some(b'"') => {
                let Some(end) = closing(text, start + 1) else { break };
                let is_marker = text[start + 1..end].starts_with(b"[redacted:");
                if !is_marker && start + 1 < end {
                    values.push(Value { start: start + 1, end, is_number: false });
                }
                at = end + 1;
            }
            Some(b'0'..=b'9') => {
                let length =
                    text[start..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
                values.push(Value { start, end: start + length, is_number: true });
                at = start + length;
            }
            _ => {}
        }
    }
    values
}

fn closing(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let found = at + memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[found] == b'"' {
            return Some(found);
        }
        at = found + 2;
    }
}
