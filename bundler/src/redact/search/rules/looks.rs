//! What a value looks like by itself: made by chance, or a row of words. Knows characters, no name beside them.

/// Whether `value` can hardly be a word, a name of something, a version, a date or a digest: `k3Jx91bbQz77`.
pub(super) fn is_random(value: &[u8]) -> bool {
    let value = trimmed(value);
    if value.len() < 8 || value.len() > 256 || !value.iter().all(u8::is_ascii_graphic) {
        return false;
    }
    let is_address = memchr::memmem::find(value, b"://").is_some() || value.starts_with(b"/");
    // `a::b(c)`, `x[1]`, `<y>`, `a=b` and times are the stuff of sentences about programs.
    let is_code = value.iter().any(|byte| b"()[]{}<>\"'`|\\,;:".contains(byte));
    let is_hex = value.iter().all(u8::is_ascii_hexdigit);
    if is_address || is_code || is_hex {
        return false;
    }
    let has = |is_in: fn(&u8) -> bool| value.iter().any(is_in);
    if !has(u8::is_ascii_digit) || !has(u8::is_ascii_alphabetic) {
        return false;
    }
    let changes = |part: &[u8]| {
        let pairs = part.windows(2).filter(|pair| is_change(pair[0], pair[1]));
        pairs.count()
    };
    let is_apart = |byte: &u8| b"_-./".contains(byte);
    let mut parts = value.split(is_apart);
    // Names, versions and numbered tests change once or twice, as in `pr21231a`, `addr2line` and `test_s3_v2`.
    let is_mixed = |part: &[u8]| part.len() >= 8 && changes(part) >= 3;
    parts.any(is_mixed) || changes(value) >= 6 || !has(is_apart) && has(is_sign)
}

/// A token as forges give them: hex digits, but not as many as a digest has.
pub(super) fn is_hex_token(value: &[u8]) -> bool {
    let has = |is_in: fn(&u8) -> bool| value.iter().any(is_in);
    (20..=48).contains(&value.len())
        && value.iter().all(u8::is_ascii_hexdigit)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
}

fn is_change(a: u8, b: u8) -> bool {
    a.is_ascii_alphabetic() && b.is_ascii_digit() || a.is_ascii_digit() && b.is_ascii_alphabetic()
}

fn is_sign(byte: &u8) -> bool {
    b"!#$%^".contains(byte)
}

/// Without what ends a sentence.
pub(super) fn trimmed(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|byte| !b".,:;)*".contains(byte)).map_or(0, |last| last + 1);
    &value[..end]
}

/// Whether `value` is a passphrase rather than a sentence: `fewest` words or more, of letters, and none of those that
/// sentences, messages and command lines are made of.
pub(super) fn is_passphrase(value: &[u8], fewest: usize) -> bool {
    if value.len() > 120 {
        return false;
    }
    let is_own = |word: &[u8]| {
        let lower = word.to_ascii_lowercase();
        (3..=12).contains(&word.len())
            && word.iter().all(u8::is_ascii_alphabetic)
            && word[1..].iter().all(u8::is_ascii_lowercase)
            && std::str::from_utf8(&lower)
                .is_ok_and(|lower| !SAID.split(' ').any(|said| said == lower) && !has_ending(lower))
    };
    let words = || value.split(|byte| *byte == b' ');
    let capital = |word: &[u8]| word.first().is_some_and(u8::is_ascii_uppercase);
    // A sentence has its one capital at the beginning.
    let is_even = words().all(capital) || !words().any(capital);
    is_even && words().count() >= fewest && words().all(is_own)
}

/// What was done, is being done, or is done in some way.
fn has_ending(word: &str) -> bool {
    word.len() >= 5 && ["ed", "ing", "ly", "tion"].iter().any(|ending| word.ends_with(ending))
}

const SAID: &str = "\
    the and not for from with without was were has had have are its this that these those there here then than \
    when where while which what who why how will would can cannot could should must may does did done but only \
    also any all some none both each every more less most least too very still yet now once again never always \
    before after since until into onto over under above below between see use set get got put given new old own \
    your you our their his her him she they them been being because just same other another next last first \
    second please enter repeat confirm choose forgot forget reset change update show hide current wrong invalid \
    incorrect correctly empty missing optional short long weak strong match matches field value values text \
    string number default minimum maximum length character characters letters digits password passwords \
    passphrase token secret secrets key keys login user users account email mail link sent file files store \
    vault admin error failed fails works fine okay yesterday today tomorrow manual hand test tests example make \
    run start docker git cargo npm python pytest bash sudo curl echo exec node psql pnpm yarn apply build \
    install deploy server database environment variable config random known unknown hidden shown kept left found \
    lost";
