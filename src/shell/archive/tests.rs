//! The thread, from a request to a document.

use std::path::Path;

use serde_json::Value;

use super::*;
use crate::history::database::Database;
use crate::history::row::Row;
use crate::history::tier::Tier;
use crate::time::Instant;

/// Two rows a second up to now.
fn fill(path: &Path, seconds: i64) -> i64 {
    let now = i64::try_from(Clock::start().wall().secs).unwrap();
    let row = |at, metric: &'static str, labels: Option<&'static str>| Row {
        at,
        wan: "Büro".into(),
        metric: metric.into(),
        value: 12.5,
        labels: labels.map(Into::into),
    };
    let rows: Vec<_> = (now - seconds + 1..=now)
        .flat_map(|at| {
            let zone = Some(r#"{"direction": "download"}"#);
            [
                row(at, "wanctl_rtt_ms", None),
                row(at, "wanctl_state", zone),
            ]
        })
        .collect();
    let mut database = Database::open(path).unwrap();
    database.insert(Tier::Raw, &rows).unwrap();
    now
}

fn ask(archive: &Archive, target: &str) -> (u16, Value) {
    assert!(archive.is_for(target));
    assert!(archive.ask(Ticket(7), target));
    let clock = Clock::start();
    let give_up_at = clock.now() + Duration::from_secs(30);
    loop {
        if let Some((ticket, reply)) = archive.answered() {
            assert_eq!(ticket, Ticket(7));
            let answer = (reply.status, serde_json::from_slice(reply.body()).unwrap());
            archive.done_with(reply);
            return answer;
        }
        assert!(clock.now() < give_up_at, "no answer");
        thread::park_timeout(core::time::Duration::from_millis(5));
    }
}

fn archive(path: Option<&Path>) -> Archive {
    Archive::start(Clock::start(), path.map(Path::to_owned)).unwrap()
}

#[test]
fn rows_come_newest_first_with_what_v1_7_says_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    fill(&path, 60);
    let archive = archive(Some(&path));
    let (status, answer) = ask(&archive, "/metrics/history?range=10m&limit=3&offset=1");
    assert_eq!(status, 200, "{answer}");
    let rows = answer["data"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    let first = &rows[0];
    assert_eq!(first["metric_name"], "wanctl_rtt_ms");
    assert_eq!(first["wan_name"], "Büro");
    assert_eq!(first["value"], 12.5);
    assert_eq!(first["labels"], Value::Null);
    assert_eq!(first["granularity"], "raw");
    assert_eq!(rows[1]["labels"], r#"{"direction": "download"}"#);
    let time = first["timestamp"].as_str().unwrap();
    assert!(time.ends_with("+00:00") && time.len() == 25, "{time}");
    assert!(rows[1]["timestamp"].as_str().unwrap() < time);
    let about = &answer["metadata"];
    assert_eq!(about["total_count"], 120);
    assert_eq!(about["returned_count"], 3);
    assert_eq!((&about["limit"], &about["offset"]), (&3.into(), &1.into()));
    assert_eq!(about["query"]["metrics"], Value::Null);
    assert_eq!(about["query"]["wan"], Value::Null);
    assert!(about.get("total_count_is_lower_bound").is_none());
}

#[test]
fn a_range_of_a_coarser_tier_is_counted_as_it_is_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let now = fill(&path, 600);
    let archive = archive(Some(&path));
    let target = "/metrics/history?range=7h&metrics=wanctl_rtt_ms,none&wan=B%C3%BCro&limit=2";
    let (_, answer) = ask(&archive, target);
    // Blended to minutes, of which the first and the last may be parts.
    let minutes = now.div_euclid(60) - (now - 599).div_euclid(60) + 1;
    assert_eq!(answer["metadata"]["total_count"], minutes, "{answer:#}");
    assert_eq!(answer["metadata"]["returned_count"], 2);
    assert_eq!(answer["metadata"]["granularity"], "1m");
    assert_eq!(
        answer["metadata"]["query"]["metrics"],
        serde_json::json!(["wanctl_rtt_ms", "none"])
    );
    // The last page, and one beyond it.
    let (_, answer) = ask(&archive, &format!("{target}&offset={}", minutes - 1));
    assert_eq!(answer["metadata"]["returned_count"], 1);
    assert_eq!(answer["metadata"]["total_count"], minutes);
    let (_, answer) = ask(&archive, &format!("{target}&offset=500"));
    assert_eq!(answer["data"], serde_json::json!([]));
    assert_eq!(answer["metadata"]["total_count"], minutes);
}

#[test]
fn where_there_is_no_history_there_are_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    for path in [None, Some(folder.path().join("not/there.db"))] {
        let (status, answer) = ask(&archive(path.as_deref()), "/metrics/history");
        assert_eq!((status, &answer["data"]), (200, &serde_json::json!([])));
        assert_eq!(answer["metadata"]["total_count"], 0);
    }
}

#[test]
fn what_cannot_be_answered_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    std::fs::write(&path, "no database").unwrap();
    let archive = archive(Some(&path));
    let (status, answer) = ask(&archive, "/metrics/history");
    let sentence = answer["error"].as_str().unwrap();
    assert_eq!(status, 500);
    assert!(sentence.contains("no database"), "{sentence}");
    let (status, answer) = ask(&archive, "/metrics/history?limit=0");
    assert_eq!(status, 400);
    assert_eq!(answer["error"], "limit must be between 1 and 10000");
}

#[test]
fn so_many_questions_may_be_open_and_no_more() {
    let archive = archive(None);
    for n in 0..MAX_OPEN {
        assert!(archive.ask(Ticket(n as u64), "/metrics/history"));
    }
    assert!(!archive.ask(Ticket(9), "/metrics/history"));
    let mut replies = Vec::new();
    while replies.len() < MAX_OPEN {
        replies.extend(archive.answered());
        thread::park_timeout(core::time::Duration::from_millis(5));
    }
    // Answered is not sent.
    assert!(!archive.ask(Ticket(9), "/metrics/history"));
    for (_, reply) in replies {
        archive.done_with(reply);
    }
    assert_eq!(ask(&archive, "/metrics/history").0, 200);
}

#[test]
fn an_answer_that_takes_too_long_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    fill(&path, 6_000);
    let clock = Clock::start();
    let question = |target| Question::parse(target, clock.wall()).unwrap();
    // It is late at once: SQLite is stopped while it looks for the first row.
    let all = question("/metrics/history?range=6d&metrics=none");
    let reply = document::answer(clock, Instant::ZERO, Some(&path), &all);
    assert_eq!(reply.status, 503);
    let words = String::from_utf8_lossy(reply.body()).into_owned();
    assert!(words.contains("takes too long"), "{words}");
}
