//! The network as the browser sees it: a proxy that writes down what is asked for and lets nothing through.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What Chromium asks for by itself whatever its flags: updates, the time, accounts, Debian's start page.
const BROWSERS_OWN: [&str; 5] = ["googleapis.com", "google.com", "gvt1.com", "gstatic.com", "duckduckgo.com"];

/// Sees what no page-level log does: workers, prefetches, frames. Loopback addresses do not come this way.
pub(crate) struct Wire {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Wire {
    pub(crate) fn listen() -> Wire {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        // Ends with the test process; a connection more or less does not matter until then.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let notes = Arc::clone(&notes);
                std::thread::spawn(move || refuse(&stream, &notes));
            }
        });
        Wire { port, asked }
    }

    pub(crate) fn proxy_flag(&self) -> String {
        format!("--proxy-server=http://127.0.0.1:{}", self.port)
    }

    /// Request lines, such as `CONNECT example.org:443` or `GET http://example.org/`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no one panics with it").clone()
    }
}

fn refuse(stream: &TcpStream, notes: &Mutex<Vec<String>>) {
    let _patience = stream.set_read_timeout(Some(Duration::from_secs(10)));
    let mut line = String::new();
    if BufReader::new(stream).read_line(&mut line).is_ok() && !is_browsers_own(&line) {
        let request = line.trim().trim_end_matches(" HTTP/1.1").to_owned();
        notes.lock().expect("no one panics with it").push(request);
    }
    let mut answer = stream;
    let _refused =
        answer.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

/// Whether the host in a request line is one of [`BROWSERS_OWN`]; an empty line is nobody's request either.
fn is_browsers_own(line: &str) -> bool {
    let Some(target) = line.split_whitespace().nth(1) else { return true };
    let authority = target.split_once("://").map_or(target, |(_, rest)| rest);
    let host = authority.split(['/', ':', '?']).next().unwrap_or_default();
    BROWSERS_OWN
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|sub| sub.is_empty() || sub.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_own_requests_are_told_from_a_pages() {
        for line in
            ["CONNECT accounts.google.com:443 HTTP/1.1", "POST http://update.googleapis.com/x HTTP/1.1", ""]
        {
            assert!(is_browsers_own(line), "{line}");
        }
        for line in ["CONNECT example.org:443 HTTP/1.1", "GET http://notgoogle.com/google.com HTTP/1.1"] {
            assert!(!is_browsers_own(line), "{line}");
        }
    }
}
