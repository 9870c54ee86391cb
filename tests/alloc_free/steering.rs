//! The decisions of steering, with full histories and both controllers.

use std::path::Path;

use wanctl::config::parse_steering;
use wanctl::steering::Steering;
use wanctl::steering::evidence::{Alternate, Echoes, Evidence, Feed, QueueNews};
use wanctl::steering::queue::QueueReading;
use wanctl::steering::rule::{Order, Reading, Switch};
use wanctl::time::{Duration, Instant};
use wanctl::units::Millis;

use super::counter;

const FILE: &str = include_str!("../config/steering.yaml");

/// Calm, congested, dead, and without autorate and queue.
fn evidence(stretch: u64) -> Evidence {
    let queued_packets = if stretch % 4 == 1 { 90 } else { 0 };
    let dead = stretch % 4 == 2;
    let blind = stretch % 4 == 3;
    Evidence {
        rtt: (!dead).then_some(Millis::of(if stretch % 4 == 1 { 190 } else { 25 })),
        echoes: Echoes {
            answered: u16::from(!dead),
            lost: u16::from(dead),
        },
        autorate: (!blind).then_some(Feed {
            baseline: Some(Millis::of(25)),
            hears: Some(!dead),
            ..Feed::default()
        }),
        queue: if blind {
            QueueNews::Failed
        } else {
            QueueNews::Read(QueueReading {
                queued_packets,
                ..QueueReading::default()
            })
        },
        alternate: Alternate::Answers,
        alternate_rtt: Some(Millis::of(if stretch % 4 == 3 { 240 } else { 40 })),
    }
}

#[test]
fn an_hour_of_steering_allocates_nothing() {
    for dry_run in ["true", "false"] {
        let text = FILE.replace(
            "steer_threshold: 55",
            &format!("steer_threshold: 55\n  dry_run: {dry_run}"),
        );
        let config = parse_steering(Path::new("steering.yaml"), text.as_bytes());
        let mut steering = Steering::new(config.expect("it is valid").config.params);
        let mut rule = Switch::Off;
        let mut switched = 0;
        counter::watch();
        for cycle in 0..36_000 {
            let now = Instant::ZERO + Duration::from_millis(100 * cycle);
            steering.observe(now, &evidence(cycle / 1_200));
            while let Some(order) = steering.order(now) {
                match order {
                    Order::Read => drop(steering.rule_read(now, Reading::One(rule))),
                    Order::Set(switch) => {
                        rule = switch;
                        switched += 1;
                        steering.rule_written(now);
                    }
                }
            }
        }
        counter::rest();
        counter::expect_none("an hour of steering");
        assert!(switched >= 10, "{switched} with dry_run: {dry_run}");
    }
}
