//! Sign-offs on their way into a snapshot: what one would say, what speaks against it, and putting it in. Prints
//! nothing and asks nobody.

mod against;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use dossier_shared::digest::Sha256Digest;
use dossier_shared::limits::Limits;
use dossier_shared::open::Opened;
use dossier_shared::report::{Decision, Report};
use dossier_shared::signature::MAX_BYTES;
use dossier_shared::signature::statement::{Predicate, Statement};
use dossier_shared::snapshot::append::{Signed, append_signatures};
use dossier_shared::time::Timestamp;
use dossier_shared::verify::{self, Verifier};

use crate::atomic;
use crate::failure::Failure;
use crate::in_place::Held;
use crate::{input, judge};
pub(crate) use against::{Own, notes, obstacles};

/// What a signer says, beside what the snapshot is.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) role: String,
    pub(crate) decision: Decision,
    pub(crate) note: String,
    pub(crate) supersedes: Option<Sha256Digest>,
    pub(crate) at: Timestamp,
}

/// The statement that says `word` about an opened and judged snapshot.
pub(crate) fn statement(word: &Word, opened: &Opened, report: &Report) -> Result<Statement, Failure> {
    let refuse = |why: &str| Err(Failure::Evidence(format!("this snapshot cannot be signed off: {why}")));
    let Some(inside) = opened.entry_named("report.json") else { return refuse("it holds no report.json") };
    let sign_offs = report.trust.iter().flat_map(|trust| &trust.sign_offs);
    let statement = Statement {
        snapshot_id: opened.snapshot_id,
        predicate: Predicate {
            role: word.role.clone(),
            decision: word.decision,
            note: word.note.clone(),
            claimed_time: word.at,
            phase: opened.metadata.phase.id.clone(),
            report_sha256: inside.sha256,
            gates: report.gate_verdicts(),
            outcomes: report.outcome_counts(),
            contradictions_accepted: match word.decision {
                Decision::Approved => against::contradicted(report).map(|check| check.id.clone()).collect(),
                _ => Vec::new(),
            },
            prior: sign_offs.filter_map(|sign_off| sign_off.id.parse().ok()).collect(),
            supersedes: word.supersedes,
            sealed_bytes: None,
            sealed_sha256: None,
        },
    };
    match statement.to_json().len() {
        0..=MAX_BYTES => Ok(statement),
        bytes => {
            let words =
                format!("what it would say has {bytes} bytes, more than {MAX_BYTES}; shorten the note");
            Err(Failure::Usage(words))
        }
    }
}

/// The rejections by the key of this fingerprint: its owner alone takes them back, and has to have seen them for that.
pub(crate) fn rejections_by<'a>(report: &'a Report, fingerprint: &str) -> BTreeSet<&'a str> {
    let sign_offs = report.trust.iter().flat_map(|trust| &trust.sign_offs);
    let own = sign_offs.filter(|one| one.decision == Decision::Rejected && one.fingerprint == fingerprint);
    own.map(|one| one.id.as_str()).collect()
}

/// Puts `signed` into the file that is held, and looks at the result before it takes the old one's place.
pub(crate) fn put(held: &Held, before: &Opened, signed: &[Signed], limits: &Limits) -> Result<(), Failure> {
    write(held, held.target(), before, signed, limits)
}

/// The same, from the snapshot at `source` to the file that is held.
pub(crate) fn write(
    held: &Held,
    source: &Path,
    before: &Opened,
    signed: &[Signed],
    limits: &Limits,
) -> Result<(), Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::write(held.target(), why);
    let mut file = held.replacement().map_err(|error| failed(&error))?;
    let mut from = input::open(source).map_err(|error| failed(&error))?.into_file();
    io::copy(&mut from, &mut file).map_err(|error| failed(&error))?;
    atomic::pause_at("spool");
    append_signatures(file.as_file_mut(), None, signed).map_err(|error| failed(&error))?;
    atomic::pause_at("write");
    last_look(file.as_file(), before, signed, limits).map_err(|why| failed(&why))?;
    held.put(file).map_err(|error| failed(&error))
}

