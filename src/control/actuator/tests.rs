//! Wishes and what the router makes of them.

use super::*;
use crate::time::Duration;

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
    let Act::Send([Some(first), Some(second)]) = actuator.want(Instant::ZERO, rates(505, 40), true)
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
                actuator.refused(now, order.direction, false);
                actuator.holds(now, order.direction, Rate::mbit(1), Known::Read);
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
fn a_queue_that_refused_is_seen_before_it_is_written_again() {
    let mut actuator = actuator();
    let now = Instant::ZERO;
    actuator.want(now, rates(500, 50), true);
    actuator.holds(now, Direction::Up, Rate::mbit(50), Known::Written);
    actuator.refused(now, Direction::Down, true);
    let later = now + RETRY_MAX;
    let waits = actuator.want(later, rates(500, 50), true);
    assert_eq!(waits, Act::Waiting, "it may hold what is wanted");
    actuator.holds(later, Direction::Down, Rate::mbit(500), Known::Read);
    let holds = actuator.want(later, rates(500, 50), true);
    assert_eq!(holds, Act::Unchanged, "it does");
    assert_eq!(tell(&mut actuator, later, rates(400, 50)), 1);
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
    actuator.refused(now, Direction::Down, false);
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

#[test]
fn only_writes_that_may_have_changed_something_are_paid_for() {
    let mut actuator = actuator();
    let mut now = Instant::ZERO;
    for attempt in 0..40 {
        now = now + RETRY_MAX + TICK;
        let Act::Send(orders) = actuator.want(now, rates(100 + attempt, 10), true) else {
            panic!("budget spent after {attempt} refusals");
        };
        for order in orders.into_iter().flatten() {
            actuator.refused(now, order.direction, true);
            actuator.holds(now, order.direction, Rate::mbit(1), Known::Read);
        }
        assert_eq!(actuator.writes_left(now), 10);
    }
    // One of a tick's two was taken: that is a write.
    now = now + RETRY_MAX + TICK;
    assert!(matches!(
        actuator.want(now, rates(7, 7), true),
        Act::Send(_)
    ));
    actuator.holds(now, Direction::Down, Rate::mbit(7), Known::Written);
    actuator.refused(now, Direction::Up, true);
    actuator.holds(now, Direction::Up, Rate::mbit(1), Known::Read);
    assert_eq!(actuator.writes_left(now), 9);
    // A doubtful refusal may have been applied.
    now = now + RETRY_MAX + TICK;
    assert!(matches!(
        actuator.want(now, rates(7, 8), true),
        Act::Send(_)
    ));
    actuator.refused(now, Direction::Up, false);
    assert_eq!(actuator.writes_left(now), 8);
}

#[test]
fn what_was_confirmed_outlives_the_connection() {
    let mut actuator = actuator();
    let now = Instant::ZERO;
    let said = |actuator: &Actuator, down: u64| {
        let found = Rate::mbit(down);
        actuator.contradicted(Direction::Down, found)
    };
    assert_eq!(tell(&mut actuator, now, rates(50, 5)), 2);
    actuator.lost();
    actuator.lost();
    assert_eq!(actuator.held().down, None);
    assert_eq!(said(&actuator, 50), None);
    assert_eq!(said(&actuator, 33), Some(Rate::mbit(50)));
    actuator.holds(now, Direction::Down, Rate::mbit(50), Known::Read);
    actuator.holds(now, Direction::Up, Rate::mbit(5), Known::Read);
    // A write was under way: it may hold either.
    assert!(matches!(
        actuator.want(now, rates(40, 5), true),
        Act::Send(_)
    ));
    actuator.lost();
    assert_eq!(said(&actuator, 40), None);
    assert_eq!(said(&actuator, 50), None);
    assert_eq!(said(&actuator, 33), Some(Rate::mbit(50)));
    // One that was refused may have been applied, and nothing is known.
    actuator.refused(now, Direction::Down, false);
    assert_eq!(said(&actuator, 33), None);
}
