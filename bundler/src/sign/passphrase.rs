//! Where passphrases come from: the environment, or a person at a terminal. Knows no key.

use std::io::IsTerminal as _;

/// Where the passphrase of an encrypted key is taken from where nobody is asked.
pub(crate) const PASSPHRASE_VARIABLE: &str = "DOSSIER_KEY_PASSPHRASE";

pub(super) fn from_environment() -> Option<String> {
    std::env::var(PASSPHRASE_VARIABLE).ok().filter(|passphrase| !passphrase.is_empty())
}

/// Whether there is somebody to ask.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// What the person at the terminal types; none when nothing comes.
pub(super) fn ask(path: &str) -> Option<String> {
    rpassword::prompt_password(format!("Passphrase of {path}: "))
        .ok()
        .filter(|passphrase| !passphrase.is_empty())
}

/// A passphrase for a new key, from the environment or typed twice; why there is none otherwise.
pub(crate) fn ask_new() -> Result<String, String> {
    if let Some(passphrase) = from_environment() {
        return Ok(passphrase);
    }
    if !can_ask() {
        return Err(format!("there is no terminal to ask on; put the passphrase into {PASSPHRASE_VARIABLE}"));
    }
    let typed = |words: &str| rpassword::prompt_password(words).map_err(|error| error.to_string());
    let first = typed("Passphrase for the new key: ")?;
    match first.is_empty() {
        true => Err("an empty passphrase protects nothing; leave --passphrase out".to_owned()),
        false if typed("The same once more: ")? == first => Ok(first),
        false => Err("the two passphrases differ; nothing was written".to_owned()),
    }
}
