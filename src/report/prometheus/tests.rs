//! What readers of `/metrics` rely on.

use super::*;
use crate::control::zone::Zone;
use crate::direction::Both;
use crate::status::{Counters, WanStatus, label};
use crate::units::Rate;

fn exposition(status: &Status) -> String {
    let mut buffer = vec![0; capacity(status.wans.len())];
    let len = write(status, &mut buffer).unwrap();
    String::from_utf8(buffer[..len].to_vec()).unwrap()
}

fn status(wans: usize) -> Status {
    let mut status = Status::default();
    for _ in 0..wans {
        let mut wan = WanStatus {
            name: label("WAN1"),
            ..WanStatus::default()
        };
        wan.rates.down = Rate::mbit(500);
        wan.zones.up = Zone::Red;
        status.wans.push(wan).unwrap();
    }
    status
}

#[test]
fn names_labels_and_encodings_are_v1_7s() {
    let text = exposition(&status(1));
    for line in [
        "# HELP wanctl_bandwidth_mbps Current bandwidth limit in Mbps",
        "# TYPE wanctl_bandwidth_mbps gauge",
        "wanctl_bandwidth_mbps{direction=\"download\",wan=\"wan1\"} 500.0",
        "wanctl_state{direction=\"download\",wan=\"wan1\"} 1",
        "wanctl_state{direction=\"upload\",wan=\"wan1\"} 4",
        "wanctl_rtt_baseline_ms{wan=\"wan1\"} 0.0",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    assert!(
        !text.contains("wanctl_cycles_total"),
        "not before its first increment"
    );
}

#[test]
fn the_transport_in_use_is_one_and_the_other_zero() {
    let mut status = status(1);
    status.wans[0].router.link.preferred = Transport::Ssh;
    status.wans[0].router.link.transport = Transport::Rest;
    let text = exposition(&status);
    for line in [
        "wanctl_router_transport{preferred=\"false\",transport=\"rest\",wan=\"wan1\"} 1.0",
        "wanctl_router_transport{preferred=\"true\",transport=\"ssh\",wan=\"wan1\"} 0.0",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[test]
fn a_counter_appears_with_its_first_increment() {
    let mut status = status(2);
    status.wans[1].name = label("wan2");
    status.wans[1].counters.transitions.up = 3;
    status.wans[1].counters.spikes = 2;
    let text = exposition(&status);
    let lines: Vec<_> = text.lines().filter(|l| l.contains("_total{")).collect();
    assert_eq!(
        lines,
        [
            "wanctl_rtt_spikes_total{wan=\"wan2\"} 2",
            "wanctl_transitions_total{direction=\"upload\",wan=\"wan2\"} 3",
        ]
    );
    assert!(text.contains("# TYPE wanctl_transitions_total counter\n"));
}

#[test]
fn every_name_is_announced_once() {
    let text = exposition(&status(2));
    let mut types: Vec<_> = text.lines().filter(|l| l.starts_with("# TYPE")).collect();
    let all = types.len();
    types.dedup();
    assert_eq!(types.len(), all);
}

#[test]
fn a_full_house_fits_the_buffer() {
    let mut status = status(crate::status::MAX_WANS);
    for wan in &mut status.wans {
        wan.name = label(&"X".repeat(64));
        wan.rates = Both::from_fn(|_| Rate::bps(u64::MAX));
        wan.router.applied = Both::from_fn(|_| Some(Rate::bps(u64::MAX)));
        wan.router.link.switches = u64::MAX;
        wan.counters = Counters {
            cycles: u64::MAX,
            ping_failures: u64::MAX,
            transitions: Both::from_fn(|_| u64::MAX),
            spikes: u64::MAX,
            suppressed: u64::MAX,
            updates: u64::MAX,
            throttled: u64::MAX,
            drifts: u64::MAX,
        };
    }
    exposition(&status);
}
