//! `/metrics` (contract 6.4): v1.7's names, labels and encodings, written by hand into a buffer.
//!
//! v1.7 lower-cases the `wan` label, sorts gauges by name, lists them before the counters, and shows a
//! counter only after its first increment.

mod exposition;
#[cfg(test)]
mod tests;

use core::fmt::{self, Write};

use self::exposition::{Exposition, Lower};
pub(super) use self::exposition::{Float, head};
use crate::router::Transport;
use crate::status::Status;
use crate::units::Millis;
use crate::wire::http::Writer;

/// Bytes that hold the metrics of so many WANs.
pub const fn capacity(wans: usize) -> usize {
    4 * 1024 + wans * 3 * 1024
}

/// Writes all metrics; returns their length.
///
/// # Errors
/// If `buffer` is too small.
pub fn write(status: &Status, buffer: &mut [u8]) -> Result<usize, fmt::Error> {
    let mut out = Exposition {
        out: Writer::new(buffer),
        status,
    };
    out.gauges()?;
    out.counters()?;
    Ok(out.out.len())
}

impl Exposition<'_> {
    fn gauges(&mut self) -> fmt::Result {
        self.per_direction(
            "wanctl_applied_mbps",
            "Limit the router confirmed, in Mbps",
            |wan, direction| wan.router.applied[direction].map(|rate| Float(rate.as_mbps())),
        )?;
        self.per_direction(
            "wanctl_bandwidth_mbps",
            "Current bandwidth limit in Mbps",
            |wan, direction| Some(Float(wan.rates[direction].as_mbps())),
        )?;
        let work = self.status.pulse.work.as_secs_f64();
        self.gauge(
            "wanctl_cycle_duration_seconds",
            "Duration of last autorate cycle in seconds",
            |_| Float(work),
        )?;
        let late = self.status.pulse.late.as_secs_f64();
        self.gauge(
            "wanctl_cycle_late_seconds",
            "How late the last cycle started",
            |_| Float(late),
        )?;
        self.gauge(
            "wanctl_healthy",
            "Whether /health calls this WAN healthy (1) or not (0)",
            |wan| Float(f64::from(u8::from(wan.trouble(self.status.now).is_none()))),
        )?;
        self.gauge(
            "wanctl_router_reachable",
            "Whether the last contact with the router succeeded",
            |wan| Float(f64::from(u8::from(wan.router.link.reachable))),
        )?;
        self.transports()?;
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
            |wan, direction| Some(1 + wan.zones[direction] as u8),
        )
    }

    /// Which transport serves, and which should.
    fn transports(&mut self) -> fmt::Result {
        const NAME: &str = "wanctl_router_transport";
        self.head(NAME, "Transport in use (1) and not in use (0)", "gauge")?;
        for wan in &self.status.wans {
            let label = Lower(&wan.name);
            for transport in [Transport::Rest, Transport::Ssh] {
                let in_use = f64::from(u8::from(wan.router.link.transport == transport));
                let preferred = wan.router.link.preferred == transport;
                writeln!(
                    self.out,
                    "{NAME}{{preferred=\"{preferred}\",transport=\"{transport}\",wan=\"{label}\"}} {}",
                    Float(in_use)
                )?;
            }
        }
        Ok(())
    }

    fn counters(&mut self) -> fmt::Result {
        self.counter(
            "wanctl_cycles_total",
            "Total number of autorate cycles",
            |wan| wan.counters.cycles,
        )?;
        self.counter(
            "wanctl_log_lines_suppressed_total",
            "Zone changes, RTT spikes and cycle lines that were too many to be logged",
            |wan| wan.counters.suppressed,
        )?;
        self.counter(
            "wanctl_missed_ticks_total",
            "Cycles dropped because the process did not run in time",
            |_| self.status.pulse.missed,
        )?;
        self.counter(
            "wanctl_ping_failures_total",
            "Total ping measurement failures",
            |wan| wan.counters.ping_failures,
        )?;
        self.counter(
            "wanctl_rate_limit_events_total",
            "Total rate limit throttling events",
            |wan| wan.counters.throttled,
        )?;
        self.counter(
            "wanctl_router_drifts_total",
            "Times the router held something else than it had confirmed",
            |wan| wan.counters.drifts,
        )?;
        self.counter(
            "wanctl_router_transport_switches_total",
            "Times another transport took over, or the preferred one took back",
            |wan| wan.router.link.switches,
        )?;
        self.counter(
            "wanctl_router_updates_total",
            "Total router configuration updates",
            |wan| wan.counters.updates,
        )?;
        self.counter(
            "wanctl_rtt_spikes_total",
            "Times the load RTT jumped by more than the acceleration threshold",
            |wan| wan.counters.spikes,
        )?;
        self.counter_per_direction(
            "wanctl_transitions_total",
            "Times the state changed",
            |wan, direction| wan.counters.transitions[direction],
        )
    }
}
