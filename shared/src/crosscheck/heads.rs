//! Which commit was the head of a pull request when, from its pushes; knows nothing of statements.

use std::collections::HashMap;

use super::cite;
use super::context::{same_sha, state_at};
use crate::evidence::{Pull, PullEvent, PullState};
use crate::report;
use crate::time::Timestamp;

/// Digits by which heads are looked up.
const PREFIX: usize = 7;

/// The heads of all pull requests over time.
pub(crate) struct Heads<'a> {
    pushes: HashMap<u64, Pushes<'a>>,
    /// By the first digits of a commit: the pull requests whose head it is known to have been.
    pulls_of: HashMap<String, Vec<(u64, &'a str)>>,
}

/// The pushes to one pull request.
struct Pushes<'a> {
    /// In order of time.
    list: Vec<Push<'a>>,
    /// Whether each has a time.
    timed: bool,
    /// Whether the snapshot tells of pushes at all.
    told: bool,
}

struct Push<'a> {
    at: Timestamp,
    event: &'a PullEvent,
    /// The head before it, which a forced push tells.
    before: Option<&'a str>,
    /// The head after it.
    after: Option<&'a str>,
}

/// A commit that was the head of a pull request at the time asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head<'a> {
    /// Its sha.
    pub(crate) sha: &'a str,
    /// Where that stands.
    pub(crate) cited: report::Evidence,
    /// Since when, where a push tells.
    pub(crate) since: Option<Timestamp>,
    /// Whether it was the head still when captured.
    pub(crate) is_present: bool,
}

