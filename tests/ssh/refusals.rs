//! Everything that can be wrong with an SSH connection, and what the daemon makes of it.

use std::fs;
use std::time::Duration;

use wanctl::direction::Direction;
use wanctl::sim::double::faults::Fault;
use wanctl::units::Rate;

use crate::daemon::Daemon;
use crate::sshd::Kind;
use crate::{CEILING, expect_limit, ssh_only, stage, until};

/// What the double holds before anybody writes.
const UNTOUCHED: Rate = Rate::mbit(500);

#[test]
fn an_unknown_host_is_refused_with_the_command_that_adds_it() {
    let Some((world, sshd)) = stage() else { return };
    let mut router = ssh_only(&sshd);
    router.known_hosts = sshd.write_known_hosts("");
    let daemon = Daemon::start(&world, &router);
    let port = sshd.port;
    let file = router.known_hosts.display();
    daemon.expect(
        10,
        &format!("add it with: ssh-keyscan -p {port} 127.0.0.1 >> '{file}'"),
    );
    assert_eq!(daemon.says(" shows the host key SHA256:"), 1, "said once");
    assert_eq!(
        daemon.router("last_failure"),
        "its SSH host key is not in known_hosts (the log has the command that adds it)"
    );
    assert_eq!(world.max_limit(Direction::Down), Some(UNTOUCHED));
    // What the log says helps, and without a restart.
    sshd.known_hosts(Kind::Ed25519);
    expect_limit(&world, 15, |limit| limit == CEILING);
    daemon.assert_on_time();
}

#[test]
fn a_changed_host_key_is_refused_loudly() {
    let Some((world, sshd)) = stage() else { return };
    let strange = sshd.strange_key().with_extension("pub");
    let key = fs::read_to_string(strange).unwrap();
    let mut router = ssh_only(&sshd);
    router.known_hosts = sshd.write_known_hosts(&format!("[127.0.0.1]:{} {key}", sshd.port));
    let daemon = Daemon::start(&world, &router);
    daemon.expect(10, "IS NOT THE ONE IN");
    daemon.expect(1, "-R '[127.0.0.1]:");
    assert_eq!(world.max_limit(Direction::Down), Some(UNTOUCHED));
    assert!(world.journal().is_empty(), "nothing was ever asked");
    daemon.assert_on_time();
}

#[test]
fn a_user_key_that_the_router_does_not_know_is_said_and_not_tried_again_and_again() {
    let Some((world, sshd)) = stage() else { return };
    let mut router = ssh_only(&sshd);
    router.key = sshd.strange_key();
    let daemon = Daemon::start(&world, &router);
    daemon.expect(10, "import its public half at the router");
    daemon.expect(1, "(auth_failure, 1 consecutive)");
    assert!(!until(Duration::from_secs(5), || daemon
        .says("auth_failure")
        > 1));
    daemon.assert_on_time();
}

#[test]
fn a_key_that_others_may_read_is_not_used() {
    let Some((world, sshd)) = stage() else { return };
    let mut router = ssh_only(&sshd);
    router.key = sshd.with_mode(Kind::Ed25519, 0o644);
    let daemon = Daemon::start(&world, &router);
    daemon.expect(10, "has mode 0644, others may read or change it");
    daemon.expect(1, "protect it with: chmod 600");
    assert_eq!(world.max_limit(Direction::Down), Some(UNTOUCHED));
    sshd.with_mode(Kind::Ed25519, 0o400);
    expect_limit(&world, 15, |limit| limit == CEILING);
}

#[test]
fn a_hung_command_ends_at_its_deadline_and_the_next_session_works() {
    let Some((world, sshd)) = stage() else { return };
    let daemon = Daemon::start(&world, &ssh_only(&sshd));
    expect_limit(&world, 10, |limit| limit == CEILING);
    world.fault(Fault::Silence);
    daemon.expect(15, "(timeout, 1 consecutive)");
    world.fault(Fault::None);
    world
        .scene()
        .router
        .set_max_limit("WAN-Download", Rate::mbit(10));
    expect_limit(&world, 15, |limit| limit == CEILING);
    daemon.expect(5, "Router reconnected");
    daemon.assert_on_time();
}

#[test]
fn a_killed_server_is_missed_and_found_again() {
    let Some((world, mut sshd)) = stage() else {
        return;
    };
    let daemon = Daemon::start(&world, &ssh_only(&sshd));
    expect_limit(&world, 10, |limit| limit == CEILING);
    sshd.kill();
    daemon.expect(10, "(connection_refused, ");
    assert_eq!(daemon.router("connected"), false);
    sshd.run();
    daemon.expect(10, "Router reconnected");
    daemon.assert_on_time();
}

#[test]
fn a_router_without_a_session_to_spare_is_said_and_asked_again() {
    let Some((world, mut sshd)) = stage() else {
        return;
    };
    sshd.kill();
    sshd.sessions = 0;
    sshd.run();
    let daemon = Daemon::start(&world, &ssh_only(&sshd));
    daemon.expect(10, "it has no session to spare");
    sshd.kill();
    sshd.sessions = 1;
    sshd.run();
    expect_limit(&world, 15, |limit| limit == CEILING);
    daemon.assert_on_time();
}

#[test]
fn a_server_that_never_greets_costs_no_tick() {
    let Some((world, sshd)) = stage() else { return };
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut router = ssh_only(&sshd);
    router.ssh_port = mute.local_addr().unwrap().port();
    let daemon = Daemon::start(&world, &router);
    daemon.expect(15, "SSH: no agreement with 127.0.0.1");
    daemon.assert_on_time();
}
