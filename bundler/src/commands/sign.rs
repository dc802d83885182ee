//! `dossier sign`: verify, check, show what would be bound, and only then sign; or add what others signed.

use std::path::{Path, PathBuf};

use dossier_shared::digest::Sha256Digest;
use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::limits::Limits;
use dossier_shared::open::Opened;
use dossier_shared::report::{self, Decision, Report};
use dossier_shared::signature::statement::{PACKER, Statement, is_role, signoff_namespace};
use dossier_shared::snapshot::append::Signed;
use dossier_shared::time::Timestamp;
use dossier_shared::verify::Policy;

use crate::cli::{Sign, SignDecision};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::in_place::Held;
use crate::output::{self, Look, Page, binding, count};
use crate::sign::Key;
use crate::sign_offs::{self, Own, Refused, Word};
use crate::trust::{self, Trust};
use crate::{atomic, judge, redact};

pub(super) fn run(arguments: Sign) -> Result<Exit, Failure> {
    if !arguments.import.is_empty() {
        return import(&arguments.snapshot, &arguments.import, &arguments.ceilings.limits());
    }
    let mut word = word(&arguments)?;
    let limits = arguments.ceilings.limits();
    // Whatever can be refused is refused before anybody is asked for a passphrase.
    let opened = judge::open(&arguments.snapshot, &limits)?;
    has_room(&arguments)?;
    if word.supersedes == Some(opened.snapshot_id) {
        return Err(Failure::Usage(
            "--supersedes names this very snapshot; give the id of the earlier one, or leave it out"
                .to_owned(),
        ));
    }
    let trust = Trust::load(&arguments.trust)?;
    let key = Key::open(&key_path(&arguments, &word.role)?).map_err(|error| error.in_role(&word.role))?;
    let verifier = trust.verifier(None, Policy::default());
    let report = report::judge_as(&opened, &verifier);
    let obstacles = match word.decision {
        Decision::Approved => sign_offs::obstacles(&report, &key.fingerprint()),
        _ => Vec::new(),
    };
    if let Some(reason) = &arguments.despite {
        if obstacles.is_empty() {
            return Err(Failure::Usage(nothing_against(word.decision).to_owned()));
        }
        word.note = [word.note.as_str(), &format!("Despite: {reason}")].join("\n").trim().to_owned();
    }
    let statement = sign_offs::statement(&word, &opened, &report)?;
    let file = arguments.snapshot.display().to_string();
    let mut page = binding::page(&file, &report, &statement, &key.fingerprint(), &obstacles);
    let own = Own {
        is_revoked: verifier.revoked.is_some_and(|revoked| revoked.contains(&key.fingerprint())),
        lookup: verifier
            .trust
            .map(|signers| signers.lookup(key.public(), &signoff_namespace(&word.role), verifier.at)),
    };
    let notes = sign_offs::notes(&report, &statement, &key.fingerprint(), &own);
    for note in notes.into_iter().chain(file_note(&arguments)) {
        page.line(12, [(Look::Warn, "  beware    ".to_owned()), (Look::Plain, note)]);
    }
    output::print_page(&page)?;
    if !obstacles.is_empty() && arguments.despite.is_none() {
        return Err(Failure::Evidence(format!(
            "nothing was signed: {} against an approval; look at it, then reject it, or approve it with --despite \
             \"your reason\"\n  {}",
            if obstacles.len() == 1 {
                "this speaks".to_owned()
            } else {
                format!("{} things speak", obstacles.len())
            },
            obstacles.join("\n  ")
        )));
    }
    // Where there is nobody to ask, the command line has said it all.
    if !arguments.yes && super::agreed("Sign this?")? == Some(false) {
        return Err(Failure::Evidence("nothing was signed".to_owned()));
    }
    match arguments.detached {
        true => detach(&arguments, &statement, &key),
        false => sign_in_place(&arguments, &statement, (&opened, &report), &trust, &key),
    }
}

fn nothing_against(decision: Decision) -> &'static str {
    match decision {
        Decision::Rejected => "--despite is for approvals; say why you reject it with --note",
        _ => {
            "nothing was signed: nothing speaks against an approval, so --despite has nothing to answer; leave it out, \
             or say it with --note"
        }
    }
}

/// Says what stands in the way of writing, before anything is shown or signed.
fn has_room(arguments: &Sign) -> Result<(), Failure> {
    if arguments.detached {
        let folder = detached_folder(arguments);
        return atomic::check(&folder.join("x"))
            .map_err(|error| Failure::write(folder, format!("{error}; nothing was signed")));
    }
    let path = &arguments.snapshot;
    let target = path.canonicalize().unwrap_or_else(|_| path.clone());
    atomic::check(&target).map_err(|error| not_in_place(path, &error))
}

fn not_in_place(path: &Path, error: &std::io::Error) -> Failure {
    Failure::write(
        path,
        format!(
            "{error}; nothing was signed. With --detached -o FOLDER the sign-off becomes two files, which whoever may \
             write there adds with --import"
        ),
    )
}

