//! Answers that do not come, or make no sense.

use super::*;

#[test]
fn a_hung_router_is_given_up_and_left_alone_for_three_seconds() {
    let mut story = Story::up();
    story.order(Direction::Down, 400);
    story.asks();
    story.wait(4_999);
    assert_eq!(story.link.poll(story.now), None);
    story.wait(1);
    assert_eq!(story.link.poll(story.now), Some(Action::Close));
    let direction = Direction::Down;
    assert_eq!(story.link.event(), Some(Event::Unanswered { direction }));
    assert_eq!(
        story.link.event(),
        Some(Event::Lost(Some(Failure::TimedOut)))
    );
    story.wait(2_999);
    assert_eq!(story.link.poll(story.now), None);
    story.wait(1);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
}

impl Story {
    /// A write that hangs until the deadline; the pause until the next connection, in milliseconds.
    fn hangs(&mut self, direction: Direction) -> u64 {
        self.order(direction, 400);
        assert!(self.asks().starts_with("PATCH "));
        self.wait(5_000);
        assert_eq!(self.link.poll(self.now), Some(Action::Close));
        assert_eq!(self.link.event(), Some(Event::Unanswered { direction }));
        assert_eq!(
            self.link.event(),
            Some(Event::Lost(Some(Failure::TimedOut)))
        );
        self.comes_back()
    }

    /// Connects and looks up the queues; how long the link waited before, in milliseconds.
    fn comes_back(&mut self) -> u64 {
        let mut pause = 0;
        while self.link.poll(self.now) != Some(Action::Connect) {
            pause += 50;
            self.wait(50);
        }
        self.link.connected(self.now);
        assert!(self.asks().starts_with("GET "));
        self.answer(200, LISTING);
        while self.link.event().is_some() {}
        pause
    }
}

