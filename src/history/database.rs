//! Schema and connection (contract 7.1, 7.2).

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use super::row::Row;
use super::tier::Tier;
use super::trouble::{Kind, Trouble};
use crate::time::Duration;

/// v1.7's schema to the letter; created where it is missing, at every opening.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS metrics (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp INTEGER NOT NULL,
    wan_name TEXT NOT NULL,
    metric_name TEXT NOT NULL,
    value REAL NOT NULL,
    labels TEXT,
    granularity TEXT DEFAULT 'raw'
);
CREATE INDEX IF NOT EXISTS idx_metrics_timestamp ON metrics(timestamp);
CREATE INDEX IF NOT EXISTS idx_metrics_wan_metric_time ON metrics(wan_name, metric_name, timestamp);
CREATE INDEX IF NOT EXISTS idx_metrics_granularity_time ON metrics(granularity, timestamp);
";

/// How long a statement waits for another process's lock. The other is another wanctl, whose writes take
/// milliseconds; the scribe has logs to write, too.
const LOCK_PATIENCE: Duration = Duration::from_millis(100);

/// Pages of the write-ahead log that are moved into the database at once: 2 MB. More would save writes,
/// because most pages are written again and again, and take longer.
const CHECKPOINT_PAGES: u32 = 512;

/// What is left of the log's file after that, in bytes; v1.7's grew without bound (b-29).
const LOG_LIMIT: u32 = 4 << 20;

/// Page cache, in KiB (negative: not in pages).
const CACHE: i32 = -2_048;

/// Steps of SQLite's virtual machine, a few hundred rows' worth, in a fraction of a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 5_000;

/// An open database.
#[derive(Debug)]
pub struct Database {
    pub(super) connection: Connection,
    path: PathBuf,
}

/// How large the file is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Size {
    /// Bytes of the file, without its log.
    pub file: u64,
    /// Bytes of it that hold something.
    pub used: u64,
    /// Whether free pages can be given back while it is in use; not in a database that v1.7 began.
    pub shrinks: bool,
}

