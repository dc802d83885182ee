//! A place in a JUnit file, found as reports point to it, `/testsuites/testsuite[2]/@timestamp`, and altered there.
//! Knows nothing of other files.

use std::collections::HashMap;
use std::ops::Range;

use super::value::{other_texts, shifted};

/// Where an element's start tag lies and where it ends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Element {
    /// From `<` to `>`.
    pub(crate) tag: Range<usize>,
    /// Behind the end tag; the end of the start tag where the element is empty.
    pub(crate) end: usize,
    /// Whether the start tag ends the element.
    pub(crate) is_empty: bool,
}

/// The element at `pointer`, which may go on to an attribute.
pub(crate) fn element(text: &str, pointer: &str) -> Option<Element> {
    let wanted: Vec<String> = pointer
        .split('/')
        .filter(|step| !step.is_empty() && !step.starts_with('@'))
        .map(|step| if step.ends_with(']') { step.to_owned() } else { format!("{step}[1]") })
        .collect();
    let mut open: Vec<(String, HashMap<String, usize>)> = vec![(String::new(), HashMap::new())];
    let mut found: Option<(usize, Element)> = None;
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|offset| at + offset) {
        let skip = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")];
        if let Some((_, until)) = skip.iter().find(|(from, _)| text[start..].starts_with(from)) {
            at = start + text[start..].find(until)? + until.len();
            continue;
        }
        let end = tag_end(text, start)?;
        let inner = &text[start + 1..end - 1];
        at = end;
        if inner.starts_with('/') {
            open.pop();
            if let Some((depth, element)) = &mut found
                && open.len() == *depth
            {
                element.end = end;
                return Some(element.clone());
            }
            continue;
        }
        let is_empty = inner.ends_with('/');
        let name: String = inner.chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
        let counts = &mut open.last_mut()?.1;
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        let step = format!("{name}[{count}]");
        let is_wanted = {
            let path = open.iter().skip(1).map(|(step, _)| step.as_str()).chain([step.as_str()]);
            path.eq(wanted.iter().map(String::as_str))
        };
        if found.is_none() && is_wanted {
            let element = Element { tag: start..end, end, is_empty };
            if is_empty {
                return Some(element);
            }
            found = Some((open.len(), element));
        }
        if !is_empty {
            open.push((step, HashMap::new()));
        }
    }
    None
}

