//! `dossier verify`: whole, sealed, by somebody you know? For one snapshot or many.

use crate::cli::{Format, Verify};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{Page, trust};
use crate::{judge, output};

pub(super) fn run(arguments: Verify) -> Result<Exit, Failure> {
    let signers = judge::trust_file(arguments.trust.allowed_signers.as_deref())?;
    let limits = arguments.ceilings.limits();
    let mut page = Page::default();
    let mut answers = Vec::new();
    let mut exit = Exit::Good;
    let is_single = arguments.snapshots.len() == 1;
    for path in &arguments.snapshots {
        let file = path.display().to_string();
        let report = match judge::read_answers(path, signers.as_ref(), &limits) {
            Ok(report) => report,
            Err(failure) if is_single => return Err(failure),
            // One unreadable file must not hide what there is to say about the others.
            Err(failure) => {
                exit = Exit::NotASnapshot;
                trust::unreadable(&mut page, &failure.to_string());
                answers.push(trust::unreadable_json(&file, &failure.to_string()));
                continue;
            }
        };
        if !trust::is_trusted(&report) && exit == Exit::Good {
            exit = Exit::EvidenceNotGood;
        }
        match is_single {
            true => trust::block(&mut page, &file, &report),
            false => trust::line(&mut page, &file, &report),
        }
        answers.push(trust::json(&file, &report));
    }
    match arguments.format.format {
        Format::Text => output::print_page(&page)?,
        Format::Json => output::print_plain(&trust::document(answers))?,
    }
    Ok(exit)
}
