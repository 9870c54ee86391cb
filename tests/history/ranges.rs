//! No range is empty where there is data (W-37).

use std::ops::ControlFlow;
use std::path::Path;

use wanctl::history::database::Database;
use wanctl::history::metric;
use wanctl::history::query::Query;
use wanctl::history::row::Row;
use wanctl::history::tier::Tier;

use crate::upkeep::{keep, maintain};
use crate::v17::{self, DAY, HOUR, MINUTE, NOW};

fn ask(path: &Path, query: &Query) -> Vec<(Row, Tier)> {
    let database = Database::read(path).unwrap();
    let mut rows = Vec::new();
    let asked = query.run(&database, &mut |sample| {
        rows.push((sample.to_row(), sample.tier));
        ControlFlow::Continue(())
    });
    asked.unwrap();
    rows
}

fn last(seconds: i64, until: i64) -> Query {
    Query {
        from: until - seconds,
        to: until,
        ..Query::default()
    }
}

const RANGES: [i64; 16] = [
    MINUTE,
    5 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    5 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY - 1,
    DAY,
    2 * DAY,
    5 * DAY,
    7 * DAY,
    10 * DAY,
    21 * DAY,
    30 * DAY,
];

/// Every range that ends now or earlier has rows, up to its newest end, in the granularity of its length
/// or, where v1.7 has left nothing finer, in a coarser one.
fn every_range_has_an_answer(path: &Path, oldest: i64) {
    for range in RANGES {
        for ago in [0, 2 * HOUR, 10 * HOUR, 30 * HOUR, 3 * DAY, 6 * DAY] {
            let query = last(range, NOW - ago);
            let rows = ask(path, &query);
            let what = format!("{range} s, {ago} s ago");
            assert!(!rows.is_empty(), "{what}");
            let newest = &rows[0];
            let reach = newest.0.at + newest.1.seconds();
            assert!(reach + HOUR > query.to, "{what}: ends at {reach}");
            let (first, tier) = rows.last().unwrap();
            let begins = query.from.max(oldest);
            let within = tier.seconds().max(Tier::for_range(range).seconds());
            assert!(
                (first.at - begins).abs() <= within,
                "{what}: begins at {}",
                first.at
            );
            for pair in rows.windows(2) {
                let step = pair[0].0.at - pair[1].0.at;
                assert!(step >= 0, "{what}: not newest first");
                assert!(
                    step <= pair[1].1.seconds().max(pair[0].1.seconds()) * 2,
                    "{what}: a hole"
                );
            }
            for (row, tier) in &rows {
                assert!(*tier >= query.tier(), "{what}: {tier:?} of {}", row.at);
            }
        }
    }
}

#[test]
fn a_v1_7_database_answers_every_range_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for started in [0, 2 * HOUR, 9 * HOUR] {
        let path = folder.path().join(format!("{started}.db"));
        v17::week(&path, started);
        every_range_has_an_answer(&path, NOW - started - 7 * DAY);
    }
}

#[test]
fn and_after_its_tiers_were_made_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, 2 * HOUR);
    // v1.7's own reader on v1.7's own file: W-37.
    assert_eq!(v17::ask_as_v17(&path, NOW - DAY, NOW).0, 0);
    maintain(&path, keep(30, 1 << 30), NOW);
    every_range_has_an_answer(&path, NOW - 2 * HOUR - 7 * DAY);
    for range in RANGES {
        let (count, oldest, newest) = v17::ask_as_v17(&path, NOW - range, NOW);
        assert!(count > 0, "{range}");
        let tier = Tier::for_range(range);
        let size = tier.seconds();
        // The finest comes first, and each is made of whole times of the one before.
        assert!(
            newest + size + tier.made_together() + 1_200 > NOW,
            "{range}: {newest}"
        );
        // Hours before v1.7's oldest minute do not come back.
        let begins = (NOW - range).max(NOW - 2 * HOUR - 7 * DAY);
        let finest = if range < 6 * HOUR {
            NOW - 3 * HOUR
        } else {
            begins
        };
        assert!(oldest <= begins.max(finest) + size, "{range}: {oldest}");
    }
}

/// The newest hour is made of five minutes, minutes and seconds, and still is one hour.
#[test]
fn what_several_tiers_know_of_one_time_is_one_row_and_its_mean() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let hour = NOW - NOW % HOUR - HOUR;
    let rows: Vec<_> = (hour..hour + HOUR)
        .map(|at| Row {
            at,
            wan: "wan1".into(),
            metric: "x".into(),
            value: (at - hour) as f64,
            labels: None,
        })
        .collect();
    let mut database = Database::open(&path).unwrap();
    database.insert(Tier::Raw, &rows).unwrap();
    maintain(&path, keep(30, 1 << 30), NOW);
    let query = last(7 * DAY, NOW);
    let sources: Vec<_> = query
        .plan(&database)
        .unwrap()
        .iter()
        .map(|s| s.source)
        .collect();
    assert_eq!(sources, [Tier::Raw, Tier::Minute, Tier::FiveMinutes]);
    let found = ask(&path, &query);
    let [(row, Tier::Hour)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!((row.at, row.value), (hour, 1_799.5));
    assert_eq!(query.count(&database).unwrap(), 1);
}

/// The tiers know the extremes of seconds that had none of their own; so does what is blended on the fly.
#[test]
fn an_extreme_that_is_asked_for_alone_is_found_in_the_means() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let row = |at, value| Row {
        at,
        wan: "wan1".into(),
        metric: metric::RTT.into(),
        value,
        labels: None,
    };
    let mut database = Database::open(&path).unwrap();
    let rows = [row(NOW - 3, 20.0), row(NOW - 2, 20.0), row(NOW - 1, 90.0)];
    database.insert(Tier::Raw, &rows).unwrap();
    let query = Query {
        metrics: vec![metric::RTT_MAX.to_owned()],
        ..last(12 * HOUR, NOW)
    };
    let found = ask(&path, &query);
    let [(row, Tier::Minute)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!((&*row.metric, row.value), (metric::RTT_MAX, 90.0));
}

#[test]
fn limit_and_offset_and_filters_choose_among_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, 2 * HOUR);
    // An hour from one tier; a day put together from three.
    for range in [HOUR, DAY] {
        let all = Query {
            metrics: vec!["wanctl_rtt_ms".into(), "wanctl_state".into()],
            wan: Some("wan1".into()),
            ..last(range, NOW)
        };
        let rows = ask(&path, &all);
        assert!(
            rows.iter()
                .all(|(row, _)| all.metrics.contains(&row.metric.to_string()))
        );
        let some = Query {
            offset: 3,
            limit: Some(10),
            ..all.clone()
        };
        assert_eq!(ask(&path, &some), rows[3..13]);
        let past = Query {
            offset: rows.len() as u64 - 1,
            limit: Some(10),
            ..all.clone()
        };
        assert_eq!(ask(&path, &past), rows[rows.len() - 1..]);
        let nobody = Query {
            wan: Some("wan2".into()),
            ..all
        };
        assert_eq!(ask(&path, &nobody), []);
    }
}

#[test]
fn a_range_in_a_database_without_rows_or_table_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    drop(rusqlite::Connection::open(&path).unwrap());
    std::fs::write(&path, b"").unwrap();
    assert_eq!(ask(&path, &last(HOUR, NOW)), []);
    drop(v17::empty(&path));
    assert_eq!(ask(&path, &last(HOUR, NOW)), []);
    assert_eq!(ask(&path, &last(-5, NOW)), []);
}
