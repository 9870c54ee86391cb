//! A line made of what was recorded on it: what would another law have done last night?
//!
//! A recording has, for every second, the RTT and its baseline, the rates that were wanted, and, if the
//! adaptive law ran, what passed. It does not say what the line could have carried, nor what people would
//! have liked to carry; both are guessed, so that a law can be played on the line and not only on the
//! numbers that another law caused:
//!
//! | | with what passed | without (v1.7's history) |
//! |---|---|---|
//! | whose queue | the direction at its rate; with both, the download if it delivers less than its rate | the download's |
//! | capacity while a queue stands | what passed in the download; the rate less the queue's growth in the upload | the rate less the queue's growth |
//! | capacity without a queue | between the nearest seconds that know it, and at least what passed; the ceiling if none is within a minute | the same |
//! | demand | what passed, and without an end where that was the rate | without an end in the download, next to none in the upload |
//!
//! So a recording of v1.7's shows a worst night: everybody wanted more all the time. Delay without traffic of our
//! own is weather. Played with the law that made it, a recording comes out alike, or it is not to be
//! trusted; the table shows both.

use super::scenario::{BULK, Quirks, Scenario, Span};
use super::setup::Setup;
use crate::direction::{Both, Direction};
use crate::sim::line::LineOptions;
use crate::sim::schedule::{Change, Schedule};
use crate::time::Duration;
use crate::units::{Millis, Rate};

/// One second of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Second {
    /// The mean RTT.
    pub rtt: Millis,
    /// The RTT of the empty line.
    pub baseline: Millis,
    /// What the law wanted.
    pub rates: Both<Rate>,
    /// What passed, if it was counted.
    pub achieved: Both<Option<Rate>>,
}

/// A smaller delta than this, in milliseconds, is no queue: the mean of a second hides little more.
const NO_QUEUE_MS: f64 = 5.0;
/// From this share of its rate on, a direction holds a queue and wants more.
const AT_ITS_RATE: f64 = 0.85;
/// Less than this share of its rate is delivered by a download that is the bottleneck.
const SHORT: f64 = 0.95;
/// A queue that grows by so many seconds in a second tells no more of the capacity.
const STEEPEST: f64 = 4.0;
/// One that shrinks by so many neither: the senders have stopped.
const SHRINKS: f64 = -0.5;
/// So many seconds after it was measured, a capacity is forgotten.
const REMEMBERED: usize = 60;
/// What an upload carries that nobody counted.
const LITTLE: Rate = Rate::bps(500_000);
/// The least buffer a modem has, in milliseconds: what never filled cannot be seen.
const LEAST_BUFFER_MS: f64 = 100.0;
/// TCP flows that carry the load.
const FLOWS: u32 = 8;

/// What a line was like while it was recorded; `None` for a second of which nothing is known.
pub fn scenario(seconds: &[Option<Second>], setup: &Setup) -> Scenario {
    let culprits: Vec<_> = seconds
        .iter()
        .map(|second| second.and_then(culprit))
        .collect();
    let capacity = Both::from_fn(|direction| {
        capacities(
            seconds,
            &culprits,
            direction,
            setup.limits[direction].ceiling,
        )
    });
    let mut changes = Vec::new();
    let mut weather = Vec::new();
    let mut last = Last::default();
    for (n, second) in seconds.iter().enumerate() {
        let at = Duration::from_secs(n as u64);
        for direction in Direction::BOTH {
            let can = capacity[direction][n];
            if core::mem::replace(&mut last.capacity[direction], can) != can {
                changes.push((at, Change::Capacity(direction, can)));
            }
            let wants = second.map_or(LITTLE, |second| demand(second, direction, culprits[n]));
            if core::mem::replace(&mut last.demand[direction], wants) != wants {
                changes.push((at, Change::Demand(direction, wants)));
            }
        }
        let Some(second) = second else { continue };
        let path = Duration::from(second.baseline);
        if path.as_millis().as_f64() - last.path.as_millis().as_f64() != 0.0 {
            last.path = path;
            changes.push((at, Change::Propagation(path)));
        }
        if culprits[n].is_none() && queue_ms(second) > NO_QUEUE_MS {
            let until = at + Duration::from_secs(1);
            let delay = Duration::from(second.rtt - second.baseline);
            weather.push((Span { from: at, until }, delay));
        }
    }
    let buffer =
        Both::from_fn(|direction| buffer(seconds, &culprits, &capacity[direction], direction));
    let first = seconds.iter().flatten().next();
    Scenario {
        name: "recorded".to_owned(),
        line: LineOptions {
            capacity: capacity
                .as_ref()
                .map(|rates| rates.first().copied().unwrap_or(LITTLE)),
            demand: Both::from_fn(|_| LITTLE),
            propagation: first.map_or(setup.rtt, |second| Duration::from(second.baseline)),
            jitter: Duration::ZERO,
            buffer,
            seed: 1,
        },
        schedule: Schedule::of(changes),
        lasts: Duration::from_secs(seconds.len() as u64),
        weather,
        reflectors: vec![Quirks::default(); usize::from(setup.reflectors)],
        limits: setup.limits,
        judged: Both {
            down: true,
            up: seconds
                .iter()
                .flatten()
                .any(|second| is_full(*second, Direction::Up)),
        },
        flows: FLOWS,
        ..Scenario::default()
    }
}

