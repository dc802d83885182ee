//! Lays everything that happened out on one clock: closed gaps, ticks, rows without overlaps; draws nothing.

use dossier_shared::report::{Lane, Report, TimelineItem};
use dossier_shared::time::Timestamp;

use super::words;

/// A clock with its long pauses closed; positions run from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clock {
    stretches: Vec<Stretch>,
    length: f64,
}

/// A stretch of time and where it lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stretch {
    /// Seconds since 1970.
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// Seconds of drawn length before it; a closed pause counts as [`PAUSE_SHARE`] of the whole.
    start: f64,
    drawn: f64,
    /// Whether it is a closed pause.
    pub(crate) closed: bool,
}

/// How wide a closed pause is, as a share of what is open.
const PAUSE_SHARE: f64 = 0.04;
/// A pause shorter than this is never closed.
const SHORTEST_PAUSE: f64 = 20.0 * 60.0;
/// More pauses than this are not closed, so that most of the width stays time.
const MOST_PAUSES: usize = 8;

impl Clock {
    /// A clock for `items`; with `to_scale` no pause is closed.
    pub(crate) fn new<'a>(items: impl IntoIterator<Item = &'a TimelineItem>, to_scale: bool) -> Clock {
        let mut spans: Vec<(f64, f64)> = items
            .into_iter()
            .map(|item| {
                let from = seconds(item.at);
                (from, item.until.map_or(from, seconds).max(from))
            })
            .collect();
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (Some(first), Some(last)) =
            (spans.first().map(|span| span.0), spans.iter().map(|span| span.1).reduce(f64::max))
        else {
            return Clock { stretches: Vec::new(), length: 0.0 };
        };
        let pauses = if to_scale { Vec::new() } else { pauses(&spans) };
        let margin = {
            let closed: f64 = pauses.iter().map(|(from, to)| to - from).sum();
            ((last - first - closed) * 0.015).clamp(2.0, 600.0)
        };
        let mut edges: Vec<(f64, f64, bool)> = Vec::new();
        let mut from = first - margin;
        for (pause_from, pause_to) in pauses {
            edges.push((from, pause_from + margin, false));
            edges.push((pause_from + margin, pause_to - margin, true));
            from = pause_to - margin;
        }
        edges.push((from, last + margin, false));
        let open: f64 = edges.iter().filter(|edge| !edge.2).map(|edge| edge.1 - edge.0).sum();
        let mut start = 0.0;
        let stretches = edges
            .into_iter()
            .map(|(from, to, closed)| {
                let drawn = if closed { open * PAUSE_SHARE } else { to - from };
                let stretch = Stretch { from, to, start, drawn, closed };
                start += drawn;
                stretch
            })
            .collect();
        Clock { stretches, length: start }
    }

    /// Where an instant lies, from 0 to 1.
    pub(crate) fn position(&self, at: f64) -> f64 {
        let Some(stretch) = self.stretches.iter().find(|stretch| at <= stretch.to).or(self.stretches.last())
        else {
            return 0.0;
        };
        let share = ((at - stretch.from) / (stretch.to - stretch.from).max(1e-9)).clamp(0.0, 1.0);
        (stretch.start + share * stretch.drawn) / self.length.max(1e-9)
    }

    /// The closed pauses.
    pub(crate) fn closed(&self) -> impl Iterator<Item = &Stretch> {
        self.stretches.iter().filter(|stretch| stretch.closed)
    }

    /// Seconds of open time that a view of `share` of the whole shows.
    pub(crate) fn seconds_in(&self, share: f64) -> f64 {
        self.length * share
    }
}

fn pauses(spans: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut gaps: Vec<(f64, f64)> = Vec::new();
    let mut end = f64::NEG_INFINITY;
    for (from, to) in spans {
        if end.is_finite() && *from > end {
            gaps.push((end, *from));
        }
        end = end.max(*to);
    }
    let first = spans.first().map_or(0.0, |span| span.0);
    let mut open = end - first;
    let mut longest_first = gaps.clone();
    longest_first.sort_by(|a, b| (b.1 - b.0).total_cmp(&(a.1 - a.0)));
    let mut shortest = f64::INFINITY;
    for (from, to) in longest_first.into_iter().take(MOST_PAUSES) {
        let length = to - from;
        if length < SHORTEST_PAUSE.max(open / 6.0) {
            break;
        }
        open -= length;
        shortest = length;
    }
    gaps.retain(|(from, to)| to - from >= shortest);
    gaps.truncate(MOST_PAUSES);
    gaps
}

