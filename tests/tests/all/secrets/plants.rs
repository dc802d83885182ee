//! Unique secrets in every kind of source, in every spelling. Knows where a phase keeps what.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::rare::{self, Rare};
use super::{append, git};
use crate::phase::Phase;

/// One spelling of one secret in one place.
pub(super) struct Plant {
    place: &'static str,
    spelling: &'static str,
    /// What is there if it was shipped.
    pub(super) needles: Vec<Vec<u8>>,
}

impl Plant {
    pub(super) fn words(&self) -> String {
        format!("{} in {}", self.spelling, self.place)
    }
}

#[derive(Default)]
pub(super) struct Plants {
    plants: Vec<Plant>,
    values: Vec<String>,
}

const LOGS: &str = "drone/repos/recipe-maintainers/cc-ci/builds/515/logs/1/2.json";
const BUILD: &str = "drone/repos/recipe-maintainers/cc-ci/builds/515.json";

impl Plants {
    pub(super) fn of_environment() -> String {
        value(99)
    }

    /// Plants them, and names them in `[redact]`.
    pub(super) fn in_phase(phase: &Phase) -> Plants {
        let mut plants = Plants::default();
        for (place, file) in [
            ("REVIEW", "machine-docs/REVIEW-ghost.md"),
            ("STATUS", "machine-docs/STATUS-ghost.md"),
            ("JOURNAL", "machine-docs/JOURNAL-ghost.md"),
            ("BACKLOG", "machine-docs/BACKLOG-ghost.md"),
            ("a text of a run", "runs/612/lint.txt"),
        ] {
            let text = plants.spelt(place);
            append(phase, file, &format!("\n{text}\n"));
        }
        plants.in_json(phase, "a build's parameters", BUILD, |build, text| {
            build["params"] = json!({ "X": text })
        });
        plants.in_json(phase, "a log line", LOGS, |log, text| {
            push(log, json!({"pos": 900, "out": text, "time": 1}))
        });
        plants.in_json(phase, "results.json", "runs/612/results.json", |results, text| {
            results["note"] = json!(text)
        });
        plants.in_json(phase, "docker inspect", "docker/network-inspect-proxy.json", |list, text| {
            list[0]["Env"] = json!([format!("X={text}")]);
        });
        plants.in_json(phase, "capture.json", "gitea/capture.json", |capture, text| {
            capture["note"] = json!(text)
        });
        let pulls = "gitea/repos/recipe-maintainers/ghost/pulls.json";
        plants.in_json(phase, "a pull request's body", pulls, |pulls, text| pulls[0]["body"] = json!(text));
        for (place, name) in [("a comment", "comments.json"), ("the timeline", "timeline.json")] {
            let file = find(&phase.path("gitea"), name).unwrap_or_else(|| panic!("no {name}"));
            plants.in_json(phase, place, &file, |list, text| push(list, json!({"id": 1, "body": text})));
        }
        plants.in_xml(phase);
        plants.in_pieces(phase);
        plants.in_binaries(phase);
        plants.in_history(phase);
        plants.in_words(phase);
        plants.by_shape_alone(phase);
        plants.keys_and_hashes(phase);
        plants.listed(phase);
        plants
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Plant> {
        self.plants.iter()
    }

    pub(super) fn count(&self) -> usize {
        self.plants.len()
    }

    fn next(&mut self) -> String {
        let value = value(self.values.len());
        self.values.push(value.clone());
        value
    }

    fn book(&mut self, place: &'static str, spelling: &'static str, needle: impl Into<Vec<u8>>) {
        self.plants.push(Plant { place, spelling, needles: vec![needle.into()] });
    }

    /// A text with a new secret in every spelling, one a line.
    fn spelt(&mut self, place: &'static str) -> String {
        let value = self.next();
        let mut lines = Vec::new();
        for (spelling, line, needle) in spellings(&value) {
            lines.push(format!("{spelling} {line} end"));
            self.book(place, spelling, needle);
        }
        for Rare { spelling, line, needles } in rare::spellings(&value) {
            lines.push(format!("{spelling} {line} end"));
            let needles = needles.into_iter().map(String::into_bytes).collect();
            self.plants.push(Plant { place, spelling, needles });
        }
        lines.join("\n")
    }

    fn in_json(&mut self, phase: &Phase, place: &'static str, file: &str, put: impl Fn(&mut Value, String)) {
        let text = fs_err::read_to_string(phase.path(file)).expect("the file is there");
        let mut json: Value = serde_json::from_str(&text).expect("it is JSON");
        put(&mut json, self.spelt(place));
        fs_err::write(phase.path(file), serde_json::to_string_pretty(&json).expect("JSON")).expect("written");
    }

    fn in_xml(&mut self, phase: &Phase) {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let output = escape(&self.spelt("system-out"));
        let attribute = escape(&self.spelt("an attribute")).replace('\n', "&#10;");
        let data = self.spelt("CDATA");
        let more =
            format!("<system-out x=\"{attribute}\">{output}<![CDATA[{data}]]></system-out></testsuite>");
        phase.replace("runs/612/junit/install.xml", "</testsuite>", &more);
        let badge = escape(&self.spelt("a badge"));
        phase.replace("runs/612/badge.svg", "</svg>", &format!("<text>{badge}</text></svg>"));
    }

    /// Broken over lines, colours and log lines.
    fn in_pieces(&mut self, phase: &Phase) {
        let lines = fs_err::read_to_string(phase.path(LOGS)).expect("a log");
        let mut lines: Vec<Value> = serde_json::from_str(&lines).expect("lines");
        let (first, second) = self.halves("over two log lines");
        lines.push(json!({"pos": 901, "out": format!("a {first}"), "time": 2}));
        lines.push(json!({"pos": 902, "out": format!("{second} b\n"), "time": 2}));
        let (first, second) = self.halves("over two log lines that end");
        lines.push(json!({"pos": 903, "out": format!("a {first}\r\n"), "time": 2}));
        lines.push(json!({"pos": 904, "out": format!("{second} b\n"), "time": 2}));
        let (first, second) = self.halves("over colours in a log line");
        lines.push(json!({"pos": 905, "out": format!("a {first}\u{1b}[1;31m{second} b"), "time": 2}));
        fs_err::write(phase.path(LOGS), serde_json::to_string(&lines).expect("JSON")).expect("written");
        for (place, between) in [
            ("over two lines", "\n"),
            ("over a carriage return", "\r"),
            ("over colours", "\u{1b}[0m\u{1b}[32m"),
        ] {
            let (first, second) = self.halves(place);
            append(phase, "runs/612/lint.txt", &format!("\nx {first}{between}{second} y\n"));
        }
    }

    fn halves(&mut self, place: &'static str) -> (String, String) {
        let value = self.next();
        let (first, second) = value.split_at(value.len() / 2);
        self.book(place, "the first half", first);
        self.book(place, "the second half", second);
        (first.to_owned(), second.to_owned())
    }

    /// A picture's text, UTF-16, gzip, and a file's name.
    fn in_binaries(&mut self, phase: &Phase) {
        let value = self.next();
        let text = [b"Comment\0", value.as_bytes()].concat();
        let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
        picture.extend((text.len() as u32).to_be_bytes());
        picture.extend([b"tEXt", text.as_slice(), b"\0\0\0\0"].concat());
        fs_err::write(phase.path("runs/612/shot.png"), picture).expect("written");
        self.book("a picture", "a text chunk", value);
        for (place, file, wide) in [
            ("UTF-16, low byte first", "low.txt", u16::to_le_bytes as fn(u16) -> [u8; 2]),
            ("UTF-16, high byte first", "high.txt", u16::to_be_bytes),
        ] {
            let value = self.next();
            let bytes = |text: &str| text.encode_utf16().flat_map(wide).collect::<Vec<u8>>();
            fs_err::write(phase.path("runs/612").join(file), bytes(&format!("a {value} b")))
                .expect("written");
            self.book(place, "whole", bytes(&value));
        }
        let value = self.next();
        let packed = phase.path("runs/612/log.txt");
        fs_err::write(&packed, format!("a line\nwith {value}\n")).expect("written");
        crate::phase::succeed(std::process::Command::new("gzip").arg("-n").arg(&packed));
        self.book("gzip", "whole", value);
        let value = self.next();
        let script = "printf 'a line\\nwith %s\\n' \"$1\" | gzip -nc | gzip -nc > \"$0\"";
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script]).arg(phase.path("runs/612/twice.gz.gz")).arg(&value);
        crate::phase::succeed(&mut command);
        self.book("gzip in gzip", "whole", value);
        let value = self.next().to_uppercase();
        append(phase, "runs/612/lint.txt", &format!("\nthe value {value} in capitals\n"));
        self.book("a text of a run", "capitals", value);
        let name = format!("plant{}", alphanumeric(self.values.len()));
        self.values.push(name.clone());
        fs_err::write(phase.path("runs/612").join(format!("{name}.txt")), "harmless").expect("written");
        self.book("a file's name", "whole", name);
    }

    /// In place of the phase's own bundle.
    fn in_history(&mut self, phase: &Phase) {
        let folder = phase.path("history");
        fs_err::create_dir_all(&folder).expect("a folder");
        git(&folder, &["init", "-q", "-b", "main"]);
        let (author, message) = (self.next_name(), self.next());
        let patch = self.spelt("a patch");
        fs_err::write(folder.join("notes.md"), patch).expect("written");
        git(&folder, &["add", "."]);
        let (name, email) = (format!("user.name={author}"), "user.email=a@example.org");
        git(
            &folder,
            &["-c", &name, "-c", email, "commit", "-q", "-m", &format!("a\n\nwith {message} in it")],
        );
        self.book("a commit's author", "whole", author);
        self.book("a commit's message", "whole", message);
        phase.replace("dossier.toml", "bundle = \"git/machine-docs.bundle\"", "repository = \"history\"");
    }

    fn next_name(&mut self) -> String {
        let name = alphanumeric(self.values.len());
        self.values.push(name.clone());
        name
    }

    /// In what the packer writes himself.
    fn in_words(&mut self, phase: &Phase) {
        let toml = |text: &str| serde_json::to_string(text).expect("a string");
        let title = self.next();
        phase.replace(
            "dossier.toml",
            "title = \"",
            &format!("title = \"{title} ", title = toml(&title).trim_matches('"')),
        );
        self.book("the title", "whole", title);
        let label = self.next();
        append(
            phase,
            "dossier.toml",
            &format!("\n[[event]]\nat = 2026-06-13T05:39:00Z\nlabel = {}\n", toml(&label)),
        );
        self.book("an event", "whole", label);
        for (place, path) in [("an origin", "runs/612/lint.txt"), ("an absence", "not/there.txt")] {
            let value = self.next();
            let source =
                format!("\n[[source]]\nkind = \"file\"\npath = \"{path}\"\noriginal = {}\n", toml(&value));
            append(phase, "dossier.toml", &source);
            self.book(place, "whole", value);
        }
    }

    /// What nobody listed, in the words of a document.
    fn by_shape_alone(&mut self, phase: &Phase) {
        let shapes = [
            ("a bold label", "**Password:** VALUE"),
            ("a row of a table", "| GITEA_TOKEN | `VALUE` |"),
            ("a sentence", "The password is VALUE."),
            ("for somebody", "Password for bot: VALUE"),
            ("a short name", "user=bot pass=VALUE"),
            ("a shorter name", "SMTP_PW=VALUE"),
            ("a block", "    x:\n      password: |\n        VALUE\n      y: 1"),
            ("a passphrase", "password: \"VALUE\""),
        ];
        for (n, (spelling, text)) in shapes.into_iter().enumerate() {
            let value = match spelling {
                "a passphrase" => "umbra kestrel vine ember".to_owned(),
                _ => format!("k3{}Jx9", alphanumeric(900 + n)),
            };
            append(phase, "machine-docs/JOURNAL-ghost.md", &format!("\n{}\n", text.replace("VALUE", &value)));
            self.book("JOURNAL", spelling, value);
        }
    }

    /// A key without the line that begins it, and hashes.
    fn keys_and_hashes(&mut self, phase: &Phase) {
        let digits: String = (0..20).map(|n| alphanumeric(700 + n)).collect();
        let body = format!("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW{digits}");
        for (spelling, width, before, file) in [
            ("a key's lines of 70", 70, "", "machine-docs/JOURNAL-ghost.md"),
            ("a key's lines of 64, indented", 64, "    ", "machine-docs/STATUS-ghost.md"),
            ("a key's lines of 70, stamped", 70, "2026-06-13T05:38:00Z ", "runs/612/lint.txt"),
        ] {
            let lines: Vec<String> = body
                .as_bytes()
                .chunks(width)
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect();
            let text: String = lines.iter().map(|line| format!("\n{before}{line}")).collect();
            append(phase, file, &format!("{text}\n\n"));
            lines.into_iter().for_each(|line| self.book("a document", spelling, line));
        }
        let (salt, hash) = (&digits[..8], &digits[8..52]);
        for (spelling, text) in [
            ("md5crypt", format!("$1${salt}${}", &hash[..22])),
            ("Django's hash", format!("pbkdf2_sha256$600000${salt}${}=", &hash[..43])),
        ] {
            append(phase, "machine-docs/JOURNAL-ghost.md", &format!("\nbot:{text}:19000:0:99999:7:::\n"));
            self.book("JOURNAL", spelling, text);
        }
    }

    fn listed(&mut self, phase: &Phase) {
        let lines: Vec<String> =
            self.values.iter().enumerate().map(|(n, value)| format!("PLANT_{n}_TOKEN='{value}'")).collect();
        fs_err::write(phase.path("files.env"), lines.join("\n") + "\nSHORT_TOKEN=abc\n").expect("written");
        append(
            phase,
            "dossier.toml",
            "\n[redact]\nenv_files = [\"files.env\"]\nfrom_env = [\"PLANTED_IN_THE_ENVIRONMENT\"]\n",
        );
        let value = Plants::of_environment();
        append(phase, "machine-docs/STATUS-ghost.md", &format!("\nthe variable was {value} then\n"));
        self.book("STATUS", "a variable's value", value);
    }
}

