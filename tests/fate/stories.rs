//! Fates in which a promise was broken once, as short as they go.

use wanctl::sim::double::faults::Fault;
use wanctl::time::Duration;

use crate::plan::{Home, Ill, Law, Plan, Route, Trouble};
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
