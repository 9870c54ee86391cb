use proptest::prelude::*;

mod bench;
mod steps;

use self::bench::{BUSY, Bench, LIMITS, QUIET, Said};
use super::*;

#[test]
fn a_cut_goes_to_what_is_delivered_less_what_empties_the_queue() {
    let mut bench = Bench::new(50);
    bench.hear(1_000, BUSY);
    let rate = bench.law.rates().down;
    let bloated = Said {
        delta: 39,
        load: Both {
            down: Some(80),
            up: Some(2),
        },
        ..QUIET
    };
    let took = bench.until(Mode::Draining, bloated);
    assert!(took <= 100, "{took} ms of 39 ms");
    let cut = bench.last.down;
    assert_eq!(cut.reason, Reason::Cut);
    assert_eq!(cut.anchor, Some(rate.times(0.8)));
    // 35 of 200 ms more than may stay.
    assert_eq!(cut.rate, rate.times(0.8).times(0.825));
}

#[test]
fn a_cliff_is_seen_by_the_counter_and_the_first_late_echoes_together() {
    let cliff = Said {
        delta: 3,
        early: Some(25),
        newest: Some(40),
        load: Both {
            down: Some(78),
            up: Some(2),
        },
        ..QUIET
    };
    let mut bench = Bench::new(50);
    bench.hear(1_000, BUSY);
    let rate = bench.law.rates().down;
    let cut = bench.hear(50, cliff).down;
    assert_eq!(cut.reason, Reason::Cut);
    assert_eq!(cut.anchor, Some(rate.times(0.4)));
    // Of what grows until the cut is felt no echo has told yet.
    assert!(cut.rate < rate.times(0.4 * 0.7), "{cut:?}");
    for alone in [
        Said {
            early: None,
            ..cliff
        },
        Said {
            newest: Some(75),
            ..cliff
        },
        Said {
            newest: Some(0),
            ..cliff
        },
    ] {
        let mut bench = Bench::new(50);
        bench.hear(1_000, BUSY);
        assert_eq!(bench.hear(300, alone).down.mode, Mode::Clear, "{alone:?}");
    }
}

#[test]
fn a_queue_that_begins_after_a_raise_ends_the_search_before_it_is_bloat() {
    let mut bench = Bench::new(50);
    bench.hear(3_000, BUSY);
    let rate = bench.law.rates().down;
    let begins = Said { delta: 12, ..BUSY };
    let mut eased = bench.hear(50, begins).down;
    while eased.reason != Reason::Eased {
        assert_eq!(eased.mode, Mode::Clear);
        eased = bench.hear(50, begins).down;
    }
    assert!(
        rate.times(0.95) < eased.rate && eased.rate < rate,
        "{eased:?}"
    );
    let again = bench.hear(1_000, begins).down;
    assert_eq!(again.rate, eased.rate, "only its own raises are taken back");
}

#[test]
fn a_capacity_that_was_found_again_is_left_alone_for_longer() {
    let mut bench = Bench::new(50);
    let begins = Said { delta: 12, ..BUSY };
    let mut pauses = std::vec::Vec::new();
    for _ in 0..6 {
        while bench.hear(50, BUSY).down.rate < Rate::mbit(80) {}
        while bench.hear(50, begins).down.reason != Reason::Eased {}
        let eased_at = bench.now;
        while bench.hear(50, BUSY).down.reason != Reason::Raised {}
        pauses.push(bench.now - eased_at);
    }
    assert!(pauses[0] <= 650 && pauses.is_sorted(), "{pauses:?}");
    assert!((1_900..2_100).contains(&pauses[5]), "{pauses:?}");
}

#[test]
fn a_little_delay_that_stays_ends_the_drain_all_the_same() {
    let mut bench = Bench::new(50);
    bench.hear(1_000, BUSY);
    bench.until(Mode::Draining, Said { delta: 60, ..BUSY });
    // The path is 7 ms longer now.
    let took = bench.until(Mode::Clear, Said { delta: 7, ..BUSY });
    assert!(took <= 300, "{took}");
    assert_eq!(bench.last.down.reason, Reason::Returned);
}

#[test]
fn when_the_queue_is_gone_the_rate_is_just_under_the_capacity_at_once() {
    let mut bench = Bench::new(50);
    bench.hear(1_000, BUSY);
    let bloated = Said { delta: 60, ..BUSY };
    bench.until(Mode::Draining, bloated);
    let capacity = bench.last.down.anchor.expect("measured");
    let empty = bench.hear(50, BUSY).down;
    assert_eq!(empty.reason, Reason::Returned);
    assert_eq!(empty.rate, capacity.times(0.96));
    assert_eq!(empty.mode, Mode::Clear);
}

#[test]
fn a_short_queue_says_that_the_capacity_is_where_it_was() {
    let mut bench = Bench::new(50);
    bench.hear(1_000, BUSY);
    bench.until(Mode::Draining, Said { delta: 20, ..BUSY });
    let capacity = bench.last.down.anchor.expect("measured");
    assert_eq!(bench.hear(50, BUSY).down.rate, capacity.times(0.98));
}

