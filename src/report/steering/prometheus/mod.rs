//! Steering's `/metrics` (contract 6.4): v1.7's three names, which it never served (W-26), and ours.
//!
//! Ours all begin with `wanctl_steering_`, so that none is also autorate's, but for those of the process.
//! What is not known has no line.

mod alternate;
mod counters;
#[cfg(test)]
mod tests;

use core::fmt::{self, Display};

use crate::control::zone::Zone;
use crate::report::prometheus::{Float, Kind, Label, Page, process, seconds};
use crate::router::Transport;
use crate::steer::SteerStatus;
use crate::steering::evidence::FeedState;
use crate::steering::fact::Standing;
use crate::steering::rule::{Belief, Switch};
use crate::units::Millis;

/// Bytes that hold the metrics, whatever names and numbers there are.
pub(super) const CAPACITY: usize = 20 * 1024;

/// Writes all metrics; returns their length.
pub(super) fn write(status: &SteerStatus, buffer: &mut [u8]) -> Result<usize, fmt::Error> {
    let page = Page::new(buffer);
    let mut out = Exposition { page, status };
    out.v1_7s_gauges()?;
    out.gauges()?;
    out.feed()?;
    out.evidence()?;
    out.alternate()?;
    out.transports()?;
    out.counters()?;
    process::write(&mut out.page, &status.pulse)?;
    Ok(out.page.len())
}

struct Exposition<'a> {
    page: Page<'a>,
    status: &'a SteerStatus,
}

impl Exposition<'_> {
    /// A gauge with one line, or none if there is nothing to say.
    fn gauge<V: Display>(&mut self, name: &str, help: &str, value: Option<V>) -> fmt::Result {
        let Some(value) = value else { return Ok(()) };
        self.page.head(name, help, Kind::Gauge)?;
        let wan = Label(&self.status.setup.primary);
        self.page.series(name, format_args!("wan=\"{wan}\""), value)
    }

    fn flag(&mut self, name: &str, help: &str, value: Option<bool>) -> fmt::Result {
        self.gauge(name, help, value.map(u8::from))
    }

    fn delay(&mut self, name: &str, help: &str, value: Option<Millis>) -> fmt::Result {
        self.gauge(name, help, value.map(seconds))
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
        self.gauge(
            "wanctl_steering_last_transition_timestamp_seconds",
            "When the state changed last in this run, in seconds since 1970",
            status.moved.map(|(_, at)| Float(at.as_secs_f64())),
        )?;
        self.flag(
            "wanctl_steering_router_reachable",
            "Whether the last contact with the router succeeded",
            Some(status.link.reachable),
        )?;
        self.gauge(
            "wanctl_steering_router_exchange_duration_seconds",
            "Time the router took for its last answer",
            status.link.took.map(|took| Float(took.as_secs_f64())),
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
        )
    }

    fn feed(&mut self) -> fmt::Result {
        let feed = &self.status.feed;
        self.flag(
            "wanctl_steering_feed_fresh",
            "Whether autorate's word on the primary counts (1) or not (0)",
            Some(feed.state == FeedState::Fresh),
        )?;
        self.gauge(
            "wanctl_steering_feed_age_seconds",
            "Age of autorate's word on the primary",
            feed.age.map(|age| Float(age.as_secs_f64())),
        )
    }

    fn evidence(&mut self) -> fmt::Result {
        let (status, picture) = (self.status, self.status.picture);
        self.gauge(
            "wanctl_steering_confidence",
            "Confidence score, 0 to 100",
            status.confidence,
        )?;
        self.delay(
            "wanctl_steering_rtt_seconds",
            "Newest RTT over the primary",
            status.rtt,
        )?;
        self.delay(
            "wanctl_steering_rtt_baseline_seconds",
            "Baseline RTT in use",
            status.baseline,
        )?;
        self.delay(
            "wanctl_steering_rtt_delta_seconds",
            "RTT over the baseline",
            picture.delta,
        )?;
        self.delay(
            "wanctl_steering_rtt_delta_smoothed_seconds",
            "RTT over the baseline (EWMA smoothed)",
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

    /// Which transport serves, and which should.
    fn transports(&mut self) -> fmt::Result {
        const NAME: &str = "wanctl_steering_router_transport";
        let help = "Transport in use (1) and not in use (0)";
        self.page.head(NAME, help, Kind::Gauge)?;
        let (link, wan) = (&self.status.link, Label(&self.status.setup.primary));
        for transport in [Transport::Rest, Transport::Ssh] {
            let in_use = u8::from(link.transport == transport);
            let preferred = link.preferred == transport;
            let labels =
                format_args!("preferred=\"{preferred}\",transport=\"{transport}\",wan=\"{wan}\"");
            self.page.series(NAME, labels, in_use)?;
        }
        Ok(())
    }
}
