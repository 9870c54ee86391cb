//! What `steering.yaml` says, as the machines need it.

use crate::steering::confidence::ConfidenceParams;
use crate::steering::smoothing::Weight;
use crate::time::Duration;
use crate::units::Millis;

/// v1.7's own measuring interval, for which its default sample counts and weights were made (contract 1.6).
pub const V17_INTERVAL: Duration = Duration::from_secs(2);

/// All of it.
#[derive(Clone, Debug)]
pub struct SteeringParams {
    /// `measurement.interval_seconds`: how often [`crate::steering::Steering::observe`] is called.
    pub interval: Duration,
    /// `timeouts.ping`: an echo without a reply for so long is lost.
    pub lost_after: Duration,
    /// How delay, drops and queue become a zone, or, in legacy mode, the delay alone.
    pub judging: Judging,
    /// Bad samples before the rule is switched on.
    pub degrade: Pace,
    /// Good samples before it is switched off.
    pub recover: Pace,
    /// `thresholds.rtt_ewma_alpha`, per `interval`.
    pub rtt_weight: Weight,
    /// `thresholds.queue_ewma_alpha`, per `interval`.
    pub queue_weight: Weight,
    /// `thresholds.baseline_rtt_bounds`, both included.
    pub baseline_bounds: (Millis, Millis),
    /// Age at which autorate's word is stale.
    pub stale_after: Duration,
    /// `state.history_size`, 1 to 3000.
    pub history_size: usize,
    /// `confidence`, if `mode.use_confidence_scoring`.
    pub confidence: Option<ConfidenceParams>,
}

impl SteeringParams {
    /// Three cycles, but at least so long: what is further apart does not belong together.
    pub(super) fn three_cycles(&self, at_least: Duration) -> Duration {
        Duration::from_micros(self.interval.as_micros().saturating_mul(3)).max(at_least)
    }
}

/// `mode.cake_aware`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Judging {
    /// true: the truth table of contract 4.4 and our ways to RED.
    CakeAware(Edges),
    /// false: the raw delta alone.
    Legacy {
        /// `thresholds.bad_threshold_ms`: bad above it.
        bad: Millis,
        /// `thresholds.recovery_threshold_ms`: good below it.
        recovery: Millis,
    },
}

/// The edges of the truth table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edges {
    /// `thresholds.yellow_rtt_ms`: YELLOW above it.
    pub yellow: Millis,
    /// `thresholds.red_rtt_ms`: RED needs more than it.
    pub red: Millis,
    /// `thresholds.min_drops_red`, at least 1.
    pub drops_red: u64,
    /// `thresholds.min_queue_yellow`, in packets.
    pub queue_yellow: u64,
    /// `thresholds.min_queue_red`, in packets.
    pub queue_red: u64,
    /// `thresholds.max_loss_percent` as a share, above 0 to 1: RED from here on.
    pub loss_red: f64,
}

/// So many samples in a row, each of which stands for so much time.
///
/// v1.7 counted cycles, so a shorter interval made it jumpier (W-52). Here the count is a time: what it
/// took at the interval it was written for, whatever the interval is now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pace {
    /// At least 1.
    pub samples: u32,
    /// Above 0.
    pub every: Duration,
}

impl Pace {
    /// From the first sample of the row to the last one needed.
    pub fn takes(self) -> Duration {
        let steps = u64::from(self.samples.saturating_sub(1));
        Duration::from_micros(self.every.as_micros().saturating_mul(steps))
    }

    /// How many samples v1.7 would have counted after this long, the first one included.
    pub fn counted(self, elapsed: Duration) -> u32 {
        let steps = elapsed.as_micros() / self.every.as_micros().max(1);
        u32::try_from(steps).map_or(u32::MAX, |steps| steps.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_a_time_and_counts_as_v17_did() {
        let pace = Pace {
            samples: 15,
            every: V17_INTERVAL,
        };
        assert_eq!(pace.takes(), Duration::from_secs(28));
        assert_eq!(pace.counted(Duration::ZERO), 1);
        assert_eq!(pace.counted(pace.takes()), 15);
        let at_once = Pace { samples: 1, ..pace };
        assert_eq!(at_once.takes(), Duration::ZERO);
    }
}
