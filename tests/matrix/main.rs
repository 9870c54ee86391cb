//! Every fault of the double, over both transports, at every moment it can hurt: afterwards the router
//! holds what the controller wants, and nothing wrong was ever told as done.
//!
//! The real program and the real links in virtual time, so that a minute is a minute on any machine.
//! `cargo test --test matrix -- --nocapture` prints the table.

#[path = "../harness/mod.rs"]
mod harness;

mod cell;

use std::fmt::Write as _;

use wanctl::sim::double::faults::Fault;

use self::cell::{Cell, Moment};
use self::harness::world::Route;

#[test]
fn after_every_fault_the_router_holds_what_is_wanted() {
    let mut table = String::new();
    let mut wrong = Vec::new();
    let moments = Moment::ALL.map(Moment::name);
    let _ = writeln!(
        table,
        "seconds from the end of the fault until the router holds what is wanted (most allowed)\n\
         {:20} {:16} {:>12} {:>12} {:>12} {:>12}",
        "fault", "over", moments[0], moments[1], moments[2], moments[3]
    );
    for (name, fault) in Fault::NAMED {
        for route in [
            Route::Rest,
            Route::Ssh,
            Route::RestThenSsh,
            Route::SshThenRest,
        ] {
            let _ = write!(table, "{name:20} {:16}", route.name());
            for moment in Moment::ALL {
                let cell = Cell {
                    fault,
                    route,
                    moment,
                };
                let outcome = cell.play();
                let _ = write!(table, " {outcome:>12}");
                if let Some(complaint) = outcome.complaint() {
                    wrong.push(format!(
                        "{name} over {} {}: {complaint}",
                        route.name(),
                        moment.name()
                    ));
                }
            }
            table.push('\n');
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
