//! Killing `pack` at any moment, and letting its disk run full: under the final name is the old file or the new one,
//! never half of one, and nothing that is left behind is ever evidence.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dossier_shared::limits::Limits;
use dossier_shared::open::open;
use dossier_tests::{dossier, dossier_that_pauses, skip};
use tempfile::TempDir;

use crate::phase::{Phase, succeed};

const CONFIG: &str = "[phase]\nid = \"crash\"\n[documents]\nreview = \"REVIEW-crash.md\"\n\
                      [[source]]\nkind = \"runs\"\npath = \"runs\"\n";
const TARGET: &str = "out.zip";

/// A small phase with a snapshot of an earlier state of it at `out.zip`.
struct Room {
    folder: TempDir,
    old: Vec<u8>,
    new: Vec<u8>,
}

impl Room {
    fn new() -> Room {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs_err::create_dir_all(at("runs/7")).expect("made");
        fs_err::write(at("dossier.toml"), CONFIG).expect("written");
        fs_err::write(at("REVIEW-crash.md"), "# Review\n\nM1 PASS\n").expect("written");
        for number in 0..30 {
            fs_err::write(at(&format!("runs/7/{number}.bin")), noise(number, 8 << 10)).expect("written");
        }
        let mut room = Room { folder, old: Vec::new(), new: Vec::new() };
        succeed(&mut room.pack(dossier()));
        room.old = room.at_target();
        fs_err::write(room.path("runs/7/later.txt"), "later\n").expect("written");
        succeed(&mut room.pack_to(dossier(), "other.zip"));
        room.new = fs_err::read(room.path("other.zip")).expect("a snapshot");
        assert_ne!(room.old, room.new);
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn at_target(&self) -> Vec<u8> {
        fs_err::read(self.path(TARGET)).expect("there is always a snapshot")
    }

    fn pack(&self, command: Command) -> Command {
        self.pack_to(command, TARGET)
    }

    fn pack_to(&self, mut command: Command, target: &str) -> Command {
        command.args(["pack", "dossier.toml", "--unsigned", "--no-viewer", "--quiet", "-o", target]);
        command.current_dir(self.folder.path()).env("SOURCE_DATE_EPOCH", "1781333000");
        command
    }

    /// Temporary files with a name, which only a killed run leaves.
    fn left_over(&self) -> usize {
        let names = fs_err::read_dir(self.folder.path()).expect("listed");
        names.filter(|item| is_temporary(&item.as_ref().expect("an entry").path())).count()
    }

    /// After a kill: old or new, and at most the one file that was being written.
    #[track_caller]
    fn check(&self, may_be_new: bool, when: &str) {
        let found = self.at_target();
        assert!(found == self.old || may_be_new && found == self.new, "half a file, killed {when}");
        assert!(self.left_over() <= 1, "earlier leftovers have to be cleared, killed {when}");
        fs_err::write(self.path(TARGET), &self.old).expect("written");
    }

    /// In the end a run that is let alone leaves its snapshot and nothing else.
    #[track_caller]
    fn check_end(&self) {
        succeed(&mut self.pack(dossier()));
        assert!(self.at_target() == self.new);
        assert_eq!(self.left_over(), 0);
    }
}

/// Bytes that cannot be compressed.
fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // Never what a rule could take for text.
        state as u8 | 0x80
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.starts_with(".dossier-") && name.ends_with(".tmp")
}

/// Starts `command`, waits until it says that it paused, and kills it.
fn kill_at(command: &mut Command, point: &str) {
    let mut child = command
        .env("DOSSIER_PAUSE_AT", point)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let said = BufReader::new(child.stderr.take().expect("stderr")).lines().next();
    let said = said.and_then(Result::ok).unwrap_or_default();
    kill(&mut child);
    assert_eq!(said, "paused", "it has to come to {point}");
}

/// As `kill -9` does.
fn kill(child: &mut Child) {
    child.kill().expect("killed");
    child.wait().expect("gone");
}

#[test]
fn killed_at_every_point_it_leaves_the_old_file_or_the_new_one() {
    let room = Room::new();
    for round in 1..=20 {
        for point in ["made", "write", "fsync", "rename", "renamed"] {
            // Each time behind another entry.
            let moment = if point == "write" { format!("write:{round}") } else { point.to_owned() };
            kill_at(&mut room.pack(dossier_that_pauses()), &moment);
            room.check(point == "renamed", &moment);
        }
    }
    room.check_end();
}

#[test]
fn killed_while_it_spools_it_leaves_nothing_but_what_was_there() {
    let room = Room::new();
    // Larger than what is held in memory.
    fs_err::write(room.path("runs/7/large.bin"), noise(99, 9 << 20)).expect("written");
    let temporary = room.path("temporary");
    fs_err::create_dir(&temporary).expect("made");
    for _ in 0..20 {
        kill_at(room.pack(dossier_that_pauses()).env("TMPDIR", &temporary), "spool");
        room.check(false, "while it spools");
        assert_eq!(fs_err::read_dir(&temporary).expect("listed").count(), 0, "a spool file has no name");
    }
    fs_err::remove_file(room.path("runs/7/large.bin")).expect("removed");
    room.check_end();
}

