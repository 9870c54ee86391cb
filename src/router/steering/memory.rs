//! What is known of the rule, and what is asked about when.

use super::{Event, Interest, LISTS_EVERY, MAX_LISTS, Order, Reading, Refusal};
use crate::router::Known;
use crate::router::backoff::{self, Backoff};
use crate::router::talk::{After, Talk, Told};
use crate::time::{Duration, Instant};
use crate::wire::routeros::{Found, Name};

/// What a look asks about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Subject {
    Rule,
    List(usize),
}

/// What a look has shown.
#[derive(Debug)]
pub enum Seen {
    /// The rules with our comment.
    Rule(Found),
    /// How many entries the list has, if the router says it.
    List(Option<u32>),
}

/// What is known of the rule, and when what is read next.
#[derive(Debug)]
pub struct Steering {
    pub(super) interest: Interest,
    /// `None`: not read since we were away.
    pub(super) rule: Option<Found>,
    pub(super) learned_at: Instant,
    /// For looking after a rule that is missing or ambiguous.
    missing: Backoff,
    /// What the last look asked about.
    pub(super) asked: Subject,
    rule_at: Instant,
    lists_at: Instant,
    /// The list whose turn it is.
    list: usize,
    /// The rules do not fit into an answer (over REST, some 700).
    pub(super) too_many_rules: bool,
    /// Lists whose entries do not fit into an answer.
    pub(super) too_large: [bool; MAX_LISTS],
}

impl Steering {
    /// Nothing known yet.
    pub fn new(interest: Interest) -> Self {
        Self {
            interest,
            rule: None,
            learned_at: Instant::ZERO,
            missing: Backoff::default(),
            asked: Subject::Rule,
            rule_at: Instant::ZERO,
            lists_at: Instant::ZERO,
            list: 0,
            too_many_rules: false,
            too_large: [false; MAX_LISTS],
        }
    }

    /// Chooses what a look asks about: a list only if the rule is not due.
    pub(super) fn next_subject(&mut self, now: Instant) -> Subject {
        let list_is_due = now >= self.lists_at && now < self.rule_at;
        let can_ask = self.list < self.interest.lists.len() && !self.too_large[self.list];
        self.asked = if list_is_due && can_ask {
            Subject::List(self.list)
        } else {
            Subject::Rule
        };
        self.asked
    }

    /// The rule's id, if it is clear which one it is.
    pub(super) fn id(&self) -> Option<&Name> {
        match &self.rule {
            // People's listings have no ids.
            Some(Found::One(rule)) if !rule.id.is_empty() => Some(&rule.id),
            _ => None,
        }
    }

    /// The rule was read; it is read again only when it is time to.
    pub(super) fn found(&mut self, now: Instant, found: Found) -> Reading {
        let reading = match &found {
            Found::Missing => Reading::Missing,
            Found::One(rule) => Reading::of(rule),
            Found::Several(count) => Reading::Several(*count),
        };
        self.rule = Some(found);
        self.learned_at = now;
        let again = match reading {
            Reading::One { .. } => {
                self.missing.reset();
                self.interest.verify_every
            }
            Reading::Missing | Reading::Several(_) => self.missing.next(&backoff::MISSING),
        };
        self.rule_at = now + again;
        reading
    }

    /// The rule is in doubt: the next look reads it.
    const fn doubt(&mut self, now: Instant) {
        self.rule_at = now;
    }

    /// Tells what became of an order. A rule that could not be read or switched is in doubt: a refusal may
    /// have been applied (routeros.md 1.4).
    pub(super) fn conclude(
        &mut self,
        now: Instant,
        order: Order,
        done: Result<Event, Refusal>,
        told: &mut Told<Event>,
    ) -> After {
        match done {
            Ok(event) => {
                told.tell(event);
                After::Nothing
            }
            Err(why) => {
                told.tell(Event::Refused { order, why });
                if order == Order::Count {
                    return After::Nothing;
                }
                self.doubt(now);
                After::Look
            }
        }
    }

    /// The list was counted, or cannot be; the next one follows, and then a rest.
    fn counted(&mut self, now: Instant, count: Option<u32>) -> Event {
        let list = self.list;
        self.list += 1;
        if self.list >= self.interest.lists.len() {
            self.list = 0;
            self.lists_at = now + LISTS_EVERY;
        }
        Event::Entries { list, count }
    }
}

impl Talk for Steering {
    type Order = Order;
    type Event = Event;
    type Seen = Seen;

    fn subject(order: Order) -> usize {
        match order {
            Order::Count => 0,
            Order::Read | Order::Set(_) => 1,
        }
    }

    fn can(&self, order: Order) -> bool {
        match order {
            Order::Count | Order::Read => true,
            Order::Set(_) => self.id().is_some(),
        }
    }

    fn cannot(&self, order: Order) -> Event {
        let why = match self.rule {
            Some(Found::Missing) => Refusal::RuleMissing,
            Some(Found::Several(count)) => Refusal::RuleAmbiguous(count),
            Some(Found::One(_)) | None => Refusal::RuleUnknown,
        };
        Event::Refused { order, why }
    }

    fn unanswered(&self, order: Order) -> Event {
        Event::Unanswered { order }
    }

    fn forget(&mut self) {
        self.rule = None;
        self.rule_at = Instant::ZERO;
    }

    fn learned_at(&self) -> Instant {
        self.learned_at
    }

    fn learn(
        &mut self,
        now: Instant,
        seen: Seen,
        took: Duration,
        told: &mut Told<Event>,
    ) -> Duration {
        match seen {
            Seen::Rule(found) => {
                let reading = self.found(now, found);
                let known = Known::Read;
                told.tell(Event::Rule {
                    reading,
                    known,
                    took,
                });
            }
            Seen::List(count) => told.tell(self.counted(now, count)),
        }
        while self.too_large.get(self.list) == Some(&true) && now >= self.lists_at {
            told.tell(self.counted(now, None));
        }
        let next = if self.interest.lists.is_empty() {
            self.rule_at
        } else {
            self.rule_at.min(self.lists_at)
        };
        next - now
    }
}
