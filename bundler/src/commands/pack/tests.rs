//! From a folder to a snapshot and back.

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::report::{SealState, SignerState};
use dossier_shared::signature::allowed_signers::AllowedSigners;
use dossier_shared::snapshot::metadata::{Entry, Metadata, Phase, SCHEMA};
use dossier_shared::snapshot::write::{Draft, write};
use dossier_shared::verify::Verifier;
use ssh_key::private::Ed25519Keypair;
use ssh_key::{LineEnding, PrivateKey};

use super::*;
use crate::judge;

const CONFIG: &str = "[phase]\nid = \"a\"\n[documents]\nreview = \"REVIEW-a.md\"\n\
                      [[source]]\nkind = \"file\"\npath = \"gone.txt\"\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(review: &str) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        fs_err::write(folder.at("dossier.toml"), CONFIG).expect("written");
        fs_err::write(folder.at("REVIEW-a.md"), review).expect("written");
        private_key().write_openssh_file(folder.at("key"), LineEnding::LF).expect("written");
        folder
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn pack(&self, output: &str, change: impl Fn(&mut Pack)) -> Result<Exit, Failure> {
        let mut arguments = Pack {
            config: self.at("dossier.toml"),
            output: Some(self.at(output)),
            key: Some(self.at("key")),
            unsigned: false,
            no_viewer: true,
            strict: false,
            quiet: true,
        };
        change(&mut arguments);
        run(arguments)
    }
}

fn private_key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]))
}

#[test]
fn the_epoch_is_checked() {
    let now: Timestamp = "2026-06-13T06:41:00.5Z".parse().expect("a time");
    for (epoch, expected) in [
        (Some("1781332860"), Ok("2026-06-13T06:41:00Z")),
        (Some("1781333159"), Ok("2026-06-13T06:45:59Z")),
        (Some("1781333161"), Err("still to come")),
        (Some("99999999999"), Err("still to come")),
        (Some("99999999999999999"), Err("must be Unix seconds")),
        (Some("yesterday"), Err("must be Unix seconds")),
        (None, Ok("2026-06-13T06:41:00Z")),
    ] {
        match (packed_at(epoch, now), expected) {
            (Ok(at), Ok(expected)) => assert_eq!(at.to_string(), expected, "{epoch:?}"),
            (Err(error), Err(words)) => {
                assert!(error.to_string().contains(words), "{epoch:?}: {error}");
                assert_eq!(error.exit(), Exit::Usage, "{epoch:?}");
            }
            (found, _) => panic!("{epoch:?}: {found:?}"),
        }
    }
    let captured = |text: &str| Some(text.parse().expect("a time"));
    assert!(not_before(now, captured("2026-06-13T06:45:59Z")).is_ok());
    assert!(not_before(now, captured("2026-06-13T06:46:01Z")).is_err());
    assert!(not_before(now, None).is_ok());
}

#[test]
fn a_sealed_snapshot_can_be_read_back() {
    let folder = Folder::new("# Review\n");
    assert_eq!(folder.pack("a.zip", |_| {}).expect("packed"), Exit::Good);
    let public = private_key().public_key().to_openssh().expect("encoded");
    let line = format!("ops namespaces=\"seal@dossier\" {public}");
    let signers = AllowedSigners::parse(line.as_bytes());
    let verifier = Verifier { trust: Some(&signers), ..Verifier::default() };
    let snapshot = judge::read(&folder.at("a.zip"), &verifier, &Limits::default()).expect("read");
    let trust = snapshot.report.trust.expect("answers");
    assert!(trust.files.intact);
    assert_eq!((trust.seal.state, trust.signer.state), (SealState::Valid, SignerState::Trusted));
    assert_eq!(snapshot.metadata.absences[0].reason, "file gone");
    let review = snapshot.metadata.entries[0].path.as_str();
    assert_eq!(review, "data/documents/REVIEW-a.md");
}

#[test]
fn secrets_do_not_get_in() {
    let folder = Folder::new("DRONE_TOKEN=abcdefgh1234\n");
    folder.pack("a.zip", |_| {}).expect("packed");
    let entries = judge::entries(&folder.at("a.zip"), &Limits::default()).expect("read");
    for (path, bytes) in entries {
        assert!(!String::from_utf8_lossy(&bytes).contains("abcdefgh1234"), "{path}");
    }
}

#[track_caller]
fn check_refused(change: impl Fn(&mut Pack), exit: Exit, words: &str) {
    let folder = Folder::new("# Review\n");
    let failure = folder.pack("a.zip", change).expect_err("refused");
    assert_eq!((failure.exit(), failure.to_string().contains(words)), (exit, true), "{failure}");
    assert!(!folder.at("a.zip").exists(), "{words}");
}

#[test]
fn refusals_write_nothing() {
    check_refused(|pack| pack.key = None, Exit::Usage, "--unsigned");
    check_refused(|pack| pack.strict = true, Exit::Incomplete, "gone.txt: file gone");
    check_refused(|pack| pack.output = Some("/nowhere/a.zip".into()), Exit::CouldNotWrite, "does not exist");
    check_refused(|pack| pack.config = "/nowhere/dossier.toml".into(), Exit::Usage, "no such file");
}

