//! The rules: what a secret looks like, told by words that it cannot lack. Knows text around such a word.

mod address;
mod assignment;
mod document;
mod hashes;
mod header;
mod looks;
mod names;
mod openssh;
mod private_key;
mod text;
mod tokens;

use super::grams::Word;
use text::Text;

/// What a rule's function gets: the text around a word, and where the word stands.
type Rule = fn(Text<'_>, &mut Spans);

/// A secret in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: &'static str,
}

/// What the rules found.
#[derive(Default)]
pub(super) struct Spans(pub(super) Vec<Span>);

impl Spans {
    fn push(&mut self, rule: &'static str, start: usize, end: usize) {
        if start < end {
            self.0.push(Span { start, end, rule });
        }
    }
}

/// In order of precedence: where two overlap, the first gives the name. A known value comes before all of them.
const PRECEDENCE: &[&str] = &[
    "known-value",
    "private-key",
    "github-token",
    "gitlab-token",
    "gitea-token",
    "aws-key-id",
    "google-key",
    "slack-token",
    "slack-hook",
    "discord-hook",
    "npm-token",
    "pypi-token",
    "docker-token",
    "docker-auth",
    "stripe-key",
    "sendgrid-key",
    "twilio-key",
    "telegram-token",
    "hoster-token",
    "model-token",
    "vault-token",
    "age-key",
    "jwt",
    "azure-key",
    "password-hash",
    "authorization",
    "cookie",
    "url-password",
    "assignment",
    "argument",
];

/// The place of `rule` in the table; also of rules that are no longer, behind all others.
pub(super) fn precedence(rule: &str) -> usize {
    PRECEDENCE.iter().position(|known| *known == rule).unwrap_or(PRECEDENCE.len())
}

/// Every word that is looked for in any case of its letters, and the rule to ask where it stands: its id is the rule's
/// place in the second list.
pub(super) fn words() -> (Vec<Word>, Vec<Rule>) {
    let prefixes: Vec<&str> = tokens::prefixes().collect();
    let hashes: Vec<&str> = hashes::words().collect();
    let lists: [(&[&str], Rule); 10] = [
        (assignment::WORDS, assignment::find),
        (address::WORDS, address::find),
        (header::AUTHORIZATION_WORDS, header::authorization),
        (header::COOKIE_WORDS, header::cookie),
        (header::COMMAND_WORDS, header::command),
        (private_key::WORDS, private_key::find),
        (openssh::WORDS, openssh::find),
        (tokens::OTHER_WORDS, tokens::other),
        (&prefixes, tokens::find),
        (&hashes, hashes::find),
    ];
    let mut words = Vec::new();
    for (id, (list, _)) in lists.iter().enumerate() {
        for word in *list {
            words.extend(with_neighbours(word.as_bytes(), id));
        }
    }
    words.extend(short_names());
    (words, lists.iter().map(|(_, rule)| *rule).collect())
}

/// `pass` and `pw` stand in many words; what gives them a value tells which are names.
fn short_names() -> Vec<Word> {
    const ASSIGNMENTS: usize = 0;
    let (pass, behind_pass) = assignment::PASS;
    let (pw, behind_pw) = assignment::PW;
    let mut words = Vec::new();
    for behind in behind_pass {
        let word = [pass, *behind].concat();
        words.push(neighbour(word.as_bytes(), 0..pass.len(), ASSIGNMENTS));
    }
    for behind in behind_pw {
        // A letter before it, as in `adminPw`, only where its value stands close.
        let befores: &[u8] = match behind.len() {
            1 => b"\n\r \t?&;,|(){}[\"'`*_.-abcdefghijklmnopqrstuvwxyz",
            _ => b"\n \"'`_.-",
        };
        for before in befores {
            let word = [&[*before], pw.as_bytes(), behind.as_bytes()].concat();
            words.push(neighbour(&word, 1..1 + pw.len(), ASSIGNMENTS));
        }
    }
    // Where nothing stands before it, as on the first line of a file.
    words.push(neighbour(b"pw =", 0..pw.len(), ASSIGNMENTS));
    for behind in b"abcdefghijklmnopqrstuvwxyz0123456789 \"'" {
        for sign in b"=:" {
            let word = [pw.as_bytes(), &[*sign, *behind]].concat();
            words.push(neighbour(&word, 0..pw.len(), ASSIGNMENTS));
        }
    }
    words
}

/// A word of three bytes is looked for with every neighbour that it may have.
fn with_neighbours(word: &[u8], id: usize) -> Vec<Word> {
    let neighbours = b"abcdefghijklmnopqrstuvwxyz0123456789_-+./=: \t\"'\\&%]>\x1b";
    match word {
        b"://" => neighbours.iter().map(|before| neighbour(&[&[*before], word].concat(), 1..4, id)).collect(),
        [_, _, _] => {
            neighbours.iter().map(|behind| neighbour(&[word, &[*behind]].concat(), 0..3, id)).collect()
        }
        _ => vec![Word::whole(word, id)],
    }
}

fn neighbour(bytes: &[u8], told: std::ops::Range<usize>, id: usize) -> Word {
    Word { bytes: bytes.to_vec(), told, id }
}

/// Asks `rule` about the word at `at..end`.
pub(super) fn ask(rule: Rule, text: &[u8], at: usize, end: usize, spans: &mut Spans) {
    rule(Text { bytes: text, at, end }, spans);
}

/// A rule's function, for whoever keeps them beside the words.
pub(super) type Asked = Rule;

/// Whether `name=value` gives a secret to a variable.
pub(super) fn is_secret_variable(name: &[u8], value: &[u8]) -> bool {
    let line = [name, b"=", value].concat();
    let lower = name.to_ascii_lowercase();
    let mut spans = Spans::default();
    for word in assignment::WORDS {
        for at in memchr::memmem::find_iter(&lower, word.as_bytes()) {
            assignment::find(Text { bytes: &line, at, end: at + word.len() }, &mut spans);
        }
    }
    !spans.0.is_empty()
}
