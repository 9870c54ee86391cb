//! Twenty cycles a second become one row per metric; what happens once is a row of its own. PURE.
//!
//! Cycles without a judgement leave no row, as in v1.7: a hole is a hole.

mod autorate;
mod snapshot;
mod steering;
#[cfg(test)]
mod tests;

pub use self::snapshot::{AutorateSnapshot, Snapshot, SteeringSnapshot};

use core::fmt::Display;
use std::borrow::Cow;
use std::sync::Arc;

use super::blend::Blender;
use super::row::{Row, Sample};
use super::tier::Tier;
use crate::control::zone::Zone;
use crate::program::WanId;
use crate::time::WallTime;

/// The seconds that are not over, one per WAN.
#[derive(Debug)]
pub struct Seconds {
    wans: Vec<Second>,
}

/// What a program tells, if it leaves rows.
pub trait Recorded {
    /// Adds what it says to the second it was told in; what happens once goes to `out`.
    fn record(&self, second: &mut Second, out: &mut impl FnMut(Row));
}

/// A second of one WAN that is not over.
#[derive(Debug)]
pub struct Second {
    wan: Arc<str>,
    at: i64,
    blender: Blender,
}

impl Seconds {
    /// For WANs of these names, in configured order.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let second = |name: &str| Second {
            wan: name.into(),
            at: i64::MIN,
            blender: Blender::default(),
        };
        Self {
            wans: names.into_iter().map(second).collect(),
        }
    }

    /// A fact, told `at`; rows go to `out`. A WAN that there is not is left out.
    pub fn hear(
        &mut self,
        at: WallTime,
        wan: WanId,
        fact: &impl Recorded,
        out: &mut impl FnMut(Row),
    ) {
        if let Some(second) = self.wans.get_mut(wan.index()) {
            second.turn(secs(at), out);
            fact.record(second, out);
        }
    }

    /// It is `now`: seconds that are over become rows, whether or not another fact has come since; the last one
    /// does not yet, because facts of it may still be on their way.
    pub fn pass(&mut self, now: WallTime, out: &mut impl FnMut(Row)) {
        let now = secs(now);
        for second in &mut self.wans {
            if now.saturating_sub(second.at) > 1 {
                second.turn(now, out);
            }
        }
    }

    /// The process ends: nothing more comes.
    pub fn end(&mut self, out: &mut impl FnMut(Row)) {
        for second in &mut self.wans {
            second.turn(i64::MAX, out);
        }
    }
}

impl Second {
    /// The clock was read: another second, earlier or later, ends this one.
    fn turn(&mut self, at: i64, out: &mut impl FnMut(Row)) {
        if at != self.at {
            if !self.blender.is_empty() {
                self.blender.take(self.at).into_iter().for_each(out);
            }
            self.at = at;
        }
    }

    fn value(&mut self, metric: &'static str, value: f64, labels: Option<&str>) {
        self.blender.add(&Sample {
            at: self.at,
            wan: &self.wan,
            metric,
            value,
            labels,
            tier: Tier::Raw,
        });
    }

    fn event(&self, metric: &'static str, value: f64, labels: Labels) -> Row {
        Row {
            at: self.at,
            wan: Arc::clone(&self.wan),
            metric: Cow::Borrowed(metric),
            value,
            labels: Some(labels.done().into()),
        }
    }
}

/// JSON as Python writes it, blanks included.
#[derive(Debug)]
struct Labels(String);

impl Labels {
    fn new() -> Self {
        Self("{".into())
    }

    fn text(self, key: &str, value: impl Display) -> Self {
        let quoted = serde_json::Value::from(value.to_string()).to_string();
        self.raw(key, quoted)
    }

    fn raw(mut self, key: &str, value: impl Display) -> Self {
        use core::fmt::Write as _;
        let comma = if self.0.len() > 1 { ", " } else { "" };
        // A String takes everything.
        let _ = write!(self.0, "{comma}\"{key}\": {value}");
        self
    }

    fn done(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// v1.7's code of a zone of autorate's (contract 7.3).
const fn code(zone: Zone) -> u8 {
    match zone {
        Zone::Green => 0,
        Zone::Yellow => 1,
        Zone::SoftRed => 2,
        Zone::Red => 3,
    }
}

fn secs(at: WallTime) -> i64 {
    i64::try_from(at.secs).unwrap_or(i64::MAX)
}
