//! Contact with a router.

use core::fmt;

use log::Level;

use crate::program::LinkFact;
use crate::report::words;
use crate::router::{Failure, Transport};
use crate::time::Duration;

/// How loud a fact is.
pub(in crate::report) const fn level(fact: &LinkFact) -> Level {
    match fact {
        LinkFact::Up { .. } | LinkFact::Switched { why: None, .. } => Level::Info,
        LinkFact::Switched { .. } | LinkFact::SpareFailed { .. } => Level::Warn,
        LinkFact::Failed { .. } => Level::Error,
    }
}

/// Puts it into words.
pub(in crate::report) fn write(f: &mut fmt::Formatter<'_>, fact: &LinkFact) -> fmt::Result {
    match *fact {
        LinkFact::Failed { why, failures } => failed(f, why, failures),
        LinkFact::Up { outage } => up(f, outage),
        LinkFact::Switched { to, why } => switched(f, to, why),
        LinkFact::SpareFailed { transport, why } => spare_failed(f, transport, why),
    }
}

fn failed(f: &mut fmt::Formatter<'_>, why: Failure, failures: u32) -> fmt::Result {
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

fn up(f: &mut fmt::Formatter<'_>, outage: Option<(Duration, u32)>) -> fmt::Result {
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

fn spare_failed(f: &mut fmt::Formatter<'_>, transport: Transport, why: Failure) -> fmt::Result {
    let why = why.explain();
    write!(f, "Router transport {transport} cannot be used: {why}")
}
