//! Two EWMAs of the RTT: `load` follows it, `baseline` follows it only while the line is idle.

use crate::units::{Alpha, Millis};

/// How fast the two averages follow, and what they refuse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DelayParams {
    /// Weight of a new sample in the load RTT.
    pub load: Alpha,
    /// Weight of a new sample in the baseline RTT.
    pub baseline: Alpha,
    /// At or above this delta the line counts as loaded and the baseline is frozen.
    pub idle_below: Millis,
    /// A rise of the load RTT by more than this in one cycle is a spike.
    pub spike_above: Millis,
    /// Outside these bounds (inclusive) a baseline is a broken measurement, not a line.
    pub baseline_bounds: (Millis, Millis),
}

/// What the two averages say this cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Delay {
    /// The load RTT.
    pub load: Millis,
    /// The baseline RTT after this cycle's learning.
    pub baseline: Millis,
    /// `Some(rise)` if the load RTT rose by more than `spike_above`.
    pub spike: Option<Millis>,
    /// `Some(candidate)` if the baseline would have left its bounds.
    pub refused_baseline: Option<Millis>,
}

impl Delay {
    /// Load minus baseline: the bloat. Negative when the path got shorter.
    pub fn delta(self) -> Millis {
        self.load - self.baseline
    }
}

/// The two averages of one WAN.
#[derive(Clone, Copy, Debug)]
pub struct DelayTracker {
    params: DelayParams,
    load: Millis,
    baseline: Millis,
}

impl DelayTracker {
    /// Starts both averages at `initial`.
    pub const fn new(params: DelayParams, initial: Millis) -> Self {
        Self {
            params,
            load: initial,
            baseline: initial,
        }
    }

    /// Starts from averages known before, e.g. from a state document.
    pub const fn restored(params: DelayParams, baseline: Millis, load: Millis) -> Self {
        Self {
            params,
            load,
            baseline,
        }
    }

    /// Folds one RTT in (contract 3.4: the new load is compared with the old baseline).
    pub fn update(&mut self, rtt: Millis) -> Delay {
        let before = self.load;
        self.load = self.params.load.blend(before, rtt);

        // If the baseline followed a loaded line, the delta would vanish and bloat with it.
        let mut refused_baseline = None;
        if self.load - self.baseline < self.params.idle_below {
            let candidate = self.params.baseline.blend(self.baseline, rtt);
            let (low, high) = self.params.baseline_bounds;
            if low <= candidate && candidate <= high {
                self.baseline = candidate;
            } else {
                refused_baseline = Some(candidate);
            }
        }

        let rise = self.load - before;
        Delay {
            spike: (rise > self.params.spike_above).then_some(rise),
            refused_baseline,
            ..self.current()
        }
    }

    /// How they are formed.
    pub const fn params(&self) -> &DelayParams {
        &self.params
    }

    /// The averages as they stand, without a new sample.
    pub const fn current(&self) -> Delay {
        Delay {
            load: self.load,
            baseline: self.baseline,
            spike: None,
            refused_baseline: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: DelayParams = DelayParams {
        load: Alpha::new(0.5).unwrap(),
        baseline: Alpha::new(0.1).unwrap(),
        idle_below: Millis::of(3),
        spike_above: Millis::of(12),
        baseline_bounds: (Millis::of(10), Millis::of(60)),
    };

    #[test]
    fn the_baseline_is_frozen_while_the_line_is_loaded() {
        let mut tracker = DelayTracker::new(PARAMS, Millis::of(25));
        for _ in 0..1_000 {
            tracker.update(Millis::of(90));
        }
        assert_eq!(tracker.current().baseline, Millis::of(25));
    }

    #[test]
    fn a_baseline_outside_its_bounds_is_refused_and_said() {
        let mut tracker = DelayTracker::new(PARAMS, Millis::of(10));
        let delay = tracker.update(Millis::of(8));
        assert_eq!(delay.baseline, Millis::of(10));
        assert!(delay.refused_baseline.is_some());
    }

    #[test]
    fn a_sudden_rise_is_a_spike_once() {
        let mut tracker = DelayTracker::new(PARAMS, Millis::of(25));
        assert!(tracker.update(Millis::of(60)).spike.is_some());
        assert!(tracker.update(Millis::of(60)).spike.is_none());
    }
}
