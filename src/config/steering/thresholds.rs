//! `thresholds`: the edges of the truth table, the rows of samples, the averages.

use super::super::rule::{LooseCount, Number, Whole};
use super::super::section::Section;
use super::super::thresholds::DEFAULT_BASELINE_BOUNDS_MS;
use super::rules::Share;
use crate::steering::params::{Edges, Judging, Pace, V17_INTERVAL};
use crate::steering::smoothing::Weight;
use crate::time::Duration;
use crate::units::Millis;

/// `thresholds.bad_threshold_ms`, legacy mode.
pub const DEFAULT_BAD_MS: f64 = 25.0;
/// `thresholds.recovery_threshold_ms`, legacy mode.
pub const DEFAULT_RECOVERY_MS: f64 = 12.0;
/// `thresholds.bad_samples` and `good_samples`, legacy mode; samples of 2 s.
pub const DEFAULT_SAMPLES_LEGACY: (u32, u32) = (8, 15);
/// `thresholds.green_rtt_ms`: told in `/health`, decides nothing.
pub const DEFAULT_GREEN_MS: f64 = 5.0;
/// `thresholds.yellow_rtt_ms`.
pub const DEFAULT_YELLOW_MS: f64 = 15.0;
/// `thresholds.red_rtt_ms`.
pub const DEFAULT_RED_MS: f64 = 15.0;
/// `thresholds.min_drops_red`.
pub const DEFAULT_MIN_DROPS_RED: u32 = 1;
/// `thresholds.min_queue_yellow` and `min_queue_red`, in packets.
pub const DEFAULT_MIN_QUEUE: (u32, u32) = (10, 50);
/// `thresholds.rtt_ewma_alpha`, per sample of 2 s.
pub const DEFAULT_ALPHA_RTT: f64 = 0.3;
/// `thresholds.queue_ewma_alpha`, per sample of 2 s.
pub const DEFAULT_ALPHA_QUEUE: f64 = 0.4;
/// `thresholds.red_samples_required` and `green_samples_required`; samples of 2 s.
pub const DEFAULT_SAMPLES: (u32, u32) = (2, 15);
/// `thresholds.max_loss_percent`: a call is unusable well before, a ping host that answers not quite every
/// echo is not.
pub const DEFAULT_LOSS_PERCENT: f64 = 20.0;
/// A row of samples shorter than this is hardly meant.
const HASTY: Duration = Duration::from_secs(1);
/// A return sooner than this brings the traffic back into the same trouble.
const FLIGHTY: Duration = Duration::from_secs(10);

const AWARE_ROWS: [&str; 2] = ["red_samples_required", "green_samples_required"];
const LEGACY_ROWS: [&str; 2] = ["bad_samples", "good_samples"];

/// What `/health` shows (contract 6.3), in either mode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShownThresholds {
    /// `green_rtt_ms`.
    pub green_rtt: Millis,
    /// `yellow_rtt_ms`.
    pub yellow_rtt: Millis,
    /// `red_rtt_ms`.
    pub red_rtt: Millis,
    /// `red_samples_required`.
    pub red_samples: u32,
    /// `green_samples_required`.
    pub green_samples: u32,
}

/// What `thresholds` holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thresholds {
    pub(super) judging: Judging,
    pub(super) degrade: Pace,
    pub(super) recover: Pace,
    pub(super) rtt_weight: Weight,
    pub(super) queue_weight: Weight,
    pub(super) baseline_bounds: (Millis, Millis),
    pub(super) shown: ShownThresholds,
}

/// Reads the section.
pub(super) fn thresholds(
    section: Section<'_>,
    cake_aware: Option<bool>,
    interval: Option<Duration>,
) -> Option<Thresholds> {
    let edges = edges(&section);
    let sample = section.optional("sample_seconds", &Number::within(0.01, 60.0));
    let legacy = legacy(&section);
    let aware = aware_rows(&section);
    let rtt_alpha = alpha(&section, "rtt_ewma_alpha", DEFAULT_ALPHA_RTT);
    let queue_alpha = alpha(&section, "queue_ewma_alpha", DEFAULT_ALPHA_QUEUE);
    let baseline_bounds = bounds(section.section("baseline_rtt_bounds"));
    let sample = sample.map(|seconds| seconds.map(Duration::from_secs_f64));
    let clock = interval.zip(sample);
    let rows = match cake_aware {
        Some(false) => legacy.map(|(_, rows)| rows).zip(Some(LEGACY_ROWS)),
        _ => aware.zip(Some(AWARE_ROWS)),
    };
    let paces = rows.and_then(|(rows, keys)| Some(paces(&section, clock?, rows, keys)));
    let weight = |alpha: Option<f64>, key| {
        let every = every(&section, key, clock?);
        Some(Weight::new(alpha?)?.per(clock?.0, every))
    };
    let rtt_weight = weight(rtt_alpha, "rtt_ewma_alpha");
    let queue_weight = weight(queue_alpha, "queue_ewma_alpha");
    section.finish(&[]);
    let (legacy, aware, edges) = (legacy?, aware?, edges?);
    let [degrade, recover] = paces?;
    Some(Thresholds {
        judging: if cake_aware? {
            Judging::CakeAware(edges.0)
        } else {
            legacy.0
        },
        degrade,
        recover,
        rtt_weight: rtt_weight?,
        queue_weight: queue_weight?,
        baseline_bounds: baseline_bounds?,
        shown: ShownThresholds {
            green_rtt: edges.1,
            yellow_rtt: edges.0.yellow,
            red_rtt: edges.0.red,
            red_samples: aware[0],
            green_samples: aware[1],
        },
    })
}

