//! v1.7's decisions on six recorded lines, reproduced by the law and the actuator alone: no command, no
//! file but the trace, no clock (`tests/golden/README.md`).

use std::fs;
use std::path::{Path, PathBuf};

use wanctl::cli::assemble;
use wanctl::config;
use wanctl::control::actuator::{Act, Actuator, Known};
use wanctl::control::blackout::{Blind, Step};
use wanctl::control::controller::{Controller, Decision};
use wanctl::control::delay::DelayTracker;
use wanctl::control::law::classic::Shaper;
use wanctl::direction::Both;
use wanctl::time::{Duration, Instant};
use wanctl::units::{Millis, Rate};

const TRACES: [&str; 6] = [
    "baseline_drift",
    "cable_evening",
    "dsl_noisy",
    "fiber_bounds",
    "idle",
    "loss_bursts",
];
const PERIOD: Duration = Duration::from_millis(50);
const AVERAGES_AGREE_TO: f64 = 1e-9;

/// One row, as both sides tell it.
#[derive(Debug, PartialEq)]
struct Row {
    ok: bool,
    zones: Both<String>,
    rates: Both<u64>,
    wrote: bool,
    applied: Both<Option<u64>>,
}

/// What the reference's row says.
struct Golden {
    rtt: Option<Millis>,
    averages: [f64; 2],
    row: Row,
}

fn golden(line: &str) -> Golden {
    let fields: Vec<&str> = line.split(',').collect();
    let [
        _,
        rtt,
        ok,
        baseline,
        load,
        dl_zone,
        ul_zone,
        dl,
        ul,
        wrote,
        dl_applied,
        ul_applied,
    ] = *fields
    else {
        panic!("twelve columns: {line}");
    };
    let number = |field: &str| field.parse::<u64>().expect("bit/s");
    let flag = |field: &str| match field {
        "0" => false,
        "1" => true,
        other => panic!("0 or 1, not {other}"),
    };
    let ms = |field: &str| field.parse::<f64>().expect("milliseconds");
    let maybe = |field: &str| (!field.is_empty()).then(|| number(field));
    Golden {
        rtt: (!rtt.is_empty()).then(|| Millis::new(ms(rtt)).expect("finite")),
        averages: [ms(baseline), ms(load)],
        row: Row {
            ok: flag(ok),
            zones: Both {
                down: dl_zone.to_owned(),
                up: ul_zone.to_owned(),
            },
            rates: Both {
                down: number(dl),
                up: number(ul),
            },
            wrote: flag(wrote),
            applied: Both {
                down: maybe(dl_applied),
                up: maybe(ul_applied),
            },
        },
    }
}

struct Replay {
    controller: Controller,
    actuator: Actuator,
    applied: Both<Option<Rate>>,
    now: Instant,
}

impl Replay {
    fn of(config: &Path) -> Self {
        let config = config::load(config).expect("a valid file").config;
        let params = assemble::wan_params(&config, None, false);
        let delay = DelayTracker::new(params.delay, params.baseline_initial);
        Self {
            controller: Controller::new(delay, params.shapers.map(Shaper::new)),
            actuator: Actuator::new(params.budget, params.dry_run),
            applied: Both::default(),
            now: Instant::ZERO,
        }
    }

    fn step(&mut self, rtt: Option<Millis>) -> Row {
        let step = rtt.map_or(Step::Fail(Blind::NoReply), Step::Judge);
        let (ok, zones) = match self.controller.step(step) {
            Decision::Judged(judgement) => (
                true,
                judgement.verdicts.map(|verdict| verdict.zone.to_string()),
            ),
            _ => (false, Both::default()),
        };
        // v1.7 does not talk to the router in a cycle that failed.
        let wrote = ok && self.act();
        let row = Row {
            ok,
            zones,
            rates: self.controller.rates().map(Rate::as_bps),
            wrote,
            applied: self.applied.map(|rate| rate.map(Rate::as_bps)),
        };
        self.now = self.now + PERIOD;
        row
    }

    /// The router confirms every write at once.
    fn act(&mut self) -> bool {
        let wish = self.controller.rates();
        let Act::Send(orders) = self.actuator.want(self.now, wish, true) else {
            return false;
        };
        for order in orders.into_iter().flatten() {
            self.actuator
                .holds(self.now, order.direction, order.rate, Known::Written);
            self.applied[order.direction] = Some(order.rate);
        }
        true
    }
}

fn file(name: &str) -> PathBuf {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    golden.join(name)
}

fn replay(name: &str) -> usize {
    let mut replay = Replay::of(&file(&format!("{name}.yaml")));
    let trace = fs::read_to_string(file(&format!("{name}.csv"))).expect("a trace");
    let mut rows = 0;
    for (number, line) in (1..).zip(trace.lines()).skip(1) {
        let golden = golden(line);
        let row = replay.step(golden.rtt);
        assert_eq!(row, golden.row, "{name}.csv:{number}");
        let delay = replay.controller.delay();
        let averages = [delay.baseline.as_f64(), delay.load.as_f64()];
        for (ours, theirs) in averages.into_iter().zip(golden.averages) {
            let apart = (ours - theirs).abs();
            assert!(
                apart <= AVERAGES_AGREE_TO,
                "{name}.csv:{number}: {ours} for {theirs}"
            );
        }
        rows += 1;
    }
    rows
}

#[test]
fn every_decision_of_v1_7_on_every_trace_is_made_again() {
    let rows: usize = TRACES.iter().map(|name| replay(name)).sum();
    assert_eq!(rows, 600 + 1_200 + 2_800 + 3 * 3_000);
}
