//! Single steps of one direction: what is small, short or over changes nothing.

use super::bench::{BUSY, Bench, QUIET, Said};
use super::*;

/// The download delivers so much of its rate, in per cent.
const fn delivering(percent: u32) -> Said {
    Said {
        load: Both {
            down: Some(percent),
            up: Some(2),
        },
        ..QUIET
    }
}

fn drained_with(said: Said) -> Bench {
    let mut bench = Bench::new(50);
    bench.hear(1_000, BUSY);
    bench.until(Mode::Draining, said);
    bench
}

#[test]
fn the_newest_moment_counts_only_if_it_is_another_than_the_window() {
    for (newest, anchor) in [(75, 80), (60, 60)] {
        let mut bench = Bench::new(50);
        bench.hear(1_000, BUSY);
        let rate = bench.law.rates().down;
        let bloated = Said {
            delta: 39,
            newest: Some(newest),
            ..delivering(80)
        };
        bench.until(Mode::Draining, bloated);
        let expected = rate.times(f64::from(anchor) / 100.0);
        assert_eq!(bench.last.down.anchor, Some(expected), "{newest} %");
    }
}

#[test]
fn bloat_that_is_over_is_soon_forgotten() {
    let mut bench = Bench::new(50);
    bench.hear(5_000, Said { delta: 80, ..QUIET });
    bench.hear(500, QUIET);
    let begins = Said { delta: 16, ..BUSY };
    assert_eq!(bench.hear(100, begins).down.mode, Mode::Clear);
}

#[test]
fn one_late_echo_after_a_raise_is_no_queue() {
    let mut bench = Bench::new(50);
    bench.hear(3_000, BUSY);
    let rate = bench.law.rates().down;
    let late = bench.hear(50, Said { delta: 12, ..BUSY }).down;
    assert_eq!((late.reason, late.rate), (Reason::Held, rate));
}

#[test]
fn alone_a_download_searches_in_longer_steps_than_beside_an_upload() {
    let found = |up| {
        let mut bench = Bench::new(50);
        let load = Both {
            down: Some(99),
            up: Some(up),
        };
        bench.hear(1_500, Said { load, ..QUIET }).down.rate
    };
    assert!(found(2) > found(99), "{} {}", found(2), found(99));
}

#[test]
fn a_queue_that_is_still_falling_is_not_gone_yet() {
    let mut bench = drained_with(Said { delta: 60, ..BUSY });
    let falls = Said {
        delta: 12,
        falling: true,
        ..BUSY
    };
    assert_eq!(bench.hear(500, falls).down.mode, Mode::Draining);
    let rests = Said {
        falling: false,
        delta: 8,
        ..falls
    };
    assert_eq!(bench.hear(500, rests).down.mode, Mode::Clear);
}

#[test]
fn a_queue_that_does_not_shrink_is_drained_harder_and_harder() {
    let stays = Said { delta: 60, ..BUSY };
    let mut bench = drained_with(stays);
    let first = bench.last.down.rate;
    let second = bench.hear(1_000, stays).down.rate;
    let third = bench.hear(1_000, stays).down.rate;
    assert!(
        second < first && third < second.times(0.95),
        "{first} {second} {third}"
    );
}

#[test]
fn a_pause_of_the_traffic_is_no_capacity() {
    let mut bench = drained_with(Said { delta: 60, ..BUSY });
    let anchor = bench.last.down.anchor;
    let paused = Said {
        delta: 60,
        ..delivering(2)
    };
    assert_eq!(bench.hear(300, paused).down.anchor, anchor);
}

#[test]
fn weather_is_over_at_less_than_half_the_threshold() {
    let mut bench = drained_with(Said { delta: 60, ..BUSY });
    bench.until(Mode::Weather, Said { delta: 60, ..BUSY });
    let at = |delta| Said { delta, ..QUIET };
    assert_eq!(bench.hear(1_000, at(9)).down.mode, Mode::Weather);
    assert_eq!(bench.hear(50, at(7)).down.mode, Mode::Clear);
}

#[test]
fn a_delay_that_outlived_our_traffic_is_asked_about_again_ten_seconds_later() {
    let ours = Said { delta: 60, ..BUSY };
    let mut bench = drained_with(ours);
    bench.until(Mode::Weather, Said { delta: 60, ..QUIET });
    let began = bench.now;
    bench.until(Mode::Draining, ours);
    let after = bench.now - began;
    assert!((9_900..=10_100).contains(&after), "{after} ms");
}

#[test]
fn blind_the_rate_returns_to_the_base_by_one_in_a_hundred_a_second() {
    let mut bench = Bench::new(50);
    bench.hear(20_000, BUSY);
    let unread = Said {
        load: Both::default(),
        ..QUIET
    };
    bench.until(Mode::Blind, unread);
    let from = bench.last.down.rate;
    let to = bench.hear(10_000, unread).down.rate;
    let expected = from.times(0.99_f64.powi(10));
    assert!((to.share_of(expected) - 1.0).abs() < 0.011, "{from} {to}");
}

#[test]
fn a_little_delay_without_load_does_not_end_a_search() {
    let mut bench = Bench::new(50);
    bench.hear(3_000, BUSY);
    let rate = bench.law.rates().down;
    let idle = Said {
        delta: 12,
        ..delivering(40)
    };
    let held = bench.hear(500, idle).down;
    assert_eq!((held.reason, held.rate), (Reason::Held, rate));
}
