//! Files that are no files of any kind, or were damaged on the way: no parser may panic.

use super::through_every_parser;
use crate::evidence::log;

/// A file with some bytes changed and its end cut off.
fn damage(seed: &[u8], cut: usize, changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (at, byte) in changes {
        let length = bytes.len();
        bytes[at % length] = *byte;
    }
    bytes.truncate(bytes.len() - cut % bytes.len());
    bytes
}

const SEEDS: [&str; 10] = [
    "<testsuites tests='2'><testsuite name='a' time='1,2.3' timestamp='2026-06-13T06:14:51Z'><testcase name='&#65;&lt;' \
     status='run'><failure message='m'>t &amp; <![CDATA[c]]></failure></testcase><testcase/></testsuite></testsuites>",
    "commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nparents \nauthor A <a@b>\nauthor-time 2026-06-13T06:14:51Z\n\n    s\n\n\
     diff --git \"a/\\303\\274\" \"b/\\303\\274\"\n--- \"a/\\303\\274\"\n+++ \"b/\\303\\274\"\n@@ -1,2 +1 @@\n-a\n-b\n+c\n",
    r#"[{"pos":0,"out":"a\u001b[31mb\rc\u001b]0;t\u0007\n","time":1},{"pos":2,"out":"\u009b","time":2}]"#,
    r#"{"schema":2,"rungs":{"install":"pass","upgrade":"skip"},"level":1,"finished":1781331296.477067,"flags":{"a":true}}"#,
    r#"[{"number":1,"status":"success","started":1781331182,"params":{"A":"b"},"stages":[{"number":1,"steps":[{"number":1}]}]}]"#,
    r#"[{"number":4,"id":1,"type":"close","state":"open","user":{"login":"u"},"head":{"ref":"refs/pull/4/head","label":"l"}}]"#,
    "{\"Name\":\"a\"}\n{\"Name\":\"b\",\"Name\":\"c\"}\n",
    r#"{"results":{"tool":{"name":"t"},"summary":{"tests":2,"passed":1,"start":1781331182000},"tests":[{"name":"a","status":"passed",
    "suite":["x"],"retries":2,"flaky":true},{"name":"b","status":"failed","duration":1.5,"attachments":[{"path":"p"}]}]}}"#,
    "<testsuite flakes='1'><properties><property name='a'>b</property></properties><testcase name='c' file='f' line='3'><flakyError>\
     <stackTrace>s</stackTrace></flakyError><system-out>[[ATTACHMENT|x]]</system-out></testcase><system-err>e</system-err></testsuite>",
    r#"{"host":"h","server":"s","requests":[{"path":"/a?b=c&d","file":"f"}],"commands":[{"argv":["docker"],"stdout":"x"}]}"#,
];

proptest::proptest! {
    #[test]
    fn no_parser_panics_on_any_bytes(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..512)) {
        through_every_parser(&bytes);
    }

    #[test]
    fn no_parser_panics_on_damaged_files(
        seed in 0..SEEDS.len(),
        cut in 0_usize..400,
        changes in proptest::collection::vec((0_usize..400, proptest::num::u8::ANY), 0..6),
    ) {
        through_every_parser(&damage(SEEDS[seed].as_bytes(), cut, &changes));
    }

    #[test]
    fn a_log_never_grows_and_keeps_no_escapes(text in "[a-c\u{1b}\\[\\]0-9;m\r\n\u{7}\u{9b}ü\\\\]{0,60}") {
        let plain = log::plain(&text);
        proptest::prop_assert!(plain.len() <= text.len());
        let escapes = plain.contains(['\u{1b}', '\u{9b}', '\u{7}', '\r']);
        proptest::prop_assert!(!escapes);
    }
}
