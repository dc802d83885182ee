//! Random changes to a sealed and signed-off snapshot: none crashes, and none is called good with other content.

use dossier_shared::signature::statement::Decision::Approved;
use dossier_tests::forge::{Archive, Bag, KEY, judge, key, seal, sign, sign_off, small};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

fn good() -> Vec<u8> {
    let unsigned = small();
    sign(&seal(&unsigned, &key(KEY)), &sign_off(&unsigned, "operator", Approved), &key(2))
}

/// One change to bytes.
#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Copy(Index, Index, usize),
    Number(Index, u32),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (at(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), 1..99_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (at(), at(), 1..199_usize).prop_map(|(from, to, count)| Change::Copy(from, to, count)),
        (at(), prop_oneof![Just(0), Just(u32::MAX), Just(1 << 31), 0..9999_u32])
            .prop_map(|(at, number)| Change::Number(at, number)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    let up_to = |at: usize, count: usize, bytes: &[u8]| at..bytes.len().min(at + count);
    match change {
        Change::Set(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Change::Insert(at, more) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, more.iter().copied());
        }
        Change::Remove(at, count) => drop(bytes.drain(up_to(at.index(bytes.len()), *count, bytes))),
        Change::Copy(from, to, count) => {
            let piece = bytes[up_to(from.index(bytes.len()), *count, bytes)].to_vec();
            let range = up_to(to.index(bytes.len()), piece.len(), bytes);
            let piece = &piece[..range.len()];
            bytes[range].copy_from_slice(piece);
        }
        Change::Number(at, number) => {
            let range = up_to(at.index(bytes.len()), 4, bytes);
            let number = &number.to_le_bytes()[..range.len()];
            bytes[range].copy_from_slice(number);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn changed_bytes_are_never_called_good(changes in vec(change(), 1..4)) {
        let good = good();
        let mut changed = good.clone();
        changes.iter().for_each(|change| apply(&mut changed, change));
        prop_assert!(changed == good || !judge(&changed).is_all_good());
    }

    #[test]
    fn changed_files_are_never_called_good_whatever_is_listed_anew(
        file in any::<Index>(), changes in vec(change(), 1..3), relists in any::<bool>(),
    ) {
        let whole = Bag::of(&good());
        let mut bag = whole.clone();
        let file = file.index(bag.files.len());
        changes.iter().for_each(|change| apply(&mut bag.files[file].1, change));
        if relists {
            bag.relist();
        }
        prop_assume!(bag != whole);
        let judged = judge(&bag.bytes());
        prop_assert!(!judged.is_all_good(), "{}", bag.files[file].0);
        // A sign-off that still counts must be about the same snapshot, and its own files unchanged.
        let is_signature = bag.files[file].0.starts_with("signatures/");
        prop_assert!(is_signature || judged.error.is_some() || !judged.problems.is_empty());
    }

    #[test]
    fn changed_records_are_never_called_good(entry in any::<Index>(), field in 0..9_usize, value in any::<u32>(), both in any::<bool>()) {
        let good = good();
        let mut archive = Archive::read(&good);
        let entry = entry.index(archive.items.len());
        let change = |header: &mut dossier_tests::forge::Header| match field {
            0 => header.flags = value as u16,
            1 => header.method = value as u16,
            2 => header.crc32 = value,
            3 => header.compressed_bytes = value,
            4 => header.size_bytes = value,
            5 => header.external_attributes = value,
            6 => header.offset = Some(value),
            7 => header.version_needed = value as u16,
            _ => header.time = value as u16,
        };
        match both {
            true => archive.items[entry].both(change),
            false => change(&mut archive.items[entry].central),
        }
        let changed = archive.bytes();
        prop_assert!(changed == good || !judge(&changed).is_all_good());
    }
}
