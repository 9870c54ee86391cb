//! How fast a delta changes.

use heapless::Deque;

use crate::time::{Duration, Instant};

/// Over this time the delta is compared with itself.
const OVER: Duration = Duration::from_millis(250);
/// Readings remembered: a quarter of a second at the fastest loop there is (10 ms), and some.
const REMEMBERED: usize = 32;

/// The newest deltas, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Trend {
    deltas: Deque<(Instant, f64), REMEMBERED>,
}

impl Trend {
    /// How fast the delta changes, in milliseconds per second, now that it is `ms`; zero while that is
    /// not known.
    pub(super) fn rise(&mut self, now: Instant, ms: f64) -> f64 {
        // The newest reading that is old enough to compare with stays at the front.
        while self.deltas.is_full()
            || self
                .deltas
                .iter()
                .nth(1)
                .is_some_and(|&(at, _)| now - at >= OVER)
        {
            self.deltas.pop_front();
        }
        let rise = self.deltas.front().map_or(0.0, |&(at, then)| {
            let elapsed = now - at;
            if elapsed >= OVER {
                (ms - then) / elapsed.as_secs_f64()
            } else {
                0.0
            }
        });
        // Never full: the loop above has made room.
        let _ = self.deltas.push_back((now, ms));
        rise
    }

    pub(super) fn clear(&mut self) {
        self.deltas.clear();
    }
}
