//! Turns what trunk leaves behind into the one HTML file that is the viewer. Works on text and bytes alone.

use std::num::NonZeroU64;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::failure::{Failure, Outcome};

/// Where the application goes.
const APP: &str = "<!--dossier:app-->";
/// What the CLI fills in when it writes a report; stays in the empty viewer.
const KEPT: [&str; 2] = ["<!--dossier:summary-->", "<!--dossier:snapshot-->"];

/// What the page is made of.
pub(crate) struct Parts<'a> {
    /// index.html as trunk leaves it.
    pub(crate) index: &'a str,
    /// wasm-bindgen's `no-modules` JavaScript.
    pub(crate) glue: &'a str,
    /// The script that inflates and starts the module.
    pub(crate) boot: &'a str,
    /// The module.
    pub(crate) wasm: &'a [u8],
}

/// Puts glue, boot script and module into the page and their digests into its policy.
pub(crate) fn assemble(parts: &Parts<'_>) -> Outcome<String> {
    // A parser of HTML reads CRLF as LF before anything is hashed.
    let index = without_directives(&parts.index.replace("\r\n", "\n"));
    let (glue, boot) = (script_text(&slim(parts.glue)), script_text(parts.boot));
    for marker in KEPT.iter().chain([&APP]) {
        expect_once(&index, marker, "the viewer's index.html")?;
    }
    let styles = check_tags(&index)?;
    let policy = Policy { glue: &glue, boot: &boot, styles: &styles };
    let app = format!(
        "<script type=\"application/octet-stream\" id=\"dossier-wasm\">{}</script>\n\
         <script id=\"glue\">{glue}</script>\n\
         <script id=\"boot\">{boot}</script>",
        BASE64.encode(gzip(parts.wasm)?)
    );
    let page = policy.fill_in(&index)?.replace(APP, &app);
    for marker in KEPT {
        expect_once(&page, marker, "the assembled page (is it spelled out in a script?)")?;
    }
    Ok(page)
}

/// Without the tags that tell trunk what to compile; it leaves them where it injects nothing.
fn without_directives(index: &str) -> String {
    let mut page = index.to_owned();
    let directives: Vec<_> = tags(index)
        .filter(|tag| attribute(tag.text, "data-trunk-id").is_some())
        .map(|tag| tag.range())
        .collect();
    for range in directives.into_iter().rev() {
        page.replace_range(range, "");
    }
    page
}

/// A script's text such that no parser of HTML ends it early.
fn script_text(script: &str) -> String {
    let mut safe = script.replace("\r\n", "\n").replace("<!--", "<\\!--");
    let lower = safe.to_ascii_lowercase();
    for (at, _) in lower.rmatch_indices("</script") {
        safe.insert(at + 1, '\\');
    }
    safe
}

/// The same bytes for the same module: no time and no name in the header. Slow, and 5 % smaller than `gzip -9`.
fn gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    // More rounds find nothing more in a module of this size.
    let options =
        zopfli::Options { iteration_count: NonZeroU64::MIN.saturating_add(4), ..Default::default() };
    let mut packed = Vec::new();
    zopfli::compress(options, zopfli::Format::Gzip, bytes, &mut packed)?;
    Ok(packed)
}

/// Generated JavaScript without indentation, empty lines and comments that fill their lines.
fn slim(text: &str) -> String {
    // A template that spans lines would lose its spaces.
    if text.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return text.to_owned();
    }
    let mut lines = Vec::new();
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        let starts = !in_comment && line.starts_with("/*");
        if in_comment || starts {
            in_comment = !line.contains("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// The page's Content-Security-Policy, whose placeholders become digests.
struct Policy<'a> {
    glue: &'a str,
    boot: &'a str,
    styles: &'a [String],
}

impl Policy<'_> {
    fn fill_in(&self, index: &str) -> Outcome<String> {
        let remedy = "index.html needs <meta http-equiv=\"Content-Security-Policy\" content=\"… script-src \
                      'sha256-GLUE' 'sha256-BOOT' 'wasm-unsafe-eval' …\">";
        let meta = tags(index)
            .find(|tag| {
                tag.name == "meta" && tag.text.to_ascii_lowercase().contains("content-security-policy")
            })
            .ok_or_else(|| Failure::new("the viewer's page has no Content-Security-Policy", remedy))?;
        let mut policy = meta.text.to_owned();
        for (placeholder, script) in [("'sha256-GLUE'", self.glue), ("'sha256-BOOT'", self.boot)] {
            if !policy.contains(placeholder) {
                return Err(Failure::new(format!("the page's policy holds no {placeholder}"), remedy));
            }
            policy = policy.replace(placeholder, &source_digest(script));
        }
        let styles: Vec<String> = self.styles.iter().map(|style| source_digest(style)).collect();
        if policy.contains("'sha256-STYLE'") && styles.is_empty() {
            return Err(Failure::new(
                "the page's policy names 'sha256-STYLE', but the page has no <style>",
                "inline the stylesheet: <link data-trunk rel=\"inline\" type=\"css\" href=\"…\">",
            ));
        }
        policy = policy.replace("'sha256-STYLE'", &styles.join(" "));
        let mut page = index.to_owned();
        page.replace_range(meta.range(), &policy);
        Ok(page)
    }
}

