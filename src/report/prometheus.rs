//! `/metrics` (contract 6.4): v1.7's names, labels and encodings, written by hand into a buffer.
//!
//! v1.7 lower-cases the `wan` label, sorts gauges by name, lists them before the counters, and shows a
//! counter only after its first increment.

use core::fmt::{self, Display, Write};

use crate::direction::Direction;
use crate::router::Transport;
use crate::status::{Status, WanStatus};
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

struct Exposition<'a> {
    out: Writer<'a>,
    status: &'a Status,
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
            |wan| Float(f64::from(u8::from(wan.router.reachable))),
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
                let in_use = f64::from(u8::from(wan.router.transport == transport));
                let preferred = wan.router.preferred == transport;
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
            |wan| wan.counters.switches,
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

    fn head(&mut self, name: &str, help: &str, kind: &str) -> fmt::Result {
        write!(self.out, "# HELP {name} {help}\n# TYPE {name} {kind}\n")
    }

    fn gauge<V: Display>(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus) -> V,
    ) -> fmt::Result {
        self.head(name, help, "gauge")?;
        for wan in &self.status.wans {
            let label = Lower(&wan.name);
            writeln!(self.out, "{name}{{wan=\"{label}\"}} {}", value(wan))?;
        }
        Ok(())
    }

    fn per_direction<V: Display>(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus, Direction) -> Option<V>,
    ) -> fmt::Result {
        self.head(name, help, "gauge")?;
        for wan in &self.status.wans {
            for direction in Direction::BOTH {
                if let Some(value) = value(wan, direction) {
                    let label = Lower(&wan.name);
                    writeln!(
                        self.out,
                        "{name}{{direction=\"{direction}\",wan=\"{label}\"}} {value}"
                    )?;
                }
            }
        }
        Ok(())
    }

    fn counter(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus) -> u64,
    ) -> fmt::Result {
        if self.status.wans.iter().all(|wan| value(wan) == 0) {
            return Ok(());
        }
        self.head(name, help, "counter")?;
        for wan in &self.status.wans {
            if value(wan) > 0 {
                let label = Lower(&wan.name);
                writeln!(self.out, "{name}{{wan=\"{label}\"}} {}", value(wan))?;
            }
        }
        Ok(())
    }

    fn counter_per_direction(
        &mut self,
        name: &str,
        help: &str,
        value: impl Fn(&WanStatus, Direction) -> u64,
    ) -> fmt::Result {
        let counted = |wan| Direction::BOTH.iter().any(|&d| value(wan, d) > 0);
        if !self.status.wans.iter().any(counted) {
            return Ok(());
        }
        self.head(name, help, "counter")?;
        for wan in &self.status.wans {
            for direction in Direction::BOTH {
                let (count, label) = (value(wan, direction), Lower(&wan.name));
                if count > 0 {
                    writeln!(
                        self.out,
                        "{name}{{direction=\"{direction}\",wan=\"{label}\"}} {count}"
                    )?;
                }
            }
        }
        Ok(())
    }
}

/// As Python prints a float: `500.0`.
struct Float(f64);

impl Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// ASCII lower case; `wan_name` is ASCII by its rule.
struct Lower<'a>(&'a str);

impl Display for Lower<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|c| f.write_char(c.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::zone::Zone;
    use crate::direction::Both;
    use crate::status::{Counters, label};
    use crate::units::Rate;

    fn exposition(status: &Status) -> String {
        let mut buffer = vec![0; capacity(status.wans.len())];
        let len = write(status, &mut buffer).unwrap();
        String::from_utf8(buffer[..len].to_vec()).unwrap()
    }

    fn status(wans: usize) -> Status {
        let mut status = Status::default();
        for _ in 0..wans {
            let mut wan = WanStatus {
                name: label("WAN1"),
                ..WanStatus::default()
            };
            wan.rates.down = Rate::mbit(500);
            wan.zones.up = Zone::Red;
            status.wans.push(wan).unwrap();
        }
        status
    }

    #[test]
    fn names_labels_and_encodings_are_v1_7s() {
        let text = exposition(&status(1));
        for line in [
            "# HELP wanctl_bandwidth_mbps Current bandwidth limit in Mbps",
            "# TYPE wanctl_bandwidth_mbps gauge",
            "wanctl_bandwidth_mbps{direction=\"download\",wan=\"wan1\"} 500.0",
            "wanctl_state{direction=\"download\",wan=\"wan1\"} 1",
            "wanctl_state{direction=\"upload\",wan=\"wan1\"} 4",
            "wanctl_rtt_baseline_ms{wan=\"wan1\"} 0.0",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
        assert!(
            !text.contains("wanctl_cycles_total"),
            "not before its first increment"
        );
    }

    #[test]
    fn the_transport_in_use_is_one_and_the_other_zero() {
        let mut status = status(1);
        status.wans[0].router.preferred = Transport::Ssh;
        status.wans[0].router.transport = Transport::Rest;
        let text = exposition(&status);
        for line in [
            "wanctl_router_transport{preferred=\"false\",transport=\"rest\",wan=\"wan1\"} 1.0",
            "wanctl_router_transport{preferred=\"true\",transport=\"ssh\",wan=\"wan1\"} 0.0",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }

    #[test]
    fn a_counter_appears_with_its_first_increment() {
        let mut status = status(2);
        status.wans[1].name = label("wan2");
        status.wans[1].counters.transitions.up = 3;
        status.wans[1].counters.spikes = 2;
        let text = exposition(&status);
        let lines: Vec<_> = text.lines().filter(|l| l.contains("_total{")).collect();
        assert_eq!(
            lines,
            [
                "wanctl_rtt_spikes_total{wan=\"wan2\"} 2",
                "wanctl_transitions_total{direction=\"upload\",wan=\"wan2\"} 3",
            ]
        );
        assert!(text.contains("# TYPE wanctl_transitions_total counter\n"));
    }

    #[test]
    fn every_name_is_announced_once() {
        let text = exposition(&status(2));
        let mut types: Vec<_> = text.lines().filter(|l| l.starts_with("# TYPE")).collect();
        let all = types.len();
        types.dedup();
        assert_eq!(types.len(), all);
    }

    #[test]
    fn a_full_house_fits_the_buffer() {
        let mut status = status(crate::status::MAX_WANS);
        for wan in &mut status.wans {
            wan.name = label(&"X".repeat(64));
            wan.rates = Both::from_fn(|_| Rate::bps(u64::MAX));
            wan.router.applied = Both::from_fn(|_| Some(Rate::bps(u64::MAX)));
            wan.counters = Counters {
                cycles: u64::MAX,
                ping_failures: u64::MAX,
                transitions: Both::from_fn(|_| u64::MAX),
                spikes: u64::MAX,
                suppressed: u64::MAX,
                updates: u64::MAX,
                throttled: u64::MAX,
                drifts: u64::MAX,
                switches: u64::MAX,
            };
        }
        exposition(&status);
    }
}
