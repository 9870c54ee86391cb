//! wanctl
pub mod cli;
pub mod control;
pub mod direction;
pub mod sim;
pub mod time;
pub mod units;
