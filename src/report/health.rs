//! `/health` (contract 6.1): v1.7's fields in v1.7's order, then what v1.7 could not say.

use core::fmt::Display;

use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::words::{self, Explanation, Troubles};
use crate::control::actuator::Act;
use crate::direction::Direction;
use crate::router::{Failure, Refusal};
use crate::status::{Status, WanStatus};
use crate::time::{Duration, Instant};
use crate::units::{Millis, Rate};

/// Bytes that hold the document of so many WANs.
pub const fn capacity(wans: usize) -> usize {
    1024 + wans * 6 * 1024
}

/// Whether everything is as it should be: HTTP 200, else 503.
pub fn is_healthy(status: &Status) -> bool {
    status
        .wans
        .iter()
        .all(|wan| wan.trouble(status.now).is_none())
}

/// Writes the document, pretty-printed with two spaces as v1.7's; returns its length.
///
/// # Errors
/// If `buffer` is too small.
pub fn write(status: &Status, buffer: &mut [u8]) -> Result<usize, serde_json::Error> {
    let mut out = crate::wire::http::Writer::new(buffer);
    serde_json::to_writer_pretty(&mut out, &document(status))?;
    Ok(out.len())
}

#[derive(serde::Serialize)]
struct Document<'a> {
    status: &'static str,
    uptime_seconds: f64,
    version: &'static str,
    consecutive_failures: u32,
    wan_count: usize,
    wans: Wans<'a>,
    router_reachable: bool,
    dry_run: bool,
    #[serde(rename = "loop")]
    pulse: Pulse,
    problem: Option<Text<Troubles<'a>>>,
}

#[derive(serde::Serialize)]
struct Pulse {
    ticks: u64,
    missed_ticks: u64,
    late_ms: f64,
    worst_late_ms: f64,
    work_ms: f64,
    log_records_lost: u64,
}

#[derive(serde::Serialize)]
struct Wan<'a> {
    name: &'a str,
    baseline_rtt_ms: f64,
    load_rtt_ms: f64,
    download: Side<'a>,
    upload: Side<'a>,
    router_connectivity: Connectivity,
    problem: Option<&'static str>,
    measurement: Measurement<'a>,
    router: Router,
    log_lines_suppressed: u64,
}

#[derive(serde::Serialize)]
struct Side<'a> {
    current_rate_mbps: f64,
    state: Text<crate::control::zone::Zone>,
    applied_rate_mbps: Option<f64>,
    why: Text<Explanation<'a>>,
    refused: Option<&'static str>,
    queue_inactive: bool,
    transitions: u64,
}

#[derive(serde::Serialize)]
struct Connectivity {
    is_reachable: bool,
    consecutive_failures: u32,
    last_failure_type: Option<&'static str>,
    last_failure_time: Option<f64>,
    outage_duration_seconds: Option<f64>,
}

#[derive(serde::Serialize)]
struct Measurement<'a> {
    source: &'static str,
    since_seconds: f64,
    last_rtt_ms: Option<f64>,
    last_rtt_age_seconds: Option<f64>,
    send_error: Option<&'static str>,
    gateway_answers: bool,
    tcp_rtt_ms: Option<f64>,
    rtt_spikes: u64,
    reflectors: Reflectors<'a>,
}

#[derive(serde::Serialize)]
struct Reflector<'a> {
    host: &'a str,
    rtt_ms: Option<f64>,
    age_seconds: Option<f64>,
    loss_percent: f64,
}

#[derive(serde::Serialize)]
struct Router {
    transport: &'static str,
    preferred_transport: &'static str,
    transport_reason: Option<&'static str>,
    other_transport_available: bool,
    other_transport_failure: Option<&'static str>,
    connected: bool,
    last_outcome: &'static str,
    last_failure: Option<&'static str>,
    exchange_ms: Option<f64>,
    writes: u64,
    writes_held_back: u64,
    writes_left_in_window: usize,
    drifts_corrected: u64,
}

