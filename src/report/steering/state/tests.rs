//! What survives a restart, and a change of version in either direction.

use proptest::prelude::*;

use super::*;
use crate::status::label;
use crate::steering::Counts;
use crate::steering::record::{Record, Saved};

/// v1.7's own sample (contract 5.2).
const V1_7: &str = r#"{"current_state":"WAN1_GOOD","bad_count":0,"good_count":0,"baseline_rtt":25.0,"history_rtt":[],"history_delta":[],"transitions":[],"last_transition_time":null,"rtt_delta_ewma":65.0,"queue_ewma":0.0,"cake_drops_history":[3,0,0],"queue_depth_history":[0,0,0],"cake_state_history":["GREEN","YELLOW"],"red_count":0,"congestion_state":"YELLOW","cake_read_failures":0}"#;

/// The same after a day with a transition there and back.
const LATER: &str = r#"{"current_state":"WAN1_GOOD","bad_count":0,"good_count":0,"baseline_rtt":25.0,"history_rtt":[26.1,90.0],"history_delta":[1.1,65.0],"transitions":[{"timestamp":"2026-11-20T21:00:07.123456","from":"WAN1_GOOD","to":"WAN1_DEGRADED","bad_count":2,"good_count":0},{"timestamp":"2026-11-20T21:05:40.000001","from":"WAN1_DEGRADED","to":"WAN1_GOOD","bad_count":0,"good_count":15}],"last_transition_time":"2026-11-20T21:05:40.000001","rtt_delta_ewma":65.0,"queue_ewma":0.5,"cake_drops_history":[3,0,0],"queue_depth_history":[0,0,60],"cake_state_history":["GREEN","YELLOW","RED"],"red_count":1,"congestion_state":"RED","cake_read_failures":2}"#;

fn parsed(text: &str) -> Saved {
    parse(text.as_bytes(), "WAN1", 5).unwrap()
}

/// What a program that started from `saved` would write at once.
fn snapshot(saved: &Saved) -> Snapshot {
    let mut record = Record::new(5);
    record.rtt.extend(saved.rtt.iter().copied());
    record.delta.extend(saved.delta.iter().copied());
    record.drops.extend(saved.drops.iter().copied());
    record.queue.extend(saved.queue.iter().copied());
    record.zones.extend(saved.zones.iter().copied());
    record.transitions.extend(saved.transitions.iter().cloned());
    Snapshot {
        at: Instant::from_micros(60_000_000),
        prefix: label("WAN1"),
        standing: saved.standing,
        counts: Counts::default(),
        cake_aware: true,
        baseline: saved.baseline,
        averages: (saved.delta_average, saved.queue_average),
        zone: Zone::Yellow,
        record,
    }
}

fn never(_: Duration) -> String {
    unreachable!("nothing happened in this run")
}

#[test]
fn v1_7s_documents_read_and_write_back_byte_for_byte() {
    assert_eq!(write(&snapshot(&parsed(V1_7)), &never), V1_7);
    let mut later = snapshot(&parsed(LATER));
    later.zone = Zone::Red;
    later.counts.bad = 1;
    later.counts.queue_failures = 2;
    assert_eq!(write(&later, &never), LATER);
}

#[test]
fn a_transition_of_this_run_gets_its_local_time_and_keeps_it() {
    let mut snapshot = snapshot(&parsed(V1_7));
    snapshot.standing = Standing::Degraded;
    snapshot.record.transitions.push(Transition {
        when: When::At(Instant::from_micros(57_500_000)),
        from: Standing::Good,
        to: Standing::Degraded,
        bad_count: 2,
        good_count: 0,
    });
    let text = write(&snapshot, &|ago| {
        assert_eq!(ago, Duration::from_millis(2_500));
        "2026-11-21T00:01:32.450001".to_owned()
    });
    assert!(text.contains(
        r#""transitions":[{"timestamp":"2026-11-21T00:01:32.450001","from":"WAN1_GOOD","to":"WAN1_DEGRADED","bad_count":2,"good_count":0}],"last_transition_time":"2026-11-21T00:01:32.450001","#
    ));
    let saved = parsed(&text);
    assert_eq!(saved.standing, Standing::Degraded);
    assert!(write(&super::tests::snapshot(&saved), &never).contains("2026-11-21T00:01:32.450001"));
}

#[test]
fn legacy_mode_counts_where_v1_7_did() {
    let mut snapshot = snapshot(&parsed(V1_7));
    snapshot.counts.bad = 7;
    for (cake_aware, bad, red) in [(true, 0, 7), (false, 7, 0)] {
        snapshot.cake_aware = cake_aware;
        let text = write(&snapshot, &never);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&json["bad_count"], &json["red_count"]),
            (&bad.into(), &red.into())
        );
    }
}

