//! `dossier merge`: the sign-offs of two copies of one snapshot in one.

use std::collections::BTreeSet;
use std::path::Path;

use dossier_shared::open::Opened;
use dossier_shared::report::SealState;
use dossier_shared::snapshot::append::Signed;
use dossier_shared::verify::{self, Verification, Verifier};

use crate::cli::Merge;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::in_place::Held;
use crate::output::{self, Look, Page, count};
use crate::{input, judge, sign_offs};

const SEAL: &str = "signatures/seal.json";

pub(super) fn run(arguments: Merge) -> Result<Exit, Failure> {
    // What is read and written is told of as what cannot be read first.
    if arguments.output.is_none() {
        let path = &arguments.first;
        input::open(path)
            .map_err(|error| Failure::NotASnapshot { path: path.display().to_string(), why: error.why })?;
    }
    let target = arguments.output.as_ref().unwrap_or(&arguments.first);
    let held = Held::take(target).map_err(|error| Failure::write(target, error))?;
    let limits = arguments.ceilings.limits();
    let is_copy = |path: &Path| path.canonicalize().is_ok_and(|path| path == held.target());
    if target.symlink_metadata().is_ok() && !is_copy(&arguments.first) && !is_copy(&arguments.second) {
        let why = "it is there already, and is none of the two copies; name another file, or move it away";
        return Err(Failure::write(target, why));
    }
    let first = judge::open(&arguments.first, &limits)?;
    let second = judge::open(&arguments.second, &limits)?;
    let (a, b) = (arguments.first.display(), arguments.second.display());
    if first.snapshot_id != second.snapshot_id {
        return Err(Failure::Usage(format!(
            "these are two snapshots, not two copies of one: {a} is {}, {b} is {}; nothing was merged",
            first.snapshot_id.short(),
            second.snapshot_id.short()
        )));
    }
    let found =
        new_in(&first, &second).map_err(|why| Failure::Evidence(format!("nothing was merged: {why}")))?;
    sign_offs::write(&held, &arguments.first, &first, &found.new, &limits)?;
    let mut page = Page::default();
    let words = format!("{} new from {b}, {} in all", count(found.new.len() as u64, "sign-off"), found.total);
    page.line(
        2,
        [(Look::Good, format!("merged into {}", target.display())), (Look::Plain, format!("   {words}"))],
    );
    for name in &found.better {
        let words = format!("{name}: {b} holds it too, and there it is broken; that of {a} stays");
        page.line(4, [(Look::Warn, "  kept      ".to_owned()), (Look::Plain, words)]);
    }
    for why in &found.left_out {
        page.line(4, [(Look::Bad, "  left out  ".to_owned()), (Look::Plain, why.clone())]);
    }
    let seals = (verify::verify(&first, None).seal.state, verify::verify(&second, None).seal.state);
    if seals.0 == SealState::Repacked && seals.1 == SealState::Valid {
        page.line(
            4,
            [(
                Look::Warn,
                format!("  {a} was zipped anew and {b} was not; name {b} first to keep its seal whole"),
            )],
        );
    }
    page.line(2, [(Look::Dim, format!("  next: dossier verify {}", target.display()))]);
    if !arguments.quiet {
        output::print_page(&page)?;
    }
    Ok(if found.left_out.is_empty() { Exit::Good } else { Exit::EvidenceNotGood })
}

struct Found {
    new: Vec<Signed>,
    /// What holds in `first` and not in `second`.
    better: Vec<String>,
    left_out: Vec<String>,
    total: usize,
}

/// What `second` holds and `first` does not, in the order of `second`; the seal has to be one and the same.
fn new_in(first: &Opened, second: &Opened) -> Result<Found, String> {
    let mut found = Found { new: Vec::new(), better: Vec::new(), left_out: Vec::new(), total: 0 };
    let both = |opened: &Opened, json: &str| {
        Some((
            opened.entry_named(json)?.kept().to_vec(),
            opened.entry_named(&format!("{json}.sig"))?.kept().to_vec(),
        ))
    };
    let (seal, other) = (both(first, SEAL), both(second, SEAL));
    let known = verify::verify(first, None);
    found.total = known.sign_offs.len();
    if seal.is_some() && other.is_some() && seal != other {
        return Err("the two copies have different seals; keep the one whose packer you trust".to_owned());
    }
    let stems = |verification: &Verification| -> BTreeSet<String> {
        verification.sign_offs.iter().map(|sign_off| sign_off.sha256.to_string()).collect()
    };
    let (holding_first, holding) = (stems(&known), stems(&verify::verify(second, None)));
    let signatures = second.signatures.iter().map(|path| path.as_str());
    for json in signatures.filter(|name| name.ends_with(".json")) {
        let file_stem = json.trim_start_matches("signatures/").trim_end_matches(".json").to_owned();
        if first.entry_named(json).is_some() || first.entry_named(&format!("{json}.sig")).is_some() {
            // The same name with other bytes: one of the two copies was tampered with, and a file has room for one.
            if both(first, json) != both(second, json) {
                match (holding_first.contains(&file_stem), holding.contains(&file_stem)) {
                    (true, false) => found.better.push(json.to_owned()),
                    (_, true) => found.left_out.push(format!(
                        "{json}: the first copy holds it too, and differently; begin with the second, in which it holds"
                    )),
                    (false, false) => found.left_out.push(format!(
                        "{json}: the two copies hold it differently, and it is broken in both"
                    )),
                }
            }
            continue;
        }
        let Some((statement, armoured)) = both(second, json) else {
            found.left_out.push(format!("{json}: its signature is missing"));
            continue;
        };
        if json != SEAL && !holding.contains(&file_stem) {
            let why = verify::judge_sign_off(second, &statement, &armoured, &Verifier::default());
            let why = why.err().unwrap_or_else(|| "its name is not its sha256".to_owned());
            found.left_out.push(format!("{json}: {why}"));
            continue;
        }
        found.total += usize::from(json != SEAL);
        found.new.push(Signed { file_stem, statement, armoured });
    }
    Ok(found)
}
