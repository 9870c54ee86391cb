//! What we want on the router against what is there. RouterOS keeps every change in flash.
//!
//! Level, not edge: every tick says what should be true, so a lost connection, a refused write or a
//! spent budget heals by being asked again one tick later. There is no queue of changes (W-04).

mod budget;
mod queue;

pub use self::budget::{Budget, MAX_BUDGET};
use self::queue::Queue;
pub use self::queue::{RETRY_MAX, RETRY_MIN};
use crate::direction::{Both, Direction};
use crate::time::Instant;
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

/// The write side of one WAN.
#[derive(Clone, Debug)]
pub struct Actuator {
    queues: Both<Queue>,
    budget: Budget,
    dry_run: bool,
}

impl Actuator {
    /// Knows nothing of the router yet.
    pub const fn new(budget: Budget, dry_run: bool) -> Self {
        Self {
            queues: Both {
                down: Queue::UNKNOWN,
                up: Queue::UNKNOWN,
            },
            budget,
            dry_run,
        }
    }

    /// States what should be true. `ready` says whether the link takes orders.
    pub fn want(&mut self, now: Instant, rates: Both<Rate>, ready: bool) -> Act {
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
        let due = |direction: Direction| {
            let queue = &self.queues[direction];
            differs(direction) && queue.in_flight.is_none() && now >= queue.retry_at
        };
        let due = Both::from_fn(due);
        if !ready || !(due.down || due.up) {
            return Act::Waiting;
        }
        if !self.budget.take(now) {
            return Act::Throttled;
        }
        let mut orders = [Direction::Down, Direction::Up].map(|direction| {
            due[direction].then(|| {
                self.queues[direction].in_flight = Some(rates[direction]);
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

    /// The router refused a write, or its answer told nothing: what it holds is unknown until read.
    pub fn refused(&mut self, now: Instant, direction: Direction) {
        let queue = &mut self.queues[direction];
        queue.answered();
        queue.in_flight = None;
        queue.held = None;
        queue.pause(now);
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
            queue.held = None;
            queue.in_flight = None;
        }
    }

    /// What the router said it holds.
    pub fn held(&self) -> Both<Option<Rate>> {
        self.queues.map(|queue| queue.held)
    }

    /// Whether nothing is ever written.
    pub const fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// The write budget.
    pub const fn budget(&mut self) -> &mut Budget {
        &mut self.budget
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
