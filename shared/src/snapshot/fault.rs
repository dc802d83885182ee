//! Everything that an archive is refused for, one variant a fault, each with its clause; reads nothing itself.

use crate::entry_path::NameRule;

/// A byte, record or name that FORMAT forbids, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}at byte {offset}: {fault} (FORMAT {})", entry.as_ref().map(|name| format!("entry {name:?} ")).unwrap_or_default(), fault.clause())]
pub struct LayoutFault {
    /// The entry as named in the archive; none when it is about the archive as a whole.
    pub entry: Option<String>,
    /// Where in the file.
    pub offset: u64,
    /// What is wrong.
    pub fault: Fault,
}

impl LayoutFault {
    /// The clause of docs/FORMAT.md that is broken.
    pub fn clause(&self) -> &'static str {
        self.fault.clause()
    }
}

/// What is wrong with an archive; in words a lower-case fragment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No entry at all.
    #[error("the archive is empty")]
    Empty,
    /// `fetch.txt`, in whatever case.
    #[error("fetch.txt would make the snapshot depend on other places")]
    Fetch,
    /// Something else below `signatures/` than statements and signatures.
    #[error("only seal.json, <sha256>.json and their .sig may lie in signatures/")]
    SignaturePlace,
    /// Bytes that are no text.
    #[error("its name is not UTF-8")]
    NameNotUtf8,
    /// A name that no entry may have.
    #[error("its name {0}")]
    Name(NameRule),
    /// An entry beside the one folder.
    #[error("it does not lie in the snapshot's folder")]
    OutsideFolder,
    /// The one folder has a name that VERIFY.txt could not use.
    #[error("the folder {stem:?} must be of letters, digits, `.`, `_` and `-`, at most 128")]
    Stem {
        /// Its beginning.
        stem: String,
    },
    /// A second folder.
    #[error("it lies in another folder than {first:?}")]
    OtherFolder {
        /// The folder of the first entry.
        first: String,
    },
    /// A name that is also a folder's.
    #[error("{name:?} is both a file and a folder")]
    FileAndFolder {
        /// As it was spelt first.
        name: String,
    },
    /// A name that is there already, or that some file systems take for one that is.
    #[error("{name:?} is there too: twice, or the same on some file systems")]
    SameName {
        /// As it was spelt first.
        name: String,
    },
    /// The last 22 bytes are no end record, and none is near.
    #[error("this is not a zip file, or it was cut short: no end record in it")]
    NoEnd,
    /// The end record begins, and the file ends before it does.
    #[error("the file was cut short inside its end record")]
    CutInEnd,
    /// The end record speaks of several disks, or of two numbers of entries.
    #[error("it is one part of an archive in several parts")]
    SeveralParts,
    /// The end record has a comment.
    #[error("the archive has a comment")]
    ArchiveComment,
    /// Bytes nearer to the file's beginning that could be taken for the end record.
    #[error("a second end record, whose comment would hide the first")]
    SecondEnd,
    /// Bytes behind the end record.
    #[error("{bytes} bytes after the end record: a comment or a tail")]
    Tail {
        /// How many.
        bytes: u64,
    },
    /// The central directory does not reach to the end records.
    #[error("the central directory ends at byte {end}, the end record begins at {due}")]
    CentralEnd {
        /// Where it ends.
        end: u64,
        /// Where it has to.
        due: u64,
    },
    /// A header that is not where the entry before it ends.
    #[error(
        "its header begins at byte {begin} where {due} is due: a prefix, a gap, an overlap or another order"
    )]
    NotNext {
        /// Where it begins.
        begin: u64,
        /// Where it has to.
        due: u64,
    },
    /// An entry that is longer than the room before the central directory.
    #[error("its data reaches into the central directory")]
    IntoCentral,
    /// Bytes between the entries and the central directory.
    #[error("{bytes} bytes between the last entry and the central directory")]
    Gap {
        /// How many.
        bytes: u64,
    },
    /// A record that would lie behind the file's end.
    #[error("the file ends {bytes} bytes too early")]
    FileEnds {
        /// How many are missing.
        bytes: u64,
    },
    /// Bytes behind the last record of the central directory.
    #[error("{bytes} bytes in the central directory that no record owns")]
    CentralRest {
        /// How many.
        bytes: u64,
    },
    /// Bytes that are no local header.
    #[error("no local header where the central directory says")]
    NoLocal,
    /// Local header and central record differ.
    #[error("the local header says {field} {local}, the central directory {central}")]
    Differs {
        /// In what.
        field: &'static str,
        /// What the local header says.
        local: u64,
        /// What the central record says.
        central: u64,
    },
    /// Local header and central record give two names.
    #[error("the local header names it {local:?}")]
    LocalName {
        /// In the local header.
        local: String,
    },
    /// Bytes that are no central record.
    #[error("no central directory record where one must begin")]
    NoCentral,
    /// A central record that is longer than the central directory.
    #[error("it reaches past the end of the central directory")]
    PastCentral,
    /// An extra field that is not ZIP64's.
    #[error("extra field 0x{id:04x} is not allowed")]
    Extra {
        /// Its header id.
        id: u16,
    },
    /// Extra fields that do not add up.
    #[error("a broken extra field")]
    BrokenExtra,
    /// The entry has a comment.
    #[error("the entry has a comment")]
    EntryComment,
    /// The entry lies elsewhere.
    #[error("the entry begins on disk {disk}; archives in parts are not read")]
    Disk {
        /// Where.
        disk: u16,
    },
    /// Encryption of any kind.
    #[error("it is encrypted")]
    Encrypted,
    /// Sizes that are said only after the data.
    #[error("it has a data descriptor")]
    DataDescriptor,
    /// Other flags.
    #[error("flags 0x{flags:04x} are not allowed")]
    Flags {
        /// All of them.
        flags: u16,
    },
    /// A name whose encoding every reader would have to guess.
    #[error("its name is not ASCII and not marked as UTF-8")]
    UnmarkedUtf8,
    /// Another compression method.
    #[error("compression method {method} is neither store nor deflate")]
    Method {
        /// Its number.
        method: u16,
    },
    /// A stored entry with two sizes.
    #[error("stored in {compressed} bytes, said to be {size}")]
    StoredSizes {
        /// Bytes in the archive.
        compressed: u64,
        /// Bytes when inflated.
        size: u64,
    },
    /// A version of the zip format that the entry does not need, or less than it needs.
    #[error("it needs version {version} of the zip format where {due} is right")]
    Version {
        /// Times ten.
        version: u16,
        /// `10 or 20`, or `45`.
        due: &'static str,
    },
    /// Folders, links, devices, special bits.
    #[error("attributes 0x{attributes:08x} are not those of a plain file")]
    Attributes {
        /// External attributes.
        attributes: u32,
    },
    /// A value of all ones, and no ZIP64 record that says the real one.
    #[error("{field} is too large for its field, and no ZIP64 record says what it is")]
    Zip64Missing {
        /// Of which.
        field: &'static str,
    },
    /// One of the two sizes is said by ZIP64 and the other is not.
    #[error("one of its sizes is left to ZIP64 and the other is not")]
    Zip64OneSize,
    /// A ZIP64 record beside plain fields that say it all.
    #[error("a ZIP64 record where the plain fields suffice")]
    Zip64NotNeeded,
    /// A ZIP64 record with a value that its plain field could hold.
    #[error("a ZIP64 record says {field} {value}, which its plain field could hold")]
    Zip64Small {
        /// Which field.
        field: &'static str,
        /// What it says.
        value: u64,
    },
    /// A ZIP64 extra field with more or less in it than the plain fields leave open.
    #[error("a ZIP64 extra field of {bytes} bytes where {due} are needed")]
    Zip64Length {
        /// Its length.
        bytes: u64,
        /// What is left open.
        due: u64,
    },
    /// A field of the ZIP64 end record or its locator has another value than it can have.
    #[error("the ZIP64 end record says {field} {value} where {due} is right")]
    Zip64End {
        /// Which field.
        field: &'static str,
        /// What it says.
        value: u64,
        /// What is right.
        due: u64,
    },
}

