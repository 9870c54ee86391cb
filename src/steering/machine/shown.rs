//! What others may see of it.

use super::{Counts, Decider, Decides, Steering};
use crate::steering::assessment::Assessment;
use crate::steering::confidence::{Confidence, Scored};
use crate::steering::evidence::Picture;
use crate::steering::params::{Judging, SteeringParams};
use crate::steering::record::Record;
use crate::steering::rule::Rule;
use crate::time::Instant;
use crate::units::Millis;

impl Steering {
    /// The rule: what is believed of it.
    pub const fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The histories.
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// The parameters.
    pub const fn params(&self) -> &SteeringParams {
        &self.params
    }

    /// The judgement of the last cycle.
    pub const fn assessment(&self) -> Assessment {
        self.assessment
    }

    /// The evidence of the last cycle.
    pub const fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The confidence controller, live or in a dry run.
    pub const fn confidence(&self) -> Option<&Confidence> {
        match (&self.decider, &self.shadow) {
            (Decider::Confidence(live), _) => Some(live),
            (Decider::Hysteresis(_), Some(shadow)) => Some(shadow),
            (Decider::Hysteresis(_), None) => None,
        }
    }

    /// Who decides.
    pub const fn decides(&self) -> Decides {
        match (&self.decider, &self.shadow) {
            (Decider::Confidence(_), _) => Decides::Confidence,
            (Decider::Hysteresis(_), Some(_)) => Decides::ConfidenceDryRun,
            (Decider::Hysteresis(_), None) => Decides::Hysteresis,
        }
    }

    /// Whether queue, drops and loss count, and not the delay alone.
    pub const fn is_cake_aware(&self) -> bool {
        matches!(self.params.judging, Judging::CakeAware(_))
    }

    /// The last score and what it was made of.
    pub fn scored(&self) -> Option<&Scored> {
        self.confidence().map(Confidence::scored)
    }

    /// v1.7's counters. The rows are 0 while the confidence controller decides.
    pub fn counts(&self, now: Instant) -> Counts {
        let queue_failures = self.intake.queue_failures();
        match &self.decider {
            Decider::Hysteresis(machine) => Counts {
                bad: machine.bad_count(now),
                good: machine.good_count(now),
                queue_failures,
            },
            Decider::Confidence(_) => Counts {
                queue_failures,
                ..Counts::default()
            },
        }
    }

    /// When the standing changed last in this run.
    pub const fn moved_at(&self) -> Option<Instant> {
        self.moved_at
    }

    /// The baseline in use, which may be an old one: see [`Picture::feed`].
    pub const fn baseline(&self) -> Option<Millis> {
        self.intake.baseline()
    }

    /// The last usable RTT, however old.
    pub fn rtt(&self) -> Option<Millis> {
        self.intake.rtt()
    }

    /// `rtt_delta_ewma` in milliseconds and `queue_ewma` in packets, as documents have them: 0 for none yet.
    pub fn averages(&self) -> (f64, f64) {
        let (delta, queue) = self.intake.averages();
        (delta.unwrap_or(0.0), queue.unwrap_or(0.0))
    }
}
