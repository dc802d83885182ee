//! What the plan asks for: its gates, and the ids of its Definition of Done. Knows no verdicts.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::first_words;
use crate::documents::gate_words::{gate_line, names_gate, split_ids};
use crate::documents::{Block, BlockKind, Document};
use crate::evidence::EvidenceKind;

/// How much of a heading is its title; more stands there only when line breaks were lost.
const TITLE_BYTES: usize = 60;

/// Gates and items that are read of a plan; real ones have a dozen.
const MAX_IDS: usize = 1_000;

/// The plan.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Gates in its order, with their titles.
    pub(super) gates: Vec<(String, String)>,
    /// What the Definition of Done lists by id, with titles; empty when it lists none.
    listed: Vec<(String, String)>,
    /// Every id that a line of the plan begins with.
    known: HashSet<String>,
}

impl Plan {
    /// Reads the plan among the documents.
    pub(super) fn read(documents: &[Document]) -> Plan {
        let mut plan = Plan::default();
        let plans = || documents.iter().filter(|document| document.kind == EvidenceKind::Plan);
        for document in plans() {
            for (index, block) in document.blocks.iter().enumerate() {
                plan.take_gate(document, index, block);
            }
        }
        for document in plans() {
            for (index, block) in document.blocks.iter().enumerate() {
                plan.take_done(document, index, block);
            }
        }
        plan
    }

    /// The ids that DONE depends on: those the Definition of Done lists, else the plan's gates, else `seen`.
    pub(super) fn required(&self, seen: &[String]) -> Vec<String> {
        let of = |list: &[(String, String)]| list.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
        match (self.listed.is_empty(), self.gates.is_empty()) {
            (false, _) => of(&self.listed),
            (true, false) => of(&self.gates),
            (true, true) => seen.to_vec(),
        }
    }

    /// Whether the Definition of Done lists ids that are no gates.
    pub(super) fn has_items(&self) -> bool {
        self.listed.iter().any(|(id, _)| !self.gates.iter().any(|(gate, _)| gate == id))
    }

    /// Gates, then items of the Definition of Done that are no gates, with titles.
    pub(super) fn all(&self) -> Vec<(String, String)> {
        let mut all = self.gates.clone();
        for (id, title) in &self.listed {
            if !all.iter().any(|(known, _)| known == id) {
                all.push((id.clone(), title.clone()));
            }
        }
        all
    }

