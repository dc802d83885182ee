//! The stages of opening a snapshot, from nothing to a judged report; no widgets.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use dossier_shared::entry_path::EntryPath;
use dossier_shared::report::Report;
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::load::{self, Content};

/// Where opening has got to.
#[derive(Clone)]
pub(crate) enum Stage {
    /// Nothing is open.
    Empty,
    /// A file is being read.
    Reading { name: String, done: f64, total: f64 },
    /// Its digests are computed and its statements checked.
    Judging { name: String, size_bytes: u64 },
    /// It could not be opened.
    Failed { name: String, why: String },
    /// It is open.
    Ready(Arc<Loaded>),
}

/// An open snapshot with its report.
pub(crate) struct Loaded {
    /// Name of the file.
    pub(crate) name: String,
    /// Size of the file.
    pub(crate) size_bytes: u64,
    /// What is drawn.
    pub(crate) report: Arc<Report>,
    /// Name of the key file that the signer was asked of.
    pub(crate) trust_file: Option<String>,
    content: Arc<Content>,
    damage: BTreeMap<EntryPath, String>,
}

impl Loaded {
    fn new(name: String, size_bytes: u64, content: Arc<Content>, report: Report) -> Loaded {
        let mut damage: BTreeMap<EntryPath, String> = BTreeMap::new();
        for problem in &report.problems {
            if let Some(path) = &problem.path {
                damage.entry(path.clone()).or_insert_with(|| problem.what.clone());
            }
        }
        Loaded { name, size_bytes, report: Arc::new(report), trust_file: None, content, damage }
    }

    /// The bytes of an entry, as they were hashed.
    pub(crate) fn bytes(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        self.content.bytes(path)
    }

    /// What is wrong with an entry.
    pub(crate) fn damage(&self, path: &str) -> Option<&str> {
        // Whatever is damaged has a problem in the report.
        self.damage.get(path).map(String::as_str)
    }

    /// How many statements lie beside the seal.
    pub(crate) fn sign_offs(&self) -> usize {
        self.content
            .names()
            .filter(|name| {
                name.strip_prefix("signatures/")
                    .is_some_and(|file| file.ends_with(".json") && file != "seal.json")
            })
            .count()
    }
}

/// The open snapshot, for views below the shell.
pub(crate) fn loaded() -> Arc<Loaded> {
    expect_context::<Arc<Loaded>>()
}

thread_local! {
    /// The report on the screen, for whoever compares it with the one of the command line.
    static SHOWN: RefCell<Option<Arc<Report>>> = const { RefCell::new(None) };
}

/// The JSON of the report on the screen.
pub(crate) fn shown_report_json() -> Option<String> {
    SHOWN.with_borrow(|report| report.as_ref().map(|report| report.to_json()))
}

/// The one who opens snapshots.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    pub(crate) stage: RwSignal<Stage>,
    /// Goes up with every opening, so that one that was given up does not come back.
    attempt: StoredValue<u32>,
}

/// What is larger is no key file.
const KEY_FILE_BYTES: f64 = 1024.0 * 1024.0;
/// Bytes read before the page may draw progress again.
const SLICE_BYTES: f64 = 8.0 * 1024.0 * 1024.0;

impl Session {
    /// A session with nothing open.
    pub(crate) fn new() -> Session {
        Session { stage: RwSignal::new(Stage::Empty), attempt: StoredValue::new(0) }
    }

