//! What is told of autorate.

use core::fmt;

use super::{Report, health, lines, prometheus, state, summary};
use crate::autorate::Autorate;
use crate::program::Fact;
use crate::status::{Saved, Status};
use crate::time::Duration;

impl Report for Autorate {
    const LOGGER: &'static str = "cake_continuous";

    fn level(fact: &Fact) -> log::Level {
        lines::level(fact)
    }

    fn line(f: &mut fmt::Formatter<'_>, wan: &str, fact: &Fact) -> fmt::Result {
        fmt::Display::fmt(&lines::Line { wan, fact }, f)
    }

    fn document(saved: &Saved, stamp: &dyn Fn(Duration) -> String) -> String {
        state::write(saved, &stamp(Duration::ZERO))
    }

    fn is_healthy(status: &Status) -> bool {
        health::is_healthy(status)
    }

    fn health(status: &Status, buffer: &mut [u8]) -> Result<usize, serde_json::Error> {
        health::write(status, buffer)
    }

    fn health_capacity(status: &Status) -> usize {
        health::capacity(status.wans.len())
    }

    fn metrics(status: &Status, buffer: &mut [u8]) -> Result<usize, fmt::Error> {
        prometheus::write(status, buffer)
    }

    fn metrics_capacity(status: &Status) -> usize {
        prometheus::capacity(status)
    }

    fn summary(f: &mut fmt::Formatter<'_>, status: &Status) -> fmt::Result {
        fmt::Display::fmt(&summary::Summary(status), f)
    }
}
