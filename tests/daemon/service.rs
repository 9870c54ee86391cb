//! Two WANs in one process, a dry run, and what the log looks like.

use std::fs;

use serde_json::Value;
use wanctl::direction::Direction;
use wanctl::sim::double::faults::Fault;
use wanctl::units::Rate;

use crate::support::*;

#[test]
fn a_daemon_in_a_dry_run_decides_and_never_writes() {
    let world = world();
    let daemon = Daemon::start_in(tempdir(), &[&Setup::new(&world)], |command| {
        command.arg("--dry-run");
    });
    squeeze(&world);
    let health = daemon.wait_health("a wish", PATIENCE, |_, health| {
        number(&wan(health)["download"]["current_rate_mbps"]) < 250.0
    });
    assert_eq!(health["dry_run"], true);
    assert_eq!(wan(&health)["router"]["last_outcome"], "withheld (dry run)");
    assert_eq!(wan(&health)["download"]["applied_rate_mbps"], 500.0);
    assert_eq!(writes(&world), []);
}

/// Without systemd nobody makes an environment of that file.
#[test]
fn a_daemon_takes_its_password_from_the_secrets_beside_its_file_unless_the_environment_has_it() {
    for (beside, set) in [(PASSWORD, None), ("another", Some(PASSWORD))] {
        let world = world();
        let mut setup = Setup::new(&world);
        setup.password = "\"${ROUTER_PASSWORD}\"";
        let home = tempdir();
        let secrets = format!("ROUTER_PASSWORD='{beside}'\n");
        fs::write(home.path().join("secrets"), secrets).expect("a directory of ours");
        let daemon = Daemon::start_in(home, &[&setup], |command| {
            command.envs(set.map(|password| ("ROUTER_PASSWORD", password)));
        });
        daemon.wait_settled(&world);
        assert!(!daemon.log().contains(PASSWORD), "{}", daemon.log());
    }
}

#[test]
fn a_daemon_that_cannot_read_the_secrets_says_that_the_variable_is_not_set() {
    let world = world();
    let mut setup = Setup::new(&world);
    setup.password = "\"${ROUTER_PASSWORD}\"";
    let home = tempdir();
    // Nobody can read a directory, root included.
    fs::create_dir(home.path().join("secrets")).expect("a directory of ours");
    let daemon = Daemon::start_in(home, &[&setup], |_| {});
    daemon.wait_log("the environment variable ROUTER_PASSWORD, which is not set");
}

#[test]
fn a_wan_whose_router_is_silent_does_not_touch_the_other() {
    let (good, bad) = (world(), world());
    bad.fault(Fault::Silence);
    let mut second = Setup::new(&good);
    second.name = "wan2".into();
    second.main_log = "wan2.log".into();
    let first = Setup::new(&bad);
    let mut daemon = Daemon::start_in(tempdir(), &[&first, &second], |_| {});
    wait_until("control of the other", PATIENCE, || holds_ceilings(&good));
    let health = daemon.wait_health("an honest word", 14, |status, _| status == 503);
    assert_eq!(health["wan_count"], 2);
    assert_eq!(health["router_reachable"], false);
    let (one, two) = (&health["wans"][0], &health["wans"][1]);
    assert_eq!(one["name"], "wan1");
    assert_eq!(one["router_connectivity"]["is_reachable"], false);
    assert_eq!(two["name"], "wan2");
    assert_eq!(two["router_connectivity"]["is_reachable"], true);
    assert_eq!(two["problem"], Value::Null);
    squeeze(&good);
    wait_until("the cut", PATIENCE, || {
        good.max_limit(Direction::Down) < Some(Rate::mbit(250))
    });
    relax(&good);
    wait_until("the way back", 60, || holds_ceilings(&good));
    assert!(writes(&good).len() > 20);
    daemon.assert_on_time();
    daemon.assert_discreet();
    // Each has a log, a state and a lock of its own.
    daemon.wait_log("wan1: Router communication failed (timeout");
    assert!(!daemon.read("wan2.log").contains("communication failed"));
    assert!(daemon.dir().join("wan1.lock").exists() && daemon.dir().join("wan2.lock").exists());
    assert!(daemon.stop().0.success());
    for name in ["wan1_state.json", "wan2_state.json"] {
        let _: Value = serde_json::from_str(&daemon.read(name)).expect(name);
    }
    bad.fault(Fault::None);
}