/// The part of the clock that is drawn: from 0 to 1, and how many pixels it takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl Window {
    /// All of it.
    pub(crate) const ALL: Window = Window { from: 0.0, to: 1.0 };

    /// Zoomed by `factor` (below 1 shows less) around `anchor`, a share of this window.
    pub(crate) fn zoomed(self, factor: f64, anchor: f64) -> Window {
        let width = ((self.to - self.from) * factor).clamp(0.000_05, 1.0);
        let at = self.from + (self.to - self.from) * anchor;
        let from = (at - width * anchor).clamp(0.0, 1.0 - width);
        Window { from, to: from + width }
    }

    /// Moved by a share of its own width.
    pub(crate) fn moved(self, share: f64) -> Window {
        let width = self.to - self.from;
        let from = (self.from + width * share).clamp(0.0, 1.0 - width);
        Window { from, to: from + width }
    }

    /// Where a position lies in `pixels`.
    pub(crate) fn pixel(self, position: f64, pixels: f64) -> f64 {
        (position - self.from) / (self.to - self.from).max(1e-12) * pixels
    }
}

/// A mark on the axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) x: f64,
    pub(crate) label: String,
    /// The day, where it is the first tick of one.
    pub(crate) day: String,
}

const STEPS: [i64; 21] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
    172_800, 604_800, 2_592_000,
];

/// Ticks at round times, at least `apart` pixels from each other, none inside a closed pause.
pub(crate) fn ticks(clock: &Clock, window: Window, pixels: f64, apart: f64) -> Vec<Tick> {
    let per_pixel = clock.seconds_in(window.to - window.from) / pixels.max(1.0);
    let step = STEPS.into_iter().find(|step| *step as f64 / per_pixel >= apart).unwrap_or(STEPS[20]);
    let mut ticks: Vec<Tick> = Vec::new();
    let mut last_day = String::new();
    let mut last_x = f64::NEG_INFINITY;
    for stretch in clock.stretches.iter().filter(|stretch| !stretch.closed) {
        let mut at = (stretch.from / step as f64).ceil() as i64 * step;
        while (at as f64) <= stretch.to {
            let x = window.pixel(clock.position(at as f64), pixels);
            if x > pixels {
                return ticks;
            }
            if x >= 0.0
                && x - last_x >= apart * 0.6
                && let Ok(instant) = Timestamp::from_second(at)
            {
                let label = if step < 60 { words::second(instant) } else { words::minute(instant) };
                let mut day = words::short_day(instant);
                if day == last_day {
                    day.clear();
                } else {
                    last_day.clone_from(&day);
                }
                ticks.push(Tick { x, label, day });
                last_x = x;
            }
            at += step;
        }
    }
    ticks
}

/// An item with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    /// Position in the report's timeline.
    pub(crate) item: usize,
    /// Row of its lane, from 0.
    pub(crate) row: usize,
    pub(crate) x: f64,
    /// 0 for a point in time.
    pub(crate) width: f64,
    /// Whether its words stand to the left of it.
    pub(crate) label_left: bool,
    /// Whether its words have room.
    pub(crate) has_label: bool,
}

/// Puts the items of one lane into as few rows as they need so that no words overlap; at most `most` rows,
/// after which words are left out.
pub(crate) fn place(
    report: &Report,
    items: &[usize],
    clock: &Clock,
    window: Window,
    pixels: f64,
    most: usize,
    label_of: fn(&TimelineItem) -> String,
) -> (Vec<Placed>, usize) {
    let mut placed: Vec<Placed> = Vec::new();
    // Per row: what is taken, from where to where.
    let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
    for index in items {
        let Some(item) = report.timeline.get(*index) else { continue };
        let from = window.pixel(clock.position(seconds(item.at)), pixels);
        let to = item.until.map_or(from, |until| window.pixel(clock.position(seconds(until)), pixels));
        if to < -4.0 || from > pixels + 4.0 {
            continue;
        }
        let width = if item.until.is_some() { (to - from).max(3.0) } else { 0.0 };
        let half = if item.until.is_some() { 0.0 } else { 6.0 };
        let label = label_width(&label_of(item));
        let inside = width > label + 12.0;
        let right = (from - half, from + width + half + if inside { 2.0 } else { label + 10.0 });
        let left = (from - half - label - 10.0, from + width + half);
        let bare = (from - half, from + width + half);
        let fits_right = right.1 <= pixels + 2.0;
        let fits_left = left.0 >= 0.0;
        let free = |row: &Vec<(f64, f64)>, span: (f64, f64)| {
            row.iter().all(|(a, b)| span.1 + 4.0 <= *a || *b + 4.0 <= span.0)
        };
        let mut choice = None;
        for row in 0..=taken.len().min(most.saturating_sub(1)) {
            let empty = Vec::new();
            let spans = taken.get(row).unwrap_or(&empty);
            if (fits_right || inside) && free(spans, right) {
                choice = Some((row, right, false, true));
            } else if fits_left && !inside && free(spans, left) {
                choice = Some((row, left, true, true));
            }
            if choice.is_some() {
                break;
            }
        }
        let (row, span, label_left, has_label) = choice.unwrap_or_else(|| {
            let row = taken.iter().position(|spans| free(spans, bare)).unwrap_or(0);
            (row, bare, false, false)
        });
        if taken.len() <= row {
            taken.resize(row + 1, Vec::new());
        }
        taken[row].push(span);
        placed.push(Placed { item: *index, row, x: from, width, label_left, has_label });
    }
    (placed, taken.len())
}

