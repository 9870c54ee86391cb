//! Over lines nobody thought of.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};

use super::*;
use crate::control::law::adaptive::{Mode, Preset};
use crate::sim::trial::scenario::BULK;

/// Anything may happen for so long, then the line is steady and in use.
const CHAOS_S: u64 = 40;
/// So long after that the rate is back.
const RECOVERED_S: u64 = 60;

prop_compose! {
    fn chaos()(
        changes in prop::collection::vec((0..CHAOS_S * 1_000, 0..5_u8, 1_u64..120), 0..24),
        capacity in 30_u64..120,
        buffer_ms in 20_u64..1_500,
        propagation in 5_u64..90,
        jitter in 0_u64..12,
        loss in 0.0..0.08,
        spikes in 0.0..0.03,
        bad in 0..6_usize,
        weather in prop::collection::vec((0..CHAOS_S, 5_u64..120), 0..4),
        preset in prop::sample::select(vec![
            Preset::Cable, Preset::Dsl, Preset::Fiber, Preset::Lte, Preset::Starlink,
        ]),
        counters_read in 0.97..1.06,
        write_takes in 5_u64..110,
        seed in any::<u64>(),
    ) -> Scenario {
        let mut scenario = Scenario { lasts: second(CHAOS_S + RECOVERED_S + 10), preset, ..Scenario::default() };
        scenario.line.seed = seed;
        scenario.line.capacity.down = Rate::mbit(capacity);
        scenario.line.buffer.down = capacity * 125 * buffer_ms;
        scenario.line.propagation = Duration::from_millis(propagation);
        scenario.counters_read = counters_read;
        scenario.write_takes = Duration::from_millis(write_takes);
        for quirks in &mut scenario.reflectors {
            quirks.jitter = Duration::from_millis(jitter);
            quirks.loss = loss;
            quirks.spikes = spikes;
        }
        scenario.reflectors[bad].silent.push(Span::secs(5, 60));
        for (from, delay) in weather {
            scenario.weather.push((Span::secs(from, from + 3), Duration::from_millis(delay)));
        }
        let mut schedule = Schedule::new();
        for (at, what, mbit) in changes {
            let rate = Rate::mbit(mbit);
            let change = match what {
                0 => Change::Capacity(Direction::Down, rate),
                1 => Change::Capacity(Direction::Up, Rate::bps(rate.as_bps() / 5)),
                2 => Change::Demand(Direction::Down, rate),
                3 => Change::Demand(Direction::Up, Rate::bps(rate.as_bps() / 5)),
                _ => Change::Demand(Direction::Down, BULK),
            };
            schedule = schedule.at(Duration::from_millis(at), change);
        }
        let steady = second(CHAOS_S);
        scenario.schedule = schedule
            .at(steady, Change::Capacity(Direction::Down, Rate::mbit(capacity)))
            .at(steady, Change::Capacity(Direction::Up, Rate::mbit(20)))
            .at(steady, Change::Demand(Direction::Up, Rate::mbit(1)))
            .at(steady, Change::Demand(Direction::Down, BULK));
        scenario
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rate_is_within_its_limits_and_says_why(scenario in chaos()) {
        let score = run(&scenario, Law::Adaptive);
        let mut before = scenario.limits.map(|limits| limits.base);
        for moment in &score.moments {
            for direction in Direction::BOTH {
                let limits = scenario.limits[direction];
                let rate = moment.rates[direction];
                prop_assert!(limits.floor <= rate && rate <= limits.ceiling, "{:?}", moment);
            }
            let decisions = moment.decisions.expect("an adaptive law decides");
            for (direction, decision) in Direction::BOTH.into_iter().zip(sides(decisions)) {
                prop_assert_eq!(decision.rate, moment.rates[direction]);
                prop_assert!(decision.reason == Reason::Raised || decision.blocker.is_some());
                if decision.reason == Reason::Raised {
                    let load = decision.achieved.map_or(0.0, |rate| rate.share_of(before[direction]));
                    prop_assert!(load >= 0.85, "raised at a load of {}", load);
                }
            }
            before = moment.rates;
        }
    }

    /// A cut only ever comes where nothing drains: what was cut for is drained, given back or tried first.
    #[test]
    fn no_queue_is_cut_for_twice(scenario in chaos()) {
        let score = run(&scenario, Law::Adaptive);
        for direction in Direction::BOTH {
            let ticks: Vec<_> = score
                .moments
                .iter()
                .map(|moment| moment.decisions.expect("an adaptive law decides")[direction])
                .collect();
            for pair in ticks.windows(2) {
                let again = pair[1].reason == Reason::Cut && pair[0].mode == Mode::Draining;
                prop_assert!(!again, "{:?}\n{:?}", pair[0], pair[1]);
            }
        }
    }
}

/// So many lines are drawn, the same ones until [`chaos`] or proptest changes: what holds of a share of them holds of
/// none for certain, and the next run is not to fail for its luck. Of 4,000 that ten seeds drew 21 were worse with
/// windows and 12 without: many have narrow thresholds and much jitter and are raised late, in others the queue is taken
/// for a longer path (`wanctl manual laws`).
const LINES: usize = 400;

/// How a line does in its last ten seconds.
struct End {
    /// The rate that the law could have.
    possible: Rate,
    /// The highest that it had.
    most: Rate,
    /// The median of the queue, in ms.
    queue_ms: f64,
    threshold_ms: f64,
}

impl End {
    fn of(scenario: &Scenario, score: &Score) -> Self {
        let (from, until) = (
            (CHAOS_S + RECOVERED_S) as f64,
            (CHAOS_S + RECOVERED_S + 10) as f64,
        );
        let moments: Vec<_> = score.between(from, until).collect();
        let mut queues: Vec<_> = moments.iter().map(|moment| moment.queue_ms).collect();
        queues.sort_unstable_by(f64::total_cmp);
        let last = moments.last().and_then(|moment| moment.decisions);
        Self {
            possible: scenario
                .line
                .capacity
                .down
                .min(scenario.limits.down.ceiling),
            most: moments
                .iter()
                .map(|moment| moment.rates.down)
                .max()
                .expect("moments"),
            queue_ms: queues[queues.len() / 2],
            threshold_ms: last
                .expect("an adaptive law decides")
                .down
                .threshold
                .as_f64(),
        }
    }
}

/// All drawn lines but so many end well. With that many flows; 0: so many that they are one stream.
fn all_end_well_but(most: usize, flows: u32, well: impl Fn(&End) -> bool) {
    let same = ProptestConfig {
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new(same);
    let mut worse = Vec::new();
    for number in 0..LINES {
        let drawn = chaos()
            .new_tree(&mut runner)
            .expect("nothing is rejected")
            .current();
        let scenario = Scenario { flows, ..drawn };
        let end = End::of(&scenario, &run(&scenario, Law::Adaptive));
        if !well(&end) {
            let End {
                possible,
                most,
                queue_ms,
                threshold_ms,
            } = end;
            worse.push(format!(
                "{number}: {most} of {possible}, {queue_ms} ms at a threshold of {threshold_ms} ms"
            ));
        }
    }
    assert!(
        worse.len() <= most,
        "{} of {LINES} lines: {worse:#?}",
        worse.len()
    );
}

/// With senders that have windows, as TCP does.
#[test]
fn nearly_all_use_nine_tenths_without_bloat_a_minute_after_all_trouble() {
    all_end_well_but(3, 4, |end| {
        // A router that takes 110 ms to write keeps some more of it standing.
        end.most >= end.possible.times(0.9) && end.queue_ms <= end.threshold_ms + 10.0
    });
}

#[test]
fn nearly_all_are_used_again_when_it_is_over() {
    all_end_well_but(1, 0, |end| {
        end.most >= end.possible.times(0.8) && end.queue_ms < 60.0
    });
}
