//! With iperf3, played by a script that asks this test for traffic and tells what the line passed.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration as StdDuration;

use wanctl::direction::Direction;
use wanctl::units::Rate;

use crate::setup::{Running, Setup};

/// Its arguments go out, its report comes back.
const SCRIPT: &str =
    "#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/PORT || exit 1\necho \"$*\" >&3\ncat <&3\n";

/// How the tool behaves.
#[derive(Clone, Copy)]
struct Manners {
    /// So many times what passed.
    claims: f64,
    /// This share of a limit.
    fills: f64,
}

const HONEST: Manners = Manners {
    claims: 1.0,
    fills: 1.0,
};

/// Plays the traffic of one run of the tool; what it reports.
fn play(setup: &Setup, arguments: &str, Manners { claims, fills }: Manners) -> String {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let after = |option: &str| {
        words
            .iter()
            .position(|word| *word == option)
            .map(|at| words[at + 1])
    };
    assert_eq!(
        (after("-c"), after("-p")),
        (Some("192.0.2.1"), Some("5999")),
        "{arguments}"
    );
    let seconds: u64 = after("-t").expect("a time").parse().expect("a number");
    let direction = if words.contains(&"-R") {
        Direction::Down
    } else {
        Direction::Up
    };
    setup.want(direction);
    let limit = setup.world.max_limit(direction).unwrap_or(Rate::ZERO);
    if limit != Rate::ZERO && fills < 1.0 {
        setup.world.set_demand(direction, limit.times(fills));
    }
    thread::park_timeout(StdDuration::from_secs(seconds));
    setup.rest();
    let capacity = setup.capacity[direction];
    let passed = if limit == Rate::ZERO {
        capacity
    } else {
        limit.times(fills).min(capacity)
    };
    let bps = passed.as_mbps() * 1e6 * claims;
    format!("{{\"end\": {{\"sum_received\": {{\"bits_per_second\": {bps}}}}}}}")
}

/// A calibration with a tool of such manners.
fn with_tool(setup: &Setup, manners: Manners) -> crate::setup::Ended {
    let desk = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = desk.local_addr().expect("bound").port();
    let script = setup.path("iperf3");
    fs::write(&script, SCRIPT.replace("PORT", &port.to_string())).expect("ours");
    fs::set_permissions(&script, Permissions::from_mode(0o755)).expect("ours");
    let over = Arc::new(AtomicBool::new(false));
    thread::scope(|scope| {
        let (seen, line) = (Arc::clone(&over), &desk);
        scope.spawn(move || {
            for stream in line.incoming().map_while(Result::ok) {
                if seen.load(Ordering::Relaxed) {
                    return;
                }
                let mut arguments = String::new();
                let mut reader = BufReader::new(stream);
                reader.read_line(&mut arguments).expect("arguments");
                let report = play(setup, &arguments, manners);
                // Whoever was killed does not read it.
                let _ = reader.get_mut().write_all(report.as_bytes());
            }
        });
        let mut command: Command = setup.command();
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", setup.dir.path().display()));
        command.args(["--seconds", "2", "--iperf3", "192.0.2.1:5999"]);
        let ended = Running::start(command).end();
        over.store(true, Ordering::Relaxed);
        TcpStream::connect(("127.0.0.1", port)).expect("the desk waits");
        ended
    })
}

#[test]
fn a_tool_fills_the_line_and_nobody_has_to_do_anything() {
    let setup = Setup::new();
    let ended = with_tool(&setup, HONEST).exits(0);
    assert!(
        !ended.said.contains("Start a large download"),
        "{}",
        ended.said
    );
    let results = setup.results();
    for (word, direction) in [("download", Direction::Down), ("upload", Direction::Up)] {
        let capacity = setup.capacity[direction].as_mbps();
        for key in ["raw", "optimal"] {
            let found = results[format!("{key}_{word}_mbps")]
                .as_f64()
                .expect("a number");
            assert!(
                (0.95..=1.05).contains(&(found / capacity)),
                "{key} {word}: {results}"
            );
        }
    }
    assert_eq!(setup.held(), setup.limits);
}

#[test]
fn traffic_that_goes_around_the_queues_is_noticed() {
    let setup = Setup::new();
    let claims = 20.0;
    with_tool(&setup, Manners { claims, ..HONEST })
        .exits(1)
        .has("most of the traffic goes around the queue, FastTrack perhaps");
    assert_eq!(setup.held(), setup.limits);
}

#[test]
fn traffic_of_which_some_goes_around_the_queues_is_told() {
    let setup = Setup::new();
    let claims = 1.4;
    with_tool(&setup, Manners { claims, ..HONEST })
        .exits(0)
        .has("some of the traffic goes around the queue, and the results are too low");
}

#[test]
fn a_limit_that_the_tool_does_not_fill_is_not_tried_by_it() {
    let setup = Setup::new();
    let fills = 0.5;
    with_tool(&setup, Manners { fills, ..HONEST })
        .exits(1)
        .has("which does not try that limit; use another server");
    assert_eq!(setup.held(), setup.limits);
}

/// Nobody listens there.
fn free_port() -> u16 {
    let desk = TcpListener::bind("127.0.0.1:0").expect("a free port");
    desk.local_addr().expect("bound").port()
}

/// The real one, over loopback, which no queue limits or counts.
#[test]
fn the_real_iperf3_is_understood() {
    let port = free_port().to_string();
    let mut server = Command::new("iperf3");
    server
        .args(["-s", "-B", "127.0.0.1", "-p", &port])
        .stdout(Stdio::null());
    let Ok(mut server) = server.spawn() else {
        println!("skipped: iperf3 is not installed");
        return;
    };
    let setup = Setup::new();
    let ended = setup
        .calibrate(&["--iperf3", &format!("127.0.0.1:{port}")])
        .end();
    let _ = server.kill();
    let _ = server.wait();
    ended
        .exits(1)
        .has("iperf3 and its server answer: ")
        .has("most of the traffic goes around the queue");
    assert_eq!(setup.held(), setup.limits);
}

#[test]
fn a_server_that_is_away_is_told_in_the_tools_words_before_anything_changes() {
    let setup = Setup::new();
    let port = free_port();
    let ended = setup
        .calibrate(&["--iperf3", &format!("127.0.0.1:{port}")])
        .end()
        .exits(1);
    assert!(
        ended.errors.contains("iperf3: ") || ended.errors.contains("iperf3 is not installed"),
        "{ended:?}"
    );
    assert_eq!(setup.writes(), 0);
}
