//! Makes the rows of one tier, time by time, of the finest rows there are.

use std::collections::HashSet;

use rusqlite::params;

use super::{Budget, Work};
use crate::history::blend::Blender;
use crate::history::database::{Database, insert};
use crate::history::row::{Row, Sample};
use crate::history::tier::Tier;
use crate::history::trouble::Trouble;

/// Rows that wait to be written together, at most; there are some dozen per time, and many only if the
/// line flaps.
const MOST_MADE: usize = 2_000;

/// A minute is blended so many seconds after it ended: all rows of it have been committed by then, by
/// this process and by the other one that writes the same file.
pub(super) const GRACE: i64 = 120;

#[derive(Debug)]
pub(super) struct Rollup {
    tier: Tier,
    /// All that is older is written. Not stored: it is where the tier's newest row ends.
    mark: Option<i64>,
    /// What is made, but not written yet.
    made: Made,
    at: Option<Cursor>,
    blender: Blender,
}

/// Rows of some times in a row.
#[derive(Debug, Default)]
struct Made {
    rows: Vec<Row>,
    /// Where they begin and end.
    span: Option<(i64, i64)>,
}

/// Within one time.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    start: i64,
    source: Tier,
    /// The last row read.
    row: (i64, i64),
}

impl Rollup {
    pub(super) fn new(tier: Tier) -> Self {
        Self {
            tier,
            mark: None,
            made: Made::default(),
            at: None,
            blender: Blender::default(),
        }
    }

    /// Up to where it is done; `None`: nobody has looked yet.
    pub(super) const fn mark(&self) -> Option<i64> {
        self.mark
    }

    pub(super) fn rewind(&mut self, to: i64) {
        if self.mark.is_some_and(|mark| mark > to) {
            self.mark = Some(self.tier.start_of(to));
        }
        self.forget();
    }

    /// What was read is read again, over another connection perhaps.
    fn forget(&mut self) {
        self.made = Made::default();
        self.at = None;
        self.blender = Blender::default();
    }

    /// Goes on with the next time that ended before `until`.
    pub(super) fn step(
        &mut self,
        database: &mut Database,
        until: i64,
        wall: i64,
        budget: Budget<'_>,
    ) -> Result<Work, Trouble> {
        self.advance(database, until, wall, budget).map_err(|e| {
            self.forget();
            database.trouble(e)
        })
    }

    fn advance(
        &mut self,
        database: &mut Database,
        until: i64,
        wall: i64,
        budget: Budget<'_>,
    ) -> rusqlite::Result<Work> {
        let mark = match self.mark {
            Some(mark) if mark <= wall => mark,
            // Nobody has looked yet, or the clock was set back: what is done in a future does not count.
            _ => {
                self.forget();
                *self.mark.insert(self.found(database, wall)?)
            }
        };
        let from = self.made.span.map_or(mark, |(_, end)| end);
        let cursor = match self.at {
            Some(cursor) => cursor,
            None => match self.next(database, from, wall)? {
                Some(cursor) if self.together(cursor.start) <= until => cursor,
                // Nothing came after them.
                _ if self.made.span.is_some() => return self.write(database),
                _ => return Ok(Work::Nothing),
            },
        };
        let (cursor, complete) = self.read(database, cursor, budget)?;
        if !complete {
            self.at = Some(cursor);
            return Ok(Work::Read);
        }
        self.at = None;
        self.made.rows.extend(self.blender.take(cursor.start));
        let end = cursor.start + self.tier.seconds();
        let (begin, _) = self.made.span.unwrap_or((cursor.start, end));
        self.made.span = Some((begin, end));
        if end >= self.together(begin) || self.made.rows.len() > MOST_MADE {
            return self.write(database);
        }
        Ok(Work::Read)
    }

    /// Where those end that are made together with the one that begins there.
    const fn together(&self, start: i64) -> i64 {
        let seconds = self.tier.made_together();
        start - start.rem_euclid(seconds) + seconds
    }

    /// Where the tier's newest row ends. Rows from a future, written before the clock was set, are not
    /// waited for.
    fn found(&self, database: &Database, wall: i64) -> rusqlite::Result<i64> {
        let extent = database.extent(self.tier, wall)?;
        Ok(extent.map_or(i64::MIN, |(_, last)| {
            self.tier.start_of(last) + self.tier.seconds()
        }))
    }

