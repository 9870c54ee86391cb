//! One direction.

use super::preset::Tuning;
use super::words::{Blocker, Decision, Mode, Reason};
use crate::control::bloat::Reading;
use crate::control::bloat::presence::Presence;
use crate::control::load::Achieved;
use crate::time::{Duration, Instant};
use crate::units::{Millis, Rate};

mod blind;
mod clear;
mod drain;
mod weather;

use self::clear::{Clear, Met};
use self::drain::Drain;

/// Shortest time from one change to the next of the same kind.
const STEP_EVERY: Duration = Duration::from_millis(200);
/// After a return the queue must have had time to build again before the rate is raised.
const SETTLE: Duration = Duration::from_millis(300);
/// Growth ends at this share of the threshold, and what lies above it counts towards a cut.
const QUIET_SHARE: f64 = 0.6;
/// Milliseconds above that share, times seconds, per millisecond of threshold: with 15 ms a cut takes
/// 20 ms of queue for 80 ms.
const TRIP: f64 = 0.06;
/// The sum does not grow beyond this many trips, so that it is soon forgotten.
const TRIP_MOST: f64 = 3.3;
/// A change smaller than this is none, because RouterOS keeps every write in flash: a cut, and a raise,
/// which can wait.
const DEAD_BAND: f64 = 0.004;
const DEAD_BAND_UP: f64 = 0.008;
/// A queue smaller than this is none, in milliseconds.
const EMPTY_MS: f64 = 5.0;
/// Weather is over below this share of the threshold.
const OVER_SHARE: f64 = 0.5;
/// A download that delivers less than this share of its rate while there is delay is the bottleneck.
const SHORT: f64 = 0.85;
/// The newest moment differs from the window by more than this share: something has changed.
const CHANGED: f64 = 0.15;
/// A queue is not believed to grow by more than so many seconds in a second.
const MOST_OVER: f64 = 3.0;
/// Without counters for so long a law must do without.
const BLIND_AFTER: Duration = Duration::from_secs(2);
/// So long without a reply is never too long: three echoes at twenty a second.
pub(super) const LEAST_GAP: Duration = Duration::from_millis(150);
/// Bloat with a little traffic is doubted for so long before a cut tells whose it is: longer than most
/// of other people's weather.
const DOUBTED_FOR: Duration = Duration::from_secs(10);
/// At the floor, and the delay stays: so often the rate is given back to see whether it is ours.
pub const TRIAL_EVERY: Duration = Duration::from_secs(30);
/// And for so long.
const TRIAL_FOR: Duration = Duration::from_secs(5);

/// One direction's settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShaperParams {
    /// Where a fall stops.
    pub floor: Rate,
    /// Where the first start begins, and what a blind law stays near.
    pub base: Rate,
    /// Where a rise stops.
    pub ceiling: Rate,
    /// What kind of line it is.
    pub tuning: Tuning,
}

/// What one direction sees of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) reading: Reading,
    pub(super) achieved: Achieved,
    pub(super) newest: Option<Rate>,
    pub(super) applies_in: Duration,
    /// What the line delivers if a queue of this direction stands.
    pub(super) delivers: Delivers,
    /// The queue may be this direction's.
    pub(super) suspect: bool,
    /// The other direction is hardly used.
    pub(super) alone: bool,
    pub(super) presence: Presence,
    /// This direction's queue can explain for how long no reply came.
    pub(super) credible: bool,
}

impl View {
    /// Two witnesses at once: the line suddenly delivers less than the rate, and the first echoes are
    /// late. Then nobody has to wait for more of them, which a growing queue spaces out.
    fn falls_short(&self, seen: &Seen) -> bool {
        let late = self
            .reading
            .early
            .is_some_and(|early| early.as_f64() > seen.threshold);
        let short = self
            .newest
            .is_some_and(|newest| newest < seen.achieved.times(SHORT));
        self.delivers == Delivers::Capacity && late && short
    }

    /// What goes through at this moment: over the whole window, unless it changes.
    fn passes_now(&self, seen: &Seen) -> Rate {
        let newest = self.newest.filter(|&newest| newest > Rate::ZERO);
        newest
            .filter(|newest| (newest.share_of(seen.achieved) - 1.0).abs() > CHANGED)
            .unwrap_or(seen.achieved)
    }

    /// The queue as the first voices tell of it.
    fn shown(&self, seen: &Seen) -> f64 {
        seen.delta
            .max(self.reading.early.map_or(0.0, Millis::as_f64))
    }