impl Database {
    /// Opens it to be written; makes it, and its directory, where there is none.
    ///
    /// # Errors
    /// [`Trouble`] of any kind.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| Trouble::of_io(parent, &e))?;
        }
        // To close a second handle of a file drops the locks that the process has on it, and so would invite others
        // to remove the log that is in use.
        if !path.exists() {
            touch(path).map_err(|e| Trouble::of_io(path, &e))?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Self::connect(path, path.to_owned(), flags).map_err(|trouble| {
            // SQLite only says that it cannot; the system says why.
            let why = touch(path).err();
            why.map_or(trouble, |e| Trouble::of_io(path, &e))
        })?;
        database.prepare().map_err(|e| database.trouble(e))?;
        Ok(database)
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        let db = &self.connection;
        // Has an effect on a new file only.
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        let mode: String =
            db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        db.pragma_update(None, "synchronous", "NORMAL")?;
        db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        db.pragma_update_and_check(None, "journal_size_limit", LOG_LIMIT, |_| Ok(()))?;
        db.execute_batch(SCHEMA)?;
        // Whether it is v1.7's table is known before the first row is lost.
        db.prepare(INSERT)?;
        if mode == "wal" { Ok(()) } else { read_only() }
    }

    /// Opens it to be read.
    ///
    /// # Errors
    /// [`Kind::Missing`] if there is no such file; [`Trouble`] of any other kind.
    pub fn read(path: &Path) -> Result<Self, Trouble> {
        std::fs::metadata(path).map_err(|e| Trouble::of_io(path, &e))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = |name, flags| {
            let database = Self::connect(name, path.to_owned(), flags)?;
            database.looks_well().map(|()| database)
        };
        match opened(path, flags) {
            Err(trouble)
                if matches!(trouble.kind, Kind::Missing | Kind::ReadOnly) && !has_log(path) =>
            {
                // Nobody writes it and we may not make the log's files beside it: it will not change.
                let uri = format!("file:{}?immutable=1", escaped(path));
                opened(Path::new(&uri), flags | OpenFlags::SQLITE_OPEN_URI)
            }
            opened => opened,
        }
    }

    /// Opens it to be looked at, as it lies there: nothing beside it is made or changed. What a writer that was
    /// killed has left in the log is not seen.
    ///
    /// # Errors
    /// As [`Database::read`].
    pub fn look(path: &Path) -> Result<Self, Trouble> {
        std::fs::metadata(path).map_err(|e| Trouble::of_io(path, &e))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // Only beside a living writer both are there; without one, reading would make them.
        let database = if has_log(path) && shared_of(path).exists() {
            Self::connect(path, path.to_owned(), flags)
        } else {
            let uri = format!("file:{}?immutable=1", escaped(path));
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Self::connect(Path::new(&uri), path.to_owned(), flags)
        }?;
        database.looks_well().map(|()| database)
    }

    fn connect(name: &Path, path: PathBuf, flags: OpenFlags) -> Result<Self, Trouble> {
        let opened = Connection::open_with_flags(name, flags).and_then(|connection| {
            let patience = core::time::Duration::from_micros(LOCK_PATIENCE.as_micros());
            connection.busy_timeout(patience)?;
            connection.pragma_update(None, "cache_size", CACHE)?;
            Ok(connection)
        });
        match opened {
            Ok(connection) => Ok(Self { connection, path }),
            Err(e) => Err(Trouble::of(&path, e)),
        }
    }

    /// Gives up what takes longer: every statement ends with an error once it is `late`, which is asked every
    /// few thousand steps of SQLite's.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn until(mut self, late: impl FnMut() -> bool + Send + 'static) -> Result<Self, Trouble> {
        let set = self
            .connection
            .progress_handler(STEPS_BETWEEN_LOOKS, Some(late));
        set.map_err(|e| self.trouble(e))?;
        Ok(self)
    }

    /// From now on it shows what it holds now, whatever is written meanwhile.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn frozen(self) -> Result<Self, Trouble> {
        let begun = self.connection.execute_batch("BEGIN");
        begun.map_err(|e| self.trouble(e))?;
        Ok(self)
    }

    /// Whether it can be read at all.
    fn looks_well(&self) -> Result<(), Trouble> {
        let count = "SELECT count(*) FROM sqlite_master";
        let looked = self.connection.query_row(count, [], |_| Ok(()));
        looked.map_err(|e| self.trouble(e))
    }

    /// Whether the table is there.
    pub(super) fn has_table(&self) -> Result<bool, Trouble> {
        let count = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'metrics'";
        let found = self
            .connection
            .query_row(count, [], |row| row.get::<_, i64>(0));
        found.map(|n| n > 0).map_err(|e| self.trouble(e))
    }

    /// Writes all of them or none.
    ///
    /// # Errors
    /// [`Trouble`]; nothing is written then.
    pub fn insert<'r>(
        &mut self,
        tier: Tier,
        rows: impl IntoIterator<Item = &'r Row>,
    ) -> Result<(), Trouble> {
        let inserted = self.change(|db| insert(db, tier, rows));
        inserted.map(|_| ()).map_err(|e| self.trouble(e))
    }

    /// All of `change` or nothing of it. The lock is taken at the start: a transaction that only finds
    /// out half-way that another process writes can never succeed.
    pub(super) fn change<T>(
        &mut self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let behaviour = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behaviour)?;
        let changed = change(&transaction)?;
        transaction.commit()?;
        Ok(changed)
    }

    /// Keeps the log within so many bytes: while somebody reads, nothing of it can be used again, and every write
    /// makes it longer.
    ///
    /// # Errors
    /// [`Kind::Held`] if it is longer and somebody still reads; [`Trouble`] of any other kind.
    pub(super) fn bound_log(&self, bytes: u64) -> Result<(), Trouble> {
        let size = std::fs::metadata(log_of(&self.path)).map_or(0, |log| log.len());
        if size <= bytes {
            return Ok(());
        }
        let emptied = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        match emptied {
            Ok(0_i64) => Ok(()),
            Ok(_) => {
                let detail = format!("the log beside it has {} MB", size.div_ceil(1 << 20));
                Err(Trouble::new(Kind::Held, &self.path, detail))
            }
            Err(e) => Err(self.trouble(e)),
        }
    }

    /// How large it is.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn size(&self) -> Result<Size, Trouble> {
        let pragma = |name| {
            let read = self
                .connection
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            read.map(i64::unsigned_abs).map_err(|e| self.trouble(e))
        };
        let (page, pages, free) = (
            pragma("page_size")?,
            pragma("page_count")?,
            pragma("freelist_count")?,
        );
        Ok(Size {
            file: pages * page,
            used: pages.saturating_sub(free) * page,
            shrinks: pragma("auto_vacuum")? == 2,
        })
    }

    /// Writes it anew without its free pages, and so that it can give them back from now on. Takes as much room
    /// on the disk again, and seconds or minutes, for which nobody else can write it: not for a daemon.
    ///
    /// # Errors
    /// [`Trouble`]; nothing has changed then.
    pub fn compact(&mut self) -> Result<(), Trouble> {
        let sql = "PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);";
        let compacted = self.connection.execute_batch(sql);
        compacted.map_err(|e| self.trouble(e))
    }

    /// The time of the first row of a tier, and of the last one up to `until`.
    pub(super) fn extent(&self, tier: Tier, until: i64) -> rusqlite::Result<Option<(i64, i64)>> {
        let end = |order: &str, until| {
            let sql = format!(
                "SELECT timestamp FROM metrics WHERE granularity = ?1 AND timestamp <= ?2
                 ORDER BY timestamp {order} LIMIT 1"
            );
            let mut statement = self.connection.prepare(&sql)?;
            let mut rows = statement.query(params![tier.word(), until])?;
            rows.next()?.map(|row| row.get::<_, i64>(0)).transpose()
        };
        Ok(end("ASC", until)?.zip(end("DESC", until)?))
    }

    pub(super) fn trouble(&self, error: rusqlite::Error) -> Trouble {
        Trouble::of(&self.path, error)
    }
}

