//! What steering makes of autorate's documents.

use super::*;
use crate::control::blackout::Blind;
use crate::control::law::classic::Floors;
use crate::report::{health, state};
use crate::status::{Saved, Sight, Status, WanStatus, label};
use crate::units::Rate;

/// As v1.7 writes it, from contract 6.1.
const V1_7: &str = r#"{
  "status": "healthy",
  "uptime_seconds": 1.7,
  "version": "1.7.0",
  "consecutive_failures": 0,
  "wan_count": 2,
  "wans": [
    {
      "name": "wan1",
      "baseline_rtt_ms": 25.0,
      "load_rtt_ms": 25.0,
      "download": { "current_rate_mbps": 500.0, "state": "SOFT_RED" },
      "upload": { "current_rate_mbps": 50.0, "state": "GREEN" },
      "router_connectivity": { "is_reachable": true, "last_failure_type": null }
    },
    { "name": "wan2", "baseline_rtt_ms": 31, "download": { "state": "RED" } }
  ],
  "router_reachable": true
}"#;

fn known(ms: f64, zone: Option<Zone>) -> Feed {
    Feed {
        baseline: Millis::new(ms),
        zone,
        ..Feed::default()
    }
}

/// Our own `/health` of one WAN in RED at its floor.
fn ours(sight: Sight) -> String {
    let mut wan = WanStatus {
        name: label("wan1"),
        ..WanStatus::default()
    };
    wan.delay.baseline = Millis::of(24);
    wan.zones.down = Zone::Red;
    wan.rates.down = Rate::mbit(80);
    wan.floors.down = Floors::single(Rate::mbit(80));
    wan.measurement.sight = sight;
    let mut status = Status::default();
    status.wans.push(wan).unwrap();
    let mut buffer = vec![0; health::capacity(1)];
    let len = health::write(&status, &mut buffer).unwrap();
    String::from_utf8(buffer[..len].to_vec()).unwrap()
}

#[test]
fn a_state_document_tells_the_baseline_and_nothing_else() {
    let saved = Saved {
        baseline: Millis::of(25),
        ..Saved::default()
    };
    let document = state::write(&saved, "2026-11-21T00:01:32.450001");
    assert_eq!(of_state(document.as_bytes()), Ok(known(25.0, None)));
    // v1.7 writes an integer if the config's was never updated.
    let whole = br#"{"ewma":{"baseline_rtt":25},"download":7,"x":[[{}]]}"#;
    assert_eq!(of_state(whole), Ok(known(25.0, None)));
}

#[test]
fn only_a_number_is_a_baseline() {
    for value in [
        "null",
        "\"25\"",
        "true",
        "[25]",
        "{}",
        "{\"a\":25}",
        "[[[[25]]]]",
    ] {
        let state = format!(r#"{{"ewma":{{"baseline_rtt":{value}}}}}"#);
        assert_eq!(
            of_state(state.as_bytes()),
            Err(Unfit::NoBaseline),
            "{value}"
        );
        let health = format!(r#"{{"wans":[{{"name":"wan1","baseline_rtt_ms":{value}}}]}}"#);
        assert_eq!(
            of_health(health.as_bytes(), "wan1"),
            Err(Unfit::NoBaseline),
            "{value}"
        );
    }
    for state in [
        "{}",
        r#"{"ewma":null}"#,
        r#"{"ewma":[25.0]}"#,
        r#"{"ewma":25}"#,
    ] {
        assert_eq!(
            of_state(state.as_bytes()),
            Err(Unfit::NoBaseline),
            "{state}"
        );
    }
    let huge = br#"{"ewma":{"baseline_rtt":1e999}}"#;
    assert_eq!(of_state(huge), Err(Unfit::Garbled));
}

#[test]
fn what_is_no_document_is_garbled() {
    for text in [
        "",
        "null",
        "[]",
        "7",
        "\"x\"",
        "{",
        "{\"ewma\":{\"baseline_rtt\":25.0}",
        "NaN",
    ] {
        assert_eq!(of_state(text.as_bytes()), Err(Unfit::Garbled), "{text}");
        assert_eq!(
            of_health(text.as_bytes(), "wan1"),
            Err(Unfit::Garbled),
            "{text}"
        );
    }
    let many = format!(r#"{{"wans":[{}{{}}]}}"#, "{},".repeat(MAX_WANS));
    assert_eq!(of_health(many.as_bytes(), "wan1"), Err(Unfit::Garbled));
}

#[test]
fn v1_7s_health_tells_zone_and_baseline_of_the_wan_that_was_asked_for() {
    let of = |wan| of_health(V1_7.as_bytes(), wan);
    assert_eq!(of("wan1"), Ok(known(25.0, Some(Zone::SoftRed))));
    assert_eq!(of("wan2"), Ok(known(31.0, Some(Zone::Red))));
    for other in ["wan3", "WAN1", "", "wan"] {
        assert_eq!(of(other), Err(Unfit::NoSuchWan), "{other}");
    }
    assert_eq!(of_health(b"{}", "wan1"), Err(Unfit::NoSuchWan));
}

#[test]
fn our_health_tells_the_floor_and_whether_anything_answers() {
    for (sight, hears) in [
        (Sight::Starting, None),
        (Sight::Icmp, Some(true)),
        (Sight::Tcp, Some(true)),
        (Sight::Frozen, None),
        (Sight::Blind(Blind::NoReply), Some(false)),
        (Sight::Blind(Blind::TotalLoss), Some(false)),
        // Its network is there, be it only the gateway.
        (Sight::Blind(Blind::GaveUp), None),
    ] {
        let feed = of_health(ours(sight).as_bytes(), "wan1").unwrap();
        assert_eq!(feed.baseline, Some(Millis::of(24)), "{sight:?}");
        assert_eq!(feed.hears, hears, "{sight:?}");
        // What was judged before the silence is not of now.
        let measured = hears == Some(true);
        assert_eq!(feed.zone, measured.then_some(Zone::Red), "{sight:?}");
        assert_eq!(feed.at_floor, measured, "{sight:?}");
    }
}

#[test]
fn every_zone_is_read_as_it_is_written() {
    for it in [Zone::Green, Zone::Yellow, Zone::SoftRed, Zone::Red] {
        assert_eq!(zone(&it.to_string()), Some(it));
    }
    let odd = V1_7.replace("SOFT_RED", "BLUE");
    assert_eq!(of_health(odd.as_bytes(), "wan1"), Ok(known(25.0, None)));
}

/// The reader's thread has a small stack.
#[test]
fn depth_costs_no_stack() {
    let deep = "[".repeat(100_000);
    let places = [
        format!(r#"{{"x":{deep}"#),
        format!(r#"{{"ewma":{deep}"#),
        format!(r#"{{"ewma":{{"baseline_rtt":{deep}"#),
        format!(r#"{{"wans":[{deep}"#),
        deep,
    ];
    let judge = move || {
        places.iter().all(|text| {
            of_state(text.as_bytes()) == Err(Unfit::Garbled)
                && of_health(text.as_bytes(), "wan1") == Err(Unfit::Garbled)
        })
    };
    let small = std::thread::Builder::new().stack_size(64 * 1024);
    assert!(small.spawn(judge).unwrap().join().unwrap());
}
