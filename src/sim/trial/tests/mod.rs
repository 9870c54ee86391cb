//! What must hold of the closed loop. The scenarios of [`scenario::all`] were looked at while the law was
//! written; those of `faults` only to see that they pass.

mod faults;
mod properties;
mod ways;

use core::fmt::Write as _;

use super::*;
use crate::control::law::adaptive::{Mode, Reason};
use crate::direction::{Both, Direction};
use crate::sim::schedule::{Change, Schedule};
use crate::units::{Millis, Rate};

const SEEDS: [u64; 3] = [1, 2, 3];

fn second(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// The longest time the download stood at its floor while the line could do half as much again.
fn longest_at_floor(scenario: &Scenario, score: &Score) -> Duration {
    let floor = scenario.limits.down.floor;
    let (mut longest, mut since) = (Duration::ZERO, None);
    for moment in &score.moments {
        let stuck = moment.rates.down == floor && moment.capacity.down > floor.times(1.5);
        since = stuck.then(|| since.unwrap_or(moment.at));
        if let Some(since) = since {
            longest = longest.max(moment.at - since);
        }
    }
    longest
}

/// When the queue was below `ms` for good before `until`, in seconds.
fn drained_at(score: &Score, from: f64, until: f64, ms: f64) -> f64 {
    let last = score
        .between(from, until)
        .filter(|m| m.queue_ms > ms)
        .last();
    last.map_or(from, |moment| moment.at.as_secs_f64())
}

/// To be looked at with `--nocapture`.
#[test]
fn against_v1_7_it_has_the_shorter_queue_unless_v1_7_wastes_a_fifth_more() {
    let mut table = String::new();
    for seed in SEEDS {
        for scenario in scenario::all(seed) {
            let laws = [
                Law::Static,
                Law::Classic,
                Law::ClassicUnlimited,
                Law::Adaptive,
            ];
            let scores = laws.map(|law| run(&scenario, law));
            for (law, score) in laws.iter().zip(&scores) {
                let law = format!("{law:?}");
                let _ = writeln!(table, "{:31} {law:16} {score}", scenario.name);
            }
            let [_, classic, unlimited, adaptive] = &scores;
            let name = &scenario.name;
            let wasteful = classic.utilisation() + 0.2 < adaptive.utilisation();
            assert!(
                adaptive.mean() < classic.mean() || wasteful,
                "{name}, {seed}: {table}"
            );
            assert!(
                adaptive.mean() < unlimited.mean(),
                "{name}, {seed}: {table}"
            );
            assert!(adaptive.utilisation() > 0.75, "{name}, {seed}: {table}");
        }
    }
    println!("{table}");
}

#[test]
fn after_a_fall_the_queue_is_gone_within_four_seconds_and_after_a_rise_the_rate_is_back_within_eight()
 {
    for seed in SEEDS {
        let score = run(&scenario::steps().seeded(seed), Law::Adaptive);
        let gone = drained_at(&score, 40.0, 46.0, 30.0);
        assert!(gone < 44.0, "{seed}: {gone}");
        let mut late = score.between(88.0, 120.0);
        let back = late.all(|moment| moment.rates.down > Rate::mbit(85));
        assert!(back, "{seed}");
        assert!(
            score
                .between(88.0, 88.1)
                .all(|m| m.rates.down >= Rate::mbit(90))
        );
    }
}

#[test]
fn it_is_never_long_at_the_floor_of_a_line_that_can_do_more() {
    for seed in SEEDS {
        for scenario in scenario::all(seed) {
            let score = run(&scenario, Law::Adaptive);
            let stuck = longest_at_floor(&scenario, &score);
            assert!(stuck <= second(4), "{}, {seed}: {stuck}", scenario.name);
        }
    }
}

#[test]
fn an_idle_line_keeps_its_rate() {
    let scenario = Scenario {
        schedule: Schedule::new()
            .at(second(5), Change::Demand(Direction::Down, scenario::BULK))
            .at(second(20), Change::Demand(Direction::Down, Rate::mbit(1))),
        ..Scenario::default()
    };
    let score = run(&scenario, Law::Adaptive);
    let rate = score.between(21.0, 21.1).next().expect("a moment").rates;
    assert!(
        score
            .between(21.0, 120.0)
            .all(|moment| moment.rates == rate)
    );
    assert!(
        score
            .between(0.0, 4.9)
            .all(|moment| moment.rates.down == Rate::mbit(60))
    );
}

#[test]
fn somebody_elses_bloat_cuts_nothing() {
    for seed in SEEDS {
        let score = run(&scenario::weather().seeded(seed), Law::Adaptive);
        let mut before = score.between(0.0, 109.0);
        assert!(
            before.all(|moment| moment.rates.down == Rate::mbit(60)),
            "{seed}"
        );
    }
}

#[test]
fn the_download_is_not_punished_for_the_upload() {
    for seed in SEEDS {
        let scenario = scenario::upload_alone().seeded(seed);
        let score = run(&scenario, Law::Adaptive);
        let mut all = score.between(10.0, 120.0);
        assert!(
            all.all(|moment| moment.rates.down >= Rate::mbit(54)),
            "{seed}"
        );
    }
}

#[test]
fn two_bad_reflectors_of_six_change_little() {
    for seed in SEEDS {
        let good = run(&scenario::steps().seeded(seed), Law::Adaptive);
        let bad = run(&scenario::bad_reflectors().seeded(seed), Law::Adaptive);
        let lost = good.utilisation() - bad.utilisation();
        assert!(lost < 0.04, "{seed}: {lost}");
        assert!(
            bad.mean() < 1.3 * good.mean(),
            "{seed}: {} {}",
            good.mean(),
            bad.mean()
        );
    }
}

#[test]
fn a_jittery_line_is_not_strangled() {
    for seed in SEEDS {
        let score = run(&scenario::jittery().seeded(seed), Law::Adaptive);
        assert!(
            score.utilisation() > 0.85,
            "{seed}: {}",
            score.utilisation()
        );
    }
}

#[test]
fn every_moment_has_its_reason() {
    for scenario in scenario::all(4) {
        let score = run(&scenario, Law::Adaptive);
        for moment in &score.moments {
            let decisions = moment.decisions.expect("an adaptive law decides");
            for decision in [decisions.down, decisions.up] {
                let raised = decision.reason == Reason::Raised;
                assert!(raised || decision.blocker.is_some(), "{decision:?}");
                if decision.mode == Mode::Draining {
                    assert!(decision.anchor.is_some(), "{decision:?}");
                }
            }
        }
    }
}

/// Both directions of a moment.
fn sides(
    decisions: Both<crate::control::law::adaptive::Decision>,
) -> [crate::control::law::adaptive::Decision; 2] {
    [decisions.down, decisions.up]
}

#[test]
fn what_both_directions_share_is_shared() {
    let mut scenario = Scenario {
        shared: Some(Rate::mbit(40)),
        ..Scenario::default()
    };
    scenario.line.capacity.up = Rate::mbit(100);
    scenario.line.demand = Both {
        down: scenario::BULK,
        up: scenario::BULK,
    };
    scenario.limits.up = scenario.limits.down;
    scenario.schedule = Schedule::new().at(second(60), Change::Demand(Direction::Up, Rate::bps(1)));
    let score = run(&scenario, Law::Static);
    let shares = |at: f64| {
        let moment = score.between(at, at + 0.1).next().expect("a moment");
        moment.capacity.map(|capacity| capacity.as_mbps().round())
    };
    let (both, alone) = (shares(50.0), shares(110.0));
    assert!((both.down, both.up) == (20.0, 20.0), "{both:?}");
    assert!(alone.down > 39.0, "{alone:?}");
}

#[test]
fn on_a_slow_line_an_echo_waits_for_the_packet_before_it() {
    let mut scenario = Scenario::default();
    scenario.line.capacity.up = Rate::mbit(1);
    scenario.line.demand.up = Rate::bps(900_000);
    for quirks in &mut scenario.reflectors {
        (quirks.jitter, quirks.spikes) = (Duration::ZERO, 0.0);
    }
    let longest = |packet| {
        let scenario = Scenario {
            packet,
            ..scenario.clone()
        };
        let score = run(&scenario, Law::Adaptive);
        let delta = |moment: &Moment| moment.decisions.and_then(|both| both.up.delta);
        let deltas = score.between(60.0, 120.0).filter_map(delta);
        deltas.map(Millis::as_f64).fold(0.0, f64::max)
    };
    // 12 ms each; of the newest four echoes the second shortest counts.
    assert!(longest(0) < 1.0);
    assert!(longest(1_514) > 4.0);
}
