//! What is only counted: every time it happens, and no other time.

use wanctl::direction::Direction;
use wanctl::router::{Event, Failure, Known, Refusal};
use wanctl::status::WanStatus;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::line::{Answers, Line, WELL, file};

fn wan(line: &Line) -> &WanStatus {
    &line.status().wans[0]
}

/// A last RTT that is judged once more is no measurement, and a cycle that waits measures nothing either.
#[test]
fn the_distribution_of_deltas_holds_the_cycles_that_measured() {
    let mut line = Line::new(&file("graceful_degradation", "use_last_rtt"));
    line.cycles(101, WELL);
    let measured = wan(&line).deltas.count();
    // The first replies are not in before the second cycle.
    assert_eq!((measured, wan(&line).counters.cycles), (100, 100));
    let dark = Answers {
        icmp: None,
        gateway: true,
    };
    line.cycles(100, dark);
    assert!(wan(&line).counters.cycles > 101, "the last RTT is judged");
    assert!(wan(&line).deltas.count() <= 101, "{:?}", wan(&line).deltas);
}

#[test]
fn the_distribution_of_writes_holds_the_confirmed_ones() {
    let mut line = Line::new(&file("graceful_degradation", "freeze"));
    let holds = |known, ms| Event::Holds {
        direction: Direction::Down,
        rate: Rate::mbit(100),
        known,
        took: Duration::from_millis(ms),
        inactive: false,
        bytes: None,
    };
    line.router(holds(Known::Written, 7));
    line.router(holds(Known::Read, 1_000));
    let writes = wan(&line).router.writes;
    assert_eq!(
        (writes.count(), writes.sum()),
        (1, Duration::from_millis(7))
    );
}

#[test]
fn every_refusal_counts_though_it_is_told_once() {
    let mut line = Line::new(&file("graceful_degradation", "freeze"));
    let why = Refusal::QueueMissing;
    for direction in [Direction::Down, Direction::Down, Direction::Up] {
        line.router(Event::Refused { direction, why });
    }
    let refusals = wan(&line).counters.refusals;
    assert_eq!((refusals.down, refusals.up), (2, 1));
}

#[test]
fn every_failed_contact_counts_and_a_success_forgets_none() {
    let mut line = Line::new(&file("graceful_degradation", "freeze"));
    for why in [Some(Failure::TimedOut), Some(Failure::Tls), None] {
        line.router(Event::Lost(why));
    }
    line.router(Event::Up);
    line.router(Event::Lost(Some(Failure::Closed)));
    let contact = wan(&line).router.link;
    assert_eq!((contact.failures, contact.consecutive_failures), (3, 1));
}

#[test]
fn every_echo_is_answered_or_lost_in_the_end() {
    let mut line = Line::new(&file("graceful_degradation", "freeze"));
    line.cycles(50, WELL);
    line.cycles(100, Answers::default());
    let reflectors = &wan(&line).measurement.reflectors;
    assert_eq!(reflectors.len(), 3);
    for reflector in reflectors {
        assert_eq!(reflector.replies, 50, "{reflector:?}");
        // The last 64 rounds may still be answered, and this tick's round began after it was told.
        assert_eq!(reflector.losses, 150 - 50 - 65, "{reflector:?}");
    }
}
