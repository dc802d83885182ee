//! `dossier check`: what the documents say against the evidence, packed or not.

use std::path::{Path, PathBuf};

use dossier_shared::report::Report;
use dossier_shared::verify::Policy;

use crate::cli::{Check, CheckFormat};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::check::{Detail, Subject, page};
use crate::output::{Places, junit, markdown};
use crate::trust::Trust;
use crate::{judge, output};

const EXPECTED: &str = "check wants a snapshot (.zip), a folder that holds dossier.toml, or a dossier.toml";

pub(super) fn run(arguments: Check) -> Result<Exit, Failure> {
    let detail = Detail {
        all: arguments.all,
        judge: arguments.judge,
        fail_on: arguments.fail_on,
        ..Detail::default()
    };
    match target(&arguments.target)? {
        Target::Snapshot(path) => {
            let trust = Trust::load(&arguments.trust)?;
            let verifier = trust.verifier(None, Policy::default());
            let report =
                judge::read(&path, &verifier, &arguments.ceilings.limits()).map_err(with_hint)?.report;
            let file = path.display().to_string();
            tell(&report, Detail { subject: Subject::Snapshot(&file), ..detail }, arguments.format)
        }
        Target::Unpacked(config) => {
            if arguments.trust.allowed_signers.is_some() {
                return Err(Failure::Usage(format!(
                    "--allowed-signers is about a seal, and {} is not packed yet; leave it out, or pack first: \
                     dossier pack {} --key FILE",
                    arguments.target.display(),
                    config.display()
                )));
            }
            let judge::Unpacked { config, report } = judge::read_unpacked(&config)?;
            let places = Places::below(config.parent().unwrap_or(Path::new("")), &report);
            let file = config.display().to_string();
            let detail = Detail { subject: Subject::Unpacked(&file), places, ..detail };
            tell(&report, detail, arguments.format)
        }
    }
}

fn tell(report: &Report, detail: Detail<'_>, format: CheckFormat) -> Result<Exit, Failure> {
    let fails = judge::fails(&judge::objections(report), detail.fail_on);
    match format {
        CheckFormat::Json => output::print_json(&report.to_json())?,
        CheckFormat::Markdown => output::print_plain(&markdown::document(report, &detail))?,
        CheckFormat::Junit => output::print_plain(&junit::document(report, &detail.places))?,
        CheckFormat::Text => output::print_page(&page(report, detail))?,
    }
    Ok(if fails { Exit::EvidenceNotGood } else { Exit::Good })
}

/// What the user named.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    Snapshot(PathBuf),
    /// A dossier.toml.
    Unpacked(PathBuf),
}

fn target(path: &Path) -> Result<Target, Failure> {
    let wrong = |what: &str| Err(Failure::Usage(format!("{}: {what}", path.display())));
    if path.is_dir() {
        let config = path.join("dossier.toml");
        // `.` is what is meant where nothing is named, and needs no mention.
        let config = config.strip_prefix(".").map(Path::to_path_buf).unwrap_or(config);
        return match () {
            () if config.is_file() => Ok(Target::Unpacked(config)),
            () if path.join("bagit.txt").is_file() => {
                wrong("this is an unzipped snapshot; name the zip file it came from")
            }
            () => wrong(&format!(
                "there is no dossier.toml in this folder, so nothing says what belongs to the phase; {EXPECTED}"
            )),
        };
    }
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    match is_toml {
        true if path.exists() => Ok(Target::Unpacked(path.to_owned())),
        true => wrong(&format!("there is no such file; {EXPECTED}")),
        false => Ok(Target::Snapshot(path.to_owned())),
    }
}

/// A file that is no snapshot may be meant as something else.
fn with_hint(failure: Failure) -> Failure {
    match failure {
        Failure::NotASnapshot { path, why } => {
            Failure::NotASnapshot { path, why: format!("{why}\n{EXPECTED}") }
        }
        other => other,
    }
}
