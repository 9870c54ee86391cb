//! Both directions at once, with and without reflectors that tell their time.

use super::*;
use crate::sim::trial::scenario::{BULK, TheirClock, telling_time};

/// Both directions loaded all the time, and the capacity of one changes by a quarter now and then.
fn in_turn(seed: u64) -> Scenario {
    let mut scenario = Scenario {
        name: "both directions, small steps".into(),
        lasts: second(160),
        ..Scenario::default()
    };
    scenario.line.demand = Both {
        down: BULK,
        up: BULK,
    };
    scenario.judged.up = true;
    for (at, direction, mbit) in [
        (40, Direction::Down, 75),
        (60, Direction::Up, 15),
        (80, Direction::Down, 100),
        (100, Direction::Up, 20),
        (120, Direction::Up, 15),
        (140, Direction::Down, 75),
    ] {
        let change = Change::Capacity(direction, Rate::mbit(mbit));
        scenario.schedule = scenario.schedule.at(second(at), change);
    }
    scenario.seeded(seed)
}

/// Without and with.
fn both(scenario: &Scenario) -> [Score; 2] {
    let with = telling_time(scenario.clone());
    let scores = [scenario, &with].map(|scenario| run(scenario, Law::Adaptive));
    println!("{:31} without {}", scenario.name, scores[0]);
    println!("{:31} with    {}", scenario.name, scores[1]);
    scores
}

/// To be looked at with `--nocapture`.
#[test]
fn where_it_is_known_whose_queue_it_is_the_other_direction_goes_on() {
    for seed in SEEDS {
        let [without, with] = both(&in_turn(seed));
        assert!(with.mean() < without.mean(), "{seed}");
        assert!(with.utilisation() > without.utilisation() + 0.02, "{seed}");
        assert!(
            with.changes_per_minute() < without.changes_per_minute(),
            "{seed}"
        );
        let [without, with] = both(&scenario::rrul().seeded(seed));
        assert!(with.mean() < 0.7 * without.mean(), "{seed}");
        assert!(with.utilisation() > without.utilisation() - 0.01, "{seed}");
    }
}

#[test]
fn where_one_direction_is_used_the_queue_is_no_longer_and_little_is_lost() {
    for seed in SEEDS {
        for scenario in [
            scenario::upload_alone().seeded(seed),
            scenario::docsis_evening().seeded(seed),
            scenario::on_off().seeded(seed),
            scenario::weather().seeded(seed),
        ] {
            let [without, with] = both(&scenario);
            let name = &scenario.name;
            assert!(with.mean() < without.mean() + 0.5, "{name}, {seed}");
            assert!(
                with.utilisation() > without.utilisation() - 0.02,
                "{name}, {seed}"
            );
        }
    }
}

/// Two clocks that run away, of six.
#[test]
fn who_has_no_clock_is_not_asked_whose_queue_it_is() {
    for seed in SEEDS {
        let honest = telling_time(in_turn(seed));
        let mut lying = honest.clone();
        for (n, skew_ppm) in [(0, 50_000), (3, -400_000)] {
            let clock = TheirClock {
                skew_ppm,
                ..TheirClock::default()
            };
            lying.reflectors[n].clock = Some(clock);
        }
        let [honest, lying] = [honest, lying].map(|scenario| run(&scenario, Law::Adaptive));
        println!("{honest}\n{lying}");
        assert!(
            (honest.utilisation() - lying.utilisation()).abs() < 0.01,
            "{seed}"
        );
        assert!((honest.mean() - lying.mean()).abs() < 1.0, "{seed}");
    }
}
