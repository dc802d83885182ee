//! Values that must never be shipped, by name, wiped from memory when they are dropped. Knows no rule and no file.

use std::fmt;

use zeroize::Zeroizing;

/// The shortest value that is looked for: shorter ones stand everywhere by chance.
pub(crate) const SHORTEST_VALUE: usize = 8;

/// Named secret values.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Secrets {
    values: Vec<(String, Zeroizing<Vec<u8>>)>,
}

impl Secrets {
    /// Adds the value called `name`; false when it is too short to be looked for.
    pub(crate) fn add(&mut self, name: &str, value: Vec<u8>) -> bool {
        let value = Zeroizing::new(value);
        let is_long = value.len() >= SHORTEST_VALUE;
        if is_long && !self.values.iter().any(|(_, known)| *known == value) {
            self.values.push((name.to_owned(), value));
        }
        is_long
    }

    /// The values, in the order in which they were added.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.values.iter().map(|(_, value)| value.as_slice())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values.iter().map(|(name, _)| name)).finish()
    }
}
