//! "`docker stack ls | grep ghos` = nothing", "no leaks": what docker still listed, as of its capture.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::docker_listing::{captured, listing, name_of};
use super::reading::{after, all_agree, before, codes, ends_statement, pattern};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;
use crate::time::iso;

pub(super) const RULE: Rule = Rule {
    id: "clean-up",
    explains: "A listing that shows nothing proves it as of its capture; one that failed or is missing proves nothing.",
    kind: CheckKind::Substance,
    words: &[
        "docker ",
        "leak",
        "leftover",
        "left-over",
        "stale",
        "orphan",
        "remaining",
        "gone",
        "removed",
        "deleted",
        "no longer",
        "does not exist",
    ],
    find,
};

/// "`apple_data` is gone", "volume `x` no longer exists".
static GONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(?: (volume|network|stack|service|secret|config))?(?:",
        r" (?:is|was|are|were|has been|had been) (?:now |also |finally |really |all )?(?:gone|removed|deleted|no longer (?:there|listed|present|on the host))",
        r"| no longer exists| does not exist any ?more)\b",
    ))
});
static KIND: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\b(volume|network|stack|service|secret|config) $"));
/// A filtered listing and what it showed: in prose or in the next cell of a table; `| grep x` = nothing, `| grep -c x` → 0, `--filter name=x` → nothing.
static GREP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"docker (?:(stack|service|volume|network|container|secret|config) (?:ls|list|ps)|(ps))((?: -{1,2}[a-z]+(?:[ =][a-zA-Z0-9_.{}-]+)?)*?)",
        r"(?: --filter[ =]name=([A-Za-z0-9_-]*[A-Za-z0-9_])|\s*\|\s*grep(?: -(?:[icE]+))? [\x22']?([A-Za-z0-9_-]*[A-Za-z0-9_])[\x22']?)",
        r"(\s*\|\s*wc -l)?\s*(?:=|→|:|->|—|–|\||returns?|returned|gives?|gave|shows?|showed|prints?|printed|is|was|yields?)*\s*",
        r"(?:\(?(?:nothing|empty|none|no output|no results?|no rows|no lines|no matches)\b\)?|0\b|∅)",
    ))
});
/// A filtered listing right before the names it showed.
static ROWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"docker (stack|service|volume|network|container|secret|config) (?:ls|list|ps)\s*\|\s*grep [\x22']?([A-Za-z0-9_-]*[A-Za-z0-9_])[\x22']?",
        r"\s*(?:=|→|:|->|—|–|\||returns?|returned|gives?|gave|shows?|showed|prints?|printed)+\s*",
    ))
});
static NO_LEAKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bno ([a-z0-9-]+ )?(?:resource )?(?:leaks|left-?overs)\b|\bno (?:stale|left-?over|orphan(?:ed)?|leaked|remaining) ((?:stacks?|services?|volumes?|networks?)(?:\s*(?:/|,|and|or)\s*(?:stacks?|services?|volumes?|networks?))*)").ok()
});
const ALL: &[&str] = &["stack", "service", "volume"];

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    gone(unit, context, drafts);
    let mut any = false;
    let lists = unit.words().contains("docker ");
    for found in GREP.iter().filter(|_| lists).flat_map(|pattern| pattern.captures_iter(unit.words())) {
        let (Some(whole), Some(wanted)) = (found.get(0), found.get(4).or_else(|| found.get(5))) else {
            continue;
        };
        // "-v x" shows what does not match.
        if whole.as_str().contains(" -v") || wanted.as_str().starts_with('-') {
            continue;
        }
        any = true;
        let kind = found.get(1).map_or("container", |kind| kind.as_str());
        let facts = vec![fact(kind, wanted.as_str(), whole.as_str().contains(" -i"), context)];
        drafts.push(Draft::new(whole.range(), format!("none {kind} {}", wanted.as_str()), facts));
    }
    for found in ROWS.iter().filter(|_| lists && !any).flat_map(|pattern| pattern.captures_iter(unit.words()))
    {
        let (Some(whole), Some(kind), Some(wanted)) = (found.get(0), found.get(1), found.get(2)) else {
            continue;
        };
        let mut end = whole.end();
        let from = end;
        let codes = unit.block.code.iter().skip_while(|code| code.start < from);
        let mut names = Vec::new();
        for code in codes {
            if !matches!(unit.text(&(end..code.start)).trim(), "" | "," | "and" | ", and") {
                break;
            }
            names.push(unit.text(code));
            end = code.end;
        }
        if !names.is_empty() {
            let facts = vec![listed(kind.as_str(), wanted.as_str(), &names, context)];
            drafts.push(Draft::new(whole.start()..end, format!("rows {} {names:?}", kind.as_str()), facts));
        }
    }
    if any || !unit.has_any(&["no "]) {
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
    let facts =
        summary(kinds.iter().map(|kind| fact(kind, recipe, false, context)).collect(), recipe, context);
    drafts.push(Draft::new(whole.range(), format!("none {kinds:?} {recipe}"), facts));
}

