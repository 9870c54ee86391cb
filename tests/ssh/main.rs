//! The real daemon against a real OpenSSH server whose forced command is the router double's console.

mod calibrate;
mod check;
mod check_steering;
mod console;
mod control;
mod counting;
mod daemon;
mod discreet;
mod failover;
mod keys;
mod refusals;
mod setup;
mod sshd;
mod steering;

use std::process::Command;
use std::time::Duration;

use daemon::Router;
use sshd::{Kind, Sshd};
use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::direction::Direction;
use wanctl::sim::double::RouterOptions;
use wanctl::units::Rate;

/// What the config file wants on an idle line.
const CEILING: Rate = Rate::mbit(550);

/// Looks again and again until `is_so`; `false` if it took too long.
#[expect(clippy::disallowed_methods, reason = "tests wait in real time")]
fn until(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let start = std::time::Instant::now();
    while !is_so() {
        if start.elapsed() > limit {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// A line with a router that has a command line behind SSH. `None`: no sshd here.
fn stage() -> Option<(World, Sshd)> {
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let world = World::start(WorldOptions {
        router: RouterOptions {
            user: String::from_utf8(user).unwrap().trim().to_owned(),
            ..RouterOptions::default()
        },
        ..WorldOptions::default()
    })
    .unwrap();
    let sshd = Sshd::start(world.cli_socket())?;
    Some((world, sshd))
}

/// SSH and nothing else, and everything in order.
fn ssh_only(sshd: &Sshd) -> Router {
    Router {
        transport: "ssh",
        password: "",
        ssh_port: sshd.port,
        key: sshd.user_key(Kind::Ed25519),
        known_hosts: sshd.known_hosts(Kind::Ed25519),
        law: "classic",
    }
}

/// Both transports, and everything in order.
fn both(sshd: &Sshd, transport: &'static str) -> Router {
    Router {
        transport,
        password: "secret",
        ..ssh_only(sshd)
    }
}

/// Waits for the router to hold a download limit.
fn expect_limit(world: &World, secs: u64, is_right: impl Fn(Rate) -> bool) {
    let reached = until(Duration::from_secs(secs), || {
        world.max_limit(Direction::Down).is_some_and(&is_right)
    });
    let limit = world.max_limit(Direction::Down);
    assert!(reached, "the router holds {limit:?} after {secs} s");
}
