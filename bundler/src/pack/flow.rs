//! Every entry on its way from its source to where it is written: read, search, number, clean, make, hand on. Knows
//! no archive: what is made of clean content and where it goes is for the caller to say.
//!
//! Workers read, search and compress; they are plain threads with a channel, because each job is long, owns all that
//! it needs, and ends in one message. Whoever calls stays in the middle: it alone gives numbers to secrets and hands
//! on what is finished, both in order of path, so that what is written depends on the content and never on which
//! worker was faster. An entry in which nothing is found needs no number and is finished by the worker that
//! searched it; the others come back to be numbered and cleaned, which is quick beside searching and compressing.
//!
//! Memory is bounded by what is under way together: entries are given out only while their bytes fit
//! [`BYTES_UNDER_WAY`], and one larger than [`IN_MEMORY_BYTES`] lies in a nameless temporary file. So an entry is read
//! from its source once, and what is written is what was searched.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender};

use dossier_shared::entry_path::EntryPath;
use dossier_shared::evidence::EvidenceKind;
use dossier_shared::snapshot::metadata::{Absence, Entry};

use crate::collect::{Content, RawEntry, Unread};
use crate::progress::Progress;
use crate::redact::{self, Clean, Dirty, Ledger, Scanner, Searched};
use crate::spool::{Held, IN_MEMORY_BYTES};

/// How many bytes of entries are read, searched, compressed or waiting at a time.
const BYTES_UNDER_WAY: u64 = 48 << 20;
/// What an entry costs beside its bytes.
const ENTRY_BYTES: u64 = 64 << 10;
/// More do not help: one thread numbers and writes for all of them.
const MOST_WORKERS: usize = 16;

/// What came of the entries.
#[derive(Default)]
pub(super) struct Outcome {
    /// What was handed on, in order of path.
    pub(super) entries: Vec<Entry>,
    /// What could not be read, or not be cleaned.
    pub(super) absences: Vec<Absence>,
    /// Of what was handed on.
    pub(super) bytes: u64,
}

/// As many workers as there are processors.
pub(super) fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).min(MOST_WORKERS)
}

/// Sends `entries` through `make` on `workers` threads, and what comes of each to `take`, in order of path.
pub(super) fn run<T: Send, E: From<io::Error>>(
    entries: BTreeMap<EntryPath, RawEntry>,
    (scanner, ledger): (&Scanner, &mut Ledger<'_>),
    (workers, progress): (usize, &Progress),
    make: impl Fn(Held) -> io::Result<T> + Sync,
    take: impl FnMut(&EntryPath, Clean<T>) -> Result<(), E>,
) -> Result<Outcome, E> {
    let (to_workers, jobs) = mpsc::channel();
    let (to_us, results) = mpsc::channel();
    let jobs = Mutex::new(jobs);
    let (jobs, make) = (&jobs, &make);
    std::thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            let to_us: Sender<Message<T>> = to_us.clone();
            scope.spawn(move || work(jobs, &to_us, scanner, make));
        }
        // The queue ends here: whether all is done or something failed, the workers end when it is dropped.
        let mut queue = Queue {
            to_workers,
            results,
            window: VecDeque::new(),
            first: 0,
            settled: 0,
            under_way: 0,
            outcome: Outcome::default(),
        };
        queue.run(entries, (scanner, ledger), progress, take)?;
        Ok(queue.outcome)
    })
}

/// What a worker is asked to do.
enum Job {
    Search(Box<SearchJob>),
    Make(usize, Clean),
}

struct SearchJob {
    number: usize,
    path: EntryPath,
    kind: EvidenceKind,
    original_name: Option<String>,
    content: Content,
    unpacked: Option<Content>,
}

/// An entry's number and how far it came.
type Message<T> = (usize, io::Result<State<T>>);

/// How far an entry came.
enum State<T> {
    /// With a worker.
    UnderWay,
    /// Waits for numbers.
    Dirty(Dirty),
    /// Waits to be handed on, with the number of its bytes.
    Ready(Clean<T>, u64),
    /// It is not here after all, for this reason.
    Absent(String),
}

fn work<T: Send>(
    jobs: &Mutex<Receiver<Job>>,
    to_us: &Sender<Message<T>>,
    scanner: &Scanner,
    make: &(impl Fn(Held) -> io::Result<T> + Sync),
) {
    loop {
        let Ok(job) = jobs.lock().map_err(drop).and_then(|jobs| jobs.recv().map_err(drop)) else { return };
        let number = match &job {
            Job::Search(job) => job.number,
            Job::Make(number, _) => *number,
        };
        // A worker that goes silent would be waited for in vain.
        let result = catch_unwind(AssertUnwindSafe(|| match job {
            Job::Search(job) => search(*job, scanner, make),
            Job::Make(_, clean) => made(clean, make),
        }));
        let result = result.unwrap_or_else(|_| Err(io::Error::other("a worker ended without a result")));
        if to_us.send((number, result)).is_err() {
            return;
        }
    }
}

