//! How often a WAN may say the same kind of thing.
//!
//! A line that flaps changes its zone many times a second, for days if nobody looks: as many lines
//! would fill the disk and hide whatever else happens. What is not said is counted; debug logs have
//! all that was judged.

use crate::direction::Both;
use crate::program::Noise;
use crate::time::{Duration, Instant};

/// Lines of one kind in a row: the whole story of a download that begins and ends, up through all zones
/// and down again, with something to spare.
const AT_ONCE: u32 = 10;
/// After that one line in so much time: a kind costs a megabyte a day at most.
const ONE_EVERY: Duration = Duration::from_secs(10);

/// A token bucket for one kind of line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota {
    left: u32,
    /// Up to when what time brings has been put in.
    filled_at: Instant,
    kept_back: u32,
}

impl Quota {
    const fn new(now: Instant) -> Self {
        Self {
            left: AT_ONCE,
            filled_at: now,
            kept_back: 0,
        }
    }

    /// Whether one more may be said; if not, it is counted.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        self.fill(now);
        let taken = self.left > 0;
        if taken {
            self.left -= 1;
        } else {
            self.kept_back = self.kept_back.saturating_add(1);
        }
        taken
    }

    /// How many were kept back, once, when something may be said again.
    fn report(&mut self, now: Instant) -> Option<u32> {
        if self.kept_back == 0 {
            return None;
        }
        self.fill(now);
        (self.left > 0).then(|| core::mem::take(&mut self.kept_back))
    }

    fn fill(&mut self, now: Instant) {
        while self.left < AT_ONCE && now - self.filled_at >= ONE_EVERY {
            self.left += 1;
            self.filled_at = self.filled_at + ONE_EVERY;
        }
        if self.left == AT_ONCE {
            self.filled_at = now;
        }
    }
}

/// One for each kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quotas {
    pub(super) transitions: Both<Quota>,
    pub(super) modes: Both<Quota>,
    pub(super) spikes: Quota,
    pub(super) cycles: Quota,
    pub(super) silences: Quota,
    pub(super) unsent: Quota,
}

impl Quotas {
    pub(super) const fn new(now: Instant) -> Self {
        let full = Quota::new(now);
        let both = Both {
            down: full,
            up: full,
        };
        Self {
            transitions: both,
            modes: both,
            spikes: full,
            cycles: full,
            silences: full,
            unsent: full,
        }
    }

    /// What may now be said about what could not.
    pub(super) fn reports(&mut self, now: Instant) -> impl Iterator<Item = (Noise, u32)> {
        use crate::direction::Direction::{Down, Up};
        [
            (Noise::Transitions(Down), &mut self.transitions.down),
            (Noise::Transitions(Up), &mut self.transitions.up),
            (Noise::Modes(Down), &mut self.modes.down),
            (Noise::Modes(Up), &mut self.modes.up),
            (Noise::Spikes, &mut self.spikes),
            (Noise::Cycles, &mut self.cycles),
            (Noise::Silences, &mut self.silences),
            (Noise::Unsent, &mut self.unsent),
        ]
        .into_iter()
        .filter_map(move |(noise, quota)| Some((noise, quota.report(now)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(secs)
    }

    #[test]
    fn ten_at_once_then_one_every_ten_seconds() {
        let mut quota = Quota::new(at(100));
        let mut said = |from: u64, to: u64| {
            let ticks = (from * 20..to * 20).map(|tick| Duration::from_millis(50 * tick));
            ticks.filter(|&t| quota.take(Instant::ZERO + t)).count()
        };
        assert_eq!(said(100, 101), 10);
        assert_eq!(said(101, 110), 0);
        assert_eq!(said(110, 111), 1);
        assert_eq!(said(111, 171), 6);
        // An hour of peace gives ten again, not three hundred and sixty.
        assert_eq!(said(4_000, 4_001), 10);
    }

    #[test]
    fn what_was_kept_back_is_told_once_and_not_before_something_may_be_said() {
        let mut quota = Quota::new(at(0));
        assert_eq!(quota.report(at(0)), None);
        for _ in 0..AT_ONCE + 7 {
            quota.take(at(1));
        }
        assert_eq!(quota.report(at(9)), None);
        // The bucket was full until the first line: the ten seconds began with it.
        assert_eq!(quota.report(at(11)), Some(7));
        assert_eq!(quota.report(at(11)), None);
        assert!(quota.take(at(11)), "the report costs nothing");
        assert!(!quota.take(at(12)));
        assert_eq!(quota.report(at(21)), Some(1));
    }

    #[test]
    fn each_kind_has_its_own() {
        let mut quotas = Quotas::new(at(0));
        while quotas.transitions.up.take(at(0)) {}
        assert!(quotas.transitions.down.take(at(0)));
        assert!(quotas.spikes.take(at(0)) && quotas.cycles.take(at(0)));
        let reports: Vec<_> = quotas.reports(at(10)).collect();
        let upload = Noise::Transitions(crate::direction::Direction::Up);
        assert_eq!(reports, [(upload, 1)]);
    }
}