/// With what URLs, JSON and XML escape, and no two alike in any eight characters.
fn value(n: usize) -> String {
    let (a, b) = (alphanumeric(n), alphanumeric(n + 500));
    format!("{}/{}+w&{}<t={}%9~Hm", &a[..7], &a[7..], &b[..7], &b[7..])
}

fn alphanumeric(n: usize) -> String {
    let mixed = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17);
    format!("Q{:012x}z", mixed & 0xffff_ffff_ffff)
}

/// Name, how it is written, and what is told by.
fn spellings(value: &str) -> Vec<(&'static str, String, String)> {
    let each = |spell: &dyn Fn(char) -> String| value.chars().map(spell).collect::<String>();
    let url = each(&|c| {
        if c.is_ascii_alphanumeric() || c == '~' { c.to_string() } else { format!("%{:02X}", u32::from(c)) }
    });
    let hex =
        |between: &str| value.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between);
    let whole = [
        ("plain", value.to_owned()),
        ("url", url.clone()),
        (
            "url, small",
            url.replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d").replace("%3C", "%3c"),
        ),
        ("json, slash", value.replace('/', "\\/")),
        ("json, units", each(&|c| format!("\\u{:04x}", u32::from(c)))),
        ("xml", value.replace('&', "&amp;").replace('<', "&lt;")),
        ("xml, decimal", each(&|c| format!("&#{};", u32::from(c)))),
        ("xml, hex", each(&|c| format!("&#x{:x};", u32::from(c)))),
        ("hex", hex("")),
        ("hex, capital", hex("").to_uppercase()),
        ("hex, colons", hex(":")),
        ("hex, spaces", hex(" ")),
    ];
    let mut all: Vec<_> = whole.map(|(name, spelt)| (name, spelt.clone(), spelt)).into();
    // What no neighbour has a part in.
    let middle = |digits: &str| digits[4..digits.len() - 4].to_owned();
    for (name, before) in [("base64", ""), ("base64, second", "a"), ("base64, third", "ab")] {
        let digits = STANDARD.encode(format!("{before}{value}"));
        all.push((name, digits.clone(), middle(&digits)));
    }
    let digits = URL_SAFE_NO_PAD.encode(value);
    all.push(("base64, url", digits.clone(), middle(&digits)));
    all
}

fn push(list: &mut Value, item: Value) {
    list.as_array_mut().expect("a list").push(item);
}

/// The first file called `name` below the folder, relative to the phase.
fn find(folder: &Path, name: &str) -> Option<String> {
    fn walk(folder: &Path, name: &str) -> Option<std::path::PathBuf> {
        let mut entries: Vec<_> =
            fs_err::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        entries.into_iter().find_map(|path| match path.is_dir() {
            true => walk(&path, name),
            false => path.ends_with(name).then_some(path),
        })
    }
    let found = walk(folder, name)?;
    let phase = folder.parent()?;
    Some(found.strip_prefix(phase).ok()?.to_string_lossy().into_owned())
}
