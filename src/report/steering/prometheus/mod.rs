//! Steering's `/metrics` (contract 6.4): v1.7's three names, which it never served (W-26), and ours.
//!
//! Ours all begin with `wanctl_steering_`, so that none is also autorate's. What is not known has no line.

mod label;
#[cfg(test)]
mod tests;

use core::fmt::{self, Display, Write};

use self::label::{Escaped, Label};
use super::words::State;
use crate::control::zone::Zone;
use crate::report::prometheus::{Float, head};
use crate::router::Transport;
use crate::steer::{EchoStatus, SteerStatus};
use crate::steering::evidence::{Alternate, FeedState};
use crate::steering::fact::Standing;
use crate::steering::rule::{Belief, Switch};
use crate::units::Millis;
use crate::wire::http::Writer;

/// Bytes that hold the metrics, whatever names and numbers there are.
pub(super) const CAPACITY: usize = 16 * 1024;

/// Writes all metrics; returns their length.
pub(super) fn write(status: &SteerStatus, buffer: &mut [u8]) -> Result<usize, fmt::Error> {
    let mut out = Exposition {
        out: Writer::new(buffer),
        status,
    };
    out.v1_7s_gauges()?;
    out.gauges()?;
    out.evidence()?;
    out.alternate()?;
    out.transports()?;
    out.counters()?;
    Ok(out.out.len())
}

struct Exposition<'a> {
    out: Writer<'a>,
    status: &'a SteerStatus,
}

