//! The chromedriver process: starts it on a free port and ends it, and its browser, whatever became of the test.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::surroundings;

const PATIENCE: Duration = Duration::from_secs(10);

/// How often a driver that ended at once is started.
const STARTS: u32 = 5;

pub(crate) struct Driver {
    process: Child,
    port: u16,
    session: Mutex<Option<String>>,
}

impl Driver {
    /// Starts chromedriver and waits until it listens.
    ///
    /// It takes a free port and then asks for the same one of IPv6; where another test's driver was quicker it
    /// ends, so it is started again.
    pub(crate) fn start() -> Driver {
        let program = surroundings::chromedriver();
        (0..STARTS).find_map(|_| Driver::listening(&program)).unwrap_or_else(|| {
            panic!("{} was started {STARTS} times and ended before it listened", program.display())
        })
    }

    fn listening(program: &Path) -> Option<Driver> {
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} could not be started: {error}", program.display()));
        let stdout = process.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(stdout).lines();
        let Some(port) = lines.by_ref().map_while(Result::ok).find_map(|line| started_on(&line)) else {
            let _dead = process.kill();
            let _reaped = process.wait();
            return None;
        };
        // A full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Driver { process, port, session: Mutex::new(None) })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The session whose browser has to go when this does.
    pub(crate) fn owns_session(&self, id: Option<String>) {
        *self.session.lock().expect("no one panics with it") = id;
    }

    /// One request without a body, without the runtime that may be gone by now; its answer does not matter.
    fn ask(&self, method: &str, path: &str) -> std::io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        // The status comes when it is done; chromedriver keeps the connection open for more.
        BufReader::new(stream).read_line(&mut String::new()).map(drop)
    }
}

/// `ChromeDriver was started successfully on port 34567.` → 34567.
fn started_on(line: &str) -> Option<u16> {
    line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
}

impl Drop for Driver {
    fn drop(&mut self) {
        let session = self.session.lock().ok().and_then(|mut session| session.take());
        if let Some(id) = session {
            let _gone = self.ask("DELETE", &format!("/session/{id}"));
        }
        let _gone = self.ask("GET", "/shutdown");
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _dead = self.process.kill();
        let _reaped = self.process.wait();
    }
}
