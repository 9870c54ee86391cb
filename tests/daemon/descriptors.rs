//! No descriptor to spare.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration as StdDuration;

use wanctl::cli::stage::world::World;
use wanctl::direction::Direction;
use wanctl::units::Rate;

use crate::health::connect;
use crate::support::*;

/// Kernel ticks a second (`_SC_CLK_TCK`), on every Linux that runs here.
const JIFFIES: u64 = 100;

/// How many descriptors a process may have from now on; those it has stay.
fn limit_descriptors(daemon: &Daemon, limit: usize) {
    let pid = format!("--pid={}", daemon.pid());
    // Only the soft limit: who is not root may put it back.
    let limit = format!("--nofile={limit}:");
    let done = Command::new("prlimit").args([pid, limit]).status();
    assert!(done.expect("util-linux").success());
}

/// The numbers of those it has.
fn descriptors(daemon: &Daemon) -> BTreeSet<usize> {
    let open = fs::read_dir(format!("/proc/{}/fd", daemon.pid())).expect("a process of ours");
    // What it opened a moment ago may be closed by now.
    let names = open.flatten().map(|entry| entry.file_name());
    names
        .filter_map(|name| name.to_str()?.parse().ok())
        .collect()
}

/// A limit that leaves it room for so many more. It may have inherited some with numbers beyond.
fn with_room_for(more: usize, open: &BTreeSet<usize>) -> usize {
    let free = (0..).filter(|number| !open.contains(number)).nth(more);
    free.expect("numbers are many")
}

/// Processor time so far, in kernel ticks.
fn work(daemon: &Daemon) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", daemon.pid())).expect("Linux");
    let (_, rest) = stat.rsplit_once(')').expect("its name");
    let field = |n: usize| -> u64 {
        let field = rest.split_whitespace().nth(n - 3).expect("fifty fields");
        field.parse().expect("a number")
    };
    field(14) + field(15)
}

fn settled() -> (World, Daemon) {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    (world, daemon)
}

fn ask(daemon: &Daemon) -> TcpStream {
    let mut client = connect(daemon.health_address());
    client
        .write_all(b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
        .expect("the kernel's");
    client
}

fn answer(mut client: &TcpStream, patience: StdDuration) -> Option<String> {
    let mut text = String::new();
    client.set_read_timeout(Some(patience)).expect("not zero");
    client.read_to_string(&mut text).ok()?;
    Some(text)
}

#[test]
fn without_a_descriptor_to_spare_control_goes_on_and_who_asks_is_answered_later() {
    let (world, mut daemon) = settled();
    limit_descriptors(&daemon, 3);
    let asking = ask(&daemon);
    assert_eq!(answer(&asking, StdDuration::from_secs(1)), None);
    // The connection it has is all it needs.
    squeeze(&world);
    wait_until("the cut", PATIENCE, || {
        world.max_limit(Direction::Down) < Some(Rate::mbit(250))
    });
    // Who waits at the door does not keep the loop busy.
    let before = work(&daemon);
    nap(3_000);
    let busy = work(&daemon) - before;
    println!("{busy} of {} ticks at work", 3 * JIFFIES);
    assert!(busy < 3 * JIFFIES / 10, "{busy} of {} ticks", 3 * JIFFIES);
    daemon.wait_log("Could not save state: ");

    // The router hangs up, and there is no descriptor for another connection.
    world.hang_up();
    daemon.wait_log("no descriptor to spare");
    let held = world.max_limit(Direction::Down);
    relax(&world);
    nap(1_000);
    assert_eq!(world.max_limit(Direction::Down), held);

    limit_descriptors(&daemon, 256);
    let answer = answer(&asking, StdDuration::from_secs(PATIENCE));
    assert!(answer.is_some_and(|text| text.starts_with("HTTP/1.1 ")));
    daemon.wait_log("Router reconnected after");
    daemon.wait_log("State is saved again");
    daemon.wait_settled(&world);
    daemon.assert_on_time();
    assert!(daemon.stop().0.success());
}

#[test]
fn clients_that_hold_all_descriptors_hold_them_for_two_seconds() {
    let (world, mut daemon) = settled();
    let open = descriptors(&daemon);
    let limit = with_room_for(3, &open);
    limit_descriptors(&daemon, limit);
    let silent: Vec<_> = (0..12).map(|_| connect(daemon.health_address())).collect();
    wait_until("all held", PATIENCE, || {
        let open = descriptors(&daemon);
        (0..limit).all(|number| open.contains(&number))
    });
    // Behind the silent ones, as they go.
    let asking = ask(&daemon);
    world.hang_up();
    squeeze(&world);
    let answer = answer(&asking, StdDuration::from_secs(PATIENCE));
    assert!(answer.is_some_and(|text| text.starts_with("HTTP/1.1 ")));
    wait_until("the cut", PATIENCE, || {
        world.max_limit(Direction::Down) < Some(Rate::mbit(250))
    });
    drop(silent);
    relax(&world);
    daemon.wait_settled(&world);
    wait_until("none stays behind", PATIENCE, || {
        descriptors(&daemon).len() <= open.len()
    });
    daemon.assert_on_time();
    assert!(daemon.stop().0.success());
}
