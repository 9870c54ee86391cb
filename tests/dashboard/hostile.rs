//! Whoever means harm.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use wanctl::shell::clock::pause;
use wanctl::time::Duration;

use crate::past::{Depth, HOUR};
use crate::process::{Dashboard, home};

const SOME: Depth = Depth {
    whole: 24 * HOUR,
    seconds: HOUR,
};

/// Kilobytes that an attack may cost: what its own limits add up to, and room for the allocator.
const COSTS: u64 = 40 * 1024;

fn still_fine(dashboard: &Dashboard) {
    for path in ["/", "/api/live"] {
        assert_eq!(dashboard.get(path).0, 200);
    }
}

fn status_of(dashboard: &Dashboard, request: &str) -> u16 {
    let text = dashboard.raw(request.as_bytes());
    text.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn only_what_is_there_is_answered() {
    let dashboard = Dashboard::start(home(Some(SOME)), &[]);
    let host = "Host: localhost\r\n\r\n";
    for (line, status) in [
        ("GET / HTTP/1.1", 200),
        ("HEAD / HTTP/1.1", 200),
        ("GET /?anything HTTP/1.1", 200),
        ("POST / HTTP/1.1", 405),
        ("PUT /api/live HTTP/1.1", 405),
        ("DELETE /metrics.db HTTP/1.1", 405),
        ("TRACE / HTTP/1.1", 405),
        ("FROB / HTTP/1.1", 405),
        ("GET /../../etc/passwd HTTP/1.1", 404),
        ("GET /%2e%2e/metrics.db HTTP/1.1", 404),
        ("GET /api/../api/live HTTP/1.1", 404),
        ("GET //api/live HTTP/1.1", 404),
        ("GET /metrics.db HTTP/1.1", 404),
        ("GET http://localhost/ HTTP/1.1", 404),
        ("GET /api/series HTTP/1.1", 400),
        ("GET /api/series?from=1&to=x HTTP/1.1", 400),
        ("GET / HTTP/9.9", 400),
        ("GET /\u{1} HTTP/1.1", 400),
    ] {
        assert_eq!(
            status_of(&dashboard, &format!("{line}\r\n{host}")),
            status,
            "{line}"
        );
    }
    let head = dashboard.raw(format!("HEAD / HTTP/1.1\r\n{host}").as_bytes());
    assert!(head.ends_with("\r\n\r\n"), "no body after HEAD");
}

#[test]
fn a_name_that_was_made_to_point_here_gets_nothing() {
    let dashboard = Dashboard::start(home(None), &[]);
    for (host, status) in [
        ("localhost:1", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("rebound.example", 403),
        ("127.0.0.1.example", 403),
        ("192.168.1.1", 403),
    ] {
        let request = format!("GET /api/live HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(status_of(&dashboard, &request), status, "{host}");
    }
    assert_eq!(status_of(&dashboard, "GET / HTTP/1.1\r\n\r\n"), 400);
}

#[test]
fn every_answer_forbids_what_nobody_needs() {
    let dashboard = Dashboard::start(home(None), &[]);
    for path in ["/", "/api/live", "/nothing"] {
        let (_, head, _) = dashboard.get(path);
        for line in [
            "Content-Security-Policy: default-src 'none'; ",
            "frame-ancestors 'none'",
            "X-Content-Type-Options: nosniff",
            "Referrer-Policy: no-referrer",
            "Cache-Control: no-store",
            "Cross-Origin-Resource-Policy: same-origin",
        ] {
            assert!(head.contains(line), "{path}: {line}: {head}");
        }
        assert!(!head.contains("unsafe"), "{head}");
        assert!(!head.contains("Access-Control-Allow-Origin"), "{head}");
    }
}

#[test]
fn sql_in_a_parameter_is_a_name_that_nobody_has() {
    let dashboard = Dashboard::start(home(Some(SOME)), &[]);
    let now = crate::process::now();
    for name in [
        "'%20OR%20'1'='1",
        "x';DROP%20TABLE%20metrics;--",
        "%00",
        "%ff%fe",
        "wan1%27",
    ] {
        let path = format!("/api/series?from={}&to={now}&wan={name}", now - HOUR);
        let (status, answer) = dashboard.json(&path);
        assert_eq!(status, 200, "{name}");
        assert_eq!(answer["wans"], serde_json::json!([]), "{name}");
    }
    let (_, answer) = dashboard.json(&format!("/api/series?from={}&to={now}", now - HOUR));
    assert_eq!(
        answer["wans"].as_array().unwrap().len(),
        2,
        "all is still there"
    );
}

#[test]
fn a_head_is_as_long_as_it_may_be() {
    let dashboard = Dashboard::start(home(None), &[]);
    let before = dashboard.memory();
    let long = format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(20_000));
    assert_eq!(status_of(&dashboard, &long), 431);
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(200));
    assert_eq!(status_of(&dashboard, &many), 431);
    // A hundred megabytes of it, in as many flavours as there are.
    for flavour in [&b"GET / HTTP/1.1\r\nX: "[..], b"", b"GET /"] {
        let mut stream = dashboard.connect();
        let mut sent = 0;
        let mut bytes = flavour.to_vec();
        bytes.resize(1 << 16, b'a');
        while sent < 32 << 20 && stream.write_all(&bytes).is_ok() {
            sent += bytes.len();
            bytes.fill(b'a');
        }
    }
    // A body is nothing to read, whatever length it claims.
    let body = "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n";
    assert_eq!(status_of(&dashboard, body), 200);
    still_fine(&dashboard);
    assert!(dashboard.memory() < before + COSTS);
}

#[test]
fn ten_thousand_silent_clients_keep_nobody_out() {
    let dashboard = Dashboard::start(home(None), &[]);
    still_fine(&dashboard);
    let before = dashboard.memory();
    let mut crowd: Vec<TcpStream> = Vec::new();
    let mut most_threads = 0;
    for n in 0..10_000 {
        let mut stream = dashboard.connect();
        if n % 2 == 0 {
            // It may have made room already.
            let _ = stream.write_all(b"GET /api/live HTTP/1.1\r\nHost: loc");
        }
        crowd.push(stream);
        // No more at once than this process may have descriptors.
        if crowd.len() > 500 {
            crowd.drain(..100);
        }
        if n % 1_000 == 0 {
            still_fine(&dashboard);
            most_threads = most_threads.max(dashboard.threads());
        }
    }
    still_fine(&dashboard);
    assert!(most_threads < 64, "{most_threads} threads");
    let after = dashboard.memory();
    assert!(after < before + COSTS, "{before} kB, then {after} kB");
}

#[test]
fn deaf_clients_cost_no_more_than_they_are_given() {
    let dashboard = Dashboard::start(home(Some(SOME)), &[]);
    let before = dashboard.memory();
    let now = crate::process::now();
    let path = format!("/api/series?from={}&to={now}&points=2000", now - HOUR);
    let deaf: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = dashboard.connect();
            let asked = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            // The last ones wait in the system's queue.
            let _ = stream.write_all(asked.as_bytes());
            stream
        })
        .collect();
    still_fine(&dashboard);
    assert!(dashboard.memory() < before + 2 * COSTS);
    drop(deaf);
    still_fine(&dashboard);
}

#[test]
fn who_says_nothing_is_told_so_and_sent_away() {
    let dashboard = Dashboard::start(home(None), &[]);
    let mut stream = dashboard.connect();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.0 408 "), "{text}");
    // A byte now and then buys no time.
    let mut dribbler = dashboard.connect();
    let mut written = 0;
    while dribbler.write_all(b"G").is_ok() && written < 1_000 {
        written += 1;
        pause(Duration::from_millis(20));
    }
    assert!(written < 1_000, "it was listened to for 20 s");
    still_fine(&dashboard);
}
