//! What we want on the router against what is there. RouterOS keeps every change in flash.
//!
//! Level, not edge: every tick says what should be true, so a lost connection, a refused write or a
//! spent budget heals by being asked again one tick later. There is no queue of changes (W-04).

mod budget;
mod queue;
mod thrift;

pub use self::budget::{Budget, MAX_BUDGET};
use self::queue::Queue;
pub use self::queue::{RETRY_MAX, RETRY_MIN};
pub use self::thrift::{DEFAULT_PER_HOUR, Thrift};
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// How we know what a queue holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Known {
    /// Looked up when the connection came up, after a doubtful write, or at the slow period.
    Read,
    /// Said in the reply to a write.
    Written,
}

/// One direction's new rate, to be written now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Order {
    /// Which queue.
    pub direction: Direction,
    /// Its new `max-limit`.
    pub rate: Rate,
}

/// What became of a wish this tick.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Act {
    /// The router already holds what is wanted.
    Unchanged,
    /// These go out now, a cut first.
    Send([Option<Order>; 2]),
    /// The write budget is spent; the router keeps what it has.
    Throttled,
    /// The link is not ready, an answer is under way, or a refused write is not due again yet.
    Waiting,
    /// A dry run: this would have gone out.
    Withheld,
}

/// How the wear of the router's flash is bounded.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one per WAN")]
pub enum Spending {
    /// v1.7's way: so many writes in a window, and none more.
    Counted(Budget),
    /// The adaptive law's: cuts at once, raises when they are worth it.
    Thrifty(Thrift),
}

impl From<Budget> for Spending {
    fn from(budget: Budget) -> Self {
        Self::Counted(budget)
    }
}

impl From<Thrift> for Spending {
    fn from(thrift: Thrift) -> Self {
        Self::Thrifty(thrift)
    }
}

/// The write side of one WAN.
#[derive(Clone, Debug)]
pub struct Actuator {
    queues: Both<Queue>,
    spending: Spending,
    dry_run: bool,
}

impl Actuator {
    /// Knows nothing of the router yet.
    pub fn new(spending: impl Into<Spending>, dry_run: bool) -> Self {
        Self {
            queues: Both {
                down: Queue::UNKNOWN,
                up: Queue::UNKNOWN,
            },
            spending: spending.into(),
            dry_run,
        }
    }

    /// States what should be true. `ready` says whether the link takes orders.
    pub fn want(&mut self, now: Instant, rates: Both<Rate>, ready: bool) -> Act {
        let held = self.held();
        let rates = match &mut self.spending {
            Spending::Counted(_) => rates,
            Spending::Thrifty(thrift) => thrift.temper(now, rates, held),
        };
        for direction in Direction::BOTH {
            let queue = &mut self.queues[direction];
            if ready {
                queue.pause_if_due(now);
            }
            queue.settle(now, rates[direction]);
        }
        let differs = |direction: Direction| self.queues[direction].differs(rates[direction]);
        if !Direction::BOTH.into_iter().any(differs) {
            return Act::Unchanged;
        }
        if self.dry_run {
            return Act::Withheld;
        }
        let differs = |direction: Direction| self.queues[direction].differs(rates[direction]);
        let due = |direction: Direction| differs(direction) && self.queues[direction].is_free(now);
        let due = Both::from_fn(due);
        if !ready || !(due.down || due.up) {
            return Act::Waiting;
        }
        match &mut self.spending {
            Spending::Counted(budget) => {
                if !budget.take(now) {
                    return Act::Throttled;
                }
            }
            Spending::Thrifty(thrift) => {
                let raises = Both::from_fn(|direction| {
                    due[direction] && held[direction].is_some_and(|held| rates[direction] > held)
                });
                thrift.spend(now, raises, u32::from(due.down) + u32::from(due.up));
            }
        }
        let mut orders = [Direction::Down, Direction::Up].map(|direction| {
            due[direction].then(|| {
                let queue = &mut self.queues[direction];
                queue.in_flight = Some(rates[direction]);
                queue.paid_at = Some(now);
                Order {
                    direction,
                    rate: rates[direction],
                }
            })
        });
        if self.urgency(orders[1]) > self.urgency(orders[0]) {
            orders.swap(0, 1);
        }
        Act::Send(orders)
    }

