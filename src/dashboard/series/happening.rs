//! What happened once: changes of zone, writes that failed, switches of steering, starts.

use std::collections::BTreeMap;

use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};

use crate::history::metric;
use crate::history::row::Sample;

/// Longest reason that is passed on, in characters; ours have sixty.
const LONGEST: usize = 200;

/// Which kind of thing.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    /// A zone changed.
    Zone,
    /// The router did not do as told, or was not told.
    Write,
    /// New latency-sensitive connections go another way.
    Steering,
    /// A daemon was started.
    Start,
}

/// In which direction, where there is one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Way {
    /// To the house.
    Download,
    /// To the internet.
    Upload,
}

/// One of them, or the worst of several.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Happening {
    at: i64,
    what: What,
    way: Option<Way>,
    /// The zone's code; of steering, 1 is over the alternate.
    value: f64,
    reason: Option<String>,
    /// How many it stands for.
    count: u32,
}

/// The labels that matter here.
#[derive(Deserialize)]
struct Labels {
    direction: Option<String>,
    reason: Option<String>,
    outcome: Option<String>,
    source: Option<String>,
}

impl Happening {
    pub(super) fn of(sample: &Sample<'_>) -> Option<Self> {
        let labels = sample.labels.unwrap_or("{}");
        let labels: Labels = serde_json::from_str(labels).ok()?;
        let what = match sample.metric {
            metric::STATE => What::Zone,
            metric::WRITE => What::Write,
            metric::STEERING_TRANSITION => What::Steering,
            metric::CONFIG_SNAPSHOT => What::Start,
            _ => return None,
        };
        // A write that worked is told by what it led to.
        if what == What::Write && sample.value > 0.0 {
            return None;
        }
        let way = match labels.direction.as_deref() {
            Some("upload") => Some(Way::Upload),
            Some("download") => Some(Way::Download),
            _ => None,
        };
        let of_steering = labels.source.as_deref() == Some("steering");
        let reason = match (labels.reason, labels.outcome) {
            (Some(reason), _) => Some(reason),
            (None, Some(outcome)) if of_steering => Some(format!("steering's rule: {outcome}")),
            (None, outcome) => outcome,
        };
        Some(Self {
            at: sample.at,
            what,
            way,
            value: sample.value,
            reason: reason.map(|reason| reason.chars().take(LONGEST).collect()),
            count: 1,
        })
    }
}

/// The worst of each step, kind and direction: as many as a chart can show, however many there were.
#[derive(Debug, Default)]
pub(super) struct Happenings(BTreeMap<(usize, What, Option<Way>), Happening>);

impl Happenings {
    /// Takes one; they come newest first, and of equals the newest stays.
    pub(super) fn add(&mut self, step: usize, new: Happening) {
        let known = self.0.entry((step, new.what, new.way));
        known
            .and_modify(|known| {
                known.count = known.count.saturating_add(1);
                if new.value > known.value {
                    let count = known.count;
                    *known = new.clone();
                    known.count = count;
                }
            })
            .or_insert(new);
    }
}

impl Serialize for Happenings {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.0.len()))?;
        for happening in self.0.values() {
            list.serialize_element(happening)?;
        }
        list.end()
    }
}
