//! What is written: the WAN file, edited in place or new, and v1.7's JSON.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use wanctl::config;
use wanctl::direction::Direction;

use crate::setup::{Ended, PASSWORD, Running, Setup};

#[test]
fn the_present_file_is_edited_in_place_and_the_old_one_kept() {
    let setup = Setup::new();
    let ended = setup
        .obey(setup.calibrate(&["--skip-binary-search"]))
        .exits(0);
    for diff in [
        "-    ceiling_mbps: 940",
        "-    floor_mbps: 50",
        "+    ceiling_mbps: ",
    ] {
        assert!(
            ended.said.lines().any(|line| line.starts_with(diff)),
            "{diff}: {}",
            ended.said
        );
    }
    let file = setup.file();
    let after = fs::read_to_string(&file).expect("a file");
    let comments = |text: &str| {
        text.lines()
            .filter(|line| line.trim().starts_with('#'))
            .count()
    };
    assert_eq!(comments(&after), comments(&setup.text));
    assert_eq!(after.lines().count(), setup.text.lines().count());
    let config = config::load(&file).expect("a valid file").config;
    let near = config
        .adaptive
        .shapers
        .down
        .ceiling
        .share_of(setup.capacity.down);
    assert!((0.95..1.05).contains(&near));
    let mode = fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let entries = fs::read_dir(setup.dir.path()).expect("ours").flatten();
    let kept: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.display().to_string().contains(".yaml.bak.2"))
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(fs::read_to_string(&kept[0]).expect("a copy"), setup.text);
}

/// A calibration during which somebody writes that into the WAN file.
fn edited_meanwhile(setup: &Setup, text: &str) -> Ended {
    let mut running = setup.calibrate(&["--skip-binary-search"]);
    running.wait_for("Start a large download");
    fs::write(setup.file(), text).expect("ours");
    setup.obey(running)
}

#[test]
fn what_is_edited_while_the_line_is_measured_stays() {
    let setup = Setup::new();
    let meanwhile = format!("# Mine.\n{}", setup.text);
    edited_meanwhile(&setup, &meanwhile).exits(0);
    let after = fs::read_to_string(setup.file()).expect("a file");
    assert!(after.starts_with("# Mine.\n"), "{after}");
    assert!(!after.contains("ceiling_mbps: 940"), "{after}");
}

#[test]
fn a_file_that_is_spoilt_or_about_other_queues_meanwhile_stays_as_it_is() {
    let setup = Setup::new();
    let other = setup.text.replace("WAN-Upload", "WAN-Other");
    assert_ne!(other, setup.text);
    for (text, said) in [
        ("wan_name: [", "is not valid now, and stays as it is"),
        (&other, "names other queues than those that were measured"),
    ] {
        fs::write(setup.file(), &setup.text).expect("ours");
        edited_meanwhile(&setup, text).exits(1).has(said);
        assert_eq!(fs::read_to_string(setup.file()).expect("a file"), text);
        assert_eq!(setup.held(), setup.limits);
    }
}

#[test]
fn v1_7s_results_have_v1_7s_keys() {
    let setup = Setup::new();
    setup
        .obey(setup.calibrate(&["--skip-binary-search"]))
        .exits(0);
    let text = fs::read_to_string(setup.path("cable_calibration.json")).expect("results");
    let keys: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  \"")?.split_once('"'))
        .map(|(key, _)| key)
        .collect();
    assert_eq!(
        keys,
        [
            "wan_name",
            "router_host",
            "router_user",
            "baseline_rtt_ms",
            "raw_download_mbps",
            "raw_upload_mbps",
            "optimal_download_mbps",
            "optimal_upload_mbps",
            "download_bloat_ms",
            "upload_bloat_ms",
            "floor_download_mbps",
            "floor_upload_mbps",
            "timestamp",
            "target_bloat_ms",
        ]
    );
}

/// v1.7's own flags, and no file yet.
pub(crate) fn named(setup: &Setup, output_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
    let router = format!("127.0.0.1:{}", setup.world.router_port());
    let reflector = format!("udp://{}", setup.world.reflector_addresses()[0]);
    command.args([
        "calibrate",
        "--wan-name",
        "attic",
        "--router",
        &router,
        "--user",
        "wanctl",
    ]);
    command.args([
        "--download-queue",
        "WAN-Download",
        "--upload-queue",
        "WAN-Upload",
    ]);
    command.args([
        "--ping-host",
        &reflector,
        "--skip-binary-search",
        "--seconds",
        "1",
    ]);
    command.arg("--output-dir").arg(output_dir);
    command.arg("--state-dir").arg(setup.dir.path());
    command.env("ROUTER_PASSWORD", PASSWORD);
    command
}

#[test]
fn without_a_file_a_new_one_is_made_that_our_validator_accepts() {
    let setup = Setup::new();
    let ended = setup.obey(Running::start(named(&setup, setup.dir.path())));
    ended.exits(0).has("a cable line");
    let file = setup.path("attic.yaml");
    let loaded = config::load(&file).expect("a valid file");
    assert_eq!(loaded.config.wan_name, "attic");
    assert_eq!(loaded.config.router.queues.down, "WAN-Download");
    let text = fs::read_to_string(&file).expect("a file");
    assert!(text.contains("password: \"${ROUTER_PASSWORD}\"") && !text.contains(PASSWORD));
    assert!(setup.path("attic_calibration.json").exists());
    assert_eq!(setup.held(), setup.limits);
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure_and_the_limits_are_back() {
    let setup = Setup::new();
    let ended = setup.obey(Running::start(named(&setup, Path::new("/nonexistent/dir"))));
    ended
        .exits(1)
        .has("/nonexistent/dir/attic_calibration.json: cannot be written");
    assert_eq!(setup.held(), setup.limits);
}

#[test]
fn a_file_that_cannot_be_edited_safely_stays_and_the_numbers_are_shown() {
    let mut setup = Setup::new();
    let (before, rest) = setup.text.split_once("  upload:\n").expect("a section");
    let (_, after) = rest.split_once("  # Who is asked").expect("what follows");
    let upload = "  upload: { floor_mbps: 4, base_mbps: 25, ceiling_mbps: 38 }\n\n  # Who is asked";
    setup.text = [before, upload, after].concat();
    setup
        .obey(setup.calibrate(&["--skip-binary-search"]))
        .exits(1)
        .has("The limits are back.")
        .has("Write these into it yourself:")
        .has("continuous_monitoring.upload.ceiling_mbps: ");
    assert_eq!(
        fs::read_to_string(setup.file()).expect("a file"),
        setup.text
    );
}

#[test]
fn a_dry_run_measures_nothing_and_leaves_nothing() {
    let setup = Setup::new();
    setup.file();
    let before = fs::read_dir(setup.dir.path()).expect("ours").count();
    setup.want(Direction::Up);
    setup
        .calibrate(&["--dry-run"])
        .end()
        .exits(0)
        .has("The line is in use (upload:")
        .has("Dry run: nothing was changed.");
    assert_eq!(setup.writes(), 0);
    assert_eq!(
        fs::read_dir(setup.dir.path()).expect("ours").count(),
        before
    );
}
