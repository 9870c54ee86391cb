//! A range of the history as so many points.

mod asked;
mod grid;
mod happening;
#[cfg(test)]
mod tests;

use core::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

pub(super) use self::asked::Asked;
use self::grid::{Grid, Wan};
use super::sources::Sources;
use super::words::Span;
use crate::history::database::Database;
use crate::history::query::Query;
use crate::history::tier::Tier;
use crate::history::trouble::Trouble;
use crate::shell::clock::Clock;
use crate::time::Duration;

/// How long the database may be asked for one chart. It needs a tenth of that for a week of two WANs; a database
/// of v1.7's that has seconds only would take minutes.
const PATIENCE: Duration = Duration::from_secs(3);

/// Rows of one metric and WAN for one chart: a little more than three hours of seconds, or a week of minutes.
const ROWS: i64 = 11_000;

/// What `/api/series` says.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    from: i64,
    to: i64,
    step: i64,
    tier: &'static str,
    /// Why it does not reach back to `from`.
    cut: Option<String>,
    wans: Vec<Wan>,
}

/// The finest tier that does not have more rows than a chart is worth.
fn tier(seconds: i64) -> Tier {
    let few = |tier: &Tier| seconds / tier.seconds() <= ROWS;
    Tier::ALL.into_iter().find(few).unwrap_or(Tier::Hour)
}

/// Asks the database.
///
/// # Errors
/// [`Trouble`].
pub(super) fn answer(
    path: &Path,
    asked: &Asked,
    sources: &Sources,
    clock: Clock,
) -> Result<Document, Trouble> {
    let (end, late) = (clock.now() + PATIENCE, Arc::new(AtomicBool::new(false)));
    let gives_up = {
        let late = Arc::clone(&late);
        move || late.fetch_or(clock.now() > end, Ordering::Relaxed)
    };
    let database = Database::read(path)?.until(gives_up)?;
    let tier = tier(asked.to - asked.from);
    let mut grid = Grid::new(asked, tier);
    let query = Query {
        from: grid.from(),
        to: asked.to,
        wan: asked.wan.clone(),
        tier: Some(tier),
        ..Query::default()
    };
    let asked_all = query.run(&database, &mut |sample| {
        grid.add(sample);
        ControlFlow::Continue(())
    });
    let cut = match asked_all {
        Ok(()) => None,
        // What was handed out before is right.
        Err(_) if late.load(Ordering::Relaxed) => Some(format!(
            "reading further back takes longer than {}: choose a shorter span",
            Span(PATIENCE.as_secs_f64())
        )),
        Err(trouble) => return Err(trouble),
    };
    grid.add_recent(&sources.recent(), asked);
    Ok(Document {
        from: grid.from(),
        to: asked.to,
        step: grid.step(),
        tier: tier.word(),
        cut,
        wans: grid.finish(),
    })
}
