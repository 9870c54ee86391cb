//! `/metrics/history` as its readers, honest and other, find it.

use std::io::{Read as _, Write as _};
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use wanctl::cli::stage::world::World;
use wanctl::history::database::Database;
use wanctl::history::row::Row;
use wanctl::history::tier::Tier;
use wanctl::shell::clock::Clock;

use crate::health::connect;
use crate::history::setup;
use crate::support::*;

/// Twelve rows a second, of two WANs, up to now.
fn fill(path: &Path, seconds: i64) {
    let now = i64::try_from(Clock::start().wall().secs).expect("after 1970");
    let rows: Vec<_> = (now - seconds..now)
        .flat_map(|at| (0..12).map(move |n| (at, n)))
        .map(|(at, n)| Row {
            at,
            wan: ["wan1", "wan2"][n % 2].into(),
            metric: ["wanctl_rtt_ms", "wanctl_rtt_delta_ms", "wanctl_state"][n % 3].into(),
            value: n as f64 / 4.0,
            labels: (n % 3 == 2).then(|| r#"{"direction": "download"}"#.into()),
        })
        .collect();
    let mut database = Database::open(path).expect("a new one");
    database.insert(Tier::Raw, &rows).expect("there is room");
}

fn with_history(seconds: i64) -> (TempDir, World, Daemon) {
    let folder = tempdir();
    let path = folder.path().join("metrics.db");
    fill(&path, seconds);
    let world = world();
    let daemon = Daemon::start(&setup(&world, &path));
    (folder, world, daemon)
}

fn ask(daemon: &Daemon, query: &str) -> (u16, Value) {
    let (status, text) = daemon.get(&format!("/metrics/history{query}"));
    let answer = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    (status, answer)
}

#[test]
fn the_greatest_answer_arrives_whole_and_costs_no_tick() {
    let (_folder, _world, daemon) = with_history(3_000);
    let (status, answer) = ask(&daemon, "?range=2h&limit=10000");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["data"].as_array().map(Vec::len), Some(10_000));
    assert_eq!(answer["metadata"]["total_count"], 36_000);
    let (_, answer) = ask(
        &daemon,
        "?range=2h&limit=2&wan=wan2&metrics=wanctl_state&offset=5990",
    );
    assert_eq!(answer["metadata"]["total_count"], 6_000);
    assert_eq!(answer["data"][0]["wan_name"], "wan2");
    daemon.assert_on_time();
}

#[test]
fn wrong_questions_are_refused_and_names_with_sql_are_names() {
    let (_folder, _world, daemon) = with_history(60);
    for (query, status, error) in [
        ("?limit=abc", 400, Some("Invalid limit value: 'abc'")),
        (
            "?limit=10001",
            400,
            Some("limit must be between 1 and 10000"),
        ),
        ("?wan=x'%20OR%20'1'='1", 200, None),
        ("?metrics=x');DROP%20TABLE%20metrics;--", 200, None),
        ("?wan=%00%ff%fe", 200, None),
    ] {
        let (given, answer) = ask(&daemon, query);
        assert_eq!(given, status, "{query}: {answer}");
        match error {
            Some(error) => assert_eq!(answer["error"], error),
            None => assert_eq!(answer["data"], json!([]), "{query}"),
        }
    }
    let (_, answer) = ask(&daemon, "");
    assert_eq!(answer["metadata"]["total_count"], 720, "the table is there");
    // Its neighbours are as they were.
    assert_eq!(daemon.get("/health?x=1").0, 404);
    assert_eq!(daemon.get("/metrics/../metrics/history").0, 404);
    daemon.assert_on_time();
}

#[test]
fn only_get_and_head_are_understood() {
    let (_folder, _world, daemon) = with_history(60);
    for (method, status) in [("POST", "501"), ("DELETE", "501"), ("HEAD", "200")] {
        let mut stream = connect(daemon.health_address());
        let request = format!("{method} /metrics/history HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        if method == "HEAD" {
            let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
            assert_eq!(body, "");
            assert!(head.contains("Content-Length: "), "{head}");
        }
    }
}

#[test]
fn many_askers_who_do_not_read_leave_health_its_place() {
    let (_folder, _world, daemon) = with_history(3_000);
    let ask_and_wait = || {
        let mut stream = connect(daemon.health_address());
        let request = b"GET /metrics/history?range=2h&limit=10000 HTTP/1.1\r\n\r\n";
        stream.write_all(request).expect("it listens");
        stream
    };
    let mut streams: Vec<_> = (0..40).map(|_| ask_and_wait()).collect();
    for _ in 0..20 {
        let (status, health) = daemon.health();
        assert_eq!(status, 200);
        assert_eq!(health["status"], "healthy");
        nap(50);
    }
    // Those who were answered at all were answered in full, or told to come again.
    let mut refused = 0;
    for stream in &mut streams {
        let mut answer = Vec::new();
        // A connection that had to make room is reset.
        let _ = stream.read_to_end(&mut answer);
        refused += usize::from(answer.starts_with(b"HTTP/1.1 503 "));
    }
    assert!(refused > 0, "so many at once are too many");
    // The places of those who are gone are free again.
    wait_until("an answer", 30, || ask(&daemon, "?limit=1").0 == 200);
    daemon.assert_on_time();
}
