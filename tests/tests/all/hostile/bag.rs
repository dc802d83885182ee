//! Bags that do not hold together (FORMAT §2.1 to §2.3, §5, §6): sealed by the trusted packer, so that only reading can tell.

use dossier_shared::digest::Sha256Digest;
use dossier_tests::forge::{Archive, Bag};

use super::Expect::{Error, Fine, Problem};
use super::{Row, check, files, row};

const REVIEW: &str = "data/documents/REVIEW-ghost.md";
const MANIFEST: &str = "manifest-sha256.txt";
const TAGS: &str = "tagmanifest-sha256.txt";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = whole();
    rows.extend(manifests());
    rows.extend(bag_files());
    rows.extend(report());
    rows.extend(metadata());
    rows
}

#[test]
fn bags_that_do_not_hold() {
    check("bags", &rows());
}

fn whole() -> Vec<Row> {
    let mut rows = vec![
        row("§2.1", "no entry at all", Error("§2.1"), || Archive::default().bytes()),
        files("§2.1", "no manifest of tag files", Error(TAGS), |bag| bag.remove(TAGS)),
        files("§2.1", "no snapshot.json", Error("snapshot.json"), |bag| {
            bag.remove("snapshot.json");
            bag.relist();
        }),
        files("§2.1", "only payload", Error("not a Dossier snapshot"), |bag| {
            bag.files.retain(|(name, _)| name.starts_with("data/"));
        }),
        files("§2.2", "a manifest that lists a tag file", Problem("bagit.txt"), |bag| {
            let line = format!("{}  bagit.txt\n", Sha256Digest::of(bag.file("bagit.txt")));
            let manifest = bag.file(MANIFEST);
            *manifest = [line.as_bytes(), &manifest[..]].concat();
            bag.relist_tags();
        }),
        files("§2.2", "a tag manifest that lists payload", Problem(REVIEW), |bag| {
            let line = format!("{}  {REVIEW}\n", Sha256Digest::of(bag.file(REVIEW)));
            bag.file(TAGS).extend(line.into_bytes());
        }),
        files("§2.2", "a snapshot.json that lists a tag file", Problem("README.txt"), |bag| {
            bag.replace("snapshot.json", REVIEW, "README.txt");
            bag.relist();
        }),
        files("§2.2", "a path without data/", Problem("documents/REVIEW"), |bag| {
            bag.replace(MANIFEST, REVIEW, "documents/REVIEW-ghost.md");
            bag.relist_tags();
        }),
        files("§2.3", "one more tag file that is listed", Fine, |bag| {
            bag.add("notes.txt", "x");
            bag.relist();
        }),
    ];
    for name in
        ["README.txt", "VERIFY.txt", "bag-info.txt", "bagit.txt", MANIFEST, "report.json", "report.txt"]
    {
        rows.push(files("§2.3", format!("no {name}, and nothing lists it"), Problem(name), move |bag| {
            bag.remove(name);
            bag.relist();
        }));
        rows.push(files("§5.3", format!("no {name}, which is listed"), Problem(name), move |bag| {
            bag.remove(name)
        }));
    }
    rows
}

/// A change to the manifest of the payload; the tag manifest agrees with it.
fn manifest(clause: &'static str, what: &str, words: &'static str, change: fn(&str) -> String) -> Row {
    files(clause, what, Problem(words), move |bag| {
        let text = String::from_utf8(bag.file(MANIFEST).clone()).expect("text");
        *bag.file(MANIFEST) = change(&text).into_bytes();
        bag.relist_tags();
    })
}