struct Wans<'a>(&'a Status);

impl Serialize for Wans<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut seq = to.serialize_seq(Some(self.0.wans.len()))?;
        for wan in &self.0.wans {
            seq.serialize_element(&describe(wan, self.0.now))?;
        }
        seq.end()
    }
}

struct Reflectors<'a>(&'a WanStatus, Instant);

impl Serialize for Reflectors<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let reflectors = &self.0.measurement.reflectors;
        let mut seq = to.serialize_seq(Some(reflectors.len()))?;
        for reflector in reflectors {
            seq.serialize_element(&Reflector {
                host: &reflector.label,
                rtt_ms: reflector.last.map(|(_, rtt)| rounded(rtt, 2)),
                age_seconds: reflector.last.map(|(at, _)| seconds(self.1 - at)),
                loss_percent: (reflector.loss * 1_000.0).round() / 10.0,
            })?;
        }
        seq.end()
    }
}

/// Anything printable as a JSON string, without a detour over the heap.
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

fn document(status: &Status) -> Document<'_> {
    let ms = |time: Duration| rounded(time.as_millis(), 3);
    let (pulse, healthy) = (status.pulse, is_healthy(status));
    Document {
        status: if healthy { "healthy" } else { "degraded" },
        uptime_seconds: seconds(status.now - Instant::ZERO),
        version: env!("CARGO_PKG_VERSION"),
        consecutive_failures: status
            .wans
            .iter()
            .map(|wan| wan.consecutive_failures)
            .max()
            .unwrap_or(0),
        wan_count: status.wans.len(),
        wans: Wans(status),
        router_reachable: status.wans.iter().all(|wan| wan.router.reachable),
        dry_run: status.dry_run,
        pulse: Pulse {
            ticks: pulse.ticks,
            missed_ticks: pulse.missed,
            late_ms: ms(pulse.late),
            worst_late_ms: ms(pulse.worst),
            work_ms: ms(pulse.work),
            log_records_lost: pulse.records_lost,
        },
        problem: (!healthy).then_some(Text(Troubles(status))),
    }
}

fn describe(wan: &WanStatus, now: Instant) -> Wan<'_> {
    let (router, m) = (&wan.router, &wan.measurement);
    Wan {
        name: &wan.name,
        baseline_rtt_ms: rounded(wan.delay.baseline, 2),
        load_rtt_ms: rounded(wan.delay.load, 2),
        download: side(wan, Direction::Down),
        upload: side(wan, Direction::Up),
        router_connectivity: Connectivity {
            is_reachable: router.reachable,
            consecutive_failures: router.consecutive_failures,
            last_failure_type: router.last_failure.map(|(_, why)| words::failure_type(why)),
            last_failure_time: router.last_failure.map(|(at, _)| at.as_secs_f64()),
            outage_duration_seconds: router.outage_since.map(|since| seconds(now - since)),
        },
        problem: wan.trouble(now).map(words::trouble),
        measurement: Measurement {
            source: words::sight(m.sight),
            since_seconds: seconds(now - m.since),
            last_rtt_ms: m.last.map(|(_, rtt, _)| rounded(rtt, 2)),
            last_rtt_age_seconds: m.last.map(|(at, ..)| seconds(now - at)),
            send_error: m.unsent.map(|(_, why)| words::unsent(why)),
            gateway_answers: m.findings.gateway,
            tcp_rtt_ms: m.findings.tcp.map(|rtt| rounded(rtt, 2)),
            rtt_spikes: wan.counters.spikes,
            reflectors: Reflectors(wan, now),
        },
        router: Router {
            transport: router.transport.word(),
            preferred_transport: router.preferred.word(),
            transport_reason: router.transport_why.map(Failure::explain),
            other_transport_available: router.has_spare,
            other_transport_failure: router.spare_failure.map(|(_, why)| why.explain()),
            connected: router.up,
            last_outcome: outcome(router.act),
            last_failure: router.last_failure.map(|(_, why)| why.explain()),
            exchange_ms: router.took.map(|took| rounded(took.as_millis(), 1)),
            writes: wan.counters.updates,
            writes_held_back: wan.counters.throttled,
            writes_left_in_window: router.budget_left,
            drifts_corrected: wan.counters.drifts,
        },
        log_lines_suppressed: wan.counters.suppressed,
    }
}

