//! Emptying a queue: from the first cut to the return.

use super::clear::Clear;
use super::{
    DOUBTED_FOR, Delivers, EMPTY_MS, NotOurs, QUIET_SHARE, STEP_EVERY, Said, Seen, Shaper, State,
    TRIAL_EVERY, TRIAL_FOR, View, held,
};
use crate::control::law::adaptive::words::{Blocker, Reason};
use crate::control::load;
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// The queue is to be gone after about this time, in milliseconds.
const DRAIN_IN_MS: f64 = 200.0;
/// This much is left alone: an echo behind a packet or two.
const LEFT_MS: f64 = 4.0;
/// No cut goes deeper below what is delivered: the line must not run empty before that is seen.
const DEEPEST: f64 = 0.3;
/// The margin shrinks no further: a counter is not that wrong. Nor does a slope take more away at once.
const NARROWEST: f64 = 0.6;
/// A counter that reads a few per cent high would stall the drain: the margin shrinks while the queue
/// does not, and recovers while it does.
const TIGHTEN: f64 = 0.97;
const RELAX: f64 = 1.01;
/// The queue "does" if it is below this share of what it was one step ago.
const SHRUNK: f64 = 0.75;
/// How much of an older, lower anchor a higher delivered rate replaces.
const FOLLOW: f64 = 0.3;
/// Below this share of the rate the traffic has gone: no queue of ours stands.
const GONE: f64 = 0.5;
/// So many steps of that, and it is somebody else's delay.
const GONE_STEPS: u8 = 3;
/// The traffic was there until this long before the queue went: our cut did it.
const OUR_DOING: Duration = Duration::from_millis(600);
const LOADED: f64 = 0.7;
/// After so long without any progress the drain is judged.
const JUDGED_AFTER: Duration = Duration::from_secs(3);
/// The rate was obeyed: what goes through is no less than this share of it. While a queue stands before
/// a line that is slower than the rate, less goes through.
const OBEYED: f64 = 0.9;
/// The cut was deep enough to show an effect: below this share of the first anchor.
const DEEP_ENOUGH: f64 = 0.85;

/// A load that began no longer ago is not measured yet: a reading a second on the idle line.
const YOUNG_FOR: Duration = Duration::from_secs(1);
/// A queue that was no longer than so many thresholds says that the capacity is where it was.
const SHALLOW: f64 = 2.0;
/// From so long on, what a drain was fed tells the capacity.
const LONG_EBB: Duration = Duration::from_secs(1);
/// Next to nothing is no capacity but a pause of the radio, or of the traffic.
const PAUSED: f64 = 0.1;

/// A drain under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drain {
    step_at: Instant,
    /// What the line delivers.
    anchor: Rate,
    /// And what it delivered when the drain began.
    began_at: Rate,
    /// Integral guard, [`NARROWEST`] to 1.
    margin: f64,
    /// The delta one step ago.
    before: f64,
    /// When the last change's effect can be seen: there, through the queue, and back.
    seen_at: Instant,
    raised_at: Instant,
    loaded_at: Instant,
    gone: u8,
    /// A delta, and since when it has not become clearly less or more.
    mark: f64,
    marked_at: Instant,
    since: Instant,
    /// The rate before the first cut.
    was: Rate,
    ebb: Ebb,
}

/// The queue since it was longest.
#[derive(Clone, Copy, Debug)]
struct Ebb {
    most_ms: f64,
    from: Instant,
    until: Instant,
    /// What was let through since, in bits.
    fed: f64,
}

impl Ebb {
    const fn new(now: Instant, most_ms: f64) -> Self {
        Self {
            most_ms,
            from: now,
            until: now,
            fed: 0.0,
        }
    }

    fn step(&mut self, now: Instant, ms: f64, rate: Rate) {
        if ms >= self.most_ms {
            *self = Self::new(now, ms);
        }
        self.fed += rate.as_bps() as f64 * (now - self.until).as_secs_f64();
        self.until = now;
    }

    /// What the line did meanwhile: it passed what it was fed, and the queue. Only a long ebb tells,
    /// because senders need some time to send no more than they are let.
    fn capacity(&self) -> Option<Rate> {
        let lasted = self.until - self.from;
        (lasted >= LONG_EBB).then(|| {
            let lasted = lasted.as_secs_f64();
            // Echoes sent when the queue was longest were that much later here.
            let share = 1.0 + self.most_ms / 1e3 / lasted;
            Rate::bps(1).times(self.fed / lasted * share)
        })
    }
}

impl Drain {
    /// For how long it has been under way.
    pub(super) fn age(&self, now: Instant) -> Duration {
        now - self.since
    }
}

