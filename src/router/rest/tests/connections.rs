//! Connections that end between two answers.

use super::*;

#[test]
fn an_idle_connection_closed_silently_is_replaced_at_once_but_only_once() {
    let mut story = Story::up();
    story.wait(20_000);
    story.link.closed(story.now, Failure::Closed);
    assert_eq!(story.link.event(), Some(Event::Lost(None)));
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    story.link.connected(story.now);
    story.link.closed(story.now, Failure::Closed);
    assert_eq!(story.link.event(), Some(Event::Lost(Some(Failure::Closed))));
    assert_eq!(story.link.poll(story.now), Some(Action::Close));
    story.wait(250);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
}

#[test]
fn a_router_that_closes_after_every_answer_is_still_written_to() {
    let mut story = Story::up();
    story.link.closed(story.now, Failure::Closed);
    assert_eq!(story.link.event(), None, "nothing is lost");
    story.order(Direction::Down, 400);
    story.wait(1_000);
    story.link.poll(story.now);
    story.link.connected(story.now);
    assert!(story.asks().starts_with("PATCH /rest/queue/tree/*1 "));
    story.answer(200, r#"{".id":"*1","name":"D","max-limit":"400000000"}"#);
    assert_eq!(story.holds().1, Rate::mbit(400));
}

#[test]
fn a_connection_that_carries_on_unused_may_be_closed_too() {
    let mut story = Story::up();
    story.link.closed(story.now, Failure::Closed);
    story.wait(1_000);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    story.link.connected(story.now);
    assert_eq!(story.asks(), "");
    story.link.closed(story.now, Failure::Closed);
    assert_eq!(story.link.event(), None, "no failure");
    story.wait(1_000);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    story.link.connected(story.now);
    assert!(story.asks().starts_with("GET "), "ids are of yesterday");
}

#[test]
fn who_wants_a_look_gets_it_even_between_two_connections() {
    let mut story = Story::up();
    story.link.closed(story.now, Failure::Closed);
    story.link.look(story.now);
    story.wait(1_000);
    story.link.poll(story.now);
    story.link.connected(story.now);
    assert!(story.asks().starts_with("GET "));
}

#[test]
fn a_router_that_went_away_after_an_answer_is_lost_with_its_orders() {
    let mut story = Story::up();
    story.link.closed(story.now, Failure::Closed);
    story.order(Direction::Down, 400);
    story.wait(1_000);
    story.link.poll(story.now);
    story.link.closed(story.now, Failure::ConnectionRefused);
    assert_eq!(
        story.link.event(),
        Some(Event::Lost(Some(Failure::ConnectionRefused)))
    );
    story.link.poll(story.now);
    story.wait(250);
    story.link.poll(story.now);
    story.link.connected(story.now);
    assert!(story.asks().starts_with("GET "), "ids are of yesterday");
}

#[test]
fn a_router_that_always_closes_is_asked_once_per_connection_until_it_stops() {
    let mut story = Story::up();
    for rate in [400, 390] {
        story.link.closed(story.now, Failure::Closed);
        story.wait(1_000);
        assert_eq!(story.link.poll(story.now), Some(Action::Connect));
        story.link.connected(story.now);
        story.order(Direction::Down, rate);
        assert!(story.asks().starts_with("PATCH "));
        story.answer(200, r#"{".id":"*1","name":"D","max-limit":"400000000"}"#);
        story.holds();
    }
    // By now it is a habit; the second order would die with the connection.
    story.order(Direction::Up, 40);
    assert_eq!(story.asks(), "");
    story.link.closed(story.now, Failure::Closed);
    story.wait(1_000);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    story.link.connected(story.now);
    assert!(story.asks().starts_with("PATCH /rest/queue/tree/*2 "));
    story.answer(200, r#"{".id":"*2","name":"U","max-limit":"40000000"}"#);
    story.holds();
    // This time it does not close.
    story.order(Direction::Down, 380);
    story.wait(199);
    assert_eq!(story.asks(), "");
    story.wait(1);
    assert!(story.asks().starts_with("PATCH /rest/queue/tree/*1 "));
    story.answer(200, r#"{".id":"*1","name":"D","max-limit":"380000000"}"#);
    story.order(Direction::Up, 38);
    assert!(story.asks().starts_with("PATCH "), "and is trusted again");
}

#[test]
fn a_look_that_is_due_does_not_go_before_an_order_twice_in_a_row() {
    let mut story = Story::up();
    story.wait(30_000);
    story.order(Direction::Down, 400);
    assert!(
        story.asks().starts_with("PATCH "),
        "the last one was a look"
    );
    story.answer(200, r#"{".id":"*1","name":"D","max-limit":"400000000"}"#);
    story.holds();
    story.order(Direction::Down, 390);
    assert!(story.asks().starts_with("GET "));
}

#[test]
fn a_body_that_ends_with_the_connection_is_read() {
    let mut story = Story::new();
    story.link.poll(story.now);
    story.link.connected(story.now);
    story.asks();
    story.receive(format!("HTTP/1.1 200 OK\r\n\r\n{LISTING}").as_bytes());
    story.link.closed(story.now, Failure::Closed);
    assert_eq!(story.link.event(), Some(Event::Up));
}

#[test]
fn with_nowhere_to_connect_to_it_asks_again_at_once_and_nothing_has_failed() {
    let mut story = Story::new();
    for _ in 0..100 {
        assert_eq!(story.link.poll(story.now), Some(Action::Connect));
        story.link.not_yet(story.now);
        story.wait(50);
    }
    assert_eq!(story.link.event(), None);
}

#[test]
fn after_a_while_without_a_connection_no_queue_is_known() {
    let mut story = Story::up();
    story.wait(20_000);
    story.link.closed(story.now, Failure::Closed);
    assert_eq!(story.link.event(), Some(Event::Lost(None)));
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    story.link.connected(story.now);
    story.order(Direction::Down, 400);
    assert_eq!(story.refused(), Refusal::QueueMissing);
    assert!(story.asks().starts_with("GET "));
}

#[test]
fn an_idle_connection_that_breaks_is_a_failure() {
    let mut story = Story::up();
    story.wait(20_000);
    story.link.closed(story.now, Failure::ConnectionRefused);
    let lost = Event::Lost(Some(Failure::ConnectionRefused));
    assert_eq!(story.link.event(), Some(lost));
}

#[test]
fn what_is_closed_already_is_not_closed_again() {
    let mut story = Story::up();
    story.link.closed(story.now, Failure::ConnectionRefused);
    while story.link.event().is_some() {}
    story.link.poll(story.now);
    story.link.closed(story.now, Failure::ConnectionRefused);
    assert_eq!(story.link.event(), None);
}
