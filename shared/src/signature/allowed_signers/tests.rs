//! What a line grants, what it does not, and what is said about those that cannot be read.

use super::*;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIlizSIN3DQV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAE";

fn check(line: &str, at: Option<&str>, expected: &str) {
    let file = AllowedSigners::parse(format!("# trust\n{line}\n").as_bytes());
    let key = PublicKey::from_openssh(KEY).unwrap();
    let found = file.lookup(key.key_data(), "seal@dossier", at.map(|at| at.parse().unwrap()));
    let words = format!("{found:?} {:?}", file.issues());
    assert!(words.contains(expected), "{line}: {words}");
}

#[test]
fn trusts_what_a_line_grants_and_no_more() {
    check(
        &format!("ann@x namespaces=\"seal@dossier\" {KEY} a comment"),
        None,
        "Trusted { principal: \"ann@x\", line: 2 } []",
    );
    check(&format!("\"ann@x,bob@x\" NAMESPACES=\"git,*@dossier\" {KEY}"), None, "Trusted");
    check(&format!("ann@x\tnamespaces=\"seal@dossier\"\t{KEY}\r"), None, "Trusted");
    check(&format!("ann@x namespaces=\"seal@dossie?\" {KEY}"), None, "Trusted");
    check(&format!("ann@x {KEY}"), None, "WrongNamespace { line: 2 } []");
    check(&format!("ann@x namespaces=\"signoff.*@dossier\" {KEY}"), None, "WrongNamespace");
    check(&format!("ann@x namespaces=\"*,!seal@dossier\" {KEY}"), None, "WrongNamespace");
    check("", None, "Unknown []");
    check(&format!("# ann@x namespaces=\"seal@dossier\" {KEY}"), None, "Unknown []");
}

#[test]
fn knows_spans_of_time() {
    let line =
        format!("ann@x namespaces=\"*\",valid-after=\"20260101Z\",valid-before=\"202606130638Z\" {KEY}");
    check(&line, None, "TimeNeeded");
    check(&line, Some("2025-12-31T23:59:59Z"), "NotYetValid");
    check(&line, Some("2026-01-01T00:00:00Z"), "Trusted");
    check(&line, Some("2026-06-13T06:38:00Z"), "Trusted");
    check(&line, Some("2026-06-13T06:38:01Z"), "Expired");
    check(&format!("a namespaces=\"*\",valid-after=\"20260101\" {KEY}"), None, "has no zone");
    check(&format!("a namespaces=\"*\",valid-after=\"20261301Z\" {KEY}"), None, "is no time");
    check(&format!("a valid-after=\"20260102Z\",valid-before=\"20260101Z\" {KEY}"), None, "not after");
}

#[test]
fn reports_what_it_cannot_read() {
    check(&format!("ann@x cert-authority {KEY}"), None, "cert-authority is not supported");
    check(&format!("ann@x cert-authority,namespaces=\"*\" {KEY}"), None, "cert-authority is not supported");
    check(&format!("ann@x namespaces=\"a\",namespaces=\"seal@dossier\" {KEY}"), None, "given twice");
    check(&format!("ann@x namespaces=seal@dossier {KEY}"), None, "double quotes");
    check(&format!("ann@x verify-required=\"1\" {KEY}"), None, "not supported");
    check(&format!("ann@x namespaces=\"seal@dossier {KEY}"), None, "not closed");
    check("ann@x", None, "no key");
    check("ann@x ssh-ed25519 AAAA", None, "no key");
    check("ann@x namespaces=\"*\" ssh-ed25519-cert-v01@openssh.com AAAA", None, "certificates");
}
