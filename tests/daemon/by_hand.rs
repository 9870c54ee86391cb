//! What people run themselves: one round, a check of the files, the demo, a replay; and what two WANs
//! in one process owe each other.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;
use wanctl::cli::stage::reflectors::Manner;
use wanctl::cli::stage::world::World;
use wanctl::direction::Direction;
use wanctl::sim::double::faults::Fault;
use wanctl::units::Rate;

use crate::support::*;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// `wanctl --config F --once` and what it said.
fn once(world: &World, more: &[&str]) -> (Option<i32>, String, String) {
    let home = tempdir();
    let config = Setup::new(world).write(home.path());
    let said = run(wanctl()
        .arg("--config")
        .arg(config)
        .arg("--once")
        .args(more));
    assert!(!home.path().join("wan1.lock").exists(), "no lock is left");
    assert!(!home.path().join("wan1.log").exists(), "nor a log written");
    assert!(!(said.1.clone() + &said.2).contains(PASSWORD));
    said
}

fn silence(world: &World) {
    for reflector in 0..world.reflector_addresses().len() {
        let manner = Manner {
            silent: true,
            ..Manner::default()
        };
        world.set_reflector(reflector, manner);
    }
}

#[test]
fn one_round_is_printed_so_that_a_person_understands_it() {
    let world = world();
    let (code, out, err) = once(&world, &[]);
    assert_eq!(code, Some(0), "{out}{err}");
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines[0], "wan1");
    for (line, address) in lines[1..4].iter().zip(world.reflector_addresses()) {
        let (host, rtt) = line
            .rsplit_once(' ')
            .and_then(|(rest, _)| rest.rsplit_once(' '))
            .expect(line);
        assert!(
            host.contains(&format!("reflector udp://{address}")),
            "{line}"
        );
        let rtt: f64 = rtt.parse().expect(line);
        assert!((24.0..200.0).contains(&rtt), "{line}");
        assert!(line.ends_with(" ms"), "{line}");
    }
    assert!(lines[4].starts_with("  measured  2"), "{out}");
    for word in [" ms (ICMP), load ", ", baseline 24.", ", delta "] {
        assert!(lines[4].contains(word), "{word}: {out}");
    }
    let queue = |rest: &str| out.contains(rest);
    assert!(
        queue(
            "  download  GREEN    wanted 480M, the router held 500M, holds 480M (queue WAN-Download)\n"
        ),
        "{out}"
    );
    assert!(
        queue(
            "  upload    GREEN    wanted 38M, the router held 40M, holds 38M (queue WAN-Upload)\n"
        ),
        "{out}"
    );
    assert!(
        out.contains("  router    127.0.0.1:") && out.contains(": answers in "),
        "{out}"
    );
    assert!(out.ends_with("Result: ok\n"), "{out}");
    assert!(holds_ceilings(&world));
    // Again: nothing is left to do, and v1.7's word for it does as well.
    let before = writes(&world).len();
    let home = tempdir();
    let config = Setup::new(&world).write(home.path());
    let (code, out, _) = run(wanctl().arg("--oneshot").arg("--config").arg(config));
    assert_eq!(code, Some(0), "{out}");
    assert_eq!(writes(&world).len(), before);
}

#[test]
fn one_round_with_a_dead_router_fails() {
    let mut world = world();
    world.unplug_router();
    let (code, out, _) = once(&world, &[]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("not reached, connection refused\n"), "{out}");
    assert!(out.contains("holds unknown"), "{out}");
    assert!(out.ends_with("Result: FAILED\n"), "{out}");
}

#[test]
fn one_round_with_a_router_that_fails_is_no_success() {
    thread::scope(|scope| {
        for fault in [
            Fault::Silence,
            Fault::Garbage,
            Fault::Status(401),
            Fault::Status(500),
            Fault::EmptyList,
        ] {
            scope.spawn(move || {
                let world = world();
                world.fault(fault);
                let (code, out, _) = once(&world, &[]);
                assert_eq!(code, Some(1), "{fault:?}: {out}");
                assert!(out.ends_with("Result: FAILED\n"), "{fault:?}: {out}");
            });
        }
        scope.spawn(|| {
            let world = world();
            world.scene().router.access.may_write = false;
            let (code, out, _) = once(&world, &[]);
            assert_eq!(code, Some(1), "{out}");
            assert!(
                out.contains("the router's user lacks the write policy"),
                "{out}"
            );
        });
    });
}

