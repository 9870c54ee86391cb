//! `wanctl check`, the real binary, against a router that is set up wrongly: the report says what, why
//! and how, and what it proposes, done, clears it.

mod alone;
mod fixes;
mod machine;
mod queues;
mod report;
mod router;
mod setup;
mod steering;
mod traffic;
mod trust;
mod writing;
