//! What `kill`, a second instance and the service manager do to a daemon.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::thread;
use std::time::Duration as StdDuration;

use serde_json::Value;
use wanctl::cli::stage::clock::Clock;
use wanctl::cli::stage::world::World;
use wanctl::direction::Direction;
use wanctl::sim::double::faults::Fault;
use wanctl::sim::random::Random;
use wanctl::time::Duration;
use wanctl::units::Rate;

use crate::support::*;

/// Daemons at a time, and how many one after the other: a hundred in all.
const AT_A_TIME: u64 = 10;
const EACH: u64 = 10;

/// From the moment it holds its lock, a daemon that is told to stop leaves everything in order.
fn stopped_at_random(world: &World, random: &mut Random) {
    let mut daemon = Daemon::spawn(tempdir(), &[&Setup::new(world)], |_| {});
    let lock = daemon.dir().join("wan1.lock");
    wait_until("the lock", PATIENCE, || lock.exists());
    nap(random.below(600));
    let (status, took) = daemon.stop();
    let stderr = daemon.stderr();
    assert_eq!(status.code(), Some(0), "{status} {stderr}");
    assert!(took < Duration::from_secs(2), "{took}");
    assert!(!lock.exists(), "the lock is gone");
    let state: Value = serde_json::from_str(&daemon.read("wan1_state.json")).expect("a document");
    assert!(state["download"]["current_rate"].is_u64(), "{state}");
    assert!(daemon.log().ends_with("Daemon shutdown complete\n"));
    let entries = fs::read_dir(daemon.dir()).expect("a directory of ours");
    let names: Vec<_> = entries.map(|e| e.expect("an entry").file_name()).collect();
    let litter = |name: &&std::ffi::OsString| name.to_string_lossy().ends_with(".tmp");
    assert!(names.iter().find(litter).is_none(), "{names:?}");
}

#[test]
fn sigterm_at_a_hundred_random_moments_is_a_clean_end() {
    let busy = world();
    squeeze(&busy);
    let mute = world();
    mute.fault(Fault::Silence);
    let quiet = world();
    thread::scope(|scope| {
        for worker in 0..AT_A_TIME {
            let world =
                [&busy, &busy, &mute, &quiet, &quiet][usize::try_from(worker % 5).expect("small")];
            scope.spawn(move || {
                let mut random = Random::new(worker);
                for _ in 0..EACH {
                    stopped_at_random(world, &mut random);
                }
            });
        }
    });
}

#[test]
fn sigint_is_a_clean_end_too() {
    let world = world();
    let mut daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    daemon.signal(libc::SIGINT);
    assert_eq!(daemon.wait().code(), Some(0));
    daemon.wait_log("Shutdown requested, exiting gracefully...");
    assert!(holds_ceilings(&world), "the limits are left as they are");
    assert!(!daemon.dir().join("wan1.lock").exists());
}

#[test]
fn sighup_opens_the_log_anew() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    let rotated = daemon.dir().join("wan1.log.1");
    fs::rename(daemon.dir().join("wan1.log"), &rotated).expect("a directory of ours");
    let before = fs::read_to_string(&rotated).expect("it was moved");
    daemon.signal(libc::SIGHUP);
    daemon.signal(libc::SIGUSR1);
    wait_until("the new log", PATIENCE, || {
        daemon.log().contains("Debug logging on")
    });
    assert_eq!(fs::read_to_string(&rotated).expect("still there"), before);
    daemon.assert_on_time();
}

#[test]
fn sigusr1_turns_debug_lines_on_and_off() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    let cycles = || {
        daemon
            .read("wan1_debug.log")
            .matches("wan1: [GREEN/GREEN] RTT=")
            .count()
    };
    assert_eq!(cycles(), 0);
    daemon.signal(libc::SIGUSR1);
    wait_until("cycle lines", PATIENCE, || cycles() > 20);
    daemon.signal(libc::SIGUSR1);
    wait_until("the word", PATIENCE, || {
        daemon.log().contains("Debug logging off")
    });
    // What was on its way arrives.
    nap(500);
    let count = cycles();
    nap(1_500);
    assert_eq!(cycles(), count);
    daemon.assert_discreet();
}

#[test]
fn a_second_instance_is_refused_and_harms_nothing() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    let config = daemon.dir().join("wan1.yaml");
    // The scribe's last words about the start.
    nap(1_000);
    let (log, pid) = (daemon.log(), daemon.pid());
    for more in [&[][..], &["--once"]] {
        let (code, _, stderr) = run(wanctl().arg("--config").arg(&config).args(more));
        assert_eq!(code, Some(1), "{stderr}");
        assert!(
            stderr.contains("Another instance is running, refusing to start")
                && stderr.contains(&format!("wan1.lock is held by PID {pid}")),
            "{stderr}"
        );
    }
    assert_eq!(
        daemon.log(),
        log,
        "nothing is written into the first one's log"
    );
    assert_eq!(daemon.read("wan1.lock"), format!("{pid}\n"));
    assert_eq!(daemon.health().0, 200);
}

