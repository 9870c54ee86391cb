//! What both links go through, whatever carries them: a connection that stands or does not, and one
//! question at a time.

use crate::time::{Duration, Instant};

/// What the shell should do with a link's connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// Open one and tell the link that it is connected, or that it was closed.
    Connect,
    /// Drop it; do not report that.
    Close,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Question<O> {
    Look,
    Order(O),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum State<O> {
    Down {
        retry_at: Instant,
    },
    Connecting {
        deadline: Instant,
    },
    Idle {
        /// Whether this connection has carried an exchange yet.
        used: bool,
        /// When the next look is due.
        look_at: Instant,
    },
    Awaiting {
        question: Question<O>,
        asked_at: Instant,
        deadline: Instant,
        used: bool,
        look_at: Instant,
    },
}

/// What time brings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Due {
    Nothing,
    /// The state is [`State::Connecting`] now.
    Connect,
    /// The router took too long.
    GiveUp,
}

impl<O: Copy> State<O> {
    /// Down, and connects as soon as time passes.
    pub(super) const NEW: Self = Self::Down {
        retry_at: Instant::ZERO,
    };

    /// Time passed; a connection may take so long to stand.
    pub(super) fn pass(&mut self, now: Instant, connect_for: Duration) -> Due {
        match *self {
            Self::Down { retry_at } if now >= retry_at => {
                let deadline = now + connect_for;
                *self = Self::Connecting { deadline };
                Due::Connect
            }
            Self::Connecting { deadline } | Self::Awaiting { deadline, .. } if now >= deadline => {
                Due::GiveUp
            }
            _ => Due::Nothing,
        }
    }

    /// Whether a connection stands.
    pub(super) const fn is_up(&self) -> bool {
        matches!(self, Self::Idle { .. } | Self::Awaiting { .. })
    }

    pub(super) const fn is_awaiting(&self) -> bool {
        matches!(self, Self::Awaiting { .. })
    }

    pub(super) const fn is_looking(&self) -> bool {
        matches!(
            self,
            Self::Awaiting {
                question: Question::Look,
                ..
            }
        )
    }

    /// The order that is under way.
    pub(super) const fn order(&self) -> Option<O> {
        match self {
            Self::Awaiting {
                question: Question::Order(order),
                ..
            } => Some(*order),
            _ => None,
        }
    }

    /// There was nowhere to connect to: the next [`pass`](Self::pass) asks again.
    pub(super) const fn not_yet(&mut self, now: Instant) {
        if let Self::Connecting { .. } = self {
            *self = Self::Down { retry_at: now };
        }
    }

    /// Connects when time passes next, if there is no connection.
    pub(super) const fn wake(&mut self, now: Instant) {
        if let Self::Down { retry_at } = self {
            *retry_at = now;
        }
    }

    /// Looks then, if a connection stands.
    pub(super) const fn look_at(&mut self, at: Instant) {
        if let Self::Idle { look_at, .. } | Self::Awaiting { look_at, .. } = self {
            *look_at = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKES: Duration = Duration::from_secs(3);

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    #[test]
    fn a_connection_has_its_time_to_stand_and_no_more() {
        let mut state = State::<()>::NEW;
        assert_eq!(state.pass(at(20), TAKES), Due::Connect);
        assert_eq!(state.pass(at(22), TAKES), Due::Nothing);
        assert_eq!(state.pass(at(23), TAKES), Due::GiveUp);
    }

    #[test]
    fn where_there_was_nowhere_to_connect_to_it_is_tried_again_at_once() {
        let mut state = State::<()>::NEW;
        for seconds in 0..10 {
            assert_eq!(state.pass(at(seconds), TAKES), Due::Connect);
            state.not_yet(at(seconds));
        }
    }

    #[test]
    fn a_connection_that_stands_does_not_end_because_there_was_nowhere_to_connect_to() {
        let (used, look_at) = (true, at(9));
        let mut state = State::<()>::Idle { used, look_at };
        state.not_yet(at(1));
        state.wake(at(1));
        assert!(state.is_up());
    }
}
