//! The console behind its Unix socket, asked by the program a forced command runs.

use std::process::{Command, Output, Stdio};

use super::*;

fn double_cli(socket: &std::path::Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wanctl"))
        .args(["double-cli", "--socket"])
        .arg(socket)
        .env("SSH_ORIGINAL_COMMAND", line)
        .output()
        .expect("our own binary runs")
}

fn said(output: &Output) -> (String, Option<i32>) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text, output.status.code())
}

const SET: &str = r#"/queue tree set [find name="WAN-Download"] max-limit=300M"#;

#[test]
fn a_forced_command_is_the_routers_console() {
    let world = world();
    let ask = |line: &str| said(&double_cli(world.cli_socket(), line));
    assert_eq!(ask(SET), (String::new(), Some(0)));
    assert_eq!(world.max_limit(Direction::Down), Some(Rate::mbit(300)));
    let get = r#":put [/queue tree get [find name="WAN-Download"] max-limit]"#;
    assert_eq!(ask(get), ("300000000\r\n".to_owned(), Some(0)));
    let wrong = "bad command name foo (line 1 column 5)\r\n".to_owned();
    assert_eq!(ask("/ip foo"), (wrong.clone(), Some(0)));
    world.scene().router.cli.error_status = 1;
    assert_eq!(ask("/ip foo"), (wrong, Some(1)));
    assert!(world.journal()[0].is_write());
}

#[test]
fn rest_and_console_are_one_router() {
    let (world, agent) = (world(), agent());
    patch(&agent, &world, r#"{"max-limit":"123M"}"#);
    let print = double_cli(world.cli_socket(), "/queue tree print");
    assert!(said(&print).0.contains("max-limit=123M "));
}

#[test]
fn without_ssh_the_command_is_an_argument() {
    let world = world();
    let output = Command::new(env!("CARGO_BIN_EXE_wanctl"))
        .args(["double-cli", "--socket"])
        .arg(world.cli_socket())
        .args(["/system", "identity", "print"])
        .env_remove("SSH_ORIGINAL_COMMAND")
        .output()
        .expect("our own binary runs");
    assert_eq!(
        said(&output),
        ("  name: wanctl-double\r\n".to_owned(), Some(0))
    );
}

#[test]
fn a_broken_session_is_255_and_a_slow_one_is_slow() {
    let world = world();
    world.fault(Fault::Reset);
    let broken = (String::new(), Some(255));
    assert_eq!(said(&double_cli(world.cli_socket(), SET)), broken);
    assert_eq!(world.max_limit(Direction::Down), Some(Rate::mbit(500)));
    world.fault(Fault::SlowBy(Duration::from_millis(150)));
    let clock = Clock::new();
    let done = (String::new(), Some(0));
    assert_eq!(said(&double_cli(world.cli_socket(), SET)), done);
    assert!(clock.now() >= Instant::ZERO + Duration::from_millis(150));
}

#[test]
fn a_hanging_command_ends_with_the_world() {
    let world = world();
    world.fault(Fault::HANG);
    let path = world.cli_socket().to_owned();
    let hanging = thread::spawn(move || said(&double_cli(&path, SET)));
    while world.journal().is_empty() {
        thread::yield_now();
    }
    drop(world);
    assert_eq!(
        hanging.join().expect("no panic"),
        (String::new(), Some(255))
    );
}

#[test]
fn the_double_can_be_started_alone() {
    let socket = std::env::temp_dir().join(format!("wanctl-alone-{}.sock", std::process::id()));
    let mut double = Command::new(env!("CARGO_BIN_EXE_wanctl"))
        .args([
            "double",
            "--profile",
            "7.20",
            "--seconds",
            "20",
            "--ssh-socket",
        ])
        .arg(&socket)
        .stdout(Stdio::piped())
        .spawn()
        .expect("our own binary runs");
    let mut greeting = [0; 4096];
    let stdout = double.stdout.as_mut().expect("piped");
    let length = stdout.read(&mut greeting).expect("a greeting");
    let greeting = String::from_utf8_lossy(&greeting[..length]).into_owned();
    assert!(greeting.starts_with("RouterOS 7.20.8 (long-term)\nREST: http://127.0.0.1:"));
    let base = greeting
        .split_whitespace()
        .find(|word| word.starts_with("http://"));
    let base = base.expect("its address").trim_end_matches(',');
    let url = format!("{base}/system/resource");
    let request = agent().get(url).header("Authorization", BASIC);
    let (status, body) = text(request.call().expect("the double answers"));
    assert!(status == 200 && body.contains("7.20.8"), "{body}");
    let name = double_cli(&socket, ":put [/system identity get name]");
    assert_eq!(said(&name), ("wanctl-double\r\n".to_owned(), Some(0)));
    let terminate = Command::new("kill").arg(double.id().to_string()).status();
    assert!(terminate.expect("kill is there").success());
    assert!(double.wait().expect("it ends").success());
    assert!(!socket.exists());
}
