//! `wanctl calibrate` where the router is spoken to by SSH alone.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use wanctl::direction::{Both, Direction};
use wanctl::units::Rate;

use crate::daemon::text;
use crate::{ssh_only, stage};

#[test]
fn by_ssh_limits_are_lifted_tried_and_put_back() {
    let Some((world, sshd)) = stage() else { return };
    let held = || Both::from_fn(|direction| world.max_limit(direction).unwrap_or(Rate::ZERO));
    let found = held();
    let dir = TempDir::new().unwrap();
    let config = dir.path().join("wan.yaml");
    fs::write(&config, text(&world, &ssh_only(&sshd), dir.path())).unwrap();
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wanctl"));
        command
            .args(["calibrate", "--seconds", "1", "--config"])
            .arg(&config)
            .arg("--state-dir")
            .arg(dir.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    };
    for (signal, code) in [("INT", Some(130)), ("KILL", None)] {
        let mut child = command().spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        for line in lines.map_while(Result::ok) {
            said += &(line.clone() + "\n");
            if line.contains("Start a large download") {
                assert_eq!(held(), Both::default(), "without a limit: {said}");
                world.set_demand(Direction::Down, Rate::mbit(1_000));
            }
            if line.contains("Limit ") {
                assert_ne!(held().down, found.down, "{said}");
                let pid = child.id().to_string();
                assert!(
                    Command::new("kill")
                        .args([&format!("-{signal}"), &pid])
                        .status()
                        .unwrap()
                        .success()
                );
            }
        }
        assert_eq!(child.wait().unwrap().code(), code, "{said}");
        assert!(said.contains("answers by SSH"), "{said}");
        world.set_demand(Direction::Down, Rate::ZERO);
    }
    assert_ne!(held(), found, "nobody was there to put them back");
    let restored = command().arg("--restore").output().unwrap();
    assert!(restored.status.success(), "{restored:?}");
    assert_eq!(held(), found);
}
