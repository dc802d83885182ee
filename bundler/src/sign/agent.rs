//! The part of the ssh-agent protocol that signing needs (draft-ietf-sshm-ssh-agent). Knows no signature format.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use ssh_key::PublicKey;

use super::armour::put;

const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;
/// RSA keys sign with SHA-512; the flag means nothing to others.
const RSA_SHA2_512: u32 = 4;
/// OpenSSH's own agent sends no longer answer.
const MAX_ANSWER: u32 = 256 << 10;
const MAX_IDENTITIES: u32 = 2048;
const LIST_WITHIN: Duration = Duration::from_secs(10);
/// Somebody may have to touch a hardware key or to confirm.
const SIGN_WITHIN: Duration = Duration::from_secs(120);

/// Why the agent was of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AgentError {
    #[error(
        "no ssh-agent is known here (SSH_AUTH_SOCK is not set); start one and add the key: ssh-add KEYFILE"
    )]
    NoSocket,
    #[error(
        "the ssh-agent at {path} cannot be reached ({why}); SSH_AUTH_SOCK may be of an agent that has ended"
    )]
    Connect { path: String, why: io::Error },
    #[error("no answer within {} s; a hardware key may wait for a touch", .0.as_secs())]
    Late(Duration),
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
    #[error("the ssh-agent refused; the key may be locked, want a confirmation, or be gone")]
    Refused,
    #[error("the ssh-agent's answer cannot be read: {0}")]
    Answer(&'static str),
}

#[cfg(unix)]
type Stream = std::os::unix::net::UnixStream;
#[cfg(not(unix))]
type Stream = std::net::TcpStream;

/// A connection to the agent that `SSH_AUTH_SOCK` names.
pub(super) struct Agent(Stream);

impl Agent {
    #[cfg(unix)]
    pub(super) fn connect() -> Result<Self, AgentError> {
        let path =
            std::env::var_os("SSH_AUTH_SOCK").filter(|path| !path.is_empty()).ok_or(AgentError::NoSocket)?;
        let shown = std::path::Path::new(&path).display().to_string();
        Stream::connect(&path).map(Self).map_err(|why| AgentError::Connect { path: shown, why })
    }

    #[cfg(not(unix))]
    pub(super) fn connect() -> Result<Self, AgentError> {
        Err(AgentError::NoSocket)
    }

    /// The keys that the agent holds and that can be read here; certificates are not asked for.
    pub(super) fn identities(&mut self) -> Result<Vec<PublicKey>, AgentError> {
        let answer = self.ask(&[REQUEST_IDENTITIES], IDENTITIES_ANSWER, LIST_WITHIN)?;
        let mut fields = Fields(&answer);
        let count = fields.u32()?;
        if count > MAX_IDENTITIES {
            return Err(AgentError::Answer("it claims to hold too many keys"));
        }
        let mut keys = Vec::new();
        for _ in 0..count {
            let (blob, comment) = (fields.string()?, fields.string()?);
            if let Ok(mut key) = PublicKey::from_bytes(blob) {
                key.set_comment(String::from_utf8_lossy(comment).into_owned());
                keys.push(key);
            }
        }
        Ok(keys)
    }

    /// A signature over `data` by the key with this public blob, as it stands on the wire.
    pub(super) fn sign(&mut self, key: &[u8], data: &[u8]) -> Result<Vec<u8>, AgentError> {
        let mut request = vec![SIGN_REQUEST];
        put(&mut request, key);
        put(&mut request, data);
        request.extend(RSA_SHA2_512.to_be_bytes());
        let answer = self.ask(&request, SIGN_RESPONSE, SIGN_WITHIN)?;
        Ok(Fields(&answer).string()?.to_vec())
    }

    /// Sends `request` and gives the body of an answer of type `expected`.
    fn ask(&mut self, request: &[u8], expected: u8, within: Duration) -> Result<Vec<u8>, AgentError> {
        let deadline = Instant::now() + within;
        let mut message = Vec::new();
        put(&mut message, request);
        self.0.set_write_timeout(Some(within))?;
        self.0.write_all(&message).map_err(|error| late(error, within))?;
        let mut length = [0; 4];
        self.read(&mut length, deadline, within)?;
        let length = u32::from_be_bytes(length);
        if length == 0 || length > MAX_ANSWER {
            return Err(AgentError::Answer("its length is out of bounds"));
        }
        let mut answer = vec![0; length as usize];
        self.read(&mut answer, deadline, within)?;
        match answer.first() {
            Some(found) if *found == expected => Ok(answer.split_off(1)),
            // Failure, and the failure of old agents.
            Some(5 | 30 | 102) => Err(AgentError::Refused),
            _ => Err(AgentError::Answer("it answers something else than was asked")),
        }
    }

    /// Fills `out`; a deadline for the whole, since one byte now and then would reset a timeout.
    fn read(&mut self, out: &mut [u8], deadline: Instant, within: Duration) -> Result<(), AgentError> {
        let mut filled = 0;
        while filled < out.len() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(AgentError::Late(within));
            }
            self.0.set_read_timeout(Some(left))?;
            match self.0.read(&mut out[filled..]) {
                Ok(0) => return Err(AgentError::Answer("it ends too early")),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(late(error, within)),
            }
        }
        Ok(())
    }
}

fn late(error: io::Error, within: Duration) -> AgentError {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => AgentError::Late(within),
        _ => AgentError::Io(error),
    }
}

/// The wire format from the left.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], AgentError> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or(AgentError::Answer("it ends too early"))?;
        self.0 = rest;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, AgentError> {
        Ok(self.take(4)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    }

    fn string(&mut self) -> Result<&'a [u8], AgentError> {
        let count = self.u32()? as usize;
        self.take(count)
    }
}
