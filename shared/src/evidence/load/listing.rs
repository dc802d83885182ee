//! Pages of what a server lists, and whether they are all of it. Knows nothing about what is listed.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Comment, Place, capture, gitea};

/// Pages of the listing of pull requests, and whether they are all of it.
#[derive(Default)]
pub(super) struct Listing {
    numbers: BTreeSet<u64>,
    total_counts: BTreeSet<u64>,
    pages: BTreeMap<u64, u64>,
    doubtful: bool,
}

impl Listing {
    pub(super) fn page(
        &mut self,
        asked: Option<&capture::Request>,
        listed: Option<u64>,
        numbers: impl Iterator<Item = u64>,
    ) {
        self.numbers.extend(numbers);
        let (Some(asked), Some(listed)) = (asked, listed) else {
            self.doubtful = true;
            return;
        };
        let mut page = Some(1);
        let mut all_states = false;
        for (key, value) in asked.query() {
            match key {
                "state" => all_states = value == "all",
                "page" => page = value.parse().ok(),
                "limit" | "sort" => {}
                // Any other key narrows the listing.
                _ => self.doubtful = true,
            }
        }
        self.doubtful |= !all_states || asked.status != Some(200);
        self.total_counts.extend(asked.total_count);
        match page {
            Some(page) => drop(self.pages.insert(page, listed)),
            None => self.doubtful = true,
        }
    }

    /// Complete is what the server counted, or pages from the first to an empty one.
    pub(super) fn is_complete(&self) -> bool {
        if self.doubtful || self.pages.is_empty() {
            return false;
        }
        if !self.total_counts.is_empty() {
            return self.total_counts.iter().all(|count| *count == self.numbers.len() as u64);
        }
        let without_gap = self.pages.keys().zip(1..).all(|(page, expected)| *page == expected);
        let listed: u64 = self.pages.values().fold(0, |sum, listed| sum.saturating_add(*listed));
        let empty_last = self.pages.len() > 1 && self.pages.values().next_back() == Some(&0);
        without_gap && empty_last && listed == self.numbers.len() as u64
    }
}

/// Pages of the comments of a pull request. Gitea ignores the page here and may have answered the same twice.
#[derive(Default)]
pub(super) struct Comments {
    pub(super) list: Vec<Comment>,
    total_count: u64,
    unreadable: bool,
}

impl Comments {
    pub(super) fn page(&mut self, asked: Option<&capture::Request>, answer: gitea::Answer) {
        self.unreadable |= answer.listed.is_none_or(|listed| listed != answer.comments.len() as u64);
        self.list.extend(answer.comments);
        self.total_count = self.total_count.max(asked.and_then(|asked| asked.total_count).unwrap_or(0));
    }

    pub(super) fn is_complete(&self) -> bool {
        let ids: BTreeSet<u64> = self.list.iter().map(|comment| comment.id).collect();
        !self.unreadable && ids.len() as u64 >= self.total_count
    }
}

/// The values by id; what several pages repeat is kept once, what has no id is kept.
pub(super) fn distinct<T>(by_id: BTreeMap<(u64, Place), T>) -> Vec<T> {
    let mut last = 0;
    by_id
        .into_iter()
        .filter_map(|((id, _), value)| {
            let repeated = id != 0 && id == last;
            last = id;
            (!repeated).then_some(value)
        })
        .collect()
}
