//! `dossier keygen`: a new key, and the line that lets others trust it.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use dossier_shared::signature::statement::is_role;
use ssh_key::getrandom::SysRng;
use ssh_key::rand_core::UnwrapErr;
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey};

use crate::cli::Keygen;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{self, Look, Page};
use crate::{atomic, sign, trust};

pub(super) fn run(arguments: Keygen) -> Result<Exit, Failure> {
    if let Some(role) = arguments.role.iter().find(|role| !is_role(role)) {
        return Err(Failure::Usage(format!("--role {role:?}: a role has lower-case letters, digits and -")));
    }
    let principal = arguments.principal.clone().unwrap_or_else(user_name);
    if !super::trust::is_plain_principal(&principal) {
        return Err(Failure::Usage(format!(
            "--as {principal:?}: a name without spaces, quotes, commas and patterns, such as ann@example.org"
        )));
    }
    let target = target(&arguments)?;
    let public_target = PathBuf::from(format!("{}.pub", target.display()));
    for path in [&target, &public_target] {
        if path.symlink_metadata().is_ok() {
            return Err(Failure::write(
                path,
                "it is there already, and keys are never overwritten; give another name with -o",
            ));
        }
    }
    atomic::check(&target).map_err(|error| Failure::write(&target, error))?;
    let passphrase = match arguments.passphrase {
        true => Some(sign::ask_new().map_err(Failure::Usage)?),
        false => None,
    };
    let (private, public, fingerprint) = make(&principal, passphrase.as_deref())
        .map_err(|error| Failure::write(&target, format!("no key could be made: {error}")))?;
    create(&target, private.as_bytes(), true).map_err(|error| Failure::write(&target, error))?;
    create(&public_target, format!("{public}\n").as_bytes(), false)
        .map_err(|error| Failure::write(&public_target, error))?;
    let line = trust::line(&principal, &arguments.role, None, None, &public);
    output::print_page(&summary(&target, &fingerprint, &public, arguments.role.len() > 1))?;
    output::print_plain(&format!("\n{line}\n"))?;
    Ok(Exit::Good)
}

fn target(arguments: &Keygen) -> Result<PathBuf, Failure> {
    if let Some(path) = &arguments.output {
        return Ok(path.clone());
    }
    let (Some(folder), Some(path)) = (trust::folder(), trust::default_key_path()) else {
        return Err(Failure::Usage("there is no home folder to put it in; name a file with -o".to_owned()));
    };
    trust::make_folder(&folder).map_err(|error| Failure::write(&folder, error))?;
    Ok(path)
}

fn user_name() -> String {
    let name = ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| super::trust::is_plain_principal(name)).unwrap_or_else(|| "me".to_owned())
}

/// The private key file, the public key's line, and the fingerprint.
fn make(comment: &str, passphrase: Option<&str>) -> Result<(String, String, String), ssh_key::Error> {
    let mut key = PrivateKey::random(&mut UnwrapErr(SysRng), Algorithm::Ed25519)?;
    key.set_comment(comment);
    let public = key.public_key().to_openssh()?;
    let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
    if let Some(passphrase) = passphrase {
        key = key.encrypt(&mut SysRng, passphrase)?;
    }
    Ok((key.to_openssh(LineEnding::LF)?.to_string(), public, fingerprint))
}

/// Writes a file that must not be there yet; a private one for its owner alone, from its first byte on.
fn create(path: &Path, bytes: &[u8], is_private: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if is_private { 0o600 } else { 0o644 });
    let _ = is_private;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn summary(target: &Path, fingerprint: &str, public: &str, is_wide: bool) -> Page {
    let mut page = Page::default();
    page.line(2, [(Look::Good, "made ".to_owned()), (Look::Heading, target.display().to_string())]);
    page.text(10, "  keep    it to yourself; whoever has it can sign as you");
    page.text(10, &format!("  public  {public}"));
    page.text(10, &format!("  print   {fingerprint}"));
    page.text(10, "  give    the line below to those who verify, over a way that they trust; for them:");
    let asks = if is_wide { "   (asks first, since it grants several roles)" } else { "" };
    page.text(10, &format!("          dossier trust add 'LINE'{asks}"));
    page
}
