//! When a state document is worth writing.
//!
//! v1.7 rewrote it twenty times a second with an fsync (W-03). Here: at most once a second, when its
//! meaning changed, and once a minute in any case.

use crate::status::Saved;
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// Shortest time between two documents.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// Longest time between two documents; v1.7 forced one every 1200 cycles, which is a minute.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// The baseline is worth keeping to the millisecond.
const BASELINE_NEWS: f64 = 1.0;
/// The load RTT always moves; a restart needs no more than its neighbourhood, in ms.
const LOAD_NEWS: f64 = 10.0;

/// Remembers what was saved last.
#[derive(Debug)]
pub(super) struct Saver {
    last: Option<Saved>,
    saved_at: Instant,
}

impl Saver {
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            last: None,
            saved_at: now,
        }
    }

    /// `Some` if the state should be written now.
    pub(super) fn due(&mut self, now: Instant, state: Saved) -> Option<Saved> {
        let since = now - self.saved_at;
        let due = match &self.last {
            None => true,
            Some(last) => {
                (since >= AT_MOST_EVERY && is_news(last, &state)) || since >= AT_LEAST_EVERY
            }
        };
        due.then(|| self.last(now, state))
    }

    /// The last word, whatever was saved before.
    pub(super) fn last(&mut self, now: Instant, state: Saved) -> Saved {
        self.last = Some(state);
        self.saved_at = now;
        state
    }
}

/// Streaks grow with every cycle and mean nothing to a restart but through the rates.
fn is_news(last: &Saved, state: &Saved) -> bool {
    let distance = |a: Millis, b: Millis| (a - b).as_f64().abs();
    last.rates != state.rates
        || last.applied != state.applied
        || distance(last.baseline, state.baseline) >= BASELINE_NEWS
        || distance(last.load, state.load) >= LOAD_NEWS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Rate;

    fn count(minutes: u64, mut state: impl FnMut(u64) -> Saved) -> usize {
        let mut saver = Saver::new(Instant::ZERO);
        (0..minutes * 60 * 20)
            .filter(|&tick| {
                let now = Instant::ZERO + Duration::from_millis(50 * tick);
                saver.due(now, state(tick)).is_some()
            })
            .count()
    }

    #[test]
    fn a_quiet_line_is_written_down_once_a_minute() {
        let written = count(10, |tick| {
            let mut saved = Saved::default();
            saved.streaks.down.green = u32::try_from(tick).unwrap();
            saved
        });
        assert_eq!(written, 10);
    }

    #[test]
    fn a_busy_line_once_a_second() {
        let written = count(1, |tick| {
            let mut saved = Saved::default();
            saved.rates.down = Rate::bps(tick);
            saved.load = Millis::of(u32::try_from(tick % 90).unwrap());
            saved
        });
        assert_eq!(written, 60);
    }
}
