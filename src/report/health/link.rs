//! Contact with a router, the same for every program.

use super::{rounded, seconds};
use crate::report::words;
use crate::router::Failure;
use crate::status::LinkStatus;
use crate::time::Instant;

/// v1.7's `router_connectivity` (contract 6.1).
#[derive(serde::Serialize)]
pub(in crate::report) struct Connectivity {
    is_reachable: bool,
    consecutive_failures: u32,
    last_failure_type: Option<&'static str>,
    last_failure_time: Option<f64>,
    outage_duration_seconds: Option<f64>,
}

/// What v1.7 could not say about it.
#[derive(serde::Serialize)]
pub(in crate::report) struct Link {
    transport: &'static str,
    preferred_transport: &'static str,
    transport_reason: Option<&'static str>,
    other_transport_available: bool,
    other_transport_failure: Option<&'static str>,
    connected: bool,
    last_failure: Option<&'static str>,
    exchange_ms: Option<f64>,
}

pub(in crate::report) fn connectivity(link: &LinkStatus, now: Instant) -> Connectivity {
    Connectivity {
        is_reachable: link.reachable,
        consecutive_failures: link.consecutive_failures,
        last_failure_type: link.last_failure.map(|(_, why)| words::failure_type(why)),
        last_failure_time: link.last_failure.map(|(at, _)| at.as_secs_f64()),
        outage_duration_seconds: link.outage_since.map(|since| seconds(now - since)),
    }
}

pub(in crate::report) fn link(link: &LinkStatus) -> Link {
    Link {
        transport: link.transport.word(),
        preferred_transport: link.preferred.word(),
        transport_reason: link.transport_why.map(Failure::explain),
        other_transport_available: link.has_spare,
        other_transport_failure: link.spare_failure.map(|(_, why)| why.explain()),
        connected: link.up,
        last_failure: link.last_failure.map(|(_, why)| why.explain()),
        exchange_ms: link.took.map(|took| rounded(took.as_millis(), 1)),
    }
}
