//! Reading a tree: sections, their keys, and a note for everything that is not right.
//!
//! A section remembers which keys were asked for; what was never asked for is unknown.

use std::cell::RefCell;

use super::ledger::Presence;
use super::node::{Entry, Kind, Node};
use super::problem::{Problem, shown};
use super::rule::Rule;
use super::value::{Notes, Value};

/// One section of the file, which may be missing altogether.
#[derive(Debug)]
pub(super) struct Section<'t> {
    notes: &'t Notes,
    /// Without a dot at its end; empty for the root.
    path: String,
    /// Where a missing key would have to go.
    line: Option<usize>,
    entries: &'t [Entry],
    /// It is there but no section; that was said, and its keys are not called missing.
    broken: bool,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t> Section<'t> {
    /// The file itself; `None` if it is a list or a single value.
    pub(super) fn root(notes: &'t Notes, node: &'t Node) -> Option<Self> {
        let Kind::Section(entries) = &node.kind else {
            return None;
        };
        Some(Self {
            notes,
            path: String::new(),
            line: None,
            entries,
            broken: false,
            asked: RefCell::default(),
        })
    }

    /// A section that is an item of a list; `None` after a problem.
    pub(super) fn of(value: &Value<'t>) -> Option<Self> {
        let Kind::Section(entries) = &value.node.kind else {
            let advice = "expected keys of its own".to_owned();
            value.problem("is no section", Some(advice));
            return None;
        };
        Some(Self {
            notes: value.notes,
            path: value.path.clone(),
            line: Some(value.node.line),
            entries,
            broken: false,
            asked: RefCell::default(),
        })
    }

    /// The section below `key`; null is an absent one (v1.7 crashed on some of those).
    pub(super) fn section(&self, key: &'static str) -> Self {
        let value = self.value(key);
        if let Some(ledger) = &self.notes.ledger {
            ledger.section(self.path_of(key));
        }
        let mut section = Self {
            notes: self.notes,
            path: self.path_of(key),
            line: self.raw(key).map_or(self.line, |v| Some(v.node.line)),
            entries: &[],
            broken: self.broken,
            asked: RefCell::default(),
        };
        match value.map(|v| (&v.node.kind, v)) {
            Some((Kind::Section(entries), _)) => section.entries = entries,
            Some((_, value)) => {
                let advice = "expected keys of its own, indented below it".to_owned();
                let what = match value.node.kind {
                    Kind::List(_) => "a list is no section",
                    _ => "is no section",
                };
                value.problem(what, Some(advice));
                section.broken = true;
            }
            None => {}
        }
        section
    }

    /// The value of `key` as written, null included.
    pub(super) fn raw(&self, key: &'static str) -> Option<Value<'t>> {
        if !self.asked.borrow().contains(&key) {
            self.asked.borrow_mut().push(key);
        }
        if let Some(ledger) = &self.notes.ledger {
            ledger.asked(self.path_of(key));
        }
        let entry = self.entries.iter().rfind(|entry| entry.key == key)?;
        Some(Value {
            notes: self.notes,
            node: &entry.value,
            path: self.path_of(key),
        })
    }

    /// The value of `key`; `None` if it is missing or null.
    pub(super) fn value(&self, key: &'static str) -> Option<Value<'t>> {
        self.raw(key).filter(|value| !value.node.is_null())
    }

    /// The value of a key that must be there; `None` after a problem.
    pub(super) fn required<R: Rule>(&self, key: &'static str, rule: &R) -> Option<R::Output> {
        self.tell(key, || (rule.expected(), Presence::Required));
        let value = self.value(key);
        if value.is_none() {
            self.missing(key, &rule.expected());
        }
        value?.read(rule)
    }

    /// The value of a key that may be missing; `Some(None)` if it is, `None` after a problem.
    #[expect(
        clippy::option_option,
        reason = "missing and wrong are different things"
    )]
    pub(super) fn optional<R: Rule>(
        &self,
        key: &'static str,
        rule: &R,
    ) -> Option<Option<R::Output>> {
        self.tell(key, || (rule.expected(), Presence::Optional));
        match self.value(key) {
            Some(value) => value.read(rule).map(Some),
            None => Some(None),
        }
    }

    /// The value of a key, or its default; `None` after a problem.
    pub(super) fn or<R: Rule>(
        &self,
        key: &'static str,
        default: R::Output,
        rule: &R,
    ) -> Option<R::Output> {
        self.tell(key, || {
            (rule.expected(), Presence::Default(rule.written(&default)))
        });
        Some(self.optional(key, rule)?.unwrap_or(default))
    }

    /// Says for the reference what a key may be and what is taken without it, where the reader goes a way of its
    /// own; otherwise nothing happens.
    pub(super) fn tell(&self, key: &'static str, about: impl FnOnce() -> (String, Presence)) {
        if let Some(ledger) = &self.notes.ledger {
            let (expected, presence) = about();
            ledger.tell(self.path_of(key), expected, presence);
        }
    }

    /// Says that a key is missing.
    pub(super) fn missing(&self, key: &'static str, expected: &str) {
        if !self.broken {
            let advice = Some(format!("expected {expected}"));
            self.problem_at(self.line, key, "missing", advice);
        }
    }

    /// Says in its own words what is missing.
    pub(super) fn lacks(&self, key: &'static str, sentence: &str) {
        if !self.broken {
            self.problem_at(self.line, key, sentence, None);
        }
    }

    /// Says that keys of this section contradict each other.
    pub(super) fn conflict(&self, key: &'static str, sentence: &str) {
        let line = self.raw(key).map(|v| v.node.line).or(self.line);
        self.problem_at(line, key, sentence, None);
    }

    /// Notes something about a key that is legal, but hardly meant; no value is shown.
    pub(super) fn warn(&self, key: &'static str, sentence: &str) {
        let line = self.raw(key).map(|v| v.node.line).or(self.line);
        let warning = self.note(line, key, sentence, None);
        self.notes.warnings.borrow_mut().push(warning);
    }

    /// Notes something about the section as a whole.
    pub(super) fn warn_here(&self, sentence: &str) {
        let mut warning = self.note(self.line, "", sentence, None);
        warning.key.truncate(self.path.len());
        self.notes.warnings.borrow_mut().push(warning);
    }

    /// Warns about what nobody asked for. `silent` keys are known and without effect here.
    pub(super) fn finish(self, silent: &[&'static str]) {
        let asked = self.asked.take();
        if let Some(ledger) = &self.notes.ledger {
            for key in silent {
                ledger.silent(self.path_of(key));
            }
        }
        for (i, entry) in self.entries.iter().enumerate() {
            if entry.merged {
                continue;
            }
            let key = entry.key.as_str();
            let again = |other: &&Entry| other.key == key && !other.merged;
            if let Some(first) = self.entries[..i].iter().rfind(again) {
                let sentence = format!("already given in line {}; the last one counts", first.line);
                self.push_warning(entry, &sentence, None);
            } else if !asked.contains(&key) && !silent.contains(&key) {
                let advice = if key.contains(':') {
                    Some("a value needs a space after the colon".to_owned())
                } else {
                    let nearest = nearest(key, asked.iter().chain(silent));
                    nearest.map(|near| format!("did you mean '{near}'?"))
                };
                self.push_warning(entry, "unknown key, ignored", advice);
            }
        }
    }

    fn push_warning(&self, entry: &Entry, complaint: &str, advice: Option<String>) {
        // `{password:secret}` is one long key to YAML: nothing behind a colon is repeated.
        let key = entry.key.split([':', '=']).next().unwrap_or_default();
        let warning = self.note(Some(entry.line), &shown(key), complaint, advice);
        self.notes.warnings.borrow_mut().push(warning);
    }

    fn problem_at(&self, line: Option<usize>, key: &str, complaint: &str, advice: Option<String>) {
        let problem = self.note(line, key, complaint, advice);
        self.notes.problems.borrow_mut().push(problem);
    }

    fn note(
        &self,
        line: Option<usize>,
        key: &str,
        complaint: &str,
        advice: Option<String>,
    ) -> Problem {
        Problem {
            file: self.notes.file.clone(),
            line,
            key: self.path_of(key),
            value: None,
            complaint: complaint.to_owned(),
            advice,
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}

/// The known key that a mistyped one was probably meant to be.
fn nearest<'k>(typed: &str, known: impl Iterator<Item = &'k &'static str>) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase().replace('-', "_");
    known
        .map(|&key| (edits(&typed, key), key))
        .min()
        .filter(|&(edits, key)| edits <= 1 + key.len() / 4)
        .map(|(_, key)| key)
}

/// Levenshtein's distance: characters to insert, drop or replace.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().take(100).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_key() {
        let known = ["ceiling_mbps", "step_up_mbps", "host", "port"];
        for (typed, near) in [
            ("celing_mbps", Some("ceiling_mbps")),
            ("Step-Up-Mbps", Some("step_up_mbps")),
            ("prot", Some("port")),
            ("colour", None),
        ] {
            assert_eq!(nearest(typed, known.iter()), near, "{typed}");
        }
    }
}
