//! `confidence`, read only with `mode.use_confidence_scoring`, as in v1.7.

use super::super::rule::{LooseCount, LooseFlag, Number};
use super::super::section::Section;
use crate::steering::confidence::ConfidenceParams;
use crate::steering::flap::{FlapParams, MAX_TOGGLES};
use crate::time::Duration;

/// `confidence`, all of it (contract 1.4).
pub const DEFAULT_CONFIDENCE: ConfidenceParams = ConfidenceParams {
    steer: 55.0,
    recovery: 20.0,
    sustain: Duration::from_secs(2),
    recover: Duration::from_secs(3),
    hold: Duration::from_secs(30),
    flap: FlapParams {
        enabled: true,
        window: Duration::from_secs(5 * 60),
        max_toggles: 4,
        penalty: Duration::from_secs(60),
        add: 15.0,
    },
    dry_run: true,
};
/// Longest timer, in seconds: a day.
const LONGEST: f64 = 86_400.0;

pub(super) fn confidence(section: Section<'_>, delay_alone: bool) -> Option<ConfidenceParams> {
    let default = DEFAULT_CONFIDENCE;
    let score = Number::within(0.0, 100.0);
    let steer = section.or("steer_threshold", default.steer, &score);
    let recovery = section.or("recovery_threshold", default.recovery, &score);
    if let (Some(steer), Some(recovery)) = (steer, recovery)
        && recovery >= steer
    {
        let sentence = format!("{recovery} must be less than confidence.steer_threshold ({steer})");
        section.conflict("recovery_threshold", &sentence);
    }
    let seconds = |key, default: Duration| {
        let seconds = section.or(key, default.as_secs_f64(), &Number::within(0.0, LONGEST));
        seconds.map(Duration::from_secs_f64)
    };
    let sustain = seconds("sustain_duration_sec", default.sustain);
    let recover = seconds("recovery_sustain_sec", default.recover);
    let hold = seconds("hold_down_duration_sec", default.hold);
    let penalty = seconds("penalty_duration_sec", default.flap.penalty);
    let flap = flap(&section, penalty);
    let dry_run = section.or("dry_run", default.dry_run, &LooseFlag);
    // Without queue, drops and loss there is no RED, and no score reaches the threshold. In v1.7 the rows of
    // samples went on beside it (W-23).
    let hopeless = delay_alone && dry_run == Some(false);
    if hopeless {
        section.warn(
            "dry_run",
            "of false has no effect with mode.cake_aware: false, where delay alone cannot reach a score: \
             the rows of samples decide, and the score is only told; set cake_aware: true to let it decide",
        );
    }
    section.finish(&[]);
    Some(ConfidenceParams {
        steer: steer?,
        recovery: recovery?,
        sustain: sustain?,
        recover: recover?,
        hold: hold?,
        flap: flap?,
        dry_run: dry_run? || hopeless,
    })
}

fn flap(section: &Section<'_>, penalty: Option<Duration>) -> Option<FlapParams> {
    let default = DEFAULT_CONFIDENCE.flap;
    let enabled = section.or("flap_detection_enabled", default.enabled, &LooseFlag);
    let minutes = default.window.as_secs_f64() / 60.0;
    let minutes = section.or(
        "flap_window_minutes",
        minutes,
        &Number::within(0.0, 1_440.0),
    );
    let toggles = u32::try_from(default.max_toggles).unwrap_or(u32::MAX);
    let toggles = section.or("max_toggles", toggles, &LooseCount { min: 0 });
    let add = section.or(
        "penalty_threshold_add",
        default.add,
        &Number::within(0.0, 100.0),
    );
    let max_toggles = usize::try_from(toggles?).unwrap_or(usize::MAX);
    if max_toggles >= MAX_TOGGLES {
        let sentence = format!(
            "switches the flap brake off: {MAX_TOGGLES} toggles are remembered, as in v1.7"
        );
        section.warn("max_toggles", &sentence);
    }
    Some(FlapParams {
        enabled: enabled?,
        window: Duration::from_secs_f64(minutes? * 60.0),
        max_toggles,
        penalty: penalty?,
        add: add?,
    })
}
