//! Stories of two links, told event by event in virtual time.

use super::*;
use crate::direction::Direction;
use crate::units::Rate;

use Transport::{Rest, Ssh};

struct Story {
    failover: Failover,
    now: Instant,
}

impl Story {
    /// REST is preferred, SSH sleeps.
    fn new() -> Self {
        let mut story = Self {
            failover: Failover::new(Rest, true),
            now: Instant::ZERO,
        };
        assert_eq!(story.errands(), [Errand::Sleep(Ssh)]);
        story
    }

    /// REST failed twice, SSH answered.
    fn switched() -> Self {
        let mut story = Self::new();
        story.fails(Rest, Failure::TimedOut);
        story.fails(Rest, Failure::TimedOut);
        story.says(Ssh, Event::Up);
        assert_eq!(story.failover.serving(), Ssh);
        story.errands();
        story.events();
        story
    }

    fn says(&mut self, from: Transport, event: Event) {
        self.failover.take(self.now, from, event);
    }

    fn fails(&mut self, from: Transport, why: Failure) {
        self.says(from, Event::Lost(Some(why)));
    }

    fn wait(&mut self, secs: u64) {
        self.now = self.now + Duration::from_secs(secs);
        self.failover.poll(self.now, false);
    }

    fn errands(&mut self) -> Vec<Errand> {
        std::iter::from_fn(|| self.failover.errand()).collect()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.failover.event()).collect()
    }
}

const fn lost(why: Failure) -> Event {
    Event::Lost(Some(why))
}

const fn holds(known: Known) -> Event {
    Event::Holds {
        direction: Direction::Down,
        rate: Rate::mbit(400),
        known,
        took: Duration::from_millis(20),
        inactive: false,
        bytes: None,
    }
}

#[test]
fn one_failure_is_retried_the_second_lets_the_other_try_and_the_first_to_answer_serves() {
    let mut story = Story::new();
    story.fails(Rest, Failure::TimedOut);
    assert_eq!(story.errands(), []);
    story.fails(Rest, Failure::ConnectionRefused);
    assert_eq!(story.errands(), [Errand::Wake(Ssh)]);
    story.events();
    story.says(Ssh, Event::Up);
    story.says(Ssh, holds(Known::Read));
    assert_eq!(story.errands(), [Errand::Sleep(Rest)]);
    let switched = Event::Switched {
        to: Ssh,
        why: Some(Failure::ConnectionRefused),
    };
    assert_eq!(story.events(), [switched, Event::Up, holds(Known::Read)]);
}

#[test]
fn a_link_that_lists_but_never_writes_does_not_count_as_recovered() {
    let mut story = Story::new();
    for _ in 0..2 {
        story.says(Rest, Event::Up);
        story.says(Rest, holds(Known::Read));
        story.fails(Rest, Failure::TimedOut);
        story.wait(8);
    }
    assert_eq!(story.errands(), [Errand::Wake(Ssh)]);
}

#[test]
fn a_confirmed_write_or_a_steady_minute_forgives_a_failure() {
    for forgive in [
        |story: &mut Story| story.says(Rest, holds(Known::Written)),
        |story: &mut Story| {
            story.wait(60);
            story.says(Rest, holds(Known::Read));
        },
    ] {
        let mut story = Story::new();
        story.fails(Rest, Failure::TimedOut);
        forgive(&mut story);
        story.fails(Rest, Failure::TimedOut);
        assert_eq!(story.errands(), []);
    }
}

#[test]
fn a_silently_closed_connection_is_no_failure() {
    let mut story = Story::new();
    for _ in 0..5 {
        story.says(Rest, Event::Lost(None));
    }
    assert_eq!(story.errands(), []);
}

#[test]
fn the_preferred_one_is_probed_after_30_s_then_60_and_so_on_to_300() {
    let mut story = Story::switched();
    for pause in [30, 60, 120, 240, 300, 300] {
        story.wait(pause - 1);
        assert_eq!(story.errands(), [], "{pause}");
        story.wait(1);
        assert_eq!(story.errands(), [Errand::Wake(Rest)], "{pause}");
        story.fails(Rest, Failure::ConnectionRefused);
        assert_eq!(story.errands(), [Errand::Sleep(Rest)]);
        assert_eq!(
            story.events(),
            [Event::SpareFailed(Failure::ConnectionRefused)]
        );
    }
}

#[test]
fn it_is_taken_back_when_it_answers_but_not_in_the_middle_of_a_write() {
    let mut story = Story::switched();
    story.wait(30);
    story.errands();
    story.says(Rest, Event::Up);
    story.says(Rest, holds(Known::Read));
    story.failover.poll(story.now, true);
    assert_eq!((story.events(), story.errands()), (vec![], vec![]));
    assert!(!story.failover.takes_orders(), "the write is the last");
    story.says(Ssh, holds(Known::Written));
    assert_eq!(story.events(), [holds(Known::Written)]);
    story.failover.poll(story.now, false);
    assert_eq!(story.errands(), [Errand::Sleep(Ssh), Errand::Look(Rest)]);
    let back = Event::Switched {
        to: Rest,
        why: None,
    };
    assert_eq!(story.events(), [Event::Lost(None), back]);
    assert_eq!(story.failover.serving(), Rest);
    assert!(story.failover.takes_orders());
    story.says(Rest, Event::Up);
    assert_eq!(story.events(), [Event::Up]);
}

