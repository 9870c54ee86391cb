//! What a user would expect of each story, whoever decides and however often.

use core::ops::RangeInclusive;

use wanctl::steering::rule::Switch;

use crate::tale::Outcome;
use crate::tales::Name;
use crate::{MODES, played};

/// The story in each mode, after what holds in every one.
fn each(name: Name) -> [&'static Outcome; MODES.len()] {
    let outcomes = [0, 1, 2, 3].map(|mode| played(name, mode));
    for (outcome, mode) in outcomes.iter().zip(MODES) {
        let ours = &outcome.ours;
        assert!(outcome.believes_what_is, "{name:?}, {mode:?}");
        let (bad, never) = (ours.bad(), outcome.never.bad());
        assert!(
            bad <= never + 3.0,
            "{name:?}, {mode:?}: {bad} s and {never} s"
        );
    }
    outcomes
}

/// Switched so, in this order, at these seconds; nothing else.
fn switched(name: Name, expected: &[(Switch, RangeInclusive<f64>)]) {
    for (outcome, mode) in each(name).into_iter().zip(MODES) {
        let seen = &outcome.ours.switched;
        let fits = seen.len() == expected.len()
            && seen
                .iter()
                .zip(expected)
                .all(|((at, to), (switch, when))| to == switch && when.contains(at));
        assert!(fits, "{name:?}, {mode:?}: {seen:?}, expected {expected:?}");
    }
}

const ON: Switch = Switch::On;
const OFF: Switch = Switch::Off;

/// What the law of v1.7's autorate holds in SOFT_RED is left after a quarter of a minute, what it cannot hold
/// at its floor within seconds; the return is slower.
#[test]
fn an_evening_is_spent_on_the_line_that_is_better() {
    switched(
        Name::Evening,
        &[
            (ON, 130.0..=140.0),
            (OFF, 250.0..=285.0),
            (ON, 302.0..=310.0),
            (OFF, 610.0..=650.0),
            (ON, 662.0..=670.0),
            (OFF, 970.0..=1_010.0),
        ],
    );
    for outcome in each(Name::Evening) {
        assert!(outcome.ours.bad() < 30.0, "{}", outcome.ours.bad());
    }
}

#[test]
fn a_dead_primary_is_left_within_ten_seconds_and_returned_to_within_half_a_minute_of_calm() {
    switched(Name::Dead, &[(ON, 65.0..=70.0), (OFF, 182.0..=215.0)]);
}

#[test]
fn a_slow_primary_is_not_left_for_a_slower_alternate_and_returned_to_if_it_becomes_one() {
    switched(
        Name::AlternateWorse,
        &[(ON, 301.0..=310.0), (OFF, 610.0..=645.0)],
    );
}

/// It is dead from 300 s to 500 s; the primary is slow all that time, but answers.
#[test]
fn an_alternate_that_dies_is_left_as_quickly_as_a_primary_would_be() {
    switched(
        Name::AlternateDies,
        &[
            (ON, 122.0..=130.0),
            (OFF, 303.0..=309.0),
            (ON, 500.0..=512.0),
            (OFF, 810.0..=850.0),
        ],
    );
}

#[test]
fn nothing_is_switched_when_both_lines_are_as_bad() {
    switched(Name::BothBad, &[]);
}

/// The router comes back at 140 s with the rule as it was before it was switched.
#[test]
fn after_a_power_cut_the_rule_is_read_again_and_made_good_at_once() {
    switched(
        Name::PowerCut,
        &[(ON, 62.0..=70.0), (ON, 140.0..=145.0), (OFF, 410.0..=450.0)],
    );
    for outcome in each(Name::PowerCut) {
        // A minute of them nobody can help: the router is away.
        assert!(outcome.ours.bad() < 75.0, "{}", outcome.ours.bad());
    }
}

/// Switched on at 60 s and off at 400 s by hand; each is seen at the latest when it is time to look.
#[test]
fn a_hand_is_respected_for_a_minute_and_then_made_good() {
    switched(
        Name::ByHand,
        &[
            (OFF, 120.0..=152.0),
            (ON, 301.0..=310.0),
            (ON, 460.0..=492.0),
            (OFF, 610.0..=650.0),
        ],
    );
}

/// A router that closes the connection after every answer, without saying so.
#[test]
fn a_hand_is_one_hand_over_a_hundred_connections() {
    switched(Name::ByHandAmongCloses, &[(OFF, 120.0..=154.0)]);
    for outcome in each(Name::ByHandAmongCloses) {
        assert_eq!(outcome.by_hand, 1);
    }
}

/// Without autorate three times the calm is needed to return, and no more than ever to leave a dead line.
#[test]
fn without_autorate_a_dead_line_is_still_left() {
    let outcomes = each(Name::AutorateStopped);
    switched(
        Name::AutorateStopped,
        &[(ON, 305.0..=310.0), (OFF, 429.0..=510.0)],
    );
    for (outcome, patience) in outcomes.into_iter().zip([84.0, 9.0, 84.0, 9.0]) {
        let after = outcome.ours.at(1) - 420.0;
        assert!(after >= patience, "{after}");
    }
}

#[test]
fn a_ping_host_that_lies_steers_nobody() {
    switched(Name::LyingHost, &[]);
    let believer = &played(Name::LyingHost, 0).legacy;
    assert!(believer.bad() > 100.0, "{}", believer.bad());
}

#[test]
fn an_isp_that_flaps_for_an_hour_is_left_and_not_followed_around() {
    for (outcome, most) in each(Name::Flapping).into_iter().zip([2, 6, 2, 6]) {
        let ours = &outcome.ours;
        assert!(ours.switched.len() <= most, "{:?}", ours.switched);
        // For an hour it is dead every other moment.
        assert!(ours.bad() < 25.0, "{}", ours.bad());
        let last = ours.switched.last();
        assert!(
            last.is_some_and(|&(at, to)| to == OFF && at > 3_660.0),
            "{last:?}"
        );
    }
}

/// W-52: forty times as many cycles decide the same, a sample of 2 s earlier or two.
#[test]
fn the_interval_makes_nobody_more_hasty() {
    for name in Name::ALL {
        for mode in [0, 1] {
            let slow = &played(name, mode).ours.switched;
            let fast = &played(name, mode + 2).ours.switched;
            let same = slow.len() == fast.len()
                && slow
                    .iter()
                    .zip(fast)
                    .all(|(slow, fast)| slow.1 == fast.1 && (slow.0 - fast.0).abs() <= 4.0);
            assert!(same, "{name:?}: {slow:?} and {fast:?}");
        }
    }
}
