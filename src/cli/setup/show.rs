//! What would change in a file, for somebody who is to agree.

use std::borrow::Cow;

use similar::{ChangeTag, TextDiff};

/// Keys whose values are not shown.
const SECRETS: [&str; 3] = ["password:", "token:", "url:"];

/// The lines that differ, `-` before and `+` after, a blank line between places that are apart.
pub(super) fn changes(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut page = String::new();
    let mut is_apart = false;
    for change in diff.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Equal => {
                is_apart = true;
                continue;
            }
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
        };
        if is_apart && !page.is_empty() {
            page.push('\n');
        }
        is_apart = false;
        page.push_str("  ");
        page.push(sign);
        page.push(' ');
        page.push_str(&harmless(change.value().trim_end()));
        page.push('\n');
    }
    page
}

/// A line without what nobody else is to see: older files may have a password or a token in them.
fn harmless(line: &str) -> Cow<'_, str> {
    let key = line.trim_start_matches([' ', '#', '-']);
    let is_secret = SECRETS.iter().any(|secret| key.starts_with(secret));
    match line.split_once(':') {
        Some((key, value)) if is_secret && !value.contains("${") => format!("{key}: ***").into(),
        _ => line.into(),
    }
}

/// The lines that an example has been given.
pub(super) fn additions(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let new = diff
        .iter_all_changes()
        .filter(|change| change.tag() == ChangeTag::Insert);
    let lines: Vec<&str> = new.map(|change| change.value().trim_end()).collect();
    lines.iter().flat_map(|line| ["  + ", line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let (before, after) = ("a\nb\nc\nd\n", "a\nB\nc\nd\ne\n");
        assert_eq!(changes(before, after), "  - b\n  + B\n\n  + e\n");
        assert_eq!(additions(before, after), "  + B\n  + e\n");
        assert_eq!(changes(before, before), "");
    }

    #[test]
    fn a_password_of_an_older_file_is_not_shown() {
        let after = "r:\n  password: \"${ROUTER_PASSWORD}\"\n";
        let page = changes("r:\n  password: hunter2 # mine\n", after);
        assert_eq!(
            page,
            "  -   password: ***\n  +   password: \"${ROUTER_PASSWORD}\"\n"
        );
    }
}
