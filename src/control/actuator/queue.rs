//! What is known and owed of one direction's queue.

use crate::time::{Duration, Instant};
use crate::units::Rate;

/// First pause after a refused write, doubling up to [`RETRY_MAX`]: a router that says no is not
/// asked twenty times a second.
pub const RETRY_MIN: Duration = Duration::from_millis(250);
/// A queue that has held what is wanted for so long owes us nothing.
const SETTLED_AFTER: Duration = Duration::from_secs(10);
/// Longest pause after refused writes.
pub const RETRY_MAX: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four things that are owed or not, each by something else"
)]
pub(super) struct Queue {
    /// What the router holds, as far as it said so itself.
    pub(super) held: Option<Rate>,
    /// What it held when the connection went,
    pub(super) left: Option<Rate>,
    /// and what was on its way.
    pub(super) doubtful: Option<Rate>,
    /// When the budget paid for the write that is in flight.
    pub(super) paid_at: Option<Instant>,
    pub(super) in_flight: Option<Rate>,
    pub(super) retry_at: Instant,
    pub(super) retry_in: Duration,
    /// The last write was not answered.
    pub(super) unanswered: bool,
    /// The pause for that begins when the link is back.
    pub(super) pause_due: bool,
    /// Since when the router has held what is wanted.
    agrees_since: Option<Instant>,
    /// Only a write that succeeds can show that the router takes them again.
    pub(super) unproven: bool,
    /// A write was refused or the queue was not there, and it has not been seen since: it may hold what is
    /// wanted.
    pub(super) unseen: bool,
}

impl Queue {
    pub(super) const UNKNOWN: Self = Self {
        held: None,
        left: None,
        doubtful: None,
        paid_at: None,
        in_flight: None,
        retry_at: Instant::ZERO,
        retry_in: RETRY_MIN,
        unanswered: false,
        pause_due: false,
        agrees_since: None,
        unproven: false,
        unseen: false,
    };

    /// Whether this rate is still to be written. One the router holds is not, unless it must prove that
    /// it takes writes at all.
    pub(super) fn differs(&self, rate: Rate) -> bool {
        match self.in_flight {
            Some(sent) => sent != rate,
            None => self.unproven || self.held != Some(rate),
        }
    }

    /// Whether it can take a write now.
    pub(super) fn is_free(&self, now: Instant) -> bool {
        self.in_flight.is_none() && !self.unseen && now >= self.retry_at
    }

    /// A write that nobody wants any more is owed no answer.
    pub(super) fn settle(&mut self, now: Instant, rate: Rate) {
        if self.in_flight.is_some() || self.held != Some(rate) {
            self.agrees_since = None;
        } else if now - *self.agrees_since.get_or_insert(now) >= SETTLED_AFTER {
            self.answered();
        }
    }

    pub(super) const fn answered(&mut self) {
        self.unanswered = false;
        self.pause_due = false;
    }

    pub(super) fn pause_if_due(&mut self, now: Instant) {
        if core::mem::take(&mut self.pause_due) {
            self.pause(now);
        }
    }

    pub(super) fn pause(&mut self, now: Instant) {
        self.retry_at = now + self.retry_in;
        self.retry_in = self.retry_in.doubled().min(RETRY_MAX);
    }
}
