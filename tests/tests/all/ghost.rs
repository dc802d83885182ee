//! The sample phase end to end: what its report has to say, and that it follows from the evidence alone.

use serde_json::Value;

use crate::phase::{Phase, check, repository};

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or("")
}

/// Checks by outcome, without repetitions.
fn with_outcome<'a>(report: &'a Value, outcome: &str) -> Vec<&'a Value> {
    let checks = report["checks"].as_array().expect("checks").iter();
    checks.filter(|check| check["same_as"].is_null() && check["outcome"] == outcome).collect()
}

#[test]
fn both_gates_passed_and_done_was_allowed() {
    let report = Phase::ghost().report();
    let gates: Vec<_> = report["gates"].as_array().expect("gates").iter().collect();
    let told: Vec<_> = gates
        .iter()
        .map(|gate| (text(gate, "id"), text(gate, "title"), text(gate, "verdict"), gate["line"].as_u64()))
        .collect();
    assert_eq!(
        told,
        [
            ("M1", "State inventory and clean retry", "pass", Some(32)),
            ("M2", "Operator-ready outcome", "pass", Some(68)),
        ]
    );
    assert_eq!(text(gates[0], "at"), "2026-06-13T06:27:57Z");
    assert_eq!(report["done"]["allowed"], true);
    assert_eq!(text(&report["done"], "written"), "2026-06-13T06:31:10Z");
    let life: Vec<_> =
        gates[0]["history"].as_array().expect("history").iter().map(|e| text(e, "what")).collect();
    assert_eq!(life, ["claimed", "pass"]);
}

#[test]
fn three_facts_are_contradicted_and_all_are_record_keeping() {
    let report = Phase::ghost().report();
    let contradicted = with_outcome(&report, "contradicted");
    let ids: Vec<_> = contradicted.iter().map(|check| text(check, "id")).collect();
    assert_eq!(ids, ["F3.1", "M1.0", "S.6"]);
    assert!(contradicted.iter().all(|check| check["kind"] == "record"));
    let same: Vec<_> =
        report["checks"].as_array().expect("checks").iter().filter(|c| c["same_as"] == "M1.0").collect();
    assert_eq!(
        same.iter().map(|check| (text(check, "id"), check["line"].as_u64())).collect::<Vec<_>>(),
        [("M2.0", Some(68))]
    );
    let stamp = check(&report, "REVIEW", "PASS @2026-06-13T06:38Z");
    assert_eq!(
        text(stamp, "because"),
        "committed 06:27:57Z (git log), 10 min 3 s before its stamp; one clock is wrong"
    );
    let comment = check(&report, "STATUS", "06:35Z");
    assert_eq!(text(comment, "acknowledged"), "REVIEW-ghost.md:87");
    assert_eq!(comment["line"], 19);
    assert!(text(&report, "common_cause").contains("10–13 min ahead"), "{}", text(&report, "common_cause"));
}

#[test]
fn the_missing_file_is_no_evidence_and_an_absence() {
    let report = Phase::ghost().report();
    let missing = with_outcome(&report, "no-evidence");
    assert_eq!(missing.iter().map(|check| text(check, "id")).collect::<Vec<_>>(), ["R.5"]);
    assert_eq!(text(missing[0], "because"), "compose.ccci.yml: not collected (file gone)");
    let absences: Vec<_> =
        report["absences"].as_array().expect("absences").iter().map(|a| text(a, "what")).collect();
    assert_eq!(absences, ["/tmp/ghost-render/compose.ccci.yml"]);
}

#[test]
fn notes_tell_of_the_unlisted_failure_and_of_two_times_for_one_build() {
    let report = Phase::ghost().report();
    let notes: Vec<_> =
        report["notes"].as_array().expect("notes").iter().map(|note| text(note, "text")).collect();
    assert!(
        notes.iter().any(|note| note.contains("build 578") && note.contains("not in M1's list")),
        "{notes:?}"
    );
    assert!(notes.iter().any(|note| note.contains("build 585 has two times")), "{notes:?}");
}

