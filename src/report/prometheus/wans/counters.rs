//! What is only counted.

use core::fmt;

use super::{Kind, Wans};

impl Wans<'_, '_, '_> {
    pub(super) fn counters(&mut self) -> fmt::Result {
        self.v1_7s_counters()?;
        self.counters_of_the_router()?;
        self.counters_of_the_line()
    }

    fn v1_7s_counters(&mut self) -> fmt::Result {
        self.v1_7s_counter(
            "wanctl_cycles_total",
            "Total number of autorate cycles",
            |wan| wan.counters.cycles,
        )?;
        self.v1_7s_counter(
            "wanctl_ping_failures_total",
            "Total ping measurement failures",
            |wan| wan.counters.ping_failures,
        )?;
        self.v1_7s_counter(
            "wanctl_rate_limit_events_total",
            "Total rate limit throttling events",
            |wan| wan.counters.throttled,
        )?;
        self.v1_7s_counter(
            "wanctl_router_updates_total",
            "Total router configuration updates",
            |wan| wan.counters.updates,
        )
    }

    fn counters_of_the_router(&mut self) -> fmt::Result {
        self.counter(
            "wanctl_router_drifts_total",
            "Times the router held something else than it had confirmed",
            |wan| wan.counters.drifts,
        )?;
        self.counter(
            "wanctl_router_failures_total",
            "Failed contacts with the router",
            |wan| wan.router.link.failures,
        )?;
        self.per_direction(
            "wanctl_router_refusals_total",
            "Writes that did not take effect",
            Kind::Counter,
            |wan, direction| Some(wan.counters.refusals[direction]),
        )?;
        self.counter(
            "wanctl_router_transport_switches_total",
            "Times another transport took over, or the preferred one took back",
            |wan| wan.router.link.switches,
        )
    }

    fn counters_of_the_line(&mut self) -> fmt::Result {
        self.counter(
            "wanctl_log_lines_suppressed_total",
            "Zone changes, RTT spikes and cycle lines that were too many to be logged",
            |wan| wan.counters.suppressed,
        )?;
        self.per_reflector(
            "wanctl_reflector_losses_total",
            "Echoes without an answer in time",
            Kind::Counter,
            |reflector| Some(reflector.losses),
        )?;
        self.per_reflector(
            "wanctl_reflector_replies_total",
            "Echoes that were answered in time",
            Kind::Counter,
            |reflector| Some(reflector.replies),
        )?;
        self.counter(
            "wanctl_rtt_spikes_total",
            "Times the load RTT jumped by more than the acceleration threshold",
            |wan| wan.counters.spikes,
        )?;
        self.per_direction(
            "wanctl_transitions_total",
            "Times the state changed",
            Kind::Counter,
            |wan, direction| Some(wan.counters.transitions[direction]),
        )
    }
}