impl Shaper {
    /// The first cut: to what the line delivers, less what empties the queue.
    pub(super) fn cut(&mut self, now: Instant, view: &View, seen: &Seen) -> Said {
        // More than the rate goes through only in a counter that has stood still.
        let young = now - self.idle_at < YOUNG_FOR;
        let anchor = if young {
            // The window still holds the time before the load: what was known is the better guess.
            self.capacity
                .unwrap_or(self.rate)
                .max(delivered(view, seen))
        } else {
            delivered(view, seen)
        };
        let anchor = anchor.min(self.rate);
        let anchor = anchor.max(self.params.floor);
        let queue = view.queue_then(seen);
        let drain = Drain {
            step_at: now + STEP_EVERY,
            anchor,
            began_at: anchor,
            margin: 1.0,
            before: seen.delta,
            seen_at: now + effect(view, queue),
            raised_at: Instant::ZERO,
            loaded_at: now,
            gone: 0,
            mark: seen.delta,
            marked_at: now,
            since: now,
            was: self.before_ease(),
            ebb: Ebb::new(now, seen.delta),
        };
        self.state = State::Draining(drain);
        self.capacity = Some(anchor);
        let wish = anchor.times(depth(queue));
        self.set(wish.min(self.rate));
        (Reason::Cut, Some(Blocker::Draining))
    }

    pub(super) fn draining(
        &mut self,
        now: Instant,
        view: &View,
        seen: &Seen,
        mut drain: Drain,
    ) -> Said {
        if seen.load > LOADED {
            drain.loaded_at = now;
            drain.gone = 0;
        }
        if seen.delta < SHRUNK * drain.mark || drain.mark < SHRUNK * seen.delta {
            (drain.mark, drain.marked_at) = (seen.delta, now);
        }
        drain.ebb.step(now, seen.delta, self.rate);
        self.state = State::Draining(drain);
        let shown = view.shown(seen);
        let falling = view.reading.falling;
        let visible = now >= drain.seen_at;
        // What stays after the cut has shown all it can do, and is no bloat, is not a queue.
        let rests = visible && !falling && seen.delta < QUIET_SHARE * seen.threshold;
        if (seen.delta <= EMPTY_MS || rests) && shown <= seen.threshold {
            return self.drained(now, seen, &drain);
        }
        if now < drain.step_at {
            return held(Blocker::Draining);
        }
        drain.gone = if seen.load < GONE && !falling {
            drain.gone.saturating_add(1)
        } else {
            0
        };
        if drain.gone >= GONE_STEPS && !self.at_floor() {
            let until = now + DOUBTED_FOR;
            return self.give_back(seen, NotOurs::Gone { until });
        }
        if let Some(said) = self.judge(now, view, seen, &drain) {
            return said;
        }
        if seen.delta >= seen.threshold && !falling {
            let tells = match view.delivers {
                // What CAKE held back, or did a moment ago, says nothing about the line.
                Delivers::Capacity => now - drain.raised_at > load::WINDOW + view.applies_in,
                // An effect that should be seen and is not: the line does no more than it is fed.
                Delivers::Inflow => visible,
            };
            let anchor = reanchored(view, seen, self.rate, drain.anchor, tells);
            drain.anchor = anchor.min(drain.was).max(self.params.floor);
        }
        if seen.delta <= SHRUNK * drain.before {
            drain.margin = (drain.margin * RELAX).min(1.0);
        } else if visible && !falling {
            drain.margin = (drain.margin * TIGHTEN).max(NARROWEST);
        }
        if visible {
            drain.seen_at = now + effect(view, shown);
        }
        drain.before = seen.delta;
        drain.step_at = now + STEP_EVERY;
        self.state = State::Draining(drain);
        self.capacity = Some(drain.anchor);
        let wish = drain.anchor.times(drain.margin * depth(shown));
        let was = self.rate;
        self.set(if falling { wish } else { wish.min(was) });
        if self.rate > was {
            drain.raised_at = now;
            self.state = State::Draining(drain);
        }
        (Reason::Drained, Some(Blocker::Draining))
    }

    /// The queue is gone: just under the capacity, at once.
    fn drained(&mut self, now: Instant, seen: &Seen, drain: &Drain) -> Said {
        let keep = self.params.tuning.keep.as_f64();
        let keep = if drain.ebb.most_ms < SHALLOW * seen.threshold {
            f64::midpoint(1.0, keep)
        } else {
            keep
        };
        let capacity = if now - drain.loaded_at < OUR_DOING {
            // Our cut emptied it: this is the new capacity.
            let ebb = drain.ebb.capacity().unwrap_or(drain.anchor);
            let capacity = drain.anchor.min(ebb.max(self.params.floor));
            self.good = capacity;
            self.met.meet(capacity);
            capacity
        } else {
            // The traffic stopped by itself, and what it delivered then was no capacity.
            drain.anchor.max(self.good)
        };
        self.capacity = Some(capacity);
        self.enter_clear(now);
        self.state = State::Clear(Clear::until(now + self.met.patience()));
        self.set(capacity.times(keep));
        (Reason::Returned, Some(Blocker::Refractory))
    }

