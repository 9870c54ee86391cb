//! Less processor and less memory than it would like, as a container or a unit may say.

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;

use wanctl::cli::stage::clock::Clock;
use wanctl::cli::stage::world::World;
use wanctl::direction::Direction;
use wanctl::units::Rate;

use crate::cgroup::Cgroup;
use crate::health::connect;
use crate::support::*;

fn feels_the_line(world: &World, daemon: &Daemon) {
    squeeze(world);
    wait_until("the cut", PATIENCE, || {
        world.max_limit(Direction::Down) < Some(Rate::mbit(250))
    });
    relax(world);
    daemon.wait_settled(world);
}

/// Clients who do not wait for the answer, two hundred a second.
fn ask_without_end(daemon: &Daemon, seconds: u64) {
    let clock = Clock::new();
    while clock.now() < limit(seconds) {
        let mut client = connect(daemon.health_address());
        // Whoever was thrown out for others has had his turn.
        let _ = client.write_all(b"GET /health HTTP/1.1\r\n\r\n");
        nap(5);
    }
}

#[test]
fn with_a_tenth_of_a_core_the_line_is_held_and_with_a_hundredth_all_that_is_missed_is_counted() {
    let world = world();
    let Some(group) = Cgroup::of("cpu", "cpu") else {
        return;
    };
    let mut daemon = Daemon::start_in(tempdir(), &[&Setup::new(&world)], |it| group.take(it));
    daemon.wait_settled(&world);
    group.cpu(10);
    feels_the_line(&world, &daemon);

    // What it cannot keep up with is missed, and counted.
    let [ticks, missed] = ["ticks", "missed_ticks"]
        .map(|key| move |daemon: &Daemon| number(&daemon.health().1["loop"][key]));
    let before = (ticks(&daemon), missed(&daemon));
    group.cpu(1);
    let (throttled, written) = (group.throttled(), writes(&world).len());
    ask_without_end(&daemon, 10);
    group.cpu(10);
    assert!(group.throttled() > throttled, "it got all it wanted");
    let after = (ticks(&daemon), missed(&daemon));
    let (done, counted) = (after.0 - before.0, after.1 - before.1);
    println!("{done} ticks and {counted} missed in ten seconds with a hundredth of a core");
    assert!(
        done + counted >= 195.0,
        "{done} and {counted} in ten seconds"
    );
    let changed = writes(&world).len() - written;
    assert!(
        changed as f64 <= 2.0 * done,
        "{changed} writes in {done} ticks"
    );
    feels_the_line(&world, &daemon);
    assert!(daemon.stop().0.success());
}

#[test]
fn with_enough_memory_it_lives_and_with_too_little_it_is_killed_and_comes_back() {
    let world = world();
    let Some(group) = Cgroup::of("memory", "memory") else {
        return;
    };
    group.memory(24 << 10);
    let mut daemon = Daemon::start_in(tempdir(), &[&Setup::new(&world)], |it| group.take(it));
    feels_the_line(&world, &daemon);
    for _ in 0..200 {
        assert_eq!(daemon.health().0, 200);
    }
    assert!(daemon.stop().0.success());
    let home = daemon.into_home();

    group.memory(512);
    let mut daemon = Daemon::spawn(home, &[&Setup::new(&world)], |it| group.take(it));
    assert_eq!(daemon.wait().signal(), Some(libc::SIGKILL));
    let home = daemon.into_home();

    group.memory(24 << 10);
    let mut daemon = Daemon::start_in(home, &[&Setup::new(&world)], |it| group.take(it));
    daemon.wait_settled(&world);
    feels_the_line(&world, &daemon);
    assert!(!daemon.log().contains("Could not load state"));
    assert!(daemon.stop().0.success());
}
