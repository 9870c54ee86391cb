//! The link's own command lines, understood by the console of every version. No SSH needed.

use wanctl::direction::Both;
use wanctl::sim::double::profile::Profile;
use wanctl::sim::double::{Router, RouterOptions};
use wanctl::time::Instant;
use wanctl::units::Rate;
use wanctl::wire::routeros_cli::{self, Printed, Scope};

const NAMES: Both<&str> = Both {
    down: "WAN-Download",
    up: "WAN-Upload",
};

fn say(router: &mut Router, line: &str) -> (u8, Printed) {
    let outcome = router.run_cli(Instant::ZERO, line);
    let printed = routeros_cli::find_queues(&outcome.output, NAMES);
    (outcome.status, printed.unwrap())
}

#[test]
fn every_version_understands_the_link() {
    for profile in Profile::ALL {
        let mut router = Router::new(&RouterOptions {
            profile,
            ..RouterOptions::default()
        });
        let (status, printed) = say(&mut router, &routeros_cli::look_up(NAMES, Scope::Settings));
        assert_eq!((status, printed.more), (0, false));
        let down = printed.queues.down.unwrap();
        assert_eq!(
            (down.max_limit, &*down.queue_type, down.inactive),
            (Rate::mbit(500), "cake-down", false)
        );
        assert!(printed.queues.up.is_some());
        let set = routeros_cli::set(
            NAMES.down,
            Rate::mbit(123),
            Some("cake-up"),
            Scope::Settings,
        );
        let (status, printed) = say(&mut router, &set);
        assert_eq!((status, printed.more), (0, false));
        let down = printed.queues.down.unwrap();
        assert_eq!(down.max_limit, Rate::mbit(123));
        assert_eq!(&*down.queue_type, "cake-up");
    }
}

#[test]
fn what_the_console_refuses_is_noticed() {
    let mut router = Router::new(&RouterOptions::default());
    let no_such_type = routeros_cli::set(
        NAMES.down,
        Rate::mbit(1),
        Some("cake-none"),
        Scope::Settings,
    );
    let outcome = router.run_cli(Instant::ZERO, &no_such_type);
    assert_eq!(outcome.status, 0, "RouterOS calls that a success");
    assert!(routeros_cli::refuses_queue_type(&outcome.output));
    let (_, printed) = say(&mut router, &no_such_type);
    assert!(printed.more && printed.queues.down.is_none());
    router.remove_queue(NAMES.down);
    let (status, printed) = say(
        &mut router,
        &routeros_cli::set(NAMES.down, Rate::mbit(1), None, Scope::Settings),
    );
    assert_eq!((status, printed), (0, Printed::default()), "W-34");
}

#[test]
fn a_disabled_queue_has_no_effect() {
    let mut router = Router::new(&RouterOptions::default());
    router.set_queue_property(NAMES.up, "disabled", "true");
    let (_, printed) = say(&mut router, &routeros_cli::look_up(NAMES, Scope::Settings));
    assert!(printed.queues.up.unwrap().inactive);
    assert!(!printed.queues.down.unwrap().inactive);
}

#[test]
fn every_version_counts_in_the_line_that_looks_and_in_the_line_that_writes() {
    for profile in Profile::ALL {
        let mut router = Router::new(&RouterOptions {
            profile,
            ..RouterOptions::default()
        });
        router.carry(Instant::ZERO, NAMES.down, 1_500, 0);
        let bytes = |printed: Printed| printed.queues.map(|queue| queue.and_then(|it| it.bytes));
        let (status, printed) = say(&mut router, &routeros_cli::look_up(NAMES, Scope::Counters));
        assert_eq!((status, printed.more), (0, false));
        let counted = Both {
            down: Some(1_500),
            up: Some(0),
        };
        assert_eq!(bytes(printed), counted);
        let (_, printed) = say(&mut router, &routeros_cli::look_up(NAMES, Scope::Settings));
        assert_eq!(bytes(printed), Both::default());
        let rate = Rate::mbit(123);
        let set = routeros_cli::set(NAMES.down, rate, None, Scope::Counters);
        let (_, printed) = say(&mut router, &set);
        let down = printed.queues.down.unwrap();
        assert_eq!((down.max_limit, down.bytes), (rate, Some(1_500)));
    }
}
