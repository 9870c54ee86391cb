//! What came of an attempt to speak SSH, for people; a build without SSH has the words, too.

use std::fmt;

use crate::router::Failure;
use crate::time::Duration;

/// Why there is no session, and what a person can do about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// Its class.
    pub why: Failure,
    /// One line; empty where the class says it all.
    pub what: String,
    /// In the order in which they are to be taken.
    pub remedies: Vec<Remedy>,
}

/// One step out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Remedy {
    /// When, or what for.
    pub words: &'static str,
    /// To be copied.
    pub command: String,
    /// Into the router's terminal; otherwise into a shell of this machine.
    pub at_router: bool,
}

/// One line for what is so, and one for each remedy.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for remedy in &self.remedies {
            write!(f, "\n{}: {}", remedy.words, remedy.command)?;
        }
        Ok(())
    }
}

impl Refused {
    /// With nothing to be done about it yet.
    pub fn new(why: Failure, what: impl Into<String>) -> Self {
        Self {
            why,
            what: what.into(),
            remedies: Vec::new(),
        }
    }

    /// Something to be done on this machine.
    #[must_use]
    pub fn in_shell(mut self, words: &'static str, command: String) -> Self {
        self.remedies.push(Remedy {
            words,
            command,
            at_router: false,
        });
        self
    }

    /// Something to be done on the router.
    #[must_use]
    pub fn on_router(mut self, words: &'static str, command: String) -> Self {
        self.remedies.push(Remedy {
            words,
            command,
            at_router: true,
        });
        self
    }
}

/// What the router printed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Said {
    /// Its exit status; -1 if it had none.
    pub status: i32,
    /// Everything it printed, errors included.
    pub text: String,
    /// From the question to the whole answer.
    pub took: Duration,
}

/// The key that an SSH server shows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HostKey {
    /// As `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// The line of `known_hosts` that makes it a known one.
    pub line: String,
}
