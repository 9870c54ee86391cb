//! Steering's `/health` (contract 6.3): v1.7's fields in v1.7's order and meaning, then what v1.7 could not
//! say. v1.7's own fell silent with the first transition (W-17).

mod extra;
#[cfg(test)]
mod tests;

use serde::ser::{Serialize, Serializer};

use self::extra::{Alternate, Autorate, Lists, Measurement, Rule};
use super::words::{self, State};
use crate::control::zone::Zone;
use crate::report::health::{
    Connectivity, Link, Pulse, Text, connectivity, link, rounded, seconds,
};
use crate::report::utc::Utc;
use crate::steer::SteerStatus;
use crate::steering::Decides;
use crate::steering::assessment::Reason;
use crate::steering::fact::Standing;
use crate::time::Instant;

/// Bytes that hold the document, whatever names and numbers there are.
pub(super) const CAPACITY: usize = 12 * 1024;

/// HTTP 200, else 503: it runs, and nothing is wrong.
pub(super) fn is_healthy(status: &SteerStatus) -> bool {
    status.has_started() && status.trouble().is_none()
}

/// Writes the document, pretty-printed with two spaces as v1.7's; returns its length.
pub(super) fn write(status: &SteerStatus, buffer: &mut [u8]) -> Result<usize, serde_json::Error> {
    let mut out = crate::wire::http::Writer::new(buffer);
    serde_json::to_writer_pretty(&mut out, &document(status))?;
    Ok(out.len())
}

#[derive(serde::Serialize)]
struct Document<'a> {
    status: &'static str,
    uptime_seconds: f64,
    version: &'static str,
    /// Not before the first cycle.
    #[serde(flatten)]
    rest: Option<Rest<'a>>,
}

#[derive(serde::Serialize)]
struct Rest<'a> {
    steering: Steering<'a>,
    congestion: Congestion,
    decision: Decision,
    counters: Counters,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<Confidence>,
    errors: Errors,
    thresholds: Thresholds,
    router_connectivity: Connectivity,
    pid: u32,
    router_reachable: bool,
    problem: Option<&'static str>,
    rule: Rule<'a>,
    autorate: Autorate<'a>,
    measurement: Measurement,
    alternate: Option<Alternate<'a>>,
    address_lists: Lists<'a>,
    router: Link,
    #[serde(rename = "loop")]
    pulse: Pulse,
    cycles: u64,
}

#[derive(serde::Serialize)]
struct Steering<'a> {
    enabled: bool,
    state: Text<State<'a>>,
    mode: &'static str,
    decides: &'static str,
}

#[derive(serde::Serialize)]
struct Congestion {
    primary: Primary,
}

#[derive(serde::Serialize)]
struct Primary {
    state: Text<Zone>,
    state_code: u8,
    reason: Text<Reason>,
}

#[derive(serde::Serialize)]
struct Decision {
    last_transition_time: Option<Text<Utc>>,
    time_in_state_seconds: f64,
    wanted: &'static str,
    transitions_to_alternate: u64,
    transitions_to_primary: u64,
}

#[derive(serde::Serialize)]
struct Counters {
    red_count: u32,
    good_count: u32,
    cake_read_failures: u32,
}

#[derive(serde::Serialize)]
struct Confidence {
    primary: u8,
}

#[derive(serde::Serialize)]
struct Errors {
    consecutive_failures: u32,
    cake_read_failures: u32,
}

#[derive(serde::Serialize)]
struct Thresholds {
    green_rtt_ms: f64,
    yellow_rtt_ms: f64,
    red_rtt_ms: f64,
    red_samples_required: u32,
    green_samples_required: u32,
}

fn document(status: &SteerStatus) -> Document<'_> {
    let word = match (status.has_started(), is_healthy(status)) {
        (false, _) => "starting",
        (true, true) => "healthy",
        (true, false) => "degraded",
    };
    Document {
        status: word,
        uptime_seconds: seconds(status.now - Instant::ZERO),
        version: env!("CARGO_PKG_VERSION"),
        rest: status.has_started().then(|| rest(status)),
    }
}

fn rest(status: &SteerStatus) -> Rest<'_> {
    let (setup, counts) = (&status.setup, status.counts);
    let [green, yellow, red] = setup.edges.map(|edge| rounded(edge, 3));
    let zone = status.assessment.zone;
    Rest {
        steering: Steering {
            enabled: status.standing == Standing::Degraded,
            state: Text(State(&setup.prefix, status.standing)),
            mode: match setup.decides {
                Decides::ConfidenceDryRun => "dry_run",
                Decides::Hysteresis | Decides::Confidence => "active",
            },
            decides: match setup.decides {
                Decides::Hysteresis | Decides::ConfidenceDryRun => "samples",
                Decides::Confidence => "confidence",
            },
        },
        congestion: Congestion {
            primary: Primary {
                state: Text(zone),
                state_code: words::state_code(zone),
                reason: Text(status.assessment.reason),
            },
        },
        decision: decision(status),
        counters: Counters {
            red_count: counts.bad,
            good_count: counts.good,
            cake_read_failures: counts.queue_failures,
        },
        confidence: status.confidence.map(|primary| Confidence { primary }),
        errors: Errors {
            consecutive_failures: status.consecutive_failures,
            cake_read_failures: counts.queue_failures,
        },
        thresholds: Thresholds {
            green_rtt_ms: green,
            yellow_rtt_ms: yellow,
            red_rtt_ms: red,
            red_samples_required: setup.samples.0,
            green_samples_required: setup.samples.1,
        },
        router_connectivity: connectivity(&status.link, status.now),
        pid: setup.pid,
        router_reachable: status.link.reachable,
        problem: status.trouble().map(words::trouble),
        rule: extra::rule(status),
        autorate: extra::autorate(status),
        measurement: extra::measurement(status),
        alternate: extra::alternate(status),
        address_lists: Lists(&status.lists),
        router: link(&status.link),
        pulse: Pulse::of(&status.pulse),
        cycles: status.cycles,
    }
}

fn decision(status: &SteerStatus) -> Decision {
    let since = status.moved.map_or(Instant::ZERO, |(at, _)| at);
    let [to_alternate, to_primary] = status.moves;
    Decision {
        last_transition_time: status.moved.map(|(_, wall)| Text(Utc(wall))),
        time_in_state_seconds: seconds(status.now - since),
        wanted: words::on_off(status.wanted),
        transitions_to_alternate: to_alternate,
        transitions_to_primary: to_primary,
    }
}

impl Serialize for Lists<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(extra::list))
    }
}
