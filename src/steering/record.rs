//! What steering remembers for people: histories, transitions, and what a state document gives back.

use crate::control::zone::Zone;
use crate::steering::fact::Standing;
use crate::steering::history::History;
use crate::time::Instant;
use crate::units::Millis;

/// Zones kept (contract 4.3).
pub const ZONES_KEPT: usize = 10;

/// When something happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum When {
    /// In this run.
    At(Instant),
    /// In an earlier one, as its document spells it.
    Earlier(heapless::String<40>),
}

/// One change of standing that the router confirmed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transition {
    /// When.
    pub when: When,
    /// From here.
    pub from: Standing,
    /// To there.
    pub to: Standing,
    /// The row of bad samples that led to it; 0 if the confidence controller did.
    pub bad_count: u32,
    /// The row of good samples that led to it.
    pub good_count: u32,
}

/// The histories of contract 5.2, oldest first; each has `history_size` places.
#[derive(Clone, Debug)]
pub struct Record {
    /// RTTs as measured.
    pub rtt: History<Millis>,
    /// Raw deltas.
    pub delta: History<Millis>,
    /// Drops at each read of the queue.
    pub drops: History<u64>,
    /// Packets waiting at each read.
    pub queue: History<u64>,
    /// The last [`ZONES_KEPT`] zones; cake-aware mode only.
    pub zones: History<Zone>,
    /// Every change of standing.
    pub transitions: History<Transition>,
}

impl Record {
    /// Empty; each history but that of the zones has `size` places.
    pub fn new(size: usize) -> Self {
        Self {
            rtt: History::new(size),
            delta: History::new(size),
            drops: History::new(size),
            queue: History::new(size),
            zones: History::new(ZONES_KEPT),
            transitions: History::new(size),
        }
    }

    /// Takes over all that `other` has.
    pub fn copy(&mut self, other: &Self) {
        self.rtt.copy(&other.rtt);
        self.delta.copy(&other.delta);
        self.drops.copy(&other.drops);
        self.queue.copy(&other.queue);
        self.zones.copy(&other.zones);
        self.transitions.copy(&other.transitions);
    }
}

/// What a state document gives back (contract 5.2). Rows of samples are not among it: a row that a restart
/// interrupted is none.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// From `current_state`; provisional until the router shows its rule.
    pub standing: Standing,
    /// `baseline_rtt`; v1.7 wrote it and lost it on load.
    pub baseline: Option<Millis>,
    /// `rtt_delta_ewma`, 0 for none yet.
    pub delta_average: f64,
    /// `queue_ewma`, 0 for none yet.
    pub queue_average: f64,
    /// `history_rtt`.
    pub rtt: Vec<Millis>,
    /// `history_delta`.
    pub delta: Vec<Millis>,
    /// `cake_drops_history`.
    pub drops: Vec<u64>,
    /// `queue_depth_history`.
    pub queue: Vec<u64>,
    /// `cake_state_history`.
    pub zones: Vec<Zone>,
    /// `transitions`.
    pub transitions: Vec<Transition>,
}