fn manifests() -> Vec<Row> {
    let line = |text: &str, index: usize| text.lines().nth(index).expect("a line").to_owned();
    let mut rows = vec![
        files("§5.1", "a payload file that no manifest lists", Problem("data/x"), |bag| {
            bag.add("data/x", "x")
        }),
        files("§5.1", "a tag file that no manifest lists", Problem("x.txt"), |bag| bag.add("x.txt", "x")),
        files("§5.1", "a manifest of another digest", Problem("manifest-sha512.txt"), |bag| {
            bag.add("manifest-sha512.txt", format!("{}  {REVIEW}\n", "0".repeat(128)));
            bag.relist();
        }),
        files("§5.1", "a tag manifest of another digest", Problem("tagmanifest-md5.txt"), |bag| {
            bag.add("tagmanifest-md5.txt", format!("{}  bagit.txt\n", "0".repeat(32)));
            bag.relist();
        }),
        files("§5.1", "the manifest lists itself", Problem(TAGS), |bag| {
            let line = format!("{}  {TAGS}\n", "0".repeat(64));
            bag.file(TAGS).extend(line.into_bytes());
        }),
        files("§5.1", "the manifest lists a signature", Problem(TAGS), |bag| {
            let line = format!("{}  signatures/seal.json\n", "0".repeat(64));
            bag.file(TAGS).extend(line.into_bytes());
        }),
        files("§5.3", "a payload file that was changed", Problem(REVIEW), |bag| {
            bag.replace(REVIEW, "PASS", "FAIL")
        }),
        files("§5.3", "a tag file that was changed", Problem("report.txt"), |bag| {
            bag.replace("report.txt", "1", "2")
        }),
        files("§5.3", "a payload file that is gone", Problem(REVIEW), |bag| bag.remove(REVIEW)),
        files(
            "§5.3",
            "a payload file and its line changed, the tag manifest not",
            Problem("does not hold"),
            |bag| {
                let tags = bag.file(TAGS).clone();
                bag.replace(REVIEW, "PASS", "FAIL");
                bag.relist();
                *bag.file(TAGS) = tags;
            },
        ),
        files("§5.3", "two files that were swapped", Problem(REVIEW), |bag| {
            let review = bag.file(REVIEW).clone();
            let results = std::mem::replace(bag.file("data/runs/612/results.json"), review);
            *bag.file(REVIEW) = results;
        }),
        manifest("§5.2", "digits in upper case", "64 lower-case", |text| {
            text.lines().map(|line| format!("{}{}\n", line[..64].to_uppercase(), &line[64..])).collect()
        }),
        manifest("§5.2", "marks for binary files", "line 1", |text| text.replace("  ", " *")),
        manifest("§5.2", "one space", "line 1", |text| text.replace("  ", " ")),
        manifest("§5.2", "a tab", "line 1", |text| text.replace("  ", "\t")),
        manifest("§5.2", "three spaces", "line 1", |text| text.replace("  ", "   ")),
        manifest("§5.2", "lines that end in CRLF", "line 1", |text| text.replace('\n', "\r\n")),
        manifest("§5.2", "lines that end in CR", "manifest-sha256.txt", |text| text.replace('\n', "\r")),
        manifest("§5.2", "no line feed at the end", "line feed", |text| text.trim_end().to_owned()),
        manifest("§5.2", "an empty line", "line 1", |text| format!("\n{text}")),
        manifest("§5.2", "an empty line at the end", "line 3", |text| format!("{text}\n")),
        manifest("§5.2", "a comment", "line 1", |text| format!("# files\n{text}")),
        manifest("§5.2", "a byte-order mark", "line 1", |text| format!("\u{feff}{text}")),
        manifest("§5.2", "an escaped line of sha256sum", "line 1", |text| format!("\\{text}")),
        manifest("§5.2", "paths that begin with ./", "line 1", |text| text.replace("data/", "./data/")),
        manifest("§5.2", "a path that climbs", "line 3", |text| format!("{text}{}  ../x\n", "0".repeat(64))),
        manifest("§5.2", "an absolute path", "line 3", |text| {
            format!("{text}{}  /etc/passwd\n", "0".repeat(64))
        }),
        manifest("§5.2", "a short digest", "line 1", |text| text[1..].to_owned()),
        manifest("§5.3", "a file that is not there", "data/zzz", |text| {
            format!("{text}{}  data/zzz\n", "0".repeat(64))
        }),
        manifest("§5.3", "an empty manifest", "not listed", |_| String::new()),
    ];
    rows.push(files("§5.2", "bytes that are no text", Problem("UTF-8"), |bag| {
        bag.file(MANIFEST).extend(b"\xff\xfe\n");
        bag.relist_tags();
    }));
    rows.push(files("§5.2", "lines out of order", Problem("out of order"), move |bag| {
        let text = String::from_utf8(bag.file(MANIFEST).clone()).expect("text");
        *bag.file(MANIFEST) = format!("{}\n{}\n", line(&text, 1), line(&text, 0)).into_bytes();
        bag.relist_tags();
    }));
    for (what, other) in [("the same digest", None), ("another digest", Some("0".repeat(64)))] {
        rows.push(files("§5.2", format!("a path twice with {what}"), Problem("twice"), move |bag| {
            let text = String::from_utf8(bag.file(MANIFEST).clone()).expect("text");
            let first = line(&text, 0);
            let second = other.as_ref().map_or(first.clone(), |digest| format!("{digest}{}", &first[64..]));
            *bag.file(MANIFEST) = format!("{first}\n{second}\n{}\n", line(&text, 1)).into_bytes();
            bag.relist_tags();
        }));
    }
    rows
}

