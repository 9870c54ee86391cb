//! Tiers, pruning, the bound of the file.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, params};
use wanctl::history::database::Database;
use wanctl::history::maintain::{Budget, Keep, Maintenance, Work};
use wanctl::history::row::Row;
use wanctl::history::tier::{self, Tier};
use wanctl::shell::clock::Clock;
use wanctl::time::{Duration, Instant};

use crate::v17::{self, DAY, HOUR, NOW};

pub(crate) const fn keep(days: u32, bytes: u64) -> Keep {
    Keep { days, bytes }
}

/// Rows that one step may read or delete.
const ROWS: usize = 400;

/// Steps until there is nothing left to do; returns what each did. How long they took is printed.
pub(crate) fn maintain(path: &Path, keep: Keep, now: i64) -> Vec<Work> {
    let clock = Clock::start();
    let tell = move || clock.now();
    let budget = Budget {
        rows: ROWS,
        time: Duration::from_millis(10),
        clock: &tell,
    };
    let mut database = Database::open(path).unwrap();
    let mut maintenance = Maintenance::new(keep);
    let (mut done, mut longest) = (Vec::new(), Duration::ZERO);
    loop {
        let began = clock.now();
        // Always the same moment: what there is to do ends some time.
        let work = maintenance
            .step(&mut database, Instant::ZERO, now, budget)
            .unwrap();
        longest = longest.max(clock.now() - began);
        if work == Work::Nothing {
            break;
        }
        done.push(work);
        assert!(done.len() < 100_000, "it never ends");
    }
    println!("{} steps, the longest took {longest}", done.len());
    for work in &done {
        if let Work::Deleted(_, rows) = work {
            // A statement's worth more than asked for.
            assert!(*rows <= ROWS + 25, "{rows} rows in one step");
        }
    }
    done
}

pub(crate) fn count(path: &Path, which: &str) -> i64 {
    let db = Connection::open(path).unwrap();
    let sql = format!("SELECT count(*) FROM metrics WHERE {which}");
    db.query_row(&sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_v1_7_week_is_brought_to_its_limits_in_small_steps() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, 30 * HOUR);
    maintain(&path, keep(5, 1 << 30), NOW);
    // Forgotten by the half hour, and of the coarser tiers by six hours.
    let none = |tier: Tier, age: i64| {
        let oldest = NOW - age - tier.pruned_together();
        let older = format!("granularity = '{}' AND timestamp < {oldest}", tier.word());
        assert_eq!(count(&path, &older), 0, "{tier:?}");
    };
    none(Tier::Raw, DAY);
    for tier in Tier::MADE {
        none(tier, 5 * DAY);
    }
    // All minutes since v1.7's last, and each of them once.
    let minutes = "granularity = '1m' AND metric_name = 'wanctl_rtt_ms'";
    let made = format!("{minutes} AND timestamp >= {}", NOW - 31 * HOUR);
    assert_eq!(count(&path, &made), 31 * 60 - 6);
    let db = Connection::open(&path).unwrap();
    let twice = "SELECT count(*) FROM (SELECT 1 FROM metrics WHERE granularity <> 'raw'
                 GROUP BY timestamp, wan_name, metric_name, labels, granularity HAVING count(*) > 1)";
    assert_eq!(db.query_row(twice, [], |row| row.get::<_, i64>(0)), Ok(0));
    // W-22: a direction is still one, and zones are whole numbers.
    let direction = r#"labels = '{"direction": "download"}'"#;
    assert!(count(&path, &format!("granularity = '1h' AND {direction}")) > 20);
    assert_eq!(
        count(
            &path,
            "metric_name = 'wanctl_state' AND value <> round(value)"
        ),
        0
    );
    // And nothing is left to do.
    assert_eq!(maintain(&path, keep(5, 1 << 30), NOW), []);
}