    /// The next time of which there are finer rows.
    fn next(&self, database: &Database, mark: i64, wall: i64) -> rusqlite::Result<Option<Cursor>> {
        let first = "SELECT timestamp FROM metrics
            WHERE granularity = ?1 AND timestamp >= ?2 AND timestamp <= ?3 ORDER BY timestamp LIMIT 1";
        let mut next: Option<i64> = None;
        for finer in Tier::ALL.into_iter().take_while(|finer| *finer < self.tier) {
            let mut statement = database.connection.prepare(first)?;
            let mut rows = statement.query(params![finer.word(), mark, wall])?;
            if let Some(row) = rows.next()? {
                let at = row.get(0)?;
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        }
        let Some(next) = next else { return Ok(None) };
        let start = self.tier.start_of(next);
        let mut source = None;
        for finer in Tier::ALL.into_iter().take_while(|finer| *finer < self.tier) {
            let extent = database.extent(finer, wall)?;
            // The finest that knows the whole time; else the coarsest that knows any of it.
            match extent {
                Some((first, _)) if first < start + finer.seconds() => {
                    source = Some(finer);
                    break;
                }
                Some((first, _)) if first < start + self.tier.seconds() => source = Some(finer),
                _ => {}
            }
        }
        Ok(source.map(|source| Cursor {
            start,
            source,
            row: (start, i64::MIN),
        }))
    }

    /// Reads on; the second says whether there was no more.
    fn read(
        &mut self,
        database: &Database,
        mut cursor: Cursor,
        budget: Budget<'_>,
    ) -> rusqlite::Result<(Cursor, bool)> {
        let sql = "SELECT timestamp, id, wan_name, metric_name, value, labels FROM metrics
            WHERE granularity = ?1 AND timestamp >= ?2 AND timestamp < ?4
              AND (timestamp > ?2 OR id > ?3)
            ORDER BY timestamp, id LIMIT ?5";
        let give_up_at = (budget.clock)() + budget.time;
        let mut statement = database.connection.prepare(sql)?;
        let end = cursor.start + self.tier.seconds();
        let limit = i64::try_from(budget.rows).unwrap_or(i64::MAX);
        let (at, id) = cursor.row;
        let mut rows = statement.query(params![cursor.source.word(), at, id, end, limit])?;
        let mut read = 0;
        while let Some(row) = rows.next()? {
            let labels = row.get_ref(5)?.as_str_or_null()?;
            let sample = Sample {
                at: row.get(0)?,
                wan: row.get_ref(2)?.as_str()?,
                metric: row.get_ref(3)?.as_str()?,
                value: row.get(4)?,
                labels,
                tier: cursor.source,
            };
            self.blender.add(&sample);
            cursor.row = (sample.at, row.get(1)?);
            read += 1;
            if read % 64 == 0 && (budget.clock)() >= give_up_at {
                return Ok((cursor, false));
            }
        }
        Ok((cursor, read < budget.rows))
    }

    /// Writes what is not there yet: another process may have been faster, or the clock was set back.
    fn write(&mut self, database: &mut Database) -> rusqlite::Result<Work> {
        let Made { rows, span } = core::mem::take(&mut self.made);
        let Some((begin, end)) = span else {
            return Ok(Work::Nothing);
        };
        let tier = self.tier;
        let known = "SELECT timestamp, wan_name, metric_name, labels FROM metrics
            WHERE granularity = ?1 AND timestamp >= ?2 AND timestamp < ?3";
        let count = database.change(|db| {
            let mut statement = db.prepare(known)?;
            let known: HashSet<(i64, String, String, Option<String>)> = statement
                .query_map(params![tier.word(), begin, end], |row| {
                    Ok((
                        tier.start_of(row.get(0)?),
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                    ))
                })?
                .collect::<Result<_, _>>()?;
            let is_new = |row: &&Row| {
                let labels = row.labels.as_deref().map(str::to_owned);
                let (wan, metric) = (row.wan.to_string(), row.metric.to_string());
                !known.contains(&(tier.start_of(row.at), wan, metric, labels))
            };
            insert(db, tier, rows.iter().filter(is_new))
        })?;
        self.mark = Some(end);
        Ok(Work::Made(count))
    }
}
