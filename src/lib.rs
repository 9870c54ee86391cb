//! wanctl
pub mod config;
pub mod control;
pub mod direction;
pub mod time;
pub mod units;