/// The new file is the old one and the sign-offs, and each of them holds.
fn last_look(
    file: &std::fs::File,
    before: &Opened,
    signed: &[Signed],
    limits: &Limits,
) -> Result<(), String> {
    let after = judge::open_file(file, limits).map_err(|error| error.to_string())?;
    let had_signatures = before.covered.bytes < before.file.bytes
        && before.entries.keys().any(|path| path.as_str().starts_with("signatures/"));
    if after.snapshot_id != before.snapshot_id || (had_signatures && after.covered != before.covered) {
        return Err("the file was changed by somebody else meanwhile; try again".to_owned());
    }
    let (old, new) = (verify::verify(before, None), verify::verify(&after, None));
    let here: BTreeSet<String> = new.sign_offs.iter().map(|sign_off| sign_off.sha256.to_string()).collect();
    let is_here = |signed: &Signed| signed.file_stem == "seal" || here.contains(&signed.file_stem);
    if old.sign_offs.iter().any(|sign_off| !here.contains(&sign_off.sha256.to_string()))
        || !signed.iter().all(is_here)
    {
        return Err("a sign-off would be lost; nothing was written".to_owned());
    }
    Ok(())
}

/// A sign-off as two files: `….json` and `….json.sig`.
pub(crate) struct Detached {
    pub(crate) json: PathBuf,
    pub(crate) signed: Signed,
    pub(crate) prior: Vec<Sha256Digest>,
}

/// Why the files of a sign-off are of no use.
pub(crate) enum Refused {
    /// One of them cannot be read.
    Unreadable(String),
    /// They are no sign-off of this snapshot that holds.
    Bad(String),
}

/// Reads the sign-off that `named`, either of its two files, belongs to, and checks it wholly against `opened`.
pub(crate) fn read_detached(named: &Path, opened: &Opened) -> Result<Detached, Refused> {
    let json = match named.extension() {
        Some(extension) if extension == "sig" => named.with_extension(""),
        _ => named.to_owned(),
    };
    let signature = PathBuf::from(format!("{}.sig", json.display()));
    // FORMAT §2.4: nothing that is larger can be one.
    let read = |path: &Path| {
        input::read(path, MAX_BYTES as u64).map_err(|error| match error.kind {
            io::ErrorKind::FileTooLarge => Refused::Bad(format!(
                "{}: more than {MAX_BYTES} bytes are too many for a sign-off",
                path.display()
            )),
            _ => Refused::Unreadable(error.to_string()),
        })
    };
    let (statement, armoured) = (read(&json)?, read(&signature)?);
    let sign_off = verify::judge_sign_off(opened, &statement, &armoured, &Verifier::default())
        .map_err(|why| Refused::Bad(format!("{}: {why}", json.display())))?;
    let file_stem = sign_off.sha256.to_string();
    Ok(Detached {
        json,
        signed: Signed { file_stem, statement, armoured },
        prior: sign_off.statement.predicate.prior,
    })
}

/// Which of `detached` are new, those first that others have seen; why not where one has seen what is nowhere.
pub(crate) fn new_ones(detached: Vec<Detached>, opened: &Opened) -> Result<Vec<Signed>, String> {
    let mut here: BTreeSet<String> = opened
        .entries
        .keys()
        .filter_map(|path| {
            path.as_str().strip_prefix("signatures/")?.strip_suffix(".json").map(str::to_owned)
        })
        .collect();
    let mut left: Vec<Detached> = Vec::new();
    for one in detached {
        let is_twice = left.iter().any(|other| other.signed.file_stem == one.signed.file_stem);
        if here.contains(&one.signed.file_stem) {
            // A broken copy under the same name must not pass for the good one, and there is room for one.
            let name = format!("signatures/{}.json", one.signed.file_stem);
            let holds = |name: &str, bytes: &[u8]| {
                opened.entry_named(name).is_some_and(|entry| entry.kept() == bytes)
            };
            if !holds(&name, &one.signed.statement) || !holds(&format!("{name}.sig"), &one.signed.armoured) {
                return Err(format!(
                    "{}: the snapshot holds {name} already, and with other bytes: somebody broke it; import into a copy \
                     in which it is whole, or missing",
                    one.json.display()
                ));
            }
        } else if !is_twice {
            left.push(one);
        }
    }
    let mut new = Vec::new();
    while !left.is_empty() {
        let seen =
            |one: &Detached| one.prior.iter().find(|prior| !here.contains(&prior.to_string())).copied();
        let Some(next) = left.iter().position(|one| seen(one).is_none()) else {
            let gone = left.first().and_then(|one| Some((one.json.display().to_string(), seen(one)?)));
            return Err(gone.map_or_else(String::new, |(json, gone)| {
                format!(
                    "{json}: it was made on a copy that holds sign-off {gone}, which is not in this one; import that one \
                     too, or put the copies together with dossier merge"
                )
            }));
        };
        let one = left.remove(next);
        here.insert(one.signed.file_stem.clone());
        new.push(one.signed);
    }
    Ok(new)
}
