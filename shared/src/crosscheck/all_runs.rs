//! "All 7 runs", "every run of 12 June": which runs such words mean; knows nothing of what is said about them.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use regex_lite::Regex;

use super::run_words::Runs;
use super::{Context, Fact, Unit};
use crate::time::Timestamp;

/// The runs that a sentence about all of them means.
pub(super) struct AllRuns {
    /// Where the words stand that say "all runs".
    pub(super) span: Range<usize>,
    /// Those that are here.
    pub(super) ids: Arc<Vec<String>>,
    /// Which are not, or why it is not plain which are meant.
    pub(super) missing: Vec<Fact>,
    /// `all 7 runs that had finished by then`.
    pub(super) words: String,
    /// By when and on which day they were, where no list names them.
    meant: Option<Meant>,
}

/// As of when, and on which day.
type When = (Option<Timestamp>, Option<Date>);

/// As of when, on which day, and how many.
type Meant = (Option<Timestamp>, Option<Date>, Option<usize>);

/// Of how many runs a statement about all of them tells what was found, and where.
const MOST_TOLD: usize = 24;

/// What was found about all runs, kept so that saying the same a thousand times costs no more than saying it once.
#[derive(Default)]
pub(crate) struct Memo {
    meant: Mutex<HashMap<When, Arc<Found>>>,
    judged: Mutex<HashMap<(String, Meant), Vec<Fact>>>,
}

/// The runs of a time: those that are here, and what is missing.
struct Found {
    ids: Arc<Vec<String>>,
    gone: Vec<Fact>,
}

static ALL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\b(?:all|every|each)\s+(?:of\s+)?(these\s+|those\s+|the\s+)?(?:(\d{1,4}|two|three|four|five|six|seven|eight|nine|ten)\s+)?",
        r"(recent\s+)?(?:runs?|builds?)\b",
        r"(?:\s+(?:of|on|from)\s+(?:(\d{4}-\d{2}-\d{2})|(\d{1,2})\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b))?"
    ))
    .ok()
});

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const NUMBERS: &[&str] = &["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// Whether the clause around byte `at` speaks of all runs, and of which.
pub(super) fn all_runs(
    unit: &Unit<'_>,
    at: usize,
    runs: &Runs<'_, '_>,
    context: &Context<'_>,
) -> Option<AllRuns> {
    let clause = unit.clause(at);
    let words = unit.words().get(clause.clone())?;
    let may = unit.has_any(&["all", "every", "each"]) && unit.has_any(&["run", "build"]);
    let found = ALL.as_ref().filter(|_| may)?.captures(words)?;
    let span = found.get(0).map(|whole| clause.start + whole.start()..clause.start + whole.end())?;
    let group = |n: usize| found.get(n).map(|word| word.as_str().trim().to_ascii_lowercase());
    let count = group(2).and_then(|word| {
        let named = NUMBERS.iter().position(|name| *name == word).map(|n| n + 2);
        named.or_else(|| word.parse().ok())
    });
    let day = match (found.get(4), group(5), group(6)) {
        (Some(day), ..) => Some(day.as_str().parse::<Date>().ok()?),
        (_, Some(day), Some(month)) => {
            let month = MONTHS.iter().position(|name| *name == month)?;
            let year = unit.day.or_else(|| unit.as_of.map(date))?.year();
            Some(Date::new(year, i8::try_from(month + 1).ok()?, day.parse().ok()?).ok()?)
        }
        _ => None,
    };
    // A list beside the words is what they sum up.
    let named = if day.is_none() { runs.at(&span, context) } else { Vec::new() };
    let listed = matches!(group(1).as_deref(), Some("these" | "those")) || count == Some(named.len());
    if named.len() > 1 && listed {
        let words = format!("all {} runs named", named.len());
        return Some(AllRuns { span, ids: Arc::new(named), missing: Vec::new(), words, meant: None });
    }
    Some(everything(unit, context, span, count, day))
}

/// All runs that had finished when this was written; a build of that time without a run leaves a hole.
fn everything(
    unit: &Unit<'_>,
    context: &Context<'_>,
    span: Range<usize>,
    count: Option<usize>,
    day: Option<Date>,
) -> AllRuns {
    let key = (unit.as_of, day);
    let known = context.all_runs.meant.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    let found = known.unwrap_or_else(|| {
        let found = Arc::new(found(unit.as_of, day, context));
        context.all_runs.meant.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&found));
        found
    });
    let meant = Some((unit.as_of, day, count));
    let (ids, mut missing) = (Arc::clone(&found.ids), found.gone.clone());
    let here = ids.len();
    match count {
        _ if here == 0 => missing.push(Fact::Missing("no such run is in the snapshot".to_owned())),
        Some(count) if count > here => {
            missing.push(Fact::Missing(format!("only {here} of {count} runs are in the snapshot")));
        }
        Some(count) if count < here => {
            let words = format!("{here} runs had finished by then; which {count} are meant is not plain");
            let missing = vec![Fact::Unclear(words, Vec::new())];
            return AllRuns { span, ids: Arc::default(), missing, words: String::new(), meant };
        }
        _ => {}
    }
    let words = match day {
        Some(day) => format!("all {here} runs of {day}"),
        None => format!("all {here} runs that had finished by then"),
    };
    AllRuns { span, ids, missing, words, meant }
}

