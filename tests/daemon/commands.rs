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

/// Two files, one process, one page: whoever wrote the other port is told why nothing listens there.
#[test]
fn a_later_files_listener_is_said_to_have_no_effect() {
    let world = world();
    let mut second = Setup::new(&world);
    second.name = "wan2".into();
    second.main_log = "wan2.log".into();
    second.health = "{ port: 9 }".into();
    let mut first = Setup::new(&world);
    first.health = "{ host: localhost, port: 0 }".into();
    let daemon = Daemon::start_in(tempdir(), &[&first, &second], |_| {});
    let sentence = "health_check: has no effect, because a process has one listener";
    daemon.wait_log(sentence);
    assert!(daemon.health_address().ip().is_loopback());
    let file = |name| daemon.dir().join(name);
    let mut command = wanctl();
    command.arg("--validate-config").arg("--config");
    command.args([file("wan1.yaml"), file("wan2.yaml")]);
    let (code, out, err) = run(&mut command);
    assert_eq!(code, Some(0), "{out}{err}");
    assert_eq!(out.matches(sentence).count(), 1, "{out}");
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

/// `wanctl demo | head -1` and such: nobody wants to know more, so nothing more is said.
#[test]
fn a_reader_that_leaves_ends_a_command_quietly() {
    for args in [
        &["demo", "--seconds", "60"][..],
        &["--help"],
        &["check", "--config", "/nonexistent"],
        &["--validate-config", "--config", "/nonexistent"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut child = wanctl()
            .args(args)
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is there");
        wait_until("the end", PATIENCE, || {
            child.try_wait().expect("our child").is_some()
        });
        let output = child.wait_with_output().expect("it ended");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        let code = output.status.code();
        let failed = args.contains(&"/nonexistent");
        assert_eq!(code, Some(i32::from(failed)), "{args:?}");
    }
}

/// Neither a closed nor a full stdout or stderr makes a command panic, which would be code 101.
#[test]
fn nobody_who_listens_is_no_reason_to_panic() {
    let full = || fs::File::create("/dev/full").expect("Linux has one");
    let gone = || {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        writer
    };
    for (args, code) in [
        (&["--help"][..], 0),
        (&["--frob"], 2),
        (&["--config", "/nonexistent"], 1),
        (&["replay", "--config", "/nonexistent", "--trace", "x"], 1),
    ] {
        let codes = [
            wanctl().args(args).stderr(full()).output(),
            wanctl().args(args).stderr(gone()).output(),
            Command::new("sh")
                .args(["-c", "exec \"$0\" \"$@\" >&- 2>&-"])
                .arg(env!("CARGO_BIN_EXE_wanctl"))
                .args(args)
                .output(),
        ]
        .map(|output| output.expect("it ran").status.code());
        assert_eq!(codes, [Some(code); 3], "{args:?}");
    }
    let output = wanctl().arg("--help").stdout(full()).output();
    let output = output.expect("it ran");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.starts_with("wanctl: cannot write to stdout: "),
        "{said}"
    );
}

/// W-54: v1.7 was started again every five seconds for ever.
#[test]
fn a_service_manager_can_tell_a_bad_file_from_bad_luck() {
    let home = tempdir();
    let broken = home.path().join("broken.yaml");
    fs::write(&broken, "wan_name: wan1\n").expect("a directory of ours");
    let end = |service: bool, mode: &[&str]| {
        let mut command = wanctl();
        command.arg("--config").arg(&broken).args(mode);
        if service {
            command.env("NOTIFY_SOCKET", "/nonexistent/notify");
        }
        let (code, out, err) = run(&mut command);
        assert!((out + &err).contains("broken.yaml"), "{mode:?}: {err}");
        code
    };
    assert_eq!(end(false, &[]), Some(1), "as v1.7");
    assert_eq!(end(true, &[]), Some(78));
    assert_eq!(end(true, &["--validate-config"]), Some(1));
    let unit = Path::new(ROOT).join("systemd/wanctl@.service");
    let unit = fs::read_to_string(unit).expect("it is shipped");
    assert!(unit.contains("\nRestartPreventExitStatus=2 78\n"), "{unit}");

    // A lock that is held may be free the next time.
    let world = world();
    let daemon = Daemon::start(&Setup::new(&world));
    let mut second = wanctl();
    second.arg("--config").arg(daemon.dir().join("wan1.yaml"));
    let (code, _, err) = run(second.env("NOTIFY_SOCKET", "/nonexistent/notify"));
    assert_eq!(code, Some(1), "{err}");
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
