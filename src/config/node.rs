//! What a file is made of: values with their lines.

use super::scalar::{self, Scalar};

/// One value and the line it stands on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Counted from 1. A section's line is that of its key.
    pub(super) line: usize,
    pub(super) kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A single value, as written; `plain` without quotes or tag, so that its text decides its type.
    Scalar { text: String, plain: bool },
    /// `[a, b]` or lines with dashes.
    List(Vec<Node>),
    /// A section, in file order, duplicates included; merged entries first, so the last one counts.
    Section(Vec<Entry>),
}

/// One `key: value`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    /// The line of the key, counted from 1.
    pub(super) line: usize,
    pub(super) value: Node,
    /// It came through `<<`.
    pub(super) merged: bool,
}

impl Node {
    /// The value as `PyYAML` would read it; `None` for lists and sections.
    pub(super) fn scalar(&self) -> Option<Scalar<'_>> {
        match &self.kind {
            Kind::Scalar { text, plain } => Some(scalar::resolve(text, *plain)),
            Kind::List(_) | Kind::Section(_) => None,
        }
    }

    /// `key:` with nothing behind it, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        self.scalar() == Some(Scalar::Null)
    }
}
