//! The same over a real OpenSSH server whose forced command is the double's console.

use std::process::Command;

use wanctl::cli::stage::world::WorldOptions;
use wanctl::sim::double::RouterOptions;

use crate::house::House;
use crate::sshd::{Kind, Sshd};

/// A house whose router is asked over SSH alone. `None`: no sshd here.
fn house() -> Option<(House, Sshd)> {
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap().trim().to_owned();
    let mut house = House::with(WorldOptions {
        router: RouterOptions {
            user: user.clone(),
            ..RouterOptions::default()
        },
        ..WorldOptions::default()
    });
    let sshd = Sshd::start(house.world.cli_socket())?;
    house.router = format!(
        "transport: ssh\n  user: {user}\n  ssh_port: {}\n  ssh_key: {}\n  known_hosts: {}",
        sshd.port,
        sshd.user_key(Kind::Ed25519).display(),
        sshd.known_hosts(Kind::Ed25519).display()
    );
    Some((house, sshd))
}

#[test]
fn a_bad_line_is_left_and_returned_to_over_ssh() {
    let Some((house, mut sshd)) = house() else {
        return;
    };
    let daemon = house.start();
    daemon.until("read", |health| health["rule"]["state"] == "off");
    house.squeeze(true);
    house.until_steered(true);
    let health = daemon.until("seen", |health| health["steering"]["enabled"] == true);
    assert_eq!(health["router"]["transport"], "ssh");
    // A server that is gone while the line recovers is waited for.
    sshd.kill();
    house.squeeze(false);
    daemon.until("missed", |health| health["router_reachable"] == false);
    assert!(house.steered());
    sshd.run();
    house.until_steered(false);
    assert_eq!(house.world.connections(), 0, "not one connection to REST");
    assert!(daemon.stop().success());
}

#[test]
fn a_reset_over_ssh_switches_off() {
    let Some((house, _sshd)) = house() else {
        return;
    };
    let comment = crate::house::COMMENT;
    house
        .world
        .scene()
        .router
        .set_mangle_property(comment, "disabled", "false");
    let (code, out, err) = house.run(&["--reset"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(!house.steered());
}
