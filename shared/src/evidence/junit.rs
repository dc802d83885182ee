//! JUnit XML of any producer. Knows nothing about runs or builds.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Case, CaseOutcome, Counts, Issue, Place, Suite, xml};
use crate::entry_path::EntryPath;
use crate::limits::Limits;
use crate::time::{self, Timestamp};

/// Cases that are read of one file.
const MAX_CASES: usize = 1_000_000;
/// Suites that are read of one file, empty ones included.
const MAX_SUITES: usize = 200_000;
/// Bytes that are kept of one message.
const MAX_MESSAGE_BYTES: usize = 64 << 10;
/// Issues that are kept before the parser only counts on.
const MAX_ISSUES: usize = 64;

/// Reads a report; suites come out in the order of their elements, those without cases of their own left out.
///
/// [`Suite::run`] stays empty: which run's folder the file lies in is the layout's affair.
pub fn parse(bytes: &[u8], path: &EntryPath) -> (Vec<Suite>, Vec<Issue>) {
    let mut issues = Vec::new();
    let Some(text) = xml::decode(bytes, &mut issues) else {
        return (Vec::new(), issues);
    };
    let mut report = Report {
        path,
        text: &text,
        groups: Vec::new(),
        open: Vec::new(),
        case: None,
        cases: 0,
        too_deep: 0,
        said_too_deep: false,
        first_odd_time: None,
        odd_times: 0,
        stopped: false,
        issues,
    };
    report.read();
    report.finish()
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    /// `testsuites`, `testsuite` or `testrun`: an index into the groups.
    Group(usize),
    /// An unknown element between a group, by its index, and its cases.
    Wrapper(usize),
    /// `testcase`.
    Case,
    /// A child of a case that says how it went, and whatever of it holds text.
    Verdict,
    /// An element whose content does not matter here: output, properties.
    Quiet,
}

struct Open {
    node: Node,
    pointer: String,
    /// How many children of each name were seen, for the pointers of the next ones.
    children: BTreeMap<String, u64>,
}

struct Group {
    suite: Suite,
    parent: Option<usize>,
    has_groups: bool,
}

/// How a child of a case says it went, the weightiest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Rerun,
    Flaky,
    Disabled,
    Skipped,
    Failed,
    Error,
}

impl Verdict {
    fn of_element(name: &str) -> Option<Verdict> {
        Some(match name {
            "error" => Verdict::Error,
            "failure" => Verdict::Failed,
            "skipped" | "skip" | "ignored" => Verdict::Skipped,
            "disabled" => Verdict::Disabled,
            "flakyFailure" | "flakyError" => Verdict::Flaky,
            "rerunFailure" | "rerunError" => Verdict::Rerun,
            _ => return None,
        })
    }

    /// What the attributes `status` and `result` say; `run`, `completed` and unknown words say nothing.
    fn of_word(word: &str) -> Option<Verdict> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "error" | "errored" => Verdict::Error,
            "fail" | "failed" | "failure" => Verdict::Failed,
            "skip" | "skipped" | "ignored" | "pending" => Verdict::Skipped,
            "disabled" | "notrun" | "not run" | "suppressed" => Verdict::Disabled,
            _ => return None,
        })
    }

    fn outcome(self) -> CaseOutcome {
        match self {
            // Whatever was rerun and did not fail in the end has passed at last.
            Verdict::Rerun | Verdict::Flaky => CaseOutcome::Flaky,
            Verdict::Disabled => CaseOutcome::Disabled,
            Verdict::Skipped => CaseOutcome::Skipped,
            Verdict::Failed => CaseOutcome::Failed,
            Verdict::Error => CaseOutcome::Error,
        }
    }
}

struct OpenCase {
    case: Case,
    group: usize,
    /// What the children say, or else the attributes.
    verdict: Option<Verdict>,
    by_attribute: Option<Verdict>,
    /// The message of the child that is open, and what that child says.
    current: Option<(Verdict, String)>,
}

