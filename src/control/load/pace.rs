//! When to read the counters again.

use crate::time::{Duration, Instant};

/// Ten readings a second while there is something to see.
const LOADED: Duration = Duration::from_millis(100);
/// One a second while there is not.
const IDLE: Duration = Duration::from_millis(1_000);
/// A router that takes long to answer is asked so much more rarely that it rests three quarters of
/// the time.
const REST: u64 = 4;
/// Weight of a new reply time in the average of them, one in eight as in TCP (RFC 6298).
const EIGHTH: u64 = 8;

/// The rhythm of one WAN's readings; both queues come in one reply.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    asked_at: Option<Instant>,
    took: Duration,
}

impl Pace {
    /// A request goes out.
    pub const fn asked(&mut self, now: Instant) {
        self.asked_at = Some(now);
    }

    /// Its reply came after `new`.
    pub fn answered(&mut self, new: Duration) {
        let (took, new) = (self.took.as_micros(), new.as_micros());
        self.took = Duration::from_micros(took - took / EIGHTH + new / EIGHTH);
    }

    /// From one reading to the next.
    pub fn every(&self, loaded: bool) -> Duration {
        let rest = Duration::from_micros(self.took.as_micros().saturating_mul(REST));
        rest.max(if loaded { LOADED } else { IDLE })
    }

    /// When the next one is due.
    pub fn due_at(&self, loaded: bool) -> Instant {
        self.asked_at
            .map_or(Instant::ZERO, |at| at + self.every(loaded))
    }
}