    /// The queue when a change of now has its effect: echoes tell of it as late as it is long, and a
    /// line that suddenly delivers less than before lets it grow on until then. In milliseconds.
    fn queue_then(&self, seen: &Seen) -> f64 {
        let shown = self.shown(seen);
        if self.delivers == Delivers::Inflow || self.reading.falling {
            return shown;
        }
        let over = seen.achieved.share_of(self.passes_now(seen)) - 1.0;
        let over = over.clamp(0.0, MOST_OVER);
        let ago = self.reading.path.as_f64() + shown + self.applies_in.as_millis().as_f64();
        shown + over * ago
    }
}

/// How the achieved rate tells the capacity while a queue stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Delivers {
    /// CAKE is behind the bottleneck: it is the capacity itself, as long as CAKE passes more.
    Capacity,
    /// CAKE is before it: it is what fills the queue, and the slope of the delay tells the rest.
    Inflow,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Clear(Clear),
    Draining(Drain),
    Weather {
        /// The delta it began with.
        entry: f64,
        why: NotOurs,
    },
    Blind {
        cut_at: Instant,
        drift_at: Instant,
    },
}

/// What speaks against a queue of ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum NotOurs {
    /// The cut was obeyed and changed nothing.
    Obeyed,
    /// Our traffic had gone and the delay stayed; if it is back and the delay still there, it is asked
    /// again.
    Gone { until: Instant },
    /// Nothing yet: it is tried until then.
    Trial { until: Instant },
}

/// One direction of one WAN.
#[derive(Clone, Copy, Debug)]
pub struct Shaper {
    params: ShaperParams,
    state: State,
    rate: Rate,
    /// The last rate that did well.
    good: Rate,
    /// The capacity as the last queue showed it.
    capacity: Option<Rate>,
    /// Where the last search ended, and how often in a row it ended there.
    met: Met,
    /// Bloat so far, in millisecond-seconds.
    evidence: f64,
    /// Since when there is bloat with a little traffic of ours.
    doubt_since: Option<Instant>,
    stepped_at: Instant,
    /// When the counters were last read.
    known_at: Instant,
    /// When there was last too little traffic to hold a queue.
    idle_at: Instant,
}

impl Shaper {
    /// Starts at `known`, or at the base.
    pub fn new(now: Instant, params: ShaperParams, known: Option<Rate>) -> Self {
        let rate = known.unwrap_or(params.base);
        let rate = rate.max(params.floor).min(params.ceiling);
        Self {
            params,
            state: State::Clear(Clear::until(now + SETTLE)),
            rate,
            good: rate,
            capacity: None,
            met: Met::default(),
            evidence: 0.0,
            doubt_since: None,
            stepped_at: now,
            known_at: now,
            idle_at: now,
        }
    }

    /// What CAKE should be told now.
    pub const fn rate(&self) -> Rate {
        self.rate
    }

    /// Which state it is in.
    pub const fn mode(&self) -> Mode {
        match self.state {
            State::Clear(_) => Mode::Clear,
            State::Draining(_) => Mode::Draining,
            State::Weather { .. } => Mode::Weather,
            State::Blind { .. } => Mode::Blind,
        }
    }

    /// The settings it runs with.
    pub const fn params(&self) -> &ShaperParams {
        &self.params
    }

    /// The last rate that did well, to start from after a restart.
    pub const fn good(&self) -> Rate {
        self.good
    }

    /// Whether the delay may be its own.
    pub(super) const fn is_in_doubt(&self) -> bool {
        match self.state {
            State::Draining(_) => true,
            State::Weather { why, .. } => matches!(why, NotOurs::Trial { .. }),
            State::Clear(_) => self.doubt_since.is_some(),
            State::Blind { .. } => false,
        }
    }

    /// Whether the delay is not its own, at any load.
    pub(super) const fn is_innocent(&self) -> bool {
        match self.state {
            State::Weather { why, .. } => matches!(why, NotOurs::Obeyed),
            State::Clear(_) | State::Draining(_) | State::Blind { .. } => false,
        }
    }

    /// Without counters, and at the floor.
    pub(super) fn is_cornered(&self) -> bool {
        matches!(self.state, State::Blind { .. }) && self.rate <= self.params.floor
    }

