//! How long to leave a router alone after it failed us.

use crate::router::Failure;
use crate::router::talk::SUBJECTS;
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
/// Something is missing that should be there: look again, less and less often.
pub(super) const MISSING: Policy = Policy {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(30),
};
/// The pause after an abort or an unexpected 401.
pub(super) const AFTER_ABORT: Duration = Duration::from_secs(3);
/// A connection that carried looks for so long is sound, whatever became of an order before it: that
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
/// A router may answer every look and hang at every write. So what a failed order has left behind is
/// wiped out by an order about the same that is answered, and by no look.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    last: Option<Duration>,
    free_retry_spent: bool,
    /// About what the last order was not answered.
    unanswered: [bool; SUBJECTS],
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

    /// An order about this was not answered.
    pub(super) const fn owe(&mut self, subject: usize) {
        self.unanswered[subject] = true;
    }

    /// Whether the last order about something was not answered.
    pub(super) fn owes(&self) -> bool {
        self.unanswered.contains(&true)
    }

    /// A look was answered, on a connection that stands for so long.
    pub(super) fn looked(&mut self, stands_for: Duration) {
        if stands_for >= STEADY {
            self.unanswered = [false; SUBJECTS];
        }
        self.settle();
    }

    /// An order was answered, whatever the answer.
    pub(super) fn answered(&mut self, subject: usize) {
        self.unanswered[subject] = false;
        self.settle();
    }

    fn settle(&mut self) {
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
