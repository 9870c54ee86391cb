//! Whether a server closes its connections after every answer, without saying so.

use crate::time::{Duration, Instant};

/// A server that closes so soon after an answer does it because it answered.
const CLOSED_SOON: Duration = Duration::from_millis(200);
/// How many such closes in a row make a habit: from then on the next request waits until a connection
/// has outlived an answer for so long. One sent before would not be answered.
const HABIT: u8 = 2;

/// What was seen of it.
#[derive(Debug, Default)]
pub(super) struct Habit {
    /// When the last answer came.
    answered_at: Instant,
    /// Whether it came on this connection.
    has_answered: bool,
    /// Connections in a row that were closed soon after an answer.
    closed_soon: u8,
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
