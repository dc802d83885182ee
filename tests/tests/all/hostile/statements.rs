//! Statements and armour that are not in their one form (FORMAT §7.2 to §7.4, §7.6, §7.7), signed by the trusted packer's key.

use dossier_shared::report::SealState::Invalid;
use dossier_shared::signature::SEAL_NAMESPACE;
use dossier_tests::forge::{KEY, append, armour, key, seal_statement, small};

use super::Expect::{Error, Seal};
use super::{Row, check, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = forms();
    rows.extend(armours());
    rows.extend(blobs());
    rows
}

#[test]
fn statements_of_another_form() {
    check("statements and armour", &rows());
}

/// The packer's statement after `change`, with his good signature over just those bytes.
fn statement(
    clause: &'static str,
    what: &str,
    change: impl Fn(String) -> String + Send + Sync + 'static,
) -> Row {
    row(clause, what, Seal(Invalid, ""), move || {
        let unsigned = small();
        let json = seal_statement(&unsigned).to_json();
        let changed = change(json.clone());
        assert!(changed != json, "the row changes nothing");
        let signature = armour(&key(KEY), SEAL_NAMESPACE, changed.as_bytes());
        append(&unsigned, "seal", changed.as_bytes(), &signature)
    })
}

fn replaced(clause: &'static str, what: &str, from: &'static str, to: &'static str) -> Row {
    statement(clause, what, move |json| {
        assert!(json.contains(from), "{json} holds no {from:?}");
        json.replacen(from, to, 1)
    })
}

fn forms() -> Vec<Row> {
    let without = |key: &'static str| {
        statement("§7.2", &format!("no {key}"), move |json| {
            let mut value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
            value["predicate"].as_object_mut().expect("an object").remove(key).expect("the key");
            format!("{value:#}\n")
        })
    };
    let mut rows: Vec<Row> = [
        "role",
        "decision",
        "note",
        "claimed_time",
        "phase",
        "report_sha256",
        "gates",
        "outcomes",
        "contradictions_accepted",
        "prior",
        "supersedes",
        "sealed_bytes",
        "sealed_sha256",
    ]
    .map(without)
    .into();
    rows.extend([
        replaced("§7.2", "another type", "Statement/v1", "Statement/v0.1"),
        replaced("§7.2", "a later predicate", "dossier:statement/1", "dossier:statement/2"),
        replaced("§7.2", "another subject", "tagmanifest-sha256.txt", "manifest-sha256.txt"),
        replaced("§7.2", "no subject", "\"subject\": [", "\"subject\": [], \"x\": ["),
        statement("§7.2", "two subjects", |json| {
            let mut value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
            let subject = value["subject"][0].clone();
            value["subject"].as_array_mut().expect("a list").push(subject);
            format!("{value:#}\n")
        }),
        replaced(
            "§7.2",
            "a digest of another kind beside it",
            "\"sha256\": ",
            "\"sha512\": \"00\", \"sha256\": ",
        ),
        replaced("§7.2", "an unknown key", "\"note\"", "\"more\": 1,\n    \"note\""),
        replaced("§7.2", "an unknown key outside", "\"predicateType\"", "\"more\": 1,\n  \"predicateType\""),
        replaced("§7.2", "a key twice", "\"note\"", "\"role\": \"packer\",\n    \"note\""),
        replaced("§7.2", "the subject twice", "\"predicateType\"", "\"subject\": [],\n  \"predicateType\""),
        replaced(
            "§7.2",
            "a key twice, once escaped",
            "\"note\"",
            "\"\\u0072ole\": \"packer\",\n    \"note\"",
        ),
        replaced("§7.3", "another indentation", "  \"", "    \""),
        statement("§7.3", "one line", |json| {
            let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
            format!("{value}\n")
        }),
        statement("§7.3", "CRLF", |json| json.replace('\n', "\r\n")),
        statement("§7.3", "tabs", |json| json.replace("  ", "\t")),
        statement("§7.3", "no line feed at the end", |json| json.trim_end().to_owned()),
        statement("§7.3", "two line feeds at the end", |json| format!("{json}\n")),
        statement("§7.3", "a byte-order mark", |json| format!("\u{feff}{json}")),
        statement("§7.3", "two documents", |json| format!("{json}{{}}\n")),
        replaced("§7.3", "a space at a line's end", ",\n", ", \n"),
        replaced("§7.3", "a letter escaped without need", "ghost", "gh\\u006fst"),
        replaced("§7.3", "a time with an offset", "06:40:00Z", "08:40:00+02:00"),
        replaced("§7.3", "a time with a fraction", "06:40:00Z", "06:40:00.000Z"),
        replaced("§7.3", "a number with a fraction", "\"confirmed\": 0", "\"confirmed\": 0.0"),
        replaced("§7.3", "a number with an exponent", "\"confirmed\": 0", "\"confirmed\": 0e1"),
        replaced("§7.3", "an empty list over two lines", "\"gates\": []", "\"gates\": [\n    ]"),
        replaced("§7.3", "keys in another order", "\"note\": \"\",\n", ""),
        replaced(
            "§7.3",
            "nesting without end",
            "\"gates\": []",
            "\"gates\": [[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]",
        ),
        replaced("§7.4", "a role in upper case", "\"packer\"", "\"Packer\""),
        replaced("§7.4", "a role with a space", "\"packer\"", "\"packer \""),
        replaced("§7.4", "a role of 33 letters", "\"packer\"", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""),
        replaced("§7.4", "an operator who seals", "\"packer\"", "\"operator\""),
        replaced("§7.4", "a packer who approves", "\"sealed\"", "\"approved\""),
        replaced("§7.4", "a decision that nobody knows", "\"sealed\"", "\"Sealed\""),
    ]);
    rows
}

