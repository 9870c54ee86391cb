//! What we want on the router against what is there. RouterOS keeps every change in flash.
//!
//! Level, not edge: every tick says what should be true, so a lost connection, a refused write or a
//! spent budget heals by being asked again one tick later. There is no queue of changes (W-04).

use heapless::Deque;

use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// The largest `router.write_limit.changes`.
pub const MAX_BUDGET: usize = 64;
/// First pause after a refused write, doubling up to [`RETRY_MAX`]: a router that says no is not
/// asked twenty times a second.
pub const RETRY_MIN: Duration = Duration::from_millis(250);
/// A queue that has held what is wanted for so long owes us nothing.
const SETTLED_AFTER: Duration = Duration::from_secs(10);
/// Longest pause after refused writes.
pub const RETRY_MAX: Duration = Duration::from_secs(30);

/// At most `changes` writes in any `window` (contract 3.7). One tick's write counts once, whether it
/// concerns one direction or both.
#[derive(Clone, Debug)]
pub struct Budget {
    changes: usize,
    window: Duration,
    spent: Deque<Instant, MAX_BUDGET>,
}

impl Budget {
    /// `changes` above [`MAX_BUDGET`] count as that.
    pub fn new(changes: usize, window: Duration) -> Self {
        Self {
            changes: changes.min(MAX_BUDGET),
            window,
            spent: Deque::new(),
        }
    }

    /// Writes that are left at `now`.
    pub fn left(&mut self, now: Instant) -> usize {
        while self.spent.front().is_some_and(|&at| at + self.window < now) {
            self.spent.pop_front();
        }
        self.changes - self.spent.len()
    }

    /// Writes allowed per window, and the window.
    pub const fn limit(&self) -> (usize, Duration) {
        (self.changes, self.window)
    }

    fn take(&mut self, now: Instant) -> bool {
        self.left(now) > 0 && self.spent.push_back(now).is_ok()
    }
}

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

#[derive(Clone, Copy, Debug)]
struct Queue {
    /// What the router holds, as far as it said so itself.
    held: Option<Rate>,
    in_flight: Option<Rate>,
    retry_at: Instant,
    retry_in: Duration,
    /// The last write was not answered.
    unanswered: bool,
    /// The pause for that begins when the link is back.
    pause_due: bool,
    /// Since when the router has held what is wanted.
    agrees_since: Option<Instant>,
    /// Only a write that succeeds can show that the router takes them again.
    unproven: bool,
}

impl Queue {
    const UNKNOWN: Self = Self {
        held: None,
        in_flight: None,
        retry_at: Instant::ZERO,
        retry_in: RETRY_MIN,
        unanswered: false,
        pause_due: false,
        agrees_since: None,
        unproven: false,
    };

    /// Whether this rate is still to be written. One the router holds is not, unless it must prove that
    /// it takes writes at all.
    fn differs(&self, rate: Rate) -> bool {
        match self.in_flight {
            Some(sent) => sent != rate,
            None => self.unproven || self.held != Some(rate),
        }
    }

    /// A write that nobody wants any more is owed no answer.
    fn settle(&mut self, now: Instant, rate: Rate) {
        if self.in_flight.is_some() || self.held != Some(rate) {
            self.agrees_since = None;
        } else if now - *self.agrees_since.get_or_insert(now) >= SETTLED_AFTER {
            self.answered();
        }
    }

    const fn answered(&mut self) {
        self.unanswered = false;
        self.pause_due = false;
    }

    fn pause_if_due(&mut self, now: Instant) {
        if core::mem::take(&mut self.pause_due) {
            self.pause(now);
        }
    }

    fn pause(&mut self, now: Instant) {
        self.retry_at = now + self.retry_in;
        self.retry_in = self.retry_in.doubled().min(RETRY_MAX);
    }
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
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(50);

    fn rates(down: u64, up: u64) -> Both<Rate> {
        Both {
            down: Rate::mbit(down),
            up: Rate::mbit(up),
        }
    }

    fn actuator() -> Actuator {
        Actuator::new(Budget::new(10, Duration::from_secs(60)), false)
    }