/// The rows that a filtered listing is said to have shown, against those of the capture. Which there were at another
/// time, no later listing can contradict.
fn listed(kind: &str, wanted: &str, names: &[&str], context: &Context<'_>) -> Fact {
    let listing = match listing(kind, context) {
        Ok(listing) => listing,
        Err(missing) => return missing,
    };
    let captured = captured(listing);
    let hits = listing.raw_lines.iter().enumerate().filter(|(_, line)| line.contains(wanted));
    let rows: Vec<(usize, &str)> =
        hits.filter_map(|(index, _)| Some((index, name_of(listing.rows.get(index)?)?))).take(64).collect();
    let cited: Vec<_> =
        rows.iter().map(|(index, name)| cite(&listing.place, &format!("line {}", index + 1), name)).collect();
    let same = rows.len() == names.len() && rows.iter().all(|(_, name)| names.contains(name));
    let list: Vec<&str> = rows.iter().map(|(_, name)| *name).collect();
    match (same, list.as_slice()) {
        (true, _) => {
            Fact::Agrees(format!("{kind} {} was listed at capture {captured}", list.join(", ")), cited)
        }
        (false, []) => Fact::Unclear(
            format!("none of {} {kind}s matches `{wanted}` as of capture {captured}", listing.rows.len()),
            cited,
        ),
        (false, list) => {
            Fact::Unclear(format!("{kind} {} was listed at capture {captured}", list.join(", ")), cited)
        }
    }
}

/// What is said to be gone: of its kind, or of every kind where none is named and the name is a stack's own.
fn gone(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, name) in codes(unit) {
        let rest = after(unit, span.end);
        let Some(found) = GONE.as_ref().and_then(|pattern| pattern.captures(rest)) else { continue };
        let Some(whole) = found.get(0) else { continue };
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let behind = rest.get(whole.end()..).unwrap_or("");
        // "removed from the table": not from the host.
        let elsewhere = behind.starts_with(" from ") && !behind.starts_with(" from the host");
        if name.is_empty() || !plain || elsewhere || !ends_statement(behind) {
            continue;
        }
        let before = before(unit, span.start);
        let led = KIND.as_ref().and_then(|pattern| pattern.captures(before)?.get(1));
        let kind = led.or_else(|| found.get(1)).map(|kind| kind.as_str().to_ascii_lowercase());
        let facts = match &kind {
            Some(kind) => vec![none_called(kind, name, context)],
            None if is_of_a_stack(name, context) => {
                ALL.iter().map(|kind| none_called(kind, name, context)).collect()
            }
            None => continue,
        };
        let facts = told_together(facts, name);
        drafts.push(Draft::new(span.start..span.end + whole.end(), format!("gone {kind:?} {name}"), facts));
    }
}

/// Whether a name begins as docker composes those of a stack that is known: the one tested or one that is listed.
fn is_of_a_stack(name: &str, context: &Context<'_>) -> bool {
    let Some((stack, _)) = name.split_once('_') else { return false };
    context.recipe() == Some(stack)
        || listing("stack", context)
            .is_ok_and(|stacks| stacks.rows.iter().any(|row| name_of(row) == Some(stack)))
}

/// Whether a listing holds no row of exactly this name.
fn none_called(kind: &str, name: &str, context: &Context<'_>) -> Fact {
    let listing = match listing(kind, context) {
        Ok(listing) => listing,
        Err(missing) => return missing,
    };
    let captured = captured(listing);
    match listing.rows.iter().position(|row| name_of(row) == Some(name)) {
        None => Fact::Agrees(
            format!("none of {} {kind}s is called `{name}` as of capture {captured}", listing.rows.len()),
            vec![cite(&listing.place, "", format!("{} rows, none with {name}", listing.rows.len()))],
        ),
        Some(index) => Fact::Differs(
            format!("{kind} {name} was listed at capture {captured}"),
            vec![cite(
                &listing.place,
                &format!("line {}", index + 1),
                listing.raw_lines.get(index).map_or("", String::as_str),
            )],
        ),
    }
}

