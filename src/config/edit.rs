//! One value of a YAML file, changed in place: comments, order and everything else stay as they are.
//!
//! The tree tells on which line a key stands, the text of that line is edited, and the result is read again:
//! if anything but the one value has changed its meaning, the edit is refused. So what this file does not
//! understand (flow maps, anchors, values over several lines) can be refused, but never be spoilt.

mod lines;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Range;

use self::lines::{Line, Lines, indent};
use super::node::{Entry, Kind, Node};
use super::tree;

/// Blanks per level of what is inserted.
const STEP: usize = 2;

/// Why a file was left as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EditError {
    /// The line, counted from 1; `None` where there is none to point at.
    pub line: Option<usize>,
    /// The key with all its sections.
    pub key: String,
    /// What is in the way, and what to do about it.
    pub complaint: String,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{}: {}", self.key, self.complaint)
    }
}

impl std::error::Error for EditError {}

/// The text with one scalar replaced, or inserted where its key is missing (with its sections, if they are
/// missing too; before its commented-out line, if there is one). `value` is YAML as it is to stand there, such
/// as `550`, `true`, or what [`quoted`] makes of any text.
///
/// # Errors
/// The text is no YAML, the value is not one scalar on one line, or the key is written in a way that cannot be
/// edited safely.
pub fn set(text: &str, path: &[&str], value: &str) -> Result<String, EditError> {
    let place = Place::of(text, path)?;
    let meant = match tree::parse(value) {
        Ok(Some(node)) if !value.contains(['\n', '\r']) && node.scalar().is_some() => node,
        _ => return Err(place.refused(None, "the new value is not one YAML scalar on one line")),
    };
    let edited = match place.target() {
        Some(entry) => place.replaced(entry, value)?,
        None => place.inserted(value)?,
    };
    place.checked(edited, Some(&meant))
}

/// The text with a scalar's line commented out, as it is if there is no such key.
///
/// # Errors
/// As [`set`].
pub fn comment_out(text: &str, path: &[&str]) -> Result<String, EditError> {
    let place = Place::of(text, path)?;
    let Some(entry) = place.target() else {
        return Ok(text.to_owned());
    };
    let (line, _) = place.written(entry)?;
    let blanks = indent(line.text);
    let edited = format!(
        "{}{}# {}{}",
        &text[..line.start],
        &line.text[..blanks],
        &line.text[blanks..],
        &text[line.start + line.text.len()..]
    );
    place.checked(edited, None)
}

/// Any text as a YAML scalar in double quotes.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Where a path leads in a text.
struct Place<'t> {
    text: &'t str,
    lines: Lines<'t>,
    path: &'t [&'t str],
    root: Node,
    /// The path's keys that are there, from the outside inwards.
    found: Vec<Entry>,
}

