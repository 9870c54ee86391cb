//! Counters between the orders: they wait for everything, and nothing waits for a second one.

use super::*;

const COUNTED: &str = r#"[{".id":"*1","name":"D","max-limit":"500000000","queue":"cake-down-wan1","bytes":"1000"},{".id":"*2","name":"U","max-limit":"50000000","queue":"cake-up-wan1","bytes":"10"}]"#;
const WRITTEN: &str = r#"{".id":"*1","name":"D","max-limit":"400000000","bytes":"2000"}"#;

impl Story {
    /// A router that says what its queues count.
    fn counted() -> Self {
        let mut story = Self::new();
        story.link.poll(story.now);
        story.link.connected(story.now);
        story.asks();
        story.answer(200, COUNTED);
        story.forget();
        story
    }

    fn forget(&mut self) {
        while self.link.event().is_some() {}
    }

    fn glances(&mut self) -> bool {
        self.link.glance(self.now);
        self.asks().starts_with("GET ")
    }

    /// The router hangs up after an answer, and a new connection stands as soon as it may.
    fn hung_up_on(&mut self) {
        self.link.closed(self.now, Failure::Closed);
        self.wait(1_000);
        self.link.poll(self.now);
        self.link.connected(self.now);
        self.forget();
    }
}

#[test]
fn a_glance_is_a_look_at_once_on_an_idle_connection() {
    let mut story = Story::counted();
    assert!(story.glances());
    story.answer(200, COUNTED);
    let up = story.link.event();
    assert_eq!(up, Some(Event::Up));
    assert!(matches!(
        story.link.event(),
        Some(Event::Holds {
            bytes: Some(1_000),
            ..
        })
    ));
    assert_eq!(story.asks(), "", "once");
    story.wait(29_999);
    assert_eq!(story.asks(), "");
    story.wait(1);
    assert!(story.asks().starts_with("GET "), "the slow look goes on");
}

#[test]
fn a_write_goes_first_and_brings_its_own_counter() {
    let mut story = Story::counted();
    story.order(Direction::Down, 400);
    story.link.glance(story.now);
    assert!(story.asks().starts_with("PATCH "));
    story.link.glance(story.now);
    story.answer(200, WRITTEN);
    assert!(matches!(
        story.link.event(),
        Some(Event::Holds {
            bytes: Some(2_000),
            known: Known::Written,
            ..
        })
    ));
    assert_eq!(story.asks(), "", "a glance is not made up for");
}

#[test]
fn a_write_waits_for_one_glance_at_most() {
    let mut story = Story::counted();
    assert!(story.glances());
    story.order(Direction::Down, 400);
    story.link.glance(story.now);
    story.answer(200, COUNTED);
    assert!(story.asks().starts_with("PATCH "));
}

#[test]
fn a_router_that_says_no_bytes_is_not_glanced_at() {
    let mut story = Story::up();
    assert!(!story.glances());
}

#[test]
fn one_queue_that_says_its_bytes_is_enough_for_a_glance() {
    for (told, untold) in [("1000", "10"), ("10", "1000")] {
        let mut story = Story::new();
        story.link.poll(story.now);
        story.link.connected(story.now);
        story.asks();
        let untold = format!(r#","bytes":"{untold}""#);
        assert!(COUNTED.contains(&untold) && COUNTED.contains(told));
        story.answer(200, &COUNTED.replace(&untold, ""));
        story.forget();
        assert!(story.glances(), "{told}");
    }
}

#[test]
fn a_glance_that_is_not_answered_is_a_lost_look_and_no_lost_write() {
    let mut story = Story::counted();
    assert!(story.glances());
    story.wait(5_000);
    assert_eq!(story.link.poll(story.now), Some(Action::Close));
    let lost = Event::Lost(Some(Failure::TimedOut));
    assert_eq!(story.link.event(), Some(lost), "no write went unanswered");
    assert_eq!(story.link.event(), None);
}

#[test]
fn while_connections_are_closed_early_they_are_for_orders() {
    let mut story = Story::counted();
    story.hung_up_on();
    assert!(!story.glances(), "the second connection is spared");
    story.order(Direction::Down, 400);
    assert!(story.asks().starts_with("PATCH "), "for a write");
    story.answer(200, WRITTEN);
    story.forget();
    story.wait(9_999);
    assert!(!story.glances());
    story.wait(1);
    assert!(story.glances(), "it has not happened for long");
    story.answer(200, COUNTED);
    assert!(story.glances(), "and this connection goes on living");
    story.answer(200, COUNTED);
    // An old connection that ends costs nobody anything.
    story.hung_up_on();
    assert!(story.glances());
}

#[test]
fn a_close_that_is_announced_spares_the_next_connections_too() {
    let mut story = Story::counted();
    assert!(story.glances());
    let length = COUNTED.len();
    let head = format!("HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    story.receive((head + COUNTED).as_bytes());
    story.wait(1_000);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    story.link.connected(story.now);
    assert!(!story.glances());
    story.order(Direction::Down, 400);
    assert!(story.asks().starts_with("PATCH "));
}

#[test]
fn while_there_is_no_connection_a_glance_is_forgotten() {
    let mut story = Story::counted();
    story.link.closed(story.now, Failure::Closed);
    story.link.glance(story.now);
    story.wait(1_000);
    story.link.poll(story.now);
    story.link.connected(story.now);
    assert_eq!(story.asks(), "");
}
