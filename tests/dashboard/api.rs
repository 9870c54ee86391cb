//! What a reader is told.

use serde_json::Value;

use crate::daemon::{self, Daemon};
use crate::past::{DAY, Depth, HOUR, MINUTE, WEEK};
use crate::process::{Dashboard, home, now, wait_until};

fn series(dashboard: &Dashboard, seconds: i64, more: &str) -> Value {
    let now = now();
    let (status, answer) = dashboard.json(&format!(
        "/api/series?from={}&to={now}{more}",
        now - seconds
    ));
    assert_eq!(status, 200, "{answer}");
    answer
}

fn known(line: &Value) -> usize {
    let points = line.as_array().unwrap().iter();
    points.filter(|point| !point.is_null()).count()
}

#[test]
fn every_range_is_answered_with_as_many_points_as_were_asked_for() {
    let dashboard = Dashboard::start(home(Some(WEEK)), &[]);
    for (seconds, tier) in [
        (5 * MINUTE, "raw"),
        (3 * HOUR - 60, "raw"),
        (DAY, "1m"),
        (7 * DAY, "1m"),
        (30 * DAY, "5m"),
        (400 * DAY, "1h"),
    ] {
        let answer = series(&dashboard, seconds, "&points=500");
        assert_eq!(answer["tier"], tier);
        assert_eq!(answer["cut"], Value::Null);
        let wans = answer["wans"].as_array().unwrap();
        assert_eq!(wans.len(), 2, "{seconds}");
        for wan in wans {
            let mean = &wan["rtt"]["mean"];
            let points = mean.as_array().unwrap().len();
            assert!(points <= 502, "{seconds}: {points}");
            let share = known(mean) as f64 / points as f64;
            let kept = (8 * DAY) as f64 / seconds as f64;
            assert!(share > 0.9 * kept.min(1.0), "{seconds}: {share}");
            for line in ["delta", "down", "up"] {
                assert_eq!(known(&wan[line]["mean"]), known(mean), "{seconds} {line}");
            }
        }
    }
}

#[test]
fn a_chart_goes_on_where_the_history_ends() {
    let daemon = Daemon::start(daemon::autorate);
    let home = home(Some(Depth {
        whole: HOUR,
        seconds: HOUR,
    }));
    let filled_to = now() + 1;
    let dashboard = Dashboard::start(home, &[daemon.url()]);
    wait_until("what was heard", || {
        let answer = series(&dashboard, 5 * MINUTE, "&wan=wan1");
        let (from, step) = (&answer["from"], &answer["step"]);
        let (from, step) = (from.as_i64().unwrap(), step.as_i64().unwrap());
        let new = usize::try_from((filled_to - from) / step + 1).unwrap();
        let wan = &answer["wans"][0];
        let end = |line: &Value| {
            line.as_array()
                .unwrap()
                .get(new..)
                .map_or(0, |end| end.iter().filter(|point| !point.is_null()).count())
        };
        end(&wan["down"]["mean"]) > 1 && end(&wan["rtt"]["mean"]) > 1 && end(&wan["zone_up"]) > 1
    });
}

#[test]
fn a_power_cut_is_a_gap_and_a_spike_is_a_spike() {
    let dashboard = Dashboard::start(home(Some(WEEK)), &[]);
    let week = series(&dashboard, 7 * DAY, "&wan=wan1&points=2000");
    let wan = &week["wans"][0];
    let step = week["step"].as_i64().unwrap();
    let (from, at) = (
        week["from"].as_i64().unwrap(),
        now() - 2 * DAY - 4 * HOUR - 30 * MINUTE,
    );
    let gap = usize::try_from((at - from) / step).unwrap();
    assert_eq!(wan["rtt"]["mean"][gap], Value::Null);
    assert_eq!(wan["zone_down"][gap], Value::Null);
    assert!(!wan["rtt"]["mean"][gap + 20].is_null());
    let worst = wan["rtt"]["max"].as_array().unwrap().iter();
    let worst = worst.filter_map(Value::as_f64).fold(0.0, f64::max);
    assert!(worst > 110.0, "{worst}");
    let reasons = wan["events"].to_string();
    assert!(reasons.contains("RTT delta above"), "{reasons}");
    assert_eq!(week["wans"].as_array().unwrap().len(), 1);
}

