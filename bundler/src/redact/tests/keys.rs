//! Private keys without the line that begins them, and hashes of passwords, in whatever stands around them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{check, halves, redacted};

/// The digits of a key with `bytes` bytes behind its beginning, and the lines of them.
fn lines(bytes: usize, width: usize) -> Vec<String> {
    let mut key = b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01".to_vec();
    let random = (0..bytes as u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 29) as u8);
    key.extend(random);
    let digits = STANDARD.encode(key);
    digits.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

/// `a` and `b`, with the key's lines between them, each with its own before and behind.
fn check_wrapped(lines: &[String], before: impl Fn(usize) -> String, behind: &str) {
    let text = |each: &dyn Fn(usize) -> String| {
        let body: String = (0..lines.len()).map(|n| before(n) + &each(n) + behind).collect();
        format!("a{behind}{body}b and more of it")
    };
    let clean = text(&|n| format!("[redacted:private-key:{}]", n + 1));
    check(&text(&|n| lines[n].clone()), &clean);
}

#[test]
fn openssh_keys_without_their_first_line() {
    for width in [64, 70, 76] {
        // Ed25519, RSA, and one whose every line is full.
        for bytes in [190, 371, 1800, 2601] {
            let lines = lines(bytes, width);
            for (before, behind) in [
                ("", "\n"),
                ("", "\r\n"),
                ("    ", "\n"),
                ("\t\t", "\r\n"),
                ("                              ", "\n"),
                ("2026-06-13T05:38:00.123456Z ", "\n"),
                ("[09:11:22] ", "\n"),
                ("Jun 13 05:38:00 host sshd[12]: ", "\n"),
                ("app-1  | ", "\n"),
                ("> ", "\n"),
                ("", "\\n"),
                ("", "\\r\\n"),
                ("", "&#10;"),
                ("  \"", "\",\n"),
                ("\"", "\\n\" +\n"),
                ("echo ", " >> id_key\n"),
            ] {
                check_wrapped(&lines, |_| before.to_owned(), behind);
            }
            check_wrapped(&lines, |n| format!("{{\"pos\":{n},\"out\":\""), "\\n\"},");
            let yaml = format!("key: |\n  {}\n  -----END OPENSSH", lines.join("\n  "));
            let clean = redacted(&yaml);
            assert!(lines.iter().all(|line| line.len() < 4 || !clean.contains(line)), "{clean}");
            let diff = format!("+{}\n+x", lines.join("\n+"));
            let clean = redacted(&diff);
            assert!(lines.iter().all(|line| line.len() < 4 || !clean.contains(line)), "{clean}");
        }
    }
    // The first line alone.
    let first = &lines(190, 64)[0];
    check(&format!("x {first}\nand no more"), "x [redacted:private-key:1]\nand no more");
}

#[test]
fn what_stands_behind_a_key_stays() {
    let key = lines(190, 70).join("\n");
    let marked = redacted(&key);
    for text in [
        "\nd88f5801f13b379845c4fef587dd47cfb13e3ca7\n",
        "\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
        "\nafter\n",
        "\n\nit was found\n",
    ] {
        check(&format!("{key}{text}"), &format!("{marked}{text}"));
    }
    for text in ["`b3BlbnNzaC1rZXktdjE`", "keys begin with b3BlbnNzaC1rZXktdjEA in Base64"] {
        check(text, text);
    }
}

#[test]
fn whole_keys_in_base64_twice() {
    let key = lines(190, 70).join("\n");
    for label in ["OPENSSH", "RSA", "ENCRYPTED"] {
        let pem = halves(
            &format!("-----BEGIN {label} PRI"),
            &format!("VATE KEY-----\n{key}\n-----END {label} PRIVATE KEY-----\n"),
        );
        let twice = STANDARD.encode(STANDARD.encode(pem));
        check(&format!("x {twice} y"), "x [redacted:private-key:1] y");
    }
    let twice = STANDARD.encode(lines(190, 1000).concat());
    check(&format!("x {twice} y"), "x [redacted:private-key:1] y");
}

#[test]
fn hashes_of_passwords() {
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let hex = "0123456789abcdef".repeat(8);
    for hash in [
        halves("$1$", &format!("ab.defgh${}", &letters[..22])),
        halves("$1$", &format!("a${}", &letters[..22])),
        halves("$5$rounds=1000$", &format!("abcdefgh${}", &letters[..43])),
        halves("$6$", &format!("abcdefgh${}", letters.repeat(2).get(..86).unwrap_or_default())),
        halves("$7$", &format!("CU..../....{}${}", &letters[..22], &letters[..43])),
        halves("$y$", &format!("j9T${}${}", &letters[..22], &letters[..43])),
        halves("$gy$", &format!("j9T${}${}", &letters[..22], &letters[..43])),
        halves("$P$", &letters[..31]),
        halves("$H$", &letters[..31]),
        halves("$S$", &letters[..52]),
        halves("$argon2id$v=19$m=65536,t=3,p=4$", &format!("{}${}", &letters[..22], &letters[..43])),
        halves("$pbkdf2-sha256$29000$", &format!("{}${}", &letters[..22], &letters[..43])),
        halves("$scrypt$ln=16,r=8,p=1$", &format!("{}${}", &letters[..22], &letters[..43])),
        halves("pbkdf2_sha256$", &format!("600000${}${}=", &letters[..22], &letters[..43])),
        halves("pbkdf2_sha1$", &format!("600000$abcdefgh${}=", &letters[..27])),
        halves("pbkdf2:sha256:", &format!("260000$abcdefgh${}", &hex[..64])),
        halves("scrypt:32768:8:1$", &format!("abcdefghijklmnop${hex}")),
        halves("scrypt$", &format!("abcdefgh$16384$8$1${}==", &letters[..62])),
        halves("{SHA}", &format!("{}=", &letters[..27])),
        halves("{SSHA}", &format!("{}==", &letters[..38])),
        halves("{SSHA512}", &format!("{}==", letters.repeat(2).get(..94).unwrap_or_default())),
        halves("{CRYPT}$1$", &format!("abcdefgh${}", &letters[..22])),
    ] {
        let kept = if hash.starts_with("{CRYPT}") { "{CRYPT}" } else { "" };
        let marked = format!("{kept}[redacted:password-hash:1]");
        for text in
            ["x HASH y", "root:HASH:19000:0:99999:7:::", "\"hash\": \"HASH\"", "| bot | HASH |", "HASH"]
        {
            check(&text.replace("HASH", &hash), &text.replace("HASH", &marked));
        }
    }
    for text in [
        "sed 's/(a)(b)/$1$2/'",
        "$1$2$3$4 and $1$abcdefgh$short",
        "echo $P$H$S$",
        "pbkdf2_sha256$ITERATIONS$SALT$HASH",
        "from pbkdf2_sha256 to argon2",
        "scrypt: is used for all the passwords that were given since then",
        "userPassword: {SSHA}…",
        "https://git.example.org/{SHA}/archive/refs/heads/main/and/more/of/it.tar.gz",
        "{SHA256}/sums/of/all/that/was/built/yesterday/and/today",
        "$pbkdf2_iterations_of_the_default_algorithm_in_use",
    ] {
        check(text, text);
    }
}