    /// The router said what a queue holds. Only a write's own reply ends the write that is in flight;
    /// if it holds another value than was sent, that is as good as a refusal. Says whether what was
    /// sent was taken.
    pub fn holds(&mut self, now: Instant, direction: Direction, rate: Rate, known: Known) -> bool {
        let queue = &mut self.queues[direction];
        queue.held = Some(rate);
        queue.left = None;
        queue.doubtful = None;
        queue.unseen = false;
        if known == Known::Read {
            return false;
        }
        queue.answered();
        queue.unproven = false;
        let taken = queue.in_flight.take().is_none_or(|sent| sent == rate);
        if taken {
            queue.retry_in = RETRY_MIN;
        } else {
            queue.pause(now);
        }
        taken
    }

    /// The router refused a write, or its answer told nothing: what it holds is unknown until read, and until
    /// then it is not written again.
    /// `for_certain`: it changed nothing, so that the budget has not paid for anything.
    pub fn refused(&mut self, now: Instant, direction: Direction, for_certain: bool) {
        let queue = &mut self.queues[direction];
        queue.answered();
        queue.in_flight = None;
        queue.held = None;
        queue.left = None;
        queue.doubtful = None;
        queue.unseen = true;
        queue.pause(now);
        let paid_at = queue.paid_at.take_if(|_| for_certain);
        if let Some(at) = paid_at
            // Both directions of one tick were paid for together.
            && self.queues[direction.other()].paid_at != Some(at)
            && let Spending::Counted(budget) = &mut self.spending
        {
            budget.give_back(at);
        }
    }

    /// The router will not take writes to this queue until somebody allows it. From now on they are
    /// tried at the pauses of a refused one even if it holds what is wanted: nothing else can tell.
    pub fn insist(&mut self, direction: Direction) {
        self.queues[direction].unproven = true;
    }

    /// The connection was given up because a write was not answered. Once the link is back, this queue
    /// waits longer and longer for its next turn, so that the other one has its own.
    pub fn unanswered(&mut self, direction: Direction) {
        let queue = &mut self.queues[direction];
        queue.unanswered = true;
        queue.pause_due = true;
    }

    /// Whether a write was not answered, none to the same queue has been since, and it is still wanted:
    /// a router that reads may still hang at writes.
    pub const fn owes(&self) -> bool {
        self.queues.down.unanswered || self.queues.up.unanswered
    }

    /// The connection went away: what the router holds is unknown until it is read again.
    pub fn lost(&mut self) {
        for direction in Direction::BOTH {
            let queue = &mut self.queues[direction];
            let (held, sent) = (queue.held.take(), queue.in_flight.take());
            queue.left = held.or(queue.left);
            queue.doubtful = sent.or(queue.doubtful);
        }
    }

    /// What the router had confirmed, if it now holds something that we never told it to.
    pub fn contradicted(&self, direction: Direction, found: Rate) -> Option<Rate> {
        let queue = &self.queues[direction];
        let confirmed = queue.held.or(queue.left)?;
        let ours = found == confirmed || queue.doubtful == Some(found);
        (!ours).then_some(confirmed)
    }

    /// What the router said it holds.
    pub fn held(&self) -> Both<Option<Rate>> {
        self.queues.map(|queue| queue.held)
    }

    /// Whether nothing is ever written.
    pub const fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// Writes that are left at `now`.
    pub fn writes_left(&mut self, now: Instant) -> usize {
        match &mut self.spending {
            Spending::Counted(budget) => budget.left(now),
            Spending::Thrifty(thrift) => thrift.left(),
        }
    }

    /// v1.7's limit: so many writes in any such window. The adaptive law has none.
    pub const fn limit(&self) -> Option<(usize, Duration)> {
        match &self.spending {
            Spending::Counted(budget) => Some(budget.limit()),
            Spending::Thrifty(_) => None,
        }
    }

    /// The smallest raise that is worth a write now, as a share of the rate; `None` for v1.7's way.
    pub fn least_raise(&self) -> Option<f64> {
        match &self.spending {
            Spending::Counted(_) => None,
            Spending::Thrifty(thrift) => Some(thrift.least_raise()),
        }
    }

    /// A queue that may make the link hang comes last, a cut first.
    fn urgency(&self, order: Option<Order>) -> (bool, bool) {
        order.map_or((false, false), |order| {
            let queue = &self.queues[order.direction];
            let is_cut = queue.held.is_some_and(|held| order.rate < held);
            (!queue.unanswered, is_cut)
        })
    }
}

#[cfg(test)]
mod tests;
