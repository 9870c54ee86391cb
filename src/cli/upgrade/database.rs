//! The history: how much there is of it. It is only read.

use std::fs;
use std::path::Path;

use crate::history::database::Database;

/// A database's part of the table.
pub(super) fn told(path: &Path) -> String {
    let looked = Database::look(path).and_then(|database| {
        let rows = database.rows()?;
        Ok((rows, database.bounds()?))
    });
    match looked {
        Ok((rows, bounds)) => {
            let size = fs::metadata(path).map_or(0, |file| file.len());
            let days = bounds.map_or(0, |(first, last)| (last - first) / 86_400);
            let span = match days {
                0 => "of less than a day".to_owned(),
                1 => "of a day".to_owned(),
                n => format!("of {n} days"),
            };
            format!(
                "{rows} rows {span}, {}; goes on in the same tables",
                megabytes(size)
            )
        }
        Err(trouble) => format!("cannot be used: {trouble}"),
    }
}

fn megabytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / 1_000_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
