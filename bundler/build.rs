//! Puts the viewer into the CLI: the page that DOSSIER_VIEWER_HTML names, else the one that `cargo xtask viewer`
//! built, else none. Knows nothing of what is in the page.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=DOSSIER_VIEWER_HTML");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let code = match viewer()? {
        Some(page) => {
            println!("cargo::rerun-if-changed={}", page.display());
            fs::copy(&page, out.join("viewer.html"))
                .map_err(|error| format!("{}: {error}", page.display()))?;
            "Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/viewer.html\")))"
        }
        None => "None",
    };
    let doc = "/// The viewer's page, where it was built before the CLI.";
    fs::write(
        out.join("viewer.rs"),
        format!("{doc}\npub(crate) const VIEWER_HTML: Option<&[u8]> = {code};\n"),
    )?;
    Ok(())
}

fn viewer() -> Result<Option<PathBuf>, Box<dyn Error>> {
    if let Some(named) = env::var_os("DOSSIER_VIEWER_HTML").filter(|value| !value.is_empty()) {
        return Ok(Some(named.into()));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/viewer");
    let page = folder.join("viewer.html");
    if page.exists() {
        return Ok(Some(page));
    }
    // Cargo takes a missing file for a changed one, always; a folder tells when the page comes into being.
    fs::create_dir_all(&folder)?;
    println!("cargo::rerun-if-changed={}", folder.display());
    Ok(None)
}
