//! What a cycle saw, and the way to a decision.

use core::fmt::{self, Display};

use super::words::State;
use crate::control::zone::Zone;
use crate::steer::Cycle;
use crate::steering::assessment::{Assessment, Reason};
use crate::steering::fact::Standing;
use crate::units::Millis;

/// v1.7's cycle line, of either mode.
pub(super) fn cycle(f: &mut fmt::Formatter<'_>, cycle: &Cycle) -> fmt::Result {
    let state = State(&cycle.prefix, cycle.standing);
    if cycle.cake_aware {
        let (signals, zone) = (Signals(cycle), cycle.assessment.zone);
        let news = News(cycle.assessment);
        return write!(f, "[{state}] {signals} | congestion={zone}{news}");
    }
    let (to_switch, to_return) = cycle.needed;
    write!(
        f,
        "[{state}] RTT={}, baseline={}, delta={} | bad_count={}/{to_switch}, good_count={}/{to_return}{}",
        Ms(cycle.rtt),
        Ms(cycle.baseline),
        Ms(cycle.delta),
        cycle.counts.bad,
        cycle.counts.good,
        News(cycle.assessment)
    )
}

pub(super) fn progress(f: &mut fmt::Formatter<'_>, cycle: &Cycle) -> fmt::Result {
    let zone = cycle.assessment.zone;
    let (to_switch, to_return) = cycle.needed;
    write!(
        f,
        "[{}] [{zone}] {} | ",
        State(&cycle.prefix, cycle.standing),
        Signals(cycle)
    )?;
    match (cycle.standing, zone) {
        (Standing::Good, Zone::Red | Zone::SoftRed) => {
            write!(f, "red_count={}/{to_switch}", cycle.counts.bad)?;
        }
        (Standing::Good, _) => f.write_str("early warning, no action")?,
        (Standing::Degraded, Zone::Green) => {
            write!(f, "good_count={}/{to_return}", cycle.counts.good)?;
        }
        (Standing::Degraded, _) => f.write_str("still degraded")?,
    }
    write!(f, "{}", News(cycle.assessment))
}

pub(super) fn sustained(f: &mut fmt::Formatter<'_>, to: Standing, cycle: &Cycle) -> fmt::Result {
    let (words, samples) = match to {
        Standing::Degraded => ("DEGRADED detected", cycle.counts.bad),
        Standing::Good => ("RECOVERED", cycle.counts.good),
    };
    write!(
        f,
        "{} {words} - {} (sustained {samples} samples){}",
        cycle.prefix,
        Signals(cycle),
        News(cycle.assessment)
    )
}

/// v1.7's `rtt` is the raw delta.
struct Signals<'a>(&'a Cycle);

impl Display for Signals<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cycle = self.0;
        write!(
            f,
            "rtt={} ewma={} drops={} q={}",
            Ms(cycle.delta),
            Ms(cycle.smoothed),
            Known(cycle.drops),
            Known(cycle.queue)
        )
    }
}

/// A reason that v1.7 did not know, at the end of what are otherwise its words.
struct News(Assessment);

impl Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.reason {
            Reason::DelayDropsQueue | Reason::Delay | Reason::Queue | Reason::Calm => Ok(()),
            reason => write!(f, " ({reason})"),
        }
    }
}

struct Ms(Option<Millis>);

impl Display for Ms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(ms) => write!(f, "{ms:.1}ms"),
            None => f.write_str("n/a"),
        }
    }
}

struct Known(Option<u64>);

impl Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(n) => write!(f, "{n}"),
            None => f.write_str("n/a"),
        }
    }
}
