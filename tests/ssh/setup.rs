//! `wanctl setup` where there is SSH: the host key is learnt, the key is tried.

use std::fs;
use std::process::{Command, Output, Stdio};

use wanctl::cli::stage::world::World;
use wanctl::config;

use crate::sshd::{Kind, Sshd};
use crate::stage;

const PASSWORD: &str = "secret";

fn setup(world: &World, sshd: &Sshd, key: &str) -> Output {
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap();
    let mut wanctl = Command::new(env!("CARGO_BIN_EXE_wanctl"));
    wanctl.args([
        "setup",
        "--yes",
        "--trust-on-first-use",
        "--router",
        "127.0.0.1",
        "--scheme",
        "http",
    ]);
    wanctl.arg("--dir").arg(sshd.path("etc"));
    wanctl.arg("--data").arg(sshd.path("data"));
    wanctl.args([
        "--port",
        &world.router_port().to_string(),
        "--user",
        user.trim(),
    ]);
    wanctl.args(["--ssh-port", &sshd.port.to_string(), "--ssh-key", key]);
    wanctl.args(["--password-env", "PW", "--transport", "ssh"]);
    wanctl.args(["--line", "cable", "--download", "500", "--upload", "40"]);
    wanctl.env("PW", PASSWORD).stdin(Stdio::null());
    wanctl.output().unwrap()
}

/// What it said, in one line however it was wrapped.
fn text(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr].concat();
    let all = String::from_utf8(all).unwrap();
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_host_key_is_learnt_and_the_key_let_in() {
    let Some((world, sshd)) = stage() else { return };
    let key = sshd.user_key(Kind::Ed25519).display().to_string();
    let output = setup(&world, &sshd, &key);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("By SSH, the router shows the host key SHA256:"),
        "{said}"
    );
    let known = fs::read_to_string(sshd.path("etc/ssh/known_hosts")).unwrap();
    let place = format!("[127.0.0.1]:{} ssh-", sshd.port);
    assert!(known.starts_with(&place), "{known}");
    let router = config::load(&sshd.path("etc/wan1.yaml"))
        .unwrap()
        .config
        .router;
    assert_eq!(router.transport, config::Transport::Ssh);
    assert_eq!(router.known_hosts, Some(sshd.path("etc/ssh/known_hosts")));
    // Again, with a host key that is known: nothing is learnt twice.
    let output = setup(&world, &sshd, &key);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(
        fs::read_to_string(sshd.path("etc/ssh/known_hosts")).unwrap(),
        known
    );
}

#[test]
fn a_key_that_the_router_does_not_know_ends_it() {
    let Some((world, sshd)) = stage() else { return };
    let output = setup(&world, &sshd, "generate");
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("Made a new key,"), "{said}");
    assert!(said.contains("does not let"), "{said}");
    assert!(
        sshd.path("etc/ssh/router.key").is_file(),
        "it stays, to be imported"
    );
    assert!(!sshd.path("etc/wan1.yaml").exists());
    assert!(!sshd.path("etc/secrets").exists());
    // Imported, it is the one that is used, without a word about it.
    let public = fs::read_to_string(sshd.path("etc/ssh/router.key.pub")).unwrap();
    fs::write(sshd.path("authorized_keys"), public).unwrap();
    let output = setup(&world, &sshd, "generate");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}
