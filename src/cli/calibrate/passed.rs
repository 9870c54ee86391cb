//! What passed, from readings of the queues' byte counters.

use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// Counters at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) at: Instant,
    pub(super) bytes: Both<u64>,
}

/// The readings of a span of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Passed(Vec<Reading>);

impl Passed {
    /// One more.
    pub(super) fn note(&mut self, reading: Reading) {
        self.0.push(reading);
    }

    /// The mean rate of the whole span.
    pub(super) fn rate(&self, direction: Direction) -> Rate {
        rate(&self.0, direction)
    }

    /// Of its last so much.
    pub(super) fn lately(&self, direction: Direction, span: Duration) -> Rate {
        let Some(last) = self.0.last() else {
            return Rate::ZERO;
        };
        let old = self.0.iter().filter(|r| last.at - r.at > span).count();
        rate(&self.0[old..], direction)
    }

    /// How much more passed in the second half of the span than in the first, as a factor.
    pub(super) fn growth(&self, direction: Direction) -> f64 {
        let (first, second) = self.0.split_at(self.0.len() / 2);
        rate(second, direction).share_of(rate(first, direction).max(Rate::bps(1)))
    }
}

/// Some routers bring their counters up to date only now and then, so that the first and last reading may
/// be old. Between two readings that brought something new the bytes belong to that time exactly.
fn rate(readings: &[Reading], direction: Direction) -> Rate {
    let count = |reading: &Reading| reading.bytes[direction];
    let new = |pair: &[Reading]| count(&pair[0]) != count(&pair[1]);
    let pairs = || readings.windows(2);
    let (Some(first), Some(last)) = (pairs().position(new), pairs().rposition(new)) else {
        return Rate::ZERO;
    };
    let span = if first == last {
        readings
    } else {
        &readings[first + 1..=last + 1]
    };
    // A counter that was reset begins at zero again; what passed just before is lost.
    let bytes: u64 = span
        .windows(2)
        .map(|pair| count(&pair[1]).saturating_sub(count(&pair[0])))
        .sum();
    let took = span[span.len() - 1].at - span[0].at;
    Rate::bps(bytes.saturating_mul(8)).times(1.0 / took.as_secs_f64().max(1e-3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line at 80 Mbit/s, read every 200 ms for `seconds`, whose counter moves every `period`.
    fn steady(seconds: u64, period: u64) -> Passed {
        let mut passed = Passed::default();
        for ms in (0..=seconds * 1_000).step_by(200) {
            passed.note(Reading {
                at: Instant::ZERO + Duration::from_millis(ms + 70),
                bytes: Both {
                    down: 5_000 + (ms / period) * period * 10_000,
                    up: 7,
                },
            });
        }
        passed
    }

    #[test]
    fn a_counter_that_moves_rarely_is_as_good_as_one_that_always_moves() {
        for period in [1, 200, 400, 1_000] {
            let rate = steady(5, period).rate(Direction::Down);
            assert_eq!(rate, Rate::mbit(80), "every {period} ms");
        }
        assert_eq!(steady(5, 1).rate(Direction::Up), Rate::ZERO);
        assert_eq!(Passed::default().rate(Direction::Down), Rate::ZERO);
    }

    #[test]
    fn lately_means_the_last_readings_only() {
        let mut passed = steady(3, 1);
        for (after, bytes) in [(4_000, 1_000_000), (5_000, 2_000_000)] {
            passed.note(Reading {
                at: Instant::ZERO + Duration::from_millis(after),
                bytes: Both {
                    down: 40_000_000 + bytes,
                    up: 7,
                },
            });
        }
        let lately = passed.lately(Direction::Down, Duration::from_millis(1_500));
        assert_eq!(lately, Rate::mbit(8));
    }

    #[test]
    fn growth_compares_the_halves() {
        assert!((steady(4, 1).growth(Direction::Down) - 1.0).abs() < 0.01);
        let mut passed = Passed::default();
        for (n, bytes) in (0..).zip([0, 100, 200, 300, 500, 700, 900, 1_100]) {
            passed.note(Reading {
                at: Instant::ZERO + Duration::from_secs(n),
                bytes: Both { down: bytes, up: 0 },
            });
        }
        assert!((passed.growth(Direction::Down) - 2.0).abs() < 0.01);
    }

    #[test]
    fn a_counter_that_was_reset_loses_nothing_but_one_reading() {
        let mut passed = Passed::default();
        for (n, bytes) in (0..).zip([9_000_000, 10_000_000, 11_000_000, 0, 1_000_000, 2_000_000]) {
            passed.note(Reading {
                at: Instant::ZERO + Duration::from_secs(n),
                bytes: Both { down: bytes, up: 0 },
            });
        }
        assert_eq!(passed.rate(Direction::Down), Rate::mbit(6));
    }
}
