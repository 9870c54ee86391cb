//! The real binary as a process, against the simulated world on loopback sockets.
//!
//! Nothing here needs root, the network or a fixed port. Machines are noisy: tests wait for conditions
//! with generous limits and judge counts, orders and values.

#[cfg(feature = "history")]
mod adaptive;
mod by_hand;
mod cgroup;
mod commands;
mod control;
mod descriptors;
mod discreet;
mod feed;
#[path = "../harness/flood.rs"]
mod flood;
mod health;
mod health_abuse;
#[cfg(feature = "history")]
mod history;
#[cfg(feature = "history")]
mod history_questions;
mod limits;
mod logs;
#[cfg(feature = "history")]
#[path = "../history/mount.rs"]
mod mount;
mod notices;
mod router_changes;
mod router_faults;
mod service;
mod signals;
mod state;
mod stopped;
mod support;
#[path = "../harness/webhook.rs"]
mod webhook;
