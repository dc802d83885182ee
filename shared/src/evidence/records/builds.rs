//! Builds, their stages and steps, and the logs of steps. Knows nothing about CI servers.

use std::collections::BTreeMap;

use crate::evidence::Place;
use crate::time::Timestamp;

/// A CI build.
#[derive(Debug, Clone, PartialEq)]
pub struct Build {
    /// Number in its repository.
    pub number: u64,
    /// The server's word: `success`, `failure`, `killed`, `error`, `running` …
    pub status: String,
    /// What went wrong before any step could, in the server's words; empty when nothing did.
    pub error: String,
    /// `custom`, `push`, …
    pub event: String,
    /// Who or what started it.
    pub author: String,
    /// The key of the server's record under which that stands.
    pub author_key: &'static str,
    /// What set it off, as the server says: a login, `@hook`, `@cron` …
    pub trigger: String,
    /// Parameters, for example `RECIPE` and `REF`.
    pub params: BTreeMap<String, String>,
    /// When it was asked for.
    pub created: Option<Timestamp>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// The answer's `link`: what was built, on the forge (a commit or comparison); empty when it holds none.
    pub link: String,
    /// The git reference that was built, for example `refs/heads/main`; not the parameter `REF`.
    pub reference: String,
    /// Branch it comes from.
    pub source: String,
    /// Branch it goes to.
    pub target: String,
    /// Commit before the push.
    pub before: String,
    /// Commit that was built, of the repository that the builds belong to.
    pub after: String,
    /// Message of that commit.
    pub message: String,
    /// Title of the pull request, where the event is one.
    pub title: String,
    /// Number of the build that this one repeats.
    pub parent: Option<u64>,
    /// Stages with steps; empty when only the listing is here.
    pub stages: Vec<Stage>,
    /// The object in the build's own answer, or in the listing.
    pub place: Place,
}

impl Build {
    /// A build of which nothing but its place is known.
    pub fn nothing(place: Place) -> Build {
        Build {
            number: 0,
            status: String::new(),
            error: String::new(),
            event: String::new(),
            author: String::new(),
            author_key: "sender",
            trigger: String::new(),
            params: BTreeMap::new(),
            created: None,
            started: None,
            finished: None,
            link: String::new(),
            reference: String::new(),
            source: String::new(),
            target: String::new(),
            before: String::new(),
            after: String::new(),
            message: String::new(),
            title: String::new(),
            parent: None,
            stages: Vec::new(),
            place,
        }
    }
}

/// A stage of a build.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stage {
    /// Number in the build, from 1.
    pub number: u64,
    /// Name.
    pub name: String,
    /// The server's word.
    pub status: String,
    /// What went wrong, in the server's words; empty when nothing did.
    pub error: String,
    /// Exit code; none when the answer does not say, which is not 0.
    pub exit_code: Option<i64>,
    /// Whether its failure does not fail the build.
    pub failure_ignored: bool,
    /// Machine that ran it; empty when none did or the answer does not say.
    pub machine: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub stopped: Option<Timestamp>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step of a stage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Step {
    /// Number in the stage, from 1.
    pub number: u64,
    /// Name.
    pub name: String,
    /// The server's word.
    pub status: String,
    /// What went wrong, in the server's words; empty when nothing did.
    pub error: String,
    /// Exit code of its command; none when the answer does not say, which is not 0.
    pub exit_code: Option<i64>,
    /// Whether its failure does not fail the stage.
    pub failure_ignored: bool,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub stopped: Option<Timestamp>,
}

/// The log of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// Build number.
    pub build: u64,
    /// Stage number.
    pub stage: u64,
    /// Step number.
    pub step: u64,
    /// How many lines are here. Their text may be gigabytes: it is not held, but read again when it is asked for.
    pub line_count: u64,
    /// Lines that the server had dropped before the first one here.
    pub dropped_head: u64,
    /// Lines that are missing between those here, by their numbers.
    pub missing_lines: u64,
    /// Whether everything in the entry could be read; lines that the server dropped are counted above.
    pub complete: bool,
    /// Indices of the first lines that look like errors.
    pub error_lines: Vec<u64>,
    /// How many lines look like errors, more than `error_lines` holds where there are many.
    pub error_line_count: u64,
    /// The entry; a line's pointer is `/<index>/out`.
    pub place: Place,
}

impl Log {
    /// A log of which nothing but its place is known.
    pub fn nothing(place: Place) -> Log {
        Log {
            build: 0,
            stage: 0,
            step: 0,
            line_count: 0,
            dropped_head: 0,
            missing_lines: 0,
            complete: false,
            error_lines: Vec::new(),
            error_line_count: 0,
            place,
        }
    }
}