    /// A file that was dropped: where a snapshot is open, a small file that is no archive is a key file to ask.
    pub(crate) fn take_file(self, file: web_sys::File) {
        let Stage::Ready(open) = self.stage.get_untracked() else { return self.open_file(file) };
        if file.size() > KEY_FILE_BYTES {
            return self.open_file(file);
        }
        wasm_bindgen_futures::spawn_local(async move {
            let bytes = match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => js_sys::Uint8Array::new(&buffer).to_vec(),
                Err(_) => return self.open_file(file),
            };
            let is_same = matches!(self.stage.get_untracked(), Stage::Ready(now) if Arc::ptr_eq(&now, &open));
            let is_archive = bytes.starts_with(b"PK");
            if is_archive || !is_same || self.judge_again(Some((file.name(), bytes))).is_err() {
                self.open_file(file);
            }
        });
    }

    /// Reads and opens a file that was dropped, picked or pasted.
    pub(crate) fn open_file(self, file: web_sys::File) {
        let attempt = self.begin();
        let (name, total) = (file.name(), file.size());
        self.stage.set(Stage::Reading { name: name.clone(), done: 0.0, total });
        wasm_bindgen_futures::spawn_local(async move {
            let mut bytes: Vec<u8> = Vec::with_capacity(total as usize);
            let mut at = 0.0;
            while at < total {
                let end = (at + SLICE_BYTES).min(total);
                let read = match file.slice_with_f64_and_f64(at, end) {
                    Ok(slice) => JsFuture::from(slice.array_buffer()).await,
                    Err(error) => Err(error),
                };
                if self.attempt.get_value() != attempt {
                    return;
                }
                let Ok(buffer) = read else {
                    let why = "the browser could not read the file; if it was moved or changed meanwhile, \
                               pick it again";
                    self.stage.set(Stage::Failed { name, why: why.into() });
                    return;
                };
                let slice = js_sys::Uint8Array::new(&buffer);
                let start = bytes.len();
                bytes.resize(start + slice.length() as usize, 0);
                if let Some(room) = bytes.get_mut(start..) {
                    slice.copy_to(room);
                }
                at = end;
                self.stage.set(Stage::Reading { name: name.clone(), done: at, total });
            }
            self.judge(attempt, name, bytes);
        });
    }

    /// Opens bytes that are already here.
    pub(crate) fn open_bytes(self, name: String, bytes: Vec<u8>) {
        let attempt = self.begin();
        self.judge(attempt, name, bytes);
    }

    /// Gives up what is being opened, or puts away what is open.
    pub(crate) fn close(self) {
        self.begin();
        SHOWN.set(None);
        self.stage.set(Stage::Empty);
    }

    /// Says why something could not be opened.
    pub(crate) fn fail(self, name: String, why: String) {
        self.begin();
        self.stage.set(Stage::Failed { name, why });
    }

    /// Judges the open snapshot again, asking this key file who signed; none asks nobody.
    pub(crate) fn judge_again(self, trust: Option<(String, Vec<u8>)>) -> Result<(), String> {
        let Stage::Ready(loaded) = self.stage.get_untracked() else { return Ok(()) };
        let report = loaded.content.judge(trust.as_ref().map(|(_, bytes)| bytes.as_slice()))?;
        let mut again = Loaded::new(loaded.name.clone(), loaded.size_bytes, loaded.content.clone(), report);
        again.trust_file = trust.map(|(name, _)| name);
        self.show(again);
        Ok(())
    }

    fn begin(self) -> u32 {
        self.attempt.update_value(|attempt| *attempt = attempt.wrapping_add(1));
        self.attempt.get_value()
    }

    fn judge(self, attempt: u32, name: String, bytes: Vec<u8>) {
        let size_bytes = bytes.len() as u64;
        self.stage.set(Stage::Judging { name: name.clone(), size_bytes });
        // The page draws what it is about before the thread is busy.
        request_animation_frame(move || {
            set_timeout(
                move || {
                    if self.attempt.get_value() != attempt {
                        return;
                    }
                    let opened = load::open(bytes).and_then(|content| {
                        let report = content.judge(None)?;
                        Ok((content, report))
                    });
                    match opened {
                        Ok((content, report)) => {
                            self.show(Loaded::new(name, size_bytes, Arc::new(content), report));
                        }
                        Err(why) => self.stage.set(Stage::Failed { name, why }),
                    }
                },
                std::time::Duration::ZERO,
            );
        });
    }

    fn show(self, loaded: Loaded) {
        SHOWN.set(Some(loaded.report.clone()));
        self.stage.set(Stage::Ready(Arc::new(loaded)));
    }
}
