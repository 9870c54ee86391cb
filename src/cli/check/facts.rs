//! What was seen: gathered elsewhere, judged elsewhere, so that judging needs no router.

use std::path::PathBuf;

use super::client::Failure;
use super::object::Object;
use crate::cli::secret::Weakness;
use crate::direction::Both;
use crate::router::Failure as Failed;
use crate::shell::Errno;
use crate::shell::certificate::Shown;
use crate::shell::ssh::{Refused, Said};
use crate::time::Duration;
use crate::units::Rate;

/// This machine, seen by this user.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    /// The user whose rights were looked at.
    pub(super) user: u32,
    /// The WAN file by its whole path, if there is a user `wanctl` whom it is meant for.
    pub(super) service_file: Option<PathBuf>,
    pub(super) spots: Vec<Spot>,
    pub(super) weaknesses: Vec<Weakness>,
    /// Why the history's file is of no use.
    pub(super) history: Option<String>,
    /// What the system allows for pings, or why it allows nothing.
    pub(super) ping: Option<Result<String, String>>,
}

/// A directory wanctl writes into, or a file that is there already and is to be written to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Spot {
    pub(super) kind: Kind,
    pub(super) path: PathBuf,
    pub(super) is_file: bool,
    pub(super) state: Access,
}

/// What wanctl writes there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Log,
    Lock,
    State,
    History,
}

/// What this user may do there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Access {
    Writable,
    /// It is missing, and its parent is writable.
    Creatable,
    /// It is missing, and systemd makes it when the unit starts.
    MadeByUnit,
    Refused(Errno),
}

/// The router, as far as it answers.
#[derive(Clone, Debug)]
pub(super) struct Router {
    /// Its certificate, with https.
    pub(super) shown: Option<Shown>,
    /// `/system/resource`: the first question; if it fails, the others are not asked.
    pub(super) resource: Result<Object, Failure>,
    pub(super) queues: Result<Vec<Object>, Failure>,
    pub(super) types: Result<Vec<Object>, Failure>,
    pub(super) interfaces: Vec<Object>,
    /// Whether an enabled rule fast-tracks connections; `None` if the router did not say.
    pub(super) fasttrack: Option<bool>,
    /// The mangle rules, with `.id`, `comment` and `disabled`; `None` if the router did not say.
    pub(super) rules: Option<Vec<Object>>,
    /// What the user's group may do; `None` if the router did not say.
    pub(super) policies: Option<String>,
    pub(super) traffic: Option<Traffic>,
}

/// The router by SSH.
#[derive(Clone, Debug)]
pub(super) enum Ssh<A = Router> {
    /// Its name has no address.
    NoAddress,
    /// It did not let us in, or we did not trust it.
    Refused(Refused),
    /// It let us in, and gave no answer.
    Silent(Failed),
    /// It answers.
    Answers {
        /// A harmless question.
        resource: Said,
        /// The daemon's look-up of its queues or rules.
        looked: Said,
        /// Where its key was known from.
        known_hosts: PathBuf,
        /// What REST would have told, but for what moves; only if it was not asked.
        audit: Option<Box<A>>,
    },
}

impl<A> Ssh<A> {
    /// What REST would have told, if SSH was asked for it.
    pub(super) fn audit(&self) -> Option<&A> {
        match self {
            Self::Answers { audit, .. } => audit.as_deref(),
            _ => None,
        }
    }
}

/// Two seconds of counters.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic {
    /// How long each read took.
    pub(super) reads: Vec<Duration>,
    /// From the first read to the last.
    pub(super) span: Duration,
    /// Which queues were there.
    pub(super) found: Both<bool>,
    /// Each queue's `bytes`, read by read; empty if it has none.
    pub(super) bytes: Both<Vec<u64>>,
    /// The interfaces before and after.
    pub(super) before: Vec<Object>,
    pub(super) after: Vec<Object>,
}

/// What `--write-test` did.
#[derive(Clone, Debug)]
pub(super) struct Writes {
    pub(super) queue: String,
    pub(super) limit: Rate,
    /// How long each write took, those that put the limit back included.
    pub(super) took: Vec<Duration>,
    /// `write-sect-since-reboot` before and after.
    pub(super) sectors: Option<(u64, u64)>,
    pub(super) ended: Ended,
    /// `Err` is what the router held or said at the last look.
    pub(super) restored: Result<(), String>,
}

/// How a write test ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Ended {
    Complete,
    /// Ctrl-C.
    Interrupted,
    /// It did not begin.
    Refused(String),
    Failed(Failure),
}