impl Exposition<'_> {
    /// A gauge with one line, or none if there is nothing to say.
    fn gauge<V: Display>(&mut self, name: &str, help: &str, value: Option<V>) -> fmt::Result {
        let Some(value) = value else { return Ok(()) };
        head(&mut self.out, name, help, "gauge")?;
        let wan = Label(&self.status.setup.primary);
        writeln!(self.out, "{name}{{wan=\"{wan}\"}} {value}")
    }

    fn flag(&mut self, name: &str, help: &str, value: Option<bool>) -> fmt::Result {
        self.gauge(name, help, value.map(u8::from))
    }

    fn millis(&mut self, name: &str, help: &str, value: Option<Millis>) -> fmt::Result {
        self.gauge(name, help, value.map(|ms| Float(ms.as_f64())))
    }

    /// A counter with one line, after its first increment.
    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        if value == 0 {
            return Ok(());
        }
        head(&mut self.out, name, help, "counter")?;
        let wan = Label(&self.status.setup.primary);
        writeln!(self.out, "{name}{{wan=\"{wan}\"}} {value}")
    }

    fn v1_7s_gauges(&mut self) -> fmt::Result {
        let zone = match self.status.assessment.zone {
            Zone::Green => 1,
            Zone::Yellow => 2,
            Zone::SoftRed => 3,
            Zone::Red => 4,
        };
        self.gauge(
            "wanctl_congestion_state",
            "Congestion state (1=GREEN, 2=YELLOW, 4=RED)",
            Some(zone),
        )?;
        self.flag(
            "wanctl_steering_enabled",
            "Whether steering is enabled (1) or disabled (0)",
            Some(self.status.standing == Standing::Degraded),
        )
    }

    fn gauges(&mut self) -> fmt::Result {
        let status = self.status;
        let healthy = status.has_started() && status.trouble().is_none();
        self.flag(
            "wanctl_steering_healthy",
            "Whether /health calls steering healthy (1) or not (0)",
            Some(healthy),
        )?;
        self.flag(
            "wanctl_steering_router_reachable",
            "Whether the last contact with the router succeeded",
            Some(status.link.reachable),
        )?;
        self.flag(
            "wanctl_steering_rule_wanted",
            "Whether the rule should be on (1) or off (0)",
            Some(status.wanted == Switch::On),
        )?;
        let stands = match status.rule.belief {
            Belief::On => Some(true),
            Belief::Off => Some(false),
            Belief::Unknown | Belief::Ambiguous(_) | Belief::Missing => None,
        };
        self.flag(
            "wanctl_steering_rule_on",
            "Whether the router shows the rule on (1) or off (0)",
            stands,
        )?;
        self.flag(
            "wanctl_steering_feed_fresh",
            "Whether autorate's word on the primary counts (1) or not (0)",
            Some(status.feed.state == FeedState::Fresh),
        )?;
        self.gauge(
            "wanctl_steering_feed_age_seconds",
            "Age of autorate's word on the primary in seconds",
            status.feed.age.map(|age| Float(age.as_secs_f64())),
        )?;
        self.gauge(
            "wanctl_steering_confidence",
            "Confidence score, 0 to 100",
            status.confidence,
        )?;
        self.gauge(
            "wanctl_steering_cycle_late_seconds",
            "How late the last tick of the loop started",
            Some(Float(status.pulse.late.as_secs_f64())),
        )
    }

    fn evidence(&mut self) -> fmt::Result {
        let (status, picture) = (self.status, self.status.picture);
        self.millis(
            "wanctl_steering_rtt_ms",
            "Newest RTT over the primary in milliseconds",
            status.rtt,
        )?;
        self.millis(
            "wanctl_steering_rtt_baseline_ms",
            "Baseline RTT in use in milliseconds",
            status.baseline,
        )?;
        self.millis(
            "wanctl_steering_rtt_delta_ms",
            "RTT over the baseline in milliseconds",
            picture.delta,
        )?;
        self.millis(
            "wanctl_steering_rtt_delta_smoothed_ms",
            "RTT over the baseline (EWMA smoothed) in milliseconds",
            picture.smoothed,
        )?;
        self.gauge(
            "wanctl_steering_loss_ratio",
            "Share of lost echoes over the primary, 0 to 1",
            picture.loss.map(Float),
        )?;
        self.gauge(
            "wanctl_steering_queued_packets",
            "Packets waiting in the primary's download queue",
            picture.queue,
        )
    }

    /// The other line, and the entries of the address lists.
    fn alternate(&mut self) -> fmt::Result {
        const ANSWERS: &str = "wanctl_steering_alternate_answers";
        const DELAY: &str = "wanctl_steering_alternate_rtt_delta_ms";
        const ENTRIES: &str = "wanctl_steering_address_list_entries";
        let status = self.status;
        let answers = match status.alternate_answers {
            Alternate::Unknown => None,
            Alternate::Answers => Some(1),
            Alternate::Silent => Some(0),
        };
        if let Some(delay) = status.picture.alternate_delay {
            let wan = Label(&status.setup.alternate);
            let help =
                "RTT over the alternate above that of its calm (EWMA smoothed) in milliseconds";
            head(&mut self.out, DELAY, help, "gauge")?;
            writeln!(
                self.out,
                "{DELAY}{{wan=\"{wan}\"}} {}",
                Float(delay.as_f64())
            )?;
        }
        if let Some(answers) = answers {
            let wan = Label(&status.setup.alternate);
            let help = "Whether the alternate answers (1) or not (0)";
            head(&mut self.out, ANSWERS, help, "gauge")?;
            writeln!(self.out, "{ANSWERS}{{wan=\"{wan}\"}} {answers}")?;
        }
        if status.lists.iter().any(|list| list.entries.is_some()) {
            let help = "Entries of an address list that are not switched off";
            head(&mut self.out, ENTRIES, help, "gauge")?;
        }
        for list in &status.lists {
            if let Some(entries) = list.entries {
                let (name, wan) = (Escaped(&list.name), Label(&status.setup.primary));
                writeln!(
                    self.out,
                    "{ENTRIES}{{list=\"{name}\",wan=\"{wan}\"}} {entries}"
                )?;
            }
        }
        Ok(())
    }

    /// Which transport serves, and which should.
    fn transports(&mut self) -> fmt::Result {
        const NAME: &str = "wanctl_steering_router_transport";
        let (link, wan) = (&self.status.link, Label(&self.status.setup.primary));
        let help = "Transport in use (1) and not in use (0)";
        head(&mut self.out, NAME, help, "gauge")?;
        for transport in [Transport::Rest, Transport::Ssh] {
            let in_use = u8::from(link.transport == transport);
            let preferred = link.preferred == transport;
            writeln!(
                self.out,
                "{NAME}{{preferred=\"{preferred}\",transport=\"{transport}\",wan=\"{wan}\"}} {in_use}"
            )?;
        }
        Ok(())
    }

    fn counters(&mut self) -> fmt::Result {
        let status = self.status;
        self.counter(
            "wanctl_steering_cycles_total",
            "Total number of steering cycles",
            status.cycles,
        )?;
        self.echoes(
            "wanctl_steering_echoes_answered_total",
            "Echo requests that were answered",
            |echo| echo.answered,
        )?;
        self.echoes(
            "wanctl_steering_echoes_lost_total",
            "Echo requests that were not answered in time",
            |echo| echo.lost,
        )?;
        self.counter(
            "wanctl_steering_missed_ticks_total",
            "Ticks of the loop dropped because the process did not run in time",
            status.pulse.missed,
        )?;
        self.counter(
            "wanctl_steering_router_transport_switches_total",
            "Times another transport took over, or the preferred one took back",
            status.link.switches,
        )?;
        self.counter(
            "wanctl_steering_rule_switches_by_hand_total",
            "Times somebody else switched the rule",
            status.rule.by_hand,
        )?;
        self.counter(
            "wanctl_steering_rule_switches_total",
            "Times the rule was switched and read back so",
            status.rule.switched,
        )?;
        self.transitions()
    }

    /// Both lines, which may even have the same name.
    fn echoes(&mut self, name: &str, help: &str, value: fn(&EchoStatus) -> u64) -> fmt::Result {
        let setup = &self.status.setup;
        let lines = [
            ("primary", &setup.primary, Some(&self.status.primary)),
            (
                "alternate",
                &setup.alternate,
                self.status.alternate.as_ref(),
            ),
        ];
        let mut announced = false;
        for (line, wan, echo) in lines {
            let count = echo.map_or(0, value);
            if count > 0 {
                if !announced {
                    head(&mut self.out, name, help, "counter")?;
                    announced = true;
                }
                let wan = Label(wan);
                writeln!(self.out, "{name}{{line=\"{line}\",wan=\"{wan}\"}} {count}")?;
            }
        }
        Ok(())
    }

    fn transitions(&mut self) -> fmt::Result {
        const NAME: &str = "wanctl_steering_transitions_total";
        let setup = &self.status.setup;
        if self.status.moves == [0; 2] {
            return Ok(());
        }
        let help = "Total steering state transitions";
        head(&mut self.out, NAME, help, "counter")?;
        let ways = [
            (Standing::Good, Standing::Degraded),
            (Standing::Degraded, Standing::Good),
        ];
        for ((from, to), count) in ways.into_iter().zip(self.status.moves) {
            if count > 0 {
                let state = |standing| Label(State(&setup.prefix, standing));
                let (from, to, wan) = (state(from), state(to), Label(&setup.primary));
                writeln!(
                    self.out,
                    "{NAME}{{from=\"{from}\",to=\"{to}\",wan=\"{wan}\"}} {count}"
                )?;
            }
        }
        Ok(())
    }
}
