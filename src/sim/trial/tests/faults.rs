//! Everything around the line goes wrong.

use super::*;
use crate::sim::trial::scenario::{BULK, steps};

const DOWN: Direction = Direction::Down;

/// 80 Mbit/s of bulk on a line of 100, 60 configured as base.
fn busy(seconds: u64) -> Scenario {
    let mut scenario = Scenario {
        lasts: second(seconds),
        ..Scenario::default()
    };
    scenario.line.demand.down = BULK;
    scenario.line.capacity.down = Rate::mbit(80);
    scenario
}

fn utilisation(score: &Score, from: f64, until: f64) -> f64 {
    let moments: Vec<_> = score.between(from, until).collect();
    let used = moments
        .iter()
        .map(|m| m.rates.down.share_of(m.capacity.down).min(1.0));
    used.sum::<f64>() / moments.len() as f64
}

#[test]
fn filtered_echoes_hold_the_rate() {
    let mut scenario = busy(90);
    for quirks in &mut scenario.reflectors {
        quirks.silent.push(Span::secs(30, 60));
    }
    let score = run(&scenario, Law::Adaptive);
    let rates = score.between(31.0, 60.0).map(|moment| moment.rates.down);
    let (least, most) = rates.fold((Rate::mbit(999), Rate::ZERO), |(least, most), rate| {
        (least.min(rate), most.max(rate))
    });
    assert_eq!(least, most, "held");
    assert!(least > Rate::mbit(60), "and not cut before: {least}");
}

#[test]
fn a_line_that_is_down_is_left_alone_and_found_again() {
    let mut scenario = busy(90);
    scenario.schedule = Schedule::new()
        .at(second(30), Change::Capacity(DOWN, Rate::ZERO))
        .at(second(50), Change::Capacity(DOWN, Rate::mbit(80)));
    let score = run(&scenario, Law::Adaptive);
    let mut down = score.between(33.0, 50.0).map(|moment| moment.rates.down);
    let held = down.next().expect("a moment");
    assert!(down.all(|rate| rate == held));
    assert!(utilisation(&score, 60.0, 90.0) > 0.85);
}

#[test]
fn a_pause_of_the_radio_is_no_queue() {
    let mut scenario = busy(60);
    for n in 0..4 {
        let at = Duration::from_millis(20_000 + n * 8_000);
        let on = at + Duration::from_millis(600);
        scenario.schedule = scenario
            .schedule
            .at(at, Change::Capacity(DOWN, Rate::ZERO))
            .at(on, Change::Capacity(DOWN, Rate::mbit(80)));
    }
    let score = run(&scenario, Law::Adaptive);
    let used = utilisation(&score, 20.0, 60.0);
    assert!(used > 0.75, "{used}");
}

#[test]
fn a_longer_path_is_learned_even_under_load_that_never_ends() {
    let mut scenario = busy(400);
    let longer = scenario.line.propagation + Duration::from_millis(25);
    scenario.schedule = Schedule::new().at(second(60), Change::Propagation(longer));
    let score = run(&scenario, Law::Adaptive);
    let used = utilisation(&score, 240.0, 400.0);
    assert!(used > 0.85, "{used}");
    assert!(longest_at_floor(&scenario, &score) <= second(4));
}

#[test]
fn a_counter_that_reads_high_does_not_stall_the_drain() {
    for seed in SEEDS {
        let mut scenario = steps().seeded(seed);
        scenario.counters_read = 1.06;
        let score = run(&scenario, Law::Adaptive);
        assert!(score.queue(0.95) < 120.0, "{seed}: {score}");
        assert!(score.utilisation() > 0.85, "{seed}: {score}");
    }
}

#[test]
fn a_counter_that_stands_still_for_a_second_costs_little() {
    let mut scenario = busy(120);
    for n in 0..10 {
        scenario
            .counters_frozen
            .push(Span::secs(10 + n * 10, 11 + n * 10));
    }
    let score = run(&scenario, Law::Adaptive);
    assert!(score.utilisation() > 0.85, "{score}");
    assert!(score.queue(0.95) < 60.0, "{score}");
}

#[test]
fn without_counters_it_still_holds_the_queue_and_does_not_grow_above_the_base() {
    let mut scenario = steps();
    scenario.counters = false;
    let score = run(&scenario, Law::Adaptive);
    assert!(
        score
            .moments
            .iter()
            .all(|moment| moment.rates.down <= Rate::mbit(60))
    );
    assert!(drained_at(&score, 40.0, 80.0, 100.0) < 50.0, "{score}");
    let modes = score
        .between(10.0, 120.0)
        .filter_map(|moment| moment.decisions);
    assert!(
        modes
            .into_iter()
            .all(|decisions| decisions.down.mode == Mode::Blind)
    );
    assert!(
        score
            .between(118.0, 120.0)
            .all(|moment| moment.rates.down > Rate::mbit(40))
    );
}

#[test]
fn slow_writes_cost_delay_but_break_nothing() {
    for seed in SEEDS {
        let mut scenario = steps().seeded(seed);
        scenario.write_takes = Duration::from_millis(105);
        scenario.counters_take = Duration::from_millis(55);
        let score = run(&scenario, Law::Adaptive);
        assert!(score.queue(0.95) < 150.0, "{seed}: {score}");
        assert!(score.utilisation() > 0.9, "{seed}: {score}");
    }
}

#[test]
fn a_floor_above_the_capacity_is_left_as_soon_as_the_line_can_do_more() {
    let mut scenario = busy(240);
    scenario.schedule = Schedule::new()
        .at(second(30), Change::Capacity(DOWN, Rate::mbit(12)))
        .at(second(150), Change::Capacity(DOWN, Rate::mbit(80)));
    let score = run(&scenario, Law::Adaptive);
    assert!(
        score
            .between(60.0, 150.0)
            .any(|m| m.decisions.is_some_and(|d| d.down.at_floor))
    );
    assert!(utilisation(&score, 170.0, 240.0) > 0.85);
}
