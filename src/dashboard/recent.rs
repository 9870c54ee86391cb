//! What was heard in the last minutes. The history gets its newest rows in batches of half a minute, and later still
//! while it cannot be written; without this a chart that follows now would end that much too early.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize as _;
use serde_json::Value;

use super::words::health;
use crate::history::metric;
use crate::history::row::Sample;
use crate::history::tier::Tier;

/// Seconds that are kept: as long as rows wait in the daemon's memory.
const KEPT: usize = 600;
/// WANs at most, over all daemons; a process has eight.
const MOST_WANS: usize = 64;
/// Asked once a second, a second may still be left out; a longer gap is one, in seconds.
const SKIPPED: i64 = 2;

const DOWN: Option<&str> = Some(r#"{"direction": "download"}"#);
const UP: Option<&str> = Some(r#"{"direction": "upload"}"#);

/// The last minutes of every WAN.
#[derive(Debug, Default)]
pub(super) struct Recent(BTreeMap<String, VecDeque<Moment>>);

/// One second of one WAN: metrics, as the history names them.
#[derive(Clone, Debug)]
struct Moment {
    at: i64,
    values: [(&'static str, Option<&'static str>, Option<f64>); 7],
}

impl Recent {
    /// Takes in what a daemon has just said.
    pub(super) fn note(&mut self, at: i64, health: &Value) {
        let Ok(process) = health::Autorate::deserialize(health) else {
            return;
        };
        for wan in &process.wans {
            if self.0.contains_key(wan.name()) || self.0.len() < MOST_WANS {
                let known = self.0.entry(wan.name().to_owned()).or_default();
                if let Some(now) = wan.now() {
                    Moment::of(at, &now).append_to(known);
                }
            }
        }
    }

    /// What the history does not have yet: later than `known(wan)`, up to `to`.
    pub(super) fn each_after(
        &self,
        known: impl Fn(&str) -> Option<i64>,
        to: i64,
        mut each: impl FnMut(&Sample<'_>),
    ) {
        for (wan, moments) in &self.0 {
            let after = known(wan);
            let new = |at: i64| after.is_none_or(|after| at > after) && at <= to;
            for moment in moments.iter().filter(|moment| new(moment.at)) {
                for (metric, labels, value) in moment.values {
                    let Some(value) = value else { continue };
                    each(&Sample {
                        at: moment.at,
                        wan,
                        metric,
                        value,
                        labels,
                        tier: Tier::Raw,
                    });
                }
            }
        }
    }
}

impl Moment {
    fn of(at: i64, now: &health::Now) -> Self {
        Self {
            at,
            values: [
                (metric::RTT, None, now.rtt),
                (metric::BASELINE, None, now.baseline),
                (metric::DELTA, None, now.delta),
                (metric::RATE_DOWN, None, now.down.0),
                (metric::RATE_UP, None, now.up.0),
                (metric::STATE, DOWN, now.down.1),
                (metric::STATE, UP, now.up.1),
            ],
        }
    }

    /// At most once a second, in the order of time: who sets the clock back begins anew.
    fn append_to(self, known: &mut VecDeque<Self>) {
        match known.back().map(|last| last.at) {
            Some(last) if self.at == last => return,
            Some(last) if self.at < last => known.clear(),
            Some(last) if self.at - last <= SKIPPED => {
                known.extend((last + 1..self.at).map(|at| Self { at, ..self.clone() }));
            }
            _ => {}
        }
        known.push_back(self);
        known.drain(..known.len().saturating_sub(KEPT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn health(rate: f64, age: f64) -> Value {
        json!({"status": "healthy", "wans": [{
            "name": "wan1", "baseline_rtt_ms": 24.0, "load_rtt_ms": 30.0,
            "download": {"current_rate_mbps": rate, "state": "YELLOW"},
            "upload": {"current_rate_mbps": 40.0, "state": "GREEN"},
            "measurement": {"last_rtt_ms": 31.0, "last_rtt_age_seconds": age}
        }]})
    }

    fn told(recent: &Recent, after: Option<i64>, to: i64, metric: &str) -> Vec<(i64, f64)> {
        let mut told = Vec::new();
        recent.each_after(
            |_| after,
            to,
            |sample| {
                if sample.metric == metric && sample.labels != UP {
                    told.push((sample.at, sample.value));
                }
            },
        );
        told
    }

    #[test]
    fn only_what_the_history_has_not_is_told() {
        let mut recent = Recent::default();
        for at in 100..105 {
            recent.note(at, &health(at as f64, 0.0));
        }
        let rates = |after, to| told(&recent, after, to, metric::RATE_DOWN);
        assert_eq!(rates(Some(102), 200), [(103, 103.0), (104, 104.0)]);
        assert_eq!(rates(None, 101), [(100, 100.0), (101, 101.0)]);
        assert_eq!(told(&recent, Some(103), 200, metric::DELTA), [(104, 6.0)]);
        assert_eq!(told(&recent, Some(103), 200, metric::STATE), [(104, 1.0)]);
    }

    #[test]
    fn what_is_not_measured_is_a_gap() {
        let mut recent = Recent::default();
        recent.note(100, &health(1.0, 0.1));
        recent.note(101, &health(2.0, 3.0));
        let mut blind = health(3.0, 0.2);
        blind["wans"][0]["measurement"]["source"] = json!("no_reply");
        recent.note(102, &blind);
        for metric in [metric::RTT, metric::RATE_DOWN, metric::STATE] {
            let at: Vec<i64> = told(&recent, None, 200, metric)
                .into_iter()
                .map(|(at, _)| at)
                .collect();
            assert_eq!(at, [100], "{metric}");
        }
    }

    #[test]
    fn a_skipped_second_is_no_gap_and_a_longer_one_is() {
        let mut recent = Recent::default();
        for at in [100, 100, 102, 110] {
            recent.note(at, &health(at as f64, 0.0));
        }
        assert_eq!(
            told(&recent, None, 200, metric::RATE_DOWN),
            [(100, 100.0), (101, 102.0), (102, 102.0), (110, 110.0)]
        );
    }

    #[test]
    fn what_is_kept_has_bounds_and_a_clock_that_is_set_back_begins_anew() {
        let mut recent = Recent::default();
        for at in 0..2_000 {
            recent.note(at, &health(1.0, 0.0));
        }
        let kept = told(&recent, None, 9_999, metric::RATE_DOWN);
        assert_eq!((kept.len(), kept[0].0), (KEPT, 1_400));
        recent.note(50, &health(1.0, 0.0));
        assert_eq!(told(&recent, None, 9_999, metric::RATE_DOWN), [(50, 1.0)]);
        let wans: Vec<Value> = (0..1_000).map(|n| json!({"name": n.to_string()})).collect();
        recent.note(51, &json!({ "wans": wans }));
        assert_eq!(recent.0.len(), MOST_WANS);
    }
}
