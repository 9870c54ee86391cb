//! What the alternate's own delay has to do with it.

use wanctl::steering::assessment::Reason;
use wanctl::steering::evidence::{Alternate, Evidence};
use wanctl::steering::fact::Fact;
use wanctl::steering::params::SteeringParams;
use wanctl::steering::rule::Switch;
use wanctl::time::Duration;

use crate::line::{World, calm, confidence, congested, ms, params, silent};

const FAST: Duration = Duration::from_millis(50);

/// The same with an alternate so far away, whose calm is 45 ms.
fn with(rtt: f64, evidence: Evidence) -> Evidence {
    Evidence {
        alternate: Alternate::Answers,
        alternate_rtt: Some(ms(rtt)),
        ..evidence
    }
}

/// The same with an alternate that does not answer any more.
fn without(evidence: Evidence) -> Evidence {
    Evidence {
        alternate: Alternate::Silent,
        alternate_rtt: None,
        ..evidence
    }
}

/// A minute of calm; by the hysteresis and by the score.
fn each() -> [World; 2] {
    [None, Some(confidence(false))].map(|confidence| {
        let mut world = World::new(SteeringParams {
            confidence,
            ..params(FAST)
        });
        world.run(60.0, &with(45.0, calm()));
        world
    })
}

/// The primary's delay is 90 ms throughout.
#[test]
fn a_slow_primary_is_left_for_a_faster_alternate_only() {
    for (rtt, leaves) in [(45.0, true), (125.0, true), (135.0, false), (300.0, false)] {
        for mut world in each() {
            world.run(120.0, &with(rtt, congested(80)));
            assert_eq!(world.degraded(), leaves, "an alternate of {rtt} ms");
            assert_eq!(world.switched.len(), usize::from(leaves));
            let told = world.reasons.last() == Some(&Reason::AlternateWorse);
            assert_eq!(told, !leaves, "an alternate of {rtt} ms");
        }
    }
}

#[test]
fn a_slow_primary_is_not_left_for_a_dead_alternate() {
    for mut world in each() {
        world.run(300.0, &without(congested(80)));
        assert!(world.switched.is_empty());
        world.run(20.0, &with(45.0, congested(80)));
        assert!(world.degraded(), "it is back");
    }
}

#[test]
fn a_dead_primary_is_left_for_any_alternate_that_answers() {
    for mut world in each() {
        world.run(20.0, &with(900.0, silent()));
        assert!(world.degraded());
        world.run(600.0, &with(900.0, silent()));
        assert_eq!(world.switched.len(), 1);
    }
}

#[test]
fn an_alternate_that_has_become_worse_is_left_in_its_time() {
    let worse = with(300.0, congested(80));
    for mut world in each() {
        world.run(60.0, &with(45.0, congested(80)));
        assert!(world.degraded());
        world.run(60.0, &worse);
        assert_eq!(world.switched.len(), 2, "{:?}", world.switched);
        let (on, off) = (world.switched[0].0, world.switched[1].0);
        assert!(off - on >= 30.0 && off >= 120.0, "{:?}", world.switched);
        world.run(600.0, &worse);
        assert_eq!(world.switched.len(), 2, "there is nowhere better to go");
    }
}

/// As quickly as the primary is left, whatever it is like; no hold-down keeps anybody there.
#[test]
fn an_alternate_that_has_died_is_left_at_once_if_the_primary_lives() {
    let mut host_silent = silent();
    host_silent.autorate.as_mut().unwrap().hears = Some(true);
    for (steered_for, primary) in [
        (60.0, congested(80)),
        (60.0, calm()),
        (8.0, congested(80)),
        (60.0, host_silent),
    ] {
        for mut world in each() {
            world.run(steered_for, &with(45.0, congested(80)));
            assert!(world.degraded());
            let died = world.seconds();
            world.run(600.0, &without(primary));
            assert_eq!(world.switched.len(), 2, "{:?}", world.switched);
            let after = world.switched[1].0 - died;
            // Silence of the host alone takes three seconds to be believed.
            let longest = if primary.rtt.is_some() { 2.1 } else { 5.1 };
            assert!((2.0..=longest).contains(&after), "{after}");
        }
    }
}

#[test]
fn no_brake_keeps_anybody_on_a_dead_alternate() {
    let [_, mut world] = each();
    // Five toggles within five minutes engage it.
    for _ in 0..2 {
        world.run(40.0, &with(45.0, silent()));
        world.run(40.0, &with(45.0, calm()));
    }
    world.run(30.0, &with(45.0, silent()));
    assert!(world.told(|fact| matches!(fact, Fact::BrakeEngaged { .. })) > 0);
    assert!(world.degraded());
    world.run(5.0, &without(calm()));
    assert!(!world.degraded(), "{:?}", world.switched);
}

#[test]
fn of_two_dead_lines_the_one_in_use_is_kept() {
    for mut world in each() {
        world.run(60.0, &with(45.0, congested(80)));
        assert!(world.degraded());
        world.run(3.0, &with(45.0, silent()));
        world.run(600.0, &without(silent()));
        assert_eq!(world.switched.len(), 1);
    }
}

#[test]
fn of_two_slow_lines_either_may_be_kept_but_nobody_goes_back_and_forth() {
    // The score is quicker to return, until its brake has counted five toggles.
    for (mut world, most) in each().into_iter().zip([1, 5]) {
        for second in 0..1_800 {
            // Each is the slower one for a few seconds, and by far.
            let rtt = if second / 7 % 2 == 0 { 90.0 } else { 180.0 };
            world.run(1.0, &with(rtt, congested(80)));
        }
        assert!(world.switched.len() <= most, "{:?}", world.switched);
        let last = world.switched.last();
        assert!(last.is_none_or(|&(at, switch)| at < 300.0 && switch == Switch::On));
    }
}
