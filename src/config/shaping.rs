//! Limits: how far and how fast each direction's rate may move.

use super::ledger::Presence;
use super::rule::{Number, Rule, Whole};
use super::section::Section;
use super::wan::ControlLaw;
use crate::control::law::adaptive::{self, Tuning};
use crate::control::law::classic::{Floors, ShaperParams};
use crate::control::zone::Thresholds;
use crate::units::{Factor, Rate};

/// `download.factor_down_yellow`, multiplier per cycle.
pub const DEFAULT_YELLOW_DOWNLOAD: f64 = 0.96;
/// `upload.factor_down_yellow`, multiplier per cycle.
pub const DEFAULT_YELLOW_UPLOAD: f64 = 0.94;
/// `green_required`, cycles of 50 ms.
pub const DEFAULT_GREEN_REQUIRED: u32 = 5;
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
    base: Option<f64>,
}

/// Where the adaptive law starts without a `base_mbps`, as a share of the ceiling: a ceiling is 90 % of
/// a good hour, and a first start may be in a bad one.
const DEFAULT_BASE_SHARE: f64 = 0.6;
/// v1.7's numbers for a file that names the adaptive law and leaves them out, for whoever replays it
/// through the classic one: the steps as a share of the ceiling are those of the shipped cable example.
const STEP_SHARE: f64 = 0.0106;
const DEFAULT_FACTOR_DOWN: f64 = 0.85;

impl Limits {
    /// All the adaptive law needs, whichever decides.
    pub(super) fn adaptive(&self, tuning: Tuning) -> adaptive::ShaperParams {
        let (floor, ceiling) = (self.floors.lowest(), Rate::from_mbps(self.ceiling));
        let base = self.base.unwrap_or(self.ceiling * DEFAULT_BASE_SHARE);
        adaptive::ShaperParams {
            floor,
            base: Rate::from_mbps(base).max(floor).min(ceiling),
            ceiling,
            tuning,
        }
    }

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
pub(super) fn limits(section: Section<'_>, side: Side, law: Option<ControlLaw>) -> Option<Limits> {
    let ceiling = section.required("ceiling_mbps", &Number::within(1.0, side.ceiling_max));
    let floors = floors(&section, side, ceiling);
    let base = base(&section, law, floors, ceiling);
    let (step_rule, factor_rule) = (Number::within(0.1, 100.0), Number::within(0.1, 1.0));
    let (step_up, decay_red) = if law == Some(ControlLaw::Classic) {
        (
            section.required("step_up_mbps", &step_rule),
            section.required("factor_down", &factor_rule),
        )
    } else {
        let step = (ceiling.unwrap_or(1.0) * STEP_SHARE).clamp(0.1, 100.0);
        (
            section.or("step_up_mbps", step, &step_rule),
            section.or("factor_down", DEFAULT_FACTOR_DOWN, &factor_rule),
        )
    };
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
        base: base?,
    })
}

/// `base_mbps`, where the adaptive law starts; between floor and ceiling.
#[expect(
    clippy::option_option,
    reason = "missing and wrong are different things"
)]
fn base(
    section: &Section<'_>,
    law: Option<ControlLaw>,
    floors: Option<Floors>,
    ceiling: Option<f64>,
) -> Option<Option<f64>> {
    let base = section.optional("base_mbps", &Number::ANY)?;
    let Some(mbps) = base else {
        return Some(None);
    };
    if law == Some(ControlLaw::Classic) {
        section.warn("base_mbps", "has no effect with control_law: classic");
        return Some(None);
    }
    let (floor, ceiling) = (floors?.lowest().as_mbps(), ceiling?);
    if mbps < floor || ceiling < mbps {
        let sentence = format!(
            "{mbps}M is not between the floor ({floor:.1}M) and the ceiling ({ceiling:.1}M)"
        );
        section.conflict("base_mbps", &sentence);
        return None;
    }
    Some(base)
}

/// Four floors if `floor_green_mbps` is there, else v1.7's single `floor_mbps` for all zones.
fn floors(section: &Section<'_>, side: Side, ceiling: Option<f64>) -> Option<Floors> {
    let keys = ["floor_red_mbps", "floor_soft_red_mbps", "floor_yellow_mbps"];
    let keys = [keys[0], keys[1], keys[2], "floor_green_mbps"];
    for key in ["floor_mbps", keys[0], keys[2], keys[3]] {
        section.tell(key, || (Number::ANY.expected(), Presence::Optional));
    }
    if side.soft_red {
        section.tell(keys[1], || (Number::ANY.expected(), Presence::Optional));
    }
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