#[test]
fn a_tier_is_the_mean_of_its_seconds_whichever_tier_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let hour = NOW - NOW % HOUR - 2 * HOUR;
    let mut db = v17::empty(&path);
    let change = db.transaction().unwrap();
    let mut sum = 0.0;
    // Minutes of unequal weight: every third has one row only.
    let mut rows = 0.0;
    for at in (hour..hour + HOUR).filter(|at| at / 60 % 3 != 0 || at % 60 == 0) {
        let value = f64::from(u32::try_from(at % 1_000).unwrap());
        let sql = "INSERT INTO metrics (timestamp, wan_name, metric_name, value) VALUES (?1, 'w', 'x', ?2)";
        change.execute(sql, params![at, value]).unwrap();
        (sum, rows) = (sum + value, rows + 1.0);
    }
    change.commit().unwrap();
    drop(db);
    maintain(&path, keep(30, 1 << 30), NOW);
    let db = Connection::open(&path).unwrap();
    let value = "SELECT value FROM metrics WHERE granularity = '1h' AND timestamp = ?1";
    let mean: f64 = db.query_row(value, [hour], |row| row.get(0)).unwrap();
    assert!(
        (mean - sum / rows).abs() < 1e-9,
        "{mean}, not {}",
        sum / rows
    );
}

#[test]
fn a_change_and_its_reason_are_in_every_tier() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, 2 * HOUR);
    let db = Connection::open(&path).unwrap();
    let at = NOW - 5_000;
    let why =
        r#"{"direction": "upload", "reason": "RTT delta 50.0ms exceeded warn threshold 45ms"}"#;
    let sql = "INSERT INTO metrics (timestamp, wan_name, metric_name, value, labels)
               VALUES (?1, 'wan1', 'wanctl_state', 3, ?2)";
    db.execute(sql, params![at, why]).unwrap();
    drop(db);
    maintain(&path, keep(30, 1 << 30), NOW);
    for tier in Tier::ALL {
        let same = format!(
            "granularity = '{}' AND timestamp = {at} AND value = 3 AND labels = '{why}'",
            tier.word()
        );
        assert_eq!(count(&path, &same), 1, "{tier:?}");
    }
}

fn row(at: i64) -> Row {
    Row {
        at,
        wan: "wan2".into(),
        metric: "wanctl_rtt_ms".into(),
        value: 5.0,
        labels: None,
    }
}

#[test]
fn late_rows_are_blended_after_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, 2 * HOUR);
    maintain(&path, keep(30, 1 << 30), NOW);
    let late = NOW - 3_000;
    let mut database = Database::open(&path).unwrap();
    database.insert(Tier::Raw, [&row(late)]).unwrap();
    let tell = || Instant::ZERO;
    let budget = Budget {
        rows: ROWS,
        time: Duration::from_secs(1),
        clock: &tell,
    };
    let mut maintenance = Maintenance::new(keep(30, 1 << 30));
    while maintenance
        .step(&mut database, Instant::ZERO, NOW, budget)
        .unwrap()
        != Work::Nothing
    {}
    let minute = "granularity = '1m' AND wan_name = 'wan2'";
    assert_eq!(count(&path, minute), 0);
    maintenance.rewind(late);
    while maintenance
        .step(&mut database, Instant::ZERO, NOW, budget)
        .unwrap()
        != Work::Nothing
    {}
    assert_eq!(count(&path, minute), 1);
}

/// A board whose clock is years ahead, at its start or for a while, must not forget all it knows.
#[test]
fn a_clock_that_leaps_is_not_believed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let mut database = Database::open(&path).unwrap();
    let rows: Vec<_> = (0..HOUR).map(|n| row(NOW - n)).collect();
    database.insert(Tier::Raw, &rows).unwrap();
    let tell = || Instant::ZERO;
    let budget = Budget {
        rows: ROWS,
        time: Duration::from_secs(1),
        clock: &tell,
    };
    let ahead = NOW + 3_000 * DAY;
    for first in [ahead, NOW] {
        let mut maintenance = Maintenance::new(keep(30, 1 << 30));
        for (minute, wall) in [(0, first), (1, ahead), (30, ahead), (31, NOW)] {
            let now = Instant::ZERO + Duration::from_secs(minute * 60);
            let mut step = || maintenance.step(&mut database, now, wall, budget).unwrap();
            while step() != Work::Nothing {}
        }
        assert_eq!(count(&path, "granularity = 'raw'"), HOUR);
    }
    // That is how late it is.
    let mut maintenance = Maintenance::new(keep(30, 1 << 30));
    for hour in 0..3 {
        let now = Instant::ZERO + Duration::from_secs(hour * 3_600);
        let wall = ahead + tier::seconds(now - Instant::ZERO);
        let mut step = || maintenance.step(&mut database, now, wall, budget).unwrap();
        while step() != Work::Nothing {}
    }
    assert_eq!(count(&path, "1"), 0);
}

