//! `--yes`: every answer is a flag, and what is missing is said at once.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use wanctl::config;
use wanctl::direction::Direction;

use crate::bench::{Bench, files};

pub(crate) const CABLE: [&str; 6] = ["--line", "cable", "--download", "500", "--upload", "40"];

pub(crate) fn names(bench: &Bench) -> Vec<String> {
    let found = files(&bench.path("etc"));
    let name = |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    found.iter().map(name).collect()
}

#[test]
fn a_line_from_flags_validates_and_checks_clean() {
    let bench = Bench::new();
    bench
        .unattended(&CABLE)
        .exits(0)
        .has("wan1: cable; at best 500 Mbit/s down and 40 up, where it begins 295 and 26")
        .has("0 errors")
        .has("systemctl enable --now wanctl@wan1")
        .has("wanctl calibrate --config");
    assert_eq!(names(&bench), ["secrets", "wan1.yaml"]);
    let mode = |name: &str| {
        fs::metadata(bench.config(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("secrets"), mode("wan1.yaml")), (0o600, 0o640));
    let loaded = config::load(&bench.config("wan1.yaml")).unwrap();
    assert_eq!(loaded.warnings, []);
    let config = loaded.config;
    assert_eq!(config.wan_name, "wan1");
    assert_eq!(config.router.queues.down, "WAN-Download");
    assert!(config.router.tls_fingerprint.is_some());
    assert_eq!(config.adaptive.line.word(), "cable");
    assert!((config.shapers[Direction::Down].ceiling.as_mbps() - 500.0).abs() < 1e-9);
    // The comments of the example are there.
    assert!(
        bench
            .read("wan1.yaml")
            .contains("# Who is asked for an echo")
    );
    let checked = bench.check(&["wan1.yaml"]);
    checked.has("0 errors").has("The file is valid.");
    assert!(
        bench.world.journal().iter().all(|entry| !entry.is_write()),
        "it only looks"
    );
}

#[test]
fn everything_that_is_missing_is_said_at_once() {
    let bench = Bench::new();
    let output = bench.setup().arg("--yes").output().unwrap();
    let said = bench.said(output);
    said.exits(2).has(
        "these answers are missing: --router, --tls-fingerprint or --trust-on-first-use, --password-file or \
         --password-env, --line, --download, --upload",
    );
    let blind = ["--no-check", "--wan", "a", "--wan", "b", "--line", "dsl"];
    let said = bench.said(bench.setup().arg("--yes").args(blind).output().unwrap());
    said.exits(2)
        .has("--line of --wan a, --download of --wan a")
        .has("--download of --wan b")
        .has("--download-queue");
    assert!(!bench.path("etc").exists());
}

#[test]
fn a_second_run_needs_no_answers_and_changes_what_it_is_told_to() {
    let bench = Bench::new();
    bench.unattended(&CABLE).exits(0);
    let first = bench.read("wan1.yaml");
    let again = |flags: &[&str]| {
        let output = bench.setup().arg("--yes").args(flags).output().unwrap();
        bench.said(output)
    };
    again(&[]).exits(0).has("They say all of this already.");
    let tuned = first.replace("retention_days: 7", "retention_days: 30 # mine");
    fs::write(bench.config("wan1.yaml"), &tuned).unwrap();
    again(&["--upload", "20"])
        .exits(0)
        .has("- ceiling_mbps: 40")
        .has("+ ceiling_mbps: 20");
    let second = bench.read("wan1.yaml");
    assert!(
        second.contains("retention_days: 30 # mine"),
        "what is there stays"
    );
    let backups = names(&bench);
    let backup = backups
        .iter()
        .find(|name| name.starts_with("wan1.yaml.bak."));
    let backup = backup.expect("the old one stays");
    assert_eq!(bench.read(backup), tuned);
    let stamp = backup.trim_start_matches("wan1.yaml.bak.");
    let (day, time) = stamp.split_once('_').expect("day and time");
    assert_eq!((day.len(), time.len()), (8, 6), "{stamp}");
}

#[test]
fn a_file_of_v17_gives_its_answers_and_way() {
    let bench = Bench::new();
    fs::create_dir_all(bench.path("etc")).unwrap();
    let classic = include_str!("../../configs/classic.yaml");
    fs::write(bench.config("wan1.yaml"), classic).unwrap();
    bench
        .unattended(&[
            "--user",
            "wanctl",
            "--line",
            "dsl",
            "--download-queue",
            "WAN-Download",
            "--upload-queue",
            "WAN-Upload",
        ])
        .exits(0)
        .has("wan1.yaml changes (the old one stays beside it)");
    let loaded = config::load(&bench.config("wan1.yaml")).unwrap().config;
    let before = config::parse("x".as_ref(), classic.as_bytes())
        .unwrap()
        .config;
    for direction in Direction::BOTH {
        assert_eq!(
            loaded.shapers[direction].ceiling,
            before.shapers[direction].ceiling
        );
    }
}

#[test]
fn two_lines_and_steering() {
    let bench = Bench::new();
    for command in [
        "/queue tree add name=b-down parent=bridge packet-mark=b queue=cake-down max-limit=90M bucket-size=0.01",
        "/queue tree add name=b-up parent=ether1 packet-mark=b queue=cake-up max-limit=18M bucket-size=0.01",
        "/ip firewall mangle add chain=prerouting action=mark-connection new-connection-mark=steered \
         connection-state=new dscp=46 disabled=yes comment=\"wanctl: latency-sensitive to b\"",
    ] {
        let said = bench.world.terminal(command);
        assert!(!said.output.contains("failure"), "{}", said.output);
    }
    let lines = [
        "--wan",
        "a",
        "--line",
        "cable",
        "--download",
        "500",
        "--upload",
        "40",
        "--download-queue",
        "WAN-Download",
        "--upload-queue",
        "WAN-Upload",
        "--wan",
        "b",
        "--line",
        "dsl",
        "--download",
        "90",
        "--upload",
        "18",
        "--source-address",
        "127.0.0.2",
        "--steering",
    ];
    let said = bench.unattended(&lines);
    said.has("systemctl enable --now wanctl-steering");
    let b = config::load(&bench.config("b.yaml")).unwrap().config;
    assert_eq!(b.router.queues.up, "b-up");
    assert_eq!(b.measurement.source_address, Some([127, 0, 0, 2].into()));
    let a = config::load(&bench.config("a.yaml")).unwrap().config;
    assert_ne!(a.health.port, b.health.port);
    let steering = config::load_steering(&bench.config("steering.yaml")).unwrap();
    assert_eq!(steering.warnings, []);
    let topology = &steering.config.topology;
    assert_eq!((&*topology.primary, &*topology.alternate), ("a", "b"));
    assert_eq!(topology.primary_config, bench.config("a.yaml"));
    assert_eq!(steering.config.router.queues.down, "WAN-Download");
}

#[test]
fn what_is_wrong_with_the_router_ends_it_before_anything_is_written() {
    let bench = Bench::new();
    fs::write(bench.path("wrong"), "not this one\n").unwrap();
    let wrong = bench.path("wrong").display().to_string();
    let port = bench.world.router_port().to_string();
    let start = ["--router", "127.0.0.1", "--trust-on-first-use", "--port"];
    let run = |flags: &[&str]| {
        let mut setup = bench.setup();
        setup.arg("--yes").args(start).args(flags).args(CABLE);
        bench.said(setup.output().unwrap())
    };
    run(&[&port, "--password-file", &wrong])
        .exits(1)
        .has("The router does not let user wanctl in with this password.");
    run(&["1", "--password-file", &wrong])
        .exits(1)
        .has("Nobody answers as a router's REST at 127.0.0.1");
    let good = bench.path("password").display().to_string();
    let pin = "ab".repeat(32);
    let mut pinned = bench.setup();
    pinned
        .arg("--yes")
        .args(["--router", "127.0.0.1", "--port", &port])
        .args(CABLE);
    pinned.args(["--tls-fingerprint", &pin, "--password-file", &good]);
    bench
        .said(pinned.output().unwrap())
        .exits(1)
        .has("shows another certificate than --tls-fingerprint says");
    bench
        .world
        .terminal("/queue tree remove [find name=\"WAN-Upload\"]");
    run(&[&port, "--password-file", &good])
        .exits(2)
        .has("--upload-queue, (the router has WAN-Download)");
    run(&[
        &port,
        "--password-file",
        &good,
        "--upload-queue",
        "Up",
        "--download-queue",
        "WAN-Download",
    ])
    .exits(1)
    .has("The router has no queue Up.")
    .has("/queue tree add name=\"Up\" parent=")
    .has("/queue type add name=cake-up-cable kind=cake cake-overhead-scheme=docsis cake-nat=yes");
    assert!(!bench.path("etc").exists());
}

#[test]
fn bad_answers_are_named_by_their_flags() {
    let bench = Bench::new();
    for (flag, value, sentence) in [
        (
            "--line",
            "modem",
            "--line: \"modem\" is no kind of line; expected cable, dsl",
        ),
        (
            "--download",
            "fast",
            "--download: \"fast\" is not a number from 0.5 to 10000",
        ),
        (
            "--upload",
            "5000",
            "--upload: \"5000\" is not a number from 0.5 to 1000",
        ),
        ("--wan", "a/b", "--wan: \"a/b\": use letters"),
        ("--wan", "steering", "--wan: steering is taken"),
        ("--scheme", "gopher", "--scheme: \"gopher\""),
        (
            "--source-address",
            "here",
            "--source-address: \"here\" is no address",
        ),
        ("--ssh-key", "/nonexistent", "--ssh-key: "),
        ("--transport", "ssh", "--transport: there is no key"),
        ("--mangle-comment", "x", "--steering: it needs two lines"),
    ] {
        let mut full = vec![flag, value];
        for (other, value) in [("--line", "dsl"), ("--download", "9"), ("--upload", "5")] {
            if other != flag {
                full.extend([other, value]);
            }
        }
        if flag == "--mangle-comment" {
            full.push("--steering");
        }
        bench.unattended(&full).exits(2).has(sentence);
    }
    assert!(!bench.path("etc").exists());
}

#[test]
fn a_dry_run_writes_nothing_and_no_check_asks_nothing() {
    let bench = Bench::new();
    let dry = [&CABLE[..], &["--dry-run"]].concat();
    bench
        .unattended(&dry)
        .exits(0)
        .has("Nothing was written: --dry-run.");
    assert!(!bench.path("etc").exists());
    let before = bench.world.connections();
    let queues = ["--no-check", "--download-queue", "d", "--upload-queue", "u"];
    let pin = "ab".repeat(32);
    let mut blind = bench.setup();
    blind
        .args(["--yes", "--router", "192.0.2.1", "--tls-fingerprint", &pin])
        .args(CABLE)
        .args(queues);
    let password = bench.path("password").display().to_string();
    blind.args(["--password-file", &password]);
    bench.said(blind.output().unwrap()).exits(0);
    assert_eq!(
        bench.world.connections(),
        before,
        "the router was left alone"
    );
    let config = config::load(&bench.config("wan1.yaml")).unwrap().config;
    assert_eq!(
        (config.router.queues.up.as_str(), config.router.port),
        ("u", 443)
    );
}

#[test]
fn the_password_may_come_from_a_variable_or_from_a_pipe() {
    for way in ["variable", "pipe"] {
        let bench = Bench::new();
        let port = bench.world.router_port().to_string();
        let mut setup = bench.setup();
        setup.args([
            "--yes",
            "--router",
            "127.0.0.1",
            "--port",
            &port,
            "--trust-on-first-use",
        ]);
        setup
            .args(CABLE)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let password = fs::read_to_string(bench.path("password")).unwrap();
        if way == "variable" {
            setup
                .args(["--password-env", "MY_PASSWORD"])
                .env("MY_PASSWORD", password.trim_end());
        } else {
            setup.stdin(Stdio::piped());
        }
        let mut child = setup.spawn().unwrap();
        if let Some(mut pipe) = child.stdin.take() {
            pipe.write_all(password.as_bytes()).unwrap();
        }
        bench.said(child.wait_with_output().unwrap()).exits(0);
        bench.check(&["wan1.yaml"]).has("0 errors");
    }
}

#[test]
fn somebody_must_be_there_to_be_asked() {
    let bench = Bench::new();
    let said = bench.said(bench.setup().output().unwrap());
    said.exits(2).has(
        "standard input is no terminal; run it in one, or give the answers as flags and --yes",
    );
}

#[test]
fn a_queue_of_one_line_is_no_guess_for_another() {
    let bench = Bench::new();
    let flags = [&["--wan", "a"][..], &CABLE, &["--wan", "b"], &CABLE].concat();
    bench
        .unattended(&flags)
        .exits(2)
        .has("these answers are missing: --download-queue, --upload-queue; give them");
}
