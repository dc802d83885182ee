//! JUnit XML of any producer. Knows nothing about runs or builds.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Case, CaseOutcome, Counts, Issue, Place, RareCounts, Suite, TestFile, TestReport, xml};
use crate::entry_path::EntryPath;
use crate::limits::Limits;

mod case;
mod figures;
mod output;
mod totals;

use case::{OpenCase, Verdict};
use totals::Group;

/// Cases that are read of one file.
const MAX_CASES: usize = 1_000_000;
/// Suites that are read of one file, empty ones included.
const MAX_SUITES: usize = 200_000;
/// Properties that are kept of one file, and bytes of one of them.
const MAX_PROPERTIES: usize = 100_000;
const MAX_PROPERTY_BYTES: usize = 4 << 10;
/// Bytes of a pointer.
const MAX_POINTER_BYTES: usize = 400;
/// Issues that are kept before the parser only counts on.
const MAX_ISSUES: usize = 64;

/// Reads a report; suites come out in the order of their elements, those without cases of their own left out.
///
/// [`Suite::run`] stays empty: which run's folder the file lies in is the layout's affair.
pub fn parse(bytes: &[u8], path: &EntryPath) -> (TestFile, Vec<Issue>) {
    let mut issues = Vec::new();
    let Some(text) = xml::decode(bytes, &mut issues) else {
        let place = Place { path: path.clone(), pointer: String::new() };
        return (TestFile { report: TestReport::nothing(place), suites: Vec::new() }, issues);
    };
    let mut report = Report {
        path,
        text: &text,
        groups: Vec::new(),
        open: Vec::new(),
        case: None,
        output: output::Output::default(),
        property: None,
        properties: 0,
        cases: 0,
        too_deep: 0,
        said_too_deep: false,
        first_odd_time: None,
        odd_times: 0,
        stopped: None,
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
    /// `system-out` or `system-err` of the open case, or else of the group by its index.
    Output(usize),
    /// `properties` of the open case, or else of the group by its index.
    Properties(usize),
    /// `property`.
    Property(usize),
    /// An element whose content does not matter here.
    Quiet,
}

struct Open {
    node: Node,
    pointer: String,
    /// How many children of each name were seen, for the pointers of the next ones.
    children: BTreeMap<String, u64>,
}

struct Report<'a> {
    path: &'a EntryPath,
    text: &'a str,
    groups: Vec<Group>,
    open: Vec<Open>,
    case: Option<OpenCase>,
    output: output::Output,
    /// The property that is open, where its value is its text.
    property: Option<(String, String)>,
    properties: usize,
    cases: usize,
    /// How many elements are open below the deepest one that is read.
    too_deep: u64,
    said_too_deep: bool,
    /// The first time that could not be read, and how many there are.
    first_odd_time: Option<(String, String)>,
    odd_times: u64,
    /// Index of the issue that says why nothing more is read.
    stopped: Option<usize>,
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
        // This one is never dropped: whoever reads the suites has to know that they are not all.
        self.stopped = Some(self.issues.len());
        self.issues.push(Issue::new(format!("line {}", xml::line_of(self.text, offset)), what));
    }

    fn read(&mut self) {
        let mut reader = Reader::from_str(self.text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        while self.stopped.is_none() {
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
        if self.stopped.is_none()
            && let Some(open) = self.open.iter().rfind(|open| !open.pointer.is_empty())
        {
            let what = format!("the file ends inside {}; read up to here", open.pointer);
            self.stop(self.text.len() as u64, what);
        }
        if self.groups.is_empty() && self.stopped.is_none() {
            self.stop(0, "holds no XML element");
        }
    }

    fn start(&mut self, element: &BytesStart<'_>, offset: u64) {
        if self.open.len() >= Limits::DEPTH || self.too_deep > 0 {
            if !self.said_too_deep {
                self.said_too_deep = true;
                let at = format!("line {}", xml::line_of(self.text, offset));
                self.issue(at, format!("is nested deeper than {}; left out", Limits::DEPTH));
            }
            self.too_deep += 1;
            return;
        }
        let name = element.local_name().into_inner();
        let (parent, pointer) = match self.open.last_mut() {
            None if self.groups.is_empty() => (None, format!("/{}", short(name))),
            None => return self.stop(offset, "begins a second root element; nothing from here on is read"),
            Some(Open { node: node @ (Node::Group(_) | Node::Wrapper(_)), pointer, children }) => {
                let number = children.entry(name.to_owned()).or_default();
                *number += 1;
                // Beyond any real report's length an ancestor is cited, as long names would be repeated in each child.
                let fits = pointer.len() + name.len() < MAX_POINTER_BYTES;
                (Some(*node), if fits { format!("{pointer}/{name}[{number}]") } else { pointer.clone() })
            }
            // Inside a case nothing is cited but the case.
            Some(open) => (Some(open.node), String::new()),
        };
        let is_group = matches!(name, "testsuites" | "testsuite" | "testrun");
        let node = match (parent, name) {
            (None, _) if !is_group => {
                return self
                    .stop(offset, format!("<{}> is no root of a JUnit report; not read", short(name)));
            }
            (None, _) => self.begin_group(element, name, None, &pointer),
            (Some(Node::Group(parent) | Node::Wrapper(parent)), _) if is_group => {
                self.begin_group(element, name, Some(parent), &pointer)
            }
            (Some(Node::Group(group) | Node::Wrapper(group)), "testcase") => {
                self.begin_case(element, group, &pointer);
                Node::Case
            }
            (Some(Node::Group(group) | Node::Wrapper(group)), "system-out" | "system-err") => {
                Node::Output(group)
            }
            (Some(Node::Case | Node::Verdict), "system-out" | "system-err") => Node::Output(0),
            (Some(Node::Group(group) | Node::Wrapper(group)), "properties") => Node::Properties(group),
            (Some(Node::Case), "properties") => Node::Properties(0),
            (Some(Node::Properties(group)), "property") => {
                self.begin_property(element, group);
                Node::Property(group)
            }
            (Some(Node::Group(group) | Node::Wrapper(group)), _) => Node::Wrapper(group),
            (Some(Node::Case), _) => self.begin_verdict(element, name),
            (Some(Node::Verdict), _) => Node::Verdict,
            (Some(Node::Output(_) | Node::Properties(_) | Node::Property(_) | Node::Quiet), _) => Node::Quiet,
        };
        if self.cases > MAX_CASES || self.groups.len() > MAX_SUITES {
            return self
                .stop(offset, "holds more cases or suites than are read of one file; read up to here");
        }
        self.open.push(Open { node, pointer, children: BTreeMap::new() });
    }

    fn begin_group(
        &mut self,
        element: &BytesStart<'_>,
        name: &str,
        parent: Option<usize>,
        pointer: &str,
    ) -> Node {
        if let Some(parent) = parent.and_then(|parent| self.groups.get_mut(parent)) {
            parent.has_groups = true;
        }
        let timestamp_raw = xml::attribute(element, "timestamp").unwrap_or_default().trim().to_owned();
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
        let declared_rare = RareCounts {
            disabled: count(&["disabled"]),
            flaky: count(&["flakes"]),
            rerun: count(&["reruns"]),
        };
        let suite = Suite {
            file_stem: file_stem(self.path).to_owned(),
            name: xml::attribute(element, "name").unwrap_or_default(),
            timestamp: figures::instant(&timestamp_raw),
            timestamp_raw,
            seconds: self.seconds(element, pointer),
            hostname: xml::attribute(element, "hostname").unwrap_or_default(),
            declared,
            declared_rare,
            ..Suite::nothing(Place { path: self.path.clone(), pointer: pointer.to_owned() })
        };
        self.groups.push(Group { suite, parent, has_groups: false, is_suite: name == "testsuite" });
        Node::Group(self.groups.len() - 1)
    }

    fn begin_case(&mut self, element: &BytesStart<'_>, group: usize, pointer: &str) {
        let attribute = |name| xml::attribute(element, name);
        let by_attribute = [attribute("status"), attribute("result")]
            .into_iter()
            .flatten()
            .filter_map(|word| Verdict::of_word(&word))
            .max();
        let mut file = attribute("file").unwrap_or_default();
        let class = attribute("classname").filter(|class| !class.is_empty());
        let class = class.unwrap_or_else(|| file.clone());
        if let Some(line) = attribute("line").filter(|line| !file.is_empty() && !line.is_empty()) {
            file = format!("{file}:{line}");
        }
        let case = Case {
            class,
            file,
            seconds: self.seconds(element, pointer),
            started: attribute("timestamp").and_then(|raw| figures::instant(raw.trim())),
            pointer: pointer.to_owned(),
            ..Case::new(attribute("name").unwrap_or_default(), CaseOutcome::Passed)
        };
        self.cases += 1;
        self.case = Some(OpenCase::new(case, group, by_attribute));
    }

    fn begin_verdict(&mut self, element: &BytesStart<'_>, name: &str) -> Node {
        let (Some(verdict), Some(case)) = (Verdict::of_element(name), &mut self.case) else {
            return Node::Quiet;
        };
        let message = xml::attribute(element, "message").filter(|message| !message.is_empty());
        let message = message.or_else(|| xml::attribute(element, "type")).unwrap_or_default();
        case.open_verdict(verdict, message);
        Node::Verdict
    }

    fn begin_property(&mut self, element: &BytesStart<'_>, group: usize) {
        let name = xml::attribute(element, "name").unwrap_or_default();
        match xml::attribute(element, "value") {
            Some(value) => self.keep_property(group, name, &value),
            None => self.property = Some((name, String::new())),
        }
    }

    fn keep_property(&mut self, group: usize, name: String, value: &str) {
        self.properties += 1;
        if name.is_empty() || self.properties > MAX_PROPERTIES {
            return;
        }
        let value = value.get(..value.floor_char_boundary(MAX_PROPERTY_BYTES)).unwrap_or_default();
        let property = (name, value.trim().to_owned());
        match (&mut self.case, self.groups.get_mut(group)) {
            (Some(open), _) => open.case.properties.push(property),
            (None, Some(group)) => group.suite.properties.push(property),
            (None, None) => {}
        }
    }

    fn seconds(&mut self, element: &BytesStart<'_>, pointer: &str) -> Option<f64> {
        let raw = xml::attribute(element, "time")?;
        let seconds = figures::seconds(&raw);
        if seconds.is_none() && !raw.trim().is_empty() {
            self.odd_times += 1;
            self.first_odd_time.get_or_insert_with(|| (format!("{pointer}/@time"), short(&raw)));
        }
        seconds
    }

    fn content(&mut self, text: &str) {
        if self.too_deep > 0 {
            return;
        }
        match self.open.last().map(|open| open.node) {
            Some(Node::Verdict) => {
                if let Some(case) = &mut self.case {
                    case.add_text(&xml::clean(text));
                }
            }
            Some(Node::Output(_)) => self.output.add(text),
            Some(Node::Property(_)) => {
                if let Some((_, value)) = &mut self.property
                    && value.len() < MAX_PROPERTY_BYTES
                {
                    value.push_str(&xml::clean(text));
                }
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let node = self.open.pop().map(|open| open.node);
        let parent = self.open.last().map(|open| open.node);
        match (node, parent) {
            (Some(Node::Verdict), Some(Node::Case)) => {
                if let Some(case) = &mut self.case {
                    case.close_verdict();
                }
            }
            (Some(Node::Output(group)), _) => {
                let files = self.output.end();
                match (&mut self.case, self.groups.get_mut(group)) {
                    (Some(open), _) => open.case.attachments.extend(files),
                    (None, Some(group)) => group.suite.attachments.extend(files),
                    (None, None) => {}
                }
            }
            (Some(Node::Property(group)), _) => {
                if let Some((name, value)) = self.property.take() {
                    self.keep_property(group, name, &value);
                }
            }
            (Some(Node::Case), _) => self.end_case(true),
            _ => {}
        }
    }

    /// Files the open case.
    fn end_case(&mut self, whole: bool) {
        match self.case.take().map(|open| open.close(whole)) {
            None => {}
            Some(Ok((case, group))) => {
                if let Some(group) = self.groups.get_mut(group) {
                    group.suite.cases.push(case);
                }
            }
            Some(Err(name)) => {
                let what = format!("; it breaks off inside case {:?}, which is left out", short(&name));
                if let Some(issue) = self.stopped.and_then(|index| self.issues.get_mut(index)) {
                    issue.what.push_str(&what);
                }
            }
        }
    }

    fn finish(mut self) -> (TestFile, Vec<Issue>) {
        self.end_case(false);
        if let Some((at, raw)) = self.first_odd_time.take() {
            let more = match self.odd_times.saturating_sub(1) {
                0 => String::new(),
                more => format!(", nor are {more} more times in this file lengths of time"),
            };
            self.issue(at, format!("{raw:?} is no length of time; left out{more}"));
        }
        if self.properties > MAX_PROPERTIES {
            self.issue("", format!("holds more than {MAX_PROPERTIES} properties; the rest is left out"));
        }
        let place = Place { path: self.path.clone(), pointer: String::new() };
        let complete = self.stopped.is_none() && !self.said_too_deep;
        let groups = std::mem::take(&mut self.groups);
        let mut issues = std::mem::take(&mut self.issues);
        let file = totals::add_up(groups, TestReport::nothing(place), complete, &mut |issue| {
            if issues.len() < MAX_ISSUES {
                issues.push(issue);
            }
        });
        (file, issues)
    }
}

fn file_stem(path: &EntryPath) -> &str {
    let name = path.file_name();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests;
