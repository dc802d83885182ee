//! The same work on every item of a list, on as many threads as there are cores; knows nothing of the items.
//!
//! What comes back stands in the order of the items, so that a report has the same bytes on one thread, on eight, and
//! in a browser, where there are no threads.

#[cfg(not(target_family = "wasm"))]
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(target_family = "wasm"))]
use std::{panic, thread};

/// More threads than this bring nothing that is worth their memory.
#[cfg(not(target_family = "wasm"))]
const MOST_THREADS: usize = 8;
/// How many items a thread takes at once; fewer than this are not worth a thread.
#[cfg(not(target_family = "wasm"))]
const AT_ONCE: usize = 8;

/// `work` on each of `items`.
#[cfg(target_family = "wasm")]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    items.iter().map(work).collect()
}

/// `work` on each of `items`.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = || thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    if items.len() <= AT_ONCE || cores() == 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let part = || {
        let mut done: Vec<(usize, Vec<R>)> = Vec::new();
        loop {
            let from = next.fetch_add(AT_ONCE, Ordering::Relaxed);
            let Some(chunk) = items.get(from..).filter(|rest| !rest.is_empty()) else { return done };
            done.push((from, chunk.iter().take(AT_ONCE).map(&work).collect()));
        }
    };
    let mut done: Vec<(usize, Vec<R>)> = thread::scope(|scope| {
        // A thread that cannot be had is not needed: this one works too.
        let others = (1..cores()).filter_map(|_| thread::Builder::new().spawn_scoped(scope, part).ok());
        let others: Vec<_> = others.collect();
        let own = part();
        let joined = others.into_iter().flat_map(|thread| match thread.join() {
            Ok(done) => done,
            Err(panicked) => panic::resume_unwind(panicked),
        });
        joined.chain(own).collect()
    });
    done.sort_unstable_by_key(|(from, _)| *from);
    done.into_iter().flat_map(|(_, results)| results).collect()
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn the_order_is_that_of_the_items() {
        for count in [0_u32, 1, 7, 8, 9, 1_000, 10_001] {
            let items: Vec<u32> = (0..count).collect();
            let expected: Vec<u32> = items.iter().map(|n| n * 3).collect();
            assert_eq!(map(&items, |n| n * 3), expected, "{count} items");
        }
    }

    #[test]
    #[should_panic = "item 777"]
    fn a_panic_is_not_lost() {
        let items: Vec<u32> = (0..2_000).collect();
        map(&items, |n| assert!(*n != 777, "item {n}"));
    }
}