/// How long one sample stands: what is written in the file was tuned at its interval; what is not is
/// v1.7's, tuned at 2 s (W-52). `sample_seconds` decides for all.
fn every(
    section: &Section<'_>,
    key: &'static str,
    (interval, sample): (Duration, Option<Duration>),
) -> Duration {
    let written = section.value(key).is_some();
    sample.unwrap_or(if written { interval } else { V17_INTERVAL })
}

/// The two rows of the mode that decides.
fn paces(
    section: &Section<'_>,
    clock: (Duration, Option<Duration>),
    samples: [u32; 2],
    keys: [&'static str; 2],
) -> [Pace; 2] {
    let pace = |n: usize| Pace {
        samples: samples[n],
        every: every(section, keys[n], clock),
    };
    let paces = [pace(0), pace(1)];
    for ((pace, key), hasty) in paces.iter().zip(keys).zip([HASTY, FLIGHTY]) {
        if pace.samples > 1 && pace.every < V17_INTERVAL && pace.takes() < hasty {
            let sentence = format!(
                "{} samples take {} at this interval_seconds, and would take {} s at v1.7's 2 s; set \
                 thresholds.sample_seconds: 2 to have that at every interval",
                pace.samples,
                pace.takes(),
                2 * (u64::from(pace.samples) - 1)
            );
            section.warn(key, &sentence);
        }
    }
    paces
}

fn edges(section: &Section<'_>) -> Option<(Edges, Millis)> {
    let number = |key, default| section.or(key, default, &Number::ANY);
    let green = number("green_rtt_ms", DEFAULT_GREEN_MS);
    let yellow = number("yellow_rtt_ms", DEFAULT_YELLOW_MS);
    let red = number("red_rtt_ms", DEFAULT_RED_MS);
    let drops = Whole {
        min: 1,
        max: u32::MAX,
    };
    let drops = section.or("min_drops_red", DEFAULT_MIN_DROPS_RED, &drops);
    let packets = |key, default| section.or(key, default, &LooseCount { min: 0 });
    let queue_yellow = packets("min_queue_yellow", DEFAULT_MIN_QUEUE.0);
    let queue_red = packets("min_queue_red", DEFAULT_MIN_QUEUE.1);
    let percent = Number::within(1.0, 100.0);
    let loss = section.or("max_loss_percent", DEFAULT_LOSS_PERCENT, &percent);
    let (green, yellow, red) = (green?, yellow?, red?);
    if green >= yellow {
        let sentence = format!("{yellow} must be greater than thresholds.green_rtt_ms ({green})");
        section.conflict("yellow_rtt_ms", &sentence);
        return None;
    }
    if yellow > red {
        let sentence = format!("{red} must not be less than thresholds.yellow_rtt_ms ({yellow})");
        section.conflict("red_rtt_ms", &sentence);
        return None;
    }
    let edges = Edges {
        yellow: Millis::new(yellow)?,
        red: Millis::new(red)?,
        drops_red: drops?.into(),
        queue_yellow: queue_yellow?.into(),
        queue_red: queue_red?.into(),
        loss_red: loss? / 100.0,
    };
    Some((edges, Millis::new(green)?))
}

fn legacy(section: &Section<'_>) -> Option<(Judging, [u32; 2])> {
    let bad = section.or("bad_threshold_ms", DEFAULT_BAD_MS, &Number::ANY);
    let recovery = section.or("recovery_threshold_ms", DEFAULT_RECOVERY_MS, &Number::ANY);
    let count = LooseCount { min: 1 };
    let bad_samples = section.or(LEGACY_ROWS[0], DEFAULT_SAMPLES_LEGACY.0, &count);
    let good_samples = section.or(LEGACY_ROWS[1], DEFAULT_SAMPLES_LEGACY.1, &count);
    let (bad, recovery) = (bad?, recovery?);
    if recovery > bad {
        section.warn(
            "recovery_threshold_ms",
            "is above bad_threshold_ms, so that a delay between them is bad and good at once; swap \
             the two",
        );
    }
    let judging = Judging::Legacy {
        bad: Millis::new(bad)?,
        recovery: Millis::new(recovery)?,
    };
    Some((judging, [bad_samples?, good_samples?]))
}

fn aware_rows(section: &Section<'_>) -> Option<[u32; 2]> {
    let count = Whole {
        min: 1,
        max: u32::MAX,
    };
    let red = section.or(AWARE_ROWS[0], DEFAULT_SAMPLES.0, &count);
    let green = section.or(AWARE_ROWS[1], DEFAULT_SAMPLES.1, &count);
    Some([red?, green?])
}

fn alpha(section: &Section<'_>, key: &'static str, default: f64) -> Option<f64> {
    let alpha = section.or(key, default, &Share)?;
    if alpha == 0.0 {
        section.warn(key, "of 0 keeps the first sample forever; write 0.3, say");
    }
    Some(alpha)
}

fn bounds(section: Section<'_>) -> Option<(Millis, Millis)> {
    let (low, high) = DEFAULT_BASELINE_BOUNDS_MS;
    let low = section.or("min", low, &Number::ANY);
    let high = section.or("max", high, &Number::ANY);
    let (low, high) = (low?, high?);
    if low > high {
        section.warn(
            "min",
            "is above max, so that no baseline is ever accepted; swap the two",
        );
    }
    section.finish(&[]);
    Some((Millis::new(low)?, Millis::new(high)?))
}
