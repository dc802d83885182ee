//! Which kinds of mention a text may hold, told in one pass over its bytes; it reads none of them.
//!
//! A hint may be raised in vain, but never be missing: the patterns behind it are slow and need not be asked.

/// A text may hold what its hint stands for; without the hint it does not.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hints(u32);

impl Hints {
    /// `://`.
    pub(super) const ADDRESS: Hints = Hints(1);
    /// `key=value`.
    pub(super) const PAIR: Hints = Hints(1 << 1);
    /// `06:13`.
    pub(super) const CLOCK: Hints = Hints(1 << 2);
    /// `2026-06-13`.
    pub(super) const DAY: Hints = Hints(1 << 3);
    /// `12 June`.
    pub(super) const MONTH: Hints = Hints(1 << 4);
    /// `0/16`.
    pub(super) const SUBNET: Hints = Hints(1 << 5);
    /// `#4`.
    pub(super) const HASH: Hints = Hints(1 << 6);
    /// A second `#4`.
    pub(super) const HASHES: Hints = Hints(1 << 7);
    /// A figure behind "build", "run" or "Drone".
    pub(super) const BUILD: Hints = Hints(1 << 8);
    /// A dash, dots or an ellipsis behind a figure.
    pub(super) const RANGE: Hints = Hints(1 << 9);
    /// The word "comment".
    pub(super) const COMMENT: Hints = Hints(1 << 10);
    /// `PR` or `pull`.
    pub(super) const PULL: Hints = Hints(1 << 11);
    /// "level" or `L5`.
    pub(super) const LEVEL: Hints = Hints(1 << 12);
    /// `3 s`, `5m`, `2h`.
    pub(super) const LENGTH: Hints = Hints(1 << 13);
    /// `5m` or `2h`.
    pub(super) const LONG: Hints = Hints(1 << 14);
    /// Seven to forty hex digits.
    pub(super) const COMMIT: Hints = Hints(1 << 15);
    /// `a/b` or `a.md`.
    pub(super) const PATH: Hints = Hints(1 << 16);

    /// Both.
    pub(super) const fn and(self, other: Hints) -> Hints {
        Hints(self.0 | other.0)
    }

    /// Whether all of `wanted` are raised.
    pub(super) fn hold(self, wanted: Hints) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    fn raise(&mut self, hint: Hints, when: bool) {
        if when {
            self.0 |= hint.0;
        }
    }

    /// The hints of a text.
    pub(super) fn of(text: &str) -> Hints {
        let bytes = text.as_bytes();
        let mut hints = Hints::default();
        let mut word = 0;
        let mut before_blank = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            hints.raise_at(bytes, index, byte);
            if is_blank(byte) {
                let last = back(bytes, index, 1);
                if !is_blank(last) {
                    before_blank = last.to_ascii_lowercase();
                }
                let next = at(bytes, index + 1);
                let figure = digit(next) || next == b'#' && digit(at(bytes, index + 2));
                hints.raise(Hints::BUILD, figure && matches!(before_blank, b'd' | b's' | b'n' | b'e'));
            }
            if byte.is_ascii_alphanumeric() || byte == b'_' {
                word += 1;
            } else {
                hints.raise(Hints::COMMIT, is_commit(bytes, index - word, word));
                word = 0;
            }
        }
        hints.raise(Hints::COMMIT, is_commit(bytes, bytes.len() - word, word));
        hints
    }

    fn raise_at(&mut self, bytes: &[u8], index: usize, byte: u8) {
        let (last, next) = (back(bytes, index, 1), at(bytes, index + 1));
        let third = || at(bytes, index + 2);
        let behind_figure = || digit(last) || is_blank(last) && digit(back(bytes, index, 2));
        match byte {
            b':' => {
                self.raise(Hints::ADDRESS, next == b'/' && third() == b'/');
                let minutes = digit(next) && digit(third());
                self.raise(Hints::CLOCK, minutes && digit(last) && digit(back(bytes, index, 2)));
            }
            b'=' => self.raise(Hints::PAIR, last.is_ascii_alphanumeric() || matches!(last, b'_' | b'.')),
            b'-' => {
                let month = digit(next) && digit(third()) && at(bytes, index + 3) == b'-';
                self.raise(Hints::DAY, month && (1..=4).all(|by| digit(back(bytes, index, by))));
                self.raise(Hints::RANGE, behind_figure());
            }
            // The first byte of a dash or an ellipsis.
            0xe2 => self.raise(Hints::RANGE, behind_figure()),
            b'.' => {
                self.raise(Hints::RANGE, next == b'.' && behind_figure());
                self.raise(Hints::PATH, (in_path(last)) && next.is_ascii_lowercase());
            }
            b'/' => {
                self.raise(Hints::SUBNET, digit(last) && digit(next));
                self.raise(Hints::PATH, in_path(last) && (in_path(next) || next == b'*'));
            }
            b'#' if digit(next) => {
                self.raise(Hints::HASHES, self.hold(Hints::HASH));
                self.raise(Hints::HASH, true);
            }
            b'l' | b'L' => {
                let word =
                    last.eq_ignore_ascii_case(&b'e') && back(bytes, index, 2).eq_ignore_ascii_case(&b'v');
                self.raise(Hints::LEVEL, digit(next) || word);
            }
            b'R' => self.raise(Hints::PULL, last == b'P'),
            b'p' => self.raise(Hints::PULL, next == b'u' && third() == b'l'),
            b's' => self.raise(Hints::LENGTH, behind_figure()),
            b'h' => self.raise(Hints::LENGTH.and(Hints::LONG), behind_figure()),
            b'm' | b'M' => {
                self.raise(Hints::LENGTH.and(Hints::LONG), behind_figure());
                let comment = last.eq_ignore_ascii_case(&b'm') && third().eq_ignore_ascii_case(&b'n');
                self.raise(Hints::COMMENT, comment);
            }
            _ if is_blank(byte) => self.raise(Hints::MONTH, digit(last) && next.is_ascii_uppercase()),
            _ => {}
        }
    }
}

fn at(bytes: &[u8], index: usize) -> u8 {
    bytes.get(index).copied().unwrap_or(0)
}

fn back(bytes: &[u8], index: usize, by: usize) -> u8 {
    index.checked_sub(by).map_or(0, |index| at(bytes, index))
}

fn digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'@' | b'-')
}

fn is_commit(bytes: &[u8], from: usize, length: usize) -> bool {
    let hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (7..=40).contains(&length) && bytes.get(from..from + length).is_some_and(|word| word.iter().all(hex))
}
