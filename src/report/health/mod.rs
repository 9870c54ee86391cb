//! `/health` (contract 6.1): v1.7's fields in v1.7's order, then what v1.7 could not say.

mod adaptive;
mod link;
mod measurement;
#[cfg(test)]
mod tests;
mod wan;

use core::fmt::Display;

use serde::ser::{Serialize, SerializeSeq, Serializer};

pub(super) use self::link::{Connectivity, Link, connectivity, link};
use self::wan::describe;
use super::words::Troubles;
use crate::status::{self, Status};
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// Bytes that hold the document of so many WANs.
pub const fn capacity(wans: usize) -> usize {
    1024 + wans * 12 * 1024
}

/// Whether everything is as it should be: HTTP 200, else 503.
pub fn is_healthy(status: &Status) -> bool {
    status
        .wans
        .iter()
        .all(|wan| wan.trouble(status.now).is_none())
}

/// Writes the document, pretty-printed with two spaces as v1.7's; returns its length.
///
/// # Errors
/// If `buffer` is too small.
pub fn write(status: &Status, buffer: &mut [u8]) -> Result<usize, serde_json::Error> {
    let mut out = crate::wire::http::Writer::new(buffer);
    serde_json::to_writer_pretty(&mut out, &document(status))?;
    Ok(out.len())
}

#[derive(serde::Serialize)]
struct Document<'a> {
    status: &'static str,
    uptime_seconds: f64,
    version: &'static str,
    consecutive_failures: u32,
    wan_count: usize,
    wans: Wans<'a>,
    router_reachable: bool,
    dry_run: bool,
    #[serde(rename = "loop")]
    pulse: Pulse,
    problem: Option<Text<Troubles<'a>>>,
}

/// Whether the loop keeps its beat.
#[derive(serde::Serialize)]
pub(super) struct Pulse {
    ticks: u64,
    missed_ticks: u64,
    late_ms: f64,
    worst_late_ms: f64,
    work_ms: f64,
    log_records_lost: u64,
    state_files_unsaved: u32,
    history_failing: bool,
    history_rows_lost: u64,
}

impl Pulse {
    pub(super) fn of(pulse: &status::Pulse) -> Self {
        let ms = |time: Duration| rounded(time.as_millis(), 3);
        Self {
            ticks: pulse.ticks,
            missed_ticks: pulse.missed,
            late_ms: ms(pulse.late),
            worst_late_ms: ms(pulse.worst),
            work_ms: ms(pulse.work),
            log_records_lost: pulse.records_lost,
            state_files_unsaved: pulse.unsaved,
            history_failing: pulse.history_failing,
            history_rows_lost: pulse.history_lost,
        }
    }
}

struct Wans<'a>(&'a Status);

impl Serialize for Wans<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut seq = to.serialize_seq(Some(self.0.wans.len()))?;
        for wan in &self.0.wans {
            seq.serialize_element(&describe(wan, self.0.now))?;
        }
        seq.end()
    }
}

/// Anything printable as a JSON string, without a detour over the heap.
pub(super) struct Text<T>(pub(super) T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

fn document(status: &Status) -> Document<'_> {
    let failures = status.wans.iter().map(|wan| wan.consecutive_failures);
    let healthy = is_healthy(status);
    Document {
        status: if healthy { "healthy" } else { "degraded" },
        uptime_seconds: seconds(status.now - Instant::ZERO),
        version: env!("CARGO_PKG_VERSION"),
        consecutive_failures: failures.max().unwrap_or(0),
        wan_count: status.wans.len(),
        wans: Wans(status),
        router_reachable: status.wans.iter().all(|wan| wan.router.link.reachable),
        dry_run: status.dry_run,
        pulse: Pulse::of(&status.pulse),
        problem: (!healthy).then_some(Text(Troubles(status))),
    }
}

pub(super) fn rounded(ms: Millis, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (ms.as_f64() * scale).round() / scale
}

pub(super) fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}
