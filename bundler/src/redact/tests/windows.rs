//! However the content comes and wherever the windows lie, the same is found; redacting twice changes nothing.

use std::io::Read;

use proptest::prelude::*;

use super::*;

const VALUES: [&str; 2] = ["Kestrel9Umbra4Vine", "abc/def+ghi=jkl"];

/// Gives `length` bytes at a time.
struct Sips<'b> {
    bytes: &'b [u8],
    length: usize,
}

impl Read for Sips<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = self.length.min(into.len()).min(self.bytes.len());
        into[..length].copy_from_slice(&self.bytes[..length]);
        self.bytes = &self.bytes[length..];
        Ok(length)
    }
}

fn scanner(window_bytes: usize) -> Scanner {
    Scanner::with_window(VALUES.iter().map(|value| value.as_bytes()), window_bytes)
}

fn piece() -> impl Strategy<Value = String> {
    let token = halves("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789");
    let key = halves(
        "-----BEGIN RSA PRI",
        "VATE KEY-----\nMIIEowIBAAKCAQEA0123456789abcdefMIIEowIB\n-----END RSA PRIVATE KEY-----",
    );
    let fixed = [
        "password=",
        "DB_PASSWORD=",
        "\"token\": \"",
        "https://bot:",
        "@git.example.org/",
        "Authorization: token ",
        "\n",
        "\\n",
        "\"},{\"out\":\"",
        "Kestrel9",
        "Umbra4Vine",
        "Kestrel9Umbra4Vine",
        "abc%2Fdef%2Bghi%3Djkl",
        "S2VzdHJlbDlVbWJyYTRWaW5l",
        "Set-Cookie: a=",
        "; ",
        " ",
        "'",
        "\"",
        "&",
        "[redacted:assignment:7]",
        "=",
        ": ",
        "correcthorse",
        "hunter2hunter2",
        "\u{1b}[0m",
        "-----BEGIN RSA PRIVATE KEY-----",
        "no_secret_leak=True",
        "pw=",
        "pass: ",
        "| password | ",
        " |\n",
        "**Password:** ",
        "password: |\n  ",
        "the token is ",
        "k3Jx91bbQz77mnop",
        "correct horse battery staple",
        "\u{200b}",
        "\n[09:11:22] ",
        "\" + \"",
        "0x4b, 0x65, 0x73, 0x74, 0x72, 0x65, 0x6c, 0x39, ",
        "\n00000010: 4b65 7374 7265 6c39 556d 6272 6134 5669  ",
        "|\n",
        "=3D",
        "KESTREL9UMBRA4VINE",
        // `DB_PASSWORD=k3Jx91bbQz77` in gzip.
        "H4sIAAAAAAAAA3Nxig9wDA4O9w9ysc029qqwNExKCqwyN+cCANZljM8ZAAAA",
    ];
    let mut pieces: Vec<String> = fixed.iter().map(|piece| (*piece).to_owned()).collect();
    pieces.extend([token, key]);
    prop_oneof![4 => proptest::sample::select(pieces), 1 => "[ -~]{0,40}", 1 => Just("filler ".repeat(600))]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

fn found(scanner: &Scanner, bytes: &[u8], sip: usize) -> Found {
    let path = EntryPath::new("data/files/x").expect("a good name");
    let mut content = Sips { bytes, length: sip };
    scanner.scan(&path, EvidenceKind::File, &mut content).expect("bytes can be read")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn windows_change_nothing(text in text(), own in 0usize..4, sip in 1usize..9000) {
        static WHOLE: std::sync::LazyLock<Scanner> = std::sync::LazyLock::new(|| scanner(1 << 20));
        static NARROW: std::sync::LazyLock<[Scanner; 4]> = std::sync::LazyLock::new(|| [1, 97, 1024, 4096].map(scanner));
        let narrow = &*NARROW;
        let whole = found(&WHOLE, text.as_bytes(), usize::MAX);
        let narrow = found(&narrow[own % 4], text.as_bytes(), sip);
        prop_assert_eq!(whole, narrow);
    }

    #[test]
    fn redacting_twice_changes_nothing(text in text()) {
        static SCANNER: std::sync::LazyLock<Scanner> = std::sync::LazyLock::new(|| scanner(1 << 20));
        let once = redacted_by(&SCANNER, &text);
        prop_assert_eq!(&redacted_by(&SCANNER, &once), &once);
        prop_assert!(!once.contains(VALUES[0]));
    }
}

#[test]
fn a_hit_over_the_border_of_two_windows_is_found() {
    let scanner = scanner(4096);
    for before in 4000..4100 {
        let text = format!("{}Kestrel9Umbra4Vine DB_PASSWORD=abcdefgh1 end", "x ".repeat(before / 2));
        let hits = found(&scanner, text.as_bytes(), 1000);
        assert_eq!(hits.hits().len(), 2, "{before}");
    }
}
