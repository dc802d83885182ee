//! What -o and its like name: nothing is replaced but what is of the output's own kind.

use std::os::unix::fs::FileTypeExt as _;

use super::Desk;

/// Refused, and what is there stays.
#[track_caller]
fn check(desk: &Desk, arguments: &[&str], target: &str, code: i32, words: &[&str]) {
    let before = fs_err::read(desk.at(target)).expect("there");
    desk.check(arguments, code, words);
    assert!(fs_err::read(desk.at(target)).expect("there") == before, "{arguments:?} changed {target}");
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.key("ann", &["-t", "ed25519"]);
    desk.trust("allowed", &[("ann@x", "signoff.operator@dossier", "ann")]);
    fs_err::copy(desk.at("a.zip"), desk.at("signed.zip")).expect("copied");
    desk.sign("signed.zip", "ann", "operator", "approve");
    desk
}

#[test]
fn keys_evidence_and_approvals_are_not_written_over() {
    let desk = desk();
    let pack = ["pack", "dossier.toml", "--key", "packer", "-q", "-o"];
    let html = ["html", "a.zip", "-o"];
    let viewer = ["viewer", "-o"];
    for target in ["ann", "ann.pub", "signed.zip", "dossier.toml", "REVIEW-a.md", "allowed"] {
        for command in [&pack[..], &html, &viewer] {
            check(&desk, &[command, &[target]].concat(), target, 6, &[target]);
        }
    }
    check(&desk, &[&html[..], &["a.zip"]].concat(), "a.zip", 6, &["which is read here"]);
    check(&desk, &[&viewer[..], &["a.zip"]].concat(), "a.zip", 6, &["no page that dossier made"]);
    // An unsealed one that somebody signed off holds one statement, and that is no seal.
    desk.check(&["pack", "dossier.toml", "--unsigned", "-q", "-o", "bare.zip"], 0, &[]);
    desk.check(&[&pack[..], &["bare.zip"]].concat(), 0, &[]);
    desk.check(&["pack", "dossier.toml", "--unsigned", "-q", "-o", "bare.zip"], 0, &[]);
    let approve = ["sign", "bare.zip", "--role", "operator", "--decision", "approve", "--key", "ann"];
    desk.check(&[&approve[..], &["--despite", "no seal is wanted"]].concat(), 0, &[]);
    check(&desk, &[&pack[..], &["bare.zip"]].concat(), "bare.zip", 6, &["1 sign-off beside its seal"]);
}

#[test]
fn pipes_and_the_standard_output_are_no_files() {
    let desk = desk();
    crate::phase::succeed(std::process::Command::new("mkfifo").arg(desk.at("pipe")));
    let pack = ["pack", "dossier.toml", "--key", "packer", "-q", "-o"];
    for command in [
        &pack[..],
        &["html", "a.zip", "-o"],
        &["viewer", "-o"],
        &["merge", "a.zip", "signed.zip", "-o"],
        &["keygen", "-o"],
    ] {
        let said = if command[0] == "keygen" { "already" } else { "it is a pipe" };
        desk.check(&[command, &["pipe"]].concat(), 6, &[said]);
        desk.check(&[command, &["-"]].concat(), 6, &["standard output; name a file"]);
        desk.check(&[command, &["gone/x"]].concat(), 6, &["the folder gone does not exist; create it first"]);
    }
    assert!(fs_err::metadata(desk.at("pipe")).expect("there").file_type().is_fifo());
    assert!(!desk.at("-").exists());
}

#[test]
fn a_snapshot_out_of_a_pipe_is_refused_before_it_is_shown() {
    let desk = desk();
    let script = "\"$0\" sign <(cat a.zip) --role operator --decision approve --key ann -y";
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", script]).arg(desk.dossier(&[]).get_program()).current_dir(desk.folder.path());
    let (code, said) = super::said(&bash.env("XDG_CONFIG_HOME", desk.at("config")).output().expect("bash"));
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("pipe") && said.contains("nothing was signed"), "{said}");
    assert!(!said.contains("you sign"), "nothing may be shown as if it were signed: {said}");
}

#[test]
fn trust_is_added_to_lists_of_trust_alone() {
    let desk = desk();
    let add = ["trust", "add", "packer.pub", "--as", "ops@x", "--role", "packer", "--allowed-signers"];
    let line = desk.text("allowed");
    fs_err::write(desk.at("mixed"), [desk.text("ann"), line].concat()).expect("written");
    fs_err::write(desk.at("REVIEW-b.md"), "# Review\n\nAll of it passed.\n").expect("written");
    fs_err::write(desk.at("empty"), "# nobody yet\n\n").expect("written");
    for target in ["ann", "ann.pub", "mixed", "dossier.toml", "REVIEW-b.md"] {
        check(&desk, &[&add[..], &[target]].concat(), target, 6, &["something else"]);
    }
    for target in ["empty", "allowed", "new"] {
        desk.check(&[&add[..], &[target]].concat(), 0, &["added to"]);
    }
    assert!(desk.text("empty").starts_with("# nobody yet\n\nops@x "));
}
