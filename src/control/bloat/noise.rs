//! What the delta is while nobody uses the line: jitter, not queue.
//!
//! In the law study a threshold of 15 ms without this left a line with 7 ms of jitter at 24 % of its
//! capacity; with it, at 91 %.

use crate::time::{Duration, Instant};
use crate::units::Millis;

/// Time constant: some thousand samples, so that a noisy evening is learned but a minute of somebody
/// else's bloat is not.
const OVER: Duration = Duration::from_secs(12);
/// Until this many samples were seen each counts as much as the others.
const YOUNG: f64 = 250.0;
/// The threshold is at least so many standard deviations: a normal jitter crosses it once in 4000
/// samples.
const DEVIATIONS: f64 = 3.5;
/// Noise may lift the threshold to this many times what was asked for; a line noisier than that is
/// not to be held by delay, and a threshold without an end would learn bloat to be normal.
const LIFT: f64 = 4.0;
/// What is this far off, in milliseconds or in deviations, is an event and no noise.
const EVENT_MS: f64 = 40.0;
const EVENT_DEVIATIONS: f64 = 6.0;
/// Variance to start from, in square milliseconds: an ordinary line's.
const VARIANCE: f64 = 4.0;
/// Under load only what is clearly less than the noise corrects it, by so many deviations.
const CORRECTS: f64 = 2.0;

/// Mean and spread of the delta on the calm line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    mean: f64,
    variance: f64,
    samples: f64,
    at: Instant,
}

impl Default for Noise {
    fn default() -> Self {
        Self {
            mean: 0.0,
            variance: VARIANCE,
            samples: 0.0,
            at: Instant::ZERO,
        }
    }
}

impl Noise {
    /// As an earlier run knew it, in milliseconds; `None` for what is no spread.
    pub fn restored(mean: Millis, deviation: Millis) -> Option<Self> {
        let (mean, deviation) = (mean.as_f64(), deviation.as_f64());
        (deviation >= 0.0 && deviation.is_finite() && mean >= 0.0).then_some(Self {
            mean,
            variance: deviation * deviation,
            samples: YOUNG,
            at: Instant::ZERO,
        })
    }

    /// Folds one delta in. `calm`: nobody uses the line.
    pub fn observe(&mut self, now: Instant, ms: f64, calm: bool) {
        let passed = (now - self.at).as_secs_f64().min(1.0);
        self.at = now;
        let off = ms - self.mean;
        let deviation = self.deviation();
        let learns = if calm {
            off.abs() <= (EVENT_DEVIATIONS * deviation).max(EVENT_MS)
        } else {
            off < -CORRECTS * deviation
        };
        if !learns {
            return;
        }
        self.samples = (self.samples + 1.0).min(YOUNG);
        let steady = passed / OVER.as_secs_f64();
        let weight = if self.samples < YOUNG {
            steady.max(1.0 / self.samples)
        } else {
            steady
        };
        self.mean = (self.mean + weight * off).max(0.0);
        if calm {
            self.variance += weight * (off * off - self.variance);
        }
    }

    /// The noise floor, in milliseconds.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// Its standard deviation, in milliseconds.
    pub fn deviation(&self) -> f64 {
        self.variance.sqrt()
    }

    /// Where bloat begins if `least` was asked for.
    pub fn threshold(&self, least: Millis) -> Millis {
        let (learned, asked) = (DEVIATIONS * self.deviation(), least.as_f64());
        Millis::new(learned.clamp(asked, LIFT * asked)).unwrap_or(least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(of: impl Fn(u64) -> f64, seconds: u64, calm: bool, mut noise: Noise) -> Noise {
        for n in 0..seconds * 20 {
            let now = Instant::ZERO + Duration::from_millis(n * 50);
            noise.observe(now, of(n), calm);
        }
        noise
    }

    /// 0, 5, 10, 15, 20 over and over: mean 10, deviation 7.
    fn jitter(n: u64) -> f64 {
        (n * 3 % 5 * 5) as f64
    }

    #[test]
    fn a_jittery_line_has_a_floor_and_a_wider_threshold() {
        let noise = learned(jitter, 60, true, Noise::default());
        assert!((noise.mean() - 10.0).abs() < 1.0, "{noise:?}");
        let threshold = noise.threshold(Millis::of(15));
        assert!(
            (Millis::of(23)..Millis::of(27)).contains(&threshold),
            "{threshold}"
        );
    }

    #[test]
    fn a_quiet_line_keeps_the_threshold_that_was_asked_for() {
        let noise = learned(|_| 0.5, 60, true, Noise::default());
        assert_eq!(noise.threshold(Millis::of(15)), Millis::of(15));
    }

    #[test]
    fn a_loaded_line_teaches_no_noise() {
        let noise = learned(|_| 30.0, 600, false, Noise::default());
        assert_eq!(noise.mean().total_cmp(&0.0), core::cmp::Ordering::Equal);
    }

    #[test]
    fn a_floor_that_was_learned_too_high_comes_down_even_under_load() {
        let noise = learned(|_| 30.0, 120, true, Noise::default());
        let noise = learned(|_| 1.0, 120, false, noise);
        assert!(noise.mean() < 10.0, "{noise:?}");
    }

    #[test]
    fn the_threshold_has_an_end() {
        let wild = |n: u64| if n.is_multiple_of(2) { 0.0 } else { 300.0 };
        let noise = Noise::restored(Millis::of(100), Millis::of(150)).unwrap();
        let noise = learned(wild, 60, true, noise);
        assert_eq!(noise.threshold(Millis::of(15)), Millis::of(60));
    }
}
