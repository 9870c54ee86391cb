//! What readers of `/health` rely on.

use super::*;
use crate::control::bloat::noise::Noise;
use crate::control::bloat::presence::Presence;
use crate::control::law::Why;
use crate::control::law::adaptive::{Blocker, Decision, Mode, Reason};
use crate::control::law::classic::Floors;
use crate::control::load::Verdict;
use crate::control::zone::Zone;
use crate::direction::Both;
use crate::router::{Failure, Transport};
use crate::status::{AdaptiveStatus, Sight, WanStatus, label};
use crate::units::Rate;

fn status() -> Status {
    let mut status = Status {
        now: Instant::from_micros(1_700_000),
        ..Status::default()
    };
    let mut wan = WanStatus {
        name: label("wan1"),
        ..WanStatus::default()
    };
    wan.delay.baseline = Millis::of(25);
    wan.delay.load = Millis::of(25);
    wan.rates.down = Rate::mbit(500);
    wan.rates.up = Rate::mbit(50);
    wan.measurement.sight = Sight::Icmp;
    status.wans.push(wan).unwrap();
    status
}

fn written(status: &Status) -> String {
    let mut buffer = [0; 8192];
    let len = write(status, &mut buffer).unwrap();
    String::from_utf8(buffer[..len].to_vec()).unwrap()
}

/// The keys v1.7's readers know, in its order and layout (contract 6.1).
#[test]
fn v1_7s_document_is_the_beginning_of_ours() {
    let text = written(&status());
    assert!(
        text.starts_with(
            "{\n  \"status\": \"healthy\",\n  \"uptime_seconds\": 1.7,\n  \"version\": \"2.0.0\",\n  \
             \"consecutive_failures\": 0,\n  \"wan_count\": 1,\n  \"wans\": [\n    {\n      \
             \"name\": \"wan1\",\n      \"baseline_rtt_ms\": 25.0,\n      \"load_rtt_ms\": 25.0,\n      \
             \"download\": {\n        \"current_rate_mbps\": 500.0,\n        \"state\": \"GREEN\",\n"
        ),
        "{text}"
    );
    assert!(text.contains(
        "\"router_connectivity\": {\n        \"is_reachable\": true,\n        \
         \"consecutive_failures\": 0,\n        \"last_failure_type\": null,\n        \
         \"last_failure_time\": null,\n        \"outage_duration_seconds\": null\n      }"
    ));
    assert!(text.contains("\n  \"router_reachable\": true,\n"));
}

#[test]
fn an_unreachable_router_is_not_healthy() {
    let mut status = status();
    status.wans[0].router.link.reachable = false;
    status.wans[0].router.link.last_failure = Some((status.now, Failure::TimedOut));
    let text = written(&status);
    assert!(text.contains("\"status\": \"degraded\""));
    assert!(text.contains("\"last_failure_type\": \"timeout\""));
}

#[test]
fn every_wan_in_trouble_is_named_at_the_root() {
    let mut status = status();
    assert!(written(&status).ends_with("\n  },\n  \"problem\": null\n}"));
    for name in ["wan2", "wan3"] {
        let mut wan = status.wans[0].clone();
        wan.name = label(name);
        wan.router.link.reachable = name == "wan3";
        wan.router.inactive.up = true;
        status.wans.push(wan).unwrap();
    }
    let mut buffer = vec![0; capacity(3)];
    let len = write(&status, &mut buffer).unwrap();
    let health: serde_json::Value = serde_json::from_slice(&buffer[..len]).unwrap();
    assert_eq!(health["status"], "degraded");
    assert_eq!(
        health["problem"],
        "wan2: the router cannot be reached; \
         wan3: a queue is disabled or invalid on the router: its limit has no effect"
    );
    assert_eq!(health["wans"][0]["problem"], serde_json::Value::Null);
}

#[test]
fn a_stand_in_is_healthy_and_says_whom_it_stands_in_for_and_why() {
    let mut status = status();
    let router = &mut status.wans[0].router;
    router.link.preferred = Transport::Ssh;
    router.link.transport = Transport::Rest;
    router.link.transport_why = Some(Failure::ConnectionRefused);
    router.link.has_spare = true;
    let text = written(&status);
    assert!(is_healthy(&status));
    assert!(text.contains(
        "\"transport\": \"rest\",\n        \"preferred_transport\": \"ssh\",\n        \
         \"transport_reason\": \"connection refused\",\n        \"other_transport_available\": true"
    ));
}

