//! How well the line can be measured.

use core::fmt;

use crate::control::blackout::{Blind, Step};
use crate::report::words;
use crate::status::Unsent;
use crate::time::Duration;

pub(super) fn fallback(
    f: &mut fmt::Formatter<'_>,
    step: Step,
    rounds: u32,
    gateway: bool,
) -> fmt::Result {
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

pub(super) fn unsent(f: &mut fmt::Formatter<'_>, why: Unsent) -> fmt::Result {
    write!(f, "Echo requests cannot leave: {}", words::unsent(why))
}

pub(super) fn leaving(f: &mut fmt::Formatter<'_>, after: Duration) -> fmt::Result {
    let seconds = after.as_secs_f64();
    write!(f, "Echo requests leave again after {seconds:.1}s")
}
