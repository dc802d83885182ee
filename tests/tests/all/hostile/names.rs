//! Names that some system reads as another one (FORMAT §2.3, §2.4, §3), one entry of each added to a good snapshot.

use dossier_tests::forge::{Item, STEM, STORED};

use super::Expect::{Error, Fine};
use super::{Row, check, files, zip};

/// An entry of this whole name, added behind everything else.
fn named(clause: &'static str, what: &str, name: impl Into<Vec<u8>>) -> Row {
    let name = name.into();
    let what = format!("{what}: {:?}", String::from_utf8_lossy(&name).chars().take(90).collect::<String>());
    zip(clause, what, Error(clause), move |zip| zip.items.push(Item::new(&name, b"x", STORED)))
}

/// An entry of this name below the stem.
fn below(clause: &'static str, what: &str, name: &str) -> Row {
    named(clause, what, format!("{STEM}/{name}"))
}

/// Two entries of these names below the stem.
fn pair(clause: &'static str, first: &'static str, second: &'static str) -> Row {
    zip(clause, format!("{first:?} beside {second:?}"), Error(clause), move |zip| {
        for name in [first, second] {
            zip.items.push(Item::new(format!("{STEM}/{name}"), b"x", STORED));
        }
    })
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = characters();
    rows.extend(segments());
    rows.extend(reserved());
    rows.extend(stems());
    rows.extend(clashes());
    rows.extend(places());
    rows
}

#[test]
fn names_that_lie() {
    check("names", &rows());
}

fn characters() -> Vec<Row> {
    let mut rows = Vec::new();
    for c in ['\\', '<', '>', ':', '"', '|', '?', '*', '%'] {
        rows.push(below("§3.1", "a forbidden character", &format!("data/a{c}b")));
    }
    for c in (0..0x20).chain([0x7f]).chain(0x80..0xa0).filter_map(char::from_u32) {
        rows.push(below("§3.1", "a control character", &format!("data/a{c}b")));
    }
    let invisible = [
        0xad..=0xad,
        0x34f..=0x34f,
        0x61c..=0x61c,
        0x115f..=0x1160,
        0x17b4..=0x17b5,
        0x180b..=0x180f,
        0x200b..=0x200f,
        0x202a..=0x202e,
        0x2060..=0x206f,
        0x2800..=0x2800,
        0x3164..=0x3164,
        0xfe00..=0xfe0f,
        0xfeff..=0xfeff,
        0xffa0..=0xffa0,
        0xfff0..=0xfffb,
        0x1bca0..=0x1bca3,
        0x1d173..=0x1d17a,
        0xe0001..=0xe0001,
        0xe0020..=0xe007f,
        0xe0100..=0xe01ef,
    ];
    for c in invisible.into_iter().flatten().filter_map(char::from_u32) {
        rows.push(below("§3.1", &format!("invisible U+{:04X}", c as u32), &format!("data/a{c}b")));
    }
    let spaces = [0xa0, 0x1680, 0x2000, 0x2001, 0x2007, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000];
    for c in spaces.into_iter().filter_map(char::from_u32) {
        rows.push(below(
            "§3.1",
            &format!("a space that is none, U+{:04X}", c as u32),
            &format!("data/a{c}b"),
        ));
    }
    for name in ["data/e\u{301}", "data/\u{212a}", "data/\u{1100}\u{1161}", "data/\u{2126}", "data/\u{f900}"]
    {
        rows.push(below("§3.1", "not in normal form C", name));
    }
    let prefix = format!("{STEM}/data/");
    for bytes in [&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\xe2\x80"] {
        rows.push(named("§3.1", "not UTF-8", [prefix.as_bytes(), bytes].concat()));
    }
    rows
}

fn segments() -> Vec<Row> {
    let deep = format!("data/{}", "a/".repeat(508));
    vec![
        below("§3.1", "climbs", "../x"),
        below("§3.1", "climbs", "data/../../x"),
        below("§3.1", "climbs", "data/.."),
        below("§3.1", "stays", "./x"),
        below("§3.1", "stays", "data/./x"),
        below("§3.1", "absolute below the stem", "/etc/passwd"),
        below("§3.1", "an empty segment", "data//x"),
        below("§3.1", "a directory entry", "data/empty/"),
        below("§3.1", "a directory entry", "data/"),
        below("§3.1", "a drive letter", "C:/x"),
        below("§3.1", "a stream", "data/a.txt:hidden"),
        below("§3.1", "a share", "\\\\server\\x"),
        below("§3.1", "encoded", "data/%2e%2e/x"),
        below("§3.1", "ends in a dot", "data/x."),
        below("§3.1", "ends in a dot", "data/x./y"),
        below("§3.1", "ends in a space", "data/x "),
        below("§3.1", "ends in a space", "data/x /y"),
        below("§3.1", "begins with a space", "data/ x"),
        below("§3.1", "only a space", "data/ /x"),
        below("§3.1", "three dots", "data/.../x"),
        below("§3.1", "a segment of 241 bytes", &format!("data/{}", "a".repeat(241))),
        below("§3.1", "a segment of 242 bytes in 121 letters", &format!("data/{}", "ü".repeat(121))),
        below("§3.1", "a path of 1025 bytes", &format!("{deep}{}", "b".repeat(1025 - deep.len()))),
        below("§3.1", "a path of 60,000 bytes", &format!("data/{}x", "a/".repeat(30_000))),
        below("§3.1", "no path at all", ""),
    ]
}

