//! The five answers as words, states and the limits of each; knows nothing about how they were found.

use dossier_shared::report::{Decision, Report, SealState, SignOffTrust, SignerState, Trust};

use super::words;

/// How good an answer is; shown by colour, shape and word together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// It holds.
    Good,
    /// Not asked, or not known.
    Neutral,
    /// Wants a look.
    Attention,
    /// Something is wrong with what this file says of itself.
    Bad,
}

impl State {
    /// The word in `data-state` and in classes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            State::Good => "good",
            State::Neutral => "neutral",
            State::Attention => "attention",
            State::Bad => "bad",
        }
    }
}

/// One of the five answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The short name: `Files`.
    pub(crate) label: &'static str,
    /// The question in full.
    pub(crate) question: &'static str,
    /// The answer in a word or two.
    pub(crate) value: String,
    /// What goes with it.
    pub(crate) rest: String,
    pub(crate) state: State,
    /// The answer in a sentence.
    pub(crate) because: String,
    /// What it does not prove.
    pub(crate) not_proved: &'static str,
}

/// The five answers, in order.
pub(crate) fn answers(report: &Report) -> Vec<Answer> {
    match &report.trust {
        Some(trust) => vec![
            files(report, trust),
            signature(trust),
            signer(trust),
            collected(report, trust),
            checks(trust),
        ],
        None => Vec::new(),
    }
}

/// What one key said about the whole snapshot, beside the packer's seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignOff {
    /// `approved` or `rejected`.
    pub(crate) decision: &'static str,
    pub(crate) role: String,
    /// The principal, or that nobody here knows the key.
    pub(crate) who: String,
    pub(crate) fingerprint: String,
    pub(crate) key_type: String,
    pub(crate) claimed_at: String,
    pub(crate) counts: bool,
    pub(crate) state: State,
    /// Why it counts or does not, and what is known of the key, in sentences.
    pub(crate) because: String,
    pub(crate) note: String,
    /// What the signer saw: verdicts and counts.
    pub(crate) about: String,
    /// Contradictions that the signer accepts, by id.
    pub(crate) accepted: Vec<String>,
}

/// The sign-offs whose signature holds, in the order of the times that they claim.
pub(crate) fn sign_offs(report: &Report) -> Vec<SignOff> {
    report.trust.iter().flat_map(|trust| &trust.sign_offs).map(sign_off).collect()
}

fn sign_off(said: &SignOffTrust) -> SignOff {
    let is_known = said.signer.state == SignerState::Trusted;
    let (decision, state) = match said.decision {
        Decision::Approved => ("approved", if said.counts { State::Good } else { State::Neutral }),
        Decision::Rejected => ("rejected", if said.counts { State::Bad } else { State::Attention }),
        Decision::Sealed => ("sealed", State::Neutral),
    };
    let state = if said.signer.state == SignerState::Revoked { State::Bad } else { state };
    let gates = said.says.gates.iter().map(|gate| format!("{} {}", gate.gate, gate.verdict));
    let outcomes = &said.says.outcomes;
    let counts = format!(
        "{} confirmed, {} contradicted, {} without evidence, {} to judge",
        outcomes.confirmed, outcomes.contradicted, outcomes.no_evidence, outcomes.not_checkable
    );
    SignOff {
        decision,
        role: said.role.clone(),
        who: said
            .signer
            .principal
            .clone()
            .filter(|_| is_known)
            // Expired, not valid yet or revoked: the reason says which.
            .or_else(|| {
                said.signer.known_as.as_ref().map(|known| format!("{known}, whose key is not trusted now"))
            })
            .unwrap_or_else(|| "a key you do not know".into()),
        fingerprint: said.fingerprint.clone(),
        key_type: said.key_type.clone(),
        claimed_at: words::moment(said.claimed_at),
        counts: said.counts,
        state,
        because: join(words::sentence(&said.because), &said.signer.because),
        note: said.says.note.clone(),
        about: gates.chain([counts]).collect::<Vec<_>>().join(" · "),
        accepted: said.says.contradictions_accepted.clone(),
    }
}

