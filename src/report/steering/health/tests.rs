//! What readers of steering's `/health` rely on.

mod full;

use super::*;
use crate::router::steering::Refusal;
use crate::router::{Failure, Transport};
use crate::status::{MAX_LABEL, Unsent, label};
use crate::steer::{EchoStatus, ListStatus, Trouble};
use crate::steering::Counts;
use crate::steering::assessment::Assessment;
use crate::steering::evidence::{self, FeedState, Line, Picture};
use crate::steering::rule::{Belief, Switch};
use crate::time::{Duration, WallTime};
use crate::units::Millis;

fn at(secs: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(secs)
}

/// A quiet day, an hour after the start.
fn status() -> SteerStatus {
    let mut status = SteerStatus {
        now: at(3_600),
        cycles: 7_200,
        rtt: Millis::new(26.25),
        baseline: Some(Millis::of(25)),
        ..SteerStatus::default()
    };
    let setup = &mut status.setup;
    setup.name = label("steering");
    setup.primary = label("wan1");
    setup.prefix = label("WAN1");
    setup.alternate = label("wan2");
    setup.comment = label("ADAPTIVE: Steer latency-sensitive to WAN2");
    setup.edges = [Millis::of(5), Millis::of(10), Millis::of(15)];
    setup.samples = (2, 15);
    setup.pid = 4711;
    status.rule.belief = Belief::Off;
    status.feed.state = FeedState::Fresh;
    status.feed.age = Some(Duration::from_secs(12));
    status.picture = Picture {
        delta: Millis::new(1.25),
        queue: Some(3),
        line: Line::Heard,
        feed: FeedState::Fresh,
        ..Picture::default()
    };
    status
}

fn written(status: &SteerStatus) -> String {
    let mut buffer = [0; CAPACITY];
    let len = write(status, &mut buffer).unwrap();
    String::from_utf8(buffer[..len].to_vec()).unwrap()
}

fn json(status: &SteerStatus) -> serde_json::Value {
    serde_json::from_str(&written(status)).unwrap()
}

/// The keys of the document and of its sections, in order.
fn keys(text: &str) -> Vec<(usize, &str)> {
    text.lines()
        .filter_map(|line| {
            let (key, _) = line.trim_start().strip_prefix('"')?.split_once("\": ")?;
            Some(((line.len() - line.trim_start().len()) / 2, key))
        })
        .collect()
}

#[test]
fn v1_7s_document_is_the_beginning_of_ours() {
    let text = written(&status());
    let v1_7 = [
        (1, "status"),
        (1, "uptime_seconds"),
        (1, "version"),
        (1, "steering"),
        (2, "enabled"),
        (2, "state"),
        (2, "mode"),
        (1, "congestion"),
        (2, "primary"),
        (3, "state"),
        (3, "state_code"),
        (1, "decision"),
        (2, "last_transition_time"),
        (2, "time_in_state_seconds"),
        (1, "counters"),
        (2, "red_count"),
        (2, "good_count"),
        (2, "cake_read_failures"),
        (1, "errors"),
        (2, "consecutive_failures"),
        (2, "cake_read_failures"),
        (1, "thresholds"),
        (2, "green_rtt_ms"),
        (2, "yellow_rtt_ms"),
        (2, "red_rtt_ms"),
        (2, "red_samples_required"),
        (2, "green_samples_required"),
        (1, "router_connectivity"),
        (2, "is_reachable"),
        (2, "consecutive_failures"),
        (2, "last_failure_type"),
        (2, "last_failure_time"),
        (2, "outage_duration_seconds"),
        (1, "pid"),
        (1, "router_reachable"),
    ];
    let ours = [
        (2, "decides"),
        (3, "reason"),
        (2, "wanted"),
        (2, "transitions_to_alternate"),
        (2, "transitions_to_primary"),
    ];
    let mut all = keys(&text);
    let end = all.iter().position(|key| *key == (1, "problem")).unwrap();
    all.truncate(end);
    all.retain(|key| !ours.contains(key));
    assert_eq!(all, v1_7);
    let health = json(&status());
    for (path, value) in [
        ("/status", "\"healthy\""),
        ("/uptime_seconds", "3600.0"),
        ("/steering/enabled", "false"),
        ("/steering/state", "\"WAN1_GOOD\""),
        ("/steering/mode", "\"active\""),
        ("/congestion/primary/state", "\"GREEN\""),
        ("/congestion/primary/state_code", "0"),
        ("/decision/last_transition_time", "null"),
        ("/decision/time_in_state_seconds", "3600.0"),
        ("/thresholds/red_rtt_ms", "15.0"),
        ("/thresholds/green_samples_required", "15"),
        ("/pid", "4711"),
        ("/problem", "null"),
        ("/alternate", "null"),
        ("/address_lists", "[]"),
    ] {
        assert_eq!(health.pointer(path).unwrap().to_string(), value, "{path}");
    }
}

