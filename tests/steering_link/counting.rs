//! The queue's counters and the address lists.

use wanctl::router::steering::{Counters, Event, Order, Refusal, Switch};
use wanctl::sim::double::profile::Profile;

use crate::story::{EACH, LISTS, QUEUE, Route, Story, one};

fn counted(said: &[Event]) -> Vec<Counters> {
    let counted = said.iter().filter_map(|event| match event {
        Event::Counted { counters, .. } => Some(*counters),
        _ => None,
    });
    counted.collect()
}

#[test]
fn counters_are_those_of_the_queue_on_every_version() {
    for route in EACH {
        for profile in Profile::ALL {
            let mut story = Story::with(route, profile);
            story.run(5);
            let before = counted(&story.orders(Order::Count));
            story.run(8);
            let after = counted(&story.orders(Order::Count));
            let ([before], [after]) = (&*before, &*after) else {
                panic!("{route:?} {profile}: {:?}", story.said);
            };
            // 80 Mbit/s for ten seconds.
            let bytes = after.bytes - before.bytes;
            assert_eq!(bytes, 100_000_000, "{route:?} {profile}");
            assert!(after.packets > before.packets);
            assert_eq!(after.dropped, 0);
        }
    }
}

#[test]
fn a_queue_that_is_not_there_is_said_so_and_the_link_stays() {
    for route in EACH {
        let mut story = Story::up(route);
        story.scene.router.remove_queue(QUEUE);
        let (order, why) = (Order::Count, Refusal::QueueMissing);
        assert_eq!(story.orders(order), [Event::Refused { order, why }]);
    }
}

#[test]
fn counters_come_in_every_cycle_while_rule_and_lists_are_read_beside() {
    for route in EACH {
        let mut story = Story::up(route);
        for _ in 0..60 {
            story.order(Order::Count);
            story.run_ms(500);
        }
        assert_eq!(counted(&story.said).len(), 60, "{route:?}");
        let rule = |event: &&Event| matches!(event, Event::Rule { .. });
        assert_eq!(story.said.iter().filter(rule).count(), 3, "{route:?}");
    }
}

#[test]
fn entries_in_effect_are_counted_list_by_list() {
    for route in EACH {
        let mut story = Story::new(route);
        let router = &mut story.scene.router;
        router.add_address(LISTS[1], "10.0.0.5", false);
        router.add_address(LISTS[1], "10.0.0.6", false);
        router.add_address(LISTS[1], "10.0.0.7", true);
        router.add_address("blocked", "192.0.2.1", false);
        story.run(3);
        let entries = |story: &Story| {
            let entries = story.said.iter().filter_map(|event| match event {
                Event::Entries { list, count } => Some((*list, *count)),
                _ => None,
            });
            entries.collect::<Vec<_>>()
        };
        assert_eq!(entries(&story), [(0, Some(0)), (1, Some(2))], "{route:?}");
        story.run(50);
        assert_eq!(entries(&story).len(), 2, "{route:?}");
        story.scene.router.add_address(LISTS[0], "10.0.0.8", false);
        story.run(15);
        assert_eq!(entries(&story)[2..], [(0, Some(1)), (1, Some(2))]);
    }
}

#[test]
fn a_rule_is_found_and_switched_among_more_than_can_be_listed() {
    for route in EACH {
        let mut story = Story::new(route);
        for n in 0..2_000 {
            let comment = format!("ADAPTIVE: {n}");
            let rule = [("chain", "forward"), ("comment", &*comment)];
            story.scene.router.add_mangle(&rule);
        }
        story.run(10);
        story.orders(Order::Set(Switch::On));
        assert_eq!(story.written(), Some(one(Switch::On)), "{route:?}");
        story.orders(Order::Read);
        assert_eq!(story.reading(), Some(one(Switch::On)), "{route:?}");
        assert!(story.is_on());
    }
}

#[test]
fn entries_too_many_for_an_answer_do_not_cost_the_rule() {
    let mut story = Story::new(Route::Rest);
    for n in 0..3_000 {
        let address = format!("10.0.{}.{}", n / 250, n % 250);
        story.scene.router.add_address(LISTS[0], &address, false);
    }
    story.run(120);
    let failed = |event: &&Event| matches!(event, Event::Lost(Some(_)));
    assert_eq!(story.said.iter().filter(failed).count(), 1);
    for (list, count) in [(0, None), (1, Some(0))] {
        assert!(story.said.contains(&Event::Entries { list, count }));
    }
    assert!(story.reading().is_some());
}
