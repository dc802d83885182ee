//! Who vouches for a snapshot: statements, SSH signatures, allowed signers; knows nothing about archives.

pub mod allowed_signers;
pub mod revoked;
pub mod sshsig;
pub mod statement;

/// The namespace of the packer's signature.
pub const SEAL_NAMESPACE: &str = "seal@dossier";
/// No statement, signature or armour is longer.
pub const MAX_BYTES: usize = 64 << 10;
