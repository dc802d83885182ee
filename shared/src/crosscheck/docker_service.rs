//! "`ghost_app` 1/1", "UpdateStatus=completed", "3 stacks running": what docker said of its services, as of its capture.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use super::docker_listing::{captured, listing};
use super::reading::{COUNT, after, before, codes, count_of, ends_statement, pattern, told};
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "docker-service",
    explains: "Replicas, images, updates and numbers of what docker listed, which hold as of its capture.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

static REPLICAS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:\||:|=|→|\()?\s*(?:is|was|at|has|with|shows|runs|running|replicas)?\s*(?:at|with)?\s*(\d{1,4}/\d{1,4})(?:$|[^\d/])",
    )
});
static IMAGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)^\s*(?:\(|:|=|→)?\s*(?:runs|ran|uses|is on|on|with)?\s*(?:the )?(?:image:?\s*)?$")
});
static UPDATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)^[^.;#]{0,60}?\bUpdateStatus(?:\.State)?\s*(?:=|:|is|was|→)\s*['\x22]?([a-z_]+)")
});
static COUNTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(&format!(r"(?i)\b({COUNT}) (stack|service|volume|network|container)s?\b")));

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    let all: Vec<(Range<usize>, &str)> = codes(unit).collect();
    let updates = unit.has_any(&["updatestatus"]);
    let counts = unit.has_any(&["stack", "service", "volume", "network", "container"]);
    for (index, (span, name)) in all.iter().enumerate() {
        // `docker service inspect x`: what follows is said of x.
        let inspected = name.strip_prefix("docker service inspect ").map(|name| {
            let mut words = name.split(' ').filter(|word| !word.starts_with('-') && !word.is_empty());
            words.next().filter(|_| words.next().is_none()).unwrap_or(" ")
        });
        let name = &inspected.unwrap_or(*name);
        if name.contains([' ', '=', '/']) {
            continue;
        }
        let rest = after(unit, span.end);
        let replicas = REPLICAS
            .as_ref()
            .filter(|_| rest.contains('/'))
            .and_then(|pattern| pattern.captures(rest)?.get(1));
        let image = all.get(index + 1).filter(|(at, image)| {
            image.contains(':')
                && IMAGE.as_ref().is_some_and(|pattern| pattern.is_match(unit.text(&(span.end..at.start))))
        });
        let state = UPDATE.as_ref().filter(|_| updates).and_then(|pattern| pattern.captures(rest)?.get(1));
        if replicas.is_none() && image.is_none() && state.is_none() || !is_service(name, context) {
            continue;
        }
        let mut said = Vec::new();
        let mut end = span.end;
        if let Some(value) = replicas {
            end = end.max(span.end + value.end());
            said.push(column(name, "Replicas", value.as_str(), context));
        }
        if let Some((at, image)) = image {
            end = end.max(at.end);
            said.push(column(name, "Image", image, context));
        }
        if let Some(state) = state {
            end = end.max(span.end + state.end());
            said.push(update(name, state.as_str(), context));
        }
        let key = format!("service {name} {}", unit.text(&(span.end..end)));
        drafts.push(Draft::new(span.start..end, key, said));
    }
    for found in COUNTED.iter().filter(|_| counts).flat_map(|pattern| pattern.captures_iter(unit.words())) {
        let (Some(whole), Some(count), Some(kind)) = (found.get(0), found.get(1), found.get(2)) else {
            continue;
        };
        let Some(count) = count_of(count.as_str()) else { continue };
        let Some(end) = is_all(unit, whole.range()) else { continue };
        let kind = kind.as_str().to_ascii_lowercase();
        let fact = match listing(&kind, context) {
            Err(missing) => missing,
            Ok(listing) => {
                let real = listing.rows.len();
                let words = format!("{real} {kind}s were listed as of capture {}", captured(listing));
                told(real as u64 == count, words, vec![cite(&listing.place, "", format!("{real} rows"))])
            }
        };
        drafts.push(Draft::new(whole.start()..end, format!("{kind}s {count}"), vec![fact]));
    }
}

/// Whether a number of stacks speaks of all there are, and where that is said.
fn is_all(unit: &Unit<'_>, span: Range<usize>) -> Option<usize> {
    static BEHIND: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?i)^ (?:(?:are|were|is|was|still) )?(?:listed|running|deployed|left|remain(?:ing)?|exist|up|in total|in all|on the host)\b",
        )
    });
    static LEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?i)(?:docker [a-z]+ ls\b[^.;#|]{0,12}(?:=|→|:|->|shows?|lists?|returns?)|\blists exactly)\s*$",
        )
    });
    let rest = after(unit, span.end);
    if let Some(found) = BEHIND.as_ref().and_then(|pattern| pattern.find(rest)) {
        let behind = rest.get(found.end()..).unwrap_or("");
        return ends_statement(behind).then_some(span.end + found.end());
    }
    let lead = LEAD.as_ref().is_some_and(|pattern| pattern.is_match(before(unit, span.start)));
    (lead && ends_statement(rest)).then_some(span.end)
}

