//! One WAN's part of the document.

use super::adaptive::{Basis, basis};
use super::link::{Connectivity, Link, connectivity, link};
use super::measurement::{Measurement, measurement};
use super::{Text, rounded};
use crate::control::actuator::Act;
use crate::control::law::Why;
use crate::control::law::adaptive::Decision;
use crate::direction::Direction;
use crate::report::adaptive;
use crate::report::words::{self, Explanation};
use crate::router::Refusal;
use crate::status::{Steps, WanStatus};
use crate::time::Instant;
use crate::units::Rate;

#[derive(serde::Serialize)]
pub(super) struct Wan<'a> {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    control_law: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adaptive: Option<Basis>,
}

#[derive(serde::Serialize)]
struct Side<'a> {
    current_rate_mbps: f64,
    state: Text<crate::control::zone::Zone>,
    applied_rate_mbps: Option<f64>,
    at_floor: bool,
    why: Text<Explanation<'a>>,
    refused: Option<&'static str>,
    queue_inactive: bool,
    transitions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    adaptive: Option<Adaptive>,
}

/// What the adaptive law decided last, and on what.
#[derive(serde::Serialize)]
struct Adaptive {
    mode: &'static str,
    reason: &'static str,
    blocker: Option<&'static str>,
    delta_ms: Option<f64>,
    threshold_ms: f64,
    achieved_mbps: Option<f64>,
    anchor_mbps: Option<f64>,
    cuts: u64,
    raises: u64,
    returns: u64,
}

#[derive(serde::Serialize)]
struct Router {
    #[serde(flatten)]
    link: Link,
    last_outcome: &'static str,
    writes: u64,
    writes_held_back: u64,
    writes_left_in_window: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    smallest_raise_percent: Option<f64>,
    drifts_corrected: u64,
}

pub(super) fn describe(wan: &WanStatus, now: Instant) -> Wan<'_> {
    Wan {
        name: &wan.name,
        baseline_rtt_ms: rounded(wan.delay.baseline, 2),
        load_rtt_ms: rounded(wan.delay.load, 2),
        download: side(wan, Direction::Down),
        upload: side(wan, Direction::Up),
        router_connectivity: connectivity(&wan.router.link, now),
        problem: wan.trouble(now).map(words::trouble),
        measurement: measurement(wan, now),
        router: router(wan),
        log_lines_suppressed: wan.counters.suppressed,
        control_law: wan.adaptive.is_some().then_some("adaptive"),
        adaptive: wan.adaptive.as_ref().map(|shown| basis(shown, now)),
    }
}

fn side(wan: &WanStatus, direction: Direction) -> Side<'_> {
    let steps = wan.adaptive.unwrap_or_default().steps[direction];
    Side {
        current_rate_mbps: mbps(wan.rates[direction]),
        state: Text(wan.zones[direction]),
        applied_rate_mbps: wan.router.applied[direction].map(mbps),
        at_floor: wan.is_at_floor(direction),
        why: Text(Explanation { wan, direction }),
        refused: wan.router.refused[direction].map(|(_, why): (_, Refusal)| why.explain()),
        queue_inactive: wan.router.inactive[direction],
        transitions: wan.counters.transitions[direction],
        adaptive: match wan.why[direction] {
            Why::Adaptive(ref decision) => Some(decided(decision, steps)),
            _ => None,
        },
    }
}

fn decided(decision: &Decision, steps: Steps) -> Adaptive {
    Adaptive {
        mode: adaptive::mode(decision.mode),
        reason: adaptive::reason_word(decision.reason),
        blocker: decision.blocker.map(adaptive::blocker_word),
        delta_ms: decision.delta.map(|delta| rounded(delta, 2)),
        threshold_ms: rounded(decision.threshold, 2),
        achieved_mbps: decision.achieved.map(mbps),
        anchor_mbps: decision.anchor.map(mbps),
        cuts: steps.cuts,
        raises: steps.raises,
        returns: steps.returns,
    }
}

fn router(wan: &WanStatus) -> Router {
    let router = &wan.router;
    Router {
        link: link(&router.link),
        last_outcome: outcome(router.act),
        writes: wan.counters.updates,
        writes_held_back: wan.counters.throttled,
        writes_left_in_window: router.budget_left,
        smallest_raise_percent: router
            .least_raise
            .map(|share| (share * 1e4).round() / 100.0),
        drifts_corrected: wan.counters.drifts,
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

fn mbps(rate: Rate) -> f64 {
    (rate.as_mbps() * 10.0).round() / 10.0
}
