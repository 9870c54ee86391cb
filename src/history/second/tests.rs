use super::*;
use crate::control::controller::{Judgement, Source};
use crate::control::delay::Delay;
use crate::control::law::adaptive::{Blocker, Decision, Mode, Reason};
use crate::control::law::{Verdict, Why};
use crate::control::zone::Zone;
use crate::direction::{Both, Direction};
use crate::history::metric;
use crate::program::{AdaptiveFact, Fact, WanId};
use crate::router::Refusal;
use crate::time::Duration;
use crate::units::{Millis, Rate};

fn wall(secs: u64, millis: u32) -> WallTime {
    WallTime {
        secs,
        nanos: millis * 1_000_000,
    }
}

fn cycle(rtt: u32, load: u32, down: (Zone, u64), up: (Zone, u64)) -> Fact {
    let verdict = |(zone, rate)| Verdict {
        zone,
        was: zone,
        rate: Rate::mbit(rate),
        why: Why::AtCeiling,
    };
    Fact::Cycle {
        judgement: Judgement {
            rtt: Millis::of(rtt),
            source: Source::Icmp,
            delay: Delay {
                load: Millis::of(load),
                baseline: Millis::of(20),
                ..Delay::default()
            },
            verdicts: Both {
                down: verdict(down),
                up: verdict(up),
            },
        },
        notable: false,
    }
}

/// `at metric value labels`, one per row.
fn told(facts: &[(WallTime, Fact)]) -> Vec<String> {
    let mut seconds = Seconds::new(["Cable"]);
    let mut rows = Vec::new();
    let mut out = |row: Row| rows.push(row);
    for (at, fact) in facts {
        seconds.hear(*at, WanId(0), fact, &mut out);
    }
    if let Some((last, _)) = facts.last() {
        seconds.pass(wall(last.secs + 2, 0), &mut out);
        seconds.pass(wall(last.secs + 3, 0), &mut out);
    }
    let line = |row: &Row| {
        assert_eq!(&*row.wan, "Cable");
        let labels = row.labels.as_deref().unwrap_or("");
        format!("{} {} {} {labels}", row.at, row.metric, row.value)
            .trim_end()
            .to_owned()
    };
    rows.iter().map(line).collect()
}

#[test]
fn a_second_waits_for_facts_that_are_on_their_way() {
    let green = (Zone::Green, 500);
    let mut seconds = Seconds::new(["Cable"]);
    let mut rows = Vec::new();
    let mut out = |row: Row| rows.push((row.at, row.metric, row.value));
    for (heard, passed) in [(wall(7, 900), wall(8, 0)), (wall(7, 950), wall(8, 100))] {
        let fact = cycle(heard.nanos / 50_000_000, 22, green, green);
        seconds.hear(heard, WanId(0), &fact, &mut out);
        seconds.pass(passed, &mut out);
    }
    seconds.pass(wall(9, 0), &mut out);
    rows.retain(|(_, metric, _)| metric == metric::RTT);
    assert_eq!(rows, [(7, metric::RTT.into(), 18.5)]);
}

#[test]
fn a_second_of_cycles_is_one_row_of_each_metric() {
    let green = (Zone::Green, 500);
    let calm = |ms| (wall(7, ms), cycle(21, 22, green, green));
    assert_eq!(
        told(&[calm(0), calm(50), calm(950)]),
        [
            "7 wanctl_rtt_ms 21",
            "7 wanctl_rtt_baseline_ms 20",
            "7 wanctl_rtt_delta_ms 2",
            "7 wanctl_rate_download_mbps 500",
            "7 wanctl_rate_upload_mbps 500",
            r#"7 wanctl_state 0 {"direction": "download"}"#,
            r#"7 wanctl_state 0 {"direction": "upload"}"#,
        ]
    );
}

#[test]
fn what_the_mean_of_a_second_hides_is_told_beside_it() {
    let (green, red) = ((Zone::Green, 500), (Zone::Red, 400));
    let rows = told(&[
        (wall(7, 0), cycle(20, 20, green, green)),
        (wall(7, 50), cycle(140, 80, red, green)),
        (wall(7, 100), cycle(20, 50, green, green)),
    ]);
    for row in [
        "7 wanctl_rtt_ms 60",
        "7 wanctl_rtt_max_ms 140",
        "7 wanctl_rtt_delta_ms 30",
        "7 wanctl_rtt_delta_max_ms 60",
        "7 wanctl_rate_download_min_mbps 400",
        r#"7 wanctl_state 0 {"direction": "download"}"#,
    ] {
        assert!(
            rows.iter().any(|told| told == row),
            "{row} is not in {rows:#?}"
        );
    }
    assert_eq!(rows.len(), 10);
}