#[test]
fn one_round_with_silent_reflectors_fails() {
    let world = world();
    silence(&world);
    let (code, out, _) = once(&world, &[]);
    assert_eq!(code, Some(1), "{out}");
    assert_eq!(out.matches(" no answer\n").count(), 3, "{out}");
    assert!(out.contains("  measured  nothing: "), "{out}");
    assert!(out.ends_with("Result: FAILED\n"), "{out}");
}

#[test]
fn one_silent_reflector_of_three_is_shown_and_no_failure() {
    let world = world();
    let manner = Manner {
        silent: true,
        ..Manner::default()
    };
    world.set_reflector(1, manner);
    let (code, out, _) = once(&world, &[]);
    assert_eq!(code, Some(0), "{out}");
    assert_eq!(out.matches(" no answer\n").count(), 1, "{out}");
}

#[test]
fn a_dry_run_looks_while_a_daemon_runs_and_touches_nothing() {
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    daemon.wait_settled(&world);
    let config = daemon.dir().join("wan1.yaml");
    let state = daemon.read("wan1_state.json");
    let before = writes(&world).len();
    let (code, out, err) = run(wanctl()
        .arg("--config")
        .arg(&config)
        .args(["--once", "--dry-run"]));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("  dry run   nothing was written\n"), "{out}");
    assert_eq!(writes(&world).len(), before);
    assert_eq!(daemon.read("wan1.lock"), format!("{}\n", daemon.pid()));
    assert_eq!(daemon.read("wan1_state.json"), state);
    assert_eq!(daemon.health().0, 200);

    // Even where there would be something to write, or to set aside.
    let (world, home) = (self::world(), tempdir());
    let config = Setup::new(&world).write(home.path());
    let broken = home.path().join("wan1_state.json");
    fs::write(&broken, "{").expect("a directory of ours");
    let (code, out, err) = run(wanctl()
        .arg("--config")
        .arg(&config)
        .args(["--once", "--dry-run"]));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(
        out.contains("wanted 480M, the router held 500M, holds 500M"),
        "{out}"
    );
    assert_eq!(writes(&world), []);
    assert_eq!(fs::read_to_string(&broken).expect("still there"), "{");
    let entries = fs::read_dir(home.path()).expect("a directory of ours");
    assert_eq!(entries.count(), 2, "the config and that file");
}

#[test]
fn a_daemon_in_a_dry_run_decides_and_never_writes() {
    let world = world();
    let daemon = Daemon::start_in(tempdir(), &[&Setup::new(&world)], |command| {
        command.arg("--dry-run");
    });
    squeeze(&world);
    let health = daemon.wait_health("a wish", PATIENCE, |_, health| {
        number(&wan(health)["download"]["current_rate_mbps"]) < 250.0
    });
    assert_eq!(health["dry_run"], true);
    assert_eq!(wan(&health)["router"]["last_outcome"], "withheld (dry run)");
    assert_eq!(wan(&health)["download"]["applied_rate_mbps"], 500.0);
    assert_eq!(writes(&world), []);
}

#[test]
fn every_shipped_config_is_valid_and_a_broken_one_is_not() {
    let configs = Path::new(ROOT).join("configs");
    let mut paths: Vec<_> = fs::read_dir(configs)
        .expect("they are shipped")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 5, "{paths:?}");
    for path in &paths {
        let (code, out, err) = run(wanctl().arg("--validate-config").arg("--config").arg(path));
        assert_eq!(code, Some(0), "{out}{err}");
        let first = format!("Configuration valid: {}\n", path.display());
        assert!(out.starts_with(&first), "{out}");
    }
    let home = tempdir();
    let broken = home.path().join("broken.yaml");
    fs::write(&broken, "wan_name: wan1\nrouter: 7\n").expect("a directory of ours");
    // All are reported, the good one after the bad one as well.
    let mut command = wanctl();
    command
        .arg("--validate-config")
        .arg("--config")
        .arg(&broken)
        .arg(&paths[0]);
    let (code, out, _) = run(&mut command);
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains(&format!(
            "Configuration INVALID: {}\n  Error: ",
            broken.display()
        )),
        "{out}"
    );
    assert!(
        out.contains(&format!("Configuration valid: {}\n", paths[0].display())),
        "{out}"
    );
    // The daemon refuses it as well, with all there is to say.
    let (code, _, err) = run(wanctl().arg("--config").arg(&broken));
    assert_eq!(code, Some(1), "{err}");
    assert!(
        err.starts_with("wanctl: ") && err.contains("broken.yaml"),
        "{err}"
    );
    let (code, _, err) = run(wanctl().args(["--config", "/nonexistent/wan.yaml"]));
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("/nonexistent/wan.yaml"), "{err}");
}