#[derive(Default)]
struct Last {
    capacity: Both<Rate>,
    demand: Both<Rate>,
    path: Duration,
}

/// What the recorded law made of it: the deltas of the seconds in which somebody wanted more, sorted, in
/// milliseconds.
pub fn deltas(seconds: &[Option<Second>]) -> Vec<f64> {
    let in_use = |second: &&Second| {
        let full = |direction| is_full(**second, direction);
        culprit(**second).is_some()
            || Direction::BOTH.into_iter().any(full)
            || second.achieved.down.is_none()
    };
    let known = seconds.iter().flatten().filter(in_use);
    let mut deltas: Vec<f64> = known.map(queue_ms).collect();
    deltas.sort_unstable_by(f64::total_cmp);
    deltas
}

fn queue_ms(second: &Second) -> f64 {
    (second.rtt - second.baseline).as_f64().max(0.0)
}

fn load(second: Second, direction: Direction) -> Option<f64> {
    Some(second.achieved[direction]?.share_of(second.rates[direction]))
}

fn is_full(second: Second, direction: Direction) -> bool {
    load(second, direction).is_some_and(|load| load >= AT_ITS_RATE)
}

/// Whose queue it is, if there is one of ours.
fn culprit(second: Second) -> Option<Direction> {
    if queue_ms(&second) <= NO_QUEUE_MS {
        return None;
    }
    let (Some(down), Some(up)) = (load(second, Direction::Down), load(second, Direction::Up))
    else {
        return Some(Direction::Down);
    };
    // A download that is the bottleneck delivers less than its rate: half of that will do.
    if down >= SHORT || (down >= AT_ITS_RATE / 2.0 && up < AT_ITS_RATE) {
        let both = down >= SHORT && up >= AT_ITS_RATE;
        Some(if both { Direction::Up } else { Direction::Down })
    } else if up >= AT_ITS_RATE {
        Some(Direction::Up)
    } else {
        None
    }
}

fn demand(second: Second, direction: Direction, culprit: Option<Direction>) -> Rate {
    match second.achieved[direction] {
        Some(_) if is_full(second, direction) || culprit == Some(direction) => BULK,
        Some(achieved) => achieved,
        None if direction == Direction::Down => BULK,
        None => LITTLE,
    }
}

/// What the line could carry, second by second.
fn capacities(
    seconds: &[Option<Second>],
    culprits: &[Option<Direction>],
    direction: Direction,
    ceiling: Rate,
) -> Vec<Rate> {
    let measured: Vec<Option<Rate>> = (0..seconds.len())
        .map(|n| {
            let second = seconds[n].filter(|_| culprits[n] == Some(direction))?;
            Some(measured(seconds, n, second, direction))
        })
        .collect();
    let (before, after) = (nearest(measured.iter()), {
        let mut after = nearest(measured.iter().rev());
        after.reverse();
        after
    });
    let filled = before.into_iter().zip(after).map(|known| match known {
        (Some((from, gone)), Some((to, left))) => {
            let share = gone as f64 / (gone + left).max(1) as f64;
            from.times(1.0 - share) + to.times(share)
        }
        (Some((rate, _)), None) | (None, Some((rate, _))) => rate,
        (None, None) => ceiling,
    });
    let at_least = |(rate, second): (Rate, &Option<Second>)| {
        let passed = second.and_then(|second| second.achieved[direction]);
        rate.max(passed.unwrap_or(Rate::ZERO))
    };
    filled.zip(seconds).map(at_least).collect()
}

/// The capacity while this direction's queue stands.
fn measured(seconds: &[Option<Second>], n: usize, second: Second, direction: Direction) -> Rate {
    let passed = second.achieved[direction];
    if let (Direction::Down, Some(passed)) = (direction, passed) {
        return passed;
    }
    let inflow = passed.unwrap_or(second.rates[direction]);
    let around = |at: Option<usize>| {
        at.and_then(|at| *seconds.get(at)?)
            .map(|second| queue_ms(&second))
    };
    let growth = match (around(n.checked_sub(1)), around(Some(n + 1))) {
        (Some(before), Some(after)) => (after - before) / 2e3,
        (Some(before), None) => (queue_ms(&second) - before) / 1e3,
        (None, Some(after)) => (after - queue_ms(&second)) / 1e3,
        (None, None) => 0.0,
    };
    inflow.times(1.0 / (1.0 + growth.clamp(SHRINKS, STEEPEST)))
}