impl OpenCase {
    fn close_verdict(&mut self) {
        let Some((verdict, message)) = self.current.take() else { return };
        let message = message.trim();
        match self.verdict.map(|before| before.cmp(&verdict)) {
            Some(std::cmp::Ordering::Greater) => return,
            Some(std::cmp::Ordering::Equal) if message.is_empty() => {}
            Some(std::cmp::Ordering::Equal) => {
                self.case.message.push('\n');
                push_bounded(&mut self.case.message, message);
            }
            _ => self.case.message = message.to_owned(),
        }
        self.verdict = Some(verdict);
    }
}

struct Report<'a> {
    path: &'a EntryPath,
    text: &'a str,
    groups: Vec<Group>,
    open: Vec<Open>,
    case: Option<OpenCase>,
    cases: usize,
    /// How many elements are open below the deepest one that is read.
    too_deep: u64,
    said_too_deep: bool,
    /// The first time that could not be read, and how many there are.
    first_odd_time: Option<(String, String)>,
    odd_times: u64,
    stopped: bool,
    issues: Vec<Issue>,
}

impl Report<'_> {
    fn issue(&mut self, at: impl Into<String>, what: impl Into<String>) {
        if self.issues.len() < MAX_ISSUES {
            self.issues.push(Issue::new(at, what));
        }
    }

    /// Gives up at `offset`; what was read so far is kept.
    fn stop(&mut self, offset: u64, what: impl Into<String>) {
        self.stopped = true;
        // This one is never dropped: whoever reads the suites has to know that they are not all.
        self.issues.push(Issue::new(format!("line {}", xml::line_of(self.text, offset)), what));
    }

    fn read(&mut self) {
        let mut reader = Reader::from_str(self.text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        while !self.stopped {
            let offset = reader.buffer_position();
            match reader.read_event() {
                Ok(Event::Start(element)) => self.start(&element, offset),
                Ok(Event::End(_)) => self.end(),
                Ok(Event::Text(text)) => self.content(&text),
                Ok(Event::CData(text)) => self.content(&text),
                Ok(Event::GeneralRef(reference)) => self.content(&xml::reference(&reference)),
                // Entities can be bombs or read files, and no producer of reports needs them.
                Ok(Event::DocType(_)) => {
                    self.stop(offset, "declares a DOCTYPE, which is refused; nothing after it is read")
                }
                Ok(Event::Eof) => break,
                Ok(Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Empty(_)) => {}
                Err(error) => {
                    let what = format!("is no well-formed XML from here on: {error}; read up to here");
                    self.stop(reader.error_position(), what);
                }
            }
        }
        if !self.stopped
            && let Some(open) = self.open.iter().rfind(|open| !open.pointer.is_empty())
        {
            let what = format!("the file ends inside {}; read up to here", open.pointer);
            self.stop(self.text.len() as u64, what);
        }
        if self.groups.is_empty() && !self.stopped {
            self.issue("", "holds no XML element");
        }
    }

    fn start(&mut self, element: &BytesStart<'_>, offset: u64) {
        if self.open.len() >= Limits::default().depth || self.too_deep > 0 {
            if !self.said_too_deep {
                self.said_too_deep = true;
                let at = format!("line {}", xml::line_of(self.text, offset));
                self.issue(at, format!("is nested deeper than {}; left out", Limits::default().depth));
            }
            self.too_deep += 1;
            return;
        }
        let name = element.local_name().into_inner();
        let (parent, pointer) = match self.open.last_mut() {
            None if self.groups.is_empty() => (None, format!("/{name}")),
            None => return self.stop(offset, "begins a second root element; nothing from here on is read"),
            // Inside a case nothing is cited but the case's suite.
            Some(Open { node: node @ (Node::Case | Node::Verdict | Node::Quiet), .. }) => {
                (Some(*node), String::new())
            }
            Some(open) => {
                let number = open.children.entry(name.to_owned()).or_default();
                *number += 1;
                (Some(open.node), format!("{}/{name}[{number}]", open.pointer))
            }
        };
        let is_group = matches!(name, "testsuites" | "testsuite" | "testrun");
        let node = match (parent, name) {
            (None, _) if !is_group => {
                return self.stop(offset, format!("<{name}> is no root of a JUnit report; not read"));
            }
            (None, _) => self.begin_group(element, None, &pointer),
            (Some(Node::Group(parent) | Node::Wrapper(parent)), _) if is_group => {
                self.begin_group(element, Some(parent), &pointer)
            }
            (Some(Node::Group(group) | Node::Wrapper(group)), "testcase") => {
                self.begin_case(element, group, &pointer);
                Node::Case
            }
            (Some(Node::Group(_) | Node::Wrapper(_)), "properties" | "system-out" | "system-err") => {
                Node::Quiet
            }
            (Some(Node::Group(group) | Node::Wrapper(group)), _) => Node::Wrapper(group),
            (Some(Node::Case), _) => self.begin_verdict(element, name),
            (Some(Node::Verdict), "system-out" | "system-err") => Node::Quiet,
            (Some(Node::Verdict), _) => Node::Verdict,
            (Some(Node::Quiet), _) => Node::Quiet,
        };
        if self.cases > MAX_CASES || self.groups.len() > MAX_SUITES {
            return self
                .stop(offset, "holds more cases or suites than are read of one file; read up to here");
        }
        self.open.push(Open { node, pointer, children: BTreeMap::new() });
    }

    fn begin_group(&mut self, element: &BytesStart<'_>, parent: Option<usize>, pointer: &str) -> Node {
        if let Some(parent) = parent.and_then(|parent| self.groups.get_mut(parent)) {
            parent.has_groups = true;
        }
        let timestamp_raw = xml::attribute(element, "timestamp").unwrap_or_default().trim().to_owned();
        let timestamp = instant(&timestamp_raw);
        let mut count = |names: &[&str]| {
            let (name, raw) = names.iter().find_map(|name| Some((*name, xml::attribute(element, name)?)))?;
            let count = raw.trim().parse().ok();
            if count.is_none() && !raw.trim().is_empty() {
                self.issue(format!("{pointer}/@{name}"), format!("{:?} is no count; left out", short(&raw)));
            }
            count
        };
        let declared = Counts {
            tests: count(&["tests"]),
            failures: count(&["failures"]),
            errors: count(&["errors"]),
            skipped: count(&["skipped", "skip", "skips", "ignored"]),
        };
        let seconds = self.seconds(element, pointer);
        let suite = Suite {
            run: None,
            file_stem: file_stem(self.path).to_owned(),
            name: xml::attribute(element, "name").unwrap_or_default(),
            timestamp_raw,
            timestamp,
            seconds,
            declared,
            ..Suite::nothing(Place { path: self.path.clone(), pointer: pointer.to_owned() })
        };
        self.groups.push(Group { suite, parent, has_groups: false });
        Node::Group(self.groups.len() - 1)
    }

    fn begin_case(&mut self, element: &BytesStart<'_>, group: usize, pointer: &str) {
        let attribute = |name| xml::attribute(element, name);
        let by_attribute = [attribute("status"), attribute("result")]
            .into_iter()
            .flatten()
            .filter_map(|word| Verdict::of_word(&word))
            .max();
        let class = attribute("classname").filter(|class| !class.is_empty()).or_else(|| attribute("file"));
        let case = Case {
            class: class.unwrap_or_default(),
            seconds: self.seconds(element, pointer),
            ..Case::new(attribute("name").unwrap_or_default(), CaseOutcome::Passed)
        };
        self.cases += 1;
        self.case = Some(OpenCase { case, group, verdict: None, by_attribute, current: None });
    }

    fn begin_verdict(&mut self, element: &BytesStart<'_>, name: &str) -> Node {
        let (Some(verdict), Some(case)) = (Verdict::of_element(name), &mut self.case) else {
            return Node::Quiet;
        };
        let message = xml::attribute(element, "message").filter(|message| !message.is_empty());
        let mut message = message.or_else(|| xml::attribute(element, "type")).unwrap_or_default();
        truncate(&mut message);
        if !message.is_empty() {
            message.push('\n');
        }
        case.current = Some((verdict, message));
        Node::Verdict
    }

    fn seconds(&mut self, element: &BytesStart<'_>, pointer: &str) -> Option<f64> {
        let raw = xml::attribute(element, "time")?;
        let seconds = seconds(&raw);
        if seconds.is_none() && !raw.trim().is_empty() {
            self.odd_times += 1;
            self.first_odd_time.get_or_insert_with(|| (format!("{pointer}/@time"), short(&raw)));
        }
        seconds
    }

    fn content(&mut self, text: &str) {
        let in_verdict =
            self.too_deep == 0 && self.open.last().is_some_and(|open| open.node == Node::Verdict);
        if let (true, Some((_, message))) =
            (in_verdict, self.case.as_mut().and_then(|case| case.current.as_mut()))
        {
            push_bounded(message, &xml::clean(text));
        }
    }

    fn end(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let node = self.open.pop().map(|open| open.node);
        let parent = self.open.last().map(|open| open.node);
        if parent == Some(Node::Case)
            && node == Some(Node::Verdict)
            && let Some(case) = &mut self.case
        {
            case.close_verdict();
        }
        if node == Some(Node::Case) {
            self.end_case(true);
        }
    }

    /// Files the open case; one that is cut off before anything speaks against it may not count as passed.
    fn end_case(&mut self, whole: bool) {
        let Some(mut open) = self.case.take() else { return };
        open.close_verdict();
        let verdict = open.verdict.or(open.by_attribute);
        if !whole && verdict.is_none_or(|verdict| verdict < Verdict::Failed) {
            let what =
                format!("the file breaks off inside case {:?}; it is left out", short(&open.case.name));
            self.issues.push(Issue::new("", what));
            return;
        }
        open.case.outcome = verdict.map_or(CaseOutcome::Passed, Verdict::outcome);
        if let Some(group) = self.groups.get_mut(open.group) {
            group.suite.cases.push(open.case);
        }
    }

    fn finish(mut self) -> (Vec<Suite>, Vec<Issue>) {
        self.end_case(false);
        if let Some((at, raw)) = self.first_odd_time.take() {
            let more = match self.odd_times.saturating_sub(1) {
                0 => String::new(),
                more => format!(", nor are {more} more times in this file lengths of time"),
            };
            self.issue(at, format!("{raw:?} is no length of time; left out{more}"));
        }
        // Children stand behind their parents, so that one pass from the back adds up every subtree.
        let mut totals: Vec<u64> = self.groups.iter().map(|group| group.suite.cases.len() as u64).collect();
        for index in (0..self.groups.len()).rev() {
            let total = totals.get(index).copied().unwrap_or(0);
            let parent = self.groups.get(index).and_then(|group| group.parent);
            if let Some(parent) = parent.and_then(|parent| totals.get_mut(parent)) {
                *parent = parent.saturating_add(total);
            }
        }
        let mut suites = Vec::new();
        for (group, total) in std::mem::take(&mut self.groups).into_iter().zip(totals) {
            let mut suite = group.suite;
            suite.computed = computed(&suite.cases);
            // What a suite without nested ones declares stands beside what it holds; the others end here.
            let is_shown = !suite.cases.is_empty() && !group.has_groups;
            if let Some(declared) = suite.declared.tests.filter(|declared| *declared != total)
                && !is_shown
                && !self.stopped
            {
                let what = format!("declares {declared} tests, but {total} cases are in it");
                self.issue(suite.place.pointer.clone(), what);
            }
            if group.has_groups {
                suite.declared = Counts::default();
            }
            if !suite.cases.is_empty() {
                suites.push(suite);
            }
        }
        (suites, self.issues)
    }
}

