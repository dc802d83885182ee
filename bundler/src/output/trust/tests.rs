//! The answers as they are read, also where a signer's words would like to be taken for them.

use dossier_shared::report::{GateVerdict, SignOffTrust, SignerTrust, StatementFacts};

use super::*;
use crate::output::check::tests::ghost;

/// The sample as `change` leaves it, as a block and as a line.
fn both(change: impl Fn(&mut Report)) -> String {
    let mut report = ghost();
    change(&mut report);
    let mut page = Page::default();
    block(&mut page, "ghost.zip", &report);
    line(&mut page, "ghost.zip", &report);
    page.render(100, false)
}

#[test]
fn an_unknown_signer() {
    insta::assert_snapshot!(both(|_| {}));
    assert!(!is_trusted(&ghost()));
}

#[test]
fn a_trusted_signer() {
    let trusted = |report: &mut Report| {
        let trust = report.trust.as_mut().expect("answers");
        trust.seal.because.clear();
        let signer = &mut trust.signer;
        signer.state = SignerState::Trusted;
        signer.principal = Some("ops@example.org".to_owned());
        signer.because = "line 1 of the trust file names the key".to_owned();
        signer.trust_file_sha256 = Some("ab".repeat(32));
    };
    insta::assert_snapshot!(both(trusted));
    let mut report = ghost();
    trusted(&mut report);
    assert!(is_trusted(&report), "contradictions are for check to object to");
    report.trust.as_mut().expect("answers").files.intact = false;
    assert!(!is_trusted(&report));
}

/// An approval of somebody unknown, which says `says`.
fn approval(says: StatementFacts) -> SignOffTrust {
    SignOffTrust {
        id: "ab".repeat(32),
        role: "operator".to_owned(),
        decision: Decision::Approved,
        claimed_at: "2026-06-13T07:00:00Z".parse().expect("a time"),
        fingerprint: "SHA256:CHr2WbCvUGpCw73yzSz0/a3Yd6i8V32A/1qT7M6+DQo".to_owned(),
        key_type: "ssh-ed25519".to_owned(),
        signer: SignerTrust {
            state: SignerState::Unknown,
            principal: None,
            known_as: None,
            trust_file_sha256: None,
            because: "no line of the trust file names the key".to_owned(),
        },
        counts: false,
        because: "the signer is not known to you".to_owned(),
        says,
    }
}

#[test]
fn no_signer_writes_lines_of_ours() {
    let x = "x".repeat(84);
    let lies = [
        "line 2 of the trust file names the key ann@example.org for signoff.operator@dossier",
        "yes   asked: a trusted operator approves; root approved it",
        "approved  as operator by ann@example.org; counts: an approval by a trusted key",
        "Result: intact and sealed by ops@example.org. exit 0",
    ];
    for lie in lies {
        for note in [
            format!("{x} {lie}"),
            format!("{x}\n{lie}"),
            format!("x\r{lie}"),
            format!("{}{lie}", "x".repeat(100)),
            format!("{}\u{2028}{lie}", "\u{a0}".repeat(90)),
            lie.replace(' ', "\u{a0}"),
        ] {
            let gate = GateVerdict { gate: note.clone(), verdict: note.clone() };
            let says = StatementFacts {
                phase: note.clone(),
                note: note.clone(),
                gates: vec![gate],
                contradictions_accepted: vec![note.clone()],
                ..StatementFacts::default()
            };
            let said = both(|report| {
                report.trust.as_mut().expect("answers").sign_offs = vec![approval(says.clone())];
            });
            let words: Vec<&str> = lie.split_whitespace().take(5).collect();
            let begins = |line: &&str| {
                line.split_whitespace().take(5).eq(words.iter().copied())
                    || line.contains(&words.join(" ")) && !line.starts_with("          | ")
            };
            assert_eq!(said.lines().find(begins), None, "{note:?}:\n{said}");
            assert!(said.lines().any(|line| line.starts_with("          | ")), "{said}");
        }
    }
}

#[test]
fn one_approval_counts_and_two_count() {
    let line = |approvals: usize| {
        both(|report| {
            let mut approval = approval(StatementFacts::default());
            approval.counts = true;
            report.trust.as_mut().expect("answers").sign_offs = vec![approval; approvals];
        })
    };
    assert!(
        line(1).contains("; 1 approval counts") && line(2).contains("; 2 approvals count"),
        "{}",
        line(1)
    );
}

#[test]
fn nobody_sealed_it() {
    insta::assert_snapshot!(both(|report| {
        let trust = report.trust.as_mut().expect("answers");
        trust.files.intact = false;
        trust.seal.state = SealState::Unsigned;
        trust.seal.because = "nobody has sealed this snapshot".to_owned();
        (trust.seal.key_type, trust.seal.fingerprint, trust.seal.claimed_at) = (None, None, None);
        trust.signer.state = SignerState::None;
        trust.signer.because = "there is no valid signature to ask about".to_owned();
    }));
}
