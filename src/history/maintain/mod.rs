//! Keeps the database small and the tiers whole, a few milliseconds at a time.
//!
//! v1.7 did this at a start only, in one go: 215 s for a day of rows, before the first word to a watchdog of
//! 30 s (W-11). Here it never ends and never takes long: each step does one small thing, in a transaction
//! of its own, and what it was about is found again in the rows themselves after a crash.

mod prune;
mod rollup;

use super::database::Database;
use super::tier::{self, Tier};
use super::trouble::Trouble;
use crate::time::{Duration, Instant};

use self::rollup::Rollup;

/// Nobody's clock was right before this (2020-01-01): a board that has not heard the time yet must not
/// judge what is old.
const CLOCK_IS_SET: i64 = 1_577_836_800;
/// A clock that runs ahead of the time that has passed by more than this has leapt, in seconds.
const LEAP: i64 = 3_600;
/// How long a clock that leapt is not believed: nothing is too old until it had the time to be put right.
const DOUBT: Duration = Duration::from_secs(3_600);
/// Between two looks when there was nothing to do.
const REST: Duration = Duration::from_secs(15);

/// What is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Keep {
    /// `storage.retention_days`: older than this, nothing.
    pub days: u32,
    /// `storage.max_mb` in bytes: larger than this, the file does not become.
    pub bytes: u64,
}

/// What one step may cost.
#[derive(Clone, Copy)]
pub struct Budget<'a> {
    /// Rows read or deleted, at most.
    pub rows: usize,
    /// Time after which nothing more is begun.
    pub time: Duration,
    /// Tells the time.
    pub clock: &'a dyn Fn() -> Instant,
}

impl<'a> Budget<'a> {
    /// What the scribe spends at a time. As many rows as fit into a fraction of 50 ms: the more rows are
    /// deleted at once, the fewer pages are written for each.
    pub const fn of_a_step(clock: &'a dyn Fn() -> Instant) -> Self {
        Self {
            rows: 4_000,
            time: Duration::from_millis(15),
            clock,
        }
    }
}

impl core::fmt::Debug for Budget<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { rows, time, .. } = self;
        write!(f, "Budget({rows} rows, {time})")
    }
}

/// What a step did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Work {
    /// Nothing: all is as it should be.
    Nothing,
    /// Read some rows of a time that is not complete yet.
    Read,
    /// Made rows of a coarser tier.
    Made(usize),
    /// Deleted rows of a tier.
    Deleted(Tier, usize),
    /// Gave pages back to the disk.
    Shrunk,
}

/// The state of it all.
#[derive(Debug)]
pub struct Maintenance {
    keep: Keep,
    rollups: [Rollup; 3],
    turn: usize,
    idle: usize,
    rest_until: Instant,
    /// What both clocks said last.
    seen: Option<(Instant, i64)>,
    /// Until then, nothing is too old.
    doubt_until: Instant,
}

/// Three tiers to make, four to prune, one file to bound.
const JOBS: usize = 8;

impl Maintenance {
    /// Of a database that was just opened.
    pub fn new(keep: Keep) -> Self {
        Self {
            keep,
            rollups: Tier::MADE.map(Rollup::new),
            turn: 0,
            idle: 0,
            rest_until: Instant::ZERO,
            seen: None,
            doubt_until: Instant::ZERO,
        }
    }

    /// Rows were written that are older than usual: the tiers look there again.
    pub fn rewind(&mut self, to: i64) {
        for rollup in &mut self.rollups {
            rollup.rewind(to);
        }
        self.rest_until = Instant::ZERO;
    }

    /// Does one small thing. `wall` is what the clock on the wall says, in seconds.
    ///
    /// # Errors
    /// [`Trouble`]; the step can be repeated with another connection.
    pub fn step(
        &mut self,
        database: &mut Database,
        now: Instant,
        wall: i64,
        budget: Budget<'_>,
    ) -> Result<Work, Trouble> {
        if wall < CLOCK_IS_SET || now < self.rest_until {
            return Ok(Work::Nothing);
        }
        self.watch_the_clock(database, now, wall)?;
        while self.idle < JOBS {
            let work = self.job(database, now, wall, budget)?;
            if work != Work::Nothing {
                self.idle = 0;
                // A time that is not complete is gone on with; otherwise everybody has a turn.
                if work != Work::Read {
                    self.turn = (self.turn + 1) % JOBS;
                }
                return Ok(work);
            }
            self.turn = (self.turn + 1) % JOBS;
            self.idle += 1;
        }
        self.idle = 0;
        self.rest_until = now + REST;
        Ok(Work::Nothing)
    }

    /// The first time, the newest row says what the clock said last.
    fn watch_the_clock(
        &mut self,
        database: &Database,
        now: Instant,
        wall: i64,
    ) -> Result<(), Trouble> {
        let was = if let Some((then, was)) = self.seen {
            Some(was + tier::seconds(now - then))
        } else {
            let extent = database.extent(Tier::Raw, wall);
            extent
                .map_err(|e| database.trouble(e))?
                .map(|(_, last)| last)
        };
        if was.is_some_and(|was| wall - was > LEAP) {
            self.doubt_until = now + DOUBT;
        }
        self.seen = Some((now, wall));
        Ok(())
    }

    fn job(
        &mut self,
        database: &mut Database,
        now: Instant,
        wall: i64,
        budget: Budget<'_>,
    ) -> Result<Work, Trouble> {
        match self.turn {
            made @ 0..3 => {
                let until = match made {
                    0 => wall - rollup::GRACE,
                    // Made of everything finer, so not before it.
                    _ => self.rollups[made - 1].mark().unwrap_or(i64::MIN),
                };
                self.rollups[made].step(database, until, wall, budget)
            }
            3..7 if now < self.doubt_until => Ok(Work::Nothing),
            pruned @ 3..7 => {
                let tier = Tier::ALL[pruned - 3];
                let whole = tier::days(self.keep.days);
                let beyond_all = wall - whole;
                let beyond_own = wall.saturating_sub(tier.kept(whole)).min(self.unread(tier));
                let beyond = beyond_all.max(beyond_own);
                let together = beyond - beyond.rem_euclid(tier.pruned_together());
                prune::older(database, tier, together, budget)
            }
            _ => {
                let unread = Tier::ALL.map(|tier| self.unread(tier));
                prune::larger(database, self.keep.bytes, wall, &unread, budget)
            }
        }
    }

    /// From here on, rows of a tier are still needed to make those of coarser ones.
    fn unread(&self, tier: Tier) -> i64 {
        let coarser = self.rollups.iter().skip(tier.index());
        let marks = coarser.map(|rollup| rollup.mark().unwrap_or(i64::MAX));
        marks.min().unwrap_or(i64::MAX)
    }
}