#[test]
fn log_lines_are_json_when_that_is_wanted() {
    let world = world();
    let daemon = Daemon::start_in(tempdir(), &[&Setup::new(&world)], |command| {
        command.env("WANCTL_LOG_FORMAT", "JSON");
    });
    daemon.wait_settled(&world);
    daemon.wait_log("Starting daemon mode");
    let log = daemon.log();
    assert!(log.is_ascii(), "the arrows are escaped: {log}");
    for line in log.lines() {
        let value: Value = serde_json::from_str(line).expect(line);
        let keys: Vec<_> = value.as_object().expect(line).keys().collect();
        assert_eq!(keys, ["level", "logger", "message", "timestamp"], "{line}");
        assert!(line.starts_with("{\"timestamp\":\"20"), "{line}");
        assert_eq!(value["logger"], "cake_continuous_wan1");
    }
    assert!(log.contains("YELLOW\\u2192SOFT_RED=45ms"), "{log}");
}

/// Contract 9.2 and 9.3: what scripts look for.
#[test]
fn log_lines_are_v1_7s() {
    let world = world();
    let daemon = Daemon::start_in(tempdir(), &[&Setup::new(&world)], |command| {
        command.arg("--debug");
    });
    daemon.wait_settled(&world);
    // The scribe writes later than the router is written to.
    daemon.wait_log("Starting daemon mode");
    let log = daemon.log();
    for message in [
        "[INFO] === Continuous CAKE Controller - wan1 ===",
        "[INFO] Download: GREEN=150M, YELLOW=120M, SOFT_RED=100M, RED=80M, ceiling=480M, step=3.0M, factor=0.85",
        "[INFO] Download Thresholds: GREEN→YELLOW=12ms, YELLOW→SOFT_RED=45ms, SOFT_RED→RED=80ms",
        "[INFO] Upload Thresholds: GREEN→YELLOW=12ms, YELLOW→RED=45ms",
        "[INFO] EWMA: baseline_alpha=0.001, load_alpha=0.5",
        "[INFO] Starting daemon mode with 0.05s cycle interval",
    ] {
        let line = log.lines().find(|line| line.ends_with(message));
        let stamp = line
            .and_then(|line| line.split_once(" [wan1] "))
            .expect(message)
            .0;
        // 2026-11-20 23:53:36,974
        let shape: String = stamp
            .chars()
            .map(|c| if c.is_ascii_digit() { '9' } else { c })
            .collect();
        assert_eq!(shape, "9999-99-99 99:99:99,999");
    }
    let debug = wait_for("cycle lines", PATIENCE, || {
        let debug = daemon.read("wan1_debug.log");
        debug.contains("[GREEN/GREEN] RTT=").then_some(debug)
    });
    let cycle = debug
        .lines()
        .find(|line| line.contains("[GREEN/GREEN] RTT="))
        .expect("a cycle line");
    let (_, cycle) = cycle.split_once("wan1: ").expect(cycle);
    let mut shape = String::new();
    for c in cycle.chars() {
        match c {
            '0'..='9' if shape.ends_with('9') => {}
            '0'..='9' => shape.push('9'),
            c => shape.push(c),
        }
    }
    assert_eq!(
        shape.replace("delta=-", "delta="),
        "[GREEN/GREEN] RTT=9.9ms, load_ewma=9.9ms, baseline=9.9ms, delta=9.9ms | DL=9M, UL=9M"
    );
    wait_until("the same on the console", PATIENCE, || {
        daemon
            .stderr()
            .contains("=== Continuous CAKE Controller - wan1 ===")
    });
}
