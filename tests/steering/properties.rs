//! What holds for every story, told by proptest.

use proptest::prelude::*;
use wanctl::control::zone::Zone;
use wanctl::steering::evidence::{Alternate, Echoes, Evidence, Feed, QueueNews};
use wanctl::steering::params::SteeringParams;
use wanctl::steering::queue::QueueReading;
use wanctl::steering::rule::{Reading, Switch};
use wanctl::time::Duration;
use wanctl::units::Millis;

use crate::line::{World, calm, confidence, congested, params, secs, silent};

/// Any finite delay, sensible or not; NaN and infinities have no form as one.
fn millis() -> impl Strategy<Value = Option<Millis>> {
    prop_oneof![
        4 => (0.0..200.0_f64).prop_map(Millis::new),
        1 => any::<f64>().prop_map(Millis::new),
        1 => prop::sample::select(vec![1e9, -1e9, f64::MAX, f64::NAN, f64::INFINITY, -0.0])
            .prop_map(Millis::new),
    ]
}

fn zone() -> impl Strategy<Value = Option<Zone>> {
    prop::sample::select(vec![
        None,
        Some(Zone::Green),
        Some(Zone::Yellow),
        Some(Zone::SoftRed),
        Some(Zone::Red),
    ])
}

fn queue() -> impl Strategy<Value = QueueNews> {
    prop_oneof![
        Just(QueueNews::Pending),
        Just(QueueNews::Failed),
        (any::<u64>(), any::<u64>(), any::<u64>()).prop_map(|(packets, dropped, queued)| {
            QueueNews::Read(QueueReading {
                packets,
                bytes: packets,
                dropped,
                queued_packets: queued,
                queued_bytes: queued,
            })
        }),
    ]
}

prop_compose! {
    fn anything()(
        rtt in millis(),
        answered: u16,
        lost: u16,
        baseline in millis(),
        age in 0_u64..400,
        zone in zone(),
        at_floor: bool,
        fed: bool,
        queue in queue(),
        alternate in prop::sample::select(vec![Alternate::Unknown, Alternate::Answers, Alternate::Silent]),
        alternate_rtt in millis(),
    ) -> Evidence {
        Evidence {
            rtt,
            echoes: Echoes { answered: answered % 4, lost: lost % 4 },
            autorate: fed.then_some(Feed {
                age: Duration::from_secs(age),
                baseline,
                zone,
                at_floor,
                hears: None,
            }),
            queue,
            alternate,
            alternate_rtt,
        }
    }
}

/// Stretches of weather: 0 calm, 1 congested, 2 dead, 3 lossy; and for how many tenths of a second.
fn weather() -> impl Strategy<Value = Vec<(u8, u16)>> {
    prop::collection::vec((0_u8..4, 1_u16..600), 1..40)
}

fn evidence(kind: u8) -> Evidence {
    match kind {
        0 => calm(),
        1 => congested(80),
        2 => silent(),
        _ => {
            let mut lossy = calm();
            lossy.echoes.lost = 2;
            lossy
        }
    }
}

fn modes() -> impl Strategy<Value = Option<bool>> {
    prop::sample::select(vec![None, Some(true), Some(false)])
}

fn world(interval: Duration, dry_run: Option<bool>) -> World {
    World::new(SteeringParams {
        confidence: dry_run.map(confidence),
        ..params(interval)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_evidence_is_a_panic(
        mode in modes(),
        story in prop::collection::vec((anything(), 0_u8..12), 1..300),
    ) {
        let mut world = world(Duration::from_millis(500), mode);
        for (evidence, event) in story {
            match event {
                0 => world.down = !world.down,
                1 => world.steering.link_lost(world.now),
                2 => world.rule = Reading::Missing,
                3 => world.rule = Reading::Ambiguous(2),
                4 => world.rule = Reading::One(Switch::On),
                5 => world.rule = Reading::One(Switch::Off),
                _ => {}
            }
            let verdict = world.cycle(&evidence);
            prop_assert!(verdict.confidence.is_none_or(|score| score <= 100));
            let (delta, queue) = world.steering.averages();
            prop_assert!((0.0..=1_000.0).contains(&delta) && (0.0..=10_000.0).contains(&queue));
        }
    }

    /// Nonsense as RTT, however often, is no reason to steer, and neither is a calm line.
    #[test]
    fn nothing_is_enabled_without_evidence(
        mode in modes(),
        nonsense in prop::collection::vec(
            prop_oneof![
                Just(Millis::new(1e9)),
                Just(Millis::new(-1e9)),
                Just(Millis::new(f64::NAN)),
                Just(Millis::new(f64::INFINITY)),
                (0.0..40.0_f64).prop_map(Millis::new),
            ],
            1..400,
        ),
    ) {
        let mut world = world(Duration::from_millis(500), mode);
        for rtt in nonsense {
            world.cycle(&Evidence { rtt, ..calm() });
        }
        prop_assert!(world.switched.is_empty());
    }

    #[test]
    fn nobody_returns_before_the_hold_down_nor_steers_before_the_evidence_has_lasted(
        mode in modes(),
        story in weather(),
    ) {
        let mut world = world(Duration::from_millis(100), mode);
        let mut rows = Vec::new();
        for (kind, tenths) in story {
            world.run(f64::from(tenths) / 10.0, &evidence(kind));
            rows.push((world.seconds(), kind));
        }
        for pair in world.switched.windows(2) {
            let apart = pair[1].0 - pair[0].0;
            prop_assert_ne!(pair[0].1, pair[1].1);
            let least = match (mode, pair[1].1) {
                (Some(false), Switch::Off) => 33.0,
                (_, Switch::Off) => 28.0,
                (_, Switch::On) => 2.0,
            };
            prop_assert!(apart >= least - 0.001, "{apart} s, {pair:?}");
        }
        let only_calm = rows.iter().all(|&(_, kind)| kind == 0);
        prop_assert!(!only_calm || world.switched.is_empty());
    }

    /// W-52: the same weather, looked at every 50 ms or every 500 ms, is steered at the same time.
    #[test]
    fn the_interval_does_not_decide(stretches in prop::collection::vec((0_u8..3, 100_u16..600), 1..8)) {
        let run = |interval| {
            let mut world = world(interval, None);
            world.run(60.0, &calm());
            for &(kind, tenths) in &stretches {
                // Half seconds, so that both see the same weather; long enough for either to decide.
                world.run(f64::from(tenths / 10), &evidence(2 * (kind % 2)));
            }
            world.switched
        };
        let (fast, slow) = (run(secs(0.05)), run(secs(0.5)));
        prop_assert_eq!(fast.len(), slow.len(), "{:?} {:?}", fast, slow);
        for (fast, slow) in fast.iter().zip(&slow) {
            prop_assert_eq!(fast.1, slow.1);
            prop_assert!((fast.0 - slow.0).abs() <= 2.0, "{:?} {:?}", fast, slow);
        }
    }
}