impl Fault {
    /// The clause of docs/FORMAT.md that it breaks.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::Empty => "§2.1",
            Self::Fetch => "§2.3",
            Self::SignaturePlace => "§2.4",
            Self::NameNotUtf8 | Self::Name(_) => "§3.1",
            Self::OutsideFolder | Self::Stem { .. } | Self::OtherFolder { .. } => "§3.2",
            Self::FileAndFolder { .. } | Self::SameName { .. } => "§3.3",
            Self::NoEnd | Self::CutInEnd | Self::SeveralParts | Self::ArchiveComment | Self::SecondEnd => {
                "§4.1"
            }
            Self::Tail { .. }
            | Self::CentralEnd { .. }
            | Self::NotNext { .. }
            | Self::IntoCentral
            | Self::Gap { .. }
            | Self::FileEnds { .. }
            | Self::CentralRest { .. }
            | Self::NoCentral
            | Self::PastCentral => "§4.2",
            Self::NoLocal | Self::Differs { .. } | Self::LocalName { .. } => "§4.3",
            Self::Extra { .. }
            | Self::BrokenExtra
            | Self::EntryComment
            | Self::Disk { .. }
            | Self::Encrypted
            | Self::DataDescriptor
            | Self::Flags { .. }
            | Self::UnmarkedUtf8
            | Self::Method { .. }
            | Self::StoredSizes { .. }
            | Self::Version { .. } => "§4.4",
            Self::Attributes { .. } => "§4.5",
            Self::Zip64Missing { .. }
            | Self::Zip64OneSize
            | Self::Zip64NotNeeded
            | Self::Zip64Small { .. }
            | Self::Zip64Length { .. }
            | Self::Zip64End { .. } => "§4.7",
        }
    }
}
