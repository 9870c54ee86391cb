//! Routers that hang, refuse, garble and reboot.

use wanctl::router::steering::{Event, Order, Refusal, Switch};
use wanctl::router::{Failure, Transport};
use wanctl::sim::double::faults::Fault;
use wanctl::time::Duration;

use crate::story::{EACH, Route, Story, one};

const ON: Order = Order::Set(Switch::On);

/// Wishes every half second, as steering does, until the rule is on or patience is over.
fn insists(story: &mut Story, secs: u64) -> bool {
    for _ in 0..secs * 2 {
        if story.reading() == Some(one(Switch::On)) {
            return true;
        }
        story.order(ON);
        story.run_ms(500);
    }
    false
}

#[test]
fn a_hanging_switch_is_told_and_done_when_the_router_recovers() {
    for route in EACH {
        let mut story = Story::up(route);
        let hangs = Fault::HangingWrites(None, Duration::from_secs(60));
        story.fault(hangs);
        story.order(ON);
        story.run(6);
        let order = ON;
        assert!(
            story.said.contains(&Event::Unanswered { order }),
            "{route:?}: {:?}",
            story.said
        );
        assert!(
            story.said.contains(&Event::Lost(Some(Failure::TimedOut))),
            "{route:?}"
        );
        story.run(10);
        assert_eq!(
            story.reading(),
            Some(one(Switch::Off)),
            "reads are answered"
        );
        assert!(!story.is_on());
        story.fault(Fault::None);
        assert!(insists(&mut story, 60), "{route:?}");
        assert!(story.is_on());
    }
}

#[test]
fn a_user_who_may_only_read_is_told_so_and_the_link_stays() {
    for route in EACH {
        let mut story = Story::up(route);
        story.fault(Fault::ReadOnlyUser);
        let said = story.orders(ON);
        let (order, why) = (ON, Refusal::NotPermitted);
        assert_eq!(
            said.first(),
            Some(&Event::Refused { order, why }),
            "{route:?}"
        );
        assert_eq!(story.reading(), Some(one(Switch::Off)), "read at once");
        assert!(!said.iter().any(|event| matches!(event, Event::Lost(_))));
        story.fault(Fault::None);
        story.orders(ON);
        assert_eq!(story.written(), Some(one(Switch::On)), "{route:?}");
    }
}

#[test]
fn a_refusal_that_was_applied_is_found_out() {
    for route in EACH {
        let mut story = Story::up(route);
        story.fault(Fault::RefusesWhatItDid);
        story.order(ON);
        story.run_ms(500);
        story.fault(Fault::None);
        story.run(2);
        let refused = |event: &Event| matches!(event, Event::Refused { order: ON, .. });
        assert!(story.said.iter().any(refused), "{route:?}");
        assert_eq!(story.written(), None, "{route:?}");
        // Over SSH the look itself is refused by this fault; the link comes back and reads.
        story.run(5);
        assert_eq!(story.reading(), Some(one(Switch::On)), "{route:?}");
    }
}

#[test]
fn a_reboot_is_lost_and_found_and_the_rule_is_read_anew() {
    for route in EACH {
        let mut story = Story::up(route);
        story.orders(ON);
        story.said.clear();
        story.fault(Fault::Reboot(Duration::from_secs(40)));
        story.scene.router.renumber_rules();
        story.run(20);
        assert!(
            story
                .said
                .contains(&Event::Lost(Some(Failure::ConnectionRefused))),
            "{route:?}: {:?}",
            story.said
        );
        story.fault(Fault::None);
        story.run(40);
        assert_eq!(story.reading(), Some(one(Switch::On)), "{route:?}");
        story.orders(Order::Set(Switch::Off));
        assert_eq!(story.written(), Some(one(Switch::Off)), "{route:?}");
        assert!(!story.is_on());
    }
}

