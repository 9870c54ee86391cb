//! How long something was disturbed, and until when it may show.

use wanctl::time::{Duration, Instant};

/// Pauses double, so that the last one is no longer than all before it: who was kept waiting for a minute is
/// back within another one. No pause but that after a refused login is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A refused login is tried again after half a minute first, and after five at most.
const LOGIN_PAUSES: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(300));
/// What comes on top: the longest deadline of a connection, a look, and the router's own after-effects.
const BESIDES: Duration = Duration::from_secs(20);

/// Disturbances that follow each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spell {
    began_at: Instant,
    ended_at: Instant,
    lasts: bool,
    /// Nothing has happened yet.
    is_none: bool,
    refuses_login: bool,
}

impl Spell {
    pub(crate) const fn new() -> Self {
        Self {
            began_at: Instant::ZERO,
            ended_at: Instant::ZERO,
            lasts: false,
            is_none: true,
            refuses_login: false,
        }
    }

    /// Whether it is disturbed now.
    pub(crate) fn is(&mut self, now: Instant, disturbed: bool, refuses_login: bool) {
        if disturbed && !self.lasts {
            self.is_none = false;
            if now >= self.settled_at() {
                self.began_at = now;
                self.refuses_login = false;
            }
            self.lasts = true;
        }
        self.refuses_login |= disturbed && refuses_login;
        if self.lasts {
            self.ended_at = now;
            self.lasts = disturbed;
        }
    }

    /// From when on nothing of it may be seen any more, if nothing else happens.
    pub(crate) fn settled_at(&self) -> Instant {
        let lasted = self.ended_at - self.began_at;
        let (first, longest) = if self.refuses_login {
            LOGIN_PAUSES
        } else {
            (Duration::ZERO, LONGEST_PAUSE)
        };
        self.ended_at + (lasted + first).min(longest) + BESIDES
    }

    /// For how long nothing has disturbed; `None`: something does.
    pub(crate) fn calm_for(&self, now: Instant) -> Option<Duration> {
        (!self.lasts).then_some(now - self.ended_at)
    }

    /// How long who was refused may pause before it tries to log in again.
    pub(crate) const fn login_pause(&self) -> Duration {
        if self.refuses_login {
            LOGIN_PAUSES.1
        } else {
            Duration::ZERO
        }
    }

    pub(crate) fn is_settled(&self, now: Instant) -> bool {
        self.is_none || (!self.lasts && now >= self.settled_at())
    }
}
