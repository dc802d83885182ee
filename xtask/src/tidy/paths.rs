//! Finds the paths that a Rust file names (`crate::a::b`, `use super::{c, d}`); knows nothing of what is allowed.

use std::ops::Range;

/// A path with the line where it stands, written out in full: `crate::a::b`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NamedPath {
    pub(super) line: usize,
    pub(super) words: Vec<String>,
}

/// Every path in `text` that begins with `crate`, `super`, `self` or one of `crates`.
///
/// `module` is the file's own module, so that `self` and `super` can be written out. Comments, strings and
/// items under `#[cfg(test)]` are passed over: tests may import what they like.
pub(super) fn named_paths(text: &str, module: &[String], crates: &[&str]) -> Vec<NamedPath> {
    let mut code = blank_out(text);
    for item in test_items(&code).into_iter().rev() {
        let blank = blanks(&code[item.clone()]);
        code.replace_range(item, &blank);
    }
    let code = code.as_str();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = next_word(code, at) {
        let word = word_at(code, start);
        at = start + word.len();
        let is_head = ["crate", "super", "self"].contains(&word) || crates.contains(&word);
        // `a::crate_name::b` is somebody else's module.
        if !is_head || code[..start].ends_with("::") || !code[at..].trim_start().starts_with("::") {
            continue;
        }
        let line = code[..start].matches('\n').count() + 1;
        let mut expanded = Vec::new();
        at = expand(code, start, &[], &mut expanded);
        found.extend(expanded.into_iter().map(|words| NamedPath { line, words: absolute(words, module) }));
    }
    found
}

/// A module for tests alone in a file of its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TestModule {
    /// `#[cfg(test)] mod name;`
    Named(String),
    /// `#[cfg(test)] #[path = "file.rs"] mod name;`
    At(String),
}

/// The files that a file declares for tests alone.
pub(super) fn test_modules(text: &str) -> Vec<TestModule> {
    let code = blank_out(text);
    let items = test_items(&code).into_iter().filter_map(|item| {
        let name = code[item.clone()].strip_suffix(';')?.rsplit_once("mod ")?.1.trim();
        let path = text[item].split_once("#[path = \"").and_then(|(_, rest)| rest.split('"').next());
        Some(path.map_or_else(|| TestModule::Named(name.to_owned()), |path| TestModule::At(path.to_owned())))
    });
    items.collect()
}

/// Every item under `#[cfg(test)]`, attribute included.
fn test_items(code: &str) -> Vec<Range<usize>> {
    let mut items: Vec<Range<usize>> = Vec::new();
    for (start, attribute) in code.match_indices("#[cfg(test)]") {
        if items.last().is_none_or(|last| last.end <= start) {
            let body = start + attribute.len();
            items.push(start..body + item_length(&code[body..]));
        }
    }
    items
}

