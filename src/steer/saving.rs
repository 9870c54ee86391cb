//! What steering keeps for its next start, and when that is worth writing.
//!
//! v1.7 rewrote its document, and a backup of it, every cycle (W-03). Here: at once when the standing changed,
//! within a second when the baseline did, and once a minute in any case.

use crate::control::zone::Zone;
use crate::status::Label;
use crate::steering::Counts;
use crate::steering::Steering;
use crate::steering::fact::Standing;
use crate::steering::record::Record;
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// Shortest time between two documents with the same standing.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// Longest time between two documents.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// The baseline is worth keeping to the millisecond.
const BASELINE_NEWS: f64 = 1.0;
/// Snapshots that exist: one is being written while the next one is taken.
const SNAPSHOTS: usize = 3;

/// Everything a state document says (contract 5.2).
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When it was taken.
    pub at: Instant,
    /// `<PRIMARY>`, as in `<PRIMARY>_GOOD`.
    pub prefix: Label,
    /// `current_state`.
    pub standing: Standing,
    /// `red_count` or `bad_count`, `good_count`, `cake_read_failures`.
    pub counts: Counts,
    /// Whether the rows are those of the cake-aware mode.
    pub cake_aware: bool,
    /// `baseline_rtt`.
    pub baseline: Option<Millis>,
    /// `rtt_delta_ewma` and `queue_ewma`.
    pub averages: (f64, f64),
    /// `congestion_state`.
    pub zone: Zone,
    /// The histories.
    pub record: Record,
}

/// Takes snapshots into memory that was allocated at the start, and decides when.
#[derive(Debug)]
#[expect(
    clippy::vec_box,
    reason = "they travel to the scribe and back, and must not be copied on the way"
)]
pub(super) struct Saver {
    /// A box is in use from [`Saver::take`] until it is taken back.
    spare: Vec<Box<Snapshot>>,
    last: Option<(Instant, Standing, Option<Millis>)>,
}

impl Saver {
    pub(super) fn new(steering: &Steering, prefix: &Label) -> Self {
        let snapshot = Snapshot {
            at: Instant::ZERO,
            prefix: prefix.clone(),
            standing: Standing::Good,
            counts: Counts::default(),
            cake_aware: steering.is_cake_aware(),
            baseline: None,
            averages: (0.0, 0.0),
            zone: Zone::Green,
            record: Record::new(steering.params().history_size),
        };
        Self {
            spare: (0..SNAPSHOTS).map(|_| Box::new(snapshot.clone())).collect(),
            last: None,
        }
    }

    /// A snapshot, if it is time for one.
    pub(super) fn due(&mut self, now: Instant, steering: &Steering) -> Option<Box<Snapshot>> {
        let (standing, baseline) = (steering.standing(), steering.baseline());
        let due = self.last.is_none_or(|(at, was, before)| {
            let moved = match (before, baseline) {
                (Some(a), Some(b)) => (a - b).as_f64().abs() >= BASELINE_NEWS,
                (a, b) => a.is_some() != b.is_some(),
            };
            let since = now - at;
            standing != was || since >= AT_LEAST_EVERY || (moved && since >= AT_MOST_EVERY)
        });
        if due { self.take(now, steering) } else { None }
    }

    /// A snapshot now; `None` while the disk keeps all of them.
    pub(super) fn take(&mut self, now: Instant, steering: &Steering) -> Option<Box<Snapshot>> {
        let mut snapshot = self.spare.pop()?;
        snapshot.at = now;
        snapshot.standing = steering.standing();
        snapshot.counts = steering.counts(now);
        snapshot.baseline = steering.baseline();
        snapshot.averages = steering.averages();
        snapshot.zone = steering.assessment().zone;
        snapshot.record.copy(steering.record());
        self.last = Some((now, snapshot.standing, snapshot.baseline));
        Some(snapshot)
    }

    pub(super) fn take_back(&mut self, snapshot: Box<Snapshot>) {
        self.spare.push(snapshot);
    }
}
