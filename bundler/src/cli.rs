//! Arguments and help texts; knows nothing about what the commands do.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod ceilings;
mod signing;

pub(crate) use ceilings::Ceilings;
pub(crate) use signing::{
    Keygen, Merge, NamedTrust, OwnFile, Sign, SignDecision, Trust, TrustAdd, TrustCommand, TrustFile,
    TrustList, TrustRemove, Verify,
};

const EXAMPLES: &str = "\
Examples:
  dossier pack --key ~/.ssh/id_ed25519              collect what dossier.toml names, sign it
  dossier check                                     compare the documents with the evidence, before packing
  dossier check ghost-20260613T064100Z.zip          the same, after it
  dossier verify ghost.zip                          who packed it, who signed it off, is it whole?
  dossier sign ghost.zip --role operator --decision approve
  dossier html ghost.zip                            one page to send, opens in any browser

Exit codes:
  0  good
  1  the evidence is not good: problem, contradiction, gate not passed, unsigned, signer unknown,
     policy not met
  2  wrong arguments, or a fault in dossier.toml
  3  not a readable snapshot
  4  collection incomplete under --strict
  5  a secret would have been shipped
  6  could not write";

/// Packs the evidence of a phase of work into one signed file, and judges it.
#[derive(Debug, Parser)]
#[command(name = "dossier", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Collect what dossier.toml names, remove secrets, write one snapshot and seal it
    Pack(Pack),
    /// Say whether snapshots are whole, who sealed them, and whether you know that key
    Verify(Verify),
    /// Compare what the documents say with the evidence
    Check(Check),
    /// Approve or reject a snapshot in a role, with your key
    Sign(Sign),
    /// Put the sign-offs of two copies of one snapshot together
    Merge(Merge),
    /// Make a key to seal or to sign off with
    Keygen(Keygen),
    /// Say whose keys you trust, and for what
    Trust(Trust),
    /// Say what is in a snapshot
    Show(Show),
    /// Write one HTML page that holds the snapshot and its viewer
    Html(Html),
    /// Open a snapshot in the browser
    Open(Open),
    /// Write the empty viewer, a page that opens any snapshot
    Viewer(Viewer),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dossier pack --key ~/.ssh/id_ed25519
  dossier pack phases/ghost/dossier.toml --key packer_key -o ghost.zip
  dossier pack --unsigned --no-viewer

A key with a passphrase: you are asked, or it is in DOSSIER_KEY_PASSPHRASE.
SOURCE_DATE_EPOCH (Unix seconds) replaces the present time, so that the same inputs give the same bytes.")]
pub(crate) struct Pack {
    /// What to collect; paths in it are relative to it
    #[arg(value_name = "DOSSIER.TOML", default_value = "dossier.toml")]
    pub(crate) config: PathBuf,
    /// Where to write [default: PHASE-STAMP.zip in the current folder]; replaces a file in one step
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Key to seal it with: an OpenSSH private key, agent:SHA256:…, or a .pub file whose key ssh-agent holds
    #[arg(long, value_name = "KEY", conflicts_with = "unsigned")]
    pub(crate) key: Option<PathBuf>,
    /// Write it without a seal: nobody can tell later who packed it
    #[arg(long)]
    pub(crate) unsigned: bool,
    /// Leave viewer.html out
    #[arg(long)]
    pub(crate) no_viewer: bool,
    /// Write nothing when something that was asked for could not be collected (exit 4)
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print nothing but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dossier check                                what lies here, while you write
  dossier check ghost.zip --all --judge
  dossier check phases/ghost --fail-on substance
  dossier check ghost.zip --format markdown    to paste into a pull request
  dossier check ghost.zip --format junit > checks.xml
  dossier check ghost.zip --format json | jq '.checks[] | select(.outcome == \"contradicted\")'

A folder is collected, cleaned of secrets and judged in memory; nothing is written. It has no
seal yet, so nothing is said about who vouches for it.

What makes it exit 1, by --fail-on:
  any        a contradiction, a gate not passed, no gate at all, a standing veto, DONE that was
             not allowed, damage, an unsigned snapshot, an invalid seal
  substance  the same, save contradictions about the record alone (times, wording, counts
             written down wrong): they are told and do not fail
  never      nothing: 0 whenever there is a report

Statements without evidence or yours to judge, things that could not be collected and an unknown
signer never fail here; `dossier verify` asks for the signer, `dossier pack --strict` for
completeness.")]
pub(crate) struct Check {
    /// A snapshot (.zip), a folder that holds dossier.toml, or a dossier.toml
    #[arg(value_name = "SNAPSHOT|FOLDER|DOSSIER.TOML", default_value = ".")]
    pub(crate) target: PathBuf,
    /// List the confirmed statements too
    #[arg(long)]
    pub(crate) all: bool,
    /// List the statements that only a person can judge
    #[arg(long)]
    pub(crate) judge: bool,
    /// What makes it exit 1
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = FailOn::Any)]
    pub(crate) fail_on: FailOn,
    #[command(flatten)]
    pub(crate) trust: TrustFile,
    #[command(flatten)]
    pub(crate) ceilings: Ceilings,
    /// For people, for programs, for a pull request, or for a CI server's list of tests
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dossier show ghost.zip")]
pub(crate) struct Show {
    /// Snapshot
    pub(crate) snapshot: PathBuf,
    #[command(flatten)]
    pub(crate) ceilings: Ceilings,
    #[command(flatten)]
    pub(crate) format: FormatChoice,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dossier html ghost.zip -o ghost.html")]
pub(crate) struct Html {
    /// Snapshot
    pub(crate) snapshot: PathBuf,
    /// Where to write [default: the snapshot's name with .html, in the current folder]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: NamedTrust,
    #[command(flatten)]
    pub(crate) ceilings: Ceilings,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dossier open ghost.zip")]
pub(crate) struct Open {
    /// Snapshot
    pub(crate) snapshot: PathBuf,
    #[command(flatten)]
    pub(crate) trust: NamedTrust,
    #[command(flatten)]
    pub(crate) ceilings: Ceilings,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dossier viewer -o viewer.html")]
pub(crate) struct Viewer {
    /// Where to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct FormatChoice {
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// For people or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// For people, for programs, for a pull request, or for a CI server's list of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    Text,
    Json,
    Markdown,
    Junit,
}

/// What makes `check` exit 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Whatever is not good
    #[default]
    Any,
    /// The same, save contradictions about the record alone
    Substance,
    /// Nothing
    Never,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        super::Cli::command().debug_assert();
    }
}