fn search<T>(
    job: SearchJob,
    scanner: &Scanner,
    make: &impl Fn(Held) -> io::Result<T>,
) -> io::Result<State<T>> {
    let SearchJob { path, kind, original_name, content, unpacked, .. } = job;
    let read = content.read().and_then(|held| Ok((held, unpacked.map(Content::read).transpose()?)));
    let (held, unpacked) = match read {
        Ok(read) => read,
        Err(Unread::Absent(reason)) => return Ok(State::Absent(reason)),
        Err(Unread::Spool(error)) => return Err(error),
    };
    match redact::search(scanner, (&path, original_name.as_deref()), kind, held, unpacked)? {
        Searched::Clean(clean) => made(clean, make),
        Searched::Dirty(dirty) => Ok(State::Dirty(dirty)),
    }
}

fn made<T>(clean: Clean, make: &impl Fn(Held) -> io::Result<T>) -> io::Result<State<T>> {
    let mut bytes = 0;
    let made = clean.map(|held| {
        bytes = held.bytes();
        make(held)
    })?;
    Ok(State::Ready(made, bytes))
}

/// Everything that is under way, in order of path.
struct Queue<T> {
    to_workers: Sender<Job>,
    results: Receiver<Message<T>>,
    window: VecDeque<Slot<T>>,
    /// The number of the first entry in the window.
    first: usize,
    /// How many entries have their numbers, or need none.
    settled: usize,
    under_way: u64,
    outcome: Outcome,
}

struct Slot<T> {
    entry: Entry,
    cost: u64,
    state: State<T>,
}

impl<T: Send> Queue<T> {
    fn run<E: From<io::Error>>(
        &mut self,
        entries: BTreeMap<EntryPath, RawEntry>,
        (scanner, ledger): (&Scanner, &mut Ledger<'_>),
        progress: &Progress,
        mut take: impl FnMut(&EntryPath, Clean<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut waiting = entries.into_iter().peekable();
        loop {
            while let Some((path, entry)) =
                waiting.next_if(|(_, entry)| self.window.is_empty() || self.has_room_for(entry))
            {
                self.give_out(path, entry);
            }
            self.settle(scanner, ledger)?;
            self.hand_on(progress, &mut take)?;
            if self.window.is_empty() {
                match waiting.peek() {
                    Some(_) => continue,
                    None => return Ok(()),
                }
            }
            let (number, result) = self.results.recv().map_err(io::Error::other)?;
            if let Some(slot) = self.window.get_mut(number - self.first) {
                slot.state = result?;
            }
        }
    }

    fn has_room_for(&self, entry: &RawEntry) -> bool {
        self.under_way + cost(entry) <= BYTES_UNDER_WAY
    }

    fn give_out(&mut self, path: EntryPath, raw: RawEntry) {
        let cost = cost(&raw);
        self.under_way += cost;
        let entry = Entry {
            path: path.clone(),
            kind: raw.kind,
            origin: raw.origin,
            original_name: raw.original_name.clone(),
            captured_at: raw.captured_at,
        };
        let job = SearchJob {
            number: self.first + self.window.len(),
            path,
            kind: raw.kind,
            original_name: raw.original_name,
            content: raw.content,
            unpacked: raw.unpacked,
        };
        self.window.push_back(Slot { entry, cost, state: State::UnderWay });
        self.send(Job::Search(Box::new(job)));
    }

    /// The workers outlive the queue, so somebody takes it.
    fn send(&self, job: Job) {
        let _ = self.to_workers.send(job);
    }

    /// Gives numbers to the secrets of every entry whose turn it is.
    fn settle<E: From<io::Error>>(&mut self, scanner: &Scanner, ledger: &mut Ledger<'_>) -> Result<(), E> {
        while let Some(slot) = self.window.get_mut(self.settled - self.first) {
            match std::mem::replace(&mut slot.state, State::UnderWay) {
                State::UnderWay => return Ok(()),
                State::Dirty(dirty) => {
                    let Entry { path, kind, .. } = &slot.entry;
                    match dirty.settle(scanner, ledger, path, *kind)? {
                        Ok(clean) => self.send(Job::Make(self.settled, clean)),
                        Err(reason) => slot.state = State::Absent(reason),
                    }
                }
                settled => slot.state = settled,
            }
            self.settled += 1;
        }
        Ok(())
    }

    /// Hands on every entry that is finished and whose turn it is.
    fn hand_on<E>(
        &mut self,
        progress: &Progress,
        take: &mut impl FnMut(&EntryPath, Clean<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.settled > self.first {
            let Some(Slot { entry, cost, state }) = self.window.pop_front() else { return Ok(()) };
            match state {
                State::Ready(made, bytes) => {
                    take(&entry.path, made)?;
                    progress.entry(bytes);
                    self.outcome.bytes += bytes;
                    self.outcome.entries.push(entry);
                }
                State::Absent(reason) => {
                    let (what, asked) = (entry.origin.clone(), entry.origin);
                    self.outcome.absences.push(Absence { what, asked, reason });
                }
                unfinished => {
                    self.window.push_front(Slot { entry, cost, state: unfinished });
                    return Ok(());
                }
            }
            self.first += 1;
            self.under_way -= cost;
        }
        Ok(())
    }
}

fn cost(entry: &RawEntry) -> u64 {
    let unpacked = entry.unpacked.as_ref().map_or(0, Content::bytes);
    entry.content.bytes().min(IN_MEMORY_BYTES) + unpacked.min(IN_MEMORY_BYTES) + ENTRY_BYTES
}

#[cfg(test)]
mod tests;