const INSERT: &str =
    "INSERT INTO metrics (timestamp, wan_name, metric_name, value, labels, granularity)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// Inserts rows; returns how many.
pub(super) fn insert<'r>(
    db: &Connection,
    tier: Tier,
    rows: impl IntoIterator<Item = &'r Row>,
) -> rusqlite::Result<usize> {
    let mut insert = db.prepare(INSERT)?;
    let mut count = 0;
    for row in rows {
        let (wan, labels) = (&*row.wan, row.labels.as_deref());
        insert.execute(params![
            row.at,
            wan,
            row.metric,
            row.value,
            labels,
            tier.word()
        ])?;
        count += 1;
    }
    Ok(count)
}

/// Makes an empty file, which is an empty database, unless there is one. A FIFO in its place is not waited for.
fn touch(path: &Path) -> io::Result<()> {
    let mut options = File::options();
    options.append(true).create(true).mode(0o644);
    options.custom_flags(libc::O_NONBLOCK).open(path).map(drop)
}

/// A database in a directory where the log cannot be made opens, but not for long.
fn read_only() -> rusqlite::Result<()> {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY);
    let words = "no write-ahead log can be made beside it".to_owned();
    Err(rusqlite::Error::SqliteFailure(code, Some(words)))
}

fn has_log(path: &Path) -> bool {
    log_of(path).exists()
}

fn shared_of(path: &Path) -> PathBuf {
    let mut shared = path.as_os_str().to_owned();
    shared.push("-shm");
    PathBuf::from(shared)
}

fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// As a URI's path.
fn escaped(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23")
}
