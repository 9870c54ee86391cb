//! Log lines: v1.7's words where v1.7 had words (contract 3.3–3.9, 9.3).

mod judging;
mod measuring;
mod router;
#[cfg(test)]
mod tests;

use core::fmt::{self, Display};

use log::Level;

use self::judging::{cycle, edge_name, suppressed};
use self::measuring::fallback;
use self::router::{status_of, switched};
use super::words::{self, Limit};
use crate::control::blackout::{Blind, Step};
use crate::control::zone::Zone;
use crate::program::{Fact, Noise};

/// How loud a fact is.
pub const fn level(fact: &Fact) -> Level {
    match fact {
        Fact::Cycle { notable: false, .. }
        | Fact::Transition { notable: false, .. }
        | Fact::Spike { notable: false, .. }
        | Fact::Written { .. }
        | Fact::Throttled { .. } => Level::Debug,
        Fact::Cycle { .. }
        | Fact::Transition { .. }
        | Fact::Suppressed {
            noise: Noise::Transitions(_) | Noise::Cycles,
            ..
        }
        | Fact::Recovered { .. }
        | Fact::Leaving { .. }
        | Fact::RouterUp { .. }
        | Fact::Switched { why: None, .. }
        | Fact::Fallback {
            step: Step::Freeze, ..
        } => Level::Info,
        Fact::RouterFailed { .. }
        | Fact::Refused { .. }
        | Fact::Fallback {
            step: Step::Fail(Blind::GaveUp),
            ..
        } => Level::Error,
        Fact::Spike { .. }
        | Fact::Suppressed {
            noise: Noise::Spikes,
            ..
        }
        | Fact::BaselineRefused { .. }
        | Fact::Silent
        | Fact::Unsent { .. }
        | Fact::Fallback { .. }
        | Fact::Drift { .. }
        | Fact::Switched { .. }
        | Fact::SpareFailed { .. }
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
            Fact::Cycle { judgement, .. } => cycle(f, &judgement),
            Fact::Transition {
                direction,
                to,
                delta,
                edge,
                ..
            } => {
                let verb = if to == Zone::Green {
                    "fell below"
                } else {
                    "exceeded"
                };
                let edge_name = edge_name(direction, to);
                write!(
                    f,
                    "{direction} {to}: RTT delta {delta:.1}ms {verb} {edge_name} threshold {edge}ms"
                )
            }
            Fact::Spike { rise, above, .. } => write!(
                f,
                "RTT spike detected! delta_accel={rise:.1}ms (threshold={above}ms) - forcing RED"
            ),
            Fact::Suppressed { noise, count } => suppressed(f, noise, count),
            Fact::BaselineRefused { candidate, bounds } => write!(
                f,
                "Baseline RTT {candidate:.1}ms outside bounds [{}-{}ms], ignoring",
                bounds.0, bounds.1
            ),
            Fact::Silent => f.write_str("All ICMP pings failed - running fallback checks"),
            Fact::Unsent { why } => {
                write!(f, "Echo requests cannot leave: {}", words::unsent(why))
            }
            Fact::Leaving { after } => {
                write!(
                    f,
                    "Echo requests leave again after {:.1}s",
                    after.as_secs_f64()
                )
            }
            Fact::Fallback {
                step,
                rounds,
                gateway,
            } => fallback(f, step, rounds, gateway),
            Fact::Recovered { rounds } => write!(f, "ICMP recovered after {rounds} cycles"),
            Fact::RouterFailed { why, failures } => write!(
                f,
                "Router communication failed ({}, {failures} consecutive): {}{}",
                words::failure_type(why),
                why.explain(),
                status_of(why)
            ),
            Fact::RouterUp { outage: None } => f.write_str("Router connected"),
            Fact::RouterUp {
                outage: Some((time, failures)),
            } => write!(
                f,
                "Router reconnected after {:.1}s outage ({failures} failures)",
                time.as_secs_f64()
            ),
            Fact::Switched { to, why } => switched(f, to, why),
            Fact::SpareFailed { transport, why } => {
                let why = why.explain();
                write!(f, "Router transport {transport} cannot be used: {why}")
            }
            Fact::Refused { direction, why } => {
                write!(f, "Failed to set the {direction} queue: {}", why.explain())
            }
            Fact::Inactive { direction } => write!(
                f,
                "The {direction} queue is disabled or invalid on the router: its limit has no effect"
            ),
            Fact::Drift {
                direction,
                confirmed,
                found,
            } => write!(
                f,
                "The {direction} queue holds {} where the router had confirmed {}: somebody changed it, correcting",
                Limit(found),
                Limit(confirmed)
            ),
            Fact::Written {
                direction,
                rate,
                took,
            } => write!(f, "{direction} set to {} ({took})", Limit(rate)),
            Fact::Throttled { changes, window } => write!(
                f,
                "Rate limit reached ({changes} writes per {:.0}s): the router keeps its limits for now",
                window.as_secs_f64()
            ),
        }
    }
}
