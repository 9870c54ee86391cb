//! The power fails: of SQLite's log, which `synchronous=NORMAL` leaves to the kernel between two checkpoints, any part
//! may be missing.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;
use wanctl::history::database::Database;
use wanctl::history::row::Row;
use wanctl::history::tier::Tier;
use wanctl::sim::random::Random;

use crate::v17::NOW;

/// Rows in one transaction.
const BATCH: i64 = 40;
/// Batches that a checkpoint has brought into the file, and those that are in the log only.
const KEPT: i64 = 3;
const IN_LOG: i64 = 30;
const FAILURES: usize = 300;
/// What a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;
/// SQLite's pages in bytes, as the database is made.
const PAGE: usize = 4096;

/// A database in use, as its files lie there.
struct Files {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Files {
    fn made() -> Self {
        let dir = TempDir::new().unwrap();
        let (path, log) = paths(&dir);
        let mut database = Database::open(&path).unwrap();
        write(&mut database, 0, KEPT);
        let db = Connection::open(&path).unwrap();
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            assert_eq!(row.get(0), Ok(0), "somebody was in the way");
            Ok(())
        })
        .unwrap();
        write(&mut database, KEPT, IN_LOG);
        Self {
            database: fs::read(&path).unwrap(),
            log: fs::read(&log).unwrap(),
        }
    }

    /// What is found when this much of the log has come to the disk: the numbers of the rows, in order.
    fn found(&self, log: &[u8]) -> Vec<i64> {
        let dir = TempDir::new().unwrap();
        let (path, beside) = paths(&dir);
        fs::write(&path, &self.database).unwrap();
        fs::write(&beside, log).unwrap();
        // As the daemon does it, which goes on afterwards.
        let mut database = Database::open(&path).unwrap();
        let found = rows(&path);
        write(&mut database, KEPT + IN_LOG, 1);
        drop(database);
        let later = rows(&path);
        assert_eq!(later[..found.len()], found);
        assert_eq!(later.len(), found.len() + usize::try_from(BATCH).unwrap());
        found
    }
}

fn paths(dir: &TempDir) -> (PathBuf, PathBuf) {
    let of = |name| dir.path().join(name);
    (of("metrics.db"), of("metrics.db-wal"))
}

fn write(database: &mut Database, from: i64, batches: i64) {
    for batch in from..from + batches {
        let rows: Vec<Row> = (batch * BATCH..(batch + 1) * BATCH)
            .map(|number| Row {
                at: NOW + number,
                wan: "wan1".into(),
                metric: "wanctl_rtt_ms".into(),
                value: 20.0,
                labels: None,
            })
            .collect();
        database.insert(Tier::Raw, &rows).unwrap();
    }
}

fn rows(path: &Path) -> Vec<i64> {
    let db = Connection::open(path).unwrap();
    let check: String = db
        .query_row("PRAGMA quick_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    let mut statement = db
        .prepare("SELECT timestamp FROM metrics ORDER BY id")
        .unwrap();
    let rows = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    rows.map(|at| at.unwrap() - NOW).collect()
}

/// Whole batches, from the first one on.
fn assert_prefix(found: &[i64], what: &str) {
    let length = i64::try_from(found.len()).unwrap();
    assert!(found.iter().copied().eq(0..length), "{what}: {found:?}");
    assert_eq!(length % BATCH, 0, "{what}: {length}");
    assert!(length >= KEPT * BATCH, "{what}: {length}");
}

#[test]
fn after_a_power_cut_the_history_is_whole_without_its_last_batches() {
    let files = Files::made();
    let all = usize::try_from((KEPT + IN_LOG) * BATCH).unwrap();
    assert_eq!(files.found(&files.log).len(), all);
    assert_eq!(
        files.found(&[]).len(),
        usize::try_from(KEPT * BATCH).unwrap()
    );

    let mut random = Random::new(0);
    let mut up_to = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap();
    let mut lengths = Vec::new();
    for _ in 0..FAILURES {
        let length = up_to(files.log.len());
        let mut log = files.log[..length].to_vec();
        // Of the last page, or of one before, some sectors have not come.
        let torn = match up_to(3) {
            0 => length,
            1 => length.saturating_sub(up_to(PAGE)),
            _ => up_to(length + 1),
        };
        let torn = torn / SECTOR * SECTOR;
        let until = length.min(torn + SECTOR * (1 + up_to(PAGE / SECTOR)));
        if torn < until {
            log[torn..until].fill(0);
        }
        let found = files.found(&log);
        assert_prefix(
            &found,
            &format!("{length} bytes, torn from {torn} to {until}"),
        );
        lengths.push(found.len());
    }
    lengths.sort_unstable();
    lengths.dedup();
    println!("{} different ends of {}", lengths.len(), IN_LOG + 1);
    assert!(lengths.len() > 10, "always the same: {lengths:?}");
}
