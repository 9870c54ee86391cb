//! `/health` and `/metrics` as v1.7's readers know them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration as StdDuration;

use serde_json::Value;
use wanctl::direction::Direction;
use wanctl::units::Rate;

use crate::support::*;

/// What v1.7's document says of each type (contract 6.1).
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Whole,
    /// A JSON number with a decimal point.
    Float,
    Flag,
    Null,
    List,
    Map,
}

fn is(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Text => value.is_string(),
        Kind::Whole => value.is_u64(),
        Kind::Float => value.is_f64(),
        Kind::Flag => value.is_boolean(),
        Kind::Null => value.is_null(),
        Kind::List => value.is_array(),
        Kind::Map => value.is_object(),
    }
}

pub(crate) fn settled() -> (wanctl::cli::stage::world::World, Daemon) {
    let world = world();
    let mut setup = Setup::new(&world);
    setup.more = "metrics: { enabled: true, port: 0 }\n".into();
    let daemon = Daemon::start(&setup);
    daemon.wait_settled(&world);
    (world, daemon)
}

/// Sends bytes and reads what comes until the server closes.
fn bare(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    stream.write_all(bytes).expect("a short request fits");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an end");
    String::from_utf8(answer).expect("UTF-8")
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    let patience = Some(StdDuration::from_secs(10));
    stream.set_read_timeout(patience).expect("not zero");
    stream.set_write_timeout(patience).expect("not zero");
    stream
}

#[test]
fn a_command_says_whether_the_daemon_is_well() {
    let (_world, daemon) = settled();
    let place = daemon.place().to_string();
    let ask = |more: &[&str]| run(wanctl().args(["health", "--url", &place]).args(more));
    let (code, out, err) = ask(&[]);
    assert_eq!((code, &*err), (Some(0), ""), "{out}");
    let begins = format!("http://{place}/health: healthy, wan1 download GREEN");
    assert!(out.starts_with(&begins), "{out}");
    assert_eq!(ask(&["--quiet"]), (Some(0), String::new(), String::new()));

    drop(daemon);
    let (code, out, _) = ask(&["--wait", "1"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("nobody listens there"), "{out}");
}

#[test]
fn v1_7s_document_has_all_its_fields_and_types() {
    use Kind::{Flag, Float, List, Map, Null, Text, Whole};
    let (_world, daemon) = settled();
    for path in ["/", "/health"] {
        let (status, text) = daemon.get(path);
        assert_eq!(status, 200);
        let health: Value = serde_json::from_str(&text).expect("JSON");
        for (pointer, kind) in [
            ("/status", Text),
            ("/uptime_seconds", Float),
            ("/version", Text),
            ("/consecutive_failures", Whole),
            ("/wan_count", Whole),
            ("/wans", List),
            ("/wans/0/name", Text),
            ("/wans/0/baseline_rtt_ms", Float),
            ("/wans/0/load_rtt_ms", Float),
            ("/wans/0/download", Map),
            ("/wans/0/download/current_rate_mbps", Float),
            ("/wans/0/download/state", Text),
            ("/wans/0/upload/current_rate_mbps", Float),
            ("/wans/0/upload/state", Text),
            ("/wans/0/router_connectivity/is_reachable", Flag),
            ("/wans/0/router_connectivity/consecutive_failures", Whole),
            ("/wans/0/router_connectivity/last_failure_type", Null),
            ("/wans/0/router_connectivity/last_failure_time", Null),
            ("/wans/0/router_connectivity/outage_duration_seconds", Null),
            ("/router_reachable", Flag),
        ] {
            let value = health.pointer(pointer);
            assert!(
                value.is_some_and(|value| is(value, kind)),
                "{pointer}: {value:?} is no {kind:?}"
            );
        }
        assert_eq!(health["wans"][0]["name"], "wan1");
        assert_eq!(health["wans"][0]["download"]["current_rate_mbps"], 480.0);
        assert_eq!(health["wans"][0]["download"]["state"], "GREEN");
        // Two spaces, and v1.7's keys in its order.
        let keys = [
            "{\n  \"status\": ",
            "\n  \"uptime_seconds\": ",
            "\n  \"version\": ",
            "\n  \"consecutive_failures\": ",
            "\n  \"wan_count\": ",
            "\n  \"wans\": [\n    {\n      \"name\": ",
            "\n      \"baseline_rtt_ms\": ",
            "\n      \"load_rtt_ms\": ",
            "\n      \"download\": {\n        \"current_rate_mbps\": ",
            "\n      \"upload\": {\n        \"current_rate_mbps\": ",
            "\n      \"router_connectivity\": {\n        \"is_reachable\": ",
            "\n  \"router_reachable\": ",
        ];
        let places: Vec<_> = keys.iter().map(|key| text.find(key)).collect();
        assert!(places.iter().all(Option::is_some), "{places:?} {text}");
        assert!(places.is_sorted(), "{places:?}");
    }
}

#[test]
fn a_failure_fills_v1_7s_connectivity_fields() {
    let (mut world, daemon) = settled();
    world.unplug_router();
    let health = daemon.wait_health("two failures", PATIENCE, |status, health| {
        let failures = &wan(health)["router_connectivity"]["consecutive_failures"];
        status == 503 && number(failures) >= 2.0
    });
    let connectivity = &wan(&health)["router_connectivity"];
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["router_reachable"], false);
    assert_eq!(connectivity["is_reachable"], false);
    assert_eq!(connectivity["last_failure_type"], "connection_refused");
    assert!(is(&connectivity["last_failure_time"], Kind::Float));
    assert!(is(&connectivity["outage_duration_seconds"], Kind::Float));
}

