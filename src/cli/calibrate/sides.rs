//! Steps 3 and 4: the two directions, one after the other.

use super::Halt;
use super::bench::{Bench, Measured};
use super::echoes::Bloat;
use super::screen::Mark;
use super::search::{Found, Search};
use crate::cli::args::{CalibrateArgs, Traffic};
use crate::direction::{Both, Direction};
use crate::units::Rate;

/// What v1.7 took instead of a search.
const WITHOUT_SEARCH: f64 = 0.9;

/// One direction of the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    /// What passes without a limit.
    pub(super) capacity: Rate,
    /// The highest limit that keeps it calm.
    pub(super) best: Rate,
    /// At the best limit, or without one where none was tried.
    pub(super) bloat: Option<Bloat>,
}

/// Both, so that people start one transfer of each.
pub(super) fn both_directions(
    args: &CalibrateArgs,
    bench: &mut Bench<'_>,
) -> Result<Both<Side>, Halt> {
    for direction in Direction::BOTH {
        bench.limit(direction, Rate::ZERO)?;
    }
    bench.screen.header("Step 3: Download");
    invite(
        bench,
        "Start a large download now, on any device behind the router: several big files at once, or a \
                   speed test that goes on. Keep it running until the upload is asked for.",
    );
    let down = one_direction(args, bench, Direction::Down)?;
    bench.screen.header("Step 4: Upload");
    invite(
        bench,
        "Stop the download, and start a large upload. Keep it running until the summary.",
    );
    let up = one_direction(args, bench, Direction::Up)?;
    invite(bench, "That is all; the upload can stop.");
    Ok(Both { down, up })
}

fn invite(bench: &mut Bench<'_>, words: &str) {
    if *bench.traffic == Traffic::Own {
        bench.screen.say(Mark::Begin, words);
    }
}

fn one_direction(
    args: &CalibrateArgs,
    bench: &mut Bench<'_>,
    direction: Direction,
) -> Result<Side, Halt> {
    let measured = bench.capacity(direction)?;
    let capacity = measured.rate;
    if capacity == Rate::ZERO {
        let name = &bench.router.names()[direction];
        return Err(Halt::Failed(format!(
            "{name} counted nothing; does the traffic of this line go through it?"
        )));
    }
    bench.screen.say(
        Mark::Done,
        &format!("Without a limit: {}", words(&measured)),
    );
    let side = |best, bloat| Side {
        capacity,
        best,
        bloat,
    };
    if args.skip_search {
        return Ok(side(capacity.times(WITHOUT_SEARCH), measured.bloat));
    }
    if measured.is_calm(bench.target) {
        let other = match bench.traffic {
            Traffic::Own => ", or your traffic does not fill it: then the numbers are too low",
            _ => "",
        };
        let line = format!("The delay stays low without a limit: this line needs none{other}.");
        bench.screen.say(Mark::Warning, &line);
        return Ok(side(capacity, measured.bloat));
    }
    search(bench, direction, capacity).map(|(best, bloat)| side(best, bloat))
}

/// The highest calm limit, and the delay there.
fn search(
    bench: &mut Bench<'_>,
    direction: Direction,
    capacity: Rate,
) -> Result<(Rate, Option<Bloat>), Halt> {
    let mut search = Search::below(capacity);
    let (mut bloat, mut calm) = (None, false);
    while let Some(limit) = search.next() {
        let measured = bench.trial(direction, limit, capacity, !calm)?;
        calm = measured.is_calm(bench.target);
        search.judge(calm);
        if calm {
            bloat = measured.bloat;
        }
        let mark = if calm { Mark::Done } else { Mark::Info };
        let verdict = if calm { "calm" } else { "not calm" };
        bench.screen.say(
            mark,
            &format!("Limit {limit}: {}: {verdict}", words(&measured)),
        );
    }
    if let Found::NotEvenBottom(rate) = search.found() {
        bench.screen.say(
            Mark::Warning,
            &format!(
                "Even {rate} is not calm: this {direction}'s delay is not from the queue behind this limit. Other \
                 traffic on the line, Wi-Fi on the way, or reflectors that are busy do that."
            ),
        );
    }
    let best = search.found().rate();
    // The other direction is measured beside a calm one.
    bench.limit(direction, best)?;
    Ok((best, bloat))
}

fn words(measured: &Measured) -> String {
    match measured.bloat {
        Some(bloat) => format!(
            "{} passed, +{:.1} ms (most within +{:.1} ms)",
            measured.rate,
            bloat.median.as_f64(),
            bloat.most.as_f64()
        ),
        None => format!("{} passed, and too few echoes came back", measured.rate),
    }
}
