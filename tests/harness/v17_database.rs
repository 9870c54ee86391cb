//! A database in v1.7's schema, and v1.7's way to read one (contract 7).

use std::path::Path;

use rusqlite::{Connection, params};

const SCHEMA: &str = "
CREATE TABLE metrics (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp INTEGER NOT NULL, wan_name TEXT NOT NULL,
    metric_name TEXT NOT NULL, value REAL NOT NULL, labels TEXT, granularity TEXT DEFAULT 'raw');
CREATE INDEX idx_metrics_timestamp ON metrics(timestamp);
CREATE INDEX idx_metrics_wan_metric_time ON metrics(wan_name, metric_name, timestamp);
CREATE INDEX idx_metrics_granularity_time ON metrics(granularity, timestamp);";

pub(crate) fn empty(path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    db.pragma_update(None, "journal_mode", "WAL").unwrap();
    db.pragma_update(None, "synchronous", "NORMAL").unwrap();
    db.execute_batch(SCHEMA).unwrap();
    db
}

/// What v1.7's reader asks, and the granularity it chooses (contract 7.4): how many rows, oldest, newest.
pub(crate) fn ask_as_v17(path: &Path, from: i64, to: i64) -> (usize, i64, i64) {
    let uri = format!("file:{}?mode=ro", path.display());
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_URI;
    let db = Connection::open_with_flags(uri, flags).unwrap();
    let granularity = match to - from {
        ..21_600 => "raw",
        21_600..86_400 => "1m",
        86_400..604_800 => "5m",
        _ => "1h",
    };
    let mut statement = db
        .prepare(
            "SELECT timestamp, wan_name, metric_name, value, labels, granularity FROM metrics
             WHERE timestamp >= ? AND timestamp <= ? AND granularity = ? ORDER BY timestamp DESC",
        )
        .unwrap();
    let rows = statement.query_map(params![from, to, granularity], |row| {
        let _: (String, String, f64, Option<String>) =
            (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        row.get::<_, i64>(0)
    });
    let at: Vec<i64> = rows.unwrap().map(Result::unwrap).collect();
    let (oldest, newest) = (at.last().copied(), at.first().copied());
    (at.len(), oldest.unwrap_or(0), newest.unwrap_or(0))
}
