//! The real page in a real browser, from `file://`: opened as a report, and empty with a snapshot picked.

use std::path::{Path, PathBuf};

use dossier_shared::limits::Limits;
use dossier_shared::{open, report};
use dossier_tests::{Browser, Page, dossier};
use serde_json::Value;

use crate::phase::{Phase, check, report as report_of, samples, succeed};

/// The page with the snapshot inside, as `dossier html` writes it.
fn html(snapshot: &Path) -> PathBuf {
    let page = snapshot.with_extension("html");
    succeed(dossier().arg("html").arg(snapshot).arg("-o").arg(&page));
    page
}

/// The empty page, as `dossier viewer` writes it.
fn empty_viewer(phase: &Phase) -> PathBuf {
    let page = phase.path("viewer.html");
    succeed(dossier().arg("viewer").arg("-o").arg(&page));
    page
}

/// An empty page with `snapshot` picked in its file field.
async fn pick(phase: &Phase, snapshot: &Path) -> Page {
    let page = Browser::new().open(empty_viewer(phase)).await;
    page.choose_file("#pick", snapshot).await;
    page
}

/// What a reader has to find on the first screens, whichever way the snapshot got there.
async fn shows_the_ghost_phase(page: &Page, expected: &Value) {
    page.wait_for("[data-testid=trust-strip]").await;
    page.settled().await;
    for gate in ["M1", "M2"] {
        let said = page.text(&format!("[data-testid=verdict-{gate}]")).await.to_lowercase();
        assert!(said.contains("pass"), "{gate}: {said}");
    }
    let counts = &expected["trust"]["checks"];
    for (testid, key) in [
        ("confirmed", "confirmed"),
        ("contradicted", "contradicted"),
        ("no-evidence", "no_evidence"),
        ("not-checkable", "not_checkable"),
    ] {
        let shown = page.text(&format!("[data-testid=count-{testid}]")).await;
        assert_eq!(shown.trim(), counts[key].to_string(), "{testid}");
    }
    for id in ["M1.0", "F3.1", "S.6"] {
        page.wait_for(&format!("[data-testid='check-{id}'][data-outcome=contradicted]")).await;
    }
    page.go("#/gates/M1").await;
    let stated = check(expected, "REVIEW", "build_status=success");
    let id = stated["id"].as_str().expect("an id");
    page.wait_for(&format!("[data-testid='check-{id}'][data-outcome=confirmed]")).await;
    page.go("#/gates/M2").await;
    let stated = check(expected, "REVIEW", "docker stack ls");
    let id = stated["id"].as_str().expect("an id");
    page.wait_for(&format!("[data-testid='check-{id}'][data-outcome=confirmed]")).await;
    page.go("#/timeline").await;
    page.wait_for("[data-testid=timeline-bar]").await;
    assert!(page.count("[data-testid=timeline-bar]").await >= 7, "a bar a build");
}

#[tokio::test]
async fn a_report_opens_by_double_click() {
    let phase = Phase::ghost();
    let (snapshot, _) = phase.seal();
    let page = Browser::new().open(html(&snapshot)).await;
    shows_the_ghost_phase(&page, &report_of(&snapshot)).await;
    for screen in [
        "builds",
        "builds/612",
        "tests",
        "logs/612/run-tests",
        "changes",
        "documents/REVIEW-ghost.md",
        "files",
        "trust",
    ] {
        page.go(&format!("#/{screen}")).await;
        page.settled().await;
        page.wait_for("[data-testid=trust-strip]").await;
    }
    page.assert_quiet().await;
}

#[tokio::test]
async fn a_snapshot_is_picked_on_the_empty_page() {
    let phase = Phase::ghost();
    let (snapshot, _) = phase.seal();
    let page = pick(&phase, &snapshot).await;
    shows_the_ghost_phase(&page, &report_of(&snapshot)).await;
    page.assert_quiet().await;
}

