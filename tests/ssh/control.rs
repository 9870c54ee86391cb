//! Control over SSH, from the first look to the last write.

use wanctl::direction::Direction;
use wanctl::shell::clock::pause;
use wanctl::sim::double::faults::Fault;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::daemon::{Daemon, once};
use crate::sshd::Kind;
use crate::{CEILING, both, expect_limit, ssh_only, stage};

#[test]
fn the_rate_follows_the_line_down_and_up_over_ssh() {
    let Some((world, sshd)) = stage() else { return };
    let daemon = Daemon::start(&world, &ssh_only(&sshd));
    expect_limit(&world, 10, |limit| limit == CEILING);
    assert_eq!(daemon.router("transport"), "ssh");
    world.set_capacity(Direction::Down, Rate::mbit(300));
    world.set_demand(Direction::Down, Rate::mbit(1_000));
    expect_limit(&world, 15, |limit| limit < Rate::mbit(350));
    world.set_demand(Direction::Down, Rate::ZERO);
    world.set_capacity(Direction::Down, Rate::mbit(1_000));
    let cut = world.max_limit(Direction::Down).unwrap();
    expect_limit(&world, 30, |limit| limit > cut + Rate::mbit(20));
    daemon.assert_on_time();
    assert_eq!(daemon.says("ERROR"), 0);
    let looks = world
        .journal()
        .iter()
        .filter(|entry| entry.path.starts_with(":put "))
        .count();
    let uptime = daemon.health()["uptime_seconds"].as_f64().unwrap();
    println!(
        "{looks} looks in {uptime} s, {} writes",
        daemon.router("writes")
    );
    // One at the start, one every two seconds: a session that breaks is looked after.
    assert!((looks as f64) < 2.0 + uptime / 2.0, "a session that stands");
    assert_eq!(world.connections(), 0, "not one connection to REST");
    println!("exchange_ms {}", daemon.router("exchange_ms"));
}

#[test]
fn one_round_by_hand_says_which_way_it_went() {
    let Some((world, mut sshd)) = stage() else {
        return;
    };
    let router = both(&sshd, "ssh");
    let (text, worked) = once(&world, &router);
    assert!(worked && text.contains(&format!("127.0.0.1:{} (ssh): answers in ", sshd.port)));
    assert_eq!(world.max_limit(Direction::Down), Some(CEILING));
    // It has the patience for the other way.
    sshd.kill();
    let (text, worked) = once(&world, &router);
    let way = format!("127.0.0.1:{} (rest): answers in ", world.router_port());
    assert!(worked && text.contains(&way));
    let alone = ssh_only(&sshd);
    let (text, worked) = once(&world, &alone);
    assert!(!worked && text.contains("(ssh): not reached, connection refused"));
}

#[test]
fn one_round_by_hand_with_a_queue_that_shapes_nothing_is_no_success() {
    let Some((world, sshd)) = stage() else { return };
    for property in ["disabled", "invalid"] {
        let set = |value| {
            let router = &mut world.scene().router;
            router.set_queue_property("WAN-Download", property, value);
        };
        set("true");
        let (text, worked) = once(&world, &ssh_only(&sshd));
        let why = "  failed    the download queue is disabled or invalid: nothing is shaped\nResult: FAILED\n";
        assert!(!worked && text.contains(why), "{property}");
        set("false");
    }
    let (_, worked) = once(&world, &ssh_only(&sshd));
    assert!(worked);
}

#[test]
fn rsa_keys_of_host_and_user_work_too() {
    let Some((world, sshd)) = stage() else { return };
    let mut router = ssh_only(&sshd);
    router.key = sshd.user_key(Kind::Rsa);
    // The server prefers its ed25519 key, which is not in the file: it has to be asked for this one.
    router.known_hosts = sshd.known_hosts(Kind::Rsa);
    let daemon = Daemon::start(&world, &router);
    expect_limit(&world, 10, |limit| limit == CEILING);
    daemon.assert_on_time();
}

/// What RouterOS offers by default: `strong-crypto=no`, and no AES-GCM before 7.17.
#[test]
fn a_router_with_an_old_mac_only_is_spoken_to() {
    let Some((world, mut sshd)) = stage() else {
        return;
    };
    sshd.kill();
    sshd.extra = "Ciphers aes128-ctr\nMACs hmac-sha1\nHostKeyAlgorithms rsa-sha2-256\n\
                  KexAlgorithms diffie-hellman-group14-sha256";
    sshd.run();
    let mut router = ssh_only(&sshd);
    router.key = sshd.user_key(Kind::Rsa);
    router.known_hosts = sshd.known_hosts(Kind::Rsa);
    let daemon = Daemon::start(&world, &router);
    expect_limit(&world, 10, |limit| limit == CEILING);
    daemon.assert_on_time();
}

#[test]
fn a_change_by_hand_is_found_and_corrected() {
    let Some((world, sshd)) = stage() else { return };
    let daemon = Daemon::start(&world, &ssh_only(&sshd));
    expect_limit(&world, 10, |limit| limit == CEILING);
    // The daemon has to know that it was so.
    daemon.expect(5, "Router connected");
    world
        .scene()
        .router
        .set_max_limit("WAN-Download", Rate::mbit(10));
    expect_limit(&world, 8, |limit| limit == CEILING);
    daemon.expect(5, "somebody changed it, correcting");
}

#[test]
fn a_queue_that_is_not_there_is_no_success() {
    let Some((world, sshd)) = stage() else { return };
    world.scene().router.remove_queue("WAN-Download");
    let daemon = Daemon::start(&world, &ssh_only(&sshd));
    daemon.expect(10, "the router has no queue of that name");
    daemon.assert_on_time();
}

/// Each of them while the line is loaded, so that there is something to write.
#[test]
fn no_fault_of_the_console_costs_a_tick() {
    let Some((world, sshd)) = stage() else { return };
    let daemon = Daemon::start(&world, &ssh_only(&sshd));
    expect_limit(&world, 10, |limit| limit == CEILING);
    world.set_capacity(Direction::Down, Rate::mbit(300));
    world.set_demand(Direction::Down, Rate::mbit(1_000));
    for (_, fault) in Fault::NAMED {
        world.fault(fault);
        pause(Duration::from_secs(1));
    }
    world.fault(Fault::None);
    world.set_demand(Direction::Down, Rate::ZERO);
    expect_limit(&world, 90, |limit| limit == CEILING);
    daemon.assert_on_time();
}
