//! The text of a file by its lines, to be edited without being understood any further than needed.

use std::ops::Range;

/// One line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// Without what ends it.
    pub(super) text: &'t str,
    /// Where it begins in the file, in bytes.
    pub(super) start: usize,
    /// Where the next one begins.
    pub(super) end: usize,
}

/// A file cut into lines.
pub(super) struct Lines<'t>(Vec<Line<'t>>);

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut start = 0;
        let lines = text.split_inclusive('\n').map(|whole| {
            let text = whole.trim_end_matches(['\r', '\n']);
            let line = Line {
                text,
                start,
                end: start + whole.len(),
            };
            start = line.end;
            line
        });
        Self(lines.collect())
    }

    /// The line of this number, counted from 1.
    pub(super) fn at(&self, number: usize) -> Option<Line<'t>> {
        self.0.get(number.checked_sub(1)?).copied()
    }

    /// What ends a line of this file.
    pub(super) fn end(&self) -> &'static str {
        let first = self.0.first();
        let is_crlf = first.is_some_and(|line| line.end == line.start + line.text.len() + 2);
        if is_crlf { "\r\n" } else { "\n" }
    }

    /// The bytes of a section from the line after `from` (0 for the whole file) to the end of the value of its
    /// last key, which is on the line `last` and is indented by `blanks`.
    pub(super) fn span(&self, from: usize, last: Line<'t>, blanks: usize) -> Range<usize> {
        let mut end = last.end;
        for line in self.0.iter().filter(|line| line.start >= last.end) {
            let word = line.text.trim_start();
            if word.is_empty() || word.starts_with('#') {
                continue;
            }
            // Items may stand below their key without being indented.
            let is_item = indent(line.text) == blanks && word.starts_with("- ");
            if indent(line.text) <= blanks && !is_item {
                break;
            }
            end = line.end;
        }
        self.0.get(from).map_or(end, |line| line.start)..end
    }

    /// Where the line `# key:` of a section begins, if the section has one at its own indentation, be it below its
    /// last key.
    pub(super) fn commented_out(
        &self,
        span: &Range<usize>,
        blanks: usize,
        key: &str,
    ) -> Option<usize> {
        let is_after = |line: &&Line<'_>| line.start >= span.start;
        let still_inside = |line: &&Line<'_>| {
            let word = line.text.trim_start();
            line.end <= span.end || word.is_empty() || word.starts_with('#')
        };
        let mut inside = self.0.iter().filter(is_after).take_while(still_inside);
        let found = inside.find(|line| {
            let word = line.text.trim_start();
            let rest = word
                .strip_prefix('#')
                .map(|rest| rest.strip_prefix(' ').unwrap_or(rest));
            let rest = rest.and_then(|rest| rest.strip_prefix(key));
            indent(line.text) == blanks && rest.is_some_and(|rest| rest.starts_with(':'))
        });
        found.map(|line| line.start)
    }
}

/// How far a line is indented.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Where what follows `key:` begins, in bytes, if that is how the line begins.
pub(super) fn behind_key(line: &str, key: &str) -> Option<usize> {
    let line_behind_mark = line.trim_start_matches('\u{feff}').trim_start_matches(' ');
    let spellings = [key.to_owned(), format!("\"{key}\""), format!("'{key}'")];
    let rest = spellings
        .iter()
        .find_map(|key| line_behind_mark.strip_prefix(key.as_str()))?;
    let rest = rest.trim_start_matches(' ').strip_prefix(':')?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| line.len() - rest.len())
}

/// Where the plain or quoted scalar is in what follows a colon; empty if there is none, `None` for everything
/// else that may stand there.
pub(super) fn scalar(text: &str) -> Option<Range<usize>> {
    let start = text.len() - text.trim_start_matches([' ', '\t']).len();
    let value = &text[start..];
    let end = match value.chars().next() {
        None | Some('#') => return Some(0..0),
        Some('\'') => single_quoted(value)?,
        Some('"') => double_quoted(value)?,
        Some('&' | '*' | '!' | '|' | '>' | '{' | '[') => return None,
        Some(_) => value
            .find(" #")
            .map_or(value, |end| &value[..end])
            .trim_end()
            .len(),
    };
    let rest = value[end..].trim_start_matches([' ', '\t']);
    (rest.is_empty() || rest.starts_with('#')).then_some(start..start + end)
}

fn double_quoted(value: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in value.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn single_quoted(value: &str) -> Option<usize> {
    let mut from = 1;
    loop {
        let at = from + value.get(from..)?.find('\'')?;
        if !value[at + 1..].starts_with('\'') {
            return Some(at + 1);
        }
        from = at + 2;
    }
}
