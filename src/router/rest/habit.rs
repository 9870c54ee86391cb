//! Whether a server closes its connections after every answer, without saying so, or while they are
//! young, whatever it says.

use crate::time::{Duration, Instant};

/// A server that closes so soon after an answer does it because it answered.
const CLOSED_SOON: Duration = Duration::from_millis(200);
/// How many such closes in a row make a habit: from then on the next request waits until a connection
/// has outlived an answer for so long. One sent before would not be answered.
const HABIT: u8 = 2;
/// While young connections are closed there is one a second, and whoever comes late waits for the next:
/// nothing that can wait uses one until so long after the last such close.
const SPARED_FOR: Duration = Duration::from_secs(10);

/// What was seen of it.
#[derive(Debug, Default)]
pub(super) struct Habit {
    /// When the last answer came.
    answered_at: Instant,
    /// Whether it came on this connection.
    has_answered: bool,
    /// Connections in a row that were closed soon after an answer.
    closed_soon: u8,
    /// Until when connections are spared.
    spared_until: Instant,
}

impl Habit {
    /// A new connection stands.
    pub(super) const fn connected(&mut self) {
        self.has_answered = false;
    }

    /// An answer came.
    pub(super) const fn answered(&mut self, now: Instant) {
        self.answered_at = now;
        self.has_answered = true;
    }

    /// The server closed between two exchanges.
    pub(super) fn closed(&mut self, now: Instant) {
        if !self.has_answered {
            return;
        }
        self.closed_soon = if now - self.answered_at < CLOSED_SOON {
            self.closed_soon.saturating_add(1)
        } else {
            0
        };
    }

    /// A connection was closed so young that the next one has to wait, until then.
    pub(super) fn closed_young(&mut self, again_at: Instant) {
        self.spared_until = again_at + SPARED_FOR;
    }

    /// Whether what can wait should leave the connection alone.
    pub(super) fn is_spared(&self, now: Instant) -> bool {
        now < self.spared_until
    }

    /// Whether the next request must wait.
    pub(super) fn holds_back(&mut self, now: Instant) -> bool {
        if self.closed_soon < HABIT || !self.has_answered {
            return false;
        }
        let waits = now - self.answered_at < CLOSED_SOON;
        if !waits {
            self.closed_soon = 0;
        }
        waits
    }
}