fn reserved() -> Vec<Row> {
    let mut names: Vec<String> = [
        "CON",
        "PRN",
        "AUX",
        "NUL",
        "CONIN$",
        "CONOUT$",
        "con",
        "NuL.txt",
        "aux.tar.gz",
        "NUL .txt",
        "COM¹",
        "lpt³.log",
    ]
    .map(str::to_owned)
    .into();
    for number in 0..=9 {
        names.extend([format!("COM{number}"), format!("lpt{number}.x")]);
    }
    let folders = names.iter().map(|name| below("§3.1", "reserved by Windows", &format!("data/{name}/x")));
    names
        .iter()
        .map(|name| below("§3.1", "reserved by Windows", &format!("data/{name}")))
        .chain(folders)
        .collect()
}

fn stems() -> Vec<Row> {
    let mut rows = vec![
        named("§3.2", "no folder", "x"),
        named("§3.2", "another folder", "other/x"),
        named("§3.2", "absolute", "/etc/passwd"),
        named("§3.2", "climbs", "../x"),
        named("§3.2", "a drive letter", "C:/x"),
        named("§3.2", "another case", format!("{}/x", STEM.to_uppercase())),
        named("§3.2", "empty", ""),
    ];
    for stem in ["a b", "$(x)", "-rf", ".x", "_x", "ü", "CON", "nul.x", "a\n", "a'", "x.", "~"] {
        rows.push(zip("§3.2", format!("everything in {stem:?}"), Error("§3.2"), move |zip| {
            move_to(zip, stem)
        }));
    }
    rows.push(zip("§3.2", "a stem of 129 letters", Error("§3.2"), |zip| move_to(zip, &"a".repeat(129))));
    rows
}

fn move_to(zip: &mut dossier_tests::forge::Archive, stem: &str) {
    for item in &mut zip.items {
        item.both(|header| {
            header.name = [stem.as_bytes(), &header.name[STEM.len()..]].concat();
            header.flags = if header.name.is_ascii() { 0 } else { 1 << 11 };
        });
    }
}

fn clashes() -> Vec<Row> {
    vec![
        below("§3.3", "twice", "bagit.txt"),
        below("§3.3", "another case", "BagIt.txt"),
        below("§3.3", "a file that is a folder", "bagit.txt/x"),
        below("§3.3", "a folder that is a file", "data/documents"),
        below("§3.3", "a folder that is a file in another case", "data/Documents"),
        below("§3.3", "a folder in another case", "data/DOCUMENTS/x"),
        below("§3.3", "the payload's folder in another case", "Data/x"),
        pair("§3.3", "data/straße", "data/STRASSE"),
        pair("§3.3", "data/é", "data/É"),
        pair("§3.3", "data/ς", "data/σ"),
        pair("§3.3", "data/ſ", "data/s"),
        pair("§3.3", "data/ﬁ", "data/fi"),
        pair("§3.3", "data/ǆ", "data/ǅ"),
        pair("§3.3", "data/x", "data/x/y"),
        pair("§3.3", "data/x/y", "data/x"),
        pair("§3.3", "data/ü/y", "data/Ü"),
    ]
}

/// FORMAT §2.3, §2.4: names that mean something.
fn places() -> Vec<Row> {
    let digits = "0123456789abcdef".repeat(4);
    let mut rows = Vec::new();
    for name in ["fetch.txt", "FETCH.TXT", "Fetch.txt", "fetch.tXt"] {
        rows.push(below("§2.3", "files from elsewhere", name));
    }
    rows.push(files("§2.3", "a payload file of that name", Fine, |bag| bag.pack("data/fetch.txt", "x")));
    for name in [
        "signatures",
        "Signatures",
        "signatures/notes.txt",
        "signatures/seal.txt",
        "signatures/seal.sig",
        "signatures/SEAL.json",
        "signatures/seal.JSON",
        "signatures/seal.json.sig.sig",
        "signatures/seal.json.tsr",
        "signatures/seal2.json",
        "signatures/.json",
        "signatures/a/seal.json",
        "signatures/allowed_signers",
        "Signatures/seal.json",
        "SIGNATURES/seal.json.sig",
        "ſignatures/seal.json",
        &format!("signatures/{}.json", digits.to_uppercase()),
        &format!("signatures/{}.json", &digits[1..]),
        &format!("signatures/{digits}0.json"),
        &format!("signatures/{digits}.txt"),
        &format!("signatures/{digits}"),
    ] {
        rows.push(below("§2.4", "a stranger in signatures/", name));
    }
    rows.push(files("§2.4", "a payload folder of that name", Fine, |bag| {
        bag.pack("data/signatures/notes.txt", "x")
    }));
    rows
}