/// How a policy names an inline script or style.
fn source_digest(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(text.as_bytes())))
}

fn expect_once(text: &str, marker: &str, place: &str) -> Outcome {
    match text.matches(marker).count() {
        1 => Ok(()),
        count => Err(Failure::new(
            format!("{marker} stands {count} times in {place}, expected once"),
            format!("put {marker} into index.html exactly once, and keep it out of scripts and styles"),
        )),
    }
}

/// A start tag with its place in the page, and the raw text of a script or style.
struct Tag<'a> {
    name: String,
    start: usize,
    text: &'a str,
    content: &'a str,
}

impl Tag<'_> {
    fn range(&self) -> std::ops::Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// Every start tag outside comments, scripts and styles.
fn tags(html: &str) -> impl Iterator<Item = Tag<'_>> {
    let lower = html.to_ascii_lowercase();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + html[at..].find('<')?;
            if html[start..].starts_with("<!--") {
                at = html[start..].find("-->").map_or(html.len(), |end| start + end + 3);
                continue;
            }
            let name: String = lower[start + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
            if name.is_empty() {
                at = start + 1;
                continue;
            }
            let end = start + tag_length(&html[start..]);
            let content = match name.as_str() {
                "script" | "style" => {
                    let length = lower[end..].find(&format!("</{name}")).unwrap_or(html.len() - end);
                    &html[end..end + length]
                }
                _ => "",
            };
            at = end + content.len();
            return Some(Tag { name, start, text: &html[start..end], content });
        }
    })
}

/// Up to and with the `>` that ends a tag; a `>` between quotes does not.
fn tag_length(tag: &str) -> usize {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    tag.len()
}

/// The values of an attribute in a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.match_indices(name).find_map(|(at, _)| {
        let alone = tag[..at].ends_with(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'');
        let after = tag[at + name.len()..].trim_start();
        (alone && after.starts_with('=')).then(|| tag.len() - after.len() + 1)
    })?;
    let value = tag[at..].trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next(),
        _ => value.split(|c: char| c.is_ascii_whitespace() || c == '>').next(),
    }
}

/// Refuses whatever would make the browser ask for another file; gives the texts of the styles.
fn check_tags(html: &str) -> Outcome<Vec<String>> {
    let mut styles = Vec::new();
    for tag in tags(html) {
        for name in ["src", "href", "srcset", "poster", "data"] {
            let Some(value) = attribute(tag.text, name) else { continue };
            let inside = value.starts_with('#') || value.starts_with("data:") || value.starts_with("blob:");
            let link = name == "href" && tag.name == "a" && value.contains(':');
            if !(inside || link) {
                return Err(Failure::new(
                    format!("the viewer's page still asks for a file: {}", tag.text),
                    "inline it (<link data-trunk rel=\"inline\" href=\"…\">, a data: URL), and keep trunk's \
                     `inject_scripts = false`",
                ));
            }
        }
        if tag.name == "style" {
            if let Some(asks) = ["@import", "url("].iter().find(|word| asks_for_file(tag.content, word)) {
                return Err(Failure::new(
                    format!("a style of the viewer's page asks for a file with {asks}"),
                    "put it into the stylesheet, as a data: URL where it is a picture or a font",
                ));
            }
            styles.push(tag.content.to_owned());
        }
    }
    Ok(styles)
}

