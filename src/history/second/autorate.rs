//! What autorate tells.

use super::{Labels, Recorded, Second, code};
use crate::control::controller::Judgement;
use crate::direction::Direction;
use crate::history::metric;
use crate::history::row::Row;
use crate::program::Fact;
use crate::report::lines::reason;

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
