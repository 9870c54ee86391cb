//! The v1.7 law, decision for decision (contract 3.5, `tests/golden`).
//!
//! Its quirks are part of the promise: a zone's floor lifts as well as limits, SOFT_RED holds while
//! the milder YELLOW cuts, and a spike only restarts the count of GREEN cycles.

use super::{Verdict, Why};
use crate::control::delay::Delay;
use crate::control::zone::{Streaks, Thresholds, Zone, ZoneTracker};
use crate::units::{Factor, Rate};

/// The lowest rate of each zone; `red <= soft_red <= yellow <= green <= ceiling`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Floors {
    /// In GREEN.
    pub green: Rate,
    /// In YELLOW.
    pub yellow: Rate,
    /// In SOFT_RED.
    pub soft_red: Rate,
    /// In RED.
    pub red: Rate,
}

impl Floors {
    /// One floor for all zones: v1.7's legacy form, and its upload.
    pub const fn single(floor: Rate) -> Self {
        Self {
            green: floor,
            yellow: floor,
            soft_red: floor,
            red: floor,
        }
    }

    /// The lowest rate in `zone`.
    pub const fn of(&self, zone: Zone) -> Rate {
        match zone {
            Zone::Green => self.green,
            Zone::Yellow => self.yellow,
            Zone::SoftRed => self.soft_red,
            Zone::Red => self.red,
        }
    }

    /// The deepest a rate can fall.
    pub fn lowest(&self) -> Rate {
        self.green.min(self.yellow).min(self.soft_red).min(self.red)
    }
}

/// One direction's settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShaperParams {
    /// Where the zones begin.
    pub thresholds: Thresholds,
    /// The highest rate.
    pub ceiling: Rate,
    /// The lowest rate of each zone.
    pub floors: Floors,
    /// Multiplier per YELLOW cycle.
    pub decay_yellow: Factor,
    /// Multiplier per RED cycle.
    pub decay_red: Factor,
    /// Raise per cycle once GREEN has lasted.
    pub step_up: Rate,
    /// Consecutive GREEN cycles before the rate may rise.
    pub green_required: u32,
}

/// One direction of one WAN.
#[derive(Clone, Copy, Debug)]
pub struct Shaper {
    params: ShaperParams,
    tracker: ZoneTracker,
    rate: Rate,
}

impl Shaper {
    /// Starts at the ceiling, as v1.7 does.
    pub fn new(params: ShaperParams) -> Self {
        Self {
            params,
            tracker: ZoneTracker::default(),
            rate: params.ceiling,
        }
    }

    /// Continues where a state document left off; the rate is clamped to today's limits (W-63).
    #[must_use]
    pub fn restored(params: ShaperParams, streaks: Streaks, rate: Rate) -> Self {
        Self {
            params,
            tracker: ZoneTracker::from_streaks(streaks),
            rate: rate.max(params.floors.lowest()).min(params.ceiling),
        }
    }

    /// One cycle.
    pub fn step(&mut self, delay: Delay) -> Verdict {
        let p = &self.params;
        let was = self.tracker.zone();
        if delay.spike.is_some() {
            self.tracker.interrupt();
        }
        let zone = p.thresholds.classify(delay.delta());
        let streak = self.tracker.observe(zone);

        let before = self.rate;
        let (wish, intent) = match zone {
            Zone::Green if streak >= p.green_required => (before + p.step_up, Why::Raised),
            Zone::Green => (
                before,
                Why::AwaitingGreen {
                    streak,
                    required: p.green_required,
                },
            ),
            Zone::Yellow => (before * p.decay_yellow, Why::Cut),
            Zone::SoftRed => (before, Why::HeldInSoftRed),
            Zone::Red => (before * p.decay_red, Why::Cut),
        };
        let floor = p.floors.of(zone);
        self.rate = wish.max(floor).min(p.ceiling);

        let why = match self.rate {
            rate if rate > wish && rate > before => Why::LiftedToFloor,
            rate if rate > wish => Why::AtFloor,
            rate if zone == Zone::Green && rate == p.ceiling => Why::AtCeiling,
            _ => intent,
        };
        Verdict {
            zone,
            was,
            rate: self.rate,
            why,
        }
    }

