//! What steering leaves in the history.

use wanctl::history::database::Database;
use wanctl::history::query::Query;
use wanctl::history::row::Row;

use crate::house::House;
use crate::pause;

#[test]
fn cycles_transitions_and_switches_of_the_rule_are_written() {
    let house = House::new();
    let daemon = house.start();
    daemon.until("measuring", |health| {
        health["measurement"]["delta_ms"].is_number()
    });
    house.squeeze(true);
    house.until_steered(true);
    daemon.until("degraded", |health| health["steering"]["enabled"] == true);
    pause(1_500);
    house.squeeze(false);
    house.until_steered(false);
    daemon.until("good", |health| health["steering"]["enabled"] == false);
    assert!(daemon.stop().success());

    let rows = rows(&house);
    let of = |metric: &'static str| rows.iter().filter(move |row| row.metric == metric);
    // Under the name of the WAN that is watched, and never to be taken for autorate's.
    assert!(rows.iter().all(|row| &*row.wan == "wan1"));
    for metric in [
        "wanctl_rtt_ms",
        "wanctl_rtt_delta_ms",
        "wanctl_steering_enabled",
        "wanctl_state",
    ] {
        let seconds: Vec<_> = of(metric).collect();
        assert!(seconds.len() >= 2, "{metric}: {seconds:?}");
        let source = r#"{"source": "steering"}"#;
        assert!(
            seconds
                .iter()
                .all(|row| row.labels.as_deref() == Some(source))
        );
    }
    assert!(of("wanctl_steering_enabled").any(|row| row.value > 0.5));
    // Newest first.
    let transitions: Vec<_> = of("wanctl_steering_transition").collect();
    assert_eq!(transitions.len(), 2, "{transitions:?}");
    assert_eq!((transitions[0].value, transitions[1].value), (0.0, 1.0));
    assert_eq!(
        transitions[1].labels.as_deref(),
        Some(
            r#"{"reason": "Transitioned from WAN1_GOOD to WAN1_DEGRADED", "from_state": "WAN1_GOOD", "to_state": "WAN1_DEGRADED"}"#
        )
    );
    let switched = |rule: &str| {
        of("wanctl_router_write").any(|row| {
            let labels = row.labels.as_deref().unwrap_or("");
            labels.contains(rule) && labels.contains(r#""outcome": "applied""#)
        })
    };
    assert!(switched(r#""rule": "on""#) && switched(r#""rule": "off""#));
    let start = of("wanctl_config_snapshot").next().expect("a start");
    let labels = start.labels.as_deref().unwrap_or("");
    assert!(
        labels.contains(r#""autorate": null, "steering": {"bad_threshold_ms": 25.0"#),
        "{labels}"
    );
}

fn rows(house: &House) -> Vec<Row> {
    let database = Database::read(&house.path("metrics.db")).expect("a database");
    let now = wanctl::shell::clock::Clock::start().wall();
    let now = i64::try_from(now.secs).expect("after 1970");
    let last_hour = Query {
        from: now - 3_600,
        to: now + 60,
        ..Query::default()
    };
    let mut rows = Vec::new();
    let read = last_hour.run(&database, &mut |sample| {
        rows.push(sample.to_row());
        std::ops::ControlFlow::Continue(())
    });
    read.expect("rows");
    rows
}