#[test]
fn blindness_is_not_healthy_once_the_grace_is_over() {
    let mut status = status();
    // While a reply is still waited for, nothing else changes.
    for sight in [Sight::Starting, Sight::Icmp, Sight::Tcp, Sight::Frozen] {
        status.wans[0].measurement.sight = sight;
        status.wans[0].measurement.since = status.now;
        status.wans[0].measurement.measured_at = status.now;
        assert!(is_healthy(&status));
        status.now = status.now + crate::status::GRACE;
        status.wans[0].measurement.since = status.now;
        assert!(!is_healthy(&status), "{sight:?}");
    }
}

#[test]
fn an_echo_that_cannot_leave_is_no_mere_silence() {
    let mut status = status();
    assert!(written(&status).contains("\"send_error\": null"));
    let why = crate::status::Unsent::NoInterface;
    status.wans[0].measurement.unsent = Some((status.now, why));
    let text = written(&status);
    assert!(text.contains("\"send_error\": \"the interface has gone\""));
}

#[test]
fn what_is_not_logged_is_counted_here() {
    let mut status = status();
    let counters = &mut status.wans[0].counters;
    counters.transitions.down = 41;
    counters.transitions.up = 7;
    counters.spikes = 5;
    counters.suppressed = 33;
    let health: serde_json::Value = serde_json::from_str(&written(&status)).unwrap();
    let wan = &health["wans"][0];
    assert_eq!(wan["download"]["transitions"], 41);
    assert_eq!(wan["upload"]["transitions"], 7);
    assert_eq!(wan["measurement"]["rtt_spikes"], 5);
    assert_eq!(wan["log_lines_suppressed"], 33);
}

/// Each zone has its own floor; what is exactly on it cannot fall.
#[test]
fn a_rate_is_at_its_floor_if_its_zone_lets_it_fall_no_further() {
    let mut status = status();
    status.wans[0].floors.down = Floors {
        green: Rate::mbit(200),
        yellow: Rate::mbit(150),
        soft_red: Rate::mbit(100),
        red: Rate::mbit(80),
    };
    status.wans[0].floors.up = Floors::single(Rate::mbit(8));
    for (zone, bps, at_floor) in [
        (Zone::Red, 80_000_001, false),
        (Zone::Red, 80_000_000, true),
        (Zone::SoftRed, 100_000_000, true),
        (Zone::SoftRed, 100_000_001, false),
        (Zone::Yellow, 150_000_000, true),
        (Zone::Green, 199_000_000, true),
        (Zone::Green, 500_000_000, false),
    ] {
        status.wans[0].zones.down = zone;
        status.wans[0].rates.down = Rate::bps(bps);
        let health: serde_json::Value = serde_json::from_str(&written(&status)).unwrap();
        let wan = &health["wans"][0];
        assert_eq!(wan["download"]["at_floor"], at_floor, "{zone} {bps}");
        assert_eq!(wan["upload"]["at_floor"], false, "the upload is at 50M");
    }
}

fn decision() -> Decision {
    Decision {
        rate: Rate::mbit(40),
        mode: Mode::Draining,
        reason: Reason::SteppedBack,
        blocker: Some(Blocker::OtherDirection),
        delta: Millis::new(39.04),
        threshold: Millis::of(15),
        achieved: Some(Rate::mbit(38)),
        anchor: Some(Rate::mbit(41)),
        at_floor: false,
    }
}

/// Makes a WAN the adaptive law's.
fn adapt(wan: &mut WanStatus, now: Instant) {
    let mut shown = AdaptiveStatus {
        presence: Presence::Deaf { since: now },
        noise: Noise::restored(Millis::new(0.75).unwrap(), Millis::of(2)).unwrap(),
        ..AdaptiveStatus::default()
    };
    shown.counters.read_at = Some(now);
    shown.counters.verdict = Verdict::Fresh(Duration::from_micros(104_250));
    shown.steps.down.cuts = 3;
    wan.adaptive = Some(shown);
    wan.why.down = Why::Adaptive(decision());
    wan.why.up = Why::Adaptive(decision());
}