/// v1.7 lost both (W-18).
#[test]
fn the_baseline_and_the_last_transition_survive() {
    let saved = parsed(LATER);
    assert_eq!(saved.baseline, Some(Millis::of(25)));
    assert_eq!(saved.transitions.len(), 2);
    assert_eq!(saved.transitions[1].to, Standing::Good);
}

/// Contract 5.3, field by field.
#[test]
fn each_field_is_coerced_or_lost_alone() {
    let full: serde_json::Value = serde_json::from_str(LATER).unwrap();
    let known = parsed(LATER);
    for key in full.as_object().unwrap().keys() {
        for odd in [
            "null",
            "\"x\"",
            "-1",
            "[]",
            "{}",
            "[[[]],{\"a\":null}]",
            "{\"a\":[1]}",
            "true",
        ] {
            let mut changed = full.clone();
            changed[key] = serde_json::from_str(odd).unwrap();
            let saved = parsed(&changed.to_string());
            for (name, same) in [
                ("current_state", saved.standing == known.standing),
                ("baseline_rtt", saved.baseline == known.baseline),
                (
                    "rtt_delta_ewma",
                    saved.delta_average.total_cmp(&known.delta_average).is_eq(),
                ),
                ("history_rtt", saved.rtt == known.rtt),
                ("history_delta", saved.delta == known.delta),
                ("cake_drops_history", saved.drops == known.drops),
                ("queue_depth_history", saved.queue == known.queue),
                ("cake_state_history", saved.zones == known.zones),
                ("transitions", saved.transitions == known.transitions),
            ] {
                assert!(same || name == key, "{key}: {odd} changes {name}");
            }
        }
        let mut without = full.clone();
        without.as_object_mut().unwrap().remove(key);
        parsed(&without.to_string());
    }
    let coerced = parsed(
        r#"{"baseline_rtt":" 25.5 ","rtt_delta_ewma":"7","queue_ewma":true,
            "history_rtt":["30",31,true],"cake_drops_history":["7",3.9,"3.9",false]}"#,
    );
    assert_eq!(coerced.baseline, Millis::new(25.5));
    assert!(coerced.delta_average.total_cmp(&7.0).is_eq());
    assert!(coerced.queue_average.total_cmp(&1.0).is_eq());
    assert_eq!(coerced.rtt, [30, 31, 1].map(Millis::of));
    assert_eq!(coerced.drops, [7, 3, 0]);
}

