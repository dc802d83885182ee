//! What is a secret, what is not, and what stays when one is taken out.

use super::*;
use crate::spool::Held;

mod keys;
mod names;
mod packed;
mod rules;
mod values;
mod windows;

fn nothing_listed() -> &'static Scanner {
    static SCANNER: std::sync::LazyLock<Scanner> =
        std::sync::LazyLock::new(|| Scanner::new(std::iter::empty()));
    &SCANNER
}

fn redacted_by(scanner: &Scanner, text: &str) -> String {
    let path = EntryPath::new("data/files/x").expect("a good name");
    match settled(scanner, &mut Ledger::new(scanner), &path, EvidenceKind::File, text.as_bytes(), None) {
        Ok(clean) => String::from_utf8(clean).expect("still text"),
        Err(reason) => reason,
    }
}

/// What becomes of an entry, or why it is left out.
fn settled(
    scanner: &Scanner,
    ledger: &mut Ledger<'_>,
    path: &EntryPath,
    kind: EvidenceKind,
    bytes: &[u8],
    unpacked: Option<Held>,
) -> Result<Vec<u8>, String> {
    let searched = search(scanner, (path, None), kind, Held::from(bytes.to_vec()), unpacked);
    let clean = match searched.expect("searched") {
        Searched::Clean(clean) => clean,
        Searched::Dirty(dirty) => dirty.settle(scanner, ledger, path, kind).expect("settled")?,
    };
    let mut bytes = Vec::new();
    clean.into_inner().reader().expect("opened").read_to_end(&mut bytes).expect("read");
    Ok(bytes)
}

fn redacted(text: &str) -> String {
    redacted_by(nothing_listed(), text)
}

fn check(text: &str, expected: &str) {
    let once = redacted(text);
    assert_eq!(once, expected, "{text}");
    assert_eq!(redacted(&once), once, "redacting twice changes nothing: {text}");
    let path = EntryPath::new("report.json").expect("a good name");
    let left = leaks(nothing_listed(), &path, EvidenceKind::File, &mut once.as_bytes());
    assert_eq!(left.expect("bytes can be read"), [], "{text}");
}

/// Written in two halves, so that no scanner takes this file for a leak.
fn halves(left: &str, right: &str) -> String {
    format!("{left}{right}")
}

#[test]
fn tokens_with_a_shape() {
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (secret, rule) in [
        (halves("ghp_", letters), "github-token"),
        (halves("github_pat_", letters), "github-token"),
        (halves("glpat-", "abcdefghij0123456789"), "gitlab-token"),
        (halves("AKIA", "ABCDEFGHIJKLMNOP"), "aws-key-id"),
        (halves("AIza", &letters[..35]), "google-key"),
        (halves("xoxb-", "123456789012-abcdef"), "slack-token"),
        (halves("npm_", letters), "npm-token"),
        (halves("SWMTKN-1-", letters), "docker-token"),
        (halves("sk_live_", letters), "stripe-key"),
        (halves("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx", "MjM0In0.c2lnbmF0dXJl"), "jwt"),
    ] {
        check(&format!("a {secret} b"), &format!("a [redacted:{rule}:1] b"));
        check(&format!("{{\"x\":\"{secret}\"}}"), &format!("{{\"x\":\"[redacted:{rule}:1]\"}}"));
    }
}

