//! A range in, rows out: newest first, one at a time.
//!
//! The length of the range chooses the tier (contract 7.4). v1.7 then asked that tier alone, and where
//! it had no rows, there were none (W-37). Here every other tier fills in, where the chosen one ends: a
//! finer one blended on the fly, so that the answer still speaks one granularity; a coarser one as it is,
//! because nobody knows more.

mod plan;

use core::ops::ControlFlow;

use rusqlite::types::Value;

pub use self::plan::Span;
use self::plan::{Stretch, cover};
use super::blend::Coarser;
use super::database::Database;
use super::metric;
use super::row::{Row, Sample};
use super::tier::Tier;
use super::trouble::Trouble;

/// What is asked.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Query {
    /// The first second.
    pub from: i64,
    /// The last second.
    pub to: i64,
    /// Exact names; all without any.
    pub metrics: Vec<String>,
    /// An exact name; all without.
    pub wan: Option<String>,
    /// Rows that are left out, newest first.
    pub offset: u64,
    /// Rows at most.
    pub limit: Option<u64>,
    /// The tier that should answer; without it, the length of the range chooses (contract 7.4).
    pub tier: Option<Tier>,
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Count {
    /// So many.
    Exact(u64),
    /// So many, or more.
    AtLeast(u64),
}

impl Default for Count {
    fn default() -> Self {
        Self::Exact(0)
    }
}

impl Query {
    /// The tier that should answer.
    pub const fn tier(&self) -> Tier {
        match self.tier {
            Some(tier) => tier,
            None => Tier::for_range(self.to.saturating_sub(self.from)),
        }
    }

