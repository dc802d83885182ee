//! `sign` killed at every step: the file is the old one or the new one, and nobody's sign-off is lost.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use dossier_tests::measured;

use crate::signing::Desk;

const KILLS: usize = 20;

fn sign(desk: &Desk, note: &str) -> Command {
    let asked =
        ["sign", "a.zip", "--role", "operator", "--decision", "reject", "--key", "packer", "--note", note];
    let mut command = desk.dossier_that_pauses(&asked);
    command.stdout(Stdio::null());
    command
}

fn left_over(desk: &Desk) -> Vec<String> {
    let entries = fs_err::read_dir(desk.at(".")).expect("listed");
    let names = entries.map(|entry| entry.expect("one").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".tmp") || name.ends_with(".lock")).collect()
}

/// Every sign-off of `before` is there, and everything in the file holds.
#[track_caller]
fn nothing_is_lost(desk: &Desk, before: &[(String, Vec<u8>, Vec<u8>)], what: &str) -> usize {
    let after = desk.sign_offs("a.zip");
    assert!(after.starts_with(before), "{what}: a sign-off is lost");
    let verified = desk.verified("a.zip", &[]);
    assert_eq!(verified["problems"], serde_json::json!([]), "{what}");
    assert_eq!(verified["trust"]["seal"]["state"], "valid", "{what}");
    after.len()
}

#[test]
fn a_killed_sign_leaves_the_old_file_or_the_new_one() {
    let desk = Desk::new();
    let mut kills = 0;
    for point in ["made", "spool", "write", "fsync", "rename", "renamed"] {
        let before = desk.sign_offs("a.zip");
        let bytes = fs_err::read(desk.at("a.zip")).expect("there");
        // What has been renamed is there to stay; once is enough.
        let times = if point == "renamed" { 3 } else { KILLS };
        for number in 0..times {
            let mut command = sign(&desk, &format!("{point} {number}"));
            let mut child =
                command.env("DOSSIER_PAUSE_AT", point).stderr(Stdio::piped()).spawn().expect("it starts");
            let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
            let paused = lines.any(|line| line.expect("text").contains("paused"));
            child.kill().expect("killed");
            child.wait().expect("ended");
            assert!(paused, "{point} was not reached");
            kills += 1;
            if point != "renamed" {
                assert!(
                    fs_err::read(desk.at("a.zip")).expect("there") == bytes,
                    "{point}: the file was touched"
                );
            }
        }
        let count = nothing_is_lost(&desk, &before, point);
        assert_eq!(count, before.len() + if point == "renamed" { times } else { 0 }, "{point}");
        // The next one neither waits for the dead nor trips over what they left.
        assert!(sign(&desk, &format!("after {point}")).status().expect("it starts").success(), "{point}");
        assert_eq!(nothing_is_lost(&desk, &before, point), count + 1);
        assert_eq!(left_over(&desk), Vec::<String>::new(), "{point}");
    }
    measured(&format!(
        "sign: killed {kills} times at spool, write, fsync and rename; no half file, no sign-off lost"
    ));
}

#[test]
fn a_sign_killed_at_any_moment_loses_nothing() {
    let desk = Desk::new();
    let begun = Instant::now();
    assert!(sign(&desk, "undisturbed").status().expect("it starts").success());
    let whole = begun.elapsed();
    let mut done = 0;
    for number in 0..KILLS {
        let before = desk.sign_offs("a.zip");
        let delay = whole.mul_f64(1.2 * number as f64 / KILLS as f64);
        let mut child = sign(&desk, &number.to_string()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(delay);
        child.kill().expect("killed");
        child.wait().expect("ended");
        let count = nothing_is_lost(&desk, &before, &format!("after {} ms", delay.as_millis()));
        assert!(count <= before.len() + 1);
        done += count - before.len();
    }
    measured(&format!(
        "sign: killed {KILLS} times at moments spread over its run; {done} were through, nothing was lost"
    ));
}
