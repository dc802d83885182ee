//! `titled "…"`: the title of a pull request.

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "pull-title",
    explains: "A quoted title has to be the pull request's own.",
    kind: CheckKind::Record,
    find,
};

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for (span, title) in unit.quotes() {
        let before = unit.words()[..span.start].trim_end_matches(['"', '“']).trim_end().to_ascii_lowercase();
        if !(before.ends_with("titled") || before.ends_with("title:") || before.ends_with("title")) {
            continue;
        }
        let nearest = unit.pulls().filter(|(at, _)| at.end <= span.start).last().map(|(_, number)| number);
        let Some(number) = nearest.or_else(|| context.pull_of(unit)) else { continue };
        let fact = context.pull(number).map_or_else(
            |missing| missing,
            |pull| {
                let cited = vec![cite(&pull.place, "/title", &pull.title)];
                let words = format!("PR#{number} is titled “{}”", pull.title);
                if pull.title == title { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
            },
        );
        drafts.push(Draft::new(span, format!("title {number} {title}"), vec![fact]));
    }
}
