//! "Commit 1a2b3c4 (subject)", "1a2b3c4 at 06:09Z", "REVIEW committed 06:27:57Z": commits of the documents' repository.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::context::same_sha;
use super::quoted_log::{in_order, plain};
use super::reading::{after, before, in_code, is_supposed, mentions_from, pattern, supposed, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::{Mention, What};
use crate::evidence::Commit;
use crate::report::{self, CheckKind};
use crate::time::{Timestamp, clock, iso};

pub(super) const RULE: Rule = Rule {
    id: "commit-named",
    explains: "A commit's subject and time are the history's own; that it is here does not show what it achieved.",
    kind: CheckKind::Record,
    words: &[],
    find,
};

static LEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(claim|review|status|done|fix|merge)?\s*(commit|commits?:|committed (?:as|in)|pushed(?: as| in)?|landed (?:in|as)|fixed (?:in|by)|reverted (?:in|by)|claimed in)\s*:?\s*@?$",
    )
});
/// A time right behind the commit.
static AT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:\(|,|@|at|committed|was committed|made|dated|of|on)?\s*(?:committed|made|pushed)?\s*(?:at|on)?\s*$",
    )
});
static COMMITTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)\b(REVIEW|STATUS|claim|verdict|DONE)\b(?: (?:was|is))? committed\s*(?:at|on|@)?\s*$")
});
/// "The runner itself is at" before a commit.
static STANDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:is|was|stands|stood|sits|stays|runs|ran|deployed|pinned|checked out) at (?:commit |rev(?:ision)? |sha )?$",
    )
});
/// What a commit is said to name.
static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:names|named|cites|cited|rests on|points (?:at|to)|gives|gave) (?:drone )?(?:the )?(?:build|run) #?(\d{1,9})\b",
    )
});
static BUILD: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?i)\b(?:build|run) #?\d|#\d"));
static EXISTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)^\s*(?:exists|was pushed|is pushed|has been pushed|is in the (?:log|history)|landed)\b")
});

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for mention in &unit.mentions {
        match &mention.what {
            What::Commit(sha) => named(sha, &mention.span, unit, context, drafts),
            What::Time(moment) => {
                let lead = before(unit, mention.span.start);
                let Some(found) = COMMITTED.as_ref().and_then(|pattern| pattern.captures(lead)) else {
                    continue;
                };
                let (Some(whole), Some(what)) = (found.get(0), found.get(1)) else { continue };
                let Some(window) = unit.window(moment) else { continue };
                let span = mention.span.start - (lead.len() - whole.start())..mention.span.end;
                let facts = match is_supposed(unit, &span) {
                    true => supposed(),
                    false => vec![of_kind(&what.as_str().to_ascii_lowercase(), window, context)],
                };
                let key = format!("committed {} {}", what.as_str(), unit.text(&mention.span));
                let mut draft = Draft::new(span, key, facts);
                draft.written = Some(unit.text(&mention.span).to_owned());
                drafts.push(draft);
            }
            _ => {}
        }
    }
}

