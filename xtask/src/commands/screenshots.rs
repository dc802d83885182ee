//! `cargo xtask screenshots`: pictures of the demo's report, in both themes and three widths.

use std::ffi::OsString;

use fs_err as fs;

use crate::browser;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// The picture that the README shows.
const README_PICTURE: &str = "verdict-light-1440.png";

pub(crate) fn run(console: &Console, workspace: &Workspace, refresh_readme: bool) -> Outcome {
    let report = workspace.path("target/demo/ghost.html");
    if !report.exists() {
        return Err(Failure::new("there is no report to photograph yet", "run `cargo xtask demo` first"));
    }
    let browser = console.step("browser", || browser::find_or_install(console))?;
    let folder = workspace.path("target/screenshots");
    fs::create_dir_all(&folder)?;
    console.step("screenshots", || {
        let mut command = process::cargo();
        command.args(["run", "--quiet", "--package", "dossier-tests", "--bin", "screenshots", "--"]);
        command.args([OsString::from(&report), OsString::from(&folder)]).current_dir(workspace.root());
        command.env("CHROME", &browser.chrome).env("CHROMEDRIVER", &browser.chromedriver);
        process::run(console, &mut command, "the message above says what the browser did not like")
    })?;
    if refresh_readme {
        fs::create_dir_all(workspace.path("docs"))?;
        fs::copy(folder.join(README_PICTURE), workspace.path("docs/screenshot.png"))?;
        console.note("docs/screenshot.png is refreshed; look at it before you commit it");
    }
    Ok(())
}
