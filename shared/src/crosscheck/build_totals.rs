//! "All builds passed", "No build failed", "2 of 7 builds passed": how all builds ended that there were.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::build_count::begun;
use super::build_status::plain;
use super::reading::{after, contradict_only_commits, ends_statement, pattern, when};
use super::{Context, Draft, Fact, Unit, cite};
use crate::evidence::Build;

/// How many units around a statement may name the builds that are meant.
const NEIGHBOURS: usize = 64;

static TOTAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:(all|every)(?: the| our)?|(no|none of the)|(\d{1,5})(?: out)? of (?:the |all )?(\d{1,5})) (?:drone )?builds? ",
        r"(?:(?:have|has|are|were|is|was|ended|came out|in) ){0,2}(green|red|passed|failed|succeeded)\b",
    ))
});

/// What is said of builds as a whole.
enum Share {
    All,
    None,
    Some(usize, usize),
}

/// Everything of the kind in a unit.
pub(super) fn totals(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let may = unit.has_any(&["all ", "every ", "no build", "none of the", " of "]);
    for found in TOTAL.iter().filter(|_| may).flat_map(|pattern| pattern.captures_iter(unit.words())) {
        let (Some(whole), Some(word)) = (found.get(0), found.get(5)) else { continue };
        let number = |group: usize| found.get(group)?.as_str().parse::<usize>().ok();
        let share = match (found.get(1), found.get(2), number(3).zip(number(4))) {
            (Some(_), ..) => Share::All,
            (_, Some(_), _) => Share::None,
            (_, _, Some((some, all))) => Share::Some(some, all),
            _ => continue,
        };
        // Fewer are meant: of a pull request, since something, on a day.
        let lead = unit.text(&(unit.clause(whole.start()).start..whole.start()));
        if lead.contains(char::is_alphanumeric) || is_narrowed(after(unit, whole.end())) {
            continue;
        }
        let said = plain(word.as_str());
        let mut facts = vec![fact(&share, &said, unit, context)];
        contradict_only_commits(unit, &mut facts);
        let key = format!("all builds {}", whole.as_str().to_ascii_lowercase());
        let mut draft = Draft::new(whole.range(), key, facts);
        draft.is_denial = matches!(share, Share::None);
        drafts.push(draft);
    }
}

fn is_narrowed(rest: &str) -> bool {
    let end = [".", ",", ";", "!", " ✅", " ✔", " ✓", ")"];
    let so_far = [" so far", " by now", " until now", " to date", " in the end", " again"];
    let ends = rest.is_empty() || end.iter().chain(&so_far).any(|end| rest.starts_with(end));
    let but = [", but", ", except", ", save", " but"].iter().any(|but| rest.starts_with(but));
    !ends || but || !ends_statement(rest)
}

fn fact(share: &Share, said: &str, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    let all: Vec<&Build> = match begun(unit, context) {
        Err(fact) => return fact,
        Ok(builds) => builds.into_iter().map(|(build, _)| build).collect(),
    };
    let so: Vec<&Build> = all.iter().copied().filter(|build| plain(&build.status) == said).collect();
    let numbers = |list: &[&Build]| {
        let numbers: Vec<String> = list.iter().take(8).map(|build| format!("#{}", build.number)).collect();
        numbers.join(", ")
    };
    let cited =
        |list: &[&Build]| list.iter().map(|build| cite(&build.place, "/status", &build.status)).collect();
    let words = format!("{} of {} builds that had started {}: {said}", so.len(), all.len(), when(unit));
    if let Some(build) = all.iter().find(|build| !is_settled(&build.status)) {
        return Fact::Unclear(
            format!("{words}; build {} was {}", build.number, build.status),
            cited(&[build]),
        );
    }
    let holds = match share {
        _ if all.is_empty() => return Fact::Unclear(words, Vec::new()),
        Share::All => so.len() == all.len(),
        Share::None => so.is_empty(),
        Share::Some(some, total) => (*some, *total) == (so.len(), all.len()),
    };
    if holds {
        return Fact::Agrees(words, cited(&all));
    }
    let odd: Vec<&Build> = match share {
        Share::All => all.iter().copied().filter(|build| plain(&build.status) != said).collect(),
        Share::None => so,
        Share::Some(_, total) if *total != all.len() => {
            return Fact::Unclear(format!("{words}; which {total} are meant is not plain"), cited(&all));
        }
        Share::Some(..) if context.recipe().is_none() => return Fact::Unclear(words, cited(&all)),
        Share::Some(..) => return Fact::Differs(words, cited(&all)),
    };
    // Whether a build that was killed failed is a reading.
    let begin = context.begin();
    let own = |build: &&Build| begin.is_some_and(|begin| build.started.is_some_and(|at| at >= begin.at));
    if context.recipe().is_none() || !odd.iter().any(own) {
        let why = "of which builds this is said is not plain";
        return Fact::Unclear(format!("{words}; not {}; {why}", numbers(&odd)), cited(&odd));
    }
    let plainly =
        |build: &&Build| own(build) && matches!(build.status.as_str(), "success" | "failure" | "error");
    let near = nearby(unit, context);
    let meant = |build: &&Build| near.is_empty() || near.contains(&build.number);
    match odd.iter().filter(|build| plainly(build)).find(|build| meant(build)) {
        Some(_) => Fact::Differs(format!("{words}; not {}", numbers(&odd)), cited(&odd)),
        None => {
            Fact::Unclear(format!("{words}; not {}; fewer builds may be meant", numbers(&odd)), cited(&odd))
        }
    }
}

/// The builds named in the same section, which alone may be meant.
fn nearby(unit: &Unit<'_>, context: &Context<'_>) -> Vec<u64> {
    let first = unit.index.saturating_sub(NEIGHBOURS);
    let around = context.units.iter().skip(first).take(2 * NEIGHBOURS);
    let here = around.filter(|other| {
        std::ptr::eq(other.document, unit.document) && other.block.heading == unit.block.heading
    });
    here.flat_map(|other| context.named_builds(other)).map(|(_, number)| *number).collect()
}

fn is_settled(status: &str) -> bool {
    !matches!(status, "" | "running" | "pending" | "blocked" | "waiting_on_dependencies")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn how_all_of_them_ended() {
        for (text, expected) in [
            ("All builds passed.", "-"),
            ("No build failed.", "-"),
            ("No build has failed so far.", "-"),
            ("1 of 3 builds passed", "+"),
            ("2 of 3 builds passed", "-"),
            ("2 of the 3 builds failed", "+"),
            ("2 of 7 builds passed", "."),
            ("Of #202: all builds passed", ""),
            ("All builds passed but one", ""),
            ("All builds passed lint", ""),
            ("All builds of PR#4 passed", ""),
            ("Build #202 is what counts.\n\nAll builds passed.", "."),
            ("If all builds passed", ""),
        ] {
            check("build-count", text, expected);
        }
        check_with("build-count", "All builds passed.", "+", |evidence| {
            evidence.builds.values_mut().for_each(|build| build.status = "success".into());
        });
        check_with("build-count", "No build failed.", ".", |evidence| {
            evidence.builds.values_mut().for_each(|build| build.status = "success".into());
            evidence.builds.get_mut(&203).expect("there").status = "killed".into();
        });
    }
}