/// A commit named by its sha with a subject, a time, a kind, or nothing but that it is there.
fn named(sha: &str, span: &Range<usize>, unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let lead = before(unit, span.start);
    let found = LEAD.as_ref().and_then(|pattern| pattern.captures(lead));
    let kind = found.as_ref().and_then(|found| found.get(1)).map(|kind| kind.as_str().to_ascii_lowercase());
    let verb = found.as_ref().and_then(|found| found.get(2)).map(|verb| verb.as_str().to_ascii_lowercase());
    let start = found.as_ref().and_then(|found| found.get(0)).map_or(span.start, |whole| {
        let skipped = whole.as_str().len() - whole.as_str().trim_start().len();
        span.start - (lead.len() - whole.start()) + skipped
    });
    let subject = subject_behind(unit, span.end);
    let time = mentions_from(unit, span.end).first().and_then(|next| match next {
        Mention { span: at, what: What::Time(moment) } => {
            let between = unit.text(&(span.end..at.start));
            let fits = between.len() < 24 && AT.as_ref().is_some_and(|pattern| pattern.is_match(between));
            fits.then_some((at.clone(), *moment))
        }
        _ => None,
    });
    let stands = STANDS.as_ref().is_some_and(|pattern| pattern.is_match(lead));
    let exists = EXISTS.as_ref().and_then(|pattern| pattern.find(after(unit, span.end)));
    if subject.is_none() && time.is_none() && found.is_none() && exists.is_none() && !stands {
        let names = NAMES.as_ref().is_some_and(|pattern| pattern.is_match(after(unit, span.end)));
        if !names {
            return;
        }
    }
    let commit = context.evidence.commits.iter().find(|commit| commit.sha.starts_with(sha));
    // What stands at a commit is for other rules to say, unless the commit is known nowhere.
    let only_stands = stands && subject.is_none() && time.is_none() && found.is_none() && exists.is_none();
    if only_stands && (commit.is_some() || context.heads.is_head(sha) || !sha.contains(char::is_alphabetic)) {
        return;
    }
    let Some(commit) = commit else {
        // It may live in another repository: a pull request's or a build's are known at least.
        let is_forge = |head: &str| same_sha(sha, head);
        let elsewhere = context.evidence.pulls.values().any(|pull| is_forge(&pull.head_sha))
            || context.evidence.builds.values().any(|b| super::context::tested_ref(b).is_some_and(is_forge));
        let plain = subject.is_none() && time.is_none();
        if elsewhere && plain {
            return;
        }
        let words = format!("no commit {sha} is in the history here; it may live in another repository");
        let facts = vec![Fact::Missing(words)];
        drafts.push(Draft::new(start..span.end, format!("commit {sha}"), facts));
        return;
    };
    let mut facts = Vec::new();
    let mut end = span.end;
    let mut start = start;
    if let Some((at, fact)) = names_build(commit, span.end, unit) {
        end = end.max(at);
        // "The claim 902f419 names …" is about a claim and claims nothing itself.
        if lead.ends_with("claim ") || lead.ends_with("Claim ") {
            start = start.min(span.start.saturating_sub("claim ".len()));
        }
        facts.push(fact);
    }
    if let Some((at, words)) = &subject {
        end = end.max(at.end);
        facts.push(has_subject(commit, words));
    }
    let mut written = None;
    if let Some((at, moment)) = &time
        && let Some(window) = unit.window(moment)
    {
        end = end.max(at.end);
        written = Some(unit.text(at).to_owned());
        facts.push(at_time(commit, window));
    }
    if let Some(kind) = kind.filter(|kind| matches!(kind.as_str(), "claim" | "review" | "status" | "done")) {
        let is = commit.subject.to_ascii_lowercase().starts_with(&kind);
        facts.push(told(is, format!("{} is “{}”", short(commit), commit.subject), cite_subject(commit)));
    }
    if let Some(exists) = exists {
        end = end.max(span.end + exists.end());
        let words = format!("{} is in the history: “{}”", short(commit), commit.subject);
        facts.push(Fact::Agrees(words, cite_subject(commit)));
    } else if facts.is_empty() {
        let pushed =
            verb.as_deref().is_some_and(|verb| verb.starts_with("pushed") || verb.starts_with("landed"));
        let words = format!("{} is in the history: “{}”", short(commit), commit.subject);
        facts.push(match pushed {
            true => Fact::Agrees(words, cite_subject(commit)),
            false => {
                Fact::Unclear(format!("{words}; what it does is for its reader to say"), cite_subject(commit))
            }
        });
    }
    if is_supposed(unit, &(start..end)) {
        facts = supposed();
    }
    let mut draft = Draft::new(start..end, format!("commit {sha} {}", unit.text(&(span.end..end))), facts);
    draft.written = written;
    drafts.push(draft);
}

