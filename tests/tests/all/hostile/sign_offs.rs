//! Sign-offs that are replayed, renamed, or made by the wrong key in the wrong role (FORMAT §7.1, §7.5, §7.10).

use dossier_shared::digest::Sha256Digest;
use dossier_shared::report::SealState::{Invalid, Valid};
use dossier_shared::signature::statement::Decision::{Approved, Rejected};
use dossier_shared::signature::statement::Statement;
use dossier_tests::forge::{
    Bag, KEY, OTHER_KEY, append, armour, key, seal, seal_statement, sign, sign_off, small,
};

use super::Expect::{Notes, Problem, Seal, Trusted};
use super::{Row, check, row};

const OPERATOR: u8 = 2;
const REVIEWER: u8 = 3;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = keys_and_roles();
    rows.extend(replayed());
    rows.extend(said());
    rows.extend(lied());
    rows
}

#[test]
fn sign_offs_that_do_not_count() {
    check("sign-offs", &rows());
}

/// The sealed snapshot with one sign-off of `signer` in `role`.
fn signed_off(role: &str, signer: u8) -> Vec<u8> {
    let unsigned = small();
    sign(&seal(&unsigned, &key(KEY)), &sign_off(&unsigned, role, Approved), &key(signer))
}

/// The sealed snapshot with the operator's statement signed in another namespace than its own.
fn in_namespace(namespace: &str, signer: u8) -> Vec<u8> {
    let unsigned = small();
    let json = sign_off(&unsigned, "operator", Approved).to_json();
    let name = Sha256Digest::of(json.as_bytes()).to_string();
    let sealed = seal(&unsigned, &key(KEY));
    append(&sealed, &name, json.as_bytes(), &armour(&key(signer), namespace, json.as_bytes()))
}

fn keys_and_roles() -> Vec<Row> {
    vec![
        row("§7.10", "the operator as operator", Trusted(1), || signed_off("operator", OPERATOR)),
        row("§7.10", "the reviewer as operator", Trusted(0), || signed_off("operator", REVIEWER)),
        row("§7.10", "a stranger as operator", Trusted(0), || signed_off("operator", OTHER_KEY)),
        row("§7.10", "the packer's key as operator", Trusted(0), || signed_off("operator", KEY)),
        row("§7.10", "the operator in a role that nobody granted", Trusted(0), || {
            signed_off("operators", OPERATOR)
        }),
        row("§7.5", "the operator's words signed as reviewer", Problem("signoff.reviewer@dossier"), || {
            in_namespace("signoff.reviewer@dossier", REVIEWER)
        }),
        row("§7.5", "the operator's words signed as a seal", Problem("seal@dossier"), || {
            in_namespace("seal@dossier", KEY)
        }),
        row("§7.5", "the operator's words signed as a git commit", Problem("git"), || {
            in_namespace("git", OPERATOR)
        }),
        row("§7.5", "a namespace that begins alike", Problem("signoff.operator"), || {
            in_namespace("signoff.operator@dossier.example", OPERATOR)
        }),
        row("§7.10", "a sign-off in the seal's place", Seal(Invalid, ""), || {
            let unsigned = small();
            let statement = sign_off(&unsigned, "operator", Approved);
            let json = statement.to_json();
            append(
                &unsigned,
                "seal",
                json.as_bytes(),
                &armour(&key(OPERATOR), &statement.namespace(), json.as_bytes()),
            )
        }),
        row("§7.10", "a sign-off in the seal's place and namespace", Seal(Invalid, "sign-off"), || {
            let unsigned = small();
            let json = sign_off(&unsigned, "operator", Approved).to_json();
            append(&unsigned, "seal", json.as_bytes(), &armour(&key(KEY), "seal@dossier", json.as_bytes()))
        }),
        row("§7.1", "under another name than its digest", Problem("sha256"), || {
            let unsigned = small();
            let statement = sign_off(&unsigned, "operator", Approved);
            let json = statement.to_json();
            let signature = armour(&key(OPERATOR), &statement.namespace(), json.as_bytes());
            append(&seal(&unsigned, &key(KEY)), &"0".repeat(64), json.as_bytes(), &signature)
        }),
        row("§7.1", "a signature of another sign-off", Problem("does not fit"), || {
            let unsigned = small();
            let statement = sign_off(&unsigned, "operator", Approved);
            let json = statement.to_json();
            let name = Sha256Digest::of(json.as_bytes()).to_string();
            let other = sign_off(&unsigned, "operator", Rejected).to_json();
            let signature = armour(&key(OPERATOR), &statement.namespace(), other.as_bytes());
            append(&seal(&unsigned, &key(KEY)), &name, json.as_bytes(), &signature)
        }),
        row("§7.1", "no signature", Problem("missing"), || {
            let mut archive = dossier_tests::forge::Archive::read(&signed_off("operator", OPERATOR));
            archive.items.pop();
            archive.bytes()
        }),
        row("§7.1", "no statement", Problem("missing"), || {
            let mut archive = dossier_tests::forge::Archive::read(&signed_off("operator", OPERATOR));
            let last = archive.items.len() - 2;
            archive.items.remove(last);
            archive.bytes()
        }),
        row("§7.10", "rejected and approved, both are told", Trusted(2), || {
            let unsigned = small();
            let rejected = sign_off(&unsigned, "operator", Rejected);
            let both = sign(&seal(&unsigned, &key(KEY)), &rejected, &key(OPERATOR));
            sign(&both, &sign_off(&unsigned, "operator", Approved), &key(OPERATOR))
        }),
    ]
}