#[test]
fn what_daemons_say_is_put_into_words_and_a_silent_one_spoils_nothing() {
    let (wans, steers) = (
        Daemon::start(daemon::autorate),
        Daemon::start(daemon::steering),
    );
    let nobody = "http://127.0.0.1:1/health".to_owned();
    let asked = [wans.url(), steers.url(), nobody];
    let dashboard = Dashboard::start(home(Some(WEEK)), &asked);
    wait_until("all of it", || {
        let live = dashboard.live();
        !live["wans"].as_array().unwrap().is_empty()
            && !live["steering"].as_array().unwrap().is_empty()
    });
    let live = dashboard.live();
    let headline = live["wans"][0]["download"]["headline"].as_str().unwrap();
    // The ceiling is the one that was recorded at the last start.
    assert!(
        headline.starts_with("Download ") && headline.ends_with(" of 500 Mbit/s"),
        "{headline}"
    );
    assert_eq!(live["steering"][0]["wan"], "wan1");
    assert_eq!(live["history"]["problem"], Value::Null);
    assert_eq!(live["history"]["wans"], serde_json::json!(["wan1", "wan2"]));
    let sentence = live["sources"][2]["sentence"].as_str().unwrap();
    assert!(sentence.contains("the daemon may be down"), "{sentence}");

    let at = wans.address;
    drop(wans);
    wait_until("silence", || {
        dashboard.live()["sources"][0]["answers"] == false
    });
    let live = dashboard.live();
    assert_eq!(live["wans"][0]["name"], "wan1");
    assert!(live["wans"][0]["silent_for"].is_number());
    assert_eq!(live["steering"][0]["silent_for"], Value::Null);

    let _back = Daemon::at(at, daemon::autorate);
    wait_until("its return", || {
        dashboard.live()["wans"][0]["silent_for"].is_null()
    });
}

#[test]
fn without_a_history_everything_else_goes_on() {
    let wans = Daemon::start(daemon::autorate);
    let dashboard = Dashboard::start(home(None), &[wans.url()]);
    wait_until("its words", || {
        !dashboard.live()["wans"].as_array().unwrap().is_empty()
    });
    let live = dashboard.live();
    let problem = live["history"]["problem"].as_str().unwrap();
    assert!(problem.starts_with("there is no history at "), "{problem}");
    assert_eq!(live["wans"][0]["download"]["ceiling"], Value::Null);
    let (status, answer) = dashboard.json("/api/series?from=1&to=2");
    assert_eq!(status, 503);
    assert!(
        answer["error"]
            .as_str()
            .unwrap()
            .starts_with("there is no history at ")
    );
    // It is looked for again, and found.
    crate::past::fill(
        &crate::process::database(&dashboard.home),
        now(),
        crate::past::Depth {
            whole: HOUR,
            seconds: MINUTE,
        },
    );
    assert_eq!(dashboard.live()["history"]["problem"], Value::Null);
}

#[test]
fn a_database_without_tiers_is_read_for_a_while_and_no_longer() {
    // A day of seconds only: the minutes are made on the way out.
    let home = tempfile::tempdir().unwrap();
    let path = crate::process::database(&home);
    crate::past::fill(
        &path,
        now(),
        crate::past::Depth {
            whole: 0,
            seconds: 5 * HOUR,
        },
    );
    let dashboard = Dashboard::start(home, &[]);
    let answer = series(&dashboard, 7 * DAY, "&wan=wan1");
    let wan = &answer["wans"][0];
    assert!(
        known(&wan["rtt"]["mean"]) > 10 || answer["cut"].is_string(),
        "{}",
        answer["cut"]
    );
}
