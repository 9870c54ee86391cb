//! The talk of autorate: what two queues hold, and what they should.
//!
//! The look lists both queues; an order sets the limit of one. What is asked and how the answer is read
//! is in [`rest`] and [`ssh`]; here is what follows from it, which is the same.

pub mod rest;
pub mod ssh;

use super::backoff::{self, Backoff};
use super::talk::{Contact, Talk, Tell, Told};
use super::{Failure, Known, Transport};
use crate::control::actuator::Order;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;
use crate::wire::routeros::{Name, Queue};

/// Why one write did not take effect. The connection is fine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// No queue of that name.
    QueueMissing,
    /// The id is stale: the queue was recreated or renumbered.
    IdUnknown,
    /// The queue type we name does not exist (W-14); it is left alone from now on.
    QueueTypeMissing,
    /// The user lacks the `write` policy.
    NotPermitted,
    /// Any other HTTP status of 400 and above.
    Status(u16),
    /// Any other error of the command line.
    Rejected,
    /// Success was claimed, but the object that came back is unreadable.
    Unclear,
}

impl Refusal {
    /// Whether nothing was changed. Any other refusal may have been applied (routeros.md 1.4).
    pub const fn is_certain(self) -> bool {
        matches!(
            self,
            Self::QueueMissing | Self::IdUnknown | Self::QueueTypeMissing | Self::NotPermitted
        )
    }

    /// A sentence for people.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::QueueMissing => "the router has no queue of that name",
            Self::IdUnknown => "the queue's id changed; it is looked up again",
            Self::QueueTypeMissing => {
                "the router has no such queue type; it is left alone from now on"
            }
            Self::NotPermitted => "the router's user lacks the write policy",
            Self::Status(_) | Self::Rejected => "the router refused it",
            Self::Unclear => "the router's answer was unclear; the queue is read again",
        }
    }
}

/// What a link that talks about queues has to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Event {
    /// The router answered: the link takes orders.
    Up,
    /// A queue holds this limit.
    Holds {
        /// Which queue.
        direction: Direction,
        /// Its `max-limit`.
        rate: Rate,
        /// How we know.
        known: Known,
        /// From request to reply.
        took: Duration,
        /// It is switched off or invalid: the limit has no effect.
        inactive: bool,
        /// How many bytes have gone through it, if the answer says so.
        bytes: Option<u64>,
    },
    /// Under the name of a queue there is another one than before: its id has changed, and what it
    /// counted began anew. [`Event::Holds`] follows.
    Renewed {
        /// Which queue.
        direction: Direction,
    },
    /// A write did not take effect, or a look-up did not find the queue.
    Refused {
        /// Which queue.
        direction: Direction,
        /// Why.
        why: Refusal,
    },
    /// The connection is about to be given up while a write to this queue is under way: whether the
    /// router has taken it is not known. [`Event::Lost`] follows.
    Unanswered {
        /// Which queue.
        direction: Direction,
    },
    /// The connection is gone. `None`: an idle connection was closed silently, as servers do, and is
    /// opened again at once; that is no failure.
    Lost(Option<Failure>),
    /// Another transport serves from now on. `Some`: because the preferred one failed; `None`: because
    /// it answers again.
    Switched {
        /// Which.
        to: Transport,
        /// Why.
        why: Option<Failure>,
    },
    /// The transport that does not serve failed, too.
    SpareFailed(Failure),
}

impl From<Contact> for Event {
    fn from(contact: Contact) -> Self {
        match contact {
            Contact::Up => Self::Up,
            Contact::Lost(why) => Self::Lost(why),
            Contact::Switched { to, why } => Self::Switched { to, why },
            Contact::SpareFailed(why) => Self::SpareFailed(why),
        }
    }
}

impl Tell for Event {
    fn contact(&self) -> Option<Contact> {
        match *self {
            Self::Up => Some(Contact::Up),
            Self::Lost(why) => Some(Contact::Lost(why)),
            Self::Switched { to, why } => Some(Contact::Switched { to, why }),
            Self::SpareFailed(why) => Some(Contact::SpareFailed(why)),
            Self::Holds { .. }
            | Self::Renewed { .. }
            | Self::Refused { .. }
            | Self::Unanswered { .. } => None,
        }
    }

    fn proves(&self) -> Option<Known> {
        match *self {
            Self::Holds { known, .. } => Some(known),
            _ => None,
        }
    }
}

/// Whether counters are asked for where they take a question of their own, which is over SSH.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Counting {
    /// Nobody needs them.
    Unwanted,
    /// With every look, and with every write to a queue whose last answer had them.
    Wanted,
    /// The router does not let us, for as long as the session stands.
    Refused,
}

/// What is known of the two queues.
#[derive(Debug)]
pub struct Queues {
    names: Both<String>,
    /// Queue types to keep the queues at; `None` leaves them alone.
    types: Both<Option<String>>,
    verify_every: Duration,
    /// For looking after a queue that is missing.
    missing: Backoff,
    /// Of those that are there.
    ids: Both<Option<Name>>,
    learned_at: Instant,
    /// Where the queue's type is not the one we keep, and the router knows ours.
    type_differs: Both<bool>,
    type_refused: Both<bool>,
    counting: Counting,
    /// Whose last answer said how much it counted.
    counted: Both<bool>,
    /// Which queues they were when they last answered.
    met: Both<Option<Name>>,
}

