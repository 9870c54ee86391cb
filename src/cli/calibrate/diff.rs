//! What changes in a file, as `diff -u` shows it.

use std::fmt::Write as _;

/// Lines around a change that are shown, too.
const CONTEXT: usize = 3;

/// One line of the comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Line<'t> {
    Same(&'t str),
    Old(&'t str),
    New(&'t str),
}

/// The differences between two texts, each with some lines around it; empty if there are none.
pub(super) fn unified(name: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let script = compare(&old, &new);
    let mut text = String::new();
    let mut from = 0;
    while let Some(first) = position(&script, from, |line| !matches!(line, Line::Same(_))) {
        let mut last = first;
        while let Some(next) = position(&script, last + 1, |line| !matches!(line, Line::Same(_)))
            && next - last <= 2 * CONTEXT + 1
        {
            last = next;
        }
        if text.is_empty() {
            let _ = write!(text, "--- {name}\n+++ {name}\n");
        }
        let begin = first.saturating_sub(CONTEXT).max(from);
        let end = (last + CONTEXT + 1).min(script.len());
        hunk(&mut text, &script, begin, end);
        from = end;
    }
    text
}

fn position(script: &[Line<'_>], from: usize, is: impl Fn(&Line<'_>) -> bool) -> Option<usize> {
    let rest = script.get(from..)?;
    rest.iter().position(is).map(|n| from + n)
}

fn hunk(text: &mut String, script: &[Line<'_>], begin: usize, end: usize) {
    let olds = |lines: &[Line<'_>]| lines.iter().filter(|l| !matches!(l, Line::New(_))).count();
    let news = |lines: &[Line<'_>]| lines.iter().filter(|l| !matches!(l, Line::Old(_))).count();
    let (before, within) = (&script[..begin], &script[begin..end]);
    let _ = writeln!(
        text,
        "@@ -{},{} +{},{} @@",
        olds(before) + 1,
        olds(within),
        news(before) + 1,
        news(within)
    );
    for line in within {
        let (mark, line) = match line {
            Line::Same(line) => (' ', line),
            Line::Old(line) => ('-', line),
            Line::New(line) => ('+', line),
        };
        let _ = writeln!(text, "{mark}{line}");
    }
}

/// By the longest common subsequence; a config file's few hundred lines need no cleverer way.
fn compare<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    let width = new.len() + 1;
    // The longest common subsequence of what is left of both, at [lines of old passed][lines of new passed].
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut script) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            script.push(Line::Same(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len()
            || i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]
        {
            script.push(Line::Old(old[i]));
            i += 1;
        } else {
            script.push(Line::New(new[j]));
            j += 1;
        }
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_and_an_added_line_are_shown_with_what_is_around_them() {
        let old: Vec<String> = (1..=20).map(|n| format!("line {n}")).collect();
        let old = old.join("\n") + "\n";
        let new = old
            .replace("line 5\n", "line five\n")
            .replace("line 20\n", "line 20\nline 21\n");
        assert_eq!(
            unified("wan.yaml", &old, &new),
            "--- wan.yaml\n+++ wan.yaml\n\
             @@ -2,7 +2,7 @@\n line 2\n line 3\n line 4\n-line 5\n+line five\n line 6\n line 7\n line 8\n\
             @@ -18,3 +18,4 @@\n line 18\n line 19\n line 20\n+line 21\n"
        );
        assert_eq!(unified("wan.yaml", &old, &old), "");
    }

    #[test]
    fn changes_that_are_near_share_what_is_between_them() {
        let shown = unified("f", "a\nb\nc\nd\n", "A\nb\nc\nD\n");
        assert_eq!(shown.matches("@@ ").count(), 1);
        assert!(shown.ends_with("-a\n+A\n b\n c\n-d\n+D\n"), "{shown}");
    }

    /// What `patch` would make of it is the new text.
    #[test]
    fn the_new_lines_of_a_comparison_are_the_new_text() {
        let old = ["a", "b", "a", "c", "b", "b", "a"];
        let new = ["c", "b", "a", "b", "a", "c"];
        let script = compare(&old, &new);
        let kept = |line: &Line<'static>| match *line {
            Line::Same(text) | Line::New(text) => Some(text),
            Line::Old(_) => None,
        };
        assert_eq!(script.iter().filter_map(kept).collect::<Vec<_>>(), new);
        let was = |line: &Line<'static>| match *line {
            Line::Same(text) | Line::Old(text) => Some(text),
            Line::New(_) => None,
        };
        assert_eq!(script.iter().filter_map(was).collect::<Vec<_>>(), old);
    }
}
