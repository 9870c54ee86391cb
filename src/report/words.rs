//! Words that several reports share.

use core::fmt::{self, Display};

use super::adaptive::Adapted;
use crate::control::blackout::Blind;
use crate::control::law::Why;
use crate::direction::Direction;
use crate::router::Failure;
use crate::status::{Sight, Status, Trouble, Unsent, WanStatus};
use crate::units::Rate;

/// v1.7's class of a failure (contract 3.9).
pub(super) const fn failure_type(why: Failure) -> &'static str {
    match why {
        Failure::TimedOut => "timeout",
        Failure::ConnectionRefused => "connection_refused",
        Failure::NetworkUnreachable => "network_unreachable",
        Failure::NameUnknown => "dns_failure",
        Failure::Unauthorized | Failure::KeyFile => "auth_failure",
        Failure::Tls
        | Failure::NoDescriptor
        | Failure::Rejected
        | Failure::Busy
        | Failure::HostKeyUnknown
        | Failure::HostKeyChanged
        | Failure::Ssh
        | Failure::Garbled
        | Failure::Closed
        | Failure::TooLarge
        | Failure::Status(_) => "unknown",
    }
}

/// One word for what the last cycle could see.
pub(super) const fn sight(sight: Sight) -> &'static str {
    match sight {
        Sight::Starting => "starting",
        Sight::Icmp => "icmp",
        Sight::Tcp => "tcp",
        Sight::Frozen => "frozen",
        Sight::Blind(Blind::NoReply) => "no_reply",
        Sight::Blind(Blind::TotalLoss) => "total_loss",
        Sight::Blind(Blind::GaveUp) => "gave_up",
    }
}

/// Why echo requests do not leave.
pub(crate) const fn unsent(why: Unsent) -> &'static str {
    match why {
        Unsent::NoRoute => "there is no route to any reflector, or not from the source address",
        Unsent::Forbidden => "forbidden, perhaps by a firewall",
        Unsent::QueueFull => "the interface's queue is full",
        Unsent::NoInterface => "the interface has gone",
        Unsent::NoSource => "the source address has gone",
        Unsent::NoAddress => "no reflector's name has an address yet",
        Unsent::Refused => "the system refuses",
    }
}

/// A sentence for what is wrong.
pub(super) const fn trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::RouterUnreachable => "the router cannot be reached",
        Trouble::Failing => "three or more cycles in a row could not measure",
        Trouble::Blind => "no reflector has answered for ten seconds or longer",
        Trouble::WritesRefused => "the router refuses to change a queue",
        Trouble::Behind => "the router has not taken a new limit for ten seconds or longer",
        Trouble::QueueInactive => {
            "a queue is disabled or invalid on the router: its limit has no effect"
        }
    }
}

/// The same in a few words.
pub(super) const fn trouble_in_short(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::RouterUnreachable => "router unreachable",
        Trouble::Failing => "cycles fail",
        Trouble::Blind => "blind",
        Trouble::WritesRefused => "writes refused",
        Trouble::Behind => "router behind",
        Trouble::QueueInactive => "queue inactive",
    }
}

/// Every WAN's trouble, by name; nothing if all is well.
pub(super) struct Troubles<'a>(pub(super) &'a Status);

impl Display for Troubles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for wan in &self.0.wans {
            if let Some(what) = wan.trouble(self.0.now) {
                write!(f, "{separator}{}: {}", wan.name, trouble(what))?;
                separator = "; ";
            }
        }
        Ok(())
    }
}

/// "Why is my rate 412M?", in a sentence.
pub(super) struct Explanation<'a> {
    pub(super) wan: &'a WanStatus,
    pub(super) direction: Direction,
}

impl Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.wan.rates[self.direction];
        let zone = self.wan.zones[self.direction];
        match self.wan.why[self.direction] {
            Why::Starting => write!(f, "{rate}: nothing has been measured yet")?,
            Why::AtCeiling => write!(f, "{rate}: GREEN, and this is the ceiling")?,
            Why::Raised => write!(f, "{rate}: GREEN for long enough, raised by one step")?,
            Why::AwaitingGreen { streak, required } => write!(
                f,
                "{rate}: GREEN for {streak} of {required} cycles before it may rise"
            )?,
            Why::Cut => write!(f, "{rate}: {zone}, cut")?,
            Why::HeldInSoftRed => write!(f, "{rate}: SOFT_RED, held")?,
            Why::AtFloor => write!(f, "{rate}: {zone}, and this is the floor of that zone")?,
            Why::LiftedToFloor => write!(f, "{rate}: lifted to the floor of {zone}")?,
            Why::Adaptive(ref decision) => write!(f, "{rate}: {}", Adapted(decision))?,
        }
        if matches!(self.wan.measurement.sight, Sight::Frozen | Sight::Blind(_)) {
            f.write_str("; it stands while nothing can be measured")?;
        }
        match self.wan.router.applied[self.direction] {
            Some(applied) if applied != rate => {
                write!(f, "; the router holds {}", Limit(applied))
            }
            Some(_) => Ok(()),
            None => f.write_str("; what the router holds is not known yet"),
        }
    }
}

/// A `max-limit`, where 0 means none.
pub(super) struct Limit(pub(super) Rate);

impl Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Rate::ZERO {
            f.write_str("no limit")
        } else {
            Display::fmt(&self.0, f)
        }
    }
}
