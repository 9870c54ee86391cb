//! The writer that stops nothing.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rusqlite::Connection;
use wanctl::history::database::Database;
use wanctl::history::maintain::{Budget, Keep};
use wanctl::history::recorder::{Notice, Recorder, RecorderParams};
use wanctl::history::row::Row;
use wanctl::history::trouble::Kind;
use wanctl::time::{Duration, Instant};

use crate::mount::Mount;
use crate::upkeep::count;
use crate::v17::{self, HOUR, NOW};

/// A daemon's life, in seconds, one row and ten steps each.
struct Life {
    recorder: Recorder,
    labels: Option<&'static str>,
    second: u64,
    notices: Vec<(u64, Notice)>,
}

impl Life {
    fn new(path: &Path) -> Self {
        Self::with(path, 128 << 20)
    }

    fn with(path: &Path, log_bytes: u64) -> Self {
        let keep = Keep {
            days: 30,
            bytes: 1 << 30,
        };
        let params = RecorderParams {
            commit_every: Duration::from_secs(10),
            capacity: 100,
            log_bytes,
            ..RecorderParams::new(path.to_owned(), keep)
        };
        Self {
            recorder: Recorder::new(params),
            labels: None,
            second: 0,
            notices: Vec::new(),
        }
    }

    fn wall(&self) -> i64 {
        NOW + i64::try_from(self.second).unwrap()
    }

    fn live(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.recorder.push(Row {
                at: self.wall(),
                wan: "wan1".into(),
                metric: "wanctl_rtt_ms".into(),
                value: 20.0,
                labels: self.labels.map(Into::into),
            });
            for step in 0..10 {
                let now = Instant::ZERO + Duration::from_millis(self.second * 1_000 + step * 100);
                let clock = || now;
                let budget = Budget {
                    rows: 100,
                    time: Duration::from_millis(10),
                    clock: &clock,
                };
                let notice = self.recorder.step(now, self.wall(), budget);
                self.notices
                    .extend(notice.map(|notice| (self.second, notice)));
            }
            self.second += 1;
        }
    }

    /// The kinds of trouble told, in order.
    fn troubles(&self) -> Vec<Kind> {
        let kinds = self.notices.iter().filter_map(|(_, notice)| match notice {
            Notice::Failing(trouble) => Some(trouble.kind),
            Notice::Bloated { .. } | Notice::Recovered { .. } => None,
        });
        kinds.collect()
    }

    /// Whether the last word was that all is well again; and the rows lost until then.
    fn recovered(&self) -> Option<u64> {
        match self.notices.last() {
            Some((_, Notice::Recovered { lost, .. })) => Some(*lost),
            _ => None,
        }
    }
}

fn rows(path: &Path) -> i64 {
    count(path, "granularity = 'raw'")
}

#[test]
fn rows_are_written_in_batches() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not/yet/there/metrics.db");
    let mut life = Life::new(&path);
    life.live(9);
    assert_eq!(rows(&path), 0);
    life.live(2);
    assert_eq!(rows(&path), 11);
    life.live(4);
    assert!(life.recorder.is_healthy());
    assert_eq!(
        life.recorder
            .finish(Instant::from_micros(15_000_000), life.wall()),
        None
    );
    assert_eq!((rows(&path), life.recorder.waiting()), (15, 0));
    assert_eq!(life.notices, []);
    drop(life);
    // Closed in an orderly way, there is one file.
    let files = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(files, 1);
}

/// Autorate and steering write the same file by default; so did v1.7's (b-29).
#[test]
fn two_writers_of_one_file_make_every_minute_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let (mut one, mut other) = (Life::new(&path), Life::new(&path));
    other.labels = Some(r#"{"source": "steering"}"#);
    for _ in 0..900 {
        one.live(1);
        other.live(1);
    }
    assert_eq!((one.notices, other.notices), (vec![], vec![]));
    for labels in ["labels IS NULL", "labels IS NOT NULL"] {
        let minutes = format!("granularity = '1m' AND {labels}");
        // 20:00:07 to 20:15:06, and what is two minutes old and full five of them.
        assert_eq!(count(&path, &minutes), 10, "{labels}");
    }
}

