//! What a line of a trust file grants and whether it still does, in words. Prints nothing, reads no file.

use dossier_shared::signature::SEAL_NAMESPACE;
use dossier_shared::signature::allowed_signers::{AllowedSigners, Line, Lookup};
use dossier_shared::signature::revoked::RevokedKeys;
use dossier_shared::signature::statement::{PACKER, is_role, signoff_namespace};
use dossier_shared::time::{Timestamp, iso};
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, PublicKey};

/// FORMAT §7.7: keys of fewer bits sign nothing.
const RSA_MIN_BITS: u32 = 2048;

/// `SHA256:…` of a line's key.
pub(crate) fn fingerprint(line: &Line) -> String {
    PublicKey::from(line.key.clone()).fingerprint(HashAlg::Sha256).to_string()
}

/// Why no signature by this key is ever accepted.
pub(crate) fn too_weak(key: &KeyData) -> Option<String> {
    match key {
        KeyData::Rsa(rsa) if rsa.key_size() < RSA_MIN_BITS => Some(format!(
            "it is an RSA key of {} bits, and no signature by fewer than {RSA_MIN_BITS} is accepted",
            rsa.key_size()
        )),
        _ => None,
    }
}

/// Why a line that can be read grants nothing now, as one word for programs and as a fragment; none where it does.
pub(crate) fn lapsed(
    line: &Line,
    revoked: Option<&RevokedKeys>,
    now: Timestamp,
) -> Option<(&'static str, String)> {
    if revoked.is_some_and(|revoked| revoked.contains(&fingerprint(line))) {
        return Some((
            "revoked",
            "the key is revoked, so it is never trusted, whatever a line says".to_owned(),
        ));
    }
    if let Some(why) = too_weak(&line.key) {
        return Some(("too_weak", why));
    }
    match line.validity() {
        _ if line.namespaces().is_none() => Some(("no_role", "it has no namespaces=\"…\"".to_owned())),
        (_, Some(before)) if before < now => Some(("expired", format!("it ended on {}", iso(before)))),
        (Some(after), _) if after > now => Some(("not_yet", format!("it begins on {}", iso(after)))),
        _ => None,
    }
}

/// From when to when, as a fragment; none where that is for ever.
pub(crate) fn validity(line: &Line) -> Option<String> {
    let (after, before) = line.validity();
    let words = [after.map(|at| format!("from {}", iso(at))), before.map(|at| format!("up to {}", iso(at)))];
    let words: Vec<String> = words.into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// What a line grants beyond one role to those whom it names, as a fragment; none where that is all.
pub(crate) fn beyond_one_role(line: &Line) -> Option<&'static str> {
    let is_many = line.namespaces().is_some_and(|list| is_pattern(list) || list.contains(','));
    match (is_pattern(&line.principals), is_many) {
        (true, true) => Some("several roles, under names that nobody listed"),
        (true, false) => Some("a role under names that nobody listed"),
        (false, true) => Some("several roles"),
        (false, false) => None,
    }
}

/// For whom: the names, and that a pattern is one.
pub(crate) fn whom(line: &Line) -> String {
    match is_pattern(&line.principals) {
        true => format!("whoever goes by a name that fits {}", line.principals),
        false => line.principals.clone(),
    }
}

/// `seal@dossier,signoff.operator@dossier` → `packer, operator`; what a pattern comes to is said.
pub(crate) fn roles(line: &Line) -> String {
    let Some(list) = line.namespaces() else { return "nothing".to_owned() };
    list.split(',').map(|namespace| role(namespace, &line.key)).collect::<Vec<_>>().join(", ")
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '!'])
}

