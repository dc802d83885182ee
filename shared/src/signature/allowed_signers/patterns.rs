//! OpenSSH's patterns for principals and namespaces; knows nothing about keys.

/// OpenSSH's pattern lists: `*` and `?`, commas between, `!` before a pattern that forbids.
pub(crate) fn matches_list(list: &str, text: &str) -> bool {
    let mut matched = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(forbidden) if matches_pattern(forbidden.as_bytes(), text.as_bytes()) => return false,
            Some(_) => {}
            None => matched |= matches_pattern(pattern.as_bytes(), text.as_bytes()),
        }
    }
    matched
}

fn matches_pattern(pattern: &[u8], text: &[u8]) -> bool {
    // Where to go on after the last `*`, and how much of the text it has eaten.
    let mut retry: Option<(usize, usize)> = None;
    let (mut p, mut t) = (0, 0);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match &mut retry {
                Some((after_star, eaten)) => {
                    *eaten += 1;
                    (p, t) = (*after_star, *eaten);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_like_openssh() {
        for (list, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcb", false),
            ("a*b*c", "aXbXbXc", true),
            ("??", "ab", true),
            ("??", "a", false),
            ("b,a", "a", true),
            ("!a", "b", false),
            ("", "", true),
        ] {
            assert_eq!(matches_list(list, text), expected, "{list} {text}");
        }
    }
}
