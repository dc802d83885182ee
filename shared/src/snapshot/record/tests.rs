//! Round trips of records, plain and ZIP64, and a table of what a record may not say.

use proptest::prelude::*;

use super::end::ENDS_BYTES;
use super::*;

const LARGE: u64 = u32::MAX as u64;

fn record(size: u64, compressed: u64, offset: u64) -> Record {
    Record::canonical("s/data/ü.txt", DEFLATED, 0xdead_beef, compressed, size).at(offset)
}

/// Values around the border where ZIP64 begins, and anything else.
fn sizes() -> impl Strategy<Value = u64> {
    prop_oneof![0..9_u64, LARGE - 2..LARGE + 3, any::<u64>()]
}

proptest! {
    #[test]
    fn records_round_trip(size in sizes(), compressed in sizes(), offset in sizes(), name in "[a-zäö/]{0,40}") {
        let mut record = Record::canonical(&name, DEFLATED, 7, compressed, size).at(offset);
        record.external_attributes = 0o100_600 << 16;
        let central = record.encode_central();
        prop_assert_eq!(Record::parse_central(&central), Ok((record.clone(), central.len())));
        prop_assert_eq!(Record::central_bytes(central.first_chunk().unwrap()), central.len());
        let local = record.encode_local();
        prop_assert_eq!(local.len() as u64, record.local_bytes());
        prop_assert_eq!(record.local_difference(&local), None);
        let needs = size >= LARGE || compressed >= LARGE || offset >= LARGE;
        prop_assert_eq!((record.needs_zip64(), record.version_needed == 45), (needs, needs));
    }

    /// What is read is exactly what would be written: no second spelling of a record is accepted.
    #[test]
    fn every_changed_byte_of_a_central_record_shows(
        size in sizes(), offset in sizes(), index in 0..200_usize, bit in 0..8_u8,
    ) {
        let record = record(size, 5, offset);
        let mut central = record.encode_central();
        let index = index % central.len();
        central[index] ^= 1 << bit;
        match Record::parse_central(&central) {
            Ok((read, bytes)) => {
                prop_assert_ne!(&read, &record);
                prop_assert_eq!(&read.encode_central()[..], &central[..bytes]);
            }
            Err(fault) => prop_assert!(!fault.to_string().is_empty()),
        }
    }

    #[test]
    fn every_changed_byte_of_a_local_header_is_a_difference(
        size in sizes(), index in 0..200_usize, bit in 0..8_u8,
    ) {
        let record = record(size, 5, 0);
        let mut local = record.encode_local();
        let index = index % local.len();
        local[index] ^= 1 << bit;
        prop_assert!(record.local_difference(&local).is_some(), "byte {}", index);
    }

    #[test]
    fn ends_round_trip(
        entries in prop_oneof![0..9_u64, 65_530..65_540_u64, any::<u64>()], bytes in sizes(), offset in sizes(),
        index in any::<usize>(), bit in 0..8_u8,
    ) {
        let end = End::canonical(entries, bytes, offset);
        let mut encoded = end.encode();
        let file_bytes = offset.saturating_add(bytes).saturating_add(encoded.len() as u64);
        // A file cannot be larger than a number can say.
        prop_assume!(offset.checked_add(bytes).and_then(|sum| sum.checked_add(ENDS_BYTES as u64)).is_some());
        prop_assert_eq!(End::parse(&encoded, file_bytes), Ok((end, encoded.len())));
        let index = index % encoded.len();
        encoded[index] ^= 1 << bit;
        prop_assert_ne!(End::parse(&encoded, file_bytes), Ok((end, encoded.len())));
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200), record in 0..3_usize) {
        let start = [[0x50, 0x4b, 1, 2], [0x50, 0x4b, 3, 4], [0x50, 0x4b, 5, 6]][record];
        for bytes in [bytes.clone(), [&start[..], &bytes].concat(), [&bytes[..], &start, &[0; 18]].concat()] {
            let _ = Record::parse_central(&bytes);
            let _ = self::record(LARGE, 1, 2).local_difference(&bytes);
            let _ = End::parse(&bytes, bytes.len() as u64);
        }
    }
}