fn role(namespace: &str, key: &KeyData) -> String {
    if namespace == SEAL_NAMESPACE {
        return PACKER.to_owned();
    }
    if !is_pattern(namespace) {
        let role = namespace.strip_prefix("signoff.").and_then(|rest| rest.strip_suffix("@dossier"));
        let none = || format!("nothing here ({namespace})");
        return role.filter(|role| is_role(role) && *role != PACKER).map_or_else(none, str::to_owned);
    }
    if let Some(excepted) = namespace.strip_prefix('!') {
        return format!("but not {}", role(excepted, key));
    }
    let fits = |asked: &str| fits(namespace, asked, key).unwrap_or(false);
    // Two roles that nobody has: what fits both fits all.
    let fits_any = ["any", "z-0"].iter().all(|role| fits(&signoff_namespace(role)));
    match (fits(SEAL_NAMESPACE), fits_any) {
        (true, true) => format!("every role, the packer's too ({namespace})"),
        (false, true) => format!("every role but the packer's ({namespace})"),
        (true, false) => format!("packer, and what else fits {namespace}"),
        (false, false) => format!("what fits {namespace}"),
    }
}

/// Whether a pattern fits a namespace, asked of a file that has the pattern alone.
fn fits(pattern: &str, namespace: &str, key: &KeyData) -> Option<bool> {
    let public = PublicKey::from(key.clone()).to_openssh().ok()?;
    let alone = AllowedSigners::parse(format!("x namespaces=\"{pattern}\" {public}").as_bytes());
    Some(matches!(alone.lookup(key, namespace, None), Lookup::Trusted { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIlizSIN3DQV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAE";

    fn line(text: &str) -> Line {
        let signers = AllowedSigners::parse(format!("{text} {KEY}").as_bytes());
        signers.lines().first().expect("a line").clone()
    }

    #[test]
    fn what_a_line_grants_is_spelled_out() {
        for (text, expected, wide) in [
            ("ann namespaces=\"signoff.operator@dossier\"", "ann: operator", false),
            ("ann,bob namespaces=\"seal@dossier\"", "ann,bob: packer", false),
            ("ann namespaces=\"seal@dossier,signoff.a@dossier\"", "ann: packer, a", true),
            (
                "ann namespaces=\"signoff.*@dossier\"",
                "ann: every role but the packer's (signoff.*@dossier)",
                true,
            ),
            ("ann namespaces=\"*\"", "ann: every role, the packer's too (*)", true),
            ("* namespaces=\"seal@dossier\"", "whoever goes by a name that fits *: packer", true),
            ("ann namespaces=\"s*l@dossier\"", "ann: packer, and what else fits s*l@dossier", true),
            ("ann namespaces=\"signoff.op*@dossier\"", "ann: what fits signoff.op*@dossier", true),
            (
                "ann namespaces=\"!seal@dossier,*\"",
                "ann: but not packer, every role, the packer's too (*)",
                true,
            ),
            ("ann namespaces=\"git\"", "ann: nothing here (git)", false),
            ("ann", "ann: nothing", false),
        ] {
            let line = line(text);
            assert_eq!(format!("{}: {}", whom(&line), roles(&line)), expected);
            assert_eq!(beyond_one_role(&line).is_some(), wide, "{text}");
        }
    }

    #[test]
    fn what_grants_nothing_any_more_is_noticed() {
        let now: Timestamp = "2026-06-13T06:41:00Z".parse().expect("a time");
        let none = RevokedKeys::parse(b"").expect("a list");
        let list = RevokedKeys::parse(KEY.as_bytes()).expect("a list");
        for (options, revoked, expected) in [
            ("", &none, None),
            ("", &list, Some("revoked")),
            (",valid-before=\"20260101Z\"", &none, Some("expired")),
            (",valid-before=\"20270101Z\"", &none, None),
            (",valid-after=\"20270101Z\"", &none, Some("not_yet")),
            (",valid-after=\"20250101Z\",valid-before=\"20260101Z\"", &none, Some("expired")),
        ] {
            let line = line(&format!("ann namespaces=\"seal@dossier\"{options}"));
            assert_eq!(lapsed(&line, Some(revoked), now).map(|(word, _)| word), expected, "{options}");
        }
        assert_eq!(lapsed(&line("ann"), None, now).map(|(word, _)| word), Some("no_role"));
    }
}
