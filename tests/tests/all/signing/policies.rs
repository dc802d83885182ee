//! Who has to have signed, asked on the command line.

use super::Desk;

/// Ann is an operator and a reviewer, Bob a reviewer, the packer seals and would be an operator.
fn desk() -> Desk {
    let desk = Desk::new();
    for name in ["ann", "bob"] {
        desk.key(name, &["-t", "ed25519"]);
    }
    desk.trust(
        "trust",
        &[
            ("ops@x", "seal@dossier,signoff.operator@dossier", "packer"),
            ("ann@x", "signoff.operator@dossier,signoff.reviewer@dossier", "ann"),
            ("bob@x", "signoff.reviewer@dossier", "bob"),
        ],
    );
    desk
}

#[track_caller]
fn check(desk: &Desk, asked: &[&str], code: i32, words: &[&str]) {
    desk.check(&[&["verify", "a.zip", "--allowed-signers", "trust"], asked].concat(), code, words);
}

#[test]
fn roles_numbers_and_rejections() {
    let desk = desk();
    check(&desk, &[], 0, &["nobody has signed it off"]);
    check(
        &desk,
        &["--require", "operator"],
        1,
        &["no asked: a trusted operator approves; nobody signed it off"],
    );
    desk.sign("a.zip", "packer", "operator", "approve");
    check(&desk, &["--require", "operator"], 1, &["does not count: the key is the packer's"]);
    desk.sign("a.zip", "ann", "operator", "approve");
    check(
        &desk,
        &["--require", "operator"],
        0,
        &["approved as operator by ann@x; counts", "ann@x approved it"],
    );
    check(&desk, &["--threshold", "2"], 1, &["1 did: ann@x"]);
    desk.sign("a.zip", "ann", "reviewer", "approve");
    check(&desk, &["--require", "operator,reviewer", "--threshold", "2"], 1, &["1 did: ann@x"]);
    desk.sign("a.zip", "bob", "reviewer", "reject");
    check(&desk, &[], 1, &["bob@x rejected it as reviewer", "only the same key can take that back"]);
    desk.sign("a.zip", "ann", "operator", "approve");
    check(&desk, &["--require", "operator"], 1, &["bob@x rejected it as reviewer"]);
    desk.sign("a.zip", "bob", "reviewer", "approve");
    check(
        &desk,
        &["--require", "operator,reviewer", "--threshold", "2"],
        0,
        &["2 did: ann@x, bob@x", "has approved it since"],
    );
    desk.check(&["verify", "a.zip", "--require", "operator"], 1, &["no file of allowed signers was given"]);
}

#[test]
fn expectations_and_times() {
    let desk = desk();
    let id = desk.verified("a.zip", &[])["snapshot"]["id"].as_str().expect("an id").to_owned();
    check(&desk, &["--expect", &format!("phase=a,id={id},packer=ops@x")], 0, &["yes asked: ops@x packed it"]);
    check(&desk, &["--expect", "phase=b"], 1, &["no asked: it is about phase b; it is about phase a"]);
    check(&desk, &["--expect", "packer=ann@x"], 1, &["no asked: ann@x packed it"]);
    check(&desk, &["--expect", &format!("id={}", "0".repeat(64))], 1, &["no asked: its id is 000"]);
    check(&desk, &["--expect", &format!("id={}", id.to_uppercase())], 0, &["yes asked: its id is"]);
    check(&desk, &["--expect", "id=7f3a-91c2"], 2, &["all 64 digits"]);
    check(&desk, &["--expect", &format!("id={}", "g".repeat(64))], 2, &["only the digits 0 to 9 and a to f"]);
    check(&desk, &["--expect", "who=ann"], 2, &["phase=ID"]);
    check(&desk, &["--expect", "phase=a,phase=b"], 2, &["asked twice"]);
    check(&desk, &["--threshold", "0"], 2, &["asks for nothing"]);
    check(&desk, &["--require", "packer"], 2, &["packer=PRINCIPAL"]);
    check(&desk, &["--at", "whenever"], 2, &["is no time"]);
    let line =
        format!("ops@x namespaces=\"seal@dossier\",valid-before=\"20300101Z\" {}", desk.text("packer.pub"));
    fs_err::write(desk.at("trust"), line).expect("written");
    check(&desk, &[], 0, &[]);
    check(
        &desk,
        &["--at", "2031-01-01"],
        1,
        &[
            "no longer valid since 2030-01-01T00:00:00Z; the time asked about is 2031-01-01T00:00:00Z",
            "? packer's signature valid",
        ],
    );
    check(&desk, &["--at", "2020-01-01"], 1, &["after 2020-01-01T00:00:00Z, the time that you ask about"]);
}

