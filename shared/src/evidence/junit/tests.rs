//! What is read of reports in every shape, and what is said about broken ones.

use super::*;
use crate::evidence::RetryKind;
use crate::time::iso;

fn read(xml: &str) -> (Vec<Suite>, Vec<String>) {
    let (file, issues) = read_file(xml);
    (file.suites, issues)
}

fn read_file(xml: &str) -> (TestFile, Vec<String>) {
    let (file, issues) =
        parse(xml.as_bytes(), &EntryPath::new("data/runs/612/junit/custom__posts.xml").unwrap());
    (file, issues.into_iter().map(|issue| format!("{}: {}", issue.at, issue.what)).collect())
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
    // A file that is also cut off says that beside.
    let check = |xml: &str, cases: usize, expected: &str| {
        let (suites, issues) = read(xml);
        assert_eq!(suites.iter().map(|suite| suite.cases.len()).sum::<usize>(), cases, "{xml}");
        assert!(issues.iter().any(|issue| issue.contains(expected)), "{xml}: {issues:?}");
        assert_eq!(issues.len(), if xml.starts_with("<testsuite><testsuite>") { 2 } else { 1 }, "{issues:?}");
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
    let nested =
        format!("<testsuite><testcase/>{}{}<testcase/></testsuite>", "<a>".repeat(500), "</a>".repeat(500));
    check(&nested, 2, "nested deeper than 128");
}

#[test]
fn keeps_reruns_apart() {
    let (suites, _) = read(
        "<testsuite><testcase name='a'><flakyFailure message='m' type='T'><stackTrace>s</stackTrace><system-out>no</system-out>\
         </flakyFailure><flakyError>e</flakyError></testcase>\
         <testcase name='b'><failure message='f'/><rerunFailure message='r'/><rerunError/></testcase><testcase name='c'/></testsuite>",
    );
    let [a, b, c] = suites[0].cases.as_slice() else { panic!("{suites:?}") };
    let retries = |case: &Case| {
        case.retries.iter().map(|retry| (retry.kind, retry.message.clone())).collect::<Vec<_>>()
    };
    assert_eq!(
        retries(a),
        [(RetryKind::FlakyFailure, "m\ns".to_owned()), (RetryKind::FlakyError, "e".to_owned())]
    );
    assert_eq!((a.outcome, a.message.as_str()), (CaseOutcome::Flaky, "m\ns\ne"));
    assert_eq!(
        retries(b),
        [(RetryKind::RerunFailure, "r".to_owned()), (RetryKind::RerunError, String::new())]
    );
    assert_eq!((b.outcome, b.message.as_str(), c.retries.len()), (CaseOutcome::Failed, "f", 0));
    let expected = RareCounts { disabled: Some(0), flaky: Some(1), rerun: Some(2) };
    assert_eq!(suites[0].computed_rare, expected);
}

#[test]
fn keeps_properties_and_attachments_where_they_belong() {
    let (suites, issues) = read(
        "<testsuites><testsuite hostname='h' flakes='1' disabled='2'><properties><property name='p' value='v'/><property name='q'>\n\
         a &amp; b\n</property><property value='nameless'/></properties><testcase name='a'><properties><property name='r' value='&lt;'/>\
         </properties><system-out>x\n[[ATTACHMENT|/tmp/a.png]]</system-out><failure/><system-err>[[ATTACHMENT|b]]</system-err></testcase>\
         <system-out><![CDATA[[[ATTACHMENT|c]] ]]></system-out></testsuite></testsuites>",
    );
    let suite = &suites[0];
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(suite.properties, [pair("p", "v"), pair("q", "a & b")]);
    assert_eq!(suite.cases[0].properties, [pair("r", "<")]);
    assert_eq!(
        (suite.cases[0].attachments.join(" "), suite.attachments.join(" ")),
        ("/tmp/a.png b".into(), "c".into())
    );
    let expected = RareCounts { disabled: Some(2), flaky: Some(1), rerun: None };
    assert_eq!((suite.hostname.as_str(), suite.declared_rare), ("h", expected));
    assert_eq!(suite.cases[0].pointer, "/testsuites/testsuite[1]/testcase[1]");
    assert!(issues.is_empty(), "{issues:?}");
}

#[test]
fn adds_up_the_file() {
    let (file, issues) = read_file(
        "<testsuites name='all' tests='9' failures='1' errors='0'><testsuite tests='2' failures='1' errors='0' skipped='0'>\
         <testsuite tests='1' failures='0' errors='0' skipped='0'><testcase/></testsuite><testcase><failure/></testcase></testsuite>\
         <testsuite tests='1' failures='0' errors='0' skipped='0'><testcase status='disabled'/></testsuite></testsuites>",
    );
    let report = &file.report;
    assert_eq!((report.name.as_str(), report.suite_count, report.declared.tests), ("all", 3, Some(9)));
    assert_eq!((report.declared_by_suites.tests, report.declared_by_suites.failures), (Some(3), Some(1)));
    assert_eq!((report.computed.tests, report.computed.failures), (Some(3), Some(1)));
    assert_eq!(report.computed_rare.disabled, Some(1));
    assert!(report.complete && file.suites.iter().all(|suite| suite.complete));
    assert_eq!(issues, ["/testsuites: declares 9 tests, but 3 cases are in it"]);
    let (cut, _) = read_file("<testsuite tests='2'><testcase/><testcase");
    assert!(!cut.report.complete && !cut.suites[0].complete);
    let (swapped, issues) = read_file(
        "<testsuites failures='1' errors='1'><testsuite><testcase><error/></testcase></testsuite></testsuites>",
    );
    assert_eq!(issues, ["/testsuites: declares 2 failures and errors, but 1 cases in it failed or broke"]);
    assert_eq!(swapped.report.declared_by_suites, Counts::default());
}

#[test]
fn keeps_the_place_in_the_source() {
    let (suites, _) = read(
        "<testsuite timestamp='2024-01-03T12:00:00'><testcase file='f.py' line='7' timestamp='2024-01-03T12:00:00Z'/></testsuite>",
    );
    let case = &suites[0].cases[0];
    assert_eq!(
        (case.file.as_str(), case.class.as_str(), case.started.map(iso).as_deref()),
        ("f.py:7", "f.py", Some("2024-01-03T12:00:00Z"))
    );
    assert!(suites[0].zone_is_unknown());
}
