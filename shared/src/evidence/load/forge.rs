//! Joins the answers of a forge to pull requests. Knows nothing about the inside of an answer.

use std::collections::BTreeMap;

use super::listing::{Comments, Listing, distinct};
use super::{Loader, Recorded};
use crate::entry_path::EntryPath;
use crate::evidence::capture::Capture;
use crate::evidence::{CommitStatus, EntryIssue, Issue, Place, PullEvent, Review, gitea};

/// Commit statuses that are kept of all pull requests together: many of them may share one head.
const MAX_STATUSES: usize = 200_000;

/// Reviews of one pull request in order, and whether their answer is whole.
type Reviews = (BTreeMap<(u64, Place), Review>, bool);

impl Loader<'_, '_> {
    pub(super) fn forge(&mut self, paths: &[&EntryPath], captures: &BTreeMap<String, Capture>) {
        let mut recorded = self.recorded(paths, captures, gitea::Request::of);
        // Numbers mean something only inside one repository: the one whose pull requests are listed.
        let listed = recorded.iter().find(|answer| answer.request.subject == gitea::Subject::Pulls);
        let Some(repository) = listed.or(recorded.first()).map(|answer| answer.request.repository.clone())
        else {
            return;
        };
        recorded.retain(|answer| {
            let belongs = answer.request.repository == repository;
            if !belongs {
                let what = format!("belongs to {}, not to {repository}; not read", answer.request.repository);
                let issue = Issue::new("", what);
                self.issues.push(EntryIssue { path: answer.path.clone(), issue });
            }
            belongs
        });
        self.evidence.forge_repository = Some(repository);

        let mut listing = Listing::default();
        let mut events: BTreeMap<u64, BTreeMap<(u64, Place), PullEvent>> = BTreeMap::new();
        let mut statuses: BTreeMap<String, BTreeMap<(u64, Place), CommitStatus>> = BTreeMap::new();
        // The listing comes before the single answers, which say more and take its place.
        recorded.sort_by_key(|answer| answer.request.subject.clone());
        let mut comments: BTreeMap<u64, Comments> = BTreeMap::new();
        let mut reviews: BTreeMap<u64, Reviews> = BTreeMap::new();
        for Recorded { path, request, asked } in recorded {
            let subject = request.subject;
            let answer =
                self.parse(&path, |bytes, path| gitea::parse(bytes, path, &subject)).unwrap_or_default();
            match subject {
                gitea::Subject::Pulls => {
                    listing.page(asked, answer.listed, answer.pulls.iter().map(|pull| pull.number));
                    let whole = Place { path: path.clone(), pointer: String::new() };
                    self.evidence.pulls_listing.get_or_insert(whole);
                    for pull in answer.pulls {
                        self.evidence.pulls.entry(pull.number).or_insert(pull);
                    }
                }
                gitea::Subject::Pull(number) => {
                    for pull in answer.pulls {
                        if pull.number == number {
                            self.evidence.pulls.insert(number, pull);
                        } else {
                            let what = format!("is pull request {}, not {number}; left out", pull.number);
                            self.report(&path, vec![Issue::new("/number", what)]);
                        }
                    }
                }
                gitea::Subject::Comments(number) => {
                    comments.entry(number).or_default().page(asked, answer);
                }
                gitea::Subject::Timeline(number) => {
                    let events = events.entry(number).or_default();
                    events.extend(
                        answer.events.into_iter().map(|(id, event)| ((id, event.place.clone()), event)),
                    );
                }
                gitea::Subject::Reviews(number) => {
                    let whole = answer.listed == Some(answer.reviews.len() as u64);
                    let (reviews, all_whole) = reviews.entry(number).or_insert((BTreeMap::new(), true));
                    *all_whole &= whole;
                    let by_id = |review: Review| ((review.id, review.place.clone()), review);
                    reviews.extend(answer.reviews.into_iter().map(by_id));
                }
                gitea::Subject::Statuses(sha) => {
                    let statuses = statuses.entry(sha).or_default();
                    statuses.extend(
                        answer.statuses.into_iter().map(|(id, status)| ((id, status.place.clone()), status)),
                    );
                }
            }
        }
        self.evidence.pulls_complete = listing.is_complete();
        let mut room = MAX_STATUSES;
        for (number, pull) in &mut self.evidence.pulls {
            if let Some(comments) = comments.remove(number) {
                pull.comments_fetched = comments.is_complete();
                pull.comments = comments.list;
                pull.comments.sort_by_key(|comment| (comment.created_at, comment.id));
                pull.comments.dedup_by(|one, other| one.id != 0 && one.id == other.id);
            }
            if let Some(events) = events.remove(number) {
                pull.events_fetched = true;
                pull.events = distinct(events);
            }
            if let Some((reviews, whole)) = reviews.remove(number) {
                pull.reviews_fetched = whole;
                pull.reviews = distinct(reviews);
                pull.reviews.sort_by_key(|review| review.submitted_at);
            }
            pull.events.sort_by_key(|event| event.at);
            let of_head = statuses.get(&pull.head_sha).filter(|statuses| statuses.len() <= room);
            if let Some(of_head) = of_head {
                room -= of_head.len();
                pull.statuses = distinct(of_head.clone());
                pull.statuses.sort_by_key(|status| status.created_at);
            }
        }
    }
}