/// FORMAT §5.4.
fn bag_files() -> Vec<Row> {
    let bagit = |what: &str, text: &'static str| {
        files("§5.4", format!("bagit.txt {what}"), Problem("bagit.txt"), move |bag| {
            *bag.file("bagit.txt") = text.as_bytes().to_vec();
            bag.relist();
        })
    };
    let info = |what: &str, change: fn(&str) -> String| {
        files("§5.4", format!("bag-info.txt {what}"), Problem("bag-info.txt"), move |bag| {
            let text = String::from_utf8(bag.file("bag-info.txt").clone()).expect("text");
            *bag.file("bag-info.txt") = change(&text).into_bytes();
            bag.relist();
        })
    };
    vec![
        bagit("of an earlier version", "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"),
        bagit("in another encoding", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n"),
        bagit("with a byte-order mark", "\u{feff}BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
        bagit("with CRLF", "BagIt-Version: 1.0\r\nTag-File-Character-Encoding: UTF-8\r\n"),
        bagit("with a third line", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nX: y\n"),
        bagit("that is empty", ""),
        info("without a count", |text| {
            text.lines().filter(|line| !line.starts_with("Payload")).map(|line| format!("{line}\n")).collect()
        }),
        info("with two counts", |text| format!("{text}Payload-Oxum: 0.0\n")),
        info("with a second count in another case", |text| format!("{text}payload-oxum: 0.0\n")),
        info("with another count", |text| text.replace("Payload-Oxum: ", "Payload-Oxum: 1")),
        info("with a count of too many digits", |text| {
            text.replace("Payload-Oxum: ", &format!("Payload-Oxum: {}", "9".repeat(40)))
        }),
        info("with a line that goes on", |text| format!("{text}Note: a\n  b\n")),
        info("with CRLF", |text| text.replace('\n', "\r\n")),
        info("without a line feed at the end", |text| text.trim_end().to_owned()),
        info("with an escape", |text| format!("{text}Note: \u{1b}[2J\n")),
        info("that is empty", |_| String::new()),
    ]
}

/// FORMAT §5.5: `report.json` says each thing once.
fn report() -> Vec<Row> {
    let report = |what: &str, text: &'static str| {
        files("§5.5", format!("report.json with {what}"), Problem("report.json"), move |bag| {
            *bag.file("report.json") = text.as_bytes().to_vec();
            bag.relist();
        })
    };
    vec![
        report("a key twice", "{\"schema\": \"dossier.report/1\", \"schema\": \"dossier.report/1\"}\n"),
        report("a key twice, once escaped", "{\"schema\": \"dossier.report/1\", \"\\u0073chema\": \"x\"}\n"),
        report("a key twice far inside", "{\"a\": [{\"b\": {\"c\": 1, \"d\": 2, \"c\": 1}}]}\n"),
    ]
}

/// A change to the text of `snapshot.json`; every manifest agrees with it.
fn json(
    clause: &'static str,
    what: &str,
    expect: super::Expect,
    from: &'static str,
    to: impl Into<String>,
) -> Row {
    let to = to.into();
    files(clause, what, expect, move |bag| {
        bag.replace("snapshot.json", from, &to);
        bag.relist();
    })
}

/// FORMAT §6.
fn metadata() -> Vec<Row> {
    let unreadable = Error("cannot be read");
    let mut rows = vec![
        json("§6.1", "a key twice", unreadable, "\"packer\"", "\"packer\": \"x\",\n  \"packer\""),
        json(
            "§6.1",
            "a key twice, once escaped",
            unreadable,
            "\"packer\"",
            "\"\\u0070acker\": \"x\",\n  \"packer\"",
        ),
        json(
            "§6.1",
            "the schema twice",
            unreadable,
            "\"schema\"",
            "\"schema\": \"dossier.snapshot/1\",\n  \"schema\"",
        ),
        json("§6.1", "a key twice in an entry", unreadable, "\"kind\"", "\"kind\": \"file\", \"kind\""),
        json("§6.1", "a key twice in the phase", unreadable, "\"id\"", "\"id\": \"x\", \"id\""),
        json("§6.1", "an unknown key", unreadable, "\"packer\"", "\"more\": 1, \"packer\""),
        json("§6.1", "an unknown key in an entry", unreadable, "\"kind\"", "\"more\": 1, \"kind\""),
        json("§6.1", "a key in another case", unreadable, "\"packer\"", "\"Packer\""),
        json(
            "§6.1",
            "nesting without end",
            unreadable,
            "\"packer\": ",
            format!("\"packer\": {}", "[".repeat(100_000)),
        ),
        json("§6.1", "a byte-order mark", unreadable, "{", "\u{feff}{"),
        json("§6.1", "a comment", unreadable, "{", "{ // x\n"),
        json("§6.1", "a later schema", Error("later version"), "snapshot/1", "snapshot/2"),
        json("§6.1", "an earlier schema", unreadable, "snapshot/1", "snapshot/0"),
        json("§6.1", "no schema of ours", unreadable, "dossier.snapshot/1", "bag/1"),
        json("§6.1", "half a surrogate", unreadable, "ghost", "gh\\ud800st"),
        json("§6.1", "a time that is none", unreadable, "2026-06-13T06:38:00Z", "2026-02-30T06:38:00Z"),
        json("§6.1", "a kind that nobody knows", unreadable, "\"review\"", "\"reveiw\""),
        json("§6.1", "a path that climbs", unreadable, "data/documents", "data/../documents"),
        files("§6.1", "two documents", Error("cannot be read"), |bag| {
            bag.file("snapshot.json").extend(b"{}");
            bag.relist();
        }),
        files("§6.1", "bytes that are no text", Error("cannot be read"), |bag| {
            bag.file("snapshot.json").insert(20, 0xff);
            bag.relist();
        }),
        files("§6.1", "an empty file", Error("cannot be read"), |bag| {
            bag.file("snapshot.json").clear();
            bag.relist();
        }),
        files("§6.2", "an entry too few", Problem("is not listed in snapshot.json"), |bag| {
            change_entries(bag, |all| drop(all.pop()))
        }),
        files("§6.2", "an entry twice", Problem("snapshot.json"), |bag| {
            change_entries(bag, |all| all.push(all[0].clone()))
        }),
        files("§6.2", "entries out of order", Problem("snapshot.json"), |bag| {
            change_entries(bag, |all| all.reverse())
        }),
        files("§6.2", "an entry that is not there", Problem("data/zzz"), |bag| {
            change_entries(bag, |all| {
                let mut more = all[0].clone();
                more["path"] = "data/zzz".into();
                all.push(more);
            });
        }),
    ];
    for (what, receipt) in [
        ("without a count", serde_json::json!({ "rule": "jwt", "entry": REVIEW })),
        (
            "that tells the value",
            serde_json::json!({ "rule": "jwt", "entry": REVIEW, "count": 1, "value": "x" }),
        ),
        ("of an entry that climbs", serde_json::json!({ "rule": "jwt", "entry": "data/../x", "count": 1 })),
    ] {
        rows.push(files("§6.4", format!("a receipt {what}"), Error("cannot be read"), move |bag| {
            let mut metadata: serde_json::Value =
                serde_json::from_slice(bag.file("snapshot.json")).expect("a good snapshot.json");
            metadata["redactions"] = serde_json::Value::from(vec![receipt.clone()]);
            *bag.file("snapshot.json") = metadata.to_string().into_bytes();
            bag.relist();
        }));
    }
    for key in ["packer", "packed_at", "phase", "sources", "absences", "events", "redactions"] {
        rows.push(files("§6.3", format!("no {key}"), Error("cannot be read"), move |bag| {
            let mut metadata: serde_json::Value =
                serde_json::from_slice(bag.file("snapshot.json")).expect("a good snapshot.json");
            metadata.as_object_mut().expect("an object").remove(key).expect("the key");
            *bag.file("snapshot.json") = metadata.to_string().into_bytes();
            bag.relist();
        }));
    }
    rows
}

fn change_entries(bag: &mut Bag, change: impl Fn(&mut Vec<serde_json::Value>)) {
    let mut metadata: serde_json::Value = serde_json::from_slice(bag.file("snapshot.json")).expect("JSON");
    change(metadata["entries"].as_array_mut().expect("entries"));
    *bag.file("snapshot.json") = metadata.to_string().into_bytes();
    bag.relist();
}