impl Queues {
    /// Queues of these names, and of these types unless `None`, read at least so often.
    pub fn new(names: Both<String>, types: Both<Option<String>>, verify_every: Duration) -> Self {
        Self {
            names,
            types,
            verify_every,
            missing: Backoff::default(),
            ids: Both::default(),
            learned_at: Instant::ZERO,
            type_differs: Both::default(),
            type_refused: Both::default(),
            counting: Counting::Unwanted,
            counted: Both::default(),
            met: Both::default(),
        }
    }

    /// Asks for counters, too, where an answer does not have them of itself.
    #[must_use]
    pub const fn counting(mut self) -> Self {
        self.counting = Counting::Wanted;
        self
    }

    fn names(&self) -> Both<&str> {
        self.names.as_ref().map(String::as_str)
    }

    /// The type that goes with a write.
    fn type_to_set(&self, direction: Direction) -> Option<&str> {
        self.type_differs[direction]
            .then(|| self.types[direction].as_deref())
            .flatten()
    }

    /// The router does not know our type: it is left alone from now on.
    fn forgo_type(&mut self, direction: Direction) {
        self.type_refused[direction] = true;
        self.type_differs[direction] = false;
    }

    /// This is what the queue holds.
    fn holds(
        &mut self,
        now: Instant,
        direction: Direction,
        queue: &Queue,
        (known, took): (Known, Duration),
        told: &mut Told<Event>,
    ) {
        self.ids[direction] = Some(queue.id.clone());
        self.learned_at = now;
        self.counted[direction] = queue.bytes.is_some();
        let met = self.met[direction].replace(queue.id.clone());
        if met.is_some_and(|met| met != queue.id) {
            told.tell(Event::Renewed { direction });
        }
        self.type_differs[direction] = !self.type_refused[direction]
            && self.types[direction]
                .as_ref()
                .is_some_and(|ours| *ours != *queue.queue_type);
        told.tell(Event::Holds {
            direction,
            rate: queue.max_limit,
            known,
            took,
            inactive: queue.inactive,
            bytes: queue.bytes,
        });
    }
}

impl Talk for Queues {
    type Order = Order;
    type Event = Event;
    type Seen = Both<Option<Queue>>;

    fn subject(order: Order) -> usize {
        match order.direction {
            Direction::Down => 0,
            Direction::Up => 1,
        }
    }

    fn can(&self, order: Order) -> bool {
        self.ids[order.direction].is_some()
    }

    fn cannot(&self, order: Order) -> Event {
        Event::Refused {
            direction: order.direction,
            why: Refusal::QueueMissing,
        }
    }

    fn unanswered(&self, order: Order) -> Event {
        Event::Unanswered {
            direction: order.direction,
        }
    }

    fn forget(&mut self) {
        self.ids = Both::default();
        if self.counting == Counting::Refused {
            self.counting = Counting::Wanted;
        }
    }

    /// Not while a queue is missing: that is looked after less and less often.
    fn has_counters(&self) -> bool {
        let can = |direction: Direction| self.ids[direction].is_some();
        can(Direction::Down) && can(Direction::Up) && (self.counted.down || self.counted.up)
    }

    fn learned_at(&self) -> Instant {
        self.learned_at
    }

    fn learn(
        &mut self,
        now: Instant,
        seen: Both<Option<Queue>>,
        took: Duration,
        told: &mut Told<Event>,
    ) -> Duration {
        for direction in Direction::BOTH {
            if let Some(queue) = &seen[direction] {
                self.holds(now, direction, queue, (Known::Read, took), told);
            } else {
                self.ids[direction] = None;
                told.tell(Event::Refused {
                    direction,
                    why: Refusal::QueueMissing,
                });
            }
        }
        if seen.down.is_some() && seen.up.is_some() {
            self.missing.reset();
            self.verify_every
        } else {
            self.missing.next(&backoff::MISSING)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of every kind that has words of its own.
    const KINDS: [Refusal; 6] = [
        Refusal::QueueMissing,
        Refusal::IdUnknown,
        Refusal::QueueTypeMissing,
        Refusal::NotPermitted,
        Refusal::Rejected,
        Refusal::Unclear,
    ];

    #[test]
    fn a_refusal_that_may_have_been_applied_is_not_certain() {
        for why in KINDS {
            let certain = !matches!(why, Refusal::Rejected | Refusal::Unclear);
            assert_eq!(why.is_certain(), certain, "{why:?}");
        }
        assert!(!Refusal::Status(400).is_certain());
    }

    #[test]
    fn what_is_printed_of_the_settings_is_the_host_and_never_the_password() {
        let params = rest::LinkParams {
            host: "192.0.2.1".into(),
            authorization: "Basic c2VjcmV0".into(),
            queues: Both::from_fn(|_| "WAN".to_owned()),
            queue_types: Both::default(),
            reply_for: Duration::from_secs(15),
            verify_every: Duration::from_secs(30),
        };
        let printed = format!("{params:?}");
        assert!(printed.contains("192.0.2.1") && printed.contains("WAN"));
        assert!(!printed.contains("c2VjcmV0"), "{printed}");
    }

    #[test]
    fn every_refusal_is_told_in_words_of_its_own() {
        let words: std::collections::BTreeSet<_> = KINDS.map(Refusal::explain).into();
        assert_eq!(words.len(), KINDS.len());
        assert_eq!(Refusal::Status(500).explain(), Refusal::Rejected.explain());
    }
}
