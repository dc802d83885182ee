//! Every bit of a small sealed snapshot, flipped alone, and every length it can be cut to: each is noticed, none crashes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use dossier_tests::forge::{KEY, judge, key, seal, small};
use dossier_tests::measured;

/// Calls `try_one` with every number below `count`, on all cores.
fn on_all_cores(count: usize, try_one: impl Fn(usize) + Sync) {
    const STEP: usize = 64;
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let begin = next.fetch_add(STEP, Ordering::Relaxed);
            if begin >= count {
                return;
            }
            (begin..count.min(begin + STEP)).for_each(&try_one);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}

#[test]
fn every_flipped_bit_is_noticed() {
    let good = seal(&small(), &key(KEY));
    assert!(judge(&good).is_all_good());
    let (refused, problems, seal_only) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let begun = Instant::now();
    on_all_cores(good.len() * 8, |number| {
        let (index, bit) = (number / 8, number % 8);
        let mut changed = good.clone();
        changed[index] ^= 1 << bit;
        let judged = judge(&changed);
        assert!(!judged.is_all_good(), "byte {index} bit {bit} goes unnoticed");
        let count = match judged {
            _ if judged.error.is_some() => &refused,
            _ if !judged.problems.is_empty() => &problems,
            _ => &seal_only,
        };
        count.fetch_add(1, Ordering::Relaxed);
    });
    let [refused, problems, seal_only] = [refused, problems, seal_only].map(AtomicUsize::into_inner);
    assert_eq!(refused + problems + seal_only, good.len() * 8);
    measured(&format!(
        "flipped bits: {} of {} bytes, each noticed ({refused} refused, {problems} with problems, {seal_only} by the seal alone) in {:.1} s",
        good.len() * 8,
        good.len(),
        begun.elapsed().as_secs_f64()
    ));
}

#[test]
fn every_length_is_noticed() {
    let good = seal(&small(), &key(KEY));
    on_all_cores(good.len(), |length| {
        assert!(judge(&good[..length]).error.is_some(), "cut to {length} bytes");
        assert!(judge(&good[good.len() - length..]).error.is_some(), "the last {length} bytes");
    });
    let other = seal(&small(), &key(2));
    for both in [[&good[..], &good], [&good, &other], [&other, &good]] {
        let error = judge(&both.concat()).error.expect("two snapshots in one file");
        assert!(error.contains("§4.2"), "{error}");
    }
    measured(&format!("cut snapshots: {} lengths from either end, each refused", good.len()));
}
