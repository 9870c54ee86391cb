//! Which facts a daemon tells, and in which order.

mod world;

use self::world::{World, score, words};
use super::*;
use crate::program::Program;
use crate::router::Known;
use crate::router::steering::{Event, Order, Reading, Refusal};
use crate::steer::SteerParams;
use crate::steering::params::Judging;
use crate::steering::record::Saved;
use crate::units::Millis;

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

#[test]
fn every_failure_at_the_rule_counts_and_none_at_the_queue() {
    let mut world = World::new(|_| {});
    let why = Refusal::NotPermitted;
    let order = Order::Set(Switch::On);
    world.input(Event::Refused { order, why });
    world.input(Event::Refused {
        order: Order::Read,
        why,
    });
    world.input(Event::Unanswered { order });
    world.input(Event::Refused {
        order: Order::Count,
        why,
    });
    assert_eq!(world.steer.status.rule.failed, 3);
}
