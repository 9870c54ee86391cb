//! What a user configured, as the laws are given it.

use super::scenario::{Limits, Scenario};
use crate::control::actuator::DEFAULT_PER_HOUR;
use crate::control::delay::DelayParams;
use crate::control::law::adaptive;
use crate::control::law::classic::{Floors, ShaperParams};
use crate::control::prober::{Combine, ProberParams};
use crate::control::zone::Thresholds;
use crate::direction::Both;
use crate::time::Duration;
use crate::units::{Alpha, Factor, Millis, Rate};

/// What a user configured: the same file, as each law reads it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Each direction's floor, base and ceiling, for every law but v1.7's.
    pub limits: Both<Limits>,
    /// The same for the adaptive law, with what it knows about the line.
    pub adaptive: Both<adaptive::ShaperParams>,
    /// How many reflectors it asks.
    pub reflectors: u8,
    /// Whether it may ask them for their time.
    pub one_way: bool,
    /// What the RTT of the empty line is said to be.
    pub rtt: Duration,
    /// What the adaptive law may write in an hour, in the mean.
    pub writes_per_hour: u32,
    /// v1.7's law.
    pub classic: ClassicSetup,
}

/// What v1.7's law is given.
#[derive(Clone, Debug)]
pub struct ClassicSetup {
    /// The two directions.
    pub shapers: Both<ShaperParams>,
    /// The two averages.
    pub delay: DelayParams,
    /// The first baseline.
    pub initial: Millis,
    /// How it asks.
    pub prober: ProberParams,
    /// So many writes in so long a time.
    pub writes: (usize, Duration),
}

impl Setup {
    /// What a scenario brings along: six reflectors, the preset's numbers, and for v1.7 its example for a
    /// cable line in shares of the ceiling.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let limits = scenario.limits;
        let tuning = scenario.preset.tuning();
        Self {
            limits,
            adaptive: limits.map(|limits| limits.adaptive(tuning)),
            reflectors: u8::try_from(scenario.reflectors.len()).unwrap_or(u8::MAX),
            one_way: scenario.reflectors.iter().any(|one| one.clock.is_some()),
            rtt: scenario.line.propagation,
            writes_per_hour: DEFAULT_PER_HOUR,
            classic: ClassicSetup {
                shapers: Both {
                    down: v1_7(limits.down, true),
                    up: v1_7(limits.up, false),
                },
                delay: DelayParams {
                    // 0.25 s and 50 s at 50 ms.
                    load: Alpha::new(0.2).expect("a weight"),
                    baseline: Alpha::new(0.001).expect("a weight"),
                    idle_below: Millis::of(3),
                    spike_above: Millis::of(15),
                    baseline_bounds: (Millis::of(5), Millis::of(150)),
                },
                initial: scenario.line.propagation.as_millis(),
                prober: ProberParams {
                    reflectors: 3,
                    combine: Combine::MedianOfThree,
                    silent_after: Duration::from_secs(1),
                    fresh_for: Duration::from_millis(100),
                },
                writes: (10, Duration::from_secs(60)),
            },
        }
    }
}

/// v1.7's example for a cable line, in shares of its ceiling: 550, 350, 275 and 200 of 940 Mbit/s,
/// steps of 10.
fn v1_7(limits: Limits, down: bool) -> ShaperParams {
    let share = |share: f64| -> Rate { limits.ceiling.times(share) };
    ShaperParams {
        thresholds: Thresholds {
            green: Millis::of(15),
            yellow: Millis::of(45),
            soft_red: down.then_some(Millis::of(80)),
        },
        ceiling: limits.ceiling,
        floors: if down {
            Floors {
                green: share(0.585),
                yellow: share(0.372),
                soft_red: share(0.293),
                red: share(0.213),
            }
        } else {
            Floors::single(share(0.213))
        },
        decay_yellow: Factor::new(0.96).expect("a factor"),
        decay_red: Factor::new(0.85).expect("a factor"),
        step_up: share(0.0106),
        green_required: 5,
    }
}
