//! Notices in words.

use core::fmt::Write as _;

use super::When;
use super::kind::Kind;
use super::notice::{Notice, Subject, Turn};
use super::trouble::Told;
use crate::control::zone::Zone;
use crate::direction::Direction;
use crate::report::words::unsent;
use crate::router::Failure;
use crate::status::{Label, Unsent};
use crate::steer::Trouble as Wrong;
use crate::time::Duration;
use crate::units::{Millis, Rate};

/// What is the matter, as it was seen last.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause {
    Congestion {
        direction: Direction,
        zone: Zone,
        delta: Millis,
    },
    Floor {
        direction: Direction,
        rate: Rate,
        delta: Millis,
    },
    Router(Failure),
    WanDown {
        gateway: bool,
    },
    Blind(Option<Unsent>),
    Steering,
    Rule(Wrong),
}

impl Cause {
    const fn kind(self) -> Kind {
        match self {
            Self::Congestion { .. } => Kind::Congestion,
            Self::Floor { .. } => Kind::Floor,
            Self::Router(_) => Kind::Router,
            Self::WanDown { .. } => Kind::WanDown,
            Self::Blind(..) => Kind::Blind,
            Self::Steering => Kind::Steering,
            Self::Rule(_) => Kind::Rule,
        }
    }

    const fn direction(self) -> Option<Direction> {
        match self {
            Self::Congestion { direction, .. } | Self::Floor { direction, .. } => Some(direction),
            _ => None,
        }
    }

    /// What it is, and what it is called when it is over.
    fn titles(self) -> (String, String) {
        let pair = |there: &str, over: &str| (there.to_owned(), over.to_owned());
        match self {
            Self::Congestion { direction, .. } => (
                format!("the {direction} is congested"),
                format!("the {direction} is no longer congested"),
            ),
            Self::Floor { direction, .. } => (
                format!("the {direction} rate is at its floor, and the delay stays"),
                format!("the {direction} rate is off its floor, or the delay is gone"),
            ),
            Self::Router(why) if is_silence(why) => {
                pair("the router does not answer", "the router answers again")
            }
            Self::Router(_) => pair("the router cannot be used", "the router can be used again"),
            Self::WanDown { .. } => pair("the line is down", "the line is back"),
            Self::Blind(..) => pair("the line cannot be measured", "the line is measured again"),
            Self::Steering => pair(
                "traffic is steered to the other line",
                "traffic is back on the primary line",
            ),
            Self::Rule(_) => pair(
                "the steering rule cannot do its work",
                "the steering rule is in order again",
            ),
        }
    }

    fn message(self) -> String {
        match self {
            Self::Congestion {
                direction,
                zone,
                delta,
            } => format!(
                "The {direction} has been {} and worse; now {zone}, {delta:.0} ms over the baseline.",
                Zone::SoftRed
            ),
            Self::Floor {
                direction,
                rate,
                delta,
            } => format!(
                "The {direction} may not be shaped below {:.0} Mbit/s, and its delay is {delta:.0} ms over the \
                 baseline.",
                rate.as_mbps()
            ),
            Self::Router(why) => format!(
                "The router cannot be used: {}. It keeps the last limits that it confirmed.",
                why.explain()
            ),
            Self::WanDown { gateway } => {
                let near = if gateway {
                    " The gateway does answer."
                } else {
                    ""
                };
                format!("Neither ICMP nor TCP gets an answer from the internet.{near}")
            }
            Self::Blind(why) => blind(why),
            Self::Steering => "New latency-sensitive connections go over the alternate.".to_owned(),
            Self::Rule(wrong) => rule(wrong).to_owned(),
        }
    }

    fn advice(self) -> String {
        match self {
            Self::Congestion { .. } => {
                "See /health for what the rates are and why. If the rate is low and the delay stays, the queue is \
                 not in our modem."
                    .to_owned()
            }
            Self::Floor { direction, .. } => format!(
                "A floor above what the line carries is no control: lower the floors of \
                 continuous_monitoring.{direction} below the line's worst evening."
            ),
            Self::Router(_) => {
                "See that it runs, and that `wanctl check` gets through to it.".to_owned()
            }
            Self::WanDown { .. } => {
                "See the modem and the provider. Control goes on by itself when the line is back."
                    .to_owned()
            }
            Self::Blind(..) => {
                "See that the hosts of continuous_monitoring.ping_hosts answer from here; `wanctl check` tries them."
                    .to_owned()
            }
            Self::Steering => {
                "Nothing needs to be done: they return when the primary has recovered.".to_owned()
            }
            Self::Rule(_) => {
                "Until then nobody is steered. `wanctl check` on the steering file says what to do on the router."
                    .to_owned()
            }
        }
    }
}

/// Otherwise somebody is there who does not let us work.
const fn is_silence(why: Failure) -> bool {
    matches!(
        why,
        Failure::TimedOut
            | Failure::ConnectionRefused
            | Failure::NetworkUnreachable
            | Failure::NameUnknown
            | Failure::Closed
    )
}

fn blind(why: Option<Unsent>) -> String {
    let reason = why.map_or("nobody answers ICMP", unsent);
    format!("Nothing can be measured ({reason}): the rates stay as they are.")
}

const fn rule(wrong: Wrong) -> &'static str {
    match wrong {
        Wrong::RuleMissing => "No mangle rule has the configured comment.",
        Wrong::RuleAmbiguous => {
            "Several mangle rules have the configured comment; none is touched."
        }
        Wrong::RuleInvalid => {
            "The rule is invalid on the router and does nothing, whichever way it stands."
        }
        Wrong::RuleRefused => "The router refuses to have the rule read or switched.",
        _ => "The rule does not stand as it should, or nobody knows how it stands.",
    }
}

/// Makes a notice of it.
pub(super) fn notice(at: When, wan: &Label, cause: Cause, told: Told) -> Notice {
    let (there, over) = cause.titles();
    let (turn, since, lasted, untold) = match told {
        Told::There {
            since,
            lasted,
            untold,
        } => (Turn::Problem, since, lasted, untold),
        Told::Over { since, lasted } => (Turn::Resolved, since, lasted, 0),
    };
    let (title, mut message, advice) = match turn {
        Turn::Problem => (there, cause.message(), cause.advice()),
        Turn::Resolved => (over, format!("It lasted {}.", span(lasted)), String::new()),
    };
    // A String takes everything.
    if turn == Turn::Problem && lasted > Duration::ZERO {
        let _ = write!(message, " So for {}.", span(lasted));
    }
    if untold > 0 {
        let times = if untold == 1 { "time" } else { "times" };
        let _ = write!(
            message,
            " It came and went {untold} {times} since the notice before."
        );
    }
    Notice {
        subject: Subject::Kind(cause.kind()),
        turn,
        wan: wan.clone(),
        direction: cause.direction(),
        at,
        since,
        lasted,
        untold,
        title: format!("{wan}: {title}"),
        message,
        advice,
    }
}

/// `90 s`, `12 min`, `5 h 3 min`
pub(super) fn span(span: Duration) -> String {
    let secs = span.as_micros() / 1_000_000;
    match (secs / 3_600, secs / 60 % 60) {
        (0, _) if secs < 120 => format!("{secs} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