    /// Whether an id means something in this phase, as far as a plan can tell.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.known.is_empty() || self.known.contains(id)
    }

    /// What the plan calls a gate or an item.
    pub(super) fn title(&self, id: &str) -> Option<&str> {
        let named = self.gates.iter().chain(&self.listed).find(|(known, _)| known == id);
        named.map(|(_, title)| title.as_str())
    }

    fn take_gate(&mut self, document: &Document, index: usize, block: &Block) {
        if block.kind == BlockKind::Code {
            return;
        }
        let Some(line) = gate_line(&block.text) else { return };
        self.known.extend(line.ids.iter().cloned());
        static NAMED: LazyLock<Regex> = LazyLock::new(|| regex(r"^[^\w]*(?:Gate|GATE|Milestone)\b"));
        let parent = block.heading.and_then(|heading| document.blocks.get(heading));
        let is_gate = match block.kind {
            BlockKind::Heading(_) => {
                NAMED.is_match(&block.text) || document.headings_above(index).any(|at| is_gates(document, at))
            }
            BlockKind::Item | BlockKind::Row | BlockKind::Paragraph => {
                let below = block.heading.is_some_and(|at| is_gates(document, at));
                let nested = block
                    .lead
                    .and_then(|lead| document.blocks.get(lead))
                    .is_some_and(|lead| lead.kind == BlockKind::Item && names_gate(&lead.text));
                let own = parent.is_some_and(|heading| names_gate(&heading.text));
                let set_off = block.kind != BlockKind::Paragraph || block.begins_strong();
                below && !nested && !own && set_off
            }
            BlockKind::Code => false,
        };
        if !is_gate {
            return;
        }
        let title = match block.kind {
            BlockKind::Heading(_) => line.title,
            BlockKind::Row => line.title.split(" | ").next().unwrap_or("").to_owned(),
            _ => first_words(&line.title),
        };
        for id in line.ids {
            if self.gates.len() < MAX_IDS && !self.gates.iter().any(|(known, _)| *known == id) {
                self.gates.push((id, title.clone()));
            }
        }
    }

    fn take_done(&mut self, document: &Document, index: usize, block: &Block) {
        let below = document.headings_above(index).any(|at| is_definition_of_done(document, at));
        if !below || matches!(block.kind, BlockKind::Code) {
            return;
        }
        static APART: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"^[^\w\s]*\s*(?:DoD(?: item)? )?[A-Za-z-]+\d[\w.]*(?:[^\w]+[A-Z]+\d[\w.]*)*\s*(?:[:—–|\])]|-\s|\.\s|$)",
            )
        });
        let is_planned = |id: &String| self.gates.iter().any(|(gate, _)| gate == id);
        let mut found: Vec<(String, String)> = Vec::new();
        if let Some(line) = gate_line(&block.text) {
            let title = match block.kind {
                BlockKind::Row => line.title.split(" | ").next().unwrap_or("").to_owned(),
                _ => first_words(&line.title),
            };
            let set_off = block.begins_strong() || APART.is_match(&block.text);
            let own = line.ids.into_iter().filter(|id| set_off || is_planned(id));
            found.extend(own.map(|id| (id, title.clone())));
        }
        // "DoD-5 — M1 and M2 each have a PASS": an item may rest on gates.
        static PASS: LazyLock<Regex> = LazyLock::new(|| regex(r"\bPASS(?:ED)?\b"));
        if !found.is_empty() && !block.is_heading() && PASS.is_match(&block.text) {
            let named: HashSet<String> = split_ids(&block.text).into_iter().collect();
            found.extend(self.gates.iter().filter(|(id, _)| named.contains(id)).cloned());
        }
        // "All gates M1–M3 have a PASS": gates that the item speaks of.
        static ALL_GATES: LazyLock<Regex> =
            LazyLock::new(|| regex(r"(?i)\b(?:all|every|each)\b[^.]{0,20}\bgates?\b"));
        static A_GATE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)\bgates?\b"));
        if found.is_empty() && !block.is_heading() && A_GATE.is_match(&block.text) {
            let named: Vec<String> = split_ids(&block.text).into_iter().filter(is_planned).collect();
            let all = named.is_empty() && ALL_GATES.is_match(&block.text);
            let gates = self.gates.iter().filter(|(id, _)| all || named.contains(id));
            found.extend(gates.cloned());
        }
        for (id, title) in found {
            if self.listed.len() < MAX_IDS && !self.listed.iter().any(|(known, _)| *known == id) {
                self.listed.push((id, title));
            }
        }
    }
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("a fixed pattern: {error}"))
}

/// A heading's title in lower case, without what a lost line break put behind it; none for the document's own.
fn title_of(document: &Document, heading: usize) -> Option<String> {
    let block = document.blocks.get(heading)?;
    let end = (0..=TITLE_BYTES.min(block.text.len())).rev().find(|at| block.text.is_char_boundary(*at))?;
    (block.kind != BlockKind::Heading(1)).then(|| block.text.get(..end).unwrap_or("").to_ascii_lowercase())
}

fn is_gates(document: &Document, heading: usize) -> bool {
    static GATES: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(?:gates?|milestones?)\b"));
    title_of(document, heading).is_some_and(|title| GATES.is_match(&title))
}

fn is_definition_of_done(document: &Document, heading: usize) -> bool {
    static DONE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"\bdefinition[ -]of[ -]done\b|\bdod\b|\bdone (?:means|when)\b"));
    title_of(document, heading).is_some_and(|title| DONE.is_match(&title))
}
