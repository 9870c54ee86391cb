//! A process that is stopped and goes on: `SIGSTOP`, a suspended virtual machine, a laptop's lid.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::time::Duration as StdDuration;

use wanctl::cli::stage::world::World;
use wanctl::direction::Direction;
use wanctl::units::Rate;

use crate::support::*;

/// The service manager's end: what came since it was last asked.
struct Manager(UnixDatagram);

impl Manager {
    fn heard(&self) -> Vec<String> {
        let mut buffer = [0; 1024];
        let mut heard = Vec::new();
        while let Ok(length) = self.0.recv(&mut buffer) {
            heard.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
        heard
    }

    fn petted(&self) -> usize {
        let heard = self.heard();
        heard.iter().filter(|said| *said == "WATCHDOG=1").count()
    }
}

/// A settled daemon under a watchdog that wants to hear of it every 400 ms.
fn watched(world: &World) -> (Daemon, Manager) {
    let home = tempdir();
    let path = home.path().join("notify");
    let manager = UnixDatagram::bind(&path).expect("a directory of ours");
    manager.set_nonblocking(true).expect("a socket of ours");
    let daemon = Daemon::start_in(home, &[&Setup::new(world)], |command| {
        command
            .env("NOTIFY_SOCKET", &path)
            .env("WATCHDOG_USEC", "400000");
    });
    daemon.wait_settled(world);
    (daemon, Manager(manager))
}

fn missed_ticks(daemon: &Daemon) -> f64 {
    number(&daemon.health().1["loop"]["missed_ticks"])
}

/// Stops it for so long, with `meanwhile` at the beginning, and lets it go on.
fn stop(daemon: &Daemon, millis: u64, meanwhile: impl FnOnce()) {
    daemon.signal(libc::SIGSTOP);
    meanwhile();
    nap(millis);
    daemon.signal(libc::SIGCONT);
}

#[test]
fn a_pause_is_counted_and_decides_nothing() {
    for millis in [1_000, 30_000] {
        let world = world();
        let (daemon, _manager) = watched(&world);
        let (before, missed) = (writes(&world).len(), missed_ticks(&daemon));
        let mut asked = None;
        stop(&daemon, millis, || {
            // Who asks a process that does not run hears nothing, and is answered when it does.
            let mut client = TcpStream::connect(daemon.health_address()).expect("the kernel's");
            client
                .write_all(b"GET /health HTTP/1.1\r\n\r\n")
                .expect("the kernel's");
            let brief = Some(StdDuration::from_millis(500));
            client.set_read_timeout(brief).expect("not zero");
            assert!(client.read(&mut [0; 16]).is_err(), "{millis}");
            asked = Some(client);
        });
        let mut client = asked.expect("it asked");
        let long = Some(StdDuration::from_secs(PATIENCE));
        client.set_read_timeout(long).expect("not zero");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("a whole answer");
        assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
        let counted = missed_ticks(&daemon) - missed;
        let due = millis as f64 / 50.0;
        assert!(counted >= due - 5.0, "{counted} of {due}");
        // Echoes of before are no delay, and a limit that stands is not written again.
        nap(2_000);
        let (status, health) = daemon.health();
        assert_eq!((status, &health["status"]), (200, &"healthy".into()));
        let changed: Vec<_> = writes(&world).split_off(before);
        assert!(changed.is_empty(), "{millis}: {changed:?}");
        assert!(holds_ceilings(&world));
        assert!(!daemon.log().contains("RTT spike"), "{}", daemon.log());
    }
}

#[test]
fn what_the_line_is_like_after_a_pause_is_felt_at_once() {
    let world = world();
    let (daemon, _manager) = watched(&world);
    stop(&daemon, 3_000, || squeeze(&world));
    wait_until("the cut", PATIENCE, || {
        world.max_limit(Direction::Down) < Some(Rate::mbit(250))
    });
    relax(&world);
    daemon.wait_settled(&world);
}

#[test]
fn a_loop_that_hangs_is_silent_towards_the_watchdog_and_comes_back() {
    let world = world();
    let (daemon, manager) = watched(&world);
    wait_until("a word", PATIENCE, || manager.petted() > 0);
    daemon.signal(libc::SIGSTOP);
    // What was on its way.
    nap(500);
    manager.heard();
    nap(2_000);
    assert_eq!(manager.heard(), Vec::<String>::new());
    daemon.signal(libc::SIGCONT);
    wait_until("a word", PATIENCE, || manager.petted() > 0);
    // Once for the time that is over, not five times.
    manager.heard();
    let ticks = || number(&daemon.health().1["loop"]["ticks"]);
    let (from, mut petted) = (ticks(), 0);
    wait_until("a hundred ticks", PATIENCE, || {
        petted += manager.petted();
        ticks() - from >= 100.0
    });
    assert!((5..=40).contains(&petted), "{petted} in a hundred ticks");
}