#[test]
fn killed_over_the_history_it_leaves_a_folder_that_the_next_run_clears() {
    let phase = Phase::ghost();
    let temporary = tempfile::tempdir().expect("a folder");
    let left = || fs_err::read_dir(temporary.path()).expect("listed").count();
    let pack = |mut command: Command| {
        command.args(["pack", "--unsigned", "--no-viewer", "--quiet", "-o", "out.zip"]);
        command.arg(phase.path("dossier.toml"));
        command.current_dir(phase.path(".")).env("TMPDIR", temporary.path());
        command
    };
    for _ in 0..3 {
        kill_at(&mut pack(dossier_that_pauses()), "git");
        assert_eq!(left(), 1, "earlier leftovers have to be cleared");
    }
    // Nobody else's, and nobody's who still works in it.
    fs_err::create_dir(temporary.path().join("dossier-git-another")).expect("made");
    succeed(&mut pack(dossier()));
    assert_eq!(left(), 1);
}

#[test]
fn killed_at_any_moment_it_leaves_the_old_file_or_the_new_one() {
    let room = Room::new();
    for round in 0..25 {
        let mut child = room.pack(dossier()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(round * round / 3));
        kill(&mut child);
        room.check(true, &format!("in round {round}"));
    }
    room.check_end();
}

#[test]
fn what_is_left_over_is_never_evidence_and_what_is_written_now_stays() {
    let room = Room::new();
    let left = "runs/7/.dossier-out.zip-abcdef.tmp";
    fs_err::write(room.path(left), "half a snapshot").expect("written");
    succeed(&mut room.pack(dossier()));
    let opened = open(room.at_target(), &Limits::default()).expect("a snapshot");
    assert!(opened.metadata.entries.iter().all(|entry| !entry.path.as_str().contains("dossier-out")));
    let told = opened.metadata.absences.iter().find(|absence| absence.what == left);
    assert!(told.is_some_and(|absence| absence.reason.contains("temporary file")), "{told:?}");

    // Another run that is not finished keeps its file while a second one packs to the same place.
    let mut first = room.pack(dossier_that_pauses());
    let mut first = first.env("DOSSIER_PAUSE_AT", "made").stderr(Stdio::piped()).spawn().expect("it starts");
    let said = BufReader::new(first.stderr.take().expect("stderr")).lines().next();
    assert!(said.is_some_and(|line| line.is_ok_and(|line| line == "paused")));
    succeed(&mut room.pack(dossier()));
    assert_eq!(room.left_over(), 1, "it belongs to a run that lives");
    kill(&mut first);
    succeed(&mut room.pack(dossier()));
    assert_eq!(room.left_over(), 0);
}

/// Packs under a shell that lets no file grow beyond `blocks` of 512 bytes.
#[track_caller]
fn check_limit(room: &Room, blocks: u64) {
    let program = dossier().get_program().to_owned();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")).arg(program);
    let output = room.pack(shell).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{blocks} blocks: {said}");
    assert!(said.contains("could not write") && said.contains(TARGET), "{said}");
    assert!(room.at_target() == room.old, "{blocks} blocks");
    assert_eq!(room.left_over(), 0, "{blocks} blocks");
}

#[test]
fn a_file_that_cannot_grow_is_exit_code_6_and_the_old_one_stays() {
    let room = Room::new();
    let needed = room.new.len() as u64 / 512;
    for blocks in [0, 1, needed / 2, needed - 20, needed] {
        check_limit(&room, blocks);
    }
    // The spool file is the first that cannot grow.
    fs_err::write(room.path("runs/7/large.bin"), noise(99, 9 << 20)).expect("written");
    check_limit(&room, 17 << 10);
}

#[test]
fn a_disk_that_is_full_is_exit_code_6_and_the_old_file_stays() {
    let room = Room::new();
    let disk = room.path("disk");
    fs_err::create_dir(&disk).expect("made");
    // A small disk that only this shell sees; the old file lies on it and has to be there in the end.
    let script = "mount -t tmpfs -o size=360k none disk && echo mounted && cp out.zip disk/out.zip && \
                  { \"$0\" pack dossier.toml --unsigned --no-viewer --quiet -o disk/out.zip; echo \"exit $?\"; } && \
                  cmp out.zip disk/out.zip && ls -A disk";
    let mut shell = Command::new("unshare");
    shell.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]).arg(dossier().get_program());
    let output = shell.current_dir(room.folder.path()).env("SOURCE_DATE_EPOCH", "1781333000").output();
    let said = output.map(|output| [output.stdout, output.stderr].concat()).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).into_owned();
    if !said.contains("mounted") {
        return skip("packing to a full disk: no small disk can be mounted here");
    }
    assert!(said.contains("exit 6") && said.contains("could not write"), "{said}");
    assert!(said.contains("\nout.zip\n") && !said.contains(".tmp"), "{said}");
}