/// A board that believes in another year until somebody tells it the time.
#[test]
fn a_clock_that_was_set_back_does_not_stop_the_tiers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let mut database = Database::open(&path).unwrap();
    let mut maintenance = Maintenance::new(keep(30, 1 << 30));
    let tell = || Instant::ZERO;
    let budget = Budget {
        rows: ROWS,
        time: Duration::from_secs(1),
        clock: &tell,
    };
    let mut now = Instant::ZERO;
    for began in [NOW + 3_000 * DAY, NOW] {
        let rows: Vec<_> = (0..HOUR).map(|n| row(began + n)).collect();
        database.insert(Tier::Raw, &rows).unwrap();
        let wall = began + HOUR;
        while maintenance.step(&mut database, now, wall, budget).unwrap() != Work::Nothing {}
        now = now + Duration::from_secs(3_600);
        let minutes = format!("granularity = '1m' AND timestamp BETWEEN {began} AND {wall}");
        assert!(count(&path, &minutes) > 50, "{}", count(&path, &minutes));
    }
}

/// Bytes of the file after as much maintenance as it takes.
fn bounded(path: &Path, bytes: u64) -> (u64, BTreeMap<&'static str, i64>) {
    maintain(path, keep(30, bytes), NOW);
    let rows = Tier::ALL.map(|tier| {
        let which = format!("granularity = '{}'", tier.word());
        (tier.word(), count(path, &which))
    });
    let size = Database::read(path).unwrap().size().unwrap();
    assert!(size.used <= bytes, "{size:?}");
    (size.file, rows.into_iter().collect())
}

#[test]
fn the_file_stays_within_its_bound_and_the_finest_rows_go_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    // Begun by us, then filled as by v1.7.
    drop(Database::open(&path).unwrap());
    let other = folder.path().join("v17.db");
    v17::week(&other, 6 * HOUR);
    let db = Connection::open(&path).unwrap();
    let copy = format!(
        "ATTACH '{}' AS v17; INSERT INTO metrics SELECT * FROM v17.metrics",
        other.display()
    );
    db.execute_batch(&copy).unwrap();
    drop(db);
    let (large, all) = bounded(&path, 1 << 30);
    let (small, fewer) = bounded(&path, large * 2 / 3);
    assert!(small <= large * 2 / 3, "{small} of {large}");
    assert!(fewer["raw"] < all["raw"]);
    for tier in ["1m", "5m", "1h"] {
        assert_eq!(fewer[tier], all[tier]);
    }
    // The newest hour is still there in full.
    let newest = format!("granularity = 'raw' AND timestamp >= {}", NOW - HOUR);
    assert_eq!(count(&path, &newest), (HOUR + 1) * 6);
    // A bound that nothing reasonable fits into is a bound all the same.
    let (tiny, rest) = bounded(&path, 400_000);
    assert!(tiny <= 400_000, "{tiny}");
    // Of the finest, this second is left.
    assert_eq!(rest["raw"], 6);
    assert!(rest["1h"] > 0);
}

#[test]
fn every_step_that_gives_room_back_gives_back_many_pages() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    drop(Database::open(&path).unwrap());
    v17::bloat(&Connection::open(&path).unwrap());
    let pages = Database::read(&path).unwrap().size().unwrap().file / 4_096;
    let done = maintain(&path, keep(30, 8 << 20), NOW);
    let shrunk = done.iter().filter(|work| **work == Work::Shrunk).count();
    let shrunk = u64::try_from(shrunk).unwrap();
    assert!(
        (1..=pages / 64 + 1).contains(&shrunk),
        "{shrunk} steps for {pages} pages"
    );
}

#[test]
fn a_file_that_v1_7_began_does_not_shrink_but_its_room_is_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, 6 * HOUR);
    let (large, _) = bounded(&path, 1 << 30);
    let (file, _) = bounded(&path, large / 2);
    assert_eq!(file, large);
    let size = Database::read(&path).unwrap().size().unwrap();
    assert!(!size.shrinks && size.used <= large / 2, "{size:?}");
}

#[test]
fn a_clock_that_was_never_set_deletes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, 2 * HOUR);
    let before = count(&path, "1");
    assert_eq!(maintain(&path, keep(7, 1 << 30), 86_400), []);
    assert_eq!(count(&path, "1"), before);
}