#[test]
fn tokens_told_by_the_words_before_them() {
    let token = "0123456789abcdef0123456789abcdef01234567";
    for (before, after) in [
        ("Authorization: token ", ""),
        ("curl -H 'Authorization: Bearer ", "'"),
        (r#"{"Authorization": "token "#, "\"}"),
        ("PRIVATE-TOKEN: ", ""),
        ("X-Drone-Token: ", ""),
    ] {
        check(&format!("{before}{token}{after}"), &format!("{before}[redacted:authorization:1]{after}"));
    }
}

#[test]
fn passwords_in_addresses() {
    check("postgres://ghost:hunter2@db:5432/x", "postgres://ghost:[redacted:url-password:1]@db:5432/x");
    check(
        "https://bot:abc%2Fdef@git.example.org/a.git",
        "https://bot:[redacted:url-password:1]@git.example.org/a.git",
    );
    check("redis://:pw@cache", "redis://:[redacted:url-password:1]@cache");
    check(
        "https://0123456789abcdef0123456789abcdef01234567@git.example.org/a.git",
        "https://[redacted:url-password:1]@git.example.org/a.git",
    );
}

#[test]
fn assignments() {
    check("DRONE_TOKEN=abcdefgh1234", "DRONE_TOKEN=[redacted:assignment:1]");
    check("export DB_PASSWORD='correct horse'", "export DB_PASSWORD='[redacted:assignment:1]'");
    check("export DB_PASSWORD='correcthorse'", "export DB_PASSWORD='[redacted:assignment:1]'");
    check("SECRET_KEY_BASE=0123456789", "SECRET_KEY_BASE=[redacted:assignment:1]");
    check("?access_token=abcdefgh12&x=1", "?access_token=[redacted:assignment:1]&x=1");
    check(r#""db_password": "hunter2hunter2""#, r#""db_password": "[redacted:assignment:1]""#);
    check(r#""out":"API_KEY=abcdefgh12\n""#, r#""out":"API_KEY=[redacted:assignment:1]\n""#);
    check(
        r#"{"out": "{\"token\": \"abcdefgh12\"}"}"#,
        r#"{"out": "{\"token\": \"[redacted:assignment:1]\"}"}"#,
    );
    check("  MYSQL_PASSWORD: hunter2hunter2", "  MYSQL_PASSWORD: [redacted:assignment:1]");
    check(r#""Env": ["A_SECRET=0123456789"]"#, r#""Env": ["A_SECRET=[redacted:assignment:1]"]"#);
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "`clean_teardown=True`, `no_secret_leak=True` ✅",
        r#""no_secret_leak": true"#,
        "no_secret_leak=true, clean_teardown=true",
        "secrets: 3 generated, values are not printed",
        "tests.generic.test_install::test_secrets_mounted_as_files",
        "test_wrong_password_refused",
        "RECIPE=ghost REF=d88f5801f13b379845c4fef587dd47cfb13e3ca7",
        "head d88f5801f13b379845c4fef587dd47cfb13e3ca7",
        "https://git.coopcloud.example/recipe-maintainers/cc-ci/commit/c5ac9ce0",
        "https://ci.example.org:8443/a@b",
        "git@git.example.org:a/b.git",
        "autonomic-bot@noreply.git.coopcloud.example",
        "DB_PASSWORD=${DB_PASSWORD}",
        "DB_PASSWORD=$(pwgen 20 1)",
        "DB_PASSWORD_FILE=/run/secrets/db_password",
        "password=/run/secrets/db_password",
        "TOKEN=short",
        "API_TOKEN=********",
        "the token: required",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
        "[redacted:assignment:7]",
        "DRONE_TOKEN=[redacted:assignment:7]",
    ] {
        check(text, text);
    }
}

/// `BEGIN`, `END`, `ONE` and `TWO` stand for the lines of a key.
fn with_key(text: &str) -> String {
    text.replace("BEGIN", &halves("-----BEGIN RSA PRI", "VATE KEY-----"))
        .replace("END", &halves("-----END RSA PRI", "VATE KEY-----"))
        .replace("ONE", &"MIIEowIBAAKCAQEA0123456789abcdef".repeat(2))
        .replace("TWO", "abcdefghijklmnopqrstuvwx==")
}

#[test]
fn private_keys_keep_the_shape_around_them() {
    for text in [
        "BEGIN\nONE\nTWO\nEND\nafter",
        "+BEGIN\n+ONE\n+TWO\n+END\n+after",
        r#""k": "BEGIN\nONE\nTWO\nEND\n""#,
        r#"[{"pos":0,"out":"BEGIN\n"},{"pos":1,"out":"ONE\n"},{"pos":2,"out":"TWO\n"},{"pos":3,"out":"END\n"}]"#,
        r#"[{"pos":0,"out":"BEGIN\n"},{"pos":1,"out":"ONE\n"},{"pos":2,"out":"cut"}]"#,
    ] {
        let marked =
            text.replace("ONE", "[redacted:private-key:1]").replace("TWO", "[redacted:private-key:2]");
        check(&with_key(text), &with_key(&marked));
    }
}

#[test]
fn a_mention_of_a_key_takes_nothing_with_it() {
    let text = with_key("grep -c BEGIN found none at d88f5801f13b379845c4fef587dd47cfb13e3ca7");
    check(&text, &text);
}

#[test]
fn equal_secrets_get_equal_numbers() {
    check(
        "A_TOKEN=aaaaaaaa1 B_TOKEN=bbbbbbbb1 C_TOKEN=aaaaaaaa1",
        "A_TOKEN=[redacted:assignment:1] B_TOKEN=[redacted:assignment:2] C_TOKEN=[redacted:assignment:1]",
    );
}

/// What came of one entry.
struct Out {
    payload: Option<Vec<u8>>,
    redacted: Redacted,
}

fn redact(name: &str, kind: EvidenceKind, bytes: &[u8], unpacked: &[u8]) -> Out {
    redact_by(nothing_listed(), name, kind, bytes, unpacked)
}

fn redact_by(scanner: &Scanner, name: &str, kind: EvidenceKind, bytes: &[u8], unpacked: &[u8]) -> Out {
    let path = EntryPath::new(name).expect("a good name");
    let mut ledger = Ledger::new(scanner);
    let unpacked = (!unpacked.is_empty()).then(|| Held::from(unpacked.to_vec()));
    let clean = settled(scanner, &mut ledger, &path, kind, bytes, unpacked);
    let origin = "origin?token=0123456789".to_owned();
    let mut all = Words {
        phase: Phase { id: "a".to_owned(), title: String::new() },
        events: Vec::new(),
        sources: Vec::new(),
        entries: Vec::new(),
        absences: Vec::new(),
    };
    let payload = match clean {
        Ok(bytes) => {
            all.entries.push(Entry { path, kind, origin, original_name: None, captured_at: None });
            Some(bytes)
        }
        Err(reason) => {
            all.absences.push(Absence { what: origin.clone(), asked: origin, reason });
            None
        }
    };
    Out { payload, redacted: words(all, ledger) }
}

#[test]
fn receipts_name_rule_entry_and_count_but_no_value() {
    let out =
        redact("data/files/x", EvidenceKind::File, b"A_TOKEN=aaaaaaaa1 B_TOKEN=bbbbbbbb1", b"").redacted;
    let receipts: Vec<_> =
        out.redactions.iter().map(|r| (r.entry.as_str(), r.rule.as_str(), r.count)).collect();
    assert_eq!(receipts, [("data/files/x", "assignment", 2), ("snapshot.json", "assignment", 1)]);
    assert_eq!(out.entries[0].origin, "origin?token=[redacted:assignment:3]");
}

#[test]
fn what_cannot_be_cut_out_is_left_out() {
    for (name, kind, bytes, unpacked) in [
        ("data/files/x.png", EvidenceKind::Image, &b"\x89PNG\0A_TOKEN=aaaaaaaa1"[..], &b""[..]),
        ("data/files/wide.txt", EvidenceKind::File, b"A\0_\0T\0O\0K\0E\0N\0=\0a\0b\0c\0d\0e\0f\0g\0h\0", b""),
        ("data/git/x.bundle", EvidenceKind::GitBundle, b"# v2 git bundle", b"blob 9\nA_TOKEN=aaaaaaaa1"),
        ("data/files/A_TOKEN=aaaaaaaa1", EvidenceKind::File, b"harmless", b""),
    ] {
        let Out { payload, redacted: out } = redact(name, kind, bytes, unpacked);
        assert!(payload.is_none() && out.entries.is_empty(), "{name}");
        assert!(out.absences[0].reason.contains("rule assignment"), "{}", out.absences[0].reason);
        assert!(!out.absences[0].asked.contains("aaaaaaaa1"), "{name}");
    }
}

#[test]
fn bytes_without_a_secret_stay_as_they_are() {
    let bytes = "\u{feff}# Ünï\r\n\r\n\tno_secret_leak=True\r\n".as_bytes();
    let out = redact("data/files/x", EvidenceKind::File, bytes, b"");
    assert_eq!(out.payload.as_deref(), Some(bytes));
}

/// What becomes of the file, or why it is left out; and what is told of it.
fn entry(name: &str, kind: EvidenceKind, bytes: &[u8]) -> (Result<Vec<u8>, String>, Vec<Redaction>) {
    let scanner = nothing_listed();
    let mut ledger = Ledger::new(scanner);
    let path = EntryPath::new(&format!("data/files/{name}")).expect("a good name");
    let content = settled(scanner, &mut ledger, &path, kind, bytes, None);
    (content, ledger.receipts())
}

#[test]
fn a_recorders_notes_do_not_tell_what_bodies_were() {
    let notes =
        br#"{"requests": [{"path": "/a", "status": 200, "bytes": 1234, "ETag": "\"ab\"", "sha256": "cd"}]}"#;
    let clean = entry("capture.json", EvidenceKind::Capture, notes).0.expect("stays");
    let value: serde_json::Value = serde_json::from_slice(&clean).expect("still JSON");
    let request = &value["requests"][0];
    for (key, number) in [("bytes", 1), ("ETag", 2), ("sha256", 3)] {
        assert_eq!(request[key], format!("[redacted:body-digest:{number}]"));
    }
    assert_eq!((&request["path"], &request["status"]), (&"/a".into(), &200.into()));
}

#[test]
fn what_is_never_packed_is_left_out() {
    for (name, bytes, rule) in [
        (".env", &b"RECIPE=ghost\nDB_PASSWORD=k3Jx91bbQz77\n"[..], "env-file"),
        ("x.txt", b"A_TOKEN=k3Jx91bbQz77\nB=1\nDB_PASSWORD=k3Jx91bbQz78\n", "env-file"),
        ("config", b"[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://x\n", "git-config"),
        ("db", b"SQLite format 3\0....", "database"),
        (".netrc", b"machine x", "credential-file"),
    ] {
        let reason = entry(name, EvidenceKind::File, bytes).0.expect_err(name);
        assert!(reason.contains(&format!("(rule {rule})")), "{reason}");
    }
    for (name, bytes) in [
        (".env.sample", &b"TYPE=ghost\nSECRET_DB_PASSWORD_VERSION=v1\n"[..]),
        ("run.txt", b"RECIPE=ghost\nREF=d88f5801f13b379845c4fef587dd47cfb13e3ca7\n"),
    ] {
        assert_eq!(entry(name, EvidenceKind::File, bytes).0.as_deref(), Ok(bytes), "{name}");
    }
}

#[test]
fn compressed_entries_are_looked_into() {
    use std::io::Write as _;
    let secret = b"a line\nA_TOKEN=k3Jx91bbQz77\n";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(secret).expect("in memory");
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(secret).expect("in memory");
    let text = [b"Comment\0\0", zlib.finish().expect("in memory").as_slice()].concat();
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.extend((text.len() as u32).to_be_bytes());
    picture.extend([b"zTXt", text.as_slice(), b"\0\0\0\0"].concat());
    let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    archive.start_file("a.txt", zip::write::SimpleFileOptions::default()).expect("in memory");
    archive.write_all(secret).expect("in memory");
    let archive = archive.finish().expect("in memory").into_inner();
    for (name, bytes) in [("x.gz", gzip.finish().expect("in memory")), ("x.png", picture), ("x.zip", archive)]
    {
        let reason = entry(name, EvidenceKind::File, &bytes).0.expect_err(name);
        assert!(reason.contains("rule assignment"), "{name}: {reason}");
    }
    let (content, receipts) = entry("x.gz", EvidenceKind::File, b"\x1f\x8b\x08broken");
    assert!(content.is_ok());
    assert_eq!(receipts[0].kept.as_deref(), Some("not looked into: it cannot be unpacked"));
}
