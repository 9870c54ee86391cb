//! Puts the limits back. Whoever has changed them calls this, whatever has happened since.

use std::path::Path;

use super::journal::{self, Journal};
use super::router::Router;
use crate::direction::Direction;
use crate::shell::clock::{Clock, pause};
use crate::time::Duration;

/// How long to try. A router that is away for longer gets its limits back from the next run.
const PATIENCE: Duration = Duration::from_secs(10);
const TRY_EVERY: Duration = Duration::from_millis(500);

/// Sets what differs from the journal, reads it back, and only then removes the journal.
///
/// # Errors
/// A sentence that says what the limits should be, and how they get there.
pub(super) fn restore(
    router: &mut Router,
    journal: &Journal,
    path: &Path,
    clock: Clock,
) -> Result<(), String> {
    let until = clock.now() + PATIENCE;
    loop {
        match attempt(router, journal) {
            Ok(()) => return journal::remove(path),
            Err(why) if clock.now() >= until => {
                return Err(format!(
                    "the limits are NOT back: {why}.\n{}\nThey are in {}; `wanctl calibrate --restore`, or the \
                     next calibration, puts them back",
                    words(journal),
                    path.display()
                ));
            }
            Err(_) => pause(TRY_EVERY),
        }
    }
}

fn attempt(router: &mut Router, journal: &Journal) -> Result<(), String> {
    let held = router.look()?;
    for direction in Direction::BOTH {
        let limit = journal.limits()[direction];
        if held[direction].limit != limit {
            router.set(direction, limit)?;
        }
    }
    let held = router.look()?;
    let back = |direction: Direction| held[direction].limit == journal.limits()[direction];
    if Direction::BOTH.into_iter().all(back) {
        Ok(())
    } else {
        Err("the router held other limits when it was asked again".to_owned())
    }
}

/// What the queues were limited to.
pub(super) fn words(journal: &Journal) -> String {
    let (names, limits) = (journal.queues(), journal.limits());
    let one = |direction: Direction| {
        let limit = limits[direction].as_bps();
        format!("{} max-limit={limit}", names[direction])
    };
    format!(
        "As found: {}, {}.",
        one(Direction::Down),
        one(Direction::Up)
    )
}
