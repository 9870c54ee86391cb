//! v1.7's exponential average (contract 4.3): bounded, and never a reason to die (W-50).

use crate::time::Duration;

/// Largest delay that enters the average, in milliseconds (contract 4.3).
pub const DELTA_LIMIT: f64 = 1_000.0;
/// Longest queue that enters the average, in packets (contract 4.3).
pub const QUEUE_LIMIT: f64 = 10_000.0;

/// The weight of the newest sample, `0 <= w <= 1`. v1.7 allowed 0, which never moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight(f64);

impl Weight {
    /// `None` outside `0..=1`, NaN included.
    pub const fn new(weight: f64) -> Option<Self> {
        if weight >= 0.0 && weight <= 1.0 {
            Some(Self(weight))
        } else {
            None
        }
    }

    /// The bare number.
    pub const fn as_f64(self) -> f64 {
        self.0
    }

    /// An average after one more sample.
    pub(super) fn blend(self, average: f64, sample: f64) -> f64 {
        (1.0 - self.0) * average + self.0 * sample
    }

    /// The weight per `interval` that forgets as fast as this one does per `reference`.
    ///
    /// Equal spans give back the very same number: v1.7's values are then met to the last bit.
    #[must_use]
    pub fn per(self, interval: Duration, reference: Duration) -> Self {
        if interval == reference || reference == Duration::ZERO {
            return self;
        }
        let exponent = interval.as_secs_f64() / reference.as_secs_f64();
        Self((1.0 - (1.0 - self.0).powf(exponent)).clamp(0.0, 1.0))
    }
}

/// Why a sample did not enter the average.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// NaN or infinite.
    NotFinite,
    /// Beyond the limit of this average.
    AboveLimit,
}

/// One average. The first sample is taken whole; v1.7 did that again whenever the average was exactly 0,
/// so that the first spike after a perfect calm went through unsmoothed (W-50).
#[derive(Clone, Copy, Debug)]
pub struct Average {
    weight: Weight,
    limit: f64,
    value: Option<f64>,
}

impl Average {
    /// An average without samples, which refuses what is beyond `±limit`.
    pub const fn new(weight: Weight, limit: f64) -> Self {
        Self {
            weight,
            limit,
            value: None,
        }
    }

    /// Folds a sample in and returns the new average.
    ///
    /// # Errors
    /// The sample is refused; the average stands.
    pub fn observe(&mut self, sample: f64) -> Result<f64, Refused> {
        if !sample.is_finite() {
            return Err(Refused::NotFinite);
        }
        if sample.abs() > self.limit {
            return Err(Refused::AboveLimit);
        }
        let value = self
            .value
            .map_or(sample, |old| self.weight.blend(old, sample));
        self.value = Some(value);
        Ok(value)
    }

    /// The average; `None` before the first sample.
    pub const fn value(&self) -> Option<f64> {
        self.value
    }

    /// Goes on from a saved average. v1.7 saved 0 for "none yet"; what is beyond the limit is none either.
    pub fn restore(&mut self, saved: f64) {
        let usable = saved.is_finite() && saved != 0.0 && saved.abs() <= self.limit;
        self.value = usable.then_some(saved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn average(weight: f64) -> Average {
        Average::new(Weight::new(weight).unwrap(), DELTA_LIMIT)
    }

    #[test]
    fn the_first_sample_is_taken_whole_and_the_rest_are_blended() {
        let mut delta = average(0.3);
        assert_eq!(delta.observe(65.0), Ok(65.0));
        assert_eq!(delta.observe(5.0), Ok((1.0 - 0.3) * 65.0 + 0.3 * 5.0));
    }

    #[test]
    fn a_spike_after_a_perfect_calm_is_smoothed() {
        let mut delta = average(0.3);
        delta.observe(0.0).unwrap();
        assert_eq!(delta.observe(100.0), Ok(30.0));
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_and_the_average_stands() {
        let mut delta = average(0.3);
        delta.observe(10.0).unwrap();
        for (sample, why) in [
            (f64::NAN, Refused::NotFinite),
            (f64::INFINITY, Refused::NotFinite),
            (1_000.1, Refused::AboveLimit),
            (-1_000.1, Refused::AboveLimit),
            (1e9, Refused::AboveLimit),
        ] {
            assert_eq!(delta.observe(sample), Err(why), "{sample}");
            assert_eq!(delta.value(), Some(10.0));
        }
        assert!(delta.observe(1_000.0).is_ok(), "the limit itself is inside");
    }

    #[test]
    fn a_weight_is_a_share() {
        for (weight, right) in [
            (0.0, true),
            (1.0, true),
            (-0.1, false),
            (1.1, false),
            (f64::NAN, false),
        ] {
            assert_eq!(Weight::new(weight).is_some(), right, "{weight}");
        }
    }

    /// W-52: forty samples of 50 ms forget what one sample of 2 s forgets.
    #[test]
    fn a_weight_forgets_alike_at_every_interval() {
        let two = Duration::from_secs(2);
        let weight = Weight::new(0.3).unwrap();
        assert_eq!(weight.per(two, two), weight);
        let mut fast = Average::new(weight.per(Duration::from_millis(50), two), DELTA_LIMIT);
        let mut slow = Average::new(weight, DELTA_LIMIT);
        for average in [&mut fast, &mut slow] {
            average.observe(0.0).unwrap();
        }
        slow.observe(100.0).unwrap();
        for _ in 0..40 {
            fast.observe(100.0).unwrap();
        }
        assert!((fast.value().unwrap() - slow.value().unwrap()).abs() < 1e-9);
    }

    #[test]
    fn a_saved_average_is_taken_up_unless_it_is_nonsense() {
        for (saved, restored) in [
            (65.0, Some(65.0)),
            (0.0, None),
            (f64::NAN, None),
            (1e9, None),
        ] {
            let mut delta = average(0.3);
            delta.restore(saved);
            assert_eq!(delta.value(), restored, "{saved}");
        }
    }
}