#[test]
fn a_second_ends_with_the_next_one_or_when_time_has_passed() {
    let green = (Zone::Green, 500);
    let rows = told(&[
        (wall(7, 990), cycle(20, 20, green, green)),
        (wall(8, 10), cycle(40, 20, green, green)),
        // The clock was set back.
        (wall(3, 0), cycle(60, 20, green, green)),
    ]);
    let rtt: Vec<_> = rows.iter().filter(|row| row.contains("rtt_ms")).collect();
    assert_eq!(
        rtt,
        [
            "7 wanctl_rtt_ms 20",
            "8 wanctl_rtt_ms 40",
            "3 wanctl_rtt_ms 60"
        ]
    );
    assert_eq!(rows.len(), 21);
}

#[test]
fn what_happens_once_is_a_row_at_once() {
    let facts = [
        Fact::Transition {
            direction: Direction::Up,
            to: Zone::Red,
            delta: Millis::of(50),
            edge: Millis::of(45),
            notable: false,
        },
        Fact::Written {
            direction: Direction::Down,
            rate: Rate::bps(412_500_000),
            took: Duration::from_micros(12_340),
        },
        Fact::Refused {
            direction: Direction::Down,
            why: Refusal::QueueMissing,
        },
        Fact::Throttled {
            changes: 10,
            window: Duration::from_secs(60),
        },
        Fact::Silent,
    ];
    let rows = told(&facts.map(|fact| (wall(7, 0), fact)));
    assert_eq!(
        rows[..2],
        [
            r#"7 wanctl_state 3 {"direction": "upload", "reason": "RTT delta 50.0ms exceeded warn threshold 45.0ms"}"#,
            r#"7 wanctl_router_write 1 {"direction": "download", "outcome": "applied", "rate_mbps": 412.5, "took_ms": 12.3}"#,
        ]
    );
    assert!(
        rows[2].starts_with(
            r#"7 wanctl_router_write 0 {"direction": "download", "outcome": "refused", "reason": ""#
        ),
        "{}",
        rows[2]
    );
    assert_eq!(
        rows[3..],
        [
            r#"7 wanctl_router_write 0 {"outcome": "throttled", "reason": "the write budget is spent"}"#
        ]
    );
    // What is an event here is one in every tier.
    for row in &rows {
        let mut words = row.splitn(4, ' ');
        let metric = words.nth(1).unwrap();
        let kind = metric::Kind::of(metric, words.nth(1));
        assert_eq!(kind, metric::Kind::Event, "{row}");
    }
}

fn decision() -> Decision {
    Decision {
        rate: Rate::mbit(72),
        mode: Mode::Draining,
        reason: Reason::Cut,
        blocker: Some(Blocker::Draining),
        delta: Some(Millis::of(39)),
        threshold: Millis::of(15),
        achieved: Some(Rate::bps(80_120_000)),
        anchor: Some(Rate::mbit(85)),
        at_floor: false,
    }
}

#[test]
fn the_adaptive_law_leaves_what_passed_what_the_line_can_do_and_its_changes_of_mode() {
    let mut fact = cycle(60, 64, (Zone::Yellow, 72), (Zone::Yellow, 10));
    let Fact::Cycle { judgement, .. } = &mut fact else {
        unreachable!("it is a cycle");
    };
    judgement.verdicts.down.why = Why::Adaptive(decision());
    judgement.verdicts.up.why = Why::Adaptive(Decision {
        anchor: None,
        ..decision()
    });
    let rows = told(&[(wall(7, 0), fact)]);
    assert_eq!(
        rows[7..],
        [
            "7 wanctl_achieved_download_mbps 80.12",
            "7 wanctl_achieved_upload_mbps 80.12",
            "7 wanctl_anchor_download_mbps 85",
        ]
    );
    let moved = |decision| {
        let fact = AdaptiveFact::Mode {
            direction: Direction::Down,
            was: Mode::Clear,
            decision,
            notable: false,
        };
        told(&[(wall(7, 0), Fact::Adaptive(fact))])
    };
    assert_eq!(
        moved(decision()),
        [
            r#"7 wanctl_adaptive_mode 1 {"direction": "download", "mode": "draining", "reason": "cut", "blocker": "draining", "delta_ms": 39.0, "anchor_mbps": 85.0, "achieved_mbps": 80.1}"#
        ]
    );
    let unknown = Decision {
        mode: Mode::Blind,
        reason: Reason::Held,
        blocker: None,
        delta: None,
        achieved: None,
        anchor: None,
        ..decision()
    };
    assert_eq!(
        moved(unknown),
        [
            r#"7 wanctl_adaptive_mode 3 {"direction": "download", "mode": "blind", "reason": "held"}"#
        ]
    );
    assert_eq!(metric::Kind::of(metric::MODE, None), metric::Kind::Event);
}

