//! The process: how it begins and how it ends.

use std::fs;
use std::net::TcpListener;
use std::process::Stdio;

use crate::past::Depth;
use crate::process::{Dashboard, command, home};

#[test]
fn a_signal_ends_it_with_success() {
    for signal in [2, 15] {
        let mut dashboard = Dashboard::start(home(None), &[]);
        let _idle = dashboard.connect();
        assert_eq!(dashboard.get("/").0, 200);
        assert_eq!(dashboard.end(signal), Some(0), "{signal}");
    }
}

#[test]
fn a_port_that_is_taken_is_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let output = command(&listen, &[])
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!(
            "wanctl: cannot listen on {listen}: somebody does already; end that, or name another place with \
             --listen\n"
        )
    );
}

#[test]
fn what_makes_no_sense_is_told_before_anything_is_opened() {
    for (args, code, says) in [
        (
            vec!["--health", "https://x"],
            1,
            "/health is spoken over http only",
        ),
        (vec!["--config", "/no/such/file"], 1, "/no/such/file: "),
        (vec!["--frob"], 2, "usage: wanctl dashboard"),
    ] {
        let args: Vec<String> = args.into_iter().map(str::to_owned).collect();
        let output = command("127.0.0.1:0", &args)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn opened_wider_it_warns_and_answers_to_any_name() {
    let dashboard = Dashboard::start_with(home(None), "0.0.0.0:0", &[]);
    crate::process::wait_until("the warning", || {
        dashboard.stderr().contains("whoever can reach it reads")
    });
    let port = dashboard.address.port();
    let stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    drop(stream);
    let agent = ureq::Agent::new_with_defaults();
    let response = agent
        .get(format!("http://127.0.0.1:{port}/"))
        .header("Host", "router.lan")
        .call()
        .unwrap();
    assert_eq!(response.status(), 200);
    let quiet = Dashboard::start(home(None), &[]);
    assert!(!quiet.stderr().contains("WARNING"), "{}", quiet.stderr());
}

#[test]
fn the_history_is_only_read() {
    let depth = Depth {
        whole: 3_600,
        seconds: 60,
    };
    let dashboard = Dashboard::start(home(Some(depth)), &[]);
    let path = crate::process::database(&dashboard.home);
    let before = fs::read(&path).unwrap();
    assert_eq!(dashboard.json("/api/series?from=1&to=9999999").0, 200);
    assert!(dashboard.live()["history"]["bounds"].is_array());
    assert_eq!(fs::read(&path).unwrap(), before);
}
