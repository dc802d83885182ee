//! The viewer as one HTML page, and that page with a snapshot inside. Knows its two markers, not its code.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

include!(concat!(env!("OUT_DIR"), "/viewer.rs"));

/// Where the snapshot goes.
const SNAPSHOT_MARKER: &str = "<!--dossier:snapshot-->";
/// Where the words go that a reader sees whose browser runs no script.
const SUMMARY_MARKER: &str = "<!--dossier:summary-->";

/// One of these stands in every page: where a snapshot may go, or the begin of one.
pub(crate) const MARKS: [&str; 2] =
    [SNAPSHOT_MARKER, "<script type=\"application/octet-stream\" id=\"dossier-snapshot\""];

/// Why there is no page.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPage {
    #[error("this build carries no viewer; build with `cargo xtask demo`")]
    NoViewer,
    #[error("the viewer in this build is not UTF-8; build with `cargo xtask demo`")]
    NotText,
    #[error("the viewer in this build lacks its marker {0}; build with `cargo xtask demo`")]
    NoMarker(&'static str),
}

/// The viewer's page for a snapshot, if there is one.
pub(crate) fn embedded() -> Option<&'static [u8]> {
    VIEWER_HTML
}

/// The empty viewer.
pub(crate) fn viewer() -> Result<&'static str, NoPage> {
    std::str::from_utf8(VIEWER_HTML.ok_or(NoPage::NoViewer)?).map_err(|_| NoPage::NotText)
}

/// The viewer with a snapshot inside; `summary` is HTML that is escaped already.
pub(crate) fn report_page(snapshot: &[u8], name: &str, summary: &str) -> Result<String, NoPage> {
    fill(viewer()?, snapshot, name, summary)
}

fn fill(viewer: &str, snapshot: &[u8], name: &str, summary: &str) -> Result<String, NoPage> {
    // The markers are looked up in the viewer alone: nothing that comes from a snapshot can be one.
    let split = |text: &str, marker: &'static str| {
        text.split_once(marker)
            .map(|(before, after)| (before.to_owned(), after.to_owned()))
            .ok_or(NoPage::NoMarker(marker))
    };
    let data = format!(
        "<script type=\"application/octet-stream\" id=\"dossier-snapshot\" data-name=\"{}\">{}</script>",
        escape(name),
        BASE64_STANDARD.encode(snapshot)
    );
    let summary_first = viewer.find(SUMMARY_MARKER) < viewer.find(SNAPSHOT_MARKER);
    let ((first, first_text), (second, second_text)) = if summary_first {
        ((SUMMARY_MARKER, summary), (SNAPSHOT_MARKER, data.as_str()))
    } else {
        ((SNAPSHOT_MARKER, data.as_str()), (SUMMARY_MARKER, summary))
    };
    let (before, rest) = split(viewer, first)?;
    let (between, after) = split(&rest, second)?;
    Ok([&before, first_text, &between, second_text, &after].concat())
}

/// Text as it may stand in HTML, inside and outside of attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEWER: &str = "<main><!--dossier:summary--></main><!--dossier:snapshot--><script>x</script>";

    #[test]
    fn both_parts_go_where_the_markers_are() {
        let page = fill(VIEWER, b"PK\x03\x04", "a\"b.zip", "<p>hi</p>").expect("both markers");
        assert_eq!(
            page,
            "<main><p>hi</p></main><script type=\"application/octet-stream\" id=\"dossier-snapshot\" \
             data-name=\"a&quot;b.zip\">UEsDBA==</script><script>x</script>"
        );
    }

    #[test]
    fn a_summary_cannot_bring_a_marker_along() {
        let page = fill(VIEWER, b"", "a.zip", "<!--dossier:snapshot-->").expect("both markers");
        assert_eq!(page.matches("id=\"dossier-snapshot\"").count(), 1);
        assert!(page.contains("<main><!--dossier:snapshot--></main><script type"));
    }

    #[test]
    fn a_viewer_without_markers_is_refused() {
        assert_eq!(fill("<main></main>", b"", "", ""), Err(NoPage::NoMarker(SNAPSHOT_MARKER)));
    }
}