    /// Down to just under the capacity that was last measured, if it searches above that; says whether
    /// that is a change.
    pub(super) fn step_back(&mut self, now: Instant) -> bool {
        let safe = self
            .capacity
            .map(|rate| rate.times(self.params.tuning.keep.as_f64()));
        let (State::Clear(_), Some(safe)) = (self.state, safe) else {
            return false;
        };
        if self.rate <= safe || !self.set(safe) {
            return false;
        }
        self.state = State::Clear(Clear::until(now + SETTLE));
        true
    }

    pub(super) fn step(&mut self, now: Instant, view: View) -> Decision {
        let passed = (now - self.stepped_at).as_secs_f64().min(1.0);
        self.stepped_at = now;
        if view.achieved.known().is_some() {
            self.known_at = now;
        }
        let threshold = view.reading.threshold + self.params.tuning.framing.time_at(self.rate);
        let (reason, blocker) = self.decide(now, passed, &view, threshold);
        let at_ceiling = self.rate >= self.params.ceiling;
        Decision {
            rate: self.rate,
            mode: self.mode(),
            reason,
            blocker: if at_ceiling {
                Some(Blocker::Ceiling)
            } else {
                blocker
            },
            delta: view.reading.delta,
            threshold,
            achieved: view.achieved.known(),
            anchor: self.capacity,
            at_floor: self.rate <= self.params.floor,
        }
    }

    fn decide(&mut self, now: Instant, passed: f64, view: &View, threshold: Millis) -> Said {
        match view.presence {
            // Nobody knows whether anything passes.
            Presence::Outage { since } if view.achieved.known().is_none() => {
                return self.without_replies(now, since, Blocker::NothingPasses);
            }
            Presence::Stalled { .. } | Presence::Outage { .. } => {
                self.evidence = 0.0;
                return held(Blocker::NothingPasses);
            }
            Presence::Deaf { since } => {
                return self.without_replies(now, since, Blocker::NoReplies);
            }
            Presence::Heard => {}
        }
        let Some(delta) = view.reading.delta.map(Millis::as_f64) else {
            return held(Blocker::NoReplies);
        };
        let threshold = threshold.as_f64();
        let Some(achieved) = view.achieved.known() else {
            return self.without_counters(now, delta, threshold);
        };
        self.gather(passed, delta, threshold);
        // Little traffic with a queue is a line that can do no more, and not an idle one.
        if achieved <= self.enough() && delta < QUIET_SHARE * threshold {
            self.idle_at = now;
        }
        let seen = Seen {
            delta,
            threshold,
            achieved,
            load: achieved.share_of(self.rate),
        };
        match self.state {
            State::Blind { .. } => {
                self.enter_clear(now);
                held(Blocker::Refractory)
            }
            State::Clear(clear) => self.clear(now, view, &seen, clear),
            State::Draining(drain) => self.draining(now, view, &seen, drain),
            State::Weather { entry, why } => self.weather(now, view, &seen, entry, why),
        }
    }

    /// The detector: bloat times duration.
    fn gather(&mut self, passed: f64, delta: f64, threshold: f64) {
        let more = (delta - QUIET_SHARE * threshold) * passed;
        let most = TRIP_MOST * TRIP * threshold;
        self.evidence = (self.evidence + more).clamp(0.0, most);
    }

    fn enter_clear(&mut self, now: Instant) {
        self.evidence = 0.0;
        self.doubt_since = None;
        self.state = State::Clear(Clear::until(now + SETTLE));
    }

    /// Takes a new rate within the limits; says whether that is a change.
    fn set(&mut self, wish: Rate) -> bool {
        let wish = wish.max(self.params.floor).min(self.params.ceiling);
        let off = wish.max(self.rate) - wish.min(self.rate);
        let to_limit = wish == self.params.floor || wish == self.params.ceiling;
        let band = if wish > self.rate {
            DEAD_BAND_UP
        } else {
            DEAD_BAND
        };
        let changed = wish != self.rate && (to_limit || off > self.rate.times(band));
        if changed {
            self.rate = wish;
        }
        changed
    }
}

/// The numbers of a step, once they are all there.
#[derive(Clone, Copy, Debug)]
struct Seen {
    delta: f64,
    threshold: f64,
    achieved: Rate,
    /// Achieved rate as a share of the rate.
    load: f64,
}

/// A reason and what blocks more.
type Said = (Reason, Option<Blocker>);

const fn held(blocker: Blocker) -> Said {
    (Reason::Held, Some(blocker))
}
