//! Whose keys are trusted: the user's own file, and no other; how it changes.

use super::Desk;
use crate::phase::succeed;

fn own(desk: &Desk) -> String {
    desk.text("config/dossier/allowed_signers")
}

#[test]
fn the_own_file_is_made_used_and_changed() {
    let desk = Desk::new();
    desk.key("ann", &["-t", "ed25519"]);
    desk.check(&["verify", "a.zip"], 1, &["nobody said whose key it is"]);
    desk.check(
        &["trust", "add", "packer.pub", "--as", "ops@x", "--role", "packer"],
        0,
        &["added to", "SHA256:"],
    );
    desk.check(&["verify", "a.zip"], 0, &["ops@x", "config/dossier/allowed_signers", "sha256"]);
    desk.check(&["check", "a.zip"], 0, &["signer trusted: ops@x"]);
    desk.check(
        &["trust", "add", "packer.pub", "--as", "ops@x", "--role", "packer"],
        0,
        &["nothing was changed"],
    );
    let public = desk.text("ann.pub");
    let key = public.trim();
    desk.check(
        &[
            "trust",
            "add",
            key,
            "--as",
            "ann@x",
            "--role",
            "operator,reviewer",
            "--valid-after",
            "2026-01-01",
            "--valid-before",
            "2030-01-01T00:00:01Z",
        ],
        0,
        &["as operator, reviewer", "when from 2026-01-01T00:00:00Z up to 2030-01-01T00:00:01Z"],
    );
    let written = "namespaces=\"signoff.operator@dossier,signoff.reviewer@dossier\",valid-after=\"20260101000000Z\",valid-before=\"20300101000001Z\"";
    assert!(own(&desk).contains(written), "{}", own(&desk));
    let line = format!("\"bob@x,robert@x\" namespaces=\"signoff.*@dossier\" {key}");
    let spelled = "as every role but the packer's (signoff.*@dossier)";
    desk.check(
        &["trust", "add", &line],
        2,
        &[spelled, "nothing was added: this line grants several roles", "--yes"],
    );
    assert_eq!(own(&desk).lines().count(), 2);
    desk.check(&["trust", "add", &line, "--yes"], 0, &[spelled, "added to"]);
    desk.check(
        &["trust", "list"],
        0,
        &[
            "1 ops@x packer",
            "2 ann@x operator, reviewer",
            "from 2026-01-01T00:00:00Z up to 2030-01-01T00:00:01Z",
            "3 bob@x,robert@x every role but the packer's (signoff.*@dossier)",
        ],
    );
    fs_err::write(desk.at("config/dossier/allowed_signers"), format!("# mine\n{}", own(&desk)))
        .expect("written");
    desk.check(&["trust", "remove", "bob@x"], 2, &["names bob@x,robert@x together", "by its fingerprint"]);
    desk.check(&["trust", "remove", "ann@x"], 0, &["took 1 line out"]);
    desk.check(&["trust", "remove", "eve@x"], 2, &["no line is about eve@x"]);
    assert!(own(&desk).starts_with("# mine\nops@x ") && own(&desk).contains("robert@x"), "{}", own(&desk));
    assert_eq!(own(&desk).lines().count(), 3);
    let print = desk.verified("a.zip", &[])["trust"]["seal"]["fingerprint"].as_str().expect("one").to_owned();
    desk.check(&["trust", "remove", &print], 0, &["took 1 line out", "revoked_keys"]);
    desk.check(&["verify", "a.zip"], 1, &["no line of the trust file names the key"]);
}

#[test]
fn lines_that_would_grant_nothing_are_not_added() {
    let desk = Desk::new();
    let public = desk.text("packer.pub");
    let key = public.trim();
    desk.key("weak", &["-t", "rsa", "-b", "1024"]);
    for (arguments, words) in [
        (vec!["weak.pub", "--as", "ops@x", "--role", "packer"], "RSA key of 1024 bits"),
        (vec![&format!("* namespaces=\"seal@dossier\" {key}")], "whoever goes by a name that fits *"),
        (vec![&format!("o@x namespaces=\"*\" {key}")], "every role, the packer's too"),
        (vec![&format!("o@x namespaces=\"seal@dossier,signoff.a@dossier\" {key}")], "as packer, a"),
        (vec![key], "whose key it is"),
        (vec![key, "--as", "ops@x"], "what the key is trusted for"),
        (vec![key, "--as", "*", "--role", "packer"], "without spaces, quotes, commas and patterns"),
        (vec![key, "--as", "ops@x", "--role", "Packer"], "lower-case"),
        (vec![key, "--as", "ops@x", "--role", "packer", "--valid-after", "soon"], "is no time"),
        (
            vec![
                key,
                "--as",
                "o@x",
                "--role",
                "packer",
                "--valid-after",
                "2027-01-01",
                "--valid-before",
                "2026-01-01",
            ],
            "not after",
        ),
        (vec![&format!("ops@x {key}")], "no namespaces"),
        (vec![&format!("ops@x cert-authority {key}")], "cert-authority is not supported"),
        (vec![&format!("ops@x namespaces=\"seal@dossier\" {key}"), "--role", "packer"], "a whole line"),
        (vec!["gone.pub", "--as", "ops@x", "--role", "packer"], "gone.pub"),
        (vec!["dossier.toml", "--as", "ops@x", "--role", "packer"], "one public key"),
    ] {
        desk.check(&[&["trust", "add"], &arguments[..]].concat(), 2, &[words]);
    }
    assert!(!desk.at("config").exists(), "nothing may be written");
}

