//! wanctl
pub mod autorate;
pub mod control;
pub mod direction;
pub mod program;
pub mod router;
pub mod status;
pub mod time;
pub mod units;
pub mod wire;
