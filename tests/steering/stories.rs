//! What steering does, told as an evening would go.

use wanctl::control::zone::Zone;
use wanctl::steering::assessment::Reason;
use wanctl::steering::confidence::ConfidenceParams;
use wanctl::steering::evidence::{Alternate, Evidence, Feed, FeedState, Line, QueueNews};
use wanctl::steering::fact::{Fact, Standing};
use wanctl::steering::params::{Judging, SteeringParams};
use wanctl::steering::queue::QueueReading;
use wanctl::steering::record::{Saved, When};
use wanctl::steering::rule::Switch;
use wanctl::time::Duration;
use wanctl::units::Millis;

use crate::line::{World, calm, confidence, congested, ms, params, secs, silent};

const TWO: Duration = Duration::from_secs(2);
const FAST: Duration = Duration::from_millis(50);

fn world(interval: Duration) -> World {
    let mut world = World::new(params(interval));
    world.run(60.0, &calm());
    assert!(!world.degraded() && world.switched.is_empty());
    world
}

/// RouterOS under CAKE shows no drops: the queue has to stand for three seconds, then two samples count.
#[test]
fn a_routeros_router_gets_its_traffic_steered_and_returned() {
    for interval in [FAST, Duration::from_millis(500), TWO] {
        let mut world = world(interval);
        world.run(60.0, &congested(80));
        let (at, switch) = world.switched[0];
        assert_eq!(switch, Switch::On);
        assert!((65.0..=69.0).contains(&at), "{interval}: {at}");
        assert!(world.degraded());
        assert!(world.reasons.contains(&Reason::Backlog));
        world.run(300.0, &calm());
        let (at, switch) = world.switched[1];
        assert_eq!(switch, Switch::Off);
        // The average needs a few samples to forget 90 ms, then 15 good ones of 2 s follow.
        assert!((148.0..=164.0).contains(&at), "{interval}: {at}");
        assert_eq!(world.switched.len(), 2);
    }
}

#[test]
fn a_router_that_counts_drops_is_judged_by_v17s_table() {
    let mut world = World::new(params(TWO));
    let mut reading = QueueReading {
        dropped: 1_000_000,
        queued_packets: 60,
        ..QueueReading::default()
    };
    let congested = |reading| Evidence {
        queue: QueueNews::Read(reading),
        ..congested(0)
    };
    // One drop is seen, on a calm line: so it counts them.
    for dropped in [1_000_000, 1_000_001, 1_000_001] {
        reading.dropped = dropped;
        world.cycle(&Evidence {
            queue: QueueNews::Read(reading),
            ..calm()
        });
    }
    for cycle in 0..30 {
        reading.packets += 1_000;
        let verdict = world.cycle(&congested(reading));
        let lifetime = "the drops of a lifetime are not those of now";
        assert_eq!(
            verdict.assessment.zone,
            Zone::Yellow,
            "cycle {cycle}: {lifetime}"
        );
    }
    for cycle in 0..2 {
        reading.dropped += 1;
        let verdict = world.cycle(&congested(reading));
        let reason = verdict.assessment.reason;
        assert_eq!(reason, Reason::DelayDropsQueue, "cycle {cycle}");
    }
    assert_eq!(world.switched, [(68.0, Switch::On)]);
}

/// Its counter is of a time when the queue was not CAKE yet.
#[test]
fn drops_of_long_ago_do_not_make_a_router_one_that_counts_them() {
    let mut world = World::new(params(TWO));
    let standing = Evidence {
        queue: QueueNews::Read(QueueReading {
            dropped: 1_000_000,
            queued_packets: 80,
            ..QueueReading::default()
        }),
        ..congested(0)
    };
    world.run(30.0, &standing);
    assert_eq!(world.switched.len(), 1);
    assert_eq!(world.reasons.last(), Some(&Reason::Backlog));
}

#[test]
fn the_proof_that_a_line_is_dead_ends_the_caution_of_a_row() {
    for decides in [None, Some(confidence(false))] {
        let mut slow = params(TWO);
        // A row of 6 s; 18 s in caution.
        slow.degrade.samples = 4;
        slow.confidence = decides.map(|decides| ConfidenceParams {
            sustain: secs(6.0),
            ..decides
        });
        let mut world = World::new(slow);
        world.run(60.0, &calm());
        let orphaned = |evidence: Evidence| Evidence {
            autorate: calm().autorate.map(|feed| Feed {
                age: secs(200.0),
                ..feed
            }),
            alternate: Alternate::Answers,
            queue: congested(80).queue,
            ..evidence
        };
        // The queue stands from 64 s on; from 70 s on the line is known to be dead.
        world.run(6.0, &orphaned(congested(80)));
        world.run(60.0, &orphaned(silent()));
        assert_eq!(world.switched, [(70.0, Switch::On)]);
    }
}

