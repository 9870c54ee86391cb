//! The talk of steering: how busy the primary's download queue is, and which way the rule stands that
//! sends new connections over the alternate.
//!
//! The look lists the mangle rules and, less often, counts the entries of a few address lists. An order
//! reads the queue's counters, reads the rule, or switches it. What is asked and how the answer is read is
//! in [`rest`] and [`ssh`]; what follows from it, which is the same, in [`Steering`].
//!
//! The rule is the one whose comment is ours, letter for letter, and it is switched by its id. As long as
//! there is none, or more than one, nothing is switched.

mod memory;
pub mod rest;
pub mod ssh;

pub use self::memory::{Seen, Steering};
use super::talk::{Contact, Tell};
use super::{Failure, Known, Transport};
pub use crate::steering::rule::Switch;
use crate::time::Duration;
pub use crate::wire::routeros::Counters;
use crate::wire::routeros::Rule;

/// Address lists whose entries are counted: one per WAN.
pub const MAX_LISTS: usize = 2;
/// Entries are counted so often: people add a few of them by hand, and they are only told.
pub const LISTS_EVERY: Duration = Duration::from_secs(60);

/// What steering wants to know of a router, and to switch on it.
#[derive(Clone, Debug)]
pub struct Interest {
    /// The primary's download queue, by its whole name of at most
    /// [`MAX_NAME`](crate::wire::routeros::MAX_NAME) bytes.
    pub queue: String,
    /// The rule's whole comment, at most 128 of `A-Z a-z 0-9 - _ . :` and space.
    pub comment: String,
    /// Address lists, at most 80 bytes of `A-Z a-z 0-9 - _` each.
    pub lists: heapless::Vec<String, MAX_LISTS>,
    /// How often the rule is read although nothing suggests a change.
    pub verify_every: Duration,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// Read the queue's counters.
    Count,
    /// Read the rule.
    Read,
    /// Switch the rule, and read it back.
    Set(Switch),
}

/// What the rules with our comment are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reading {
    /// There is none.
    Missing,
    /// There is one.
    One {
        /// Which way it stands.
        stands: Switch,
        /// It refers to something that is not there: it does nothing, whichever way it stands.
        invalid: bool,
    },
    /// There are so many.
    Several(u16),
}

/// Why an order was not carried out. The connection is fine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// No rule has the comment.
    RuleMissing,
    /// So many rules have it.
    RuleAmbiguous(u16),
    /// The rule was not read yet.
    RuleUnknown,
    /// The id is stale: the rule was recreated or renumbered.
    IdUnknown,
    /// No queue of that name.
    QueueMissing,
    /// The user lacks the policy for it.
    NotPermitted,
    /// Any other HTTP status of 400 and above.
    Status(u16),
    /// Any other error of the command line.
    Rejected,
    /// The answer made no sense.
    Unclear,
}

impl Refusal {
    /// A sentence for people.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::RuleMissing => "no mangle rule has exactly the configured comment",
            Self::RuleAmbiguous(_) => {
                "several mangle rules have the configured comment; none is touched"
            }
            Self::RuleUnknown => "the mangle rules were not read yet",
            Self::IdUnknown => "the rule's id changed; it is looked up again",
            Self::QueueMissing => "the router has no queue of that name",
            Self::NotPermitted => "the router's user lacks the policy for it (read, write)",
            Self::Status(_) | Self::Rejected => "the router refused it",
            Self::Unclear => "the router's answer was unclear; it is read again",
        }
    }
}

/// What a link that talks about steering has to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Event {
    /// The router answered: the link takes orders.
    Up,
    /// The rule was read, or read back after [`Order::Set`]; the router may hold it otherwise than ordered.
    Rule {
        /// What there is.
        reading: Reading,
        /// How we know.
        known: Known,
        /// From request to reply.
        took: Duration,
    },
    /// What the queue counts.
    Counted {
        /// Since its counters were last reset.
        counters: Counters,
        /// From request to reply.
        took: Duration,
    },
    /// What an address list holds.
    Entries {
        /// Which of [`Interest::lists`].
        list: usize,
        /// Entries that are not switched off; `None` if the router does not say, or they are too many to
        /// be counted (over REST, some 1 400).
        count: Option<u32>,
    },
    /// An order was not carried out.
    Refused {
        /// Which.
        order: Order,
        /// Why.
        why: Refusal,
    },
    /// The connection is about to be given up while this is under way; whether the router has done it is
    /// not known. [`Event::Lost`] follows.
    Unanswered {
        /// What.
        order: Order,
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
            _ => None,
        }
    }

    fn proves(&self) -> Option<Known> {
        match *self {
            Self::Rule { known, .. } => Some(known),
            Self::Counted { .. } => Some(Known::Read),
            _ => None,
        }
    }
}

impl Reading {
    const fn of(rule: &Rule) -> Self {
        Self::One {
            stands: if rule.enabled {
                Switch::On
            } else {
                Switch::Off
            },
            invalid: rule.invalid,
        }
    }
}

#[cfg(test)]
mod tests;
