//! Whose keys the user trusts: the files that say so, where they lie, and how they change. Judges no signature.

mod edit;
mod home;
mod local_time;
mod own;

pub(crate) mod grants;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use dossier_shared::signature::SEAL_NAMESPACE;
use dossier_shared::signature::allowed_signers::AllowedSigners;
use dossier_shared::signature::revoked::RevokedKeys;
use dossier_shared::signature::statement::{PACKER, signoff_namespace};
use dossier_shared::time::{self, Timestamp};
use dossier_shared::verify::{Policy, Verifier};

use crate::cli::{NamedTrust, TrustFile};
use crate::failure::Failure;
use crate::{input, output};

pub(crate) use edit::{append, make_folder, remove};
pub(crate) use home::{allowed_signers_path, default_key_path, folder};
pub(crate) use local_time::standard_time;

/// What the user says about keys. Nothing of it ever comes from a snapshot, a dossier.toml, a repository, the current
/// folder or git's configuration.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    /// The file, and what it says.
    pub(crate) signers: Option<(PathBuf, AllowedSigners)>,
    /// The list, and what it says.
    pub(crate) revoked: Option<(PathBuf, RevokedKeys)>,
}

impl Trust {
    /// The files named on the command line, else the user's own, where there are any.
    pub(crate) fn load(named: &TrustFile) -> Result<Self, Failure> {
        let TrustFile { allowed_signers, revoked } = named.clone();
        let mut trust = Self::named(&NamedTrust { allowed_signers, revoked })?;
        if trust.signers.is_none()
            && let Some(path) = allowed_signers_path()
            && is_own(&path)?
        {
            trust.signers = Some((path.clone(), read_signers(&path)?));
        }
        if trust.revoked.is_none() {
            trust.revoked = own_revoked()?;
        }
        Ok(trust)
    }

    /// Only the files named on the command line: for what goes to others.
    pub(crate) fn named(named: &NamedTrust) -> Result<Self, Failure> {
        let mut trust = Self::default();
        if let Some(path) = &named.allowed_signers {
            warn_writable(path);
            trust.signers = Some((path.clone(), read_signers(path)?));
        }
        if let Some(path) = &named.revoked {
            warn_writable(path);
            trust.revoked = Some((path.clone(), read_revoked(path)?));
        }
        Ok(trust)
    }

    /// The one who asks, at `at`, with `policy`.
    pub(crate) fn verifier(&self, at: Option<Timestamp>, policy: Policy) -> Verifier<'_> {
        let now = Timestamp::now();
        Verifier {
            trust: self.signers.as_ref().map(|(_, signers)| signers),
            revoked: self.revoked.as_ref().map(|(_, revoked)| revoked),
            at: Some(at.unwrap_or(now)),
            now: Some(now),
            policy,
        }
    }
}

/// Reads a file of allowed signers.
pub(crate) fn read_signers(path: &Path) -> Result<AllowedSigners, Failure> {
    let bytes = input::read(path, input::LIST_BYTES).map_err(|error| {
        Failure::Usage(format!("{error}; --allowed-signers wants a file in OpenSSH's allowed_signers format"))
    })?;
    Ok(AllowedSigners::parse_at_home(&bytes, Some(&standard_time)))
}

fn read_revoked(path: &Path) -> Result<RevokedKeys, Failure> {
    let bytes = input::read(path, input::LIST_BYTES)
        .map_err(|error| Failure::Usage(format!("{error}; --revoked wants a list of keys")))?;
    RevokedKeys::parse(&bytes).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}

/// The user's own list of revoked keys, where there is one.
pub(crate) fn own_revoked() -> Result<Option<(PathBuf, RevokedKeys)>, Failure> {
    let Some(path) = home::revoked_keys_path() else { return Ok(None) };
    match is_own(&path)? {
        true => Ok(Some((path.clone(), read_revoked(&path)?))),
        false => Ok(None),
    }
}

/// FORMAT §8.1: whether the user's own file is there; refused where anybody else could have written it, or where a link
/// on the way to it leads nowhere: what it would have said would be missing without a word.
pub(crate) fn is_own(path: &Path) -> Result<bool, Failure> {
    own::look(path).map_err(|why| Failure::Usage(format!("{} is not used: {why}", path.display())))
}

/// The same of a file that was named, of which its own permissions and those of its folder are looked at.
pub(crate) fn is_there(path: &Path) -> Result<bool, Failure> {
    let is_there = own::find(path)
        .map_err(|why| Failure::Usage(format!("{} is not used: {why}", path.display())))?
        .is_some();
    match is_there && own::is_writable_by_others(path) {
        true => Err(Failure::Usage(own::writable_words(path))),
        false => Ok(is_there),
    }
}

/// A file that is named was looked at by whoever names it; so this is said, and no more.
fn warn_writable(path: &Path) {
    if own::is_writable_by_others(path) {
        let _ = writeln!(anstream::stderr(), "warning: {}", output::clean(&own::writable_words(path)));
    }
}

/// A line of an allowed_signers file: whose key, for which roles, and from when to when.
pub(crate) fn line(
    principal: &str,
    roles: &[String],
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    public: &str,
) -> String {
    let namespace = |role: &String| match role.as_str() {
        PACKER => SEAL_NAMESPACE.to_owned(),
        role => signoff_namespace(role),
    };
    let namespaces = roles.iter().map(namespace).collect::<Vec<_>>().join(",");
    let stamp = |name: &str, at: Option<Timestamp>| {
        at.map(|at| {
            let digits: String = time::iso(at).chars().filter(char::is_ascii_digit).collect();
            format!(",{name}=\"{digits}Z\"")
        })
        .unwrap_or_default()
    };
    let (after, before) = (stamp("valid-after", after), stamp("valid-before", before));
    format!("{principal} namespaces=\"{namespaces}\"{after}{before} {public}")
}
