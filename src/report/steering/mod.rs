//! What is told of steering.

mod health;
mod lines;
mod prometheus;
pub mod state;
mod summary;
mod words;

pub use self::words::trouble;

use core::fmt;

use super::Report;
use crate::steer::{Fact, Snapshot, Steer, SteerStatus};
use crate::time::Duration;

impl Report for Steer {
    const LOGGER: &'static str = "steering";

    fn level(fact: &Fact) -> log::Level {
        lines::level(fact)
    }

    /// v1.7's steering wrote no name in front.
    fn line(f: &mut fmt::Formatter<'_>, _wan: &str, fact: &Fact) -> fmt::Result {
        lines::write(f, fact)
    }

    fn document(saved: &Box<Snapshot>, stamp: &dyn Fn(Duration) -> String) -> String {
        state::write(saved, stamp)
    }

    fn is_healthy(status: &SteerStatus) -> bool {
        health::is_healthy(status)
    }

    fn health(status: &SteerStatus, buffer: &mut [u8]) -> Result<usize, serde_json::Error> {
        health::write(status, buffer)
    }

    fn health_capacity(_: &SteerStatus) -> usize {
        health::CAPACITY
    }

    fn metrics(status: &SteerStatus, buffer: &mut [u8]) -> Result<usize, fmt::Error> {
        prometheus::write(status, buffer)
    }

    fn metrics_capacity(_: &SteerStatus) -> usize {
        prometheus::CAPACITY
    }

    fn summary(f: &mut fmt::Formatter<'_>, status: &SteerStatus) -> fmt::Result {
        summary::write(f, status)
    }
}
