//! The import rules of ARCHITECTURE.md: reads the table in `imports.rules` and holds every file against it.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{TestModule, named_paths, test_modules};
use super::{Complaint, SourceFile};

const TABLE: &str = include_str!("imports.rules");
/// The crates that the table speaks of: their folder, and the name that code calls them by.
const CRATES: [(&str, &str); 3] =
    [("shared", "dossier_shared"), ("bundler", "dossier"), ("viewer", "dossier_viewer")];
/// Crates from outside whose use the table limits.
const OUTSIDE: [&str; 6] = ["std", "fs_err", "leptos", "web_sys", "js_sys", "wasm_bindgen"];

/// Holds every source file of the three crates against the table.
pub(super) fn check(files: &[SourceFile]) -> Vec<Complaint> {
    let rules = match Rules::parse(TABLE) {
        Ok(rules) => rules,
        Err(complaint) => return vec![complaint],
    };
    let modules: BTreeSet<String> = files.iter().filter_map(|file| module_of(&file.path)).collect();
    let for_tests: BTreeSet<String> = files.iter().flat_map(files_for_tests).collect();
    let checked = files.iter().filter(|file| !for_tests.contains(&file.path));
    checked.flat_map(|file| check_file(&rules, &modules, file)).collect()
}

fn check_file(rules: &Rules, modules: &BTreeSet<String>, file: &SourceFile) -> Vec<Complaint> {
    let Some(module) = module_of(&file.path) else { return Vec::new() };
    let package = module.split("::").next().unwrap_or_default();
    let inner: Vec<String> = module.split("::").skip(1).map(str::to_owned).collect();
    let names: Vec<&str> = CRATES.iter().map(|(_, name)| *name).chain(OUTSIDE).collect();
    let mut complaints = Vec::new();
    for path in named_paths(&file.text, &inner, &names) {
        let full = in_table_words(&path.words, package);
        let complaint = |what: String| Complaint { path: file.path.clone(), line: path.line, what };
        if let Some(banned) = rules.banned(&module, &full) {
            complaints
                .push(complaint(format!("{module} must not import {banned} (xtask/src/tidy/imports.rules)")));
            continue;
        }
        let Some(target) = longest_module(&full, modules) else { continue };
        let related = is_within(&module, &target) || is_within(&target, &module);
        if !related && !rules.allowed(&module, &target) {
            complaints
                .push(complaint(format!("{module} may not import {target} (xtask/src/tidy/imports.rules)")));
        }
    }
    complaints.dedup();
    complaints
}

/// The paths of the files that `file` declares for its tests alone.
fn files_for_tests(file: &SourceFile) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.trim_end_matches(".rs");
    let below =
        if ["lib", "main", "mod"].contains(&stem) { folder.to_owned() } else { format!("{folder}/{stem}") };
    let path_of = |module: TestModule| match module {
        TestModule::Named(name) => format!("{below}/{name}.rs"),
        TestModule::At(path) => format!("{folder}/{path}"),
    };
    if module_of(&file.path).is_some() {
        test_modules(&file.text).into_iter().map(path_of).collect()
    } else {
        vec![]
    }
}

/// `shared/src/evidence/junit.rs` → `shared::evidence::junit`; none for other files.
fn module_of(path: &str) -> Option<String> {
    let (package, rest) = path.split_once("/src/")?;
    let rest = rest.strip_suffix(".rs")?;
    if !CRATES.iter().any(|(folder, _)| *folder == package) || rest.starts_with("bin/") {
        return None;
    }
    match rest {
        "lib" | "main" => Some(package.to_owned()),
        _ => Some(format!("{package}::{}", rest.trim_end_matches("/mod").replace('/', "::"))),
    }
}

/// `crate::a` in shared, and `dossier_shared::a` elsewhere, are both `shared::a`.
fn in_table_words(words: &[String], package: &str) -> String {
    let head = words.first().map(String::as_str).unwrap_or_default();
    let named = CRATES.iter().find(|(_, name)| *name == head).map(|(folder, _)| *folder);
    let head = if head == "crate" { package } else { named.unwrap_or(head) };
    words.iter().skip(1).fold(head.to_owned(), |path, word| format!("{path}::{word}"))
}

/// The module that a path goes through last; what follows is an item in it.
fn longest_module(path: &str, modules: &BTreeSet<String>) -> Option<String> {
    let mut path = path;
    loop {
        if modules.contains(path) {
            return Some(path.to_owned());
        }
        path = path.rsplit_once("::")?.0;
    }
}

