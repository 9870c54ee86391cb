//! Every fault of the double, over both transports, at every moment it can hurt: afterwards the router
//! holds what the controller wants, and nothing wrong was ever told as done.
//!
//! The real program and the real links in virtual time, so that a minute is a minute on any machine.
//! `cargo test --test matrix -- --nocapture` prints the table.

#[path = "../harness/mod.rs"]
mod harness;

mod cell;
mod counting;
mod evening;

use std::fmt::Write as _;

use wanctl::sim::double::faults::Fault;

use self::cell::{Cell, Moment, Route};

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

/// Whatever the double does wrong, some client can see.
#[test]
fn every_fault_shows_on_some_route() {
    let mut hidden = Fault::NAMED.to_vec();
    hidden.retain(|&(_, fault)| fault != Fault::None);
    for moment in Moment::ALL {
        for route in [Route::Rest, Route::Ssh] {
            let play = |fault| {
                let cell = Cell {
                    fault,
                    route,
                    moment,
                };
                cell.play()
            };
            let none = play(Fault::None);
            hidden.retain(|&(_, fault)| play(fault).is_as(&none));
        }
    }
    assert!(hidden.is_empty(), "never seen: {hidden:?}");
}

fn play(route: Route) {
    let mut wrong = String::new();
    let mut table = format!(
        "{}: seconds from the end of the fault until the router holds what is wanted (most \
         allowed); n/a where it cannot be seen\n{:20}",
        route.name(),
        "fault"
    );
    for moment in Moment::ALL {
        let _ = write!(table, " {:>12}", moment.name());
    }
    let healthy = Moment::ALL.map(|moment| {
        let cell = Cell {
            fault: Fault::None,
            route,
            moment,
        };
        cell.play()
    });
    let (mut recovered, mut unseen) = (0, 0);
    for (name, fault) in Fault::NAMED {
        let _ = write!(table, "\n{name:20}");
        for (moment, none) in Moment::ALL.into_iter().zip(&healthy) {
            let cell = Cell {
                fault,
                route,
                moment,
            };
            let outcome = cell.play();
            if fault != Fault::None && outcome.is_as(none) {
                unseen += 1;
                let _ = write!(table, " {:>12}", "n/a");
                continue;
            }
            let _ = write!(table, " {outcome:>12}");
            recovered += u32::from(outcome.complaint().is_none());
            if let Some(complaint) = outcome.complaint() {
                let _ = writeln!(wrong, "{name}, {}: {complaint}", moment.name());
            }
        }
    }
    println!("{table}\n{recovered} recovered, {unseen} n/a\n");
    assert!(wrong.is_empty(), "{wrong}");
}
