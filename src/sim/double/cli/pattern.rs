//! `comment~"…"`: as much of a POSIX regular expression as people write into a filter: literals, `.`,
//! `[…]`, `*`, `+`, `?`, `^`, `$`, `\` and `|` at the top.

/// Whether `pattern` matches anywhere in `text`.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    alternatives(pattern).iter().any(|alternative| {
        let pattern: Vec<char> = alternative.chars().collect();
        match pattern.split_first() {
            Some(('^', anchored)) => here(anchored, &text),
            _ => (0..=text.len()).any(|start| here(&pattern, &text[start..])),
        }
    })
}

/// The parts between the bars.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in pattern.chars() {
        if c == '|' && !escaped {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    parts
}

/// Whether the pattern matches at the very start of `text`.
fn here(pattern: &[char], text: &[char]) -> bool {
    if pattern == ['$'] {
        return text.is_empty();
    }
    let Some((unit, rest)) = unit(pattern) else {
        return true;
    };
    let (least, most, rest) = match rest.first() {
        Some('*') => (0, usize::MAX, &rest[1..]),
        Some('+') => (1, usize::MAX, &rest[1..]),
        Some('?') => (0, 1, &rest[1..]),
        _ => (1, 1, rest),
    };
    let run = text.iter().take_while(|&&c| fits(unit, c)).count();
    let run = run.min(most);
    run >= least && (least..=run).rev().any(|taken| here(rest, &text[taken..]))
}

/// The first thing that matches one character, and what follows it.
fn unit(pattern: &[char]) -> Option<(&[char], &[char])> {
    let length = match pattern.first()? {
        '\\' if pattern.len() > 1 => 2,
        '[' => {
            let close = pattern.iter().skip(2).position(|&c| c == ']');
            close.map_or(1, |close| close + 3)
        }
        _ => 1,
    };
    Some(pattern.split_at(length))
}

fn fits(unit: &[char], c: char) -> bool {
    match unit {
        ['.'] => true,
        ['[', '^', set @ .., ']'] => !in_set(set, c),
        ['[', set @ .., ']'] => in_set(set, c),
        ['\\', literal] | [literal, ..] => *literal == c,
        [] => false,
    }
}

fn in_set(set: &[char], c: char) -> bool {
    match set {
        [from, '-', to, rest @ ..] => (*from..=*to).contains(&c) || in_set(rest, c),
        [one, rest @ ..] => *one == c || in_set(rest, c),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_as_people_write_them() {
        for (pattern, text, found) in [
            ("ADAPTIVE", "x ADAPTIVE: steer", true),
            ("adaptive", "x ADAPTIVE: steer", false),
            ("^ADAPTIVE", "x ADAPTIVE", false),
            ("steer$", "ADAPTIVE: steer", true),
            ("^A.*r$", "ADAPTIVE: steer", true),
            ("wan[12]+", "to wan21", true),
            ("wan[^12]", "to wan2", false),
            ("one|two", "number two", true),
            (r"a\.b", "a.b", true),
            (r"a\.b", "axb", false),
            ("colou?r", "color", true),
            ("[a-c]x", "bx", true),
            ("", "anything", true),
            ("[", "a[b", true),
        ] {
            assert_eq!(matches(pattern, text), found, "{pattern} in {text}");
        }
    }
}
