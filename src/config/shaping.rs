//! Limits and thresholds: what the control law of each direction is given.

use super::rule::{Number, Rule, Whole};
use super::scalar::Scalar;
use super::section::{Section, Value};
use crate::control::delay::DelayParams;
use crate::control::law::classic::{Floors, ShaperParams};
use crate::control::zone::Thresholds;
use crate::direction::Both;
use crate::units::{Alpha, Factor, Millis, Rate};

/// Seconds per cycle: v1.7's constant, and ours (contract 1.3). `alpha = 0.05 / time constant`.
const CYCLE_SEC: f64 = 0.05;
/// `download.factor_down_yellow`, multiplier per cycle.
pub const DEFAULT_YELLOW_DOWNLOAD: f64 = 0.96;
/// `upload.factor_down_yellow`, multiplier per cycle.
pub const DEFAULT_YELLOW_UPLOAD: f64 = 0.94;
/// `green_required`, cycles of 50 ms.
pub const DEFAULT_GREEN_REQUIRED: u32 = 5;
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

/// What v1.7's reports print as it stood in the file, or as its default.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AsWritten {
    /// `thresholds.target_bloat_ms`: `15` or `12.5`.
    pub target_bloat: String,
    /// `thresholds.warn_bloat_ms`.
    pub warn_bloat: String,
    /// `thresholds.hard_red_bloat_ms`.
    pub hard_red_bloat: String,
    /// `ping_hosts` as a Python list: `['1.1.1.1', '9.9.9.9']`.
    pub ping_hosts: String,
    /// The upload's four floors. Only RED's is used for control, as in v1.7.
    pub upload_floors: Floors,
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

/// What `thresholds` holds.
#[derive(Clone, Debug)]
pub(super) struct Delays {
    pub(super) delay: DelayParams,
    pub(super) edges: Both<Thresholds>,
    /// Target, warn and hard red in their literal form.
    pub(super) written: [String; 3],
}

/// Reads `continuous_monitoring.thresholds`.
pub(super) fn delays(section: Section<'_>, initial: Option<f64>) -> Option<Delays> {
    let edges = edges(&section);
    let baseline = alpha(
        &section,
        ("baseline_time_constant_sec", Number::within(1.0, 600.0)),
        ("alpha_baseline", Number::within(0.0001, 1.0)),
    );
    let load = alpha(
        &section,
        ("load_time_constant_sec", Number::within(0.05, 10.0)),
        ("alpha_load", Number::within(0.001, 1.0)),
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
    let bounds = bounds(section.section("baseline_rtt_bounds"), initial);
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
        edges,
        written,
    })
}

fn edges(section: &Section<'_>) -> Option<(Both<Thresholds>, [String; 3])> {
    let keys = ["target_bloat_ms", "warn_bloat_ms", "hard_red_bloat_ms"];
    let target = section.required(keys[0], &Number::within(1.0, 100.0));
    let warn = section.required(keys[1], &Number::within(1.0, 200.0));
    let hard = section.or(keys[2], DEFAULT_HARD_RED_MS.into(), &Number::ANY);
    let written = keys.map(|key| match section.value(key) {
        Some(value) => python(&value),
        None => DEFAULT_HARD_RED_MS.to_string(),
    });
    let (target, warn, hard) = (target?, warn?, hard?);
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
) -> Option<Alpha> {
    let constant = section.optional(constant_key, &constant_rule);
    let alpha = section.optional(alpha_key, &alpha_rule);
    match (constant?, alpha?) {
        (Some(constant), _) => Alpha::new(CYCLE_SEC / constant),
        (None, Some(alpha)) => Alpha::new(alpha),
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

/// What is different between the two directions' sections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    /// As the ordering message begins.
    name: &'static str,
    /// Highest `ceiling_mbps`.
    ceiling_max: f64,
    yellow: (f64, f64),
    /// Whether it has a zone SOFT_RED.
    soft_red: bool,
}

/// `continuous_monitoring.download`.
pub(super) const DOWNLOAD: Side = Side {
    name: "Download",
    ceiling_max: 10_000.0,
    yellow: (0.8, DEFAULT_YELLOW_DOWNLOAD),
    soft_red: true,
};

/// `continuous_monitoring.upload`.
pub(super) const UPLOAD: Side = Side {
    name: "Upload",
    ceiling_max: 1_000.0,
    yellow: (0.9, DEFAULT_YELLOW_UPLOAD),
    soft_red: false,
};

/// One direction's limits; the four floors as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    ceiling: f64,
    pub(super) floors: Floors,
    step_up: f64,
    decay_red: Factor,
    decay_yellow: Factor,
    green_required: u32,
}

