//! Every ceiling that reading a snapshot obeys, in one place.

/// Ceilings on opening a snapshot, so that no hostile file can exhaust memory or time. Headers that promise more are
/// refused before anything is inflated, and what inflates to more than its header promises is cut off there.
///
/// `dossier … --limit NAME=VALUE` raises them; the names are those of the fields.
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
    /// Size of one tag file that opening itself reads into memory: manifests, `snapshot.json`, `report.json`, in bytes.
    pub tag_bytes: u64,
    /// Size of one statement or signature, in bytes.
    pub signature_bytes: u64,
    /// Files under `signatures/`.
    pub signatures: u64,
}

impl Limits {
    /// Nesting of JSON and XML in an entry; what lies deeper is left out, and the report says so.
    pub const DEPTH: usize = 128;
    /// One line of a text file, in bytes; the rest of a longer one is left out, and the report says so.
    pub const LINE_BYTES: usize = 4 << 20;

    /// The names of the ceilings that can be raised.
    pub const NAMES: [&str; 7] =
        ["entries", "entry_bytes", "total_bytes", "ratio", "tag_bytes", "signature_bytes", "signatures"];

    /// Sets the ceiling called `name`; false when there is none of that name.
    pub fn set(&mut self, name: &str, value: u64) -> bool {
        let ceiling = match name {
            "entries" => &mut self.entries,
            "entry_bytes" => &mut self.entry_bytes,
            "total_bytes" => &mut self.total_bytes,
            "ratio" => &mut self.ratio,
            "tag_bytes" => &mut self.tag_bytes,
            "signature_bytes" => &mut self.signature_bytes,
            "signatures" => &mut self.signatures,
            _ => return false,
        };
        *ceiling = value;
        true
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 100_000,
            entry_bytes: 1 << 30,
            total_bytes: 8 << 30,
            ratio: 1_100,
            tag_bytes: 256 << 20,
            signature_bytes: 64 << 10,
            signatures: 256,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ceiling_can_be_raised_by_its_name() {
        let mut limits = Limits::default();
        for (index, name) in Limits::NAMES.into_iter().enumerate() {
            assert!(limits.set(name, index as u64), "{name}");
        }
        let Limits { entries, entry_bytes, total_bytes, ratio, tag_bytes, signature_bytes, signatures } =
            limits;
        let set = [entries, entry_bytes, total_bytes, ratio, tag_bytes, signature_bytes, signatures];
        assert_eq!(set, [0, 1, 2, 3, 4, 5, 6]);
        assert!(!limits.set("depth", 1));
    }
}
