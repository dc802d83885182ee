//! Everything that a snapshot shows to whoever unpacks it, laid open. Knows zip, JSON, XML and git, no secret.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use serde_json::Value;

use super::plants::Plant;
use crate::phase::succeed;

/// Bytes to be searched, by name.
#[derive(Default)]
pub(super) struct Haystack {
    parts: Vec<(String, Vec<u8>)>,
}

impl Haystack {
    /// Every entry of the snapshot, inflated by unzip, and every name.
    pub(super) fn of_snapshot(snapshot: &Path) -> Haystack {
        let mut haystack = Haystack::default();
        let folder = tempfile::tempdir().expect("a folder");
        succeed(Command::new("unzip").arg("-q").arg(snapshot).arg("-d").arg(folder.path()));
        haystack.walk(folder.path(), folder.path());
        haystack.add("the file itself", fs_err::read(snapshot).expect("a snapshot"));
        haystack
    }

    fn walk(&mut self, folder: &Path, root: &Path) {
        for entry in fs_err::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                self.walk(&path, root);
                continue;
            }
            let name = path.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
            let mut unpack = match path.extension().and_then(|extension| extension.to_str()) {
                Some("gz") => Command::new("gzip"),
                Some("bundle") => Command::new("sh"),
                _ => Command::new("true"),
            };
            unpack.arg("-dc").arg(&path);
            if name.ends_with(".gz.gz") {
                unpack = Command::new("sh");
                unpack.args(["-c", "gzip -dc \"$0\" | gzip -dc"]).arg(&path);
            }
            if name.ends_with(".bundle") {
                let script = "git clone -q --bare \"$0\" \"$0.git\" && git --git-dir \"$0.git\" cat-file --batch-all-objects --batch";
                unpack = Command::new("sh");
                unpack.args(["-c", script]).arg(&path);
            }
            let unpacked = unpack.output().expect("it starts").stdout;
            self.add(&format!("{name}, unpacked"), unpacked);
            self.add(&format!("the name {name}"), name.clone().into_bytes());
            self.add(&name, fs_err::read(&path).expect("a file"));
        }
    }

    /// The bytes, and the texts that they hold as JSON and XML.
    pub(super) fn add(&mut self, name: &str, bytes: Vec<u8>) {
        if let Ok(json) = serde_json::from_slice::<Value>(&bytes) {
            let mut texts = String::new();
            strings(&json, &mut texts);
            self.parts.push((format!("{name}, its strings"), texts.into_bytes()));
        }
        if bytes.starts_with(b"<") {
            let text = String::from_utf8_lossy(&bytes);
            let text = text
                .replace("&#10;", "\n")
                .replace("&lt;", "<")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
            self.parts.push((format!("{name}, its text"), text.into_bytes()));
        }
        self.parts.push((name.to_owned(), bytes));
    }

    /// A page, and the snapshot in its data block.
    pub(super) fn add_page(&mut self, page: &Path) {
        let html = fs_err::read_to_string(page).expect("a page");
        let block = html.split("id=\"dossier-snapshot\"").nth(1).and_then(|rest| rest.split_once('>'));
        let data = block.and_then(|(_, rest)| rest.split_once('<')).expect("a data block").0;
        let bytes = base64::engine::general_purpose::STANDARD.decode(data.trim()).expect("Base64");
        let file = page.with_extension("of-page.zip");
        fs_err::write(&file, bytes).expect("written");
        self.parts.extend(Haystack::of_snapshot(&file).parts);
        self.add("the page", html.into_bytes());
    }

    pub(super) fn holds(&self, needle: &[u8]) -> bool {
        self.place(needle).is_some()
    }

    /// Where the plant is, in words.
    pub(super) fn find(&self, plant: &Plant) -> Option<String> {
        let place = plant.needles.iter().find_map(|needle| self.place(needle))?;
        Some(format!("{}: in {place}", plant.words()))
    }

    fn place(&self, needle: &[u8]) -> Option<&str> {
        let holds = |bytes: &[u8]| memchr::memmem::find(bytes, needle).is_some();
        self.parts.iter().find(|(_, bytes)| holds(bytes)).map(|(name, _)| name.as_str())
    }
}

fn strings(value: &Value, texts: &mut String) {
    match value {
        Value::String(text) => {
            texts.push_str(text);
            texts.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, texts)),
        _ => {}
    }
}
