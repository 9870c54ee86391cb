//! Log lines: v1.7's words where v1.7 had words (contract 3.3–3.9, 9.3).

mod adaptive;
mod judging;
pub(super) mod link;
mod measuring;
mod router;
#[cfg(test)]
mod tests;

pub use self::judging::reason;

use core::fmt::{self, Display};

use log::Level;

use crate::control::blackout::{Blind, Step};
use crate::program::{Fact, Noise};

/// How loud a fact is.
pub const fn level(fact: &Fact) -> Level {
    match fact {
        Fact::Link(fact) => link::level(fact),
        Fact::Adaptive(fact) => adaptive::level(fact),
        Fact::Cycle { notable: false, .. }
        | Fact::Transition { notable: false, .. }
        | Fact::Spike { notable: false, .. }
        | Fact::Written { .. }
        | Fact::Throttled { .. } => Level::Debug,
        Fact::Cycle { .. }
        | Fact::Transition { .. }
        | Fact::Suppressed {
            noise: Noise::Transitions(_) | Noise::Modes(_) | Noise::Cycles,
            ..
        }
        | Fact::Recovered { .. }
        | Fact::Leaving { .. }
        | Fact::Fallback {
            step: Step::Freeze, ..
        } => Level::Info,
        Fact::Refused { .. }
        | Fact::Fallback {
            step: Step::Fail(Blind::GaveUp),
            ..
        } => Level::Error,
        Fact::Spike { .. }
        | Fact::Suppressed {
            noise: Noise::Spikes | Noise::Silences | Noise::Unsent,
            ..
        }
        | Fact::BaselineRefused { .. }
        | Fact::Silent
        | Fact::Unsent { .. }
        | Fact::Fallback { .. }
        | Fact::Drift { .. }
        | Fact::Inactive { .. } => Level::Warn,
    }
}

/// A fact about one WAN as a line.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// `wan_name`.
    pub wan: &'a str,
    /// What happened.
    pub fact: &'a Fact,
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wan = self.wan;
        write!(f, "{wan}: ")?;
        match *self.fact {
            Fact::Cycle { judgement, .. } => judging::cycle(f, &judgement),
            Fact::Transition {
                direction,
                to,
                delta,
                edge,
                ..
            } => judging::transition(f, direction, to, delta, edge),
            Fact::Spike { rise, above, .. } => judging::spike(f, rise, above),
            Fact::BaselineRefused { candidate, bounds } => {
                judging::baseline_refused(f, candidate, bounds)
            }
            Fact::Suppressed { noise, count } => judging::suppressed(f, noise, count),
            Fact::Silent => f.write_str("All ICMP pings failed - running fallback checks"),
            Fact::Unsent { why } => measuring::unsent(f, why),
            Fact::Leaving { after } => measuring::leaving(f, after),
            Fact::Fallback {
                step,
                rounds,
                findings,
            } => measuring::fallback(f, step, rounds, findings.gateway),
            Fact::Recovered { rounds } => write!(f, "ICMP recovered after {rounds} cycles"),
            Fact::Link(fact) => link::write(f, &fact),
            Fact::Adaptive(ref fact) => adaptive::write(f, fact),
            Fact::Refused { direction, why } => router::refused(f, direction, why),
            Fact::Inactive { direction } => router::inactive(f, direction),
            Fact::Drift {
                direction,
                confirmed,
                found,
            } => router::drift(f, direction, confirmed, found),
            Fact::Written {
                direction,
                rate,
                took,
            } => router::written(f, direction, rate, took),
            Fact::Throttled { changes, window } => router::throttled(f, changes, window),
        }
    }
}