/// Up to the `;` or the `}` that ends an item.
fn item_length(code: &str) -> usize {
    let mut open = Vec::new();
    for (at, c) in code.char_indices() {
        match c {
            '{' | '(' | '[' => open.push(c),
            ')' | ']' => drop(open.pop()),
            '}' => {
                open.pop();
                if open.is_empty() {
                    return at + 1;
                }
            }
            ';' if open.is_empty() => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Reads one path or one group `{a, b::c}` at `at` and gives the place behind it.
fn expand(code: &str, at: usize, prefix: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = prefix.to_vec();
    let mut at = skip_space(code, at);
    loop {
        if code[at..].starts_with('{') {
            at = skip_space(code, at + 1);
            while at < code.len() && !code[at..].starts_with('}') {
                let before = at;
                at = skip_space(code, expand(code, at, &path, found));
                if code[at..].starts_with(',') || at == before {
                    at = skip_space(code, at + 1);
                }
            }
            return (at + 1).min(code.len());
        }
        let word = word_at(code, at);
        if word.is_empty() {
            // `*`, `<T>` and whatever else ends a path.
            found.push(path);
            return at;
        }
        path.push(word.to_owned());
        at += word.len();
        let next = skip_space(code, at);
        if !code[next..].starts_with("::") {
            at = skip_alias(code, next, at);
            found.push(path);
            return at;
        }
        at = skip_space(code, next + 2);
        if code[at..].starts_with('*') {
            found.push(path);
            return at + 1;
        }
    }
}

/// Behind ` as name`, where there is one.
fn skip_alias(code: &str, next: usize, at: usize) -> usize {
    if word_at(code, next) != "as" {
        return at;
    }
    let name = skip_space(code, next + 2);
    name + word_at(code, name).len()
}

/// Writes `self` and `super` out against the module that says them.
fn absolute(words: Vec<String>, module: &[String]) -> Vec<String> {
    let mut base: Option<Vec<String>> = None;
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.peek() {
        match (word.as_str(), &mut base) {
            ("self", None) => base = Some(module.to_vec()),
            ("super", None) => base = Some(module[..module.len().saturating_sub(1)].to_vec()),
            ("super", Some(base)) => drop(base.pop()),
            _ => break,
        }
        rest.next();
    }
    let mut full = match base {
        Some(base) => [vec!["crate".to_owned()], base].concat(),
        None => Vec::new(),
    };
    // `use a::{self, b}` names `a` itself.
    full.extend(rest.filter(|word| *word != "self").cloned());
    full
}

fn next_word(code: &str, from: usize) -> Option<usize> {
    let mut previous = code[..from].chars().next_back();
    for (offset, c) in code[from..].char_indices() {
        let begins = is_word(c) && !c.is_ascii_digit() && !previous.is_some_and(is_word);
        if begins {
            return Some(from + offset);
        }
        previous = Some(c);
    }
    None
}

fn word_at(code: &str, at: usize) -> &str {
    let length = code[at..].find(|c| !is_word(c)).unwrap_or(code.len() - at);
    &code[at..at + length]
}

fn skip_space(code: &str, at: usize) -> usize {
    code.len() - code[at.min(code.len())..].trim_start().len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The code with comments, strings and characters replaced by blanks; every byte stays where it is.
fn blank_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) = raw_string(rest, &out) {
            let end = format!("\"{}", "#".repeat(hashes));
            let open = hashes + 2;
            rest[open..].find(&end).map_or(rest.len(), |at| open + at + end.len())
        } else if c == '"' {
            string_length(rest)
        } else if c == '\'' {
            character_length(rest)
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        out.push_str(&blanks(&rest[..length]));
        rest = &rest[length..];
    }
    out
}

/// As many bytes as `text` has, with its line ends.
fn blanks(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// How many `#` a raw string at the start of `rest` has.
fn raw_string(rest: &str, before: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let alone = !before.ends_with(|c| is_word(c) && c != 'b');
    (alone && after[hashes..].starts_with('"')).then_some(hashes)
}

fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character literal, or only the quote where a lifetime begins.
fn character_length(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(1, |end| end + 4),
        Some(_) => chars.next().filter(|(_, c)| *c == '\'').map_or(1, |(at, _)| at + 1),
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let module = ["evidence".to_owned(), "junit".to_owned()];
        named_paths(text, &module, &["leptos"]).into_iter().map(|path| path.words.join("::")).collect()
    }

    #[test]
    fn groups_are_written_out() {
        assert_eq!(
            found(
                "use crate::{digest::Sha256Digest, time::{self, Timestamp as T}, limits::*};\nuse leptos::prelude::*;"
            ),
            [
                "crate::digest::Sha256Digest",
                "crate::time",
                "crate::time::Timestamp",
                "crate::limits",
                "leptos::prelude"
            ]
        );
    }

    #[test]
    fn self_and_super_are_written_out() {
        assert_eq!(
            found("use super::log::Log; use super::{Issue, super::time}; fn f() { self::parse() }"),
            [
                "crate::evidence::log::Log",
                "crate::evidence::Issue",
                "crate::time",
                "crate::evidence::junit::parse"
            ]
        );
    }

    #[test]
    fn paths_in_expressions_count_and_text_does_not() {
        assert_eq!(
            found("let x = crate::open::open::<u8>(b); self.crate_x; my::leptos::x()"),
            ["crate::open::open"]
        );
        assert_eq!(
            found(
                "// crate::a\n/* crate::b */ let s = \"crate::c\"; let r = r#\"\"crate::d\"#; let c = '\"'; crate::e()"
            ),
            ["crate::e"]
        );
        assert_eq!(
            found("fn f<'a>(x: &'a str) { crate::g() }\n#[cfg(test)]\nmod tests { use crate::h; }"),
            ["crate::g"]
        );
    }

    #[test]
    fn only_the_items_for_tests_are_passed_over() {
        let text = "#[cfg(test)]\nmod corpora;\nuse crate::a;\n#[cfg(test)]\nfn f(x: [u8; 2]) { crate::b() }\ncrate::c()";
        assert_eq!(found(text), ["crate::a", "crate::c"]);
        assert_eq!(test_modules(text), [TestModule::Named("corpora".to_owned())]);
        let text = "//! ü\n#[cfg(test)]\n#[path = \"a_tests.rs\"]\nmod tests;";
        assert_eq!(test_modules(text), [TestModule::At("a_tests.rs".to_owned())]);
    }

    #[test]
    fn a_path_knows_its_line() {
        assert_eq!(named_paths("\n\"a\nb\"\ncrate::x()", &[], &[])[0].line, 4);
    }
}
