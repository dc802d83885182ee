//! `screenshots <report.html> <folder>`: the report's main screens in both themes and three widths.
//! `cargo xtask screenshots` calls it with the demo's report.

use std::path::{Path, PathBuf};

use dossier_tests::Browser;

const SCREENS: [(&str, &str); 5] = [
    ("verdict", "#/"),
    ("timeline", "#/timeline"),
    ("tests", "#/tests"),
    ("review", "#/documents/REVIEW"),
    ("trust", "#/trust"),
];
const SIZES: [(u32, u32); 3] = [(1440, 900), (900, 900), (360, 740)];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [report, folder] = arguments.as_slice() else {
        eprintln!("usage: screenshots <report.html> <folder>");
        std::process::exit(2);
    };
    for (theme, browser) in [("light", Browser::new()), ("dark", Browser::new().dark())] {
        photograph(theme, browser, report, folder).await;
    }
}

async fn photograph(theme: &str, browser: Browser, report: &Path, folder: &Path) {
    let page = browser.open(report).await;
    for (screen, route) in SCREENS {
        page.go(route).await;
        for (width, height) in SIZES {
            page.resize(width, height).await;
            page.settled().await;
            let file = folder.join(format!("{screen}-{theme}-{width}.png"));
            page.screenshot(&file).await;
            eprintln!("    {}", file.display());
        }
    }
}
