//! The sample phases: copies that a test may change, pack and judge with the real binary, and each packed once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use dossier_shared::entry_path::EntryPath;
use dossier_shared::limits::Limits;
use dossier_shared::open::{Opened, open};
use dossier_shared::report::{self, Report};
use dossier_shared::snapshot::metadata::Metadata;
use dossier_tests::dossier;
use serde_json::Value;
use tempfile::TempDir;

/// A phase in a folder of its own.
pub(crate) struct Phase {
    folder: TempDir,
}

impl Phase {
    /// A copy of `examples/ghost`.
    pub(crate) fn ghost() -> Phase {
        Phase::copy_of(&repository().join("examples/ghost"))
    }

    /// A copy of a phase in a folder.
    pub(crate) fn copy_of(source: &Path) -> Phase {
        let folder = tempfile::tempdir().expect("a folder");
        copy(source, folder.path());
        Phase { folder }
    }

    /// The folder.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Replaces `old`, which has to occur, by `new` in a file.
    #[track_caller]
    pub(crate) fn replace(&self, file: &str, old: &str, new: &str) -> &Phase {
        let text = fs_err::read_to_string(self.path(file)).expect("the file is text");
        assert!(text.contains(old), "{file} does not hold {old:?}");
        fs_err::write(self.path(file), text.replace(old, new)).expect("written");
        self
    }

    /// Takes a file or folder away.
    pub(crate) fn remove(&self, relative: &str) -> &Phase {
        let path = self.path(relative);
        if path.is_dir() {
            fs_err::remove_dir_all(path).expect("removed");
        } else {
            fs_err::remove_file(path).expect("removed");
        }
        self
    }

    /// Packs it without a signature and gives the snapshot.
    pub(crate) fn pack(&self) -> PathBuf {
        let snapshot = self.path("out.zip");
        let mut command = dossier();
        command
            .arg("pack")
            .arg(self.path("dossier.toml"))
            .arg("-o")
            .arg(&snapshot)
            .args(["--unsigned", "--no-viewer"]);
        succeed(&mut command);
        snapshot
    }

    /// Packs and seals it with a new key; the snapshot and an allowed_signers file that names the key.
    pub(crate) fn seal(&self) -> (PathBuf, PathBuf) {
        let key = self.path("key");
        if !key.exists() {
            let mut keygen = Command::new("ssh-keygen");
            succeed(keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "packer@test", "-f"]).arg(&key));
        }
        let public = fs_err::read_to_string(self.path("key.pub")).expect("a public key");
        let trust = self.path("allowed_signers");
        fs_err::write(&trust, format!("packer@test namespaces=\"seal@dossier\" {public}")).expect("written");
        let snapshot = self.path("sealed.zip");
        let mut command = dossier();
        command.arg("pack").arg(self.path("dossier.toml")).arg("-o").arg(&snapshot).arg("--key").arg(&key);
        succeed(&mut command);
        (snapshot, trust)
    }

    /// The report of an unsigned snapshot of it.
    pub(crate) fn report(&self) -> Value {
        report(&self.pack())
    }
}

/// A sample phase packed once and opened: what the tests over all phases start from.
pub(crate) struct Sample {
    /// The phase's id, which is its folder's name.
    pub(crate) id: String,
    /// Where its `dossier.toml` lies.
    pub(crate) folder: PathBuf,
    /// Where its `expected.toml` lies.
    pub(crate) expected: PathBuf,
    /// The snapshot.
    pub(crate) opened: Opened,
}

impl Sample {
    /// The bytes of every payload entry.
    pub(crate) fn payload(&self) -> BTreeMap<EntryPath, Vec<u8>> {
        let entries = self.opened.metadata.entries.iter();
        entries
            .filter_map(|entry| Some((entry.path.clone(), self.opened.bytes(&entry.path)?.into_owned())))
            .collect()
    }

    /// What `snapshot.json` says.
    pub(crate) fn metadata(&self) -> &Metadata {
        &self.opened.metadata
    }

    /// The report.
    pub(crate) fn report(&self) -> Report {
        report::judge(&self.opened, None, None)
    }
}

/// Every sample phase with an expected report; ghost's own files lie in `examples`.
pub(crate) fn samples() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let mut folders: Vec<PathBuf> = fs_err::read_dir(repository().join("tests/fixtures/phases"))
            .expect("the sample phases")
            .map(|entry| entry.expect("readable").path())
            .filter(|folder| folder.join("expected.toml").is_file())
            .collect();
        folders.sort();
        folders.iter().map(|folder| sample(folder)).collect()
    })
}

fn sample(folder: &Path) -> Sample {
    let id = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let expected = folder.join("expected.toml");
    let folder = match folder.join("dossier.toml").is_file() {
        true => folder.to_owned(),
        false => repository().join("examples").join(&id),
    };
    let target = tempfile::tempdir().expect("a folder");
    let snapshot = target.path().join("out.zip");
    let mut pack = dossier();
    pack.arg("pack").arg(folder.join("dossier.toml")).arg("-o").arg(&snapshot);
    succeed(pack.args(["--unsigned", "--no-viewer"]));
    let bytes = fs_err::read(&snapshot).expect("a snapshot");
    let opened = open(bytes, &Limits::default()).unwrap_or_else(|error| panic!("{id}: {error}"));
    Sample { id, folder, expected, opened }
}

/// `dossier check --format json`, whatever it exits with.
pub(crate) fn report(snapshot: &Path) -> Value {
    let output = dossier().arg("check").arg(snapshot).args(["--format", "json"]).output().expect("it starts");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no report: {error}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// The first check whose quote holds `quote`, in a document whose name begins with `document`; what is yours to
/// judge only where nothing else quotes it.
#[track_caller]
pub(crate) fn check<'a>(report: &'a Value, document: &str, quote: &str) -> &'a Value {
    let checks = report["checks"].as_array().expect("checks");
    let (left, compared): (Vec<_>, Vec<_>) =
        checks.iter().partition(|check| check["rule"] == "yours-to-judge");
    let found = compared.into_iter().chain(left).find(|check| {
        let text = |key: &str| check[key].as_str().unwrap_or("");
        text("document").starts_with(document) && text("quote").contains(quote)
    });
    found.unwrap_or_else(|| panic!("no check of {document} quotes {quote:?}"))
}

/// Runs a command that has to succeed.
#[track_caller]
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        said(&output.stdout),
        said(&output.stderr)
    );
    output
}

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).expect("a folder");
    for entry in fs_err::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("known").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs_err::copy(entry.path(), target).expect("copied");
        }
    }
}
