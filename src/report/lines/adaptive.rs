//! What the adaptive law has to say.

use core::fmt;

use log::Level;

use crate::control::law::adaptive::{Decision, Mode};
use crate::control::load::Verdict;
use crate::direction::{Both, Direction};
use crate::program::AdaptiveFact;
use crate::report::adaptive::{Adapted, blocker_word, mode, reason_word};

pub(super) const fn level(fact: &AdaptiveFact) -> Level {
    match fact {
        AdaptiveFact::Stood { .. } | AdaptiveFact::Mode { notable: false, .. } => Level::Debug,
        AdaptiveFact::Mode { .. }
        | AdaptiveFact::Tested(Verdict::Fresh(_) | Verdict::Undecided)
        | AdaptiveFact::Counted { .. } => Level::Info,
        AdaptiveFact::Tested(Verdict::Slow(_))
        | AdaptiveFact::Uncounted { .. }
        | AdaptiveFact::FloorHolds { .. } => Level::Warn,
    }
}

pub(super) fn write(f: &mut fmt::Formatter<'_>, fact: &AdaptiveFact) -> fmt::Result {
    match *fact {
        AdaptiveFact::Stood { ref decisions } => stood(f, decisions),
        AdaptiveFact::Mode {
            direction,
            was,
            ref decision,
            ..
        } => moved(f, direction, was, decision),
        AdaptiveFact::Tested(verdict) => tested(f, verdict),
        AdaptiveFact::Uncounted { missing } => write!(
            f,
            "The queues' byte counters have not been read for {:.0}s: until they are, rates follow the delay \
             alone and drift to base_mbps",
            missing.as_secs_f64()
        ),
        AdaptiveFact::Counted { after } => write!(
            f,
            "The queues' byte counters are read again after {:.0}s",
            after.as_secs_f64()
        ),
        AdaptiveFact::FloorHolds {
            direction,
            rate,
            lasting,
        } => write!(
            f,
            "{direction}: delay has stayed for {:.0}s at the floor of {rate}: the floor may lie above what the \
             line can do now",
            lasting.as_secs_f64()
        ),
    }
}

/// Both directions in one cycle without a reply.
fn stood(f: &mut fmt::Formatter<'_>, decisions: &Both<Decision>) -> fmt::Result {
    write!(
        f,
        "[no reply] DL={:.0}M, UL={:.0}M",
        decisions.down.rate.as_mbps(),
        decisions.up.rate.as_mbps()
    )?;
    Direction::BOTH
        .into_iter()
        .try_for_each(|direction| brief(f, direction, &decisions[direction]))
}

/// State, reason and blocker, signal and anchor of one direction, twenty times a second:
/// `DL draining/cut/draining 39.0>15.2ms 80.1M of 85.0M`.
pub(super) fn brief(
    f: &mut fmt::Formatter<'_>,
    direction: Direction,
    decision: &Decision,
) -> fmt::Result {
    let name = match direction {
        Direction::Down => "DL",
        Direction::Up => "UL",
    };
    let blocker = decision.blocker.map_or("-", blocker_word);
    let (mode, reason) = (mode(decision.mode), reason_word(decision.reason));
    write!(f, " | {name} {mode}/{reason}/{blocker} ")?;
    let threshold = decision.threshold;
    match decision.delta {
        Some(delta) => {
            let sign = if delta > threshold { '>' } else { '<' };
            write!(f, "{delta:.1}{sign}{threshold:.1}ms ")?;
        }
        None => write!(f, "?<{threshold:.1}ms ")?,
    }
    match decision.achieved {
        Some(achieved) => write!(f, "{:.1}M", achieved.as_mbps())?,
        None => f.write_str("?")?,
    }
    match decision.anchor {
        Some(anchor) => write!(f, " of {:.1}M", anchor.as_mbps()),
        None => f.write_str(" of ?"),
    }
}

fn moved(
    f: &mut fmt::Formatter<'_>,
    direction: Direction,
    was: Mode,
    decision: &Decision,
) -> fmt::Result {
    write!(
        f,
        "{direction} {} -> {} at {}: {}",
        mode(was),
        mode(decision.mode),
        decision.rate,
        Adapted(decision)
    )
}

fn tested(f: &mut fmt::Formatter<'_>, verdict: Verdict) -> fmt::Result {
    f.write_str("The queues' byte counters ")?;
    match verdict {
        Verdict::Undecided => f.write_str("have seen too little traffic to be tested"),
        Verdict::Fresh(period) => write!(f, "are fresh: they move every {:.0}ms", ms(period)),
        Verdict::Slow(period) => write!(
            f,
            "move every {:.0}ms only, too rarely to decide on: rates follow the delay alone and drift to base_mbps",
            ms(period)
        ),
    }
}

fn ms(time: crate::time::Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