#[test]
fn the_adaptive_law_says_what_it_decided_and_what_it_goes_by() {
    let mut status = status();
    let now = status.now;
    let reflector = crate::status::ReflectorStatus {
        baseline: Some(Millis::of(24)),
        left_out: true,
        ..Default::default()
    };
    let wan = &mut status.wans[0];
    wan.measurement.reflectors.push(reflector).unwrap();
    let classic = written(&status);
    for ours in ["adaptive", "control_law", "baseline_ms", "left_out"] {
        assert!(!classic.contains(ours), "{ours} is none of classic's");
    }
    adapt(&mut status.wans[0], now);
    status.now = now + Duration::from_millis(1_500);
    let health: serde_json::Value = serde_json::from_str(&written(&status)).unwrap();
    let wan = &health["wans"][0];
    assert_eq!(
        wan["download"]["adaptive"],
        serde_json::json!({
            "mode": "draining", "reason": "stepped_back", "blocker": "other_direction",
            "delta_ms": 39.04, "threshold_ms": 15.0, "achieved_mbps": 38.0, "anchor_mbps": 41.0,
            "cuts": 3, "raises": 0, "returns": 0,
        })
    );
    assert_eq!(wan["control_law"], "adaptive");
    assert_eq!(
        wan["adaptive"],
        serde_json::json!({
            "reflectors": "deaf", "noise_ms": 0.75, "noise_deviation_ms": 2.0,
            "counters": { "state": "fresh", "age_seconds": 1.5, "period_ms": 104.3 },
        })
    );
    let reflector = &wan["measurement"]["reflectors"][0];
    assert_eq!(reflector["baseline_ms"], 24.0);
    assert_eq!(reflector["left_out"], true);
}

#[test]
fn counters_that_were_not_read_for_long_are_none() {
    let mut status = status();
    adapt(&mut status.wans[0], Instant::ZERO);
    let state = |status: &Status| {
        let health: serde_json::Value = serde_json::from_str(&written(status)).unwrap();
        health["wans"][0]["adaptive"]["counters"]["state"].clone()
    };
    status.now = Instant::ZERO + Duration::from_millis(9_999);
    assert_eq!(state(&status), "fresh");
    status.now = Instant::ZERO + crate::status::GRACE;
    assert_eq!(state(&status), "none");
    let shown = status.wans[0].adaptive.as_mut().unwrap();
    shown.counters.read_at = Some(status.now);
    shown.counters.verdict = Verdict::Slow(Duration::from_secs(1));
    assert_eq!(state(&status), "slow");
    let shown = status.wans[0].adaptive.as_mut().unwrap();
    shown.counters.verdict = Verdict::Undecided;
    assert_eq!(state(&status), "undecided");
}

#[test]
fn a_full_house_fits_the_buffer() {
    let mut status = status();
    let mut wan = status.wans[0].clone();
    adapt(&mut wan, Instant::ZERO);
    wan.rates = Both::from_fn(|_| Rate::bps(u64::MAX));
    let most = Decision {
        achieved: Some(Rate::bps(u64::MAX)),
        anchor: Some(Rate::bps(u64::MAX)),
        ..decision()
    };
    wan.why = Both::from_fn(|_| Why::Adaptive(most));
    wan.measurement.sight = Sight::Frozen;
    wan.name = label(&"x".repeat(64));
    wan.router.inactive.up = true;
    for _ in 0..16 {
        let mut reflector = crate::status::ReflectorStatus {
            label: label(&"y".repeat(64)),
            ..Default::default()
        };
        reflector.last = Some((Instant::ZERO, Millis::of(12_345)));
        reflector.one_way = Some(crate::direction::Both {
            down: Millis::of(3_199),
            up: Millis::of(3_198),
        });
        reflector.baseline = Millis::new(12_345.67);
        wan.measurement.reflectors.push(reflector).unwrap();
    }
    status.wans.clear();
    while status.wans.push(wan.clone()).is_ok() {}
    let mut buffer = vec![0; capacity(crate::status::MAX_WANS)];
    let len = write(&status, &mut buffer).expect("it fits");
    // With a tenth of the room to spare, for whoever adds a field and forgets it.
    assert!(len * 10 < buffer.len() * 9, "{len} of {}", buffer.len());
}