fn side(wan: &WanStatus, direction: Direction) -> Side<'_> {
    Side {
        current_rate_mbps: mbps(wan.rates[direction]),
        state: Text(wan.zones[direction]),
        applied_rate_mbps: wan.router.applied[direction].map(mbps),
        why: Text(Explanation { wan, direction }),
        refused: wan.router.refused[direction].map(|(_, why): (_, Refusal)| why.explain()),
        queue_inactive: wan.router.inactive[direction],
        transitions: wan.counters.transitions[direction],
    }
}

const fn outcome(act: Act) -> &'static str {
    match act {
        Act::Unchanged => "unchanged",
        Act::Send(_) => "writing",
        Act::Throttled => "throttled",
        Act::Waiting => "waiting",
        Act::Withheld => "withheld (dry run)",
    }
}

fn rounded(ms: Millis, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (ms.as_f64() * scale).round() / scale
}

fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

fn mbps(rate: Rate) -> f64 {
    (rate.as_mbps() * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::Transport;
    use crate::status::{Sight, label};

    fn status() -> Status {
        let mut status = Status {
            now: Instant::from_micros(1_700_000),
            ..Status::default()
        };
        let mut wan = WanStatus {
            name: label("wan1"),
            ..WanStatus::default()
        };
        wan.delay.baseline = Millis::of(25);
        wan.delay.load = Millis::of(25);
        wan.rates.down = Rate::mbit(500);
        wan.rates.up = Rate::mbit(50);
        wan.measurement.sight = Sight::Icmp;
        status.wans.push(wan).unwrap();
        status
    }

    fn written(status: &Status) -> String {
        let mut buffer = [0; 8192];
        let len = write(status, &mut buffer).unwrap();
        String::from_utf8(buffer[..len].to_vec()).unwrap()
    }

    /// The keys v1.7's readers know, in its order and layout (contract 6.1).
    #[test]
    fn v1_7s_document_is_the_beginning_of_ours() {
        let text = written(&status());
        assert!(
            text.starts_with(
                "{\n  \"status\": \"healthy\",\n  \"uptime_seconds\": 1.7,\n  \"version\": \"2.0.0\",\n  \
                 \"consecutive_failures\": 0,\n  \"wan_count\": 1,\n  \"wans\": [\n    {\n      \
                 \"name\": \"wan1\",\n      \"baseline_rtt_ms\": 25.0,\n      \"load_rtt_ms\": 25.0,\n      \
                 \"download\": {\n        \"current_rate_mbps\": 500.0,\n        \"state\": \"GREEN\",\n"
            ),
            "{text}"
        );
        assert!(text.contains(
            "\"router_connectivity\": {\n        \"is_reachable\": true,\n        \
             \"consecutive_failures\": 0,\n        \"last_failure_type\": null,\n        \
             \"last_failure_time\": null,\n        \"outage_duration_seconds\": null\n      }"
        ));
        assert!(text.contains("\n  \"router_reachable\": true,\n"));
    }

    #[test]
    fn an_unreachable_router_is_not_healthy() {
        let mut status = status();
        status.wans[0].router.reachable = false;
        status.wans[0].router.last_failure = Some((status.now, Failure::TimedOut));
        let text = written(&status);
        assert!(text.contains("\"status\": \"degraded\""));
        assert!(text.contains("\"last_failure_type\": \"timeout\""));
    }

    #[test]
    fn every_wan_in_trouble_is_named_at_the_root() {
        let mut status = status();
        assert!(written(&status).ends_with("\n  },\n  \"problem\": null\n}"));
        for name in ["wan2", "wan3"] {
            let mut wan = status.wans[0].clone();
            wan.name = label(name);
            wan.router.reachable = name == "wan3";
            wan.router.inactive.up = true;
            status.wans.push(wan).unwrap();
        }
        let mut buffer = vec![0; capacity(3)];
        let len = write(&status, &mut buffer).unwrap();
        let health: serde_json::Value = serde_json::from_slice(&buffer[..len]).unwrap();
        assert_eq!(health["status"], "degraded");
        assert_eq!(
            health["problem"],
            "wan2: the router cannot be reached; \
             wan3: a queue is disabled or invalid on the router: its limit has no effect"
        );
        assert_eq!(health["wans"][0]["problem"], serde_json::Value::Null);
    }

    #[test]
    fn a_stand_in_is_healthy_and_says_whom_it_stands_in_for_and_why() {
        let mut status = status();
        let router = &mut status.wans[0].router;
        router.preferred = Transport::Ssh;
        router.transport = Transport::Rest;
        router.transport_why = Some(Failure::ConnectionRefused);
        router.has_spare = true;
        let text = written(&status);
        assert!(is_healthy(&status));
        assert!(text.contains(
            "\"transport\": \"rest\",\n        \"preferred_transport\": \"ssh\",\n        \
             \"transport_reason\": \"connection refused\",\n        \"other_transport_available\": true"
        ));
    }

    #[test]
    fn blindness_is_not_healthy_once_the_grace_is_over() {
        let mut status = status();
        // While a reply is still waited for, nothing else changes.
        for sight in [Sight::Starting, Sight::Icmp, Sight::Tcp, Sight::Frozen] {
            status.wans[0].measurement.sight = sight;
            status.wans[0].measurement.since = status.now;
            status.wans[0].measurement.measured_at = status.now;
            assert!(is_healthy(&status));
            status.now = status.now + crate::status::GRACE;
            status.wans[0].measurement.since = status.now;
            assert!(!is_healthy(&status), "{sight:?}");
        }
    }

    #[test]
    fn an_echo_that_cannot_leave_is_no_mere_silence() {
        let mut status = status();
        assert!(written(&status).contains("\"send_error\": null"));
        let why = crate::status::Unsent::NoInterface;
        status.wans[0].measurement.unsent = Some((status.now, why));
        let text = written(&status);
        assert!(text.contains("\"send_error\": \"the interface has gone\""));
    }

    #[test]
    fn what_is_not_logged_is_counted_here() {
        let mut status = status();
        let counters = &mut status.wans[0].counters;
        counters.transitions.down = 41;
        counters.transitions.up = 7;
        counters.spikes = 5;
        counters.suppressed = 33;
        let health: serde_json::Value = serde_json::from_str(&written(&status)).unwrap();
        let wan = &health["wans"][0];
        assert_eq!(wan["download"]["transitions"], 41);
        assert_eq!(wan["upload"]["transitions"], 7);
        assert_eq!(wan["measurement"]["rtt_spikes"], 5);
        assert_eq!(wan["log_lines_suppressed"], 33);
    }

    #[test]
    fn a_full_house_fits_the_buffer() {
        let mut status = status();
        let mut wan = status.wans[0].clone();
        wan.name = label(&"x".repeat(64));
        wan.router.inactive.up = true;
        for _ in 0..16 {
            let mut reflector = crate::status::ReflectorStatus {
                label: label(&"y".repeat(64)),
                ..Default::default()
            };
            reflector.last = Some((Instant::ZERO, Millis::of(12_345)));
            wan.measurement.reflectors.push(reflector).unwrap();
        }
        status.wans.clear();
        while status.wans.push(wan.clone()).is_ok() {}
        let mut buffer = vec![0; capacity(crate::status::MAX_WANS)];
        assert!(write(&status, &mut buffer).is_ok());
    }
}
