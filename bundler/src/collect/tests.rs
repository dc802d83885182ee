//! What is collected from small folders, and what is said about the rest.

use super::*;
use crate::config;
use crate::redact::{Clean, Ledger, Searched, search};

/// Collects `sources` from a folder with `files`; gives the entries and the absences, a line each.
fn collect_from(
    sources: &str,
    files: &[(&str, &str)],
    prepare: impl Fn(&Path),
) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs_err::write(path, content).expect("written");
    }
    prepare(folder.path());
    let config = config::parse(&format!("[phase]\nid = \"a\"\n{sources}")).expect("a good config");
    let raw = collect(config, folder.path(), &Limits::default(), &Progress::none()).expect("collected");
    let entries =
        raw.entries.iter().map(|(path, entry)| format!("{path} {:?} <{}>", entry.kind, entry.origin));
    let absences = raw.absences.iter().map(|a| format!("{} <{}> {}", a.what, a.asked, a.reason));
    (entries.collect(), absences.collect())
}

fn check(sources: &str, files: &[(&str, &str)], entries: &[&str], absences: &[&str]) {
    let (found, absent) = collect_from(sources, files, |_| {});
    assert_eq!(found, entries, "{sources}");
    assert_eq!(absent, absences, "{sources}");
}

#[test]
fn documents_by_name_and_by_pattern() {
    check(
        "[documents]\nreview = \"docs/REVIEW-a.md\"\nplan = \"docs/plan*.md\"\nstatus = \"docs/STATUS*.md\"\njournal = \"J.md\"",
        &[
            ("docs/REVIEW-a.md", "r"),
            ("docs/plan-2.md", "2"),
            ("docs/plan-1.md", "1"),
            ("docs/deep/plan-3.md", "3"),
        ],
        &[
            "data/documents/REVIEW-a.md Review <docs/REVIEW-a.md>",
            "data/documents/plan-1.md Plan <docs/plan-1.md>",
            "data/documents/plan-2.md Plan <docs/plan-2.md>",
        ],
        &["status <docs/STATUS*.md> nothing matches", "journal <J.md> file gone"],
    );
}

#[test]
fn an_inbox_may_be_gone() {
    check(
        "[documents]\ndecisions = \"DECISIONS-a.md\"\ninbox = \"*-INBOX.md\"",
        &[("DECISIONS-a.md", "d")],
        &["data/documents/DECISIONS-a.md Decisions <DECISIONS-a.md>"],
        &[],
    );
    check(
        "[documents]\ndecisions = \"DECISIONS-b.md\"\ninbox = \"BUILDER-INBOX.md\"",
        &[],
        &[],
        &["decisions <DECISIONS-b.md> file gone"],
    );
    check(
        "[documents]\ninbox = \"*-INBOX.md\"",
        &[("BUILDER-INBOX.md", "b")],
        &["data/documents/BUILDER-INBOX.md Inbox <BUILDER-INBOX.md>"],
        &[],
    );
}

#[test]
fn names_that_clash_get_numbers() {
    check(
        "[documents]\nplan = \"**/plan.md\"",
        &[("a/plan.md", "1"), ("b/plan.md", "2")],
        &["data/documents/plan.md Plan <a/plan.md>", "data/documents/plan=~2.md Plan <b/plan.md>"],
        &[],
    );
}

#[test]
fn recorded_answers_and_what_was_not_answered() {
    let capture = r#"{"server": "https://git.example.org", "captured_at": "2026-06-13T06:40:30Z", "requests": [
        {"path": "/api/v1/repos/a/b/pulls/1", "status": 200, "file": "repos/a/b/pulls/1.json"},
        {"path": "/api/v1/repos/a/b/pulls/2", "status": 200, "file": "repos/a/b/pulls/2.json"},
        {"path": "/api/v1/repos/a/b/pulls/3", "status": 404, "file": "repos/a/b/pulls/3.json"}]}"#;
    check(
        "[[source]]\nkind = \"recorded\"\ngitea = \"g\"\ndrone = \"d\"",
        &[
            ("g/capture.json", capture),
            ("g/repos/a/b/pulls/1.json", "{}"),
            ("g/repos/a/b/pulls/3.json", "{}"),
        ],
        &[
            "data/forge/gitea/capture.json Capture <g/capture.json>",
            "data/forge/gitea/repos/a/b/pulls/1.json Gitea <https://git.example.org/api/v1/repos/a/b/pulls/1>",
            "data/forge/gitea/repos/a/b/pulls/3.json File <https://git.example.org/api/v1/repos/a/b/pulls/3>",
        ],
        &[
            "https://git.example.org/api/v1/repos/a/b/pulls/2 <g/repos/a/b/pulls/2.json> \
             capture.json names this file, and it is gone",
            "https://git.example.org/api/v1/repos/a/b/pulls/3 <g> the server answered 404",
            "recorded answers of drone <d> folder gone",
        ],
    );
}

