//! `cargo xtask demo`: the whole way once, from an empty checkout to a signed snapshot and a report of the sample phase.

use std::path::PathBuf;
use std::process::Command;

use fs_err as fs;

use super::viewer;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

const SAMPLE: &str = "examples/ghost/dossier.toml";
const SIGNER: &str = "demo@dossier";

pub(crate) fn run(console: &Console, workspace: &Workspace) -> Outcome {
    viewer::run(console, workspace)?;
    let dossier = build(console, workspace)?;
    let files = Files::new(workspace)?;
    console.step("demo, key", || files.make_key(console))?;
    console.step("demo, pack", || {
        dossier.run(console, &["pack", SAMPLE, "-o", &files.snapshot, "--key", &files.key])
    })?;
    console.step("demo, verify", || {
        dossier.run(console, &["verify", &files.snapshot, "--allowed-signers", &files.allowed_signers])
    })?;
    console.step("demo, check", || check(console, &dossier, &files))?;
    console.step("demo, report", || dossier.run(console, &["html", &files.snapshot, "-o", &files.report]))?;
    epilogue(workspace, &dossier, &files);
    Ok(())
}

/// The `dossier` of a release build, with the viewer in it.
pub(crate) struct Dossier {
    pub(crate) program: PathBuf,
    root: PathBuf,
}

/// Builds the CLI; [`viewer::run`] comes before it, so that the viewer is inside.
pub(crate) fn build(console: &Console, workspace: &Workspace) -> Outcome<Dossier> {
    console.step("dossier, release build", || {
        let mut command = process::cargo();
        command.args(["build", "--release", "--package", "dossier"]).current_dir(workspace.root());
        process::run(
            console,
            &mut command,
            "mend what the compiler names above, then run the command again",
        )?;
        Ok(Dossier { program: workspace.release_binary("dossier")?, root: workspace.root().to_path_buf() })
    })
}

impl Dossier {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(&self.root);
        command
    }

    fn run(&self, console: &Console, arguments: &[&str]) -> Outcome {
        process::run(console, &mut self.command(arguments), "the message above says what `dossier` needs")
    }
}

/// What the demo writes, as paths below the workspace's root.
struct Files {
    root: PathBuf,
    key: String,
    allowed_signers: String,
    snapshot: String,
    report: String,
}

impl Files {
    /// Keeps the key of an earlier run and clears the rest away.
    fn new(workspace: &Workspace) -> Outcome<Files> {
        let below = |name: &str| format!("target/demo/{name}");
        let files = Files {
            root: workspace.root().to_path_buf(),
            key: below("demo_key"),
            allowed_signers: below("allowed_signers"),
            snapshot: below("ghost.zip"),
            report: below("ghost.html"),
        };
        fs::create_dir_all(workspace.path("target/demo"))?;
        for old in [&files.allowed_signers, &files.snapshot, &files.report] {
            if workspace.path(old).exists() {
                fs::remove_file(workspace.path(old))?;
            }
        }
        Ok(files)
    }

    /// A key for the demo alone, and the file that says whose it is.
    fn make_key(&self, console: &Console) -> Outcome {
        let public = self.root.join(format!("{}.pub", self.key));
        if self.root.join(&self.key).exists() && public.exists() {
            console.note(&format!("{} is there from an earlier run", self.key));
        } else {
            let remedy =
                "install OpenSSH's ssh-keygen (Debian: apt-get install openssh-client; macOS has it)";
            let _half = fs::remove_file(self.root.join(&self.key));
            let mut command = Command::new("ssh-keygen");
            command
                .args(["-q", "-t", "ed25519", "-N", "", "-C", SIGNER, "-f", &self.key])
                .current_dir(&self.root);
            process::run(console, &mut command, remedy)?;
        }
        let line = allowed_signer(&fs::read_to_string(&public)?).ok_or_else(|| {
            Failure::new(
                format!("{} is no public key", public.display()),
                "delete target/demo and run it again",
            )
        })?;
        fs::write(self.root.join(&self.allowed_signers), line)?;
        console.note(&format!("{} trusts {SIGNER} for seals", self.allowed_signers));
        Ok(())
    }
}

/// `ssh-ed25519 AAAA… comment` → a line of an allowed-signers file.
fn allowed_signer(public_key: &str) -> Option<String> {
    let mut words = public_key.split_whitespace();
    let (kind, key) = (words.next()?, words.next()?);
    Some(format!("{SIGNER} namespaces=\"seal@dossier\" {kind} {key}\n"))
}

/// 1 is what the sample is for: its evidence contradicts parts of its review.
fn check(console: &Console, dossier: &Dossier, files: &Files) -> Outcome {
    let remedy = "the message above says what `dossier` needs";
    let mut command = dossier.command(&["check", &files.snapshot]);
    match process::exit_code(console, &mut command, remedy)? {
        0 => console.note("exit code 0: nothing in the evidence contradicts the review"),
        1 => console
            .note("exit code 1, as it should: the evidence contradicts parts of this review, listed above"),
        code => {
            return Err(Failure::new(
                format!("`{}` ended with exit code {code}", process::line(&command)),
                remedy,
            ));
        }
    }
    Ok(())
}

fn epilogue(workspace: &Workspace, dossier: &Dossier, files: &Files) {
    let dossier = dossier.program.strip_prefix(workspace.root()).unwrap_or(&dossier.program).display();
    let opened = workspace.path(&files.report);
    eprintln!(
        "
The demo is in target/demo:
    {report}        the report: open it in a browser, it needs no server and no network
    {snapshot}         the signed snapshot that the report was made of
    {allowed}   whose seals to trust
    {key}          the key it was sealed with, for the demo alone

Open the report:
    {opened}

Try next:
    {dossier} verify {snapshot} --allowed-signers {allowed}
    {dossier} check {snapshot}
    {dossier} --help
    cargo xtask test",
        report = files.report,
        snapshot = files.snapshot,
        allowed = files.allowed_signers,
        key = files.key,
        opened = opened.display(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_becomes_an_allowed_signer() {
        assert_eq!(
            allowed_signer("ssh-ed25519 AAAAC3 demo@dossier\n").as_deref(),
            Some("demo@dossier namespaces=\"seal@dossier\" ssh-ed25519 AAAAC3\n")
        );
        assert_eq!(allowed_signer(""), None);
    }
}
