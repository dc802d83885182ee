//! Values that must never be shipped, by name, wiped from memory when they are dropped. Knows no rule and no file.

use std::fmt;

use zeroize::Zeroizing;

/// The shortest value that is looked for: shorter ones stand everywhere by chance.
const SHORTEST_VALUE: usize = 8;
/// A value of fewer different characters stands everywhere too.
const FEWEST_CHARACTERS: usize = 3;

/// Named secret values.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Secrets {
    values: Vec<(String, Zeroizing<Vec<u8>>)>,
}

impl Secrets {
    /// Adds the value called `name`, or says why it is not looked for.
    pub(crate) fn add(&mut self, name: &str, value: Vec<u8>) -> Result<(), String> {
        let value = Zeroizing::new(value);
        if value.len() < SHORTEST_VALUE {
            return Err(format!("it has fewer than {SHORTEST_VALUE} characters"));
        }
        let different = value.iter().collect::<std::collections::BTreeSet<_>>().len();
        if different < FEWEST_CHARACTERS {
            return Err(format!("it has fewer than {FEWEST_CHARACTERS} different characters"));
        }
        if !self.values.iter().any(|(_, known)| *known == value) {
            self.values.push((name.to_owned(), value));
        }
        Ok(())
    }

    /// Takes the values out of a message, as they are and as messages quote them.
    pub(super) fn hide(&self, message: &mut String) {
        for value in self.values().filter_map(|value| std::str::from_utf8(value).ok()) {
            let quoted = format!("{value:?}");
            for spelt in [value, quoted.trim_matches('"')] {
                if message.contains(spelt) {
                    *message = message.replace(spelt, "[redacted:known-value]");
                }
            }
        }
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

/// The names and values of a file of `NAME=value` lines, as shells and docker read them.
pub(super) fn env_file(text: &str) -> Vec<(String, String)> {
    let mut values = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = behind;
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else { continue };
        let value = value.trim();
        let value = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => match value[1..].find(quote) {
                Some(end) => value[1..=end].to_owned(),
                // Quoted over several lines.
                None => match rest.find(quote) {
                    Some(end) => {
                        let whole = format!("{}\n{}", &value[1..], &rest[..end]);
                        rest = rest[end..].split_once('\n').map_or("", |(_, behind)| behind);
                        whole
                    }
                    None => value.to_owned(),
                },
            },
            _ => value.split(" #").next().unwrap_or_default().trim_end().to_owned(),
        };
        values.push((name.trim().to_owned(), value));
    }
    values
}

/// Whether a variable's name says that its value is secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    const WORDS: [&str; 13] = [
        "TOKEN",
        "SECRET",
        "PASSW",
        "PASSPHRASE",
        "PWD",
        "_PASS",
        "APIKEY",
        "API_KEY",
        "PRIVATE_KEY",
        "ACCESS_KEY",
        "CREDENTIAL",
        "_SALT",
        "WEBHOOK",
    ];
    const OTHERS: [&str; 14] = [
        "_VERSION", "_FILE", "_NAME", "_TYPE", "_USER", "_ID", "_PATH", "_LENGTH", "_DOMAIN", "_HOST",
        "_PORT", "_TTL", "_ENABLED", "_EXPIRY",
    ];
    let name = name.to_ascii_uppercase();
    let is_secret =
        WORDS.iter().any(|word| name.contains(word)) || name.ends_with("_KEY") || name.ends_with("_AUTH");
    is_secret && !OTHERS.iter().any(|other| name.ends_with(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_env_files() {
        let text = "# x\nA=1\nexport B_TOKEN='a b'\nC=\"x\\ny\" # c\nD=plain # comment\nE='two\nlines'\nF=\n";
        let expected =
            [("A", "1"), ("B_TOKEN", "a b"), ("C", "x\\ny"), ("D", "plain"), ("E", "two\nlines"), ("F", "")];
        let values = env_file(text);
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(values, expected);
    }

    #[test]
    fn names_say_what_is_secret() {
        for (name, is_secret) in [
            ("DRONE_TOKEN", true),
            ("smtp_pass", true),
            ("SIGNING_KEY", true),
            ("SECRET_DB_PASSWORD_VERSION", false),
            ("KEYCLOAK_DOMAIN", false),
            ("PASSWORD_FILE", false),
            ("RECIPE", false),
        ] {
            assert_eq!(is_secret_name(name), is_secret, "{name}");
        }
    }

    #[test]
    fn messages_do_not_tell_values() {
        let mut secrets = Secrets::default();
        for value in ["k3Jx91bbQz77", "with \"quotes\" in it"] {
            assert!(secrets.add("A", value.into()).is_ok());
            let mut message =
                format!("phase id {:?} must begin with a-z; unknown key `{value}`", format!("x-{value}"));
            secrets.hide(&mut message);
            let hidden = "[redacted:known-value]";
            assert_eq!(
                message,
                format!("phase id \"x-{hidden}\" must begin with a-z; unknown key `{hidden}`")
            );
        }
        let mut other = "phase id \"k3Jx91bbQz\"".to_owned();
        secrets.hide(&mut other);
        assert_eq!(other, "phase id \"k3Jx91bbQz\"");
    }

    #[test]
    fn what_stands_everywhere_is_not_looked_for() {
        let mut secrets = Secrets::default();
        assert!(secrets.add("A", b"short".to_vec()).is_err());
        assert!(secrets.add("A", b"0000000000".to_vec()).is_err());
        assert!(secrets.add("A", b"long enough".to_vec()).is_ok());
        assert_eq!(format!("{secrets:?}"), "[\"A\"]");
    }
}
