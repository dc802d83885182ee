//! What `sign` says before it signs: whose seal it is, what the own key is worth, what others said.

use super::Desk;

const SIGN: [&str; 5] = ["sign", "a.zip", "--role", "operator", "--decision"];

/// The packer is trusted, Ann is an operator, Bob a reviewer.
fn desk() -> Desk {
    let desk = Desk::new();
    for name in ["ann", "bob"] {
        desk.key(name, &["-t", "ed25519"]);
    }
    for (key, who, role) in [
        ("packer.pub", "ops@x", "packer"),
        ("ann.pub", "ann@x", "operator"),
        ("bob.pub", "bob@x", "reviewer"),
    ] {
        desk.check(&["trust", "add", key, "--as", who, "--role", role], 0, &[]);
    }
    desk
}

#[track_caller]
fn check(desk: &Desk, decision: &str, more: &[&str], code: i32, words: &[&str]) {
    desk.check(&[&SIGN[..], &[decision], more].concat(), code, words);
}

#[test]
fn the_seal_is_told_for_what_it_is_worth() {
    let desk = desk();
    let (_, said) = desk.run(&[&SIGN[..], &["approve", "--key", "ann"]].concat());
    assert!(said.contains("valid, by ops@x") && !said.contains("beware"), "{said}");
    // Somebody who is not known.
    desk.check(&["trust", "remove", "ops@x"], 0, &[]);
    check(&desk, "reject", &["--key", "bob"], 0, &["beware you do not know the key that sealed it"]);
    // Somebody whose key was stolen.
    fs_err::copy(desk.at("packer.pub"), desk.at("stolen")).expect("copied");
    let revoked = ["--key", "ann", "--revoked", "stolen"];
    let before = desk.sign_offs("a.zip").len();
    check(&desk, "approve", &revoked, 1, &["against the key that sealed it is revoked", "--despite"]);
    assert_eq!(desk.sign_offs("a.zip").len(), before);
    check(&desk, "approve", &[&revoked[..], &["--despite", "asked on the phone"]].concat(), 0, &["signed"]);
}

#[test]
fn the_own_key_is_told_for_what_it_is_worth() {
    let desk = desk();
    check(
        &desk,
        "approve",
        &["--key", "bob"],
        0,
        &["line 3 names your key for something else in your own trust file"],
    );
    desk.key("eve", &["-t", "ed25519"]);
    check(&desk, "approve", &["--key", "eve"], 0, &["no line names your key in your own trust file"]);
    let more = ["--key", "ann", "--revoked", "ann.pub"];
    check(&desk, "approve", &more, 0, &["in your own list of revoked keys"]);
    let packers = ["--key", "packer"];
    check(&desk, "approve", &packers, 0, &["as an approval it will count for nobody"]);
    let (_, said) = desk.run(&[&SIGN[..], &["reject"], &packers].concat());
    assert!(!said.contains("count for nobody"), "a rejection by the packer does count: {said}");
}

#[test]
fn what_was_said_before_is_told() {
    let desk = desk();
    check(&desk, "reject", &["--key", "ann", "--note", "not yet"], 0, &["signed"]);
    // Ann alone can take that back; to Bob it speaks against it.
    let asked = ["sign", "a.zip", "--role", "reviewer", "--decision", "approve", "--key", "bob"];
    desk.check(
        &asked,
        1,
        &[
            "against ann@x has rejected it as operator, and that stands",
            "dossier verify` shows its note",
            "--despite",
        ],
    );
    desk.check(&[&asked[..], &["--despite", "she was asked"]].concat(), 0, &["signed"]);
    check(&desk, "approve", &["--key", "ann"], 0, &["this takes back your own rejection as operator"]);
    check(&desk, "approve", &["--key", "ann"], 0, &["you have approved it as operator already"]);
    check(&desk, "reject", &["--key", "ann"], 0, &["this takes back your own approval as operator"]);
    // A stranger's rejection is told and stands in nobody's way.
    desk.check(&["trust", "remove", "ann@x"], 0, &[]);
    check(
        &desk,
        "approve",
        &["--key", "bob"],
        0,
        &["a key that you do not trust as operator has rejected it"],
    );
}

#[test]
fn keys_whose_time_is_over_are_named() {
    let desk = desk();
    check(&desk, "reject", &["--key", "ann"], 0, &["signed"]);
    let lines = [("ops@x", "seal@dossier", "packer"), ("ann@x", "signoff.operator@dossier", "ann")];
    let line = |(who, namespaces, key): (&str, &str, &str)| {
        let key = desk.text(&format!("{key}.pub"));
        format!("{who} namespaces=\"{namespaces}\",valid-before=\"20260101Z\" {key}")
    };
    fs_err::write(desk.at("trust"), lines.map(line).concat()).expect("written");
    let (code, said) =
        desk.run(&[&SIGN[..], &["approve", "--key", "bob", "--allowed-signers", "trust"]].concat());
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "beware the key that sealed it is not valid now: line 1 of the trust file names the key ops@x, which is no longer \
         valid since 2026-01-01T00:00:00Z",
        "beware ann@x has rejected it as operator: the key is known as that of ann@x, no longer valid since \
         2026-01-01T00:00:00Z",
    ] {
        assert!(flat.contains(words), "{words} / {said}");
    }
    assert!(code == 0 && !flat.contains("you do not know") && !flat.contains("do not trust"), "{said}");
    let more = ["--key", "ann", "--allowed-signers", "trust"];
    check(
        &desk,
        "approve",
        &more,
        0,
        &["only where a line trusts your key now; with your own trust file it"],
    );
}

#[test]
fn words_that_say_nothing_are_refused() {
    let desk = desk();
    let id = desk.verified("a.zip", &[])["snapshot"]["id"].as_str().expect("an id").to_owned();
    let long = "x".repeat(70_000);
    for (decision, more, words) in [
        ("approve", ["--supersedes", &id], "names this very snapshot"),
        ("approve", ["--despite", "why not"], "nothing speaks against"),
        ("reject", ["--despite", "why not"], "--despite is for approvals"),
        ("approve", ["--despite", "  "], "wants a reason"),
        ("approve", ["--despite", "\u{200b}"], "wants a reason"),
        ("approve", ["--despite", "."], "wants a reason"),
        ("approve", ["--note", "\u{2800}\u{3164}"], "no letter and no digit"),
        ("approve", ["--note", &long], "shorten the note"),
    ] {
        check(&desk, decision, &[&more[..], &["--key", "ann"]].concat(), 2, &[words]);
        assert!(desk.sign_offs("a.zip").is_empty(), "{words}");
    }
    check(&desk, "approve", &["--key", "gone"], 2, &["dossier keygen -o gone --role operator"]);
}
