//! What a talk has to be able to do over SSH: to say a line, and to understand what is printed.

use crate::router::Failure;
use crate::router::talk::{After, Talk, Told};
use crate::time::{Duration, Instant};
use crate::wire::routeros_cli::Command;

/// A talk over SSH.
pub trait SshTalk: Talk {
    /// What to say when it is time for a look.
    fn look(&mut self, now: Instant) -> Command;
    /// What to say for an order; `None` if not enough is known.
    fn order(&self, order: Self::Order) -> Option<Command>;
    /// What was printed at a look.
    ///
    /// # Errors
    /// Why the router is of no use to us.
    fn seen(&self, status: i32, text: &str) -> Result<Self::Seen, Failure>;
    /// The router rejected a look. Whether the next one asks for less, so that it may be answered.
    fn asks_for_less(&mut self) -> bool {
        false
    }
    /// What was printed at an order.
    fn answered(
        &mut self,
        now: Instant,
        order: Self::Order,
        printed: Answer<'_>,
        told: &mut Told<Self::Event>,
    ) -> After;
}

/// What a command came to.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'r> {
    /// The exit status.
    pub status: i32,
    /// Everything that was printed.
    pub text: &'r str,
    /// From command to end.
    pub took: Duration,
}

/// What any SSH link needs to know, and what it talks about.
#[derive(Clone, Debug)]
pub struct Params<T> {
    /// Longest wait for an answer, cut to [`REPLY_FOR_MAX`](crate::router::rest::REPLY_FOR_MAX).
    pub reply_for: Duration,
    /// What it talks about.
    pub talk: T,
}

/// Settings of a link that say which talk it is for.
pub trait Setup {
    /// Which.
    type Talk: SshTalk;
    /// The link's share and the talk.
    fn params(self) -> Params<Self::Talk>;
}

impl<T: SshTalk> Setup for Params<T> {
    type Talk = T;

    fn params(self) -> Self {
        self
    }
}
