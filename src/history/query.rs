//! A range in, rows out: newest first, one at a time.
//!
//! The length of the range chooses the tier (contract 7.4). v1.7 then asked that tier alone, and where
//! it had no rows, there were none (W-37). Here every other tier fills in, where the chosen one ends: a
//! finer one blended on the fly, so that the answer still speaks one granularity; a coarser one as it is,
//! because nobody knows more.

use core::ops::ControlFlow;

use rusqlite::types::Value;

use super::blend::Coarser;
use super::database::Database;
use super::row::Sample;
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

/// A stretch of time, and who answers for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Span {
    /// The first second.
    pub from: i64,
    /// The last second.
    pub to: i64,
    /// Whose rows are read.
    pub source: Tier,
    /// What they are handed out as: `source`, or coarser.
    pub shown: Tier,
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
        for span in self.plan(database)? {
            let answered = self.answer(database, span, &mut counted);
            if answered.map_err(|e| database.trouble(e))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// How many rows there would be without `offset` and `limit`.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn count(&self, database: &Database) -> Result<u64, Trouble> {
        let mut count = 0;
        let all = Self {
            offset: 0,
            limit: None,
            ..self.clone()
        };
        for span in self.plan(database)? {
            let counted = if span.source == span.shown {
                all.count_as_they_are(database, span)
            } else {
                let mut blended = 0;
                let answered = all.answer(database, span, &mut |_| {
                    blended += 1;
                    ControlFlow::Continue(())
                });
                answered.map(|_| blended)
            };
            count += counted.map_err(|e| database.trouble(e))?;
        }
        Ok(count)
    }

    fn count_as_they_are(&self, database: &Database, span: Span) -> rusqlite::Result<u64> {
        let (sql, values) = self.sql("count(*)", span, "", None);
        let mut statement = database.connection.prepare(&sql)?;
        let count = statement.query_row(rusqlite::params_from_iter(values), |row| {
            row.get::<_, i64>(0)
        })?;
        Ok(count.unsigned_abs())
    }

    fn answer(
        &self,
        database: &Database,
        span: Span,
        each: &mut dyn FnMut(&Sample<'_>) -> ControlFlow<()>,
    ) -> rusqlite::Result<ControlFlow<()>> {
        // Only where rows go out as they are does SQL know how many are wanted.
        let as_it_is = span.source == span.shown;
        let limit = self
            .limit
            .filter(|_| as_it_is)
            .map(|n| n.saturating_add(self.offset));
        let columns = "timestamp, wan_name, metric_name, value, labels";
        let order = " ORDER BY timestamp DESC, id DESC";
        let (sql, values) = self.sql(columns, span, order, limit);
        let mut statement = database.connection.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        let mut coarser = Coarser::new(span.shown);
        let mut blended = |rows: Vec<super::row::Row>| {
            let mut asked = rows.iter().filter(|row| self.asks_for(&row.metric));
            asked.try_for_each(|row| each(&row.sample(span.shown)))
        };
        if as_it_is {
            while let Some(row) = rows.next()? {
                if each(&sample(row, span.source)?).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            return Ok(ControlFlow::Continue(()));
        }
        while let Some(row) = rows.next()? {
            if blended(coarser.add(&sample(row, span.source)?)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(blended(coarser.finish()))
    }

    /// A mean brings the extreme it hides, which nobody may have asked for.
    fn asks_for(&self, metric: &str) -> bool {
        self.metrics.is_empty() || self.metrics.iter().any(|name| name == metric)
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
            let marks = vec!["?"; self.metrics.len()].join(", ");
            sql.push_str(" AND +metric_name IN (");
            sql.push_str(&marks);
            sql.push(')');
            values.extend(self.metrics.iter().cloned().map(Value::Text));
        }
        sql.push_str(order);
        if let Some(limit) = limit {
            sql.push_str(" LIMIT ?");
            values.push(whole(limit));
        }
        (sql, values)
    }
}

/// A stretch that somebody has to answer for.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: i64,
    to: i64,
    /// It ends where a finer tier begins, which knows the rest of the row that stands for that moment.
    is_cut: bool,
}

/// The first tier that knows of the stretch answers for what it knows; the others for what is left on
/// either side. Newest first.
fn cover(known: &[(Tier, i64, i64)], wanted: Tier, stretch: Stretch, spans: &mut Vec<Span>) {
    let Some((&(source, first, last), others)) = known.split_first() else {
        return;
    };
    let Stretch { from, to, is_cut } = stretch;
    let coarse = source > wanted;
    let end = if is_cut && coarse {
        source.start_of(to + 1) - 1
    } else {
        to
    };
    let (low, high) = (from.max(first), end.min(last));
    if from > to {
        return;
    }
    if low > high {
        return cover(others, wanted, stretch, spans);
    }
    let newer = Stretch {
        from: high + 1,
        ..stretch
    };
    cover(others, wanted, newer, spans);
    let shown = source.max(wanted);
    let begins = if coarse {
        // The row that stands for the first second may have begun before it.
        source.start_of(low)
    } else {
        low
    };
    spans.push(Span {
        from: begins,
        to: high,
        source,
        shown,
    });
    let older = Stretch {
        from,
        to: low - 1,
        is_cut: true,
    };
    cover(others, wanted, older, spans);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(
        known: &[(Tier, i64, i64)],
        wanted: Tier,
        range: (i64, i64),
    ) -> Vec<(i64, i64, Tier, Tier)> {
        let mut spans = Vec::new();
        let stretch = Stretch {
            from: range.0,
            to: range.1,
            is_cut: false,
        };
        cover(known, wanted, stretch, &mut spans);
        let spans = spans.into_iter();
        spans.map(|s| (s.from, s.to, s.source, s.shown)).collect()
    }

    #[test]
    fn where_the_chosen_tier_ends_a_finer_one_goes_on() {
        let known = [
            (Tier::FiveMinutes, 3_000, 8_999),
            (Tier::Minute, 6_000, 9_599),
            (Tier::Raw, 9_000, 9_700),
        ];
        assert_eq!(
            covered(&known, Tier::FiveMinutes, (2_000, 9_700)),
            [
                (9_600, 9_700, Tier::Raw, Tier::FiveMinutes),
                (9_000, 9_599, Tier::Minute, Tier::FiveMinutes),
                (3_000, 8_999, Tier::FiveMinutes, Tier::FiveMinutes),
            ]
        );
    }

    #[test]
    fn where_nothing_finer_is_left_the_coarser_one_answers_with_the_row_that_stands_for_it() {
        let known = [(Tier::Raw, 9_000, 9_700), (Tier::Hour, 0, 7_199)];
        assert_eq!(
            covered(&known, Tier::Raw, (7_100, 7_160)),
            [(3_600, 7_160, Tier::Hour, Tier::Hour)]
        );
        assert_eq!(covered(&known, Tier::Raw, (8_000, 8_500)), []);
    }

    #[test]
    fn no_row_stands_for_time_that_a_finer_one_answers_for() {
        let known = [(Tier::Raw, 9_037, 9_700), (Tier::Minute, 8_400, 9_659)];
        assert_eq!(
            covered(&known, Tier::Raw, (8_930, 9_700)),
            [
                (9_037, 9_700, Tier::Raw, Tier::Raw),
                (8_880, 8_999, Tier::Minute, Tier::Minute),
            ]
        );
        // That minute is all there is to say of itself.
        assert_eq!(
            covered(&known, Tier::Raw, (9_010, 9_030)),
            [(9_000, 9_030, Tier::Minute, Tier::Minute)]
        );
    }
}
