//! What the adaptive law says of itself, and of what it goes by.

use super::Wan;
use crate::control::controller::Decision;
use crate::control::law::Why;
use crate::control::law::adaptive::{self, Mode, Pilot, Reason};
use crate::control::load::Verdict;
use crate::control::zone::Zone;
use crate::direction::{Both, Direction};
use crate::program::{AdaptiveFact, Fact};
use crate::status::{AdaptiveStatus, CounterStatus, GRACE, WanStatus};
use crate::time::{Duration, Instant};

/// A fall that a floor stops for so long is worth a line: twice the law's own trial of whether the delay is ours.
const FLOOR_HOLDS: Duration = Duration::from_secs(60);
/// A floor that is left for less than this has not been left: the law's trial takes five seconds.
const FLOOR_LEFT: Duration = Duration::from_secs(10);

/// What was last seen and told of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watched {
    modes: Both<Mode>,
    tested: bool,
    counters: Counters,
    floors: Both<Option<Floor>>,
}

/// Whether the counters are missed.
#[derive(Clone, Copy, Debug)]
struct Counters {
    /// Since when there has been no reading, though the router answers.
    since: Instant,
    /// When that was told.
    told_at: Option<Instant>,
}

/// A floor that stops a fall.
#[derive(Clone, Copy, Debug)]
struct Floor {
    since: Instant,
    seen_at: Instant,
    told: bool,
}

impl Watched {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            modes: Both::default(),
            tested: false,
            counters: Counters {
                since: now,
                told_at: None,
            },
            floors: Both::default(),
        }
    }
}

impl Wan {
    /// Whatever the cycle judged: the law decides in every one, and is only there if it is the adaptive one.
    pub(super) fn adapting(
        &mut self,
        now: Instant,
        cycle: Decision,
        status: &mut WanStatus,
        tell: &mut impl FnMut(Fact),
    ) {
        let (Some(pilot), Some(shown)) = (self.controller.pilot(), &mut status.adaptive) else {
            return;
        };
        let mut tell = |fact| tell(Fact::Adaptive(fact));
        show(pilot, shown);
        for (n, reflector) in (0..).zip(&mut status.measurement.reflectors) {
            reflector.baseline = pilot.meter().baseline(n);
            reflector.left_out = pilot.meter().is_out(n);
        }
        let counters = shown.counters;
        let up = status.router.link.up;
        self.watched.counters.look(now, counters, up, &mut tell);
        if counters.verdict != Verdict::Undecided && !self.watched.tested {
            self.watched.tested = true;
            tell(AdaptiveFact::Tested(counters.verdict));
        }
        let Some(&decisions) = pilot.decisions() else {
            return;
        };
        if self.holding {
            return;
        }
        // The first to tell of a queue is an echo that is late: then there is no time to judge.
        let changed = decisions.down.reason != Reason::Held || decisions.up.reason != Reason::Held;
        if !matches!(cycle, Decision::Judged(_)) && (changed || cycle != Decision::Held) {
            status.rates = decisions.map(|decision| decision.rate);
            status.why = decisions.map(Why::Adaptive);
            tell(AdaptiveFact::Stood { decisions });
        }
        self.decided(now, &decisions, status, &mut tell);
    }

    fn decided(
        &mut self,
        now: Instant,
        decisions: &Both<adaptive::Decision>,
        status: &mut WanStatus,
        tell: &mut impl FnMut(AdaptiveFact),
    ) {
        for direction in Direction::BOTH {
            let decision = decisions[direction];
            if let Some(shown) = &mut status.adaptive {
                shown.steps[direction].count(decision.reason);
            }
            let was = core::mem::replace(&mut self.watched.modes[direction], decision.mode);
            if decision.mode != was {
                let notable = self.quotas.modes[direction].take(now);
                status.counters.suppressed += u64::from(!notable);
                tell(AdaptiveFact::Mode {
                    direction,
                    was,
                    decision,
                    notable,
                });
            }
            // In a dry run the line knows nothing of the rate.
            let shaped = !self.actuator.is_dry_run();
            let held = shaped && decision.at_floor && status.zones[direction] != Zone::Green;
            let floor = &mut self.watched.floors[direction];
            if let Some(lasting) = Floor::look(floor, now, held) {
                let rate = decision.rate;
                tell(AdaptiveFact::FloorHolds {
                    direction,
                    rate,
                    lasting,
                });
            }
        }
    }
}

fn show(pilot: &Pilot, shown: &mut AdaptiveStatus) {
    shown.presence = pilot.law().presence();
    shown.noise = pilot.meter().noise();
    shown.counters = CounterStatus::of(pilot.counting());
}

impl Counters {
    fn look(
        &mut self,
        now: Instant,
        counters: CounterStatus,
        up: bool,
        tell: &mut impl FnMut(AdaptiveFact),
    ) {
        let read_at = counters.read_at.unwrap_or(self.since);
        if !up {
            // That is told of the router.
            self.since = now;
        } else if read_at > self.since {
            self.since = read_at;
            if let Some(at) = self.told_at.take() {
                tell(AdaptiveFact::Counted { after: now - at });
            }
        }
        let missing = now - self.since;
        if missing >= GRACE && self.told_at.is_none() {
            self.told_at = Some(now);
            tell(AdaptiveFact::Uncounted { missing });
        }
    }
}

impl Floor {
    /// For how long it has held, when that is to be told.
    fn look(floor: &mut Option<Self>, now: Instant, held: bool) -> Option<Duration> {
        if !held {
            floor.take_if(|floor| now - floor.seen_at >= FLOOR_LEFT);
            return None;
        }
        let floor = floor.get_or_insert(Self {
            since: now,
            seen_at: now,
            told: false,
        });
        floor.seen_at = now;
        let lasting = now - floor.since;
        let due = lasting >= FLOOR_HOLDS && !floor.told;
        floor.told |= due;
        due.then_some(lasting)
    }
}
