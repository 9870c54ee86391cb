//! What autorate tells.

use super::{Labels, Recorded, Second, code};
use crate::control::controller::Judgement;
use crate::control::law::Why;
use crate::control::law::adaptive::{Decision, Mode};
use crate::direction::Direction;
use crate::history::metric;
use crate::history::row::Row;
use crate::program::{AdaptiveFact, Fact};
use crate::report::adaptive as words;
use crate::report::lines::reason;
use crate::units::{Millis, Rate};

impl Recorded for Fact {
    fn record(&self, second: &mut Second, out: &mut impl FnMut(Row)) {
        match self {
            Fact::Cycle { judgement, .. } => {
                for (metric, value) in numbers(judgement) {
                    second.value(metric, value, None);
                }
                let zones = &judgement.verdicts;
                for (zone, labels) in [(zones.down.zone, DOWN), (zones.up.zone, UP)] {
                    second.value(metric::STATE, code(zone).into(), Some(labels));
                }
                for (metric, rate) in line(judgement) {
                    if let Some(rate) = rate {
                        second.value(metric, rate.as_mbps(), None);
                    }
                }
            }
            &Fact::Transition {
                direction,
                to,
                delta,
                edge,
                ..
            } => {
                let why = reason(direction, to, delta, edge);
                let labels = of(direction).text("reason", why);
                out(second.event(metric::STATE, code(to).into(), labels));
            }
            &Fact::Written {
                direction,
                rate,
                took,
            } => {
                let labels = of(direction)
                    .text("outcome", "applied")
                    .raw("rate_mbps", format_args!("{:?}", rate.as_mbps()))
                    .raw("took_ms", format_args!("{:.1}", took.as_secs_f64() * 1e3));
                out(second.event(metric::WRITE, 1.0, labels));
            }
            &Fact::Refused { direction, why } => {
                let labels = of(direction)
                    .text("outcome", "refused")
                    .text("reason", why.explain());
                out(second.event(metric::WRITE, 0.0, labels));
            }
            Fact::Throttled { .. } => {
                let why = "the write budget is spent";
                let labels = Labels::new()
                    .text("outcome", "throttled")
                    .text("reason", why);
                out(second.event(metric::WRITE, 0.0, labels));
            }
            Fact::Adaptive(AdaptiveFact::Mode {
                direction,
                decision,
                ..
            }) => out(second.event(
                metric::MODE,
                mode(decision.mode),
                moved(*direction, decision),
            )),
            _ => {}
        }
    }
}

/// v1.7's labels of the download's zone; the upload's it wrote at changes only (W-22).
const DOWN: &str = r#"{"direction": "download"}"#;
const UP: &str = r#"{"direction": "upload"}"#;

fn of(direction: Direction) -> Labels {
    Labels::new().text("direction", direction)
}

fn numbers(judgement: &Judgement) -> [(&'static str, f64); 5] {
    let Judgement {
        rtt,
        delay,
        verdicts,
        ..
    } = judgement;
    [
        (metric::RTT, rtt.as_f64()),
        (metric::BASELINE, delay.baseline.as_f64()),
        (metric::DELTA, delay.delta().as_f64()),
        (metric::RATE_DOWN, verdicts.down.rate.as_mbps()),
        (metric::RATE_UP, verdicts.up.rate.as_mbps()),
    ]
}

/// What passes and what the line can do, as the adaptive law knows it.
fn line(judgement: &Judgement) -> [(&'static str, Option<Rate>); 4] {
    let known = judgement
        .verdicts
        .as_ref()
        .map(|verdict| match verdict.why {
            Why::Adaptive(decision) => (decision.achieved, decision.anchor),
            _ => (None, None),
        });
    [
        (metric::ACHIEVED_DOWN, known.down.0),
        (metric::ACHIEVED_UP, known.up.0),
        (metric::ANCHOR_DOWN, known.down.1),
        (metric::ANCHOR_UP, known.up.1),
    ]
}

/// The code of a state; v1.7 has none.
const fn mode(mode: Mode) -> f64 {
    match mode {
        Mode::Clear => 0.0,
        Mode::Draining => 1.0,
        Mode::Weather => 2.0,
        Mode::Blind => 3.0,
    }
}

fn moved(direction: Direction, decision: &Decision) -> Labels {
    let mut labels = of(direction)
        .text("mode", words::mode(decision.mode))
        .text("reason", words::reason_word(decision.reason));
    if let Some(blocker) = decision.blocker {
        labels = labels.text("blocker", words::blocker_word(blocker));
    }
    let mbps = |rate: Option<Rate>| rate.map(Rate::as_mbps);
    for (key, value) in [
        ("delta_ms", decision.delta.map(Millis::as_f64)),
        ("anchor_mbps", mbps(decision.anchor)),
        ("achieved_mbps", mbps(decision.achieved)),
    ] {
        if let Some(value) = value {
            labels = labels.raw(key, format_args!("{value:.1}"));
        }
    }
    labels
}
