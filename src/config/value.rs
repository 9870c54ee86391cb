//! A present value with its place, and the notes that are taken while a file is read.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::ledger::Ledger;
use super::node::{Kind, Node};
use super::problem::{Problem, Report, shown};
use super::rule::{Bad, Rule};
use super::scalar::Scalar;
use super::secret::Secret;

/// What is written down while a file is read.
#[derive(Debug)]
pub(super) struct Notes {
    pub(super) file: PathBuf,
    /// The text of `router.password`: no message may repeat it.
    secret: Option<Secret>,
    pub(super) problems: RefCell<Vec<Problem>>,
    pub(super) warnings: RefCell<Vec<Problem>>,
    /// What the readers say of their keys; only for the reference.
    pub(super) ledger: Option<Ledger>,
}

impl Notes {
    pub(super) fn new(file: &Path, root: &Node) -> Self {
        let secret = child(root, "router")
            .and_then(|router| child(router, "password"))
            .and_then(|node| match &node.kind {
                Kind::Scalar { text, .. } if !text.is_empty() => Some(Secret::new(text.clone())),
                _ => None,
            });
        Self {
            file: file.to_owned(),
            secret,
            problems: RefCell::default(),
            warnings: RefCell::default(),
            ledger: None,
        }
    }

    /// The same, to learn what the readers know of their keys.
    pub(super) fn with_ledger(file: &Path, root: &Node) -> Self {
        Self {
            ledger: Some(Ledger::default()),
            ..Self::new(file, root)
        }
    }

    /// The warnings, or a report if there are problems; both in the order of their lines.
    pub(super) fn close(self) -> Result<Vec<Problem>, Report> {
        let mut warnings = self.warnings.into_inner();
        warnings.sort_by_key(|w| w.line);
        match self.problems.into_inner() {
            none if none.is_empty() => Ok(warnings),
            problems => Err(Report::new(problems, warnings)),
        }
    }
}

/// The last value of a key; earlier ones are duplicates, or merged.
fn child<'t>(node: &'t Node, key: &str) -> Option<&'t Node> {
    match &node.kind {
        Kind::Section(entries) => entries.iter().rfind(|e| e.key == key).map(|e| &e.value),
        Kind::Scalar { .. } | Kind::List(_) => None,
    }
}

/// A present value and its place.
#[derive(Debug)]
pub(super) struct Value<'t> {
    pub(super) notes: &'t Notes,
    pub(super) node: &'t Node,
    pub(super) path: String,
}

impl<'t> Value<'t> {
    /// Reads the value by `rule`; `None` after a problem.
    pub(super) fn read<R: Rule>(&self, rule: &R) -> Option<R::Output> {
        match rule.read(self) {
            Ok(read) => Some(read),
            Err(Bad(complaint)) => {
                self.problem(&complaint, Some(format!("expected {}", rule.expected())));
                None
            }
        }
    }

    /// Reads the value by `rule` where it was judged before.
    pub(super) fn read_silently<R: Rule>(&self, rule: &R) -> Option<R::Output> {
        rule.read(self).ok()
    }

    /// The value as a message may show it.
    pub(super) fn shown(&self) -> Option<String> {
        let Kind::Scalar { text, .. } = &self.node.kind else {
            return None;
        };
        if self.notes.secret.as_ref().map(Secret::reveal) == Some(text) {
            return Some("***".to_owned());
        }
        Some(match self.node.scalar() {
            Some(Scalar::Text(text)) => format!("'{}'", shown(text)),
            _ => shown(text),
        })
    }

    pub(super) fn problem(&self, complaint: &str, advice: Option<String>) {
        let problem = self.note(complaint, advice);
        self.notes.problems.borrow_mut().push(problem);
    }

    pub(super) fn warn(&self, complaint: &str, advice: Option<&str>) {
        let warning = self.note(complaint, advice.map(str::to_owned));
        self.notes.warnings.borrow_mut().push(warning);
    }

    fn note(&self, complaint: &str, advice: Option<String>) -> Problem {
        Problem {
            file: self.notes.file.clone(),
            line: Some(self.node.line),
            key: self.path.clone(),
            value: self.shown(),
            complaint: complaint.to_owned(),
            advice,
        }
    }

    /// The items of a list; `None` if it is none.
    pub(super) fn items(&self) -> Option<Vec<Value<'t>>> {
        let Kind::List(nodes) = &self.node.kind else {
            return None;
        };
        let item = |(i, node)| Value {
            notes: self.notes,
            node,
            path: format!("{}[{i}]", self.path),
        };
        Some(nodes.iter().enumerate().map(item).collect())
    }
}
