//! `10.10.0.0/16`: the range of a network, as of its capture.

use serde_json::Value;

use super::{Context, Draft, Fact, Rule, Unit, cite};
use crate::documents::mentions::What;
use crate::report::CheckKind;
use crate::time::iso;

pub(super) const RULE: Rule = Rule {
    id: "network-subnet",
    explains: "A network's range, against docker's own inspection of it, which holds as of its capture.",
    kind: CheckKind::Substance,
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
    let mut others = Vec::new();
    for output in context.evidence.docker.iter().filter(|output| output.exit_code.unwrap_or(0) == 0) {
        for (index, row) in output.rows.iter().enumerate() {
            let Some(configs) = row.pointer("/IPAM/Config").and_then(Value::as_array) else { continue };
            let name = row.get("Name").and_then(Value::as_str).unwrap_or("");
            let named = !name.is_empty() && words.contains(&name.to_ascii_lowercase());
            for (number, config) in configs.iter().enumerate() {
                let Some(real) = config.get("Subnet").and_then(Value::as_str) else { continue };
                let cited = vec![cite(&output.place, &format!("/{index}/IPAM/Config/{number}/Subnet"), real)];
                let captured = output.captured_at.map_or_else(|| "an unknown time".to_owned(), iso);
                let told = format!("network {name} has {real} as of capture {captured}");
                if real == subnet {
                    return Fact::Agrees(told, cited);
                }
                if named {
                    others.push(Fact::Differs(told, cited));
                }
            }
        }
    }
    others
        .pop()
        .unwrap_or_else(|| Fact::Missing("no inspection of that network is in the snapshot".to_owned()))
}
