//! How a value stands in dumps, lists of bytes, mails and sources. Knows notations, no place.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Text that holds a value, and what is told by.
pub(super) struct Rare {
    pub(super) spelling: &'static str,
    pub(super) line: String,
    pub(super) needles: Vec<String>,
}

pub(super) fn spellings(value: &str) -> Vec<Rare> {
    let bytes = |spell: &dyn Fn(u8) -> String, between: &str| {
        value.bytes().map(spell).collect::<Vec<_>>().join(between)
    };
    let whole = |spelling, line: String| Rare { spelling, needles: vec![line.clone()], line };
    // What no neighbour has a part in.
    let middle =
        |spelling, line: String| Rare { spelling, needles: vec![line[8..line.len() - 10].to_owned()], line };
    let packed = piped(value, "gzip -nc | base64 -w0");
    let (first, second) = value.split_at(value.len() / 2);
    let broken = |spelling, between: &str| Rare {
        spelling,
        line: format!("{first}{between}{second}"),
        // A diff has its sign before the second.
        needles: vec![format!("{first}{between}"), format!("{}{second}", between.trim_start())],
    };
    vec![
        whole("bytes, backslashes", bytes(&|byte| format!("\\x{byte:02x}"), "")),
        whole("bytes, octal", bytes(&|byte| format!("\\{byte:03o}"), "")),
        whole("bytes, of C", bytes(&|byte| format!("0x{byte:02x}"), ", ")),
        whole("bytes, decimal", bytes(&|byte| byte.to_string(), ",")),
        whole("a mail", value.replace('=', "=3D")),
        middle("base32", piped(value, "base32 -w0")),
        middle("base64 twice", STANDARD.encode(STANDARD.encode(value))),
        Rare {
            spelling: "base64 of gzip",
            needles: vec![packed[24..packed.len() - 8].to_owned()],
            line: packed,
        },
        dump(value),
        broken("nothing to see", "\u{200b}"),
        broken("a stamp", "\n[09:11:22] "),
    ]
}

/// As xxd writes it: the columns of hex digits, and the characters.
fn dump(value: &str) -> Rare {
    let (mut line, mut needles) = (String::new(), Vec::new());
    for (n, row) in value.as_bytes().chunks(16).enumerate() {
        let pairs: Vec<String> =
            row.chunks(2).map(|pair| pair.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
        let (columns, characters) = (pairs.join(" "), String::from_utf8_lossy(row).into_owned());
        line += &format!("\n{:08x}: {columns:39}  {characters}", n * 16);
        needles.extend([columns, format!("  {characters}")]);
    }
    Rare { spelling: "a dump", line: line + "\n", needles }
}

fn piped(value: &str, pipe: &str) -> String {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("printf %s \"$0\" | {pipe}"), value]);
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{pipe}");
    String::from_utf8(output.stdout).expect("text")
}
