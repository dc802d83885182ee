//! "`docker stack ls | grep ghos` = nothing", "no leaks": what docker still listed, as of its capture.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;
use crate::time::iso;

pub(super) const RULE: Rule = Rule {
    id: "clean-up",
    explains: "A listing that shows nothing proves it as of its capture; one that failed or is missing proves nothing.",
    kind: CheckKind::Substance,
    find,
};

static GREP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"docker (stack|service|volume|network|container|secret|config) ls\s*\|\s*grep\s+[\x22']?([A-Za-z0-9_-]*[A-Za-z0-9_])[\x22']?\s*(?:=|→|:|->)\s*(nothing|empty|none|no output)").ok()
});
static NO_LEAKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bno ([a-z0-9-]+ )?(?:resource )?(?:leaks|left-?overs)\b|\bno (?:stale|left-?over) ((?:stacks?|services?|volumes?|networks?)(?:\s*(?:/|,|and|or)\s*(?:stacks?|services?|volumes?|networks?))*)").ok()
});
const ALL: &[&str] = &["stack", "service", "volume"];

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    if let Some(found) = GREP.as_ref().and_then(|pattern| pattern.captures(unit.words())) {
        let (Some(whole), Some(kind), Some(wanted)) = (found.get(0), found.get(1), found.get(2)) else {
            return;
        };
        let facts = vec![fact(kind.as_str(), wanted.as_str(), context)];
        drafts.push(Draft::new(whole.range(), format!("none {} {}", kind.as_str(), wanted.as_str()), facts));
        return;
    }
    let Some(found) = NO_LEAKS.as_ref().and_then(|pattern| pattern.captures(unit.words())) else { return };
    let (Some(whole), Some(recipe)) = (found.get(0), context.recipe()) else { return };
    // "No memory leaks" is about something else.
    let whose = found.get(1).map(|word| word.as_str().trim().to_ascii_lowercase());
    if whose.is_some_and(|word| word != recipe.to_ascii_lowercase() && word != "resource") {
        return;
    }
    let named = found.get(2).map(|list| list.as_str().to_ascii_lowercase());
    let kinds: Vec<&str> = match &named {
        Some(list) => ALL.iter().copied().filter(|kind| list.contains(kind)).collect(),
        None => ALL.to_vec(),
    };
    let facts = summary(kinds.iter().map(|kind| fact(kind, recipe, context)).collect(), recipe, context);
    drafts.push(Draft::new(whole.range(), format!("none {kinds:?} {recipe}"), facts));
}

/// Listings that are all free of it are told in one sentence.
fn summary(facts: Vec<Fact>, wanted: &str, context: &Context<'_>) -> Vec<Fact> {
    if facts.len() < 2 || !facts.iter().all(|fact| matches!(fact, Fact::Agrees(..))) {
        return facts;
    }
    let cited: Vec<_> = facts
        .into_iter()
        .flat_map(|fact| match fact {
            Fact::Agrees(_, cited) => cited,
            _ => Vec::new(),
        })
        .collect();
    let listings = context.evidence.docker.iter().filter(|o| cited.iter().any(|c| c.path == o.place.path));
    let captured = listings.filter_map(|output| output.captured_at).min();
    let captured = captured.map_or_else(|| "an unknown time".to_owned(), iso);
    let words = format!("nothing matches `{wanted}` in {} listings as of capture {captured}", cited.len());
    vec![Fact::Agrees(words, cited)]
}

fn fact(kind: &str, wanted: &str, context: &Context<'_>) -> Fact {
    let listing = context.evidence.docker.iter().find(|output| {
        let mut words = output.argv.iter().map(String::as_str).filter(|word| !word.starts_with('-'));
        words.next() == Some("docker") && words.next() == Some(kind) && words.next() == Some("ls")
    });
    let Some(listing) = listing else {
        return Fact::Missing(format!("no `docker {kind} ls` is in the snapshot"));
    };
    match listing.exit_code {
        Some(0) if listing.complete => {}
        Some(0) => return Fact::Missing(format!("`docker {kind} ls` could not be read in full")),
        Some(code) => return Fact::Missing(format!("`docker {kind} ls` failed with exit code {code}")),
        None => return Fact::Missing(format!("how `docker {kind} ls` ended was not recorded")),
    }
    let captured = listing.captured_at.map_or_else(|| "an unknown time".to_owned(), iso);
    let hit = listing.raw_lines.iter().position(|line| line.contains(wanted));
    match hit {
        None => Fact::Agrees(
            format!("none of {} {kind}s matches `{wanted}` as of capture {captured}", listing.rows.len()),
            vec![cite(&listing.place, "", format!("{} rows, none with {wanted}", listing.rows.len()))],
        ),
        Some(index) => {
            let name = listing.rows.get(index).and_then(|row| row.get("Name")?.as_str()).unwrap_or("a row");
            let row = listing.raw_lines.get(index).map_or("", String::as_str);
            Fact::Differs(
                format!("{kind} {name} was listed at capture {captured}"),
                vec![cite(&listing.place, &format!("line {}", index + 1), row)],
            )
        }
    }
}
