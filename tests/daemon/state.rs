//! What survives a restart, and what happens when it did not.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use wanctl::cli::stage::reflectors::Manner;
use wanctl::cli::stage::world::World;
use wanctl::direction::Direction;
use wanctl::units::Rate;

use crate::support::*;

/// As v1.7 wrote it (contract 5.1), by a config with a higher ceiling for the download.
const V1_7: &str = r#"{"download":{"green_streak":11,"soft_red_streak":0,"red_streak":0,"current_rate":600000000},"upload":{"green_streak":7,"soft_red_streak":0,"red_streak":2,"current_rate":21216470},"ewma":{"baseline_rtt":26.5,"load_rtt":27.010882765054703},"last_applied":{"dl_rate":480000000,"ul_rate":21216470},"timestamp":"2026-11-21T00:01:32.450001"}"#;

/// No reflector answers: what was restored stands.
fn dark_world() -> World {
    let world = world();
    for reflector in 0..world.reflector_addresses().len() {
        let manner = Manner {
            silent: true,
            ..Manner::default()
        };
        world.set_reflector(reflector, manner);
    }
    world
}

fn document(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a document");
    assert!(
        text.starts_with(r#"{"download":{"green_streak":"#),
        "{text}"
    );
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn v1_7s_document_is_restored_within_todays_limits_and_never_keeps_a_write_back() {
    let (world, home) = (dark_world(), tempdir());
    let state = home.path().join("wan1_state.json");
    fs::write(&state, V1_7).expect("a directory of ours");
    let mut daemon = Daemon::start_in(home, &[&Setup::new(&world)], |_| {});
    let (_, health) = daemon.health();
    let wan1 = wan(&health);
    assert_eq!(wan1["download"]["current_rate_mbps"], 480.0, "the ceiling");
    assert_eq!(wan1["upload"]["current_rate_mbps"], 21.2);
    assert_eq!(wan1["baseline_rtt_ms"], 26.5);
    assert_eq!(wan1["load_rtt_ms"], 27.01);
    // The document says that the router has these already; the router says 500M and 40M (W-15).
    let upload = Some(Rate::bps(21_216_470));
    wait_until("the writes", PATIENCE, || {
        world.max_limit(Direction::Down) == Some(CEILING_DOWN)
            && world.max_limit(Direction::Up) == upload
    });
    assert!(daemon.stop().0.success());
    let saved = document(&state);
    assert_eq!(saved["download"]["green_streak"], 11);
    assert_eq!(saved["upload"]["red_streak"], 2);
    assert_eq!(saved["download"]["current_rate"], 480_000_000);
    assert_eq!(saved["ewma"]["baseline_rtt"], 26.5);
    assert_eq!(saved["last_applied"]["ul_rate"], 21_216_470);
}

#[test]
fn a_baseline_nobody_could_have_measured_is_not_restored() {
    for wrong in ["0.0", "900.0", "-5", "null"] {
        let (world, home) = (dark_world(), tempdir());
        let text = V1_7.replace("26.5", wrong);
        fs::write(home.path().join("wan1_state.json"), text).expect("a directory of ours");
        let daemon = Daemon::start_in(home, &[&Setup::new(&world)], |_| {});
        let (_, health) = daemon.health();
        assert_eq!(wan(&health)["baseline_rtt_ms"], 24.0, "{wrong}");
    }
}

#[test]
fn state_file_is_honoured_v1_7s_path_is_kept_and_taken_over_at_first() {
    let (world, home) = (dark_world(), tempdir());
    let derived = home.path().join("wan1_state.json");
    fs::write(&derived, V1_7).expect("a directory of ours");
    let mut setup = Setup::new(&world);
    setup.state_file = Some("var/lib/wan1.json".into());
    let mut daemon = Daemon::start_in(home, &[&setup], |_| {});
    let (_, health) = daemon.health();
    assert_eq!(wan(&health)["upload"]["current_rate_mbps"], 21.2);
    daemon.wait_log("wan1: state taken over from ");
    assert!(daemon.stop().0.success());
    let main = daemon.dir().join("var/lib/wan1.json");
    assert_eq!(document(&main), document(&derived));

    // From then on its own file counts.
    let home = daemon.into_home();
    let text = fs::read_to_string(&main).expect("a document");
    let other = text.replace("21216470", "30000000");
    fs::write(&main, other).expect("a directory of ours");
    let daemon = Daemon::start_in(home, &[&setup], |_| {});
    let (_, health) = daemon.health();
    assert_eq!(wan(&health)["upload"]["current_rate_mbps"], 30.0);
}

#[test]
fn what_is_no_state_is_set_aside_and_told() {
    let half = &V1_7[..200];
    let huge = format!(r#"{{"padding":"{}"}}"#, "x".repeat(5_000_000));
    for bad in ["", "[]", "null", "7", "\u{0}\u{1}\u{2}", half, &huge] {
        let (world, home) = (world(), tempdir());
        let state = home.path().join("wan1_state.json");
        fs::write(&state, bad).expect("a directory of ours");
        let mut daemon = Daemon::start_in(home, &[&Setup::new(&world)], |_| {});
        daemon.wait_settled(&world);
        daemon.wait_log("[WARNING] wan1: Could not load state: ");
        daemon.wait_log("wan1_state.json is corrupt (");
        assert_eq!(daemon.read("wan1_state.json.corrupt"), bad);
        assert!(daemon.stop().0.success());
        assert_eq!(document(&state)["last_applied"]["dl_rate"], 480_000_000);
    }
}

/// A sparse gigabyte must not become a gigabyte of memory.
#[test]
fn a_state_file_of_a_gigabyte_or_a_directory_is_no_obstacle() {
    let (world, home) = (world(), tempdir());
    let file = File::create(home.path().join("wan1_state.json")).expect("a directory of ours");
    file.set_len(1 << 30).expect("sparse");
    let daemon = Daemon::start_in(home, &[&Setup::new(&world)], |_| {});
    daemon.wait_settled(&world);
    daemon.wait_log("is corrupt (too long)");
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.pid())).expect("Linux");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    assert!(
        peak.is_some_and(|kilobytes| kilobytes < 100_000),
        "{peak:?}"
    );

    let home = tempdir();
    fs::create_dir(home.path().join("wan1_state.json")).expect("a directory of ours");
    let mut daemon = Daemon::start_in(home, &[&Setup::new(&world)], |_| {});
    daemon.wait_settled(&world);
    daemon.wait_log("[WARNING] wan1: Could not load state: ");
    daemon.wait_log("[WARNING] wan1: Could not save state: ");
    assert!(daemon.stop().0.success());
}

#[test]
fn a_disk_that_takes_nothing_does_not_stop_control() {
    let (world, home) = (world(), tempdir());
    let blocker = home.path().join("blocker");
    fs::write(&blocker, "a file where a directory should be").expect("a directory of ours");
    let mut setup = Setup::new(&world);
    setup.state_file = Some("blocker/wan1.json".into());
    setup.main_log = "blocker/wan1.log".into();
    // With --debug the log lines are on stderr, too.
    let mut daemon = Daemon::start_in(home, &[&setup], |command| {
        command.arg("--debug");
    });
    daemon.wait_settled(&world);
    squeeze(&world);
    wait_until("the cut", PATIENCE, || {
        world.max_limit(Direction::Down) < Some(Rate::mbit(250))
    });
    nap(3_000);
    let said = daemon.stderr();
    let times = |words: &str| said.matches(words).count();
    assert_eq!(times("cannot write the log "), 1, "{said}");
    assert_eq!(times("Could not save state: "), 1, "{said}");
    let unsaved = |daemon: &Daemon| daemon.health().1["loop"]["state_files_unsaved"].clone();
    assert_eq!(unsaved(&daemon), 1);
    daemon.assert_on_time();

    // The disk is back: so are log and state.
    fs::remove_file(&blocker).expect("a directory of ours");
    relax(&world);
    daemon.wait_settled(&world);
    wait_until("the log", PATIENCE, || {
        daemon.log().contains("State is saved again")
    });
    wait_until("health", PATIENCE, || unsaved(&daemon) == 0);
    assert!(daemon.stop().0.success());
    document(&daemon.dir().join("blocker/wan1.json"));
    document(&daemon.dir().join("wan1_state.json"));
}

/// A supervisor that went away took stderr with it, and the disk is full.
#[test]
fn a_daemon_that_can_complain_to_nobody_goes_on() {
    let (world, home) = (world(), tempdir());
    fs::write(home.path().join("blocker"), "no directory").expect("a directory of ours");
    let mut setup = Setup::new(&world);
    setup.main_log = "blocker/wan1.log".into();
    let mut daemon = Daemon::spawn(home, &[&setup], |command| {
        command.stderr(Stdio::piped());
    });
    wait_until("control", PATIENCE, || holds_ceilings(&world));
    // Several rounds of the scribe.
    nap(2_500);
    let (status, _) = daemon.stop();
    assert_eq!(status.code(), Some(0), "{status}");
    let saved = document(&daemon.dir().join("wan1_state.json"));
    assert_eq!(saved["last_applied"]["dl_rate"], 480_000_000);
}
