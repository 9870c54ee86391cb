//! What is only counted.

use core::fmt;

use super::Exposition;
use crate::report::prometheus::{Kind, Label};
use crate::report::steering::words::State;
use crate::steer::EchoStatus;
use crate::steering::fact::Standing;

impl Exposition<'_> {
    pub(super) fn counters(&mut self) -> fmt::Result {
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
            "wanctl_steering_router_failures_total",
            "Failed contacts with the router",
            status.link.failures,
        )?;
        self.counter(
            "wanctl_steering_router_transport_switches_total",
            "Times another transport took over, or the preferred one took back",
            status.link.switches,
        )?;
        self.counter(
            "wanctl_steering_rule_failures_total",
            "Times the rule could not be read or switched",
            status.rule.failed,
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

    /// A counter of ours: it is there from the start, so that its first increment is seen.
    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let wan = Label(&self.status.setup.primary);
        let labels = format_args!("wan=\"{wan}\"");
        self.page.only(name, help, Kind::Counter, labels, value)
    }

    /// Both lines, which may even have the same name.
    fn echoes(&mut self, name: &str, help: &str, value: fn(&EchoStatus) -> u64) -> fmt::Result {
        let (status, setup) = (self.status, &self.status.setup);
        let lines = [
            ("primary", &setup.primary, Some(&status.primary)),
            ("alternate", &setup.alternate, status.alternate.as_ref()),
        ];
        self.page.head(name, help, Kind::Counter)?;
        for (line, wan, echo) in lines {
            if let Some(echo) = echo {
                let wan = Label(wan);
                let labels = format_args!("line=\"{line}\",wan=\"{wan}\"");
                self.page.series(name, labels, value(echo))?;
            }
        }
        Ok(())
    }

    /// v1.7's, and so there after its first increment only.
    fn transitions(&mut self) -> fmt::Result {
        const NAME: &str = "wanctl_steering_transitions_total";
        let setup = &self.status.setup;
        if self.status.moves == [0; 2] {
            return Ok(());
        }
        let help = "Total steering state transitions";
        self.page.head(NAME, help, Kind::Counter)?;
        let ways = [
            (Standing::Good, Standing::Degraded),
            (Standing::Degraded, Standing::Good),
        ];
        for ((from, to), count) in ways.into_iter().zip(self.status.moves) {
            if count > 0 {
                let state = |standing| Label(State(&setup.prefix, standing));
                let (from, to, wan) = (state(from), state(to), Label(&setup.primary));
                let labels = format_args!("from=\"{from}\",to=\"{to}\",wan=\"{wan}\"");
                self.page.series(NAME, labels, count)?;
            }
        }
        Ok(())
    }
}
