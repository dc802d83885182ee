//! What rules ask about the lines of builds' logs; knows no rule and no document.
//!
//! Logs are too long to be held. A rule asks, and is told that the answer is pending; when all units have asked, each
//! build's logs are read once for all that is asked of them, and the units that asked are judged again, now with
//! answers. So no log is read more often than the few questions that one statement asks one after the other, however
//! many statements quote it, and no more than one log is in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use super::quoted_log::{in_order, plain, value_of};
use super::{Fact, cite};
use crate::evidence::Log;
use crate::report;

/// Takes a line's text and says whether to go on.
pub(crate) type TakeLine<'a> = dyn FnMut(&str) -> ControlFlow<()> + 'a;

/// Gives the lines of a log until told to stop; says whether it could be read that far.
pub(crate) type ReadLog<'a> = dyn Fn(&Log, &mut TakeLine<'_>) -> bool + 'a;

/// A question about the lines of a build's logs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Question {
    /// The first line on which all parts stand in order, quote marks and blanks apart.
    Parts(Vec<String>),
    /// The first line that holds these words, given in lower case, whatever its case.
    AnyCase(String),
    /// The first line that gives the key a value.
    Pair(String),
    /// The last line of a log with anything on it, of the first log where all parts stand on it.
    Last(Vec<String>),
    /// The line of that number, counted from 1 in the log of a step or through all of them, where the parts stand on it.
    Numbered(u64, Vec<String>),
}

/// The line that answers a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found<'a> {
    /// The log it stands in.
    pub(crate) log: &'a Log,
    /// Its number there, from 1.
    pub(crate) line: u64,
    /// Its words.
    pub(crate) said: String,
    /// The value of the key that was asked for.
    pub(crate) value: String,
}

impl Found<'_> {
    /// The line as what a statement rests on.
    pub(crate) fn cite(&self) -> report::Evidence {
        cite(&self.log.place, &format!("/{}/out", self.line - 1), &self.said)
    }
}

/// The answer is not known yet; what is made of the unit is thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending;

impl Pending {
    /// Something to go on with.
    pub(crate) fn fact(self) -> Fact {
        Fact::Missing(String::new())
    }
}

/// The logs of all builds, and what is known of their lines.
pub(crate) struct Logs<'a> {
    of_build: HashMap<u64, Vec<&'a Log>>,
    answers: HashMap<u64, HashMap<Question, Option<Found<'a>>>>,
    /// Builds of whose logs one could not be read again.
    unread: HashSet<u64>,
    open: Mutex<Open>,
}

/// What was asked since logs were read, and by which units.
#[derive(Default)]
struct Open {
    questions: BTreeMap<u64, BTreeSet<Question>>,
    units: BTreeSet<usize>,
}

impl<'a> Logs<'a> {
    pub(crate) fn new(logs: &'a [Log]) -> Self {
        let mut of_build = HashMap::<u64, Vec<&'a Log>>::new();
        for log in logs {
            of_build.entry(log.build).or_default().push(log);
        }
        Self { of_build, answers: HashMap::new(), unread: HashSet::new(), open: Mutex::default() }
    }

    /// The logs of a build that are here.
    pub(crate) fn of(&self, build: u64) -> &[&'a Log] {
        self.of_build.get(&build).map_or(&[], Vec::as_slice)
    }

    /// Whether a log of the build could not be read again, so that nothing is said of what it does not hold.
    pub(crate) fn is_unread(&self, build: u64) -> bool {
        self.unread.contains(&build)
    }

    /// The line that answers `question`, asked by the unit of that index.
    pub(crate) fn ask(
        &self,
        unit: usize,
        build: u64,
        question: Question,
    ) -> Result<Option<&Found<'a>>, Pending> {
        if self.of(build).iter().all(|log| log.line_count == 0) {
            return Ok(None);
        }
        if let Some(answer) = self.answers.get(&build).and_then(|answers| answers.get(&question)) {
            return Ok(answer.as_ref());
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.questions.entry(build).or_default().insert(question);
        open.units.insert(unit);
        Err(Pending)
    }

    /// Reads the logs that were asked about; the units to be judged again, none when nothing was asked.
    pub(crate) fn answer(&mut self, read: &ReadLog<'_>) -> Vec<usize> {
        let open = std::mem::take(self.open.get_mut().unwrap_or_else(PoisonError::into_inner));
        for (build, questions) in open.questions {
            let mut search = Search::new(questions);
            let mut could = true;
            for log in self.of_build.get(&build).into_iter().flatten().filter(|log| log.line_count > 0) {
                could &= search.is_done() || search.log(log, read);
            }
            if !could {
                self.unread.insert(build);
            }
            self.answers.entry(build).or_default().extend(search.finish());
        }
        open.units.into_iter().collect()
    }
}

/// Searches the logs of a build, one after the other.
struct Search<'a> {
    open: Vec<Question>,
    answers: HashMap<Question, Option<Found<'a>>>,
    /// Lines of the logs before.
    above: u64,
}

impl<'a> Search<'a> {
    fn new(questions: BTreeSet<Question>) -> Self {
        Self { open: questions.into_iter().collect(), answers: HashMap::new(), above: 0 }
    }

    fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    /// Looks through `log`; whether it could be read.
    fn log(&mut self, log: &'a Log, read: &ReadLog<'_>) -> bool {
        let above = self.above;
        self.above = above.saturating_add(log.line_count);
        let any = |wanted: fn(&Question) -> bool, open: &[Question]| open.iter().any(wanted);
        let is_plain = any(|question| !matches!(question, Question::AnyCase(_)), &self.open);
        let is_lower = any(|question| matches!(question, Question::AnyCase(_)), &self.open);
        let is_last = any(|question| matches!(question, Question::Last(_)), &self.open);
        // What only the end of the log decides.
        let mut at_end: HashMap<Question, Found<'a>> = HashMap::new();
        let mut last: Option<(u64, String)> = None;
        let mut line = 0;
        let could = read(log, &mut |text| {
            line += 1;
            let plain = if is_plain { plain(text) } else { String::new() };
            let lower = if is_lower { text.to_lowercase() } else { String::new() };
            let found =
                |value: &str| Found { log, line, said: text.trim().to_owned(), value: value.to_owned() };
            if is_last && !text.trim().is_empty() {
                let (number, words) = last.get_or_insert_default();
                *number = line;
                text.clone_into(words);
            }
            let answers = &mut self.answers;
            self.open.retain(|question| {
                let hit = match question {
                    Question::Parts(parts) => in_order(&plain, parts).then(|| found("")),
                    Question::AnyCase(words) => lower.contains(words.as_str()).then(|| found("")),
                    Question::Pair(key) => value_of(&plain, key).map(found),
                    Question::Last(_) => None,
                    Question::Numbered(number, parts) => {
                        // The line counted in this log goes before the one counted through all.
                        let is_it = line == *number || above.saturating_add(line) == *number;
                        if is_it && in_order(&plain, parts) {
                            at_end.insert(question.clone(), found(""));
                        }
                        None
                    }
                };
                match hit {
                    None => true,
                    Some(hit) => {
                        answers.insert(question.clone(), Some(hit));
                        false
                    }
                }
            });
            if self.open.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if let Some((line, text)) = last {
            let plain = plain(&text);
            for question in &self.open {
                if let Question::Last(parts) = question
                    && in_order(&plain, parts)
                {
                    let found = Found { log, line, said: text.trim().to_owned(), value: String::new() };
                    at_end.insert(question.clone(), found);
                }
            }
        }
        self.open.retain(|question| !at_end.contains_key(question));
        self.answers.extend(at_end.into_iter().map(|(question, found)| (question, Some(found))));
        could
    }

    fn finish(mut self) -> HashMap<Question, Option<Found<'a>>> {
        self.answers.extend(self.open.into_iter().map(|question| (question, None)));
        self.answers
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::crosscheck::samples::{evidence, judged_with, read_log};

    fn parts(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// The step and line that answer `question` about build 202.
    fn check(question: Question, expected: Option<(u64, u64)>) {
        let evidence = evidence();
        let mut logs = Logs::new(&evidence.logs);
        assert_eq!(logs.ask(7, 202, question.clone()), Err(Pending));
        assert_eq!(logs.answer(&read_log), [7]);
        let found = logs.ask(7, 202, question.clone()).expect("an answer");
        assert_eq!(found.map(|found| (found.log.step, found.line)), expected, "{question:?}");
        assert!(logs.answer(&read_log).is_empty());
    }

    #[test]
    fn questions_are_answered_by_lines() {
        check(Question::Parts(parts(&["slow", "paused"])), Some((2, 2)));
        check(Question::Parts(parts(&["paused", "slow"])), None);
        check(Question::AnyCase("result: pass".to_owned()), Some((2, 3)));
        check(Question::Pair("State".to_owned()), Some((2, 2)));
        check(Question::Last(parts(&["HEAD is now"])), Some((1, 2)));
        check(Question::Last(parts(&["RESULT"])), Some((2, 3)));
        check(Question::Last(parts(&["=== install"])), None);
        check(Question::Numbered(1, parts(&["cloning"])), Some((1, 1)));
        check(Question::Numbered(3, parts(&["=== install"])), Some((2, 1)));
        check(Question::Numbered(3, parts(&["RESULT"])), Some((2, 3)));
        check(Question::Numbered(0, parts(&["cloning"])), None);
        // Both ways of counting lead to a line with these words: the step's own numbers go first.
        check(Question::Numbered(3, parts(&["S"])), Some((2, 3)));
    }

    #[test]
    fn many_quotations_of_a_log_read_it_a_few_times() {
        let evidence = evidence();
        let mut logs = Logs::new(&evidence.logs);
        for unit in 0..1_000 {
            let words = parts(&[&format!("nobody said {unit}")]);
            assert_eq!(logs.ask(unit, 202, Question::Parts(words)), Err(Pending));
        }
        let reads = Cell::new(0);
        let asked = logs.answer(&|log, take| {
            reads.set(reads.get() + 1);
            read_log(log, take)
        });
        assert_eq!((asked.len(), reads.get()), (1_000, 2));
    }

    #[test]
    fn a_log_that_cannot_be_read_again_shows_no_absence() {
        let evidence = evidence();
        let mut logs = Logs::new(&evidence.logs);
        let question = Question::Parts(parts(&["cloning"]));
        assert_eq!(logs.ask(0, 202, question.clone()), Err(Pending));
        logs.answer(&|_, _| false);
        assert_eq!((logs.ask(0, 202, question), logs.is_unread(202)), (Ok(None), true));
        // A log that nobody gives lines of: its words are neither there nor not there.
        let checks = judged_with("no `VIP exhaustion` in the log of #202", |evidence| {
            evidence.logs.iter_mut().for_each(|log| log.step += 10);
            for step in evidence.builds.values_mut().flat_map(|build| &mut build.stages) {
                step.steps.iter_mut().for_each(|step| step.number += 10);
            }
        });
        let because: Vec<&str> = checks.iter().map(|check| check.because.as_str()).collect();
        assert!(because.iter().any(|because| because.contains("could not be read again")), "{because:?}");
    }
}
