//! No queue of ours: search for more while loaded, and accuse ourselves when there is bloat.

use super::{
    Blocker, DOUBTED_FOR, QUIET_SHARE, Reason, STEP_EVERY, Said, Seen, Shaper, State, TRIP, View,
    held,
};
use crate::time::Instant;
use crate::units::Rate;

/// Below this share of the rate, and of the floor, traffic holds no queue.
const OURS_OF_RATE: f64 = 0.25;
const OURS_OF_FLOOR: f64 = 0.3;
/// Below this share of the rate, and of the floor, a cut could not tell: it would not go deep enough.
const MEAGRE: f64 = 0.05;
const TOO_NEAR_FLOOR: f64 = 1.25;
/// From this share of the rate on, growth would be noticed.
const LOADED: f64 = 0.85;
/// Below this a search is over.
const UNLOADED: f64 = 0.6;
/// Far below the last good rate: raised by so much per step.
const CATCH_UP: f64 = 0.10;
const FAR_BELOW: f64 = 0.9;
/// Around the measured capacity: by so much.
const NEAR: f64 = 1.05;
const CAREFUL: f64 = 0.015;
/// At the measured capacity itself, this far to either side, half as often: there every step is either
/// wasted or bloat.
const PLATEAU: f64 = 0.02;
/// Beyond it: by so much, doubling in so many seconds up to the preset's stride.
const SEARCH: f64 = 0.03;
const SEARCH_DOUBLES_IN_S: f64 = 2.0;
/// The last good rate fades by this share per raise, so that one lucky second is no promise.
const FADE: f64 = 0.999;

impl Shaper {
    pub(super) fn clear(
        &mut self,
        now: Instant,
        view: &View,
        seen: &Seen,
        raise_at: Instant,
        searching_since: Option<Instant>,
    ) -> Said {
        if self.evidence > TRIP * seen.threshold && seen.delta > seen.threshold {
            return self.accuse(now, view, seen);
        }
        self.doubt_since = None;
        if seen.delta >= QUIET_SHARE * seen.threshold {
            return held(Blocker::Delay);
        }
        if seen.load < LOADED {
            if seen.load < UNLOADED {
                self.state = State::Clear {
                    raise_at,
                    searching_since: None,
                };
            }
            return held(Blocker::Unloaded);
        }
        if now < raise_at {
            return held(Blocker::Refractory);
        }
        self.raise(now, seen, searching_since)
    }

    /// There is bloat: is it ours?
    fn accuse(&mut self, now: Instant, view: &View, seen: &Seen) -> Said {
        if !view.suspect {
            return held(Blocker::OtherDirection);
        }
        if seen.achieved <= self.enough() && !self.is_long_in_doubt(now, seen) {
            return held(Blocker::Weather);
        }
        if !view.credible {
            return held(Blocker::NoReplies);
        }
        if view.reading.falling {
            return held(Blocker::Delay);
        }
        self.cut(now, view, seen)
    }

    fn raise(&mut self, now: Instant, seen: &Seen, searching_since: Option<Instant>) -> Said {
        let rate = self.rate;
        let known = self.capacity.unwrap_or(self.params.base);
        let (share, since) = if rate < self.good.times(FAR_BELOW) {
            (CATCH_UP.min(self.params.tuning.stride.max(CAREFUL)), None)
        } else if rate < known.times(NEAR) && self.capacity.is_some() {
            (CAREFUL, None)
        } else {
            let since = searching_since.unwrap_or(now);
            let doubled = ((now - since).as_secs_f64() / SEARCH_DOUBLES_IN_S).exp2();
            (
                (SEARCH * doubled).min(self.params.tuning.stride),
                Some(since),
            )
        };
        let quiet = QUIET_SHARE * seen.threshold;
        let room = ((quiet - seen.delta) / quiet).clamp(0.0, 1.0);
        self.good = self.good.times(FADE).max(seen.achieved);
        let at_capacity = (rate.share_of(known) - 1.0).abs() <= PLATEAU;
        let pause = if at_capacity {
            STEP_EVERY.doubled()
        } else {
            STEP_EVERY
        };
        self.state = State::Clear {
            raise_at: now + pause,
            searching_since: since,
        };
        if self.set(rate.times(1.0 + share * room)) {
            (Reason::Raised, None)
        } else {
            held(Blocker::Delay)
        }
    }

    /// A line whose capacity fell below a stream that never filled the rate looks like weather, but
    /// does not pass. One cut tells: if it is obeyed and changes nothing, it was weather.
    fn is_long_in_doubt(&mut self, now: Instant, seen: &Seen) -> bool {
        let meagre = self.params.floor.times(TOO_NEAR_FLOOR);
        if seen.achieved <= meagre.max(self.rate.times(MEAGRE)) {
            self.doubt_since = None;
            return false;
        }
        now - *self.doubt_since.get_or_insert(now) >= DOUBTED_FOR
    }

    /// Traffic that could hold a queue.
    pub(super) fn enough(&self) -> Rate {
        let floor = self.params.floor.times(OURS_OF_FLOOR);
        self.rate.times(OURS_OF_RATE).max(floor)
    }
}