#[test]
fn nonsense_on_the_command_line_is_exit_code_2() {
    for args in [
        &[][..],
        &["--config"],
        &["--frob"],
        &["demo", "--seconds", "soon"],
        &["replay"],
        &["x.yaml"],
    ] {
        let (code, out, err) = run(wanctl().args(args));
        assert_eq!(code, Some(2), "{args:?}: {out}{err}");
        assert_eq!(out, "");
        assert!(
            err.starts_with("usage: wanctl ") && err.contains("wanctl: error: "),
            "{err}"
        );
    }
    for args in ["--help", "--version", "-h", "-V"] {
        let (code, out, err) = run(wanctl().arg(args));
        assert_eq!((code, &*err), (Some(0), ""), "{args}");
        assert!(out.contains("wanctl"), "{out}");
    }
}

#[test]
fn the_demo_shows_a_line_a_second_and_ends_by_itself() {
    let (code, out, err) = run(wanctl().args(["demo", "--seconds", "3"]));
    assert_eq!((code, &*err), (Some(0), ""), "{out}");
    let rows = out
        .lines()
        .filter(|line| line.contains("s | ") && line.contains("GREEN"));
    assert!(rows.count() >= 2, "{out}");
    assert!(out.contains("curl http://127.0.0.1:"), "{out}");
    assert!(
        out.contains("\nAfter 3 s: ") && out.contains(" writes to the router "),
        "{out}"
    );
}

