//! From what was measured to the keys of a WAN file.

use serde_yaml::Value;

use crate::config::{ControlLaw, DEFAULT_BASELINE_BOUNDS_MS};
use crate::direction::{Both, Direction};
use crate::units::{Millis, Rate};

const MONITORING: &str = "continuous_monitoring";
/// The adaptive law goes down here only if the line does, so that low is right.
const ADAPTIVE_FLOOR: f64 = 0.1;
/// Where it begins: the share of the ceiling that it takes without `base_mbps`.
const ADAPTIVE_BASE: f64 = 0.6;
/// v1.7's floors, from RED to GREEN (contract 10). As shares they are in order on a slow line, too (W-38).
const CLASSIC_FLOORS: [(&str, f64); 4] = [
    ("floor_red_mbps", 0.2),
    ("floor_soft_red_mbps", 0.3),
    ("floor_yellow_mbps", 0.4),
    ("floor_green_mbps", 0.6),
];
/// More than this share of the ceiling per 50 ms would be all of it in five seconds (W-21).
const LARGEST_STEP: f64 = 0.01;
/// What a larger one becomes.
const STEP: f64 = 0.005;

/// What a file may say, in Mbit/s (contract 1.3). A line beyond that is described as nearly as can be.
const CEILINGS: Both<(f64, f64)> = Both {
    down: (1.0, 10_000.0),
    up: (1.0, 1_000.0),
};
const LEAST_STEP: f64 = 0.1;

/// A line as it was measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The round trip while nobody uses it.
    pub(super) baseline: Millis,
    /// What passes without a limit.
    pub(super) capacity: Both<Rate>,
    /// The highest limit that keeps it calm.
    pub(super) best: Both<Rate>,
}

/// A key and what it is to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Setting {
    pub(super) path: Vec<&'static str>,
    pub(super) value: String,
}

/// The lowest floor that a file with this law gets.
pub(super) fn floor(law: ControlLaw, best: Rate) -> f64 {
    significant(
        best.as_mbps()
            * match law {
                ControlLaw::Adaptive => ADAPTIVE_FLOOR,
                ControlLaw::Classic => CLASSIC_FLOORS[0].1,
            },
    )
}

/// What a file of this content and law should say of the line. Only what was measured, or would
/// contradict it.
pub(super) fn settings(file: &Value, law: ControlLaw, line: &Line) -> Vec<Setting> {
    let mut settings = Vec::new();
    let mut put = |section: Option<&'static str>, key: &'static str, number: f64| {
        let path = [Some(MONITORING), section, Some(key)];
        settings.push(Setting {
            path: path.into_iter().flatten().collect(),
            value: number.to_string(),
        });
    };
    let monitoring = &file[MONITORING];
    let baseline = (line.baseline.as_f64() * 10.0).round() / 10.0;
    let baseline = baseline.clamp(1.0, 500.0);
    if law == ControlLaw::Classic || !monitoring["baseline_rtt_initial"].is_null() {
        put(None, "baseline_rtt_initial", baseline);
    }
    for (section, direction) in [("download", Direction::Down), ("upload", Direction::Up)] {
        let (capacity, best) = (line.capacity[direction], line.best[direction]);
        let there = |key: &str| !monitoring[section][key].is_null();
        let mut put = |key, number| put(Some(section), key, number);
        let ceiling = significant(match law {
            // It finds out by itself how much of the capacity is clean.
            ControlLaw::Adaptive => capacity.max(best).as_mbps(),
            ControlLaw::Classic => best.as_mbps(),
        });
        let (least, most) = CEILINGS[direction];
        let ceiling = ceiling.clamp(least, most);
        let best = best.min(Rate::from_mbps(ceiling));
        if there("floor_green_mbps") {
            let lowest = floor(law, best);
            for (key, share) in CLASSIC_FLOORS {
                let zone = key != "floor_soft_red_mbps" || there(key);
                let red = key == "floor_red_mbps";
                if zone {
                    put(
                        key,
                        if red {
                            lowest
                        } else {
                            significant(best.as_mbps() * share)
                        },
                    );
                }
            }
        } else {
            put("floor_mbps", floor(law, best));
        }
        if law == ControlLaw::Adaptive {
            let base = significant((ceiling * ADAPTIVE_BASE).min(best.as_mbps()));
            put("base_mbps", base);
        }
        put("ceiling_mbps", ceiling);
        let step = monitoring[section]["step_up_mbps"].as_f64();
        let largest = (ceiling * LARGEST_STEP).max(LEAST_STEP);
        if law == ControlLaw::Classic && step.is_some_and(|step| step > largest) {
            put(
                "step_up_mbps",
                significant((ceiling * STEP).max(LEAST_STEP)),
            );
        }
    }
    if law == ControlLaw::Classic {
        settings.extend(bounds(monitoring, baseline));
    }
    settings
}

/// A baseline outside its bounds could never be learned (W-09).
fn bounds(monitoring: &Value, baseline: f64) -> Option<Setting> {
    let written = &monitoring["thresholds"]["baseline_rtt_bounds"];
    let (low, high) = DEFAULT_BASELINE_BOUNDS_MS;
    let low = written["min"].as_f64().unwrap_or(low);
    let high = written["max"].as_f64().unwrap_or(high);
    let (key, bound) = if baseline < low {
        ("min", (baseline / 2.0).floor().max(1.0))
    } else if baseline > high {
        ("max", (baseline * 2.0).ceil().min(500.0))
    } else {
        return None;
    };
    Some(Setting {
        path: vec![MONITORING, "thresholds", "baseline_rtt_bounds", key],
        value: bound.to_string(),
    })
}