#[test]
fn nothing_else_says_whom_to_trust() {
    let desk = Desk::new();
    desk.trust("allowed_signers", &[("ops@x", "seal@dossier", "packer")]);
    for place in [".config/dossier", "dossier", ".ssh", ".git"] {
        fs_err::create_dir_all(desk.at(place)).expect("a folder");
        fs_err::copy(desk.at("allowed_signers"), desk.at(place).join("allowed_signers")).expect("copied");
    }
    fs_err::write(desk.at(".git/config"), "[gpg \"ssh\"]\n\tallowedSignersFile = allowed_signers\n")
        .expect("written");
    // A relative folder would be anybody's.
    let mut verify = desk.dossier(&["verify", "a.zip"]);
    let output = verify.env("XDG_CONFIG_HOME", ".").env("HOME", "/nowhere").output().expect("it starts");
    assert_eq!(super::said(&output).0, 1, "{}", super::said(&output).1);
    desk.check(&["verify", "a.zip"], 1, &["nobody said whose key it is"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_write_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::new();
    desk.check(&["trust", "add", "packer.pub", "--as", "ops@x", "--role", "packer"], 0, &[]);
    let file = desk.at("config/dossier/allowed_signers");
    let mode = |mode| fs_err::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("changed");
    mode(0o646);
    desk.check(&["verify", "a.zip"], 2, &["can be written by others", "chmod go-w"]);
    desk.check(&["trust", "add", "packer.pub", "--as", "o@x", "--role", "packer"], 2, &["chmod go-w"]);
    let named = file.display().to_string();
    desk.check(&["verify", "a.zip", "--allowed-signers", &named], 0, &["warning:", "chmod go-w"]);
    mode(0o600);
    desk.check(&["verify", "a.zip"], 0, &[]);
}

#[cfg(unix)]
#[test]
fn whoever_may_write_a_folder_above_the_own_file_is_not_trusted() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::new();
    desk.check(&["trust", "add", "packer.pub", "--as", "ops@x", "--role", "packer"], 0, &[]);
    let mode = |name: &str, mode| {
        fs_err::set_permissions(desk.at(name), std::fs::Permissions::from_mode(mode)).expect("changed");
    };
    mode("config", 0o777);
    for command in [&["verify", "a.zip"][..], &["check", "a.zip"], &["trust", "list"]] {
        desk.check(command, 2, &["config can be written by others", "chmod go-w"]);
    }
    mode("config", 0o1777);
    desk.check(&["verify", "a.zip"], 0, &[]);
    mode("config", 0o755);
    // Only root can give files away; elsewhere the rows above have to do.
    let given = std::os::unix::fs::chown(desk.at("config/dossier/allowed_signers"), Some(1), None);
    if given.is_ok() {
        desk.check(&["verify", "a.zip"], 2, &["belongs to user 1", "sudo chown"]);
    }
}

#[cfg(unix)]
#[test]
fn an_own_file_behind_a_dangling_link_is_not_simply_missing() {
    let desk = Desk::new();
    desk.check(&["trust", "add", "packer.pub", "--as", "ops@x", "--role", "packer"], 0, &[]);
    desk.check(&["verify", "a.zip"], 0, &[]);
    std::os::unix::fs::symlink("moved", desk.at("config/dossier/revoked_keys")).expect("linked");
    let sign = ["sign", "a.zip", "--role", "operator", "--decision", "approve", "--key", "packer"];
    for command in [&["verify", "a.zip"][..], &["check", "a.zip"], &["trust", "list"], &sign] {
        desk.check(command, 2, &["revoked_keys leads nowhere"]);
    }
    fs_err::write(desk.at("config/dossier/moved"), "# nobody yet\n").expect("written");
    desk.check(&["verify", "a.zip"], 0, &["0 keys"]);
    fs_err::rename(desk.at("config/dossier/allowed_signers"), desk.at("kept")).expect("moved");
    std::os::unix::fs::symlink("gone", desk.at("config/dossier/allowed_signers")).expect("linked");
    desk.check(&["verify", "a.zip"], 2, &["allowed_signers leads nowhere"]);
    desk.check(&["trust", "add", "packer.pub", "--as", "o@x", "--role", "packer"], 2, &["leads nowhere"]);
}

#[test]
fn what_grants_nothing_any_more_is_said() {
    let desk = Desk::new();
    let add = ["trust", "add", "packer.pub", "--as", "ops@x", "--role", "packer"];
    desk.check(&["trust", "list"], 0, &["is not there yet: you trust nobody", "dossier trust add"]);
    assert!(!desk.run(&["trust", "list"]).1.contains("sha256"));
    desk.check(
        &[&add[..], &["--valid-before", "2020-01-01"]].concat(),
        0,
        &["beware it grants nothing now: it ended on 2020-01-01T00:00:00Z", "added to"],
    );
    desk.check(&["trust", "list"], 0, &["grants nothing: it ended on 2020-01-01T00:00:00Z"]);
    fs_err::copy(desk.at("packer.pub"), desk.at("config/dossier/revoked_keys")).expect("copied");
    desk.check(&add, 0, &["beware it grants nothing now: the key is revoked"]);
    desk.check(&["trust", "list"], 0, &["grants nothing: the key is revoked", "1 revoked key in"]);
    let output = desk.dossier(&["trust", "list", "--format", "json"]).output().expect("it starts");
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(all["lines"][1]["lapsed"], "revoked", "{all}");
}

#[test]
fn what_a_trust_file_cannot_say_is_told_on_every_use() {
    let desk = Desk::new();
    desk.trust("trust", &[("ops@x", "seal@dossier", "packer")]);
    let text = format!("ca@x cert-authority {}nonsense\n{}", desk.text("packer.pub"), desk.text("trust"));
    fs_err::write(desk.at("trust"), text).expect("written");
    let told = ["grants nothing line 1: cert-authority is not supported", "grants nothing line 2:"];
    desk.check(&["verify", "a.zip", "--allowed-signers", "trust"], 0, &told);
    desk.check(&["verify", "a.zip", "a.zip", "--allowed-signers", "trust"], 0, &told);
    let issues = &desk.verified("a.zip", &["--allowed-signers", "trust"])["trust"]["trust_file"]["issues"];
    assert_eq!(issues.as_array().map(Vec::len), Some(2), "{issues}");
    desk.check(&["trust", "list", "--allowed-signers", "trust"], 0, &["1 grants nothing: cert-authority"]);
}

#[test]
fn revoked_keys_are_never_trusted() {
    let desk = Desk::new();
    desk.check(&["trust", "add", "packer.pub", "--as", "ops@x", "--role", "packer"], 0, &[]);
    fs_err::copy(desk.at("packer.pub"), desk.at("stolen")).expect("copied");
    desk.check(&["verify", "a.zip", "--revoked", "stolen"], 1, &["in the list of revoked keys", "1 key"]);
    let print = desk.verified("a.zip", &[])["trust"]["seal"]["fingerprint"].as_str().expect("one").to_owned();
    fs_err::write(desk.at("config/dossier/revoked_keys"), format!("# stolen\n{print}\n")).expect("written");
    desk.check(&["verify", "a.zip"], 1, &["in the list of revoked keys", "revoked_keys"]);
    desk.check(&["verify", "a.zip", "--at", "2026-01-01"], 1, &["in the list of revoked keys"]);
    assert_eq!(desk.verified("a.zip", &[])["trust"]["signer"]["state"], "revoked");
    fs_err::write(desk.at("stolen"), "who knows\n").expect("written");
    desk.check(&["verify", "a.zip", "--revoked", "stolen"], 2, &["stolen: line 1", "begins no key"]);
    succeed(
        std::process::Command::new("ssh-keygen")
            .args(["-q", "-k", "-f"])
            .arg(desk.at("krl"))
            .arg(desk.at("packer.pub")),
    );
    desk.check(&["verify", "a.zip", "--revoked", "krl"], 2, &["krl: it is a KRL"]);
}

#[test]
fn local_times_are_as_openssh_reads_them() {
    let desk = Desk::new();
    let line =
        format!("ops@x namespaces=\"seal@dossier\",valid-after=\"20260701\" {}", desk.text("packer.pub"));
    fs_err::write(desk.at("trust"), line).expect("written");
    // In summer Berlin is two hours ahead of UTC; OpenSSH counts one.
    for (zone, at, trusted) in [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-06-30T22:59:59Z", "?"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-06-30T23:00:00Z", "yes"),
        ("UTC", "2026-06-30T23:59:59Z", "?"),
        ("UTC", "2026-07-01T00:00:00Z", "yes"),
    ] {
        let mut verify = desk.dossier(&["verify", "a.zip", "--allowed-signers", "trust", "--at", at]);
        let output = verify.env("TZ", zone).output().expect("it starts");
        let said = super::said(&output).1;
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(&format!("{trusted} signer trusted")), "{zone} {at}: {said}");
    }
}
