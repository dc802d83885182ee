//! Entries dropped, doubled, reordered, renamed and swapped, within one snapshot and between two: none passes for good.

use dossier_shared::signature::statement::Decision::{Approved, Rejected};
use dossier_tests::forge::{Archive, Bag, Item, KEY, judge, key, seal, sign, sign_off, small};
use dossier_tests::measured;

/// Two snapshots of one packer and phase, each with a sign-off.
fn two() -> [Vec<u8>; 2] {
    let mut other = Bag::small();
    other.replace("report.txt", "1 gate", "2 gates");
    other.relist();
    [small(), other.bytes()].map(|unsigned| {
        let sealed = seal(&unsigned, &key(KEY));
        let approved = sign(&sealed, &sign_off(&unsigned, "operator", Approved), &key(2));
        sign(&approved, &sign_off(&unsigned, "reviewer", Rejected), &key(3))
    })
}

fn name(item: &Item) -> String {
    String::from_utf8_lossy(&item.central.name).into_owned()
}

/// Takes the content of `from`, keeps the name of `to`.
fn renamed(from: &Item, to: &Item) -> Item {
    let name = to.central.name.clone();
    let mut item = from.clone();
    item.both(|header| header.name = name.clone());
    item
}

/// Whether nothing was noticed: no problem, the seal valid, both sign-offs there.
fn unnoticed(bytes: &[u8]) -> bool {
    let judged = judge(bytes);
    judged.is_all_good() && judged.sign_offs.len() == 2
}

#[test]
fn no_shuffle_passes_for_good() {
    let [here, there] = two();
    assert!(unnoticed(&here) && unnoticed(&there), "{:?}", judge(&here));
    let (one, other) = (Archive::read(&here), Archive::read(&there));
    let mut tried = 0;
    let mut try_one = |what: String, items: Vec<Item>| {
        tried += 1;
        let archive = Archive { items, ..Archive::default() };
        assert!(!unnoticed(&archive.bytes()), "{what}");
    };
    let count = one.items.len();
    for index in 0..count {
        let what = name(&one.items[index]);
        let changed = |change: &dyn Fn(&mut Vec<Item>)| {
            let mut items = one.items.clone();
            change(&mut items);
            items
        };
        try_one(format!("{what} dropped"), changed(&|items| drop(items.remove(index))));
        try_one(format!("{what} twice"), changed(&|items| items.insert(index, items[index].clone())));
        try_one(
            format!("{what} twice, once renamed"),
            changed(&|items| {
                let mut copy = items[index].clone();
                copy.both(|header| header.name.push(b'x'));
                items.push(copy);
            }),
        );
        try_one(
            format!("{what} renamed"),
            changed(&|items| items[index].both(|header| header.name.push(b'x'))),
        );
        for second in index + 1..count {
            let pair = format!("{what} and {}", name(&one.items[second]));
            let content = |items: &mut Vec<Item>| {
                let swapped = renamed(&items[index], &items[second]);
                items[index] = renamed(&items[second], &items[index]);
                items[second] = swapped;
            };
            try_one(format!("{pair} with their content swapped"), changed(&content));
            // Signature files follow one another as they came, so their order says nothing and nothing covers it.
            if !what.contains("/signatures/") {
                try_one(
                    format!("{pair} in one another's place"),
                    changed(&|items| items.swap(index, second)),
                );
            }
        }
    }
    // Content of the other snapshot under the names of this one, by ones and by whole parts.
    for (index, item) in other.items.iter().enumerate() {
        if *item != one.items[index] {
            let mut items = one.items.clone();
            items[index] = renamed(item, &items[index]);
            try_one(format!("{} from another snapshot", name(item)), items);
        }
    }
    let first_signature = |archive: &Archive| {
        archive.items.iter().position(|item| name(item).contains("/signatures/")).expect("signatures")
    };
    let (split, other_split) = (first_signature(&one), first_signature(&other));
    let joined = |content: &[Item], signatures: &[Item]| [content, signatures].concat();
    try_one(
        "signatures of another snapshot".to_owned(),
        joined(&one.items[..split], &other.items[other_split..]),
    );
    try_one(
        "content of another snapshot".to_owned(),
        joined(&other.items[..other_split], &one.items[split..]),
    );
    try_one(
        "the seal of another snapshot".to_owned(),
        joined(
            &one.items[..split],
            &[&other.items[other_split..other_split + 2], &one.items[split + 2..]].concat(),
        ),
    );
    try_one(
        "one more sign-off, of another snapshot".to_owned(),
        joined(&one.items, &other.items[other_split + 2..other_split + 4]),
    );
    measured(&format!("shuffles: {tried} ways to drop, double, reorder, rename and swap, each noticed"));
}

#[test]
fn the_last_sign_off_can_be_taken_away_unseen() {
    // docs/THREATS.md says so: nothing that remains knows of it. A later one that lists it in `prior` would.
    let unsigned = small();
    let sealed = seal(&unsigned, &key(KEY));
    let signed = sign(&sealed, &sign_off(&unsigned, "reviewer", Rejected), &key(3));
    let mut archive = Archive::read(&signed);
    archive.items.truncate(archive.items.len() - 2);
    assert!(archive.bytes() == sealed && judge(&archive.bytes()).is_all_good());
}