/// `1a2b3c4 ("subject")`, `1a2b3c4 (review(x): …)`, `1a2b3c4` `subject`: the subject, with its span.
fn subject_behind<'a>(unit: &Unit<'a>, at: usize) -> Option<(Range<usize>, &'a str)> {
    static QUOTED: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"^\s*(?:\(|—|–|:|,)?\s*(?:subject:?\s*)?[\x22“]([^\x22”]{4,110})[\x22”]"));
    static CONVENTIONAL: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"^\s*(?:\(|—|–|:)?\s*([a-z]+\([^()]{1,40}\)!?: [^`\n]{2,90})"));
    let rest = after(unit, at);
    if let Some(words) = QUOTED.as_ref().and_then(|pattern| pattern.captures(rest)?.get(1)) {
        return Some((at + words.start()..at + words.end(), words.as_str()));
    }
    let words = CONVENTIONAL.as_ref().and_then(|pattern| pattern.captures(rest)?.get(1))?;
    let start = at + words.start();
    let code = unit.block.code.get(unit.block.code.partition_point(|code| code.end <= start));
    let end = match code.filter(|code| code.start <= start) {
        Some(code) => code.end,
        // Without marks it ends at a closing bracket or with the sentence.
        None if in_code(unit, &(start..start + 1)) => return None,
        None => {
            let text = words.as_str();
            let from = text.find("): ").map_or(0, |at| at + 3);
            let tail = text.get(from..).unwrap_or("");
            let cut = [")", ". ", "; ", ", ", " — ", " | "].iter().filter_map(|mark| tail.find(mark)).min();
            start + from + cut.unwrap_or(tail.trim_end_matches(['.', ' ']).len())
        }
    };
    let words = unit.words().get(start..end)?;
    Some((start..end, words))
}

/// "names build #1211" behind a commit: whether its subject does, and where the words end.
fn names_build(commit: &Commit, at: usize, unit: &Unit<'_>) -> Option<(usize, Fact)> {
    let rest = after(unit, at);
    let found = NAMES.as_ref()?.captures(rest)?;
    let number = found.get(1)?;
    let named = |text: &str| text.split(|c: char| !c.is_ascii_digit()).any(|word| word == number.as_str());
    let words = format!("{} is “{}”", short(commit), commit.subject);
    let fact = match named(&commit.subject) {
        true => Fact::Agrees(words, cite_subject(commit)),
        // It may name another, or it may be in a file that it changed.
        false if BUILD.as_ref().is_some_and(|pattern| pattern.is_match(&commit.subject)) => {
            Fact::Differs(words, cite_subject(commit))
        }
        false => Fact::Unclear(words, cite_subject(commit)),
    };
    Some((at + number.end(), fact))
}

fn has_subject(commit: &Commit, said: &str) -> Fact {
    let wanted = plain(said).to_lowercase();
    let parts: Vec<&str> = wanted.split("...").map(str::trim).filter(|part| !part.is_empty()).collect();
    let holds = in_order(&plain(&commit.subject).to_lowercase(), &parts);
    told(holds, format!("{} is “{}”", short(commit), commit.subject), cite_subject(commit))
}

fn at_time(commit: &Commit, (first, last): (Timestamp, Timestamp)) -> Fact {
    let times = [commit.author_time, commit.commit_time];
    let fit = times.iter().flatten().find(|at| first <= **at && **at <= last);
    let Some(at) = fit.copied().or(commit.at()) else {
        return Fact::Missing(format!("the time of {} is not recorded", short(commit)));
    };
    let words = format!("{} was committed {}", short(commit), clock(at));
    told(fit.is_some(), words, cite_time(commit, at))
}

