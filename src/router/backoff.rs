//! How long to leave a router alone after it failed us.

use crate::direction::{Both, Direction};
use crate::router::Failure;
use crate::time::Duration;

/// A first pause that doubles up to a longest.
#[derive(Debug)]
pub(super) struct Policy {
    first: Duration,
    longest: Duration,
}

/// Unreachable: a connect on the LAN costs nothing, and a router that comes back from a reboot
/// should not wait for us.
const UNREACHABLE: Policy = Policy {
    first: Duration::from_millis(250),
    longest: Duration::from_secs(5),
};
/// An aborted request: RouterOS needs a while to recover from one (1.3–2.4 s, routeros.md 1.7).
const ABORTED: Policy = Policy {
    first: AFTER_ABORT,
    longest: Duration::from_secs(30),
};
/// Our own files are not in order: looking again costs nobody anything.
const OWN_FILES: Policy = Policy {
    first: Duration::from_secs(5),
    longest: Duration::from_secs(30),
};
/// Wrong credentials: only a person can mend that.
const UNAUTHORIZED: Policy = Policy {
    first: Duration::from_secs(30),
    longest: Duration::from_secs(300),
};
/// A queue is missing: read again, less and less often.
pub(super) const MISSING: Policy = Policy {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(30),
};
/// The pause after an abort or an unexpected 401.
pub(super) const AFTER_ABORT: Duration = Duration::from_secs(3);
/// A connection that carried look-ups for so long is sound, whatever became of a write before it: that
/// is longer than the actuator waits before it tries one again.
pub(super) const STEADY: Duration = Duration::from_secs(60);

pub(super) const fn policy(why: Failure) -> &'static Policy {
    match why {
        Failure::TimedOut | Failure::Garbled | Failure::TooLarge => &ABORTED,
        Failure::Unauthorized => &UNAUTHORIZED,
        Failure::HostKeyUnknown | Failure::HostKeyChanged | Failure::KeyFile => &OWN_FILES,
        _ => &UNREACHABLE,
    }
}

/// Where in a policy we are.
///
/// A router may answer every look-up and hang at every write. So what a failed write has left behind is
/// wiped out by a write to the same queue that is answered, and by no look-up.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    last: Option<Duration>,
    free_retry_spent: bool,
    /// The queues whose last write was not answered.
    unanswered: Both<bool>,
}

impl Backoff {
    /// The next pause.
    pub(super) fn next(&mut self, policy: &Policy) -> Duration {
        let pause = self
            .last
            .map_or(policy.first, Duration::doubled)
            .max(policy.first)
            .min(policy.longest);
        self.last = Some(pause);
        pause
    }

    /// One silently closed connection may be replaced at once; the next one only after an exchange.
    pub(super) const fn spend_free_retry(&mut self) -> bool {
        !core::mem::replace(&mut self.free_retry_spent, true)
    }

    /// A write to this queue was not answered.
    pub(super) fn owe(&mut self, direction: Direction) {
        self.unanswered[direction] = true;
    }

    /// Whether the last write to some queue was not answered.
    pub(super) const fn owes(&self) -> bool {
        self.unanswered.down || self.unanswered.up
    }

    /// The queues were listed, on a connection that stands for so long.
    pub(super) fn read(&mut self, stands_for: Duration) {
        if stands_for >= STEADY {
            self.unanswered = Both::default();
        }
        self.settle();
    }

    /// A write was answered, whatever the answer.
    pub(super) fn written(&mut self, direction: Direction) {
        self.unanswered[direction] = false;
        self.settle();
    }

    const fn settle(&mut self) {
        if !self.owes() {
            self.reset();
        }
    }

    /// All is well.
    pub(super) const fn reset(&mut self) {
        self.last = None;
        self.free_retry_spent = false;
    }
}
