//! The router's password is nowhere but in the process, whatever fails and whoever asks.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use wanctl::cli::stage::world::{World, WorldOptions};
use wanctl::sim::double::faults::Fault;

use crate::support::*;

/// Faults that one daemon goes through, one after the other.
const EACH: usize = 7;

/// A file of a daemon that says all it can, which finds its password in the environment.
fn talkative(world: &World, home: &Path) -> Setup {
    let mut setup = Setup::new(world);
    setup.storage = format!("{{ db_path: {} }}", home.join("metrics.db").display());
    setup.password = "\"${ROUTER_PASSWORD}\"";
    setup.more = "metrics: { enabled: true, port: 0 }\n".into();
    setup
}

fn knowing_the_password(command: &mut Command) -> &mut Command {
    command.arg("--debug").env("ROUTER_PASSWORD", PASSWORD)
}

/// What commands say to somebody who looks for the fault.
fn assert_commands_are_discreet(setup: &Setup) {
    let home = tempdir();
    let file = setup.write(home.path());
    for words in [
        &["--once", "--debug", "--config"][..],
        &["check", "--config"],
        &["check", "--json", "--config"],
        &["--validate-config", "--config"],
        &["notice", "--config"],
    ] {
        let mut command = wanctl();
        command
            .args(words)
            .arg(&file)
            .env("ROUTER_PASSWORD", PASSWORD);
        let (_, stdout, stderr) = run(&mut command);
        assert!(!(stdout.is_empty() && stderr.is_empty()), "{words:?}");
        assert_secretless(&format!("{words:?}: {stdout}{stderr}"));
    }
}

/// Goes through these faults with a daemon that speaks of everything, and asks it and the commands in each.
fn goes_through(faults: &[(&str, Fault)]) {
    let (world, home) = (world(), tempdir());
    let setup = talkative(&world, home.path());
    let mut daemon = Daemon::start_in(home, &[&setup], |command| {
        knowing_the_password(command);
    });
    let metrics = daemon.announced("Prometheus metrics available at http://");
    daemon.wait_health("a router that lets us in", PATIENCE, |status, _| {
        status == 200
    });
    for (name, fault) in faults {
        world.fault(*fault);
        // A daemon that rests after a failure asks nothing, but a command does.
        world.hang_up();
        assert_commands_are_discreet(&setup);
        daemon.assert_discreet();
        let (status, text) = get(&agent(), metrics, "/metrics");
        assert_eq!(status, 200, "{name}");
        assert_secretless(&text);
        world.fault(Fault::None);
    }
    // It logged in with what nobody may know: there was something to be found.
    assert!(!world.journal().is_empty());
    let (status, _) = daemon.stop();
    assert!(status.success(), "{status}");
    assert!(daemon.stderr().contains("DEBUG") || daemon.log().contains("DEBUG"));
    daemon.assert_files_are_secretless();
}

#[test]
fn whatever_the_router_does_the_password_is_said_nowhere() {
    thread::scope(|scope| {
        for faults in Fault::NAMED.chunks(EACH) {
            scope.spawn(|| goes_through(faults));
        }
    });
}

/// The wrong one is somebody's, too: people mistake passwords for each other.
#[test]
fn a_password_that_is_refused_is_not_said() {
    let world = World::start(WorldOptions::default()).expect("loopback has free ports");
    let home = tempdir();
    let setup = talkative(&world, home.path());
    let daemon = Daemon::start_in(home, &[&setup], |command| {
        knowing_the_password(command);
    });
    daemon.wait_health("the refusal", PATIENCE, |_, health| {
        wan(health)["router_connectivity"]["last_failure_type"] == "auth_failure"
    });
    daemon.assert_discreet();
    assert_commands_are_discreet(&setup);
}

/// Neither who reads the process's command line nor who finds its core file learns it.
#[test]
fn a_daemon_that_is_aborted_leaves_no_core_file() {
    let (world, home) = (world(), tempdir());
    let setup = talkative(&world, home.path());
    let place = home.path().to_owned();
    let mut daemon = Daemon::start_in(home, &[&setup], |command| {
        knowing_the_password(command).current_dir(&place);
    });
    let of_process = |name| fs::read_to_string(format!("/proc/{}/{name}", daemon.pid()));
    assert_secretless(&of_process("cmdline").expect("our child's"));
    let limits = of_process("limits").expect("our child's");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<_> = core.expect("Linux has it").split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{limits}");
    daemon.signal(libc::SIGABRT);
    let status = daemon.wait();
    assert!(!status.success(), "{status}");
    daemon.assert_files_are_secretless();
    let left = fs::read_dir(daemon.dir()).expect("a directory of ours");
    for entry in left {
        let name = entry.expect("an entry").file_name();
        assert!(!name.to_string_lossy().starts_with("core"), "{name:?}");
    }
}
