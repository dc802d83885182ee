//! Why a step failed and what to do about it; one cannot be said without the other.

/// The result of a step.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// What went wrong, and what the reader should install or do now.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) remedy: String,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Failure {
        Failure { what: what.into(), remedy: remedy.into() }
    }
}

/// `fs_err` names the path, so the message is complete as it is.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::new(error.to_string(), "make that path readable and writable, then run the command again")
    }
}