#[test]
fn docker_output_by_its_command() {
    let capture = r#"{"captured_at": "2026-06-13T06:40:12Z", "commands": [
        {"argv": ["docker", "stack", "ls"], "exit_code": 0, "stdout": "stack-ls.ndjson"},
        {"argv": ["docker", "volume", "ls"], "exit_code": 0, "stdout": "volume-ls.ndjson"}]}"#;
    check(
        "[[source]]\nkind = \"docker\"\nrecorded = \"d\"",
        &[("d/capture.json", capture), ("d/stack-ls.ndjson", ""), ("d/notes.txt", "")],
        &[
            "data/docker/capture.json Capture <d/capture.json>",
            "data/docker/notes.txt File <d/notes.txt>",
            "data/docker/stack-ls.ndjson Docker <docker stack ls>",
        ],
        &["docker volume ls <d/volume-ls.ndjson> capture.json names this file, and it is gone"],
    );
}

#[test]
fn a_file_that_is_gone_keeps_its_original_name() {
    check(
        "[[source]]\nkind = \"file\"\npath = \"host/x.yml\"\noriginal = \"/tmp/x.yml\"",
        &[],
        &[],
        &["/tmp/x.yml <host/x.yml> file gone"],
    );
}

#[cfg(unix)]
#[test]
fn links_pipes_and_odd_names_are_told_not_followed() {
    use std::os::unix::ffi::OsStrExt as _;
    let (entries, absences) = collect_from(
        "[[source]]\nkind = \"runs\"\npath = \"runs\"",
        &[
            ("runs/1/results.json", "{}"),
            ("runs/1/abra/servers/x.env", "A"),
            ("runs/1/a:b.txt", ""),
            ("secret", "s"),
        ],
        |folder| {
            std::os::unix::fs::symlink(folder.join("secret"), folder.join("runs/1/link")).expect("linked");
            std::os::unix::fs::symlink(folder, folder.join("runs/2")).expect("linked");
            fs_err::write(folder.join("runs/1").join(std::ffi::OsStr::from_bytes(b"\xff.txt")), "")
                .expect("written");
        },
    );
    assert_eq!(
        entries,
        [
            "data/runs/1/=FF.txt File <runs/1/\\xff.txt>",
            "data/runs/1/a=3Ab.txt File <runs/1/a:b.txt>",
            "data/runs/1/results.json RunResults <runs/1/results.json>",
        ]
    );
    assert_eq!(
        absences,
        [
            "runs/1/link <runs/1/link> is a link; links are never followed",
            "runs/2 <runs/2> is a link; links are never followed",
        ]
    );
}

