//! `dossier check`: what the documents say against the evidence.

use crate::cli::{Check, Format};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::check::{Detail, page};
use crate::{judge, output};

pub(super) fn run(arguments: Check) -> Result<Exit, Failure> {
    let trust = judge::trust_file(arguments.trust.allowed_signers.as_deref())?;
    let snapshot = judge::read(&arguments.snapshot, trust.as_ref())?;
    match arguments.format.format {
        Format::Json => output::print_plain(&snapshot.report.to_json())?,
        Format::Text => {
            let file = arguments.snapshot.display().to_string();
            let detail = Detail { all: arguments.all, judge: arguments.judge, file: Some(&file) };
            output::print_page(&page(&snapshot.report, detail))?;
        }
    }
    match judge::objections(&snapshot.report).is_empty() {
        true => Ok(Exit::Good),
        false => Ok(Exit::EvidenceNotGood),
    }
}
