//! A database as v1.7 leaves it (contract 7): its schema, its tiers, its pragmas.

#[path = "../harness/v17_database.rs"]
mod v17_database;

use std::path::Path;

use rusqlite::{Connection, params};

pub(crate) use self::v17_database::{ask_as_v17, empty};

pub(crate) const MINUTE: i64 = 60;
pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 24 * HOUR;
/// 2026-11-20 20:00:07 UTC.
pub(crate) const NOW: i64 = 1_795_204_807;

const NAMES: [&str; 5] = [
    "wanctl_rtt_ms",
    "wanctl_rtt_baseline_ms",
    "wanctl_rtt_delta_ms",
    "wanctl_rate_download_mbps",
    "wanctl_rate_upload_mbps",
];

/// A week of one WAN. The daemon was started so many seconds ago, which is when v1.7 makes its tiers:
/// each holds a time of its own, and none of them reaches up to now but the finest.
pub(crate) fn week(path: &Path, started: i64) {
    let mut db = empty(path);
    let change = db.transaction().unwrap();
    let start = NOW - started;
    let mut insert = change
        .prepare(
            "INSERT INTO metrics (timestamp, wan_name, metric_name, value, labels, granularity)
             VALUES (?1, 'wan1', ?2, ?3, ?4, ?5)",
        )
        .unwrap();
    let tiers = [
        ("5m", start - 7 * DAY, start - DAY, 300),
        ("1m", start - DAY, start - HOUR, 60),
        ("raw", start - HOUR, NOW + 1, 1),
    ];
    for (tier, from, to, size) in tiers {
        let first = from + (size - from.rem_euclid(size)) % size;
        for at in (first..to).step_by(usize::try_from(size).unwrap()) {
            for (n, name) in (0..).zip(NAMES) {
                let value = f64::from(n * 10) + f64::from(u32::try_from(at % 7).unwrap());
                insert
                    .execute(params![at, name, value, None::<String>, tier])
                    .unwrap();
            }
            let labels = (tier == "raw").then_some(r#"{"direction": "download"}"#);
            let zone = f64::from(u8::from(at % 10 == 0));
            insert
                .execute(params![at, "wanctl_state", zone, labels, tier])
                .unwrap();
        }
    }
    drop(insert);
    change.commit().unwrap();
}

/// Much was in it that is no longer.
pub(crate) fn bloat(db: &Connection) {
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 80)
        INSERT INTO metrics (timestamp, wan_name, metric_name, value, labels)
        SELECT i, 'wan1', 'x', 0, printf('%.*c', 1000000, 'x') FROM n; DELETE FROM metrics;";
    db.execute_batch(fill).unwrap();
}
