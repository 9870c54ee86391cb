//! What is told of counters that come, stay away, and come back.

use wanctl::config::WanConfig;
use wanctl::direction::Direction;
use wanctl::program::{AdaptiveFact, Fact};
use wanctl::report::lines;
use wanctl::router::{Event, Failure, Known};
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::line::{Line, WELL, file};

fn adaptive() -> WanConfig {
    file(
        "  enabled: true\n  base",
        "  enabled: true\n  control_law: adaptive\n  base",
    )
}

/// An answer of the router, which says what passed or does not.
fn answer(line: &mut Line, bytes: Option<u64>) {
    for direction in Direction::BOTH {
        line.router(Event::Holds {
            direction,
            rate: Rate::mbit(100),
            known: Known::Read,
            took: Duration::from_millis(10),
            inactive: false,
            bytes,
        });
    }
}

/// What was told of counters, and how loud.
fn told(line: &mut Line) -> Vec<(AdaptiveFact, log::Level)> {
    let facts = line.facts.drain(..);
    let of_counters = facts.filter_map(|fact| match fact {
        Fact::Adaptive(
            about @ (AdaptiveFact::Uncounted { .. }
            | AdaptiveFact::Counted { .. }
            | AdaptiveFact::Tested(_)),
        ) => Some((about, lines::level(&fact))),
        _ => None,
    });
    of_counters.collect()
}

#[test]
fn a_router_that_answers_and_does_not_count_is_told_once_and_so_is_the_end_of_that() {
    let mut line = Line::new(&adaptive());
    for _ in 0..9 {
        line.cycles(20, WELL);
        answer(&mut line, None);
    }
    assert_eq!(told(&mut line), []);
    for _ in 0..100 {
        line.cycles(20, WELL);
        answer(&mut line, None);
    }
    let missing = Duration::from_secs(10);
    let uncounted = AdaptiveFact::Uncounted { missing };
    assert_eq!(told(&mut line), [(uncounted, log::Level::Warn)]);
    answer(&mut line, Some(1));
    line.cycles(1, WELL);
    let said = told(&mut line);
    assert!(
        matches!(said[..], [(AdaptiveFact::Counted { after }, log::Level::Info)] if after > Duration::from_secs(90)),
        "{said:?}"
    );
}

/// That it cannot be reached is told besides, and says it all.
#[test]
fn a_router_that_is_away_is_not_said_not_to_count() {
    let mut line = Line::new(&adaptive());
    answer(&mut line, Some(1));
    line.cycles(40, WELL);
    line.router(Event::Lost(Some(Failure::TimedOut)));
    line.cycles(600, WELL);
    assert_eq!(told(&mut line), []);
    line.router(Event::Up);
    line.cycles(9 * 20, WELL);
    assert_eq!(told(&mut line), []);
    line.cycles(2 * 20, WELL);
    assert_eq!(told(&mut line).len(), 1);
}

#[test]
fn v1_7s_law_misses_no_counters() {
    let mut line = Line::new(&file("", ""));
    line.cycles(600, WELL);
    let of_adaptive = |fact: &Fact| matches!(fact, Fact::Adaptive(_));
    assert!(!line.facts.iter().any(of_adaptive));
}
