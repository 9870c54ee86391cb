//! Stories about a link and a router, told message by message in virtual time.

use super::*;
use crate::direction::Direction;
use crate::router::{Known, Refusal};
use crate::units::Rate;

const LISTING: &str = r#"[{".id":"*1","name":"D","max-limit":"500000000","queue":"cake-down-wan1"},{".id":"*2","name":"U","max-limit":"50000000","queue":"cake-up-wan1"}]"#;

struct Story {
    link: Link,
    now: Instant,
}

impl Story {
    fn new() -> Self {
        let params = LinkParams {
            host: "r".into(),
            authorization: "Basic c2VjcmV0".into(),
            queues: Both {
                down: "D".into(),
                up: "U".into(),
            },
            queue_types: Both {
                down: Some("cake-down-wan1".into()),
                up: Some("cake-up-wan1".into()),
            },
            reply_for: Duration::from_secs(15),
            verify_every: Duration::from_secs(30),
        };
        Self {
            link: Link::new(params),
            now: Instant::ZERO,
        }
    }

    /// A link that has looked up its queues.
    fn up() -> Self {
        let mut story = Self::new();
        assert_eq!(story.link.poll(story.now), Some(Action::Connect));
        story.link.connected(story.now);
        assert!(story.asks().starts_with("GET /rest/queue/tree?"));
        story.answer(200, LISTING);
        assert_eq!(story.link.event(), Some(Event::Up));
        assert_eq!(
            story.holds(),
            (Direction::Down, Rate::mbit(500), Known::Read)
        );
        assert_eq!(story.holds(), (Direction::Up, Rate::mbit(50), Known::Read));
        story
    }

    fn wait(&mut self, ms: u64) {
        self.now = self.now + Duration::from_millis(ms);
    }

    fn asks(&mut self) -> String {
        let mut buffer = [0; 1024];
        let len = self.link.request(self.now, &mut buffer).unwrap();
        String::from_utf8(buffer[..len].to_vec()).unwrap()
    }

    fn receive(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(7) {
            self.link.space()[..part.len()].copy_from_slice(part);
            self.link.received(self.now, part.len());
        }
    }

    fn answer(&mut self, status: u16, body: &str) {
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.receive((head + body).as_bytes());
    }

    fn holds(&mut self) -> (Direction, Rate, Known) {
        match self.link.event() {
            Some(Event::Holds {
                direction,
                rate,
                known,
                ..
            }) => (direction, rate, known),
            other => panic!("{other:?}"),
        }
    }

    fn order(&mut self, direction: Direction, mbit: u64) {
        let rate = Rate::mbit(mbit);
        self.link.submit(Order { direction, rate });
    }

    fn refused(&mut self) -> Refusal {
        match self.link.event() {
            Some(Event::Refused { why, .. }) => why,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_write_is_one_patch_and_its_reply_confirms_it() {
    let mut story = Story::up();
    story.order(Direction::Down, 400);
    let request = story.asks();
    assert!(request.starts_with("PATCH /rest/queue/tree/*1 HTTP/1.1\r\n"));
    assert!(
        request.ends_with("\r\n\r\n{\"max-limit\": \"400000000\"}"),
        "{request}"
    );
    story.wait(20);
    story.answer(
        200,
        r#"{".id":"*1","name":"D","max-limit":"400000000","queue":"cake-down-wan1"}"#,
    );
    assert_eq!(
        story.holds(),
        (Direction::Down, Rate::mbit(400), Known::Written)
    );
}

#[test]
fn the_newest_order_for_a_queue_replaces_the_waiting_one() {
    let mut story = Story::up();
    story.order(Direction::Down, 400);
    story.asks();
    story.order(Direction::Up, 40);
    story.order(Direction::Up, 30);
    story.answer(200, r#"{".id":"*1","name":"D","max-limit":"400000000"}"#);
    assert!(story.asks().ends_with("{\"max-limit\": \"30000000\"}"));
}

#[test]
fn a_queue_type_is_rewritten_only_where_it_differs_and_left_alone_if_unknown() {
    let mut story = Story::new();
    story.link.poll(story.now);
    story.link.connected(story.now);
    story.asks();
    story.answer(200, &LISTING.replace("cake-down-wan1", "default"));
    while story.link.event().is_some() {}
    story.order(Direction::Down, 400);
    assert!(story.asks().contains(r#""queue": "cake-down-wan1""#));
    story.answer(
        400,
        r#"{"detail":"input does not match any value of queue","error":400,"message":"Bad Request"}"#,
    );
    assert_eq!(story.refused(), Refusal::QueueTypeMissing);
    assert!(
        story.asks().starts_with("GET "),
        "a 400 may have been applied"
    );
    story.answer(200, &LISTING.replace("cake-down-wan1", "default"));
    story.order(Direction::Down, 400);
    assert!(!story.asks().contains("cake-down"));
}

#[test]
fn a_stale_id_is_looked_up_again() {
    let mut story = Story::up();
    story.order(Direction::Down, 400);
    story.asks();
    story.answer(404, r#"{"error":404,"message":"Not Found"}"#);
    assert_eq!(story.refused(), Refusal::IdUnknown);
    assert!(story.asks().starts_with("GET "));
    story.answer(200, &LISTING.replace("*1", "*1F"));
    story.order(Direction::Down, 400);
    assert!(story.asks().starts_with("PATCH /rest/queue/tree/*1F "));
}

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
fn bytes_nobody_asked_for_end_the_connection() {
    let mut story = Story::up();
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

#[test]
fn the_queues_are_read_again_at_the_slow_period() {
    let mut story = Story::up();
    story.wait(29_999);
    assert_eq!(story.asks(), "");
    story.wait(1);
    assert!(story.asks().starts_with("GET "));
}

#[test]
fn the_password_is_not_printed() {
    assert!(!format!("{:?}", Story::new().link).contains("c2VjcmV0"));
}
