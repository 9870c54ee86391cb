//! Every metric that either program can export, taken from what they write.

use std::collections::{BTreeMap, BTreeSet};

use wanctl::control::law::Why;
use wanctl::control::law::adaptive::{Blocker, Decision, Mode, Reason};
use wanctl::direction::Both;
use wanctl::report::{Report, prometheus};
use wanctl::status::{AdaptiveStatus, ReflectorStatus, Status, WanStatus, label};
use wanctl::steer::{EchoStatus, ListStatus, Steer, SteerStatus};
use wanctl::steering::evidence::Alternate;
use wanctl::steering::rule::Belief;
use wanctl::time::{Duration, Instant, WallTime};
use wanctl::units::{Millis, Rate};

const WALL: WallTime = WallTime {
    secs: 1_764_000_000,
    nanos: 0,
};

const DECISION: Decision = Decision {
    rate: Rate::mbit(400),
    mode: Mode::Clear,
    reason: Reason::Held,
    blocker: Some(Blocker::Unloaded),
    delta: Some(Millis::of(1)),
    threshold: Millis::of(15),
    achieved: Some(Rate::mbit(20)),
    anchor: Some(Rate::mbit(410)),
    at_floor: false,
};

/// Names of series, and the labels each has; those of histograms with their suffixes.
pub(crate) type Series = BTreeMap<String, BTreeSet<String>>;

/// All there are.
pub(crate) fn exported() -> Series {
    let mut series = Series::new();
    for page in [autorate(), steering()] {
        for (name, labels) in series_of(&page) {
            series.entry(name).or_default().extend(labels);
        }
    }
    series
}

/// What a page shows.
pub(crate) fn series_of(page: &str) -> Series {
    let mut series = Series::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let end = line.find(['{', ' ']).expect("a value");
        let labels = series.entry(line[..end].to_owned()).or_default();
        // No value of a label in these pages has a quote or a comma.
        for pair in line[end..].split(['{', ',', '}']) {
            if let Some((label, _)) = pair.split_once("=\"") {
                labels.insert(label.to_owned());
            }
        }
    }
    series
}

/// Autorate, with everything it can say.
pub(crate) fn autorate() -> String {
    let mut status = Status::default();
    status.pulse.began = WALL;
    let mut wan = WanStatus {
        name: label("wan1"),
        ..WanStatus::default()
    };
    let counters = &mut wan.counters;
    for v1_7s in [
        &mut counters.cycles,
        &mut counters.ping_failures,
        &mut counters.throttled,
        &mut counters.updates,
    ] {
        *v1_7s = 1;
    }
    wan.router.applied.down = Some(Rate::mbit(500));
    wan.router.applied.up = Some(Rate::mbit(50));
    wan.deltas.observe(Duration::from_millis(7));
    wan.adaptive = Some(AdaptiveStatus::default());
    wan.why = Both::from_fn(|_| Why::Adaptive(DECISION));
    let reflector = ReflectorStatus {
        label: label("1.1.1.1"),
        last: Some((Instant::ZERO, Millis::of(20))),
        ..ReflectorStatus::default()
    };
    assert!(wan.measurement.reflectors.push(reflector).is_ok());
    assert!(status.wans.push(wan).is_ok());
    let mut page = vec![0; prometheus::capacity(&status)];
    let len = prometheus::write(&status, &mut page).expect("it fits");
    String::from_utf8(page[..len].to_vec()).expect("UTF-8")
}

/// Steering, with everything it can say.
pub(crate) fn steering() -> String {
    let some = Some(Millis::of(5));
    let mut status = SteerStatus {
        moved: Some((Instant::ZERO, WALL)),
        moves: [1; 2],
        rtt: some,
        baseline: some,
        confidence: Some(40),
        alternate: Some(EchoStatus::default()),
        alternate_answers: Alternate::Answers,
        ..SteerStatus::default()
    };
    status.setup.primary = label("wan1");
    status.setup.prefix = label("WAN1");
    status.setup.alternate = label("wan2");
    status.pulse.began = WALL;
    status.picture.delta = some;
    status.picture.smoothed = some;
    status.picture.queue = Some(3);
    status.picture.loss = Some(0.5);
    status.picture.alternate_delay = some;
    status.rule.belief = Belief::On;
    status.feed.age = Some(Duration::from_secs(1));
    status.link.took = Some(Duration::from_millis(3));
    let list = ListStatus {
        name: label("FORCE_OUT_WAN2"),
        entries: Some(2),
    };
    assert!(status.lists.push(list).is_ok());
    let mut page = vec![0; Steer::metrics_capacity(&status)];
    let len = Steer::metrics(&status, &mut page).expect("it fits");
    String::from_utf8(page[..len].to_vec()).expect("UTF-8")
}

#[test]
fn the_guide_names_every_metric() {
    let guide = include_str!("../../src/manual/guides/prometheus.md");
    for page in [autorate(), steering()] {
        for line in page.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, _) = rest.split_once(' ').expect("a kind");
                assert!(guide.contains(&format!("`{name}`")), "{name}");
            }
        }
    }
}

#[test]
fn every_metric_that_is_announced_has_a_line() {
    for page in [autorate(), steering()] {
        let series = series_of(&page);
        for line in page.lines() {
            if let Some((name, kind)) = line
                .strip_prefix("# TYPE ")
                .and_then(|rest| rest.split_once(' '))
            {
                let suffix = if kind == "histogram" { "_bucket" } else { "" };
                assert!(series.contains_key(&format!("{name}{suffix}")), "{line}");
            }
        }
    }
}
