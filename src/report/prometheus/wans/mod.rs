//! What is said of every WAN.

mod adaptive;
mod counters;
mod family;
mod gauges;

use core::fmt;

use super::page::{Kind, Page};
use crate::status::Status;

/// The WANs, to be written onto the page.
pub(super) struct Wans<'p, 'b, 's> {
    page: &'p mut Page<'b>,
    status: &'s Status,
}

impl<'p, 'b, 's> Wans<'p, 'b, 's> {
    pub(super) const fn of(status: &'s Status, page: &'p mut Page<'b>) -> Self {
        Self { page, status }
    }

    pub(super) fn write(&mut self) -> fmt::Result {
        self.gauges()?;
        self.counters()?;
        self.histograms()?;
        self.adaptive()
    }

    fn histograms(&mut self) -> fmt::Result {
        self.histogram(
            "wanctl_router_write_duration_seconds",
            "Time from the request of a confirmed write to the router's answer",
            |wan| &wan.router.writes,
        )?;
        self.histogram(
            "wanctl_rtt_delta_seconds",
            "RTT delta (load - baseline) of the cycles that measured one",
            |wan| &wan.deltas,
        )
    }
}
