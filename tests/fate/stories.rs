//! Fates in which a promise was broken once, as short as they go.

use wanctl::sim::double::faults::Fault;
use wanctl::time::Duration;

use crate::plan::{Home, Ill, Law, Plan, Route, Trouble, Who};
use crate::planted::Planted;
use crate::play::play_twice;

fn keeps_its_promises(plan: &Plan) {
    if let Err(broken) = play_twice(plan, Planted::Nothing) {
        panic!("{broken}\n{plan}");
    }
}

#[test]
fn a_queue_that_comes_back_is_not_told_what_it_holds() {
    keeps_its_promises(&Plan {
        seed: 1988,
        law: Law::Adaptive,
        route: Route::Rest,
        home: Home::QUIET,
        troubles: vec![Trouble {
            at: Duration::from_millis(100),
            lasts: Duration::from_millis(1200),
            ill: Ill::Router(Fault::EmptyList),
        }],
        lasts: Duration::from_millis(3173),
    });
}

/// The daemon dies between a write and its answer, and the write lands when another one has begun to believe.
#[test]
fn a_write_that_lands_after_a_restart_is_seen() {
    for route in Route::ALL {
        keeps_its_promises(&Plan {
            seed: 1,
            law: Law::Classic,
            route,
            home: Home::QUIET,
            troubles: vec![
                Trouble {
                    at: Duration::from_millis(2_000),
                    lasts: Duration::from_millis(2_000),
                    ill: Ill::Router(Fault::ActsLate(Duration::from_millis(12_000))),
                },
                Trouble {
                    at: Duration::from_millis(2_000),
                    lasts: Duration::from_millis(3_000),
                    ill: Ill::KilledAsking(Who::Autorate),
                },
            ],
            lasts: Duration::from_secs(60),
        });
    }
}

/// Nobody knows which of two rules is meant, and nobody touches either; one of them is enough again.
#[test]
fn a_rule_that_was_doubled_and_removed_is_found_again() {
    let rules = |at: u64, count: u8| Trouble {
        at: Duration::from_millis(at),
        lasts: Duration::from_millis(6_000),
        ill: Ill::Rules(count),
    };
    keeps_its_promises(&Plan {
        seed: 2,
        law: Law::Adaptive,
        route: Route::RestThenSsh,
        home: Home::QUIET,
        troubles: vec![rules(3_000, 2), rules(12_000, 0)],
        lasts: Duration::from_secs(70),
    });
}
