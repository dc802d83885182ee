//! `dossier verify`: whole, sealed, signed off, and by somebody you know? For one snapshot or many.

use dossier_shared::digest::Sha256Digest;
use dossier_shared::signature::statement::{PACKER, is_role};
use dossier_shared::time::Timestamp;
use dossier_shared::verify::Policy;

use crate::cli::{Format, Verify};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{Page, trust};
use crate::trust::Trust;
use crate::{judge, output};

pub(super) fn run(arguments: Verify) -> Result<Exit, Failure> {
    let policy = policy(&arguments)?;
    let at = match &arguments.at {
        None => None,
        Some(text) => Some(instant(text).ok_or_else(|| no_instant(text))?),
    };
    let files = Trust::load(&arguments.trust)?;
    let verifier = files.verifier(at, policy);
    let limits = arguments.ceilings.limits();
    let mut page = Page::default();
    let mut answers = Vec::new();
    let mut exit = Exit::Good;
    let is_single = arguments.snapshots.len() == 1;
    let mut only = None;
    for path in &arguments.snapshots {
        let file = path.display().to_string();
        let report = match judge::read_answers(path, &verifier, &limits) {
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
        only = Some((file, report)).filter(|_| is_single);
    }
    trust::sources(&mut page, &files);
    if let Some((file, report)) = &only {
        trust::result(&mut page, file, report);
    }
    match arguments.format.format {
        Format::Text => output::print_page(&page)?,
        Format::Json => output::print_plain(&trust::document(answers, &files))?,
    }
    Ok(exit)
}

fn policy(arguments: &Verify) -> Result<Policy, Failure> {
    let usage = |why: String| Err(Failure::Usage(why));
    let mut policy = Policy { threshold: arguments.threshold, ..Policy::default() };
    for role in &arguments.require {
        if role == PACKER {
            return usage("--require packer: the packer's seal is always asked for; to ask for somebody: --expect packer=PRINCIPAL".to_owned());
        }
        if !is_role(role) {
            return usage(format!(
                "--require {role:?}: a role has lower-case letters, digits and -, as in operator,reviewer"
            ));
        }
        // Asked twice is asked.
        if !policy.require.contains(role) {
            policy.require.push(role.clone());
        }
    }
    if arguments.threshold == Some(0) {
        return usage("--threshold 0 asks for nothing; leave it out".to_owned());
    }
    for expected in &arguments.expect {
        let twice = match expected.split_once('=') {
            Some(("phase", phase)) => policy.phase.replace(phase.to_owned()).is_some(),
            Some(("packer", packer)) => policy.packer.replace(packer.to_owned()).is_some(),
            Some(("id", id)) => policy.id.replace(whole_id(id)?).is_some(),
            _ => {
                return usage(format!(
                    "--expect {expected:?}: write phase=ID, id=64 HEX DIGITS or packer=PRINCIPAL"
                ));
            }
        };
        if twice {
            return usage(format!("--expect {expected}: this is asked twice"));
        }
    }
    Ok(policy)
}

/// An id with all its digits; upper case is only another way to write them.
fn whole_id(id: &str) -> Result<Sha256Digest, Failure> {
    let why = match id.len() {
        64 => "an id has only the digits 0 to 9 and a to f",
        _ => "give all 64 digits; the short form can be imitated",
    };
    id.to_ascii_lowercase().parse().map_err(|_| Failure::Usage(format!("--expect id={id}: {why}")))
}

/// `2026-06-13T06:41:00Z`, `2026-06-13`, or as in an allowed_signers file; always in UTC.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let whole = |text: &str| text.parse::<Timestamp>().ok();
    let digits = text.strip_suffix('Z').unwrap_or(text);
    let packed = || {
        let is_packed =
            digits.bytes().all(|byte| byte.is_ascii_digit()) && matches!(digits.len(), 8 | 12 | 14);
        let padded = format!("{digits:0<14}");
        let part = |from: usize, to: usize| padded.get(from..to).unwrap_or_default().to_owned();
        let words = || {
            format!(
                "{}-{}-{}T{}:{}:{}Z",
                part(0, 4),
                part(4, 6),
                part(6, 8),
                part(8, 10),
                part(10, 12),
                part(12, 14)
            )
        };
        is_packed.then(words).and_then(|words| whole(&words))
    };
    whole(text)
        .or_else(|| whole(&format!("{text}T00:00:00Z")))
        .or_else(packed)
        .filter(|at| at.as_second() > 0)
}

pub(super) fn no_instant(text: &str) -> Failure {
    Failure::Usage(format!("{text:?} is no time; write 2026-06-13T06:41:00Z or 2026-06-13"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc() {
        for (text, expected) in [
            ("2026-06-13T06:41:00Z", Some("2026-06-13T06:41:00Z")),
            ("2026-06-13T08:41:00+02:00", Some("2026-06-13T06:41:00Z")),
            ("2026-06-13", Some("2026-06-13T00:00:00Z")),
            ("20260613", Some("2026-06-13T00:00:00Z")),
            ("202606130641Z", Some("2026-06-13T06:41:00Z")),
            ("20260613064159Z", Some("2026-06-13T06:41:59Z")),
            ("2026-06-13T06:41", None),
            ("yesterday", None),
            ("", None),
            ("1970-01-01", None),
        ] {
            assert_eq!(instant(text).map(|at| at.to_string()).as_deref(), expected, "{text}");
        }
    }
}