#[test]
fn what_is_packed_is_not_packed_over() {
    let folder = Folder::new("# Review\n");
    let check = |output: &str, words: &str| {
        let before = fs_err::read(folder.at(output)).expect("there");
        let error = folder.pack(output, |_| {}).expect_err(output);
        assert_eq!(error.exit(), Exit::CouldNotWrite, "{output}");
        assert!(error.to_string().contains(words), "{output}: {error}");
        assert!(fs_err::read(folder.at(output)).expect("there") == before, "{output}");
    };
    check("REVIEW-a.md", "is no snapshot");
    check("key", "which is read here");
    folder.pack("a.zip", |_| {}).expect("packed");
    folder.pack("a.zip", |_| {}).expect("packed over its like");
    // Of the right kind, and evidence nevertheless.
    fs_err::copy(folder.at("a.zip"), folder.at("gone.txt")).expect("copied");
    check("gone.txt", "which is read here");
    fs_err::write(folder.at("gone.txt"), "").expect("written");
    check("gone.txt", "which is read here");
}

#[test]
fn a_sign_off_that_comes_while_it_is_packed_stays() {
    use dossier_shared::digest::Sha256Digest;
    use dossier_shared::snapshot::append::{Signed, append_signatures};

    let folder = Folder::new("# Review\n");
    folder.pack("a.zip", |_| {}).expect("packed");
    let signed_off = Signed {
        file_stem: Sha256Digest::of(b"{}").to_string(),
        statement: b"{}".to_vec(),
        armoured: b"x".to_vec(),
    };
    let held = Held::take(&folder.at("a.zip")).expect("taken");
    let is_begun = || {
        let mut names = fs_err::read_dir(folder.0.path()).expect("listed").flatten();
        names.any(|item| atomic::is_temporary(&item.file_name()))
    };
    std::thread::scope(|scope| {
        let second = scope.spawn(|| folder.pack("a.zip", |_| {}));
        while !is_begun() && !second.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let mut file =
            fs_err::OpenOptions::new().read(true).write(true).open(folder.at("a.zip")).expect("opened");
        append_signatures(file.file_mut(), None, &[signed_off]).expect("signed");
        drop((file, held));
        let error = second.join().expect("no panic").expect_err("it is signed off now").to_string();
        assert!(error.contains("1 sign-off beside its seal"), "{error}");
    });
    let opened = judge::open(&folder.at("a.zip"), &Limits::default()).expect("a snapshot");
    assert!(
        opened.signatures.iter().any(|path| path.as_str().contains(&Sha256Digest::of(b"{}").to_string()))
    );
    let left = fs_err::read_dir(folder.0.path()).expect("listed").flatten();
    assert!(left.into_iter().all(|item| !item.file_name().to_string_lossy().starts_with('.')));
}

/// Built around the type that forbids it: a snapshot nobody redacted.
#[test]
fn the_last_look_finds_what_slipped_through() {
    let folder = Folder::new("");
    let path = EntryPath::new("data/files/x").expect("a good name");
    let metadata = Metadata {
        schema: SCHEMA.to_owned(),
        packer: "dossier test".to_owned(),
        packed_at: Timestamp::UNIX_EPOCH,
        phase: Phase { id: "a".to_owned(), title: String::new() },
        sources: Vec::new(),
        entries: vec![Entry {
            path: path.clone(),
            kind: EvidenceKind::File,
            origin: "x".to_owned(),
            original_name: None,
            captured_at: None,
        }],
        absences: Vec::new(),
        events: Vec::new(),
        redactions: Vec::new(),
    };
    let draft = Draft {
        stem: "a-1".to_owned(),
        metadata,
        payload: [(path, b"one\nDRONE_TOKEN=abcdefgh1234\n".to_vec())].into(),
        report_json: "{}\n".to_owned(),
        report_text: String::new(),
        bag_info: Vec::new(),
        viewer_html: None,
    };
    let file = fs_err::File::create(folder.at("a.zip")).expect("created");
    write(file, &draft).expect("written");
    let scanner = redact::scanner(&config::Redaction::default());
    let look = |path: &Path| look(path, &scanner, &draft.metadata, &Limits::default(), true);
    let Err(LookError::Secret(listed)) = look(&folder.at("a.zip")) else { panic!("it holds a secret") };
    assert_eq!(listed, ["  data/files/x:2 (rule assignment)"]);

    let mut bytes = fs_err::read(folder.at("a.zip")).expect("read");
    let at = bytes.windows(4).position(|window| window == b"one\n").expect("stored");
    bytes[at] ^= 1;
    fs_err::write(folder.at("b.zip"), bytes).expect("written");
    let error = look(&folder.at("b.zip")).expect_err("a bit was changed").to_string();
    assert!(error.contains("data/files/x: ") && error.contains("crc32"), "{error}");
}
