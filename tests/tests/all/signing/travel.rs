//! Sign-offs that travel: as files to mail, and in copies that are put together.

use super::Desk;

fn desk() -> Desk {
    let desk = Desk::new();
    for name in ["ann", "bob"] {
        desk.key(name, &["-t", "ed25519"]);
    }
    desk
}

/// Writes a detached sign-off and gives the path of its statement.
fn detached(desk: &Desk, file: &str, key: &str, decision: &str) -> String {
    fs_err::create_dir_all(desk.at("mail")).expect("a folder");
    let before = mail(desk);
    desk.check(
        &[
            "sign",
            file,
            "--role",
            "reviewer",
            "--decision",
            decision,
            "--key",
            key,
            "--detached",
            "-o",
            "mail",
        ],
        0,
        &["wrote mail/", "--import"],
    );
    let new: Vec<String> = mail(desk).into_iter().filter(|name| !before.contains(name)).collect();
    let [json, signature] = new.as_slice() else { panic!("{new:?}") };
    assert_eq!(*signature, format!("{json}.sig"));
    json.clone()
}

fn mail(desk: &Desk) -> Vec<String> {
    let entries = fs_err::read_dir(desk.at("mail")).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| format!("mail/{}", entry.expect("one").file_name().to_string_lossy())).collect();
    names.sort();
    names
}

#[test]
fn a_detached_sign_off_is_mailed_and_imported() {
    let desk = desk();
    let before = fs_err::read(desk.at("a.zip")).expect("there");
    let json = detached(&desk, "a.zip", "ann", "approve");
    assert!(fs_err::read(desk.at("a.zip")).expect("there") == before, "the snapshot is left alone");
    let name = json.trim_start_matches("mail/");
    let (stem, short) = (name.split('.').next().expect("a stem"), name.split('.').nth(1).expect("digits"));
    assert!(stem == "a" && short.len() == 8, "{name}");
    desk.check(&["sign", "a.zip", "--import", &json], 0, &["imported 1 sign-off"]);
    let once = fs_err::read(desk.at("a.zip")).expect("there");
    let signature = format!("{json}.sig");
    desk.check(&["sign", "a.zip", "--import", &json, &signature], 0, &["nothing was changed"]);
    assert!(fs_err::read(desk.at("a.zip")).expect("there") == once);
    assert!(once.starts_with(&before[..before.len() / 2]), "what was sealed stays");
    let [(entry, statement, _)] = &desk.sign_offs("a.zip")[..] else { panic!("one sign-off") };
    assert!(entry.contains(short) && *statement == fs_err::read(desk.at(&json)).expect("there"));
}

#[test]
fn foreign_and_broken_sign_offs_are_refused_with_the_reason() {
    let desk = desk();
    let good = detached(&desk, "a.zip", "ann", "approve");
    fs_err::write(desk.at("REVIEW-a.md"), "# Review\n\nanother\n").expect("written");
    desk.pack("b.zip");
    let before = fs_err::read(desk.at("b.zip")).expect("there");
    desk.check(
        &["sign", "b.zip", "--import", &good],
        1,
        &["nothing was imported", "the content was changed"],
    );
    assert!(fs_err::read(desk.at("b.zip")).expect("there") == before);

    let before = fs_err::read(desk.at("a.zip")).expect("there");
    let refused = |name: &str, statement: &str, signature: &[u8], words: &str| {
        fs_err::write(desk.at(name), statement).expect("written");
        fs_err::write(desk.at(&format!("{name}.sig")), signature).expect("written");
        // Nothing of several is taken when one is refused.
        desk.check(&["sign", "a.zip", "--import", &good, name], 1, &["nothing was imported", words]);
        assert!(fs_err::read(desk.at("a.zip")).expect("there") == before, "{name}");
    };
    let statement = desk.text(&good);
    let signature = fs_err::read(desk.at(&format!("{good}.sig"))).expect("there");
    let other = detached(&desk, "a.zip", "bob", "reject");
    let others = fs_err::read(desk.at(&format!("{other}.sig"))).expect("there");
    refused("role.json", &statement.replace("\"reviewer\"", "\"operator\""), &signature, "made for");
    refused("decision.json", &statement.replace("\"approved\"", "\"rejected\""), &signature, "does not fit");
    refused("canonical.json", &statement.replace("\": ", "\" : "), &signature, "canonical");
    refused("swapped.json", &statement, &others, "does not fit");
    refused("armour.json", &statement, b"hello", "armour");
    refused("long.json", &" ".repeat(70_000), &signature, "too many for a sign-off");
    desk.check(&["sign", "a.zip", "--import", "gone.json"], 2, &["nothing was imported", "gone.json"]);
    let seal = "mkdir s && cd s && unzip -q -j ../a.zip '*/signatures/seal.json*'";
    crate::phase::succeed(
        std::process::Command::new("sh").args(["-ec", seal]).current_dir(desk.folder.path()),
    );
    desk.check(&["sign", "a.zip", "--import", "s/seal.json"], 1, &["must be called seal.json"]);
}

