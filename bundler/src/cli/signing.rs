//! Arguments of what has to do with keys, signatures and trust; knows nothing about what the commands do.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Ceilings, FormatChoice};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dossier verify ghost.zip
  dossier verify ghost.zip --allowed-signers trusted --require operator,reviewer
  dossier verify ghost.zip --threshold 2 --expect phase=ghost,packer=ops@example.org
  dossier verify *.zip --format json

Exits 0 when the files are intact, the packer's signature is valid and by a key that you trust, no
key that you trust rejects it, and whatever --require, --threshold and --expect ask for is so.
Whether everything is here and the checks hold is answered too, but `dossier check` is the one to
ask.

Whom you trust stands in a file of your own, in OpenSSH's allowed_signers format, for example:
  ops@example.org namespaces=\"seal@dossier\" ssh-ed25519 AAAAC3Nza…
  ann@example.org namespaces=\"signoff.operator@dossier\" ssh-ed25519 AAAAC3Nza…
`dossier trust add` writes such lines. Nothing inside a snapshot can make you trust it.")]
pub(crate) struct Verify {
    /// Snapshots
    #[arg(required = true, value_name = "SNAPSHOT")]
    pub(crate) snapshots: Vec<PathBuf>,
    /// Roles of which each has to approve, with a key that you trust for it
    #[arg(long, value_name = "ROLE,…", value_delimiter = ',')]
    pub(crate) require: Vec<String>,
    /// How many different keys that you trust have to approve; the packer's does not count
    #[arg(long, value_name = "N")]
    pub(crate) threshold: Option<u32>,
    /// What it has to be: phase=ID, id=64 HEX DIGITS, packer=PRINCIPAL
    #[arg(long, value_name = "KEY=VALUE,…", value_delimiter = ',')]
    pub(crate) expect: Vec<String>,
    /// The time at which keys have to be valid, 2026-06-13T06:41:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    #[command(flatten)]
    pub(crate) trust: TrustFile,
    #[command(flatten)]
    pub(crate) ceilings: Ceilings,
    #[command(flatten)]
    pub(crate) format: FormatChoice,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct TrustFile {
    /// Whose keys you trust, in OpenSSH's allowed_signers format [default: allowed_signers in
    /// ~/.config/dossier, where it is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) allowed_signers: Option<PathBuf>,
    /// Keys that are trusted no longer: public keys or SHA256 fingerprints, one a line [default:
    /// revoked_keys beside it]
    #[arg(long, value_name = "FILE")]
    pub(crate) revoked: Option<PathBuf>,
}

/// For pages, which go to others: the user's own files are not used unless they are named.
#[derive(Debug, Clone, Args)]
pub(crate) struct NamedTrust {
    /// Whose keys you trust, in OpenSSH's allowed_signers format; the page says what follows from it
    #[arg(long, value_name = "FILE")]
    pub(crate) allowed_signers: Option<PathBuf>,
    /// Keys that are trusted no longer: public keys or SHA256 fingerprints, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) revoked: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dossier sign ghost.zip --role operator --decision approve --key ~/.ssh/id_ed25519
  dossier sign ghost.zip --role reviewer --decision reject --note \"M2 was never repeated\"
  dossier sign ghost.zip --role operator --decision approve --key agent:SHA256:nThbg6kXUp…
  dossier sign ghost.zip --role operator --decision approve --detached -o to-mail
  dossier sign ghost.zip --import to-mail/*.json

--key names an OpenSSH private key, agent:SHA256:… (a key that ssh-agent holds), or a .pub file
whose key ssh-agent holds. A key with a passphrase: you are asked, or it is in
DOSSIER_KEY_PASSPHRASE. The snapshot is verified and checked first, and what you sign is shown.
An approval of a snapshot with contradictions of substance, damaged files, without a valid seal,
sealed with a revoked key or rejected by somebody whom you trust wants --despite and a reason.

Exits 0 when it is signed, 1 when something speaks against it or you answer no, 2 for wrong
arguments, keys and files, 3 when it is no snapshot, 6 when it could not be written.")]
pub(crate) struct Sign {
    /// Snapshot
    pub(crate) snapshot: PathBuf,
    /// The role you sign in: operator, reviewer, … (lower-case letters, digits and -)
    #[arg(long, required_unless_present = "import")]
    pub(crate) role: Option<String>,
    /// What you decided
    #[arg(long, value_enum, required_unless_present = "import")]
    pub(crate) decision: Option<SignDecision>,
    /// A few words of your own
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true)]
    pub(crate) note: String,
    /// The key to sign with [default: id_ed25519 in ~/.config/dossier]
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<PathBuf>,
    /// Id of an earlier snapshot that this one replaces, all 64 digits
    #[arg(long, value_name = "ID")]
    pub(crate) supersedes: Option<String>,
    /// Approve although something speaks against it, and say why; it is signed with the note
    #[arg(long, value_name = "REASON")]
    pub(crate) despite: Option<String>,
    /// Write the sign-off as two small files to mail, and leave the snapshot alone
    #[arg(long)]
    pub(crate) detached: bool,
    /// Where to write them [default: beside the snapshot]
    #[arg(short, long, value_name = "FOLDER", requires = "detached")]
    pub(crate) output: Option<PathBuf>,
    /// Add sign-offs that came as files: the .json, with its .json.sig beside it
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["role", "decision", "key", "detached", "despite", "supersedes", "note"])]
    pub(crate) import: Vec<PathBuf>,
    /// Ask nothing, also on a terminal
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) trust: TrustFile,
    #[command(flatten)]
    pub(crate) ceilings: Ceilings,
}

/// What a signer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignDecision {
    Approve,
    Reject,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  dossier merge ghost.zip ghost-from-ann.zip

Both have to be copies of one snapshot. Its bytes are kept as they are; only sign-offs are added.")]
pub(crate) struct Merge {
    /// A copy; its sign-offs come first
    pub(crate) first: PathBuf,
    /// Another copy of the same snapshot
    pub(crate) second: PathBuf,
    /// Where to write [default: the first copy is replaced]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Print nothing but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) ceilings: Ceilings,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dossier keygen
  dossier keygen -o packer_key --role packer --as ops@example.org
  dossier keygen -o ann_key --role operator,reviewer --as ann@example.org --passphrase

Nothing is ever overwritten. Keep the key to yourself; give the line that is printed to those who verify.")]
pub(crate) struct Keygen {
    /// Where to write the private key; the public one lies beside it with .pub
    /// [default: id_ed25519 in ~/.config/dossier]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// What it will be used for: packer, operator, reviewer, …
    #[arg(long, value_name = "ROLE,…", value_delimiter = ',', default_value = "packer")]
    pub(crate) role: Vec<String>,
    /// The name it will go by [default: your user name]
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub(crate) principal: Option<String>,
    /// Protect it with a passphrase, asked for or taken from DOSSIER_KEY_PASSPHRASE
    #[arg(long)]
    pub(crate) passphrase: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dossier trust add ops.pub --as ops@example.org --role packer
  dossier trust add 'ssh-ed25519 AAAAC3Nza…' --as ann@example.org --role operator,reviewer
  dossier trust add ann.pub --as ann@example.org --role operator --valid-before 2027-01-01
  dossier trust add 'ops@example.org namespaces=\"seal@dossier\" ssh-ed25519 AAAAC3Nza…'
  dossier trust list
  dossier trust remove SHA256:nThbg6kXUp…
  dossier trust remove ann@example.org")]
pub(crate) struct Trust {
    #[command(subcommand)]
    pub(crate) what: TrustCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TrustCommand {
    /// Trust a key for a role
    Add(TrustAdd),
    /// Say whom you trust, for what, and which lines grant nothing
    List(TrustList),
    /// Trust a key no longer
    Remove(TrustRemove),
}

#[derive(Debug, Args)]
pub(crate) struct TrustAdd {
    /// A public key, a file that holds one, or a whole line of an allowed_signers file
    #[arg(value_name = "PUBKEY|FILE|LINE")]
    pub(crate) key: String,
    /// Whose key it is
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub(crate) principal: Option<String>,
    /// What for: packer, operator, reviewer, …
    #[arg(long, value_name = "ROLE,…", value_delimiter = ',')]
    pub(crate) role: Vec<String>,
    /// From when on: 2026-06-13 or 2026-06-13T06:41:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) valid_after: Option<String>,
    /// Up to when
    #[arg(long, value_name = "TIME")]
    pub(crate) valid_before: Option<String>,
    /// Add a whole line that grants several roles, or that has patterns, without asking
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) file: OwnFile,
}

#[derive(Debug, Args)]
pub(crate) struct TrustList {
    #[command(flatten)]
    pub(crate) file: OwnFile,
    #[command(flatten)]
    pub(crate) format: FormatChoice,
}

#[derive(Debug, Args)]
pub(crate) struct TrustRemove {
    /// The fingerprint of the key, or the principal as the file has it
    #[arg(value_name = "SHA256:…|PRINCIPAL")]
    pub(crate) whom: String,
    #[command(flatten)]
    pub(crate) file: OwnFile,
}

#[derive(Debug, Args)]
pub(crate) struct OwnFile {
    /// The file [default: allowed_signers in ~/.config/dossier]
    #[arg(long, value_name = "FILE")]
    pub(crate) allowed_signers: Option<PathBuf>,
}