/// Three digits: more were not measured. Keeps the order of any two numbers.
pub(super) fn significant(mbps: f64) -> f64 {
    if mbps <= 0.0 {
        return 0.0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a power of ten")]
    let digits = 2 - mbps.log10().floor() as i32;
    // Powers of ten up to here are exact, so that 4.56 is 456 / 100 and not 456 * 0.01.
    if digits >= 0 {
        let scale = 10_f64.powi(digits);
        (mbps * scale).round() / scale
    } else {
        let scale = 10_f64.powi(-digits);
        (mbps / scale).round() * scale
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{self, edit};

    fn line(down: f64, up: f64, baseline: f64) -> Line {
        let capacity = Both { down, up }.map(Rate::from_mbps);
        Line {
            baseline: Millis::new(baseline).unwrap(),
            capacity,
            best: capacity.map(|rate| rate.times(0.95)),
        }
    }

    /// The file with its settings, checked.
    fn edited(text: &str, law: ControlLaw, line: &Line) -> config::Loaded<config::WanConfig> {
        let file: Value = serde_yaml::from_str(text).unwrap();
        let mut text = text.to_owned();
        for Setting { path, value } in settings(&file, law, line) {
            text = edit::set(&text, &path, &value).unwrap_or_else(|e| panic!("{e}"));
        }
        config::parse(Path::new("wan.yaml"), text.as_bytes())
            .unwrap_or_else(|e| panic!("{e}\n{text}"))
    }

    const LINES: [(f64, f64, f64); 6] = [
        (0.9, 0.1, 90.0),
        (6.0, 0.6, 35.0),
        (31.0, 9.0, 24.0),
        (500.0, 40.0, 2.3),
        (938.123, 941.987, 4.0),
        (9_412.0, 7_777.7, 450.0),
    ];

    #[test]
    fn every_shipped_file_is_valid_with_the_numbers_of_any_line() {
        for text in [
            include_str!("../../../configs/cable.yaml"),
            include_str!("../../../configs/dsl.yaml"),
            include_str!("../../../configs/fiber.yaml"),
        ] {
            for (down, up, baseline) in LINES {
                let line = line(down, up, baseline);
                let config = edited(text, ControlLaw::Adaptive, &line).config;
                let shapers = config.adaptive.shapers;
                for direction in Direction::BOTH {
                    let (shaper, best) = (shapers[direction], line.best[direction]);
                    let (least, most) = CEILINGS[direction];
                    let capacity = line.capacity[direction].as_mbps().clamp(least, most);
                    let near = shaper.ceiling.as_mbps() / capacity;
                    assert!((0.99..1.01).contains(&near), "{shaper:?}");
                    let clean = shaper.floor < shaper.base && shaper.base <= best.times(1.01);
                    assert!(clean, "{shaper:?}");
                }
            }
        }
    }

    #[test]
    fn v1_7s_files_are_valid_too_however_slow_the_line() {
        for text in [
            include_str!("../../../configs/classic.yaml"),
            include_str!("../../../tests/config/valid.yaml"),
        ] {
            for (down, up, baseline) in LINES {
                let line = line(down, up, baseline);
                let loaded = edited(text, ControlLaw::Classic, &line);
                let odd = loaded
                    .warnings
                    .iter()
                    .filter(|w| w.to_string().contains("baseline_rtt_bounds"));
                assert_eq!(odd.count(), 0, "{:?}", loaded.warnings);
                let shapers = loaded.config.shapers;
                for direction in Direction::BOTH {
                    let shaper = &shapers[direction];
                    let best = line.best[direction].as_mbps().max(CEILINGS[direction].0);
                    assert!(shaper.ceiling.as_mbps() / best < 1.01, "{shaper:?}");
                    let largest = shaper
                        .ceiling
                        .times(0.0101)
                        .max(Rate::from_mbps(LEAST_STEP));
                    assert!(shaper.step_up <= largest, "{shaper:?}");
                }
            }
        }
    }

    #[test]
    fn what_was_not_measured_stays_as_it_is() {
        let text = include_str!("../../../configs/classic.yaml");
        let file: Value = serde_yaml::from_str(text).unwrap();
        let keys: Vec<String> = settings(&file, ControlLaw::Classic, &line(480.0, 48.0, 24.0))
            .iter()
            .map(|setting| setting.path[1..].join("."))
            .collect();
        assert_eq!(
            keys,
            [
                "baseline_rtt_initial",
                "download.floor_red_mbps",
                "download.floor_soft_red_mbps",
                "download.floor_yellow_mbps",
                "download.floor_green_mbps",
                "download.ceiling_mbps",
                "download.step_up_mbps",
                "upload.floor_mbps",
                "upload.ceiling_mbps",
                "upload.step_up_mbps",
            ]
        );
    }

    #[test]
    fn three_digits_are_kept_in_order() {
        for (mbps, rounded) in [
            (487.31, 487.0),
            (18.26, 18.3),
            (2.3171, 2.32),
            (0.045_67, 0.0457),
            (9_412.0, 9_410.0),
            (999.9, 1_000.0),
            (0.0, 0.0),
        ] {
            assert!((significant(mbps) - rounded).abs() < 1e-9, "{mbps}");
        }
        assert_eq!(significant(4.561).to_string(), "4.56");
    }
}
