//! One snapshot, many spellings: the contract's words exist only here. PURE.

pub(crate) mod adaptive;
mod autorate;
mod document;
pub mod feed;
pub mod health;
pub mod lines;
mod loose;
pub mod prometheus;
pub mod python;
pub mod state;
pub mod steering;
pub mod summary;
pub(crate) mod utc;
pub(crate) mod words;

pub use self::document::Corrupt;

use core::fmt;

use crate::program::Program;
use crate::time::Duration;

/// A program that can be reported on.
pub trait Report: Program {
    /// The first half of the `logger` of a JSON log line; the second is the name of the WAN.
    const LOGGER: &'static str;

    /// How loud a fact is.
    fn level(fact: &Self::Fact) -> log::Level;

    /// A fact as a log line.
    ///
    /// # Errors
    /// Those of `f`.
    fn line(f: &mut fmt::Formatter<'_>, wan: &str, fact: &Self::Fact) -> fmt::Result;

    /// A state document; `stamp` spells the local time of so long ago.
    fn document(saved: &Self::Saved, stamp: &dyn Fn(Duration) -> String) -> String;

    /// Whether everything is as it should be: HTTP 200, else 503.
    fn is_healthy(status: &Self::Status) -> bool;

    /// Writes `/health`; returns its length.
    ///
    /// # Errors
    /// If `buffer` is too small.
    fn health(status: &Self::Status, buffer: &mut [u8]) -> Result<usize, serde_json::Error>;

    /// Bytes that hold `/health`, whatever happens.
    fn health_capacity(status: &Self::Status) -> usize;

    /// Writes `/metrics`; returns their length.
    ///
    /// # Errors
    /// If `buffer` is too small.
    fn metrics(status: &Self::Status, buffer: &mut [u8]) -> Result<usize, fmt::Error>;

    /// Bytes that hold `/metrics`, whatever happens.
    fn metrics_capacity(status: &Self::Status) -> usize;

    /// One line for `systemctl status`.
    ///
    /// # Errors
    /// Those of `f`.
    fn summary(f: &mut fmt::Formatter<'_>, status: &Self::Status) -> fmt::Result;
}

/// A fact and the WAN it is about, as a log line.
#[derive(Debug)]
pub struct Line<'a, P: Report> {
    /// `wan_name`.
    pub wan: &'a str,
    /// What happened.
    pub fact: &'a P::Fact,
}

impl<P: Report> fmt::Display for Line<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        P::line(f, self.wan, self.fact)
    }
}

/// A snapshot as one line.
#[derive(Debug)]
pub struct Summary<'a, P: Report>(pub &'a P::Status);

impl<P: Report> fmt::Display for Summary<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        P::summary(f, self.0)
    }
}
