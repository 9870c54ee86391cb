//! Whatever ends a calibration, the limits come back exactly as they were found.

use std::fs;

use wanctl::direction::{Both, Direction};
use wanctl::units::Rate;

use crate::files::named;
use crate::setup::{Running, Setup, until};

/// A calibration that has just set a limit of its search.
fn in_the_middle(setup: &Setup) -> Running {
    let mut running = setup.calibrate(&[]);
    running.wait_for("Start a large download");
    setup.want(Direction::Down);
    running.wait_for("Limit ");
    assert_ne!(setup.held(), setup.limits, "it is in the middle");
    running
}

#[test]
fn ctrl_c_and_sigterm_put_the_limits_back_at_once() {
    for signal in ["INT", "TERM"] {
        let setup = Setup::new();
        let running = in_the_middle(&setup);
        running.signal(signal);
        running
            .end()
            .exits(130)
            .has("The limits are back.")
            .has("Interrupted.");
        assert_eq!(setup.held(), setup.limits);
        assert!(!setup.journal().exists());
        assert!(!setup.path("cable_calibration.json").exists());
        assert_eq!(
            fs::read_to_string(setup.file()).expect("a file"),
            setup.text
        );
    }
}

#[test]
fn after_sigkill_the_next_start_puts_the_limits_back() {
    let setup = Setup::new();
    let running = in_the_middle(&setup);
    running.signal("KILL");
    assert_eq!(running.end().code, None);
    assert_ne!(setup.held(), setup.limits);
    assert!(setup.journal().exists());
    // A dry run says so and changes nothing.
    let before = (setup.held(), setup.writes());
    setup
        .calibrate(&["--dry-run", "--restore"])
        .end()
        .exits(0)
        .has("was cut short; its limits would be put back first")
        .has("WAN-Download max-limit=412345678, WAN-Upload max-limit=31234567");
    assert_eq!((setup.held(), setup.writes()), before);
    // Any other run does it, before anything else.
    setup.rest();
    let mut next = setup.calibrate(&[]);
    next.wait_for("Step 1");
    assert_eq!(setup.held(), setup.limits);
    assert!(
        next.said
            .contains("was cut short. Its limits are put back."),
        "{}",
        next.said
    );
    next.signal("INT");
    next.end().exits(130);
    assert_eq!(setup.held(), setup.limits);
}

#[test]
fn what_was_found_under_another_name_is_put_back_by_the_file() {
    let setup = Setup::new();
    let mut running = Running::start(named(&setup, setup.dir.path()));
    running.wait_for("Start a large download");
    setup.want(Direction::Down);
    running.wait_for("Without a limit");
    running.signal("KILL");
    running.end();
    assert_ne!(setup.held(), setup.limits);
    setup
        .calibrate(&["--restore"])
        .end()
        .exits(0)
        .has("was cut short. Its limits are put back.");
    assert_eq!(setup.held(), setup.limits);
    assert!(!setup.journal().exists());
}

#[test]
fn restore_does_only_that_and_a_limit_of_zero_comes_back_as_zero() {
    let capacity = Both {
        down: Rate::mbit(50),
        up: Rate::mbit(10),
    };
    let setup = Setup::with(
        capacity,
        Both {
            down: Rate::mbit(44),
            up: Rate::ZERO,
        },
    );
    let running = in_the_middle(&setup);
    running.signal("KILL");
    running.end();
    // Somebody has set the other one since.
    setup
        .world
        .scene()
        .router
        .set_max_limit("WAN-Upload", Rate::mbit(5));
    setup
        .calibrate(&["--restore"])
        .end()
        .exits(0)
        .has("WAN-Upload max-limit=0.");
    assert_eq!(setup.held(), setup.limits);
    assert!(!setup.journal().exists());
    let writes = setup.writes();
    setup
        .calibrate(&["--restore"])
        .end()
        .exits(0)
        .has("there is nothing to put back");
    assert_eq!(setup.writes(), writes);
}

#[test]
fn a_router_that_is_lost_in_the_middle_gets_its_limits_from_the_next_start() {
    let mut setup = Setup::new();
    let running = in_the_middle(&setup);
    setup.world.unplug_router();
    running
        .end()
        .exits(1)
        .has("the limits are NOT back: router 127.0.0.1 by REST: cannot be reached")
        .has("As found: WAN-Download max-limit=412345678, WAN-Upload max-limit=31234567.")
        .has("`wanctl calibrate --restore`, or the next calibration, puts them back");
    assert!(setup.journal().exists());
    // Neither does a start help while the router is away, nor is anything forgotten by it.
    setup
        .calibrate(&["--restore"])
        .end()
        .exits(1)
        .has("cannot be reached");
    assert!(setup.journal().exists());
    setup.world.plug_router().expect("its port is free");
    assert_ne!(setup.held(), setup.limits);
    setup.calibrate(&["--restore"]).end().exits(0);
    assert_eq!(setup.held(), setup.limits);
    assert!(!setup.journal().exists());
}

#[test]
fn a_journal_about_another_router_is_not_replayed_on_this_one() {
    let setup = Setup::new();
    let running = in_the_middle(&setup);
    running.signal("KILL");
    running.end();
    let journal = fs::read_to_string(setup.journal()).expect("a journal");
    let other = journal.replace("127.0.0.1", "192.0.2.7");
    assert_ne!(other, journal);
    fs::write(setup.journal(), other).expect("ours");
    let held = setup.held();
    setup
        .calibrate(&["--restore"])
        .end()
        .exits(1)
        .has("is about the router 192.0.2.7, and not 127.0.0.1");
    assert_eq!(setup.held(), held);
    assert!(setup.journal().exists());
}

#[test]
fn the_journal_is_there_before_the_first_limit_moves() {
    let setup = Setup::new();
    let mut running = setup.calibrate(&[]);
    until("a write", || setup.writes() > 0);
    assert!(setup.journal().exists());
    running.signal("INT");
    running.wait_for("The limits are back.");
    running.end().exits(130);
}
