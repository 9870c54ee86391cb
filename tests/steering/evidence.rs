//! What becomes of the evidence before it is judged.

use wanctl::steering::evidence::{Echoes, Evidence, FeedState, QueueNews};
use wanctl::steering::fact::Fact;
use wanctl::steering::queue::QueueReading;
use wanctl::steering::{DEAD_FOR, LOSS_WINDOW};
use wanctl::time::Duration;

use crate::line::{World, calm, congested, ms, params, secs};

const TWO: Duration = Duration::from_secs(2);

/// Contract 4.3 with the example's weight of 0.3 per 2 s.
#[test]
fn the_delta_is_smoothed_as_in_v17() {
    let mut world = World::new(params(TWO));
    let mut expected = 90.0;
    for rtt in [115.0, 25.0, 40.0, 25.0, 20.0] {
        let verdict = world.cycle(&Evidence {
            rtt: Some(ms(rtt)),
            ..calm()
        });
        let delta = f64::max(rtt - 25.0, 0.0);
        if world.seconds() > 2.0 {
            expected = (1.0 - 0.3) * expected + 0.3 * delta;
        }
        assert_eq!(verdict.picture.delta, Some(ms(delta)), "never below 0");
        assert_eq!(verdict.picture.smoothed, Some(ms(expected)));
        assert_eq!(world.steering.rtt(), Some(ms(rtt)));
    }
}

#[test]
fn an_rtt_is_of_now_for_three_cycles_and_no_longer() {
    let mut world = World::new(params(TWO));
    world.cycle(&calm());
    let nothing = Evidence {
        rtt: None,
        ..calm()
    };
    for fresh in [true, true, true, false, false] {
        let verdict = world.cycle(&nothing);
        assert_eq!(
            verdict.picture.delta.is_some(),
            fresh,
            "{}",
            world.seconds()
        );
        assert_eq!(verdict.picture.smoothed.is_some(), fresh);
    }
}

#[test]
fn drops_are_counted_over_a_sample_of_v17_whatever_the_interval() {
    for (interval, per_read) in [(TWO, 40), (Duration::from_millis(50), 1)] {
        let mut world = World::new(params(interval));
        let mut dropped = 7_000;
        let mut drops = None;
        for _ in 0..200 {
            dropped += per_read;
            let reading = QueueReading {
                dropped,
                ..QueueReading::default()
            };
            let verdict = world.cycle(&Evidence {
                queue: QueueNews::Read(reading),
                ..calm()
            });
            drops = verdict.picture.drops;
        }
        let drops = drops.unwrap();
        assert!((37..=40).contains(&drops), "{interval}: {drops}");
    }
}

#[test]
fn a_failed_read_leaves_the_queue_unknown_not_empty() {
    let mut world = World::new(params(TWO));
    world.cycle(&congested(80));
    assert_eq!(world.cycle(&congested(80)).picture.queue, Some(80));
    let failed = Evidence {
        queue: QueueNews::Failed,
        ..calm()
    };
    assert_eq!(world.cycle(&failed).picture.queue, None);
    world.cycle(&failed);
    assert_eq!(world.steering.counts(world.now).queue_failures, 2);
    let pending = Evidence {
        queue: QueueNews::Pending,
        ..calm()
    };
    world.cycle(&congested(80));
    assert_eq!(
        world.cycle(&pending).picture.queue,
        Some(80),
        "still of now"
    );
    world.run(8.0, &pending);
    assert_eq!(world.cycle(&pending).picture.queue, None, "too old");
}

#[test]
fn loss_is_a_share_of_the_last_half_minute() {
    let mut world = World::new(params(TWO));
    let echoes = |answered, lost| Evidence {
        echoes: Echoes { answered, lost },
        ..calm()
    };
    let verdict = world.cycle(&echoes(2, 1));
    assert_eq!(verdict.picture.loss, None, "three echoes say nothing");
    for _ in 0..30 {
        world.cycle(&echoes(2, 1));
    }
    let loss = world.cycle(&echoes(2, 1)).picture.loss.unwrap();
    assert!((loss - 1.0 / 3.0).abs() < 1e-9, "{loss}");
    world.run(LOSS_WINDOW.as_secs_f64() + 2.0, &echoes(3, 0));
    assert_eq!(world.cycle(&echoes(3, 0)).picture.loss, Some(0.0));
}

