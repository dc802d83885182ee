//! The tools that the viewer's build calls: the wasm target, wasm-bindgen, trunk.
//! Finds them in the pinned versions or installs them into the cache; never replaces the user's own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// What the viewer's build needs, found.
pub(crate) struct Tools {
    pub(crate) trunk: PathBuf,
    /// PATH with the right wasm-bindgen in front, because trunk looks there for it.
    pub(crate) path: OsString,
}

/// Finds or installs every tool.
pub(crate) fn find_or_install(console: &Console, workspace: &Workspace) -> Outcome<Tools> {
    wasm_target(console)?;
    let bindgen = Tool::new("wasm-bindgen-cli", "wasm-bindgen", workspace.pinned("wasm-bindgen")?);
    let wasm_bindgen = bindgen.find_or_install(console)?;
    let trunk = Tool::new("trunk", "trunk", workspace.pinned("trunk")?).find_or_install(console)?;

    let mut folders = vec![wasm_bindgen.parent().unwrap_or(Path::new("")).to_path_buf()];
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let path = std::env::join_paths(folders).map_err(|error| {
        Failure::new(format!("PATH cannot be extended: {error}"), "set DOSSIER_TOOLS to a path without `:`")
    })?;
    Ok(Tools { trunk, path })
}

/// The folder of cached tools: `$DOSSIER_TOOLS`, or `dossier/tools` in the user's cache.
pub(crate) fn cache() -> Outcome<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = variable("DOSSIER_TOOLS")
        .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("dossier/tools")))
        .or_else(|| Some(std::env::home_dir()?.join(".cache/dossier/tools")))
        .ok_or_else(|| {
            Failure::new("there is no home folder to cache tools in", "set DOSSIER_TOOLS to a folder")
        })?;
    fs::create_dir_all(&folder)?;
    Ok(std::path::absolute(folder)?)
}

/// Holds the cache for one process at a time; another one that sets up meanwhile waits here.
pub(crate) fn lock_cache(console: &Console) -> Outcome<fs::File> {
    let path = cache()?.join(".lock");
    let file = fs::File::create(&path)?;
    if file.file().try_lock().is_err() {
        console.note("another set-up is at work in the cache; waiting for it to end");
        file.file().lock()?;
    }
    Ok(file)
}

/// A program that `cargo install` can build.
struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
}

impl Tool {
    fn new(package: &'static str, program: &'static str, version: String) -> Tool {
        Tool { package, program, version }
    }

    fn find_or_install(&self, console: &Console) -> Outcome<PathBuf> {
        if let Some(program) = process::on_path(self.program).filter(|program| self.is_right(program)) {
            console.note(&format!("{} {}: {} on PATH", self.program, self.version, program.display()));
            return Ok(program);
        }
        let root = cache()?.join(format!("{}-{}", self.package, self.version));
        if !self.is_right(&self.in_root(&root)) {
            let _lock = lock_cache(console)?;
            if !self.is_right(&self.in_root(&root)) {
                self.install(console, &root)?;
            }
        }
        console.note(&format!("{} {}: {}", self.program, self.version, self.in_root(&root).display()));
        Ok(self.in_root(&root))
    }

    /// Builds beside the final folder and moves it there in one go: what is at `root` is always whole.
    /// The build itself is kept when interrupted, so that the next run goes on where this one stopped.
    fn install(&self, console: &Console, root: &Path) -> Outcome {
        let wanted = format!("{}@{}", self.package, self.version);
        console.note(&format!("{wanted} is not here yet: cargo builds it once, which takes some minutes"));
        let unfinished = root.with_added_extension("unfinished");
        let build = root.with_added_extension("build");
        remove_folder(&unfinished)?;
        let mut command = process::cargo();
        command.args(["install", "--locked", "--root"]).arg(&unfinished);
        command.arg("--target-dir").arg(&build).arg(&wanted).env_remove("CARGO_BUILD_TARGET");
        let remedy = format!(
            "read cargo's message above; it needs the network and a C compiler (Debian: apt-get install build-essential). \
             Or put {} {} on PATH yourself",
            self.program, self.version
        );
        process::run(console, &mut command, &remedy)?;
        if !self.is_right(&self.in_root(&unfinished)) {
            let what = format!("cargo installed {wanted}, but it does not answer with that version");
            return Err(Failure::new(what, format!("run {} --version", self.in_root(&unfinished).display())));
        }
        remove_folder(root)?;
        fs::rename(&unfinished, root)?;
        remove_folder(&build)
    }

    fn in_root(&self, root: &Path) -> PathBuf {
        root.join("bin").join(format!("{}{}", self.program, std::env::consts::EXE_SUFFIX))
    }

    /// Whether the program runs and says that it is exactly the version we want.
    fn is_right(&self, program: &Path) -> bool {
        // NO_COLOR=1 is no value that trunk's own command line takes.
        let said = process::output(Command::new(program).arg("--version").env_remove("NO_COLOR"));
        said.and_then(|said| said.split_whitespace().nth(1).map(str::to_owned))
            .is_some_and(|v| v == self.version)
    }
}

fn remove_folder(path: &Path) -> Outcome {
    if path.exists() {
        fs::remove_dir_all(path)?;
    }
    Ok(())
}

/// Installs the target through rustup where it is missing.
pub(crate) fn wasm_target(console: &Console) -> Outcome {
    if has_wasm_target() {
        console.note(&format!("{WASM_TARGET}: installed"));
        return Ok(());
    }
    let remedy =
        format!("install Rust with rustup (https://rustup.rs), then `rustup target add {WASM_TARGET}`");
    if process::on_path("rustup").is_none() {
        return Err(Failure::new(
            format!("this Rust has no {WASM_TARGET} target and there is no rustup"),
            remedy,
        ));
    }
    process::run(console, Command::new("rustup").args(["target", "add", WASM_TARGET]), &remedy)
}

fn has_wasm_target() -> bool {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    process::output(rustc.args(["--print", "target-libdir", "--target", WASM_TARGET]))
        .is_some_and(|folder| Path::new(&folder).read_dir().is_ok_and(|mut files| files.next().is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn only_a_tool_that_answers_with_its_version_is_taken() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tool = Tool::new("trunk", "trunk", "0.21.14".to_owned());
        let check = |script: &str, expected: bool| {
            use std::os::unix::fs::PermissionsExt;
            let program = tool.in_root(folder.path());
            fs::create_dir_all(program.parent().expect("bin")).expect("bin");
            fs::write(&program, script).expect("written");
            fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("executable");
            assert_eq!(tool.is_right(&program), expected, "{script}");
        };
        check("#!/bin/sh\necho trunk 0.21.14\n", true);
        check("#!/bin/sh\necho trunk 0.21.1\n", false);
        check("#!/bin/sh\necho trunk 0.21.14\nexit 1\n", false);
        check("half a prog", false);
        check("", false);
    }
}