#[test]
fn what_was_proven_of_a_long_delay_is_not_proven_of_a_shorter_one() {
    let mut bench = Bench::new(50);
    bench.hear(1_000, BUSY);
    // The upload's, say: obeyed, and it changes nothing.
    let other = Said {
        delta: 2_000,
        ..BUSY
    };
    bench.until(Mode::Weather, other);
    bench.hear(5_000, other);
    assert_eq!(bench.last.down.mode, Mode::Weather);
    let ours = Said { delta: 800, ..BUSY };
    let took = bench.until(Mode::Draining, ours);
    assert!(took <= 500, "{took}");
}

#[test]
fn a_load_that_has_just_begun_is_not_measured_yet() {
    let mut bench = Bench::new(50);
    bench.hear(1_000, BUSY);
    bench.until(Mode::Draining, Said { delta: 20, ..BUSY });
    let known = bench.last.down.anchor.expect("measured");
    bench.hear(20_000, QUIET);
    // The first second of a new load: the counter's window is mostly the silence before it.
    let begins = Said {
        delta: 25,
        load: Both {
            down: Some(40),
            up: Some(2),
        },
        ..QUIET
    };
    bench.until(Mode::Draining, begins);
    assert!(
        bench.last.down.anchor >= Some(known.times(0.95)),
        "{:?}",
        bench.last.down
    );
}

#[test]
fn delay_without_traffic_of_ours_cuts_nothing_however_long() {
    let mut bench = Bench::new(50);
    let weather = Said { delta: 80, ..QUIET };
    let decision = bench.hear(600_000, weather).down;
    assert_eq!(decision.rate, Rate::mbit(60));
    assert_eq!(decision.blocker, Some(Blocker::Weather));
}

#[test]
fn lasting_delay_with_a_little_traffic_is_put_to_one_trial() {
    let mut bench = Bench::new(50);
    let doubtful = Said {
        delta: 80,
        load: Both {
            down: Some(20),
            up: Some(2),
        },
        ..QUIET
    };
    let took = bench.until(Mode::Draining, doubtful);
    assert!((10_000..10_500).contains(&took), "{took}");
    // It is obeyed, and nothing changes.
    let obeyed = Said { delta: 80, ..BUSY };
    let took = bench.until(Mode::Weather, obeyed);
    assert!(took < 5_000, "{took}");
    assert_eq!(bench.last.down.reason, Reason::GaveBack);
    assert!(bench.last.down.rate >= Rate::mbit(57));
    let decision = bench.hear(60_000, doubtful).down;
    assert_eq!(decision.mode, Mode::Weather, "once is enough");
}

#[test]
fn at_the_floor_it_is_tried_every_half_minute_whether_the_delay_is_ours() {
    let mut bench = Bench::new(50);
    bench.hear(1_000, BUSY);
    let mut tried = 0;
    // Ten minutes of a queue that never stands still, and of a line that delivers a third of the floor.
    for n in 0..12_000 {
        let wild = Said {
            delta: 40 + n % 200,
            load: Both {
                down: Some(if n < 20 { 99 } else { 33 }),
                up: Some(2),
            },
            ..QUIET
        };
        tried += u32::from(bench.hear(50, wild).down.reason == Reason::Tried);
    }
    assert!((10..20).contains(&tried), "{tried}");
}

#[test]
fn growth_needs_load_and_quiet() {
    let mut bench = Bench::new(50);
    for (said, blocker) in [
        (QUIET, Blocker::Unloaded),
        (Said { delta: 10, ..BUSY }, Blocker::Delay),
        (
            Said {
                answers: false,
                ..BUSY
            },
            Blocker::NoReplies,
        ),
        (
            Said {
                load: Both::default(),
                ..QUIET
            },
            Blocker::NoCounters,
        ),
    ] {
        let decision = bench.hear(1_500, said).down;
        assert_eq!(decision.blocker, Some(blocker));
        // One raise before five missing echoes are silence.
        assert!(decision.rate < Rate::mbit(64), "{decision:?}");
    }
    let decision = bench.hear(20_000, BUSY).down;
    assert_eq!(decision.rate, Rate::mbit(100));
    assert_eq!(decision.blocker, Some(Blocker::Ceiling));
}

#[test]
fn without_counters_it_is_blind_until_they_are_back() {
    let mut bench = Bench::new(50);
    bench.hear(20_000, BUSY);
    let unread = Said {
        load: Both::default(),
        ..QUIET
    };
    assert_eq!(bench.hear(1_900, unread).down.mode, Mode::Clear);
    assert_eq!(bench.hear(500, unread).down.mode, Mode::Blind);
    let decision = bench.hear(120_000, unread).down;
    assert_eq!(decision.rate, Rate::mbit(60), "back to the base");
    let bloated = Said {
        delta: 60,
        ..unread
    };
    let cut = bench.hear(600, bloated).down.rate;
    assert!(cut < Rate::mbit(60));
    assert_eq!(bench.hear(50, QUIET).down.mode, Mode::Clear);
}

