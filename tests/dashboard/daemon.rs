//! A daemon's `/health`, as it was written down from real ones, with numbers that change.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use serde_json::{Value, json};

/// One that listens until it is dropped.
pub(crate) struct Daemon {
    pub(crate) address: SocketAddr,
    down: Arc<AtomicBool>,
}

impl Daemon {
    /// Answers with what `document` makes of the number of the question.
    pub(crate) fn start(document: fn(u32) -> Value) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), document)
    }

    pub(crate) fn at(address: SocketAddr, document: fn(u32) -> Value) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let (down, asked) = (Arc::new(AtomicBool::new(false)), AtomicU32::new(0));
        let ends = Arc::clone(&down);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let mut stream = stream.unwrap();
                let body = document(asked.fetch_add(1, Ordering::SeqCst)).to_string();
                // Whoever hangs up is asked again anyway.
                let _ = stream.read(&mut [0; 1024]);
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self { address, down }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/health", self.address)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.down.store(true, Ordering::SeqCst);
        // Wakes it up, so that it sees that.
        let _ = std::net::TcpStream::connect(self.address);
    }
}

pub(crate) fn autorate(n: u32) -> Value {
    let rate = 380.0 + f64::from(n % 50);
    let delta = 18.0 + f64::from(n % 9);
    json!({
        "status": "healthy", "uptime_seconds": 266_400.0 + f64::from(n), "version": "2.0.0",
        "wans": [
            wan("wan1", 24.0, delta, (rate, "YELLOW"), (40.0, "GREEN"),
                &format!("{rate}M: YELLOW, cut; the router holds {}M", rate + 6.0)),
            wan("wan2", 38.0, 0.6, (100.0, "GREEN"), (20.0, "GREEN"), "100M: GREEN, and this is the ceiling"),
        ],
        "router_reachable": true, "problem": null
    })
}

fn wan(name: &str, base: f64, delta: f64, down: (f64, &str), up: (f64, &str), why: &str) -> Value {
    let reflector = |host: &str, more: f64, loss: f64| {
        let rtt = base + delta + more;
        json!({"host": host, "rtt_ms": rtt, "age_seconds": 0.1, "loss_percent": loss})
    };
    json!({
        "name": name, "baseline_rtt_ms": base, "load_rtt_ms": base + delta,
        "download": {"current_rate_mbps": down.0, "state": down.1, "applied_rate_mbps": down.0 + 6.0,
                     "at_floor": false, "why": why, "refused": null, "queue_inactive": false},
        "upload": {"current_rate_mbps": up.0, "state": up.1, "applied_rate_mbps": up.0, "at_floor": false,
                   "why": format!("{}M: GREEN, and this is the ceiling", up.0), "refused": null,
                   "queue_inactive": false},
        "router_connectivity": {"is_reachable": true, "consecutive_failures": 0},
        "problem": null,
        "measurement": {"source": "icmp", "since_seconds": 9000.0, "last_rtt_ms": base + delta,
            "send_error": null,
            "reflectors": [reflector("1.1.1.1", 0.0, 0.0), reflector("9.9.9.9", 3.1, 0.4),
                           reflector("208.67.222.222", 7.7, 0.0)]},
        "router": {"transport": "rest", "preferred_transport": "rest", "transport_reason": null,
            "connected": true, "exchange_ms": 47.6, "last_outcome": "unchanged", "writes": 2314,
            "writes_held_back": 12, "drifts_corrected": 1}
    })
}

pub(crate) fn steering(_: u32) -> Value {
    json!({
        "status": "healthy", "uptime_seconds": 90_000.0, "version": "2.0.0",
        "steering": {"enabled": false, "state": "WAN1_GOOD", "mode": "active", "decides": "confidence"},
        "congestion": {"primary": {"state": "YELLOW", "state_code": 1, "reason": "delay"}},
        "decision": {"time_in_state_seconds": 11_400.0, "wanted": "off", "transitions_to_alternate": 3},
        "confidence": {"primary": 34},
        "problem": null,
        "rule": {"comment": "ADAPTIVE: Steer latency-sensitive traffic to WAN2", "state": "off"},
        "autorate": {"wan": "wan1", "state": "fresh"},
        "measurement": {"rtt_ms": 44.0, "delta_ms": 20.0, "loss_percent": 0.0},
        "alternate": {"wan": "wan2", "answers": true, "rtt_ms": 38.5, "delay_ms": 0.5}
    })
}
