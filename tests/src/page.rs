//! A page in a running browser: what a person does there and sees there, and what the browser saw it try.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use base64::Engine;
use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cdp;
use crate::driver::Driver;
use crate::wire::Wire;

const PATIENCE: Duration = Duration::from_secs(20);

/// An open page. The browser ends when this is dropped, also when a test panics.
pub struct Page {
    client: Client,
    url: String,
    seen: Mutex<Seen>,
    wire: Wire,
    // Dropped in this order: the browser lives in its profile.
    _driver: Driver,
    _profile: TempDir,
}

/// What was taken out of the browser's logs, which give every line once only.
#[derive(Default)]
struct Seen {
    requests: Vec<String>,
    console: Vec<String>,
}

/// Something that the page's Content-Security-Policy forbade.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Violation {
    /// The directive that forbade it, for example `connect-src`.
    pub directive: String,
    /// What was asked for: an address, or `inline`, `eval`.
    pub blocked: String,
    /// The start of an inline script or style, where the browser gives it.
    pub sample: String,
}

/// What a person does.
impl Page {
    /// Goes to an address, or to a `#/route` of this page.
    pub async fn go(&self, address: &str) {
        let whole = if address.starts_with('#') {
            format!("{}{address}", self.url.split('#').next().unwrap_or_default())
        } else {
            address.to_owned()
        };
        self.client.goto(&whole).await.unwrap_or_else(|error| panic!("{whole} does not open: {error}"));
    }

    /// Clicks what a selector finds.
    pub async fn click(&self, selector: &str) {
        let element = self.wait_for(selector).await;
        element.click().await.unwrap_or_else(|error| panic!("{selector} cannot be clicked: {error}"));
    }

    /// Types keys at whatever has the focus; special ones are in `fantoccini::key::Key`.
    pub async fn press(&self, keys: &str) {
        let element = self.client.active_element().await.expect("something always has the focus");
        element.send_keys(keys).await.unwrap_or_else(|error| panic!("{keys:?} cannot be typed: {error}"));
    }

    /// Types into a field.
    pub async fn fill(&self, selector: &str, text: &str) {
        let element = self.wait_for(selector).await;
        element.send_keys(text).await.unwrap_or_else(|error| panic!("{selector} takes no text: {error}"));
    }

    /// Picks a file in an `<input type=file>`, which need not be visible.
    pub async fn choose_file(&self, selector: &str, file: impl AsRef<Path>) {
        let path =
            fs_err::canonicalize(file.as_ref()).unwrap_or_else(|error| panic!("no file to pick: {error}"));
        self.fill(selector, &path.to_string_lossy()).await;
    }

    /// Makes the page as large as this, in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        cdp::run(&self.client, "Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Whatever else WebDriver can do.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

/// What a person sees.
impl Page {
    /// Waits until a selector finds something.
    pub async fn wait_for(&self, selector: &str) -> Element {
        let waiting = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        match waiting {
            Ok(element) => element,
            Err(error) => panic!("{selector} did not appear: {error}\nthe page says:\n{}", self.said().await),
        }
    }

