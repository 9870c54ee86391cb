//! What links talk about, as the router sees it.

use wanctl::control::actuator::Order;
use wanctl::direction::{Both, Direction};
use wanctl::router::queues::Queues;
use wanctl::router::rest::talk::RestTalk;
use wanctl::router::ssh::talk::SshTalk;
use wanctl::router::steering::{self, Interest, Reading, Steering, Switch};
use wanctl::router::talk::{Contact, Talk as _, Tell as _};
use wanctl::router::{Event, talk};
use wanctl::sim::double::Router;
use wanctl::time::Duration;
use wanctl::units::Rate;

pub(super) const SUBJECTS: usize = talk::SUBJECTS;
/// What the router holds about each subject, as a number; `None` if there is no such thing.
pub(super) type Truth = [Option<u64>; SUBJECTS];

const QUEUES: [&str; 2] = ["WAN-Download", "WAN-Upload"];
const COMMENT: &str = "ADAPTIVE: Steer X to WAN2";
const LIST: &str = "FORCE_OUT_WAN1";
/// The place of the rule among steering's subjects.
const RULE: usize = 1;
const VERIFY_EVERY: Duration = Duration::from_secs(30);

/// What stands on the router beside its two queues.
pub(super) fn furnish(router: &mut Router) {
    router.add_address(LIST, "10.0.0.5", false);
    router.add_steering_rule(COMMENT);
}

/// A talk, and how to look at what it does from the router's side.
pub(super) trait Topic: RestTalk + SshTalk {
    fn made() -> Self;
    /// One of all the orders that there are.
    fn any_order(number: u8) -> Self::Order;
    /// Which subject's newest order this is, and what it writes; `None` if it takes no other's place.
    fn replaces(order: Self::Order) -> Option<(usize, Option<u64>)>;
    /// One that no story has: the order, its subject, and what the router then holds.
    fn last_order() -> (Self::Order, usize, u64);
    /// What a request or a command writes.
    fn written(asked: &str) -> Option<(usize, u64)>;
    /// What an event says that the router holds.
    fn told(event: &Self::Event) -> Option<(usize, u64)>;
    /// What the router holds.
    fn truth(router: &Router) -> Truth;
    fn change_by_hand(router: &mut Router, number: u8);

    /// Whether an event says that the router answers, or that it does not.
    fn is_up(event: &Self::Event) -> Option<bool> {
        match event.contact()? {
            Contact::Up => Some(true),
            Contact::Lost(_) => Some(false),
            Contact::Switched { .. } | Contact::SpareFailed(_) => None,
        }
    }
}

/// Both queues' rates have one half of all numbers each, so that a rate tells whose it is.
const UP: u64 = 1 << 32;

fn rate(direction: Direction, number: u8) -> Rate {
    let base = if direction == Direction::Up {
        UP
    } else {
        1_000_000
    };
    Rate::bps(base + u64::from(number))
}

impl Topic for Queues {
    fn made() -> Self {
        let names = Both {
            down: QUEUES[0].to_owned(),
            up: QUEUES[1].to_owned(),
        };
        // A type that the queue has already, and one that nobody cares for.
        let types = Both {
            down: Some("cake-down".to_owned()),
            up: None,
        };
        Self::new(names, types, VERIFY_EVERY).counting()
    }

    fn any_order(number: u8) -> Order {
        let direction = Direction::BOTH[usize::from(number % 2)];
        Order {
            direction,
            rate: rate(direction, number),
        }
    }

    fn replaces(order: Order) -> Option<(usize, Option<u64>)> {
        Some((Self::subject(order), Some(order.rate.as_bps())))
    }

    fn last_order() -> (Order, usize, u64) {
        let (direction, rate) = (Direction::Down, Rate::mbit(400));
        (Order { direction, rate }, 0, rate.as_bps())
    }

    fn written(asked: &str) -> Option<(usize, u64)> {
        let after = if asked.starts_with("PATCH ") {
            r#""max-limit": ""#
        } else if asked.starts_with("/queue tree set ") {
            "max-limit="
        } else {
            return None;
        };
        let (_, value) = asked.split_once(after).expect("a limit");
        let end = value.find(|c: char| !c.is_ascii_digit());
        let value: u64 = value[..end.unwrap_or(value.len())].parse().expect("digits");
        Some((usize::from(value >= UP), value))
    }

    fn told(event: &Event) -> Option<(usize, u64)> {
        match event {
            Event::Holds {
                direction, rate, ..
            } => Some((usize::from(*direction == Direction::Up), rate.as_bps())),
            _ => None,
        }
    }

    fn truth(router: &Router) -> Truth {
        QUEUES.map(|name| router.queue(name).map(|queue| queue.number("max-limit")))
    }

    fn change_by_hand(router: &mut Router, number: u8) {
        let direction = Direction::BOTH[usize::from(number % 2)];
        let name = QUEUES[usize::from(number % 2)];
        router.set_max_limit(name, rate(direction, number));
    }
}

impl Topic for Steering {
    fn made() -> Self {
        let mut lists = heapless::Vec::new();
        assert!(lists.push(LIST.to_owned()).is_ok());
        Self::new(Interest {
            queue: QUEUES[0].to_owned(),
            comment: COMMENT.to_owned(),
            lists,
            verify_every: VERIFY_EVERY,
        })
    }

    fn any_order(number: u8) -> steering::Order {
        match number % 4 {
            0 => steering::Order::Count,
            1 => steering::Order::Read,
            2 => steering::Order::Set(Switch::Off),
            _ => steering::Order::Set(Switch::On),
        }
    }

    fn replaces(order: steering::Order) -> Option<(usize, Option<u64>)> {
        match order {
            steering::Order::Count => None,
            steering::Order::Read => Some((RULE, None)),
            steering::Order::Set(to) => Some((RULE, Some((to == Switch::On).into()))),
        }
    }

    fn last_order() -> (steering::Order, usize, u64) {
        (steering::Order::Set(Switch::On), RULE, 1)
    }

    fn written(asked: &str) -> Option<(usize, u64)> {
        let menu = "/ip firewall mangle ";
        if asked.starts_with("PATCH ") {
            return Some((RULE, asked.contains(r#""disabled": "false""#).into()));
        }
        match asked.strip_prefix(menu)?.split(' ').next()? {
            "enable" => Some((RULE, 1)),
            "disable" => Some((RULE, 0)),
            _ => None,
        }
    }

    fn told(event: &steering::Event) -> Option<(usize, u64)> {
        match event {
            steering::Event::Rule {
                reading: Reading::One { stands, .. },
                ..
            } => Some((RULE, (*stands == Switch::On).into())),
            _ => None,
        }
    }

    fn truth(router: &Router) -> Truth {
        let rule = router.mangle(COMMENT);
        [None, rule.map(|rule| (!rule.is_on("disabled")).into())]
    }

    fn change_by_hand(router: &mut Router, number: u8) {
        let disabled = if number.is_multiple_of(2) {
            "true"
        } else {
            "false"
        };
        router.set_mangle_property(COMMENT, "disabled", disabled);
    }
}