#[tokio::test]
async fn both_sides_make_the_same_report_byte_for_byte_of_every_phase() {
    for sample in samples() {
        let phase = Phase::copy_of(&sample.folder);
        let (snapshot, _) = phase.seal();
        let output =
            dossier().arg("check").arg(&snapshot).args(["--format", "json"]).output().expect("it starts");
        let native = String::from_utf8(output.stdout).expect("JSON is UTF-8");
        let opened =
            open::open(fs_err::read(&snapshot).expect("readable"), &Limits::default()).expect("a snapshot");
        assert!(
            report::judge(&opened, None, None).to_json() == native,
            "{}: the command line prints something else than the report",
            sample.id
        );
        let page = Browser::new().open(html(&snapshot)).await;
        page.wait_for("[data-testid=trust-strip]").await;
        let browser: String = page.eval("return wasm_bindgen.report_json()").await;
        let differs = native.lines().zip(browser.lines()).find(|(native, browser)| native != browser);
        assert!(browser == native, "{}: native and browser differ: {differs:?}", sample.id);
    }
}

#[tokio::test]
async fn the_strip_answers_apart_and_never_all_green() {
    let phase = Phase::ghost();
    let (snapshot, trust) = phase.seal();
    let page = Browser::new().open(html(&snapshot)).await;
    page.settled().await;
    let said = page.text("[data-testid=trust-strip]").await;
    for part in ["intact", "valid", "unknown"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(said.contains("all but 1"), "what could not be got: {said}");
    page.go("#/trust").await;
    page.choose_file("#pick-trust", &trust).await;
    page.wait_for_text("packer@test").await;
    page.assert_quiet().await;
}

#[tokio::test]
async fn who_signed_off_is_shown_and_a_dropped_key_file_is_asked() {
    let phase = Phase::ghost();
    let (snapshot, trust) = phase.seal();
    let packers = fs_err::read_to_string(trust).expect("text");
    let key = phase.path("operator");
    succeed(dossier().args(["keygen", "--role", "operator", "--as", "ann@test", "-o"]).arg(&key));
    let mut sign = dossier();
    sign.arg("sign").arg(&snapshot).args([
        "--role",
        "operator",
        "--decision",
        "approve",
        "--note",
        "seen it",
    ]);
    succeed(sign.arg("--key").arg(&key));
    let public = fs_err::read_to_string(phase.path("operator.pub")).expect("text");
    let line = format!("ann@test namespaces=\"signoff.operator@dossier\" {}", public.trim());

    let page = Browser::new().open(html(&snapshot)).await;
    page.settled().await;
    page.go("#/trust").await;
    page.wait_for("[data-testid=sign-off][data-state=neutral]").await;
    let said = page.text("[data-testid=sign-off]").await;
    for part in ["Approved as operator", "a key you do not know", "seen it", "SHA256:"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let drop = |lines: &str| {
        format!(
            "const dropped = new DataTransfer(); dropped.items.add(new File([{lines:?}], 'allowed_signers')); \
             window.dispatchEvent(new DragEvent('drop', {{dataTransfer: dropped, cancelable: true}})); return 1"
        )
    };
    // Who sealed it is not known: no approval counts, whoever gave it.
    page.eval::<u32>(&drop(&line)).await;
    page.wait_for_text("approved as operator by ann@test, which does not count").await;
    page.eval::<u32>(&drop(&format!("{packers}{line}"))).await;
    page.wait_for("[data-testid=sign-off][data-state=good]").await;
    let strip = page.text("[data-testid=sign-offs]").await;
    assert!(strip.ends_with("approved as operator by ann@test"), "{strip}");
    page.assert_quiet().await;
}

/// Flips a bit of a payload byte as it lies in the zip.
fn flip_raw(snapshot: &Path) -> PathBuf {
    let mut bytes = fs_err::read(snapshot).expect("readable");
    let name = b"/data/documents/REVIEW-ghost.md";
    let at =
        bytes.windows(name.len()).position(|window| window == name).expect("the entry") + name.len() + 400;
    bytes[at] ^= 1;
    let changed = snapshot.with_file_name("flipped.zip");
    fs_err::write(&changed, bytes).expect("written");
    changed
}

/// Zips anew, with a right CRC, after a word of REVIEW was changed.
fn rezip(phase: &Phase, snapshot: &Path) -> PathBuf {
    let script = r#"
import sys, zipfile
source, target = sys.argv[1:]
with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
    for info in old.infolist():
        data = old.read(info)
        if info.filename.endswith("data/documents/REVIEW-ghost.md"):
            assert b"build_status=success" in data
            data = data.replace(b"build_status=success", b"build_status=failure")
        new.writestr(info, data)
"#;
    let changed = phase.path("rezipped.zip");
    succeed(std::process::Command::new("python3").args(["-c", script]).arg(snapshot).arg(&changed));
    changed
}

async fn is_red_and_marks_the_row(phase: &Phase, snapshot: &Path) {
    let verified = dossier().arg("verify").arg(snapshot).output().expect("it starts");
    assert_eq!(verified.status.code(), Some(1), "{}", String::from_utf8_lossy(&verified.stdout));
    let page = pick(phase, snapshot).await;
    page.wait_for("[data-testid=trust-strip][data-state=bad]").await;
    page.go("#/files").await;
    let row = page.text("[data-testid=file-row][data-damaged]").await;
    assert!(row.contains("REVIEW-ghost.md"), "{row}");
    page.go("#/gates/M1").await;
    page.wait_for("[data-testid=trust-strip][data-state=bad]").await;
    assert_eq!(page.count("[data-outcome=confirmed]").await, 0, "damaged words confirm nothing");
    page.assert_quiet().await;
}

#[tokio::test]
async fn a_changed_byte_turns_the_strip_red() {
    let phase = Phase::ghost();
    let (snapshot, _) = phase.seal();
    is_red_and_marks_the_row(&phase, &flip_raw(&snapshot)).await;
}

#[tokio::test]
async fn a_change_zipped_anew_with_a_right_crc_turns_the_strip_red() {
    let phase = Phase::ghost();
    let (snapshot, _) = phase.seal();
    is_red_and_marks_the_row(&phase, &rezip(&phase, &snapshot)).await;
}

#[tokio::test]
async fn what_is_no_snapshot_is_refused_in_words() {
    let phase = Phase::ghost();
    let file = phase.path("notes.zip");
    fs_err::write(&file, "hello").expect("written");
    let page = pick(&phase, &file).await;
    let said = page.text("[data-testid=open-failure]").await;
    assert!(said.len() > 20, "{said}");
    page.assert_quiet().await;
}

#[tokio::test]
async fn a_reader_without_scripts_sees_the_verdict() {
    let phase = Phase::ghost();
    let (snapshot, _) = phase.seal();
    let page = fs_err::read_to_string(html(&snapshot)).expect("text");
    let summary = page.split("id=\"app\"").nth(1).expect("the page's body");
    for part in ["M1", "State inventory and clean retry", "06:35Z", "REVIEW-ghost.md"] {
        assert!(summary.contains(part), "{part}");
    }
}

#[tokio::test]
async fn it_fits_from_a_telephone_to_a_wide_screen_in_both_themes() {
    let phase = Phase::ghost();
    let (snapshot, _) = phase.seal();
    let report = html(&snapshot);
    for (width, dark) in [(360, false), (360, true), (900, false), (1440, true)] {
        let browser = Browser::new().width(width);
        let page = if dark { browser.dark() } else { browser }.open(&report).await;
        page.wait_for("[data-testid=trust-strip]").await;
        for screen in
            ["", "gates/M1", "timeline", "builds/612", "files", "trust", "documents/REVIEW-ghost.md"]
        {
            page.go(&format!("#/{screen}")).await;
            page.settled().await;
            let wide: u32 = page.eval("return document.documentElement.scrollWidth").await;
            assert!(wide <= width, "#/{screen} is {wide} px wide on {width}");
        }
    }
}
