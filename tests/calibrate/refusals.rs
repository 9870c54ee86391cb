//! When a calibration does not begin, it says why, and has changed nothing.

use std::fs::{self, File};

use wanctl::direction::Direction;

use crate::setup::{PASSWORD, Setup};

#[test]
fn no_calibration_while_the_daemon_runs() {
    let setup = Setup::new();
    fs::create_dir(setup.path("run")).expect("ours");
    let lock = File::create(setup.path("run/cable.lock")).expect("a file");
    lock.lock().expect("free");
    setup
        .calibrate(&[])
        .end()
        .exits(1)
        .has("Another instance is running")
        .has("Stop it: systemctl stop wanctl@cable");
    assert_eq!(setup.writes(), 0);
}

#[test]
fn a_queue_that_is_missing_or_off_is_named() {
    let setup = Setup::new();
    setup
        .world
        .terminal("/queue tree disable [find name=\"WAN-Upload\"]");
    setup
        .calibrate(&[])
        .end()
        .exits(1)
        .has("WAN-Upload is disabled or has no parent");
    setup
        .world
        .terminal("/queue tree remove [find name=\"WAN-Upload\"]");
    setup
        .calibrate(&[])
        .end()
        .exits(1)
        .has("the router has no queue WAN-Upload");
    assert_eq!(setup.writes(), 0);
}

#[test]
fn a_wrong_password_and_silent_reflectors_are_said() {
    let setup = Setup::new();
    setup
        .calibrate(&["--ping-host", "udp://127.0.0.1:9"])
        .end()
        .exits(1)
        .has("none of 1 reflectors answered");
    let text = setup.text.replace(PASSWORD, "wrong");
    assert_ne!(text, setup.text);
    fs::write(setup.file(), text).expect("ours");
    setup
        .calibrate(&[])
        .end()
        .exits(1)
        .has("refuses user or password");
    assert_eq!(setup.writes(), 0);
}

#[test]
fn a_user_who_may_not_write_is_told_with_the_limits_as_they_were() {
    let setup = Setup::new();
    setup.world.scene().router.access.grant("write", false);
    setup
        .calibrate(&[])
        .end()
        .exits(1)
        .has("not enough permissions");
    assert_eq!(setup.held(), setup.limits);
    assert!(!setup.journal().exists());
}

#[test]
fn traffic_that_leaves_a_limit_empty_tries_none() {
    let setup = Setup::new();
    let mut running = setup.calibrate(&[]);
    running.wait_for("Start a large download");
    setup.want(Direction::Down);
    running.wait_for("Limit ");
    // Enough to be seen, too little for any limit.
    setup
        .world
        .set_demand(Direction::Down, wanctl::units::Rate::mbit(20));
    running
        .end()
        .exits(1)
        .has("passed below")
        .has("or --iperf3");
    assert_eq!(setup.held(), setup.limits);
}

#[test]
fn a_tool_that_is_not_there_is_named_before_anything_changes() {
    let setup = Setup::new();
    let mut command = setup.command();
    command
        .env("PATH", "/nonexistent")
        .args(["--iperf3", "192.0.2.1"]);
    let ended = crate::setup::Running::start(command).end();
    ended
        .exits(1)
        .has("iperf3 is not installed: `apt install iperf3`");
    assert_eq!(setup.writes(), 0);
}
