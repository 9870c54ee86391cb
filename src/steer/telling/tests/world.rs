//! A daemon in a world that answers at once.

use super::*;
use crate::program::{Beat, Input, Output, Program};
use crate::router::Known;
use crate::router::steering::{Counters, Event, Order, Reading};
use crate::status::label;
use crate::steer::{PingerParams, Setup, SteerParams};
use crate::steering::confidence::ConfidenceParams;
use crate::steering::evidence::Feed;
use crate::steering::flap::FlapParams;
use crate::steering::params::{Edges, Judging, Pace, SteeringParams, V17_INTERVAL};
use crate::steering::rule::RuleFact;
use crate::steering::smoothing::Weight;
use crate::units::Millis;

/// A daemon, its router and its line, all of which answer at once.
pub(super) struct World {
    pub(super) steer: Steer,
    pub(super) now: Instant,
    pub(super) rule: Switch,
    rtt: u64,
    pub(super) queued: u64,
    pub(super) fed: bool,
    pub(super) told: Vec<Fact>,
}

impl World {
    pub(super) fn new(change: impl FnOnce(&mut SteerParams)) -> Self {
        let mut world = Self::unconnected(Switch::Off, change);
        world.input(Event::Up);
        world
    }

    /// Before the router's first word.
    pub(super) fn unconnected(rule: Switch, change: impl FnOnce(&mut SteerParams)) -> Self {
        let mut params = params();
        change(&mut params);
        Self {
            steer: Steer::new(Instant::ZERO, params),
            now: Instant::ZERO,
            rule,
            rtt: 25,
            queued: 0,
            fed: true,
            told: Vec::new(),
        }
    }

    pub(super) fn input(&mut self, event: Event) {
        let wan = crate::steer::PRIMARY;
        let mut out = OutboxOf::<Steer>::default();
        let input = Input::Router { wan, event };
        self.steer.input(self.now, input, &mut out);
        self.answer(&mut out);
    }

    /// So many seconds pass.
    pub(super) fn pass(&mut self, seconds: u64) -> Vec<Fact> {
        for _ in 0..seconds * 10 {
            self.tick();
        }
        core::mem::take(&mut self.told)
    }

    /// A tenth of a second passes.
    pub(super) fn tick(&mut self) {
        self.now = self.now + Duration::from_millis(100);
        let feed = Feed {
            baseline: Some(Millis::of(25)),
            ..Feed::default()
        };
        self.steer.hear(self.now, self.fed.then_some(feed));
        let mut out = OutboxOf::<Steer>::default();
        self.steer.tick(self.now, Beat::default(), &mut out);
        self.answer(&mut out);
    }

    pub(super) fn answer(&mut self, out: &mut OutboxOf<Steer>) {
        let took = Duration::from_millis(1);
        while let Some(output) = out.pop() {
            let event = match output {
                Output::Probe { wan, echo } => {
                    let rtt = Duration::from_millis(self.rtt);
                    let (seq, now) = (echo.seq, self.now);
                    self.steer.input(
                        now,
                        Input::Reply {
                            wan,
                            seq,
                            rtt,
                            stamps: None,
                        },
                        out,
                    );
                    continue;
                }
                Output::Tell { fact, .. } => {
                    self.told.push(fact);
                    continue;
                }
                Output::Look { .. } => unreachable!("steering looks when the link does"),
                Output::Write { order, .. } => match order {
                    Order::Count => Event::Counted {
                        counters: Counters {
                            queued_packets: self.queued,
                            ..Counters::default()
                        },
                        took,
                    },
                    Order::Read | Order::Set(_) => {
                        let mut known = Known::Read;
                        if let Order::Set(switch) = order {
                            self.rule = switch;
                            known = Known::Written;
                        }
                        let reading = Reading::One {
                            stands: self.rule,
                            invalid: false,
                        };
                        Event::Rule {
                            reading,
                            known,
                            took,
                        }
                    }
                },
                Output::Save { saved, .. } => {
                    self.steer.take_back(saved);
                    continue;
                }
                Output::TryTcp { .. } => continue,
            };
            let wan = crate::steer::PRIMARY;
            self.steer
                .input(self.now, Input::Router { wan, event }, out);
        }
    }

