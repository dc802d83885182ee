//! Packing twice gives the same bytes; packing what is not there, or not right, says so.

use std::path::Path;

use dossier_tests::dossier;

use crate::phase::{Phase, succeed};

fn pack(phase: &Phase, cwd: &Path, zone: &str, name: &str) -> Vec<u8> {
    let snapshot = phase.path(name);
    let mut command = dossier();
    command
        .arg("pack")
        .arg(phase.path("dossier.toml"))
        .arg("-o")
        .arg(&snapshot)
        .arg("--key")
        .arg(phase.path("key"));
    command.current_dir(cwd).env("SOURCE_DATE_EPOCH", "1781333000").env("TZ", zone);
    succeed(&mut command);
    fs_err::read(snapshot).expect("a snapshot")
}

#[test]
fn packing_twice_gives_the_same_bytes() {
    let phase = Phase::ghost();
    phase.seal();
    let here = phase.path("machine-docs");
    let first = pack(&phase, &here, "UTC", "first.zip");
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let elsewhere = tempfile::tempdir().expect("a folder");
    let second = pack(&phase, elsewhere.path(), "Asia/Tokyo", "second.zip");
    assert!(first == second, "the same inputs have to give the same bytes");
}

#[test]
fn a_copy_of_the_inputs_gives_the_same_bytes() {
    let phase = Phase::ghost();
    phase.seal();
    let first = pack(&phase, &phase.path("."), "UTC", "first.zip");
    let copy = Phase::ghost();
    for file in ["key", "key.pub"] {
        fs_err::copy(phase.path(file), copy.path(file)).expect("copied");
    }
    let second = pack(&copy, &copy.path("."), "UTC", "first.zip");
    assert!(first == second, "where the inputs lie must not show in the bytes");
}

/// Under another umask, on one processor, from files with other times: none of it may show.
#[cfg(target_os = "linux")]
#[test]
fn surroundings_do_not_show_in_the_bytes() {
    let phase = Phase::ghost();
    let pack = |shell: &str, name: &str| {
        let mut command = std::process::Command::new("sh");
        command.arg("-c").arg(shell).arg(dossier().get_program()).arg("pack").arg(phase.path("dossier.toml"));
        command.args(["--unsigned", "--quiet", "-o"]).arg(phase.path(name));
        succeed(command.env("SOURCE_DATE_EPOCH", "1781333000"));
        fs_err::read(phase.path(name)).expect("a snapshot")
    };
    let plain = pack("exec \"$0\" \"$@\"", "a.zip");
    let file =
        fs_err::OpenOptions::new().write(true).open(phase.path("runs/612/results.json")).expect("opened");
    file.file().set_modified(std::time::SystemTime::UNIX_EPOCH).expect("set");
    let one =
        "umask 077; command -v taskset > /dev/null && exec taskset -c 0 \"$0\" \"$@\"; exec \"$0\" \"$@\"";
    assert!(pack(one, "b.zip") == plain);
}

#[cfg(unix)]
#[test]
fn names_that_no_path_can_be_are_kept_and_can_be_had_back() {
    use std::os::unix::ffi::OsStrExt as _;
    let phase = Phase::ghost();
    let odd: [&[u8]; 4] = [b"a:b.log", b"\xff.log", b"RESULTS.json", b"con.txt"];
    for name in odd {
        let path = phase.path("runs/612").join(std::ffi::OsStr::from_bytes(name));
        fs_err::write(path, "text\n").expect("written");
    }
    let snapshot = phase.pack();
    let output = succeed(dossier().arg("show").arg(&snapshot));
    let said = String::from_utf8_lossy(&output.stdout);
    for line in [
        "data/runs/612/a=3Ab.log was data/runs/612/a:b.log",
        r"data/runs/612/=FF.log was data/runs/612/\xff.log",
        "data/runs/612/results=~2.json was data/runs/612/results.json",
        "data/runs/612/=63on.txt was data/runs/612/con.txt",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

/// Runs `dossier pack` over `toml` in place of the phase's own; exit code and what it said.
fn refused(old: &str, new: &str) -> (i32, String) {
    let phase = Phase::ghost();
    phase.replace("dossier.toml", old, new);
    let output = dossier()
        .arg("pack")
        .arg(phase.path("dossier.toml"))
        .arg("--unsigned")
        .arg("-o")
        .arg(phase.path("x.zip"))
        .output();
    let output = output.expect("it starts");
    assert!(!phase.path("x.zip").exists(), "nothing half-written may stay");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_key_that_is_not_known_is_an_error_with_its_line_and_a_suggestion() {
    let (code, said) = refused("review =", "reveiw =");
    assert_eq!(code, 2, "{said}");
    for part in ["dossier.toml", "reveiw", "review"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let line = "7";
    assert!(said.contains(line), "the line, {line}: {said}");
}

#[test]
fn a_source_of_an_unknown_kind_is_an_error() {
    let (code, said) = refused("kind = \"docker\"", "kind = \"dokker\"");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("dokker") && said.contains("docker"), "{said}");
}

#[test]
fn nothing_is_packed_without_a_key_unless_asked() {
    let phase = Phase::ghost();
    let output = dossier()
        .arg("pack")
        .arg(phase.path("dossier.toml"))
        .current_dir(phase.path("."))
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("--key") && said.contains("--unsigned") && said.contains("ssh-keygen"), "{said}");
}

#[test]
fn what_is_no_snapshot_is_refused_with_its_own_exit_code() {
    let phase = Phase::ghost();
    for (name, bytes) in [
        ("empty.zip", &b""[..]),
        ("text.zip", b"hello"),
        ("zip.zip", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    ] {
        fs_err::write(phase.path(name), bytes).expect("written");
        for command in ["verify", "check", "show", "html"] {
            let output = dossier().arg(command).arg(phase.path(name)).output().expect("it starts");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{command} {name}: {said}");
            assert!(said.contains(name), "{command} {name}: {said}");
        }
    }
}

#[test]
fn nothing_that_is_read_is_written_over() {
    let phase = Phase::ghost();
    phase.seal();
    let snapshot = phase.path("out.zip");
    let pack = |output: &str| {
        let mut command = dossier();
        command.arg("pack").arg(phase.path("dossier.toml")).arg("--key").arg(phase.path("key"));
        command.arg("-o").arg(phase.path(output));
        command
    };
    succeed(&mut pack("out.zip"));
    let mut html = dossier();
    html.arg("html").arg(&snapshot).arg("-o").arg(&snapshot);
    for (mut command, name) in
        [(pack("key"), "key"), (pack("dossier.toml"), "dossier.toml"), (html, "out.zip")]
    {
        let before = fs_err::read(phase.path(name)).expect("there");
        let output = command.output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(6), "{name}: {said}");
        assert!(said.contains("which is read here"), "{name}: {said}");
        assert!(fs_err::read(phase.path(name)).expect("there") == before, "{name} was written over");
    }
}
