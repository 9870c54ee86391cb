//! Whether one reflector is to be believed.
//!
//! Two offences: silent while the others speak, and far from what they agree on. Three of them within
//! the last sixty reviews and it is left out (cake-autorate's figures); thirty fair reviews in a row
//! bring it back. It is asked all the while, or it could never show that it is well.

use crate::time::Duration;

/// From one review to the next, and how long an echo may stay unanswered.
pub const REVIEW_EVERY: Duration = Duration::from_millis(1_000);
/// Reviews remembered: a minute.
const MEMORY: u64 = (1 << 60) - 1;
/// Offences within the memory that make a reflector leave.
const OFFENCES: u32 = 3;
/// Fair conduct for this long brings it back.
const PROBATION: Duration = Duration::from_secs(30);
/// Weight of a reply in the average deviation, one in twenty: a spike is no offence, and neither is a queue
/// that some have seen already and others not yet. Six reflectors in turn forget within six seconds.
const WEIGHT: f64 = 0.05;

/// One reflector's conduct.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conduct {
    /// One bit per review, newest lowest: an offence or not.
    offences: u64,
    /// Average distance of its delta from the consensus, in milliseconds.
    deviation: f64,
    state: State,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    In,
    Out {
        fair_for: Duration,
    },
}

impl Conduct {
    /// The delta of its reply was so far from the consensus.
    pub(super) fn deviates(&mut self, ms: f64) {
        self.deviation += WEIGHT * (ms - self.deviation);
    }

    /// Whether it is no further off than `spread` milliseconds. Twice that, because the consensus is a
    /// low order statistic: honest reflectors lie above it.
    pub(super) fn agrees(&self, spread: f64) -> bool {
        self.deviation.abs() <= 2.0 * spread
    }

    /// One review; `passed` since the last. `may_leave`: there are enough others.
    pub(super) fn review(&mut self, passed: Duration, fair: bool, may_leave: bool) {
        self.offences = (self.offences << 1 | u64::from(!fair)) & MEMORY;
        self.state = match self.state {
            State::In if self.offences.count_ones() >= OFFENCES && !fair && may_leave => {
                State::Out {
                    fair_for: Duration::ZERO,
                }
            }
            State::Out { fair_for } if fair && fair_for + passed >= PROBATION => {
                self.offences = 0;
                State::In
            }
            State::Out { fair_for } => State::Out {
                fair_for: if fair {
                    fair_for + passed
                } else {
                    Duration::ZERO
                },
            },
            unchanged @ State::In => unchanged,
        };
    }

    /// Whether it is left out.
    pub const fn is_out(&self) -> bool {
        matches!(self.state, State::Out { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reviewed(conduct: &mut Conduct, fair: bool, times: u32) {
        for _ in 0..times {
            conduct.review(REVIEW_EVERY, fair, true);
        }
    }

    #[test]
    fn three_offences_and_out_thirty_fair_seconds_and_back() {
        let mut conduct = Conduct::default();
        reviewed(&mut conduct, false, 2);
        assert!(!conduct.is_out());
        reviewed(&mut conduct, true, 10);
        reviewed(&mut conduct, false, 1);
        assert!(conduct.is_out());
        reviewed(&mut conduct, true, 29);
        reviewed(&mut conduct, false, 1);
        reviewed(&mut conduct, true, 29);
        assert!(conduct.is_out(), "it began again");
        reviewed(&mut conduct, true, 1);
        assert!(!conduct.is_out());
    }

    #[test]
    fn offences_of_long_ago_are_forgotten() {
        let mut conduct = Conduct::default();
        for _ in 0..10 {
            reviewed(&mut conduct, false, 1);
            reviewed(&mut conduct, true, 30);
        }
        assert!(!conduct.is_out(), "two in a minute are not three");
    }

    #[test]
    fn nobody_leaves_when_too_few_would_stay() {
        let mut conduct = Conduct::default();
        for _ in 0..100 {
            conduct.review(REVIEW_EVERY, false, false);
        }
        assert!(!conduct.is_out());
    }
}