impl<'t> Place<'t> {
    fn of(text: &'t str, path: &'t [&'t str]) -> Result<Self, EditError> {
        let key = path.join(".");
        let bad = |line, complaint: String| EditError {
            line,
            key: key.clone(),
            complaint,
        };
        let root = tree::parse(text).map_err(|fault| bad(fault.line, fault.sentence))?;
        let root = root.ok_or_else(|| bad(None, "the file is empty".to_owned()))?;
        let mut place = Self {
            text,
            lines: Lines::new(text),
            path,
            found: Vec::new(),
            root,
        };
        for (depth, name) in path.iter().enumerate() {
            let own = own(place.innermost());
            let mut entries = own.into_iter().filter(|entry| entry.key == *name);
            let Some(entry) = entries.next().cloned() else {
                break;
            };
            if let Some(second) = entries.next() {
                let complaint = "is there twice; delete one";
                return Err(place.refused(Some(second.line), complaint));
            }
            let is_section = matches!(entry.value.kind, Kind::Section(_)) || entry.value.is_null();
            if depth + 1 < path.len() && !is_section {
                return Err(place.refused(Some(entry.line), "is inside of what is no section"));
            }
            place.found.push(entry);
        }
        Ok(place)
    }

    /// The innermost section that is there.
    fn innermost(&self) -> &Node {
        self.found.last().map_or(&self.root, |entry| &entry.value)
    }

    /// The last key of the path, if it is there.
    fn target(&self) -> Option<&Entry> {
        self.found.get(self.path.len().checked_sub(1)?)
    }

    fn refused(&self, line: Option<usize>, complaint: &str) -> EditError {
        EditError {
            line,
            key: self.path.join("."),
            complaint: complaint.to_owned(),
        }
    }

    /// The line a key begins, and what stands behind its colon.
    fn line_of(&self, entry: &Entry) -> Result<(Line<'t>, usize), EditError> {
        let line = self.lines.at(entry.line);
        let behind = line.and_then(|line| Some((line, lines::behind_key(line.text, &entry.key)?)));
        behind.ok_or_else(|| {
            let complaint = "does not begin a line of its own, such as `key: value`; write it so";
            self.refused(Some(entry.line), complaint)
        })
    }

    /// The line of a scalar, and where its value is on it, in bytes.
    fn written(&self, entry: &Entry) -> Result<(Line<'t>, Range<usize>), EditError> {
        let (line, behind) = self.line_of(entry)?;
        let value = lines::scalar(&line.text[behind..]);
        match value {
            Some(range) if entry.value.scalar().is_some() => {
                Ok((line, behind + range.start..behind + range.end))
            }
            _ => {
                let complaint = "is not a plain or quoted value on its key's line; write it so";
                Err(self.refused(Some(entry.line), complaint))
            }
        }
    }

    fn replaced(&self, entry: &Entry, value: &str) -> Result<String, EditError> {
        let (line, range) = self.written(entry)?;
        let before = &self.text[..line.start + range.start];
        let blank = if before.ends_with(':') { " " } else { "" };
        let after = &self.text[line.start + range.end..];
        Ok(format!("{before}{blank}{value}{after}"))
    }

    fn inserted(&self, value: &str) -> Result<String, EditError> {
        let (blanks, span) = self.inside()?;
        let missing = &self.path[self.found.len()..];
        let at = self.lines.commented_out(&span, blanks, missing[0]);
        let at = at.unwrap_or(span.end);
        let mut edited = self.text[..at].to_owned();
        let end = self.lines.end();
        if !edited.is_empty() && !edited.ends_with('\n') {
            edited.push_str(end);
        }
        for (depth, key) in missing.iter().enumerate() {
            let blanks = " ".repeat(blanks + STEP * depth);
            let last = depth + 1 == missing.len();
            let value = if last {
                format!(" {value}")
            } else {
                String::new()
            };
            let _ = write!(edited, "{blanks}{key}:{value}{end}");
        }
        edited.push_str(&self.text[at..]);
        Ok(edited)
    }

    /// The indentation of the innermost section, and the bytes from its first line to the end of its last.
    fn inside(&self) -> Result<(usize, Range<usize>), EditError> {
        let section = self.innermost();
        let own = own(section);
        let (Some(first), Some(last)) = (own.first(), own.last()) else {
            return self.below_key();
        };
        let blanks = indent(self.line_of(first)?.0.text);
        let (last, _) = self.line_of(last)?;
        let from = self.found.last().map_or(0, |entry| entry.line);
        Ok((blanks, self.lines.span(from, last, blanks)))
    }

    /// The same of a key with nothing behind it.
    fn below_key(&self) -> Result<(usize, Range<usize>), EditError> {
        let Some(key) = self.found.last().filter(|key| key.value.is_null()) else {
            return Err(self.refused(None, "its section has no keys of its own to stand beside"));
        };
        let (line, range) = self.written(key)?;
        if !range.is_empty() {
            let complaint = "its section is written as null; leave nothing behind the colon";
            return Err(self.refused(Some(key.line), complaint));
        }
        let blanks = indent(line.text) + STEP;
        Ok((blanks, line.end..line.end))
    }

    /// The edited text, if nothing but the target has changed; `meant` is its new value, or none.
    fn checked(&self, edited: String, meant: Option<&Node>) -> Result<String, EditError> {
        let after = tree::parse(&edited).ok().flatten();
        let is_meant =
            after.is_some_and(|after| differs_only(&self.root, &after, self.path, meant));
        if is_meant {
            return Ok(edited);
        }
        let complaint = "cannot be changed without changing something else: an anchor, or a value of several \
                         lines; write it as `key: value`";
        Err(self.refused(self.target().map(|entry| entry.line), complaint))
    }
}

/// The entries that stand in a section itself.
fn own(section: &Node) -> Vec<&Entry> {
    match &section.kind {
        Kind::Section(entries) => entries.iter().filter(|entry| !entry.merged).collect(),
        Kind::Scalar { .. } | Kind::List(_) => Vec::new(),
    }
}

/// Whether two trees are the same but for the value at a path, which is `meant` in the second.
fn differs_only(before: &Node, after: &Node, path: &[&str], meant: Option<&Node>) -> bool {
    let Some((name, deeper)) = path.split_first() else {
        return meant.is_some_and(|meant| same(meant, after));
    };
    let (before, mut after) = (entries(before), entries(after));
    let changed = after.remove(name);
    let (old, rest) = (
        before.get(name),
        before.iter().filter(|(key, _)| *key != name),
    );
    let others = rest.clone().count() == after.len()
        && rest
            .into_iter()
            .all(|(key, node)| after.get(key).is_some_and(|other| same(node, other)));
    let nothing = Node {
        line: 1,
        kind: Kind::Section(Vec::new()),
    };
    others
        && match changed {
            Some(changed) => differs_only(old.copied().unwrap_or(&nothing), changed, deeper, meant),
            None => meant.is_none() && deeper.is_empty(),
        }
}

fn same(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Scalar { .. }, Kind::Scalar { .. }) => one.scalar() == other.scalar(),
        (Kind::List(one), Kind::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Kind::Section(_), Kind::Section(_)) => {
            let (one, other) = (entries(one), entries(other));
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, node)| other.get(key).is_some_and(|other| same(node, other)))
        }
        _ => false,
    }
}

/// What counts in a section: of equal keys the last.
fn entries<'n>(node: &'n Node) -> BTreeMap<&'n str, &'n Node> {
    match &node.kind {
        Kind::Section(entries) => {
            let pair = |entry: &'n Entry| (entry.key.as_str(), &entry.value);
            entries.iter().map(pair).collect()
        }
        Kind::Scalar { .. } | Kind::List(_) => BTreeMap::new(),
    }
}