impl Limits {
    /// With the edges of the zones, all a law needs.
    pub(super) fn shaper(&self, thresholds: Thresholds) -> ShaperParams {
        ShaperParams {
            thresholds,
            ceiling: Rate::from_mbps(self.ceiling),
            // Without SOFT_RED, v1.7 stops every fall at the floor of RED.
            floors: match thresholds.soft_red {
                Some(_) => self.floors,
                None => Floors::single(self.floors.red),
            },
            decay_yellow: self.decay_yellow,
            decay_red: self.decay_red,
            step_up: Rate::from_mbps(self.step_up),
            green_required: self.green_required,
        }
    }
}

/// Reads one direction's section.
pub(super) fn limits(section: Section<'_>, side: Side) -> Option<Limits> {
    let ceiling = section.required("ceiling_mbps", &Number::within(1.0, side.ceiling_max));
    let floors = floors(&section, side, ceiling);
    let step_up = section.required("step_up_mbps", &Number::within(0.1, 100.0));
    let decay_red = section.required("factor_down", &Number::within(0.1, 1.0));
    let (low, default) = side.yellow;
    let decay_yellow = section.or("factor_down_yellow", default, &Number::within(low, 1.0));
    let required = Whole { min: 1, max: 10 };
    let green_required = section.or("green_required", DEFAULT_GREEN_REQUIRED, &required);
    section.finish(&["floor_soft_red_mbps"]);
    Some(Limits {
        ceiling: ceiling?,
        floors: floors?,
        step_up: step_up?,
        decay_red: Factor::new(decay_red?)?,
        decay_yellow: Factor::new(decay_yellow?)?,
        green_required: green_required?,
    })
}

/// Four floors if `floor_green_mbps` is there, else v1.7's single `floor_mbps` for all zones.
fn floors(section: &Section<'_>, side: Side, ceiling: Option<f64>) -> Option<Floors> {
    let keys = ["floor_red_mbps", "floor_soft_red_mbps", "floor_yellow_mbps"];
    let keys = [keys[0], keys[1], keys[2], "floor_green_mbps"];
    let single = section.value("floor_mbps").is_some();
    let zoned = section.value(keys[3]).is_some() || !single && given(section, &keys[..3]);
    let [red, soft_red, yellow, green] = if zoned {
        if single {
            section.warn("floor_mbps", "has no effect beside floor_green_mbps");
        }
        let green = floor(section, keys[3]);
        let yellow = floor(section, keys[2]);
        let red = floor(section, keys[0]);
        let soft_red = if side.soft_red && section.value(keys[1]).is_some() {
            floor(section, keys[1])
        } else {
            yellow
        };
        [red?, soft_red?, yellow?, green?]
    } else {
        for key in keys.into_iter().filter(|key| given(section, &[key])) {
            section.warn(key, "has no effect without floor_green_mbps");
        }
        [floor(section, "floor_mbps")?; 4]
    };
    let ceiling = ceiling?;
    let rising = [red, soft_red, yellow, green, ceiling];
    if let Some(at) = rising.windows(2).position(|pair| pair[0] > pair[1]) {
        let sentence = format!(
            "{} floor ordering violation: expected floor_red ({red:.1}M) <= floor_soft_red \
             ({soft_red:.1}M) <= floor_yellow ({yellow:.1}M) <= floor_green ({green:.1}M) <= ceiling \
             ({ceiling:.1}M)",
            side.name
        );
        section.conflict(if zoned { keys[at] } else { "floor_mbps" }, &sentence);
        return None;
    }
    Some(Floors {
        green: Rate::from_mbps(green),
        yellow: Rate::from_mbps(yellow),
        soft_red: Rate::from_mbps(soft_red),
        red: Rate::from_mbps(red),
    })
}

fn given(section: &Section<'_>, keys: &[&'static str]) -> bool {
    keys.iter().any(|key| section.value(key).is_some())
}

/// v1.7 took any number, negative ones as 0; to RouterOS, a limit of 0 is no limit.
fn floor(section: &Section<'_>, key: &'static str) -> Option<f64> {
    let Some(value) = section.value(key) else {
        let expected = match key {
            "floor_mbps" => {
                "a number, or floor_green_mbps with floor_yellow_mbps and floor_red_mbps".to_owned()
            }
            _ => Number::ANY.expected(),
        };
        section.missing(key, &expected);
        return None;
    };
    let mbps = value.read(&Number::ANY)?;
    if mbps < 1e-6 && matches!(key, "floor_mbps" | "floor_red_mbps") {
        value.warn(
            "lets the rate fall to 0, which RouterOS takes for unlimited",
            None,
        );
    }
    Some(mbps)
}