    /// What the router is told; it confirms at once.
    fn tell(actuator: &mut Actuator, now: Instant, wish: Both<Rate>) -> usize {
        let Act::Send(orders) = actuator.want(now, wish, true) else {
            return 0;
        };
        let sent = orders.into_iter().flatten();
        sent.map(|order| actuator.holds(now, order.direction, order.rate, Known::Written))
            .count()
    }

    #[test]
    fn an_equal_value_is_never_sent_and_only_what_changed_is() {
        let mut actuator = actuator();
        let now = Instant::ZERO;
        assert_eq!(tell(&mut actuator, now, rates(500, 50)), 2);
        assert_eq!(tell(&mut actuator, now, rates(500, 50)), 0);
        assert_eq!(tell(&mut actuator, now, rates(400, 50)), 1);
    }

    #[test]
    fn a_router_that_already_holds_the_rates_is_left_alone() {
        let mut actuator = actuator();
        actuator.holds(
            Instant::ZERO,
            Direction::Down,
            Rate::mbit(500),
            Known::Written,
        );
        actuator.holds(Instant::ZERO, Direction::Up, Rate::mbit(50), Known::Written);
        assert_eq!(
            actuator.want(Instant::ZERO, rates(500, 50), true),
            Act::Unchanged
        );
    }

    #[test]
    fn a_cut_goes_first() {
        let mut actuator = actuator();
        tell(&mut actuator, Instant::ZERO, rates(500, 50));
        let Act::Send([Some(first), Some(second)]) =
            actuator.want(Instant::ZERO, rates(505, 40), true)
        else {
            panic!("both changed");
        };
        assert_eq!(
            (first.direction, second.direction),
            (Direction::Up, Direction::Down)
        );
    }

    #[test]
    fn while_an_answer_is_under_way_the_newest_wish_waits() {
        let mut actuator = actuator();
        actuator.want(Instant::ZERO, rates(500, 50), true);
        for down in (300..400).rev() {
            assert_eq!(
                actuator.want(Instant::ZERO, rates(down, 50), true),
                Act::Waiting
            );
        }
        actuator.holds(
            Instant::ZERO,
            Direction::Down,
            Rate::mbit(500),
            Known::Written,
        );
        actuator.holds(Instant::ZERO, Direction::Up, Rate::mbit(50), Known::Written);
        assert_eq!(tell(&mut actuator, Instant::ZERO, rates(300, 50)), 1);
    }

    #[test]
    fn the_eleventh_change_in_a_minute_is_throttled() {
        let mut actuator = actuator();
        let mut now = Instant::ZERO;
        let mut written = 0;
        for n in 0..1_200 {
            written += u32::from(tell(&mut actuator, now, rates(500 + n % 2, 50)) > 0);
            now = now + TICK;
        }
        assert_eq!(written, 10);
        now = Instant::ZERO + Duration::from_secs(60) + TICK;
        assert_eq!(
            tell(&mut actuator, now, rates(777, 50)),
            1,
            "the window moved on"
        );
    }

    #[test]
    fn a_refusing_router_is_asked_less_and_less_often() {
        let mut actuator = actuator();
        let mut now = Instant::ZERO;
        let mut asked = 0;
        while now < Instant::ZERO + Duration::from_secs(60) {
            if let Act::Send(orders) = actuator.want(now, rates(500, 50), true) {
                asked += 1;
                for order in orders.into_iter().flatten() {
                    actuator.refused(now, order.direction);
                }
            }
            now = now + TICK;
        }
        assert_eq!(
            asked, 8,
            "at 0, 0.25, 0.75, 1.75, 3.75, 7.75, 15.75, 31.75 s"
        );
    }

    #[test]
    fn after_a_lost_connection_nothing_is_taken_for_granted() {
        let mut actuator = actuator();
        tell(&mut actuator, Instant::ZERO, rates(500, 50));
        actuator.lost();
        assert_eq!(
            actuator.want(Instant::ZERO, rates(500, 50), false),
            Act::Waiting
        );
        assert_eq!(tell(&mut actuator, Instant::ZERO, rates(500, 50)), 2);
    }

