//! Which facts a daemon tells, and in which order.

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
use crate::steering::record::Saved;
use crate::steering::rule::RuleFact;
use crate::steering::smoothing::Weight;
use crate::units::Millis;

/// A daemon, its router and its line, all of which answer at once.
struct World {
    steer: Steer,
    now: Instant,
    rule: Switch,
    rtt: u64,
    queued: u64,
    fed: bool,
    told: Vec<Fact>,
}

impl World {
    fn new(change: impl FnOnce(&mut SteerParams)) -> Self {
        let mut world = Self::unconnected(Switch::Off, change);
        world.input(Event::Up);
        world
    }

    /// Before the router's first word.
    fn unconnected(rule: Switch, change: impl FnOnce(&mut SteerParams)) -> Self {
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

    fn input(&mut self, event: Event) {
        let wan = crate::steer::PRIMARY;
        let mut out = OutboxOf::<Steer>::default();
        let input = Input::Router { wan, event };
        self.steer.input(self.now, input, &mut out);
        self.answer(&mut out);
    }

    /// So many seconds pass.
    fn pass(&mut self, seconds: u64) -> Vec<Fact> {
        for _ in 0..seconds * 10 {
            self.tick();
        }
        core::mem::take(&mut self.told)
    }

    /// A tenth of a second passes.
    fn tick(&mut self) {
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

    fn answer(&mut self, out: &mut OutboxOf<Steer>) {
        let took = Duration::from_millis(1);
        while let Some(output) = out.pop() {
            let event = match output {
                Output::Probe { wan, echo } => {
                    let rtt = Duration::from_millis(self.rtt);
                    let (seq, now) = (echo.seq, self.now);
                    self.steer.input(now, Input::Reply { wan, seq, rtt }, out);
                    continue;
                }
                Output::Tell { fact, .. } => {
                    self.told.push(fact);
                    continue;
                }
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

    fn congest(&mut self) {
        self.rtt = 190;
        self.queued = 90;
    }

    fn calm(&mut self) {
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

fn score(dry_run: bool) -> impl FnOnce(&mut SteerParams) {
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
fn words(facts: &[Fact]) -> Vec<&'static str> {
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

#[test]
fn a_decision_is_told_before_the_rule_is_switched_and_the_rule_before_the_standing() {
    let mut world = World::new(|_| {});
    world.pass(10);
    world.congest();
    let facts = world.pass(12);
    let up = ["bad", "bad", "detected", "enabling", "verified", "moved"];
    assert_eq!(words(&facts), [&["warning"][..], &up].concat());
    let named: Vec<_> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Decision {
                about,
                fact: fact::Fact::Rule(_) | fact::Fact::Moved { .. },
            } => Some(about.as_str()),
            Fact::Switching { comment, .. } => Some(comment.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(named, ["ADAPTIVE: Steer", "ADAPTIVE: Steer", "WAN1"]);
    world.pass(60);
    world.calm();
    let back = ["good", "good", "good", "recovered"];
    let told = words(&world.pass(12));
    assert_eq!(
        told[told.len() - 7..],
        [&back[..], &["disabling", "verified", "moved"]].concat()
    );
}

#[test]
fn a_row_that_lasts_and_a_zone_that_comes_and_goes_are_not_told_for_ever() {
    let mut world = World::new(|_| {});
    world.pass(10);
    let mut told = Vec::new();
    for _ in 0..60 {
        world.queued = 20;
        told.extend(world.pass(2));
        world.queued = 0;
        told.extend(world.pass(2));
    }
    let warnings = words(&told).len();
    assert!((3..=5).contains(&warnings), "{warnings} in four minutes");
    let notable = |facts: &[Fact]| {
        let notable = |fact: &&Fact| matches!(fact, Fact::Cycle { notable: true, .. });
        facts.iter().filter(notable).count()
    };
    assert!((3..=5).contains(&notable(&told)), "{}", notable(&told));
}

#[test]
fn legacy_mode_tells_its_rows_in_the_cycle_line() {
    let mut world = World::new(|params| {
        params.steering.judging = Judging::Legacy {
            bad: Millis::of(25),
            recovery: Millis::of(12),
        };
    });
    world.pass(10);
    world.congest();
    let facts = world.pass(8);
    assert_eq!(words(&facts), ["detected", "enabling", "verified", "moved"]);
    let told = facts.iter().filter_map(|fact| match fact {
        Fact::Cycle {
            cycle,
            notable: true,
        } if cycle.counts.bad > 0 => Some(cycle.counts.bad),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn what_the_router_says_at_the_start_is_no_decision() {
    let saved = |standing| {
        move |params: &mut SteerParams| {
            params.saved = Some(Saved {
                standing,
                ..Saved::default()
            });
        }
    };
    for (standing, rule, told) in [
        (Standing::Good, Switch::Off, &[][..]),
        (Standing::Good, Switch::On, &["adopted"]),
        (Standing::Degraded, Switch::On, &[]),
        (Standing::Degraded, Switch::Off, &["adopted"]),
    ] {
        let mut world = World::unconnected(rule, saved(standing));
        world.input(Event::Up);
        assert_eq!(words(&world.told), told, "{standing:?} {rule:?}");
    }
}

#[test]
fn the_score_tells_its_own_decisions() {
    let mut world = World::new(score(false));
    world.pass(10);
    world.congest();
    let told = words(&world.pass(20));
    assert_eq!(told, ["score rose", "enabling", "verified", "moved"]);
    world.calm();
    let told = words(&world.pass(60));
    assert_eq!(told, ["score fell", "disabling", "verified", "moved"]);
}

#[test]
fn a_dry_run_says_what_it_would_do_in_three_lines() {
    let mut world = World::new(score(true));
    world.pass(10);
    world.congest();
    let told = words(&world.pass(20));
    let three = ["would enable", "would switch", "unchanged"];
    assert!(
        told.windows(3).any(|three_of| three_of == three),
        "{told:?}"
    );
    assert!(!told.contains(&"score rose"), "{told:?}");
    assert!(told.contains(&"detected"), "the samples decide: {told:?}");
}

#[test]
fn the_end_disables_and_decides_nothing() {
    let mut world = World::new(|_| {});
    world.pass(10);
    world.congest();
    world.pass(30);
    assert_eq!(world.rule, Switch::On);
    world.told.clear();
    let mut out = OutboxOf::<Steer>::default();
    world.steer.stop(world.now, &mut out);
    world.answer(&mut out);
    let told = words(&world.pass(2));
    assert_eq!(told, ["disabling", "verified", "moved"]);
}

#[test]
fn that_there_is_no_baseline_is_told_once() {
    let mut world = World::new(|_| {});
    world.fed = false;
    assert!(words(&world.pass(8)).is_empty(), "it may come yet");
    assert_eq!(words(&world.pass(300)), ["no baseline"]);
}

#[test]
fn a_decision_is_made_by_a_cycle_and_not_between_two() {
    // A row of two samples of 2 s is complete a second before the cycle that can see it.
    let mut world = World::new(|params| params.steering.interval = Duration::from_secs(3));
    world.pass(12);
    let mut decided = 0;
    for step in 0..1_200 {
        if step == 300 {
            world.congest();
        } else if step == 600 {
            world.calm();
        }
        let is_decision = |fact: &Fact| matches!(fact, Fact::Sustained { .. });
        world.tick();
        decided += world.told.drain(..).filter(is_decision).count();
        world.input(Event::Rule {
            reading: Reading::One {
                stands: world.rule,
                invalid: false,
            },
            known: Known::Read,
            took: Duration::from_millis(1),
        });
        assert_eq!(
            world.told.drain(..).filter(is_decision).count(),
            0,
            "{step}"
        );
    }
    assert_eq!(decided, 2);
}

#[test]
fn who_looks_once_a_minute_looks_at_once_and_decides_no_sooner() {
    let minute = Duration::from_secs(60);
    let mut world = World::new(|params| {
        params.steering.interval = minute;
        params.steering.degrade.every = minute;
        params.steering.judging = Judging::Legacy {
            bad: Millis::of(25),
            recovery: Millis::of(12),
        };
    });
    world.congest();
    world.pass(3);
    assert!(world.steer.status().has_started());
    assert_eq!(world.steer.status().assessment.reason, Reason::Delay);
    world.pass(57);
    assert_eq!(world.rule, Switch::Off, "one sample of two");
    world.pass(3);
    assert_eq!(world.rule, Switch::On);
}