/// What becomes of a file that its owner protects: it is replaced by another.
fn file_note(arguments: &Sign) -> Option<String> {
    let metadata = std::fs::metadata(&arguments.snapshot).ok().filter(|_| !arguments.detached)?;
    let path = arguments.snapshot.display();
    if metadata.permissions().readonly() {
        return Some(format!(
            "{path} is read-only; a new file takes its place, read-only too (--detached leaves it alone)"
        ));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let user = rustix::process::geteuid().as_raw();
        if user != 0 && metadata.uid() != user {
            return Some(format!(
                "{path} belongs to user {}; a new file of your own takes its place (--detached leaves it alone)",
                metadata.uid()
            ));
        }
    }
    None
}

fn word(arguments: &Sign) -> Result<Word, Failure> {
    let usage = |why: String| Err(Failure::Usage(why));
    let role = arguments.role.clone().unwrap_or_default();
    if !is_role(&role) {
        return usage(format!(
            "--role {role:?}: a role has lower-case letters, digits and -, begins with a letter, and at most 32 of them"
        ));
    }
    if role == PACKER {
        return usage(
            "--role packer: the packer seals, with `dossier pack`, and signs nothing off; name another role"
                .to_owned(),
        );
    }
    let supersedes = match &arguments.supersedes {
        None => None,
        Some(id) => Some(id.parse::<Sha256Digest>().map_err(|_| {
            Failure::Usage(format!(
                "--supersedes {id:?}: give all 64 digits of the id; `dossier show --format json` has them"
            ))
        })?),
    };
    if arguments.despite.as_ref().is_some_and(|reason| !says_something(reason)) {
        return usage(
            "--despite wants a reason, with letters or digits in it: it is signed, and whoever verifies reads it"
                .to_owned(),
        );
    }
    if !arguments.note.is_empty() && !says_something(&arguments.note) {
        return usage(
            "--note: it holds no letter and no digit, so whoever verifies reads nothing; say it in words, or leave it out"
                .to_owned(),
        );
    }
    let said = [("the note", Some(&arguments.note)), ("the reason of --despite", arguments.despite.as_ref())];
    for (what, words) in said {
        if let Some(rule) = words.and_then(|words| secret_in(words)) {
            return Err(Failure::SecretInWords(format!("{what} holds one (rule {rule})")));
        }
    }
    let now = Timestamp::now();
    Ok(Word {
        role,
        decision: match arguments.decision {
            Some(SignDecision::Reject) | None => Decision::Rejected,
            Some(SignDecision::Approve) => Decision::Approved,
        },
        note: arguments.note.clone(),
        supersedes,
        at: Timestamp::from_second(now.as_second()).unwrap_or(now),
    })
}

/// Whether there is a letter or a digit that one can see.
fn says_something(words: &str) -> bool {
    // The fillers of Hangul count as letters, and are blank.
    let is_blank = |c: char| matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
    words.chars().any(|c| c.is_alphanumeric() && !is_blank(c))
}

/// The rule that finds a secret in words that would be signed and passed on.
fn secret_in(words: &str) -> Option<&'static str> {
    let place = EntryPath::new("note").ok()?;
    let scanner = redact::Scanner::new(std::iter::empty());
    let found = redact::leaks(&scanner, &place, EvidenceKind::File, &mut words.as_bytes());
    Some(found.ok()?.first()?.rule)
}

fn key_path(arguments: &Sign, role: &str) -> Result<PathBuf, Failure> {
    let own = || trust::default_key_path().filter(|path| path.exists());
    arguments.key.clone().or_else(own).ok_or_else(|| {
        Failure::Usage(format!(
            "say which key to sign with: --key FILE, or make one that is used from then on: dossier keygen --role {role}"
        ))
    })
}

fn signed(statement: &Statement, key: &Key) -> Result<Signed, Failure> {
    let json = statement.to_json().into_bytes();
    // What nobody could read back must not be signed.
    Statement::parse(&json).map_err(|error| Failure::Usage(error.to_string()))?;
    let armoured = key.sign(&statement.namespace(), &json)?.into_bytes();
    Ok(Signed { file_stem: Sha256Digest::of(&json).to_string(), statement: json, armoured })
}

