//! What the router said, or did not.

use core::fmt;

use crate::direction::Direction;
use crate::report::words::Limit;
use crate::router::Refusal;
use crate::time::Duration;
use crate::units::Rate;

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
        "Rate limit reached ({changes} changes per {:.0}s, each of up to two writes): the router keeps its \
         limits for now",
        window.as_secs_f64()
    )
}
