//! What a database is about. Every question here is answered by an index in a few reads, however long the history.

use rusqlite::params;

use super::database::Database;
use super::trouble::Trouble;

/// WANs that one database is about, at most; a process has eight.
const MOST_WANS: usize = 64;
/// Rows that are looked through for one label.
const MOST_ROWS: u32 = 64;

impl Database {
    /// The names of its WANs, in alphabetical order; the first 64.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn wans(&self) -> Result<Vec<String>, Trouble> {
        let mut names: Vec<String> = Vec::new();
        if !self.has_table()? {
            return Ok(names);
        }
        // `SELECT DISTINCT` would walk the whole index.
        let sql = "SELECT min(wan_name) FROM metrics WHERE wan_name > ?1";
        while names.len() < MOST_WANS {
            let after = names.last().map_or("", String::as_str);
            let next = self
                .connection
                .query_row(sql, params![after], |row| row.get::<_, Option<String>>(0));
            match next.map_err(|e| self.trouble(e))? {
                Some(name) => names.push(name),
                None => break,
            }
        }
        Ok(names)
    }

    /// How many rows it has. This walks an index: seconds for v1.7's gigabytes.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn rows(&self) -> Result<u64, Trouble> {
        if !self.has_table()? {
            return Ok(0);
        }
        let counted = self
            .connection
            .query_row("SELECT count(*) FROM metrics", [], |row| {
                row.get::<_, i64>(0)
            });
        counted.map(i64::unsigned_abs).map_err(|e| self.trouble(e))
    }

    /// The first and the last second of which it knows, in whatever tier.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn bounds(&self) -> Result<Option<(i64, i64)>, Trouble> {
        if !self.has_table()? {
            return Ok(None);
        }
        let end = |which: &str| {
            let sql = format!("SELECT {which}(timestamp) FROM metrics");
            let found = self
                .connection
                .query_row(&sql, [], |row| row.get::<_, Option<i64>>(0));
            found.map_err(|e| self.trouble(e))
        };
        Ok(end("min")?.zip(end("max")?))
    }

    /// What `find` makes of the labels of a WAN's newest row of a metric of which it makes anything; it is shown
    /// 64 rows at most.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn newest_labels<T>(
        &self,
        wan: &str,
        metric: &str,
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Trouble> {
        if !self.has_table()? {
            return Ok(None);
        }
        let sql = "SELECT labels FROM metrics WHERE wan_name = ?1 AND metric_name = ?2
                   ORDER BY timestamp DESC LIMIT ?3";
        let search = || {
            let mut statement = self.connection.prepare(sql)?;
            let mut rows = statement.query(params![wan, metric, MOST_ROWS])?;
            while let Some(row) = rows.next()? {
                let labels: Option<String> = row.get(0)?;
                let found = labels.as_deref().and_then(&find);
                if found.is_some() {
                    return Ok(found);
                }
            }
            Ok(None)
        };
        search().map_err(|e| self.trouble(e))
    }
}
