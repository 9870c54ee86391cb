//! The daemon's place: a law with its measurement.

use super::scenario::{Limits, Scenario};
use super::world::Reply;
use crate::control::blackout::Step;
use crate::control::bloat::oneway::Turn;
use crate::control::controller::Controller;
use crate::control::delay::{DelayParams, DelayTracker};
use crate::control::law::adaptive::{Decision, Pilot, PilotParams};
use crate::control::law::classic::{Floors, Shaper, ShaperParams};
use crate::control::prober::{Combine, Prober, ProberParams, Question, Sample};
use crate::control::zone::Thresholds;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::{Alpha, Factor, Millis, Rate};

/// Which law plays.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Law {
    /// v1.7's, with its ten writes a minute.
    Classic,
    /// v1.7's, as if flash did not wear.
    ClassicUnlimited,
    /// The capacity-anchored one.
    Adaptive,
    /// None: the base rate throughout.
    Static,
}

#[derive(Debug)]
enum Played {
    Static,
    Classic(Box<Classic>),
    Adaptive(Box<Measured>),
}

#[derive(Debug)]
struct Classic {
    prober: Prober,
    controller: Controller,
    limited: bool,
    writes: Vec<Instant>,
}

/// The daemon's pilot, and who is asked next.
#[derive(Debug)]
struct Measured {
    pilot: Pilot,
    decisions: Option<Both<Decision>>,
    next: u8,
    reflectors: u8,
}

#[derive(Debug)]
pub(super) struct Contender {
    played: Played,
    rates: Both<Rate>,
}

/// v1.7's example for a cable line, in shares of its ceiling: 550, 350, 275 and 200 of 940 Mbit/s,
/// steps of 10.
fn classic(limits: Limits, down: bool) -> ShaperParams {
    let share = |share: f64| limits.ceiling.times(share);
    ShaperParams {
        thresholds: Thresholds {
            green: Millis::of(15),
            yellow: Millis::of(45),
            soft_red: down.then_some(Millis::of(80)),
        },
        ceiling: limits.ceiling,
        floors: if down {
            Floors {
                green: share(0.585),
                yellow: share(0.372),
                soft_red: share(0.293),
                red: share(0.213),
            }
        } else {
            Floors::single(share(0.213))
        },
        decay_yellow: Factor::new(0.96).expect("a factor"),
        decay_red: Factor::new(0.85).expect("a factor"),
        step_up: share(0.0106),
        green_required: 5,
    }
}

impl Contender {
    pub(super) fn new(now: Instant, law: Law, scenario: &Scenario) -> Self {
        let played = match law {
            Law::Static => Played::Static,
            Law::Classic | Law::ClassicUnlimited => Played::classic(now, law, scenario),
            Law::Adaptive => Played::adaptive(now, scenario),
        };
        let rates = match &played {
            Played::Static => scenario.limits.map(|limits| limits.base),
            Played::Classic(classic) => classic.controller.rates(),
            Played::Adaptive(measured) => measured.pilot.rates(),
        };
        Self { played, rates }
    }

    pub(super) const fn rates(&self) -> Both<Rate> {
        self.rates
    }

    pub(super) const fn decisions(&self) -> Option<Both<Decision>> {
        match &self.played {
            Played::Adaptive(measured) => measured.decisions,
            Played::Static | Played::Classic(_) => None,
        }
    }

    pub(super) fn tick(&mut self, now: Instant) {
        match &mut self.played {
            Played::Static => {}
            Played::Classic(classic) => {
                if let Sample::Rtt(rtt) = classic.prober.close_round(now) {
                    classic.controller.step(now, Step::Judge(rtt));
                }
                self.rates = classic.controller.rates();
            }
            Played::Adaptive(measured) => {
                measured.decisions = Some(measured.pilot.step(now).1);
                self.rates = measured.pilot.rates();
            }
        }
    }

