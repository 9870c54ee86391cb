//! Forgets what is old, and what there is no room for.

use rusqlite::params;

use super::{Budget, Work};
use crate::history::database::Database;
use crate::history::tier::Tier;
use crate::history::trouble::Trouble;

/// Rows that one statement deletes; between two, the clock is looked at.
const AT_ONCE: u32 = 25;
/// Pages that one step gives back: 256 kB.
const PAGES: u32 = 64;

/// Deletes rows of a tier that are older than that, the oldest first.
pub(super) fn older(
    database: &mut Database,
    tier: Tier,
    before: i64,
    budget: Budget<'_>,
) -> Result<Work, Trouble> {
    let sql = "DELETE FROM metrics WHERE id IN (
        SELECT id FROM metrics WHERE granularity = ?1 AND timestamp < ?2 ORDER BY timestamp LIMIT ?3)";
    let give_up_at = (budget.clock)() + budget.time;
    // Without this, nothing to do would still take the lock that a writer needs.
    let extent = database.extent(tier, before.saturating_sub(1));
    if extent.map_err(|e| database.trouble(e))?.is_none() {
        return Ok(Work::Nothing);
    }
    let deleted = database.change(|db| {
        let mut statement = db.prepare(sql)?;
        let mut deleted = 0;
        while deleted < budget.rows {
            let count = statement.execute(params![tier.word(), before, AT_ONCE])?;
            deleted += count;
            if count == 0 || (budget.clock)() >= give_up_at {
                break;
            }
        }
        Ok(deleted)
    });
    let deleted = deleted.map_err(|e| database.trouble(e))?;
    Ok(match deleted {
        0 => Work::Nothing,
        n => Work::Deleted(tier, n),
    })
}

/// Keeps the file within `bytes`: gives free pages back, and if there are none, makes some. The finest rows
/// go first, but of every tier the newest are spared as long as another has more to give; `unread` says
/// from where on rows are needed to make coarser ones.
pub(super) fn larger(
    database: &mut Database,
    bytes: u64,
    wall: i64,
    unread: &[i64; 4],
    budget: Budget<'_>,
) -> Result<Work, Trouble> {
    let size = database.size()?;
    // One batch of rows and the tiers made of it fit into the rest.
    let full = bytes - bytes / 20;
    if size.file > full && size.shrinks && size.used < size.file {
        return give_back(database).map_err(|e| database.trouble(e));
    }
    if size.used <= full {
        return Ok(Work::Nothing);
    }
    let gentle = Tier::ALL.map(|tier| (tier, (wall - tier.spared()).min(unread[tier.index()])));
    let at_any_price = Tier::ALL.map(|tier| (tier, wall));
    for (tier, before) in gentle.into_iter().chain(at_any_price) {
        let work = older(database, tier, before, budget)?;
        if work != Work::Nothing {
            return Ok(work);
        }
    }
    Ok(Work::Nothing)
}

/// Free pages go back to the disk. SQLite frees one with every row that the pragma returns.
fn give_back(database: &mut Database) -> rusqlite::Result<Work> {
    database.change(|db| {
        let mut statement = db.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
        let mut freed = statement.query([])?;
        while freed.next()?.is_some() {}
        Ok(Work::Shrunk)
    })
}
