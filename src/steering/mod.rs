//! Decides where new latency-sensitive connections go: fast to help, slow to return, never flapping.
//! No I/O, no clock, no allocation after the start.
//!
//! ```text
//! Evidence ─ intake ─▶ Picture ─ assessment ─▶ zone, reason ─┬─ hysteresis ──┐
//!  (RTT, echoes, queue,   (smoothing, queue,                 └─ confidence ──┴▶ wanted ─ rule ─▶ Order
//!   autorate, alternate)   window)                                flap
//! ```
//!
//! [`Steering`] is the whole of it: the program calls [`Steering::observe`] once per cycle, hands
//! [`Steering::order`] to the router whenever its link is free, and brings back what the router said.
//! The rule on the router is the truth about where the connections go: the standing changes when the router
//! has confirmed it, and at the start it is what the router shows, whatever was saved (W-28).

pub mod assessment;
pub mod confidence;
mod elsewhere;
pub mod evidence;
pub mod fact;
pub mod flap;
pub mod history;
pub mod hysteresis;
mod intake;
mod machine;
pub mod params;
pub mod queue;
pub mod record;
pub mod rule;
pub mod smoothing;
pub mod window;

pub use elsewhere::{CALM_WINDOW, SAME_WITHIN};
pub use intake::{DEAD_ALONE_FOR, DEAD_FOR, LONGEST_RTT, LOSS_WINDOW, ZONE_FRESH};
pub use machine::{Counts, Decides, Steering, Verdict};
