//! A test case while it is read: what its children say about how it went. Knows nothing about suites.

use crate::evidence::{Case, CaseOutcome, Retry, RetryKind};

/// Bytes that are kept of one message.
const MAX_MESSAGE_BYTES: usize = 64 << 10;
/// Bytes that are kept of the message of an earlier attempt.
const MAX_RETRY_BYTES: usize = 4 << 10;

/// How a child of a case says it went, the weightiest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Retry(RetryKind),
    Disabled,
    Skipped,
    Failed,
    Error,
}

impl Verdict {
    pub(super) fn of_element(name: &str) -> Option<Verdict> {
        Some(match name {
            "error" => Verdict::Error,
            "failure" => Verdict::Failed,
            "skipped" | "skip" | "ignored" => Verdict::Skipped,
            "disabled" => Verdict::Disabled,
            "flakyFailure" => Verdict::Retry(RetryKind::FlakyFailure),
            "flakyError" => Verdict::Retry(RetryKind::FlakyError),
            "rerunFailure" => Verdict::Retry(RetryKind::RerunFailure),
            "rerunError" => Verdict::Retry(RetryKind::RerunError),
            _ => return None,
        })
    }

    /// What the attributes `status` and `result` say; `run`, `completed` and unknown words say nothing.
    pub(super) fn of_word(word: &str) -> Option<Verdict> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "error" | "errored" => Verdict::Error,
            "fail" | "failed" | "failure" => Verdict::Failed,
            "skip" | "skipped" | "ignored" | "pending" => Verdict::Skipped,
            "disabled" | "notrun" | "not run" | "suppressed" => Verdict::Disabled,
            _ => return None,
        })
    }

    fn outcome(self) -> CaseOutcome {
        match self {
            // Whatever was rerun and did not fail in the end has passed at last.
            Verdict::Retry(_) => CaseOutcome::Flaky,
            Verdict::Disabled => CaseOutcome::Disabled,
            Verdict::Skipped => CaseOutcome::Skipped,
            Verdict::Failed => CaseOutcome::Failed,
            Verdict::Error => CaseOutcome::Error,
        }
    }

    /// Whether two verdicts weigh the same, so that the words of both count.
    fn weighs_as_much_as(self, other: Verdict) -> bool {
        self == other || matches!((self, other), (Verdict::Retry(_), Verdict::Retry(_)))
    }
}

/// A case whose end has not been read yet.
pub(super) struct OpenCase {
    pub(super) case: Case,
    /// Index of the group it belongs to.
    pub(super) group: usize,
    /// What the children say, or else the attributes.
    verdict: Option<Verdict>,
    by_attribute: Option<Verdict>,
    /// The message of the child that is open, and what that child says.
    current: Option<(Verdict, String)>,
}

impl OpenCase {
    pub(super) fn new(case: Case, group: usize, by_attribute: Option<Verdict>) -> OpenCase {
        OpenCase { case, group, verdict: None, by_attribute, current: None }
    }

    /// A child that says how it went begins; `message` is what its attributes say.
    pub(super) fn open_verdict(&mut self, verdict: Verdict, mut message: String) {
        truncate(&mut message, MAX_MESSAGE_BYTES);
        if !message.is_empty() {
            message.push('\n');
        }
        self.current = Some((verdict, message));
    }

    /// Text of the child that is open.
    pub(super) fn add_text(&mut self, text: &str) {
        if let Some((_, message)) = &mut self.current {
            push_bounded(message, text);
        }
    }

    pub(super) fn close_verdict(&mut self) {
        let Some((verdict, message)) = self.current.take() else { return };
        let message = message.trim();
        if let Verdict::Retry(kind) = verdict {
            let mut message = message.to_owned();
            truncate(&mut message, MAX_RETRY_BYTES);
            self.case.retries.push(Retry { kind, message });
        }
        match self.verdict {
            Some(before) if before.weighs_as_much_as(verdict) => {
                if !message.is_empty() {
                    push_bounded(&mut self.case.message, "\n");
                    push_bounded(&mut self.case.message, message);
                }
                self.verdict = Some(before.max(verdict));
            }
            Some(before) if before > verdict => {}
            _ => {
                self.case.message = message.to_owned();
                self.verdict = Some(verdict);
            }
        }
    }

    /// The case with its outcome; or its name, when it is cut off before anything speaks against it, as it may not
    /// count as passed then.
    pub(super) fn close(mut self, whole: bool) -> Result<(Case, usize), String> {
        self.close_verdict();
        let verdict = self.verdict.or(self.by_attribute);
        if !whole && verdict.is_none_or(|verdict| verdict < Verdict::Failed) {
            return Err(self.case.name);
        }
        self.case.outcome = verdict.map_or(CaseOutcome::Passed, Verdict::outcome);
        Ok((self.case, self.group))
    }
}

fn push_bounded(text: &mut String, more: &str) {
    if text.len() < MAX_MESSAGE_BYTES {
        text.push_str(more.get(..more.floor_char_boundary(MAX_MESSAGE_BYTES)).unwrap_or_default());
        truncate(text, MAX_MESSAGE_BYTES);
    }
}

fn truncate(text: &mut String, limit: usize) {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push('…');
    }
}