    /// Waits until the page says this somewhere.
    pub async fn wait_for_text(&self, text: &str) {
        let start = Instant::now();
        while !self.said().await.contains(text) {
            assert!(
                start.elapsed() < PATIENCE,
                "{text:?} did not appear; the page says:\n{}",
                self.said().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page has said the same, and something, for a third of a second, and is not busy.
    pub async fn settled(&self) {
        let start = Instant::now();
        let mut before = String::new();
        loop {
            let now: String = self
                .eval(
                    "return document.querySelector('[aria-busy=true]') ? '' : document.body.innerText.trim()",
                )
                .await;
            if !now.is_empty() && now == before {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "the page does not come to rest; it says:\n{now}");
            before = now;
            tokio::time::sleep(Duration::from_millis(330)).await;
        }
    }

    /// The visible text of what a selector finds first.
    pub async fn text(&self, selector: &str) -> String {
        let element = self.wait_for(selector).await;
        element.text().await.unwrap_or_else(|error| panic!("{selector} has no text: {error}"))
    }

    /// The visible text of everything that a selector finds.
    pub async fn texts(&self, selector: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(element => element.innerText)";
        self.eval_with(script, vec![json!(selector)]).await
    }

    /// How many elements a selector finds, at once.
    pub async fn count(&self, selector: &str) -> usize {
        self.eval_with("return document.querySelectorAll(arguments[0]).length", vec![json!(selector)]).await
    }

    /// The page's own address by now.
    pub async fn address(&self) -> String {
        self.client.current_url().await.expect("a page has an address").to_string()
    }

    /// What a script returns, as in `page.eval("return document.title")`; the page's policy does not bind it.
    pub async fn eval<T: DeserializeOwned>(&self, script: &str) -> T {
        self.eval_with(script, Vec::new()).await
    }

    /// As [`Page::eval`], with `arguments`.
    pub async fn eval_with<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> T {
        let result = self.client.execute(script, arguments).await;
        let value = result.unwrap_or_else(|error| panic!("`{script}` failed: {error}"));
        serde_json::from_value(value)
            .unwrap_or_else(|error| panic!("`{script}` gives something else: {error}"))
    }

    /// Writes a picture of what is in view.
    pub async fn screenshot(&self, file: impl AsRef<Path>) {
        let picture = self.client.screenshot().await.expect("a picture of the page");
        fs_err::write(file.as_ref(), picture).expect("the picture can be written");
    }

    /// Writes a picture of the whole page, also of what is below the fold.
    pub async fn screenshot_whole(&self, file: impl AsRef<Path>) {
        let parameters = json!({ "format": "png", "captureBeyondViewport": true });
        let answer = cdp::run(&self.client, "Page.captureScreenshot", parameters).await;
        let text = answer["data"].as_str().expect("DevTools give a picture");
        let picture = base64::engine::general_purpose::STANDARD.decode(text).expect("in base64");
        fs_err::write(file.as_ref(), picture).expect("the picture can be written");
    }

    async fn said(&self) -> String {
        self.eval("return document.body ? document.body.innerText : ''").await
    }
}

/// What the browser saw.
impl Page {
    /// What the page's policy forbade since it was loaded.
    pub async fn violations(&self) -> Vec<Violation> {
        self.eval("return (window.__watched || {}).violations || []").await
    }

    /// Everything the page asked for besides itself, `blob:` and `data:`; also what the policy then stopped.
    /// Then whatever reached the network from anywhere in the browser, workers included.
    pub async fn requests(&self) -> Vec<String> {
        self.take_logs().await;
        let seen = self.seen.lock().expect("no one panics with it");
        seen.requests.iter().cloned().chain(self.wire.asked()).collect()
    }

    /// Errors that nobody caught, and what the browser or the page wrote to the console as errors.
    pub async fn errors(&self) -> Vec<String> {
        let mut errors: Vec<String> = self.eval("return (window.__watched || {}).errors || []").await;
        self.take_logs().await;
        errors.extend(self.seen.lock().expect("no one panics with it").console.iter().cloned());
        errors
    }

    /// No request, no violation, no error.
    pub async fn assert_quiet(&self) {
        assert_eq!(self.violations().await, [], "the page tried what its own policy forbids");
        assert_eq!(self.requests().await, [""; 0], "the page asked for something");
        assert_eq!(self.errors().await, [""; 0], "the page complained");
    }

    async fn take_logs(&self) {
        let performance = cdp::take_log(&self.client, "performance").await;
        let console = cdp::take_log(&self.client, "browser").await;
        let mut seen = self.seen.lock().expect("no one panics with it");
        seen.requests.extend(performance.iter().filter_map(|entry| self.request(entry)));
        let errors = console.iter().filter(|entry| entry["level"] == "SEVERE");
        seen.console.extend(errors.filter_map(|entry| entry["message"].as_str().map(str::to_owned)));
    }

    /// The address in a line of the performance log that tells of a request worth telling.
    fn request(&self, entry: &Value) -> Option<String> {
        let text: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
        let message = &text["message"];
        let address = match message["method"].as_str()? {
            "Network.requestWillBeSent" => message["params"]["request"]["url"].as_str()?,
            "Network.webSocketCreated" | "Network.webTransportCreated" => {
                message["params"]["url"].as_str()?
            }
            _ => return None,
        };
        let own = address.split('#').next() == self.url.split('#').next();
        let inner = ["blob:", "data:", "about:", "chrome:"].iter().any(|scheme| address.starts_with(scheme));
        (!own && !inner).then(|| address.to_owned())
    }

    pub(crate) fn new(client: Client, driver: Driver, wire: Wire, profile: TempDir, url: &str) -> Page {
        Page { client, url: url.to_owned(), seen: Mutex::default(), wire, _driver: driver, _profile: profile }
    }
}
