//! Puts the viewer into the CLI: the page that DOSSIER_VIEWER_HTML names, else the one that `cargo xtask viewer`
//! built, else none. Knows nothing of what is in the page.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

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

/// A relative name counts from the workspace's root, as one would type it there.
fn viewer() -> Result<Option<PathBuf>, Box<dyn Error>> {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo sets CARGO_MANIFEST_DIR")?);
    let root = package.parent().ok_or("the package lies in the workspace")?;
    if let Some(named) = env::var_os("DOSSIER_VIEWER_HTML").filter(|value| !value.is_empty()) {
        return Ok(Some(root.join(named)));
    }
    let folder = root.join("target/viewer");
    let page = folder.join("viewer.html");
    if page.exists() {
        return Ok(Some(page));
    }
    // Cargo takes a missing file for a changed one, always; a folder tells when the page comes into being.
    fs::create_dir_all(&folder)?;
    println!("cargo::rerun-if-changed={}", folder.display());
    Ok(None)
}
