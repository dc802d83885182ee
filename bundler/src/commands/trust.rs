//! `dossier trust`: whose keys the user trusts, for what, and until when.

use std::path::{Path, PathBuf};

use dossier_shared::signature::allowed_signers::{AllowedSigners, Line};
use dossier_shared::signature::statement::is_role;
use dossier_shared::time::{Timestamp, iso};
use serde_json::json;
use ssh_key::{HashAlg, PublicKey};

use crate::cli::{Format, OwnFile, Trust, TrustAdd, TrustCommand, TrustList, TrustRemove};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{self, Look, Page, count};
use crate::trust;

/// The schema of the JSON. History: `dossier.trust/1` is the first.
const SCHEMA: &str = "dossier.trust/1";

pub(super) fn run(arguments: Trust) -> Result<Exit, Failure> {
    match arguments.what {
        TrustCommand::Add(arguments) => add(arguments),
        TrustCommand::List(arguments) => list(arguments),
        TrustCommand::Remove(arguments) => remove(arguments),
    }
}

fn file(own: &OwnFile) -> Result<PathBuf, Failure> {
    let path = own.allowed_signers.clone().or_else(trust::allowed_signers_path);
    let path = path.ok_or_else(|| {
        Failure::Usage("there is no home folder; name a file with --allowed-signers".to_owned())
    })?;
    if path.exists() {
        trust::refuse_writable(&path)?;
    }
    Ok(path)
}

/// What the file says; nothing where there is none.
fn read(path: &Path) -> Result<(Vec<u8>, AllowedSigners), Failure> {
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        found => found.map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?,
    };
    let signers = AllowedSigners::parse_at_home(&bytes, Some(&trust::standard_time));
    Ok((bytes, signers))
}

fn add(arguments: TrustAdd) -> Result<Exit, Failure> {
    let path = file(&arguments.file)?;
    let line = line(&arguments)?;
    let (bytes, _) = read(&path)?;
    let fingerprint =
        match AllowedSigners::parse_at_home(line.as_bytes(), Some(&trust::standard_time)).lines() {
            [one] => PublicKey::from(one.key.clone()).fingerprint(HashAlg::Sha256).to_string(),
            _ => String::new(),
        };
    let mut page = Page::default();
    let is_there = String::from_utf8_lossy(&bytes).lines().any(|there| there.trim() == line);
    match is_there {
        true => page.text(2, &format!("{} has this line already; nothing was changed", path.display())),
        false => {
            trust::append(&path, &line).map_err(|error| Failure::write(&path, error))?;
            page.line(2, [(Look::Good, "added to ".to_owned()), (Look::Heading, path.display().to_string())]);
        }
    }
    page.text(4, &format!("  {fingerprint}"));
    page.text(4, &format!("  {line}"));
    page.line(
        2,
        [(Look::Dim, "  compare the fingerprint with what its owner tells you, on the phone for example")],
    );
    output::print_page(&page)?;
    Ok(Exit::Good)
}

/// The line to add: as it was given, or put together; it is read back before it is written.
fn line(arguments: &TrustAdd) -> Result<String, Failure> {
    let usage = |why: String| Failure::Usage(why);
    let given = given(&arguments.key)?;
    let line = match given {
        Given::Line(line) => {
            let is_bare = arguments.principal.is_none() && arguments.role.is_empty();
            if !is_bare || arguments.valid_after.is_some() || arguments.valid_before.is_some() {
                return Err(usage("this is a whole line, which says whose and what for itself; leave --as, --role and the times out, or give the key alone".to_owned()));
            }
            line
        }
        Given::Key(public) => {
            let Some(principal) = &arguments.principal else {
                return Err(usage("say whose key it is, with --as ann@example.org".to_owned()));
            };
            if !is_plain_principal(principal) {
                return Err(usage(format!(
                    "--as {principal:?}: a name without spaces, quotes, commas and patterns, such as ann@example.org"
                )));
            }
            if arguments.role.is_empty() {
                return Err(usage(
                    "say what the key is trusted for, with --role packer or --role operator,reviewer"
                        .to_owned(),
                ));
            }
            if let Some(role) = arguments.role.iter().find(|role| !is_role(role)) {
                return Err(usage(format!("--role {role:?}: a role has lower-case letters, digits and -")));
            }
            let (after, before) =
                (instant(arguments.valid_after.as_deref())?, instant(arguments.valid_before.as_deref())?);
            trust::line(principal, &arguments.role, after, before, &public)
        }
    };
    let parsed = AllowedSigners::parse_at_home(line.as_bytes(), Some(&trust::standard_time));
    match (parsed.issues(), parsed.lines()) {
        ([issue, ..], _) => Err(usage(format!("this line would grant nothing: {}", issue.what))),
        ([], [one]) if one.namespaces().is_some() => Ok(line),
        ([], [_]) => Err(usage(
            "this line has no namespaces=\"…\", so it would grant no role; write namespaces=\"seal@dossier\" for a packer, \
             namespaces=\"signoff.operator@dossier\" for an operator"
                .to_owned(),
        )),
        _ => Err(usage("this is no single line with a key".to_owned())),
    }
}

enum Given {
    /// A public key, with its comment.
    Key(String),
    /// A line of an allowed_signers file.
    Line(String),
}

