//! What `--write-test` measured.

use super::link::{self, rights_missing};
use super::{ms, quoted, spread};
use crate::cli::check::client::Failure;
use crate::cli::check::facts::{Ended, Router, Writes};
use crate::cli::check::finding::{Finding, Subject};
use crate::config::{ControlLaw, WanConfig};

/// Bytes.
const SECTOR: u64 = 512;
const DAY: f64 = 86_400.0;
/// NAND is guaranteed for so many passes (routeros.md 5).
const PASSES: f64 = 100_000.0;
const YEARS: f64 = 10.0;

pub(in crate::cli::check) fn writes(
    config: &WanConfig,
    router: &Router,
    writes: &Writes,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(seen) = &writes.restored {
        let what = format!(
            "{} could not be set back to {} bit/s; at the last look {seen}.",
            writes.queue,
            writes.limit.as_bps()
        );
        let finding = Finding::error(Subject::Writes, "write-not-restored", what);
        findings.push(
            finding
                .why("It is 1 kbit/s too fast at most. Set it back:")
                .on_router(format!(
                    "/queue tree set [find name={}] max-limit={}",
                    quoted(&writes.queue),
                    writes.limit.as_bps()
                )),
        );
    }
    findings.extend(ended(config, router, writes));
    if !writes.took.is_empty() {
        findings.push(latency(config, writes));
    }
    findings.extend(
        writes
            .sectors
            .map(|sectors| flash(config, router, writes, sectors)),
    );
    findings
}

fn ended(config: &WanConfig, router: &Router, writes: &Writes) -> Option<Finding> {
    match &writes.ended {
        Ended::Complete => None,
        Ended::Interrupted => {
            let what = "The write test was interrupted.";
            let finding = Finding::error(Subject::Writes, "write-interrupted", what);
            Some(match writes.restored {
                Ok(()) => finding.why(format!(
                    "{} is back at {} bit/s.",
                    writes.queue,
                    writes.limit.as_bps()
                )),
                Err(_) => finding,
            })
        }
        Ended::Refused(sentence) => {
            let what = format!("The write test did not begin: {sentence}.");
            let finding = Finding::error(Subject::Writes, "write-refused", what);
            Some(finding.why(
                "It must be the only one that writes: stop the daemon first, and start it again afterwards.",
            ))
        }
        Ended::Failed(Failure::Status(_, words)) if words.contains("not enough permissions") => {
            let what = "may not write";
            Some(rights_missing(&config.router, "rights-write", what, words))
        }
        Ended::Failed(failure) => {
            let mut finding = link::failure(&config.router, router.shown.as_ref(), failure);
            finding.subject = Subject::Writes;
            Some(finding)
        }
    }
}

fn latency(config: &WanConfig, writes: &Writes) -> Finding {
    let [min, median, max] = spread(&writes.took);
    let what = format!(
        "User {} may write. A write takes {} ({} to {} in {}).",
        config.router.user,
        ms(median),
        ms(min),
        ms(max),
        writes.took.len()
    );
    Finding::ok(Subject::Writes, "write-latency", what)
}

/// How often the file lets its law write.
struct Allowance {
    writes_a_day: f64,
    words: String,
    fewer: &'static str,
}

impl Allowance {
    fn of(config: &WanConfig) -> Self {
        match config.control_law {
            ControlLaw::Classic => {
                let limit = config.router.write_limit;
                let (changes, window) = (limit.changes, limit.window.as_secs_f64());
                Self {
                    // A cycle's change may be one write per direction.
                    writes_a_day: changes as f64 * DAY / window * 2.0,
                    words: format!("router.write_limit allows ({changes} in {window:.0} s)"),
                    fewer: "router:\n  write_limit:\n    changes: 10\n    window_sec: 300",
                }
            }
            ControlLaw::Adaptive => {
                let hourly = config.router.writes_per_hour;
                Self {
                    writes_a_day: f64::from(hourly) * 24.0,
                    words: format!("router.writes_per_hour says ({hourly})"),
                    fewer: "router:\n  writes_per_hour: 600",
                }
            }
        }
    }
}

/// What the configured budget may cost the router's flash.
fn flash(config: &WanConfig, router: &Router, writes: &Writes, sectors: (u64, u64)) -> Finding {
    let (before, after) = sectors;
    let written = after.saturating_sub(before);
    let changes = writes.took.len();
    if written == 0 {
        let what = format!("{changes} changes cost no flash sector within 45 s.");
        return Finding::ok(Subject::Writes, "write-flash", what);
    }
    let allowance = Allowance::of(config);
    let sectors_a_day = written as f64 / changes.max(1) as f64 * allowance.writes_a_day;
    let bytes_a_day = sectors_a_day * SECTOR as f64;
    let what = format!(
        "{changes} changes cost {written} flash sectors. Writing as often as {}, day and night, would be \
         {:.0} MB a day.",
        allowance.words,
        bytes_a_day / 1e6
    );
    let resource = router.resource.as_ref().ok();
    let flash = resource.and_then(|resource| resource.number("total-hdd-space"));
    let worn = flash.map(|flash| bytes_a_day * 365.0 * YEARS / flash as f64 / PASSES);
    if worn.is_some_and(|worn| worn > 1.0) {
        Finding::warning(Subject::Writes, "write-flash", what)
            .why("That wears this router's flash out within ten years. Allow fewer:")
            .in_file(allowance.fewer)
    } else {
        let finding = Finding::ok(Subject::Writes, "write-flash", what);
        match worn {
            Some(worn) => finding.why(format!(
                "In ten years that would use {:.1} % of the 100,000 passes flash is good for.",
                worn * 100.0
            )),
            None => finding,
        }
    }
}
