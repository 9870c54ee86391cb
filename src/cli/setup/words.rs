//! Texts for a terminal of 80 columns.

use crate::manual::wrap::hang;

/// As wide as a line gets.
const WIDTH: usize = 78;

/// A paragraph in lines that fit, its own indentation before each. Lines of four blanks and more are
/// commands, and stay as they are.
pub(super) fn wrapped(text: &str) -> String {
    let mut page = String::new();
    for line in text.lines() {
        let indent = &line[..line.len() - line.trim_start().len()];
        if indent.len() >= 4 {
            page.push_str(line);
            page.push('\n');
            continue;
        }
        hang(&mut page, indent, line, WIDTH);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_commands_are_not() {
        let long = "word ".repeat(20);
        let page = wrapped(&format!("  {long}\n    {long}x\n\nend"));
        let lines: Vec<&str> = page.lines().collect();
        assert_eq!(lines.len(), 5);
        assert!(lines[0].len() <= WIDTH && lines[1].starts_with("  word"));
        assert_eq!(lines[2], format!("    {long}x"));
        assert_eq!(&lines[3..], ["", "end"]);
    }
}
