//! Which facts a cycle and a decision yield.
//!
//! v1.7 wrote a line or two every cycle. Here a cycle is a debug line, but for one a minute; what is worth
//! one at any time is a row of samples that grows, a turn of the zone, and a decision.

use crate::control::zone::Zone;
use crate::program::OutboxOf;
use crate::status::{GRACE, Label};
use crate::steer::{Cycle, Fact, Steer, tell};
use crate::steering::Decides;
use crate::steering::assessment::Reason;
use crate::steering::fact::{self, Standing};
use crate::steering::rule::Switch;
use crate::time::{Duration, Instant};

/// A cycle's line in the main log, if nothing else makes it one; and the shortest time between two lines
/// about a zone that comes and goes.
const CYCLE_TOLD_EVERY: Duration = Duration::from_secs(60);

/// What was told last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Telling {
    cycle_at: Option<Instant>,
    turn_at: Option<Instant>,
    rows: (u32, u32),
    zone: Zone,
    /// The decision as it was told last.
    pub(super) wanted: Switch,
    /// The rule is to be off because the process ends, not because anything was decided.
    pub(super) retiring: bool,
    /// That there is no baseline was told.
    hunger: bool,
}

impl Telling {
    pub(super) fn new(wanted: Switch) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }
}

impl Steer {
    /// What this cycle saw.
    pub(super) fn tell_cycle(&mut self, now: Instant, out: &mut OutboxOf<Self>) {
        let minute = |at: Option<Instant>| at.is_none_or(|at| now - at >= CYCLE_TOLD_EVERY);
        let cycle = self.summed_up();
        let rows = (cycle.counts.bad, cycle.counts.good);
        let grew = rows != self.telling.rows && rows != (0, 0) && self.is_before(rows);
        let due = minute(self.telling.cycle_at);
        let notable = due || grew && !cycle.cake_aware;
        if notable {
            self.telling.cycle_at = Some(now);
        }
        let turned = cycle.assessment.zone != self.telling.zone
            && match cycle.standing {
                // That there is no baseline is told for itself, and says nothing of the line.
                Standing::Good => {
                    cycle.assessment.zone == Zone::Yellow
                        && cycle.assessment.reason != Reason::NoBaseline
                }
                Standing::Degraded => cycle.assessment.zone != Zone::Green,
            }
            && minute(self.telling.turn_at);
        if turned {
            self.telling.turn_at = Some(now);
        }
        self.telling.rows = rows;
        self.telling.zone = cycle.assessment.zone;
        let counts = cycle.cake_aware && cycle.decides != Decides::Confidence;
        let progress = (counts && (grew || turned)).then(|| Fact::Progress(cycle.clone()));
        tell([Fact::Cycle { cycle, notable }], out);
        tell(progress, out);
        self.tell_hunger(now, out);
    }

    /// A decision, if there is a new one, and that the rule is going to be switched, if it is.
    pub(super) fn announce(&mut self, now: Instant, out: &mut OutboxOf<Self>) {
        let wanted = self.steering.wanted();
        if core::mem::replace(&mut self.telling.wanted, wanted) == wanted {
            return;
        }
        let to = match wanted {
            Switch::On => Standing::Degraded,
            Switch::Off => Standing::Good,
        };
        // A wish that is withdrawn before it came true is no news of the line.
        let decided = to != self.steering.standing() && !self.telling.retiring;
        if decided {
            let scored = self.steering.scored().cloned();
            let live = self.status.setup.decides == Decides::Confidence;
            let fact = match scored.filter(|_| live) {
                _ if self.steering.is_forsaken(now) => Fact::Forsaken,
                Some(scored) => Fact::Scored { to, scored },
                None => Fact::Sustained {
                    to,
                    cycle: self.summed_up(),
                },
            };
            tell([fact], out);
        }
        if self.steering.rule().switch() != Some(wanted) {
            let comment = self.status.setup.comment.clone();
            tell(
                [Fact::Switching {
                    to: wanted,
                    comment,
                }],
                out,
            );
        }
    }

    /// The name that a decision's fact is about.
    pub(super) const fn about(&self, fact: &fact::Fact) -> &Label {
        let setup = &self.status.setup;
        match fact {
            fact::Fact::Rule(_) => &setup.comment,
            fact::Fact::QueueUnreadable(_) | fact::Fact::QueueReadable(_) => &setup.queue,
            fact::Fact::Moved { .. } | fact::Fact::Adopted(_) => &setup.prefix,
            _ => &setup.primary,
        }
    }

    /// That there has been no baseline since the start; later on, autorate's silence is a fact of the decisions.
    fn tell_hunger(&mut self, now: Instant, out: &mut OutboxOf<Self>) {
        let status = &self.status;
        let unfit_since = status.feed.unfit_since;
        let for_long = unfit_since.is_some_and(|since| now - since >= GRACE);
        if status.baseline.is_none()
            && for_long
            && !core::mem::replace(&mut self.telling.hunger, true)
        {
            let primary = status.setup.primary.clone();
            tell([Fact::NoBaseline { primary }], out);
        }
    }

    fn summed_up(&self) -> Cycle {
        let status = &self.status;
        let picture = status.picture;
        Cycle {
            prefix: status.setup.prefix.clone(),
            cake_aware: self.steering.is_cake_aware(),
            standing: status.standing,
            assessment: status.assessment,
            rtt: status.rtt,
            baseline: status.baseline,
            delta: picture.delta,
            smoothed: picture.smoothed,
            drops: picture.drops,
            queue: picture.queue,
            counts: status.counts,
            needed: status.setup.samples,
            decides: status.setup.decides,
            trouble: status.trouble(),
        }
    }

    /// Whether a row still grows toward something: one that lasts for days has nothing more to say.
    fn is_before(&self, (bad, good): (u32, u32)) -> bool {
        let (to_switch, to_return) = self.status.setup.samples;
        match self.status.standing {
            Standing::Good => (1..=to_switch).contains(&bad),
            Standing::Degraded => (1..=to_return).contains(&good),
        }
    }
}

#[cfg(test)]
mod tests;
