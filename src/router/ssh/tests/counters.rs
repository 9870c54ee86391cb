//! Counters, which cost a read of their own here: only for who needs them, only where they can be had,
//! and never in the way of anything else.

use super::*;

const COUNTED: &str = ".id=*1;bytes=1000;name=D;rate=0\r\n.id=*2;bytes=10;name=U;rate=0\r\n";
const NO_SUCH_WORD: &str = "bad parameter stats (line 1 column 18)\r\n";

impl Story {
    /// What each queue is said to have counted, in the order of the events.
    fn bytes(&mut self) -> Vec<Option<u64>> {
        let mut said = Vec::new();
        while let Some(event) = self.link.event() {
            if let Event::Holds { bytes, .. } = event {
                said.push(bytes);
            }
        }
        said
    }

    fn counted() -> Self {
        let mut story = Self::counting(true);
        assert!(story.asks().contains("print stats as-value"));
        story.answer(0, &format!("{DOWN}{UP}{COUNTED}"));
        assert_eq!(story.bytes(), [Some(1_000), Some(10)]);
        story
    }
}

#[test]
fn counters_come_with_every_look_and_every_write() {
    let mut story = Story::counted();
    story.order(Direction::Down, 400);
    assert!(
        story
            .asks()
            .ends_with("print stats as-value where name=\"D\"]")
    );
    let read_back = DOWN.replace("500000000", "400000000");
    story.answer(0, &format!("{read_back}.id=*1;bytes=2000;name=D\r\n"));
    assert_eq!(story.bytes(), [Some(2_000)]);
    story.link.glance(story.now);
    assert!(story.asks().starts_with(":put "));
}

#[test]
fn who_does_not_count_never_asks_for_counters_and_never_glances() {
    let mut story = Story::up();
    story.order(Direction::Down, 400);
    assert!(!story.asks().contains("stats"));
    story.answer(0, DOWN);
    story.link.glance(story.now);
    assert_eq!(story.asks(), "", "there would be nothing to see");
    story.wait(30_000);
    assert!(!story.asks().contains("stats"));
}

#[test]
fn a_router_that_knows_no_stats_is_asked_for_less_and_the_link_is_as_good_as_without() {
    let mut story = Story::counting(true);
    assert!(story.asks().contains("stats"));
    story.answer(0, NO_SUCH_WORD);
    assert_eq!(story.link.event(), None, "nothing was lost");
    let again = story.asks();
    assert!(again.starts_with(":put ") && !again.contains("stats"));
    story.answer(0, &format!("{DOWN}{UP}"));
    assert_eq!(story.link.event(), Some(Event::Up));
    assert_eq!(story.bytes(), [None, None]);
    story.order(Direction::Down, 400);
    assert!(!story.asks().contains("stats"));
    story.answer(0, DOWN);
    story.link.glance(story.now);
    assert_eq!(story.asks(), "", "there is nothing to see");
    // One that does not list its queues at all is of no use, as ever.
    let mut story = Story::counting(true);
    story.asks();
    story.answer(0, "not enough permissions (9)\r\n");
    story.asks();
    story.answer(0, "not enough permissions (9)\r\n");
    let lost = Event::Lost(Some(Failure::Rejected));
    assert_eq!(story.link.event(), Some(lost));
}

#[test]
fn a_refusal_after_the_settings_leaves_the_settings() {
    let mut story = Story::counting(true);
    story.asks();
    story.answer(0, &format!("{DOWN}{UP}{NO_SUCH_WORD}"));
    assert_eq!(story.link.event(), Some(Event::Up));
    assert_eq!(story.bytes(), [None, None]);
    story.order(Direction::Down, 400);
    let write = story.asks();
    assert!(write.starts_with("/queue tree set ") && !write.contains("stats"));
}

#[test]
fn a_write_whose_counters_are_refused_is_read_and_not_lost() {
    let mut story = Story::counted();
    story.order(Direction::Down, 400);
    story.asks();
    let read_back = DOWN.replace("500000000", "400000000");
    story.answer(0, &format!("{read_back}{NO_SUCH_WORD}"));
    assert_eq!(story.refused(), Refusal::Rejected);
    story.asks();
    story.answer(0, NO_SUCH_WORD);
    story.asks();
    story.answer(0, &format!("{read_back}{UP}"));
    assert_eq!(story.link.event(), Some(Event::Up));
    let held = (Direction::Down, Rate::mbit(400), Known::Read);
    assert_eq!(story.holds(), held);
    story.holds();
    story.order(Direction::Down, 300);
    assert!(!story.asks().contains("stats"));
}

#[test]
fn a_glance_waits_for_nothing_and_nothing_waits_for_a_second_one() {
    let mut story = Story::counted();
    // What waits goes first, and a glance is not made up for.
    story.order(Direction::Down, 400);
    story.link.glance(story.now);
    assert!(story.asks().starts_with("/queue tree set "));
    story.link.glance(story.now);
    story.answer(0, &format!("{DOWN}{COUNTED}"));
    assert_eq!(story.asks(), "");
    // One under way is not followed by another before the order that came meanwhile.
    story.link.glance(story.now);
    assert!(story.asks().starts_with(":put "));
    story.order(Direction::Up, 40);
    story.link.glance(story.now);
    story.answer(0, &format!("{DOWN}{UP}{COUNTED}"));
    assert!(story.asks().starts_with("/queue tree set "));
}

#[test]
fn a_glance_that_is_not_answered_is_a_lost_look_and_no_lost_write() {
    let mut story = Story::counted();
    story.link.glance(story.now);
    story.asks();
    story.wait(5_000);
    assert_eq!(story.link.poll(story.now), Some(Action::Close));
    let lost = Event::Lost(Some(Failure::TimedOut));
    assert_eq!(story.link.event(), Some(lost), "no write went unanswered");
    assert_eq!(story.link.event(), None);
}

#[test]
fn queues_made_anew_under_the_same_name_are_said_to_be_others() {
    let mut story = Story::counted();
    story.link.glance(story.now);
    story.asks();
    let other = format!("{DOWN}{UP}{COUNTED}").replace("*2;", "*2F;");
    story.answer(0, &other);
    let mut told = Vec::new();
    while let Some(event) = story.link.event() {
        told.push(event);
    }
    let renewed = Event::Renewed {
        direction: Direction::Up,
    };
    assert_eq!(told.iter().filter(|&&event| event == renewed).count(), 1);
    let at = told.iter().position(|&event| event == renewed).unwrap();
    assert!(
        matches!(
            told[at + 1],
            Event::Holds {
                direction: Direction::Up,
                ..
            }
        ),
        "before what it counts: {told:?}"
    );
}

#[test]
fn while_a_queue_is_missing_nobody_glances() {
    let mut story = Story::counted();
    story.link.glance(story.now);
    story.asks();
    story.answer(0, &format!("{DOWN}.id=*1;bytes=1000;name=D\r\n"));
    story.link.glance(story.now);
    assert_eq!(story.asks(), "", "it is looked for in a second");
    story.wait(1_000);
    assert!(story.asks().starts_with(":put "));
}