/// `1 approval, 1 rejection` for the strip, and what of it does not count; none where nobody has signed off.
pub(crate) fn signed_off(report: &Report) -> Option<(String, String, State)> {
    let said = sign_offs(report);
    let state = said.iter().map(|said| said.state).max()?;
    let one = |said: &SignOff| {
        let not = if said.counts { "" } else { ", which does not count" };
        format!("{} as {} by {}{not}", said.decision, said.role, said.who)
    };
    let listed: Vec<String> = said.iter().map(one).collect();
    let count = |decision: &str, one, many| {
        let of = said.iter().filter(|said| said.decision == decision);
        let (all, counting) = (of.clone().count(), of.filter(|said| said.counts).count());
        let words = words::count(all as u64, one, many);
        (all > 0).then(|| match counting {
            _ if counting == all => words,
            0 => format!("{words}, none of which counts"),
            1 => format!("{words}, one of which counts"),
            more => format!("{words}, {more} of which count"),
        })
    };
    let value = match listed.as_slice() {
        [one] => one.clone(),
        _ => [count("approved", "approval", "approvals"), count("rejected", "rejection", "rejections")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "),
    };
    Some((value, listed.join("; "), state))
}

/// Lines of the key file that grant nothing, and why.
pub(crate) fn key_file_issues(report: &Report) -> Vec<String> {
    let file = report.trust.as_ref().and_then(|trust| trust.trust_file.as_ref());
    file.iter()
        .flat_map(|file| &file.issues)
        .map(|issue| format!("line {}: {}", issue.line, issue.what))
        .collect()
}

/// The worst of the answers about the file itself; contradictions are no fault of the file.
pub(crate) fn overall(report: &Report) -> State {
    answers(report).iter().take(3).map(|answer| answer.state).max().unwrap_or(State::Neutral)
}

fn files(report: &Report, trust: &Trust) -> Answer {
    let files = &trust.files;
    let wrong = files.total.saturating_sub(files.good);
    Answer {
        label: "Files",
        question: "Are the files what the packer wrote?",
        value: if files.intact { "intact".into() } else { "changed".into() },
        rest: format!("{} of {}", words::grouped(files.good), words::grouped(files.total)),
        state: if files.intact { State::Good } else { State::Bad },
        because: if files.intact {
            format!(
                "The fingerprint of every one of {} was computed here and agrees with the list inside.",
                words::count(files.total, "file", "files")
            )
        } else if wrong > 0 {
            format!(
                "{} not agree with the list inside. {}",
                if wrong == 1 {
                    "One file does".into()
                } else {
                    format!("{} files do", words::grouped(wrong))
                },
                "Do not rely on what is drawn from them."
            )
        } else {
            report.problems.first().map_or_else(
                || "What is inside does not agree with the list inside.".into(),
                |problem| words::sentence(&problem.what),
            )
        },
        not_proved: "That the list itself is the packer's: that is what the signature is for. Nor that the \
                     servers said what the files hold.",
    }
}

fn signature(trust: &Trust) -> Answer {
    let seal = &trust.seal;
    let (value, state, because) = match seal.state {
        SealState::Valid => (
            "valid",
            State::Good,
            match trust.signer.state {
                SignerState::Trusted => {
                    "The packer's key signed the list of files, and with it every byte of this snapshot."
                }
                _ => "A key signed the list of files, and with it every byte of this snapshot.",
            }
            .to_owned(),
        ),
        SealState::Repacked => (
            "valid, repacked",
            State::Attention,
            "The signature is good over the content, but the zip around it was made anew.".to_owned(),
        ),
        SealState::Unsigned => (
            "missing",
            State::Attention,
            "Nobody signed this snapshot, so anybody could have changed it.".to_owned(),
        ),
        SealState::Invalid => ("invalid", State::Bad, "The signature does not fit this snapshot.".to_owned()),
    };
    Answer {
        label: "Packer’s signature",
        question: "Is it sealed, and does the seal hold?",
        value: value.into(),
        rest: String::new(),
        state,
        because: join(because, &seal.because),
        not_proved: "Who holds the key, what the servers really said, or that the packer asked for \
                     everything. The time of signing is only claimed.",
    }
}

fn signer(trust: &Trust) -> Answer {
    let signer = &trust.signer;
    let (value, state, because) = match signer.state {
        SignerState::Trusted => (
            signer.principal.clone().unwrap_or_else(|| "known".into()),
            State::Good,
            "Your key file names this key for sealing snapshots.".to_owned(),
        ),
        SignerState::Unknown => (
            "unknown".into(),
            State::Attention,
            "The signature holds, but you have not said whose key it is.".to_owned(),
        ),
        SignerState::Revoked => {
            ("revoked".into(), State::Bad, "The key that signed is in the list of revoked keys.".to_owned())
        }
        SignerState::None => {
            ("nobody".into(), State::Neutral, "There is no valid signature to ask about.".to_owned())
        }
    };
    Answer {
        label: "Signer",
        question: "Do you know who signed?",
        rest: if signer.state == SignerState::Unknown { "add a key file".into() } else { String::new() },
        value,
        state,
        because: join(because, &signer.because),
        not_proved: "That the person was careful or honest, or that the key was not stolen. Your key file \
                     must come from somewhere else than this snapshot.",
    }
}

fn collected(report: &Report, trust: &Trust) -> Answer {
    let collected = &trust.collected;
    let missing = collected.absences.max(report.absences.len() as u64);
    Answer {
        label: "Collected",
        question: "Is everything here that the packer asked for?",
        value: if collected.complete {
            "everything".into()
        } else {
            format!("all but {}", words::grouped(missing))
        },
        rest: String::new(),
        state: if collected.complete { State::Good } else { State::Neutral },
        because: if collected.complete {
            "Everything that was asked for came.".into()
        } else {
            format!(
                "{} could not be got; each is listed with its reason.",
                words::count(missing, "thing", "things")
            )
        },
        not_proved: "That the packer asked for everything that matters. What was never asked for cannot be \
                     missed here.",
    }
}

fn checks(trust: &Trust) -> Answer {
    let checks = &trust.checks;
    let total = checks.confirmed + checks.contradicted + checks.no_evidence + checks.not_checkable;
    let (value, state) = if checks.contradicted_substance > 0 {
        (format!("{} contradicted", checks.contradicted), State::Bad)
    } else if checks.contradicted > 0 {
        (format!("{} contradicted", checks.contradicted), State::Attention)
    } else if total == 0 {
        ("none".into(), State::Neutral)
    } else {
        ("nothing contradicted".into(), State::Good)
    };
    Answer {
        label: "Checks",
        question: "Does the evidence agree with what was written?",
        value,
        rest: if checks.contradicted > 0 && checks.contradicted_substance == 0 {
            "in record only".into()
        } else if checks.contradicted_substance > 0 {
            format!("{} in substance", checks.contradicted_substance)
        } else {
            String::new()
        },
        state,
        because: format!(
            "{} confirmed, {} contradicted ({} in substance), {} without evidence, {} yours to judge.",
            checks.confirmed,
            checks.contradicted,
            checks.contradicted_substance,
            checks.no_evidence,
            checks.not_checkable
        ),
        not_proved: "That the work is good. A check compares words with files; judging is left to you.",
    }
}

fn join(sentence: String, because: &str) -> String {
    if because.is_empty() {
        return sentence;
    }
    format!("{sentence} {}", words::sentence(because))
}

/// `As gathered by SHA256:kq3f…9Zc, on 13 June 2026, 06:41 UTC`.
pub(crate) fn gathered(report: &Report) -> String {
    let by = report
        .trust
        .as_ref()
        .and_then(|trust| {
            let name = trust.signer.principal.clone().filter(|_| trust.signer.state == SignerState::Trusted);
            name.or_else(|| trust.seal.fingerprint.as_deref().map(words::fingerprint))
        })
        .unwrap_or_else(|| "somebody who did not sign".into());
    format!("As gathered by {by}, on {}", words::moment(report.snapshot.packed_at))
}
