//! A WAN file, as the simulator wants it.

use crate::config::{ControlLaw, WanConfig};
use crate::control::law::adaptive::Preset;
use crate::direction::Both;
use crate::sim::trial::{ClassicSetup, Law, Limits, Setup};

/// What the laws are given.
pub(super) fn setup(config: &WanConfig) -> Setup {
    let limits = config.shapers.map(|shaper| Limits {
        floor: shaper.floors.lowest(),
        base: shaper.ceiling.times(0.6),
        ceiling: shaper.ceiling,
    });
    let tuning = Preset::Cable.tuning();
    let limit = config.router.write_limit;
    Setup {
        limits,
        tuning: Both {
            down: tuning,
            up: tuning,
        },
        reflectors: config.measurement.prober.reflectors,
        classic: ClassicSetup {
            shapers: config.shapers,
            delay: config.delay,
            initial: config.baseline_initial,
            prober: config.measurement.prober,
            writes: (limit.changes, limit.window),
        },
    }
}

/// The law the file names.
pub(super) const fn law(config: &WanConfig) -> Law {
    match config.control_law {
        ControlLaw::Classic => Law::Classic,
    }
}

/// The line as the file has it, for the head of what is printed.
pub(super) fn described(config: &WanConfig, setup: &Setup, seed: u64) -> String {
    let side = |limits: Limits| {
        format!(
            "{} to {} (base {})",
            limits.floor, limits.ceiling, limits.base
        )
    };
    let reflectors = match setup.reflectors {
        1 => "1 reflector".to_owned(),
        n => format!("{n} reflectors"),
    };
    format!(
        "{}: download {}, upload {}, {reflectors}, law {}, seed {seed}\n\n",
        config.wan_name,
        side(setup.limits.down),
        side(setup.limits.up),
        law(config).name(),
    )
}
