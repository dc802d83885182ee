//! `titled "…"`: the title of a pull request, in quotation marks or as code.

use super::reading::{codes, last_before, pulls};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "pull-title",
    explains: "A quoted title has to be the pull request's own.",
    kind: CheckKind::Record,
    words: &["title"],
    find,
};

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let pulls = pulls(unit);
    for (span, title) in unit.quotes().into_iter().chain(codes(unit)) {
        let before = super::reading::before(unit, span.start);
        let before = before.trim_end_matches(['"', '“']).trim_end().to_ascii_lowercase();
        if !["titled", "title:", "title", "title is", "title =", "entitled"]
            .iter()
            .any(|word| before.ends_with(word))
        {
            continue;
        }
        let nearest = last_before(&pulls, span.start).map(|(_, number)| *number);
        let Some(number) = nearest.or_else(|| context.pull_of(unit)) else { continue };
        let fact = context.pull(number).map_or_else(
            |missing| missing,
            |pull| {
                let cited = vec![cite(&pull.place, "/title", &pull.title)];
                let words = format!("PR#{number} is titled “{}”", pull.title);
                let wild = title.contains('…') || title.contains("...");
                let title = title.replace('…', "...");
                let parts: Vec<&str> =
                    title.split("...").map(str::trim).filter(|part| !part.is_empty()).collect();
                let same = pull.title == title || wild && super::quoted_log::in_order(&pull.title, &parts);
                if same { Fact::Agrees(words, cited) } else { Fact::Differs(words, cited) }
            },
        );
        drafts.push(Draft::new(span, format!("title {number} {title}"), vec![fact]));
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    #[test]
    fn titles() {
        for (text, expected) in [
            ("PR#4, titled \"chore: upgrade 4\"", "+"),
            ("PR#4 titled `chore: upgrade 3`", "-"),
            ("PR#4, title: “chore: … 4”", "+"),
            ("PR#9, titled `x`", "?"),
            ("the title `x`", ""),
        ] {
            check("pull-title", text, expected);
        }
    }
}
