//! Notices on their way: in their order, tried again with growing pauses, and never more than so many.
//!
//! What breaks a line breaks the way to whoever should know, too: a notice of an outage is sent when it is
//! over, and says how old it is.

use std::collections::VecDeque;

use super::notice::Notice;
use crate::time::{Duration, Instant};

/// Notices that wait at the same time; the oldest make room.
pub const MOST: usize = 32;
/// After so long nobody wants to know.
const TOO_OLD: Duration = Duration::from_secs(24 * 3_600);
/// Answers that may be due to the notice, before it is given up.
const MOST_STUMBLES: u32 = 8;
/// The pause after a first failure; each further one takes twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// Up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A pause that the other side asks for is kept up to this.
const LONGEST_WISH: Duration = Duration::from_secs(600);

/// What became of an attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It was taken.
    Delivered,
    /// It was refused for good: trying again changes nothing.
    Refused,
    /// The other side has enough for now, or is not there behind whoever answers; it may say for how long.
    NotNow(Option<Duration>),
    /// The other side has a problem, perhaps with this very notice.
    Stumbled,
    /// Nobody answered.
    Unreached,
}

/// What waits.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: VecDeque<Notice>,
    /// The next attempt comes no sooner.
    next_at: Instant,
    /// Failures in a row.
    failures: u32,
    /// How often the other side stumbled over the first one.
    stumbles: u32,
    dropped: u64,
}

impl Outbox {
    /// One more; the oldest is dropped if there are too many.
    pub fn add(&mut self, notice: Notice) {
        if self.waiting.len() == MOST {
            self.drop_first();
        }
        self.waiting.push_back(notice);
    }

    /// The one to send now, and how old it is.
    pub fn due(&mut self, now: Instant) -> Option<(&Notice, Duration)> {
        while self
            .waiting
            .front()
            .is_some_and(|first| now - first.at.now >= TOO_OLD)
        {
            self.drop_first();
        }
        let first = self.waiting.front().filter(|_| now >= self.next_at)?;
        Some((first, now - first.at.now))
    }

    /// Ends the pause.
    pub const fn hurry(&mut self) {
        self.next_at = Instant::ZERO;
    }

    /// When [`Outbox::due`] has one; [`Instant::NEVER`] if nothing waits.
    pub fn due_at(&self) -> Instant {
        if self.waiting.is_empty() {
            Instant::NEVER
        } else {
            self.next_at
        }
    }

    /// What became of the one that was due.
    pub fn tried(&mut self, now: Instant, outcome: Outcome) {
        match outcome {
            Outcome::Delivered => {
                self.waiting.pop_front();
                self.failures = 0;
                self.stumbles = 0;
                self.next_at = now;
                return;
            }
            Outcome::Refused => self.drop_first(),
            Outcome::Stumbled => {
                self.stumbles += 1;
                if self.stumbles >= MOST_STUMBLES {
                    self.drop_first();
                }
            }
            Outcome::NotNow(_) | Outcome::Unreached => {}
        }
        let mut pause = FIRST_PAUSE;
        for _ in 0..self.failures.min(8) {
            pause = pause.doubled().min(LONGEST_PAUSE);
        }
        self.failures = self.failures.saturating_add(1);
        if let Outcome::NotNow(Some(wish)) = outcome {
            pause = pause.max(wish.min(LONGEST_WISH));
        }
        self.next_at = now + pause;
    }

    /// Whether the last attempt failed.
    pub const fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// So many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many were given up since this was asked last.
    pub const fn take_dropped(&mut self) -> u64 {
        core::mem::replace(&mut self.dropped, 0)
    }

