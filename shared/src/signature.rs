//! Who vouches for a snapshot: statements, SSH signatures, allowed signers; knows nothing about archives.

pub mod allowed_signers;
pub mod sshsig;
pub mod statement;