fn found(as_of: Option<Timestamp>, day: Option<Date>, context: &Context<'_>) -> Found {
    let evidence = context.evidence;
    let build = |id: &str| id.parse().ok().and_then(|number: u64| evidence.builds.get(&number));
    let meant = |started: Option<Timestamp>, finished: Option<Timestamp>| {
        let by_then = finished.zip(as_of).is_none_or(|(finished, as_of)| finished <= as_of);
        by_then && day.is_none_or(|day| started.or(finished).is_none_or(|at| date(at) == day))
    };
    let runs = evidence
        .runs
        .values()
        .filter(|run| meant(build(&run.id).and_then(|build| build.started), run.finished));
    let ids: Vec<String> = runs.map(|run| run.id.clone()).collect();
    let built = evidence.builds.values().filter(|build| meant(build.started, build.finished));
    let mut known: BTreeSet<String> = built.map(|build| build.number.to_string()).collect();
    known.extend(folders(context).filter(|id| build(id).is_none()).map(str::to_owned));
    let gone = known.iter().filter(|id| !evidence.runs.contains_key(*id));
    let gone =
        gone.map(|id| Fact::Missing(format!("results.json of run {id} is not in the snapshot"))).collect();
    Found { ids: Arc::new(ids), gone: told(gone) }
}

/// The first facts of each kind, and how many more there are.
fn told(facts: Vec<Fact>) -> Vec<Fact> {
    let mut counts = [0_usize; 4];
    let mut told = Vec::new();
    for mut fact in facts {
        let kind = match &fact {
            Fact::Differs(..) => 0,
            Fact::Missing(_) => 1,
            Fact::Agrees(..) => 2,
            Fact::Unclear(..) => 3,
        };
        if let Some(count) = counts.get_mut(kind) {
            *count += 1;
            if *count <= MOST_TOLD {
                told.push(fact);
            } else if let Fact::Agrees(_, cited) = &mut fact {
                // All agree in the same words, which are said once.
                cited.clear();
                told.push(fact);
            }
        }
    }
    let more = |count: usize| format!("and {} more", count.saturating_sub(MOST_TOLD));
    let [differ, missing, ..] = counts;
    if differ > MOST_TOLD {
        told.push(Fact::Differs(more(differ), Vec::new()));
    }
    if missing > MOST_TOLD {
        told.push(Fact::Missing(more(missing)));
    }
    told
}

/// The ids of the runs in whose folders something lies.
fn folders<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a str> {
    context.evidence.entries.keys().filter_map(|path| {
        let mut segments = path.segments().skip_while(|segment| *segment != "runs").skip(1);
        let id = segments.next()?;
        segments.next().map(|_| id)
    })
}

fn date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

impl AllRuns {
    /// What `fact` says of each, told in one sentence where all agree; `said` tells it from every other fact.
    pub(super) fn facts(
        &self,
        said: &str,
        context: &Context<'_>,
        fact: impl FnMut(&String) -> Fact,
    ) -> Vec<Fact> {
        let key = self.meant.map(|meant| (said.to_owned(), meant));
        let judged = key.as_ref().and_then(|key| {
            context.all_runs.judged.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
        });
        if let Some(judged) = judged {
            return judged;
        }
        let cited = match self.ids.len() {
            many if many > MOST_TOLD => format!(" (the first {MOST_TOLD} are cited)"),
            _ => String::new(),
        };
        let words = format!("{}: {said}{cited}", self.words);
        let judged = self.ids.iter().map(fact).map(|fact| match fact {
            Fact::Agrees(_, cited) => Fact::Agrees(words.clone(), cited),
            other => other,
        });
        let mut facts = told(self.missing.iter().cloned().chain(judged).collect());
        // Those that agree and are not cited say nothing more.
        facts.dedup_by(|next, first| {
            matches!(next, Fact::Agrees(_, cited) if cited.is_empty()) && next == first
        });
        if let Some(key) = key {
            context.all_runs.judged.lock().unwrap_or_else(PoisonError::into_inner).insert(key, facts.clone());
        }
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_of_the_first_of_each_kind() {
        let place = crate::evidence::Place {
            path: crate::entry_path::EntryPath::new("data/runs/1/results.json").expect("a good name"),
            pointer: String::new(),
        };
        let agrees =
            || Fact::Agrees("all: level 5".to_owned(), vec![super::super::cite(&place, "/level", 5)]);
        let missing = |n| Fact::Missing(format!("run {n} is gone"));
        let differs = |n| Fact::Differs(format!("run {n}: level 4"), Vec::new());
        let count = |facts: &[Fact], sort: fn(&Fact) -> bool| facts.iter().filter(|fact| sort(fact)).count();

        let mut facts: Vec<Fact> = (0..600).map(|_| agrees()).collect();
        facts.extend((0..30).map(missing));
        facts.push(Fact::Unclear("one more".to_owned(), Vec::new()));
        facts.extend((0..3).map(differs));
        let told = told(facts);
        assert_eq!(
            count(&told, |fact| matches!(fact, Fact::Agrees(_, cited) if !cited.is_empty())),
            MOST_TOLD
        );
        assert_eq!(count(&told, |fact| matches!(fact, Fact::Missing(_))), MOST_TOLD + 1);
        assert_eq!(count(&told, |fact| matches!(fact, Fact::Unclear(..))), 1, "what is unclear stays");
        assert_eq!(count(&told, |fact| matches!(fact, Fact::Differs(..))), 3);
        assert!(told.contains(&Fact::Missing("and 6 more".to_owned())), "{told:?}");
    }
}
