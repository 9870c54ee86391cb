//! What went through a queue, and how often it is asked.

use proptest::prelude::*;
use wanctl::control::load::{Achieved, Gauge, Pace};
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::at;

proptest! {
    #[test]
    fn steady_traffic_is_its_rate_however_irregularly_it_is_read(
        mbit in 1..2_000_u64,
        start in 0..u64::MAX / 2,
        pauses in prop::collection::vec(20..200_u64, 3..60),
    ) {
        let mut gauge = Gauge::default();
        let mut now = 0;
        for (n, pause) in (0..).zip(pauses) {
            now += pause;
            gauge.count(at(now), start + mbit * 125 * now);
            let achieved = gauge.achieved(at(now), Duration::ZERO).known();
            prop_assert_eq!(achieved, (n > 0).then_some(Rate::mbit(mbit)));
        }
    }

    #[test]
    fn no_rate_is_above_the_fastest_moment_or_below_the_slowest(
        readings in prop::collection::vec((20..200_u64, 0..2_000_000_u64), 2..60),
    ) {
        let mut gauge = Gauge::default();
        let (mut now, mut bytes) = (0, 0);
        let (mut slowest, mut fastest) = (f64::MAX, 0.0_f64);
        gauge.count(at(0), 0);
        for (pause, more) in readings {
            (now, bytes) = (now + pause, bytes + more);
            gauge.count(at(now), bytes);
            let mbps = more as f64 / 125.0 / pause as f64;
            (slowest, fastest) = (slowest.min(mbps), fastest.max(mbps));
            let achieved = gauge.achieved(at(now), Duration::ZERO).known();
            for rate in [achieved, gauge.newest(at(now))].into_iter().flatten() {
                prop_assert!((slowest - 0.001..=fastest + 0.001).contains(&rate.as_mbps()), "{rate:?}");
            }
        }
    }

    #[test]
    fn a_counter_that_starts_over_is_never_a_rate(
        before in 1..1_000_000_u64,
        after in 0..1_000_000_u64,
    ) {
        let mut gauge = Gauge::default();
        gauge.count(at(0), before);
        gauge.count(at(100), before * 2);
        gauge.count(at(200), after.min(before * 2 - 1));
        prop_assert!(matches!(gauge.achieved(at(200), Duration::ZERO), Achieved::Unknown(_)));
        prop_assert_eq!(gauge.newest(at(200)), None);
    }

    #[test]
    fn a_router_rests_three_quarters_of_the_time_however_slow_it_is(
        took in 0..20_000_u64,
        loaded: bool,
    ) {
        let mut pace = Pace::default();
        for n in 0..200 {
            pace.asked(at(n * 100_000));
            pace.answered(Duration::from_millis(took));
        }
        let every = pace.every(loaded);
        let least = Duration::from_millis(if loaded { 100 } else { 1_000 });
        prop_assert!(every >= least);
        // The average of two hundred equal ones is theirs, but for what its integers lose.
        prop_assert!(every + Duration::from_micros(64) >= Duration::from_millis(took * 4));
        prop_assert!(every <= least.max(Duration::from_millis(took * 4)));
        prop_assert_eq!(pace.due_at(loaded), at(19_900_000) + every);
    }
}
