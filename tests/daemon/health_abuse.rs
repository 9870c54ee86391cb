//! The health socket as attackers find it.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;

use wanctl::cli::stage::clock::Clock;
use wanctl::direction::Direction;
use wanctl::units::Rate;

use crate::flood::flood;
use crate::health::{connect, settled};
use crate::support::*;

/// Writes until the server has had enough; whether it ever closed.
fn shout(address: SocketAddr, bytes: &[u8], total: usize) {
    let mut stream = connect(address);
    let mut sent = 0;
    while sent < total {
        match stream.write(bytes) {
            Ok(n) => sent += n,
            Err(_) => return,
        }
    }
    // Read what it says, if it says anything before the reset.
    let _ = stream.read_to_end(&mut Vec::new());
}

/// The daemon still answers, at once and truthfully, and has not missed its beat.
fn still_fine(daemon: &Daemon) {
    for _ in 0..5 {
        let clock = Clock::new();
        let (status, health) = daemon.health();
        assert_eq!(status, 200);
        assert_eq!(health["status"], "healthy");
        assert!(clock.now() < limit(5));
    }
    daemon.assert_on_time();
}

#[test]
fn shouting_dribbling_and_silent_clients_cost_no_tick() {
    let (world, daemon) = settled();
    let address = daemon.health_address();
    // A megabyte of garbage, in several flavours.
    let header = format!("X-{}: y\r\n", "a".repeat(60));
    shout(address, &[0xff; 4096], 1 << 20);
    shout(address, b"A", 1 << 12);
    shout(address, &[b'A'; 4096], 1 << 20);
    shout(
        address,
        &[b"GET /health HTTP/1.1\r\n", header.as_bytes()].concat(),
        1 << 20,
    );
    shout(address, b"\r\n\r\n\r\n\r\n", 1 << 16);
    shout(
        address,
        b"GET /health HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
        1 << 16,
    );
    still_fine(&daemon);

    // Two hundred that connect and say nothing, or nothing whole.
    let open: Vec<_> = (0..200).map(|_| connect(address)).collect();
    still_fine(&daemon);
    for mut stream in open.iter().take(100) {
        // It may be closed by now.
        let _ = stream.write(b"GET /hea");
    }
    still_fine(&daemon);
    drop(open);

    // Twenty that dribble a byte at a time for five seconds, and come again when thrown out.
    let clock = Clock::new();
    let mut dribblers: Vec<_> = (0..20).map(|_| connect(address)).collect();
    let mut answered = 0;
    for byte in b"GET /health HTTP/1.1\r\nX: "
        .iter()
        .chain([b'a'; 200].iter())
    {
        for dribbler in &mut dribblers {
            if dribbler.write_all(&[*byte]).is_err() {
                *dribbler = connect(address);
            }
        }
        if answered < 20 {
            assert_eq!(daemon.health().0, 200);
            answered += 1;
        }
        nap(25);
        if clock.now() > limit(5) {
            break;
        }
    }
    still_fine(&daemon);

    // One after the other that asks and never reads.
    let deaf: Vec<_> = (0..50)
        .map(|_| {
            let mut stream = connect(address);
            let _ = stream.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
            stream
        })
        .collect();
    still_fine(&daemon);
    drop(deaf);

    // And control goes on.
    squeeze(&world);
    wait_until("the cut", PATIENCE, || {
        world.max_limit(Direction::Down) < Some(Rate::mbit(250))
    });
    relax(&world);
    daemon.wait_settled(&world);
    daemon.assert_on_time();
}

/// Sends all of it and reads the answer to the end of the stream: no reset may swallow it.
fn answer_to(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    stream.write_all(bytes).expect("the server reads on");
    nap(50);
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("a whole answer");
    text
}

#[test]
fn a_refusal_reaches_a_client_that_has_more_to_say() {
    let (_world, daemon) = settled();
    let address = daemon.health_address();
    let with_body = |head: &str| head.to_owned() + &"a".repeat(20_000);
    let long = with_body("GET /health HTTP/1.1\r\nX: ");
    let garbage = with_body("\u{1}\r\n");
    let post = with_body("POST /health HTTP/1.1\r\nContent-Length: 20000\r\n\r\n");
    let get = with_body("GET /health HTTP/1.1\r\nContent-Length: 20000\r\n\r\n");
    for (text, status) in [(long, "431"), (garbage, "400"), (post, "501"), (get, "200")] {
        for _ in 0..5 {
            let answer = answer_to(address, text.as_bytes());
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{answer}"
            );
        }
    }
    still_fine(&daemon);
}

#[test]
fn ten_thousand_connections_to_each_endpoint_leave_nothing_behind() {
    let world = world();
    let folder = tempdir();
    let mut setup = Setup::new(&world);
    setup.more = "metrics: { enabled: true, port: 0 }\n".into();
    setup.storage = format!("{{ db_path: {}/metrics.db }}", folder.path().display());
    let mut daemon = Daemon::start(&setup);
    daemon.wait_settled(&world);
    let metrics = daemon.announced("Prometheus metrics available at http://");
    let paths = [
        "/health",
        "/metrics/history?range=7d&limit=10000",
        "/metrics/history?wan=x';DROP%20TABLE%20metrics;--",
    ];
    flood(daemon.pid(), daemon.health_address(), &paths);
    flood(daemon.pid(), metrics, &["/metrics", "/health"]);
    still_fine(&daemon);
    assert!(daemon.stop().0.success());
}

#[test]
fn a_silent_connection_ends_by_itself() {
    let (_world, daemon) = settled();
    let clock = Clock::new();
    let mut stream = connect(daemon.health_address());
    match stream.read(&mut [0; 16]) {
        Ok(0) => {}
        Err(e) if e.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("{other:?}"),
    }
    assert!(clock.now() < limit(9));
}

#[test]
fn a_port_that_is_taken_costs_the_endpoint_but_not_the_daemon() {
    let (_other_world, other) = settled();
    let world = world();
    let mut setup = Setup::new(&world);
    let taken = other.health_address().port();
    setup.health = format!("{{ port: {taken} }}");
    setup.more = "metrics: { enabled: true, port: 0 }\n".into();
    let daemon = Daemon::start_with_metrics_only(&setup);
    wait_until("control", PATIENCE, || holds_ceilings(&world));
    let log = daemon.log();
    assert!(
        log.contains("[WARNING] Health endpoint not available, cannot listen on 127.0.0.1:"),
        "{log}"
    );
    assert!(!log.contains("Health endpoint available"), "{log}");
}
