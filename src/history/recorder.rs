//! The writer that stops nothing.
//!
//! Rows come in and go out in batches; between batches the database is maintained. What cannot be written
//! waits, bounded; the trouble is told once, the file is opened again after a while, and when it can be
//! written, that is told, too, with what was lost.

use core::fmt;
use std::collections::VecDeque;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use super::database::{Database, Size};
use super::maintain::{Budget, Keep, Maintenance, Work};
use super::row::Row;
use super::tier::Tier;
use super::trouble::{Kind, Trouble};
use crate::time::{Duration, Instant};

/// After the first failure.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// After many.
const LAST_RETRY: Duration = Duration::from_secs(60);
/// Another process may write or read this long without a word about it.
const LOCK_IS_NO_NEWS: Duration = Duration::from_secs(10);

/// The same trouble is told again after so long at the earliest: a file of which only a part is damaged can be
/// written and cannot be maintained, in turn.
const REPEAT_EVERY: Duration = Duration::from_secs(600);

/// What the recorder is told at the start.
#[derive(Clone, Debug)]
pub struct RecorderParams {
    /// `storage.db_path`.
    pub path: PathBuf,
    /// What is kept.
    pub keep: Keep,
    /// Time between two batches. Every batch writes each index's current page again: longer is kinder to
    /// flash, and what is in memory dies with the process.
    pub commit_every: Duration,
    /// Rows that wait at most.
    pub capacity: usize,
    /// Rows that one transaction writes at most.
    pub batch: usize,
    /// Bytes of the log beside the database, after which whoever still reads its beginning is not written for.
    pub log_bytes: u64,
}

impl RecorderParams {
    /// With the defaults: a batch every 30 s, ten minutes of two WANs in memory, a log of two hours.
    pub const fn new(path: PathBuf, keep: Keep) -> Self {
        Self {
            path,
            keep,
            commit_every: Duration::from_secs(30),
            capacity: 12_000,
            batch: 2_000,
            log_bytes: 128 << 20,
        }
    }
}

/// A database of v1.7's that has more free room than this, in bytes, is worth a word.
const ROOM_WORTH_A_WORD: u64 = 64 << 20;
/// Between two looks for it, until there is one.
const WEIGH_EVERY: Duration = Duration::from_secs(60);

/// What is worth telling about the database.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Notice {
    /// v1.7 began it, and so it cannot give back what is free in it. Told once.
    Bloated {
        /// Which.
        path: PathBuf,
        /// How large it is, and how much of it is in use.
        size: Size,
    },
    /// It cannot be written. Told once for each kind of trouble, and not again within ten minutes.
    Failing(Trouble),
    /// It can be written again.
    Recovered {
        /// How long it could not.
        after: Duration,
        /// Rows that did not wait that long.
        lost: u64,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bloated { path, size } => {
                let mb = |bytes: u64| bytes.div_ceil(1 << 20);
                write!(
                    f,
                    "{path} has {} MB, of which {} MB are free and will be used again; it was begun by v1.7, and \
                     only `wanctl history --compact --db {path}` makes it smaller",
                    mb(size.file),
                    mb(size.file - size.used),
                    path = path.display()
                )
            }
            Self::Failing(trouble) => write!(
                f,
                "No history is being written: {trouble}. Everything else goes on"
            ),
            Self::Recovered { after, lost: 0 } => {
                write!(
                    f,
                    "The history is written again after {after}, nothing is missing"
                )
            }
            Self::Recovered { after, lost } => {
                write!(
                    f,
                    "The history is written again after {after}; {lost} rows are missing"
                )
            }
        }
    }
}

#[derive(Debug)]
struct Open {
    database: Database,
    maintenance: Maintenance,
    /// Device and inode: a file that somebody moved away takes our rows with it.
    identity: Option<(u64, u64)>,
}

#[derive(Debug)]
enum State {
    /// Open, and so far all went well.
    Healthy(Box<Open>),
    /// Closed, and opened again then.
    Closed { open_at: Instant },
}

/// Since when it has failed, and what was said about it.
#[derive(Debug)]
struct Failing {
    since: Instant,
    told: Option<Kind>,
    /// It is more than a lock that will pass.
    is_news: bool,
    retry: Duration,
}

/// The writer.
#[derive(Debug)]
pub struct Recorder {
    params: RecorderParams,
    state: State,
    failing: Option<Failing>,
    told: Option<(Kind, Instant)>,
    /// When to look whether it is bloated; never again once that is told.
    weigh_at: Option<Instant>,
    waiting: VecDeque<Row>,
    commit_at: Instant,
    /// Rows lost since the trouble that is not over began, and before it.
    lost: u64,
    lost_before: u64,
}

impl Recorder {
    /// Opens nothing yet.
    pub fn new(params: RecorderParams) -> Self {
        Self {
            waiting: VecDeque::with_capacity(params.capacity.min(1_024)),
            params,
            state: State::Closed {
                open_at: Instant::ZERO,
            },
            failing: None,
            told: None,
            weigh_at: Some(Instant::ZERO),
            commit_at: Instant::ZERO,
            lost: 0,
            lost_before: 0,
        }
    }

    /// Takes a row; when too many wait, the oldest is lost.
    pub fn push(&mut self, row: Row) {
        if self.waiting.len() >= self.params.capacity {
            self.waiting.pop_front();
            self.lost += 1;
        }
        self.waiting.push_back(row);
    }

