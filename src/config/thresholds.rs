//! `thresholds`: the edges of the zones and the two averages.

use super::rule::Number;
use super::scalar::Scalar;
use super::section::Section;
use super::value::Value;
use super::wan::ControlLaw;
use crate::control::delay::DelayParams;
use crate::control::zone::Thresholds;
use crate::direction::Both;
use crate::units::{Alpha, Millis};

/// `thresholds.target_bloat_ms` for a file that names the adaptive law and leaves it out: v1.7's example.
const DEFAULT_TARGET_MS: f64 = 15.0;
/// The same for `warn_bloat_ms` and `hard_red_bloat_ms`, in targets.
const WARN_TARGETS: f64 = 3.0;
const HARD_RED_TARGETS: f64 = 80.0 / 15.0;
/// The same for the two time constants, in seconds.
const DEFAULT_BASELINE_SEC: f64 = 50.0;
const DEFAULT_LOAD_SEC: f64 = 0.25;

/// Seconds per cycle: v1.7's constant, and ours (contract 1.3). `alpha = 0.05 / time constant`.
const CYCLE_SEC: f64 = 0.05;
/// `thresholds.hard_red_bloat_ms`.
pub const DEFAULT_HARD_RED_MS: u32 = 80;
/// `thresholds.baseline_update_threshold_ms`: below this delta the line is idle.
pub const DEFAULT_IDLE_BELOW_MS: f64 = 3.0;
/// `thresholds.accel_threshold_ms`: a rise by more than this in one cycle is a spike.
pub const DEFAULT_SPIKE_ABOVE_MS: f64 = 15.0;
/// `thresholds.baseline_rtt_bounds.min` and `.max`, in milliseconds.
pub const DEFAULT_BASELINE_BOUNDS_MS: (f64, f64) = (10.0, 60.0);
/// Above this time constant in seconds an `alpha_load` is hardly meant (contract 1.3).
const SLOW_LOAD_SEC: f64 = 5.0;

/// What `thresholds` holds.
#[derive(Clone, Debug)]
pub(super) struct Delays {
    pub(super) delay: DelayParams,
    pub(super) edges: Both<Thresholds>,
    /// Target, warn and hard red in their literal form.
    pub(super) written: [String; 3],
    /// `target_bloat_ms`, if it is given.
    pub(super) target: Option<Millis>,
}

/// Reads `continuous_monitoring.thresholds`.
pub(super) fn delays(
    section: Section<'_>,
    initial: Option<f64>,
    law: Option<ControlLaw>,
) -> Option<Delays> {
    let adaptive = law != Some(ControlLaw::Classic);
    let edges = edges(&section, adaptive);
    let given = section.value("target_bloat_ms").is_some();
    let baseline = alpha(
        &section,
        ("baseline_time_constant_sec", Number::within(1.0, 600.0)),
        ("alpha_baseline", Number::within(0.0001, 1.0)),
        adaptive.then_some(DEFAULT_BASELINE_SEC),
    );
    let load = alpha(
        &section,
        ("load_time_constant_sec", Number::within(0.05, 10.0)),
        ("alpha_load", Number::within(0.001, 1.0)),
        adaptive.then_some(DEFAULT_LOAD_SEC),
    );
    warn_of_slow_load(&section);
    let idle_below = section.or(
        "baseline_update_threshold_ms",
        DEFAULT_IDLE_BELOW_MS,
        &Number::ANY,
    );
    let spike_above = section.or(
        "accel_threshold_ms",
        DEFAULT_SPIKE_ABOVE_MS,
        &Number::within(5.0, 50.0),
    );
    let bounds = bounds(
        section.section("baseline_rtt_bounds"),
        initial.filter(|_| !adaptive),
    );
    section.finish(&[]);
    let (edges, written) = edges?;
    let (low, high) = bounds?;
    Some(Delays {
        delay: DelayParams {
            load: load?,
            baseline: baseline?,
            idle_below: Millis::new(idle_below?)?,
            spike_above: Millis::new(spike_above?)?,
            baseline_bounds: (Millis::new(low)?, Millis::new(high)?),
        },
        target: given.then_some(edges.down.green),
        edges,
        written,
    })
}

