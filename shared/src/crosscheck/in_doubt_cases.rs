//! What the words around a statement make of it, case by case.

use crate::crosscheck::{run_fixture, samples};

#[test]
fn of_something_else() {
    for (rule, text, expected) in [
        ("build-duration", "Reading the log of #202 took 10 min.", "."),
        ("build-duration", "The install suite of #202 took 2.9 s.", "."),
        ("build-duration", "The upgrade in #202 took 40 s.", "."),
        ("build-duration", "The run-tests step of #202 took 111 s.", "."),
        ("build-duration", "In #202, `run-tests` took 111 s.", ""),
        ("build-duration", "The build #202 took 1m54s.", "+"),
        ("build-status", "The build after #201 passed.", "."),
        ("build-status", "A rerun of #203 passed.", "."),
        ("build-status", "A retry of build #203 passed.", "."),
        ("build-status", "The successor of #203 passed.", "."),
        ("build-status", "The build before #202 failed.", "."),
        ("build-status", "The build that followed #203 passed.", "."),
        ("build-status", "What came after #203 passed.", "."),
        ("build-status", "Downloading #202 failed.", "."),
        ("build-duration", "Reviewing build #202 took 10 min.", "."),
        ("build-duration", "It took 20 minutes to review build #202.", "."),
        ("build-status", "My first attempt to read #202 failed.", "."),
        ("build-status", "`curl` for #202 failed with 503.", "."),
        ("build-status", "Reading #202 failed because of a proxy.", "."),
        ("build-status", "The first attempt of #202 failed before it was restarted.", "."),
        ("build-status", "On the staging server build #202 failed.", "."),
        ("build-status", "An hour after #203 passed, the mirror was back.", "."),
        ("build-status", "Just #202 passed; the others failed.", "."),
        ("build-status", "The status of #202: success; both of #201 and #203 failed", "++"),
    ] {
        samples::check(rule, text, expected);
    }
}

#[test]
fn told_on() {
    for (rule, text, expected) in [
        ("build-status", "STATUS wrongly says #202 failed.", "."),
        ("build-status", "According to the Builder, #203 succeeded.", "."),
        ("build-status", "According to Drone, #203 succeeded.", "-"),
        ("build-status", "The log says #203 succeeded.", "-"),
        ("build-status", "#203 passed, says STATUS.", "."),
        ("build-status", "I think #203 passed.", "."),
        ("build-status", "The claim was that #203 passed.", "."),
        ("build-status", "#203 passed, or so it seems.", "."),
        ("build-status", "Make sure #203 passed.", "."),
        ("build-status", "TODO: check that #203 passed.", "."),
        ("build-status", "Someone wrote \"#203 passed\" in the chat.", "."),
        ("build-status", "The chat: \"#203 passed\".", "."),
        ("build-status", "The dashboard shows #203 as passed, which is wrong.", "."),
        ("build-status", "STATUS says:\n\n- build #203 passed", "."),
        (
            "build-status",
            "The Builder claims two things:\n\n| build | result |\n|---|---|\n| 203 | success |",
            ".",
        ),
        ("build-status", "What was expected:\n\n- build #203 passed", "."),
        ("build-status", "STATUS says 3 of 4, which is wrong:\n\n- build #203 passed", "-"),
        ("build-status", "What ran:\n\n- build #203 passed", "-"),
    ] {
        samples::check(rule, text, expected);
    }
}

#[test]
fn compared_and_excepted() {
    for (text, expected) in [
        ("Run 201 got at least level 4", "."),
        ("Run 201 is above level 4", "."),
        ("Run 202 stayed below level 5", "."),
        ("Run 202 fell short of level 5", "."),
        ("Run 202 failed to reach level 5", "."),
        ("Run 202 nearly made level 5", "."),
        ("Run 202 missed level 5", "."),
        ("Run 202 aims at level 5", "."),
        ("Run 202 lacked level 5", "."),
        ("In run 202, level 5 is what the gate needed", "."),
        ("Run 202 got to level 1, as said; level 2 was missed", "+."),
        ("Run 202 made it up to level 5", "."),
        ("All runs but 202 reached level 5", "."),
        ("Run 201: level 5, unlike the others", "."),
    ] {
        run_fixture::check("run-level", text, expected);
    }
    for (rule, text, expected) in [
        ("run-tier", "All tiers but upgrade passed in run 202.", "."),
        ("run-tier", "Every tier of run 202 but upgrade passed.", "."),
        ("run-tiers", "Almost all tiers passed in run 202.", "."),
        ("run-tiers", "All tiers passed in run 201, unlike backup.", "."),
        ("test-counts", "All 10 tests of run 201 passed but three.", "."),
    ] {
        run_fixture::check(rule, text, expected);
    }
    samples::check("build-status", "Only #202 passed; the others failed.", ".");
    samples::check("tested-pull", "#202 is the only build that tested PR#4.", ".");
}

#[test]
fn of_other_times_and_places() {
    for (rule, text, expected) in [
        ("docker-service", "`edge_db` was at 1/1 during build #202.", "."),
        ("docker-service", "`edge_db` went to 1/1 after the swap.", ""),
        ("docker-service", "`edge_db` is at 1/1 as it was", "-"),
        ("pull-state", "PR#3 was closed before PR#5.", "."),
        ("pull-state", "PR#3 was closed and merged.", "."),
        ("pull-state", "PR#3 was closed, then merged, then reopened.", "."),
        ("pull-state", "PR#5 was merged after PR#6 was opened.", "."),
        ("pull-state", "After PR#4 was merged, the branch may be deleted.", "."),
        ("pull-state", "`other/pear` PR#4 was merged.", "."),
        ("pull-state", "`other/apple` PR#5 was merged.", "+"),
        ("pull-state", "edge PR#4 was merged; apple PR#5 was merged.", ".+"),
        ("pull-state", "The traefik repository's PR#4 was merged.", "."),
        ("pull-state", "The repository's PR#4 was merged.", "-"),
        ("pull-time", "`other/pear` PR#5 was merged on 2030-01-03.", "."),
        ("before-after", "#202 ran ten minutes after the router swap", "."),
        ("build-status", "#202 passed in under a minute.", "."),
        ("build-status", "#202 passed in 1m54s.", "+"),
        (
            "build-status",
            "| build | expected | got |\n|---|---|---|\n| x | #203 passed | #203 failed |",
            ".+",
        ),
    ] {
        samples::check(rule, text, expected);
    }
}