#[test]
fn a_file_over_the_limit_ends_the_collecting() {
    let folder = tempfile::tempdir().expect("a folder");
    fs_err::write(folder.path().join("big"), [0; 11]).expect("written");
    let config =
        config::parse("[phase]\nid = \"a\"\n[[source]]\nkind = \"file\"\npath = \"big\"").expect("good");
    let limits = Limits { entry_bytes: 10, ..Limits::default() };
    let error =
        collect(config, folder.path(), &limits, &Progress::none()).err().expect("too large").to_string();
    assert!(error.contains("larger than the 10 bytes"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_in_a_path_lead_nowhere_outside() {
    let sources = [
        "[documents]\nreview = \"out/REVIEW-a.md\"\nplan = \"out/*.md\"\nstatus = \"in/*.md\"",
        "[[source]]\nkind = \"runs\"\npath = \"out/runs\"",
        "[[source]]\nkind = \"recorded\"\ndrone = \"out/drone\"",
        "[[source]]\nkind = \"docker\"\nrecorded = \"out/docker\"",
        "[[source]]\nkind = \"git\"\nrepository = \"out/git\"",
        "[[source]]\nkind = \"git\"\nbundle = \"out/x.bundle\"",
        "[[source]]\nkind = \"file\"\npath = \"out/hosts\"",
        "[[source]]\nkind = \"file\"\npath = \"in/x.md\"",
        "[[source]]\nkind = \"runs\"\npath = \"whole/\"",
        "[[source]]\nkind = \"runs\"\npath = \"whole/.\"",
        "[documents]\ndecisions = \"whole/*\"",
    ];
    let outside = tempfile::tempdir().expect("a folder");
    for made in ["runs", "drone", "docker", "git"] {
        fs_err::create_dir(outside.path().join(made)).expect("made");
        fs_err::write(outside.path().join(made).join("x.json"), "[]").expect("written");
    }
    for made in ["REVIEW-a.md", "x.bundle", "hosts"] {
        fs_err::write(outside.path().join(made), "secret").expect("written");
    }
    let link = |folder: &Path| {
        for (name, target) in [("out", outside.path()), ("whole", outside.path()), ("in", Path::new("real"))]
        {
            std::os::unix::fs::symlink(target, folder.join(name)).expect("linked");
        }
    };
    let (entries, absences) = collect_from(&sources[..10].join("\n"), &[("real/x.md", "x")], link);
    assert_eq!(
        entries,
        ["data/documents/x.md Status <in/x.md>", "data/files/x.md File <in/x.md>"],
        "{absences:?}"
    );
    let leads_out =
        absences.iter().filter(|absence| absence.contains("is a link that leads out of the folder"));
    let is_link = absences.iter().filter(|absence| absence.contains("is a link; links are never followed"));
    assert_eq!((leads_out.count(), is_link.count(), absences.len()), (8, 2, 10), "{absences:?}");
    let (entries, absences) = collect_from(sources[10], &[], link);
    assert_eq!((entries.len(), absences.len()), (0, 1), "{absences:?}");
}

#[cfg(unix)]
#[test]
fn a_way_back_in_a_path_leads_nowhere_outside() {
    let sources = [
        "[documents]\nreview = \"ph/dot/../REVIEW-a.md\"\nplan = \"a/../*.md\"\ninbox = \"a/../IN.md\"",
        "[[source]]\nkind = \"file\"\npath = \"a/b/../zzz.txt\"",
        "[[source]]\nkind = \"file\"\npath = \"dot/../zzz.txt\"",
        "[[source]]\nkind = \"runs\"\npath = \"dot/..\"",
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let phase = folder.path().join("ph");
    fs_err::create_dir_all(phase.join("a")).expect("made");
    for outside in ["zzz.txt", "REVIEW-a.md", "plan.md", "IN.md"] {
        fs_err::write(folder.path().join(outside), "secret").expect("written");
    }
    std::os::unix::fs::symlink(".", phase.join("dot")).expect("linked");
    std::os::unix::fs::symlink("..", phase.join("a/b")).expect("linked");
    let config =
        config::parse(&format!("[phase]\nid = \"a\"\n{}", sources.join("\n"))).expect("a good config");
    let raw = collect(config, &phase, &Limits::default(), &Progress::none()).expect("collected");
    assert_eq!(raw.entries.len(), 0);
    let said: Vec<_> = raw.absences.iter().map(|absence| absence.reason.as_str()).collect();
    let is_said = |reason: &&str| reason.contains(".. may stand only at the beginning of a path: write");
    assert!(said.len() == 6 && said.iter().all(is_said), "{said:?}");
    assert!(said.iter().any(|reason| reason.contains("write \"a/zzz.txt\"")), "{said:?}");
}

#[test]
fn a_broken_bundle_is_an_absence() {
    let (entries, absences) = collect_from(
        "[[source]]\nkind = \"git\"\nbundle = \"x.bundle\"",
        &[("x.bundle", "not a bundle")],
        |_| {},
    );
    assert_eq!(entries, [] as [&str; 0]);
    assert!(absences[0].starts_with("history of the documents <x.bundle> git "), "{absences:?}");
    assert!(!absences[0].contains("dossier-git-"), "{absences:?}");
}

fn read(raw: Raw) -> BTreeMap<EntryPath, Vec<u8>> {
    let read = |(path, entry): (EntryPath, RawEntry)| {
        let mut bytes = Vec::new();
        let Ok(held) = entry.content.read() else { panic!("{path} has to be there") };
        held.reader().expect("opened").read_to_end(&mut bytes).expect("read");
        (path, bytes)
    };
    raw.entries.into_iter().map(read).collect()
}

/// A repository whose history holds what its files no longer show.
fn history(folder: &Path) -> impl Fn(&[&str]) + use<> {
    let repository = folder.join("docs");
    fs_err::create_dir_all(&repository).expect("made");
    let git = move |arguments: &[&str]| {
        let status = std::process::Command::new("git")
            .args([
                "-c",
                "user.name=bot",
                "-c",
                "user.email=bot@example.org",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .current_dir(&repository)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", "2026-06-13T06:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-06-13T06:00:00Z")
            .status();
        assert!(status.expect("git runs").success(), "{arguments:?}");
    };
    git(&["init", "--quiet"]);
    let write =
        |name: &str, text: &str| fs_err::write(folder.join("docs").join(name), text).expect("written");
    write(".gitattributes", "*.md -diff\n");
    write("REVIEW-a.md", "M1 PASS\nDRONE_TOKEN=abcdefgh1234\n");
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "review(a): M1 PASS"]);
    write("REVIEW-a.md", "M1 PASS\n");
    git(&["commit", "--quiet", "-a", "-m", "tidy"]);
    git
}

#[test]
fn a_repository_gives_its_log_and_a_bundle() {
    let folder = tempfile::tempdir().expect("a folder");
    history(folder.path())(&["bundle", "create", "--quiet", "../docs.bundle", "--all"]);
    for source in ["repository = \"docs\"", "bundle = \"docs.bundle\""] {
        let config = format!("[phase]\nid = \"a\"\n[[source]]\nkind = \"git\"\n{source}");
        let config = || config::parse(&config).expect("a good config");
        let collected =
            || collect(config(), folder.path(), &Limits::default(), &Progress::none()).expect("collected");
        let raw = collected();
        assert_eq!(raw.absences, [], "{source}");
        let raw = read(raw);
        let log = String::from_utf8(raw["data/git/docs.log"].clone()).expect("text");
        let begins = log.lines().next().is_some_and(|line| line.starts_with("commit ") && line.len() == 47);
        assert!(begins && log.contains("\ncommit-time 2026-06-13T06:00:00"), "{log}");
        assert!(log.contains("\n    review(a): M1 PASS\n"), "{log}");
        assert!(log.contains("\n+M1 PASS\n"), "attributes of the history must not hide its lines: {log}");
        assert!(read(collected()) == raw, "{source}");
    }
}

#[test]
fn a_bundle_does_not_carry_what_was_cut_out_of_its_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let _git = history(folder.path());
    let config = "[phase]\nid = \"a\"\n[[source]]\nkind = \"git\"\nrepository = \"docs\"";
    let config = config::parse(config).expect("a good config");
    let scanner = crate::redact::scanner(&config.redaction);
    let mut ledger = Ledger::new(&scanner);
    let raw = collect(config, folder.path(), &Limits::default(), &Progress::none()).expect("collected");
    let mut kept = BTreeMap::new();
    for (path, entry) in raw.entries {
        let read = |content: Content| content.read().unwrap_or_else(|_| panic!("{path} has to be there"));
        let (held, unpacked) = (read(entry.content), entry.unpacked.map(read));
        let searched = search(&scanner, (&path, None), entry.kind, held, unpacked).expect("searched");
        let Searched::Dirty(dirty) = searched else { panic!("{path} holds a secret") };
        let settled = dirty.settle(&scanner, &mut ledger, &path, entry.kind).expect("settled");
        kept.insert(path.to_string(), settled.map(Clean::into_inner));
    }
    let Ok(log) = &kept["data/git/docs.log"] else { panic!("the log can be cleaned") };
    let mut text = String::new();
    log.reader().expect("opened").read_to_string(&mut text).expect("text");
    assert!(text.contains("+DRONE_TOKEN=[redacted:assignment:1]"), "{text}");
    let Err(reason) = &kept["data/git/docs.bundle"] else { panic!("a bundle cannot be cleaned") };
    assert!(reason.contains("rule assignment"), "{reason}");
}