/// `wanctl demo | head -1` and such.
#[test]
fn a_reader_that_leaves_ends_the_demo_with_a_sentence() {
    let mut child = wanctl()
        .args(["demo", "--seconds", "60"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary is there");
    drop(child.stdout.take());
    wait_until("the end", PATIENCE, || {
        child.try_wait().expect("our child").is_some()
    });
    let output = child.wait_with_output().expect("it ended");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.starts_with("wanctl: cannot write to stdout: "),
        "{said}"
    );
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn every_golden_trace_replays_to_the_byte() {
    for name in [
        "baseline_drift",
        "cable_evening",
        "dsl_noisy",
        "fiber_bounds",
        "idle",
        "loss_bursts",
    ] {
        let golden = Path::new(ROOT).join("tests/golden").join(name);
        let csv = golden.with_extension("csv");
        let (code, out, err) = run(Command::new(env!("CARGO_BIN_EXE_wanctl"))
            .args(["replay", "--config"])
            .arg(golden.with_extension("yaml"))
            .arg("--trace")
            .arg(&csv));
        assert_eq!((code, &*err), (Some(0), ""), "{name}");
        let expected = fs::read_to_string(&csv)
            .expect("it is here")
            .replace("\r\n", "\n");
        assert_eq!(out.lines().count(), expected.lines().count(), "{name}");
        for (n, (ours, theirs)) in out.lines().zip(expected.lines()).enumerate() {
            assert_eq!(ours, theirs, "{name}, line {}", n + 1);
        }
    }
}

#[test]
fn a_wan_whose_router_is_silent_does_not_touch_the_other() {
    let (good, bad) = (world(), world());
    bad.fault(Fault::Silence);
    let mut second = Setup::new(&good);
    second.name = "wan2".into();
    second.main_log = "wan2.log".into();
    let first = Setup::new(&bad);
    let mut daemon = Daemon::start_in(tempdir(), &[&first, &second], |_| {});
    wait_until("control of the other", PATIENCE, || holds_ceilings(&good));
    let health = daemon.wait_health("an honest word", 14, |status, _| status == 503);
    assert_eq!(health["wan_count"], 2);
    assert_eq!(health["router_reachable"], false);
    let (one, two) = (&health["wans"][0], &health["wans"][1]);
    assert_eq!(one["name"], "wan1");
    assert_eq!(one["router_connectivity"]["is_reachable"], false);
    assert_eq!(two["name"], "wan2");
    assert_eq!(two["router_connectivity"]["is_reachable"], true);
    assert_eq!(two["problem"], Value::Null);
    squeeze(&good);
    wait_until("the cut", PATIENCE, || {
        good.max_limit(Direction::Down) < Some(Rate::mbit(250))
    });
    relax(&good);
    wait_until("the way back", 60, || holds_ceilings(&good));
    assert!(writes(&good).len() > 20);
    daemon.assert_on_time();
    daemon.assert_discreet();
    // Each has a log, a state and a lock of its own.
    assert!(
        daemon
            .log()
            .contains("wan1: Router communication failed (timeout")
    );
    assert!(!daemon.read("wan2.log").contains("communication failed"));
    assert!(daemon.dir().join("wan1.lock").exists() && daemon.dir().join("wan2.lock").exists());
    assert!(daemon.stop().0.success());
    for name in ["wan1_state.json", "wan2_state.json"] {
        let _: Value = serde_json::from_str(&daemon.read(name)).expect(name);
    }
    bad.fault(Fault::None);
}

#[test]
fn log_lines_are_json_when_that_is_wanted() {
    let world = world();
    let daemon = Daemon::start_in(tempdir(), &[&Setup::new(&world)], |command| {
        command.env("WANCTL_LOG_FORMAT", "JSON");
    });
    daemon.wait_settled(&world);
    let log = daemon.log();
    assert!(log.is_ascii(), "the arrows are escaped: {log}");
    for line in log.lines() {
        let value: Value = serde_json::from_str(line).expect(line);
        let keys: Vec<_> = value.as_object().expect(line).keys().collect();
        assert_eq!(keys, ["level", "logger", "message", "timestamp"], "{line}");
        assert!(line.starts_with("{\"timestamp\":\"20"), "{line}");
        assert_eq!(value["logger"], "cake_continuous_wan1");
    }
    assert!(log.contains("YELLOW\\u2192SOFT_RED=45ms"), "{log}");
}

/// Contract 9.2 and 9.3: what scripts look for.
#[test]
fn log_lines_are_v1_7s() {
    let world = world();
    let daemon = Daemon::start_in(tempdir(), &[&Setup::new(&world)], |command| {
        command.arg("--debug");
    });
    daemon.wait_settled(&world);
    let log = daemon.log();
    for message in [
        "[INFO] === Continuous CAKE Controller - wan1 ===",
        "[INFO] Download: GREEN=150M, YELLOW=120M, SOFT_RED=100M, RED=80M, ceiling=480M, step=3.0M, factor=0.85",
        "[INFO] Download Thresholds: GREEN→YELLOW=12ms, YELLOW→SOFT_RED=45ms, SOFT_RED→RED=80ms",
        "[INFO] Upload Thresholds: GREEN→YELLOW=12ms, YELLOW→RED=45ms",
        "[INFO] EWMA: baseline_alpha=0.001, load_alpha=0.5",
        "[INFO] Starting daemon mode with 0.05s cycle interval",
    ] {
        let line = log.lines().find(|line| line.ends_with(message));
        let stamp = line
            .and_then(|line| line.split_once(" [wan1] "))
            .expect(message)
            .0;
        // 2026-11-20 23:53:36,974
        let shape: String = stamp
            .chars()
            .map(|c| if c.is_ascii_digit() { '9' } else { c })
            .collect();
        assert_eq!(shape, "9999-99-99 99:99:99,999");
    }
    let debug = daemon.read("wan1_debug.log");
    let cycle = debug
        .lines()
        .find(|line| line.contains("] RTT="))
        .expect("a cycle line");
    let (_, cycle) = cycle.split_once("wan1: ").expect(cycle);
    let mut shape = String::new();
    for c in cycle.chars() {
        match c {
            '0'..='9' if shape.ends_with('9') => {}
            '0'..='9' => shape.push('9'),
            c => shape.push(c),
        }
    }
    assert_eq!(
        shape.replace("delta=-", "delta="),
        "[GREEN/GREEN] RTT=9.9ms, load_ewma=9.9ms, baseline=9.9ms, delta=9.9ms | DL=9M, UL=9M"
    );
    // The console hears the same.
    assert!(
        daemon
            .stderr()
            .contains("=== Continuous CAKE Controller - wan1 ===")
    );
}