#[test]
fn when_nothing_passes_everything_stands() {
    let mut bench = Bench::new(50);
    bench.hear(1_000, BUSY);
    let rate = bench.law.rates().down;
    let dead = Said {
        delta: 900,
        load: Both {
            down: Some(0),
            up: Some(0),
        },
        answers: false,
        ..QUIET
    };
    let decision = bench.hear(60_000, dead).down;
    assert_eq!(decision.rate, rate);
    assert_eq!(decision.blocker, Some(Blocker::NothingPasses));
    assert!(matches!(bench.law.presence(), Presence::Outage { .. }));
}

#[test]
fn of_two_loaded_directions_the_short_one_is_cut() {
    let mut bench = Bench::new(50);
    let both = |down| Said {
        load: Both {
            down: Some(down),
            up: Some(99),
        },
        ..QUIET
    };
    bench.hear(1_000, both(99));
    let up = bench.law.rates().up;
    let short = Said {
        delta: 60,
        slope: 0.4,
        ..both(70)
    };
    let decisions = bench.hear(300, short);
    assert_eq!(decisions.down.mode, Mode::Draining);
    assert_eq!(decisions.up.mode, Mode::Clear);
    assert!(decisions.up.rate >= up);
    assert_eq!(decisions.up.blocker, Some(Blocker::OtherDirection));
}

#[test]
fn with_both_full_one_is_tried_after_the_other_and_the_first_is_acquitted() {
    let mut bench = Bench::new(50);
    let full = Said {
        load: Both {
            down: Some(99),
            up: Some(99),
        },
        ..QUIET
    };
    bench.hear(1_000, full);
    let before = bench.law.rates();
    let bloated = Said { delta: 25, ..full };
    let mut modes = std::vec::Vec::new();
    for _ in 0..20 {
        let decisions = bench.hear(50, bloated);
        modes.push((decisions.down.mode, decisions.up.mode));
        if decisions.down.mode == Mode::Draining {
            break;
        }
    }
    assert!(modes.contains(&(Mode::Clear, Mode::Draining)), "{modes:?}");
    assert_eq!(modes.last(), Some(&(Mode::Draining, Mode::Clear)));
    assert_eq!(bench.law.rates().up, before.up);
}

#[test]
fn the_upload_is_cut_below_what_it_sends_by_how_fast_the_delay_rises() {
    let mut bench = Bench::new(50);
    let up = |delta, slope| Said {
        delta,
        slope,
        load: Both {
            down: Some(2),
            up: Some(99),
        },
        ..QUIET
    };
    bench.hear(1_000, up(0, 0.0));
    let sent = bench.law.rates().up.times(0.99);
    let mut decision = bench.last.up;
    while decision.mode != Mode::Draining {
        decision = bench.hear(50, up(40, 0.5)).up;
    }
    assert_eq!(decision.anchor, Some(sent.times(0.5)));
}

#[test]
fn the_rhythm_of_the_loop_does_not_matter() {
    let story = |every| {
        let mut bench = Bench::new(every);
        bench.hear(3_000, BUSY);
        bench.hear(1_000, Said { delta: 50, ..BUSY });
        bench.hear(4_000, BUSY);
        bench.law.rates().down.as_mbps()
    };
    let (slow, fast) = (story(100), story(20));
    assert!((slow / fast - 1.0).abs() < 0.1, "{slow} {fast}");
}

fn anything() -> impl Strategy<Value = Said> {
    let percent = || prop::option::weighted(0.9, 0..130_u32);
    (
        0..400_u32,
        0.0..0.9,
        any::<bool>(),
        percent(),
        percent(),
        prop::bool::weighted(0.9),
    )
        .prop_map(|(delta, slope, falling, down, up, answers)| Said {
            delta,
            slope,
            falling,
            early: None,
            newest: None,
            load: Both { down, up },
            answers,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn from_every_state_the_rate_can_rise_again(
        story in prop::collection::vec((anything(), 50..8_000_u64), 1..30),
    ) {
        let mut bench = Bench::new(50);
        for (said, millis) in story {
            let decisions = bench.hear(millis, said);
            for decision in [decisions.down, decisions.up] {
                prop_assert!(LIMITS.floor <= decision.rate && decision.rate <= LIMITS.ceiling);
                prop_assert!(decision.reason == Reason::Raised || decision.blocker.is_some());
            }
        }
        let both = Said { load: Both { down: Some(99), up: Some(99) }, ..QUIET };
        let decisions = bench.hear(60_000, both);
        prop_assert_eq!(decisions.down.rate, LIMITS.ceiling);
        prop_assert_eq!(decisions.up.rate, LIMITS.ceiling);
    }
}
