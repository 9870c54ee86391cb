//! One trouble: for how long there has been, whether somebody was told, and how often it came untold.

use super::When;
use crate::time::{Duration, Instant, WallTime};

/// Gone for less than this, a trouble nobody was told of has not ended: queues swing.
const PAUSE: Duration = Duration::from_secs(5);

/// When a trouble is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// When it has lasted so long. One that was told is over when it was gone for as long.
    pub(super) after: Duration,
    /// Not sooner after the time before.
    pub(super) cooldown: Duration,
}

/// One trouble of one WAN, or of one of its directions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trouble {
    pace: Pace,
    spell: Option<Spell>,
    told_at: Option<Instant>,
    /// Spells that would have been told, but for the cool-down.
    untold: u32,
}

/// From when it is there until it is over.
#[derive(Clone, Copy, Debug)]
struct Spell {
    since: When,
    /// When it was last there.
    seen_at: Instant,
    /// How much of the time until then.
    present: Duration,
    there: bool,
    told: bool,
}

impl Spell {
    const fn new(since: When) -> Self {
        Self {
            since,
            seen_at: since.now,
            present: Duration::ZERO,
            there: true,
            told: false,
        }
    }

    fn set(&mut self, now: Instant, there: bool) {
        if self.there {
            self.present = self.present + (now - self.seen_at);
        }
        if there || self.there {
            self.seen_at = now;
        }
        self.there = there;
    }

    /// Whether it was there for less than half of its time: swings that come often are no state that lasts.
    fn is_thin(&self) -> bool {
        self.present.doubled() < self.seen_at - self.since.now
    }
}

/// What is to be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Told {
    /// It is there.
    There {
        since: WallTime,
        lasted: Duration,
        untold: u32,
    },
    /// It is over.
    Over { since: WallTime, lasted: Duration },
}

impl Trouble {
    pub(super) const fn new(pace: Pace) -> Self {
        Self {
            pace,
            spell: None,
            told_at: None,
            untold: 0,
        }
    }

    /// Whether it is there, as of now.
    pub(super) fn set(&mut self, when: When, there: bool) {
        match &mut self.spell {
            Some(spell) => spell.set(when.now, there),
            None if there => self.spell = Some(Spell::new(when)),
            None => {}
        }
    }

    /// What is to be told now.
    pub(super) fn due(&mut self, when: When) -> Option<Told> {
        let Pace { after, cooldown } = self.pace;
        let now = when.now;
        let spell = self.spell.as_mut()?;
        spell.set(now, spell.there);
        let since = spell.since.wall;
        if spell.there {
            let lasted = now - spell.since.now;
            let cooled = self.told_at.is_none_or(|at| now - at >= cooldown);
            if !spell.told && lasted >= after && spell.is_thin() {
                *spell = Spell::new(when);
                return None;
            }
            if spell.told || lasted < after || !cooled {
                return None;
            }
            spell.told = true;
            self.told_at = Some(now);
            return Some(Told::There {
                since,
                lasted,
                untold: core::mem::take(&mut self.untold),
            });
        }
        let pause = if spell.told { after } else { PAUSE.min(after) };
        if now - spell.seen_at < pause {
            return None;
        }
        let (told, lasted) = (spell.told, spell.seen_at - spell.since.now);
        self.spell = None;
        if !told && lasted >= after {
            self.untold += 1;
        }
        told.then_some(Told::Over { since, lasted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Pace = Pace {
        after: Duration::from_secs(60),
        cooldown: Duration::from_secs(900),
    };

    fn at(secs: u64) -> When {
        When {
            now: Instant::ZERO + Duration::from_secs(secs),
            wall: WallTime { secs, nanos: 0 },
        }
    }

    fn there(since: u64, lasted: u64, untold: u32) -> Told {
        Told::There {
            since: at(since).wall,
            lasted: Duration::from_secs(lasted),
            untold,
        }
    }

    fn over(since: u64, lasted: u64) -> Told {
        Told::Over {
            since: at(since).wall,
            lasted: Duration::from_secs(lasted),
        }
    }

    /// All that is told up to a second, if the trouble is there in these.
    fn story(pace: Pace, is_there: impl Fn(u64) -> bool, end: u64) -> Vec<(u64, Told)> {
        let mut trouble = Trouble::new(pace);
        (0..end)
            .filter_map(|secs| {
                trouble.set(at(secs), is_there(secs));
                Some((secs, trouble.due(at(secs))?))
            })
            .collect()
    }

    #[test]
    fn it_is_told_when_it_has_lasted_and_over_when_it_was_gone_as_long() {
        let told = story(MINUTE, |secs| (100..400).contains(&secs), 1_000);
        assert_eq!(told, [(160, there(100, 60, 0)), (460, over(100, 300))]);
    }

    #[test]
    fn what_ends_in_time_is_no_news() {
        assert_eq!(story(MINUTE, |secs| secs % 70 < 59, 5_000), []);
    }

    #[test]
    fn a_breath_is_no_end() {
        let told = story(MINUTE, |secs| secs < 300 && secs % 10 > 3, 400);
        assert_eq!(told, [(64, there(4, 60, 0)), (360, over(4, 296))]);
    }

    /// A second in five, so that it is never gone for long.
    #[test]
    fn what_swings_is_no_trouble_until_it_stays() {
        let swings = |secs: u64| secs.is_multiple_of(5);
        assert_eq!(story(MINUTE, swings, 3_600), []);
        let told = story(MINUTE, |secs| swings(secs) || secs >= 600, 700);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!((660..=690).contains(&told[0].0), "{told:?}");
    }

    #[test]
    fn while_it_cools_down_it_is_counted_and_the_next_notice_says_so() {
        // Two minutes there, two minutes not.
        let told = story(MINUTE, |secs| secs % 240 < 120, 1_300);
        assert_eq!(
            told,
            [
                (60, there(0, 60, 0)),
                (180, over(0, 120)),
                (1_020, there(960, 60, 3)),
                (1_140, over(960, 120)),
            ]
        );
    }

    #[test]
    fn one_that_outlasts_the_cool_down_is_told_then() {
        let told = story(MINUTE, |secs| !(100..300).contains(&secs), 1_000);
        assert_eq!(
            told,
            [
                (60, there(0, 60, 0)),
                (160, over(0, 100)),
                (960, there(300, 660, 0)),
            ]
        );
    }

    #[test]
    fn news_is_told_at_once() {
        let pace = Pace {
            after: Duration::ZERO,
            cooldown: Duration::from_secs(60),
        };
        let told = story(pace, |secs| (10..20).contains(&secs), 100);
        assert_eq!(told, [(10, there(10, 0, 0)), (20, over(10, 10))]);
    }
}
