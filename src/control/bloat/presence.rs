//! Silence has four causes, and each wants something else.
//!
//! | replies | bytes | it is | what a law does |
//! |---|---|---|---|
//! | come | – | [`Presence::Heard`] | decides |
//! | none for a moment | almost none | [`Presence::Stalled`]: the radio pauses, a cell is changed | freezes, and forgets the times measured across it |
//! | none for long | almost none | [`Presence::Outage`]: the line is down | freezes |
//! | none for long | flow | [`Presence::Deaf`]: ICMP is filtered, or all reflectors are down | holds; after half a minute back up to the base, slowly |
//!
//! A deep queue also delays replies, but never for long without the bytes showing it: with an achieved
//! rate `A` under a rate `S` the queue grows by `S/A - 1` at most, so that replies keep coming every
//! `S/A` echo intervals. [`credible_gap`] is that bound.

use crate::control::load::Achieved;
use crate::direction::Both;
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// Without a reply for five echo intervals, and bytes neither, the radio pauses (cake-autorate).
const STALL_ECHOES: u64 = 5;
/// Below this no traffic flows (cake-autorate's `stall_detection`).
const NO_BYTES: Rate = Rate::bps(10_000);
/// Silence of ten seconds is an outage (cake-autorate's `global_ping_response_timeout`).
pub const OUTAGE_AFTER: Duration = Duration::from_secs(10);
/// A few echoes may be lost in a row: so many expected gaps are still a queue.
const GAPS: f64 = 4.0;
/// A direction that carries less than a tenth of its rate holds no queue that would explain anything.
const LEAST_LOAD: f64 = 0.1;

/// What the silence of the reflectors is, if they are silent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Presence {
    /// They answer, or it is too early to say.
    #[default]
    Heard,
    /// Nothing passes for a moment.
    Stalled {
        /// When the last reply came.
        since: Instant,
    },
    /// Nothing passes.
    Outage {
        /// When the last reply came.
        since: Instant,
    },
    /// Bytes pass, echoes do not.
    Deaf {
        /// When the last reply came.
        since: Instant,
    },
}

impl Presence {
    /// Nothing passes: what was sent before it ends waited for the line, not in a queue.
    pub const fn is_pause(self) -> bool {
        matches!(self, Self::Stalled { .. } | Self::Outage { .. })
    }

    /// Judges the time since the last reply, at `heard_at`, by what flows.
    pub fn judge(
        now: Instant,
        heard_at: Instant,
        echo_every: Duration,
        achieved: Both<Achieved>,
        rates: Both<Rate>,
    ) -> Self {
        let (gap, since) = (now - heard_at, heard_at);
        let flows = |achieved: Achieved| achieved.known().is_some_and(|rate| rate >= NO_BYTES);
        // In a pause of the radio CAKE may go on filling the modem, but nothing comes down. A download that
        // passes is no pause, however few replies make their way through it.
        let comes_down = flows(achieved.down);
        let one_flows = comes_down || flows(achieved.up);
        let stall = Duration::from_micros(echo_every.as_micros() * STALL_ECHOES);
        let gap_of = |achieved, rate| credible_gap(achieved, rate, echo_every);
        let credible = gap_of(achieved.down, rates.down).max(gap_of(achieved.up, rates.up));
        if gap < stall {
            Self::Heard
        } else if !one_flows {
            if gap < OUTAGE_AFTER {
                Self::Stalled { since }
            } else {
                Self::Outage { since }
            }
        } else if !comes_down && gap < credible.max(stall.doubled()) {
            Self::Stalled { since }
        } else if gap > credible {
            Self::Deaf { since }
        } else {
            Self::Heard
        }
    }
}

/// For how long no reply may come because of this direction's queue alone.
pub fn credible_gap(achieved: Achieved, rate: Rate, echo_every: Duration) -> Duration {
    let load = achieved
        .known()
        .map_or(0.0, |achieved| achieved.share_of(rate));
    let slower = if load < LEAST_LOAD {
        1.0
    } else {
        load.recip().max(1.0)
    };
    Duration::from_secs_f64(echo_every.as_secs_f64() * slower * GAPS)
}
