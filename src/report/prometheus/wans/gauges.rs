//! How things stand, sorted by name as v1.7 has them.

use core::fmt;

use super::family::flag;
use super::{Kind, Wans};
use crate::report::prometheus::label::Label;
use crate::report::prometheus::page::{Float, bytes_per_second, seconds};
use crate::report::words;
use crate::router::Transport;
use crate::status::{GRACE, Sight, WanStatus};
use crate::units::Millis;

impl Wans<'_, '_, '_> {
    pub(super) fn gauges(&mut self) -> fmt::Result {
        self.rates()?;
        self.measurement()?;
        self.router()?;
        self.transports()?;
        self.gauge(
            "wanctl_router_writes_left",
            "Writes that the budget still allows in its window",
            |wan| wan.router.budget_left,
        )?;
        self.rtts()
    }

    fn rates(&mut self) -> fmt::Result {
        self.per_direction(
            "wanctl_applied_rate_bytes_per_second",
            "Limit the router confirmed",
            Kind::Gauge,
            |wan, direction| wan.router.applied[direction].map(bytes_per_second),
        )?;
        self.flag_per_direction(
            "wanctl_at_floor",
            "Whether the rate may not fall any further in its state (1) or may (0)",
            WanStatus::is_at_floor,
        )?;
        self.per_direction(
            "wanctl_bandwidth_mbps",
            "Current bandwidth limit in Mbps",
            Kind::Gauge,
            |wan, direction| Some(Float(wan.rates[direction].as_mbps())),
        )?;
        let work = self.status.pulse.work.as_secs_f64();
        self.gauge(
            "wanctl_cycle_duration_seconds",
            "Duration of last autorate cycle in seconds",
            |_| Float(work),
        )
    }

    fn measurement(&mut self) -> fmt::Result {
        let now = self.status.now;
        self.flag(
            "wanctl_healthy",
            "Whether /health calls this WAN healthy (1) or not (0)",
            |wan| wan.trouble(now).is_none(),
        )?;
        self.gauge(
            "wanctl_measurement_age_seconds",
            "Time since a round trip was last measured",
            |wan| Float((now - wan.measurement.measured_at).as_secs_f64()),
        )?;
        self.sources()?;
        self.per_reflector(
            "wanctl_reflector_rtt_seconds",
            "Last RTT, unless that is ten seconds ago or longer",
            Kind::Gauge,
            |reflector| {
                let (at, rtt) = reflector.last?;
                (now - at < GRACE).then(|| seconds(rtt))
            },
        )
    }

    /// Which of the ways to see the last cycle had.
    fn sources(&mut self) -> fmt::Result {
        const NAME: &str = "wanctl_measurement_source";
        let help = "What the last cycle went by (1) and what it did not (0)";
        self.page.head(NAME, help, Kind::Gauge)?;
        for wan in &self.status.wans {
            let label = Label(&wan.name);
            for sight in Sight::ALL {
                let source = words::sight(sight);
                let labels = format_args!("source=\"{source}\",wan=\"{label}\"");
                let is_so = flag(wan.measurement.sight == sight);
                self.page.series(NAME, labels, is_so)?;
            }
        }
        Ok(())
    }

    fn router(&mut self) -> fmt::Result {
        self.flag(
            "wanctl_router_connected",
            "Whether the router takes orders now (1) or not (0)",
            |wan| wan.router.link.up,
        )?;
        self.flag_per_direction(
            "wanctl_router_queue_inactive",
            "Whether the queue is disabled or invalid (1), so that its limit has no effect, or not (0)",
            |wan, direction| wan.router.inactive[direction],
        )?;
        self.flag(
            "wanctl_router_reachable",
            "Whether the last contact with the router succeeded",
            |wan| wan.router.link.reachable,
        )
    }

    /// Which transport serves, and which should.
    fn transports(&mut self) -> fmt::Result {
        const NAME: &str = "wanctl_router_transport";
        let help = "Transport in use (1) and not in use (0)";
        self.page.head(NAME, help, Kind::Gauge)?;
        for wan in &self.status.wans {
            let (link, label) = (&wan.router.link, Label(&wan.name));
            for transport in [Transport::Rest, Transport::Ssh] {
                let preferred = link.preferred == transport;
                let labels = format_args!(
                    "preferred=\"{preferred}\",transport=\"{transport}\",wan=\"{label}\""
                );
                let in_use = flag(link.transport == transport);
                self.page.series(NAME, labels, in_use)?;
            }
        }
        Ok(())
    }

    fn rtts(&mut self) -> fmt::Result {
        self.gauge(
            "wanctl_rtt_baseline_ms",
            "Baseline RTT in milliseconds",
            |wan| Float(wan.delay.baseline.as_f64()),
        )?;
        self.gauge(
            "wanctl_rtt_delta_ms",
            "RTT delta (load - baseline) in milliseconds",
            |wan| Float(wan.delay.delta().max(Millis::ZERO).as_f64()),
        )?;
        self.gauge(
            "wanctl_rtt_load_ms",
            "Load RTT (EWMA smoothed) in milliseconds",
            |wan| Float(wan.delay.load.as_f64()),
        )?;
        self.per_direction(
            "wanctl_state",
            "Current state (1=GREEN, 2=YELLOW, 3=SOFT_RED, 4=RED)",
            Kind::Gauge,
            |wan, direction| Some(1 + wan.zones[direction] as u8),
        )
    }
}
