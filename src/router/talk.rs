//! What is talked about over a link, as the link sees it.
//!
//! A link knows how to connect, to wait, to give up and to come back; what it asks and what an answer
//! means is its talk's. Every talk has one question of its own, the *look*, which the link asks first on
//! every connection and again when the talk says so; everything else is asked because of an *order*.

use core::fmt::Debug;

use heapless::Deque;

use super::{Failure, Transport};
use crate::control::actuator::Known;
use crate::time::{Duration, Instant};

/// A talk's orders are about no more things than this.
pub const SUBJECTS: usize = 2;
/// The shell empties the events after every call; eight is twice what one call can say.
const EVENTS: usize = 8;

/// What a link has to say of itself, whatever is talked about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Contact {
    /// The router answered: the link takes orders.
    Up,
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

/// What a talk tells the program; what links say of themselves is among it.
pub trait Tell: Copy + Debug + From<Contact> {
    /// What a link says of itself, if it is that.
    fn contact(&self) -> Option<Contact>;
    /// Whether it proves that the router serves us: what was written there, or only read.
    fn proves(&self) -> Option<Known>;
}

/// What an answer to an order leaves to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum After {
    /// Nothing.
    Nothing,
    /// What the router holds is in doubt: look at once.
    Look,
}

/// What is talked about: the half that is the same over every transport.
pub trait Talk: Debug {
    /// What the program asks for.
    type Order: Copy + Debug + Eq;
    /// What the program is told.
    type Event: Tell;
    /// What a look has shown.
    type Seen;

    /// What an order is about, as a number below [`SUBJECTS`]. A newer order takes the place of one about
    /// the same that waits; and what one has left behind that was not answered is wiped out by no other.
    fn subject(order: Self::Order) -> usize;
    /// Whether enough is known to carry it out.
    fn can(&self, order: Self::Order) -> bool;
    /// What is told of an order for which not enough is known.
    fn cannot(&self, order: Self::Order) -> Self::Event;
    /// What is told of an order that is under way while the connection is given up. [`Contact::Lost`]
    /// follows.
    fn unanswered(&self, order: Self::Order) -> Self::Event;
    /// We were away for so long that nothing holds any more that was known of the router.
    fn forget(&mut self);
    /// Whether a look tells something that is worth asking for again and again: counters, of things that
    /// are there. Whoever has none is looked at when it is due, and not oftener.
    fn has_counters(&self) -> bool {
        false
    }
    /// When the router last told us something that orders need.
    fn learned_at(&self) -> Instant;
    /// A look has shown this; how long until the next one.
    fn learn(
        &mut self,
        now: Instant,
        seen: Self::Seen,
        took: Duration,
        told: &mut Told<Self::Event>,
    ) -> Duration;
}

/// What was told and not fetched yet.
#[derive(Debug)]
pub struct Told<E> {
    events: Deque<E, EVENTS>,
}

impl<E> Told<E> {
    pub(super) const fn new() -> Self {
        Self {
            events: Deque::new(),
        }
    }

    /// Tells.
    pub fn tell(&mut self, event: impl Into<E>) {
        // There is always room, or somebody has not fetched for a long time.
        let _ = self.events.push_back(event.into());
    }

    pub(super) fn fetch(&mut self) -> Option<E> {
        self.events.pop_front()
    }
}
