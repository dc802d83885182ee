//! Sorts the entries of a snapshot to their parsers and joins what belongs together.

use super::{EntryIssue, Evidence};
use crate::entry_path::EntryPath;
use crate::snapshot::metadata::Metadata;

pub(super) fn load<'a>(
    _metadata: &Metadata,
    _bytes_of: &dyn Fn(&EntryPath) -> Option<&'a [u8]>,
) -> (Evidence, Vec<EntryIssue>) {
    Default::default()
}