fn sign_in_place(
    arguments: &Sign,
    statement: &Statement,
    shown: (&Opened, &Report),
    trust: &Trust,
    key: &Key,
) -> Result<Exit, Failure> {
    let (path, limits) = (arguments.snapshot.as_path(), arguments.ceilings.limits());
    let held = Held::take(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            not_in_place(path, &error)
        }
        _ => Failure::write(path, error),
    })?;
    // Others may have signed since: that is kept beside this one, and `prior` names only what its signer was shown.
    let opened = judge::open(held.target(), &limits)?;
    let (shown, shown_report) = shown;
    let judged;
    let report = match opened.file == shown.file {
        true => shown_report,
        false => {
            judged = report::judge_as(&opened, &trust.verifier(None, Policy::default()));
            &judged
        }
    };
    if opened.snapshot_id != shown.snapshot_id
        || opened.covered != shown.covered
        || seal_of(&opened) != seal_of(shown)
        || sign_offs::obstacles(report, &key.fingerprint())
            != sign_offs::obstacles(shown_report, &key.fingerprint())
        || sign_offs::rejections_by(report, &key.fingerprint())
            != sign_offs::rejections_by(shown_report, &key.fingerprint())
    {
        return Err(Failure::Evidence(format!(
            "nothing was signed: {} was changed while you looked at it; look again",
            path.display()
        )));
    }
    let signed = signed(statement, key)?;
    sign_offs::put(&held, &opened, std::slice::from_ref(&signed), &limits)?;
    done(
        &format!("signed {}", path.display()),
        &signed.file_stem,
        &format!("dossier verify {}", path.display()),
    )
}

/// The seal's two files, by their digests.
fn seal_of(opened: &Opened) -> [Option<Sha256Digest>; 2] {
    ["signatures/seal.json", "signatures/seal.json.sig"]
        .map(|name| opened.entry_named(name).map(|entry| entry.sha256))
}

fn detached_folder(arguments: &Sign) -> &Path {
    let beside = arguments.snapshot.parent().filter(|parent| !parent.as_os_str().is_empty());
    arguments.output.as_deref().or(beside).unwrap_or(Path::new("."))
}

fn detach(arguments: &Sign, statement: &Statement, key: &Key) -> Result<Exit, Failure> {
    let signed = signed(statement, key)?;
    let folder = detached_folder(arguments);
    let name = format!(
        "{}.{}.json",
        super::html::stem_of(&arguments.snapshot),
        signed.file_stem.get(..8).unwrap_or("x")
    );
    let (json, signature) = (folder.join(&name), folder.join(format!("{name}.sig")));
    // The signature first: a statement without one is refused, a signature without a statement is not found.
    for (target, bytes) in [(&signature, &signed.armoured), (&json, &signed.statement)] {
        atomic::write(target, bytes).map_err(|error| Failure::write(target, error))?;
    }
    let next = format!(
        "send both to who holds the snapshot: dossier sign {} --import {name}",
        arguments.snapshot.display()
    );
    done(&format!("wrote {} and {name}.sig", json.display()), &signed.file_stem, &next)
}

fn import(path: &Path, files: &[PathBuf], limits: &Limits) -> Result<Exit, Failure> {
    let held = Held::take(path).map_err(|error| Failure::write(path, error))?;
    let opened = judge::open(held.target(), limits)?;
    let refuse =
        |why: Vec<String>| Failure::Evidence(format!("nothing was imported\n  {}", why.join("\n  ")));
    let (mut read, mut bad, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        match sign_offs::read_detached(file, &opened) {
            Ok(detached) => read.push(detached),
            Err(Refused::Bad(why)) => bad.push(why),
            Err(Refused::Unreadable(why)) => unreadable.push(why),
        }
    }
    if !unreadable.is_empty() {
        unreadable.append(&mut bad);
        return Err(Failure::Usage(format!("nothing was imported\n  {}", unreadable.join("\n  "))));
    }
    if !bad.is_empty() {
        return Err(refuse(bad));
    }
    let new = sign_offs::new_ones(read, &opened).map_err(|why| refuse(vec![why]))?;
    let mut page = Page::default();
    if new.is_empty() {
        page.text(2, &format!("{} has all of them already; nothing was changed", path.display()));
    } else {
        sign_offs::put(&held, &opened, &new, limits)?;
        let words = format!("imported {} into {}", count(new.len() as u64, "sign-off"), path.display());
        page.line(2, [(Look::Good, words)]);
        page.line(2, [(Look::Dim, format!("  next: dossier verify {}", path.display()))]);
    }
    output::print_page(&page)?;
    Ok(Exit::Good)
}

fn done(what: &str, id: &str, next: &str) -> Result<Exit, Failure> {
    let mut page = Page::default();
    page.line(2, [(Look::Good, what.to_owned())]);
    page.text(9, &format!("  as     {id}"));
    page.line(9, [(Look::Dim, format!("  next   {next}"))]);
    output::print_page(&page)?;
    Ok(Exit::Good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_can_be_read() {
        for (words, expected) in [
            ("seen", true),
            ("7", true),
            ("\u{200b}ő", true),
            ("確認", true),
            ("", false),
            (" \n", false),
            (".", false),
            ("- -", false),
            ("\u{200b}", false),
            ("\u{2800}\u{3164}", false),
            ("\u{115f}\u{1160}\u{ffa0}\u{feff}\u{e0041}", false),
        ] {
            assert_eq!(says_something(words), expected, "{words:?}");
        }
    }
}