/// Behind the `>` of the tag at `start`; quoted attribute values may hold one.
fn tag_end(text: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    for (offset, c) in text[start..].char_indices() {
        match (quote, c) {
            (None, '>') => return Some(start + offset + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// Where the value of an element's attribute lies, without its quotes.
pub(crate) fn attribute(text: &str, element: &Element, name: &str) -> Option<Range<usize>> {
    let tag = &text[element.tag.clone()];
    let mut from = 0;
    while let Some(offset) = tag[from..].find(&format!("{name}=")) {
        let at = from + offset;
        let value = at + name.len() + 1;
        let quote = tag[value..].chars().next()?;
        if tag[..at].ends_with(char::is_whitespace) && matches!(quote, '"' | '\'') {
            let length = tag[value + 1..].find(quote)?;
            let start = element.tag.start + value + 1;
            return Some(start..start + length);
        }
        from = value;
    }
    None
}

/// By how many seconds a time without a zone is moved, which keeps it inside its build.
const ZONELESS_SHIFT: i64 = 90;

/// The file with other things at `pointer`, each with what was done.
pub(crate) fn others(text: &str, pointer: &str, words: &str) -> Vec<(String, String)> {
    let Some(element) = element(text, pointer) else { return Vec::new() };
    if let Some((_, name)) = pointer.rsplit_once("/@") {
        let Some(range) = attribute(text, &element, name) else { return Vec::new() };
        let value = &text[range.clone()];
        // A time without a zone counts only inside its build: it is moved by little first.
        let zoned = value.ends_with('Z')
            || value.rfind(['+', '-']).is_some_and(|at| at > value.find('T').unwrap_or(at));
        let near = (name == "timestamp" && !zoned).then(|| shifted(value, ZONELESS_SHIFT));
        let others = near.into_iter().chain(other_texts(value, words));
        return others.map(|other| (format!("{name} = {other}"), put(text, range.clone(), &other))).collect();
    }
    let whole = &text[element.tag.start..element.end];
    let mut others = if whole.starts_with("<testcase") {
        other_cases(text, &element)
    } else {
        other_suites(text, &element)
    };
    for name in ["timestamp", "time", "name"] {
        if let Some(range) = attribute(text, &element, name) {
            let other = other_texts(&text[range.clone()], words).into_iter().next().unwrap_or_default();
            others.push((format!("{name} = {other}"), put(text, range, &other)));
        }
    }
    others
}

fn put(text: &str, range: Range<usize>, other: &str) -> String {
    format!("{}{other}{}", &text[..range.start], &text[range.end..])
}

const FAILED: &str = "<failure message=\"altered\"/></testcase>";

/// The case with another outcome.
fn other_cases(text: &str, case: &Element) -> Vec<(String, String)> {
    let open = text[case.tag.clone()].trim_end_matches('>').trim_end_matches('/').trim_end();
    let inside = &text[case.tag.end..case.end];
    let passes = !["<failure", "<error", "<skipped"].iter().any(|outcome| inside.contains(outcome));
    let all = case.tag.start..case.end;
    match passes {
        true => vec![("failed".to_owned(), put(text, all, &format!("{open}>{FAILED}")))],
        false => vec![
            ("passed".to_owned(), put(text, all.clone(), &format!("{open}/>"))),
            ("failed".to_owned(), put(text, all, &format!("{open}>{FAILED}"))),
        ],
    }
}

/// The suite with other cases, and counts that agree with them.
fn other_suites(text: &str, suite: &Element) -> Vec<(String, String)> {
    let whole = &text[suite.tag.start..suite.end];
    let Some(end) = whole.rfind("</") else { return Vec::new() };
    let end = suite.tag.start + end;
    let counted = |mut changed: String, names: &[&str]| {
        let mut suite = suite.clone();
        for name in names {
            if let Some(range) = attribute(&changed, &suite, name) {
                let count = changed[range.clone()].parse::<u64>().map_or(1, |count| count + 1).to_string();
                suite.tag.end = suite.tag.end + count.len() - range.len();
                changed = put(&changed, range, &count);
            }
        }
        changed
    };
    let case = r#"<testcase classname="added" name="added" time="0.1""#;
    let mut others = vec![
        ("one more passed".to_owned(), counted(put(text, end..end, &format!("{case}/>")), &["tests"])),
        (
            "one more failed".to_owned(),
            counted(put(text, end..end, &format!("{case}>{FAILED}")), &["tests", "failures"]),
        ),
    ];
    if let Some(first) = whole.find("<testcase")
        && let Some(close) = whole[first..].find("/>")
        && !whole[first + 1..first + close].contains('<')
    {
        let at = suite.tag.start + first + close;
        let changed = put(text, at..at + 2, &format!(">{FAILED}"));
        others.push(("the first failed".to_owned(), counted(changed, &["failures"])));
    }
    others
}

#[test]
fn finds_what_reports_point_to() {
    let text = "<?xml version='1'?><a><!-- <b> --><b x='1>'/><b xx='0' x=\"2\"><c/></b><c>t</c></a>";
    let check = |pointer: &str, expected: &str| {
        let element = element(text, pointer).unwrap_or_else(|| panic!("{pointer} is not found"));
        let found = match pointer.rsplit_once("/@") {
            Some((_, name)) => attribute(text, &element, name).unwrap_or_else(|| panic!("no {pointer}")),
            None => element.tag.start..element.end,
        };
        assert_eq!(&text[found], expected, "{pointer}");
    };
    check("/a/b[1]/@x", "1>");
    check("/a/b[2]/@x", "2");
    check("/a[1]/b[2]/c[1]", "<c/>");
    check("/a/c[1]", "<c>t</c>");
    assert_eq!(element(text, "/a/b[3]"), None);
}