/// Parses the central record of an entry of these numbers after `change`.
#[track_caller]
fn check(numbers: [u64; 3], expected: Fault, change: impl FnOnce(&mut Vec<u8>)) {
    let [size, compressed, offset] = numbers;
    let mut central = record(size, compressed, offset).encode_central();
    change(&mut central);
    assert_eq!(Record::parse_central(&central), Err(expected));
}

fn set(at: usize, value: impl Into<u64>, bytes: usize) -> impl FnOnce(&mut Vec<u8>) {
    let value = value.into();
    move |record| record[at..at + bytes].copy_from_slice(&value.to_le_bytes()[..bytes])
}

/// Where the extra field of the central record begins.
const EXTRA: usize = CENTRAL_BYTES + 13;

#[test]
fn extra_fields_are_refused_unless_they_are_needed() {
    let small = [1, 2, 3];
    let sizes = [LARGE, 2, 3];
    let all = [LARGE, LARGE + 1, LARGE + 2];
    check(small, Fault::NoCentral, |record| record.truncate(45));
    check(small, Fault::NoCentral, |record| record[0] = b'p');
    check(small, Fault::PastCentral, |record| record.truncate(50));
    check(all, Fault::PastCentral, |record| record.truncate(EXTRA + 7));
    check(small, Fault::EntryComment, set(32, 1_u16, 2));
    check(small, Fault::Disk { disk: 9 }, set(34, 9_u16, 2));
    check(small, Fault::Extra { id: 0x5455 }, |record| {
        record[30] = 5;
        record.extend([0x55, 0x54, 1, 0, 9]);
    });
    check(small, Fault::BrokenExtra, |record| {
        record[30] = 3;
        record.extend([1, 0, 0]);
    });
    check(small, Fault::Zip64NotNeeded, |record| {
        record[30] = 12;
        record.extend([1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    });
    check(small, Fault::Zip64Missing { field: "size" }, set(24, u32::MAX, 4));
    check(small, Fault::Zip64Missing { field: "compressed size" }, set(20, u32::MAX, 4));
    check(small, Fault::Zip64Missing { field: "offset" }, set(42, u32::MAX, 4));
    check(sizes, Fault::Zip64OneSize, set(20, 2_u32, 4));
    check(sizes, Fault::Zip64OneSize, set(24, 2_u32, 4));
    check(sizes, Fault::Zip64Length { bytes: 16, due: 24 }, set(42, u32::MAX, 4));
    check(sizes, Fault::Zip64Length { bytes: 24, due: 16 }, set(EXTRA + 2, 24_u16, 2));
    check(sizes, Fault::Zip64Small { field: "size", value: 7 }, set(EXTRA + 4, 7_u64, 8));
    check(all, Fault::Zip64Length { bytes: 24, due: 16 }, set(42, 3_u32, 4));
    check(all, Fault::Zip64Small { field: "offset", value: 7 }, set(EXTRA + 20, 7_u64, 8));
    check([1, 2, LARGE], Fault::Zip64Small { field: "offset", value: 0 }, set(EXTRA + 4, 0_u64, 8));
    // Two ZIP64 fields, or another behind the first.
    check(all, Fault::Zip64Length { bytes: 28, due: 24 }, |record| {
        record[30] = 32;
        record.extend([1, 0, 0, 0]);
    });
}

#[test]
fn local_headers_differ_in_a_field_that_is_named() {
    let record = record(LARGE + 5, 2, 3);
    for (at, field) in [
        (4, "version needed"),
        (6, "flags"),
        (8, "method"),
        (10, "time"),
        (12, "date"),
        (14, "crc32"),
        (18, "compressed size"),
        (22, "size"),
        (26, "length of the name"),
        (28, "length of the extra fields"),
        (43, "extra field"),
        (45, "length of the ZIP64 field"),
        (47, "size"),
        (55, "compressed size"),
    ] {
        let mut local = record.encode_local();
        local[at] ^= 1;
        match record.local_difference(&local) {
            Some(Fault::Differs { field: found, local, central }) => {
                assert_eq!((found, local != central), (field, true));
            }
            other => panic!("{field}: {other:?}"),
        }
    }
    let mut local = record.encode_local();
    local[30] = b'x';
    assert!(
        matches!(record.local_difference(&local), Some(Fault::LocalName { local }) if local.starts_with('x'))
    );
    assert_eq!(record.local_difference(&local[1..]), Some(Fault::NoLocal));
    // A header that leaves sizes to a data descriptor, as streaming writers do.
    let plain = Record::canonical("s/a", STORED, 1, 2, 2);
    let mut local = plain.encode_local();
    local[18..26].fill(0);
    assert_eq!(
        plain.local_difference(&local),
        Some(Fault::Differs { field: "compressed size", local: 0, central: 2 })
    );
}

/// Parses the records behind a central directory of these numbers after `change`.
#[track_caller]
fn check_end(numbers: [u64; 3], expected: Fault, change: impl FnOnce(&mut Vec<u8>)) {
    let [entries, bytes, offset] = numbers;
    let mut encoded = End::canonical(entries, bytes, offset).encode();
    change(&mut encoded);
    assert_eq!(End::parse(&encoded, bytes + offset + encoded.len() as u64), Err(expected));
}

#[test]
fn end_records_say_nothing_strange() {
    let small = [3, 4, 5];
    let many = [70_000, 9_000_000, 5_000_000_000];
    let wrong = |field, value, due| Fault::Zip64End { field, value, due };
    check_end(small, Fault::NoEnd, |end| end.truncate(21));
    check_end(small, Fault::NoEnd, |end| end[0] = b'p');
    check_end(small, Fault::SeveralParts, set(4, 1_u16, 2));
    check_end(small, Fault::SeveralParts, set(6, 1_u16, 2));
    check_end(small, Fault::SeveralParts, set(8, 4_u16, 2));
    check_end(small, Fault::ArchiveComment, set(20, 1_u16, 2));
    check_end(small, Fault::Zip64Missing { field: "number of entries" }, set(8, u32::MAX, 4));
    check_end(small, Fault::Zip64Missing { field: "size of the central directory" }, set(12, u32::MAX, 4));
    check_end(small, Fault::Zip64Missing { field: "offset of the central directory" }, set(16, u32::MAX, 4));
    check_end(small, Fault::Zip64NotNeeded, |end| {
        let large = End::canonical(70_000, 4, 5).encode();
        end.splice(..0, large[..76].iter().copied());
    });
    check_end(many, Fault::Zip64Missing { field: "number of entries" }, set(0, 0_u32, 4));
    check_end(many, wrong("its length", 45, 44), set(4, 45_u64, 8));
    check_end(many, wrong("version", 20, 45), set(14, 20_u16, 2));
    check_end(many, wrong("disk", 1, 0), set(16, 1_u32, 4));
    check_end(many, wrong("disk of the central directory", 1, 0), set(20, 1_u32, 4));
    check_end(many, wrong("entries here", 1, 70_000), set(24, 1_u64, 8));
    check_end(many, wrong("size of the central directory", 8, 9_000_000), set(40, 8_u64, 8));
    check_end(many, wrong("in its locator: disk", 1, 0), set(60, 1_u32, 4));
    check_end(many, wrong("in its locator: its offset", 1, 5_009_000_000), set(64, 1_u64, 8));
    check_end(many, wrong("in its locator: disks", 2, 1), set(72, 2_u32, 4));
    check_end(
        many,
        Fault::Zip64Small { field: "offset of the central directory", value: 8 },
        set(48, 8_u64, 8),
    );
    // The plain record says fewer entries than the ZIP64 record: two readers, two archives.
    check_end(many, wrong("number of entries", 70_000, 3), |end| {
        set(84, 3_u16, 2)(end);
        set(86, 3_u16, 2)(end);
    });
}
