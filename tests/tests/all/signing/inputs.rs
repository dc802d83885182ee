//! Files that are named on the command line and are none, and what stands in the way of the lock.
#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Desk, said};
use crate::phase::succeed;

fn mode(desk: &Desk, name: &str, mode: u32) {
    fs_err::set_permissions(desk.at(name), std::fs::Permissions::from_mode(mode)).expect("changed");
}

/// As [`Desk::check`], for what would wait or read for ever if it were let.
#[track_caller]
fn check(desk: &Desk, arguments: &[&str], code: i32, words: &[&str]) {
    let output = desk.dossier(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = output.expect("it starts");
    let begun = Instant::now();
    while child.try_wait().expect("asked").is_none() {
        if begun.elapsed() > Duration::from_secs(30) {
            child.kill().expect("killed");
            panic!("{arguments:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let (found, said) = said(&child.wait_with_output().expect("ended"));
    assert_eq!(found, code, "{arguments:?}: {said}");
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(flat.contains(word), "{arguments:?} does not say {word:?}: {said}");
    }
}

#[test]
fn pipes_devices_and_folders_are_refused_at_once() {
    let desk = Desk::new();
    succeed(Command::new("mkfifo").arg(desk.at("pipe")));
    succeed(Command::new("mkfifo").arg(desk.at("pipe.json")));
    let sign = ["sign", "a.zip", "--role", "operator", "--decision", "approve"];
    for snapshot in ["verify", "check", "show", "html", "open"] {
        check(&desk, &[snapshot, "pipe"], 3, &["pipe: not a readable snapshot: it is a named pipe"]);
        check(&desk, &[snapshot, "/dev/zero"], 3, &["it is a device"]);
        if snapshot != "check" {
            check(&desk, &[snapshot, "."], 3, &["it is a folder; name the zip file"]);
        }
    }
    check(&desk, &["merge", "a.zip", "pipe"], 3, &["named pipe"]);
    check(&desk, &["merge", "pipe", "a.zip"], 3, &["named pipe"]);
    check(
        &desk,
        &["sign", "pipe", "--role", "x", "--decision", "reject", "--key", "packer"],
        3,
        &["named pipe"],
    );
    check(&desk, &["pack", "pipe", "--key", "packer"], 2, &["named pipe"]);
    for named in ["pipe", "/dev/urandom", "."] {
        let words = &["it is a"];
        check(&desk, &[&sign[..], &["--key", named]].concat(), 2, words);
        check(&desk, &["pack", "dossier.toml", "--key", named], 2, words);
        check(&desk, &["verify", "a.zip", "--allowed-signers", named], 2, words);
        check(&desk, &["verify", "a.zip", "--revoked", named], 2, words);
        check(&desk, &["html", "a.zip", "--allowed-signers", named], 2, words);
        check(&desk, &["trust", "add", named, "--as", "o@x", "--role", "packer"], 2, words);
    }
    check(&desk, &["sign", "a.zip", "--import", "pipe.json"], 2, &["nothing was imported", "named pipe"]);
    check(&desk, &["sign", "a.zip", "--import", "/dev/urandom"], 2, &["device"]);
    // What dossier.toml names is no better.
    let config = format!("{}[redact]\nenv_files = [\"pipe\"]\n", desk.text("dossier.toml"));
    fs_err::write(desk.at("dossier.toml"), config).expect("written");
    check(&desk, &["pack", "dossier.toml", "--key", "packer"], 2, &["named pipe", "env_files"]);
}

#[test]
fn what_is_far_too_long_is_not_read_to_its_end() {
    let desk = Desk::new();
    let long = fs_err::File::create(desk.at("long")).expect("made");
    long.set_len(1 << 40).expect("sparse");
    let sign = ["sign", "a.zip", "--role", "operator", "--decision", "approve", "--key", "long"];
    check(&desk, &sign, 2, &["more than 64 KiB"]);
    check(&desk, &["verify", "a.zip", "--allowed-signers", "long"], 2, &["more than 4 MiB"]);
    check(&desk, &["verify", "a.zip", "--revoked", "long"], 2, &["more than 4 MiB"]);
    check(&desk, &["trust", "add", "long", "--as", "o@x", "--role", "packer"], 2, &["more than 4 MiB"]);
    check(&desk, &["pack", "long", "--key", "packer"], 2, &["more than 4 MiB"]);
    check(&desk, &["sign", "a.zip", "--import", "long"], 1, &["too many for a sign-off"]);
}

#[test]
fn what_the_shell_opened_can_be_read() {
    let desk = Desk::new();
    desk.trust("trust", &[("ops@x", "seal@dossier", "packer")]);
    let program = desk.dossier(&[]).get_program().to_owned();
    for script in [
        "\"$0\" verify a.zip --allowed-signers <(sleep 0.2; cat trust)",
        "\"$0\" verify a.zip --allowed-signers /dev/stdin < trust",
        "\"$0\" verify a.zip --allowed-signers trust --revoked /dev/null",
        "\"$0\" verify <(cat a.zip) --allowed-signers trust",
        "cat a.zip | \"$0\" verify /dev/stdin --allowed-signers trust",
        "\"$0\" trust add <(cat packer.pub) --as ops@x --role packer",
    ] {
        let mut bash = Command::new("bash");
        bash.args(["-c", script]).arg(&program).current_dir(desk.folder.path());
        let output = bash.env("XDG_CONFIG_HOME", desk.at("config")).output().expect("bash");
        assert_eq!(output.status.code(), Some(0), "{script}: {}", said(&output).1);
    }
}

#[test]
fn a_key_that_others_can_read_is_not_used() {
    let desk = Desk::new();
    for named in ["packer", "packer.pub"] {
        mode(&desk, named, 0o644);
    }
    let sign = ["sign", "a.zip", "--role", "operator", "--decision", "reject", "--key", "packer"];
    check(&desk, &sign, 2, &["packer can be read by others (its mode is 0644)", "chmod 600 packer"]);
    check(&desk, &["pack", "dossier.toml", "--key", "packer"], 2, &["chmod 600 packer"]);
    assert!(desk.sign_offs("a.zip").is_empty());
    mode(&desk, "packer", 0o600);
    check(&desk, &sign, 0, &["signed"]);
}

#[test]
fn what_lies_in_the_place_of_the_lock_is_told() {
    let desk = Desk::new();
    let sign = ["sign", "a.zip", "--role", "operator", "--decision", "reject", "--key", "packer"];
    let words = &["no plain file", "rm -r", ".a.zip.lock"];
    succeed(Command::new("mkfifo").arg(desk.at(".a.zip.lock")));
    check(&desk, &sign, 6, words);
    fs_err::remove_file(desk.at(".a.zip.lock")).expect("removed");
    symlink("elsewhere", desk.at(".a.zip.lock")).expect("linked");
    check(&desk, &sign, 6, words);
    assert!(!desk.at("elsewhere").exists(), "a link is not followed");
    fs_err::remove_file(desk.at(".a.zip.lock")).expect("removed");
    fs_err::create_dir(desk.at(".a.zip.lock")).expect("made");
    check(&desk, &sign, 6, words);
    fs_err::remove_dir(desk.at(".a.zip.lock")).expect("removed");
    check(&desk, &sign, 0, &["signed"]);
}

#[test]
fn whoever_waits_for_another_signer_is_told() {
    let desk = Desk::new();
    let lock = fs_err::File::create(desk.at(".a.zip.lock")).expect("made");
    lock.file().lock().expect("locked");
    let mut sign =
        desk.dossier(&["sign", "a.zip", "--role", "operator", "--decision", "reject", "--key", "packer"]);
    let child = sign.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    std::thread::sleep(Duration::from_secs(4));
    drop(lock);
    let (code, said) = said(&child.wait_with_output().expect("ended"));
    assert!(code == 0 && said.contains("waiting for another signer of"), "{code}: {said}");
    assert_eq!(desk.sign_offs("a.zip").len(), 1);
}

#[test]
fn a_read_only_snapshot_is_said_and_stays_read_only() {
    let desk = Desk::new();
    mode(&desk, "a.zip", 0o444);
    let sign = ["sign", "a.zip", "--role", "operator", "--decision", "reject", "--key", "packer"];
    check(&desk, &sign, 0, &["beware a.zip is read-only", "signed"]);
    let left = fs_err::metadata(desk.at("a.zip")).expect("there").permissions().mode() & 0o777;
    assert_eq!(left, 0o444);
}

/// A user who may read the desk and write into `home` alone; root becomes one, since nothing is forbidden to it.
fn visitor(desk: &Desk, arguments: &[&str]) -> (i32, String) {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let mut command = match is_root {
        true => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(desk.at("program"));
            command
        }
        false => Command::new(desk.at("program")),
    };
    command.args(arguments).current_dir(desk.folder.path()).env("XDG_CONFIG_HOME", desk.at("home/config"));
    said(&command.output().expect("it starts"))
}

#[test]
fn a_folder_that_may_not_be_written_is_told_before_anything_is_signed() {
    let desk = Desk::new();
    fs_err::copy(desk.dossier(&[]).get_program(), desk.at("program")).expect("copied");
    for folder in ["home", "store"] {
        fs_err::create_dir(desk.at(folder)).expect("a folder");
    }
    fs_err::rename(desk.at("a.zip"), desk.at("store/a.zip")).expect("moved");
    desk.key("home/ann", &["-t", "ed25519"]);
    // Whoever is not root owns all of it; root gives away what the visitor owns.
    for (name, permissions) in [(".", 0o755), ("store", 0o555), ("program", 0o755)] {
        mode(&desk, name, permissions);
    }
    for name in ["home", "home/ann"] {
        let _ = std::os::unix::fs::chown(desk.at(name), Some(65534), Some(65534));
    }
    let sign = ["sign", "store/a.zip", "--role", "operator", "--decision", "reject", "--key", "home/ann"];
    let check = |more: &[&str], code: i32, words: &str| {
        let (found, said) = visitor(&desk, &[&sign[..], more].concat());
        assert_eq!(found, code, "{more:?}: {said}");
        assert!(said.contains(words), "{more:?}: {said}");
        assert!(code == 0 || !said.contains("you sign"), "nothing may be shown as if it were signed: {said}");
    };
    check(&[], 6, "nothing was signed. With --detached -o FOLDER");
    check(&["--detached"], 6, "you may not make files in the folder store; nothing was signed");
    check(&["--detached", "-o", "home"], 0, "wrote home/a.");
    assert!(desk.sign_offs("store/a.zip").is_empty());
    mode(&desk, "store", 0o755);
}
