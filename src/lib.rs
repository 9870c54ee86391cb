//! wanctl
pub mod control;
pub mod direction;
pub mod shell;
pub mod time;
pub mod units;
pub mod wire;
