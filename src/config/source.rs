//! The text of a file by line and column, to see how a value was written.

use std::cell::Cell;

/// A file cut into lines as YAML cuts it.
pub(super) struct Source<'t> {
    lines: Vec<&'t str>,
    /// The last position asked for, from which the next one is usually near.
    last: Cell<Position>,
}

#[derive(Clone, Copy, Default)]
struct Position {
    line: usize,
    /// In characters, counted from 1.
    column: usize,
    /// In bytes, within the line.
    offset: usize,
}

/// How one value was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Written<'t> {
    /// In quotes, or as a `|` or `>` block.
    pub(super) quoted: bool,
    /// With a `!!tag` in front.
    pub(super) tagged: bool,
    rest: &'t str,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut lines = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            let (line, tail) = rest.split_at(at);
            lines.push(line);
            rest = tail
                .strip_prefix("\r\n")
                .unwrap_or_else(|| &tail[tail.chars().next().map_or(0, char::len_utf8)..]);
        }
        lines.push(rest);
        let last = Cell::default();
        Self { lines, last }
    }

    /// The value at a position, both counted from 1, behind its anchor and tag. `None` if there is
    /// nothing left on that line.
    pub(super) fn at(&self, line: usize, column: usize) -> Option<Written<'t>> {
        let text = self.lines.get(line.checked_sub(1)?)?;
        let from = match self.last.get() {
            last if last.line == line && (1..=column).contains(&last.column) => last,
            _ => Position {
                line,
                column: 1,
                offset: 0,
            },
        };
        let mut tail = text[from.offset..].char_indices();
        let offset = from.offset + tail.nth(column.checked_sub(from.column)?)?.0;
        self.last.set(Position {
            line,
            column,
            offset,
        });
        let mut rest = &text[offset..];
        let mut tagged = false;
        while rest.starts_with(['&', '!']) {
            tagged |= rest.starts_with('!');
            rest = rest[rest.find([' ', '\t'])?..].trim_start();
        }
        Some(Written {
            quoted: rest.starts_with(['"', '\'', '|', '>']),
            tagged,
            rest,
        })
    }
}

impl<'t> Written<'t> {
    /// The value if it is one bare word or number.
    pub(super) fn bare(&self) -> Option<&'t str> {
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || "_+-.~".contains(c)))
            .unwrap_or(self.rest.len());
        Some(&self.rest[..end]).filter(|bare| !bare.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_behind_its_anchor_and_tag() {
        let source = Source::new("a: 1\r\nb: &x !!int 0755 # why\n\u{e9}: 'no'\n");
        let b = source.at(2, 4).unwrap();
        assert_eq!((b.bare(), b.quoted, b.tagged), (Some("0755"), false, true));
        assert!(source.at(3, 4).unwrap().quoted);
        assert_eq!(source.at(1, 4).unwrap().bare(), Some("1"));
        assert_eq!(source.at(9, 1), None);
    }
}
