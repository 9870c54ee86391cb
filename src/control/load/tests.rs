use super::*;

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

const NO_GRACE: Duration = Duration::ZERO;

/// Reads a counter that moves evenly with `rate`, every 100 ms, from `from` up to and without `until`.
fn flow(gauge: &mut Gauge, from: u64, until: u64, start: u64, rate: Rate) -> u64 {
    let mut bytes = start;
    for millis in (from..until).step_by(100) {
        gauge.count(at(millis), bytes);
        bytes += rate.as_bps() / 80;
    }
    bytes
}

#[test]
fn a_rate_is_bytes_over_our_own_clock() {
    let mut gauge = Gauge::default();
    assert_eq!(
        gauge.achieved(at(0), NO_GRACE),
        Achieved::Unknown(Missing::TooFew)
    );
    flow(&mut gauge, 0, 1_000, 7_000_000, Rate::mbit(40));
    assert_eq!(
        gauge.achieved(at(900), NO_GRACE),
        Achieved::Known(Rate::mbit(40))
    );
}

#[test]
fn a_fall_shows_within_one_window() {
    let mut gauge = Gauge::default();
    let bytes = flow(&mut gauge, 0, 1_000, 0, Rate::mbit(100));
    flow(&mut gauge, 1_000, 1_400, bytes, Rate::mbit(40));
    assert_eq!(
        gauge.achieved(at(1_300), NO_GRACE),
        Achieved::Known(Rate::mbit(40))
    );
}

#[test]
fn what_is_old_is_not_known() {
    let mut gauge = Gauge::default();
    flow(&mut gauge, 0, 1_000, 0, Rate::mbit(40));
    assert_eq!(
        gauge.achieved(at(1_400), NO_GRACE),
        Achieved::Unknown(Missing::Overdue)
    );
    assert_eq!(
        gauge.achieved(at(1_400), Duration::from_secs(1)),
        Achieved::Known(Rate::mbit(40))
    );
}

#[test]
fn a_counter_that_stops_in_the_middle_of_traffic_is_frozen_for_a_second() {
    let mut gauge = Gauge::default();
    let bytes = flow(&mut gauge, 0, 1_000, 0, Rate::mbit(40));
    let mut said = Vec::new();
    for millis in (1_000..2_500).step_by(100) {
        gauge.count(at(millis), bytes);
        said.push(gauge.achieved(at(millis), NO_GRACE));
    }
    let frozen = Achieved::Unknown(Missing::Frozen);
    assert!(said.iter().filter(|&&said| said == frozen).count() >= 5);
    assert_eq!(said.last(), Some(&Achieved::Known(Rate::ZERO)));
}

#[test]
fn a_counter_that_starts_over_is_no_flood() {
    let mut gauge = Gauge::default();
    flow(&mut gauge, 0, 1_000, u64::MAX / 2, Rate::mbit(40));
    gauge.count(at(1_000), 17);
    assert_eq!(
        gauge.achieved(at(1_000), NO_GRACE),
        Achieved::Unknown(Missing::TooFew)
    );
    flow(&mut gauge, 1_100, 1_500, 17, Rate::mbit(8));
    let rate = gauge.achieved(at(1_400), NO_GRACE).known();
    assert!(rate.is_some_and(|rate| rate <= Rate::mbit(8)));
}

#[test]
fn the_window_grows_with_a_lazy_counter() {
    let mut gauge = Gauge::default();
    gauge.refreshed_every(Duration::from_millis(50));
    assert_eq!(gauge.window(), WINDOW);
    gauge.refreshed_every(Duration::from_millis(200));
    assert_eq!(gauge.window(), Duration::from_millis(600));
}