#[test]
fn what_one_has_seen_has_to_come_along() {
    let desk = desk();
    fs_err::copy(desk.at("a.zip"), desk.at("b.zip")).expect("copied");
    let first = detached(&desk, "b.zip", "bob", "reject");
    desk.check(&["sign", "b.zip", "--import", &first], 0, &[]);
    let second = detached(&desk, "b.zip", "ann", "approve");
    desk.check(&["sign", "a.zip", "--import", &second], 1, &["which is not in this one"]);
    assert!(desk.sign_offs("a.zip").is_empty());
    desk.check(&["sign", "a.zip", "--import", &second, &first], 0, &["imported 2 sign-offs"]);
    assert!(desk.verified("a.zip", &[])["problems"].as_array().is_some_and(Vec::is_empty));
}

#[test]
fn two_copies_are_put_together() {
    let desk = desk();
    fs_err::copy(desk.at("a.zip"), desk.at("b.zip")).expect("copied");
    desk.sign("a.zip", "ann", "operator", "approve");
    desk.sign("b.zip", "bob", "reviewer", "reject");
    desk.sign("b.zip", "bob", "reviewer", "approve");
    let (a, b) = (desk.sign_offs("a.zip"), desk.sign_offs("b.zip"));
    let bytes = fs_err::read(desk.at("a.zip")).expect("there");
    desk.check(&["merge", "a.zip", "b.zip", "-o", "ab.zip"], 0, &["2 sign-offs new from b.zip, 3 in all"]);
    assert_eq!(
        desk.sign_offs("ab.zip"),
        [&a[..], &b].concat(),
        "as they stand in the first, then the others"
    );
    assert!(fs_err::read(desk.at("a.zip")).expect("there") == bytes, "the first is left alone");
    desk.check(&["merge", "b.zip", "a.zip", "-o", "ba.zip"], 0, &["1 sign-off new from a.zip"]);
    assert_eq!(desk.sign_offs("ba.zip"), [&b[..], &a].concat());
    let sealed = desk.verified("ab.zip", &[]);
    assert_eq!(
        (&sealed["trust"]["seal"]["state"], &sealed["problems"]),
        (&"valid".into(), &serde_json::json!([]))
    );
    desk.check(&["merge", "a.zip", "b.zip"], 0, &["merged into a.zip"]);
    assert!(
        fs_err::read(desk.at("a.zip")).expect("there") == fs_err::read(desk.at("ab.zip")).expect("there")
    );
    desk.check(&["merge", "a.zip", "b.zip"], 0, &["0 sign-offs new"]);
    fs_err::write(desk.at("REVIEW-a.md"), "# Review\n\nanother\n").expect("written");
    desk.pack("c.zip");
    desk.check(&["merge", "a.zip", "c.zip"], 2, &["two snapshots, not two copies of one"]);
    fs_err::write(desk.at("d.zip"), "no zip").expect("written");
    desk.check(&["merge", "a.zip", "d.zip"], 3, &["d.zip"]);
}

#[test]
fn a_merge_leaves_out_what_does_not_hold_and_says_so() {
    let desk = desk();
    fs_err::copy(desk.at("a.zip"), desk.at("b.zip")).expect("copied");
    desk.sign("b.zip", "bob", "reviewer", "reject");
    desk.sign("b.zip", "ann", "reviewer", "approve");
    // The signature of the rejection is another's; the zip is made anew.
    let script = "mkdir y && cd y && unzip -q ../b.zip && cd */signatures && set -- $(ls | grep -v seal | grep 'sig$') && \
                  cp $1 x && cp $2 $1 && cp x $2 && rm x && cd ../.. && zip -q -X -D -r ../broken.zip *";
    crate::phase::succeed(
        std::process::Command::new("sh").args(["-ec", script]).current_dir(desk.folder.path()),
    );
    desk.check(
        &["merge", "a.zip", "broken.zip", "-o", "ab.zip"],
        1,
        &["left out", "does not fit", "0 sign-offs new"],
    );
    assert!(desk.sign_offs("ab.zip").is_empty());
    // What one copy holds whole stays, whichever is named first.
    let kept = ["kept", "there it is broken; that of b.zip stays", "0 sign-offs new"];
    desk.check(&["merge", "b.zip", "broken.zip", "-o", "bb.zip"], 0, &kept);
    assert_eq!(desk.sign_offs("bb.zip"), desk.sign_offs("b.zip"));
    desk.check(&["merge", "broken.zip", "b.zip", "-o", "cb.zip"], 1, &["begin with the second"]);
}

#[test]
fn a_merge_replaces_nothing_but_a_copy() {
    let desk = desk();
    fs_err::copy(desk.at("a.zip"), desk.at("b.zip")).expect("copied");
    desk.sign("b.zip", "bob", "reviewer", "approve");
    let before = fs_err::read(desk.at("bob")).expect("there");
    desk.check(&["merge", "a.zip", "b.zip", "-o", "bob"], 6, &["is none of the two copies"]);
    assert!(fs_err::read(desk.at("bob")).expect("there") == before);
    desk.check(&["merge", "a.zip", "b.zip", "-o", "b.zip"], 0, &["merged into b.zip"]);
}

#[test]
fn where_a_detached_sign_off_goes_is_looked_at_before_it_is_made() {
    let desk = desk();
    let asked =
        ["sign", "a.zip", "--role", "reviewer", "--decision", "approve", "--key", "ann", "--detached"];
    let (code, said) = desk.run(&[&asked[..], &["-o", "missing"]].concat());
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("missing does not exist") && said.contains("nothing was signed"), "{said}");
    assert!(!said.contains("you sign"), "nothing may be shown as if it were signed: {said}");
}