    /// The reflectors to ask now, each with its sequence number, and for what.
    pub(super) fn echoes(&mut self, now: Instant) -> Vec<(u8, u16, Question)> {
        match &mut self.played {
            Played::Static => Vec::new(),
            Played::Classic(classic) => classic
                .prober
                .open_round()
                .enumerate()
                .filter_map(|(n, echo)| Some((u8::try_from(n).ok()?, echo.seq, echo.question)))
                .collect(),
            Played::Adaptive(measured) => {
                let n = measured.next;
                measured.next = (n + 1) % measured.reflectors;
                let question = match measured.pilot.ask(now, n) {
                    Turn::Echo => Question::Echo,
                    Turn::Time | Turn::Trial => Question::Time,
                };
                vec![(n, 0, question)]
            }
        }
    }

    pub(super) fn reply(&mut self, now: Instant, reply: &Reply) {
        let &Reply {
            seq,
            reflector,
            rtt,
            stamps,
            ..
        } = reply;
        match &mut self.played {
            Played::Static => {}
            Played::Classic(classic) => {
                classic.prober.reply(now, seq, rtt);
            }
            Played::Adaptive(measured) => {
                measured.pilot.answered(now, reflector, rtt, stamps);
            }
        }
    }

    pub(super) fn wants_counters(&mut self, now: Instant) -> bool {
        let Played::Adaptive(measured) = &mut self.played else {
            return false;
        };
        measured.pilot.wants_counters(now)
    }

    pub(super) fn counted(&mut self, at: Instant, took: Duration, bytes: Both<u64>) {
        if let Played::Adaptive(measured) = &mut self.played {
            measured.pilot.counters_came(took);
            for direction in Direction::BOTH {
                measured.pilot.counted(at, direction, bytes[direction]);
            }
        }
    }

    /// v1.7 writes ten times a minute.
    pub(super) fn may_write(&mut self, now: Instant) -> bool {
        match &mut self.played {
            Played::Classic(classic) if classic.limited => {
                let writes = &mut classic.writes;
                writes.retain(|&at| at + Duration::from_secs(60) > now);
                writes.len() < 10
            }
            _ => true,
        }
    }

    /// A write goes out, and will be confirmed after `takes`.
    pub(super) fn wrote(&mut self, now: Instant, takes: Duration) {
        match &mut self.played {
            Played::Static => {}
            Played::Classic(classic) => classic.writes.push(now),
            Played::Adaptive(measured) => measured.pilot.wrote(takes),
        }
    }
}

impl Played {
    fn classic(now: Instant, law: Law, scenario: &Scenario) -> Self {
        let initial = scenario.line.propagation.as_millis();
        let delay = DelayParams {
            // 0.25 s and 50 s at 50 ms.
            load: Alpha::new(0.2).expect("a weight"),
            baseline: Alpha::new(0.001).expect("a weight"),
            idle_below: Millis::of(3),
            spike_above: Millis::of(15),
            baseline_bounds: (Millis::of(5), Millis::of(150)),
        };
        let prober = ProberParams {
            reflectors: 3,
            combine: Combine::MedianOfThree,
            silent_after: Duration::from_secs(1),
            fresh_for: Duration::from_millis(100),
        };
        let limits = scenario.limits;
        Self::Classic(Box::new(Classic {
            prober: Prober::new(now, prober),
            controller: Controller::new(
                DelayTracker::new(delay, initial),
                Both {
                    down: Shaper::new(classic(limits.down, true)),
                    up: Shaper::new(classic(limits.up, false)),
                },
            ),
            limited: law == Law::Classic,
            writes: Vec::new(),
        }))
    }

    fn adaptive(now: Instant, scenario: &Scenario) -> Self {
        let tuning = scenario.preset.tuning();
        let params = scenario.limits.map(|limits| limits.adaptive(tuning));
        let reflectors = u8::try_from(scenario.reflectors.len()).unwrap_or(u8::MAX);
        let params = PilotParams {
            reflectors,
            echo_every: Duration::from_millis(50),
            shapers: params,
            learned: None,
            one_way: scenario.reflectors.iter().any(|one| one.clock.is_some()),
        };
        Self::Adaptive(Box::new(Measured {
            pilot: Pilot::new(now, &params),
            decisions: None,
            next: 0,
            reflectors,
        }))
    }
}