fn given(text: &str) -> Result<Given, Failure> {
    let as_key = |text: &str| PublicKey::from_openssh(text.trim()).ok().map(|_| text.trim().to_owned());
    if let Some(key) = as_key(text) {
        return Ok(Given::Key(key));
    }
    if text.contains(char::is_whitespace) && !Path::new(text).exists() {
        return Ok(Given::Line(text.trim().to_owned()));
    }
    let read = fs_err::read_to_string(text).map_err(|error| {
        Failure::Usage(format!(
            "{error}; give a public key, a file that holds one, or a line of an allowed_signers file"
        ))
    })?;
    let mut lines = read.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    match (lines.next(), lines.next()) {
        (Some(only), None) => Ok(as_key(only).map_or_else(|| Given::Line(only.to_owned()), Given::Key)),
        _ => Err(Failure::Usage(format!("{text}: it must hold one public key, or one line"))),
    }
}

/// A name that needs no quotes and is no pattern.
pub(super) fn is_plain_principal(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('#')
        && name.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"\"',*?!\\".contains(c))
}

fn instant(text: Option<&str>) -> Result<Option<Timestamp>, Failure> {
    text.map(|text| super::verify::instant(text).ok_or_else(|| super::verify::no_instant(text))).transpose()
}

fn list(arguments: TrustList) -> Result<Exit, Failure> {
    let path = file(&arguments.file)?;
    let (bytes, signers) = read(&path)?;
    if arguments.format.format == Format::Json {
        let lines: Vec<_> = signers.lines().iter().map(json_line).collect();
        let issues: Vec<_> =
            signers.issues().iter().map(|issue| json!({ "line": issue.line, "what": issue.what })).collect();
        let all = json!({ "schema": SCHEMA, "file": path.display().to_string(), "sha256": signers.sha256(), "lines": lines, "issues": issues });
        output::print_json(&format!("{all:#}\n"))?;
        return Ok(Exit::Good);
    }
    let mut page = Page::default();
    page.line(
        2,
        [(Look::Heading, path.display().to_string()), (Look::Dim, format!("   sha256 {}", signers.sha256()))],
    );
    if bytes.is_empty() {
        page.text(2, "  nobody yet; dossier trust add PUBKEY --as WHO --role packer");
    }
    for line in signers.lines() {
        let roles = line.namespaces().map_or_else(
            || (Look::Warn, "nothing: it has no namespaces=\"…\"".to_owned()),
            |list| (Look::Plain, roles_words(list)),
        );
        page.line(4, [(Look::Plain, format!("  {:>3}  {}   ", line.number, line.principals)), roles]);
        page.text(7, &format!("       {}{}", fingerprint(line), validity_words(line)));
    }
    for issue in signers.issues() {
        page.line(
            7,
            [
                (Look::Bad, format!("  {:>3}  grants nothing: ", issue.line)),
                (Look::Plain, issue.what.clone()),
            ],
        );
    }
    output::print_page(&page)?;
    Ok(Exit::Good)
}

fn json_line(line: &Line) -> serde_json::Value {
    let (after, before) = line.validity();
    json!({
        "line": line.number,
        "principals": line.principals,
        "namespaces": line.namespaces(),
        "fingerprint": fingerprint(line),
        "valid_after": after.map(iso),
        "valid_before": before.map(iso),
    })
}

fn fingerprint(line: &Line) -> String {
    PublicKey::from(line.key.clone()).fingerprint(HashAlg::Sha256).to_string()
}

/// `seal@dossier,signoff.operator@dossier` → `packer, operator`; patterns stay as they are.
fn roles_words(list: &str) -> String {
    let role = |namespace: &str| match namespace {
        "seal@dossier" => "packer".to_owned(),
        other => other
            .strip_prefix("signoff.")
            .and_then(|rest| rest.strip_suffix("@dossier"))
            .filter(|role| is_role(role))
            .unwrap_or(other)
            .to_owned(),
    };
    list.split(',').map(role).collect::<Vec<_>>().join(", ")
}

fn validity_words(line: &Line) -> String {
    let (after, before) = line.validity();
    let after = after.map(|at| format!(", from {}", iso(at))).unwrap_or_default();
    let before = before.map(|at| format!(", up to {}", iso(at))).unwrap_or_default();
    after + &before
}

fn remove(arguments: TrustRemove) -> Result<Exit, Failure> {
    let path = file(&arguments.file)?;
    let (bytes, signers) = read(&path)?;
    let whom = arguments.whom.as_str();
    let is_meant = |line: &Line| match whom.starts_with("SHA256:") {
        true => fingerprint(line) == whom,
        false => line.principals == whom,
    };
    let meant: Vec<&Line> = signers.lines().iter().filter(|line| is_meant(line)).collect();
    if meant.is_empty() {
        let among = signers.lines().iter().find(|line| line.principals.split(',').any(|name| name == whom));
        let hint = among.map_or_else(
            || "dossier trust list shows whom it names".to_owned(),
            |line| {
                format!(
                    "line {} names {} together; take it out by its fingerprint, {}, or edit the line",
                    line.number,
                    line.principals,
                    fingerprint(line)
                )
            },
        );
        return Err(Failure::Usage(format!("{}: no line is about {whom} alone; {hint}", path.display())));
    }
    let numbers: Vec<u32> = meant.iter().map(|line| line.number).collect();
    trust::remove(&path, &bytes, &numbers).map_err(|error| Failure::write(&path, error))?;
    let mut page = Page::default();
    let words = format!("took {} out of ", count(numbers.len() as u64, "line"));
    page.line(2, [(Look::Good, words), (Look::Heading, path.display().to_string())]);
    for line in meant {
        page.text(4, &format!("  {} {}", line.principals, fingerprint(line)));
    }
    page.line(
        2,
        [(
            Look::Dim,
            "  a stolen key belongs into revoked_keys beside it, too: other files may still name it",
        )],
    );
    output::print_page(&page)?;
    Ok(Exit::Good)
}
