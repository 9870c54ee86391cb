//! The mangle rule: what we want of it, what the router last showed, and what to ask the router next.
//!
//! A wish is a level. It is written when the rule was just seen to stand the other way, read back until it is
//! seen to hold, and tried again with growing pauses if it does not. A rule that somebody switched by hand
//! is told and left alone for [`HAND_GRACE`]; then the decision is made good again, for a rule that stands
//! forgotten either way is worse than a second line in the log. A rule that is not there, or there more
//! than once, is never touched.

mod kinds;

pub use self::kinds::{Belief, Order, Reading, RuleFact, Since, Switch};

use crate::time::{Duration, Instant};

/// The rule is looked at this often, for somebody may have switched it.
pub const LOOK_EVERY: Duration = Duration::from_secs(30);
/// A write follows a reading no older than this: what was seen half a minute ago may be two rules by now.
const FRESH: Duration = Duration::from_secs(1);
/// A switch by hand stands this long: time to look at something, too short to forget it.
pub const HAND_GRACE: Duration = Duration::from_secs(60);
/// Whoever does not answer for so long may have been rebooted, and has then forgotten what it was told just
/// before: RouterOS writes its settings to flash with delay. It is no hand, and there is no grace. No RouterOS
/// boots within ten seconds; a web server restarts within three.
pub const REBOOT: Duration = Duration::from_secs(10);
/// Reads after a write before it counts as failed, and the pauses before them (contract 4.8).
const VERIFY_AFTER: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(200),
];
/// The pause after a first failure; each further one takes twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Why the rule is being read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Purpose {
    Look,
    /// Reads so far since the write.
    Verify(usize),
    /// Something failed, and the pause is over.
    Retry,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    /// Nothing is under way.
    Rest { look_at: Instant },
    /// A read is under way.
    Reading(Purpose),
    /// A write is under way.
    Writing(Switch),
    /// Written: the next read of several comes then.
    Verifying { reads: usize, read_at: Instant },
    /// Failed: to be tried again then, from reading on.
    Pausing { until: Instant },
    /// Switched by somebody else, and left so until [`Rule::grace`].
    Yielding { until: Instant },
}

/// The machine.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    wanted: Switch,
    belief: Belief,
    /// When it was last read.
    seen_at: Instant,
    /// What was last seen to stand as wanted; `None` from a write until it is verified.
    settled: Option<Switch>,
    /// What was written last.
    written: Switch,
    step: Step,
    /// Until when a switch by hand is left alone. It outlasts the connection: a hand is one hand, however
    /// often the rule is read again.
    grace: Option<Instant>,
    pause: Duration,
    failed: bool,
    /// Since when there has been no connection.
    lost_at: Option<Instant>,
}

impl Default for Rule {
    fn default() -> Self {
        Self::new()
    }
}

impl Rule {
    /// Nothing known; the first order is to read.
    pub const fn new() -> Self {
        Self {
            wanted: Switch::Off,
            belief: Belief::Unknown,
            seen_at: Instant::ZERO,
            settled: None,
            written: Switch::Off,
            step: Step::Rest {
                look_at: Instant::ZERO,
            },
            grace: None,
            pause: FIRST_PAUSE,
            failed: false,
            lost_at: None,
        }
    }

    /// States the wish; to be repeated every cycle.
    pub fn want(&mut self, now: Instant, wanted: Switch) {
        if wanted == self.wanted {
            return;
        }
        self.wanted = wanted;
        self.pause = FIRST_PAUSE;
        self.failed = false;
        self.grace = None;
        if matches!(self.step, Step::Pausing { .. } | Step::Yielding { .. }) {
            self.step = Step::Rest { look_at: now };
        }
        if self.switch() == Some(wanted) {
            self.settled = Some(wanted);
        }
    }

    /// States the wish for the last time: whatever was being waited for, the rule is looked at now and
    /// switched if it stands otherwise, whoever switched it.
    pub fn insist(&mut self, now: Instant, wanted: Switch) {
        self.want(now, wanted);
        self.pause = FIRST_PAUSE;
        self.failed = false;
        self.grace = None;
        self.settled = None;
        if let Step::Rest { .. } | Step::Pausing { .. } | Step::Yielding { .. } = self.step {
            self.step = Step::Rest { look_at: now };
        }
    }

    /// What to ask the router now, over a link that is free. The order counts as sent.
    pub fn poll(&mut self, now: Instant) -> Option<Order> {
        let purpose = match self.step {
            Step::Rest { .. } if self.must_write() && now - self.seen_at <= FRESH => {
                self.step = Step::Writing(self.wanted);
                self.written = self.wanted;
                self.settled = None;
                self.belief = Belief::Unknown;
                return Some(Order::Set(self.wanted));
            }
            Step::Rest { look_at } if now >= look_at || self.must_write() => Purpose::Look,
            Step::Verifying { reads, read_at } if now >= read_at => Purpose::Verify(reads + 1),
            Step::Pausing { until } if now >= until => Purpose::Retry,
            Step::Yielding { until } if now >= until => Purpose::Look,
            _ => return None,
        };
        self.step = Step::Reading(purpose);
        Some(Order::Read)
    }

