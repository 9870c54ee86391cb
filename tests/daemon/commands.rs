//! The commands that need no router: checks, usage, the demo, a replay.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::*;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

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
