//! Where things lie in the workspace, and the versions it pins. Starts no program.

use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::failure::{Failure, Outcome};

/// The workspace that this xtask was built from.
pub(crate) struct Workspace {
    root: PathBuf,
    manifest: String,
}

impl Workspace {
    pub(crate) fn find() -> Outcome<Workspace> {
        let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest_dir.parent().unwrap_or(manifest_dir).to_path_buf();
        let manifest = fs::read_to_string(root.join("Cargo.toml")).map_err(|error| {
            Failure::new(error.to_string(), "the checkout has moved: run `cargo clean -p xtask`, then again")
        })?;
        Ok(Workspace { root, manifest })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder of the workspace.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where the viewer goes; `bundler/build.rs` looks here too.
    pub(crate) fn viewer_html(&self) -> PathBuf {
        self.path("target/viewer/viewer.html")
    }

    /// A program that cargo built in release mode.
    pub(crate) fn release_binary(&self, name: &str) -> Outcome<PathBuf> {
        self.built("release", name)
    }

    /// A program that cargo built in debug mode.
    pub(crate) fn debug_binary(&self, name: &str) -> Outcome<PathBuf> {
        self.built("debug", name)
    }

    /// Beside the mode that this xtask was built in, so that every way to move cargo's target folder is followed.
    fn built(&self, mode: &str, name: &str) -> Outcome<PathBuf> {
        let ourselves = std::env::current_exe()?;
        let builds = ourselves.parent().and_then(Path::parent).unwrap_or(&self.root);
        Ok(builds.join(mode).join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
    }

    /// The version that Cargo.toml pins for a key, as in `wasm-bindgen = "=0.2.129"`.
    pub(crate) fn pinned(&self, key: &str) -> Outcome<String> {
        pinned_version(&self.manifest, key).ok_or_else(|| {
            Failure::new(
                format!("Cargo.toml pins no version for `{key}`"),
                format!("give it one there, as in `{key} = \"=1.2.3\"`"),
            )
        })
    }
}

/// Cargo.toml is our own and lays these out one a line, so no parser of TOML has to be compiled first.
fn pinned_version(manifest: &str, key: &str) -> Option<String> {
    manifest.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        let version = value.trim().strip_prefix('"')?.split('"').next()?.trim_start_matches('=').trim();
        (name.trim() == key && version.starts_with(|c: char| c.is_ascii_digit())).then(|| version.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_pins_of_our_own_manifest() {
        let workspace = Workspace::find().expect("the workspace is around us");
        for key in ["wasm-bindgen", "trunk", "bagit"] {
            assert!(workspace.pinned(key).is_ok(), "{key}");
        }
        assert!(workspace.pinned("no-such-tool").is_err());
    }

    #[test]
    fn a_pin_is_the_bare_version() {
        assert_eq!(pinned_version("wasm-bindgen = \"=0.2.129\"", "wasm-bindgen").as_deref(), Some("0.2.129"));
        assert_eq!(pinned_version("wasm-bindgen-futures = \"=0.4\"", "wasm-bindgen"), None);
    }
}
