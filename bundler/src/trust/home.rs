//! Where the user's own files lie: keys, allowed signers, revoked keys. Reads none of them.

use std::path::PathBuf;

/// `$XDG_CONFIG_HOME/dossier`, else `~/.config/dossier`; on Windows `%APPDATA%\dossier`.
pub(crate) fn folder() -> Option<PathBuf> {
    let absolute = |name: &str| {
        // A relative path would depend on the current folder, which may be anybody's.
        std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_CONFIG_HOME")
        .or_else(|| absolute("APPDATA").filter(|_| cfg!(windows)))
        .or_else(|| std::env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".config")));
    base.map(|base| base.join("dossier"))
}

/// The file of allowed signers that is used where none is named.
pub(crate) fn allowed_signers_path() -> Option<PathBuf> {
    folder().map(|folder| folder.join("allowed_signers"))
}

/// The list of revoked keys that is used where none is named.
pub(super) fn revoked_keys_path() -> Option<PathBuf> {
    folder().map(|folder| folder.join("revoked_keys"))
}

/// The key that is made and used where none is named.
pub(crate) fn default_key_path() -> Option<PathBuf> {
    folder().map(|folder| folder.join("id_ed25519"))
}
