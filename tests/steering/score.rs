//! The score, live and in a dry run, beside the rows of samples.

use wanctl::steering::assessment::Reason;
use wanctl::steering::confidence::Contributor;
use wanctl::steering::evidence::{Evidence, QueueNews};
use wanctl::steering::fact::Fact;
use wanctl::steering::params::SteeringParams;
use wanctl::steering::queue::QueueReading;
use wanctl::steering::rule::Switch;
use wanctl::time::Duration;

use crate::line::{World, calm, confidence, congested, ms, params, silent};

const FAST: Duration = Duration::from_millis(50);

/// W-23: live, the score decides alone.
#[test]
fn live_confidence_replaces_the_hysteresis() {
    let live = || SteeringParams {
        confidence: Some(confidence(false)),
        ..params(FAST)
    };
    let mut world = World::new(live());
    world.run(60.0, &calm());
    // RED by the truth table with 45 ms is a score of 50: the hysteresis would steer, the score does not.
    let mut reading = QueueReading {
        dropped: 1,
        queued_packets: 50,
        ..QueueReading::default()
    };
    for _ in 0..1_200 {
        reading.dropped += 1;
        let red = Evidence {
            rtt: Some(ms(70.0)),
            queue: QueueNews::Read(reading),
            ..calm()
        };
        world.cycle(&red);
    }
    let worst = world.steering.scored().unwrap().score;
    assert_eq!(world.reasons.last(), Some(&Reason::DelayDropsQueue));
    assert!((50..55).contains(&worst), "{worst}");
    assert!(world.switched.is_empty());
    // Then a real one; and no return before the hold-down, however calm.
    world.run(20.0, &silent());
    assert_eq!(world.switched.len(), 1);
    let on = world.switched[0].0;
    world.run(120.0, &calm());
    let off = world.switched[1].0;
    assert!((33.0..=48.0).contains(&(off - on)), "{on} {off}");
}

#[test]
fn a_dry_run_tells_what_it_would_do_and_does_not_touch_what_is_done() {
    let run = |confidence| {
        let mut world = World::new(SteeringParams {
            confidence,
            ..params(FAST)
        });
        world.run(60.0, &calm());
        world.run(60.0, &congested(80));
        world.run(300.0, &calm());
        world
    };
    let (plain, dry) = (run(None), run(Some(confidence(true))));
    assert_eq!(plain.switched, dry.switched);
    assert_eq!(dry.told(|f| matches!(f, Fact::WouldEnable(..))), 1);
    assert_eq!(dry.told(|f| matches!(f, Fact::WouldDisable(..))), 1);
    assert!(plain.steering.scored().is_none());
}

#[test]
fn drops_are_scored_by_the_second() {
    let mut world = World::new(SteeringParams {
        confidence: Some(confidence(true)),
        ..params(Duration::from_secs(2))
    });
    for dropped in [0, 0, 2, 6, 30] {
        let queue = QueueNews::Read(QueueReading {
            dropped,
            ..QueueReading::default()
        });
        world.cycle(&Evidence { queue, ..calm() });
    }
    let scored = world.steering.scored().unwrap();
    assert_eq!(
        scored.contributors[..],
        [Contributor::DropsIncreasing(12.0)],
        "24 in two seconds"
    );
}

#[test]
fn every_other_way_has_a_word_of_its_own() {
    let words = [
        Reason::Backlog,
        Reason::DelayAlone,
        Reason::AtFloor,
        Reason::DelaySeen,
        Reason::Loss,
    ]
    .map(|reason| Contributor::OtherWay(reason).to_string());
    let told = [
        "backlog_standing",
        "delay_standing",
        "rate_at_floor",
        "delay_seen_by_autorate",
        "loss",
    ];
    assert_eq!(words, told);
}

/// An ISP that fails every 20 s for an hour.
#[test]
fn a_flapping_line_is_not_followed_around() {
    for confidence in [None, Some(confidence(false))] {
        let mut world = World::new(SteeringParams {
            confidence,
            ..params(FAST)
        });
        for _ in 0..90 {
            world.run(20.0, &calm());
            world.run(20.0, &congested(80));
        }
        let toggles = world.switched.len();
        assert!(toggles <= 5, "{toggles}: what is left is the brake's");
        let returns = world.switched.windows(2).filter(|w| w[1].1 == Switch::Off);
        for pair in returns {
            assert!(pair[1].0 - pair[0].0 >= 28.0, "{pair:?}");
        }
        if confidence.is_none() {
            assert_eq!(toggles, 1, "20 s of calm are not enough to come back");
        }
    }
}
