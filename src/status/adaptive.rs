//! What the adaptive law goes by, besides what it decided.

use super::GRACE;
use crate::control::bloat::noise::Noise;
use crate::control::bloat::presence::Presence;
use crate::control::law::adaptive::Reason;
use crate::control::load::{Counting, Verdict};
use crate::direction::Both;
use crate::time::{Duration, Instant};

/// One WAN's.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdaptiveStatus {
    /// What the silence of the reflectors is, if they are silent.
    pub presence: Presence,
    /// What the delta is while nobody uses the line.
    pub noise: Noise,
    /// The counters of its queues.
    pub counters: CounterStatus,
    /// What was done since the start.
    pub steps: Both<Steps>,
}

/// The counters of both queues: they come in one reply, from one router.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CounterStatus {
    /// When both had last been read; `None` until then.
    pub read_at: Option<Instant>,
    /// What the self-test of either found, the worse of the two.
    pub verdict: Verdict,
}

/// Whether the counters can be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CounterState {
    /// They have not been read for [`GRACE`].
    Missing,
    /// They are read; whether they are refreshed often enough has not shown yet.
    Undecided,
    /// They are refreshed at least this often.
    Fresh(Duration),
    /// They are refreshed only this often.
    Slow(Duration),
}

impl CounterStatus {
    /// Of the two counters. One that has seen no traffic yet leaves it to the other.
    pub fn of(counting: &Both<Counting>) -> Self {
        let Both { down, up } = counting;
        let read_at = down.read_at().zip(up.read_at());
        let verdict = match (down.verdict(), up.verdict()) {
            (Verdict::Undecided, verdict) | (verdict, Verdict::Undecided) => verdict,
            (slow @ Verdict::Slow(_), _) | (_, slow) => slow,
        };
        Self {
            read_at: read_at.map(|(down, up)| down.min(up)),
            verdict,
        }
    }

    /// Whether they can be had now.
    pub fn state(&self, now: Instant) -> CounterState {
        match self.verdict {
            _ if self.read_at.is_none_or(|at| now - at >= GRACE) => CounterState::Missing,
            Verdict::Fresh(period) => CounterState::Fresh(period),
            Verdict::Slow(period) => CounterState::Slow(period),
            Verdict::Undecided => CounterState::Undecided,
        }
    }
}

/// How often a direction was changed, and in which way.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Steps {
    /// Cut, with counters or without.
    pub cuts: u64,
    /// Raised, for there was traffic and no delay.
    pub raises: u64,
    /// Taken back to just under what was delivered, or to what it was before a cut that did not help.
    pub returns: u64,
}

impl Steps {
    /// One decision more.
    pub const fn count(&mut self, reason: Reason) {
        match reason {
            Reason::Cut | Reason::BlindCut => self.cuts += 1,
            Reason::Raised => self.raises += 1,
            Reason::Returned | Reason::GaveBack => self.returns += 1,
            _ => {}
        }
    }
}
