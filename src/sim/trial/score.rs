//! What a law made of a scenario.

use core::fmt;

use super::contender::Contender;
use super::scenario::Scenario;
use super::world::World;
use crate::control::law::adaptive::Decision;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// The first seconds are not judged: every law has to find its way.
const WARM_UP: Duration = Duration::from_secs(5);
/// A line is in use from this share of its capacity on.
const IN_USE: f64 = 0.1;

/// How things stood at a tick.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// When.
    pub at: Instant,
    /// What the law wants.
    pub rates: Both<Rate>,
    /// What the line can do.
    pub capacity: Both<Rate>,
    /// What the queues add to an RTT, in milliseconds.
    pub queue_ms: f64,
    /// Why, if the law says so.
    pub decisions: Option<Both<Decision>>,
}

impl Moment {
    pub(super) fn new(now: Instant, world: &World, contender: &Contender) -> Self {
        Self {
            at: now,
            rates: contender.rates(),
            capacity: world.line.capacity(),
            queue_ms: world.queueing().as_secs_f64() * 1e3,
            decisions: contender.decisions(),
        }
    }
}

/// One run.
#[derive(Clone, Debug)]
pub struct Score {
    queue_ms: Vec<f64>,
    delivered: Both<f64>,
    possible: Both<f64>,
    changes: u64,
    lasted: Duration,
    judged: Both<bool>,
    /// Every tick, after [`run`](super::run).
    pub moments: Vec<Moment>,
}

impl Score {
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self {
            queue_ms: Vec::new(),
            delivered: Both::default(),
            possible: Both::default(),
            changes: 0,
            lasted: scenario.lasts,
            judged: scenario.judged,
            moments: Vec::new(),
        }
    }

    pub(super) fn sample(&mut self, now: Instant, span: Duration, world: &mut World) {
        let carried = core::mem::take(&mut world.carried);
        if now < Instant::ZERO + WARM_UP {
            return;
        }
        let mut in_use = false;
        for direction in Direction::BOTH {
            let capacity = world.line.capacity()[direction];
            let demand = world.line.demand()[direction].min(capacity);
            let alive = capacity > Rate::ZERO;
            if self.judged[direction] && alive && demand.share_of(capacity) >= IN_USE {
                in_use = true;
                self.delivered[direction] += carried[direction] as f64 * 8.0;
                self.possible[direction] += demand.as_bps() as f64 * span.as_secs_f64();
            }
        }
        if in_use {
            self.queue_ms.push(world.queueing().as_secs_f64() * 1e3);
        }
    }

    pub(super) fn finish(&mut self, changes: u64) {
        self.changes = changes;
        self.queue_ms.sort_unstable_by(f64::total_cmp);
    }

    /// A quantile of the queue's delay while the line was in use, in milliseconds.
    pub fn queue(&self, quantile: f64) -> f64 {
        let last = self.queue_ms.len().saturating_sub(1);
        let rank = Rate::bps(last as u64).times(quantile.clamp(0.0, 1.0));
        let rank = usize::try_from(rank.as_bps()).unwrap_or(last);
        self.queue_ms.get(rank).copied().unwrap_or(0.0)
    }

    /// Its mean.
    pub fn mean(&self) -> f64 {
        self.queue_ms.iter().sum::<f64>() / self.queue_ms.len().max(1) as f64
    }

    /// The share of that time in which the delay was above `ms`.
    pub fn above(&self, ms: f64) -> f64 {
        let first = self.queue_ms.partition_point(|&queue| queue <= ms);
        let above = self.queue_ms.len() - first;
        above as f64 / self.queue_ms.len().max(1) as f64
    }

    /// What went through, as a share of what was wanted and possible.
    pub fn utilisation(&self) -> f64 {
        let Both { down, up } = self.delivered;
        (down + up) / (self.possible.down + self.possible.up).max(1.0)
    }

    /// The same for one direction, at most all of it (a buffer that drains gives more for a moment);
    /// `None` if it was never in use.
    pub fn utilisation_of(&self, direction: Direction) -> Option<f64> {
        let possible = self.possible[direction];
        (possible > 0.0).then(|| (self.delivered[direction] / possible).min(1.0))
    }

    /// Writes to the router in a minute.
    pub fn changes_per_minute(&self) -> f64 {
        self.changes as f64 / self.lasted.as_secs_f64() * 60.0
    }

    /// The moments of a span, in seconds since the start.
    pub fn between(&self, from: f64, until: f64) -> impl Iterator<Item = &Moment> {
        self.moments.iter().filter(move |moment| {
            let at = moment.at.as_secs_f64();
            from <= at && at < until
        })
    }
}

/// Mean, median, 95th and 99th percentile in milliseconds, utilisation in per cent, writes a minute.
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:6.1} {:5.0} {:5.0} {:5.0} {:5.1} {:5.0}",
            self.mean(),
            self.queue(0.5),
            self.queue(0.95),
            self.queue(0.99),
            100.0 * self.utilisation(),
            self.changes_per_minute(),
        )
    }
}