    #[test]
    fn a_queue_that_makes_the_link_hang_leaves_the_other_one_its_turn() {
        let mut actuator = actuator();
        let mut now = Instant::ZERO;
        tell(&mut actuator, now, rates(500, 50));
        for pause in [250, 500, 1_000] {
            // Both change, the download hangs, the link is away for a while.
            now = now + RETRY_MAX;
            assert!(matches!(
                actuator.want(now, rates(400, 40), true),
                Act::Send(_)
            ));
            actuator.unanswered(Direction::Down);
            actuator.lost();
            now = now + Duration::from_secs(3);
            assert!(actuator.owes());
            let back_at = now;
            let Act::Send(orders) = actuator.want(now, rates(400, 40), true) else {
                panic!("the upload is due");
            };
            let sent: Vec<_> = orders.into_iter().flatten().map(|o| o.direction).collect();
            assert_eq!(sent, [Direction::Up]);
            actuator.holds(now, Direction::Up, Rate::mbit(40), Known::Written);
            while actuator.want(now, rates(400, 40), true) == Act::Waiting {
                now = now + Duration::from_millis(1);
            }
            assert_eq!(now - back_at, Duration::from_millis(pause));
            actuator.lost();
        }
        actuator.holds(now, Direction::Down, Rate::mbit(400), Known::Written);
        assert!(!actuator.owes());
    }

    #[test]
    fn when_both_are_due_the_one_that_hung_comes_last() {
        let mut actuator = actuator();
        tell(&mut actuator, Instant::ZERO, rates(500, 50));
        actuator.unanswered(Direction::Down);
        actuator.lost();
        actuator.want(Instant::ZERO, rates(500, 50), true);
        actuator.lost();
        for direction in Direction::BOTH {
            actuator.holds(Instant::ZERO, direction, Rate::mbit(500), Known::Read);
        }
        let later = Instant::ZERO + RETRY_MAX;
        let Act::Send([Some(first), Some(_)]) = actuator.want(later, rates(400, 50), true) else {
            panic!("both are due");
        };
        assert_eq!(first.direction, Direction::Up, "though the other is a cut");
    }

    #[test]
    fn a_write_that_was_not_answered_and_is_not_wanted_any_more_is_forgotten_after_a_while() {
        let mut actuator = actuator();
        let mut now = Instant::ZERO;
        actuator.want(now, rates(500, 50), true);
        actuator.holds(now, Direction::Up, Rate::mbit(50), Known::Written);
        actuator.unanswered(Direction::Down);
        actuator.lost();
        for (direction, rate) in [(Direction::Down, 500), (Direction::Up, 50)] {
            actuator.holds(now, direction, Rate::mbit(rate), Known::Read);
        }
        let mut lasted = 0;
        while actuator.owes() {
            let act = actuator.want(now, rates(500, 50), true);
            assert_eq!(act, Act::Unchanged, "an equal value is never sent");
            now = now + TICK;
            lasted += 1;
        }
        assert_eq!(lasted, 201, "ten seconds");
    }

    #[test]
    fn a_router_without_permission_is_asked_again_even_if_it_holds_what_is_wanted() {
        let mut actuator = actuator();
        let mut now = Instant::ZERO;
        actuator.want(now, rates(500, 50), true);
        actuator.holds(now, Direction::Up, Rate::mbit(50), Known::Written);
        actuator.refused(now, Direction::Down);
        actuator.insist(Direction::Down);
        actuator.holds(now, Direction::Down, Rate::mbit(500), Known::Read);
        assert_eq!(actuator.want(now, rates(500, 50), true), Act::Waiting);
        now = now + RETRY_MIN;
        assert_eq!(tell(&mut actuator, now, rates(500, 50)), 1);
        assert_eq!(actuator.want(now, rates(500, 50), true), Act::Unchanged);
    }

    #[test]
    fn a_dry_run_never_sends() {
        let mut actuator = Actuator::new(Budget::new(10, Duration::from_secs(60)), true);
        assert_eq!(
            actuator.want(Instant::ZERO, rates(500, 50), true),
            Act::Withheld
        );
    }
}