#[test]
fn a_v1_7_database_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, 2 * HOUR);
    let before = rows(&path);
    let mut life = Life::new(&path);
    life.live(12);
    assert!(life.recorder.is_healthy() && life.notices.is_empty());
    assert!(rows(&path) >= before);
    assert_eq!(
        count(
            &path,
            &format!("granularity = 'raw' AND timestamp >= {NOW} AND value = 20.0")
        ),
        11
    );
}

#[test]
fn a_lock_is_waited_for_then_reported_once_and_nothing_is_lost_that_fits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let mut life = Life::new(&path);
    life.live(12);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    life.live(12);
    assert_eq!(life.notices, [], "a short lock is no news");
    life.live(48);
    assert_eq!(life.troubles(), [Kind::Locked]);
    other.execute_batch("COMMIT").unwrap();
    life.live(40);
    assert_eq!(life.recovered(), Some(0));
    assert!(life.recorder.is_healthy());
    assert!(rows(&path) >= 101, "{}", rows(&path));
}

/// A pager left open on `wanctl history`, a reader that hangs: v1.7's log grew without bound (b-29).
#[test]
fn a_reader_that_does_not_let_go_is_told_of_before_the_log_fills_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let mut life = Life::with(&path, 100_000);
    life.live(12);
    let reader = Connection::open(&path).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM metrics")
        .unwrap();
    life.live(300);
    let log = fs::metadata(folder.path().join("metrics.db-wal")).unwrap();
    assert!(log.len() < 200_000, "{}", log.len());
    assert_eq!(life.troubles(), [Kind::Held], "{:?}", life.notices);
    reader.execute_batch("COMMIT").unwrap();
    life.live(80);
    assert!(life.recovered().is_some(), "{:?}", life.notices);
    assert!(life.recorder.is_healthy());
    let log = fs::metadata(folder.path().join("metrics.db-wal")).unwrap();
    assert!(log.len() < 200_000, "{}", log.len());
}

#[test]
fn what_does_not_wait_that_long_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let mut life = Life::new(&path);
    life.live(12);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    life.live(300);
    assert_eq!(life.recorder.waiting(), 100);
    other.execute_batch("COMMIT").unwrap();
    life.live(80);
    let lost = life.recovered().expect("the end of it");
    assert!(lost >= 200, "{lost}");
    life.recorder.finish(Instant::from_micros(0), life.wall());
    let written = u64::try_from(rows(&path)).unwrap();
    assert_eq!(written + lost, life.second);
}

#[test]
fn a_damaged_file_is_left_alone_and_a_new_one_begun_when_it_is_moved_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let rubbish = "no database, but somebody's only copy of something\n".repeat(100);
    fs::write(&path, &rubbish).unwrap();
    let mut life = Life::new(&path);
    life.live(70);
    assert_eq!(life.troubles(), [Kind::Corrupt]);
    let told = life.notices[0].1.to_string();
    assert!(
        told.contains("metrics.db is damaged or no database") && told.contains("move it away"),
        "{told}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), rubbish);
    fs::rename(&path, folder.path().join("broken")).unwrap();
    life.live(80);
    assert!(life.recovered().is_some(), "{:?}", life.notices);
    assert!(rows(&path) > 0);
}

#[test]
fn a_file_that_is_damaged_later_is_reported_then() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, 2 * HOUR);
    let size = fs::metadata(&path).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    // Everything but the first page, which says that it is a database.
    let junk = vec![0xa5; usize::try_from(size - 8_192).unwrap()];
    std::os::unix::fs::FileExt::write_all_at(&file, &junk, 8_192).unwrap();
    let mut life = Life::new(&path);
    life.live(30);
    assert_eq!(life.troubles(), [Kind::Corrupt]);
}

#[test]
fn trouble_that_comes_and_goes_is_not_told_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let mut life = Life::new(&path);
    for _ in 0..4 {
        life.live(40);
        fs::rename(&path, folder.path().join("old.db")).unwrap();
    }
    life.live(40);
    assert_eq!(life.troubles(), [Kind::Missing], "{:?}", life.notices);
    assert_eq!(life.notices.len(), 2);
    life.live(600);
    fs::rename(&path, folder.path().join("old.db")).unwrap();
    life.live(40);
    assert_eq!(life.troubles(), [Kind::Missing; 2]);
}

