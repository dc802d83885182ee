//! `capture.json` of a recorded server: what was asked, and which file holds the answer.
//! Knows nothing about what the answers mean.

use super::fields::{self, Fields, When};
use super::{Issue, Place};
use crate::entry_path::EntryPath;
use crate::time::Timestamp;

/// What a recorder asked of one server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Capture {
    /// Address of the server.
    pub server: String,
    /// When it was asked.
    pub captured_at: Option<Timestamp>,
    /// The requests, in file order.
    pub requests: Vec<Request>,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Path and query, for example `/api/v1/repos/o/n/pulls?state=all&page=1`.
    pub path: String,
    /// HTTP status.
    pub status: Option<u64>,
    /// How many objects the server says there are, on all pages together.
    pub total_count: Option<u64>,
    /// The file with the answer, relative to the folder of `capture.json`; empty when none was kept.
    pub file: String,
    /// The object.
    pub place: Place,
}

impl Request {
    /// The values of the query's keys, in order, without decoding.
    pub fn query(&self) -> impl Iterator<Item = (&str, &str)> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    }
}

/// Reads a `capture.json`.
pub fn parse(bytes: &[u8], path: &EntryPath) -> (Capture, Vec<Issue>) {
    let mut issues = Vec::new();
    let capture = fields::document(bytes, &mut issues)
        .and_then(|value| Some(read(&Fields::new(&value, "", &mut issues)?, path, &mut issues)))
        .unwrap_or_default();
    (capture, issues)
}

fn read(fields: &Fields<'_>, path: &EntryPath, issues: &mut Vec<Issue>) -> Capture {
    Capture {
        server: fields.string("server", When::Expected, issues),
        captured_at: fields.instant("captured_at", When::Expected, issues),
        requests: fields
            .objects("requests", When::Expected, issues)
            .iter()
            .map(|request| Request {
                path: request.string("path", When::Expected, issues),
                status: request.count("status", When::Expected, issues),
                total_count: request.count("total_count", When::Optional, issues),
                file: request.string("file", When::Optional, issues),
                place: Place { path: path.clone(), pointer: request.pointer().to_owned() },
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_requests_with_their_query() {
        let json = br#"{"server":"https://git.example","captured_at":"2026-06-13T06:40:30Z","requests":[
            {"path":"/api/v1/repos/o/n/pulls?state=all&page=1","status":200,"total_count":3,"file":"pulls.json"},
            {"path":"/api/v1/repos/o/n/pulls/9","status":404}, 7]}"#;
        let (capture, issues) = parse(json, &EntryPath::new("data/capture.json").unwrap());
        assert_eq!(capture.requests.len(), 2);
        assert_eq!(capture.requests[0].query().collect::<Vec<_>>(), [("state", "all"), ("page", "1")]);
        assert_eq!(capture.requests[0].total_count, Some(3));
        assert_eq!(capture.requests[1].file, "");
        assert_eq!(capture.requests[1].place.pointer, "/requests/1");
        assert_eq!(issues, [Issue::new("/requests/2", "is a number, not an object; left out")]);
    }
}
