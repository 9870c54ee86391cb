//! The self-test of a counter: how often does it really move?

use crate::time::{Duration, Instant};

/// Readings that make a test: two seconds at ten a second, as `peers.md` of the law study asks.
const READINGS: u32 = 20;
/// A counter that moves less often than this is no help to a law that decides five times a second.
const SLOWEST: Duration = Duration::from_millis(500);

/// What the test found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Too few readings, or too little traffic to see anything move.
    Undecided,
    /// It moves at least this often.
    Fresh(Duration),
    /// It moves, but only this often: too rarely to anchor a cut on.
    Slow(Duration),
}

/// Watches a counter under any traffic until it knows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Freshness {
    /// The last reading and since when it has been the same.
    last: Option<(Instant, u64)>,
    moved_at: Option<Instant>,
    readings: u32,
    moves: u32,
    spent: u64,
}

impl Freshness {
    /// One reading more. Idle stretches tell nothing and do not count: between two moves only the time
    /// from one to the next is taken, and a gap longer than `SLOWEST` twice over is an idle one.
    pub fn observe(&mut self, at: Instant, bytes: u64) {
        let moved = self.last.is_some_and(|(_, before)| bytes != before);
        self.last = Some((at, bytes));
        if !moved {
            return;
        }
        if let Some(before) = self.moved_at
            && at - before <= SLOWEST.doubled()
        {
            self.moves += 1;
            self.spent += (at - before).as_micros();
        }
        self.readings += 1;
        self.moved_at = Some(at);
    }

    /// What is known so far.
    pub fn verdict(&self) -> Verdict {
        if self.readings < READINGS || self.moves == 0 {
            return Verdict::Undecided;
        }
        let period = Duration::from_micros(self.spent / u64::from(self.moves));
        if period <= SLOWEST {
            Verdict::Fresh(period)
        } else {
            Verdict::Slow(period)
        }
    }
}
