//! What a content is by its name and its first bytes. Knows file formats, no secret.

use dossier_shared::entry_path::EntryPath;

use super::{inside, rules};

/// How much of a content tells its form.
pub(super) const HEAD_BYTES: usize = 64 << 10;

/// What a content is, as far as it matters to a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// Would break if anything were cut out of it.
    Binary,
    Png,
    Gzip,
    Zlib,
    Zip,
    Tar,
    /// Compressed or encrypted in a way that is not looked into.
    Closed(&'static str),
    /// Never packed: the rule, and why.
    Refused(&'static str, &'static str),
}

impl Form {
    /// Whether it holds what can be unpacked here.
    pub(super) fn is_packed(self) -> bool {
        matches!(self, Form::Gzip | Form::Zlib | Form::Zip | Form::Tar | Form::Png)
    }
}

const MAGIC: &[(&[u8], Form)] = &[
    (b"\x89PNG\r\n\x1a\n", Form::Png),
    (b"\xff\xd8\xff", Form::Binary),
    (b"GIF8", Form::Binary),
    (b"# v2 git bundle", Form::Binary),
    (b"# v3 git bundle", Form::Binary),
    (b"\x1f\x8b", Form::Gzip),
    (b"PK\x03\x04", Form::Zip),
    (b"\x28\xb5\x2f\xfd", Form::Closed("zstd")),
    (b"\xfd7zXZ\0", Form::Closed("xz")),
    (b"BZh", Form::Closed("bzip2")),
    (b"7z\xbc\xaf\x27\x1c", Form::Closed("7z")),
    (b"Rar!\x1a\x07", Form::Closed("rar")),
    (b"\x04\x22\x4d\x18", Form::Closed("lz4")),
    (b"%PDF-", Form::Closed("PDF")),
    (b"SQLite format 3\0", Form::Refused("database", DATABASE)),
    (b"PGDMP", Form::Refused("database", DATABASE)),
    (b"REDIS0", Form::Refused("database", DATABASE)),
    (b"\x03\xd9\xa2\x9a", Form::Refused("credential-file", CREDENTIALS)),
    (b"\xfe\xed\xfe\xed", Form::Refused("credential-file", CREDENTIALS)),
];

const DATABASE: &str = "is a database; databases are never packed";
const CREDENTIALS: &str = "is a file of credentials; such files are never packed";
const ENVIRONMENT: &str = "is a file of environment variables with secrets; such files are never packed";
const GIT_CONFIG: &str = "is a git configuration with remotes; such files are never packed";

/// Names of files that hold nothing but credentials.
const CREDENTIAL_NAMES: &[&str] = &[
    ".git-credentials",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
];
const CREDENTIAL_ENDINGS: &[&str] = &[".kdbx", ".p12", ".pfx", ".jks", ".keystore"];

pub(super) fn of(path: &EntryPath, head: &[u8]) -> Form {
    let lower = path.as_str().to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    if CREDENTIAL_NAMES.contains(&name) || CREDENTIAL_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return Form::Refused("credential-file", CREDENTIALS);
    }
    if let Some(form) = by_magic(head) {
        return form;
    }
    if is_git_config(head) {
        return Form::Refused("git-config", GIT_CONFIG);
    }
    let is_sample = ["sample", "example", "template", "dist"].iter().any(|word| name.contains(word));
    let is_named = name == ".env" || name.ends_with(".env") || name.starts_with(".env.");
    if is_environment(head, if is_named && !is_sample { 1 } else { 2 }) {
        return Form::Refused("env-file", ENVIRONMENT);
    }
    Form::Text
}

/// What the bytes say by themselves; none for a text.
pub(super) fn by_magic(head: &[u8]) -> Option<Form> {
    if let Some((_, form)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(*form);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(Form::Binary);
    }
    if inside::is_tar(head) {
        return Some(Form::Tar);
    }
    inside::is_zlib(head).then_some(Form::Zlib)
}

fn is_git_config(head: &[u8]) -> bool {
    let section = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    let begins = head.trim_ascii_start();
    (begins.starts_with(b"[core]") || begins.starts_with(b"[remote \""))
        && section(b"[remote \"")
        && section(b"url")
}

/// Whether every line is `NAME=value`, and at least `secrets` of the names say that their value is secret.
fn is_environment(head: &[u8], secrets: usize) -> bool {
    let whole = match head.len() {
        HEAD_BYTES.. => &head[..memchr::memrchr(b'\n', head).unwrap_or(head.len())],
        _ => head,
    };
    let mut found = 0;
    for line in whole.split(|byte| *byte == b'\n' || *byte == 0).map(<[u8]>::trim_ascii) {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let line = line.strip_prefix(b"export ").unwrap_or(line);
        let Some(equals) = line.iter().position(|byte| *byte == b'=') else { return false };
        let (name, value) = (&line[..equals], &line[equals + 1..]);
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.".contains(byte);
        if name.is_empty() || !name.iter().all(is_name) {
            return false;
        }
        found += usize::from(rules::is_secret_variable(name, value));
    }
    found >= secrets
}