#[test]
fn the_configuration_at_a_start_is_v1_7s_row() {
    let seconds = Seconds::new(["Cable"]);
    let snapshot = Snapshot::Autorate(AutorateSnapshot {
        baseline_rtt_initial: Millis::of(24),
        download_ceiling: Rate::mbit(940),
        upload_ceiling: Rate::bps(38_500_000),
        target_bloat: Millis::of(15),
        warn_bloat: Millis::of(45),
    });
    let row = seconds
        .snapshot(wall(1_763_682_869, 0), WanId(0), &snapshot)
        .unwrap();
    assert_eq!((row.at, row.value), (1_763_682_869, 1_763_682_869.0));
    assert_eq!(
        row.labels.as_deref(),
        Some(
            "{\"trigger\": \"startup\", \"autorate\": {\"baseline_rtt_initial\": 24.0, \
             \"download_ceiling_mbps\": 940.0, \"upload_ceiling_mbps\": 38.5, \"target_bloat_ms\": 15.0, \
             \"warn_bloat_ms\": 45.0}, \"steering\": null}"
        )
    );
    assert_eq!(seconds.snapshot(wall(0, 0), WanId(1), &snapshot), None);
}

mod of_steering {
    use super::*;
    use crate::status::label;
    use crate::steer::{Cycle, Fact};
    use crate::steering::assessment::{Assessment, Reason};
    use crate::steering::fact::{self, Standing};
    use crate::steering::rule::{RuleFact, Switch};
    use crate::steering::{Counts, Decides};

    fn rows(facts: Vec<Fact>) -> Vec<String> {
        let mut seconds = Seconds::new(["cable"]);
        let mut rows = Vec::new();
        let mut out = |row: Row| {
            let labels = row.labels.as_deref().unwrap_or("");
            rows.push(format!("{} {} {labels}", row.metric, row.value));
        };
        for fact in facts {
            seconds.hear(wall(7, 0), WanId(0), &fact, &mut out);
        }
        seconds.end(&mut out);
        rows
    }

    #[test]
    fn a_cycle_of_steering_says_whose_it_is() {
        let cycle = Cycle {
            prefix: label("CABLE"),
            cake_aware: true,
            standing: Standing::Degraded,
            assessment: Assessment {
                zone: Zone::Red,
                reason: Reason::Loss,
            },
            rtt: Some(Millis::of(80)),
            baseline: Some(Millis::of(20)),
            delta: None,
            smoothed: None,
            drops: None,
            queue: None,
            counts: Counts::default(),
            needed: (3, 15),
            decides: Decides::Hysteresis,
            trouble: None,
        };
        let source = r#"{"source": "steering"}"#;
        assert_eq!(
            rows(vec![Fact::Cycle {
                cycle,
                notable: false
            }]),
            [
                format!("wanctl_rtt_ms 80 {source}"),
                format!("wanctl_rtt_baseline_ms 20 {source}"),
                format!("wanctl_steering_enabled 1 {source}"),
                format!("wanctl_state 2 {source}"),
            ]
        );
    }

    #[test]
    fn a_switch_is_v1_7s_transition_and_a_write_with_its_outcome() {
        let decision = |fact| Fact::Decision {
            about: label("CABLE"),
            fact,
        };
        assert_eq!(
            rows(vec![
                decision(fact::Fact::Rule(RuleFact::Verified(Switch::On))),
                decision(fact::Fact::Moved {
                    from: Standing::Good,
                    to: Standing::Degraded,
                }),
                decision(fact::Fact::Rule(RuleFact::NotVerified(Switch::Off))),
            ]),
            [
                r#"wanctl_router_write 1 {"source": "steering", "outcome": "applied", "rule": "on"}"#,
                "wanctl_steering_transition 1 {\"reason\": \"Transitioned from CABLE_GOOD to CABLE_DEGRADED\", \
                 \"from_state\": \"CABLE_GOOD\", \"to_state\": \"CABLE_DEGRADED\"}",
                r#"wanctl_router_write 0 {"source": "steering", "outcome": "not_verified", "rule": "off"}"#,
            ]
        );
    }
}