/// What `/health` and the metrics say does not depend on what is worth a line.
#[test]
fn trouble_that_is_not_told_again_is_trouble_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let mut life = Life::new(&path);
    life.live(12);
    let other = Connection::open(&path).unwrap();
    for _ in 0..2 {
        assert!(!life.recorder.is_failing());
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        life.live(40);
        assert!(life.recorder.is_failing());
        other.execute_batch("COMMIT").unwrap();
        life.live(40);
    }
    assert!(!life.recorder.is_failing());
    assert_eq!(life.troubles(), [Kind::Locked]);
}

#[test]
fn somebody_elses_database_is_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE metrics (timestamp, granularity, wan_name, metric_name)")
        .unwrap();
    let mut life = Life::new(&path);
    life.live(30);
    assert_eq!(life.troubles(), [Kind::Foreign]);
    let rows: i64 = other
        .query_row("SELECT count(*) FROM metrics", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 0);
}

#[test]
fn a_file_that_is_moved_away_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let mut life = Life::new(&path);
    life.live(25);
    fs::rename(&path, folder.path().join("old.db")).unwrap();
    life.live(40);
    assert_eq!(life.troubles(), [Kind::Missing]);
    assert_eq!(life.recovered(), Some(0));
    assert!(rows(&path) > 20);
}

#[test]
fn a_path_that_can_be_none_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let mut life = Life::new(&folder.path().join("file/metrics.db"));
    life.live(100);
    assert_eq!(life.troubles(), [Kind::Missing]);
}

#[test]
fn a_disk_that_may_not_be_written_is_reported_and_used_when_it_may() {
    let Some(disk) = Mount::small(4_096) else {
        return;
    };
    let path = disk.path().join("metrics.db");
    disk.remount("ro");
    let mut life = Life::new(&path);
    life.live(100);
    assert!(
        matches!(life.troubles()[..], [Kind::ReadOnly | Kind::Missing]),
        "{:?}",
        life.notices
    );
    disk.remount("rw");
    life.live(70);
    assert!(life.recovered().is_some());
    assert!(rows(&path) > 50);
}

#[test]
fn a_full_disk_is_reported_once_and_history_resumes() {
    let Some(disk) = Mount::small(600) else {
        return;
    };
    let path = disk.path().join("metrics.db");
    let mut life = Life::new(&path);
    life.live(25);
    assert_eq!(rows(&path), 21);
    let filler = disk.path().join("filler");
    let mut size = 1 << 20;
    while size > 0 {
        // As much as fits.
        let mut all = fs::read(&filler).unwrap_or_default();
        all.resize(all.len() + size, b'x');
        if fs::write(&filler, all).is_err() {
            size /= 2;
        }
    }
    life.live(200);
    assert_eq!(life.troubles(), [Kind::Full], "{:?}", life.notices);
    fs::remove_file(&filler).unwrap();
    life.live(80);
    let lost = life.recovered().expect("the end of it");
    assert!(lost > 0);
    assert!(life.recorder.is_healthy());
    assert!(rows(&path) > 100);
}

#[test]
fn a_bloated_file_of_v1_7s_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::bloat(&v17::empty(&path));
    let mut life = Life::new(&path);
    life.live(150);
    let [(_, notice @ Notice::Bloated { size, .. })] = &life.notices[..] else {
        panic!("{:?}", life.notices);
    };
    assert!(size.file > 70_000_000 && size.used < 1_000_000, "{size:?}");
    let words = notice.to_string();
    let remedy = format!("`wanctl history --compact --db {}`", path.display());
    assert!(words.contains(&remedy), "{words}");
}

/// Whoever has a database open keeps others from removing its log: SQLite's shared lock, which the system drops
/// when any handle of the file is closed.
#[test]
fn to_open_it_again_does_not_drop_the_locks_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    v17::week(&path, HOUR);
    let locks = || {
        let inode = format!(":{} ", fs::metadata(&path).unwrap().ino());
        let all = fs::read_to_string("/proc/locks").unwrap();
        all.lines().filter(|line| line.contains(&inode)).count()
    };
    let reader = Database::open(&path).unwrap();
    let before = locks();
    assert!(before > 0, "SQLite locks what it has open");
    let writer = Database::open(&path).unwrap();
    assert_eq!(locks(), before);
    drop((reader, writer));
    assert_eq!(locks(), 0);
}
