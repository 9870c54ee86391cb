//! Tools around the daemons; unlike those, they may block.

pub mod stage;