#[test]
fn a_dead_primary_is_left_within_seconds_if_the_alternate_lives() {
    for (alternate, seconds) in [
        (Alternate::Answers, 3.0..=6.0),
        (Alternate::Unknown, 10.0..=13.0),
    ] {
        let mut world = world(FAST);
        let dead = Evidence {
            alternate,
            ..silent()
        };
        world.run(60.0, &dead);
        assert_eq!(world.switched.len(), 1, "{alternate:?}");
        let after = world.switched[0].0 - 60.0;
        assert!(seconds.contains(&after), "{alternate:?}: {after}");
        assert_eq!(world.reasons.last(), Some(&Reason::Dead));
    }
    let mut world = world(FAST);
    let both = Evidence {
        alternate: Alternate::Silent,
        ..silent()
    };
    world.run(600.0, &both);
    assert!(world.switched.is_empty(), "nowhere better to go");
    assert_eq!(world.steering.picture().line, Line::BothSilent);
}

#[test]
fn a_dead_ping_host_on_a_living_line_steers_nobody() {
    let mut world = world(FAST);
    let mut host_down = silent();
    host_down.autorate.as_mut().unwrap().hears = Some(true);
    world.run(600.0, &host_down);
    assert!(world.switched.is_empty());
    assert_eq!(world.reasons.last(), Some(&Reason::HostSilent));
}

#[test]
fn a_ping_host_that_never_answered_steers_nobody() {
    let mut world = World::new(params(FAST));
    let mut never = silent();
    never.autorate.as_mut().unwrap().hears = None;
    world.run(600.0, &never);
    assert!(world.switched.is_empty());
    assert_eq!(world.steering.picture().line, Line::NeverHeard);
}

#[test]
fn lost_packets_steer_although_the_others_are_quick() {
    let mut world = world(FAST);
    let mut lossy = calm();
    lossy.echoes.lost = 1;
    world.run(60.0, &lossy);
    assert_eq!(world.switched.len(), 1);
    assert_eq!(world.reasons.last(), Some(&Reason::Loss));
    world.run(120.0, &calm());
    assert_eq!(world.switched.len(), 2);
}

#[test]
fn autorate_at_its_floor_is_evidence_while_its_word_is_fresh() {
    let mut floor = congested(0);
    let feed = floor.autorate.as_mut().unwrap();
    feed.zone = Some(Zone::SoftRed);
    feed.at_floor = true;
    let mut world = world(FAST);
    world.run(10.0, &floor);
    assert_eq!(world.switched.len(), 1);
    let mut old = floor;
    old.autorate.as_mut().unwrap().age = secs(6.0);
    let mut world = self::world(FAST);
    world.run(600.0, &old);
    assert!(
        world.switched.is_empty(),
        "a zone of six seconds ago is no news"
    );
}

#[test]
fn without_autorate_the_same_evidence_takes_longer() {
    let first = |age: f64| {
        let mut world = world(FAST);
        let mut evidence = congested(80);
        evidence.autorate.as_mut().unwrap().age = secs(age);
        world.run(60.0, &evidence);
        let told = world.told(|fact| {
            let stale = FeedState::Stale;
            matches!(fact, Fact::Feed { to, .. } if *to == stale)
        });
        (world.switched[0].0 - 60.0, told)
    };
    let ((fresh, none), (stale, one)) = (first(1.0), first(151.0));
    assert!(
        (stale - fresh - 4.0).abs() < 0.2,
        "{fresh} {stale}: 6 s, not 2 s"
    );
    assert_eq!((none, one), (0, 1));
}

#[test]
fn without_a_baseline_no_delay_is_known_and_nobody_is_steered() {
    let mut world = World::new(params(FAST));
    let blind = Evidence {
        autorate: None,
        ..congested(80)
    };
    world.run(600.0, &blind);
    assert!(world.switched.is_empty());
    assert_eq!(world.reasons.last(), Some(&Reason::NoBaseline));
}

#[test]
fn a_baseline_out_of_bounds_is_ignored_and_told_once() {
    let mut world = world(FAST);
    let mut odd = calm();
    odd.autorate.as_mut().unwrap().baseline = Some(ms(5.0));
    world.run(60.0, &odd);
    assert_eq!(
        world.steering.baseline(),
        Some(ms(25.0)),
        "the old one stands"
    );
    assert_eq!(
        world.told(|fact| *fact == Fact::BaselineRefused(ms(5.0))),
        1
    );
    for edge in [10.0, 60.0] {
        let mut at_edge = calm();
        at_edge.autorate.as_mut().unwrap().baseline = Some(ms(edge));
        world.cycle(&at_edge);
        assert_eq!(
            world.steering.baseline(),
            Some(ms(edge)),
            "bounds are inside"
        );
    }
}

