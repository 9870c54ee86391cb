//! Stories about a link and a router, told message by message in virtual time.

use super::*;
use crate::control::actuator::Order;
use crate::direction::{Both, Direction};
use crate::router::{Event, Known, Refusal};
use crate::units::Rate;

const LISTING: &str = r#"[{".id":"*1","name":"D","max-limit":"500000000","queue":"cake-down-wan1"},{".id":"*2","name":"U","max-limit":"50000000","queue":"cake-up-wan1"}]"#;

mod connections;
mod failures;
mod glances;

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
fn an_answer_about_another_queue_is_no_success_and_no_id_is_used_again_unseen() {
    let mut story = Story::up();
    story.order(Direction::Down, 400);
    story.order(Direction::Up, 40);
    story.asks();
    story.answer(200, r#"{".id":"*1","name":"U","max-limit":"400000000"}"#);
    assert_eq!(story.refused(), Refusal::Unclear);
    assert!(story.asks().starts_with("GET "), "before the other order");
    let swapped = LISTING.replace("*1", "*3").replace("*2", "*1");
    story.answer(
        200,
        &swapped
            .replace("*3", "*2")
            .replace("50000000\"", "400000000\""),
    );
    assert_eq!(story.link.event(), Some(Event::Up));
    let renewed = |direction| Some(Event::Renewed { direction });
    assert_eq!(story.link.event(), renewed(Direction::Down));
    assert_eq!(
        story.holds(),
        (Direction::Down, Rate::mbit(500), Known::Read)
    );
    assert_eq!(story.link.event(), renewed(Direction::Up));
    assert_eq!(story.holds(), (Direction::Up, Rate::mbit(400), Known::Read));
    assert!(story.asks().starts_with("PATCH /rest/queue/tree/*1 "));
    story.answer(200, r#"{".id":"*1","name":"U","max-limit":"40000000"}"#);
    let written = (Direction::Up, Rate::mbit(40), Known::Written);
    assert_eq!(story.holds(), written);
}

#[test]
fn an_order_for_a_queue_that_is_not_known_is_refused_at_once() {
    let mut story = Story::new();
    story.link.poll(story.now);
    story.link.connected(story.now);
    story.asks();
    story.answer(200, "[]");
    while story.link.event().is_some() {}
    story.order(Direction::Down, 400);
    assert_eq!(story.refused(), Refusal::QueueMissing);
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
fn the_router_is_printed_and_the_password_is_not() {
    let printed = format!("{:?}", Story::new().link);
    assert!(printed.contains("Access(r)"), "{printed}");
    assert!(printed.contains("Rx(0 bytes)"), "{printed}");
    assert!(!printed.contains("c2VjcmV0"), "{printed}");
}
