//! Without counters: bands of delay as in cake-autorate, and never above the base by growth, because
//! growth without load is blind.

use super::{BLIND_AFTER, QUIET_SHARE, Said, Shaper, State, held};
use crate::control::law::adaptive::words::{Blocker, Reason};
use crate::time::{Duration, Instant};

/// From one cut to the next (cake-autorate's `bufferbloat_refractory_period_ms`).
const CUT_EVERY: Duration = Duration::from_millis(300);
/// The mildest cut, at the threshold, and the deepest, at twice it.
const MILDEST: f64 = 0.99;
const DEEPEST: f64 = 0.75;
/// Towards the base once a second by one in a hundred (cake-autorate's decay).
const DRIFT_EVERY: Duration = Duration::from_secs(1);
const DRIFT: f64 = 0.01;

impl Shaper {
    /// A gap of a moment holds everything; a longer one changes the law.
    pub(super) fn without_counters(&mut self, now: Instant, delta: f64, threshold: f64) -> Said {
        let State::Blind { cut_at, drift_at } = self.state else {
            if now - self.known_at >= BLIND_AFTER {
                self.evidence = 0.0;
                self.state = State::Blind {
                    cut_at: now,
                    drift_at: now + DRIFT_EVERY,
                };
            }
            return held(Blocker::NoCounters);
        };
        let (rate, base) = (self.rate, self.params.base);
        if delta > threshold {
            if now < cut_at {
                return held(Blocker::Refractory);
            }
            let severity = ((delta - threshold) / threshold).min(1.0);
            self.state = State::Blind {
                cut_at: now + CUT_EVERY,
                drift_at: now + DRIFT_EVERY,
            };
            self.set(rate.times(MILDEST - severity * (MILDEST - DEEPEST)));
            return (Reason::BlindCut, Some(Blocker::Delay));
        }
        if now < drift_at || (rate < base && delta >= QUIET_SHARE * threshold) {
            return held(Blocker::NoCounters);
        }
        self.state = State::Blind {
            cut_at,
            drift_at: now + DRIFT_EVERY,
        };
        let wish = if rate < base {
            rate.times(1.0 + DRIFT).min(base)
        } else {
            rate.times(1.0 - DRIFT).max(base)
        };
        if self.set(wish) {
            (Reason::BlindDrift, Some(Blocker::NoCounters))
        } else {
            held(Blocker::NoCounters)
        }
    }
}
