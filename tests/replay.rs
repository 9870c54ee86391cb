//! v1.7's decisions on six recorded lines, made again by the law and the actuator, row by row: no process,
//! no clock (`tests/golden/README.md`).

use std::fs;
use std::path::{Path, PathBuf};

use wanctl::{cli, config};

const TRACES: [&str; 6] = [
    "baseline_drift",
    "cable_evening",
    "dsl_noisy",
    "fiber_bounds",
    "idle",
    "loss_bursts",
];

fn file(name: &str) -> PathBuf {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    golden.join(name)
}

fn replay(name: &str) -> usize {
    let config = config::load(&file(&format!("{name}.yaml"))).expect("a valid file");
    let trace = fs::read_to_string(file(&format!("{name}.csv"))).expect("a trace");
    let ours = cli::replay::replay(&config.config, &trace).expect("it can be read");
    let rows = (1..).zip(ours.lines().zip(trace.lines()));
    for (number, (ours, theirs)) in rows {
        assert_eq!(ours, theirs, "{name}.csv:{number}");
    }
    assert_eq!(ours.lines().count(), trace.lines().count(), "{name}.csv");
    ours.lines().count() - 1
}

#[test]
fn every_decision_of_v1_7_on_every_trace_is_made_again() {
    let rows: usize = TRACES.iter().map(|name| replay(name)).sum();
    assert_eq!(rows, 600 + 1_200 + 2_800 + 3 * 3_000);
}