    /// What CAKE should be told now.
    pub const fn rate(&self) -> Rate {
        self.rate
    }

    /// v1.7's counters, for the state document.
    pub fn streaks(&self) -> Streaks {
        self.tracker.streaks()
    }

    /// The zone of the last cycle.
    pub const fn zone(&self) -> Zone {
        self.tracker.zone()
    }

    /// The settings it runs with.
    pub const fn params(&self) -> &ShaperParams {
        &self.params
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Millis;

    const DOWN: ShaperParams = ShaperParams {
        thresholds: Thresholds {
            green: Millis::of(15),
            yellow: Millis::of(45),
            soft_red: Some(Millis::of(80)),
        },
        ceiling: Rate::mbit(500),
        floors: Floors {
            green: Rate::mbit(100),
            yellow: Rate::mbit(75),
            soft_red: Rate::mbit(50),
            red: Rate::mbit(25),
        },
        decay_yellow: Factor::new(0.96).unwrap(),
        decay_red: Factor::new(0.85).unwrap(),
        step_up: Rate::mbit(5),
        green_required: 5,
    };

    fn delta(ms: u32, spike: bool) -> Delay {
        Delay {
            load: Millis::of(25 + ms),
            baseline: Millis::of(25),
            spike: spike.then_some(Millis::of(20)),
            refused_baseline: None,
        }
    }

    fn at(rate: Rate, green: u32) -> Shaper {
        let streaks = Streaks {
            green,
            ..Streaks::default()
        };
        Shaper::restored(DOWN, streaks, rate)
    }

    /// Contract 13.1, "Single steps".
    #[test]
    fn the_single_steps_of_the_contract() {
        for (rate, ms, zone, expected) in [
            (Rate::mbit(25), 20, Zone::Yellow, Rate::mbit(75)),
            (Rate::mbit(25), 50, Zone::SoftRed, Rate::mbit(50)),
            (Rate::mbit(25), 0, Zone::Green, Rate::mbit(100)),
            (
                Rate::bps(123_456_789),
                175,
                Zone::Red,
                Rate::bps(104_938_270),
            ),
        ] {
            let verdict = at(rate, 0).step(delta(ms, false));
            assert_eq!(
                (verdict.zone, verdict.rate),
                (zone, expected),
                "{rate}, {ms} ms"
            );
        }
    }

    /// W-13: v1.7's forced RED is undone in the same cycle; its one effect is a fresh count.
    #[test]
    fn a_spike_only_restarts_the_count_of_green_cycles() {
        let mut shaper = at(Rate::mbit(200), 9);
        let verdict = shaper.step(delta(0, true));
        assert_eq!(
            verdict.why,
            Why::AwaitingGreen {
                streak: 1,
                required: 5
            }
        );
        assert_eq!(verdict.rate, Rate::mbit(200));
    }

    #[test]
    fn a_restored_rate_is_clamped_to_todays_limits() {
        assert_eq!(at(Rate::mbit(5_000), 0).rate(), Rate::mbit(500));
        assert_eq!(at(Rate::ZERO, 0).rate(), Rate::mbit(25));
    }

    #[test]
    fn every_rate_has_its_reason() {
        for (rate, green, ms, why) in [
            (500, 9, 0, Why::AtCeiling),
            (300, 9, 0, Why::Raised),
            (300, 0, 20, Why::Cut),
            (300, 0, 60, Why::HeldInSoftRed),
            (25, 0, 100, Why::AtFloor),
            (25, 0, 20, Why::LiftedToFloor),
        ] {
            assert_eq!(at(Rate::mbit(rate), green).step(delta(ms, false)).why, why);
        }
    }
}