#[test]
fn before_the_first_cycle_there_is_little_to_say() {
    let mut status = status();
    status.cycles = 0;
    status.now = Instant::from_micros(1_700_000);
    assert!(!is_healthy(&status));
    assert_eq!(
        written(&status),
        "{\n  \"status\": \"starting\",\n  \"uptime_seconds\": 1.7,\n  \"version\": \"2.0.0\"\n}"
    );
}

/// Where v1.7 fell silent until its restart (W-17).
#[test]
fn a_transition_is_told_with_its_time() {
    let mut status = status();
    status.standing = Standing::Degraded;
    status.wanted = Switch::On;
    status.moves = [1, 0];
    status.rule.belief = Belief::On;
    let wall = WallTime {
        secs: 1_763_682_869,
        nanos: 809_000_000,
    };
    status.moved = Some((at(3_470), wall));
    status.assessment = Assessment {
        zone: Zone::Red,
        reason: Reason::Backlog,
    };
    status.counts = Counts {
        bad: 3,
        good: 0,
        queue_failures: 1,
    };
    assert!(is_healthy(&status), "that is what it is there for");
    let health = json(&status);
    for (path, value) in [
        ("/steering/enabled", "true"),
        ("/steering/state", "\"WAN1_DEGRADED\""),
        ("/congestion/primary/state_code", "2"),
        (
            "/congestion/primary/reason",
            "\"delay with a standing queue\"",
        ),
        (
            "/decision/last_transition_time",
            "\"2025-11-20T23:54:29.809000+00:00\"",
        ),
        ("/decision/time_in_state_seconds", "130.0"),
        ("/decision/wanted", "\"on\""),
        ("/decision/transitions_to_alternate", "1"),
        ("/counters/red_count", "3"),
        ("/errors/cake_read_failures", "1"),
        ("/rule/state", "\"on\""),
    ] {
        assert_eq!(health.pointer(path).unwrap().to_string(), value, "{path}");
    }
}

#[test]
fn the_score_is_there_if_it_is_kept_and_a_dry_run_says_so() {
    let mut status = status();
    assert!(!written(&status).contains("\"confidence\": {"));
    status.confidence = Some(65);
    for (decides, mode) in [
        (Decides::Hysteresis, "active"),
        (Decides::ConfidenceDryRun, "dry_run"),
        (Decides::Confidence, "active"),
    ] {
        status.setup.decides = decides;
        let health = json(&status);
        assert_eq!(health["steering"]["mode"], mode);
        assert_eq!(health["confidence"]["primary"], 65);
    }
}

/// Makes something wrong.
type Make = fn(&mut SteerStatus);

