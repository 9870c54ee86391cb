//! Stories about a link and a router, told command by command in virtual time.

use super::*;
use crate::control::actuator::Order;
use crate::direction::{Both, Direction};
use crate::router::{Event, Known, Refusal};
use crate::units::Rate;

const DOWN: &str = ".id=*1;max-limit=500000000;name=D;queue=cake-down-wan1\r\n";
const UP: &str = ".id=*2;max-limit=50000000;name=U;queue=cake-up-wan1\r\n";

mod counters;

struct Story {
    link: Link,
    now: Instant,
}

impl Story {
    /// A session stands, nothing was asked yet.
    fn connected() -> Self {
        Self::counting(false)
    }

    /// The same, for a law that counts.
    fn counting(counting: bool) -> Self {
        let params = LinkParams {
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
            counting,
        };
        let mut story = Self {
            link: Link::new(params),
            now: Instant::ZERO,
        };
        assert_eq!(story.link.poll(story.now), Some(Action::Connect));
        story.link.connected(story.now);
        story
    }

    /// The queues have been looked up.
    fn up() -> Self {
        let mut story = Self::connected();
        assert!(story.asks().starts_with(":put [/queue tree print "));
        story.answer(0, &format!("{DOWN}{UP}"));
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
        let command = self.link.command(self.now);
        command.map_or_else(String::new, |command| command.as_str().to_owned())
    }

    fn answer(&mut self, status: i32, text: &str) {
        self.link.answered(self.now, status, text);
    }