/// The good seal with its armour after `change`.
fn armoured(
    clause: &'static str,
    what: &str,
    change: impl Fn(String) -> Vec<u8> + Send + Sync + 'static,
) -> Row {
    row(clause, what, Seal(Invalid, ""), move || {
        let unsigned = small();
        let json = seal_statement(&unsigned).to_json();
        let good = String::from_utf8(armour(&key(KEY), SEAL_NAMESPACE, json.as_bytes())).expect("text");
        append(&unsigned, "seal", json.as_bytes(), &change(good))
    })
}

fn body(armour: &str) -> String {
    armour.lines().filter(|line| !line.starts_with("-----")).collect()
}

fn wrapped(body: &str, width: usize) -> Vec<u8> {
    let lines: Vec<_> = body.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n")).into_bytes()
}

fn armours() -> Vec<Row> {
    vec![
        armoured("§7.6", "words before it", |good| format!("hello\n{good}").into_bytes()),
        armoured("§7.6", "an empty line before it", |good| format!("\n{good}").into_bytes()),
        armoured("§7.6", "a byte-order mark before it", |good| format!("\u{feff}{good}").into_bytes()),
        armoured("§7.6", "words behind it", |good| format!("{good}hello\n").into_bytes()),
        armoured("§7.6", "a second signature behind it", |good| good.repeat(2).into_bytes()),
        armoured("§7.6", "no line feed at the end", |good| good.trim_end().as_bytes().to_vec()),
        armoured("§7.6", "CRLF", |good| good.replace('\n', "\r\n").into_bytes()),
        armoured("§7.6", "another label", |good| good.replace("SSH", "PGP").into_bytes()),
        armoured("§7.6", "a header", |good| {
            good.replacen("-----\n", "-----\nComment: x\n\n", 1).into_bytes()
        }),
        armoured("§7.6", "a space in a line", |good| good.replacen("-----\n", "-----\n ", 1).into_bytes()),
        armoured("§7.6", "lines of 77", |good| wrapped(&body(&good), 77)),
        armoured("§7.6", "a single line", |good| wrapped(&body(&good), 10_000)),
        armoured("§7.6", "lines of many lengths", |good| {
            let body = body(&good);
            let mut lines = wrapped(&body, 70);
            lines.insert(60, b'\n');
            lines
        }),
        armoured("§7.6", "no base64", |good| good.replacen("U1NIU0lH", "U1NI*0lH", 1).into_bytes()),
        armoured("§7.6", "base64 for URLs", |good| {
            let body = body(&good).replace('+', "-").replace('/', "_");
            wrapped(&format!("{body}-_-_"), 70)
        }),
        armoured("§7.6", "nothing inside", |_| {
            b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n".to_vec()
        }),
        armoured("§7.6", "nothing at all", |_| Vec::new()),
        armoured("§7.6", "no text", |_| vec![0xff; 100]),
        row("§7.6", "armour of more than 64 KiB", Error("65536"), || {
            let unsigned = small();
            let json = seal_statement(&unsigned).to_json();
            append(&unsigned, "seal", json.as_bytes(), &wrapped(&"A".repeat(80_000), 76))
        }),
        row("§7.2", "a statement of more than 64 KiB in a file", Error("65536"), || {
            append(&small(), "seal", &vec![b' '; (64 << 10) + 1], b"")
        }),
    ]
}