    fn drop_first(&mut self) {
        self.waiting.pop_front();
        self.stumbles = 0;
        self.dropped += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notices::When;
    use crate::status::label;
    use crate::time::WallTime;

    fn at(secs: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(secs)
    }

    fn notice(secs: u64) -> Notice {
        let when = When {
            now: at(secs),
            wall: WallTime { secs, nanos: 0 },
        };
        Notice::test(when, &label("wan1"))
    }

    /// When attempts are made, second by second.
    fn attempts(outbox: &mut Outbox, from: u64, to: u64, outcome: Outcome) -> Vec<u64> {
        (from..to)
            .filter(|&secs| {
                let due = outbox.due(at(secs)).is_some();
                if due {
                    outbox.tried(at(secs), outcome);
                }
                due
            })
            .collect()
    }

    #[test]
    fn what_reaches_nobody_is_tried_once_a_minute_and_in_order_when_somebody_is_back() {
        let mut outbox = Outbox::default();
        outbox.add(notice(100));
        let tried = attempts(&mut outbox, 100, 300, Outcome::Unreached);
        assert_eq!(tried, [100, 102, 106, 114, 130, 162, 222, 282]);
        outbox.add(notice(310));
        assert!(outbox.due(at(341)).is_none() && outbox.is_failing());
        let (first, age) = outbox.due(at(342)).expect("an attempt");
        assert_eq!((first.at.now, age), (at(100), Duration::from_secs(242)));
        outbox.tried(at(342), Outcome::Delivered);
        let (second, age) = outbox.due(at(342)).expect("the next at once");
        assert_eq!((second.at.now, age), (at(310), Duration::from_secs(32)));
        outbox.tried(at(342), Outcome::Delivered);
        assert!(outbox.is_empty() && !outbox.is_failing());
        assert_eq!(
            (outbox.due_at(), outbox.take_dropped()),
            (Instant::NEVER, 0)
        );
    }

    #[test]
    fn the_newest_are_kept_and_the_rest_counted() {
        let mut outbox = Outbox::default();
        for secs in 0..40 {
            outbox.add(notice(secs));
        }
        assert_eq!((outbox.len(), outbox.take_dropped()), (MOST, 8));
        assert_eq!(outbox.due(at(40)).expect("one").0.at.now, at(8));
        assert_eq!(outbox.take_dropped(), 0, "told once");
    }

    #[test]
    fn what_is_a_day_old_is_not_sent() {
        let mut outbox = Outbox::default();
        outbox.add(notice(0));
        outbox.add(notice(10));
        let (first, _) = outbox.due(at(86_400)).expect("the younger one");
        assert_eq!(first.at.now, at(10));
        assert_eq!(outbox.take_dropped(), 1);
    }

    #[test]
    fn one_that_is_refused_does_not_stop_the_others_for_long() {
        let mut outbox = Outbox::default();
        outbox.add(notice(0));
        outbox.add(notice(1));
        outbox.tried(at(5), Outcome::Refused);
        assert_eq!((outbox.len(), outbox.take_dropped()), (1, 1));
        assert_eq!(outbox.due_at(), at(7));
        // Nor one that makes the other side fail again and again.
        let tried = attempts(&mut outbox, 7, 1_000, Outcome::Stumbled);
        assert_eq!(tried.len(), 8);
        assert_eq!((outbox.len(), outbox.take_dropped()), (0, 1));
    }

    /// A proxy in front of a service that is being repaired.
    #[test]
    fn an_hour_of_not_now_costs_no_notice() {
        let mut outbox = Outbox::default();
        outbox.add(notice(0));
        let tried = attempts(&mut outbox, 0, 3_600, Outcome::NotNow(None));
        assert!(tried.len() > 60, "{tried:?}");
        assert_eq!((outbox.len(), outbox.take_dropped()), (1, 0));
    }

    /// The process ends: nobody knows whether the way is open by now.
    #[test]
    fn what_pauses_is_tried_at_once_when_it_is_the_last_chance() {
        let mut outbox = Outbox::default();
        outbox.add(notice(0));
        attempts(&mut outbox, 0, 200, Outcome::Unreached);
        assert!(outbox.due(at(200)).is_none());
        outbox.hurry();
        assert!(outbox.due(at(200)).is_some());
        outbox.tried(at(200), Outcome::Unreached);
        assert!(outbox.due(at(200)).is_none());
    }

    #[test]
    fn a_pause_that_is_asked_for_is_kept_within_reason() {
        for (wish, pause) in [(0, 2), (30, 30), (86_400, 600)] {
            let mut outbox = Outbox::default();
            outbox.add(notice(0));
            let wish = Duration::from_secs(wish);
            outbox.tried(at(0), Outcome::NotNow(Some(wish)));
            assert_eq!(outbox.due_at(), at(pause));
        }
    }
}
