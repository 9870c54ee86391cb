//! A WAN file, as the simulator wants it.

use crate::config::{ControlLaw, FRESH_FOR, WanConfig};
use crate::control::prober::{Combine, ProberParams};
use crate::sim::trial::{ClassicSetup, Law, Limits, Setup};
use crate::time::Duration;

/// What the laws are given.
pub fn setup(config: &WanConfig) -> Setup {
    let adaptive = config.adaptive.shapers;
    let limit = config.router.write_limit;
    Setup {
        limits: adaptive.map(|shaper| Limits {
            floor: shaper.floor,
            base: shaper.base,
            ceiling: shaper.ceiling,
        }),
        adaptive,
        reflectors: config.measurement.prober.reflectors,
        one_way: config.measurement.one_way,
        rtt: Duration::from_secs_f64(config.baseline_initial.as_f64() / 1e3),
        writes_per_hour: config.router.writes_per_hour,
        classic: ClassicSetup {
            shapers: config.shapers,
            delay: config.delay,
            initial: config.baseline_initial,
            prober: in_rounds(config.measurement.prober),
            writes: (limit.changes, limit.window),
        },
    }
}

/// v1.7's law asks in rounds, also with the file of somebody who has the adaptive one.
fn in_rounds(prober: ProberParams) -> ProberParams {
    let combine = match prober.combine {
        Combine::InTurn if prober.reflectors >= 3 => Combine::MedianOfThree,
        Combine::InTurn => Combine::First,
        combine => combine,
    };
    ProberParams {
        combine,
        fresh_for: FRESH_FOR,
        ..prober
    }
}

/// The law the file names.
pub(in crate::cli) const fn law(config: &WanConfig) -> Law {
    match config.control_law {
        ControlLaw::Classic => Law::Classic,
        ControlLaw::Adaptive => Law::Adaptive,
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