/// The newest known value of each place and how many places it is away, if it is not forgotten.
fn nearest<'r>(measured: impl Iterator<Item = &'r Option<Rate>>) -> Vec<Option<(Rate, usize)>> {
    let mut known = None;
    measured
        .map(|rate| {
            known = match (rate, known) {
                (Some(rate), _) => Some((*rate, 0)),
                (None, Some((rate, away))) if away < REMEMBERED => Some((rate, away + 1)),
                (None, _) => None,
            };
            known
        })
        .collect()
}

/// The largest queue that was seen, in bytes.
fn buffer(
    seconds: &[Option<Second>],
    culprits: &[Option<Direction>],
    capacity: &[Rate],
    direction: Direction,
) -> u64 {
    let bytes = |rate: Rate, ms: f64| rate.times(ms / 8e3).as_bps();
    let seen = (0..seconds.len()).filter_map(|n| {
        let second = seconds[n].filter(|_| culprits[n] == Some(direction))?;
        Some(bytes(capacity[n], queue_ms(&second)))
    });
    let least = capacity
        .iter()
        .max()
        .map_or(0, |rate| bytes(*rate, LEAST_BUFFER_MS));
    seen.max().unwrap_or(0).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::trial::{Law, play, run, scenario as stories};

    /// What a run would have left in the history.
    fn record(story: &Scenario, law: Law, counted: bool) -> Vec<Option<Second>> {
        let score = run(story, law);
        score
            .moments
            .chunks(20)
            .map(|second| {
                let mean = |of: &dyn Fn(&crate::sim::trial::Moment) -> f64| {
                    second.iter().map(of).sum::<f64>() / second.len() as f64
                };
                let rate = |direction| Rate::from_mbps(mean(&|m| m.rates[direction].as_mbps()));
                let passed = |direction| {
                    let of = |m: &crate::sim::trial::Moment| {
                        m.decisions
                            .and_then(|both| both[direction].achieved)
                            .unwrap_or_default()
                            .as_mbps()
                    };
                    counted.then(|| Rate::from_mbps(mean(&of)))
                };
                Some(Second {
                    rtt: Millis::new(25.0 + mean(&|m| m.queue_ms)).unwrap(),
                    baseline: Millis::of(25),
                    rates: Both::from_fn(rate),
                    achieved: Both::from_fn(passed),
                })
            })
            .collect()
    }

    #[test]
    fn the_line_is_found_again_in_what_the_adaptive_law_recorded() {
        let mut story = stories::steps();
        story.flows = FLOWS;
        let setup = Setup::of(&story);
        let recorded = record(&story, Law::Adaptive, true);
        let rebuilt = scenario(&recorded, &setup);
        assert_eq!(rebuilt.lasts, story.lasts);
        let again = play(&rebuilt, &setup, Law::Adaptive, |_| {});
        let was = play(&story, &setup, Law::Adaptive, |_| {});
        assert!(
            (again.utilisation() - was.utilisation()).abs() < 0.1,
            "{again}\n{was}"
        );
        assert!(again.queue(0.95) < was.queue(0.95) + 20.0, "{again}\n{was}");
        // And the law that wastes the line is seen to waste it.
        let classic = play(&rebuilt, &setup, Law::Classic, |_| {});
        assert!(
            classic.utilisation() < again.utilisation() - 0.05
                || classic.queue(0.95) > again.queue(0.95) + 50.0,
            "{classic}\n{again}"
        );
    }

    #[test]
    fn what_v1_7_recorded_shows_the_fall_of_the_line() {
        let mut story = stories::steps();
        story.flows = FLOWS;
        let setup = Setup::of(&story);
        let recorded = record(&story, Law::Static, false);
        let rebuilt = scenario(&recorded, &setup);
        let score = play(&rebuilt, &setup, Law::Adaptive, |_| {});
        assert!(score.queue(0.5) < 30.0, "{score}");
        let worst = deltas(&recorded).last().copied().unwrap_or(0.0);
        assert!(
            worst > 100.0,
            "the base rate is too much for the fallen line: {worst}"
        );
    }

    #[test]
    fn delay_without_traffic_is_weather_and_holes_are_quiet() {
        let setup = Setup::of(&Scenario::default());
        let calm = Second {
            rtt: Millis::of(70),
            baseline: Millis::of(25),
            rates: Both::from_fn(|_| Rate::mbit(50)),
            achieved: Both::from_fn(|_| Some(Rate::mbit(1))),
        };
        let rebuilt = scenario(&[Some(calm), None, Some(calm)], &setup);
        assert_eq!(rebuilt.weather.len(), 2);
        assert!(deltas(&[Some(calm), None]).is_empty(), "nobody wanted more");
        let empty = scenario(&[], &setup);
        assert_eq!(empty.lasts, Duration::ZERO);
    }
}
