//! The self-test of a counter: how often does it really move?

use crate::time::{Duration, Instant};

/// Moves that make a test: two seconds of traffic at ten readings a second, as the law study asks.
const MOVES: u32 = 20;
/// A counter that moves less often than this is no help to a law that decides five times a second.
const SLOWEST: Duration = Duration::from_millis(500);
/// Readings further apart than this are those of an idle line, and show our rhythm and not the counter's.
const CLOSE: Duration = Duration::from_millis(500);

/// What the test found.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Verdict {
    /// Too few readings, or too little traffic to see anything move.
    #[default]
    Undecided,
    /// It moves at least this often.
    Fresh(Duration),
    /// It moves, but only this often: too rarely to anchor a cut on.
    Slow(Duration),
}

/// Watches a counter under any traffic until it knows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Freshness {
    /// The last reading.
    last: Option<(Instant, u64)>,
    moved_at: Option<Instant>,
    moves: u32,
    shortest: Option<Duration>,
}

impl Freshness {
    /// One reading more. Idle stretches tell nothing and do not count. Traffic comes in bursts, so that a
    /// counter may stand still though it is fresh; the shortest time between two moves is the counter's own.
    pub fn observe(&mut self, at: Instant, bytes: u64) {
        let Some((before, was)) = self.last.replace((at, bytes)) else {
            return;
        };
        if at - before > CLOSE {
            self.moved_at = None;
            return;
        }
        if bytes == was {
            return;
        }
        if let Some(moved_at) = self.moved_at.replace(at) {
            let gap = at - moved_at;
            self.shortest = Some(self.shortest.map_or(gap, |shortest| shortest.min(gap)));
        }
        self.moves += 1;
    }

    /// What is known so far.
    pub fn verdict(&self) -> Verdict {
        match self.shortest {
            Some(period) if self.moves >= MOVES && period <= SLOWEST => Verdict::Fresh(period),
            Some(period) if self.moves >= MOVES => Verdict::Slow(period),
            _ => Verdict::Undecided,
        }
    }
}