#[test]
fn an_unreadable_queue_is_told_as_v17_did_and_delay_alone_goes_on() {
    let mut world = world(FAST);
    let failing = Evidence {
        queue: QueueNews::Failed,
        ..congested(0)
    };
    world.run(60.0, &failing);
    let told: Vec<&Fact> = world.facts.iter().map(|(_, fact)| fact).collect();
    assert!(told.contains(&&Fact::QueueUnreadable(1)));
    assert!(told.contains(&&Fact::QueueUnreadable(3)));
    assert_eq!(world.told(|f| matches!(f, Fact::QueueUnreadable(_))), 2);
    assert!(world.reasons.contains(&Reason::DelayAlone));
    assert_eq!(world.switched.len(), 1, "W-25");
    world.cycle(&calm());
    assert_eq!(world.told(|f| matches!(f, Fact::QueueReadable(_))), 1);
}

/// The worst bufferbloat killed v1.7 (W-50); here it counts as the limit.
#[test]
fn two_seconds_of_delay_and_a_queue_of_fifty_thousand_steer() {
    let mut world = world(FAST);
    let worst = Evidence {
        rtt: Some(ms(2_025.0)),
        ..congested(50_000)
    };
    world.run(30.0, &worst);
    assert_eq!(world.switched.len(), 1);
    assert_eq!(
        world.told(|f| matches!(f, Fact::DeltaCut(_))),
        1,
        "told once"
    );
    assert!(world.steering.averages().0 <= 1_000.0);
}

#[test]
fn an_rtt_that_cannot_be_is_refused_and_told_once() {
    let mut world = world(FAST);
    let absurd = Evidence {
        rtt: Some(ms(1e9)),
        ..calm()
    };
    world.run(60.0, &absurd);
    assert!(world.switched.is_empty());
    assert_eq!(world.told(|f| *f == Fact::RttRefused(ms(1e9))), 1);
    assert_eq!(
        world.reasons.last(),
        Some(&Reason::NoRtt),
        "the last good one is old"
    );
}

#[test]
fn a_pause_of_the_process_is_no_sustained_evidence() {
    let mut world = world(FAST);
    let mut floor = congested(0);
    let feed = floor.autorate.as_mut().unwrap();
    feed.zone = Some(Zone::Red);
    feed.at_floor = true;
    world.run(1.0, &floor);
    world.now = world.now + secs(60.0);
    world.cycle(&floor);
    assert!(world.switched.is_empty());
    world.run(2.1, &floor);
    assert_eq!(world.switched.len(), 1);
}

#[test]
fn transitions_and_histories_have_their_size_and_go_on_after_a_restart() {
    let mut world = World::new(SteeringParams {
        history_size: 3,
        ..params(TWO)
    });
    for _ in 0..4 {
        world.run(40.0, &congested(80));
        world.run(80.0, &calm());
    }
    let record = world.steering.record();
    for len in [
        record.rtt.len(),
        record.delta.len(),
        record.drops.len(),
        record.queue.len(),
    ] {
        assert_eq!(len, 3);
    }
    assert_eq!(record.zones.len(), 10);
    assert_eq!(record.transitions.len(), 3);
    let last = record.transitions.last().unwrap();
    assert_eq!((last.from, last.to), (Standing::Degraded, Standing::Good));
    assert_eq!((last.bad_count, last.good_count), (0, 15));
    assert!(matches!(last.when, When::At(at) if Some(at) == world.steering.moved_at()));

    let mut next = World::new(SteeringParams {
        history_size: 3,
        ..params(TWO)
    });
    let saved = Saved {
        delta_average: 65.0,
        baseline: Some(ms(25.0)),
        rtt: (0..9).map(Millis::of).collect(),
        transitions: record.transitions.iter().cloned().collect(),
        ..Saved::default()
    };
    next.steering.restore(next.now, saved);
    assert_eq!(next.steering.averages(), (65.0, 0.0));
    assert_eq!(next.steering.baseline(), Some(ms(25.0)));
    let kept: Vec<Millis> = next.steering.record().rtt.iter().copied().collect();
    assert_eq!(kept, [Millis::of(6), Millis::of(7), Millis::of(8)]);
    assert_eq!(next.steering.record().transitions.len(), 3);
}

#[test]
fn legacy_mode_steers_by_the_raw_delta_alone() {
    let mut legacy = params(TWO);
    legacy.judging = Judging::Legacy {
        bad: ms(25.0),
        recovery: ms(12.0),
    };
    legacy.degrade.samples = 8;
    let mut world = World::new(legacy);
    world.run(60.0, &calm());
    world.run(60.0, &congested(0));
    assert_eq!(
        world.switched,
        [(74.0, Switch::On)],
        "the eighth sample of 2 s"
    );
    world.run(60.0, &calm());
    assert_eq!(world.switched[1], (148.0, Switch::Off), "the fifteenth");
    assert!(world.steering.record().zones.is_empty());
}
