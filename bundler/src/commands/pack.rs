//! `dossier pack`: collect, redact, pack, seal, look once more, and only then put the file in its place.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use dossier_shared::limits::Limits;
use dossier_shared::snapshot::metadata::{Absence, Metadata};
use dossier_shared::time::{self, Timestamp};
use tempfile::NamedTempFile;

use crate::cli::Pack;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::in_place::Held;
use crate::output::{self, Look, Page, count};
use crate::pack::look::{LookError, look};
use crate::pack::{PackError, Sealed};
use crate::progress::Progress;
use crate::redact;
use crate::sign::Key;
use crate::{atomic, collect, config, output_file, pack, room, viewer_page};

const NO_KEY: &str = "say how to seal the snapshot: --key FILE with an OpenSSH private key, or --unsigned\n\
                      make a key with: dossier keygen -o packer_key (or ssh-keygen -t ed25519 -f packer_key)";

pub(super) fn run(arguments: Pack) -> Result<Exit, Failure> {
    let limits = Limits::default();
    if redact::is_switched_off() {
        let _ = writeln!(
            anstream::stderr(),
            "WITHOUT REDACTION, for a measurement or a test: secrets stay in; share this with nobody"
        );
    }
    // Whatever can be refused is refused before the work begins.
    let config = config::load(&arguments.config)?;
    let key = key(&arguments)?;
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok().filter(|text| !text.is_empty());
    let is_dated = epoch.is_some();
    let packed_at = packed_at(epoch.as_deref(), Timestamp::now())?;
    let target = target(&arguments, &config.phase.id, packed_at);
    let inputs: Vec<&Path> =
        arguments.key.iter().map(PathBuf::as_path).chain([arguments.config.as_path()]).collect();
    output_file::check_snapshot(&target, &inputs)?;
    atomic::clear(&target);
    room::clear_leftovers();

    let root = arguments.config.parent().filter(|parent| !parent.as_os_str().is_empty());
    let scanner = redact::scanner(&config.redaction);
    let raw = {
        let progress = Progress::counting("collect", arguments.quiet);
        collect::collect(config, root.unwrap_or(Path::new(".")), &limits, &progress)?
    };
    let files: Vec<&Path> = raw.entries.values().filter_map(|entry| entry.content.path()).collect();
    atomic::check_apart(&target, &files).map_err(|error| Failure::write(&target, error))?;
    if is_dated {
        let captured = raw.entries.values().filter_map(|entry| entry.captured_at).max();
        not_before(packed_at, captured)?;
    }
    // Not before: a temporary file must not be there to be collected.
    let file = atomic::beside(&target).map_err(|error| Failure::write(&target, error))?;
    let open = || file.reopen().map_err(|error| Failure::write(&target, error));
    let opened = (open()?, open()?);
    let packed = {
        let bytes = raw.entries.values().map(|entry| entry.content.bytes()).sum();
        let progress = Progress::of("pack", arguments.quiet, raw.entries.len() as u64, bytes);
        let viewer = if arguments.no_viewer { None } else { viewer_page::embedded() };
        pack::pack(raw, &scanner, packed_at, viewer, opened, &progress)
            .map_err(|error| failure(&target, error))?
    };
    if arguments.strict && !packed.absences().is_empty() {
        return Err(Failure::Incomplete { listed: packed.absences().iter().map(words_of).collect() });
    }
    let sealed = match &key {
        Some(key) => packed.seal(key).map_err(|error| failure(&target, error))?,
        None => packed.leave_unsigned(),
    };
    look(file.path(), &scanner, &sealed.metadata, &limits, arguments.quiet).map_err(|error| match error {
        LookError::Secret(listed) => Failure::Secret { listed },
        other => Failure::write(&target, other),
    })?;
    put(file, &target, &inputs)?;
    if !arguments.quiet {
        output::print_page(&summary(&target, &Facts::of(&sealed), &sealed))?;
    }
    Ok(Exit::Good)
}

/// Puts `file` in its place, while nobody signs what is there; what was signed off since the beginning stays.
fn put(file: NamedTempFile, target: &Path, inputs: &[&Path]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::write(target, error);
    let held = Held::take(target).map_err(failed)?;
    output_file::check_snapshot(target, inputs)?;
    atomic::put(file, target).map_err(failed)?;
    drop(held);
    Ok(())
}

fn key(arguments: &Pack) -> Result<Option<Key>, Failure> {
    match &arguments.key {
        Some(named) => Ok(Some(Key::open(named)?)),
        None if arguments.unsigned => Ok(None),
        None => Err(Failure::Usage(NO_KEY.to_owned())),
    }
}

/// Clocks that disagree by less are no fault (FORMAT §7.12).
const SLACK_SECONDS: i64 = 300;

