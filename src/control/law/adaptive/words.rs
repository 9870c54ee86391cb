//! What the law says of itself.

use crate::units::{Millis, Rate};

/// Which state a direction is in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Mode {
    /// No queue of ours.
    #[default]
    Clear,
    /// A queue of ours is being emptied.
    Draining,
    /// Delay that our rate does not change.
    Weather,
    /// The counters cannot be read.
    Blind,
}

impl Mode {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Clear, Self::Draining, Self::Weather, Self::Blind];
}

/// Why the rate is what it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// Nothing asked for a change.
    Held,
    /// Loaded and without delay: raised.
    Raised,
    /// A queue of ours was found: cut to what was delivered, less what empties it.
    Cut,
    /// The queue still stands, or is smaller: the rate follows.
    Drained,
    /// The queue is gone: just under what was delivered.
    Returned,
    /// A queue began right after a raise: back to just under the capacity.
    Eased,
    /// The cut did not help: the delay is not ours, the rate goes back to the last good one.
    GaveBack,
    /// The other direction is being cut: this one, too, is no higher than is known to be safe.
    SteppedBack,
    /// At the floor for long: one try whether the delay is ours at all.
    Tried,
    /// Without counters: cut by how bad the delay is.
    BlindCut,
    /// Without counters: a little nearer to the base.
    BlindDrift,
}

/// Why the rate is not higher; the first that applies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Blocker {
    /// It is at the ceiling.
    Ceiling,
    /// The reflectors are silent.
    NoReplies,
    /// Nothing passes: a pause of the radio, or an outage.
    NothingPasses,
    /// The counters cannot be read.
    NoCounters,
    /// A queue of ours is being emptied.
    Draining,
    /// The delay is not ours, but while it lasts nothing can be learned.
    Weather,
    /// Delay, and it is the other direction's.
    OtherDirection,
    /// Delay, but too little or too short for a cut.
    Delay,
    /// Too little traffic to learn anything from a higher rate.
    Unloaded,
    /// The last change is too recent to have been measured.
    Refractory,
}

impl Blocker {
    /// All there are.
    pub const ALL: [Self; 10] = [
        Self::Ceiling,
        Self::NoReplies,
        Self::NothingPasses,
        Self::NoCounters,
        Self::Draining,
        Self::Weather,
        Self::OtherDirection,
        Self::Delay,
        Self::Unloaded,
        Self::Refractory,
    ];
}

/// What was decided for one direction, and on what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// What CAKE should be told.
    pub rate: Rate,
    /// The state after the step.
    pub mode: Mode,
    /// Why the rate is what it is.
    pub reason: Reason,
    /// Why it is not higher; `None` right after a raise.
    pub blocker: Option<Blocker>,
    /// The queue's delay, if anything fresh was heard.
    pub delta: Option<Millis>,
    /// From where on it is bloat: noise and a frame's own time included.
    pub threshold: Millis,
    /// What went through, if it is known.
    pub achieved: Option<Rate>,
    /// The capacity as it was last measured.
    pub anchor: Option<Rate>,
    /// The floor stopped a fall: it may lie above what the line can do.
    pub at_floor: bool,
}