    /// The router answered a read; or its answer to a write showed the rule.
    pub fn read(&mut self, now: Instant, reading: Reading) -> Option<RuleFact> {
        self.seen_at = now;
        let away = self.lost_at.take().map_or(Duration::ZERO, |at| now - at);
        let before = core::mem::replace(&mut self.belief, Belief::from(reading));
        let rest = Step::Rest {
            look_at: now + LOOK_EVERY,
        };
        let seen = match reading {
            Reading::One(seen) => seen,
            Reading::Missing | Reading::Ambiguous(_) => {
                self.step = rest;
                let fact = match reading {
                    Reading::Ambiguous(n) => RuleFact::Ambiguous(n),
                    _ => RuleFact::Missing,
                };
                return (before != self.belief).then_some(fact);
            }
        };
        let step = core::mem::replace(&mut self.step, rest);
        if seen == self.wanted {
            return self.as_wanted(seen, step, before);
        }
        match step {
            // The wish has changed since: the write worked, and the next one follows.
            Step::Reading(Purpose::Verify(_)) | Step::Verifying { .. } if seen == self.written => {
                None
            }
            // Somebody else looked: the reads that verify are still to come.
            Step::Verifying { .. } => {
                self.step = step;
                None
            }
            Step::Reading(Purpose::Verify(reads)) if reads < VERIFY_AFTER.len() => {
                let read_at = now + VERIFY_AFTER[reads];
                self.step = Step::Verifying { reads, read_at };
                None
            }
            Step::Reading(Purpose::Verify(_)) => {
                self.pause(now);
                self.told_once(RuleFact::NotVerified(self.wanted))
            }
            _ => self.otherwise(now, seen, step, before, away),
        }
    }

    /// The router took the write.
    pub fn written(&mut self, now: Instant) {
        if let Step::Writing(_) = self.step {
            let read_at = now + VERIFY_AFTER[0];
            self.step = Step::Verifying { reads: 0, read_at };
        }
    }

    /// The router refused the order, or did not answer it in time.
    pub fn failed(&mut self, now: Instant) -> Option<RuleFact> {
        match self.step {
            Step::Writing(switch) => {
                self.pause(now);
                self.told_once(RuleFact::WriteFailed(switch))
            }
            Step::Reading(_) => {
                self.belief = Belief::Unknown;
                self.pause(now);
                None
            }
            _ => None,
        }
    }

    /// The connection is lost: nothing is known, and everything is read again first. A pause goes on, for a
    /// router that drops the connection over a write would get the next one at once.
    pub fn lost(&mut self, now: Instant) {
        self.lost_at.get_or_insert(now);
        self.belief = Belief::Unknown;
        if !matches!(self.step, Step::Pausing { .. }) {
            self.step = Step::Rest {
                look_at: Instant::ZERO,
            };
        }
    }

    /// What we believe.
    pub const fn belief(&self) -> Belief {
        self.belief
    }

    /// What we want.
    pub const fn wanted(&self) -> Switch {
        self.wanted
    }

    /// Which way the rule was last seen to stand, if nothing casts doubt on it.
    pub const fn switch(&self) -> Option<Switch> {
        match self.belief {
            Belief::On => Some(Switch::On),
            Belief::Off => Some(Switch::Off),
            Belief::Unknown | Belief::Ambiguous(_) | Belief::Missing => None,
        }
    }

    /// Until when a switch by hand is left alone.
    pub const fn yielding_until(&self) -> Option<Instant> {
        self.grace
    }

    /// It stands otherwise, and not because of a write of ours.
    fn otherwise(
        &mut self,
        now: Instant,
        seen: Switch,
        step: Step,
        before: Belief,
        away: Duration,
    ) -> Option<RuleFact> {
        let found = is_trouble(before).then_some(RuleFact::Found);
        match (self.grace, step) {
            (Some(until), _) if now >= until => {
                self.grace = None;
                self.settled = None;
                Some(RuleFact::Reasserting(self.wanted, Since::Grace))
            }
            (Some(until), _) => {
                self.step = Step::Yielding { until };
                found
            }
            _ if self.settled == Some(self.wanted) && away >= REBOOT => {
                self.settled = None;
                Some(RuleFact::Reasserting(self.wanted, Since::Away(away)))
            }
            _ if self.settled == Some(self.wanted) => {
                let until = now + HAND_GRACE;
                self.grace = Some(until);
                self.step = Step::Yielding { until };
                Some(RuleFact::ByHand(seen, HAND_GRACE))
            }
            (None, Step::Pausing { until }) if now < until => {
                self.step = step;
                found
            }
            _ => found,
        }
    }

    fn as_wanted(&mut self, seen: Switch, step: Step, before: Belief) -> Option<RuleFact> {
        let settled = self.settled.replace(seen) == Some(seen);
        self.pause = FIRST_PAUSE;
        self.failed = false;
        let by_hand = self.grace.take().is_some();
        match step {
            Step::Writing(_) | Step::Verifying { .. } | Step::Reading(Purpose::Verify(_)) => {
                Some(RuleFact::Verified(seen))
            }
            _ if by_hand => Some(RuleFact::Undone(seen)),
            Step::Reading(Purpose::Retry) if !settled => Some(RuleFact::Verified(seen)),
            _ if is_trouble(before) => Some(RuleFact::Found),
            _ => None,
        }
    }

    fn must_write(&self) -> bool {
        self.switch().is_some_and(|switch| switch != self.wanted)
    }

    fn pause(&mut self, now: Instant) {
        let until = now + self.pause;
        self.step = Step::Pausing { until };
        self.pause = self.pause.doubled().min(LONGEST_PAUSE);
    }

    fn told_once(&mut self, fact: RuleFact) -> Option<RuleFact> {
        (!core::mem::replace(&mut self.failed, true)).then_some(fact)
    }
}

const fn is_trouble(belief: Belief) -> bool {
    matches!(belief, Belief::Missing | Belief::Ambiguous(_))
}

#[cfg(test)]
mod tests;
