//! How long to leave a router alone after it failed us.

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

pub(super) const fn policy(why: Failure) -> &'static Policy {
    match why {
        Failure::TimedOut | Failure::Garbled | Failure::TooLarge => &ABORTED,
        Failure::Unauthorized => &UNAUTHORIZED,
        Failure::HostKeyUnknown | Failure::HostKeyChanged | Failure::KeyFile => &OWN_FILES,
        _ => &UNREACHABLE,
    }
}

/// Where in a policy we are.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    last: Option<Duration>,
    free_retry_spent: bool,
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

    /// An exchange succeeded.
    pub(super) const fn reset(&mut self) {
        self.last = None;
        self.free_retry_spent = false;
    }
}