/// Several listings without that name are told in one sentence.
fn told_together(facts: Vec<Fact>, name: &str) -> Vec<Fact> {
    all_agree(facts, |count| format!("{count} listings of their captures hold nothing called `{name}`"))
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

fn fact(kind: &str, wanted: &str, any_case: bool, context: &Context<'_>) -> Fact {
    let listing = match listing(kind, context) {
        Ok(listing) => listing,
        Err(missing) => return missing,
    };
    let captured = captured(listing);
    let lower = wanted.to_ascii_lowercase();
    let hit = listing.raw_lines.iter().position(|line| match any_case {
        true => line.to_ascii_lowercase().contains(&lower),
        false => line.contains(wanted),
    });
    match hit {
        None => Fact::Agrees(
            format!("none of {} {kind}s matches `{wanted}` as of capture {captured}", listing.rows.len()),
            vec![cite(&listing.place, "", format!("{} rows, none with {wanted}", listing.rows.len()))],
        ),
        Some(index) => {
            let name = listing.rows.get(index).and_then(name_of).unwrap_or("a row");
            let row = listing.raw_lines.get(index).map_or("", String::as_str);
            Fact::Differs(
                format!("{kind} {name} was listed at capture {captured}"),
                vec![cite(&listing.place, &format!("line {}", index + 1), row)],
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn things_that_are_gone() {
        for (text, expected) in [
            ("the stack `apple` is gone", "+"),
            ("stack `edge` was removed", "-"),
            ("`edge_app` service is gone", "-"),
            ("service `edge_web` no longer exists", "+"),
            ("the volume `apple_data` is gone", "?"),
            ("`apple_data` is gone", "?"),
            ("`some_option` is gone", ""),
            ("stack `edge` is not gone", ""),
            ("the stack `edge` was removed from the table", ""),
            ("once the stack `apple` is gone", "."),
        ] {
            check("clean-up", text, expected);
        }
    }

    #[test]
    fn listings_that_show_nothing() {
        for (text, expected) in [
            ("`docker stack ls | grep apple` = nothing", "+"),
            ("`docker service ls | grep edge`: `edge_app`, `edge_db`", "+"),
            ("`docker service ls | grep edge`: `edge_app`", "."),
            ("`docker service ls | grep edge`: `apple_app`", "."),
            ("`docker volume ls | grep edge`: `edge_data`", "?"),
            ("`docker stack ls | grep edge` → (empty)", "-"),
            ("`docker service ls | grep apple | wc -l` = 0", "+"),
            ("`docker service ls | grep -i EDGE` returns nothing", "-"),
            ("`docker service ls | grep -c apple` → 0", "+"),
            ("`docker ps -a --filter name=apple` → nothing", "+"),
            ("`docker ps -a --filter name=edge` returned nothing", "-"),
            ("`docker volume ls | grep apple` = nothing", "?"),
            ("`docker stack ls | grep -v edge` = nothing", ""),
            ("| command | result |\n|---|---|\n| `docker stack ls \\| grep apple` | nothing ✅ |", "+"),
            ("| command | shows |\n|---|---|\n| `docker service ls \\| grep edge` | (empty) |", "-"),
            ("| command | shows |\n|---|---|\n| `docker ps -a \\| grep -c apple` | 0 |", "+"),
            ("| command | shows |\n|---|---|\n| `docker secret ls \\| grep apple` | nothing |", "?"),
            ("| command | shows |\n|---|---|\n| `docker stack ls \\| grep edge` | edge |", ""),
            ("`docker stack ls | grep apple` should be nothing", ""),
            ("`docker stack ls | grep apple` = nothing, `docker stack ls | grep edge` = nothing", "+-"),
        ] {
            check("clean-up", text, expected);
        }
        check_with("clean-up", "`docker stack ls | grep apple` = nothing", "?", |evidence| {
            evidence.docker[0].exit_code = Some(1);
        });
        check_with("clean-up", "`docker stack ls | grep apple` = nothing", "?", |evidence| {
            evidence.docker[0].rows.clear();
            evidence.docker[0].raw_lines.clear();
            evidence.docker[0].stderr = "permission denied".to_owned();
        });
        check_with("clean-up", "`docker ps -a | grep apple` = nothing", "?", |evidence| {
            evidence.docker[2].argv = vec!["docker".into(), "ps".into()];
        });
    }
}
