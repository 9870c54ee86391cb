//! Whose the delta is, where the reflectors tell it.

use super::oneway::{self, Split};
use super::{DRAINING_MS_PER_S, FRESH_FOR, Meter, Reading, STEEPEST};
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// From here on the parts of a delta are more than the cut of the clocks, in milliseconds.
const TELLING_MS: f64 = 5.0;

/// Jitter of the two ways adds up in squares: each has so much of what an RTT has.
const OF_ONE_WAY: f64 = core::f64::consts::FRAC_1_SQRT_2;

/// One direction's part of a delta.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Its queue's delay.
    pub delta: Millis,
    /// As [`Reading::falling`].
    pub falling: bool,
    /// As [`Reading::slope`].
    pub slope: f64,
}

impl Reading {
    /// As one direction sees it: its own queue, where that is known.
    #[must_use]
    pub fn of(self, direction: Direction) -> Self {
        let Some(parts) = self.one_way else {
            return self;
        };
        let Part {
            delta,
            falling,
            slope,
        } = parts[direction];
        let sum = (parts.down.delta + parts.up.delta).as_f64();
        let share = if sum < TELLING_MS {
            1.0
        } else {
            delta.as_f64() / sum
        };
        let scaled = |ms: Millis, share: f64| Millis::new(ms.as_f64() * share).unwrap_or(ms);
        Self {
            delta: Some(delta),
            falling,
            slope,
            early: self.early.map(|early| scaled(early, share)),
            threshold: scaled(self.threshold, OF_ONE_WAY),
            ..self
        }
    }
}

impl Meter {
    /// How much longer each way to the n-th reflector and back was than usual, if it tells that reliably.
    pub fn one_way(&self, now: Instant, n: u8) -> Option<Split> {
        let reflector = self.reflectors.get(usize::from(n))?;
        let since = now - self.turns_apart();
        reflector.one_way.last(now, since).map(|(_, split)| split)
    }

    /// The delta shared out: how large it is, is what all reflectors agree on and what unanswered echoes
    /// say; whose it is, what those say who tell their time.
    pub(super) fn parts(&mut self, now: Instant, delta: Option<f64>) -> Option<Both<Part>> {
        let parts = delta.and_then(|delta| self.shared_out(now, delta));
        let Some(parts) = parts else {
            self.trends = Both::default();
            return None;
        };
        Some(Both::from_fn(|direction| {
            let rise = self.trends[direction].rise(now, parts[direction]);
            Part {
                delta: Millis::new(parts[direction]).unwrap_or_default(),
                falling: rise < -DRAINING_MS_PER_S,
                slope: (rise / 1e3).clamp(0.0, STEEPEST),
            }
        }))
    }

    fn shared_out(&self, now: Instant, delta: f64) -> Option<Both<f64>> {
        let since = now - self.turns_apart();
        let included = self.reflectors.iter().filter(|r| !r.conduct.is_out());
        let said = included.filter_map(|reflector| reflector.one_way.last(now, since));
        let split = oneway::together(said, self.reflectors.len())?.map(Millis::as_f64);
        let sum = split.down + split.up;
        if sum < TELLING_MS && sum < delta {
            // What is there is too little to say whose the rest is; perhaps the rest is only late.
            return (delta - sum < self.threshold().as_f64()).then_some(split);
        }
        Some(split.map(|part| if sum > 0.0 { part * delta / sum } else { 0.0 }))
    }

    /// For how long what a reflector said stands: until its next turn, and some.
    fn turns_apart(&self) -> Duration {
        let turns = self.params.echo_every.as_micros() * (self.reflectors.len() as u64 + 2);
        FRESH_FOR.max(Duration::from_micros(turns))
    }
}
