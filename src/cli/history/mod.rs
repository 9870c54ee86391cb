//! `wanctl history`: what happened, as a table, statistics, CSV or JSON (contract 2.4).

mod lines;
mod plot;
mod summary;
mod table;

use std::io::{self, BufWriter, Write, stdout};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

use self::plot::Plot;
use self::summary::Summary;
use self::table::Table;
use super::args::{HistoryArgs, HistoryForm};
use super::{complain, print, printed};
use crate::history::database::Database;
use crate::history::query::Query;
use crate::history::row::Sample;
use crate::history::trouble::{Kind, Trouble};
use crate::shell::clock::Clock;

/// v1.7's words.
const NOTHING: &str = "No data found for the specified time range.\n";
/// Without `--last` and `--from`.
const LAST_HOUR: i64 = 3_600;

/// Prints what is asked for.
pub(super) fn run(args: &HistoryArgs) -> Result<ExitCode, String> {
    if args.compact {
        return compact(&args.db);
    }
    let database = match Database::read(&args.db) {
        Ok(database) => database,
        Err(trouble) if trouble.kind == Kind::Missing && !args.db.exists() => {
            let path = args.db.display();
            complain(&format!(
                "Database not found: {path}. Run wanctl to generate data."
            ));
            return Ok(ExitCode::FAILURE);
        }
        Err(trouble) => return Err(trouble.to_string()),
    };
    let now = Clock::start().wall().unix();
    // Two passes see the same rows.
    let database = database.frozen().map_err(|trouble| trouble.to_string())?;
    show(&database, &query(args, now), args)
}

/// Makes a file small, and says how small.
fn compact(path: &Path) -> Result<ExitCode, String> {
    if !path.exists() {
        return Err(format!("{}: there is no such database", path.display()));
    }
    let compacted = || {
        let mut database = Database::open(path)?;
        let before = database.size()?.file;
        database.compact()?;
        Ok((before, database.size()?.file))
    };
    let (before, after) = compacted().map_err(|trouble: Trouble| trouble.to_string())?;
    let mb = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    print(&format!(
        "{}: {:.1} MB, now {:.1} MB\n",
        path.display(),
        mb(before),
        mb(after)
    ))
}

/// Contract 2.4: `--last`, unless it is 0; else `--from`; else the last hour. `--to` alone is ignored.
fn query(args: &HistoryArgs, now: i64) -> Query {
    let (from, to) = match (args.last.unwrap_or(0), args.from) {
        (0, Some(from)) => (from, args.to.unwrap_or(now)),
        (0, None) => (now - LAST_HOUR, now),
        (last, _) => (now.saturating_sub(last), now),
    };
    Query {
        from,
        to,
        metrics: args.metrics.clone(),
        wan: args.wan.clone(),
        ..Query::default()
    }
}

fn show(database: &Database, query: &Query, args: &HistoryArgs) -> Result<ExitCode, String> {
    let mut out = BufWriter::new(stdout().lock());
    match args.form {
        HistoryForm::Json => {
            let mut begun = false;
            let written = each(database, query, |sample| {
                let first = !core::mem::replace(&mut begun, true);
                lines::json(&mut out, first, sample)
            })?;
            let end = if begun { "\n]\n" } else { "[]\n" };
            if !begun {
                complain(NOTHING.trim_end());
            }
            finish(written, &mut out, end)
        }
        HistoryForm::Csv => {
            let mut begun = false;
            if let Err(e) = out.write_all(lines::CSV_HEAD.as_bytes()) {
                return printed(Err(e));
            }
            let written = each(database, query, |sample| {
                begun = true;
                lines::csv(&mut out, sample)
            })?;
            if !begun {
                complain(NOTHING.trim_end());
            }
            finish(written, &mut out, "")
        }
        HistoryForm::Summary => {
            let mut summary = Summary::default();
            each(database, query, |sample| {
                summary.add(sample);
                Ok(())
            })?
            .map_err(|e| e.to_string())?;
            let text = summary.to_string();
            drop(out);
            print(if text.is_empty() { NOTHING } else { &text })
        }
        HistoryForm::Plot => {
            let mut plot = Plot::new(query);
            each(database, query, |sample| {
                plot.add(sample);
                Ok(())
            })?
            .map_err(|e| e.to_string())?;
            let text = plot.to_string();
            drop(out);
            print(if text.is_empty() { NOTHING } else { &text })
        }
        HistoryForm::Table => {
            let mut table = Table::new(args.verbose);
            let measured = each(database, query, |sample| {
                table.measure(sample);
                Ok(())
            })?;
            if table.is_empty() {
                return finish(measured, &mut out, NOTHING);
            }
            if let Err(e) = table.head(&mut out) {
                return printed(Err(e));
            }
            let written = each(database, query, |sample| table.row(&mut out, sample))?;
            finish(written, &mut out, "")
        }
    }
}

/// Hands out every row until one cannot be written.
fn each(
    database: &Database,
    query: &Query,
    mut write: impl FnMut(&Sample<'_>) -> io::Result<()>,
) -> Result<io::Result<()>, String> {
    let mut written = Ok(());
    let asked = query.run(database, &mut |sample| {
        written = write(sample);
        if written.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    asked
        .map(|()| written)
        .map_err(|trouble| trouble.to_string())
}

fn finish(written: io::Result<()>, out: &mut impl Write, end: &str) -> Result<ExitCode, String> {
    printed(written.and_then(|()| {
        out.write_all(end.as_bytes())?;
        out.flush()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_found_as_v1_7_found_it() {
        let args = |last, from, to| HistoryArgs {
            last,
            from,
            to,
            ..HistoryArgs::default()
        };
        for (args, range) in [
            (args(None, None, None), (6_400, 10_000)),
            (args(Some(60), Some(5), Some(7)), (9_940, 10_000)),
            (args(Some(0), None, None), (6_400, 10_000)),
            (args(Some(0), Some(5), None), (5, 10_000)),
            (args(None, Some(5), Some(7)), (5, 7)),
            (args(None, None, Some(7)), (6_400, 10_000)),
        ] {
            let query = query(&args, 10_000);
            assert_eq!((query.from, query.to), range, "{args:?}");
        }
    }
}
