//! The browser harness looked at itself: a page that does what Dossier's pages must not do has to be caught at it.

use dossier_tests::{Browser, Page};
use tempfile::TempDir;

/// Opens a page with this body and a policy as strict as the viewer's, but with inline scripts.
async fn open(browser: Browser, body: &str) -> (Page, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.html");
    let policy =
        "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:; img-src data: blob:";
    let html = format!(
        "<!doctype html><meta charset=utf-8><meta http-equiv=Content-Security-Policy content=\"{policy}\">\
         <title>x</title><body>{body}</body>"
    );
    fs_err::write(&file, html).expect("written");
    (browser.open(&file).await, folder)
}

#[tokio::test]
async fn a_quiet_page_is_quiet() {
    let picture = "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='><p id=p>hello</p>";
    let (page, _folder) = open(Browser::new(), picture).await;
    assert_eq!(page.text("#p").await, "hello");
    page.settled().await;
    page.assert_quiet().await;
}

#[tokio::test]
async fn a_forbidden_request_is_a_violation() {
    let (page, _folder) =
        open(Browser::new(), "<script>fetch('https://example.org/x').catch(() => 0)</script>").await;
    let violations = page.violations().await;
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert_eq!(violations[0].directive, "connect-src");
    assert!(violations[0].blocked.starts_with("https://example.org"), "{violations:?}");
    assert!(page.errors().await.iter().any(|error| error.contains("Content Security Policy")));
}

#[tokio::test]
async fn a_request_that_no_policy_stops_is_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.html");
    let script =
        "new Worker(URL.createObjectURL(new Blob([\"fetch('http://example.net/worker').catch(() => 0)\"])))";
    fs_err::write(&file, format!("<p>x</p><img src='http://example.org/a.png'><script>{script}</script>"))
        .expect("written");
    let page = Browser::new().open(&file).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let requests = page.requests().await;
    for expected in
        ["http://example.org/a.png", "GET http://example.org/a.png", "GET http://example.net/worker"]
    {
        assert!(requests.iter().any(|request| request == expected), "{expected} is not in {requests:?}");
    }
}

#[tokio::test]
async fn errors_that_nobody_catches_are_seen() {
    let body = "<script>Promise.reject(new Error('rejected')); null.x;</script>";
    let (page, _folder) = open(Browser::new(), body).await;
    let errors = page.errors().await.join("\n");
    assert!(errors.contains("rejected") && errors.contains("reading 'x'"), "{errors}");
}

#[tokio::test]
async fn size_theme_and_medium_are_as_asked_for() {
    let matches = "return [innerWidth, innerHeight, matchMedia('(prefers-color-scheme: dark)').matches, \
                   matchMedia('print').matches, matchMedia('(prefers-reduced-motion: reduce)').matches]";
    let (page, _folder) =
        open(Browser::new().width(320).height(500).dark().reduced_motion(), "<p>x</p>").await;
    assert_eq!(page.eval::<(u32, u32, bool, bool, bool)>(matches).await, (320, 500, true, false, true));
    page.resize(1000, 700).await;
    assert_eq!(page.eval::<(u32, u32, bool, bool, bool)>(matches).await, (1000, 700, true, false, true));
    let (page, _folder) = open(Browser::new().print(), "<p>x</p>").await;
    assert_eq!(page.eval::<(u32, u32, bool, bool, bool)>(matches).await, (1440, 900, false, true, false));
}

#[tokio::test]
async fn files_keys_and_routes_reach_the_page() {
    let body = "<input type=file hidden onchange='show.textContent = this.files[0].name'><p id=show></p><b></b>\
        <script>onkeydown = event => document.title += event.key; \
        onhashchange = () => document.querySelector('b').textContent = location.hash</script>";
    let (page, folder) = open(Browser::new(), body).await;
    page.choose_file("input", folder.path().join("page.html")).await;
    page.press("g?").await;
    page.go("#/trust").await;
    page.wait_for_text("#/trust").await;
    assert_eq!(page.texts("p, b").await, ["page.html", "#/trust"]);
    assert!(page.eval::<String>("return document.title").await.contains('g'));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn nothing_is_left_running() {
    let running = |profile: &str| {
        let commands = fs_err::read_dir("/proc").expect("a /proc").flatten();
        commands
            .filter_map(|entry| fs_err::read(entry.path().join("cmdline")).ok())
            .any(|bytes| String::from_utf8_lossy(&bytes).contains(&format!("--user-data-dir={profile}")))
    };
    let (page, _folder) = open(Browser::new(), "<p>x</p>").await;
    let capabilities = page.client().capabilities().cloned().expect("a session has capabilities");
    let profile = capabilities["chrome"]["userDataDir"].as_str().expect("the profile").to_owned();
    assert!(running(&profile));
    let failing = tokio::spawn(async move {
        let _page = page;
        panic!("a test fails");
    });
    assert!(failing.await.is_err());
    assert!(!running(&profile) && !std::path::Path::new(&profile).exists());
}
