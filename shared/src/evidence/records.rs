//! The normal forms, one file a source; knows nothing about how any of them is written by its producer.

mod builds;
mod commits;
mod hosts;
mod pulls;
mod reports;
mod runs;

pub use builds::{Build, Log, Stage, Step};
pub use commits::{Commit, FileChange};
pub use hosts::{Badge, DockerOutput, Replicas, UpdateStatus};
pub use pulls::{Asset, Comment, CommitStatus, Pull, PullEvent, PullState, Review};
pub use reports::{Case, CaseOutcome, Counts, RareCounts, Retry, RetryKind, Suite, TestFile, TestReport};
pub use runs::{Run, RunLint, RunSkips, RunStage, StageTest};
