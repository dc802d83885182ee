//! Every ceiling that reading a snapshot obeys, in one place.

/// Ceilings, enforced while streaming so that no hostile file can exhaust memory or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries in one snapshot.
    pub entries: u64,
    /// Inflated size of one entry, in bytes.
    pub entry_bytes: u64,
    /// Inflated size of all entries together, in bytes.
    pub total_bytes: u64,
    /// Inflated over stored size of one entry; smaller than 1 MiB inflated is never refused for its ratio.
    pub ratio: u64,
    /// Size of one statement or signature, in bytes.
    pub signature_bytes: u64,
    /// Files under `signatures/`.
    pub signatures: u64,
    /// Nesting of JSON and XML.
    pub depth: usize,
    /// One line of a text file, in bytes.
    pub line_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 100_000,
            entry_bytes: 1 << 30,
            total_bytes: 8 << 30,
            ratio: 1_100,
            signature_bytes: 64 << 10,
            signatures: 256,
            depth: 128,
            line_bytes: 4 << 20,
        }
    }
}
