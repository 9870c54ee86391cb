//! The capacity-anchored law, told in the words that reports have for v1.7's.
//!
//! It steps in every cycle, whether or not a reply came: an echo that is not answered grows older. Its
//! averages are those it acts on: the nearest reflector's baseline, and above it the delta of all of
//! them. A zone says how bad that delta is and nothing of what is done about it; that is in the verdict's
//! [`Why`].

use super::{Decision, Judgement, Source};
use crate::control::blackout::Step;
use crate::control::delay::Delay;
use crate::control::law::adaptive::Pilot;
use crate::control::law::{Verdict, Why};
use crate::control::zone::{Thresholds, Zone};
use crate::direction::{Both, Direction};
use crate::time::Instant;
use crate::units::Millis;

/// Where YELLOW ends, in thresholds: v1.7's shipped 45 of 15 ms.
const YELLOW_ENDS: f64 = 3.0;
/// Where SOFT_RED ends, in thresholds: v1.7's 80 of 15 ms.
const SOFT_RED_ENDS: f64 = 80.0 / 15.0;

#[derive(Clone, Debug)]
pub(super) struct Adapting {
    pilot: Pilot,
    delay: Delay,
    threshold: Millis,
    zones: Both<Zone>,
    /// The zones of the last verdicts, which not every step gives.
    told: Both<Zone>,
}

impl Adapting {
    pub(super) fn new(pilot: Pilot, baseline: Millis) -> Self {
        Self {
            threshold: pilot.law().shapers().down.params().tuning.threshold,
            pilot,
            delay: Delay {
                load: baseline,
                baseline,
                ..Delay::default()
            },
            zones: Both::default(),
            told: Both::default(),
        }
    }

    pub(super) fn step(&mut self, now: Instant, step: Step) -> Decision {
        let (reading, decisions) = self.pilot.step(now);
        if reading.path > Millis::ZERO {
            self.delay.baseline = reading.path;
        }
        if let Some(delta) = reading.delta {
            self.delay.load = self.delay.baseline + delta;
            self.threshold = reading.threshold;
        }
        let edges = self.thresholds();
        let delta = self.delay.delta();
        self.zones = edges.map(|edges| edges.classify(delta));
        match step {
            Step::Judge(rtt) => {
                let was = core::mem::replace(&mut self.told, self.zones);
                Decision::Judged(Judgement {
                    rtt,
                    source: Source::Icmp,
                    delay: self.delay,
                    verdicts: Both::from_fn(|direction: Direction| Verdict {
                        zone: self.zones[direction],
                        was: was[direction],
                        rate: decisions[direction].rate,
                        why: Why::Adaptive(decisions[direction]),
                    }),
                })
            }
            // Whoever is asked once a second by TCP cannot hold a queue: it stands still, as the law does.
            Step::JudgeTcp(_) | Step::Repeat | Step::Freeze => Decision::Frozen,
            Step::Hold => Decision::Held,
            Step::Fail(why) => Decision::Failed(why),
        }
    }

    pub(super) const fn delay(&self) -> Delay {
        self.delay
    }

    pub(super) const fn zones(&self) -> Both<Zone> {
        self.zones
    }

    /// As much above the threshold of the moment as v1.7's were above its `target_bloat_ms`.
    pub(super) fn thresholds(&self) -> Both<Thresholds> {
        let green = self.threshold;
        let times = |by: f64| Millis::new(green.as_f64() * by).unwrap_or(green);
        Both::from_fn(|direction| Thresholds {
            green,
            yellow: times(YELLOW_ENDS),
            soft_red: (direction == Direction::Down).then(|| times(SOFT_RED_ENDS)),
        })
    }

    pub(super) const fn pilot(&self) -> &Pilot {
        &self.pilot
    }

    pub(super) const fn pilot_mut(&mut self) -> &mut Pilot {
        &mut self.pilot
    }
}
