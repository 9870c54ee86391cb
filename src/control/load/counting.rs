//! Whether a counter can be had, and what its self-test found.

use super::{Freshness, Verdict};
use crate::time::{Duration, Instant};

/// What is known of one counter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counting {
    read_at: Option<Instant>,
    test: Freshness,
}

impl Counting {
    /// Takes a reading, one of many that come `every` so often; returns how often the counter moves once the
    /// test has found that it moves clearly more rarely than it is read.
    pub fn read(&mut self, at: Instant, bytes: u64, every: Duration) -> Option<Duration> {
        self.read_at = Some(at);
        if self.verdict() != Verdict::Undecided {
            return None;
        }
        self.test.observe(at, bytes);
        let (Verdict::Fresh(period) | Verdict::Slow(period)) = self.verdict() else {
            return None;
        };
        // Whoever reads as often as the counter moves sees his own rhythm.
        (period.as_micros() > every.as_micros() * 3 / 2).then_some(period)
    }

    /// The connection was lost. What is behind the next one may count faster, so that a counter that was
    /// too slow is tested again; says whether it is.
    pub fn lost(&mut self) -> bool {
        let again = matches!(self.verdict(), Verdict::Slow(_));
        if again {
            self.test = Freshness::default();
        }
        again
    }

    /// When it was last read; `None`: never.
    pub const fn read_at(&self) -> Option<Instant> {
        self.read_at
    }

    /// What the self-test found.
    pub fn verdict(&self) -> Verdict {
        self.test.verdict()
    }
}
