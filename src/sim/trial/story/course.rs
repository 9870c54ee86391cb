//! How a quantity goes over time.

use crate::sim::random::Random;
use crate::time::Duration;

/// How strongly a walk is drawn back to its middle, per step: the law study's LTE line.
const DRAWN_BACK: f64 = 0.075;
/// What a walk's jump multiplies it by: a cell is left, a better one is found.
const JUMPS: [f64; 3] = [0.4, 0.5, 1.6];
/// What a dip leaves.
const DIP: f64 = 0.7;

/// How a quantity goes over time.
#[derive(Clone, Debug, PartialEq)]
pub enum Course<T> {
    /// It does not change.
    Steady(T),
    /// It changes at known moments.
    Steps {
        /// Since the start, or since the last repetition; the first is at 0.
        steps: Vec<(Duration, T)>,
        /// From the beginning again, so long after it.
        repeats_every: Option<Duration>,
    },
    /// It wanders about a middle, and jumps now and then.
    Walk {
        /// The middle.
        around: T,
        /// The standard deviation of one step.
        by: T,
        /// From step to step.
        every: Duration,
        /// How often a step is a jump, 0 to 1.
        jumps: f64,
        /// Not below.
        least: T,
        /// Not above.
        most: T,
    },
    /// It goes evenly there and back, with dips.
    Swing {
        /// At the beginning and at the end.
        from: T,
        /// Halfway.
        to: T,
        /// There and back; then again.
        over: Duration,
        /// From step to step.
        every: Duration,
        /// How often a step is a dip, 0 to 1.
        dips: f64,
    },
    /// It is drawn anew now and then.
    Random {
        /// How long a value lasts: evenly between these two.
        lasts: (Duration, Duration),
        /// Which one it is.
        draw: Draw<T>,
    },
}

/// What is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub enum Draw<T> {
    /// One of these, each as likely; never empty.
    Of(Vec<T>),
    /// Evenly between these two.
    Between(T, T),
}

impl<T> Course<T> {
    /// The same course in another quantity.
    pub(super) fn map<U>(&self, mut to: impl FnMut(&T) -> U) -> Course<U> {
        match self {
            Self::Steady(value) => Course::Steady(to(value)),
            Self::Steps {
                steps,
                repeats_every,
            } => Course::Steps {
                steps: steps.iter().map(|(at, value)| (*at, to(value))).collect(),
                repeats_every: *repeats_every,
            },
            Self::Walk {
                around,
                by,
                every,
                jumps,
                least,
                most,
            } => Course::Walk {
                around: to(around),
                by: to(by),
                every: *every,
                jumps: *jumps,
                least: to(least),
                most: to(most),
            },
            Self::Swing {
                from,
                to: there,
                over,
                every,
                dips,
            } => Course::Swing {
                from: to(from),
                to: to(there),
                over: *over,
                every: *every,
                dips: *dips,
            },
            Self::Random { lasts, draw } => Course::Random {
                lasts: *lasts,
                draw: match draw {
                    Draw::Of(values) => Draw::Of(values.iter().map(to).collect()),
                    Draw::Between(low, high) => Draw::Between(to(low), to(high)),
                },
            },
        }
    }

    /// What a line is built for: the first value, a walk's middle, the most of what is drawn from.
    pub(super) fn first(&self) -> &T {
        match self {
            Self::Steady(value)
            | Self::Walk { around: value, .. }
            | Self::Swing { from: value, .. }
            | Self::Random {
                draw: Draw::Between(_, value),
                ..
            } => value,
            Self::Steps { steps, .. } => &steps[0].1,
            Self::Random {
                draw: Draw::Of(values),
                ..
            } => &values[0],
        }
    }
}

impl Course<f64> {
    /// Every value and when it begins, before `end`.
    pub(super) fn values(&self, end: Duration, random: &mut Random) -> Vec<(Duration, f64)> {
        match self {
            Self::Steady(value) => vec![(Duration::ZERO, *value)],
            Self::Steps {
                steps,
                repeats_every,
            } => stepped(steps, *repeats_every, end),
            &Self::Walk {
                around,
                by,
                every,
                jumps,
                least,
                most,
            } => {
                let mut value = around;
                let step = |at| {
                    value += by * normal(random) - DRAWN_BACK * (value - around);
                    if random.happens(jumps) {
                        value *= JUMPS[below(random, JUMPS.len())];
                    }
                    value = value.clamp(least, most);
                    (at, value)
                };
                moments(every, end).map(step).collect()
            }
            &Self::Swing {
                from,
                to,
                over,
                every,
                dips,
            } => moments(every, end)
                .map(|at| {
                    let phase = (at.as_secs_f64() / over.as_secs_f64()).fract();
                    let there = 1.0 - (2.0 * phase - 1.0).abs();
                    let dip = if random.happens(dips) { DIP } else { 1.0 };
                    (at, (from + (to - from) * there) * dip)
                })
                .collect(),
            Self::Random { lasts, draw } => {
                let mut all = Vec::new();
                let mut at = Duration::ZERO;
                while at < end {
                    all.push((at, draw.one(random)));
                    let spread = lasts.1.as_micros().saturating_sub(lasts.0.as_micros());
                    at = at + lasts.0 + Duration::from_micros(random.below(spread));
                }
                all
            }
        }
    }
}

impl Draw<f64> {
    fn one(&self, random: &mut Random) -> f64 {
        /// Fine enough that nobody sees the grain.
        const GRAIN: u64 = 1_000_000;
        match self {
            Self::Of(values) => values[below(random, values.len())],
            Self::Between(low, high) => {
                low + (high - low) * (random.below(GRAIN) as f64 / GRAIN as f64)
            }
        }
    }
}

fn stepped(
    steps: &[(Duration, f64)],
    repeats_every: Option<Duration>,
    end: Duration,
) -> Vec<(Duration, f64)> {
    let mut all = Vec::new();
    let mut begin = Duration::ZERO;
    while begin < end {
        let within = steps
            .iter()
            .filter(|(at, _)| repeats_every.is_none_or(|period| *at < period));
        all.extend(within.map(|&(at, value)| (begin + at, value)));
        let Some(period) = repeats_every else { break };
        begin = begin + period;
    }
    all
}

/// 0, `every`, twice `every`, …, before `end`.
fn moments(every: Duration, end: Duration) -> impl Iterator<Item = Duration> {
    core::iter::successors(Some(Duration::ZERO), move |&at| Some(at + every))
        .take_while(move |&at| at < end)
}

fn below(random: &mut Random, bound: usize) -> usize {
    usize::try_from(random.below(bound as u64)).unwrap_or(0)
}

/// The sum of twelve even numbers is nearly normal, with a deviation of one.
fn normal(random: &mut Random) -> f64 {
    let even = (0..12).map(|_| random.below(1_000) as f64 / 1e3);
    even.sum::<f64>() - 6.0
}