/// Another snapshot of the same packer, about the same phase.
fn other() -> Vec<u8> {
    let mut bag = Bag::small();
    bag.replace("report.txt", "1 gate", "2 gates");
    bag.relist();
    bag.bytes()
}

fn replayed() -> Vec<Row> {
    let statement = |change: fn(&mut Statement)| {
        move || {
            let unsigned = small();
            let mut statement = sign_off(&unsigned, "operator", Approved);
            change(&mut statement);
            sign(&seal(&unsigned, &key(KEY)), &statement, &key(OPERATOR))
        }
    };
    vec![
        row("§7.10", "a sign-off of another snapshot", Problem("content was changed"), || {
            let here = small();
            sign(&seal(&here, &key(KEY)), &sign_off(&other(), "operator", Approved), &key(OPERATOR))
        }),
        row(
            "§7.10",
            "a sign-off of the snapshot before it was changed",
            Problem("content was changed"),
            || {
                let changed = other();
                sign(&seal(&changed, &key(KEY)), &sign_off(&small(), "operator", Approved), &key(OPERATOR))
            },
        ),
        row(
            "§7.10",
            "a sign-off of another phase",
            Problem("phase"),
            statement(|said| said.predicate.phase = "wekan".to_owned()),
        ),
        row(
            "§7.10",
            "a sign-off of another report",
            Problem("report.json"),
            statement(|said| {
                said.predicate.report_sha256 = Sha256Digest::of(b"another");
            }),
        ),
        row("§7.10", "a sign-off without a seal", Trusted(1), || {
            let unsigned = small();
            sign(&unsigned, &sign_off(&unsigned, "operator", Approved), &key(OPERATOR))
        }),
        row("§7.10", "the seal of another snapshot", Seal(Invalid, "content was changed"), || {
            sign(&small(), &seal_statement(&other()), &key(KEY))
        }),
        row("§7.10", "a good sign-off leaves the seal as it is", Seal(Valid, ""), || {
            signed_off("operator", OPERATOR)
        }),
    ]
}

