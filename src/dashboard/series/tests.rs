use serde_json::{Value, json};

use super::*;
use crate::dashboard::recent::Recent;
use crate::dashboard::request;
use crate::history::metric;
use crate::history::row::Sample;

const DOWN: Option<&str> = Some(r#"{"direction": "download"}"#);
const UP: Option<&str> = Some(r#"{"direction": "upload"}"#);

fn asked(query: &str) -> Result<Asked, String> {
    let head = format!("GET /api/series?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    Asked::of(&request::parse(head.as_bytes()).unwrap().unwrap())
}

fn sample(
    at: i64,
    metric: &'static str,
    value: f64,
    labels: Option<&'static str>,
) -> Sample<'static> {
    Sample {
        at,
        wan: "wan1",
        metric,
        value,
        labels,
        tier: Tier::Raw,
    }
}

/// The only WAN's part of the answer; samples in any order.
fn gridded(query: &str, tier: Tier, samples: &[Sample<'_>]) -> (i64, i64, Value) {
    let asked = asked(query).unwrap();
    let mut grid = Grid::new(&asked, tier);
    for sample in samples {
        grid.add(sample);
    }
    let (from, step) = (grid.from(), grid.step());
    let wans = serde_json::to_value(grid.finish()).unwrap();
    (from, step, wans[0].clone())
}

#[test]
fn the_finest_tier_that_is_not_too_long_answers() {
    for (seconds, word) in [
        (60, "raw"),
        (3 * 3_600 + 2, "raw"),
        (4 * 3_600, "1m"),
        (7 * 86_400, "1m"),
        (30 * 86_400, "5m"),
        (365 * 86_400, "1h"),
        (3_000 * 86_400, "1h"),
    ] {
        assert_eq!(tier(seconds).word(), word, "{seconds}");
    }
}

#[test]
fn no_spike_hides_behind_a_mean() {
    let (from, step, wan) = gridded(
        "from=1000&to=1999&points=100",
        Tier::Raw,
        &[
            sample(1_000, metric::RTT, 20.0, None),
            sample(1_003, metric::RTT, 30.0, None),
            sample(1_003, metric::RTT_MAX, 480.0, None),
            sample(1_000, metric::RATE_DOWN, 500.0, None),
            sample(1_000, metric::RATE_DOWN_MIN, 425.0, None),
            sample(1_015, metric::RTT, f64::NAN, None),
        ],
    );
    assert_eq!((from, step), (1_000, 10));
    let first = |line: &str, of: &str| wan[line][of][0].clone();
    assert_eq!(first("rtt", "mean"), 25.0);
    assert_eq!(first("rtt", "min"), 20.0);
    assert_eq!(first("rtt", "max"), 480.0);
    assert_eq!(first("down", "mean"), 500.0);
    assert_eq!(first("down", "min"), 425.0);
    assert_eq!(first("up", "mean"), Value::Null);
    assert_eq!(wan["rtt"]["mean"].as_array().unwrap().len(), 100);
    let known = wan["rtt"]["mean"].as_array().unwrap().iter();
    assert_eq!(
        known.filter(|point| !point.is_null()).count(),
        1,
        "gaps stay gaps"
    );
}

#[test]
fn a_row_of_a_minute_fills_its_minute_and_nothing_else() {
    let mut minute = sample(1_020, metric::RTT, 20.0, None);
    minute.tier = Tier::Minute;
    let (from, step, wan) = gridded("from=1000&to=1199&points=50", Tier::Raw, &[minute]);
    assert_eq!((from, step), (1_000, 4));
    let known: Vec<usize> = (0..50)
        .filter(|n| !wan["rtt"]["mean"][n].is_null())
        .collect();
    assert_eq!(known, (5..20).collect::<Vec<_>>());
}

#[test]
fn what_began_before_the_range_reaches_into_it() {
    let mut minute = sample(960, metric::RTT, 20.0, None);
    minute.tier = Tier::Minute;
    let mut before = sample(900, metric::RTT, 90.0, None);
    before.tier = Tier::Minute;
    let (_, _, wan) = gridded("from=1000&to=1199&points=50", Tier::Raw, &[minute, before]);
    assert_eq!(wan["rtt"]["mean"][0], 20.0);
    assert_eq!(wan["rtt"]["mean"][5], Value::Null);
}

#[test]
fn steps_do_not_move_with_the_range() {
    let step_of = |query: &str| {
        let grid = Grid::new(&asked(query).unwrap(), Tier::Minute);
        (grid.from(), grid.step())
    };
    assert_eq!(step_of("from=604800&to=1209600&points=800"), (604_500, 780));
    assert_eq!(step_of("from=604803&to=1209603&points=800"), (604_500, 780));
}

#[test]
fn zones_are_the_worst_and_directions_are_not_mixed() {
    let steering = Some(r#"{"source": "steering"}"#);
    let (_, _, wan) = gridded(
        "from=1000&to=1999&points=100",
        Tier::Raw,
        &[
            sample(1_001, metric::STATE, 1.0, DOWN),
            sample(1_002, metric::STATE, 3.0, DOWN),
            sample(1_003, metric::STATE, 0.0, DOWN),
            sample(1_001, metric::STATE, 0.0, UP),
            sample(1_001, metric::STATE, 2.0, steering),
            sample(1_011, metric::STATE, 77.0, UP),
            sample(1_001, metric::RTT, 900.0, steering),
        ],
    );
    assert_eq!(wan["zone_down"][0], 3);
    assert_eq!(wan["zone_up"][0], 0);
    assert_eq!(wan["zone_up"][1], Value::Null);
    assert_eq!(wan["rtt"]["mean"][0], Value::Null);
}

#[test]
fn steering_holds_until_it_looks_again() {
    let steering = Some(r#"{"source": "steering"}"#);
    let (_, _, wan) = gridded(
        "from=1000&to=1099&points=100",
        Tier::Raw,
        &[
            sample(1_009, metric::STEERING_ENABLED, 0.0, steering),
            sample(1_006, metric::STEERING_ENABLED, 1.0, steering),
        ],
    );
    let row: Vec<_> = (5..16).map(|n| wan["steered"][n].clone()).collect();
    assert_eq!(
        json!(row),
        json!([null, 1, 1, 1, 0, 0, 0, 0, 0, null, null])
    );
}

#[test]
fn of_many_changes_in_one_step_the_worst_is_told_and_all_are_counted() {
    let yellow = Some(r#"{"direction": "download", "reason": "slow"}"#);
    let red = Some(r#"{"direction": "download", "reason": "very slow"}"#);
    let failed =
        Some(r#"{"direction": "upload", "outcome": "refused", "reason": "no such queue"}"#);
    let applied = Some(r#"{"direction": "upload", "outcome": "applied", "rate_mbps": 4.0}"#);
    let (_, _, wan) = gridded(
        "from=1000&to=1999&points=100",
        Tier::Raw,
        &[
            sample(1_009, metric::STATE, 0.0, yellow),
            sample(1_008, metric::STATE, 3.0, red),
            sample(1_007, metric::STATE, 1.0, yellow),
            sample(1_007, metric::WRITE, 0.0, failed),
            sample(1_007, metric::WRITE, 1.0, applied),
            sample(1_006, metric::WRITE, 1.0, applied),
            sample(1_006, metric::STATE, 1.0, Some("no JSON, but \"reason\"")),
        ],
    );
    assert_eq!(
        wan["events"],
        json!([
            {"at": 1_008, "what": "zone", "way": "download", "value": 3.0, "reason": "very slow", "count": 3},
            {"at": 1_007, "what": "write", "way": "upload", "value": 0.0, "reason": "no such queue", "count": 1},
        ])
    );
    assert_eq!(wan["writes"][0], 2);
}

#[test]
fn a_range_that_makes_no_sense_is_refused_in_a_sentence() {
    for (query, says) in [
        ("", "from is missing"),
        ("from=5", "to is missing"),
        ("from=x&to=5", "from: x is not a whole number"),
        (
            "from=1%20OR%201=1&to=5",
            "from: 1 OR 1=1 is not a whole number",
        ),
        ("from=9&to=5", "from must be before to"),
        ("from=-9&to=5", "not before 1970"),
        ("from=0&to=9223372036854775807", "ten years"),
        ("from=0&to=99999999999999999999", "is not a whole number"),
        ("from=0&to=5&points=1e9", "points: a number from 50 to 2000"),
        (
            "from=0&to=5&points=100000000",
            "points: a number from 50 to 2000",
        ),
    ] {
        let sentence = asked(query).unwrap_err();
        assert!(sentence.contains(says), "{query}: {sentence}");
    }
    assert_eq!(
        asked("from=0&to=5&wan=a").unwrap().wan.as_deref(),
        Some("a")
    );
}

#[test]
fn where_the_history_ends_goes_on_what_was_heard() {
    let health = json!({"wans": [{"name": "wan1", "baseline_rtt_ms": 20.0, "load_rtt_ms": 70.0,
        "download": {"current_rate_mbps": 200.0, "state": "RED"}}, {"name": "wan2",
        "download": {"current_rate_mbps": 90.0}}]});
    let mut recent = Recent::default();
    for at in 1_000..1_090 {
        recent.note(at, &health);
    }
    let asked = asked("from=1000&to=1099&points=100&wan=wan1").unwrap();
    let mut grid = Grid::new(&asked, Tier::Raw);
    for at in (1_000..1_060).rev() {
        grid.add(&sample(at, metric::RATE_DOWN, 500.0, None));
        grid.add(&sample(at, metric::STATE, 0.0, DOWN));
    }
    // A change of zone may be known of a second whose numbers are not.
    let reason = Some(r#"{"direction": "download", "reason": "slow"}"#);
    grid.add(&sample(1_070, metric::STATE, 3.0, reason));
    grid.add_recent(&recent, &asked);
    let wans = serde_json::to_value(grid.finish()).unwrap();
    assert_eq!(wans.as_array().unwrap().len(), 1, "only what was asked for");
    let down = &wans[0]["down"];
    assert_eq!(down["mean"][59], 500.0);
    assert_eq!(down["min"][59], 500.0, "the history's word counts");
    assert_eq!(wans[0]["zone_down"][59], 0);
    assert_eq!(down["mean"][60], 200.0);
    assert_eq!(down["mean"][89], 200.0);
    assert_eq!(wans[0]["delta"]["mean"][89], 50.0);
    assert_eq!(wans[0]["zone_down"][89], 3);
    assert_eq!(down["mean"][90], Value::Null, "and the future is open");
}

#[test]
fn a_second_of_red_is_not_a_step_of_red() {
    let mut samples: Vec<_> = (1_001..1_010)
        .map(|at| sample(at, metric::STATE, 0.0, DOWN))
        .collect();
    samples.push(sample(1_000, metric::STATE, 3.0, DOWN));
    samples.push(sample(1_000, metric::STATE, 1.0, UP));
    let steering = Some(r#"{"source": "steering"}"#);
    samples.push(sample(1_004, metric::STEERING_ENABLED, 1.0, steering));
    let mut minute = sample(1_020, metric::STATE, 2.0, None);
    minute.tier = Tier::Minute;
    samples.push(minute);
    let (_, _, wan) = gridded("from=1000&to=1999&points=100", Tier::Raw, &samples);
    assert_eq!(wan["zone_down"][0], 3);
    assert_eq!(wan["time_down"], json!([9, 0, 60, 1]));
    assert_eq!(wan["time_up"], json!([0, 1, 0, 0]));
    assert_eq!(wan["time_steered"], json!([0, 1]));
}
