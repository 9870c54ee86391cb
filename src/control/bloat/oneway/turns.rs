//! Whether a reflector's turn is an echo or a question for its time.
//!
//! It is asked for its time now and then until it has told one that makes sense, more often until it has
//! shown that it is to be relied on, then always, and rarely if it does not answer. There is never a second
//! question in a turn.

use crate::time::{Duration, Instant};

/// From one trial to the next.
const TRY_EVERY: Duration = Duration::from_secs(5);
/// So many without an answer, and it is believed that there will be none: one may be lost, and two.
const PATIENCE: u8 = 4;
/// Then it is asked only so often. Firewalls change, but not by the minute.
const RARELY: Duration = Duration::from_secs(600);
/// Who could be relied on and cannot any more is not tried before this.
const RECOVERY: Duration = Duration::from_secs(60);

/// What a reflector is to be asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Turn {
    /// An echo.
    Echo,
    /// For its time; it has answered that reliably.
    Time,
    /// For its time, to see whether it answers. If it does not, that says nothing about the line.
    Trial,
}

/// One reflector's turns.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Turns {
    try_at: Instant,
    /// Questions for its time since the last one that was answered, and when the newest left.
    unanswered: u8,
    asked_at: Instant,
}

impl Turns {
    /// What to ask now. `reliable`: it is.
    pub(super) fn next(&mut self, now: Instant, reliable: bool) -> Turn {
        let trial = !reliable && now >= self.try_at;
        // Who has fallen silent gets echoes, to see whether it is silent altogether.
        let time = reliable && self.unanswered < PATIENCE;
        if !trial && !time {
            return Turn::Echo;
        }
        self.unanswered = self.unanswered.saturating_add(1);
        self.asked_at = now;
        if time {
            return Turn::Time;
        }
        self.try_at = now + if self.is_silent() { RARELY } else { TRY_EVERY };
        Turn::Trial
    }

    /// Whether it has not answered for its time for long.
    const fn is_silent(&self) -> bool {
        self.unanswered >= PATIENCE
    }

    /// It answered a question for its time.
    pub(super) fn answered(&mut self, now: Instant) {
        self.unanswered = 0;
        self.try_at = self.try_at.min(now + TRY_EVERY);
    }

    /// And that made sense: it may be tried again in its next turn.
    pub(super) const fn promises(&mut self, now: Instant) {
        self.try_at = now;
    }

    /// Whether an answered echo that left at `sent_at` shows that it does not tell its time any more.
    pub(super) fn refuses(&self, sent_at: Instant) -> bool {
        self.is_silent() && sent_at > self.asked_at
    }

    /// It has to show from the beginning that it is reliable; perhaps it `was`.
    pub(super) fn failed(&mut self, now: Instant, was: bool) {
        let pause = match (self.is_silent(), was) {
            (true, _) => RARELY,
            (false, true) => RECOVERY,
            (false, false) => TRY_EVERY,
        };
        self.try_at = self.try_at.max(now + pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(ms)
    }

    /// Its turns over so many seconds, three a second, and how many of them were questions for its time.
    fn questions(turns: &mut Turns, from: u64, seconds: u64, reliable: bool, answers: bool) -> u64 {
        let mut asked = 0;
        for n in 0..seconds * 10 / 3 {
            let now = at(from * 1_000 + n * 300);
            match turns.next(now, reliable) {
                Turn::Echo => {}
                Turn::Time | Turn::Trial => {
                    asked += 1;
                    if answers {
                        turns.answered(now);
                    }
                }
            }
        }
        asked
    }

    #[test]
    fn it_is_tried_every_five_seconds_and_rarely_if_in_vain() {
        let mut turns = Turns::default();
        assert!((11..=12).contains(&questions(&mut turns, 0, 60, false, true)));
        let mut turns = Turns::default();
        assert_eq!(questions(&mut turns, 0, 60, false, false), 4);
        assert_eq!(questions(&mut turns, 60, 3_600, false, false), 6);
        assert!(questions(&mut turns, 3_660, 1_200, false, true) > 100);
    }

    #[test]
    fn a_reliable_one_is_asked_nothing_else() {
        let mut turns = Turns::default();
        assert_eq!(questions(&mut turns, 0, 60, true, true), 200);
    }

    #[test]
    fn a_promising_one_is_tried_again_at_once_and_a_broken_one_is_not() {
        let mut turns = Turns::default();
        assert_eq!(turns.next(at(0), false), Turn::Trial);
        turns.answered(at(20));
        turns.promises(at(20));
        assert_eq!(turns.next(at(300), false), Turn::Trial);
        turns.answered(at(320));
        turns.failed(at(320), true);
        assert_eq!(questions(&mut turns, 1, 59, false, true), 0);
        assert!(questions(&mut turns, 61, 10, false, true) > 0);
    }

    #[test]
    fn a_reliable_one_that_answers_echoes_only_is_found_out() {
        let mut turns = Turns::default();
        for n in 0..4 {
            assert_eq!(turns.next(at(n * 300), true), Turn::Time);
        }
        // An echo of before proves nothing, one of after does.
        assert_eq!(turns.next(at(1_200), true), Turn::Echo);
        assert!(!turns.refuses(at(800)));
        assert!(turns.refuses(at(1_200)));
        turns.failed(at(1_220), true);
        assert_eq!(questions(&mut turns, 2, 590, false, false), 0);
    }

    #[test]
    fn when_the_whole_line_is_silent_nobody_is_found_out() {
        let mut turns = Turns::default();
        for n in 0..100 {
            turns.next(at(n * 300), true);
        }
        turns.answered(at(30_000));
        assert_eq!(turns.next(at(30_300), true), Turn::Time);
    }
}
