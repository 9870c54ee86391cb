//! A range of the history as so many points.

mod asked;
mod grid;
mod happening;
#[cfg(test)]
mod tests;

use core::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde::Serialize;

pub(super) use self::asked::Asked;
use self::grid::{Grid, Wan};
use crate::history::database::Database;
use crate::history::query::Query;
use crate::history::tier::Tier;
use crate::history::trouble::Trouble;

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
pub(super) fn answer(path: &Path, asked: &Asked) -> Result<Document, Trouble> {
    let database = Database::read(path)?;
    let tier = tier(asked.to - asked.from);
    let mut grid = Grid::new(asked, tier);
    let query = Query {
        from: grid.from(),
        to: asked.to,
        wan: asked.wan.clone(),
        tier: Some(tier),
        ..Query::default()
    };
    let late = in_time(&database, || {
        query.run(&database, &mut |sample| {
            grid.add(sample);
            ControlFlow::Continue(())
        })
    })?;
    let cut = late.then(|| {
        let seconds = PATIENCE.as_secs();
        format!("reading further back would take longer than {seconds} s: choose a shorter range")
    });
    Ok(Document {
        from: grid.from(),
        to: asked.to,
        step: grid.step(),
        tier: tier.word(),
        cut,
        wans: grid.finish(),
    })
}

/// Whether it was broken off because it took too long; what it had handed out is right.
fn in_time(
    database: &Database,
    question: impl FnOnce() -> Result<(), Trouble>,
) -> Result<bool, Trouble> {
    let (interrupter, late) = (database.interrupter(), AtomicBool::new(false));
    let answered = thread::scope(|scope| {
        let (done, waiting) = mpsc::channel::<()>();
        scope.spawn(|| {
            let waiting = waiting;
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                late.store(true, Ordering::Relaxed);
                interrupter.interrupt();
            }
        });
        let answered = question();
        drop(done);
        answered
    });
    let late = late.load(Ordering::Relaxed);
    match answered {
        Err(trouble) if !late => Err(trouble),
        answered => Ok(late && answered.is_err()),
    }
}
