//! One transport standing in for the other, both ways and back.

use wanctl::direction::Direction;
use wanctl::units::Rate;

use crate::daemon::Daemon;
use crate::sshd::Kind;
use crate::{CEILING, both, expect_limit, stage};

#[test]
fn rest_fails_over_to_ssh_and_is_taken_back_when_it_answers() {
    let Some((mut world, sshd)) = stage() else {
        return;
    };
    let daemon = Daemon::start(&world, &both(&sshd, "rest"));
    expect_limit(&world, 10, |limit| limit == CEILING);
    assert_eq!(daemon.router("transport"), "rest");
    world.unplug_router();
    daemon.expect(
        15,
        "Router transport rest failed (connection refused): switched to ssh",
    );
    assert_eq!(daemon.router("transport"), "ssh");
    assert_eq!(daemon.router("preferred_transport"), "rest");
    assert_eq!(daemon.router("transport_reason"), "connection refused");
    // And it is not only a word.
    world
        .scene()
        .router
        .set_max_limit("WAN-Download", Rate::mbit(10));
    expect_limit(&world, 10, |limit| limit == CEILING);
    world.plug_router().unwrap();
    daemon.expect(45, "Router transport rest answers again: switched back");
    assert_eq!(daemon.router("transport"), "rest");
    assert_eq!(daemon.router("transport_reason"), serde_json::Value::Null);
    world
        .scene()
        .router
        .set_max_limit("WAN-Download", Rate::mbit(10));
    expect_limit(&world, 10, |limit| limit == CEILING);
    assert_eq!(daemon.says("switched"), 2, "one line per change");
    daemon.assert_on_time();
}

#[test]
fn ssh_fails_over_to_rest_and_is_taken_back_when_it_answers() {
    let Some((world, mut sshd)) = stage() else {
        return;
    };
    let daemon = Daemon::start(&world, &both(&sshd, "ssh"));
    expect_limit(&world, 10, |limit| limit == CEILING);
    assert_eq!(daemon.router("transport"), "ssh");
    assert_eq!(world.connections(), 0);
    sshd.kill();
    daemon.expect(
        15,
        "Router transport ssh failed (connection refused): switched to rest",
    );
    world
        .scene()
        .router
        .set_max_limit("WAN-Download", Rate::mbit(10));
    expect_limit(&world, 10, |limit| limit == CEILING);
    sshd.run();
    daemon.expect(45, "Router transport ssh answers again: switched back");
    assert_eq!(daemon.says("switched"), 2, "one line per change");
    daemon.assert_on_time();
}

#[test]
fn a_v1_7_file_whose_ssh_never_worked_goes_on_over_rest() {
    let Some((world, sshd)) = stage() else { return };
    let mut router = both(&sshd, "ssh");
    router.key = "/nonexistent/router.key".into();
    let daemon = Daemon::start(&world, &router);
    expect_limit(&world, 10, |limit| limit == CEILING);
    assert_eq!(
        daemon.says("there is no key file /nonexistent/router.key: REST is used"),
        1
    );
    assert_eq!(daemon.router("preferred_transport"), "rest");
    assert_eq!(daemon.router("other_transport_available"), false);
}

#[test]
fn an_unknown_host_key_switches_at_once() {
    let Some((world, sshd)) = stage() else { return };
    let mut router = both(&sshd, "ssh");
    router.known_hosts = sshd.write_known_hosts("");
    let daemon = Daemon::start(&world, &router);
    expect_limit(&world, 5, |limit| limit == CEILING);
    assert_eq!(daemon.router("transport"), "rest");
    daemon.expect(5, "add it with: ssh-keyscan");
    sshd.known_hosts(Kind::Ed25519);
    daemon.expect(45, "Router transport ssh answers again: switched back");
    assert_eq!(world.max_limit(Direction::Down), Some(CEILING));
    daemon.assert_on_time();
}
