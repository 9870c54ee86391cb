//! What a person need not think of, because setup does.

use std::fs;
use std::process::Command;

use crate::bench::Bench;
use crate::unattended::{CABLE, names};

#[test]
fn what_it_says_next_knows_the_password_without_an_environment() {
    let bench = Bench::new();
    bench.unattended(&CABLE).exits(0);
    let mut check = Command::new(env!("CARGO_BIN_EXE_wanctl"));
    check
        .arg("check")
        .arg("--config")
        .arg(bench.config("wan1.yaml"));
    check.env_remove("ROUTER_PASSWORD");
    bench.said(check.output().unwrap()).has("0 errors");
}

#[test]
fn secrets_that_are_no_text_are_not_replaced() {
    let bench = Bench::new();
    fs::create_dir(bench.path("etc")).unwrap();
    let present = b"NTFY='caf\xe9'\n";
    fs::write(bench.config("secrets"), present).unwrap();
    bench
        .unattended(&CABLE)
        .exits(1)
        .has("its other lines are to stay, so mend it or move it away; nothing was written");
    assert_eq!(fs::read(bench.config("secrets")).unwrap(), present);
    assert_eq!(names(&bench), ["secrets"]);
}

#[test]
fn who_may_not_write_hears_it_before_all_questions() {
    let bench = Bench::new();
    let mut setup = bench.setup();
    // Nobody makes files in a file, not even root.
    setup.arg("--dir").arg(bench.path("password").join("etc"));
    setup.arg("--yes").args(bench.router_flags()).args(CABLE);
    let said = bench.said(setup.output().unwrap());
    said.exits(1)
        .has("no files can be made in")
        .has("run it as root");
    assert_eq!(said.text, "");
    setup.arg("--dry-run");
    bench.said(setup.output().unwrap()).exits(0);
}

#[test]
fn steering_reads_the_state_where_the_primary_writes_it() {
    let bench = Bench::new();
    let mut setup = Command::new(env!("CARGO_BIN_EXE_wanctl"));
    setup.arg("setup").arg("--dir").arg(bench.path("etc"));
    setup.args(["--yes", "--dry-run", "--no-check", "--scheme", "http"]);
    setup.args(bench.router_flags()).arg("--steering");
    for wan in ["a", "b"] {
        setup.args(["--wan", wan]).args(CABLE);
        setup.args(["--download-queue", wan, "--upload-queue", "up"]);
    }
    let said = bench.said(setup.output().unwrap());
    said.exits(0)
        .has("state_file: \"/var/lib/wanctl/a_state.json\"")
        .has("primary: \"/var/lib/wanctl/a_state.json\"");
}

#[cfg(feature = "ssh")]
#[test]
fn a_key_is_found_from_every_directory() {
    let bench = Bench::new();
    let mut setup = bench.setup();
    setup.args(["--yes", "--dry-run", "--ssh-key", "password"]);
    setup.args(bench.router_flags()).args(CABLE);
    let key = bench.path("password");
    bench
        .said(setup.current_dir(bench.dir.path()).output().unwrap())
        .exits(0)
        .has(&format!("ssh_key: \"{}\"", key.display()));
}

#[test]
fn who_has_chosen_plain_http_is_not_asked_again() {
    let bench = Bench::new();
    let run = |flags: &[&str]| {
        let mut setup = bench.setup();
        setup.args(["--yes", "--no-check"]).args(flags);
        bench.said(setup.output().unwrap())
    };
    let flags = [
        "--scheme",
        "http",
        "--download-queue",
        "d",
        "--upload-queue",
        "u",
    ];
    let router: Vec<String> = bench.router_flags();
    let router: Vec<&str> = router.iter().map(String::as_str).collect();
    let router: Vec<&str> = router
        .into_iter()
        .filter(|flag| *flag != "--trust-on-first-use")
        .collect();
    run(&[&router[..], &CABLE, &flags].concat()).exits(0);
    run(&[]).exits(0).has("They say all of this already.");
    run(&["--scheme", "https"])
        .exits(2)
        .has("--tls-fingerprint or --trust-on-first-use");
}

#[test]
fn a_round_and_a_calibration_know_it_too() {
    let bench = Bench::new();
    bench.unattended(&CABLE).exits(0);
    let config = bench.config("wan1.yaml");
    for (words, without) in [
        (&["--once", "--dry-run"][..], "ROUTER_PASSWORD"),
        (&["calibrate", "--dry-run"], "refuses user or password"),
    ] {
        let mut wanctl = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        wanctl.args(words).arg("--config").arg(&config);
        wanctl.env_remove("ROUTER_PASSWORD");
        let said = bench.said(wanctl.output().unwrap());
        assert!(!said.errors.contains(without), "{words:?}: {}", said.errors);
    }
}
