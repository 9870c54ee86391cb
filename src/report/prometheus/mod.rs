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
use crate::status::Status;

/// Bytes that hold what is said of one WAN, but for its reflectors.
const PER_WAN: usize = 14 * 1024;
/// Of one reflector.
const PER_REFLECTOR: usize = 1024;
/// `# HELP` and `# TYPE` lines of all that is said of WANs.
const HEADS: usize = 5 * 1024;

/// Bytes that hold all metrics of these WANs, whatever their numbers become.
pub fn capacity(status: &Status) -> usize {
    let of_wan = |reflectors: usize| PER_WAN + reflectors * PER_REFLECTOR;
    let wans = status.wans.iter();
    let wans: usize = wans
        .map(|wan| of_wan(wan.measurement.reflectors.len()))
        .sum();
    process::CAPACITY + HEADS + wans
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