    /// A drain without progress is not ours, or the floor is in the way. A deep queue takes its own time
    /// to show what was done to it.
    fn judge(&mut self, now: Instant, view: &View, seen: &Seen, drain: &Drain) -> Option<Said> {
        if now - drain.since >= TRIAL_EVERY {
            let until = now + TRIAL_FOR;
            return Some(self.give_back(seen, NotOurs::Trial { until }));
        }
        if now - drain.marked_at < JUDGED_AFTER + effect(view, view.shown(seen)).doubled() {
            return None;
        }
        if seen.delta < seen.threshold {
            // Something small stays: the noise floor has yet to learn it. It is no bloat.
            return Some(self.drained(now, seen, drain));
        }
        // At the floor it may be obeyed and still be no less than the line can do, unless that is far
        // below what the line did with the queue standing.
        let tells = !self.at_floor() || self.rate < drain.anchor.times(NARROWEST);
        let deep = self.rate < drain.began_at.times(DEEP_ENOUGH) && tells;
        (deep && seen.load >= OBEYED).then(|| self.give_back(seen, NotOurs::Obeyed))
    }

    /// The delay was the other direction's: as it was before the cut.
    pub(in crate::control::law::adaptive) fn acquit(&mut self, now: Instant) {
        if let State::Draining(drain) = self.state {
            self.capacity = Some(self.good.max(drain.was));
            self.enter_clear(now);
            self.set(drain.was);
        }
    }

    /// For how long it has been draining, if it is.
    pub(in crate::control::law::adaptive) fn draining_for(&self, now: Instant) -> Option<Duration> {
        match self.state {
            State::Draining(drain) => Some(drain.age(now)),
            State::Clear(_) | State::Weather { .. } | State::Blind { .. } => None,
        }
    }

    fn give_back(&mut self, seen: &Seen, why: NotOurs) -> Said {
        self.state = State::Weather {
            entry: seen.delta,
            why,
        };
        self.capacity = Some(self.good);
        let keep = self.params.tuning.keep.as_f64();
        let (reason, rate) = match why {
            // What was good may be the floor itself.
            NotOurs::Trial { .. } => (Reason::Tried, self.good.max(self.params.base)),
            NotOurs::Obeyed | NotOurs::Gone { .. } => (Reason::GaveBack, self.good),
        };
        self.set(rate.times(keep));
        (reason, Some(Blocker::Weather))
    }

    fn at_floor(&self) -> bool {
        self.rate <= self.params.floor
    }
}

/// How far below what is delivered, for a queue of this many milliseconds.
fn depth(delta: f64) -> f64 {
    (1.0 - (delta - LEFT_MS) / DRAIN_IN_MS).clamp(DEEPEST, 1.0)
}

/// What the line delivers while the queue stands.
pub(super) fn delivered(view: &View, seen: &Seen) -> Rate {
    match view.delivers {
        Delivers::Capacity => view.passes_now(seen),
        Delivers::Inflow => view
            .passes_now(seen)
            .max(seen.achieved)
            .times(1.0 - view.reading.slope),
    }
}

/// The queue provably stands: what is delivered now, against what was thought.
fn reanchored(view: &View, seen: &Seen, rate: Rate, anchor: Rate, tells: bool) -> Rate {
    let now = delivered(view, seen);
    if now > anchor {
        return anchor.times(1.0 - FOLLOW) + now.times(FOLLOW);
    }
    if now < anchor.times(PAUSED) {
        return anchor;
    }
    let obeyed = view.delivers == Delivers::Capacity && now >= rate.times(OBEYED);
    // A slope is a poor witness once the rate has changed under it: one step down at a time.
    let least = match view.delivers {
        Delivers::Capacity => Rate::ZERO,
        Delivers::Inflow => anchor.times(NARROWEST),
    };
    if tells && !obeyed {
        now.max(least)
    } else {
        anchor
    }
}

/// Until a change's effect can be seen: into the router, through the queue, and back.
fn effect(view: &View, queue_ms: f64) -> Duration {
    let queue = Duration::from_secs_f64(queue_ms / 1e3);
    (view.applies_in + Duration::from(view.reading.path) + queue).max(STEP_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an ebb from half a second of queue to none tells, that took so long at 8 Mbit/s.
    fn told(seconds: u64) -> Option<Rate> {
        let at = |ms| Instant::ZERO + Duration::from_millis(ms);
        let mut ebb = Ebb::new(at(0), 500.0);
        for n in 1..=seconds * 20 {
            let left = 500.0 * (1.0 - n as f64 / (seconds * 20) as f64);
            ebb.step(at(n * 50), left, Rate::mbit(8));
        }
        ebb.capacity()
    }

    #[test]
    fn a_line_did_what_it_was_fed_and_the_queue() {
        let told = [2, 4].map(|seconds| told(seconds).expect("long enough").as_mbps());
        assert!(
            (told[0] - 10.0).abs() < 0.01 && (told[1] - 9.0).abs() < 0.01,
            "{told:?}"
        );
    }

    #[test]
    fn a_short_ebb_tells_nothing() {
        let mut ebb = Ebb::new(Instant::ZERO, 100.0);
        ebb.step(
            Instant::ZERO + Duration::from_millis(900),
            0.0,
            Rate::mbit(8),
        );
        assert_eq!(ebb.capacity(), None);
    }
}
