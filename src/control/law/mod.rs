//! Control laws: a delay in, a rate per direction out.
//!
//! What a law decided is a [`Verdict`] per direction. [`classic`] is v1.7's law, decision for decision;
//! [`adaptive`] is ours.

pub mod adaptive;
pub mod classic;

use crate::control::zone::Zone;
use crate::units::Rate;

/// What a law decided for one direction this cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// How bad the delay is.
    pub zone: Zone,
    /// How bad it was the cycle before.
    pub was: Zone,
    /// What CAKE should be told.
    pub rate: Rate,
    /// Why the rate is what it is.
    pub why: Why,
}

/// Why a rate is what it is: the answer to "why do I have 412M?".
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Why {
    /// Nothing was judged yet.
    #[default]
    Starting,
    /// GREEN, and as fast as the ceiling allows.
    AtCeiling,
    /// GREEN for long enough: raised by one step.
    Raised,
    /// GREEN, but not yet for `required` cycles in a row.
    AwaitingGreen {
        /// Consecutive GREEN cycles so far.
        streak: u32,
        /// Consecutive GREEN cycles needed.
        required: u32,
    },
    /// YELLOW or RED: cut by that zone's factor.
    Cut,
    /// SOFT_RED: held (v1.7's law neither raises nor cuts here).
    HeldInSoftRed,
    /// The zone's floor stopped the fall.
    AtFloor,
    /// The zone's floor lies above the rate and lifted it (a v1.7 quirk kept in `classic`, W-07).
    LiftedToFloor,
    /// The adaptive law: its state, its signal, its anchor and what blocks a raise.
    Adaptive(adaptive::Decision),
}