#[test]
fn errors_the_console_prints_with_status_0_are_no_success() {
    for (fault, of_set, of_count) in [
        (
            Fault::Status(403),
            Refusal::NotPermitted,
            Refusal::NotPermitted,
        ),
        (Fault::Status(404), Refusal::IdUnknown, Refusal::Rejected),
        (Fault::Status(500), Refusal::Rejected, Refusal::Rejected),
        (Fault::Garbage, Refusal::Rejected, Refusal::Rejected),
        (Fault::Confused, Refusal::Rejected, Refusal::Rejected),
    ] {
        for error_status in [0, 1] {
            let mut story = Story::up(Route::Ssh);
            story.scene.router.cli.error_status = error_status;
            story.fault(fault);
            for (order, why) in [(ON, of_set), (Order::Count, of_count)] {
                story.said.clear();
                story.order(order);
                story.run_ms(200);
                let first = story.said.first();
                assert_eq!(first, Some(&Event::Refused { order, why }), "{fault:?}");
                // Let the link come back from the look that is refused, too.
                story.fault(Fault::None);
                story.run(10);
                story.fault(fault);
            }
            assert!(!story.is_on(), "{fault:?}");
        }
    }
}

/// Whatever is wrong, the rule is never told to be what it is not, and ends up as it should be.
#[test]
fn through_every_fault_readings_are_true_and_the_wish_is_granted_afterwards() {
    for route in [
        Route::Rest,
        Route::Ssh,
        Route::RestThenSsh,
        Route::SshThenRest,
    ] {
        for (name, fault) in Fault::NAMED {
            let mut story = Story::up(route);
            story.fault(fault);
            for _ in 0..40 {
                story.order(ON);
                story.order(Order::Count);
                story.run_ms(500);
                if story.written() == Some(one(Switch::On)) {
                    assert!(story.is_on(), "{route:?} {name}: told, but not so");
                }
            }
            story.fault(Fault::None);
            story.said.clear();
            assert!(
                insists(&mut story, 120),
                "{route:?} {name}: {:?}",
                story.said
            );
            assert!(story.is_on(), "{route:?} {name}");
            story.orders(Order::Count);
            let counted = |event: &Event| matches!(event, Event::Counted { .. });
            assert!(story.said.iter().any(counted), "{route:?} {name}");
        }
    }
}

/// Kills one transport and leaves the other alone.
fn kill(story: &mut Story, which: Transport) {
    match which {
        Transport::Rest => story.fault(Fault::UnauthorizedStorm(100)),
        Transport::Ssh => story.scene.router.set_service("ssh", None),
    }
}

#[test]
fn the_other_transport_serves_while_the_preferred_one_fails_and_gives_way_again() {
    for (route, preferred) in [
        (Route::RestThenSsh, Transport::Rest),
        (Route::SshThenRest, Transport::Ssh),
    ] {
        let mut story = Story::up(route);
        kill(&mut story, preferred);
        assert!(insists(&mut story, 60), "{route:?}: {:?}", story.said);
        assert_eq!(story.serving(), Some(preferred.other()), "{route:?}");
        assert!(story.is_on());
        story.said.clear();
        story.run(120);
        assert_eq!(story.serving(), None, "{route:?}: it stays");
        story.fault(Fault::None);
        story.scene.router.set_service("ssh", Some(22));
        story.run(310);
        assert_eq!(story.serving(), Some(preferred), "{route:?}");
        story.orders(Order::Set(Switch::Off));
        assert_eq!(story.written(), Some(one(Switch::Off)), "{route:?}");
        assert!(!story.is_on());
    }
}

#[test]
fn a_router_without_its_plug_is_found_again_over_the_preferred_transport() {
    for route in [Route::RestThenSsh, Route::SshThenRest] {
        let mut story = Story::up(route);
        story.plug(false);
        story.run(60);
        story.plug(true);
        assert!(insists(&mut story, 60), "{route:?}: {:?}", story.said);
        story.run(400);
        let preferred = match route {
            Route::RestThenSsh => Transport::Rest,
            _ => Transport::Ssh,
        };
        assert!(
            story.serving().is_none_or(|to| to == preferred),
            "{route:?}"
        );
    }
}
