//! What a cycle judged.

use core::fmt;

use super::adaptive;
use crate::control::controller::Judgement;
use crate::control::law::Why;
use crate::control::zone::Zone;
use crate::direction::Direction;
use crate::program::Noise;
use crate::units::Millis;

/// v1.7's cycle line; the `wan: ` in front is written by the caller.
pub(super) fn cycle(f: &mut fmt::Formatter<'_>, judgement: &Judgement) -> fmt::Result {
    let Judgement {
        rtt,
        delay,
        verdicts,
        ..
    } = judgement;
    write!(
        f,
        "[{}/{}] RTT={rtt:.1}ms, load_ewma={:.1}ms, baseline={:.1}ms, delta={:.1}ms | DL={:.0}M, UL={:.0}M",
        verdicts.down.zone,
        verdicts.up.zone,
        delay.load,
        delay.baseline,
        delay.delta(),
        verdicts.down.rate.as_mbps(),
        verdicts.up.rate.as_mbps()
    )?;
    for direction in Direction::BOTH {
        if let Why::Adaptive(decision) = &verdicts[direction].why {
            adaptive::brief(f, direction, decision)?;
        }
    }
    Ok(())
}

pub(super) fn suppressed(f: &mut fmt::Formatter<'_>, noise: Noise, count: u32) -> fmt::Result {
    write!(f, "{count} more ")?;
    match noise {
        Noise::Transitions(direction) => write!(f, "{direction} zone changes suppressed"),
        Noise::Modes(direction) => write!(f, "{direction} mode changes suppressed"),
        Noise::Spikes => f.write_str("RTT spikes suppressed"),
        Noise::Cycles => f.write_str("cycle lines suppressed"),
        Noise::Silences => f.write_str("short ICMP outages suppressed"),
        Noise::Unsent => f.write_str("reports that echo requests cannot leave suppressed"),
    }
}

pub(super) fn transition(
    f: &mut fmt::Formatter<'_>,
    direction: Direction,
    to: Zone,
    delta: Millis,
    edge: Millis,
) -> fmt::Result {
    let reason = reason(direction, to, delta, edge);
    write!(f, "{direction} {to}: {reason}")
}

/// v1.7's reason for a change of zone, for the log and the history (contract 3.5).
pub fn reason(direction: Direction, to: Zone, delta: Millis, edge: Millis) -> impl fmt::Display {
    let verb = if to == Zone::Green {
        "fell below"
    } else {
        "exceeded"
    };
    let name = edge_name(direction, to);
    fmt::from_fn(move |f| write!(f, "RTT delta {delta:.1}ms {verb} {name} threshold {edge}ms"))
}

/// v1.7 names the edges of the two directions differently (contract 3.5).
const fn edge_name(direction: Direction, to: Zone) -> &'static str {
    match (direction, to) {
        (Direction::Down, Zone::Green | Zone::Yellow) => "green",
        (Direction::Down, Zone::SoftRed) => "soft_red",
        (Direction::Down, Zone::Red) => "hard_red",
        (Direction::Up, Zone::Green | Zone::Yellow) => "target",
        (Direction::Up, Zone::SoftRed | Zone::Red) => "warn",
    }
}

pub(super) fn spike(f: &mut fmt::Formatter<'_>, rise: Millis, above: Millis) -> fmt::Result {
    write!(
        f,
        "RTT spike detected! delta_accel={rise:.1}ms (threshold={above}ms) - forcing RED"
    )
}

pub(super) fn baseline_refused(
    f: &mut fmt::Formatter<'_>,
    candidate: Millis,
    (low, high): (Millis, Millis),
) -> fmt::Result {
    write!(
        f,
        "Baseline RTT {candidate:.1}ms outside bounds [{low}-{high}ms], ignoring"
    )
}
