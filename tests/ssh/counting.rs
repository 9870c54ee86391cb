//! Counters over SSH, for the law that acts on them and for no other.

use std::time::Duration;

use serde_json::Value;
use wanctl::direction::Direction;
use wanctl::sim::double::faults::Fault;
use wanctl::units::Rate;

use crate::daemon::{Daemon, Router, check};
use crate::sshd::Sshd;
use crate::{ssh_only, stage, until};

fn adaptive(sshd: &Sshd) -> Router {
    Router {
        law: "adaptive",
        ..ssh_only(sshd)
    }
}

/// What the law says goes through a direction, in Mbit/s.
fn achieved(daemon: &Daemon, direction: &str) -> Option<f64> {
    daemon.health()["wans"][0][direction]["adaptive"]["achieved_mbps"].as_f64()
}

#[test]
fn counters_arrive_over_ssh_and_are_what_the_line_carries() {
    let Some((world, sshd)) = stage() else { return };
    world.set_demand(Direction::Down, Rate::mbit(100));
    world.set_demand(Direction::Up, Rate::mbit(10));
    let daemon = Daemon::start(&world, &adaptive(&sshd));
    let near = |said: Option<f64>, is: f64| said.is_some_and(|said| (said - is).abs() < 0.3 * is);
    let counted = until(Duration::from_secs(20), || {
        near(achieved(&daemon, "download"), 100.0) && near(achieved(&daemon, "upload"), 10.0)
    });
    assert!(counted, "{}", daemon.health());
    let journal = world.journal();
    let counting =
        |entry: &&wanctl::sim::double::journal::Entry| entry.path.contains("print stats as-value");
    assert!(journal.iter().filter(counting).count() > 1);
    assert_eq!(world.connections(), 0, "not one connection to REST");
    daemon.assert_on_time();
    assert_eq!(daemon.says("ERROR"), 0);
}

#[test]
fn a_console_without_stats_is_controlled_without_counters() {
    let Some((world, sshd)) = stage() else { return };
    world.fault(Fault::Forbids("stats"));
    let daemon = Daemon::start(&world, &adaptive(&sshd));
    daemon.expect(10, "Router connected");
    let limited = until(Duration::from_secs(10), || {
        daemon.router("writes").as_u64() > Some(0)
    });
    assert!(limited, "{}", daemon.health());
    assert_eq!(achieved(&daemon, "download"), None);
    assert_eq!(daemon.says("ERROR"), 0);
}

#[test]
fn who_does_not_count_is_spoken_to_as_before() {
    let Some((world, sshd)) = stage() else { return };
    let daemon = Daemon::start(&world, &ssh_only(&sshd));
    daemon.expect(10, "Router connected");
    let looked_twice = || {
        world
            .journal()
            .iter()
            .filter(|entry| entry.path.starts_with(":put "))
            .count()
            > 1
    };
    assert!(until(Duration::from_secs(10), looked_twice));
    assert!(
        world
            .journal()
            .iter()
            .all(|entry| !entry.path.contains("stats"))
    );
}

#[test]
fn the_check_reads_them_as_the_daemon_would() {
    let Some((world, sshd)) = stage() else { return };
    world.set_demand(Direction::Down, Rate::mbit(100));
    let (findings, _) = check(&world, &adaptive(&sshd));
    let what = |id: &str| {
        let found = findings.iter().find(|finding| finding["id"] == id);
        found
            .and_then(|finding| finding["what"].as_str())
            .map(str::to_owned)
    };
    let fresh = what("law-counters-fresh").unwrap_or_default();
    assert!(
        fresh.starts_with("By SSH, WAN-Download's byte counter changed in "),
        "{findings:#?}"
    );
    let unseen = what("law-counters-unseen").unwrap_or_default();
    assert!(
        unseen.starts_with("By SSH, WAN-Upload can be counted; "),
        "{findings:#?}"
    );
    let pace = what("law-pace").unwrap_or_default();
    assert!(
        pace.starts_with("A reading of the counters by SSH takes "),
        "{findings:#?}"
    );
    world.fault(Fault::Forbids("stats"));
    let (findings, _) = check(&world, &adaptive(&sshd));
    let blind = |finding: &&Value| finding["id"] == "law-counters";
    assert!(
        findings.iter().any(|finding| blind(&finding)),
        "{findings:#?}"
    );
}
