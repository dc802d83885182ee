//! What was seen on hosts: outputs of docker, badges of runs. Knows nothing about how they are recorded.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::Place;
use crate::time::{self, Timestamp};

/// A badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// All text in it, title first, joined by ` · `.
    pub text: String,
    /// The level it shows, from words such as `level 5`.
    pub level: Option<u64>,
    /// The entry.
    pub place: Place,
}

/// What one docker command printed.
#[derive(Debug, Clone, PartialEq)]
pub struct DockerOutput {
    /// The command, for example `docker stack ls --format json`.
    pub argv: Vec<String>,
    /// Exit code; a listing whose command failed proves nothing.
    pub exit_code: Option<i64>,
    /// Words on stderr.
    pub stderr: String,
    /// When.
    pub captured_at: Option<Timestamp>,
    /// One JSON object a listed line, null for a line that is none; or the inspected objects.
    pub rows: Vec<Value>,
    /// Every line as it was printed, to search like `grep` would; of a listing, line `i` is row `i`.
    pub raw_lines: Vec<String>,
    /// Whether everything that was printed is here and every row could be read.
    pub complete: bool,
    /// The entry, or the command in its capture where the output is not here. A listing row's pointer is
    /// `line <n>`, from 1; an inspected object's is `/<i>`.
    pub place: Place,
}

/// How far the update of a service has come. A service that was never updated has none, which is not success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UpdateStatus {
    /// Docker's word: `updating`, `paused`, `completed`, `rollback_started`, `rollback_paused`, `rollback_completed`.
    pub state: String,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// Docker's words about it.
    pub message: String,
}

impl UpdateStatus {
    /// Whether the update itself came through; a completed rollback did not, and a paused update did not either.
    pub fn is_completed(&self) -> bool {
        self.state == "completed"
    }
}

/// How many tasks of a service run, and how many should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replicas {
    /// Tasks that run.
    pub running: u64,
    /// Tasks that should; of a job, those that should run at a time.
    pub desired: u64,
}

impl DockerOutput {
    /// The output of a command of which nothing is here.
    pub fn nothing(place: Place) -> DockerOutput {
        DockerOutput {
            argv: Vec::new(),
            exit_code: None,
            stderr: String::new(),
            captured_at: None,
            rows: Vec::new(),
            raw_lines: Vec::new(),
            complete: false,
            place,
        }
    }

    /// Whether its lines are what a command that went well printed, all of them: only then does an absence count.
    pub fn is_whole(&self) -> bool {
        self.complete && self.exit_code == Some(0)
    }

    /// Whether rows are inspected objects and not lines of a listing.
    pub fn is_inspection(&self) -> bool {
        self.raw_lines
            .iter()
            .find(|line| !line.trim().is_empty())
            .is_some_and(|line| line.trim_start().starts_with('['))
    }

    /// The place of row `index`.
    pub fn row_place(&self, index: usize) -> Place {
        let pointer = if self.is_inspection() { format!("/{index}") } else { format!("line {}", index + 1) };
        Place { path: self.place.path.clone(), pointer }
    }

    /// The first row of this name, which in inspections may stand in `Spec` or be told by id.
    pub fn named_row(&self, name: &str) -> Option<(usize, &Value)> {
        let rows = self.rows.iter().enumerate();
        rows.clone().find(|(_, row)| row_name(row) == Some(name)).or_else(|| {
            rows.clone()
                .find(|(_, row)| row.get("ID").or(row.get("Id")).and_then(Value::as_str) == Some(name))
        })
    }

