//! Every fault of the double, over both transports, at every moment it can hurt: afterwards the router
//! holds what the controller wants, and nothing wrong was ever told as done.
//!
//! The real program and the real links in virtual time, so that a minute is a minute on any machine.
//! `cargo test --test matrix -- --nocapture` prints the table.

#[path = "../harness/mod.rs"]
mod harness;

mod cell;
mod evening;

use std::fmt::Write as _;

use wanctl::sim::double::faults::Fault;

use self::cell::{Cell, Moment};
use self::harness::world::Route;

#[test]
fn over_rest() {
    play(Route::Rest);
}

#[test]
fn over_ssh() {
    play(Route::Ssh);
}

#[test]
fn over_rest_with_ssh_to_turn_to() {
    play(Route::RestThenSsh);
}

#[test]
fn over_ssh_with_rest_to_turn_to() {
    play(Route::SshThenRest);
}

fn play(route: Route) {
    let mut wrong = String::new();
    let mut table = format!(
        "{}: seconds from the end of the fault until the router holds what is wanted (most \
         allowed)\n{:20}",
        route.name(),
        "fault"
    );
    for moment in Moment::ALL {
        let _ = write!(table, " {:>12}", moment.name());
    }
    for (name, fault) in Fault::NAMED {
        let _ = write!(table, "\n{name:20}");
        for moment in Moment::ALL {
            let cell = Cell {
                fault,
                route,
                moment,
            };
            let outcome = cell.play();
            let _ = write!(table, " {outcome:>12}");
            if let Some(complaint) = outcome.complaint() {
                let _ = writeln!(wrong, "{name}, {}: {complaint}", moment.name());
            }
        }
    }
    println!("{table}\n");
    assert!(wrong.is_empty(), "{wrong}");
}
