//! The daemon finds what a calibration that was cut short has left.

use std::fs;

use crate::setup::{Running, Setup, until};
use std::process::Command;

use wanctl::direction::Direction;

#[test]
fn the_daemon_says_that_a_calibration_was_cut_short_and_sets_its_own_limits() {
    let setup = Setup::new();
    let mut running = setup.calibrate(&[]);
    running.wait_for("Start a large download");
    setup.want(Direction::Down);
    running.wait_for("Without a limit");
    running.signal("KILL");
    running.end();
    setup.rest();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
    command.arg("--config").arg(setup.file());
    let daemon = Running::start(command);
    let log = || fs::read_to_string(setup.path("main.log")).unwrap_or_default();
    until("a warning", || log().contains("was cut short"));
    assert!(log().contains("calibrate --config"), "{}", log());
    // base_mbps of the file.
    until("its own limits", || {
        setup.held().down.as_bps() == 550_000_000
    });
    assert!(setup.journal().exists(), "it is not the daemon's");
    daemon.signal("TERM");
    daemon.end().exits(0);
    // What was found is of no use any more.
    let (held, writes) = (setup.held(), setup.writes());
    setup
        .calibrate(&["--restore"])
        .end()
        .exits(0)
        .has("the daemon has run since and set its own limits")
        .has("As found: WAN-Download max-limit=412345678");
    assert_eq!((setup.held(), setup.writes()), (held, writes));
    assert!(!setup.journal().exists());
}
