//! Decisions: samples in, rates out. No I/O, no clock, no allocation.
//!
//! ```text
//! reply ─ prober ─▶ Sample ─ blackout ─▶ Step ─ controller(delay, law) ─▶ Decision
//!                                                    ▲        rates ─ actuator ─▶ Order
//! reply ─ bloat, bytes ─ load: the adaptive law's ───┘
//! ```

pub mod actuator;
pub mod blackout;
pub mod bloat;
pub mod controller;
pub mod delay;
pub mod law;
pub mod load;
pub mod prober;
pub mod zone;
