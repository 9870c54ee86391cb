//! Metrics of the process, under the same names whether it is autorate or steering: one rule watches both.

use core::fmt;

use super::page::{Float, Kind, Page};
use crate::status::Pulse;
use crate::time::WallTime;

/// Bytes that hold them.
pub(in crate::report) const CAPACITY: usize = 3 * 1024;

/// Writes them.
pub(in crate::report) fn write(page: &mut Page<'_>, pulse: &Pulse) -> fmt::Result {
    gauges(page, pulse)?;
    counters(page, pulse)?;
    let name = "wanctl_tick_lateness_seconds";
    page.head(name, "How late ticks of the loop started", Kind::Histogram)?;
    page.histogram(name, None, &pulse.lateness)
}

fn gauges(page: &mut Page<'_>, pulse: &Pulse) -> fmt::Result {
    let version = env!("CARGO_PKG_VERSION");
    page.only(
        "wanctl_build_info",
        "The version, as a label",
        Kind::Gauge,
        format_args!("version=\"{version}\""),
        1,
    )?;
    if pulse.began != WallTime::default() {
        page.single(
            "wanctl_start_time_seconds",
            "When the process started, in seconds since 1970",
            Kind::Gauge,
            Float(pulse.began.as_secs_f64()),
        )?;
    }
    page.single(
        "wanctl_history_failing",
        "Whether the history cannot be written (1) or can, or none is kept (0)",
        Kind::Gauge,
        u8::from(pulse.history_failing),
    )?;
    page.single(
        "wanctl_state_files_unsaved",
        "State documents that could not be written when they were last due",
        Kind::Gauge,
        pulse.unsaved,
    )
}

fn counters(page: &mut Page<'_>, pulse: &Pulse) -> fmt::Result {
    for (name, help, value) in [
        (
            "wanctl_history_rows_lost_total",
            "Rows of the history that waited too long to be written",
            pulse.history_lost,
        ),
        (
            "wanctl_log_records_lost_total",
            "Records for logs and files that found no room in their queue, and log lines that no file took",
            pulse.records_lost,
        ),
        (
            "wanctl_missed_ticks_total",
            "Ticks of the loop dropped because the process did not run in time",
            pulse.missed,
        ),
        (
            "wanctl_ticks_total",
            "Ticks of the loop worked off",
            pulse.ticks,
        ),
    ] {
        page.single(name, help, Kind::Counter, value)?;
    }
    Ok(())
}
