//! Whether a server closes its connections after every answer without saying so, and whether it closes
//! them early, said or not.

use crate::time::{Duration, Instant};

/// A server that closes so soon after an answer does it because it answered.
const CLOSED_SOON: Duration = Duration::from_millis(200);
/// How many such closes in a row make a habit: from then on the next request waits until a connection
/// has outlived an answer for so long. One sent before would not be answered.
const HABIT: u8 = 2;
/// While connections are closed early there is one a second, and whoever comes late waits for the next:
/// nothing that can wait uses one until so long after the last such close.
const SPARED_FOR: Duration = Duration::from_secs(10);

/// What was seen of it.
#[derive(Debug, Default)]
pub(super) struct Habit {
    /// When the last answer came.
    answered_at: Instant,
    /// How many came on this connection.
    answers: u32,
    /// Connections in a row that were closed soon after an answer.
    closed_soon: u8,
    /// Until when connections are spared.
    spared_until: Instant,
}

impl Habit {
    /// A new connection stands.
    pub(super) const fn connected(&mut self) {
        self.answers = 0;
    }

    /// An answer came.
    pub(super) const fn answered(&mut self, now: Instant) {
        self.answered_at = now;
        self.answers = self.answers.saturating_add(1);
    }

    /// The server closed between two exchanges.
    pub(super) fn closed(&mut self, now: Instant) {
        if self.answers == 0 {
            return;
        }
        self.closed_soon = if now - self.answered_at < CLOSED_SOON {
            self.closed_soon.saturating_add(1)
        } else {
            0
        };
    }

    /// The server closed a connection, and the next one comes at `again_at`: later than now if this one
    /// was young.
    pub(super) fn ended(&mut self, now: Instant, again_at: Instant) {
        if again_at > now || self.answers < 2 {
            self.spared_until = again_at + SPARED_FOR;
        }
    }

    /// Whether what can wait should leave the connection alone.
    pub(super) fn is_spared(&self, now: Instant) -> bool {
        now < self.spared_until
    }

    /// Whether the next request must wait.
    pub(super) fn holds_back(&mut self, now: Instant) -> bool {
        if self.closed_soon < HABIT || self.answers == 0 {
            return false;
        }
        let waits = now - self.answered_at < CLOSED_SOON;
        if !waits {
            self.closed_soon = 0;
        }
        waits
    }
}
