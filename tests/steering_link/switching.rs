//! The rule as people leave it.

use wanctl::router::steering::{Event, Order, Reading, Refusal, Switch};
use wanctl::sim::double::faults::Fault;
use wanctl::sim::double::profile::Profile;

use crate::story::{COMMENT, EACH, Story, one};

const ON: Order = Order::Set(Switch::On);
const OFF: Order = Order::Set(Switch::Off);

#[test]
fn the_rule_is_switched_on_and_off_and_read_back_on_every_version() {
    for route in EACH {
        for profile in Profile::ALL {
            let mut story = Story::with(route, profile);
            story.run(2);
            for (order, stands) in [(ON, Switch::On), (OFF, Switch::Off), (ON, Switch::On)] {
                story.orders(order);
                assert_eq!(story.written(), Some(one(stands)), "{route:?} {profile}");
                assert_eq!(story.is_on(), stands == Switch::On, "{route:?} {profile}");
            }
            assert_eq!(story.writes(), 3, "{route:?} {profile}");
        }
    }
}

#[test]
fn a_rule_that_was_never_switched_is_on() {
    for route in EACH {
        for fault in [Fault::None, Fault::AbsentDisabled] {
            let mut story = Story::bare(route, Profile::default());
            let router = &mut story.scene.router;
            router.add_mangle(&[("chain", "prerouting"), ("comment", COMMENT)]);
            story.fault(fault);
            story.run(2);
            assert_eq!(story.reading(), Some(one(Switch::On)), "{route:?}");
            story.orders(OFF);
            assert_eq!(story.written(), Some(one(Switch::Off)), "{route:?}");
            assert!(!story.is_on());
        }
    }
}

#[test]
fn without_the_rule_nothing_is_switched_until_somebody_adds_it() {
    for route in EACH {
        let mut story = Story::up(route);
        story.scene.router.remove_mangle(COMMENT);
        story.run(15);
        assert_eq!(story.reading(), Some(Reading::Missing), "{route:?}");
        let said = story.orders(ON);
        let why = Refusal::RuleMissing;
        assert_eq!(said.first(), Some(&Event::Refused { order: ON, why }));
        assert_eq!(story.writes(), 0, "{route:?}");
        let rule = [
            ("chain", "prerouting"),
            ("comment", COMMENT),
            ("disabled", "true"),
        ];
        story.scene.router.add_mangle(&rule);
        story.run(31);
        story.orders(ON);
        assert_eq!(story.written(), Some(one(Switch::On)), "{route:?}");
        assert!(story.is_on());
    }
}

#[test]
fn of_two_rules_neither_is_switched() {
    for route in EACH {
        let mut story = Story::up(route);
        let twin = [("chain", "prerouting"), ("comment", COMMENT)];
        story.scene.router.add_mangle(&twin);
        story.run(15);
        assert_eq!(story.reading(), Some(Reading::Several(2)), "{route:?}");
        for order in [ON, OFF] {
            let said = story.orders(order);
            let why = Refusal::RuleAmbiguous(2);
            assert_eq!(said.first(), Some(&Event::Refused { order, why }));
        }
        assert_eq!(story.writes(), 0, "{route:?}");
        assert!(!story.is_on());
    }
}

/// Before anybody could have noticed, one of the two is switched: by its id, and not both by the comment.
#[test]
fn a_twin_nobody_has_seen_yet_is_left_alone() {
    for route in EACH {
        let mut story = Story::up(route);
        let twin = story.scene.router.add_mangle(&[
            ("chain", "output"),
            ("comment", COMMENT),
            ("disabled", "true"),
        ]);
        story.orders(ON);
        assert!(story.is_on(), "{route:?}");
        story.scene.router.remove_mangle(COMMENT);
        let left = story.scene.router.mangle(COMMENT).expect("the twin");
        assert_eq!(
            (left.id(), left.is_on("disabled")),
            (&*twin, true),
            "{route:?}"
        );
    }
}

#[test]
fn a_rule_switched_by_hand_is_seen_when_it_is_time_to_look_or_at_once_if_asked() {
    for route in EACH {
        let mut story = Story::up(route);
        let router = &mut story.scene.router;
        router.set_mangle_property(COMMENT, "disabled", "false");
        story.run(11);
        assert_eq!(story.reading(), Some(one(Switch::On)), "{route:?}");
        let router = &mut story.scene.router;
        router.set_mangle_property(COMMENT, "disabled", "true");
        story.orders(Order::Read);
        assert_eq!(story.reading(), Some(one(Switch::Off)), "{route:?}");
        assert_eq!(story.written(), None, "we did nothing");
    }
}

#[test]
fn an_invalid_rule_is_told_as_such() {
    for route in EACH {
        let mut story = Story::up(route);
        let router = &mut story.scene.router;
        router.set_mangle_property(COMMENT, "invalid", "true");
        story.orders(Order::Read);
        let stands = Switch::Off;
        let invalid = true;
        assert_eq!(story.reading(), Some(Reading::One { stands, invalid }));
    }
}

#[test]
fn a_renumbered_rule_is_looked_up_again_and_no_other_is_touched() {
    for route in EACH {
        let mut story = Story::up(route);
        story.scene.router.renumber_rules();
        let said = story.orders(ON);
        let why = Refusal::IdUnknown;
        assert_eq!(
            said.first(),
            Some(&Event::Refused { order: ON, why }),
            "{route:?}"
        );
        assert_eq!(story.reading(), Some(one(Switch::Off)));
        assert!(!story.is_on());
        story.orders(ON);
        assert_eq!(story.written(), Some(one(Switch::On)), "{route:?}");
        assert!(story.is_on());
    }
}
