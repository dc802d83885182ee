//! What `dossier.toml` may say, and what it is told when it says something else.

use super::*;

fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = match parse(text) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|f| format!("{}:{}: {}", f.line, f.column, f.what)).collect(),
    };
    assert_eq!(found, expected, "{text}");
}

#[test]
fn reads_the_sample() {
    let config = parse(include_str!("sample.toml")).expect("the sample is good");
    insta::assert_debug_snapshot!(config);
}

#[test]
fn a_phase_is_enough() {
    check("[phase]\nid = \"ghost\"", &[]);
    check("", &["1:1: the top level lacks `phase`; add [phase], then id = \"my-phase\""]);
    check("[phase]\ntitle = \"x\"", &["1:1: [phase] lacks `id`; add id = \"ghost\""]);
}

#[test]
fn phase_ids_are_file_names() {
    for id in ["Ghost", "-x", "a/b", "a b", "ü", ".."] {
        let faults = parse(&format!("[phase]\nid = {id:?}")).expect_err(id);
        assert_eq!((faults.len(), faults[0].line, faults[0].column), (1, 2, 6), "{id}");
        assert!(faults[0].what.contains("must begin with a-z or 0-9"), "{}", faults[0].what);
    }
}

#[test]
fn unknown_keys_are_named_with_a_suggestion() {
    check(
        "[phase]\nid = \"a\"\ntitel = \"x\"\n",
        &["3:1: unknown key `titel` in [phase]; did you mean `title`?"],
    );
    check(
        "[phase]\nid = \"a\"\n\n[documents]\nreveiw = \"R.md\"\n",
        &["5:1: unknown key `reveiw` in [documents]; did you mean `review`?"],
    );
    check(
        "[phase]\nid = \"a\"\n[[sources]]\nkind = \"runs\"\n",
        &["3:3: unknown key `sources` in the top level; did you mean `source`?"],
    );
    check(
        "[phase]\nid = \"a\"\n[[source]]\nkind = \"runs\"\npath = \"runs\"\nglobal = true\n",
        &["6:1: unknown key `global` in [[source]]; known: kind, path"],
    );
}

#[test]
fn sources_say_what_they_need() {
    check(
        "[phase]\nid = \"a\"\n[[source]]\nkind = \"rnus\"\n",
        &["4:8: unknown kind \"rnus\"; did you mean `runs`?"],
    );
    check(
        "[phase]\nid = \"a\"\n[[source]]\npath = \"x\"\n",
        &["3:1: [[source]] lacks `kind`; add kind = \"runs\""],
    );
    check(
        "[phase]\nid = \"a\"\n[[source]]\nkind = \"git\"\n",
        &["3:1: [[source]] lacks `bundle`; add bundle = \"docs.bundle\" or repository = \"folder\""],
    );
    check(
        "[phase]\nid = \"a\"\n[[source]]\nkind = \"git\"\nbundle = \"a\"\nrepository = \"b\"\n",
        &["6:14: give either `bundle` or `repository`, not both"],
    );
    check(
        "[phase]\nid = \"a\"\n[[source]]\nkind = \"file\"\npath = 3\n",
        &["5:8: `path` must be a string, found integer"],
    );
}

#[test]
fn events_need_an_instant() {
    check("[phase]\nid = \"a\"\n[[event]]\nat = 2026-06-13T05:38:00Z\nlabel = \"x\"\n", &[]);
    check(
        "[phase]\nid = \"a\"\n[[event]]\nat = \"05:38\"\nlabel = \"x\"\n",
        &["4:6: `at` must be an RFC 3339 time with its zone, for example \"2026-06-13T05:38:00Z\""],
    );
}

#[test]
fn broken_toml_has_a_place() {
    let faults = parse("[phase]\nid = \n").expect_err("no value");
    assert_eq!(faults[0].line, 2);
}

#[test]
fn all_faults_are_told_at_once() {
    let faults = parse("colour = 1\n[phase]\nidd = \"a\"\n").expect_err("three faults");
    assert_eq!(faults.len(), 3, "{faults:?}");
}

#[test]
fn what_may_stay_needs_a_rule_a_place_a_value_and_a_reason() {
    let allow = |rest: &str| {
        format!("[phase]\nid = \"a\"\n[redact]\n[[redact.allow]]\nrule = \"jwt\"\nentry = \"data/*\"\n{rest}")
    };
    check(&allow("reason = \"x\"\npattern = \"a+\"\n"), &[]);
    check(
        &allow("pattern = \"a+\"\n"),
        &["4:1: [[redact.allow]] lacks `reason`; add reason = \"the tests' own password\""],
    );
    check(&allow("reason = \"x\"\npattern = \"(\"\n"), &["8:11: `pattern` must be a regular expression"]);
    check(
        &allow("reason = \"x\"\nvalue_sha256 = \"AB\"\n"),
        &["8:16: `value_sha256` must be 64 lower-case hex digits"],
    );
    check(
        &allow("reason = \"x\"\n").replace("jwt", "known-value"),
        &["5:8: known values are removed everywhere; nothing can allow them"],
    );
    check(
        "[phase]\nid = \"a\"\n[redact]\nenv_files = \"x\"\n",
        &["4:13: `env_files` must be a list of strings, found string"],
    );
}
