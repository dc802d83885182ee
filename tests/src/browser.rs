//! How a test asks for a browser: size, theme, page. Knows nothing of what happens on the page.

use std::path::Path;

use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::Url;

use crate::cdp;
use crate::driver::Driver;
use crate::page::Page;
use crate::surroundings;
use crate::wire::Wire;

/// Tried flags for a browser that needs no screen and asks nobody anything of its own.
const FLAGS: [&str; 14] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
];

/// Runs before any script of a page: keeps what the page's policy forbade and what nobody caught.
const WATCH: &str = "
    window.__watched = { violations: [], errors: [] };
    addEventListener('securitypolicyviolation', event => __watched.violations.push({
        directive: event.effectiveDirective, blocked: event.blockedURI, sample: event.sample }));
    addEventListener('error', event => event.message && __watched.errors.push(event.message));
    addEventListener('unhandledrejection', event => __watched.errors.push(String(event.reason)));";

/// A browser to be: 1440 × 900, light, nothing granted, nothing remembered.
#[derive(Debug, Clone)]
#[must_use]
pub struct Browser {
    width: u32,
    height: u32,
    theme: &'static str,
    media: &'static str,
    reduced_motion: bool,
}

impl Default for Browser {
    fn default() -> Browser {
        Browser { width: 1440, height: 900, theme: "light", media: "screen", reduced_motion: false }
    }
}

impl Browser {
    /// A browser with a light screen of 1440 × 900.
    pub fn new() -> Browser {
        Browser::default()
    }

    /// Width of the page in CSS pixels; down to any, also where a window could not be so narrow.
    pub fn width(self, width: u32) -> Browser {
        Browser { width, ..self }
    }

    /// Height of the page in CSS pixels.
    pub fn height(self, height: u32) -> Browser {
        Browser { height, ..self }
    }

    /// With `prefers-color-scheme: dark`.
    pub fn dark(self) -> Browser {
        Browser { theme: "dark", ..self }
    }

    /// As on paper: `@media print`.
    pub fn print(self) -> Browser {
        Browser { media: "print", ..self }
    }

    /// With `prefers-reduced-motion: reduce`.
    pub fn reduced_motion(self) -> Browser {
        Browser { reduced_motion: true, ..self }
    }

    /// Starts the browser and opens a file, the way a double click does: from `file://`.
    pub async fn open(self, file: impl AsRef<Path>) -> Page {
        let path =
            fs_err::canonicalize(file.as_ref()).unwrap_or_else(|error| panic!("no page to open: {error}"));
        let url = Url::from_file_path(&path).expect("a canonical path is absolute");
        self.open_url(url.as_str()).await
    }

    /// Starts the browser and opens an address; a `#/route` may follow the file's.
    pub async fn open_url(self, url: &str) -> Page {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let (wire, driver) = (Wire::listen(), Driver::start());
        let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        flags.push(format!("--window-size={},{}", self.width, self.height));
        flags.push(wire.proxy_flag());
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": surroundings::chrome(), "args": flags },
            "goog:loggingPrefs": { "performance": "ALL", "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("it is spelled out above") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url())
            .await
            .unwrap_or_else(|error| panic!("the browser does not start: {error}"));
        driver.owns_session(client.session_id().await.ok().flatten());
        let page = Page::new(client, driver, wire, profile, url);
        cdp::run(page.client(), "Page.enable", json!({})).await;
        cdp::run(page.client(), "Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
        page.resize(self.width, self.height).await;
        self.emulate(&page).await;
        page.go(url).await;
        page
    }

    async fn emulate(&self, page: &Page) {
        let motion = if self.reduced_motion { "reduce" } else { "no-preference" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": self.theme },
            { "name": "prefers-reduced-motion", "value": motion },
        ]);
        let parameters = json!({ "media": self.media, "features": features });
        cdp::run(page.client(), "Emulation.setEmulatedMedia", parameters).await;
    }
}
