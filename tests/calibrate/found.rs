//! What is found is what the line can do.

use wanctl::direction::{Both, Direction};
use wanctl::units::Rate;

use crate::setup::Setup;

/// Whether the results are those of the line, in both directions.
fn assert_found(setup: &Setup) {
    let results = setup.results();
    for (word, direction) in [("download", Direction::Down), ("upload", Direction::Up)] {
        let capacity = setup.capacity[direction].as_mbps();
        let share = |key: &str| {
            results[format!("{key}_{word}_mbps")]
                .as_f64()
                .expect("a number")
                / capacity
        };
        let (raw, best) = (share("raw"), share("optimal"));
        assert!((0.95..=1.05).contains(&raw), "{word}: {results}");
        assert!((0.95..=1.05).contains(&best), "{word}: {results}");
        let bloat = results[format!("{word}_bloat_ms")]
            .as_f64()
            .expect("a number");
        assert!(bloat <= 11.0, "{word}: {results}");
    }
    let baseline = results["baseline_rtt_ms"].as_f64().expect("a number");
    assert!((23.5..30.0).contains(&baseline), "{results}");
    assert_eq!(setup.held(), setup.limits);
    assert!(!setup.journal().exists());
}

fn calibrated(setup: &Setup) {
    setup
        .obey(setup.calibrate(&[]))
        .exits(0)
        .has("Step 1: Connectivity Tests")
        .has("The limits are back. As found: WAN-Download max-limit=")
        .has("Calibration Complete!");
    assert_found(setup);
}

#[test]
fn with_the_users_own_traffic_both_capacities_are_found_within_five_percent() {
    let setup = Setup::new();
    calibrated(&setup);
    assert!(setup.writes() < 40, "{} writes", setup.writes());
}

#[test]
fn a_slow_line_is_no_exception() {
    let capacity = Both {
        down: Rate::bps(6_000_000),
        up: Rate::bps(640_000),
    };
    let limits = Both {
        down: Rate::bps(20_000_000),
        up: Rate::ZERO,
    };
    calibrated(&Setup::with(capacity, limits));
}

#[test]
fn a_line_that_sends_faster_than_it_receives_is_none_either() {
    let capacity = Both {
        down: Rate::mbit(30),
        up: Rate::mbit(120),
    };
    calibrated(&Setup::with(
        capacity,
        Both {
            down: Rate::mbit(10),
            up: Rate::mbit(10),
        },
    ));
}

#[test]
fn without_a_search_v1_7s_nine_tenths_are_taken() {
    let setup = Setup::new();
    setup
        .obey(setup.calibrate(&["--skip-binary-search"]))
        .exits(0);
    let results = setup.results();
    let number = |key: &str| results[key].as_f64().expect("a number");
    let share = number("optimal_download_mbps") / number("raw_download_mbps");
    assert!((share - 0.9).abs() < 0.001, "{results}");
    assert_eq!(setup.held(), setup.limits);
}