    /// The names of all rows that have one.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(row_name)
    }

    /// The update of the service of this name, in its inspection. None where the service is not here, or where it
    /// was never updated.
    pub fn update_status(&self, service: &str) -> Option<UpdateStatus> {
        let status = self.named_row(service)?.1.get("UpdateStatus")?;
        let text = |key: &str| status.get(key).and_then(Value::as_str).unwrap_or_default();
        let state = text("State");
        (!state.is_empty()).then(|| UpdateStatus {
            state: state.to_owned(),
            started_at: time::from_rfc3339(text("StartedAt")),
            completed_at: time::from_rfc3339(text("CompletedAt")),
            message: text("Message").to_owned(),
        })
    }

    /// The tasks of the service of this name: `1/1` in a listing, `ServiceStatus` in an inspection.
    pub fn replicas(&self, service: &str) -> Option<Replicas> {
        let row = self.named_row(service)?.1;
        if let Some(status) = row.get("ServiceStatus") {
            let count = |key: &str| status.get(key).and_then(Value::as_u64);
            return Some(Replicas { running: count("RunningTasks")?, desired: count("DesiredTasks")? });
        }
        // `1/1`, `1/1 (max 2 per node)`, `0/1 (2/3 completed)`
        let text = row.get("Replicas")?.as_str()?;
        let (running, desired) = text.split(' ').next()?.split_once('/')?;
        Some(Replicas { running: running.parse().ok()?, desired: desired.parse().ok()? })
    }
}

fn row_name(row: &Value) -> Option<&str> {
    let named = row.get("Name").or_else(|| row.get("Spec")?.get("Name"));
    named.and_then(Value::as_str).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry_path::EntryPath;

    fn output(rows: &[&str], inspected: bool) -> DockerOutput {
        let place = Place { path: EntryPath::new("data/docker/x").unwrap(), pointer: String::new() };
        let raw =
            if inspected { vec!["[".to_owned()] } else { rows.iter().map(|row| (*row).to_owned()).collect() };
        DockerOutput {
            rows: rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect(),
            raw_lines: raw,
            complete: true,
            exit_code: Some(0),
            ..DockerOutput::nothing(place)
        }
    }

    #[test]
    fn finds_rows_by_name() {
        let listing = output(&[r#"{"ID":"b","Name":"a"}"#, r#"{"Name":"b"}"#, "null"], false);
        assert_eq!(listing.named_row("b").map(|(index, _)| index), Some(1));
        assert_eq!(listing.row_place(1).pointer, "line 2");
        assert_eq!(listing.names().collect::<Vec<_>>(), ["a", "b"]);
        assert!(listing.named_row("c").is_none() && listing.is_whole());
        let inspection = output(&[r#"{"ID":"x1","Spec":{"Name":"app"}}"#], true);
        assert_eq!(inspection.named_row("app").map(|(index, _)| index), Some(0));
        assert!(inspection.named_row("x1").is_some());
        assert_eq!(inspection.row_place(0).pointer, "/0");
    }

    fn check_replicas(row: &str, expected: Option<(u64, u64)>) {
        let found = output(&[row], false).replicas("a").map(|replicas| (replicas.running, replicas.desired));
        assert_eq!(found, expected, "{row}");
    }

    #[test]
    fn counts_replicas() {
        check_replicas(r#"{"Name":"a","Replicas":"1/1"}"#, Some((1, 1)));
        check_replicas(r#"{"Name":"a","Replicas":"0/1 (2/3 completed)"}"#, Some((0, 1)));
        check_replicas(r#"{"Name":"a","Replicas":"1/1 (max 2 per node)"}"#, Some((1, 1)));
        check_replicas(r#"{"Name":"a","ServiceStatus":{"RunningTasks":0,"DesiredTasks":1}}"#, Some((0, 1)));
        check_replicas(r#"{"Name":"a","Replicas":""}"#, None);
        check_replicas(r#"{"Name":"a"}"#, None);
        check_replicas(r#"{"Name":"b","Replicas":"1/1"}"#, None);
    }

    #[test]
    fn an_absent_update_is_no_success() {
        let rows = [
            r#"{"Spec":{"Name":"first"}}"#,
            r#"{"Spec":{"Name":"done"},"UpdateStatus":{"State":"completed","StartedAt":"2026-08-01T10:00:00.5Z"}}"#,
            r#"{"Spec":{"Name":"back"},"UpdateStatus":{"State":"rollback_completed"}}"#,
            r#"{"Spec":{"Name":"empty"},"UpdateStatus":{}}"#,
        ];
        let output = output(&rows, true);
        let state = |name: &str| output.update_status(name).map(|status| status.is_completed());
        assert_eq!(
            [state("first"), state("done"), state("back"), state("empty")],
            [None, Some(true), Some(false), None]
        );
        assert_eq!(output.update_status("done").and_then(|status| status.completed_at), None);
    }
}
