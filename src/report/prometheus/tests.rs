//! What readers of `/metrics` rely on.

use super::*;
use crate::control::delay::Delay;
use crate::control::law::Why;
use crate::control::law::adaptive::{Blocker, Decision, Mode, Reason};
use crate::control::load::Verdict;
use crate::control::prober::MAX_REFLECTORS;
use crate::control::zone::Zone;
use crate::direction::Both;
use crate::router::Transport;
use crate::status::histogram::{EDGES, Histogram};
use crate::status::{
    AdaptiveStatus, Counters, MAX_LABEL, MAX_WANS, ReflectorStatus, Steps, WanStatus, label,
};
use crate::time::{Duration, Instant, WallTime};
use crate::units::{Millis, Rate};

fn exposition(status: &Status) -> String {
    let mut buffer = vec![0; capacity(status)];
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

fn reflector(host: &str) -> ReflectorStatus {
    ReflectorStatus {
        label: label(host),
        last: Millis::new(12.5).map(|rtt| (Instant::ZERO, rtt)),
        ..ReflectorStatus::default()
    }
}

fn decision() -> Decision {
    Decision {
        rate: Rate::mbit(72),
        mode: Mode::Draining,
        reason: Reason::Cut,
        blocker: Some(Blocker::OtherDirection),
        delta: Some(Millis::of(39)),
        threshold: Millis::of(15),
        achieved: Some(Rate::mbit(80)),
        anchor: Some(Rate::bps(u64::MAX)),
        at_floor: false,
    }
}

/// Everything that can be said, at its longest.
fn full(wans: usize) -> Status {
    let mut status = status(wans);
    let longest = Millis::new(f64::MIN_POSITIVE).unwrap();
    status.pulse.began = WallTime {
        secs: u64::MAX,
        nanos: 0,
    };
    status.pulse.ticks = u64::MAX;
    status.pulse.missed = u64::MAX;
    status.pulse.records_lost = u64::MAX;
    status.pulse.unsaved = u32::MAX;
    status.pulse.history_failing = true;
    status.pulse.history_lost = u64::MAX;
    status.pulse.lateness = Histogram::brimful();
    status.pulse.work = Duration::from_micros(u64::MAX);
    for (n, wan) in status.wans.iter_mut().enumerate() {
        wan.name = label(&format!("{n}{}", "X".repeat(MAX_LABEL - 1)));
        wan.delay = Delay {
            baseline: longest,
            load: longest,
            ..wan.delay
        };
        wan.rates = Both::from_fn(|_| Rate::bps(u64::MAX));
        wan.deltas = Histogram::brimful();
        wan.router.applied = Both::from_fn(|_| Some(Rate::bps(u64::MAX)));
        wan.router.writes = Histogram::brimful();
        wan.router.budget_left = usize::MAX;
        wan.router.link.switches = u64::MAX;
        wan.router.link.failures = u64::MAX;
        wan.counters = Counters {
            cycles: u64::MAX,
            ping_failures: u64::MAX,
            transitions: Both::from_fn(|_| u64::MAX),
            spikes: u64::MAX,
            suppressed: u64::MAX,
            updates: u64::MAX,
            refusals: Both::from_fn(|_| u64::MAX),
            throttled: u64::MAX,
            drifts: u64::MAX,
        };
        let u64s = Steps {
            cuts: u64::MAX,
            raises: u64::MAX,
            returns: u64::MAX,
        };
        wan.adaptive = Some(AdaptiveStatus {
            steps: Both::from_fn(|_| u64s),
            ..AdaptiveStatus::default()
        });
        wan.why = Both::from_fn(|_| Why::Adaptive(decision()));
        for n in 0..MAX_REFLECTORS {
            let reflector = ReflectorStatus {
                label: label(&format!("{n:02}{}", "\"".repeat(MAX_LABEL - 2))),
                last: Some((Instant::ZERO, longest)),
                replies: u64::MAX,
                losses: u64::MAX,
                ..ReflectorStatus::default()
            };
            wan.measurement.reflectors.push(reflector).unwrap();
        }
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
fn a_counter_of_v1_7_appears_with_its_first_increment_and_ours_are_there_from_the_start() {
    let mut status = status(2);
    status.wans[1].name = label("wan2");
    status.wans[1].counters.throttled = 2;
    status.wans[1].counters.transitions.up = 3;
    let text = exposition(&status);
    let lines = |name: &str| -> Vec<_> {
        text.lines()
            .filter(|line| line.starts_with(name))
            .map(|line| &line[name.len()..])
            .collect()
    };
    assert_eq!(lines("wanctl_cycles_total{"), Vec::<&str>::new());
    assert!(!text.contains("wanctl_cycles_total"), "{text}");
    assert_eq!(
        lines("wanctl_rate_limit_events_total{"),
        ["wan=\"wan2\"} 2"]
    );
    assert_eq!(
        lines("wanctl_transitions_total{direction="),
        [
            "\"download\",wan=\"wan1\"} 0",
            "\"upload\",wan=\"wan1\"} 0",
            "\"download\",wan=\"wan2\"} 0",
            "\"upload\",wan=\"wan2\"} 3",
        ]
    );
    assert!(text.contains("# TYPE wanctl_transitions_total counter\n"));
}

#[test]
fn ours_are_in_seconds_and_bytes() {
    let mut status = status(1);
    let wan = &mut status.wans[0];
    wan.router.applied.down = Some(Rate::mbit(400));
    wan.measurement
        .reflectors
        .push(reflector("1.1.1.1"))
        .unwrap();
    status.now = Instant::from_micros(4_500_000);
    let text = exposition(&status);
    for line in [
        "wanctl_applied_rate_bytes_per_second{direction=\"download\",wan=\"wan1\"} 50000000.0",
        "wanctl_measurement_age_seconds{wan=\"wan1\"} 4.5",
        "wanctl_measurement_source{source=\"starting\",wan=\"wan1\"} 1.0",
        "wanctl_measurement_source{source=\"icmp\",wan=\"wan1\"} 0.0",
        "wanctl_reflector_rtt_seconds{host=\"1.1.1.1\",wan=\"wan1\"} 0.0125",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    assert!(!text.contains("direction=\"upload\",wan=\"wan1\"} 50000000"));
}

#[test]
fn only_the_adaptive_law_has_its_own() {
    let mut status = status(2);
    assert!(!exposition(&status).contains("wanctl_adaptive"));
    status.now = Instant::from_micros(4_500_000);
    status.wans[1].name = label("wan2");
    let wan = &mut status.wans[0];
    let mut shown = AdaptiveStatus::default();
    shown.steps.up.raises = 7;
    shown.counters.read_at = Some(Instant::ZERO);
    wan.adaptive = Some(shown);
    wan.why.down = Why::Adaptive(decision());
    let text = exposition(&status);
    for line in [
        "wanctl_adaptive_achieved_rate_bytes_per_second{direction=\"download\",wan=\"wan1\"} 10000000.0",
        "wanctl_adaptive_threshold_seconds{direction=\"download\",wan=\"wan1\"} 0.015",
        "wanctl_adaptive_mode{direction=\"download\",state=\"draining\",wan=\"wan1\"} 1.0",
        "wanctl_adaptive_mode{direction=\"download\",state=\"clear\",wan=\"wan1\"} 0.0",
        "wanctl_adaptive_blocker{direction=\"download\",state=\"other_direction\",wan=\"wan1\"} 1.0",
        "wanctl_adaptive_noise_deviation_seconds{wan=\"wan1\"} 0.002",
        "wanctl_adaptive_counters_usable{wan=\"wan1\"} 1.0",
        "wanctl_adaptive_raises_total{direction=\"upload\",wan=\"wan1\"} 7",
        "wanctl_adaptive_cuts_total{direction=\"upload\",wan=\"wan1\"} 0",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    let ones = |name: &str| {
        let is_so = |line: &&str| line.starts_with(name) && line.ends_with(" 1.0");
        text.lines().filter(is_so).count()
    };
    assert_eq!(ones("wanctl_adaptive_mode{"), 1);
    assert_eq!(ones("wanctl_adaptive_blocker{"), 1);
    let others = text
        .lines()
        .filter(|line| line.starts_with("wanctl_adaptive"));
    assert!(others.into_iter().all(|line| !line.contains("wan2")));
    let useless = "\nwanctl_adaptive_counters_usable{wan=\"wan1\"} 0.0\n";
    status.now = Instant::ZERO + Duration::from_secs(10);
    assert!(exposition(&status).contains(useless), "not read for long");
    let shown = status.wans[0].adaptive.as_mut().unwrap();
    shown.counters.read_at = Some(status.now);
    assert!(!exposition(&status).contains(useless));
    let shown = status.wans[0].adaptive.as_mut().unwrap();
    shown.counters.verdict = Verdict::Slow(Duration::from_secs(1));
    assert!(
        exposition(&status).contains(useless),
        "they move too rarely"
    );
}

#[test]
fn an_old_round_trip_is_none() {
    let mut status = status(1);
    let wan = &mut status.wans[0];
    wan.measurement.reflectors.push(reflector("quad9")).unwrap();
    let name = "wanctl_reflector_rtt_seconds{";
    status.now = Instant::ZERO + Duration::from_micros(9_999_999);
    assert!(exposition(&status).contains(name));
    status.now = Instant::ZERO + Duration::from_secs(10);
    assert!(!exposition(&status).contains(name));
}

#[test]
fn a_reflector_that_is_listed_twice_has_one_line() {
    let mut status = status(1);
    for (host, replies) in [("a", 1), ("\"b\"", 2), ("a", 3)] {
        let reflector = ReflectorStatus {
            replies,
            ..reflector(host)
        };
        let reflectors = &mut status.wans[0].measurement.reflectors;
        reflectors.push(reflector).unwrap();
    }
    let text = exposition(&status);
    let name = "wanctl_reflector_replies_total";
    let lines: Vec<_> = text.lines().filter(|l| l.starts_with(name)).collect();
    assert_eq!(
        lines,
        [
            "wanctl_reflector_replies_total{host=\"a\",wan=\"wan1\"} 1",
            "wanctl_reflector_replies_total{host=\"\\\"b\\\"\",wan=\"wan1\"} 2",
        ]
    );
}

#[test]
fn a_histogram_is_spelled_as_prometheus_reads_it() {
    let mut status = status(1);
    for us in [900, 1_000, 250_000, 40_000_000] {
        let took = Duration::from_micros(us);
        status.wans[0].router.writes.observe(took);
        status.pulse.lateness.observe(took);
    }
    let text = exposition(&status);
    let name = "wanctl_router_write_duration_seconds";
    let lines: Vec<_> = text.lines().filter(|l| l.contains(name)).collect();
    assert_eq!(lines.len(), 2 + EDGES + 1 + 2, "{lines:#?}");
    assert_eq!(lines[1], format!("# TYPE {name} histogram"));
    for (n, labels, value) in [
        (2, "_bucket{wan=\"wan1\",le=\"0.001\"}", "2"),
        (3, "_bucket{wan=\"wan1\",le=\"0.0025\"}", "2"),
        (9, "_bucket{wan=\"wan1\",le=\"0.25\"}", "3"),
        (11, "_bucket{wan=\"wan1\",le=\"1.0\"}", "3"),
        (16, "_bucket{wan=\"wan1\",le=\"+Inf\"}", "4"),
        (17, "_sum{wan=\"wan1\"}", "40.2519"),
        (18, "_count{wan=\"wan1\"}", "4"),
    ] {
        assert_eq!(lines[n], format!("{name}{labels} {value}"));
    }
    for line in [
        "wanctl_tick_lateness_seconds_bucket{le=\"+Inf\"} 4",
        "wanctl_tick_lateness_seconds_count 4",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[test]
fn the_process_says_what_it_is_and_since_when() {
    let mut status = status(1);
    let version = concat!(
        "wanctl_build_info{version=\"",
        env!("CARGO_PKG_VERSION"),
        "\"} 1\n"
    );
    assert!(exposition(&status).contains(version));
    assert!(!exposition(&status).contains("wanctl_start_time_seconds"));
    status.pulse.began.secs = 1_764_000_000;
    let line = "\nwanctl_start_time_seconds 1764000000.0\n";
    assert!(exposition(&status).contains(line));
}

#[test]
fn every_name_is_announced_once_and_every_series_is_there_once() {
    let text = exposition(&full(2));
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
            let suffix = name.strip_prefix(announced.0);
            let known = match announced.1 {
                "histogram" => matches!(suffix, Some("_bucket" | "_sum" | "_count")),
                _ => suffix == Some(""),
            };
            assert!(known, "{line}");
            assert!(seen.insert(series), "{line}");
        }
    }
    assert!(seen.len() > 300, "{}", seen.len());
}

/// With a tenth of the room to spare, for whoever adds a metric and forgets it.
#[test]
fn a_full_house_fits_the_buffer() {
    for (wans, reflectors) in [(1, 0), (1, MAX_REFLECTORS), (MAX_WANS, MAX_REFLECTORS)] {
        let mut status = full(wans);
        for wan in &mut status.wans {
            wan.measurement.reflectors.truncate(reflectors);
        }
        let (len, room) = (exposition(&status).len(), capacity(&status));
        let spare = len * 10 < room * 9;
        assert!(spare, "{wans} WANs, {reflectors} each: {len} of {room}");
    }
}