fn asks_for_file(style: &str, word: &str) -> bool {
    style.match_indices(word).any(|(at, _)| {
        let value = style[at + word.len()..].trim_start().trim_start_matches(['"', '\'']);
        word == "@import" || !(value.starts_with("data:") || value.starts_with('#'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "<!doctype html><html><head>\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-GLUE' 'sha256-BOOT'; \
        style-src 'sha256-STYLE'\"><style>p { color: red }</style></head><body><!--dossier:summary-->\
        <!--dossier:snapshot--><!--dossier:app--></body></html>";

    fn page(index: &str, glue: &str) -> Outcome<String> {
        assemble(&Parts { index, glue, boot: "start()", wasm: b"\0asm" })
    }

    fn refused(index: &str) -> String {
        page(index, "g").expect_err("refused").what
    }

    #[test]
    fn the_page_holds_its_parts_and_their_digests() {
        let page = page(INDEX, "let wasm_bindgen = 1;").expect("assembled");
        assert!(page.contains("<script id=\"glue\">let wasm_bindgen = 1;</script>"));
        assert!(page.contains("<script id=\"boot\">start()</script>"));
        // printf 'start()' | openssl dgst -sha256 -binary | base64
        assert!(page.contains("'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='"), "{page}");
        assert!(!page.contains("sha256-GLUE") && !page.contains("sha256-STYLE") && !page.contains(APP));
        assert!(KEPT.iter().all(|marker| page.contains(marker)));
    }

    #[test]
    fn the_same_parts_give_the_same_page() {
        assert_eq!(page(INDEX, "g").expect("once"), page(INDEX, "g").expect("twice"));
        assert_eq!(gzip(b"x").expect("packed")[4..8], [0; 4], "no time in the header");
    }

    #[test]
    fn a_script_cannot_end_early() {
        assert_eq!(script_text("a('</script>', '</SCRIPT >')"), "a('<\\/script>', '<\\/SCRIPT >')");
        assert_eq!(script_text("'<!--'\r\n"), "'<\\!--'\n");
    }

    #[test]
    fn glue_loses_what_nobody_runs() {
        assert_eq!(
            slim(
                "{\n    /**\n     * @returns {number}\n     */\n    f() { // stays\n\n    // goes\n    }\n}"
            ),
            "{\nf() { // stays\n}\n}"
        );
        assert_eq!(slim("a = `\n  b`"), "a = `\n  b`");
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(refused(&INDEX.replace("<!--dossier:summary-->", "")).contains("dossier:summary"));
        assert!(refused(&INDEX.replace(APP, "")).contains("dossier:app"));
        assert!(refused(&INDEX.replace(APP, &format!("{APP}{APP}"))).contains("2 times"));
        assert!(refused(&INDEX.replace("'sha256-BOOT'", "")).contains("sha256-BOOT"));
        assert!(refused(&INDEX.replace("<style>p { color: red }</style>", "")).contains("sha256-STYLE"));
        assert!(
            refused(&INDEX.replace("http-equiv", "x").replace("Content-Security-Policy", ""))
                .contains("Policy")
        );
    }

    #[test]
    fn no_other_file_may_be_asked_for() {
        let with = |tag: &str| INDEX.replace("<body>", &format!("<body>{tag}"));
        for tag in [
            "<script src=\"app.js\"></script>",
            "<link rel=stylesheet href=style.css>",
            "<link rel=\"modulepreload\" href='/app.js'>",
            "<img alt='>' SRC = 'https://example.org/x.png'>",
            "<a href=\"other.html\">x</a>",
            "<style>@import 'x.css';</style>",
            "<style>p { background: url(x.png) }</style>",
        ] {
            assert!(refused(&with(tag)).contains("asks for a file"), "{tag}");
        }
        for tag in [
            "<link rel=icon href=\"data:image/svg+xml,x\">",
            "<link data-trunk rel=\"rust\" href=\"viewer/Cargo.toml\" data-trunk-id=\"0\">",
            "<a href=\"#/trust\">x</a>",
            "<a href=\"https://example.org\">x</a>",
            "<img data-src=\"x.png\">",
            "<!-- <script src=\"app.js\"></script> -->",
            "<style>p { background: url(\"data:image/png,x\") }</style>",
        ] {
            page(&with(tag), "g").unwrap_or_else(|failure| panic!("{tag}: {}", failure.what));
        }
    }
}
