//! `dossier trust`: whose keys the user trusts, for what, and until when.

use std::path::{Path, PathBuf};

use dossier_shared::signature::allowed_signers::{AllowedSigners, Line};
use dossier_shared::signature::revoked::RevokedKeys;
use dossier_shared::signature::statement::is_role;
use dossier_shared::time::{Timestamp, iso};
use serde_json::json;
use ssh_key::PublicKey;

use crate::cli::{Format, OwnFile, Trust, TrustAdd, TrustCommand, TrustList, TrustRemove};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{self, Look, Page, count};
use crate::trust::grants::{self, fingerprint};
use crate::{input, trust};

/// The schema of the JSON. History: `dossier.trust/1` is the first.
const SCHEMA: &str = "dossier.trust/1";

pub(super) fn run(arguments: Trust) -> Result<Exit, Failure> {
    match arguments.what {
        TrustCommand::Add(arguments) => add(arguments),
        TrustCommand::List(arguments) => list(arguments),
        TrustCommand::Remove(arguments) => remove(arguments),
    }
}

/// The file, and whether it is there.
fn file(own: &OwnFile) -> Result<(PathBuf, bool), Failure> {
    if let Some(named) = &own.allowed_signers {
        return Ok((named.clone(), trust::is_there(named)?));
    }
    let path = trust::allowed_signers_path().ok_or_else(|| {
        Failure::Usage("there is no home folder; name a file with --allowed-signers".to_owned())
    })?;
    let is_there = trust::is_own(&path)?;
    Ok((path, is_there))
}

/// What the file says; nothing where there is none.
fn read(path: &Path, is_there: bool) -> Result<(Vec<u8>, AllowedSigners), Failure> {
    let bytes = match is_there {
        true => input::read(path, input::LIST_BYTES).map_err(|error| Failure::Usage(error.to_string()))?,
        false => Vec::new(),
    };
    let signers = AllowedSigners::parse_at_home(&bytes, Some(&trust::standard_time));
    Ok((bytes, signers))
}

fn add(arguments: TrustAdd) -> Result<Exit, Failure> {
    let (path, is_there) = file(&arguments.file)?;
    let (line, parsed, is_whole) = line(&arguments)?;
    let (bytes, there) = read(&path, is_there)?;
    if holds_something_else(&bytes, &there) {
        return Err(Failure::write(
            &path,
            "it is no list of allowed signers but something else; name the file that you mean, or one \
             that is not there yet",
        ));
    }
    let revoked = trust::own_revoked()?.map(|(_, revoked)| revoked);
    let mut page = Page::default();
    grant(&mut page, &parsed, revoked.as_ref());
    let has_it = String::from_utf8_lossy(&bytes).lines().any(|there| there.trim() == line);
    if has_it {
        page.text(2, &format!("{} has this line already; nothing was changed", path.display()));
        output::print_page(&page)?;
        return Ok(Exit::Good);
    }
    // Whoever wrote --role has spelled out what it grants; a line that came from elsewhere has not.
    if let Some(what) = grants::beyond_one_role(&parsed).filter(|_| is_whole && !arguments.yes) {
        output::print_page(&page)?;
        page = Page::default();
        match super::agreed(&format!("This line grants {what}. Add it?"))? {
            Some(true) => {}
            Some(false) => return Err(Failure::Evidence("nothing was added".to_owned())),
            None => {
                return Err(Failure::Usage(format!(
                    "nothing was added: this line grants {what}; if that is what you want, add it with --yes, else \
                     give the key alone, with --as and --role"
                )));
            }
        }
    }
    trust::append(&path, &line).map_err(|error| Failure::write(&path, error))?;
    page.line(2, [(Look::Good, "added to ".to_owned()), (Look::Heading, path.display().to_string())]);
    page.line(
        2,
        [(Look::Dim, "  compare the fingerprint with what its owner tells you, on the phone for example")],
    );
    output::print_page(&page)?;
    Ok(Exit::Good)
}

/// Whether a file is no list of allowed signers: one of other lines alone, or a private key in any place.
fn holds_something_else(bytes: &[u8], signers: &AllowedSigners) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    (signers.lines().is_empty() && lines.next().is_some())
        || text.lines().any(|line| line.contains("-----BEGIN ") && line.contains("PRIVATE KEY-----"))
}

