//! What the console prints, taken apart: records of `as-value`, or the listing made for people.

use crate::wire::routeros::{Name, Unreadable};

/// What stands between an entry's number and its values: disabled, invalid, dynamic.
const FLAGS: &[char] = &[' ', 'X', 'I', 'D'];

/// The first line, without its end and the spaces RouterOS pads it with, and what follows it.
pub(super) fn next_line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    Some((line.trim_end(), rest))
}

/// `.id=*1;a=b;.id=*2;a=c`: several records may share a line.
pub(super) fn records<'t>(
    line: &'t str,
    mut each: impl FnMut(&'t str) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let mut rest = line;
    while let Some(next) = rest.find(";.id=") {
        each(&rest[..next])?;
        rest = &rest[next + 1..];
    }
    each(rest)
}

/// Whether an entry of a listing begins here: ` 0 X  name=…`, or its comment.
pub(super) fn is_entry(line: &str) -> bool {
    let text = line.trim_start();
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let values = number.trim_start_matches(FLAGS);
    number.len() < text.len()
        && values.len() < number.len()
        && (values.contains('=') || values.starts_with(";;;"))
}

/// How much of the text continues an entry: indented lines that are no entry themselves.
pub(super) fn wrapped(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with(' ') || line.trim().is_empty() || is_entry(line) {
            break;
        }
        length += line.len();
    }
    length
}

/// One queue as printed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Record<'t> {
    /// `key=value;key=value`, unquoted.
    Value(&'t str),
    /// ` 0 X  key="value" key=value`, over several lines.
    Human(&'t str),
}

impl<'t> Record<'t> {
    /// The value of exactly this key. A key that is there twice is in somebody's comment as well, and
    /// then nobody can tell which is which.
    pub(super) fn value(&self, key: &str) -> Result<Option<&'t str>, Unreadable> {
        match self {
            Self::Value(text) => only(text.split(';').filter_map(|pair| of_key(pair, key))),
            Self::Human(text) => {
                let words = text.split_ascii_whitespace();
                let values = words.filter_map(|pair| of_key(pair, key));
                Ok(only(values)?.map(|value| value.trim_matches('"')))
            }
        }
    }

    /// `X` and `I` in the column between the number and the values.
    pub(super) fn is_flagged(&self) -> bool {
        let Self::Human(text) = self else {
            return false;
        };
        text.trim_start()
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .chars()
            .take_while(|c| FLAGS.contains(c))
            .any(|c| matches!(c, 'X' | 'I'))
    }
}

/// `queued-bytes=1` is no `bytes`.
fn of_key<'t>(pair: &'t str, key: &str) -> Option<&'t str> {
    pair.strip_prefix(key)?.strip_prefix('=')
}

fn only<'t>(mut values: impl Iterator<Item = &'t str>) -> Result<Option<&'t str>, Unreadable> {
    let first = values.next();
    if values.any(|other| Some(other) != first) {
        return Err(Unreadable);
    }
    Ok(first)
}

/// People's listings have no ids.
pub(super) fn name(text: Option<&str>) -> Result<Name, Unreadable> {
    Name::try_from(text.unwrap_or_default()).map_err(|_| Unreadable)
}
