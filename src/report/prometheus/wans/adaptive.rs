//! What only the adaptive law has to say; where no WAN has it, nothing.

use core::fmt;

use super::family::flag;
use super::{Kind, Wans};
use crate::control::law::Why;
use crate::control::law::adaptive::{Blocker, Decision, Mode};
use crate::direction::Direction;
use crate::report::adaptive::{blocker_word, mode};
use crate::report::prometheus::label::Label;
use crate::report::prometheus::page::{Float, bytes_per_second, seconds};
use crate::status::{AdaptiveStatus, CounterState, Steps, WanStatus};

impl Wans<'_, '_, '_> {
    pub(super) fn adaptive(&mut self) -> fmt::Result {
        if self.status.wans.iter().all(|wan| wan.adaptive.is_none()) {
            return Ok(());
        }
        self.decisions()?;
        self.modes()?;
        self.blockers()?;
        self.basis()?;
        self.steps()
    }

    fn decisions(&mut self) -> fmt::Result {
        self.per_direction(
            "wanctl_adaptive_achieved_rate_bytes_per_second",
            "What goes through the queue, if its counter can be read",
            Kind::Gauge,
            |wan, direction| decision(wan, direction)?.achieved.map(bytes_per_second),
        )?;
        self.per_direction(
            "wanctl_adaptive_anchor_rate_bytes_per_second",
            "Capacity of the line as the last queue showed it",
            Kind::Gauge,
            |wan, direction| decision(wan, direction)?.anchor.map(bytes_per_second),
        )?;
        self.per_direction(
            "wanctl_adaptive_threshold_seconds",
            "Delta from which on it is bloat, noise and a frame's own time included",
            Kind::Gauge,
            |wan, direction| Some(seconds(decision(wan, direction)?.threshold)),
        )
    }

    fn modes(&mut self) -> fmt::Result {
        let help = "State the adaptive law is in (1) and is not in (0)";
        self.states("wanctl_adaptive_mode", help, &Mode::ALL, |decision, one| {
            (mode(one), decision.mode == one)
        })
    }

    fn blockers(&mut self) -> fmt::Result {
        let help = "Why the rate is not higher (1) and what does not block it (0)";
        let name = "wanctl_adaptive_blocker";
        self.states(name, help, &Blocker::ALL, |decision, one| {
            (blocker_word(one), decision.blocker == Some(one))
        })
    }

    /// A line for each of `all`: its word, and whether it is so.
    fn states<T: Copy>(
        &mut self,
        name: &str,
        help: &str,
        all: &[T],
        state: impl Fn(&Decision, T) -> (&'static str, bool),
    ) -> fmt::Result {
        self.page.head(name, help, Kind::Gauge)?;
        for wan in &self.status.wans {
            let label = Label(&wan.name);
            for direction in Direction::BOTH {
                let Some(decision) = decision(wan, direction) else {
                    continue;
                };
                for &one in all {
                    let (word, is_so) = state(&decision, one);
                    let labels =
                        format_args!("direction=\"{direction}\",state=\"{word}\",wan=\"{label}\"");
                    self.page.series(name, labels, flag(is_so))?;
                }
            }
        }
        Ok(())
    }

    fn basis(&mut self) -> fmt::Result {
        let now = self.status.now;
        let of = |wan: &WanStatus, value: fn(&AdaptiveStatus) -> f64| {
            wan.adaptive.as_ref().map(|shown| Float(value(shown) / 1e3))
        };
        self.per_wan(
            "wanctl_adaptive_noise_seconds",
            "Mean of the delta while nobody uses the line",
            Kind::Gauge,
            |wan| of(wan, |shown| shown.noise.mean()),
        )?;
        self.per_wan(
            "wanctl_adaptive_noise_deviation_seconds",
            "Standard deviation of the delta while nobody uses the line",
            Kind::Gauge,
            |wan| of(wan, |shown| shown.noise.deviation()),
        )?;
        self.per_wan(
            "wanctl_adaptive_counters_usable",
            "Whether the queues' byte counters are read and move often enough to decide on (1) or not (0)",
            Kind::Gauge,
            |wan| {
                let counters = &wan.adaptive.as_ref()?.counters;
                let state = counters.state(now);
                let useless = matches!(state, CounterState::Missing | CounterState::Slow(_));
                Some(flag(!useless))
            },
        )?;
        self.per_reflector(
            "wanctl_reflector_left_out",
            "Whether the adaptive law leaves it out for its conduct (1) or not (0)",
            Kind::Gauge,
            |reflector| Some(flag(reflector.left_out)),
        )
    }

    fn steps(&mut self) -> fmt::Result {
        self.count(
            "wanctl_adaptive_cuts_total",
            "Cuts for a queue that was found",
            |steps| steps.cuts,
        )?;
        self.count(
            "wanctl_adaptive_raises_total",
            "Raises under load without delay",
            |steps| steps.raises,
        )?;
        self.count(
            "wanctl_adaptive_returns_total",
            "Returns after a cut: the queue was gone, or it was none of ours",
            |steps| steps.returns,
        )
    }

    fn count(&mut self, name: &str, help: &str, value: impl Fn(Steps) -> u64) -> fmt::Result {
        self.per_direction(name, help, Kind::Counter, |wan, direction| {
            let shown = wan.adaptive.as_ref()?;
            Some(value(shown.steps[direction]))
        })
    }
}

/// The last decision, if the adaptive law has made one.
fn decision(wan: &WanStatus, direction: Direction) -> Option<Decision> {
    match wan.why[direction] {
        Why::Adaptive(decision) => Some(decision),
        _ => None,
    }
}
