//! When one round by hand has nothing more to wait for.
//!
//! Routers and networks have hiccups that the daemon lives through; a round that took the first one for
//! the result would fail where the daemon works. Only what trying again does not change is final.

use crate::control::actuator::Act;
use crate::direction::{Both, Direction};
use crate::router::{Failure, Refusal};
use crate::status::{RouterStatus, WanStatus};
use crate::time::Duration;
use crate::units::Rate;

/// Whatever has not happened by then will not be waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);
/// The router has refused twice when the second retry goes out.
const RETRIES_OF_A_REPEATED_REFUSAL: u32 = 2;
/// A router that still refuses to list its queues after 250 ms, 500 ms and 1 s is not just starting.
const REPEATED_FAILURES: u32 = 4;

/// How often each direction was tried again after a refusal.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Retries(Both<u32>);

impl Retries {
    /// A tick is over.
    pub(super) fn observe(&mut self, router: &RouterStatus) {
        let sent = match router.act {
            Act::Send(orders) => orders,
            _ => [None; 2],
        };
        for direction in Direction::BOTH {
            if router.refused[direction].is_none() {
                self.0[direction] = 0;
            } else if sent
                .iter()
                .flatten()
                .any(|order| order.direction == direction)
            {
                self.0[direction] += 1;
            }
        }
    }

    /// Whether nothing more will come from the router.
    pub(super) fn are_over(self, wan: &WanStatus) -> bool {
        holds_what_it_should(&wan.router, wan.rates)
            || is_given_up(&wan.router)
            || Direction::BOTH
                .into_iter()
                .any(|direction| self.is_refused(&wan.router, direction))
    }

    fn is_refused(self, router: &RouterStatus, direction: Direction) -> bool {
        match router.refused[direction].map(|(_, why)| why) {
            Some(Refusal::NotPermitted | Refusal::QueueMissing) => true,
            Some(Refusal::Status(_) | Refusal::Rejected) => {
                self.0[direction] >= RETRIES_OF_A_REPEATED_REFUSAL
            }
            // These are read again, and asked again with what was read.
            Some(Refusal::IdUnknown | Refusal::QueueTypeMissing | Refusal::Unclear) | None => false,
        }
    }
}

/// The router said so itself; in a dry run, whatever it holds is what it should.
fn holds_what_it_should(router: &RouterStatus, rates: Both<Rate>) -> bool {
    let known = router.applied.down.is_some() && router.applied.up.is_some();
    let right = |direction: Direction| router.applied[direction] == Some(rates[direction]);
    known && (router.act == Act::Withheld || Direction::BOTH.into_iter().all(right))
}

/// Neither the way to the router nor the other one, if there is one, will get better by itself.
fn is_given_up(router: &RouterStatus) -> bool {
    let hopeless = |why: Failure| why.needs_a_person();
    let refuses = |why: Failure| matches!(why, Failure::Status(_) | Failure::Rejected);
    let Some((_, why)) = router.link.last_failure.filter(|_| !router.link.reachable) else {
        return false;
    };
    if router.link.has_spare {
        let other = router.link.spare_failure;
        hopeless(why) && other.is_some_and(|(_, why)| hopeless(why))
    } else {
        hopeless(why) || (refuses(why) && router.link.consecutive_failures >= REPEATED_FAILURES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::actuator::Order;
    use crate::time::Instant;

    const WANTED: Rate = Rate::mbit(100);

    fn wan() -> WanStatus {
        WanStatus {
            rates: Both {
                down: WANTED,
                up: WANTED,
            },
            ..WanStatus::default()
        }
    }

    fn sending() -> Act {
        let order = Order {
            direction: Direction::Down,
            rate: WANTED,
        };
        Act::Send([Some(order), None])
    }

    /// Whether it is over after a refusal and so many retries.
    fn over_after(why: Refusal, retries: usize) -> bool {
        let mut wan = wan();
        wan.router.refused.down = Some((Instant::ZERO, why));
        let mut counted = Retries::default();
        for _ in 0..retries {
            wan.router.act = sending();
            counted.observe(&wan.router);
            wan.router.act = Act::Waiting;
            counted.observe(&wan.router);
        }
        counted.are_over(&wan)
    }

    #[test]
    fn a_refusal_is_final_only_if_asking_again_does_not_help() {
        for (why, retries, over) in [
            (Refusal::NotPermitted, 0, true),
            (Refusal::QueueMissing, 0, true),
            (Refusal::Status(500), 0, false),
            (Refusal::Status(500), 1, false),
            (Refusal::Status(500), 2, true),
            (Refusal::Rejected, 1, false),
            (Refusal::Rejected, 2, true),
            (Refusal::IdUnknown, 5, false),
            (Refusal::QueueTypeMissing, 5, false),
            (Refusal::Unclear, 5, false),
        ] {
            assert_eq!(over_after(why, retries), over, "{why:?}, {retries}");
        }
    }

    #[test]
    fn a_failure_is_final_only_if_a_person_has_to_mend_it() {
        for (why, failures, spare, over) in [
            (Failure::NameUnknown, 9, None, false),
            (Failure::ConnectionRefused, 9, None, false),
            (Failure::TimedOut, 9, None, false),
            (Failure::Status(500), 3, None, false),
            (Failure::Status(500), 4, None, true),
            (Failure::Unauthorized, 1, None, true),
            (Failure::Unauthorized, 9, Some(Failure::TimedOut), false),
            (Failure::Tls, 9, Some(Failure::KeyFile), true),
        ] {
            let mut wan = wan();
            wan.router.link.reachable = false;
            wan.router.link.consecutive_failures = failures;
            wan.router.link.last_failure = Some((Instant::ZERO, why));
            wan.router.link.has_spare = spare.is_some();
            wan.router.link.spare_failure = spare.map(|why| (Instant::ZERO, why));
            let is_over = Retries::default().are_over(&wan);
            assert_eq!(is_over, over, "{why:?}, {failures}, {spare:?}");
        }
    }

    /// An order counts as carried out when the router says so, not when it is on its way.
    #[test]
    fn a_write_on_its_way_is_waited_for() {
        let mut wan = wan();
        let old = Some(Rate::mbit(50));
        wan.router.applied = Both { down: old, up: old };
        wan.router.act = Act::Unchanged;
        assert!(!Retries::default().are_over(&wan));
        wan.router.act = Act::Withheld;
        assert!(Retries::default().are_over(&wan), "a dry run");
        wan.router.act = Act::Unchanged;
        wan.router.applied = wan.rates.map(Some);
        assert!(Retries::default().are_over(&wan));
    }
}