/// Every row of the domain's table that has to come out confirmed, by its quote.
const CONFIRMED: &[&str] = &[
    "Ran at ~04:14Z",
    "84 min before proxy fix at 05:38Z",
    "Tested PR#5 (d42d0f7c), not PR#4 (d88f5801)",
    "#578 failed",
    "failed at ~03:00Z",
    "#585 passed",
    "passed at ~04:00Z",
    "Same sha",
    "!! upgrade op failed: ... UpdateStatus='paused'",
    "clean_teardown=true",
    "no_secret_leak=true",
    "PR#4 (d88f5801)",
    "PR#4 is the only open PR",
    "chore: upgrade to 1.4.0+6.44.1-alpine",
    "PR#5 (cfold probe) now closed",
    "all dated 2026-06-12",
    "before proxy /16 fix at 05:38Z",
    "Builds 515/517 were L0",
    "builds 519/557 were L1",
    "UpdateStatus=paused",
    "@autonomic-bot [2026-06-13T06:12:48Z]: !testme",
    "started=2026-06-13T06:13:02Z",
    "35 min after proxy fix",
    "RECIPE=ghost",
    "REF=d88f5801",
    "build_status=success",
    "L5/5",
    "level=5",
    "all stages pass (install/upgrade/backup/restore/custom)",
    "install: 06:13:53Z",
    "51s from start",
    "upgrade: 06:14:38Z",
    "1m36s from start",
    "backup: 06:14:43Z",
    "restore: 06:14:49Z",
    "custom: 06:14:50–53Z",
    "clean_teardown=True",
    "no_secret_leak=True",
    "badge.svg → level 5",
    "10.10.0.0/16",
    "Exactly 1 open PR on ghost: PR#4",
    "PR#3 closed",
    "state=closed",
    "docker stack ls | grep ghos = nothing",
    "docker service ls | grep ghos = nothing",
    "docker volume ls | grep ghos = nothing",
    "Comment at 2026-06-13T06:22:11Z",
    "This PR is operator-ready. Nothing was merged.",
    "Nothing was merged",
    "PR#5 closed",
];

