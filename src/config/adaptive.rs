//! `continuous_monitoring.line` and `.aggressiveness`: what the adaptive law is told of a line.

use super::rule::{Choice, Number};
use super::section::Section;
use super::wan::ControlLaw;
use crate::control::law::adaptive::{Preset, ShaperParams, Tuning};
use crate::direction::Both;
use crate::units::Millis;

/// `continuous_monitoring.aggressiveness`: the preset's own numbers.
pub const DEFAULT_AGGRESSIVENESS: f64 = 1.0;

/// What the adaptive law is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveConfig {
    /// `continuous_monitoring.line`: `cable` (the default), `dsl`, `fiber`, `lte` or `starlink`.
    pub line: Preset,
    /// `continuous_monitoring.aggressiveness`, 0.25 to 4: above 1 for less delay, below it for more
    /// throughput.
    pub aggressiveness: f64,
    /// The lowest floor, `base_mbps` (default 0.6 of the ceiling) and `ceiling_mbps` of each direction.
    pub shapers: Both<ShaperParams>,
}

/// What kind of line it is, and how keen the law is on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Character {
    pub(super) line: Preset,
    pub(super) aggressiveness: f64,
}

impl Character {
    /// The law's numbers; `target` is `thresholds.target_bloat_ms`, where bloat begins for v1.7, too.
    pub(super) fn tuning(&self, target: Option<Millis>) -> Tuning {
        let preset = self.line.tuning();
        Tuning {
            threshold: target.unwrap_or(preset.threshold),
            ..preset
        }
        .with_aggressiveness(self.aggressiveness)
    }
}

/// Reads the two keys.
pub(super) fn character(section: &Section<'_>, law: Option<ControlLaw>) -> Option<Character> {
    let lines = Choice(&[
        ("cable", Preset::Cable),
        ("dsl", Preset::Dsl),
        ("fiber", Preset::Fiber),
        ("lte", Preset::Lte),
        ("starlink", Preset::Starlink),
    ]);
    let line = section.or("line", Preset::default(), &lines);
    let rule = Number::within(0.25, 4.0);
    let aggressiveness = section.or("aggressiveness", DEFAULT_AGGRESSIVENESS, &rule);
    if law == Some(ControlLaw::Classic) {
        for key in ["line", "aggressiveness"] {
            if section.value(key).is_some() {
                section.warn(key, "has no effect with control_law: classic");
            }
        }
    }
    Some(Character {
        line: line?,
        aggressiveness: aggressiveness?,
    })
}
