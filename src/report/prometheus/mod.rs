//! `/metrics` (contract 6.4): v1.7's names, labels and encodings, and ours, written by hand into a buffer.
//!
//! v1.7 lower-cases the `wan` label, sorts gauges by name, lists them before the counters, and shows a
//! counter only after its first increment. Its names have its units (`_ms`, `_mbps`); ours have Prometheus'
//! (seconds, bytes), and a counter of ours is there from the start, so that its first increment is seen.

mod label;
mod page;
pub(super) mod process;
#[cfg(test)]
mod tests;
mod wans;

use core::fmt;

pub(super) use self::label::{Escaped, Label};
pub(super) use self::page::{Float, Kind, Page, seconds};
use self::wans::Wans;
use crate::status::{Status, WanStatus};

/// Bytes that hold what is said of one WAN, but for its reflectors.
const PER_WAN: usize = 14 * 1024;
/// Of one reflector.
const PER_REFLECTOR: usize = 1024;
/// Of one WAN that has the adaptive law, besides.
const PER_ADAPTIVE_WAN: usize = 8 * 1024;
/// Of one of its reflectors.
const PER_ADAPTIVE_REFLECTOR: usize = 256;
/// `# HELP` and `# TYPE` lines of all that is said of WANs.
const HEADS: usize = 5 * 1024;

/// Bytes that hold all metrics of these WANs, whatever their numbers become.
pub fn capacity(status: &Status) -> usize {
    let of_wan = |wan: &WanStatus| {
        let reflectors = wan.measurement.reflectors.len();
        PER_WAN + reflectors * PER_REFLECTOR
    };
    let of_adaptive = |wan: &WanStatus| {
        let reflectors = wan.measurement.reflectors.len();
        PER_ADAPTIVE_WAN + reflectors * PER_ADAPTIVE_REFLECTOR
    };
    let wans: usize = status.wans.iter().map(of_wan).sum();
    // One of them is enough for a line of each reflector.
    let is_adaptive = status.wans.iter().any(|wan| wan.adaptive.is_some());
    let adaptive: usize = status.wans.iter().map(of_adaptive).sum();
    process::CAPACITY + HEADS + wans + if is_adaptive { adaptive } else { 0 }
}

/// Writes all metrics; returns their length.
///
/// # Errors
/// If `buffer` is too small.
pub fn write(status: &Status, buffer: &mut [u8]) -> Result<usize, fmt::Error> {
    let mut page = Page::new(buffer);
    Wans::of(status, &mut page).write()?;
    page.single(
        "wanctl_dry_run",
        "Whether nothing is written to any router (1) or it is (0)",
        Kind::Gauge,
        u8::from(status.dry_run),
    )?;
    process::write(&mut page, &status.pulse)?;
    Ok(page.len())
}