/// The echoes that were under way when the host came back are given up when it has answered again.
#[test]
fn what_a_long_silence_has_swallowed_is_no_loss() {
    let echoes = |answered, lost| Evidence {
        echoes: Echoes { answered, lost },
        ..calm()
    };
    for (silent, counts) in [(2.0, true), (60.0, false)] {
        let mut world = World::new(params(Duration::from_millis(50)));
        world.run(60.0, &echoes(3, 0));
        world.run(silent, &echoes(0, 3));
        world.run(2.0, &echoes(1, 3));
        let loss = world.cycle(&echoes(3, 0)).picture.loss;
        assert_eq!(loss != Some(0.0), counts, "after {silent} s: {loss:?}");
        world.run(2.0, &echoes(1, 3));
        let loss = world.cycle(&echoes(3, 0)).picture.loss;
        assert_ne!(loss, Some(0.0), "what is lost from then on counts");
    }
}

#[test]
fn what_autorate_says_is_worth_what_its_age_is() {
    let mut world = World::new(params(TWO));
    for (age, feed) in [
        (0.0, FeedState::Fresh),
        (150.0, FeedState::Fresh),
        (150.1, FeedState::Stale),
    ] {
        let mut evidence = calm();
        evidence.autorate.as_mut().unwrap().age = secs(age);
        let picture = world.cycle(&evidence).picture;
        assert_eq!(picture.feed, feed, "{age} s");
        assert_eq!(picture.zone.is_some(), age <= 5.0);
        assert_eq!(picture.is_cautious(), feed != FeedState::Fresh);
        assert!(picture.delta.is_some(), "never blind");
    }
    let mut empty = calm();
    empty.autorate.as_mut().unwrap().baseline = None;
    assert_eq!(world.cycle(&empty).picture.feed, FeedState::Missing);
    assert_eq!(world.steering.baseline(), Some(ms(25.0)));
}

#[test]
fn a_baseline_is_told_when_it_comes_and_when_it_moves_far() {
    let mut world = World::new(params(TWO));
    for baseline in [25.0, 29.9, 35.0, 40.0] {
        let mut evidence = calm();
        evidence.autorate.as_mut().unwrap().baseline = Some(ms(baseline));
        world.cycle(&evidence);
    }
    let told: Vec<&Fact> = world
        .facts
        .iter()
        .map(|(_, fact)| fact)
        .filter(|fact| matches!(fact, Fact::BaselineFound(_) | Fact::BaselineMoved { .. }))
        .collect();
    let moved = Fact::BaselineMoved {
        from: ms(29.9),
        to: ms(35.0),
    };
    assert_eq!(
        told,
        [&Fact::BaselineFound(ms(25.0)), &moved],
        "by more than 5 ms"
    );
    assert!(DEAD_FOR < LOSS_WINDOW);
}

#[test]
fn a_delay_at_the_limit_is_taken_as_it_is_and_one_beyond_it_is_cut_and_told() {
    for (rtt, told) in [(1_025.0, 0), (1_025.5, 1)] {
        let mut world = World::new(params(TWO));
        world.cycle(&Evidence {
            rtt: Some(ms(rtt)),
            ..calm()
        });
        assert_eq!(
            world.steering.averages().0.total_cmp(&1_000.0),
            core::cmp::Ordering::Equal
        );
        assert_eq!(
            world.told(|fact| matches!(fact, Fact::DeltaCut(_))),
            told,
            "{rtt} ms"
        );
    }
}

#[test]
fn what_was_read_of_the_queue_is_remembered_as_it_was() {
    let mut world = World::new(params(TWO));
    for (dropped, queued_packets) in [(7_000, 12), (7_040, 80)] {
        let reading = QueueReading {
            dropped,
            queued_packets,
            ..QueueReading::default()
        };
        world.cycle(&Evidence {
            queue: QueueNews::Read(reading),
            ..calm()
        });
    }
    let record = world.steering.record();
    assert_eq!(record.queue.iter().copied().collect::<Vec<_>>(), [12, 80]);
    assert_eq!(
        record.drops.iter().copied().collect::<Vec<_>>(),
        [0, 40],
        "the first one says nothing yet"
    );
}
