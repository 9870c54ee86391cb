//! What the router said, or did not.

use core::fmt;

use crate::direction::Direction;
use crate::report::words::{self, Limit};
use crate::router::{Failure, Refusal, Transport};
use crate::time::Duration;
use crate::units::Rate;

pub(super) fn failed(f: &mut fmt::Formatter<'_>, why: Failure, failures: u32) -> fmt::Result {
    write!(
        f,
        "Router communication failed ({}, {failures} consecutive): {}",
        words::failure_type(why),
        why.explain()
    )?;
    if let Failure::Status(status) = why {
        write!(f, " (HTTP {status})")?;
    }
    Ok(())
}

pub(super) fn up(f: &mut fmt::Formatter<'_>, outage: Option<(Duration, u32)>) -> fmt::Result {
    let Some((time, failures)) = outage else {
        return f.write_str("Router connected");
    };
    let seconds = time.as_secs_f64();
    write!(
        f,
        "Router reconnected after {seconds:.1}s outage ({failures} failures)"
    )
}

/// Another transport serves from now on.
pub(super) fn switched(
    f: &mut fmt::Formatter<'_>,
    to: Transport,
    why: Option<Failure>,
) -> fmt::Result {
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

pub(super) fn spare_failed(
    f: &mut fmt::Formatter<'_>,
    transport: Transport,
    why: Failure,
) -> fmt::Result {
    let why = why.explain();
    write!(f, "Router transport {transport} cannot be used: {why}")
}

pub(super) fn refused(
    f: &mut fmt::Formatter<'_>,
    direction: Direction,
    why: Refusal,
) -> fmt::Result {
    write!(f, "Failed to set the {direction} queue: {}", why.explain())
}

pub(super) fn inactive(f: &mut fmt::Formatter<'_>, direction: Direction) -> fmt::Result {
    write!(
        f,
        "The {direction} queue is disabled or invalid on the router: its limit has no effect"
    )
}

pub(super) fn drift(
    f: &mut fmt::Formatter<'_>,
    direction: Direction,
    confirmed: Rate,
    found: Rate,
) -> fmt::Result {
    write!(
        f,
        "The {direction} queue holds {} where the router had confirmed {}: somebody changed it, correcting",
        Limit(found),
        Limit(confirmed)
    )
}

pub(super) fn written(
    f: &mut fmt::Formatter<'_>,
    direction: Direction,
    rate: Rate,
    took: Duration,
) -> fmt::Result {
    write!(f, "{direction} set to {} ({took})", Limit(rate))
}

pub(super) fn throttled(
    f: &mut fmt::Formatter<'_>,
    changes: usize,
    window: Duration,
) -> fmt::Result {
    write!(
        f,
        "Rate limit reached ({changes} writes per {:.0}s): the router keeps its limits for now",
        window.as_secs_f64()
    )
}
