//! Without counters: bands of delay as in cake-autorate, and never above the base by growth, because
//! growth without load is blind.

use super::{BLIND_AFTER, QUIET_SHARE, Said, Shaper, State, TRIAL_EVERY, held};
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
    /// Nobody has answered since then, though something may pass. When echoes begin to be filtered that is
    /// taken for a queue first, and what it was cut to must not stay for as long as the filter does.
    pub(super) fn without_replies(
        &mut self,
        now: Instant,
        since: Instant,
        blocker: Blocker,
    ) -> Said {
        self.evidence = 0.0;
        if self.rate >= self.params.base || now - since < TRIAL_EVERY {
            return held(blocker);
        }
        let drift_at = match self.state {
            State::Blind { drift_at, .. } => drift_at,
            State::Clear(_) | State::Draining(_) | State::Weather { .. } => now,
        };
        if now < drift_at {
            return held(blocker);
        }
        self.state = State::Blind {
            cut_at: now,
            drift_at: now + DRIFT_EVERY,
        };
        if self.set(self.rate.times(1.0 + DRIFT).min(self.params.base)) {
            (Reason::BlindDrift, Some(blocker))
        } else {
            held(blocker)
        }
    }

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