    fn order(&mut self, direction: Direction, mbit: u64) {
        let rate = Rate::mbit(mbit);
        self.link.submit(Order { direction, rate });
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

    fn refused(&mut self) -> Refusal {
        match self.link.event() {
            Some(Event::Refused { why, .. }) => why,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_write_is_one_command_and_what_it_reads_back_confirms_it() {
    let mut story = Story::up();
    story.order(Direction::Down, 400);
    assert!(
        story
            .asks()
            .starts_with("/queue tree set [find name=\"D\"] max-limit=400000000; :put [")
    );
    story.answer(0, &DOWN.replace("500000000", "400000000"));
    assert_eq!(
        story.holds(),
        (Direction::Down, Rate::mbit(400), Known::Written)
    );
    assert_eq!(story.asks(), "", "no second look at what was just read");
}

#[test]
fn a_session_is_up_from_its_first_answer_to_its_end_and_ends_once() {
    let mut story = Story::up();
    assert!(story.link.is_up());
    story.link.closed(story.now, Failure::TimedOut);
    assert!(!story.link.is_up());
    assert_eq!(
        story.link.event(),
        Some(Event::Lost(Some(Failure::TimedOut)))
    );
    story.link.closed(story.now, Failure::TimedOut);
    assert_eq!(story.link.event(), None, "it was down already");
}

#[test]
fn status_and_text_are_both_judged() {
    for (status, text, why) in [
        (0, "", Refusal::QueueMissing),
        (0, "\r\n", Refusal::QueueMissing),
        (0, "no such item\r\n", Refusal::QueueMissing),
        (0, "failure: out of luck\r\n", Refusal::Rejected),
        (1, "failure: out of luck\r\n", Refusal::Rejected),
        (1, DOWN, Refusal::Rejected),
        (0, "not enough permissions (9)\r\n", Refusal::NotPermitted),
        (0, "max-limit=400000000\r\n", Refusal::Rejected),
        // The queue has the type already: it is not what was complained about.
        (
            1,
            "input does not match any value of queue\r\n",
            Refusal::Rejected,
        ),
    ] {
        let mut story = Story::up();
        story.order(Direction::Down, 400);
        story.asks();
        story.answer(status, text);
        assert_eq!(story.refused(), why, "{status} {text:?}");
        assert!(
            story.asks().starts_with(":put "),
            "a doubtful write is read"
        );
    }
}

#[test]
fn a_complaint_before_the_read_back_is_no_success() {
    let mut story = Story::up();
    story.order(Direction::Down, 500);
    story.asks();
    story.answer(0, &format!("warning: something\r\n{DOWN}"));
    assert_eq!(story.refused(), Refusal::Rejected);
}

#[test]
fn the_newest_order_for_a_queue_replaces_the_waiting_one() {
    let mut story = Story::up();
    story.order(Direction::Down, 400);
    story.asks();
    story.order(Direction::Up, 40);
    story.order(Direction::Up, 30);
    story.answer(0, DOWN);
    assert!(story.asks().contains(" max-limit=30000000;"));
}

#[test]
fn a_queue_type_is_rewritten_only_where_it_differs_and_left_alone_if_unknown() {
    let mut story = Story::connected();
    story.asks();
    let other = DOWN.replace("cake-down-wan1", "default");
    story.answer(0, &format!("{other}{UP}"));
    while story.link.event().is_some() {}
    story.order(Direction::Down, 400);
    assert!(story.asks().contains(" queue=cake-down-wan1 max-limit="));
    story.answer(0, "input does not match any value of queue\r\n");
    assert_eq!(story.refused(), Refusal::QueueTypeMissing);
    story.asks();
    story.answer(0, &format!("{other}{UP}"));
    story.order(Direction::Down, 400);
    assert!(!story.asks().contains("cake-down"));
}

#[test]
fn a_hung_command_is_given_up_and_the_router_left_alone_for_three_seconds() {
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
    story.wait(3_000);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    story.link.connected(story.now);
    assert!(story.asks().starts_with(":put "));
}

#[test]
fn look_ups_do_not_wipe_out_what_a_hanging_write_has_left() {
    let mut story = Story::up();
    for pause in [3_000, 6_000, 12_000, 24_000, 30_000] {
        story.order(Direction::Down, 400);
        story.asks();
        story.wait(5_000);
        assert_eq!(story.link.poll(story.now), Some(Action::Close));
        let direction = Direction::Down;
        assert_eq!(story.link.event(), Some(Event::Unanswered { direction }));
        story.link.event();
        story.wait(pause - 1);
        assert_eq!(story.link.poll(story.now), None, "{pause}");
        story.wait(1);
        assert_eq!(story.link.poll(story.now), Some(Action::Connect), "{pause}");
        story.link.connected(story.now);
        story.asks();
        story.answer(0, &format!("{DOWN}{UP}"));
        while story.link.event().is_some() {}
    }
}

#[test]
fn a_session_that_does_not_stand_in_time_is_given_up() {
    let mut story = Story::up();
    story.link.closed(story.now, Failure::Ssh);
    story.link.event();
    story.wait(250);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    story.wait(10_000);
    assert_eq!(story.link.poll(story.now), Some(Action::Close));
    assert_eq!(
        story.link.event(),
        Some(Event::Lost(Some(Failure::TimedOut)))
    );
}

#[test]
fn with_nowhere_to_connect_to_it_asks_again_at_once_and_nothing_has_failed() {
    let mut story = Story::up();
    story.link.closed(story.now, Failure::Ssh);
    assert_eq!(story.link.event(), Some(Event::Lost(Some(Failure::Ssh))));
    story.wait(250);
    for _ in 0..300 {
        assert_eq!(story.link.poll(story.now), Some(Action::Connect));
        story.link.not_yet(story.now);
        story.wait(50);
    }
    assert_eq!(story.link.event(), None);
}

#[test]
fn a_silently_closed_session_is_replaced_at_once_but_only_once() {
    let mut story = Story::up();
    story.wait(20_000);
    story.link.closed(story.now, Failure::Closed);
    assert_eq!(story.link.event(), Some(Event::Lost(None)));
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    story.link.connected(story.now);
    story.link.closed(story.now, Failure::Closed);
    assert_eq!(story.link.event(), Some(Event::Lost(Some(Failure::Closed))));
}

#[test]
fn a_session_that_ends_soon_is_replaced_a_second_after_it_stood() {
    let mut story = Story::up();
    story.wait(100);
    story.link.closed(story.now, Failure::Closed);
    assert_eq!(story.link.poll(story.now), Some(Action::Close));
    story.wait(899);
    assert_eq!(story.link.poll(story.now), None);
    story.wait(1);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
}

#[test]
fn while_our_own_files_are_not_in_order_it_is_tried_again_after_five_seconds() {
    for why in [
        Failure::HostKeyUnknown,
        Failure::HostKeyChanged,
        Failure::KeyFile,
    ] {
        let mut story = Story::up();
        story.link.closed(story.now, why);
        assert_eq!(story.link.poll(story.now), Some(Action::Close));
        story.wait(4_999);
        assert_eq!(story.link.poll(story.now), None, "{why:?}");
        story.wait(1);
        assert_eq!(story.link.poll(story.now), Some(Action::Connect));
    }
}

#[test]
fn a_refused_key_is_tried_again_after_half_a_minute() {
    let mut story = Story::up();
    story.link.closed(story.now, Failure::Unauthorized);
    story.link.poll(story.now);
    story.wait(29_999);
    assert_eq!(story.link.poll(story.now), None);
    story.wait(1);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
}

#[test]
fn a_missing_queue_is_said_and_looked_for_less_and_less_often() {
    let mut story = Story::connected();
    story.asks();
    story.answer(0, &format!("{DOWN}\r\n"));
    assert_eq!(story.link.event(), Some(Event::Up));
    story.holds();
    assert_eq!(story.refused(), Refusal::QueueMissing);
    for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
        story.wait(pause - 1);
        assert_eq!(story.asks(), "", "before {pause} ms are over");
        story.wait(1);
        assert!(story.asks().starts_with(":put "));
        story.answer(0, &format!("{DOWN}\r\n"));
    }
}

#[test]
fn a_router_without_any_queue_is_up() {
    let mut story = Story::connected();
    story.asks();
    story.answer(0, "");
    assert_eq!(story.link.event(), Some(Event::Up));
    assert_eq!(story.refused(), Refusal::QueueMissing);
}

#[test]
fn a_router_that_refuses_to_list_is_not_up() {
    let mut story = Story::connected();
    story.asks();
    story.answer(0, "not enough permissions (9)\r\n");
    assert_eq!(
        story.link.event(),
        Some(Event::Lost(Some(Failure::Rejected)))
    );
}

#[test]
fn asleep_it_stays_closed_until_it_is_woken() {
    let mut story = Story::up();
    story.link.sleep();
    assert_eq!(story.link.poll(story.now), Some(Action::Close));
    story.wait(1_000_000);
    assert_eq!(story.link.poll(story.now), None);
    story.link.wake(story.now);
    assert_eq!(story.link.poll(story.now), Some(Action::Connect));
}

#[test]
fn the_queues_are_read_again_at_the_slow_period() {
    let mut story = Story::up();
    story.wait(29_999);
    assert_eq!(story.asks(), "");
    story.wait(1);
    assert!(story.asks().starts_with(":put "));
}
