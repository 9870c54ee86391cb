//! What the console prints, taken apart: records of `as-value`, or the listing made for people.

use crate::wire::routeros::{Name, Unreadable};

/// What stands between an entry's number and its values: disabled, invalid, dynamic.
const FLAGS: &[char] = &[' ', 'X', 'I', 'D'];

/// Hands every record to `take`; whether there was more than records: an error, most likely.
///
/// # Errors
/// [`Unreadable`] if `take` says so.
pub(super) fn each<'t>(
    text: &'t str,
    mut take: impl FnMut(Record<'t>) -> Result<(), Unreadable>,
) -> Result<bool, Unreadable> {
    let mut more = false;
    let mut rest = text;
    while let Some((line, after)) = next_line(rest) {
        if line.starts_with(".id=") {
            records(line, |record| take(Record::Value(record)))?;
            rest = after;
        } else if is_entry(line) {
            let (entry, after) = rest.split_at(rest.len() - after.len() + wrapped(after));
            take(Record::Human(entry))?;
            rest = after;
        } else {
            more |= !line.trim().is_empty() && !line.starts_with("Flags: ");
            rest = after;
        }
    }
    Ok(more)
}

/// The first line, without its end and the spaces RouterOS pads it with, and what follows it.
fn next_line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    Some((line.trim_end(), rest))
}

/// `.id=*1;a=b;.id=*2;a=c`: several records may share a line.
fn records<'t>(
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
fn is_entry(line: &str) -> bool {
    let text = line.trim_start();
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let values = number.trim_start_matches(FLAGS);
    number.len() < text.len()
        && values.len() < number.len()
        && (values.contains('=') || values.starts_with(";;;"))
}

/// How much of the text continues an entry: indented lines that are no entry themselves.
fn wrapped(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with(' ') || line.trim().is_empty() || is_entry(line) {
            break;
        }
        length += line.len();
    }
    length
}

/// One object as printed.
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

    /// The comment, which people's listings have on a line of its own.
    pub(super) fn comment(&self) -> Result<Option<&'t str>, Unreadable> {
        let Self::Human(text) = self else {
            return self.value("comment");
        };
        let first = text.lines().next().unwrap_or_default();
        Ok(first.split_once(";;;").map(|(_, comment)| comment.trim()))
    }

    /// Whether the object is so: by the value of this name, or by this sign in the column between the
    /// number and the values.
    pub(super) fn is(&self, name: &str, sign: char) -> Result<bool, Unreadable> {
        let flagged = match self {
            Self::Value(_) => false,
            Self::Human(text) => text
                .trim_start()
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .chars()
                .take_while(|c| FLAGS.contains(c))
                .any(|c| c == sign),
        };
        Ok(flagged || matches!(self.value(name)?, Some("true" | "yes")))
    }

    /// A count.
    pub(super) fn number(&self, key: &str) -> Result<u64, Unreadable> {
        let digits = self.value(key)?.ok_or(Unreadable)?;
        digits.parse().map_err(|_| Unreadable)
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