#[test]
fn what_cannot_be_is_refused_where_it_stands() {
    let saved = parsed(
        r#"{"current_state":"WAN1_GOOD","baseline_rtt":NaN,"rtt_delta_ewma":"nan","queue_ewma":-Infinity,
            "history_rtt":[NaN,1e300,-4,20.0,Infinity,"inf"],"history_delta":[3],
            "cake_drops_history":[-7,1e300,5],"cake_state_history":["GREEN","PURPLE",7,"RED"],
            "transitions":[7,{"timestamp":5},{"timestamp":"NaN \" NaN","from":"A","to":"WAN1_GOOD"},{}]}"#,
    );
    assert_eq!((saved.baseline, saved.standing), (None, Standing::Good));
    assert!(saved.delta_average.total_cmp(&0.0).is_eq());
    assert!(saved.queue_average.total_cmp(&0.0).is_eq());
    assert_eq!(saved.rtt, [Millis::of(20)]);
    assert_eq!(saved.delta, [Millis::of(3)]);
    assert_eq!(saved.drops, [5]);
    assert_eq!(saved.zones, [Zone::Green, Zone::Red]);
    let [transition] = saved.transitions.as_slice() else {
        panic!("{:?}", saved.transitions);
    };
    assert_eq!(transition.from, Standing::Degraded, "any other name is");
    let when = When::Earlier("NaN \" NaN".try_into().unwrap());
    assert_eq!(transition.when, when);
    assert_eq!(parsed(r#"{"baseline_rtt":0.0}"#).baseline, None);
}

#[test]
fn documents_of_other_versions_are_read_as_far_as_they_go() {
    let early = parsed(r#"{"current_state":"SPECTRUM_DEGRADED","bad_count":3,"good_count":0}"#);
    assert_eq!(early.standing, Standing::Degraded);
    assert_eq!(
        parsed(r#"{"current_state":"SPECTRUM_GOOD"}"#).standing,
        Standing::Good
    );
    let future =
        r#"{"schema":{"version":[3]},"current_state":"WAN1_TRIAL","history_rtt":{"unit":"us"}}"#;
    assert_eq!(parsed(future).standing, Standing::Degraded);
    assert_eq!(parsed("{}").standing, Standing::Good);
    assert_eq!(
        parsed(r#"{"current_state":5}"#).standing,
        Standing::Degraded
    );
    assert_eq!(parsed(r#"{"current_state":null}"#).standing, Standing::Good);
}

/// v1.7's lists grew until the first restart (W-18).
#[test]
fn of_a_list_without_end_the_newest_count() {
    let numbers: Vec<String> = (0..50_000).map(|n| n.to_string()).collect();
    let text = format!(r#"{{"cake_drops_history":[{}]}}"#, numbers.join(","));
    assert_eq!(
        parsed(&text).drops,
        [49_995, 49_996, 49_997, 49_998, 49_999]
    );
    assert_eq!(
        parse(text.as_bytes(), "WAN1", 9_999).unwrap().drops.len(),
        3_000
    );
}

#[test]
fn nonsense_is_corrupt() {
    let deep = "[".repeat(100_000);
    for bad in [
        "",
        "null",
        "7",
        "[]",
        "\"NaN\"",
        "NaN",
        "{\"a\":NaN",
        "{'a':1}",
        &deep,
    ] {
        assert!(parse(bad.as_bytes(), "WAN1", 5).is_err(), "{bad:.20}");
    }
    for end in 0..LATER.len() {
        assert!(parse(&LATER.as_bytes()[..end], "WAN1", 5).is_err(), "{end}");
    }
}

#[test]
fn the_longest_document_of_ours_is_not_too_long() {
    let mut record = Record::new(3_000);
    let ms = Millis::new(-1.234_567_890_123_456_7e-300).unwrap();
    for _ in 0..3_000 {
        record.rtt.push(ms);
        record.delta.push(ms);
        record.drops.push(u64::MAX);
        record.queue.push(u64::MAX);
        record.transitions.push(Transition {
            when: When::Earlier("\u{1}".repeat(40).as_str().try_into().unwrap()),
            from: Standing::Degraded,
            to: Standing::Degraded,
            bad_count: u32::MAX,
            good_count: u32::MAX,
        });
    }
    let mut longest = snapshot(&Saved::default());
    longest.record = record;
    longest.prefix = label(&"\u{1}".repeat(64));
    let len = write(&longest, &never).len();
    assert!(u64::try_from(len).unwrap() < LONGEST / 2, "{len}");
}

fn saved() -> impl Strategy<Value = Saved> {
    // In whole microseconds: serde_json may miss the last bit of a longer number.
    let number = || (0..=9_999_999_u32).prop_map(|us| f64::from(us) / 1_000.0);
    let ms = move || number().prop_map(|ms| Millis::new(ms).unwrap());
    let millis = || proptest::collection::vec(ms(), 0..6);
    let counts = || proptest::collection::vec(0..1_u64 << 53, 0..6);
    let standing = || prop_oneof![Just(Standing::Good), Just(Standing::Degraded)];
    let zones = proptest::collection::vec(
        prop_oneof![Just(Zone::Green), Just(Zone::Yellow), Just(Zone::Red)],
        0..6,
    );
    let transition = ("\\PC{0,10}", standing(), standing(), 0..9_u32, 0..9_u32).prop_map(
        |(when, from, to, bad_count, good_count)| Transition {
            when: When::Earlier(when.as_str().try_into().unwrap_or_default()),
            from,
            to,
            bad_count,
            good_count,
        },
    );
    (
        (standing(), proptest::option::of(ms()), number(), number()),
        (millis(), millis(), counts(), counts()),
        zones,
        proptest::collection::vec(transition, 0..6),
    )
        .prop_map(|(ours, histories, zones, transitions)| Saved {
            standing: ours.0,
            baseline: ours.1.filter(|&ms| ms > Millis::ZERO),
            delta_average: ours.2,
            queue_average: ours.3,
            rtt: histories.0,
            delta: histories.1,
            drops: histories.2,
            queue: histories.3,
            zones,
            transitions,
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(saved in saved()) {
        let first = write(&snapshot(&saved), &never);
        let read = parsed(&first);
        prop_assert_eq!(read.standing, saved.standing);
        prop_assert_eq!(read.baseline, saved.baseline);
        prop_assert_eq!(write(&snapshot(&read), &never), first);
    }

    #[test]
    fn no_bytes_are_a_panic(bytes: Vec<u8>, at in 0..LATER.len()) {
        let _ = parse(&bytes, "WAN1", 5);
        let mut spoilt = LATER.as_bytes().to_vec();
        spoilt.splice(at..at, bytes);
        let _ = parse(&spoilt, "WAN1", 5);
    }

    #[test]
    fn any_json_in_any_field_is_no_reason_to_forget_the_others(field in 0..16_usize, text in "\\PC{0,8}", number: f64) {
        let mut document: serde_json::Value = serde_json::from_str(LATER).unwrap();
        let key = document.as_object().unwrap().keys().nth(field).unwrap().clone();
        document[&key] = serde_json::json!([text, number, { "timestamp": text }]);
        let saved = parsed(&document.to_string());
        prop_assert!(key == "transitions" || saved.transitions.len() == 2);
        prop_assert!(key == "history_rtt" || saved.rtt.len() == 2);
    }
}