#[test]
fn a_lock_that_was_left_behind_is_taken_over() {
    let mut gone = Command::new("true").spawn().expect("coreutils");
    let dead = gone.id();
    gone.wait().expect("our child");
    // Dead, alive but somebody else (W-31), and no pid at all.
    for text in [
        format!("{dead}\n"),
        format!("{}\n", std::process::id()),
        "x".into(),
    ] {
        let (world, home) = (world(), tempdir());
        fs::write(home.path().join("wan1.lock"), &text).expect("a directory of ours");
        let mut daemon = Daemon::start_in(home, &[&Setup::new(&world)], |_| {});
        assert_eq!(daemon.read("wan1.lock"), format!("{}\n", daemon.pid()));
        assert!(daemon.stop().0.success());
    }
    // And the one a killed daemon leaves.
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    let home = daemon.kill();
    assert!(home.path().join("wan1.lock").exists());
    let again = Daemon::start_in(home, &[&Setup::new(&world)], |_| {});
    assert_eq!(again.health().1["wan_count"], 1);
}

#[test]
fn the_service_manager_hears_ready_status_watchdog_and_stopping() {
    let (world, home) = (world(), tempdir());
    let path = home.path().join("notify");
    let manager = UnixDatagram::bind(&path).expect("a directory of ours");
    let patience = Some(StdDuration::from_secs(PATIENCE));
    manager.set_read_timeout(patience).expect("not zero");
    let mut daemon = Daemon::start_in(home, &[&Setup::new(&world)], |command| {
        command
            .env("NOTIFY_SOCKET", &path)
            .env("WATCHDOG_USEC", "400000");
    });
    let hear = || {
        let mut buffer = [0; 1024];
        let length = manager.recv(&mut buffer).expect("a message");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    assert_eq!(hear(), "READY=1");
    let status = hear();
    assert!(status.starts_with("STATUS=wan1: "), "{status}");
    // Half the allowed time apart, however the router fares (W-05).
    world.fault(Fault::Reset);
    let clock = Clock::new();
    let mut petted = 0;
    while petted < 20 {
        match &*hear() {
            "WATCHDOG=1" => petted += 1,
            other => assert!(other.starts_with("STATUS=wan1: "), "{other}"),
        }
    }
    let took = clock.now();
    assert!(limit(3) < took && took < limit(15), "{took}");
    assert!(daemon.stop().0.success());
    manager.set_nonblocking(true).expect("a socket");
    let mut last = String::new();
    let mut buffer = [0; 1024];
    let mut stopping = 0;
    while let Ok(length) = manager.recv(&mut buffer) {
        last = String::from_utf8_lossy(&buffer[..length]).into_owned();
        stopping += u32::from(last == "STOPPING=1");
    }
    assert_eq!(stopping, 1, "{last}");
}

#[test]
fn a_service_manager_that_is_not_there_is_a_warning() {
    let world = world();
    let daemon = Daemon::start_in(tempdir(), &[&Setup::new(&world)], |command| {
        command.env("NOTIFY_SOCKET", "/nonexistent/notify");
    });
    daemon.wait_settled(&world);
    daemon.wait_log("[WARNING] cannot connect to NOTIFY_SOCKET");
}

#[test]
fn on_exit_ceiling_leaves_a_line_that_is_not_throttled() {
    let world = world();
    let setup = Setup::new(&world).router("on_exit: ceiling");
    let mut daemon = Daemon::start(&setup);
    daemon.wait_settled(&world);
    squeeze(&world);
    wait_until("the cut", PATIENCE, || {
        world.max_limit(Direction::Down) < Some(Rate::mbit(250))
    });
    let (status, took) = daemon.stop();
    assert!(status.success());
    assert!(took < Duration::from_secs(3), "{took}");
    assert!(holds_ceilings(&world));
}

#[test]
fn on_exit_ceiling_does_not_trust_what_the_router_said_last() {
    let world = world();
    let setup = Setup::new(&world)
        .router("on_exit: ceiling")
        .read_back_every(300);
    let mut daemon = Daemon::start(&setup);
    daemon.wait_settled(&world);
    let by_hand = Rate::mbit(77);
    world.scene().router.set_max_limit("WAN-Download", by_hand);
    assert!(daemon.stop().0.success());
    assert!(holds_ceilings(&world));
}

#[test]
fn on_exit_ceiling_comes_after_the_write_that_is_under_way() {
    let world = world();
    let setup = Setup::new(&world).router("on_exit: ceiling");
    let mut daemon = Daemon::start(&setup);
    daemon.wait_settled(&world);
    world.fault(Fault::SlowBy(Duration::from_millis(250)));
    let before = writes(&world).len();
    squeeze(&world);
    wait_until("a write", PATIENCE, || writes(&world).len() > before);
    assert!(daemon.stop().0.success());
    assert!(holds_ceilings(&world));
}

#[test]
fn the_service_manager_hears_of_every_wan() {
    let (world, home) = (world(), tempdir());
    let path = home.path().join("notify");
    let manager = UnixDatagram::bind(&path).expect("a directory of ours");
    let patience = Some(StdDuration::from_secs(PATIENCE));
    manager.set_read_timeout(patience).expect("not zero");
    let first = Setup::new(&world);
    let mut second = Setup::new(&world);
    second.name = "wan2".into();
    second.main_log = "wan2.log".into();
    let _daemon = Daemon::start_in(home, &[&first, &second], |command| {
        command.env("NOTIFY_SOCKET", &path);
    });
    let mut buffer = [0; 2048];
    let mut hear = || {
        let length = manager.recv(&mut buffer).expect("a message");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    assert_eq!(hear(), "READY=1");
    let status = hear();
    assert!(status.starts_with("STATUS=wan1: "), "{status}");
    assert!(status.contains("; wan2: "), "{status}");
}
