//! `cargo xtask viewer`: trunk builds the parts, [`crate::page`] makes one file of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;

use super::setup;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::page::{self, Parts};
use crate::process;
use crate::tools::Tools;
use crate::workspace::Workspace;

/// An empty viewer travels inside every report, so it has a budget.
const BUDGET_BYTES: usize = 700_000;

/// Adds to what `.cargo/config.toml` says for this target.
const RUSTFLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Builds the viewer and gives the path of its page.
pub(crate) fn run(console: &Console, workspace: &Workspace) -> Outcome<PathBuf> {
    let tools = setup::run(console, workspace)?;
    let dist = workspace.path("target/viewer/dist");
    console.step("viewer, trunk", || trunk(console, workspace, &tools, &dist))?;
    console.step("viewer, one file", || inline(console, workspace, &dist))
}

fn trunk(console: &Console, workspace: &Workspace, tools: &Tools, dist: &Path) -> Outcome {
    let index = workspace.path("index.html");
    if !index.exists() {
        return Err(Failure::new(
            format!("{} is not here", index.display()),
            "check the viewer's page out of git",
        ));
    }
    let mut command = Command::new(&tools.trunk);
    process::forget_our_cargo(&mut command);
    // Not `--release`: then trunk would call wasm-opt, which makes the module 6 % smaller before it is packed,
    // nothing after, and the page depend on who builds it. The page names the cargo profile.
    // Not offline: cargo may have to fetch the viewer's dependencies; trunk itself finds its tools on PATH.
    command
        .args(["build", "--skip-version-check", "--offline", "false", "--dist"])
        .arg(dist)
        .arg(&index)
        .current_dir(workspace.root())
        .env("PATH", &tools.path)
        .env(RUSTFLAGS, rustflags(workspace))
        .env_remove("NO_COLOR")
        .env_remove("CARGO_BUILD_TARGET");
    if std::env::var_os("NO_COLOR").is_some() {
        command.args(["--color", "never"]);
    }
    process::run(
        console,
        &mut command,
        "mend what the compiler or trunk names above, then `cargo xtask viewer`",
    )
}

/// Takes the folders of this machine out of the messages of panics: a page holds nothing of who built it.
fn rustflags(workspace: &Workspace) -> String {
    let mut flags: Vec<String> = std::env::var(RUSTFLAGS).into_iter().collect();
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let folders =
        [(cargo_home.map(|home| home.join("registry/src")), "crates"), (Some(workspace.path("")), "")];
    for (folder, name) in folders {
        let folder = folder.unwrap_or_default().to_string_lossy().into_owned();
        // Flags are split at spaces, so a folder with one cannot be said here.
        if !folder.is_empty() && !folder.contains(' ') {
            flags.push(format!("--remap-path-prefix={folder}={name}"));
        }
    }
    flags.join(" ")
}

fn inline(console: &Console, workspace: &Workspace, dist: &Path) -> Outcome<PathBuf> {
    let wasm = only_file_ending(dist, "_bg.wasm")?;
    let glue = only_file_ending(dist, ".js")?;
    let wasm = fs::read(wasm)?;
    if let Some(home) = std::env::home_dir().map(|home| home.join("").to_string_lossy().into_owned())
        && wasm.windows(home.len()).any(|bytes| bytes == home.as_bytes())
    {
        console.warn(&format!("the viewer's messages name paths below {home}"));
    }
    let page = page::assemble(&Parts {
        index: &fs::read_to_string(dist.join("index.html"))?,
        glue: &fs::read_to_string(glue)?,
        boot: &fs::read_to_string(workspace.path("viewer/boot.js"))?,
        wasm: &wasm,
    })?;
    let target = workspace.viewer_html();
    // An unchanged page keeps its time, so that the bundler that holds it is not built again.
    if fs::read(&target).ok().as_deref() != Some(page.as_bytes()) {
        fs::write(&target, &page)?;
    }
    let kilobytes = page.len().div_ceil(1000);
    console.note(&format!("{}: {kilobytes} KB, of {} KB wasm", target.display(), wasm.len().div_ceil(1000)));
    if page.len() > BUDGET_BYTES {
        console
            .warn(&format!("the empty viewer has {kilobytes} KB, more than its {} KB", BUDGET_BYTES / 1000));
    }
    Ok(target)
}

/// The one file with this ending; with none or several, trunk was set up in a way that cannot be inlined.
fn only_file_ending(folder: &Path, ending: &str) -> Outcome<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    match found.as_slice() {
        [path] => Ok(path.clone()),
        _ => Err(Failure::new(
            format!("{} holds {} files ending in {ending}, expected one", folder.display(), found.len()),
            "index.html needs one <link data-trunk rel=\"rust\" data-bindgen-target=\"no-modules\" …> and no snippets",
        )),
    }
}