    /// Who answers for what, newest first.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn plan(&self, database: &Database) -> Result<Vec<Span>, Trouble> {
        let mut spans = Vec::new();
        if self.from > self.to || !database.has_table()? {
            return Ok(spans);
        }
        let tier = self.tier();
        let finer = Tier::ALL.into_iter().rev().filter(|other| *other <= tier);
        let coarser = Tier::ALL.into_iter().filter(|other| *other > tier);
        let mut known = Vec::new();
        for other in finer.chain(coarser) {
            let extent = database.extent(other, self.to);
            if let Some((first, last)) = extent.map_err(|e| database.trouble(e))? {
                // Events keep their own second, so that the last row may lie within its time.
                let last = other.start_of(last) + other.seconds() - 1;
                known.push((other, other.start_of(first), last));
            }
        }
        let whole = Stretch {
            from: self.from,
            to: self.to,
            is_cut: false,
        };
        cover(&known, tier, whole, &mut spans);
        Ok(spans)
    }

    /// Hands out the rows until `each` breaks off, or there are no more.
    ///
    /// # Errors
    /// [`Trouble`]; what was handed out before it is right.
    pub fn run(
        &self,
        database: &Database,
        each: &mut dyn FnMut(&Sample<'_>) -> ControlFlow<()>,
    ) -> Result<(), Trouble> {
        let (mut skip, mut left) = (self.offset, self.limit.unwrap_or(u64::MAX));
        let mut counted = |sample: &Sample<'_>| {
            if skip > 0 {
                skip -= 1;
                return ControlFlow::Continue(());
            }
            if left == 0 {
                return ControlFlow::Break(());
            }
            left -= 1;
            each(sample)?;
            if left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let (spans, mut blend) = (self.plan(database)?, None);
        for span in spans {
            let answered = self.answer(database, span, &mut blend, &mut counted);
            if answered.map_err(|e| database.trouble(e))?.is_break() {
                return Ok(());
            }
        }
        // Nothing comes after it.
        let _ = self.hand_out(&mut blend, &mut counted);
        Ok(())
    }

    /// How many rows there would be without `offset` and `limit`.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn count(&self, database: &Database) -> Result<u64, Trouble> {
        let (mut counted, mut blended) = (0, 0);
        let all = Self {
            offset: 0,
            limit: None,
            ..self.clone()
        };
        let (spans, mut blend) = (self.plan(database)?, None);
        let mut one_more = |_: &Sample<'_>| {
            blended += 1;
            ControlFlow::Continue(())
        };
        for span in spans {
            let looked = if span.source == span.shown {
                let count = all.count_as_they_are(database, span);
                count.map(|count| counted += count)
            } else {
                let answered = all.answer(database, span, &mut blend, &mut one_more);
                answered.map(|_| ())
            };
            looked.map_err(|e| database.trouble(e))?;
        }
        // It never breaks off.
        let _ = all.hand_out(&mut blend, &mut one_more);
        Ok(counted + blended)
    }

    fn count_as_they_are(&self, database: &Database, span: Span) -> rusqlite::Result<u64> {
        let (sql, values) = self.sql("count(*)", span, "", None);
        let mut statement = database.connection.prepare(&sql)?;
        let count = statement.query_row(rusqlite::params_from_iter(values), |row| {
            row.get::<_, i64>(0)
        })?;
        Ok(count.unsigned_abs())
    }

    /// Hands out what a span knows, but for the last of a time that an older span may know more of: that is left
    /// in `blend`.
    fn answer(
        &self,
        database: &Database,
        span: Span,
        blend: &mut Option<Coarser>,
        each: &mut dyn FnMut(&Sample<'_>) -> ControlFlow<()>,
    ) -> rusqlite::Result<ControlFlow<()>> {
        // Only where rows go out as they are does SQL know how many are wanted.
        let as_it_is = span.source == span.shown;
        let goes_on = blend
            .as_ref()
            .is_some_and(|blend| !as_it_is && blend.tier() == span.shown);
        if !goes_on && self.hand_out(blend, each).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let limit = self
            .limit
            .filter(|_| as_it_is)
            .map(|n| n.saturating_add(self.offset));
        let columns = "timestamp, wan_name, metric_name, value, labels";
        let order = " ORDER BY timestamp DESC, id DESC";
        let (sql, values) = self.sql(columns, span, order, limit);
        let mut statement = database.connection.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let sample = sample(row, span.source)?;
            let flow = if as_it_is {
                each(&sample)
            } else {
                let blend = blend.get_or_insert_with(|| Coarser::new(span.shown));
                self.those_asked_for(&blend.add(&sample), span.shown, each)
            };
            if flow.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Hands out what was blended last.
    fn hand_out(
        &self,
        blend: &mut Option<Coarser>,
        each: &mut dyn FnMut(&Sample<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match blend.take() {
            Some(mut blend) => self.those_asked_for(&blend.finish(), blend.tier(), each),
            None => ControlFlow::Continue(()),
        }
    }

    fn those_asked_for(
        &self,
        rows: &[Row],
        shown: Tier,
        each: &mut dyn FnMut(&Sample<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut asked = rows.iter().filter(|row| self.asks_for(&row.metric));
        asked.try_for_each(|row| each(&row.sample(shown)))
    }

    /// A mean brings the extreme it hides, which nobody may have asked for.
    fn asks_for(&self, metric: &str) -> bool {
        self.metrics.is_empty() || self.metrics.iter().any(|name| name == metric)
    }

    /// Names of the rows that the answer is made of: an extreme also of its means, which are extremes of the time
    /// they are blended to.
    fn read_for(&self, span: Span) -> Vec<String> {
        let mut names = self.metrics.clone();
        if span.source != span.shown {
            let means = self.metrics.iter().filter_map(|name| metric::mean_of(name));
            names.extend(means.map(str::to_owned));
        }
        names
    }

    fn sql(
        &self,
        columns: &str,
        span: Span,
        order: &str,
        limit: Option<u64>,
    ) -> (String, Vec<Value>) {
        let whole = |n: u64| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
        let mut values = vec![
            Value::Text(span.source.word().to_owned()),
            Value::Integer(span.from),
            Value::Integer(span.to),
        ];
        let mut sql = format!(
            "SELECT {columns} FROM metrics
            WHERE granularity = ?1 AND timestamp >= ?2 AND timestamp <= ?3"
        );
        // The plus keeps SQLite from another index, by which it would have to sort before the first row.
        if let Some(wan) = &self.wan {
            sql.push_str(" AND +wan_name = ?");
            values.push(Value::Text(wan.clone()));
        }
        if !self.metrics.is_empty() {
            let names = self.read_for(span);
            let marks = vec!["?"; names.len()].join(", ");
            sql.push_str(" AND +metric_name IN (");
            sql.push_str(&marks);
            sql.push(')');
            values.extend(names.into_iter().map(Value::Text));
        }
        sql.push_str(order);
        if let Some(limit) = limit {
            sql.push_str(" LIMIT ?");
            values.push(whole(limit));
        }
        (sql, values)
    }
}

fn sample<'r>(row: &'r rusqlite::Row<'_>, tier: Tier) -> rusqlite::Result<Sample<'r>> {
    let text = |n| row.get_ref(n).and_then(|text| Ok(text.as_str()?));
    Ok(Sample {
        at: row.get(0)?,
        wan: text(1)?,
        metric: text(2)?,
        value: row.get(3)?,
        labels: row.get_ref(4)?.as_str_or_null()?,
        tier,
    })
}
