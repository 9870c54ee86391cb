//! Log lines: v1.7's words where v1.7 had words (contract 3.3–3.9, 9.3).

use core::fmt::{self, Display, Write};

use log::Level;

use super::words::{self, Limit};
use crate::control::blackout::{Blind, Step};
use crate::control::controller::Judgement;
use crate::control::zone::Zone;
use crate::direction::Direction;
use crate::program::{Fact, Noise};
use crate::router::{Failure, Transport};

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

/// v1.7's cycle line; the `wan: ` in front is written by the caller.
fn cycle(f: &mut fmt::Formatter<'_>, judgement: &Judgement) -> fmt::Result {
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
    )
}

fn suppressed(f: &mut fmt::Formatter<'_>, noise: Noise, count: u32) -> fmt::Result {
    write!(f, "{count} more ")?;
    match noise {
        Noise::Transitions(direction) => write!(f, "{direction} zone changes suppressed"),
        Noise::Spikes => f.write_str("RTT spikes suppressed"),
        Noise::Cycles => f.write_str("cycle lines suppressed"),
    }
}

/// Another transport serves from now on.
fn switched(f: &mut fmt::Formatter<'_>, to: Transport, why: Option<Failure>) -> fmt::Result {
    let Some(why) = why else {
        return write!(f, "Router transport {to} answers again: switched back");
    };
    let from = to.other();
    write!(
        f,
        "Router transport {from} failed ({}): switched to {to}, {from} is probed until it answers",
        why.explain()
    )
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

fn fallback(f: &mut fmt::Formatter<'_>, step: Step, rounds: u32, gateway: bool) -> fmt::Result {
    let network = if gateway {
        "gateway reachable"
    } else {
        "TCP reachable"
    };
    match step {
        Step::JudgeTcp(time) => {
            write!(
                f,
                "ICMP unavailable - using TCP RTT={time:.1}ms as fallback"
            )
        }
        Step::Repeat => write!(f, "ICMP unavailable ({network}) - using last RTT"),
        Step::Freeze => write!(f, "ICMP unavailable ({network}) - rates frozen"),
        Step::Fail(Blind::TotalLoss) => f.write_str("Total connectivity loss - skipping cycle"),
        Step::Fail(Blind::GaveUp) => {
            write!(f, "ICMP unavailable for {rounds} cycles - giving up")
        }
        Step::Fail(Blind::NoReply) => f.write_str("All pings failed"),
        Step::Judge(_) | Step::Hold => Ok(()),
    }
}

/// The HTTP status, where there was one.
fn status_of(why: Failure) -> heapless::String<16> {
    let mut text = heapless::String::new();
    if let Failure::Status(status) = why {
        // " (HTTP 65535)" is 13 bytes.
        let _ = write!(text, " (HTTP {status})");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::controller::Source;
    use crate::control::delay::Delay;
    use crate::control::law::{Verdict, Why};
    use crate::direction::Both;
    use crate::status::Unsent;
    use crate::time::Duration;
    use crate::units::{Millis, Rate};

    fn line(fact: Fact) -> String {
        Line {
            wan: "wan1",
            fact: &fact,
        }
        .to_string()
    }

    #[test]
    fn the_cycle_line_is_v1_7s() {
        let verdict = |zone, rate| Verdict {
            zone,
            was: zone,
            rate,
            why: Why::Cut,
        };
        let judgement = Judgement {
            rtt: Millis::of(60),
            source: Source::Icmp,
            delay: Delay {
                load: Millis::new(42.5).unwrap(),
                baseline: Millis::of(25),
                ..Delay::default()
            },
            verdicts: Both {
                down: verdict(Zone::Yellow, Rate::mbit(480)),
                up: verdict(Zone::SoftRed, Rate::mbit(47)),
            },
        };
        assert_eq!(
            line(Fact::Cycle {
                judgement,
                notable: true
            }),
            "wan1: [YELLOW/SOFT_RED] RTT=60.0ms, load_ewma=42.5ms, baseline=25.0ms, delta=17.5ms | DL=480M, UL=47M"
        );
    }

    #[test]
    fn one_too_many_is_a_debug_line_and_counted_as_loud_as_it_would_have_been() {
        let spike = |notable| Fact::Spike {
            rise: Millis::of(13),
            above: Millis::of(12),
            notable,
        };
        let transition = |notable| Fact::Transition {
            direction: Direction::Up,
            to: Zone::Red,
            delta: Millis::of(50),
            edge: Millis::of(45),
            notable,
        };
        let suppressed = |noise| Fact::Suppressed { noise, count: 37 };
        let uploads = Noise::Transitions(Direction::Up);
        for (fact, noise, loud, text) in [
            (
                spike as fn(bool) -> Fact,
                Noise::Spikes,
                Level::Warn,
                "wan1: 37 more RTT spikes suppressed",
            ),
            (
                transition,
                uploads,
                Level::Info,
                "wan1: 37 more upload zone changes suppressed",
            ),
        ] {
            assert_eq!(level(&fact(true)), loud);
            assert_eq!(level(&fact(false)), Level::Debug);
            assert_eq!(level(&suppressed(noise)), loud);
            assert_eq!(line(suppressed(noise)), text);
            assert_eq!(line(fact(true)), line(fact(false)));
        }
        assert_eq!(
            line(suppressed(Noise::Cycles)),
            "wan1: 37 more cycle lines suppressed"
        );
    }

    #[test]
    fn words_of_v1_7_are_kept() {
        let twelve = Millis::new(12.5).unwrap();
        for (fact, text) in [
            (
                Fact::Spike {
                    rise: twelve,
                    above: Millis::of(12),
                    notable: true,
                },
                "wan1: RTT spike detected! delta_accel=12.5ms (threshold=12.0ms) - forcing RED",
            ),
            (
                Fact::Recovered { rounds: 3 },
                "wan1: ICMP recovered after 3 cycles",
            ),
            (
                Fact::RouterUp {
                    outage: Some((Duration::from_millis(61_250), 9)),
                },
                "wan1: Router reconnected after 61.2s outage (9 failures)",
            ),
            (
                Fact::Switched {
                    to: Transport::Ssh,
                    why: Some(Failure::ConnectionRefused),
                },
                "wan1: Router transport rest failed (connection refused): switched to ssh, rest is probed until it answers",
            ),
            (
                Fact::Switched {
                    to: Transport::Rest,
                    why: None,
                },
                "wan1: Router transport rest answers again: switched back",
            ),
            (
                Fact::RouterFailed {
                    why: Failure::TimedOut,
                    failures: 3,
                },
                "wan1: Router communication failed (timeout, 3 consecutive): no answer in time",
            ),
            (
                Fact::Unsent {
                    why: Unsent::NoInterface,
                },
                "wan1: Echo requests cannot leave: the interface has gone",
            ),
            (
                Fact::Leaving {
                    after: Duration::from_millis(61_250),
                },
                "wan1: Echo requests leave again after 61.2s",
            ),
            (
                Fact::Fallback {
                    step: Step::Fail(Blind::TotalLoss),
                    rounds: 0,
                    gateway: false,
                },
                "wan1: Total connectivity loss - skipping cycle",
            ),
        ] {
            assert_eq!(line(fact), text);
        }
    }
}
