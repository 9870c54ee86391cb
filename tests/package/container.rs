//! The container's entrypoint, with a stand-in that says how it was called; and its definition.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};

use serde_yaml::Value;
use tempfile::TempDir;

use crate::ROOT;

/// What is in the container.
struct Container {
    home: TempDir,
}

impl Container {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let stand_in = "#!/bin/sh\necho \"$(basename \"$0\") $*\"\n";
        for name in ["wanctl", "wanctl-steering"] {
            let path = home.path().join(name);
            fs::write(&path, stand_in).expect("a directory of ours");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file of ours");
        }
        for name in ["wan.yaml", "steering.yaml"] {
            fs::write(home.path().join(name), "").expect("a directory of ours");
        }
        Self { home }
    }

    fn path(&self, name: &str) -> String {
        self.home.path().join(name).to_string_lossy().into_owned()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(Path::new(ROOT).join("scripts/container/entrypoint"));
        let bin = format!("{}:/usr/bin:/bin", self.home.path().display());
        command
            .args(args)
            .env("PATH", bin)
            .env("WANCTL_CONFIG", self.path("wan.yaml"))
            .env("WANCTL_STEERING_CONFIG", self.path("steering.yaml"))
            .env("WANCTL_RUNNING", self.path("running"))
            .env_remove("WANCTL_MODE");
        command
    }

    fn run(&self, args: &[&str]) -> (Option<i32>, String, String) {
        outcome(&self.command(args).output().expect("it starts"))
    }
}

fn outcome(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn every_mode_starts_its_command_with_what_else_was_said() {
    let container = Container::new();
    let wan = container.path("wan.yaml");
    let steering = container.path("steering.yaml");
    let home = container.home.path().display();
    for (args, called) in [
        (&[][..], format!("wanctl --config {wan}")),
        (&["continuous"], format!("wanctl --config {wan}")),
        (&["--debug"], format!("wanctl --config {wan} --debug")),
        (
            &["continuous", "--dry-run"],
            format!("wanctl --config {wan} --dry-run"),
        ),
        (
            &["steering"],
            format!("wanctl-steering --config {steering}"),
        ),
        (&["oneshot"], format!("wanctl --config {wan} --once")),
        (
            &["calibrate", "--dry-run"],
            format!("wanctl calibrate --config {wan} --dry-run"),
        ),
        (
            &["check", "--json"],
            format!("wanctl check --config {wan} --json"),
        ),
        (
            &["setup", "--yes"],
            format!("wanctl setup --dir {home} --wan wan --yes"),
        ),
        (
            &["setup", "--wan", "a", "--wan=b"],
            format!("wanctl setup --dir {home} --wan a --wan=b"),
        ),
        (&["shell", "-c", "echo here"], "here".to_owned()),
        (&["bash", "-c", "echo here"], "here".to_owned()),
    ] {
        let (code, out, err) = container.run(args);
        assert_eq!((code, out, &*err), (Some(0), called, ""), "{args:?}");
    }
}

#[test]
fn what_setup_writes_is_what_the_daemon_reads() {
    let container = Container::new();
    for name in ["wan.yaml", "wanctl"] {
        fs::remove_file(container.path(name)).expect("it was there");
    }
    symlink(env!("CARGO_BIN_EXE_wanctl"), container.path("wanctl")).expect("a directory of ours");
    fs::write(container.path("word"), "secret\n").expect("a directory of ours");
    let answers = "setup --yes --no-check --router 192.0.2.1 --scheme http --user wanctl --no-ssh --line cable \
                   --download 500 --upload 40 --download-queue WAN-Download --upload-queue WAN-Upload";
    let mut answers: Vec<&str> = answers.split(' ').collect();
    let (word, data) = (container.path("word"), container.path("data"));
    answers.extend(["--password-file", &word, "--data", &data]);
    let (code, out, err) = container.run(&answers);
    assert_eq!(code, Some(0), "{out}{err}");
    let (code, out, err) = container.run(&["continuous", "--validate-config"]);
    assert_eq!(code, Some(0), "{out}{err}");
    let secrets = fs::read_to_string(container.path("secrets"));
    assert_eq!(secrets.expect("beside it"), "ROUTER_PASSWORD='secret'\n");
}

#[test]
fn the_environment_names_the_mode_when_nobody_else_does() {
    let container = Container::new();
    let steering = container.path("steering.yaml");
    let mut command = container.command(&["--debug"]);
    let output = command.env("WANCTL_MODE", "steering").output();
    let (code, out, _) = outcome(&output.expect("it starts"));
    assert_eq!(code, Some(0));
    assert_eq!(out, format!("wanctl-steering --config {steering} --debug"));
}

#[test]
fn what_cannot_be_is_told_and_ends_with_one() {
    let container = Container::new();
    let (code, _, err) = container.run(&["dance"]);
    assert_eq!(code, Some(1));
    assert!(err.ends_with("there is no mode dance"), "{err}");

    fs::remove_file(container.path("wan.yaml")).expect("it was there");
    for mode in ["continuous", "oneshot", "calibrate", "check"] {
        let (code, _, err) = container.run(&[mode]);
        assert_eq!(code, Some(1), "{mode}");
        assert!(
            err.contains("wan.yaml is not there or not readable"),
            "{err}"
        );
    }
}

#[test]
fn health_is_asked_of_the_daemon_that_runs() {
    let container = Container::new();
    let silent = (Some(0), String::new(), String::new());
    assert_eq!(container.run(&["healthy"]), silent, "none runs");
    for (mode, file) in [("continuous", "wan.yaml"), ("steering", "steering.yaml")] {
        container.run(&[mode]);
        let (code, out, _) = container.run(&["healthy"]);
        assert_eq!(code, Some(0));
        assert_eq!(
            out,
            format!("wanctl health --config {}", container.path(file))
        );
    }
}

#[test]
fn help_tells_every_mode() {
    let (code, out, _) = Container::new().run(&["help"]);
    assert_eq!(code, Some(0));
    for mode in [
        "continuous",
        "steering",
        "oneshot",
        "calibrate",
        "setup",
        "check",
        "shell",
        "help",
    ] {
        assert!(out.contains(&format!("\n  {mode} ")), "{mode}: {out}");
    }
}

#[test]
fn the_services_have_the_hosts_network_and_one_capability() {
    let path = Path::new(ROOT).join("scripts/container/compose.yaml");
    let text = fs::read_to_string(path).expect("it is shipped");
    let mut compose: Value = serde_yaml::from_str(&text).expect("YAML");
    compose.apply_merge().expect("the anchors are there");
    for service in ["wan1", "wan2", "steering"] {
        let of = |key: &str| &compose["services"][service][key];
        assert_eq!(of("network_mode"), "host", "{service}");
        assert_eq!(of("cap_drop")[0], "ALL", "{service}");
        let granted = of("cap_add").as_sequence().expect("a list");
        assert_eq!(granted.len(), 1, "{service}");
        assert_eq!(granted[0], "NET_RAW", "{service}");
        assert_eq!(
            of("security_opt"),
            &Value::Null,
            "no-new-privileges takes NET_RAW"
        );
    }
    assert_eq!(compose["services"]["steering"]["profiles"][0], "steering");
}
