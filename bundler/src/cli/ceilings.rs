//! `--limit NAME=VALUE`; knows nothing about what is read.

use clap::Args;
use dossier_shared::limits::Limits;

/// Ceilings of reading that somebody raised.
#[derive(Debug, Default, Args)]
pub(crate) struct Ceilings {
    /// Raise a ceiling of reading, for a large snapshot from somebody you trust; the error of a snapshot that is
    /// above one names it
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = ceiling)]
    raised: Vec<(String, u64)>,
}

impl Ceilings {
    /// All ceilings, the raised ones among them.
    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        for (name, value) in &self.raised {
            limits.set(name, *value);
        }
        limits
    }
}

fn ceiling(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE, for example entries=200000")?;
    let value = value.parse().map_err(|_| format!("{value:?} is not a whole number"))?;
    match Limits::default().set(name, value) {
        true => Ok((name.to_owned(), value)),
        false => Err(format!("there is no ceiling {name:?}; there are {}", Limits::NAMES.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceilings_are_raised_by_name() {
        let check = |text: &str, words: &str| {
            let found = ceiling(text).map_or_else(|error| error, |(name, value)| format!("{name} {value}"));
            assert!(found.contains(words), "{text}: {found}");
        };
        check("entries=200000", "entries 200000");
        check("entries", "expected NAME=VALUE");
        check("entries=many", "not a whole number");
        check("depth=1", "there are entries, entry_bytes");
        let limits = Ceilings { raised: vec![("ratio".to_owned(), 7)] }.limits();
        assert_eq!((limits.ratio, limits.entries), (7, 100_000));
    }
}
