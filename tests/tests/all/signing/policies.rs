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
    check(&desk, &["--expect", "id=7f3a-91c2"], 2, &["all 64 digits"]);
    check(&desk, &["--expect", "who=ann"], 2, &["phase=ID"]);
    check(&desk, &["--expect", "phase=a,phase=b"], 2, &["asked twice"]);
    check(&desk, &["--threshold", "0"], 2, &["asks for nothing"]);
    check(&desk, &["--require", "packer"], 2, &["packer=PRINCIPAL"]);
    check(&desk, &["--at", "whenever"], 2, &["is no time"]);
    let line =
        format!("ops@x namespaces=\"seal@dossier\",valid-before=\"20300101Z\" {}", desk.text("packer.pub"));
    fs_err::write(desk.at("trust"), line).expect("written");
    check(&desk, &[], 0, &[]);
    check(&desk, &["--at", "2031-01-01"], 1, &["no longer at 2031-01-01T00:00:00Z"]);
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
}