impl<'a> Heads<'a> {
    /// Reads the pushes of `pulls`.
    pub(crate) fn new(pulls: impl Iterator<Item = &'a Pull>) -> Heads<'a> {
        let mut heads = Heads { pushes: HashMap::new(), pulls_of: HashMap::new() };
        for pull in pulls {
            let pushes = Pushes::of(pull);
            let moved = pushes.earlier();
            for sha in std::iter::once(pull.head_sha.as_str()).chain(moved) {
                let Some(prefix) = sha.get(..PREFIX) else { continue };
                let known = heads.pulls_of.entry(prefix.to_ascii_lowercase()).or_default();
                if known.last() != Some(&(pull.number, sha)) {
                    known.push((pull.number, sha));
                }
            }
            heads.pushes.insert(pull.number, pushes);
        }
        heads
    }

    /// The head of `pull` at an instant, the one captured where none is given; none when it cannot be told.
    pub(crate) fn head_at(&self, pull: &'a Pull, at: Option<Timestamp>) -> Option<Head<'a>> {
        let captured = |since| Head {
            sha: &pull.head_sha,
            cited: cite(&pull.place, "/head/sha", &pull.head_sha),
            since,
            is_present: true,
        };
        let (Some(at), Some(pushes)) = (at, self.pushes.get(&pull.number)) else {
            return Some(captured(None));
        };
        // Without its history a pull request that was changed since may have had any head.
        let untold = !pushes.told && pull.updated_at.is_none_or(|updated| updated > at);
        if !pushes.timed || untold {
            return None;
        }
        let until = pushes.list.partition_point(|push| push.at <= at);
        let next = pushes.list.get(until);
        match (until.checked_sub(1).and_then(|last| pushes.list.get(last)), next) {
            // The pull request was captured before the last of its pushes: which head it had is not sure.
            (Some(last), None)
                if last.after.is_some_and(|sha| !same_sha(sha, &pull.head_sha))
                    && pushes.earlier().any(|sha| same_sha(sha, &pull.head_sha)) =>
            {
                None
            }
            (last, None) => Some(captured(last.map(|push| push.at))),
            (last, Some(next)) => {
                let after = last.and_then(|push| Some((push.after?, push)));
                let (sha, push) = after.or_else(|| Some((next.before?, next)))?;
                Some(Head {
                    sha,
                    cited: cite(&push.event.place, "/body", sha),
                    since: last.map(|push| push.at),
                    is_present: false,
                })
            }
        }
    }

    /// The push to `pull` that came within a span of time, and the head that it brought where that is known.
    pub(crate) fn pushed_within(
        &self,
        pull: &'a Pull,
        (first, last): (Timestamp, Timestamp),
    ) -> Option<(Timestamp, Option<&'a str>, &'a PullEvent)> {
        let pushes = &self.pushes.get(&pull.number)?.list;
        let from = pushes.partition_point(|push| push.at < first);
        let push = pushes.get(from).filter(|push| push.at <= last)?;
        let is_last = from + 1 == pushes.len();
        let after = push.after.or_else(|| is_last.then_some(pull.head_sha.as_str()));
        Some((push.at, after, push.event))
    }

    /// Whether anything was ever pushed to `pull` that the snapshot tells of.
    pub(crate) fn was_pushed(&self, pull: u64) -> bool {
        self.pushes.get(&pull).is_some_and(|pushes| !pushes.list.is_empty() || !pushes.timed)
    }

    /// Whether the pushes to `pull` are in the snapshot.
    pub(crate) fn are_told(&self, pull: u64) -> bool {
        self.pushes.get(&pull).is_some_and(|pushes| pushes.told)
    }

    /// Whether a commit is known to have been the head of a pull request at any time.
    pub(crate) fn was_head(&self, pull: u64, sha: &str) -> bool {
        self.pulls_with(sha).any(|number| number == pull)
    }

    /// Whether a commit is known to have been the head of any pull request.
    pub(crate) fn is_head(&self, sha: &str) -> bool {
        self.pulls_with(sha).next().is_some()
    }

    /// Another pull request than `pull` that was open at an instant and whose head the commit is known to have been.
    pub(crate) fn head_of_another(
        &self,
        pull: &Pull,
        sha: &str,
        at: Option<Timestamp>,
        pulls: &std::collections::BTreeMap<u64, Pull>,
    ) -> Option<u64> {
        let others = self.pulls_with(sha).filter_map(|number| pulls.get(&number));
        let mut others =
            others.filter(|other| other.number != pull.number && other.head_ref != pull.head_ref);
        others.find(|other| state_at(other, at) == Some(PullState::Open)).map(|other| other.number)
    }

    fn pulls_with<'s>(&'s self, sha: &'s str) -> impl Iterator<Item = u64> + 's {
        let prefix = sha.get(..PREFIX).map(str::to_ascii_lowercase);
        let known = prefix.and_then(|prefix| self.pulls_of.get(&prefix));
        let known = known.into_iter().flatten().filter(move |(_, full)| same_sha(sha, full));
        known.map(|(number, _)| *number)
    }
}

impl<'a> Pushes<'a> {
    /// The heads that a later push replaced.
    fn earlier(&self) -> impl Iterator<Item = &'a str> {
        let kept = self.list.len().saturating_sub(1);
        let before = self.list.iter().filter_map(|push| push.before);
        before.chain(self.list.iter().take(kept).filter_map(|push| push.after))
    }

    fn of(pull: &'a Pull) -> Pushes<'a> {
        let events = || pull.events.iter().filter(|event| event.kind == "pull_push");
        let timed = events().all(|event| event.at.is_some());
        let mut list: Vec<Push<'a>> = events()
            .filter_map(|event| {
                let (before, after) = moved(event);
                Some(Push { at: event.at?, event, before, after })
            })
            .collect();
        list.sort_by_key(|push| push.at);
        let told = pull.events_fetched || events().next().is_some();
        Pushes { list, timed, told }
    }
}

/// From which head to which a push moved the branch, where it says so: a forced one names both, one of a single
/// commit the new one; of several commits it is not said which is the last.
fn moved(event: &PullEvent) -> (Option<&str>, Option<&str>) {
    match (event.commit_ids.as_slice(), event.forced) {
        ([old, new], Some(true)) => (Some(old), Some(new)),
        ([new], Some(false)) => (None, Some(new)),
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry_path::EntryPath;
    use crate::evidence::Place;

    fn sha(digit: char) -> String {
        digit.to_string().repeat(40)
    }

    fn pull(head: char, pushes: &[(&str, bool, &[char])]) -> Pull {
        let place =
            Place { path: EntryPath::new("data/pulls/4.json").expect("a good name"), pointer: String::new() };
        let event = |(at, forced, ids): &(&str, bool, &[char])| PullEvent {
            kind: "pull_push".to_owned(),
            at: at.parse().ok(),
            forced: Some(*forced),
            commit_ids: ids.iter().copied().map(sha).collect(),
            ..PullEvent::nothing(place.clone())
        };
        let events = pushes.iter().map(event).collect();
        Pull { number: 4, head_sha: sha(head), events, events_fetched: true, ..Pull::nothing(place.clone()) }
    }

    #[test]
    fn heads_over_time() {
        let early = "2030-01-01T09:00:00Z";
        let late = "2030-01-01T11:00:00Z";
        let single: &[(&str, bool, &[char])] = &[(early, false, &['a']), (late, false, &['b'])];
        let forced: &[(&str, bool, &[char])] = &[(late, true, &['a', 'b'])];
        for (name, pushes, head, at, expected) in [
            ("no push", &[][..], 'a', "10:00", Some('a')),
            ("between two", single, 'b', "10:00", Some('a')),
            ("after both", single, 'b', "12:00", Some('b')),
            ("before both", single, 'b', "08:00", None),
            ("a head that no push brought", single, 'c', "12:00", Some('c')),
            ("captured before the last push", single, 'a', "12:00", None),
            ("before a forced one", forced, 'b', "10:00", Some('a')),
            ("several commits", &[(early, false, &['a', 'c']), (late, false, &['b'])], 'b', "10:00", None),
            ("a push without time", &[("?", false, &['b'])], 'b', "12:00", None),
        ] {
            let pull = pull(head, pushes);
            let heads = Heads::new(std::iter::once(&pull));
            let at = format!("2030-01-01T{at}:00Z").parse().ok();
            let found = heads.head_at(&pull, at).map(|head| head.sha.to_owned());
            assert_eq!(found, expected.map(sha), "{name}");
        }
    }

    #[test]
    fn without_its_history_only_an_untouched_pull_keeps_its_head() {
        for (updated, expected) in [("09:00", true), ("11:00", false), ("never", false)] {
            let mut pull = pull('a', &[]);
            pull.events_fetched = false;
            pull.updated_at = format!("2030-01-01T{updated}:00Z").parse().ok();
            let heads = Heads::new(std::iter::once(&pull));
            let at = "2030-01-01T10:00:00Z".parse().ok();
            assert_eq!(heads.head_at(&pull, at).is_some(), expected, "{updated}");
            assert!(heads.head_at(&pull, None).is_some() && !heads.are_told(4));
        }
    }

    #[test]
    fn whose_head_a_commit_was() {
        let pull = pull('b', &[("2030-01-01T09:00:00Z", true, &['a', 'b'])]);
        let heads = Heads::new(std::iter::once(&pull));
        assert!(heads.was_head(4, "aaaaaaaa") && heads.was_head(4, &sha('b')));
        assert!(!heads.was_head(4, "ccccccc") && !heads.was_head(5, "aaaaaaaa") && !heads.was_head(4, "aaa"));
    }
}