    /// Rows that wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether the database can be written, as far as is known.
    pub const fn is_healthy(&self) -> bool {
        matches!(self.state, State::Healthy(_)) && self.failing.is_none()
    }

    /// Whether it cannot be written, and it is more than a lock that will pass.
    pub fn is_failing(&self) -> bool {
        self.failing.as_ref().is_some_and(|failing| failing.is_news)
    }

    /// Rows that were lost because too many waited.
    pub const fn lost(&self) -> u64 {
        self.lost_before + self.lost
    }

    /// Does one small thing: opens, writes a batch, or maintains. `wall` in seconds since 1970.
    pub fn step(&mut self, now: Instant, wall: i64, budget: Budget<'_>) -> Option<Notice> {
        let done = match &self.state {
            State::Closed { open_at } if now < *open_at => return None,
            State::Closed { .. } => self.open(now),
            State::Healthy(open) => match open.database.bound_log(self.params.log_bytes) {
                Ok(()) if now >= self.commit_at && !self.waiting.is_empty() => {
                    self.commit(now, wall)
                }
                Ok(()) => self.maintain(now, wall, budget),
                Err(trouble) => Err(trouble),
            },
        };
        done.unwrap_or_else(|trouble| self.fail(now, trouble))
    }

    /// The process ends: what waits is written, without waiting for anything.
    pub fn finish(&mut self, now: Instant, wall: i64) -> Option<Notice> {
        while matches!(self.state, State::Healthy(_)) && !self.waiting.is_empty() {
            match self.commit(now, wall) {
                Ok(_) => {}
                Err(trouble) => return self.fail(now, trouble),
            }
        }
        None
    }

    fn open(&mut self, now: Instant) -> Result<Option<Notice>, Trouble> {
        let database = Database::open(&self.params.path)?;
        self.state = State::Healthy(Box::new(Open {
            database,
            maintenance: Maintenance::new(self.params.keep),
            identity: identity(&self.params),
        }));
        self.commit_at = if self.failing.is_some() {
            now
        } else {
            now + self.params.commit_every
        };
        Ok(None)
    }

    fn commit(&mut self, now: Instant, wall: i64) -> Result<Option<Notice>, Trouble> {
        let State::Healthy(open) = &mut self.state else {
            return Ok(None);
        };
        if open.identity != identity(&self.params) {
            let gone = "it was moved away or replaced while in use";
            return Err(Trouble::new(Kind::Missing, &self.params.path, gone));
        }
        let count = self.waiting.len().min(self.params.batch);
        open.database
            .insert(Tier::Raw, self.waiting.iter().take(count))?;
        let oldest = self.waiting.drain(..count).map(|row| row.at).min();
        if let Some(oldest) = oldest
            && wall - oldest > LATE
        {
            open.maintenance.rewind(oldest);
        }
        if self.waiting.is_empty() {
            self.commit_at = now + self.params.commit_every;
        }
        Ok(self.failing.take().and_then(|failing| {
            let lost = core::mem::take(&mut self.lost);
            self.lost_before += lost;
            (failing.told.is_some() || lost > 0).then(|| Notice::Recovered {
                after: now - failing.since,
                lost,
            })
        }))
    }

    fn maintain(
        &mut self,
        now: Instant,
        wall: i64,
        budget: Budget<'_>,
    ) -> Result<Option<Notice>, Trouble> {
        let State::Healthy(open) = &mut self.state else {
            return Ok(None);
        };
        let database = &mut open.database;
        let work = open.maintenance.step(database, now, wall, budget)?;
        // How much is free is known when all that is too old is gone.
        if work != Work::Nothing || self.weigh_at.is_none_or(|at| now < at) {
            return Ok(None);
        }
        self.weigh_at = Some(now + WEIGH_EVERY);
        let size = database.size()?;
        if size.shrinks || size.file - size.used <= ROOM_WORTH_A_WORD {
            return Ok(None);
        }
        self.weigh_at = None;
        let path = self.params.path.clone();
        Ok(Some(Notice::Bloated { path, size }))
    }

    fn fail(&mut self, now: Instant, trouble: Trouble) -> Option<Notice> {
        let failing = self.failing.get_or_insert(Failing {
            since: now,
            told: None,
            is_news: false,
            retry: FIRST_RETRY,
        });
        self.state = State::Closed {
            open_at: now + failing.retry,
        };
        failing.retry = failing.retry.doubled().min(LAST_RETRY);
        let may_pass = matches!(trouble.kind, Kind::Locked | Kind::Held);
        failing.is_news |= !may_pass || now - failing.since >= LOCK_IS_NO_NEWS;
        let repeated = self
            .told
            .is_some_and(|(kind, at)| kind == trouble.kind && now - at < REPEAT_EVERY);
        if !failing.is_news || repeated || failing.told == Some(trouble.kind) {
            return None;
        }
        failing.told = Some(trouble.kind);
        self.told = Some((trouble.kind, now));
        Some(Notice::Failing(trouble))
    }
}

/// Seconds after which a row may have missed the blending of its minute.
const LATE: i64 = 90;

fn identity(params: &RecorderParams) -> Option<(u64, u64)> {
    let metadata = std::fs::metadata(&params.path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}
