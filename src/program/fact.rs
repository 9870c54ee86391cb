//! What is worth telling. Sentences are made of it in `report/lines`.

use crate::control::blackout::{Findings, Step};
use crate::control::controller::Judgement;
use crate::control::law::adaptive::{Decision, Mode};
use crate::control::load::Verdict;
use crate::control::zone::Zone;
use crate::direction::{Both, Direction};
use crate::router::{Failure, Refusal, Transport};
use crate::status::Unsent;
use crate::time::Duration;
use crate::units::{Millis, Rate};

/// About contact with a router, whatever it is wanted for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LinkFact {
    /// Contact failed.
    Failed {
        /// Why.
        why: Failure,
        /// Failed contacts in a row.
        failures: u32,
    },
    /// The router answered for the first time, or again.
    Up {
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
}

/// What only the adaptive law has to tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AdaptiveFact {
    /// It decided in a cycle that judged no time.
    Stood {
        /// What.
        decisions: Both<Decision>,
    },
    /// A direction is in another state. `notable`: not one of too many.
    Mode {
        /// Which.
        direction: Direction,
        /// In which state it was.
        was: Mode,
        /// In which it is, and why.
        decision: Decision,
        /// Whether it belongs into the main log.
        notable: bool,
    },
    /// The queues' counters have shown how often they are refreshed.
    Tested(Verdict),
    /// They cannot be read, though the router answers.
    Uncounted {
        /// For so long.
        missing: Duration,
    },
    /// They can be read again.
    Counted {
        /// So long after that was told.
        after: Duration,
    },
    /// A floor has stopped the fall for long, and the delay stays.
    FloorHolds {
        /// Of which direction.
        direction: Direction,
        /// The floor.
        rate: Rate,
        /// For so long.
        lasting: Duration,
    },
}

/// Something that autorate has to tell.
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
        /// What the round found.
        findings: Findings,
    },
    /// ICMP came back.
    Recovered {
        /// After so many check rounds.
        rounds: u32,
    },
    /// Contact with the router changed.
    Link(LinkFact),
    /// The adaptive law has something to say.
    Adaptive(AdaptiveFact),
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
        /// Changes allowed per window, each of up to two writes.
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
    /// [`AdaptiveFact::Mode`] of one direction.
    Modes(Direction),
    /// [`Fact::Spike`].
    Spikes,
    /// [`Fact::Cycle`] at a change of zone.
    Cycles,
    /// [`Fact::Silent`] and what follows from it, up to its [`Fact::Recovered`].
    Silences,
    /// [`Fact::Unsent`] and its [`Fact::Leaving`].
    Unsent,
}