/// FORMAT §7.11, §7.12: what a sign-off says of others and of its time has to be possible.
fn said() -> Vec<Row> {
    let after =
        |what: &str, words: &'static str, seal_claims: &'static str, sign_off_claims: &'static str| {
            row("§7.12", what, Problem(words), move || {
                let unsigned = small();
                let mut sealed = seal_statement(&unsigned);
                sealed.predicate.claimed_time = seal_claims.parse().expect("a time");
                let mut approved = sign_off(&unsigned, "operator", Approved);
                approved.predicate.claimed_time = sign_off_claims.parse().expect("a time");
                sign(&sign(&unsigned, &sealed, &key(KEY)), &approved, &key(OPERATOR))
            })
        };
    vec![
        row(
            "§7.11",
            "a rejection that a later approval knew of, taken out",
            Problem("a sign-off is missing"),
            || {
                let unsigned = small();
                let rejected = sign_off(&unsigned, "reviewer", Rejected);
                let mut approved = sign_off(&unsigned, "operator", Approved);
                approved.predicate.prior = vec![Sha256Digest::of(rejected.to_json().as_bytes())];
                sign(&seal(&unsigned, &key(KEY)), &approved, &key(OPERATOR))
            },
        ),
        row("§7.11", "a statement that knows itself", Problem("a sign-off is missing"), || {
            let unsigned = small();
            let mut approved = sign_off(&unsigned, "operator", Approved);
            approved.predicate.prior = vec![Sha256Digest::of(b"nobody can know their own digest")];
            sign(&seal(&unsigned, &key(KEY)), &approved, &key(OPERATOR))
        }),
        row("§7.11", "a prior that is there and holds", Trusted(2), || {
            let unsigned = small();
            let rejected = sign_off(&unsigned, "reviewer", Rejected);
            let both = sign(&seal(&unsigned, &key(KEY)), &rejected, &key(REVIEWER));
            let mut approved = sign_off(&unsigned, "operator", Approved);
            approved.predicate.prior = vec![Sha256Digest::of(rejected.to_json().as_bytes())];
            sign(&both, &approved, &key(OPERATOR))
        }),
        after(
            "a sign-off of an hour before the seal",
            "claims to be of",
            "2026-06-13T08:00:00Z",
            "2026-06-13T07:00:00Z",
        ),
        after("a seal of the next year", "from now", "2027-06-13T08:00:00Z", "2027-06-13T08:00:00Z"),
        after("a sign-off of the next year", "from now", "2026-06-13T08:00:00Z", "2027-06-13T08:00:00Z"),
        after(
            "a sign-off of the first day of the calendar",
            "claims to be of",
            "2026-06-13T08:00:00Z",
            "0001-01-01T00:00:00Z",
        ),
    ]
}

/// FORMAT §7.14: what is signed is what `report.json` says, which here says nothing.
fn lied() -> Vec<Row> {
    let lie = |what: &str, expect, signer: u8, change: fn(&mut Statement)| {
        row("§7.14", what, expect, move || {
            let unsigned = small();
            let mut statement = sign_off(&unsigned, "operator", Approved);
            change(&mut statement);
            sign(&seal(&unsigned, &key(KEY)), &statement, &key(signer))
        })
    };
    let counts: fn(&mut Statement) = |said| said.predicate.outcomes.confirmed = 999;
    let accepts: fn(&mut Statement) =
        |said| said.predicate.contradictions_accepted = vec!["NOPE.1".to_owned()];
    let invents: fn(&mut Statement) = |said| said.predicate.prior = vec![Sha256Digest::of(b"invented")];
    vec![
        lie("999 confirmed, says an operator", Notes(1), OPERATOR, counts),
        lie("999 confirmed, says somebody", Notes(1), OTHER_KEY, counts),
        lie("a contradiction that is none, accepted by an operator", Problem("NOPE.1"), OPERATOR, accepts),
        row("§7.14", "999 confirmed, says the packer", Problem("outcomes.confirmed is 999"), move || {
            let unsigned = small();
            let mut statement = seal_statement(&unsigned);
            counts(&mut statement);
            sign(&unsigned, &statement, &key(KEY))
        }),
        lie("a sign-off that nobody but a stranger saw", Notes(1), OTHER_KEY, invents),
    ]
}
