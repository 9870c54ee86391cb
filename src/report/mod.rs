//! One snapshot, many spellings: the contract's words exist only here. PURE.

pub mod feed;
pub mod health;
pub mod lines;
pub mod prometheus;
pub mod state;
pub mod summary;
pub(crate) mod words;
