//! The border between the pure half and the shell: what a program is told, and what it asks for.

use heapless::Deque;

use crate::control::actuator::Order;
use crate::control::blackout::Step;
use crate::control::controller::Judgement;
use crate::control::prober::Echo;
use crate::control::zone::Zone;
use crate::direction::Direction;
use crate::router::{self, Failure, Refusal, Transport};
use crate::status::{Saved, Status, Unsent};
use crate::time::{Duration, Instant};
use crate::units::{Millis, Rate};

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

/// Something worth telling. Sentences are made of it in `report/lines`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fact {
    /// A cycle judged a time. `notable`: a zone changed, but not one too many times, or a minute has
    /// passed since the last one.
    Cycle {
        /// What it judged, and how.
        judgement: Judgement,
        /// Whether it belongs into the main log.
        notable: bool,
    },
    /// A direction changed its zone. `notable`: not one of too many.
    Transition {
        /// Which.
        direction: Direction,
        /// To which zone.
        to: Zone,
        /// The delta that did it.
        delta: Millis,
        /// The edge it crossed.
        edge: Millis,
        /// Whether it belongs into the main log.
        notable: bool,
    },
    /// The load RTT jumped. `notable`: not one of too many.
    Spike {
        /// By how much.
        rise: Millis,
        /// What counts as a jump.
        above: Millis,
        /// Whether it belongs into the main log.
        notable: bool,
    },
    /// So many of a kind were not notable.
    Suppressed {
        /// Of what.
        noise: Noise,
        /// Since it was said last.
        count: u32,
    },
    /// The baseline would have left its bounds.
    BaselineRefused {
        /// What it would have become.
        candidate: Millis,
        /// Its bounds.
        bounds: (Millis, Millis),
    },
    /// No reply for `timeouts.ping`: the fallback checks begin.
    Silent,
    /// Echo requests do not leave.
    Unsent {
        /// Why.
        why: Unsent,
    },
    /// They do again.
    Leaving {
        /// How long they did not.
        after: Duration,
    },
    /// What a check round concluded.
    Fallback {
        /// What the cycle does.
        step: Step,
        /// v1.7's count of cycles without ICMP.
        rounds: u32,
        /// Whether the gateway answered.
        gateway: bool,
    },
    /// ICMP came back.
    Recovered {
        /// After so many check rounds.
        rounds: u32,
    },
    /// Contact with the router failed.
    RouterFailed {
        /// Why.
        why: Failure,
        /// Failed contacts in a row.
        failures: u32,
    },
    /// The router answered for the first time, or again.
    RouterUp {
        /// How long it was gone and after how many failures, if it was.
        outage: Option<(Duration, u32)>,
    },
    /// Another transport serves from now on.
    Switched {
        /// Which.
        to: Transport,
        /// Why the preferred one failed; `None`: it answers again.
        why: Option<Failure>,
    },
    /// The transport that does not serve failed, too, or in another way than before.
    SpareFailed {
        /// Which.
        transport: Transport,
        /// How.
        why: Failure,
    },
    /// A write did not take effect.
    Refused {
        /// Of which queue.
        direction: Direction,
        /// Why.
        why: Refusal,
    },
    /// A queue is switched off or invalid.
    Inactive {
        /// Which.
        direction: Direction,
    },
    /// The router held something else than it had confirmed: somebody changed it.
    Drift {
        /// Of which queue.
        direction: Direction,
        /// What it had confirmed.
        confirmed: Rate,
        /// What it holds.
        found: Rate,
    },
    /// The router confirmed a write.
    Written {
        /// Of which queue.
        direction: Direction,
        /// What it holds now.
        rate: Rate,
        /// From request to reply.
        took: Duration,
    },
    /// The write budget is spent.
    Throttled {
        /// Writes allowed per window.
        changes: usize,
        /// The window.
        window: Duration,
    },
}

/// What may happen many times a second on a bad line, and is told less often than that.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Noise {
    /// [`Fact::Transition`] of one direction.
    Transitions(Direction),
    /// [`Fact::Spike`].
    Spikes,
    /// [`Fact::Cycle`] at a change of zone.
    Cycles,
    /// [`Fact::Silent`] and what follows from it, up to its [`Fact::Recovered`].
    Silences,
    /// [`Fact::Unsent`] and its [`Fact::Leaving`].
    Unsent,
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