#[test]
fn look_ups_do_not_wipe_out_what_a_hanging_write_has_left() {
    let mut story = Story::up();
    for pause in [3_000, 6_000, 12_000, 24_000, 30_000, 30_000] {
        assert_eq!(story.hangs(Direction::Down), pause);
    }
    story.order(Direction::Up, 40);
    story.asks();
    story.answer(200, r#"{".id":"*2","name":"U","max-limit":"40000000"}"#);
    assert_eq!(story.holds().0, Direction::Up);
    assert_eq!(
        story.hangs(Direction::Down),
        30_000,
        "the other queue proves nothing about this one"
    );
    story.order(Direction::Down, 300);
    story.asks();
    story.answer(200, r#"{".id":"*1","name":"D","max-limit":"300000000"}"#);
    assert_eq!(story.holds().0, Direction::Down);
    assert_eq!(
        story.hangs(Direction::Down),
        3_000,
        "as if for the first time"
    );
}

#[test]
fn a_minute_of_look_ups_forgives_a_write_that_was_not_repeated() {
    let mut story = Story::up();
    story.hangs(Direction::Down);
    for _ in 0..2 {
        story.wait(30_000);
        assert!(story.asks().starts_with("GET "));
        story.answer(200, LISTING);
        while story.link.event().is_some() {}
    }
    assert_eq!(story.hangs(Direction::Down), 3_000);
}

#[test]
fn a_401_for_writes_only_is_believed_though_look_ups_are_answered() {
    let mut story = Story::up();
    let pauses = [(3_000, None), (30_000, Some(Failure::Unauthorized))];
    for (pause, why) in pauses {
        story.order(Direction::Down, 400);
        story.asks();
        story.answer(401, r#"{"error":401,"message":"Unauthorized"}"#);
        let said: Vec<_> = std::iter::from_fn(|| story.link.event()).collect();
        assert_eq!(said.last(), Some(&Event::Lost(why)));
        assert_eq!(story.comes_back(), pause);
    }
}

#[test]
fn a_router_that_closes_instead_of_answering_writes_is_found_out() {
    let mut story = Story::up();
    story.wait(20_000);
    for why in [None, Some(Failure::Closed)] {
        story.order(Direction::Down, 400);
        assert!(story.asks().starts_with("PATCH "));
        story.link.closed(story.now, Failure::Closed);
        let said: Vec<_> = std::iter::from_fn(|| story.link.event()).collect();
        assert_eq!(said.last(), Some(&Event::Lost(why)));
        story.comes_back();
    }
}

#[test]
fn one_401_may_be_somebody_elses_two_are_ours() {
    let mut story = Story::up();
    story.order(Direction::Down, 400);
    story.asks();
    story.answer(401, r#"{"error":401,"message":"Unauthorized"}"#);
    assert_eq!(story.link.event(), Some(Event::Lost(None)));
    story.link.poll(story.now);
    story.wait(3_000);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    story.link.connected(story.now);
    story.asks();
    story.answer(401, "");
    assert_eq!(
        story.link.event(),
        Some(Event::Lost(Some(Failure::Unauthorized)))
    );
    story.link.poll(story.now);
    story.wait(29_999);
    assert_eq!(
        story.link.poll(story.now),
        None,
        "only a person can mend that"
    );
}

#[test]
fn a_status_without_words_is_permission_only_if_it_is_403() {
    // The queue has its type already: it is not what is complained about.
    let of_a_type = r#"{"detail":"input does not match any value of queue"}"#;
    for (status, body, why) in [
        (403, "", Refusal::NotPermitted),
        (500, "", Refusal::Status(500)),
        (406, "", Refusal::Status(406)),
        (400, of_a_type, Refusal::Status(400)),
    ] {
        let mut story = Story::up();
        story.order(Direction::Down, 400);
        story.asks();
        story.answer(status, body);
        assert_eq!(story.refused(), why);
    }
}

#[test]
fn asleep_it_is_closed_until_it_is_woken() {
    let mut story = Story::up();
    story.link.sleep();
    assert_eq!(story.link.poll(story.now), Some(Action::Close));
    story.wait(1_000_000_000);
    assert_eq!(story.link.poll(story.now), None);
    story.link.wake(story.now);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
}

#[test]
fn a_401_after_a_right_answer_may_be_somebody_elses_again() {
    let mut story = Story::up();
    for _ in 0..3 {
        story.wait(30_000);
        assert!(story.asks().starts_with("GET "));
        story.answer(401, "");
        assert_eq!(story.link.event(), Some(Event::Lost(None)));
        assert_eq!(story.comes_back(), 3_000);
    }
}

#[test]
fn an_answer_that_breaks_off_was_begun_and_the_router_is_not_asked_again_at_once() {
    let mut story = Story::up();
    story.order(Direction::Down, 400);
    story.asks();
    story.receive(b"HTTP/1.1 200 OK\r\n");
    story.link.closed(story.now, Failure::Closed);
    let said: Vec<_> = std::iter::from_fn(|| story.link.event()).collect();
    assert_eq!(said.last(), Some(&Event::Lost(Some(Failure::Closed))));
}

#[test]
fn bytes_nobody_asked_for_end_the_connection() {
    let mut story = Story::up();
    story.link.received(story.now, 0);
    assert!(story.link.is_up(), "none were there");
    story.receive(b"HTTP/1.1 401 X\r\n");
    assert_eq!(
        story.link.event(),
        Some(Event::Lost(Some(Failure::Garbled)))
    );
}

#[test]
fn garbage_is_no_answer() {
    for garbage in [
        "\0\0\0\0",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{]}",
    ] {
        let mut story = Story::new();
        story.link.poll(story.now);
        story.link.connected(story.now);
        story.asks();
        story.receive(garbage.as_bytes());
        assert_eq!(
            story.link.event(),
            Some(Event::Lost(Some(Failure::Garbled))),
            "{garbage:?}"
        );
    }
}

#[test]
fn an_answer_larger_than_the_buffer_is_said_so() {
    let mut story = Story::new();
    story.link.poll(story.now);
    story.link.connected(story.now);
    story.asks();
    story.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
    assert_eq!(
        story.link.event(),
        Some(Event::Lost(Some(Failure::TooLarge)))
    );
}

#[test]
fn a_missing_queue_is_said_and_looked_for_less_and_less_often() {
    let mut story = Story::new();
    story.link.poll(story.now);
    story.link.connected(story.now);
    story.asks();
    story.answer(200, &LISTING.replace("\"U\"", "\"V\""));
    assert_eq!(story.link.event(), Some(Event::Up));
    story.holds();
    assert_eq!(story.refused(), Refusal::QueueMissing);
    for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
        story.wait(pause - 1);
        assert_eq!(story.asks(), "", "before {pause} ms are over");
        story.wait(1);
        assert!(story.asks().starts_with("GET "));
        story.answer(200, &LISTING.replace("\"U\"", "\"V\""));
    }
}