/// The time to write: `SOURCE_DATE_EPOCH` where it is set, else now, in whole seconds. A time to come is refused here,
/// for nobody would accept the seal.
fn packed_at(epoch: Option<&str>, now: Timestamp) -> Result<Timestamp, Failure> {
    let seconds = match epoch {
        Some(text) => text.trim().parse().ok(),
        None => Some(now.as_second()),
    };
    let at = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(|| {
        Failure::Usage("SOURCE_DATE_EPOCH must be Unix seconds, for example 1781332860".to_owned())
    })?;
    if at.as_second().saturating_sub(now.as_second()) > SLACK_SECONDS {
        return Err(Failure::Usage(format!(
            "SOURCE_DATE_EPOCH is {}, which is still to come: `dossier verify` would refuse the seal; \
             set it to a time that has been, or leave it unset",
            time::iso(at)
        )));
    }
    Ok(at)
}

/// Refuses a `SOURCE_DATE_EPOCH` before the evidence was there, for the same reason.
fn not_before(packed_at: Timestamp, captured: Option<Timestamp>) -> Result<(), Failure> {
    match captured.filter(|at| at.as_second().saturating_sub(packed_at.as_second()) > SLACK_SECONDS) {
        None => Ok(()),
        Some(captured) => Err(Failure::Usage(format!(
            "SOURCE_DATE_EPOCH is {}, before the last capture of evidence ({}): `dossier verify` would refuse the seal; \
             set it to a later time, or leave it unset",
            time::iso(packed_at),
            time::iso(captured)
        ))),
    }
}

fn target(arguments: &Pack, phase: &str, packed_at: Timestamp) -> PathBuf {
    match &arguments.output {
        Some(path) => path.clone(),
        None => PathBuf::from(format!("{}.zip", pack::stem(phase, packed_at))),
    }
}

fn failure(target: &Path, error: PackError) -> Failure {
    match error {
        PackError::Key(error) => Failure::Key(error),
        other => Failure::write(target, other),
    }
}

fn words_of(absence: &Absence) -> String {
    match absence.what == absence.asked {
        true => format!("  {}: {}", absence.what, absence.reason),
        false => format!("  {}: {} ({})", absence.what, absence.reason, absence.asked),
    }
}

/// What the summary says about the evidence.
struct Facts {
    entries: u64,
    bytes: u64,
    absences: Vec<String>,
    redactions: u64,
    /// Values that were to be removed and were not looked for, by name and with the reason.
    not_looked_for: Vec<String>,
    /// What redaction left in place or did not look for.
    kept: usize,
}

impl Facts {
    fn of(sealed: &Sealed) -> Self {
        let metadata = &sealed.metadata;
        Self {
            entries: metadata.entries.len() as u64,
            bytes: sealed.payload_bytes,
            absences: metadata.absences.iter().map(words_of).collect(),
            redactions: metadata
                .redactions
                .iter()
                .filter(|redaction| redaction.kept.is_none())
                .map(|redaction| redaction.count)
                .sum(),
            not_looked_for: not_looked_for(metadata),
            kept: metadata.redactions.iter().filter(|redaction| redaction.kept.is_some()).count(),
        }
    }
}

/// Nothing exempts a known value, so what is said of one that was not removed is that it is not looked for.
fn not_looked_for(metadata: &Metadata) -> Vec<String> {
    let known = metadata.redactions.iter().filter(|redaction| redaction.rule == "known-value");
    known.filter_map(|redaction| redaction.kept.clone()).collect()
}

fn summary(target: &Path, facts: &Facts, sealed: &Sealed) -> Page {
    let mut page = Page::default();
    let counts = sealed.report.counts();
    page.line(
        2,
        [
            (Look::Good, "packed ".to_owned()),
            (Look::Heading, target.display().to_string()),
            (Look::Plain, format!("   snapshot {}", sealed.short_id)),
        ],
    );
    page.text(9, &format!("  files  {}, {}", facts.entries, output::size(facts.bytes)));
    if facts.redactions > 0 {
        let places = count(facts.redactions, "place");
        page.line(
            9,
            [(Look::Warn, format!("         secrets removed in {places}; dossier show lists them"))],
        );
    }
    if facts.kept > 0 {
        let kept = count(facts.kept as u64, "note");
        page.line(
            9,
            [(Look::Warn, format!("         {kept} on what was not redacted; dossier show lists them"))],
        );
    }
    for unsought in &facts.not_looked_for {
        page.line(13, [(Look::Warn, format!("         secret {unsought}"))]);
    }
    if !facts.absences.is_empty() {
        let absences = count(facts.absences.len() as u64, "thing");
        page.line(9, [(Look::Warn, format!("         {absences} could not be collected:"))]);
        facts.absences.iter().for_each(|absence| page.text(13, &format!("         {absence}")));
    }
    match &sealed.fingerprint {
        Some(fingerprint) => page.text(9, &format!("  seal   {fingerprint}")),
        None => page.line(9, [(Look::Warn, "  seal   none: nobody can tell later who packed it")]),
    }
    page.text(
        9,
        &format!(
            "  found  {} confirmed, {} contradicted, {} without evidence, {} yours to judge",
            counts.confirmed, counts.contradicted, counts.no_evidence, counts.not_checkable
        ),
    );
    page.line(9, [(Look::Dim, format!("  next   dossier check {}", target.display()))]);
    page
}

#[cfg(test)]
mod tests;
