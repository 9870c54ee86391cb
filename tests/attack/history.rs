//! Whatever is asked of the history is refused in words, or answered with rows that were asked for.

use core::ops::ControlFlow;
use std::sync::OnceLock;

use tempfile::TempDir;
use wanctl::history::database::Database;
use wanctl::history::query::Query;
use wanctl::history::row::Row;
use wanctl::history::tier::Tier;
use wanctl::shell::archive::question::Question;
use wanctl::time::WallTime;

/// When everything is asked: a quarter of an hour after the last row.
const NOW: i64 = 1_795_218_900;
const METRICS: [&str; 3] = [
    "wanctl_rtt_ms",
    "wanctl_rtt_max_ms",
    "wanctl_steering_transition",
];
/// How far back each tier reaches, in its own rows: the finer, the less.
const ROWS: [(Tier, i64); 4] = [
    (Tier::Raw, 40),
    (Tier::Minute, 30),
    (Tier::FiveMinutes, 20),
    (Tier::Hour, 15),
];

/// What is asked by HTTP: everything after the path.
pub(crate) fn history_query_sound(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let now = WallTime {
        secs: NOW.unsigned_abs(),
        nanos: 0,
    };
    match Question::parse(&format!("/metrics/history?{text}"), now) {
        Err(sentence) => assert!(!sentence.is_empty()),
        Ok(Question { query, limit }) => {
            assert!((1..=10_000).contains(&limit));
            answered(&query, limit);
        }
    }
}

/// Every row is one that was asked for, the newest first, and the pages are what one answer without pages is.
fn answered(query: &Query, limit: u64) {
    let database = database();
    let all = rows(
        &Query {
            offset: 0,
            limit: None,
            ..query.clone()
        },
        &database,
    );
    for row in &all {
        // What is not cut to the range begins with it, or with the coarsest time around it.
        let from = query.from.saturating_sub(Tier::Hour.seconds());
        assert!((from..=query.to).contains(&row.at), "{row:?}");
        assert!(query.metrics.is_empty() || query.metrics.iter().any(|name| *name == row.metric));
        assert!(query.wan.as_ref().is_none_or(|wan| **wan == *row.wan));
    }
    let newest_first = |pair: &[Row]| pair[0].at >= pair[1].at;
    assert!(all.windows(2).all(newest_first), "{query:?}: {all:?}");
    let count = query.count(&database).expect("a sound database");
    assert_eq!(count, all.len() as u64, "{query:?}");
    let page = usize::try_from(limit).expect("10,000 at most");
    let skipped = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let page: Vec<_> = all.into_iter().skip(skipped).take(page).collect();
    assert_eq!(rows(query, &database), page, "{query:?}");
}

fn rows(query: &Query, database: &Database) -> Vec<Row> {
    let mut rows = Vec::new();
    let found = query.run(database, &mut |sample| {
        rows.push(sample.to_row());
        ControlFlow::Continue(())
    });
    found.expect("a sound database");
    rows
}

/// A small history with every tier in it, of two lines, and with events between the seconds of a tier.
fn database() -> Database {
    static PLACE: OnceLock<TempDir> = OnceLock::new();
    let place = PLACE.get_or_init(|| {
        let place = tempfile::tempdir().expect("a place for temporary files");
        let mut database = Database::open(&place.path().join("metrics.db")).expect("a new file");
        for (tier, count) in ROWS {
            let rows: Vec<Row> = (0..count).flat_map(|n| written(tier, n)).collect();
            database.insert(tier, &rows).expect("room for some rows");
        }
        place
    });
    Database::read(&place.path().join("metrics.db")).expect("just written")
}

fn written(tier: Tier, n: i64) -> impl Iterator<Item = Row> {
    // Rows of a tier are made when their time is over.
    let at = tier.start_of(NOW - 900) - (n + 1) * tier.seconds();
    let rows = ["wan1", "Wan 2"].into_iter().flat_map(move |wan| {
        METRICS
            .into_iter()
            .enumerate()
            .map(move |(kind, metric)| Row {
                // An event keeps its own second.
                at: if kind == 2 {
                    at + n % tier.seconds()
                } else {
                    at
                },
                wan: wan.into(),
                metric: metric.into(),
                value: 20.0 + n as f64,
                labels: (kind == 2).then(|| r#"{"source": "steering"}"#.into()),
            })
    });
    rows.filter(move |row| row.metric != METRICS[2] || n % 7 == 0)
}
