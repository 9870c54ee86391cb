//! What the adaptive law of one WAN goes by.

use super::{rounded, seconds};
use crate::report::adaptive::presence;
use crate::status::{AdaptiveStatus, CounterState};
use crate::time::{Duration, Instant};
use crate::units::Millis;

#[derive(serde::Serialize)]
pub(super) struct Basis {
    reflectors: &'static str,
    noise_ms: f64,
    noise_deviation_ms: f64,
    counters: Counters,
}

/// The byte counters of the two queues.
#[derive(serde::Serialize)]
struct Counters {
    state: &'static str,
    age_seconds: Option<f64>,
    period_ms: Option<f64>,
}

pub(super) fn basis(shown: &AdaptiveStatus, now: Instant) -> Basis {
    let ms = |ms| Millis::new(ms).map_or(0.0, |ms| rounded(ms, 2));
    Basis {
        reflectors: presence(shown.presence),
        noise_ms: ms(shown.noise.mean()),
        noise_deviation_ms: ms(shown.noise.deviation()),
        counters: counters(shown, now),
    }
}

fn counters(shown: &AdaptiveStatus, now: Instant) -> Counters {
    let (state, period) = match shown.counters.state(now) {
        CounterState::Missing => ("none", None),
        CounterState::Undecided => ("undecided", None),
        CounterState::Fresh(period) => ("fresh", Some(period)),
        CounterState::Slow(period) => ("slow", Some(period)),
    };
    Counters {
        state,
        age_seconds: shown.counters.read_at.map(|at| seconds(now - at)),
        period_ms: period.map(|period: Duration| rounded(period.as_millis(), 1)),
    }
}
