//! What the readers of a file say of its keys while they read: how the reference of all keys comes about.

use std::cell::RefCell;

/// What becomes of a file that lacks a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Presence {
    /// It cannot be used.
    Required,
    /// It cannot be used, unless the adaptive law decides.
    RequiredByClassic,
    /// This is taken.
    Default(String),
    /// Nothing is taken in its place.
    Optional,
}

/// One key, as its reader knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Told {
    /// With its sections and dots between them.
    pub(super) path: String,
    /// What would be right, to follow the word "expected".
    pub(super) expected: String,
    /// What becomes of a file without it.
    pub(super) presence: Presence,
}

/// What was told; kept only when somebody wants to know.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    told: RefCell<Vec<Told>>,
    /// Keys that were looked at, sections included.
    asked: RefCell<Vec<String>>,
    sections: RefCell<Vec<String>>,
    /// Keys that are known and mean nothing.
    silent: RefCell<Vec<String>>,
}

/// All of a [`Ledger`], in the order in which the keys were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    pub(super) told: Vec<Told>,
    /// Looked at, and nothing was told of them.
    pub(super) untold: Vec<String>,
    pub(super) silent: Vec<String>,
}

impl Ledger {
    /// The first word on a key counts: it is the one of whoever knows most.
    pub(super) fn tell(&self, path: String, expected: String, presence: Presence) {
        let known = self.told.borrow().iter().any(|told| told.path == path);
        if !known {
            self.told.borrow_mut().push(Told {
                path,
                expected,
                presence,
            });
        }
    }

    pub(super) fn asked(&self, path: String) {
        self.asked.borrow_mut().push(path);
    }

    pub(super) fn section(&self, path: String) {
        self.sections.borrow_mut().push(path);
    }

    pub(super) fn silent(&self, path: String) {
        self.silent.borrow_mut().push(path);
    }

    pub(super) fn close(self) -> Entries {
        let (told, sections) = (self.told.into_inner(), self.sections.into_inner());
        let silent = self.silent.into_inner();
        let mut untold = self.asked.into_inner();
        untold.retain(|path| {
            let known = told.iter().any(|told| told.path == *path);
            !known && !sections.contains(path) && !silent.contains(path)
        });
        untold.sort();
        untold.dedup();
        Entries {
            told,
            untold,
            silent,
        }
    }
}