    pub(super) fn congest(&mut self) {
        self.rtt = 190;
        self.queued = 90;
    }

    pub(super) fn calm(&mut self) {
        self.rtt = 25;
        self.queued = 0;
    }
}

fn params() -> SteerParams {
    let pace = |samples| Pace {
        samples,
        every: V17_INTERVAL,
    };
    SteerParams {
        setup: Setup {
            primary: label("wan1"),
            prefix: label("WAN1"),
            comment: label("ADAPTIVE: Steer"),
            queue: label("WAN-Download-1"),
            samples: (2, 3),
            ..Setup::default()
        },
        steering: SteeringParams {
            interval: V17_INTERVAL,
            lost_after: Duration::from_secs(2),
            judging: Judging::CakeAware(Edges {
                yellow: Millis::of(15),
                red: Millis::of(15),
                drops_red: 1,
                queue_yellow: 10,
                queue_red: 50,
                loss_red: 0.2,
            }),
            degrade: pace(2),
            recover: pace(3),
            rtt_weight: Weight::new(1.0).unwrap(),
            queue_weight: Weight::new(0.4).unwrap(),
            baseline_bounds: (Millis::of(10), Millis::of(60)),
            stale_after: Duration::from_secs(150),
            history_size: 10,
            confidence: None,
        },
        primary: PingerParams {
            every: Duration::from_millis(500),
            lost_after: Duration::from_secs(1),
        },
        alternate: None,
        lists: heapless::Vec::new(),
        disable_on_exit: true,
        transport: crate::router::Transport::Rest,
        has_spare: false,
        saved: None,
    }
}

pub(super) fn score(dry_run: bool) -> impl FnOnce(&mut SteerParams) {
    move |params| {
        params.setup.decides = if dry_run {
            Decides::ConfidenceDryRun
        } else {
            Decides::Confidence
        };
        params.steering.confidence = Some(ConfidenceParams {
            steer: 55.0,
            recovery: 20.0,
            sustain: Duration::from_secs(2),
            recover: Duration::from_secs(3),
            hold: Duration::from_secs(30),
            flap: FlapParams {
                enabled: true,
                window: Duration::from_secs(300),
                max_toggles: 4,
                penalty: Duration::from_secs(60),
                add: 15.0,
            },
            dry_run,
        });
    }
}

/// A word for each fact that is not about a cycle, a baseline or the router.
pub(super) fn words(facts: &[Fact]) -> Vec<&'static str> {
    let word = |fact: &Fact| {
        Some(match fact {
            Fact::Progress(cycle) => match (cycle.standing, cycle.counts.bad, cycle.counts.good) {
                (Standing::Good, 0, _) => "warning",
                (Standing::Good, ..) => "bad",
                (Standing::Degraded, _, 0) => "still",
                (Standing::Degraded, ..) => "good",
            },
            Fact::Sustained {
                to: Standing::Good, ..
            } => "recovered",
            Fact::Sustained { .. } => "detected",
            Fact::Scored {
                to: Standing::Good, ..
            } => "score fell",
            Fact::Scored { .. } => "score rose",
            Fact::Switching { to, .. } => match to {
                Switch::On => "enabling",
                Switch::Off => "disabling",
            },
            Fact::WouldSwitch(_) => "would switch",
            Fact::RoutingUnchanged => "unchanged",
            Fact::NoBaseline { .. } => "no baseline",
            Fact::Decision { fact, .. } => match fact {
                fact::Fact::Moved { .. } => "moved",
                fact::Fact::Adopted(_) => "adopted",
                fact::Fact::Rule(RuleFact::Verified(_)) => "verified",
                fact::Fact::WouldEnable(..) => "would enable",
                fact::Fact::WouldDisable(..) => "would disable",
                _ => return None,
            },
            _ => return None,
        })
    };
    facts.iter().filter_map(word).collect()
}