/// What a line grants, to whom and until when, each in a line of its own.
fn grant(page: &mut Page, line: &Line, revoked: Option<&RevokedKeys>) {
    page.text(10, &format!("  whose   {}", grants::whom(line)));
    page.text(10, &format!("  as      {}", grants::roles(line)));
    page.text(10, &format!("  key     {}", fingerprint(line)));
    if let Some(validity) = grants::validity(line) {
        page.text(10, &format!("  when    {validity}"));
    }
    if let Some((_, why)) = grants::lapsed(line, revoked, Timestamp::now()) {
        page.line(10, [(Look::Bad, "  beware  it grants nothing now: ".to_owned()), (Look::Plain, why)]);
    }
}

/// The line to add: as it was given, or put together; it is read back before it is written.
/// Also whether it was given as a whole.
fn line(arguments: &TrustAdd) -> Result<(String, Line, bool), Failure> {
    let usage = |why: String| Failure::Usage(why);
    let given = given(&arguments.key)?;
    let is_whole = matches!(given, Given::Line(_));
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
        ([], [one]) if one.namespaces().is_some() => match grants::too_weak(&one.key) {
            Some(why) => Err(usage(format!("this line would grant nothing: {why}"))),
            None => Ok((line, one.clone(), is_whole)),
        },
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
    let read = input::read_text(Path::new(text), input::LIST_BYTES).map_err(|error| {
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
    let (path, is_there) = file(&arguments.file)?;
    let (_, signers) = read(&path, is_there)?;
    let revoked = trust::own_revoked()?;
    let revoked_keys = revoked.as_ref().map(|(_, revoked)| revoked);
    let now = Timestamp::now();
    if arguments.format.format == Format::Json {
        let lines: Vec<_> = signers.lines().iter().map(|line| json_line(line, revoked_keys, now)).collect();
        let issues: Vec<_> =
            signers.issues().iter().map(|issue| json!({ "line": issue.line, "what": issue.what })).collect();
        let sha256 = is_there.then(|| signers.sha256());
        let all = json!({ "schema": SCHEMA, "file": path.display().to_string(), "sha256": sha256, "lines": lines, "issues": issues });
        output::print_json(&format!("{all:#}\n"))?;
        return Ok(Exit::Good);
    }
    let mut page = Page::default();
    page.line(2, [(Look::Heading, path.display().to_string())]);
    match is_there {
        true => page.line(4, [(Look::Dim, format!("  sha256 {}", signers.sha256()))]),
        false => page.text(2, "  is not there yet: you trust nobody"),
    }
    if signers.lines().is_empty() && signers.issues().is_empty() {
        let next = "  next: dossier trust add PUBKEY --as WHO --role packer, with a key from its owner";
        page.line(8, [(Look::Dim, next)]);
    }
    for line in signers.lines() {
        let words = format!("  {:>3}  {}   ", line.number, line.principals);
        page.line(7, [(Look::Plain, words), (Look::Plain, grants::roles(line))]);
        page.text(7, &format!("       {}", fingerprint(line)));
        if let Some(validity) = grants::validity(line) {
            page.text(7, &format!("       {validity}"));
        }
        if let Some((_, why)) = grants::lapsed(line, revoked_keys, now) {
            page.line(7, [(Look::Bad, "       grants nothing: ".to_owned()), (Look::Plain, why)]);
        }
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
    if let Some((path, revoked)) = &revoked {
        let keys = count(revoked.count() as u64, "revoked key");
        page.line(4, [(Look::Dim, format!("{keys} in {}", path.display()))]);
    }
    output::print_page(&page)?;
    Ok(Exit::Good)
}

fn json_line(line: &Line, revoked: Option<&RevokedKeys>, now: Timestamp) -> serde_json::Value {
    let (after, before) = line.validity();
    json!({
        "line": line.number,
        "principals": line.principals,
        "namespaces": line.namespaces(),
        "fingerprint": fingerprint(line),
        "valid_after": after.map(iso),
        "valid_before": before.map(iso),
        "lapsed": grants::lapsed(line, revoked, now).map(|(word, _)| word),
    })
}

fn remove(arguments: TrustRemove) -> Result<Exit, Failure> {
    let (path, is_there) = file(&arguments.file)?;
    let (bytes, signers) = read(&path, is_there)?;
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
