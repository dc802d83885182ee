//! `dossier pack`: collect, redact, pack, seal, look once more, and only then put the file in its place.

use std::path::{Path, PathBuf};

use dossier_shared::limits::Limits;
use dossier_shared::snapshot::metadata::Absence;
use dossier_shared::time::Timestamp;

use crate::cli::Pack;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{self, Look, Page, count};
use crate::pack::{PackError, Sealed};
use crate::redact::{self, Redacted};
use crate::sign::{Key, PASSPHRASE_VARIABLE};
use crate::{atomic, collect, config, judge, pack, viewer_page};

const NO_KEY: &str = "say how to seal the snapshot: --key FILE with an OpenSSH private key, or --unsigned\n\
                      make a key with: ssh-keygen -t ed25519 -f packer_key";

pub(super) fn run(arguments: Pack) -> Result<Exit, Failure> {
    let limits = Limits::default();
    // Whatever can be refused is refused before the work begins.
    let config = config::load(&arguments.config)?;
    let key = key(&arguments)?;
    let packed_at = packed_at(std::env::var("SOURCE_DATE_EPOCH").ok().as_deref())?;
    let target = target(&arguments, &config.phase.id, packed_at);
    atomic::check(&target).map_err(|error| Failure::write(&target, error))?;

    let root = arguments.config.parent().filter(|parent| !parent.as_os_str().is_empty());
    let scanner = redact::scanner(&config.redaction);
    let raw = collect::collect(config, root.unwrap_or(Path::new(".")), &limits)?;
    let redacted = redact::redact(raw, &scanner);
    if arguments.strict && !redacted.absences.is_empty() {
        return Err(Failure::Incomplete { listed: redacted.absences.iter().map(words_of).collect() });
    }
    let facts = Facts::of(&redacted);
    let viewer = if arguments.no_viewer { None } else { viewer_page::embedded().map(<[u8]>::to_vec) };
    // Not before: a temporary file must not be there to be collected.
    let file = atomic::beside(&target).map_err(|error| Failure::write(&target, error))?;
    let opened = file.reopen().map_err(|error| Failure::write(&target, error))?;
    let packed = pack::pack(redacted, packed_at, viewer, opened).map_err(|error| failure(&target, error))?;
    let sealed = match &key {
        Some(key) => packed.seal(key).map_err(|error| failure(&target, error))?,
        None => packed.leave_unsigned(),
    };
    last_look(&scanner, file.path(), &limits)?;
    atomic::put(file, &target).map_err(|error| Failure::write(&target, error))?;
    if !arguments.quiet {
        output::print_page(&summary(&target, &facts, &sealed))?;
    }
    Ok(Exit::Good)
}

fn key(arguments: &Pack) -> Result<Option<Key>, Failure> {
    match &arguments.key {
        Some(path) => {
            let passphrase = std::env::var(PASSPHRASE_VARIABLE).ok();
            Ok(Some(Key::load(path, passphrase.as_deref())?))
        }
        None if arguments.unsigned => Ok(None),
        None => Err(Failure::Usage(NO_KEY.to_owned())),
    }
}

/// The time to write: `SOURCE_DATE_EPOCH` where it is set, else now, in whole seconds.
fn packed_at(epoch: Option<&str>) -> Result<Timestamp, Failure> {
    let seconds = match epoch.filter(|text| !text.is_empty()) {
        Some(text) => text.trim().parse().ok(),
        None => Some(Timestamp::now().as_second()),
    };
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(|| {
        Failure::Usage("SOURCE_DATE_EPOCH must be Unix seconds, for example 1781332860".to_owned())
    })
}

fn target(arguments: &Pack, phase: &str, packed_at: Timestamp) -> PathBuf {
    match &arguments.output {
        Some(path) => path.clone(),
        None => PathBuf::from(format!("{}.zip", pack::stem(phase, packed_at))),
    }
}

/// The finished file as its reader will see it: whole, and without a secret in any entry.
fn last_look(scanner: &redact::Scanner, path: &Path, limits: &Limits) -> Result<(), Failure> {
    let mut listed = Vec::new();
    for (entry, bytes) in judge::entries(path, limits)? {
        // The viewer is this program's own and the same in every snapshot.
        if entry.as_str() == "viewer.html" {
            continue;
        }
        for leak in redact::leaks(scanner, &entry, &bytes) {
            listed.push(format!("  {entry}:{} (rule {})", leak.line, leak.rule));
        }
    }
    if listed.is_empty() { Ok(()) } else { Err(Failure::Secret { listed }) }
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
    /// What redaction left in place or did not look for.
    kept: usize,
}

impl Facts {
    fn of(redacted: &Redacted) -> Self {
        Self {
            entries: redacted.entries.len() as u64,
            bytes: redacted.payload.values().map(|bytes| bytes.len() as u64).sum(),
            absences: redacted.absences.iter().map(words_of).collect(),
            redactions: redacted
                .redactions
                .iter()
                .filter(|redaction| redaction.kept.is_none())
                .map(|redaction| redaction.count)
                .sum(),
            kept: redacted.redactions.iter().filter(|redaction| redaction.kept.is_some()).count(),
        }
    }
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
