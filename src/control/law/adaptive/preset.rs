//! What kind of line it is, in three numbers.

use crate::control::bloat::frame::Framing;
use crate::units::{Factor, Millis};

/// The kinds of line that differ enough to need their own numbers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Preset {
    /// DOCSIS: request and grant make some jitter, and evenings make the capacity fall.
    #[default]
    Cable,
    /// ADSL and VDSL: slow, but what is synchronised is there.
    Dsl,
    /// Fibre to the home: quiet and steady.
    Fiber,
    /// LTE and 5G: everything changes within seconds, and the radio's own scheduling is a delay.
    Lte,
    /// Starlink: a new satellite every 15 s, with another capacity and a jump in the delay.
    Starlink,
}

/// A preset's numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// From here on a delta is bloat, before noise and a frame's own time are added.
    pub threshold: Millis,
    /// The share of the measured capacity that a drain returns to. Less keeps more distance to a
    /// capacity that wanders, and costs as much throughput.
    pub keep: Factor,
    /// The largest raise per 200 ms, as a share of the rate. A line whose capacity returns quickly is
    /// followed quickly; on one that is steady, a large step is only an overshoot.
    pub stride: f64,
    /// How it packs packets.
    pub framing: Framing,
}

impl Preset {
    /// The numbers. `cable` is what the law study measured; the others follow from what the line is and
    /// were chosen in the simulator, not on real lines.
    ///
    /// # Panics
    /// Never: every share in it is between zero and one.
    pub const fn tuning(self) -> Tuning {
        let (threshold, keep, stride) = match self {
            Self::Cable => (15, 0.96, 0.08),
            Self::Dsl => (15, 0.97, 0.04),
            Self::Fiber => (8, 0.97, 0.08),
            Self::Lte => (30, 0.92, 0.10),
            Self::Starlink => (20, 0.94, 0.10),
        };
        Tuning {
            threshold: Millis::of(threshold),
            keep: Factor::new(keep).expect("between zero and one"),
            stride,
            framing: Framing::Ethernet,
        }
    }

    /// Its name in the config.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cable => "cable",
            Self::Dsl => "dsl",
            Self::Fiber => "fiber",
            Self::Lte => "lte",
            Self::Starlink => "starlink",
        }
    }

    /// By its name in the config.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "cable" => Self::Cable,
            "dsl" => Self::Dsl,
            "fiber" => Self::Fiber,
            "lte" => Self::Lte,
            "starlink" => Self::Starlink,
            _ => return None,
        })
    }
}

impl Tuning {
    /// The same line for somebody who wants less delay (more than one) or more throughput (less than
    /// one). Held between a quarter and four: twice the aggressiveness is half the threshold and twice
    /// the distance to the capacity.
    #[must_use]
    pub fn with_aggressiveness(self, aggressiveness: f64) -> Self {
        /// Below this a threshold is within what any line's jitter crosses, in milliseconds.
        const LEAST_MS: f64 = 5.0;
        let by = if aggressiveness.is_finite() {
            aggressiveness.clamp(0.25, 4.0)
        } else {
            1.0
        };
        let threshold = Millis::new((self.threshold.as_f64() / by).max(LEAST_MS));
        let keep = Factor::new((1.0 - (1.0 - self.keep.as_f64()) * by).max(0.7));
        Self {
            threshold: threshold.unwrap_or(self.threshold),
            keep: keep.unwrap_or(self.keep),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggressiveness_of_one_is_the_preset() {
        for preset in ["cable", "dsl", "fiber", "lte", "starlink"] {
            let tuning = Preset::named(preset).unwrap().tuning();
            let same = tuning.with_aggressiveness(1.0);
            assert_eq!(same.threshold, tuning.threshold);
            assert!((same.keep.as_f64() - tuning.keep.as_f64()).abs() < 1e-9);
        }
        assert_eq!(Preset::named("modem"), None);
    }

    #[test]
    fn more_of_it_cuts_earlier_and_keeps_more_distance() {
        let tuning = Preset::Cable.tuning();
        let keen = tuning.with_aggressiveness(2.0);
        assert!(keen.threshold < tuning.threshold && keen.keep.as_f64() < tuning.keep.as_f64());
        for nonsense in [f64::NAN, f64::INFINITY, -3.0, 1e9] {
            let tuning = tuning.with_aggressiveness(nonsense);
            assert!(tuning.threshold >= Millis::of(3));
            assert!((0.7..1.0).contains(&tuning.keep.as_f64()));
        }
    }
}