#[test]
fn only_two_paths_and_two_methods_are_answered() {
    let (_world, mut daemon) = settled();
    let metrics = daemon.announced("Prometheus metrics available at http://");
    for path in [
        "/health?",
        "/health?x=1",
        "/?x",
        "/Health",
        "/health/",
        "/metrics",
        "/x",
    ] {
        assert_eq!(
            daemon.get(path),
            (404, r#"{"error": "Not found"}"#.into()),
            "{path}"
        );
    }
    let health = daemon.health_address();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
        let request = format!("{method} /health HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        let answer = bare(health, request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 501 "), "{method}: {answer}");
    }
    for address in [health, metrics] {
        let answer = bare(address, b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "no body: {answer}");
        assert!(!answer.contains("Content-Length: 0\r\n"), "{answer}");
    }
    // v1.7's server spoke HTTP/1.0; old probes may, too.
    let answer = bare(health, b"GET /health HTTP/1.0\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("Content-Type: application/json\r\n"));
    let (agent, plain) = (agent(), |text: &str| text.to_owned());
    assert_eq!(get(&agent, metrics, "/health"), (200, plain("OK\n")));
    assert_eq!(get(&agent, metrics, "/"), (404, plain("Not Found\n")));
    assert_eq!(get(&agent, metrics, "/metrics?x").0, 404);
}

#[test]
fn metrics_have_v1_7s_names_labels_and_values() {
    let (world, mut daemon) = settled();
    let metrics = daemon.announced("Prometheus metrics available at http://");
    let agent = agent();
    // A counter appears with its first increment; these two need some trouble.
    world.set_capacity(Direction::Down, Rate::ZERO);
    wait_until("lost echoes", PATIENCE, || {
        let text = get(&agent, metrics, "/metrics").1;
        text.contains("wanctl_ping_failures_total{")
    });
    world.set_capacity(Direction::Down, Rate::mbit(500));
    daemon.wait_settled(&world);
    let (status, text) = get(&agent, metrics, "/metrics");
    assert_eq!(status, 200);
    for (name, kind) in [
        ("wanctl_bandwidth_mbps", "gauge"),
        ("wanctl_rtt_baseline_ms", "gauge"),
        ("wanctl_rtt_load_ms", "gauge"),
        ("wanctl_rtt_delta_ms", "gauge"),
        ("wanctl_state", "gauge"),
        ("wanctl_cycle_duration_seconds", "gauge"),
        ("wanctl_cycles_total", "counter"),
        ("wanctl_router_updates_total", "counter"),
        ("wanctl_ping_failures_total", "counter"),
    ] {
        let once = |line: &str| text.lines().filter(|l| l.starts_with(line)).count();
        assert_eq!(once(&format!("# HELP {name} ")), 1, "{text}");
        assert_eq!(once(&format!("# TYPE {name} {kind}")), 1, "{text}");
        assert!(once(&format!("{name}{{")) >= 1, "{text}");
    }
    for line in [
        "wanctl_bandwidth_mbps{direction=\"download\",wan=\"wan1\"} 480.0",
        "wanctl_bandwidth_mbps{direction=\"upload\",wan=\"wan1\"} 38.0",
        "wanctl_state{direction=\"download\",wan=\"wan1\"} 1",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let value = line.rsplit(' ').next().expect("a value");
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
}
