//! What a law did over time, as charts like those of `wanctl history --plot`.

use std::fmt;

use super::super::chart::{COLUMNS, Moments, chart, greatest, row, up_to};
use crate::control::law::adaptive::Mode;
use crate::direction::{Both, Direction};
use crate::sim::trial::{Law, Moment};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// One law on one story.
#[derive(Debug)]
pub(in crate::cli) struct Picture {
    law: Law,
    lasts: Duration,
    delay: Moments,
    sides: Both<Side>,
}

/// One direction: the least of every moment, because that is what hurts.
#[derive(Debug)]
struct Side {
    capacity: Moments,
    rate: Moments,
    /// The direction was loaded, or the law moved.
    shown: bool,
    mode: Moments,
    before: Option<f64>,
}

impl Picture {
    pub(in crate::cli) fn new(law: Law, lasts: Duration) -> Self {
        Self {
            law,
            lasts,
            delay: [None; COLUMNS],
            sides: Both::from_fn(|_| Side {
                capacity: [None; COLUMNS],
                rate: [None; COLUMNS],
                shown: false,
                mode: [None; COLUMNS],
                before: None,
            }),
        }
    }

    pub(in crate::cli) fn add(&mut self, moment: &Moment) {
        let past = (moment.at - Instant::ZERO).as_micros() * COLUMNS as u64;
        let column = past / self.lasts.as_micros().max(1);
        let Some(n) = usize::try_from(column).ok().filter(|n| *n < COLUMNS) else {
            return;
        };
        // Over a dead line nothing comes back, so there is no delay either.
        let Both { down, up } = moment.capacity;
        if down.min(up) > Rate::ZERO {
            keep(&mut self.delay[n], moment.queue_ms, f64::max);
        }
        for direction in Direction::BOTH {
            let side = &mut self.sides[direction];
            let rate = moment.rates[direction].as_mbps();
            side.shown |= side
                .before
                .is_some_and(|before| before.total_cmp(&rate).is_ne());
            side.before = Some(rate);
            let capacity = moment.capacity[direction].as_mbps();
            keep(&mut side.capacity[n], capacity, f64::min);
            keep(&mut side.rate[n], rate, f64::min);
            if let Some(decisions) = &moment.decisions {
                let mode = severity(decisions[direction].mode);
                keep(&mut side.mode[n], mode, f64::max);
            }
        }
    }
}

fn keep(known: &mut Option<f64>, value: f64, pick: fn(f64, f64) -> f64) {
    *known = Some(known.map_or(value, |known| pick(known, value)));
}

/// A mode as a number: of several within one moment, the highest is shown.
const fn severity(mode: Mode) -> f64 {
    match mode {
        Mode::Clear => 0.0,
        Mode::Blind => 1.0,
        Mode::Weather => 2.0,
        Mode::Draining => 3.0,
    }
}

fn letter(severity: f64) -> char {
    let mut known = [
        (Mode::Draining, 'D'),
        (Mode::Weather, 'w'),
        (Mode::Blind, 'b'),
    ]
    .into_iter();
    known
        .find(|(mode, _)| self::severity(*mode).total_cmp(&severity).is_eq())
        .map_or('·', |(_, letter)| letter)
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let law = self.law.name();
        writeln!(
            f,
            "{law}, {:.0} s from left to right\n",
            self.lasts.as_secs_f64()
        )?;
        chart(f, "longest added delay, ms", &self.delay)?;
        for (direction, name) in [(Direction::Down, "download"), (Direction::Up, "upload")] {
            let side = &self.sides[direction];
            if side.shown || direction == Direction::Down {
                // One scale: the eye compares them.
                let most = greatest(&side.capacity).max(greatest(&side.rate));
                let title = format!("lowest {name} capacity, Mbit/s");
                up_to(f, &title, &side.capacity, most)?;
                let title = format!("lowest {name} rate, Mbit/s");
                up_to(f, &title, &side.rate, most)?;
            }
        }
        row(f, "down", &self.sides.down.mode, letter)?;
        row(f, "up", &self.sides.up.mode, letter)?;
        if self.sides.down.mode.iter().any(Option::is_some) {
            f.write_str(
                "\n· clear, D draining a queue, w delay from elsewhere, b without counters\n",
            )?;
        }
        Ok(())
    }
}