#[test]
fn every_true_statement_is_confirmed() {
    let report = Phase::ghost().report();
    let wrong: Vec<String> = CONFIRMED
        .iter()
        .map(|quote| (quote, check(&report, "REVIEW", quote)))
        .filter(|(_, check)| check["outcome"] != "confirmed")
        .map(|(quote, check)| format!("{quote}: {} {}", check["outcome"], text(check, "because")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let captured = check(&report, "REVIEW", "docker stack ls");
    assert!(text(captured, "because").contains("as of capture"), "{captured}");
    let declared = check(&report, "REVIEW", "35 min after proxy fix");
    assert!(text(declared, "because").contains("given the declared 05:38:00Z"), "{declared}");
}

#[test]
fn a_permission_to_write_done_is_no_check() {
    let report = Phase::ghost().report();
    let checks = report["checks"].as_array().expect("checks");
    assert!(!checks.iter().any(|check| text(check, "quote").contains("## DONE")));
    assert_eq!(
        report["gates"].as_array().map(Vec::len),
        Some(2),
        "\"post-proxy verdict: PASS\" is no third gate"
    );
}

#[test]
fn a_review_that_lost_its_line_breaks_says_the_same() {
    let whole = Phase::ghost().report();
    let review = fs_err::read_to_string(repository().join("examples/ghost/machine-docs/REVIEW-ghost.md"))
        .expect("text");
    let phase = Phase::ghost();
    let one_line = review.split_whitespace().collect::<Vec<_>>().join(" ");
    fs_err::write(phase.path("machine-docs/REVIEW-ghost.md"), one_line).expect("written");
    let folded = phase.report();
    let without_places = |list: &Value, keys: &[&str]| -> Vec<String> {
        let items = list.as_array().expect("a list").iter();
        items
            .map(|item| keys.iter().map(|key| item[*key].to_string()).collect::<Vec<_>>().join(" "))
            .collect()
    };
    for (list, keys) in
        [("gates", &["id", "title", "verdict", "at"][..]), ("findings", &["id", "title", "state"])]
    {
        assert_eq!(without_places(&whole[list], keys), without_places(&folded[list], keys), "{list}");
    }
    let contradicted = |report: &Value| -> Vec<String> {
        with_outcome(report, "contradicted").iter().map(|check| text(check, "quote").to_owned()).collect()
    };
    assert_eq!(contradicted(&whole), contradicted(&folded));
}

/// One altered value, and the statement that it has to turn.
struct Altered {
    quote: &'static str,
    file: &'static str,
    old: &'static str,
    new: &'static str,
}

const DRONE: &str = "drone/repos/recipe-maintainers/cc-ci/builds";
const GITEA: &str = "gitea/repos/recipe-maintainers/ghost";

#[test]
fn an_altered_value_contradicts_its_statement() {
    let build_612 = "drone/repos/recipe-maintainers/cc-ci/builds/612.json";
    let results_612 = "runs/612/results.json";
    let alterations = [
        Altered {
            quote: "started=2026-06-13T06:13:02Z",
            file: build_612,
            old: "\"started\": 1781331182,\n  \"finished\"",
            new: "\"started\": 1781331242,\n  \"finished\"",
        },
        Altered {
            quote: "build_status=success",
            file: build_612,
            old: "\"number\": 612,\n  \"status\": \"success\"",
            new: "\"number\": 612,\n  \"status\": \"failure\"",
        },
        Altered { quote: "REF=d88f5801", file: build_612, old: "\"REF\": \"d88f", new: "\"REF\": \"e88f" },
        Altered {
            quote: "RECIPE=ghost",
            file: build_612,
            old: "\"RECIPE\": \"ghost\"",
            new: "\"RECIPE\": \"toast\"",
        },
        Altered { quote: "level=5", file: results_612, old: "\"level\": 5", new: "\"level\": 4" },
        Altered {
            quote: "L5/5",
            file: results_612,
            old: "\"upgrade\": \"pass\",\n    \"backup_restore\"",
            new: "\"upgrade\": \"fail\",\n    \"backup_restore\"",
        },
        Altered {
            quote: "all stages pass",
            file: results_612,
            old: "\"restore\": \"pass\",\n    \"custom\"",
            new: "\"restore\": \"fail\",\n    \"custom\"",
        },
        Altered {
            quote: "clean_teardown=True",
            file: results_612,
            old: "\"clean_teardown\": true",
            new: "\"clean_teardown\": false",
        },
        Altered {
            quote: "no_secret_leak=true",
            file: "runs/557/results.json",
            old: "\"no_secret_leak\": true",
            new: "\"no_secret_leak\": false",
        },
        Altered {
            quote: "install: 06:13:53Z",
            file: "runs/612/junit/install.xml",
            old: "06:13:53",
            new: "06:17:53",
        },
        Altered {
            quote: "1m36s from start",
            file: "runs/612/junit/upgrade.xml",
            old: "06:14:38",
            new: "06:14:58",
        },
        Altered {
            quote: "badge.svg → level 5", file: "runs/612/badge.svg", old: "level 5", new: "level 4"
        },
        Altered {
            quote: "10.10.0.0/16",
            file: "docker/network-inspect-proxy.json",
            old: "10.10.0.0/16",
            new: "10.10.0.0/24",
        },
        Altered {
            quote: "docker volume ls",
            file: "docker/volume-ls.ndjson",
            old: "\"Name\":\"",
            new: "\"Name\":\"ghost_",
        },
        Altered {
            quote: "PR#3 closed",
            file: "gitea/repos/recipe-maintainers/ghost/pulls/3.json",
            old: "\"state\": \"closed\"",
            new: "\"state\": \"open\"",
        },
        Altered {
            quote: "PR#4 (d88f5801)",
            file: "gitea/repos/recipe-maintainers/ghost/pulls/4.json",
            old: "d88f5801",
            new: "c88f5801",
        },
        Altered {
            quote: "chore: upgrade to",
            file: "gitea/repos/recipe-maintainers/ghost/pulls/4.json",
            old: "chore: upgrade to 1.4.0",
            new: "chore: upgrade to 1.5.0",
        },
        Altered {
            quote: "Comment at 2026-06-13T06:22:11Z",
            file: "gitea/repos/recipe-maintainers/ghost/issues/4/comments.json",
            old: "2026-06-13T06:22:11",
            new: "2026-06-13T06:24:11",
        },
        Altered {
            quote: "[2026-06-13T06:12:48Z]: !testme",
            file: "gitea/repos/recipe-maintainers/ghost/issues/4/comments.json",
            old: "2026-06-13T06:12:48",
            new: "2026-06-13T06:15:48",
        },
        Altered {
            quote: "This PR is operator-ready",
            file: "gitea/repos/recipe-maintainers/ghost/issues/4/comments.json",
            old: "operator-ready",
            new: "operator-steady",
        },
    ];
    let mut wrong = Vec::new();
    for Altered { quote, file, old, new } in alterations {
        let phase = Phase::ghost();
        let report = phase.replace(file, old, new).report();
        let check = check(&report, "REVIEW", quote);
        if check["outcome"] != "contradicted" {
            wrong.push(format!(
                "{quote}: {file} {old} → {new}: {} {}",
                check["outcome"],
                text(check, "because")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_removed_entry_leaves_its_statement_without_evidence() {
    let removals = [
        ("started=2026-06-13T06:13:02Z", vec![format!("{DRONE}/612.json"), format!("{DRONE}.json")]),
        ("#578 failed", vec![format!("{DRONE}/578.json"), format!("{DRONE}.json")]),
        ("level=5", vec!["runs/612/results.json".to_owned()]),
        ("clean_teardown=True", vec!["runs/612/results.json".to_owned()]),
        ("clean_teardown=true", vec!["runs/557/results.json".to_owned()]),
        ("install: 06:13:53Z", vec!["runs/612/junit/install.xml".to_owned()]),
        ("badge.svg → level 5", vec!["runs/612/badge.svg".to_owned()]),
        ("10.10.0.0/16", vec!["docker/network-inspect-proxy.json".to_owned()]),
        ("docker stack ls", vec!["docker/stack-ls.ndjson".to_owned()]),
        ("PR#4 is the only open PR", vec![format!("{GITEA}/pulls.json")]),
        ("PR#3 closed", vec![format!("{GITEA}/pulls.json"), format!("{GITEA}/pulls/3.json")]),
        ("!testme", vec![format!("{GITEA}/issues/4/comments.json")]),
        ("upgrade op failed", vec![format!("{DRONE}/557/logs")]),
        ("PASS @2026-06-13T06:38Z", vec!["git/machine-docs.bundle".to_owned()]),
    ];
    let mut wrong = Vec::new();
    for (quote, files) in removals {
        let phase = Phase::ghost();
        for file in &files {
            phase.remove(file);
        }
        let report = phase.report();
        let check = check(&report, "REVIEW", quote);
        if check["outcome"] != "no-evidence" {
            wrong.push(format!("{quote} without {files:?}: {} {}", check["outcome"], text(check, "because")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_listing_whose_command_failed_proves_nothing() {
    let phase = Phase::ghost();
    let report = phase.replace("docker/capture.json", "\"exit_code\": 0", "\"exit_code\": 1").report();
    for quote in ["docker stack ls", "docker service ls", "No ghost leaks"] {
        assert_eq!(check(&report, "REVIEW", quote)["outcome"], "no-evidence", "{quote}");
    }
}