/// The good seal with the bytes inside its armour after `change`.
fn blob(what: &str, change: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static) -> Row {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    armoured("§7.7", what, move |good| {
        let bytes = engine.decode(body(&good)).expect("base64");
        let changed = change(bytes.clone());
        assert!(changed != bytes, "the row changes nothing");
        wrapped(&engine.encode(changed), 70)
    })
}

fn swapped(what: &str, from: &'static [u8], to: &'static [u8]) -> Row {
    blob(what, move |bytes| {
        let at = bytes.windows(from.len()).position(|window| window == from).expect("the field");
        [&bytes[..at], to, &bytes[at + from.len()..]].concat()
    })
}

fn blobs() -> Vec<Row> {
    vec![
        swapped("another magic", b"SSHSIG", b"SSHSIH"),
        swapped("version 0", b"SSHSIG\0\0\0\x01", b"SSHSIG\0\0\0\0"),
        swapped("version 2", b"SSHSIG\0\0\0\x01", b"SSHSIG\0\0\0\x02"),
        swapped("a weak hash", b"\0\0\0\x06sha512", b"\0\0\0\x04sha1"),
        swapped("no hash", b"\0\0\0\x06sha512", b"\0\0\0\0"),
        swapped("another hash", b"\0\0\0\x06sha512", b"\0\0\0\x06sha256"),
        swapped("something reserved", b"\0\0\0\0\0\0\0\x06sha512", b"\0\0\0\x01x\0\0\0\x06sha512"),
        swapped("another namespace", b"seal@dossier", b"file@dossier"),
        swapped("a certificate", b"\0\0\0\x0bssh-ed25519", b"\0\0\0\x20ssh-ed25519-cert-v01@openssh.com"),
        swapped("a key of a type that nobody knows", b"\0\0\0\x0bssh-ed25519", b"\0\0\0\x0bssh-ed25518"),
        swapped("a length past the end", b"\0\0\0\x06sha512", b"\xff\xff\xff\xffsha512"),
        blob("a byte behind the last field", |bytes| [&bytes[..], b"x"].concat()),
        blob("a byte too few", |bytes| bytes[..bytes.len() - 1].to_vec()),
        blob("only the magic", |_| b"SSHSIG".to_vec()),
        blob("nothing", |_| Vec::new()),
        blob("a key of small order and a signature of zeros", |bytes| {
            // The point of order one signs everything for whoever verifies without looking.
            let mut bytes = bytes;
            let at = bytes.windows(11).position(|window| window == b"ssh-ed25519").expect("the key") + 15;
            bytes[at..at + 32].fill(0);
            bytes[at] = 1;
            let signature = bytes.len() - 64;
            bytes[signature..].fill(0);
            bytes[signature] = 1;
            bytes
        }),
        blob("a signature with its order added", |bytes| {
            // S + L fits the same equation; strict verification knows one encoding only.
            const ORDER: [u8; 32] = [
                0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
                0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
            ];
            let mut bytes = bytes;
            let at = bytes.len() - 32;
            let mut carry = 0;
            for (byte, order) in bytes[at..].iter_mut().zip(ORDER) {
                carry += u16::from(*byte) + u16::from(order);
                *byte = carry as u8;
                carry >>= 8;
            }
            bytes
        }),
    ]
}
