//! What was seen for a steering file.

use crate::cli::check::client::Failure;
use crate::cli::check::object::Object;
use crate::config::WanConfig;
use crate::shell::certificate::Shown;
use crate::shell::feed::once::Look;
use crate::time::Duration;

/// The router, as far as it answers, by either transport.
#[derive(Clone, Debug)]
pub(super) struct Router {
    /// Its certificate, with https.
    pub(super) shown: Option<Shown>,
    /// `/system/resource`: the first question; if it fails, the others are not asked.
    pub(super) resource: Result<Object, Failure>,
    /// How long each read of the queue's counters took; none by SSH.
    pub(super) reads: Vec<Duration>,
    pub(super) queues: Result<Vec<Object>, Failure>,
    /// All mangle rules; by SSH those with a comment like ours.
    pub(super) rules: Result<Vec<Object>, Failure>,
    /// The filter rules that fast-track; `None` if the router did not say.
    pub(super) fasttrack: Option<Vec<Object>>,
    /// The lists that force clients out by a line, and how many they hold.
    pub(super) lists: Vec<(String, u32)>,
    /// What the user's group may do; `None` if the router did not say.
    pub(super) policies: Option<String>,
}

/// The primary's own file, and what is heard of its autorate.
#[derive(Clone, Debug)]
pub(super) struct Primary {
    /// Otherwise one line of what is wrong with it.
    pub(super) file: Result<Box<WanConfig>, String>,
    pub(super) look: Look,
}

/// What came of some echoes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Echoed {
    /// The sockets cannot be had, with what to do about it.
    NotOpened(String),
    /// The host's name has no address.
    NoAddress,
    /// None of them left.
    Unsent(String),
    /// So many left; the round trips of those that came back.
    Sent(usize, Vec<Duration>),
}
