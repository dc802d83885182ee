//! `cargo xtask bench pack`: packing and verifying a made-up phase beside the stock tools, in one run.

mod measure;
mod phase;

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use measure::Measured;

use super::demo;
use crate::bagit;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// The size that the figures in docs/benchmarks.md are of.
const MEBIBYTES: u64 = 2048;
/// What switches redaction off in a `dossier` that is built with the feature `measure`, and in no other.
const WITHOUT_REDACTION: &str = "DOSSIER_WITHOUT_REDACTION";

pub(crate) fn run(console: &Console, workspace: &Workspace, arguments: &[&str]) -> Outcome {
    let mebibytes = match arguments {
        ["pack"] => MEBIBYTES,
        ["pack", "--size", mebibytes] => mebibytes.parse().map_err(|_| {
            Failure::new(
                format!("--size {mebibytes} is no number"),
                "give whole mebibytes, such as --size 200",
            )
        })?,
        _ => return Err(Failure::new("bench wants to know what to measure", "run `cargo xtask bench pack`")),
    };
    for (program, package) in [("zip", "zip"), ("unzip", "unzip"), ("sha256sum", "coreutils")] {
        if process::on_path(program).is_none() {
            let remedy =
                format!("install it (Debian: apt-get install {package}), then run the command again");
            return Err(Failure::new(format!("`{program}` is not here to be measured against"), remedy));
        }
    }
    let bagit = bagit::find_or_install(console, workspace)?;
    let bench = Bench {
        folder: workspace.path("target/bench"),
        mebibytes,
        without_redaction: measuring(console, workspace)?,
        dossier: demo::build(console, workspace)?.program,
    };
    bench.make_phase(console)?;
    let packing = console.step("bench, packing", || bench.packing(console))?;
    let verifying = console.step("bench, verifying", || bench.verifying(console, bagit.as_deref()))?;
    println!("{mebibytes} MiB, {} processors", std::thread::available_parallelism().map_or(1, usize::from));
    println!("{}", measure::table(&[packing, verifying].concat()));
    Ok(())
}

/// A `dossier` that can be told not to redact, apart from the one that people run.
fn measuring(console: &Console, workspace: &Workspace) -> Outcome<PathBuf> {
    console.step("dossier, release build with the feature `measure`", || {
        let mut command = process::cargo();
        command.args(["build", "--release", "--package", "dossier", "--features", "measure"]);
        process::run(console, command.current_dir(workspace.root()), "mend what the compiler names above")?;
        let built = workspace.release_binary("dossier")?;
        let copy = workspace.path("target/bench/dossier-measure");
        fs::create_dir_all(workspace.path("target/bench"))?;
        fs::copy(built, &copy)?;
        Ok(copy)
    })
}

struct Bench {
    folder: PathBuf,
    mebibytes: u64,
    dossier: PathBuf,
    without_redaction: PathBuf,
}

/// A line of the table: what ran, what it took, and what that is beside the stock tools.
type Row = (String, Measured, Option<String>);

impl Bench {
    /// The phase; one of the same size is there from an earlier run.
    fn phase(&self) -> PathBuf {
        self.folder.join(format!("phase-{}", self.mebibytes))
    }

    fn make_phase(&self, console: &Console) -> Outcome {
        let folder = self.phase();
        let done = self.folder.join(format!("phase-{}.done", self.mebibytes));
        if done.exists() {
            console.note(&format!("{} is there from an earlier run", folder.display()));
            return Ok(());
        }
        console.step("bench, phase", || {
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            let files = phase::write(&folder, self.mebibytes)?;
            console.note(&format!("{files} files in {}", folder.display()));
            Ok(fs::write(&done, "")?)
        })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn packing(&self, console: &Console) -> Outcome<Vec<Row>> {
        let phase = self.phase();
        for old in ["zip.zip", "dossier.zip", "unredacted.zip"] {
            let _old = fs::remove_file(self.at(old));
        }
        let mut files = Vec::new();
        list(&phase, &mut files)?;
        let mut zip = Command::new("zip");
        zip.args(["-q", "-r", "-6"]).arg(self.at("zip.zip")).arg(".").current_dir(&phase);
        let zip = Measured::of(console, &mut zip, 0)?.with_size(&self.at("zip.zip"))?;
        let mut sha256sum = Command::new("sha256sum");
        let sha256sum = Measured::of(console, sha256sum.args(&files).current_dir(&phase), 0)?;
        let stock = zip.and(&sha256sum);
        let packed = self.pack(console, &self.dossier, "dossier.zip", false)?;
        let unredacted = self.pack(console, &self.without_redaction, "unredacted.zip", true)?;
        Ok(vec![
            ("zip -r -6".to_owned(), zip, None),
            ("sha256sum".to_owned(), sha256sum, None),
            ("both".to_owned(), stock.clone(), None),
            ("dossier pack".to_owned(), packed.clone(), Some(packed.against(&stock))),
            ("dossier pack, no redaction".to_owned(), unredacted.clone(), Some(unredacted.against(&stock))),
        ])
    }

    fn pack(&self, console: &Console, dossier: &Path, name: &str, is_unredacted: bool) -> Outcome<Measured> {
        let mut command = Command::new(dossier);
        command.arg("pack").arg(self.phase().join("dossier.toml")).arg("-o").arg(self.at(name));
        command.args(["--unsigned", "--no-viewer", "--quiet"]);
        if is_unredacted {
            command.env(WITHOUT_REDACTION, "1");
        }
        Measured::of(console, &mut command, 0)?.with_size(&self.at(name))
    }

    fn verifying(&self, console: &Console, bagit: Option<&Path>) -> Outcome<Vec<Row>> {
        let snapshot = self.at("dossier.zip");
        let mut unzip = Command::new("unzip");
        let mut stock = Measured::of(console, unzip.args(["-tqq"]).arg(&snapshot), 0)?;
        let mut rows = vec![("unzip -t".to_owned(), stock.clone(), None)];
        if let Some(bagit) = bagit {
            let bag = self.at("bag");
            if bag.exists() {
                fs::remove_dir_all(&bag)?;
            }
            let mut unzip = Command::new("unzip");
            process::run(console, unzip.arg("-qq").arg(&snapshot).arg("-d").arg(&bag), "see above")?;
            let stem =
                fs::read_dir(&bag)?.next().transpose()?.map(|folder| folder.path()).unwrap_or_default();
            let mut validate = Command::new(bagit);
            let validated = Measured::of(console, validate.args(["--validate", "--quiet"]).arg(stem), 0)?;
            stock = stock.and(&validated);
            rows.push(("bagit.py --validate".to_owned(), validated, None));
            rows.push(("both".to_owned(), stock.clone(), None));
        } else {
            console.warn("without bagit.py, `dossier verify` is compared with `unzip -t` alone");
        }
        let mut verify = Command::new(&self.dossier);
        // The snapshot has no seal, which is no good news: exit code 1.
        let verified = Measured::of(console, verify.arg("verify").arg(&snapshot), 1)?;
        let ratio = verified.against(&stock);
        rows.push(("dossier verify".to_owned(), verified, Some(ratio)));
        Ok(rows)
    }
}

/// Every file below `folder`.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for item in fs::read_dir(folder)? {
        let path = item?.path();
        match path.is_dir() {
            true => list(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}