/// The commits of a kind, told by their subject or by the document they touch, against a time.
fn of_kind(kind: &str, (first, last): (Timestamp, Timestamp), context: &Context<'_>) -> Fact {
    let is = |commit: &&Commit| {
        let subject = commit.subject.to_ascii_lowercase();
        let touches = |name: &str| {
            commit.changes.iter().any(|c| c.path.rsplit('/').next().is_some_and(|f| f.starts_with(name)))
        };
        match kind {
            "review" | "verdict" => subject.starts_with("review") || touches("REVIEW"),
            "status" => subject.starts_with("status") || subject.starts_with("claim") || touches("STATUS"),
            "done" => subject.starts_with("done") || subject.contains("## done"),
            _ => subject.starts_with("claim"),
        }
    };
    let commits: Vec<&Commit> = context.evidence.commits.iter().filter(is).collect();
    let at_time = |commit: &&&Commit| {
        [commit.author_time, commit.commit_time].iter().flatten().any(|at| first <= *at && *at <= last)
    };
    if let Some((commit, at)) = commits.iter().find(at_time).and_then(|commit| Some((*commit, commit.at()?)))
    {
        return Fact::Agrees(format!("{} was committed {}", short(commit), clock(at)), cite_time(commit, at));
    }
    match commits.as_slice() {
        [] => Fact::Missing(format!("no {kind} commit is in the history here")),
        [one] => match one.at() {
            Some(at) => Fact::Differs(
                format!("the only one, {}, was committed {}", short(one), clock(at)),
                cite_time(one, at),
            ),
            None => Fact::Missing(format!("the time of {} is not recorded", short(one))),
        },
        many => {
            let near = many
                .iter()
                .filter_map(|commit| Some((commit.at()?, *commit)))
                .min_by_key(|(at, _)| at.duration_since(first).as_secs().abs());
            match near {
                Some((at, commit)) => Fact::Differs(
                    format!(
                        "none of {} was committed then; the nearest, {}, {}",
                        many.len(),
                        short(commit),
                        clock(at)
                    ),
                    cite_time(commit, at),
                ),
                None => Fact::Missing(format!("the times of {} commits are not recorded", many.len())),
            }
        }
    }
}

fn short(commit: &Commit) -> &str {
    commit.sha.get(..8).unwrap_or(&commit.sha)
}

fn cite_subject(commit: &Commit) -> Vec<report::Evidence> {
    vec![cite(&commit.place, "", format!("{} {}", short(commit), commit.subject))]
}

fn cite_time(commit: &Commit, at: Timestamp) -> Vec<report::Evidence> {
    vec![cite(&commit.place, "", format!("{} committed {}", short(commit), iso(at)))]
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn commits() {
        for (text, expected) in [
            ("commit 1a2b3c4 (\"claim(x-M1): the retry is ready\")", "+"),
            ("commit 1a2b3c4 (`claim(x-M1): all is done`)", "-"),
            ("1a2b3c4 (claim(x-M1): the retry … ready)", "+"),
            ("1a2b3c4d at 09:40Z", "+"),
            ("1a2b3c4d at 09:45Z", "-"),
            ("claim commit 1a2b3c4", "+"),
            ("review commit 1a2b3c4", "-"),
            ("The claim 1a2b3c4 names build #202 as the one", "."),
            ("fixed in 1a2b3c4", "."),
            ("commit 1a2b3c4 was pushed", "+"),
            ("fixed in 7777777e", "?"),
            ("commit 4444444b", ""),
            ("the runner was at `7777777e`", "?"),
            ("the runner stands at commit 7777777e today", "?"),
            ("the branch is at 4444444b", ""),
            ("the documents are pinned at 1a2b3c4", ""),
            ("its counter stood at 12345678", ""),
            ("REVIEW committed 10:30:00Z", "+"),
            ("REVIEW was committed at 10:20Z", "-"),
            ("claim committed 09:40:10Z", "+"),
            ("PR#4 (4444444b) at 09:00Z", ""),
            ("if 1a2b3c4 at 09:45Z", "."),
        ] {
            check("commit-named", text, expected);
        }
        for (subject, expected) in
            [("claim(x-M1): green, build 202", "+"), ("claim(x-M1): green, build 2021", "-"), ("claim", ".")]
        {
            check_with("commit-named", "Claim `1a2b3c4` names build #202 as the one", expected, |evidence| {
                evidence.commits[0].subject = subject.into();
            });
        }
        check_with("commit-named", "commit 1a2b3c4 was pushed", "?", |evidence| evidence.commits.clear());
    }
}