/// The words of an item.
pub(crate) fn label(item: &TimelineItem) -> String {
    item.label.clone()
}

/// The words of a declared event, which has no bar to tell its time.
pub(crate) fn declared_label(item: &TimelineItem) -> String {
    format!("{} {}", words::minute(item.at), item.label)
}

/// About how wide words are in the small size.
pub(crate) fn label_width(words: &str) -> f64 {
    words.chars().count() as f64 * 6.7
}

/// The positions of items in a lane.
pub(crate) fn in_lane(report: &Report, lane: Lane) -> Vec<usize> {
    report.timeline.iter().enumerate().filter(|(_, item)| item.lane == lane).map(|(index, _)| index).collect()
}

/// The steps of one build.
pub(crate) fn steps_of(report: &Report, build: u64) -> Vec<usize> {
    in_lane(report, Lane::Steps)
        .into_iter()
        .filter(|index| report.timeline.get(*index).is_some_and(|item| item.build == Some(build)))
        .collect()
}

/// A lane in words.
pub(crate) fn lane_words(lane: Lane) -> &'static str {
    match lane {
        Lane::Declared => "Declared",
        Lane::Builds => "Builds",
        Lane::Steps => "Steps",
        Lane::Suites => "Test suites",
        Lane::Pulls => "Pull requests",
        Lane::Review => "Documents",
        Lane::Captures => "Gathering",
    }
}

/// Seconds since 1970, with fractions.
pub(crate) fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// The days it spans.
pub(crate) fn days(report: &Report) -> String {
    let first = report.timeline.iter().map(|item| item.at).min();
    let last = report.timeline.iter().map(|item| item.until.unwrap_or(item.at)).max();
    first.zip(last).map_or_else(String::new, |(first, last)| words::days(first, last))
}

#[cfg(test)]
mod tests {
    use dossier_shared::report::Tone;

    use super::*;

    fn item(at: &str, until: Option<&str>) -> TimelineItem {
        TimelineItem {
            lane: Lane::Builds,
            at: at.parse().expect("an instant"),
            until: until.map(|until| until.parse().expect("an instant")),
            label: "612 success".into(),
            detail: String::new(),
            tone: Tone::Good,
            build: None,
            path: None,
        }
    }

    #[test]
    fn long_pauses_are_closed_and_time_still_runs_forward() {
        let items = [
            item("2026-06-12T10:00:00Z", Some("2026-06-12T10:10:00Z")),
            item("2026-06-13T03:00:00Z", Some("2026-06-13T03:05:00Z")),
            item("2026-06-13T06:13:00Z", Some("2026-06-13T06:15:00Z")),
        ];
        let clock = Clock::new(&items, false);
        assert_eq!(clock.closed().count(), 2);
        let positions: Vec<f64> = items.iter().map(|item| clock.position(seconds(item.at))).collect();
        assert!(positions.windows(2).all(|pair| pair[0] < pair[1]), "{positions:?}");
        assert!(clock.closed().all(|pause| pause.to > pause.from));
        assert_eq!(Clock::new(&items, true).closed().count(), 0);
    }

    #[test]
    fn ticks_are_round_and_apart() {
        let items = [item("2026-06-13T06:00:30Z", Some("2026-06-13T07:00:00Z"))];
        let clock = Clock::new(&items, false);
        let ticks = ticks(&clock, Window::ALL, 1000.0, 80.0);
        assert_eq!(ticks[0].day, "13 Jun");
        assert!(ticks.iter().skip(1).all(|tick| tick.day.is_empty()));
        assert!(ticks.windows(2).all(|pair| pair[1].x - pair[0].x >= 80.0), "{ticks:?}");
        assert!(ticks.iter().all(|tick| tick.label.ends_with('0') || tick.label.ends_with('5')));
    }

    #[test]
    fn nothing_happened_is_no_crash() {
        let clock = Clock::new([], false);
        assert!(clock.stretches.is_empty());
        assert_eq!(clock.position(5.0), 0.0);
        assert!(ticks(&clock, Window::ALL, 1000.0, 80.0).is_empty());
    }

    #[test]
    fn zooming_stays_inside() {
        let window = Window::ALL.zoomed(0.5, 1.0);
        assert_eq!(window, Window { from: 0.5, to: 1.0 });
        assert_eq!(window.moved(5.0), Window { from: 0.5, to: 1.0 });
        assert_eq!(window.zoomed(100.0, 0.3), Window::ALL);
    }
}
