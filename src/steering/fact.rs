//! What is worth a line in the log. Sentences are made at the edge.

use crate::steering::confidence::Scored;
use crate::steering::evidence::FeedState;
use crate::steering::rule::RuleFact;
use crate::time::Duration;
use crate::units::Millis;

/// Facts one call may yield; more are dropped, which takes a day on which everything happens at once.
pub const MAX_FACTS: usize = 16;
/// The facts of one call.
pub type Facts = heapless::Vec<Fact, MAX_FACTS>;

/// Where new latency-sensitive connections go, as v1.7 names it: `<PRIMARY>_GOOD`, `<PRIMARY>_DEGRADED`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Standing {
    /// Over the primary.
    #[default]
    Good,
    /// Over the alternate.
    Degraded,
}

impl Standing {
    /// From a state document. Good is `<PRIMARY>_GOOD` and v1.7's three historical spellings; anything else
    /// counts as degraded (contract 4.6). `primary` is `topology.primary_wan` in upper case.
    pub fn from_name(name: &str, primary: &str) -> Self {
        let ours = name.strip_suffix("_GOOD") == Some(primary);
        let known = matches!(name, "SPECTRUM_GOOD" | "WAN1_GOOD" | "WAN2_GOOD");
        if ours || known {
            Self::Good
        } else {
            Self::Degraded
        }
    }

    /// What the name ends with: `GOOD` or `DEGRADED`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "GOOD",
            Self::Degraded => "DEGRADED",
        }
    }
}

/// One fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The first usable baseline.
    BaselineFound(Millis),
    /// The baseline moved by more than 5 ms.
    BaselineMoved {
        /// From here.
        from: Millis,
        /// To there.
        to: Millis,
    },
    /// The baseline is outside its bounds and ignored; told once until it is usable again.
    BaselineRefused(Millis),
    /// What autorate's word is worth has changed.
    Feed {
        /// What it was worth.
        from: FeedState,
        /// What it is worth now.
        to: FeedState,
    },
    /// An RTT too large to be one was ignored; told once per series.
    RttRefused(Millis),
    /// A delay above the limit entered the average as the limit; told once per series.
    DeltaCut(Millis),
    /// Reading the queue failed so many times in a row: told at 1 (a warning) and 3 (an error), as v1.7.
    QueueUnreadable(u32),
    /// The queue can be read again, after so many failures.
    QueueReadable(u32),
    /// Where the connections go has changed, and the router has confirmed it.
    Moved {
        /// From here.
        from: Standing,
        /// To there.
        to: Standing,
    },
    /// The first reading of the rule contradicts what was saved: the router is right.
    Adopted(Standing),
    /// The sustain timer started, at this score.
    Sustaining(Scored),
    /// The recovery timer started.
    Recovering,
    /// The recovery timer was cleared before its time.
    RecoveryBroken,
    /// Dry run: the rule would have been switched on, after so long.
    WouldEnable(Scored, Duration),
    /// Dry run: it would have been switched off, after so long.
    WouldDisable(Scored, Duration),
    /// The flap brake: so many toggles in its window; the threshold is raised to this for so long.
    BrakeEngaged {
        /// In the window.
        toggles: usize,
        /// From now on.
        threshold: f64,
        /// For so long.
        lasts: Duration,
    },
    /// The flap brake has let go.
    BrakeReleased,
    /// Of the rule.
    Rule(RuleFact),
}

/// Adds a fact; one too many is dropped.
pub(super) fn tell(facts: &mut Facts, fact: Fact) {
    let _ = facts.push(fact);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_that_is_not_good_is_degraded() {
        for (name, standing) in [
            ("ATT_GOOD", Standing::Good),
            ("SPECTRUM_GOOD", Standing::Good),
            ("WAN1_GOOD", Standing::Good),
            ("WAN2_GOOD", Standing::Good),
            ("ATT_DEGRADED", Standing::Degraded),
            ("WAN1_DEGRADED", Standing::Degraded),
            ("CABLE_GOOD", Standing::Degraded),
            ("XATT_GOOD", Standing::Degraded),
            ("att_good", Standing::Degraded),
            ("", Standing::Degraded),
        ] {
            assert_eq!(Standing::from_name(name, "ATT"), standing, "{name}");
        }
    }

    #[test]
    fn a_standing_is_read_as_it_is_named() {
        for standing in [Standing::Good, Standing::Degraded] {
            let name = format!("ATT_{}", standing.word());
            assert_eq!(Standing::from_name(&name, "ATT"), standing);
        }
        assert_eq!(Standing::Degraded.word(), "DEGRADED");
    }
}
