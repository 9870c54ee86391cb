//! wanctl
pub mod autorate;
pub mod config;
pub mod control;
pub mod direction;
pub mod program;
pub mod report;
pub mod router;
pub mod shell;
pub mod status;
pub mod time;
pub mod units;
pub mod wire;