fn is_within(module: &str, ancestor: &str) -> bool {
    module.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// `x` or `x::*`.
#[derive(Debug, Clone, PartialEq)]
struct Pattern {
    module: String,
    and_below: bool,
}

impl Pattern {
    fn parse(text: &str) -> Pattern {
        match text.strip_suffix("::*") {
            Some(module) => Pattern { module: module.to_owned(), and_below: true },
            None => Pattern { module: text.to_owned(), and_below: false },
        }
    }

    fn holds(&self, module: &str) -> bool {
        if self.and_below { is_within(module, &self.module) } else { module == self.module }
    }

    /// The longer, the more exact; `x` beats `x::*`.
    fn exactness(&self) -> (usize, bool) {
        (self.module.matches("::").count(), !self.and_below)
    }
}

#[derive(Debug, Default)]
struct Rules {
    may: Vec<(Pattern, Vec<Pattern>)>,
    must_not: Vec<(Pattern, Vec<Pattern>)>,
}

impl Rules {
    fn parse(table: &str) -> Result<Rules, Complaint> {
        let mut groups: BTreeMap<&str, Vec<Pattern>> = BTreeMap::new();
        let mut rules = Rules::default();
        for (index, line) in table.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let list = |text: &str| {
                let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
                names
                    .flat_map(|name| groups.get(name).cloned().unwrap_or_else(|| vec![Pattern::parse(name)]))
                    .collect::<Vec<Pattern>>()
            };
            if let Some((module, names)) = line.split_once("!<-") {
                rules.must_not.push((Pattern::parse(module.trim()), list(names)));
            } else if let Some((module, names)) = line.split_once("<-") {
                rules.may.push((Pattern::parse(module.trim()), list(names)));
            } else if let Some((group, names)) = line.split_once('=') {
                let names = list(names);
                groups.insert(group.trim(), names);
            } else {
                let what = format!("`{line}` is no rule: write `module <- modules`");
                return Err(Complaint {
                    path: "xtask/src/tidy/imports.rules".to_owned(),
                    line: index + 1,
                    what,
                });
            }
        }
        Ok(rules)
    }

    fn allowed(&self, module: &str, target: &str) -> bool {
        most_exact(&self.may, module).is_some_and(|may| may.iter().any(|pattern| pattern.holds(target)))
    }

    /// The name that forbids importing `path`, where one does.
    fn banned(&self, module: &str, path: &str) -> Option<&str> {
        let banned = most_exact(&self.must_not, module)?;
        banned.iter().find(|pattern| is_within(path, &pattern.module)).map(|pattern| pattern.module.as_str())
    }
}

fn most_exact<'a>(rules: &'a [(Pattern, Vec<Pattern>)], module: &str) -> Option<&'a [Pattern]> {
    let fitting = rules.iter().filter(|(of, _)| of.holds(module));
    fitting.max_by_key(|(of, _)| of.exactness()).map(|(_, names)| names.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said about `code` at `path`, in a repository that also has the usual modules.
    fn complaints(path: &str, code: &str) -> Vec<String> {
        let others = [
            "shared/src/lib.rs",
            "shared/src/time.rs",
            "shared/src/evidence.rs",
            "shared/src/evidence/fields.rs",
            "shared/src/evidence/junit.rs",
            "shared/src/evidence/log.rs",
            "shared/src/snapshot/write.rs",
            "shared/src/report.rs",
            "shared/src/report/build.rs",
            "bundler/src/collect.rs",
            "viewer/src/views/trust.rs",
            "viewer/src/model/rows.rs",
        ];
        let empty = |path: &&str| SourceFile { path: (*path).to_owned(), text: String::new() };
        let mut files: Vec<SourceFile> = others.iter().filter(|other| **other != path).map(empty).collect();
        files.push(SourceFile { path: path.to_owned(), text: code.to_owned() });
        check(&files).into_iter().map(|complaint| complaint.what).collect()
    }

    #[test]
    fn what_the_architecture_allows_passes() {
        for (path, code) in [
            ("shared/src/evidence/junit.rs", "use super::{Issue, fields}; use crate::time::Timestamp;"),
            ("shared/src/evidence/load.rs", "use super::junit; use crate::evidence::log::parse;"),
            ("shared/src/snapshot/metadata.rs", "use crate::evidence::EvidenceKind;"),
            ("bundler/src/pack.rs", "use dossier_shared::snapshot::write::Writer;"),
            ("viewer/src/views/gates.rs", "use leptos::prelude::*; use crate::model::rows::Row;"),
            ("shared/src/evidence/junit.rs", "#[cfg(test)]\nmod tests { use super::super::log; }"),
        ] {
            assert_eq!(complaints(path, code), [""; 0], "{path}: {code}");
        }
    }

    #[test]
    fn what_the_architecture_forbids_is_named() {
        for (path, code, expected) in [
            ("shared/src/evidence/junit.rs", "use super::log::Log;", "may not import shared::evidence::log"),
            ("shared/src/time.rs", "use crate::evidence::Issue;", "may not import shared::evidence"),
            (
                "shared/src/open.rs",
                "let now = std::time::Instant::now();",
                "must not import std::time::Instant",
            ),
            (
                "shared/src/verify.rs",
                "use crate::report::build::build;",
                "may not import shared::report::build",
            ),
            (
                "bundler/src/commands/html.rs",
                "use dossier_shared::snapshot::write::W;",
                "must not import shared::snapshot::write",
            ),
            ("bundler/src/redact.rs", "use std::net::TcpStream;", "must not import std::net"),
            ("viewer/src/model/rows.rs", "use leptos::prelude::*;", "must not import leptos"),
            (
                "viewer/src/model/rows.rs",
                "use crate::views::trust::Trust;",
                "may not import viewer::views::trust",
            ),
            (
                "viewer/src/components/tip.rs",
                "use dossier_shared::report::Report;",
                "may not import shared::report",
            ),
        ] {
            let said = complaints(path, code);
            assert!(said.len() == 1 && said[0].contains(expected), "{path}: {said:?}");
        }
    }

    #[test]
    fn the_table_can_be_read() {
        assert!(Rules::parse(TABLE).is_ok());
        assert!(Rules::parse("shared may import nothing").is_err());
    }
}