/// Whether a name can only be a service's: one that is listed, or one written as docker composes them.
fn is_service(name: &str, context: &Context<'_>) -> bool {
    let rows = context.evidence.docker.iter().flat_map(|output| &output.rows);
    let mut names = rows.filter_map(|row| {
        let listed = row.get("Replicas").and_then(|_| row.get("Name"));
        listed.or_else(|| row.pointer("/Spec/Name"))?.as_str()
    });
    let composed =
        name.contains('_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    names.any(|known| known == name) || composed && !name.chars().any(|c| c.is_ascii_uppercase())
}

/// A column of the service's row.
fn column(name: &str, key: &str, said: &str, context: &Context<'_>) -> Fact {
    let listing = match listing("service", context) {
        Ok(listing) => listing,
        Err(missing) => return missing,
    };
    let captured = captured(listing);
    let row = listing
        .rows
        .iter()
        .enumerate()
        .find(|(_, row)| row.get("Name").and_then(Value::as_str) == Some(name));
    let value = row.and_then(|(index, row)| Some((index, row.get(key)?.as_str()?)));
    let Some((index, real)) = value else {
        return Fact::Missing(format!("no service {name} was listed as of capture {captured}"));
    };
    let same = match key {
        "Image" => {
            real == said || real.ends_with(&format!("/{said}")) || real.starts_with(&format!("{said}@"))
        }
        _ => real == said || real.starts_with(&format!("{said} ")),
    };
    let words = format!("service {name}: {} {real} as of capture {captured}", key.to_ascii_lowercase());
    told(same, words, vec![cite(&listing.place, &format!("line {}", index + 1), real)])
}

/// How its last update went, by its inspection; a first deploy has none, which is no success.
fn update(name: &str, said: &str, context: &Context<'_>) -> Fact {
    let outputs = context.evidence.docker.iter().filter(|output| output.exit_code == Some(0));
    let found = outputs
        .flat_map(|output| output.rows.iter().enumerate().map(move |(index, row)| (output, index, row)));
    let mut inspected =
        found.filter(|(_, _, row)| row.pointer("/Spec/Name").and_then(Value::as_str) == Some(name));
    let Some((output, index, row)) = inspected.next() else {
        return Fact::Missing(format!("no inspection of service {name} is in the snapshot"));
    };
    let captured = captured(output);
    match row.pointer("/UpdateStatus/State").and_then(Value::as_str) {
        None => Fact::Missing(format!(
            "service {name} had no UpdateStatus as of capture {captured}, which is no success"
        )),
        Some(real) => {
            let words = format!("service {name}: UpdateStatus {real} as of capture {captured}");
            told(
                real == said,
                words,
                vec![cite(&output.place, &format!("/{index}/UpdateStatus/State"), real)],
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_with};

    #[test]
    fn services() {
        for (text, expected) in [
            ("`edge_app` 1/1, `edge_db` 1/1", "+-"),
            ("`edge_app` runs `edge:2.3.0`", "+"),
            ("`edge_app` image `example/edge:2.4.0`", "-"),
            ("`edge_app` with `UpdateStatus=completed`", "+"),
            ("`edge_app` has UpdateStatus=paused", "-"),
            ("`edge_db` has UpdateStatus=completed", "?"),
            ("`docker service inspect edge_app`: UpdateStatus=completed", "+"),
            ("`docker service inspect --pretty edge_app` → UpdateStatus: paused", "-"),
            ("`docker service inspect edge_app edge_db`: UpdateStatus=completed", ""),
            ("`docker service inspect apple_app` shows UpdateStatus=completed", "?"),
            ("`apple_app` 1/1", "?"),
            ("`edge_app` should be 1/1", ""),
            ("`no_secret_leak` 1/1", "?"),
            ("1 stack is running, 3 services listed", "+-"),
            ("`docker stack ls` → 1 stack", "+"),
            ("3 volumes are left", "?"),
            ("we moved 3 services", ""),
        ] {
            check("docker-service", text, expected);
        }
        check_with("docker-service", "`edge_app` 1/1", "?", |evidence| evidence.docker[1].complete = false);
    }
}
