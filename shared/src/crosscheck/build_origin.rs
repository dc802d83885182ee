//! "Triggered by autonomic-bot", "custom event": who or what started a build.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::reading::{after, before, is_login, pattern, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "build-origin",
    explains: "Who started a build and by what kind of event, by the CI server's record.",
    kind: CheckKind::Record,
    words: &[
        "triggered by",
        "started by",
        "requested by",
        "kicked off by",
        "event",
        "trigger",
        "sender",
        "author_login",
    ],
    find,
};

static BY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:triggered|started|requested|kicked off) by (?:the )?@?([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])",
    )
});
static EVENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:an? |the |as )?(custom|push|pull_request|cron|promote|rollback|tag) events?\b|\bevent:? (custom|push|pull_request|cron|promote|tag)\b",
    )
});

/// What is compared.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Of {
    Author,
    Event,
}

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let text = unit.words();
    let named = context.named_builds(unit);
    let mut push = |span: std::ops::Range<usize>, of: Of, value: &str| {
        // The build has to be named here: events and people have to do with much else.
        let clause = unit.clause(span.start);
        let near = super::reading::last_before(named, span.start);
        if near.is_none_or(|(at, _)| !clause.contains(&at.start)) {
            return;
        }
        let builds = context.builds_at(unit, span.start);
        let facts = builds.iter().map(|number| fact(*number, of, value, context)).collect();
        drafts.push(Draft::new(span, format!("{of:?} {builds:?} {value}"), facts));
    };
    let (by, event) = (unit.has_any(&[" by "]), unit.has_any(&["event"]));
    for found in BY.iter().filter(|_| by).flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { continue };
        let step = before(unit, whole.start()).trim_end().to_ascii_lowercase();
        let possessive = after(unit, name.end()).starts_with(['\'', '’']);
        if is_login(unit, &name.range(), context) && !possessive && !step.ends_with("step") {
            push(whole.range(), Of::Author, name.as_str());
        }
    }
    for found in EVENT.iter().filter(|_| event).flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(whole), Some(word)) = (found.get(0), found.get(1).or_else(|| found.get(2))) else {
            continue;
        };
        push(whole.range(), Of::Event, &word.as_str().to_ascii_lowercase());
    }
    for (span, key, value) in unit.pairs() {
        match key {
            "event" => push(span.clone(), Of::Event, value),
            "trigger" | "sender" | "author_login" => push(span.clone(), Of::Author, value),
            _ => {}
        }
    }
}

fn fact(number: u64, of: Of, said: &str, context: &Context<'_>) -> Fact {
    let build = match context.build(number) {
        Ok(build) => build,
        Err(missing) => return missing,
    };
    let (real, key, words) = match of {
        Of::Event => (&build.event, "event", format!("build {number}: event {}", build.event)),
        Of::Author => {
            (&build.author, build.author_key, format!("build {number} was started by {}", build.author))
        }
    };
    if real.is_empty() {
        return Fact::Missing(format!("build {number}'s record does not say"));
    }
    told(real == said, words, vec![cite(&build.place, &format!("/{key}"), real)])
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn origins() {
        for (text, expected) in [
            ("build #202 was triggered by bot (custom event)", "++"),
            ("build #202 was started by @olga", "-"),
            ("build #202, a push event", "-"),
            ("build #202: `event=custom`, `sender=bot`", "++"),
            ("build #202 was triggered by that comment", ""),
            ("build #299 was triggered by bot", "?"),
            ("a custom event", ""),
            ("build #202 should have been started by bot", "."),
        ] {
            check("build-origin", text, expected);
        }
    }
}
