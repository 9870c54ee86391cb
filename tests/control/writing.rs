//! What is written to the router, and when.

use proptest::prelude::*;
use wanctl::control::actuator::{Act, Actuator, Known, Thrift};
use wanctl::direction::{Both, Direction};
use wanctl::time::{Duration, Instant};
use wanctl::units::Rate;

use crate::at;

/// An allowance of so many writes an hour, at a router that confirms at once.
struct House {
    actuator: Actuator,
    now: Instant,
}

impl House {
    fn new(per_hour: u32) -> Self {
        Self {
            actuator: Actuator::new(Thrift::new(per_hour), false),
            now: Instant::ZERO,
        }
    }

    /// A tick later; returns what was written, by direction.
    fn tick(&mut self, wish: Both<Rate>) -> Both<Option<Rate>> {
        self.now = self.now + Duration::from_millis(50);
        let mut written = Both::default();
        if let Act::Send(orders) = self.actuator.want(self.now, wish, true) {
            for order in orders.into_iter().flatten() {
                written[order.direction] = Some(order.rate);
                let known = Known::Written;
                self.actuator
                    .holds(self.now, order.direction, order.rate, known);
            }
        }
        written
    }
}

/// Wishes of the two directions, in tenths of a Mbit/s, and for how many ticks each stands.
fn wishes() -> impl Strategy<Value = Vec<(u64, u64, u32)>> {
    prop::collection::vec((1..2_000_u64, 1..2_000_u64, 1..150_u32), 1..60)
}

fn tenths(down: u64, up: u64) -> Both<Rate> {
    Both {
        down: Rate::bps(down * 100_000),
        up: Rate::bps(up * 100_000),
    }
}

proptest! {
    #[test]
    fn a_cut_is_written_at_once_however_much_was_written_before(per_hour in 0..4_000_u32, wishes in wishes()) {
        let mut house = House::new(per_hour);
        for (down, up, ticks) in wishes {
            for _ in 0..ticks {
                let (held, wish) = (house.actuator.held(), tenths(down, up));
                let written = house.tick(wish);
                for direction in Direction::BOTH {
                    if held[direction].is_none_or(|held| wish[direction] < held) {
                        prop_assert_eq!(written[direction], Some(wish[direction]));
                    }
                }
            }
        }
    }

    #[test]
    fn two_raises_are_a_fifth_of_a_second_apart_and_none_waits_longer_than_five(
        per_hour in 0..4_000_u32,
        wishes in wishes(),
    ) {
        let mut house = House::new(per_hour);
        let mut raised_at: Both<Option<Instant>> = Both::default();
        let mut waits_since: Both<Option<Instant>> = Both::default();
        for (down, up, ticks) in wishes {
            for _ in 0..ticks {
                let (held, wish) = (house.actuator.held(), tenths(down, up));
                let written = house.tick(wish);
                let now = house.now;
                for direction in Direction::BOTH {
                    let raise = held[direction].is_some_and(|held| wish[direction] > held);
                    if !raise || written[direction].is_some() {
                        waits_since[direction] = None;
                    } else {
                        let since = *waits_since[direction].get_or_insert(now);
                        prop_assert!(now - since < Duration::from_secs(5));
                    }
                    if raise && written[direction].is_some() {
                        let before = raised_at[direction].replace(now);
                        prop_assert!(before.is_none_or(|at| now - at >= Duration::from_millis(200)));
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_left_is_never_more_than_a_quarter_of_an_hours_and_the_less_the_larger_a_raise(
        per_hour in 1..4_000_u32,
        wishes in wishes(),
    ) {
        let mut house = House::new(per_hour);
        let most = (per_hour as usize / 4).max(1);
        for (down, up, ticks) in wishes {
            for _ in 0..ticks {
                let (left, least) = (house.actuator.writes_left(house.now), house.actuator.least_raise());
                let written = house.tick(tenths(down, up));
                let sent = usize::from(written.down.is_some()) + usize::from(written.up.is_some());
                let left_now = house.actuator.writes_left(house.now);
                prop_assert!(left_now <= most && left_now + sent <= left.max(sent) + 1 + per_hour as usize / 72_000);
                let least_now = house.actuator.least_raise();
                prop_assert!(least_now.is_some_and(|share| (0.008 - 1e-12..=0.08 + 1e-12).contains(&share)));
                prop_assert!(left_now >= left || least_now >= least, "{least:?} {least_now:?}");
            }
        }
        prop_assert_eq!(house.actuator.limit(), None);
    }

    #[test]
    fn nobody_writes_in_a_dry_run(wishes in wishes()) {
        let mut actuator = Actuator::new(Thrift::new(3_600), true);
        for (n, (down, up, _)) in (0..).zip(wishes) {
            let act = actuator.want(at(n * 50), tenths(down, up), true);
            prop_assert_eq!(act, Act::Withheld);
        }
    }
}
