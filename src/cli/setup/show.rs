//! What would change in a file, for somebody who is to agree.

use similar::{ChangeTag, TextDiff};

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
        page.push_str(change.value().trim_end());
        page.push('\n');
    }
    page
}

/// The lines that an example has been given.
pub(super) fn additions(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let new = diff
        .iter_all_changes()
        .filter(|change| change.tag() == ChangeTag::Insert);
    new.map(|change| format!("  + {}\n", change.value().trim_end()))
        .collect()
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
}