/// Where the zones end; for the adaptive law v1.7's example stands in for what is missing.
fn edges(section: &Section<'_>, adaptive: bool) -> Option<(Both<Thresholds>, [String; 3])> {
    let keys = ["target_bloat_ms", "warn_bloat_ms", "hard_red_bloat_ms"];
    let (target_rule, warn_rule) = (Number::within(1.0, 100.0), Number::within(1.0, 200.0));
    let (target, warn, hard) = if adaptive {
        let target = section.or(keys[0], DEFAULT_TARGET_MS, &target_rule)?;
        (
            Some(target),
            section.or(keys[1], target * WARN_TARGETS, &warn_rule),
            section.or(keys[2], target * HARD_RED_TARGETS, &Number::ANY),
        )
    } else {
        (
            section.required(keys[0], &target_rule),
            section.required(keys[1], &warn_rule),
            section.or(keys[2], DEFAULT_HARD_RED_MS.into(), &Number::ANY),
        )
    };
    let (target, warn, hard) = (target?, warn?, hard?);
    let values = [target, warn, hard];
    let written: [String; 3] = core::array::from_fn(|i| match section.value(keys[i]) {
        Some(value) => python(&value),
        None => values[i].to_string(),
    });
    for (i, (lower, upper)) in [(target, warn), (warn, hard)].into_iter().enumerate() {
        if lower >= upper {
            let sentence = format!(
                "Threshold ordering violation: {} ({}) must be less than {} ({})",
                keys[i],
                written[i],
                keys[i + 1],
                written[i + 1]
            );
            section.conflict(keys[i + 1], &sentence);
            return None;
        }
    }
    let (green, yellow) = (Millis::new(target)?, Millis::new(warn)?);
    let edges = |soft_red| Thresholds {
        green,
        yellow,
        soft_red,
    };
    let down = edges(Some(Millis::new(hard)?));
    let up = edges(None);
    Some((Both { down, up }, written))
}

/// A time constant, or v1.7's older raw alpha; the time constant wins.
fn alpha(
    section: &Section<'_>,
    (constant_key, constant_rule): (&'static str, Number),
    (alpha_key, alpha_rule): (&'static str, Number),
    default_sec: Option<f64>,
) -> Option<Alpha> {
    let constant = section.optional(constant_key, &constant_rule);
    let alpha = section.optional(alpha_key, &alpha_rule);
    match (constant?, alpha?) {
        (Some(constant), _) => Alpha::new(CYCLE_SEC / constant),
        (None, Some(alpha)) => Alpha::new(alpha),
        (None, None) if let Some(constant) = default_sec => Alpha::new(CYCLE_SEC / constant),
        (None, None) => {
            let complaint = format!("Config must specify either {constant_key} or {alpha_key}");
            section.lacks(constant_key, &complaint);
            None
        }
    }
}

fn warn_of_slow_load(section: &Section<'_>) {
    let alone = section.value("load_time_constant_sec").is_none();
    let alpha = section.value("alpha_load").filter(|_| alone);
    let Some(value) = alpha else { return };
    let Some(alpha) = value.read_silently(&Number::within(0.001, 1.0)) else {
        return;
    };
    let constant = CYCLE_SEC / alpha;
    if constant > SLOW_LOAD_SEC {
        let sentence = format!(
            "alpha_load={} gives {constant:.1}s time constant - consider using \
             load_time_constant_sec for clarity",
            python(&value)
        );
        section.warn("alpha_load", &sentence);
    }
}

/// v1.7 did not compare these; a baseline that can never be learned is worth a word (W-09).
fn bounds(section: Section<'_>, initial: Option<f64>) -> Option<(f64, f64)> {
    let (low, high) = DEFAULT_BASELINE_BOUNDS_MS;
    let low = section.or("min", low, &Number::within(1.0, 100.0));
    let high = section.or("max", high, &Number::within(10.0, 500.0));
    let (low, high) = (low?, high?);
    if low > high {
        section.warn(
            "min",
            "is above max, so the baseline can never change; swap the two",
        );
    } else if let Some(initial) = initial
        && !(low..=high).contains(&initial)
    {
        let sentence = format!(
            "baseline_rtt_initial ({initial}) is outside {low} to {high} ms, so the baseline cannot \
             follow the line; widen baseline_rtt_bounds"
        );
        section.warn_here(&sentence);
    }
    section.finish(&[]);
    Some((low, high))
}

/// A value as Python would print it.
fn python(value: &Value<'_>) -> String {
    match value.node.scalar() {
        Some(Scalar::Whole(n)) => n.to_string(),
        Some(Scalar::Number(n) | Scalar::Either(n, _)) => format!("{n:?}"),
        Some(Scalar::Flag(true)) => "True".to_owned(),
        Some(Scalar::Flag(false)) => "False".to_owned(),
        Some(Scalar::Text(text)) => format!("'{text}'"),
        Some(Scalar::Null) | None => "None".to_owned(),
    }
}
