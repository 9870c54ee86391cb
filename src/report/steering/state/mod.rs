//! Steering's state document (contract 5.2 and 5.3): v1.7's keys in v1.7's order, so that either version can
//! go on from the other's.

mod read;
#[cfg(test)]
mod tests;

use serde::{Serialize, Serializer};

pub use self::read::parse;
use super::words::State;
use crate::control::zone::Zone;
use crate::report::health::Text;
use crate::steer::Snapshot;
use crate::steering::fact::Standing;
use crate::steering::history::History;
use crate::steering::record::{Transition, When};
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// No document is longer, in bytes. Ours has some 600 kB if its histories are as long as may be; v1.7's grew by
/// half a megabyte a day until its first restart (W-18).
pub const LONGEST: u64 = 16 * 1024 * 1024;

#[derive(Serialize)]
struct Document<'a> {
    current_state: Text<State<'a>>,
    bad_count: u32,
    good_count: u32,
    baseline_rtt: Option<Ms>,
    history_rtt: Numbers<'a, Millis>,
    history_delta: Numbers<'a, Millis>,
    transitions: Transitions<'a>,
    last_transition_time: Option<String>,
    rtt_delta_ewma: f64,
    queue_ewma: f64,
    cake_drops_history: Numbers<'a, u64>,
    queue_depth_history: Numbers<'a, u64>,
    cake_state_history: Zones<'a>,
    red_count: u32,
    congestion_state: Text<Zone>,
    cake_read_failures: u32,
}

#[derive(Serialize)]
struct Move<'a> {
    timestamp: String,
    from: Text<State<'a>>,
    to: Text<State<'a>>,
    bad_count: u32,
    good_count: u32,
}

/// Spells a snapshot; `stamp` spells the local time of so long before now, which is when it was taken.
///
/// # Panics
/// Never: plain numbers and strings always have a JSON form.
pub fn write(saved: &Snapshot, stamp: &dyn Fn(Duration) -> String) -> String {
    let record = &saved.record;
    let (bad, red) = if saved.cake_aware {
        (0, saved.counts.bad)
    } else {
        (saved.counts.bad, 0)
    };
    let stamps = Stamps {
        at: saved.at,
        stamp,
    };
    let last = record.transitions.last();
    let document = Document {
        current_state: Text(State(&saved.prefix, saved.standing)),
        bad_count: bad,
        good_count: saved.counts.good,
        baseline_rtt: saved.baseline.map(Ms),
        history_rtt: Numbers(&record.rtt),
        history_delta: Numbers(&record.delta),
        transitions: Transitions(&record.transitions, &saved.prefix, stamps),
        last_transition_time: last.map(|last| stamps.of(&last.when)),
        rtt_delta_ewma: saved.averages.0,
        queue_ewma: saved.averages.1,
        cake_drops_history: Numbers(&record.drops),
        queue_depth_history: Numbers(&record.queue),
        cake_state_history: Zones(&record.zones),
        red_count: red,
        congestion_state: Text(saved.zone),
        cake_read_failures: saved.counts.queue_failures,
    };
    serde_json::to_string(&document).expect("plain data")
}

/// Spells times of this run; those of an earlier one stay as they were.
#[derive(Clone, Copy)]
struct Stamps<'a> {
    at: Instant,
    stamp: &'a dyn Fn(Duration) -> String,
}

impl Stamps<'_> {
    fn of(&self, when: &When) -> String {
        match when {
            When::At(at) => (self.stamp)(self.at - *at),
            When::Earlier(text) => text.as_str().to_owned(),
        }
    }
}

struct Ms(Millis);

impl Serialize for Ms {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.0.as_f64())
    }
}

struct Numbers<'a, T>(&'a History<T>);

impl Serialize for Numbers<'_, Millis> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(|ms| ms.as_f64()))
    }
}

impl Serialize for Numbers<'_, u64> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter())
    }
}

struct Zones<'a>(&'a History<Zone>);

impl Serialize for Zones<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(|zone| Text(*zone)))
    }
}

struct Transitions<'a>(&'a History<Transition>, &'a str, Stamps<'a>);

impl Serialize for Transitions<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let state = |standing: Standing| Text(State(self.1, standing));
        to.collect_seq(self.0.iter().map(|transition| Move {
            timestamp: self.2.of(&transition.when),
            from: state(transition.from),
            to: state(transition.to),
            bad_count: transition.bad_count,
            good_count: transition.good_count,
        }))
    }
}
