//! The border between the pure half and the shell: what a program is told, and what it asks for.

mod fact;

pub use self::fact::{Fact, LinkFact, Noise};

use heapless::Deque;

use crate::control::actuator::Order;
use crate::control::prober::Echo;
use crate::router;
use crate::status::{Saved, Status, Unsent};
use crate::time::{Duration, Instant};

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
    /// Records the scribe's queue had no room for, in total.
    pub records_lost: u64,
}

/// What arrived between two ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// An echo reply.
    Reply {
        /// On which WAN.
        wan: WanId,
        /// The sequence number of its request.
        seq: u16,
        /// From the kernel's stamps.
        rtt: Duration,
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
        event: router::Event,
    },
}

/// What a program asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output {
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
    /// Write this limit.
    Write {
        /// To whose router.
        wan: WanId,
        /// What.
        order: Order,
    },
    /// Keep this for the next start.
    Save {
        /// Of which WAN.
        wan: WanId,
        /// What.
        saved: Saved,
    },
    /// Tell whoever listens.
    Tell {
        /// About which WAN.
        wan: WanId,
        /// What.
        fact: Fact,
    },
}

/// The outputs of one call: every WAN may probe all reflectors, write both queues and tell a few facts.
const OUTBOX: usize = crate::status::MAX_WANS * (crate::control::prober::MAX_REFLECTORS + 20);

/// Where a program leaves its requests; the caller owns it and empties it after every call.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    queue: Deque<Output, OUTBOX>,
}

impl Outbox {
    /// # Panics
    /// If one call produced more than an outbox holds: a bug in the program, not in its input.
    pub fn push(&mut self, output: Output) {
        self.queue
            .push_back(output)
            .expect("outbox holds one call's outputs");
    }

    /// The oldest request.
    pub fn pop(&mut self) -> Option<Output> {
        self.queue.pop_front()
    }
}

/// What the event loop runs and the simulator replays.
pub trait Program {
    /// One control cycle.
    fn tick(&mut self, now: Instant, beat: Beat, out: &mut Outbox);
    /// Something arrived between ticks.
    fn input(&mut self, now: Instant, input: Input, out: &mut Outbox);
    /// The process is about to end: what must be said and saved before it does?
    fn stop(&mut self, now: Instant, out: &mut Outbox);
    /// The snapshot.
    fn status(&self) -> &Status;
}
