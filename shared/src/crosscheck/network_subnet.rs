//! `10.10.0.0/16`: the range of a network, as of its capture.

use serde_json::Value;

use super::docker_listing::captured;
use super::reading::told;
use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::report::CheckKind;

pub(super) const RULE: Rule = Rule {
    id: "network-subnet",
    explains: "A network's range, against docker's own inspection of it, which holds as of its capture.",
    kind: CheckKind::Substance,
    words: &[],
    find,
};

fn find(unit: &Unit<'_>, context: &Context<'_>, drafts: &mut Vec<Draft>) {
    for mention in &unit.mentions {
        let What::Subnet(subnet) = &mention.what else { continue };
        let facts = vec![fact(subnet, unit, context)];
        drafts.push(Draft::new(mention.span.clone(), format!("subnet {subnet}"), facts));
    }
}

fn fact(subnet: &str, unit: &Unit<'_>, context: &Context<'_>) -> Fact {
    let words = unit.words().to_ascii_lowercase();
    let names = |name: &str| {
        let name = name.to_ascii_lowercase();
        let whole = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()) == name;
        !name.is_empty()
            && words.split(|c: char| c.is_whitespace() || matches!(c, '`' | ',' | ';' | '(' | ')')).any(whole)
    };
    let (mut of_named, mut of_any) = (Vec::new(), Vec::new());
    for output in context.evidence.docker.iter().filter(|output| output.exit_code.unwrap_or(0) == 0) {
        for (index, row) in output.rows.iter().enumerate() {
            let Some(configs) = row.pointer("/IPAM/Config").and_then(Value::as_array) else { continue };
            let name = row.get("Name").and_then(Value::as_str).unwrap_or("");
            let named = names(name);
            for (number, config) in configs.iter().enumerate() {
                let Some(real) = config.get("Subnet").and_then(Value::as_str) else { continue };
                let cited = vec![cite(&output.place, &format!("/{index}/IPAM/Config/{number}/Subnet"), real)];
                let words = format!("network {name} has {real} as of capture {}", captured(output));
                let fact = told(real == subnet, words, cited);
                if named { of_named.push(fact) } else { of_any.push(fact) }
            }
        }
    }
    // The network that is named counts, else any that has this range.
    let agrees = |fact: &Fact| matches!(fact, Fact::Agrees(..));
    let named = of_named.iter().position(agrees).or(of_named.len().checked_sub(1));
    let any = of_any.iter().position(agrees);
    match (named, any) {
        (Some(at), _) => of_named.swap_remove(at),
        (None, Some(at)) => of_any.swap_remove(at),
        (None, None) => Fact::Missing("no inspection of that network is in the snapshot".to_owned()),
    }
}