/// Bob rejects, and then his key's time is over, or it is stolen.
#[test]
fn a_rejection_outlives_its_key() {
    let desk = desk();
    desk.sign("a.zip", "bob", "reviewer", "reject");
    let trusts = |options: &str| {
        let ops = format!("ops@x namespaces=\"seal@dossier\" {}", desk.text("packer.pub"));
        let bob = format!("bob@x namespaces=\"signoff.reviewer@dossier\"{options} {}", desk.text("bob.pub"));
        fs_err::write(desk.at("trust"), ops + &bob).expect("written");
    };
    trusts("");
    check(
        &desk,
        &[],
        1,
        &["rejected as reviewer by bob@x; counts", "not so: nobody whom you trust rejects it"],
    );
    // Valid when he signed, and no longer.
    trusts(",valid-before=\"21000101Z\"");
    check(
        &desk,
        &["--at", "2101-01-01"],
        1,
        &[
            "known as that of bob@x, no longer valid since 2100-01-01T00:00:00Z",
            "so the rejection stands",
            "an approval made now does not take that back",
        ],
    );
    trusts(",valid-before=\"20260101Z\"");
    check(
        &desk,
        &[],
        0,
        &[
            "when it was not valid either",
            "note signatures/",
            "bob@x rejected it as reviewer",
            "; 1 note to look at. exit 0",
        ],
    );
    trusts("");
    check(
        &desk,
        &["--revoked", "bob.pub"],
        0,
        &[
            "by bob@x, whose key is revoked; does not count",
            "that does not block",
            "Ask the owner",
            "1 note to look at",
        ],
    );
}

#[test]
fn many_snapshots_take_a_line_each_and_the_worst_decides() {
    let desk = desk();
    fs_err::copy(desk.at("a.zip"), desk.at("b.zip")).expect("copied");
    desk.sign("b.zip", "bob", "reviewer", "reject");
    fs_err::write(desk.at("c.zip"), "no zip").expect("written");
    check(&desk, &["a.zip"], 0, &["good a.zip"]);
    check(&desk, &["b.zip"], 1, &["good a.zip", "bad b.zip", "not so: nobody whom you trust rejects it"]);
    check(&desk, &["b.zip", "c.zip"], 3, &["good a.zip", "bad b.zip", "not a readable snapshot"]);
}

#[test]
fn programs_read_the_same() {
    let desk = desk();
    desk.sign("a.zip", "ann", "operator", "approve");
    let found = desk.verified("a.zip", &["--allowed-signers", "trust", "--require", "operator,reviewer"]);
    assert_eq!((&found["trusted"], &found["trust"]["policy"]["met"]), (&false.into(), &false.into()));
    let answers = found["trust"]["policy"]["answers"].as_array().expect("answers");
    let met: Vec<_> =
        answers.iter().map(|answer| (answer["kind"].as_str(), answer["met"].as_bool())).collect();
    assert_eq!(met, [(Some("require"), Some(true)), (Some("require"), Some(false))]);
    let sign_off = &found["trust"]["sign_offs"][0];
    assert_eq!((&sign_off["counts"], &sign_off["signer"]["principal"]), (&true.into(), &"ann@x".into()));
    // The seal is taken out, and the packer approves: nothing of it counts.
    desk.sign("a.zip", "packer", "operator", "approve");
    let script = "zip -q -d a.zip '*/signatures/seal.json' '*/signatures/seal.json.sig'";
    crate::phase::succeed(
        std::process::Command::new("sh").args(["-ec", script]).current_dir(desk.folder.path()),
    );
    let found = desk.verified("a.zip", &["--allowed-signers", "trust", "--require", "operator"]);
    let counts = |index: usize| found["trust"]["sign_offs"][index]["counts"].clone();
    assert_eq!((counts(0), counts(1)), (false.into(), false.into()), "{found}");
    assert_eq!(found["trust"]["policy"]["met"], false);
    let answers = found["trust"]["policy"]["answers"].as_array().expect("answers");
    assert!(answers.iter().any(|answer| answer["kind"] == "seal" && answer["met"] == false), "{answers:?}");
}
