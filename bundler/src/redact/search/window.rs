//! A reader seen through a window of bounded size. Knows offsets, not what is looked for.

use std::io::{self, Read};

/// How far before a place what belongs to it can begin, and how far behind it can end: the longest hit.
pub(super) const BACK: usize = 16 << 10;
pub(super) const AHEAD: usize = 72 << 10;

/// Part of a content, with enough around it.
pub(super) struct Window<'w> {
    /// Bytes of the content from `base` on.
    pub(super) text: &'w [u8],
    pub(super) base: u64,
    /// The places in `text` that are this window's to judge; every place is one window's.
    pub(super) own: std::ops::Range<usize>,
    /// Line breaks before `base`.
    pub(super) lines: u64,
}

/// Shows `content` window by window, each with `own_bytes` of its own.
pub(super) fn each(
    content: &mut dyn Read,
    own_bytes: usize,
    mut look: impl FnMut(Window<'_>),
) -> io::Result<()> {
    let mut text = Vec::new();
    let (mut base, mut lines, mut start) = (0u64, 0u64, 0);
    loop {
        let wanted = start + own_bytes + AHEAD;
        let missing = wanted.saturating_sub(text.len());
        let came = content.take(missing as u64).read_to_end(&mut text)?;
        let is_last = came < missing;
        let end = if is_last { text.len() } else { start + own_bytes };
        look(Window { text: &text, base, own: start..end, lines });
        if is_last {
            return Ok(());
        }
        let done = end.saturating_sub(BACK);
        lines += memchr::memchr_iter(b'\n', &text[..done]).count() as u64;
        base += done as u64;
        text.drain(..done);
        start = end - done;
    }
}
