//! The two commands that chromedriver knows beyond WebDriver: Chrome's DevTools protocol, and logs.

use fantoccini::Client;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

#[derive(Debug)]
struct Post {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Post {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _request: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// Runs one DevTools command and gives its result.
pub(crate) async fn run(client: &Client, command: &str, parameters: Value) -> Value {
    let body = json!({ "cmd": command, "params": parameters });
    let post = Post { path: "goog/cdp/execute", body };
    client.issue_cmd(post).await.unwrap_or_else(|error| panic!("{command} failed: {error}"))
}

/// Takes what a log (`performance`, `browser`) has gathered since it was last taken; messages only.
pub(crate) async fn take_log(client: &Client, kind: &str) -> Vec<Value> {
    let post = Post { path: "se/log", body: json!({ "type": kind }) };
    let log = client.issue_cmd(post).await.unwrap_or_else(|error| panic!("no {kind} log: {error}"));
    log.as_array().cloned().unwrap_or_default()
}
