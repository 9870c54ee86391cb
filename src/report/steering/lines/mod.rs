//! Steering's log lines: v1.7's words where v1.7 had words (contract 4.3 to 4.8, 9.3).

mod cycle;
mod decision;
mod rule;
#[cfg(test)]
mod tests;

use core::fmt;

use log::Level;

use super::words;
use crate::report::lines::link;
use crate::report::words::unsent;
use crate::router::steering::Refusal;
use crate::steer::{Fact, Left, Side};
use crate::steering::fact::Standing;

/// How loud a fact is.
pub(super) const fn level(fact: &Fact) -> Level {
    match fact {
        Fact::Decision { fact, .. } => decision::level(fact),
        Fact::Link(fact) => link::level(fact),
        Fact::Cycle { notable: false, .. } => Level::Debug,
        Fact::Cycle { .. }
        | Fact::Progress(_)
        | Fact::Sustained {
            to: Standing::Good, ..
        }
        | Fact::Scored {
            to: Standing::Good, ..
        }
        | Fact::Switching { .. }
        | Fact::WouldSwitch(_)
        | Fact::RoutingUnchanged
        | Fact::Entries { .. }
        | Fact::Leaving { .. }
        | Fact::Alternate { answers: true }
        | Fact::Left {
            left: Left::Off | Left::On | Left::Unknown(Standing::Good),
            ..
        } => Level::Info,
        Fact::Sustained { .. }
        | Fact::Scored { .. }
        | Fact::RuleRefused(Refusal::RuleUnknown | Refusal::IdUnknown | Refusal::Unclear)
        | Fact::Unsent { .. }
        | Fact::Forsaken
        | Fact::Alternate { .. }
        | Fact::Left { .. } => Level::Warn,
        Fact::NoBaseline { .. } | Fact::RuleRefused(_) | Fact::RuleInvalid => Level::Error,
    }
}

/// Puts a fact into words.
pub(super) fn write(f: &mut fmt::Formatter<'_>, fact: &Fact) -> fmt::Result {
    match fact {
        Fact::Decision { about, fact } => decision::write(f, about, fact),
        Fact::Link(fact) => link::write(f, fact),
        Fact::Cycle { cycle, .. } => cycle::cycle(f, cycle),
        Fact::Progress(cycle) => cycle::progress(f, cycle),
        Fact::Sustained { to, cycle } => cycle::sustained(f, *to, cycle),
        Fact::Scored { to, scored } => decision::scored(f, *to, scored),
        Fact::Forsaken => f.write_str(
            "The alternate does not answer and the primary does: new latency-sensitive connections return to the \
             primary, however slow it is",
        ),
        Fact::Switching { to, comment } => rule::switching(f, *to, comment),
        Fact::WouldSwitch(to) => write!(f, "Would execute: {} mangle rule", words::enable(*to)),
        Fact::RoutingUnchanged => f.write_str("Actual routing unchanged"),
        Fact::NoBaseline { primary } => write!(
            f,
            "Cannot proceed without baseline RTT: see that wanctl runs for {primary}, and that \
             cake_state_sources.primary names its state document; until then only a line that is dead, or loses \
             packets, is steered around"
        ),
        Fact::RuleRefused(why) => rule::refused(f, *why),
        Fact::RuleInvalid => rule::invalid(f),
        Fact::Entries { list, count } => write!(f, "Address list {list} has {count} entries"),
        Fact::Unsent { line, why } => write!(
            f,
            "Echo requests over the {} cannot leave: {}",
            name(*line),
            unsent(*why)
        ),
        Fact::Leaving { line, after } => write!(
            f,
            "Echo requests over the {} leave again after {:.1}s",
            name(*line),
            after.as_secs_f64()
        ),
        Fact::Alternate { answers: true } => f.write_str("The alternate answers"),
        Fact::Alternate { answers: false } => f.write_str(
            "The alternate does not answer: while that lasts, nothing is won by steering",
        ),
        Fact::Left { left, comment } => rule::left(f, *left, comment),
    }
}

const fn name(line: Side) -> &'static str {
    match line {
        Side::Primary => "primary",
        Side::Alternate => "alternate",
    }
}
