//! No queue of ours: search for more while loaded, and accuse ourselves when there is bloat.

use super::{
    Blocker, DOUBTED_FOR, Delivers, QUIET_SHARE, Reason, SETTLE, STEP_EVERY, Said, Seen, Shaper,
    State, TRIP, View, drain, held,
};
use crate::time::{Duration, Instant};
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
/// At the measured capacity itself, this far to either side, half as often: there every step is either
/// wasted or bloat.
const PLATEAU: f64 = 0.02;
/// How boldly a search steps, as shares of the rate per step.
#[derive(Clone, Copy, Debug)]
struct Gait {
    /// Up to this share of the known capacity it steps carefully,
    near: f64,
    /// by so much;
    careful: f64,
    /// beyond it by so much, doubling in so many seconds up to the preset's stride.
    search: f64,
    doubles_in_s: f64,
    /// A step is a full one while the delta is below `1 - 1/room` of what is quiet.
    room: f64,
}

/// A download that is alone: its counter shows at once what the line delivers.
const BOLD: Gait = Gait {
    near: 1.02,
    careful: 0.03,
    search: 0.06,
    doubles_in_s: 1.0,
    room: 2.0,
};
/// An upload, whose counter shows only what CAKE sends, and two directions that share a delay.
const WARY: Gait = Gait {
    near: 1.05,
    careful: 0.015,
    search: 0.04,
    doubles_in_s: 1.5,
    room: 1.0,
};
/// The last good rate fades by this share per raise, so that one lucky second is no promise.
const FADE: f64 = 0.999;
/// Two searches that end within this share of each other have found the same capacity.
const SAME: f64 = 0.04;
/// A queue begins with this share of the evidence that a cut needs: less, and noise does as well.
const EASED_FROM: f64 = 0.3;
/// The longest pause before a known capacity is tried again. A line that returns to its full rate is
/// found again no later than this.
const LONGEST_PATIENCE: Duration = Duration::from_secs(2);

/// A search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clear {
    raise_at: Instant,
    /// Since when the rate is beyond what is known.
    searching_since: Option<Instant>,
    /// The rate it began with, once there was a raise.
    began_at: Option<Rate>,
    /// The rate before the step back it began with.
    eased_from: Option<Rate>,
}

impl Clear {
    /// No raise before `raise_at`.
    pub(super) const fn until(raise_at: Instant) -> Self {
        Self {
            raise_at,
            searching_since: None,
            began_at: None,
            eased_from: None,
        }
    }
}

/// Where searches end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Met {
    at: Rate,
    times: u8,
}

impl Met {
    /// A search has ended at this capacity.
    pub(super) fn meet(&mut self, capacity: Rate) {
        let same = (capacity.share_of(self.at) - 1.0).abs() <= SAME;
        self.times = if same {
            self.times.saturating_add(1)
        } else {
            0
        };
        self.at = capacity;
    }

    /// How long to leave it at that: the surer the capacity, the longer.
    pub(super) fn patience(self) -> Duration {
        let doublings = i32::from(self.times.min(8));
        let wait = SETTLE.as_secs_f64() * f64::from(doublings).exp2();
        Duration::from_secs_f64(wait).min(LONGEST_PATIENCE)
    }
}

impl Shaper {
    pub(super) fn clear(&mut self, now: Instant, view: &View, seen: &Seen, clear: Clear) -> Said {
        if self.evidence > TRIP * seen.threshold && seen.delta > seen.threshold {
            return self.accuse(now, view, seen);
        }
        if view.falls_short(seen) {
            return self.accuse(now, view, seen);
        }
        self.doubt_since = None;
        if seen.delta >= QUIET_SHARE * seen.threshold {
            return self.ease(now, view, seen, clear);
        }
        if seen.load < LOADED {
            if seen.load < UNLOADED {
                self.state = State::Clear(Clear {
                    searching_since: None,
                    ..clear
                });
            }
            return held(Blocker::Unloaded);
        }
        if now < clear.raise_at {
            return held(Blocker::Refractory);
        }
        self.raise(now, view, seen, clear)
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

    /// A queue begins to stand right after a raise: that was the capacity. Back to just under it, before
    /// it becomes bloat.
    fn ease(&mut self, now: Instant, view: &View, seen: &Seen, clear: Clear) -> Said {
        let Some(began_at) = clear.began_at else {
            return held(Blocker::Delay);
        };
        if self.evidence < EASED_FROM * TRIP * seen.threshold
            || !view.suspect
            || !view.credible
            || view.reading.falling
            || seen.load < LOADED
        {
            return held(Blocker::Delay);
        }
        let capacity = drain::delivered(view, seen).min(self.rate);
        self.met.meet(capacity);
        self.capacity = Some(capacity);
        self.state = State::Clear(Clear {
            eased_from: Some(self.rate),
            ..Clear::until(now + self.met.patience())
        });
        if self.set(
            capacity
                .times(f64::midpoint(1.0, self.params.tuning.keep.as_f64()))
                .max(began_at)
                .min(self.rate),
        ) {
            (Reason::Eased, Some(Blocker::Refractory))
        } else {
            held(Blocker::Delay)
        }
    }

    /// The rate before the last step back, if nothing was raised since.
    pub(super) fn before_ease(&self) -> Rate {
        match self.state {
            State::Clear(clear) => clear.eased_from.unwrap_or(self.rate),
            State::Draining(_) | State::Weather { .. } | State::Blind { .. } => self.rate,
        }
    }

    fn raise(&mut self, now: Instant, view: &View, seen: &Seen, clear: Clear) -> Said {
        let rate = self.rate;
        let gait = if view.alone && view.delivers == Delivers::Capacity {
            BOLD
        } else {
            WARY
        };
        let stride = self.params.tuning.stride;
        let known = self.capacity.unwrap_or(self.params.base);
        let (share, since) = if rate < self.good.times(FAR_BELOW) {
            (CATCH_UP.min(stride.max(gait.careful)), None)
        } else if rate < known.times(gait.near) && self.capacity.is_some() {
            (gait.careful, None)
        } else {
            let since = clear.searching_since.unwrap_or(now);
            let doubled = ((now - since).as_secs_f64() / gait.doubles_in_s).exp2();
            ((gait.search * doubled).min(stride), Some(since))
        };
        let quiet = QUIET_SHARE * seen.threshold;
        let room = (gait.room * (quiet - seen.delta) / quiet).clamp(0.0, 1.0);
        // More than the rate goes through only in a counter that has stood still.
        self.good = self.good.times(FADE).max(seen.achieved.min(rate));
        let at_capacity = (rate.share_of(known) - 1.0).abs() <= PLATEAU;
        let pause = if at_capacity {
            STEP_EVERY.doubled()
        } else {
            STEP_EVERY
        };
        let raised = self.set(rate.times(1.0 + share * room));
        self.state = State::Clear(Clear {
            raise_at: now + pause,
            searching_since: since,
            began_at: clear.began_at.or(raised.then_some(rate)),
            eased_from: None,
        });
        if raised {
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