#[test]
fn one_that_answers_probes_but_cannot_serve_is_taken_back_less_and_less_often() {
    let mut story = Story::switched();
    for pause in [30, 60, 120] {
        story.wait(pause);
        story.says(Rest, Event::Up);
        story.wait(0);
        assert_eq!(story.failover.serving(), Rest, "{pause}");
        story.fails(Rest, Failure::TimedOut);
        story.fails(Rest, Failure::TimedOut);
        story.says(Ssh, Event::Up);
        assert_eq!(story.failover.serving(), Ssh);
    }
}

#[test]
fn a_wrong_password_switches_at_once_and_is_tried_again_every_five_minutes_only() {
    let mut story = Story::new();
    story.fails(Rest, Failure::Unauthorized);
    assert_eq!(story.errands(), [Errand::Wake(Ssh)]);
    story.says(Ssh, Event::Up);
    story.errands();
    for _ in 0..3 {
        story.wait(299);
        assert_eq!(story.errands(), []);
        story.wait(1);
        assert_eq!(story.errands(), [Errand::Wake(Rest)]);
        story.fails(Rest, Failure::Unauthorized);
        story.errands();
    }
}

#[test]
fn while_neither_answers_both_try_and_only_one_of_them_is_counted() {
    let mut story = Story::new();
    story.fails(Rest, Failure::TimedOut);
    story.fails(Rest, Failure::TimedOut);
    story.errands();
    story.events();
    story.fails(Ssh, Failure::HostKeyUnknown);
    story.fails(Rest, Failure::TimedOut);
    assert_eq!(story.errands(), []);
    assert_eq!(
        story.events(),
        [
            Event::SpareFailed(Failure::HostKeyUnknown),
            lost(Failure::TimedOut)
        ]
    );
    story.says(Rest, Event::Up);
    assert_eq!(story.events(), [Event::Up], "it served before: no news");
    assert_eq!(story.errands(), [Errand::Sleep(Ssh)]);
}

#[test]
fn when_the_other_one_fails_too_the_preferred_one_tries_at_once() {
    let mut story = Story::switched();
    story.fails(Ssh, Failure::Closed);
    story.fails(Ssh, Failure::Closed);
    assert_eq!(story.errands(), [Errand::Wake(Rest)]);
    story.says(Rest, Event::Up);
    assert_eq!(story.failover.serving(), Rest);
}

#[test]
fn without_another_one_everything_passes() {
    let mut story = Story {
        failover: Failover::new(Ssh, false),
        now: Instant::ZERO,
    };
    for _ in 0..5 {
        story.fails(Ssh, Failure::HostKeyUnknown);
        assert_eq!(story.events(), [lost(Failure::HostKeyUnknown)]);
    }
    story.says(Ssh, Event::Up);
    assert_eq!(story.events(), [Event::Up]);
    assert_eq!(story.errands(), []);
}

#[test]
fn the_last_words_of_a_link_that_sleeps_are_not_heard() {
    let mut story = Story::new();
    story.says(Ssh, Event::Up);
    story.says(Ssh, holds(Known::Written));
    story.fails(Ssh, Failure::Closed);
    story.fails(Ssh, Failure::Closed);
    assert_eq!((story.events(), story.errands()), (vec![], vec![]));
}

#[test]
fn only_its_own_writes_let_the_preferred_one_be_probed_soon_again() {
    for (who, probed_after) in [(Rest, 30), (Ssh, 60)] {
        let mut story = Story::switched();
        if who == Ssh {
            story.says(Ssh, holds(Known::Written));
        }
        story.wait(30);
        story.says(Rest, Event::Up);
        story.wait(0);
        assert_eq!(story.failover.serving(), Rest);
        if who == Rest {
            story.says(Rest, holds(Known::Written));
        }
        story.fails(Rest, Failure::TimedOut);
        story.fails(Rest, Failure::TimedOut);
        story.says(Ssh, Event::Up);
        story.errands();
        story.wait(probed_after - 1);
        assert_eq!(story.errands(), [], "{who}");
        story.wait(1);
        assert_eq!(story.errands(), [Errand::Wake(Rest)], "{who}");
    }
}

#[test]
fn the_preferred_one_is_not_taken_back_by_what_it_says_before_it_is_probed() {
    let mut story = Story::switched();
    story.says(Rest, Event::Up);
    story.wait(1);
    assert_eq!(story.failover.serving(), Ssh);
    assert!(story.failover.takes_orders());
}
