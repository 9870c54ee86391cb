//! What readers of steering's `/metrics` rely on.

use super::*;
use crate::router::steering::MAX_LISTS;
use crate::status::histogram::Histogram;
use crate::status::{MAX_LABEL, label};
use crate::steer::{EchoStatus, ListStatus};
use crate::steering::assessment::{Assessment, Reason};
use crate::steering::evidence::Alternate;
use crate::time::{Instant, WallTime};

fn exposition(status: &SteerStatus) -> String {
    let mut buffer = vec![0; CAPACITY];
    let len = write(status, &mut buffer).unwrap();
    String::from_utf8(buffer[..len].to_vec()).unwrap()
}

fn status() -> SteerStatus {
    let mut status = SteerStatus::default();
    status.setup.primary = label("WAN1");
    status.setup.prefix = label("WAN1");
    status.setup.alternate = label("WAN2");
    status
}

/// Everything that can be said.
fn full(name: &str) -> SteerStatus {
    let mut status = status();
    let name = label(name);
    let setup = &mut status.setup;
    setup.primary.clone_from(&name);
    setup.prefix.clone_from(&name);
    setup.alternate.clone_from(&name);
    let most = Millis::new(f64::MIN_POSITIVE);
    status.now = Instant::NEVER;
    status.cycles = u64::MAX;
    status.moves = [u64::MAX; 2];
    status.assessment = Assessment {
        zone: Zone::Red,
        reason: Reason::Dead,
    };
    status.rtt = most;
    status.baseline = most;
    status.picture.delta = most;
    status.picture.smoothed = most;
    status.picture.queue = Some(u64::MAX);
    status.picture.alternate_delay = most;
    status.picture.loss = Some(f64::MIN_POSITIVE);
    status.confidence = Some(u8::MAX);
    status.rule.belief = Belief::On;
    status.rule.switched = u64::MAX;
    status.rule.by_hand = u64::MAX;
    status.feed.age = Some(Instant::NEVER - Instant::ZERO);
    status.link.switches = u64::MAX;
    status.link.failures = u64::MAX;
    status.link.took = Some(Instant::NEVER - Instant::ZERO);
    status.rule.failed = u64::MAX;
    let began = WallTime {
        secs: u64::MAX,
        nanos: 0,
    };
    status.moved = Some((Instant::NEVER, began));
    status.pulse.began = began;
    status.pulse.ticks = u64::MAX;
    status.pulse.missed = u64::MAX;
    status.pulse.records_lost = u64::MAX;
    status.pulse.unsaved = u32::MAX;
    status.pulse.history_failing = true;
    status.pulse.history_lost = u64::MAX;
    status.pulse.lateness = Histogram::brimful();
    let echo = EchoStatus {
        answered: u64::MAX,
        lost: u64::MAX,
        ..EchoStatus::default()
    };
    status.primary = echo;
    status.alternate = Some(echo);
    status.alternate_answers = Alternate::Silent;
    let mut list = |n: usize| {
        let name = format!("{n}{}", &name[1..]);
        let (name, entries) = (label(&name), Some(u32::MAX));
        status.lists.push(ListStatus { name, entries }).is_ok()
    };
    assert!((0..MAX_LISTS).all(&mut list) && !list(MAX_LISTS));
    status
}

#[test]
fn v1_7s_names_labels_and_encodings_are_kept() {
    let mut status = status();
    let text = exposition(&status);
    assert!(
        text.starts_with(
            "# HELP wanctl_congestion_state Congestion state (1=GREEN, 2=YELLOW, 4=RED)\n\
             # TYPE wanctl_congestion_state gauge\n\
             wanctl_congestion_state{wan=\"wan1\"} 1\n\
             # HELP wanctl_steering_enabled Whether steering is enabled (1) or disabled (0)\n\
             # TYPE wanctl_steering_enabled gauge\n\
             wanctl_steering_enabled{wan=\"wan1\"} 0\n"
        ),
        "{text}"
    );
    assert!(
        !text.contains("wanctl_steering_transitions_total"),
        "not before its first increment"
    );
    assert!(text.contains("wanctl_steering_rule_switches_total{wan=\"wan1\"} 0\n"));
    status.standing = Standing::Degraded;
    status.assessment.zone = Zone::Red;
    status.moves = [2, 1];
    let text = exposition(&status);
    for line in [
        "wanctl_congestion_state{wan=\"wan1\"} 4",
        "wanctl_steering_enabled{wan=\"wan1\"} 1",
        "# HELP wanctl_steering_transitions_total Total steering state transitions",
        "# TYPE wanctl_steering_transitions_total counter",
        "wanctl_steering_transitions_total{from=\"wan1_good\",to=\"wan1_degraded\",wan=\"wan1\"} 2",
        "wanctl_steering_transitions_total{from=\"wan1_degraded\",to=\"wan1_good\",wan=\"wan1\"} 1",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[test]
fn what_is_not_known_has_no_line() {
    let text = exposition(&status());
    for name in [
        "rtt_seconds",
        "rtt_baseline_seconds",
        "last_transition_timestamp_seconds",
        "router_exchange_duration_seconds",
        "loss_ratio",
        "confidence",
        "rule_on",
        "feed_age_seconds",
        "alternate_answers",
        "alternate_rtt_delta_seconds",
        "address_list_entries",
    ] {
        let name = format!("wanctl_steering_{name}");
        assert!(!text.contains(&name), "{name}\n{text}");
        assert!(exposition(&full("x")).contains(&name), "{name}");
    }
}

#[test]
fn every_name_is_announced_once_and_every_series_is_there_once() {
    let mut status = full("same");
    // The file's mistake, and no series of its own.
    status.lists[1].name = status.lists[0].name.clone();
    let text = exposition(&status);
    let mut seen = std::collections::HashSet::new();
    let mut announced = ("", "");
    for line in text.lines() {
        let series = line.rsplit_once(' ').unwrap().0;
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            announced = rest.split_once(' ').unwrap();
            let (name, kind) = announced;
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            assert!(seen.insert(series), "{line}");
        } else if !line.starts_with('#') {
            let name = series.split('{').next().unwrap();
            let histogram = announced.1 == "histogram";
            assert!(name == announced.0 || histogram, "{line}");
            assert!(seen.insert(series), "{line}");
        }
    }
}

#[test]
fn a_full_house_fits_the_buffer_with_room_to_spare() {
    let len = exposition(&full(&"\"".repeat(MAX_LABEL))).len();
    assert!(len * 4 < CAPACITY * 3, "{len}");
}
