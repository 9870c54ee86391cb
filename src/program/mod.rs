//! The border between the pure half and the shell: what a program is told, and what it asks for.

mod fact;

pub use self::fact::{AdaptiveFact, Fact, LinkFact, Noise};

use core::fmt::Debug;

use heapless::Deque;

use crate::control::actuator::Order;
use crate::control::bloat::oneway::Stamps;
use crate::control::prober::Echo;
use crate::router::{self, talk::Talk};
use crate::status::{Saved, Unsent};
use crate::time::{Duration, Instant, WallTime};

/// Index of a WAN in the configuration.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct WanId(pub u8);

impl WanId {
    /// As an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// How the tick came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beat {
    /// Ticks dropped since the last one.
    pub missed: u64,
    /// How late this one woke up.
    pub late: Duration,
    /// Time the last tick's work took.
    pub work: Duration,
    /// Records the scribe's queue had no room for, and lines that no file took, in total.
    pub records_lost: u64,
    /// State documents that could not be written when they were last due.
    pub unsaved: u32,
    /// Whether the history cannot be written, and that was told.
    pub history_failing: bool,
    /// Rows of the history that waited too long to be written, in total.
    pub history_lost: u64,
    /// What the wall clock says, for people.
    pub wall: WallTime,
}

/// What arrived between two ticks; `E` is what a router link tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input<E = router::Event> {
    /// An echo reply.
    Reply {
        /// On which WAN.
        wan: WanId,
        /// The sequence number of its request.
        seq: u16,
        /// From the kernel's stamps.
        rtt: Duration,
        /// What the reflector told of its time, if it was asked for that.
        stamps: Option<Stamps>,
    },
    /// A TCP connect of the fallback ended: with its time, or without.
    Connected {
        /// On which WAN.
        wan: WanId,
        /// How long it took, if it succeeded.
        took: Option<Duration>,
    },
    /// For a second no echo request has left, or they do again.
    Leaving {
        /// On which WAN.
        wan: WanId,
        /// Why not; `None`: they do again.
        unsent: Option<Unsent>,
    },
    /// The router link has something to say.
    Router {
        /// Whose router.
        wan: WanId,
        /// What.
        event: E,
    },
}

/// What a program asks for: `O` of the router, `S` to be saved, `F` to be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output<O = Order, S = Saved, F = Fact> {
    /// Send this echo request.
    Probe {
        /// On which WAN.
        wan: WanId,
        /// Whom to ask.
        echo: Echo,
    },
    /// Try a TCP connect to each fallback target.
    TryTcp {
        /// On which WAN.
        wan: WanId,
    },
    /// Ask this of the router.
    Write {
        /// To whose router.
        wan: WanId,
        /// What.
        order: O,
    },
    /// See what the router holds and counts, unless something more urgent is under way there.
    Look {
        /// At whose router.
        wan: WanId,
    },
    /// Keep this for the next start.
    Save {
        /// Of which WAN.
        wan: WanId,
        /// What.
        saved: S,
    },
    /// Tell whoever listens.
    Tell {
        /// About which WAN.
        wan: WanId,
        /// What.
        fact: F,
    },
}

/// The outputs of one call: every WAN may probe all reflectors, write both queues and tell a few facts.
const OUTBOX: usize = crate::status::MAX_WANS * (crate::control::prober::MAX_REFLECTORS + 26);

/// Where a program leaves its requests; the caller owns it and empties it after every call.
#[derive(Clone, Debug)]
pub struct Outbox<O = Order, S = Saved, F = Fact> {
    queue: Deque<Output<O, S, F>, OUTBOX>,
}

impl<O, S, F> Default for Outbox<O, S, F> {
    fn default() -> Self {
        Self {
            queue: Deque::new(),
        }
    }
}

impl<O, S, F> Outbox<O, S, F> {
    /// # Panics
    /// If one call produced more than an outbox holds: a bug in the program, not in its input.
    pub fn push(&mut self, output: Output<O, S, F>) {
        let pushed = self.queue.push_back(output);
        assert!(pushed.is_ok(), "outbox holds one call's outputs");
    }

    /// The oldest request.
    pub fn pop(&mut self) -> Option<Output<O, S, F>> {
        self.queue.pop_front()
    }
}

/// What a program asks of its router.
pub type OrderOf<P> = <<P as Program>::Talk as Talk>::Order;
/// What a program is told of its router.
pub type EventOf<P> = <<P as Program>::Talk as Talk>::Event;
/// What arrives for a program.
pub type InputOf<P> = Input<EventOf<P>>;
/// Where a program leaves its requests.
pub type OutboxOf<P> = Outbox<OrderOf<P>, <P as Program>::Saved, <P as Program>::Fact>;

/// What the event loop runs and the simulator replays.
pub trait Program {
    /// What it talks about with its router.
    type Talk: Talk;
    /// What it has to tell.
    type Fact: Clone + Debug + Send + 'static;
    /// What it keeps for its next start.
    type Saved: Debug + Send + 'static;
    /// Its snapshot.
    type Status;

    /// One cycle.
    fn tick(&mut self, now: Instant, beat: Beat, out: &mut OutboxOf<Self>);
    /// Something arrived between ticks.
    fn input(&mut self, now: Instant, input: InputOf<Self>, out: &mut OutboxOf<Self>);
    /// The process is about to end: what must be said and saved before it does?
    fn stop(&mut self, now: Instant, out: &mut OutboxOf<Self>);
    /// The last orders are answered, or cannot be in time: what is left to say and save? Nothing can be asked
    /// any more.
    fn ended(&mut self, _now: Instant, _out: &mut OutboxOf<Self>) {}
    /// The snapshot.
    fn status(&self) -> &Self::Status;
    /// What was saved has been written and is not needed any more: its room may be used again.
    fn take_back(&mut self, _saved: Self::Saved) {}
}
