//! Several who sign the same file at once.

use std::collections::BTreeSet;

use super::Desk;

#[test]
fn nobody_who_signs_at_the_same_time_is_lost() {
    const SIGNERS: usize = 8;
    let desk = Desk::new();
    desk.key("ann", &["-t", "ed25519"]);
    let children: Vec<_> = (0..SIGNERS)
        .map(|number| {
            let note = format!("number {number}");
            let asked = [
                "sign",
                "a.zip",
                "--role",
                "operator",
                "--decision",
                "approve",
                "--key",
                "ann",
                "--note",
                &note,
            ];
            desk.dossier(&asked).stdout(std::process::Stdio::null()).spawn().expect("it starts")
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    let verified = desk.verified("a.zip", &[]);
    assert_eq!(verified["problems"], serde_json::json!([]));
    let sign_offs = verified["trust"]["sign_offs"].as_array().expect("sign-offs").clone();
    let notes: BTreeSet<_> = sign_offs.iter().map(|sign_off| sign_off["says"]["note"].to_string()).collect();
    assert_eq!(notes.len(), SIGNERS, "{notes:?}");
    // Each names what its signer was shown and no more: what came in meanwhile was not looked at.
    let mut times: Vec<_> =
        sign_offs.iter().map(|sign_off| sign_off["says"]["prior"].as_array().map_or(0, Vec::len)).collect();
    times.sort_unstable();
    assert!(times[0] == 0 && times.iter().enumerate().all(|(at, seen)| *seen <= at), "{times:?}");
    let left: Vec<_> = fs_err::read_dir(desk.folder.path())
        .expect("listed")
        .map(|entry| entry.expect("one").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".lock") || name.ends_with(".tmp"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn a_link_and_the_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::new();
    fs_err::create_dir(desk.at("store")).expect("a folder");
    fs_err::rename(desk.at("a.zip"), desk.at("store/real.zip")).expect("moved");
    fs_err::set_permissions(desk.at("store/real.zip"), std::fs::Permissions::from_mode(0o640))
        .expect("changed");
    std::os::unix::fs::symlink("store/real.zip", desk.at("a.zip")).expect("linked");
    desk.sign("a.zip", "packer", "operator", "reject");
    assert!(fs_err::symlink_metadata(desk.at("a.zip")).expect("there").file_type().is_symlink());
    assert_eq!(
        fs_err::metadata(desk.at("store/real.zip")).expect("there").permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(desk.sign_offs("store/real.zip").len(), 1);
}

#[test]
fn a_rejection_that_comes_while_one_waits_has_to_be_looked_at() {
    let desk = Desk::new();
    desk.key("ann", &["-t", "ed25519"]);
    desk.key("bob", &["-t", "ed25519"]);
    let roles = "signoff.operator@dossier";
    fs_err::create_dir_all(desk.at("config/dossier")).expect("made");
    let trusted = [("ann@x", roles, "ann"), ("bob@x", roles, "bob"), ("ops@x", "seal@dossier", "packer")];
    desk.trust("config/dossier/allowed_signers", &trusted);
    for key in ["ann", "bob"] {
        let rejected = format!("{key}.zip");
        fs_err::copy(desk.at("a.zip"), desk.at(&rejected)).expect("copied");
        desk.sign(&rejected, key, "operator", "reject");
        let lock = fs_err::File::create(desk.at(".a.zip.lock")).expect("made");
        lock.file().lock().expect("locked");
        let asked = ["sign", "a.zip", "--role", "operator", "--decision", "approve", "--key", "ann"];
        let mut sign = desk.dossier(&asked);
        let pipe = std::process::Stdio::piped;
        let mut child = sign.stdout(pipe()).stderr(pipe()).spawn().expect("it starts");
        // It says that it waits after it has shown what it would sign.
        let mut told = [0; 8];
        let stderr = child.stderr.as_mut().expect("piped");
        std::io::Read::read_exact(stderr, &mut told).expect("it waits");
        let before = fs_err::read(desk.at("a.zip")).expect("there");
        fs_err::copy(desk.at(&rejected), desk.at("a.zip")).expect("copied");
        drop(lock);
        let (code, said) = super::said(&child.wait_with_output().expect("it ends"));
        assert!(code == 1 && said.contains("look again"), "{key}: {code}: {said}");
        assert_eq!(desk.sign_offs("a.zip").len(), 1, "{key}");
        fs_err::write(desk.at("a.zip"), before).expect("written");
    }
}