#[test]
fn every_trouble_makes_it_unhealthy_and_says_what_to_do() {
    let story: [(Make, Trouble, &str); 10] = [
        (
            |status| status.link.reachable = false,
            Trouble::RouterUnreachable,
            "see router_connectivity",
        ),
        (
            |status| status.rule.belief = Belief::Missing,
            Trouble::RuleMissing,
            "/ip firewall mangle print where comment!=\"\"",
        ),
        (
            |status| status.rule.belief = Belief::Ambiguous(2),
            Trouble::RuleAmbiguous,
            "/ip firewall mangle print where comment!=\"\"",
        ),
        (
            |status| status.rule.invalid = true,
            Trouble::RuleInvalid,
            "/ip firewall mangle print where invalid",
        ),
        (
            |status| status.rule.refused = Some((at(0), Refusal::NotPermitted)),
            Trouble::RuleRefused,
            "see rule.refused",
        ),
        (
            |status| status.rule.behind_since = Some(at(0)),
            Trouble::RuleBehind,
            "see rule and router",
        ),
        (
            |status| status.picture.line = Line::BothSilent,
            Trouble::BothSilent,
            "look at measurement.ping_host",
        ),
        (
            |status| status.consecutive_failures = 3,
            Trouble::Failing,
            "see measurement",
        ),
        (
            |status| status.feed.unfit_since = Some(at(0)),
            Trouble::Feed,
            "cake_state_sources.primary",
        ),
        (
            |status| status.queue_refused = Some((at(0), Refusal::QueueMissing)),
            Trouble::QueueUnreadable,
            "cake_queues.primary_download",
        ),
    ];
    for (make, trouble, advice) in story {
        let mut status = status();
        assert!(is_healthy(&status));
        make(&mut status);
        assert_eq!(status.trouble(), Some(trouble));
        assert!(!is_healthy(&status));
        let health = json(&status);
        assert_eq!(health["status"], "degraded");
        let problem = health["problem"].as_str().unwrap();
        assert!(problem.contains(advice), "{problem}");
    }
}

#[test]
fn a_rule_that_is_left_alone_says_for_how_long() {
    let mut status = status();
    status.rule.behind_since = Some(at(3_580));
    status.rule.yielding_until = Some(at(3_640));
    status.rule.by_hand = 1;
    status.rule.refused = Some((at(3_599), Refusal::NotPermitted));
    assert!(is_healthy(&status));
    let rule = &json(&status)["rule"];
    assert_eq!(rule["left_alone_for_seconds"], 40.0);
    assert_eq!(rule["not_as_wanted_for_seconds"], 20.0);
    assert_eq!(rule["switched_by_hand"], 1);
    assert_eq!(rule["refused"], Refusal::NotPermitted.explain());
    // A hand that is never made good is no excuse for ever.
    status.rule.behind_since = Some(at(3_530));
    assert_eq!(status.trouble(), Some(Trouble::RuleBehind));
}

#[test]
fn what_cannot_be_sent_and_who_is_silent_is_told() {
    let mut status = status();
    status.primary.unsent = Some((at(3_000), Unsent::NoInterface));
    status.primary.heard_at = Some(at(2_990));
    status.alternate = Some(EchoStatus {
        lost: 9,
        ..EchoStatus::default()
    });
    status.alternate_answers = evidence::Alternate::Silent;
    status.picture.alternate_delay = Millis::new(12.5);
    status.lists.push(list("TO_WAN2", Some(3))).unwrap();
    status.lists.push(list("NOT_WAN2", None)).unwrap();
    let health = json(&status);
    let measurement = &health["measurement"];
    assert_eq!(measurement["send_error"], "the interface has gone");
    assert_eq!(measurement["last_reply_age_seconds"], 610.0);
    assert_eq!(measurement["queued_packets"], 3);
    assert_eq!(measurement["drops"], serde_json::Value::Null);
    assert_eq!(health["alternate"]["wan"], "wan2");
    assert_eq!(health["alternate"]["answers"], false);
    assert_eq!(health["alternate"]["lost"], 9);
    assert_eq!(health["alternate"]["delay_ms"], 12.5);
    assert_eq!(health["address_lists"][0]["entries"], 3);
    assert_eq!(health["address_lists"][1]["name"], "NOT_WAN2");
    assert_eq!(
        health["address_lists"][1]["entries"],
        serde_json::Value::Null
    );
}

fn list(name: &str, entries: Option<u32>) -> ListStatus {
    ListStatus {
        name: label(name),
        entries,
    }
}