fn computed(cases: &[Case]) -> Counts {
    let count = |outcome| Some(cases.iter().filter(|case| case.outcome == outcome).count() as u64);
    Counts {
        tests: Some(cases.len() as u64),
        failures: count(CaseOutcome::Failed),
        errors: count(CaseOutcome::Error),
        skipped: count(CaseOutcome::Skipped),
    }
}

fn file_stem(path: &EntryPath) -> &str {
    let name = path.file_name();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn push_bounded(text: &mut String, more: &str) {
    if text.len() < MAX_MESSAGE_BYTES {
        text.push_str(more);
        truncate(text);
    }
}

fn truncate(text: &mut String) {
    if text.len() > MAX_MESSAGE_BYTES {
        text.truncate(text.floor_char_boundary(MAX_MESSAGE_BYTES));
        text.push('…');
    }
}

/// Seconds as producers write them: `0.004`, `1,234.5`, `0,5`, `1.234,5`, `00:01:02.5`.
///
/// None for a negative time, for words such as `<<computed>>`, and for `1,234`, which two producers mean differently.
fn seconds(raw: &str) -> Option<f64> {
    let raw = raw.trim();
    let raw = raw.strip_suffix('s').unwrap_or(raw).trim_end();
    if !raw
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b':' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    let seconds = match raw.rsplit_once(':') {
        None => decimal(raw)?,
        Some((larger, seconds)) => {
            let larger = larger.split(':').try_fold((0_f64, 0), |(sum, parts), part| {
                let part: u32 = part.parse().ok()?;
                (parts < 2).then_some((sum * 60.0 + f64::from(part), parts + 1))
            })?;
            larger.0 * 60.0 + decimal(seconds)?
        }
    };
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}

fn decimal(raw: &str) -> Option<f64> {
    let plain = match (raw.rfind(','), raw.rfind('.')) {
        (None, _) => raw.to_owned(),
        (Some(comma), Some(point)) if comma < point => raw.replace(',', ""),
        (Some(_), Some(_)) => raw.replace('.', "").replace(',', "."),
        (Some(comma), None) => {
            let is_ambiguous = raw.len() - comma == 4 && (1..=3).contains(&comma) && !raw.starts_with('0');
            if is_ambiguous || raw.matches(',').count() > 1 {
                return None;
            }
            raw.replace(',', ".")
        }
    };
    plain.parse().ok()
}

/// The instant of a timestamp that says its zone: RFC 3339 and its relatives, `… UTC`, RFC 2822, epoch milliseconds.
fn instant(raw: &str) -> Option<Timestamp> {
    if !raw.is_empty() && raw.bytes().all(|byte| byte.is_ascii_digit()) {
        return match raw.len() {
            12..=14 => Timestamp::from_millisecond(raw.parse().ok()?).ok(),
            10 => time::from_unix(raw.parse().ok()?),
            _ => None,
        };
    }
    let in_utc =
        raw.strip_suffix("UTC").or(raw.strip_suffix("GMT")).map(|raw| format!("{}Z", raw.trim_end()));
    time::from_rfc3339(raw)
        .or_else(|| time::from_rfc3339(&in_utc?))
        .or_else(|| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(raw).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::iso;

    fn read(xml: &str) -> (Vec<Suite>, Vec<String>) {
        let (suites, issues) =
            parse(xml.as_bytes(), &EntryPath::new("data/runs/612/junit/custom__posts.xml").unwrap());
        (suites, issues.into_iter().map(|issue| format!("{}: {}", issue.at, issue.what)).collect())
    }

    fn check_outcome(attributes: &str, children: &str, expected: CaseOutcome) {
        let (suites, issues) =
            read(&format!("<testsuite><testcase {attributes}>{children}</testcase></testsuite>"));
        assert_eq!(suites[0].cases[0].outcome, expected, "{attributes} {children}");
        assert_eq!(issues, [""; 0]);
    }

    #[test]
    fn the_weightiest_word_decides() {
        check_outcome("", "", CaseOutcome::Passed);
        check_outcome("status='run'", "<system-out>error</system-out>", CaseOutcome::Passed);
        check_outcome("", "<skipped/>", CaseOutcome::Skipped);
        check_outcome("", "<skipped/><failure/><error/>", CaseOutcome::Error);
        check_outcome("", "<failure/><skipped/>", CaseOutcome::Failed);
        check_outcome("", "<flakyFailure/>", CaseOutcome::Flaky);
        check_outcome("", "<failure/><rerunFailure/><flakyError/>", CaseOutcome::Failed);
        check_outcome("status='disabled'", "", CaseOutcome::Disabled);
        check_outcome("status='notrun' result='suppressed'", "", CaseOutcome::Disabled);
        check_outcome("status='notrun'", "<skipped/>", CaseOutcome::Skipped);
        check_outcome("status='failed'", "", CaseOutcome::Failed);
        check_outcome("status='failed'", "<error/>", CaseOutcome::Error);
        check_outcome("", "<system-out><failure/></system-out>", CaseOutcome::Passed);
    }

    fn check_suites(xml: &str, expected: &[(&str, usize)]) {
        let (suites, _) = read(xml);
        let suites: Vec<_> =
            suites.iter().map(|suite| (suite.place.pointer.as_str(), suite.cases.len())).collect();
        assert_eq!(suites, expected, "{xml}");
    }

    #[test]
    fn suites_nest_and_are_cited() {
        check_suites("<testsuite><testcase/></testsuite>", &[("/testsuite", 1)]);
        check_suites(
            "<testsuites><testsuite/><testsuite><testcase/><testsuite><testcase/></testsuite><testcase/></testsuite></testsuites>",
            &[("/testsuites/testsuite[2]", 2), ("/testsuites/testsuite[2]/testsuite[1]", 1)],
        );
        check_suites("<testsuites><testcase/><testcase/></testsuites>", &[("/testsuites", 2)]);
        check_suites(
            "<testrun><x><testcase/></x><testsuite><testcase/></testsuite></testrun>",
            &[("/testrun", 1), ("/testrun/testsuite[1]", 1)],
        );
        check_suites("<suites><testcase/></suites>", &[]);
        check_suites(
            "<testsuite><testcase/></testsuite><testsuite><testcase/></testsuite>",
            &[("/testsuite", 1)],
        );
        check_suites("<testsuite><testcase><testcase/></testcase></testsuite>", &[("/testsuite", 1)]);
    }

    #[test]
    fn reads_a_suite() {
        let (suites, issues) = read(
            r#"<?xml version="1.0"?><testsuites tests="9"><testsuite name="pytest" errors="0" failures="1" skipped="0" tests="2" time="1,820.5"
            timestamp="2026-06-13T06:14:51.200000+00:00"><testcase classname="a" name="x&lt;1&gt;" time="0.5">
            <failure message="m&#10;n">text &amp; <![CDATA[<more>]]> &unknown;<system-out>no</system-out></failure></testcase>
            <testcase file="f.py" name="y" time="&lt;&lt;computed&gt;&gt;"/></testsuite></testsuites>"#,
        );
        let suite = &suites[0];
        assert_eq!(
            (suite.file_stem.as_str(), suite.name.as_str(), suite.seconds),
            ("custom__posts", "pytest", Some(1820.5))
        );
        assert_eq!(suite.timestamp.map(iso).as_deref(), Some("2026-06-13T06:14:51Z"));
        assert_eq!(suite.declared, suite.computed);
        assert_eq!((suite.cases[0].name.as_str(), suite.cases[0].class.as_str()), ("x<1>", "a"));
        assert_eq!(suite.cases[0].message, "m\nn\ntext & <more> &unknown;");
        assert_eq!(suite.cases[1].class, "f.py");
        assert_eq!(
            issues,
            [
                "/testsuites/testsuite[1]/testcase[2]/@time: \"<<computed>>\" is no length of time; left out",
                "/testsuites: declares 9 tests, but 2 cases are in it"
            ]
        );
    }

    #[test]
    fn one_clear_word_about_what_is_broken() {
        let check = |xml: &str, cases: usize, expected: &str| {
            let (suites, issues) = read(xml);
            assert_eq!(suites.iter().map(|suite| suite.cases.len()).sum::<usize>(), cases, "{xml}");
            assert!(issues.iter().any(|issue| issue.contains(expected)), "{xml}: {issues:?}");
            assert!(issues.len() <= 2, "{issues:?}");
        };
        check("", 0, "holds no XML element");
        check("<testsuite><testcase/><testcase name='cut'>", 1, "breaks off inside case \"cut\"");
        check("<testsuite><testcase/><testcase name='cut'><failure>x", 2, "ends inside");
        check("<testsuite><testcase/><testcase na", 1, "no well-formed XML");
        check("<testsuite><testcase><failure><![CDATA[x", 1, "no well-formed XML");
        check("<testsuite><testcase/></testsuites>", 1, "no well-formed XML");
        check("<!DOCTYPE x [<!ENTITY a 'b'>]><testsuite><testcase/></testsuite>", 0, "DOCTYPE");
        check("<html/>", 0, "no root of a JUnit report");
        check("<testsuite tests='3'/>", 0, "declares 3 tests, but 0 cases");
        check(&format!("{}<testcase/>", "<testsuite>".repeat(5000)), 0, "nested deeper");
        let nested = format!(
            "<testsuite><testcase/>{}{}<testcase/></testsuite>",
            "<a>".repeat(500),
            "</a>".repeat(500)
        );
        check(&nested, 2, "nested deeper than 128");
    }

    fn check_seconds(raw: &str, expected: Option<f64>) {
        assert_eq!(seconds(raw), expected, "{raw}");
    }

    #[test]
    fn reads_lengths_of_time() {
        check_seconds("1,234.5", Some(1234.5));
        check_seconds("1.234,5", Some(1234.5));
        check_seconds("1,234,567.8", Some(1_234_567.8));
        check_seconds("0,5", Some(0.5));
        check_seconds("0,123", Some(0.123));
        check_seconds("1,234", None);
        check_seconds("", None);
        check_seconds("-345345", None);
        check_seconds("NaN", None);
        check_seconds("1e-3", Some(0.001));
        check_seconds("00:01:02.5", Some(62.5));
        check_seconds("1:2:3:4", None);
        check_seconds("1.5s", Some(1.5));
        check_seconds("<<computed>>", None);
        check_seconds("1e999", None);
    }

    fn check_instant(raw: &str, expected: Option<&str>) {
        assert_eq!(instant(raw).map(iso).as_deref(), expected, "{raw}");
    }

    #[test]
    fn reads_instants_that_say_their_zone() {
        check_instant("2026-06-13T06:14:51.200000+00:00", Some("2026-06-13T06:14:51Z"));
        check_instant("2024-01-03 12:27:54Z", Some("2024-01-03T12:27:54Z"));
        check_instant("2024-01-03T12:27:11.21-0100", Some("2024-01-03T13:27:11Z"));
        check_instant("2009-05-18 12:00:01 UTC", Some("2009-05-18T12:00:01Z"));
        check_instant("Sat, 13 Jun 2026 06:14:51 +0200", Some("2026-06-13T04:14:51Z"));
        check_instant("1781331291200", Some("2026-06-13T06:14:51Z"));
        check_instant("2020-09-01T07:11:23.815873", None);
        check_instant("2024-01-03", None);
        check_instant("yesterday", None);
        check_instant("", None);
    }
}