#[test]
fn the_self_test_tells_a_fresh_counter_from_a_lazy_one() {
    let test = |period: u64| {
        let mut freshness = Freshness::default();
        for millis in (0..30_000).step_by(100) {
            freshness.observe(at(millis), millis / period);
        }
        freshness.verdict()
    };
    assert_eq!(test(100), Verdict::Fresh(Duration::from_millis(100)));
    assert_eq!(test(400), Verdict::Fresh(Duration::from_millis(400)));
    assert_eq!(test(1_000), Verdict::Slow(Duration::from_secs(1)));
    assert_eq!(test(100_000), Verdict::Undecided, "nothing moved");
}

#[test]
fn neither_bursts_nor_our_own_idle_rhythm_make_a_counter_lazy() {
    let mut freshness = Freshness::default();
    // A quarter of a second of video in every second.
    for millis in (0..30_000_u64).step_by(100) {
        freshness.observe(at(millis), millis / 1_000 * 300 + (millis % 1_000).min(300));
    }
    let fresh = Verdict::Fresh(Duration::from_millis(100));
    assert_eq!(freshness.verdict(), fresh);
    let mut idle = Freshness::default();
    for second in 0..100 {
        idle.observe(at(second * 1_000), second);
    }
    assert_eq!(idle.verdict(), Verdict::Undecided);
}

#[test]
fn a_counter_that_moves_as_often_as_it_is_read_needs_no_longer_window() {
    let found = |period: u64, every: u64| {
        let mut counting = Counting::default();
        let readings = (0..30_000).step_by(usize::try_from(every).unwrap_or(1));
        let every = Duration::from_millis(every);
        readings
            .filter_map(|millis| counting.read(at(millis), millis / period, every))
            .collect::<std::vec::Vec<_>>()
    };
    assert_eq!(found(10, 100), []);
    assert_eq!(found(10, 400), []);
    // Said once.
    assert_eq!(found(400, 100), [Duration::from_millis(400)]);
    // By half more rarely may still be the reader's own rhythm.
    let mut counting = Counting::default();
    for n in 0..100 {
        let every = Duration::from_millis(100);
        assert_eq!(counting.read(at(n * 150), n, every), None);
    }
}

#[test]
fn an_idle_line_is_asked_once_a_second_and_a_slow_router_rarely() {
    let mut pace = Pace::default();
    assert_eq!(pace.due_at(true), Instant::ZERO);
    for n in 0..100 {
        pace.asked(at(n * 1_000));
        pace.answered(Duration::from_millis(20));
    }
    assert_eq!(pace.due_at(true), at(99_100));
    assert_eq!(pace.due_at(false), at(100_000));
    for n in 100..200 {
        pace.asked(at(n * 1_000));
        pace.answered(Duration::from_millis(400));
    }
    assert!(pace.every(true) > Duration::from_millis(1_500));
}

#[test]
fn the_newest_moment_shows_a_fall_that_the_window_blurs() {
    let mut gauge = Gauge::default();
    let bytes = flow(&mut gauge, 0, 1_100, 0, Rate::mbit(100));
    let before = bytes - Rate::mbit(100).as_bps() / 80;
    gauge.count(at(1_100), before + Rate::mbit(40).as_bps() / 80);
    assert_eq!(gauge.newest(at(1_120)), Some(Rate::mbit(40)));
    let blurred = gauge.achieved(at(1_120), NO_GRACE);
    assert_eq!(blurred, Achieved::Known(Rate::mbit(80)));
    assert_eq!(gauge.newest(at(1_300)), None, "it is over");
}

#[test]
fn a_moment_without_a_packet_is_a_rate_and_one_with_a_few_is_none() {
    let mut gauge = Gauge::default();
    let bytes = flow(&mut gauge, 0, 1_000, 0, Rate::mbit(40));
    let before = bytes - Rate::mbit(40).as_bps() / 80;
    gauge.count(at(1_000), before);
    assert_eq!(gauge.newest(at(1_000)), Some(Rate::ZERO));
    gauge.count(at(1_100), before + 3_000);
    assert_eq!(gauge.newest(at(1_100)), None);
}
