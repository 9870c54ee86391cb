//! What went through a queue: its byte counter, read now and then, as a rate.
//!
//! RouterOS's own `rate` is averaged over an unknown time, so only differences of `bytes` count, over
//! our own clock. A counter can disappoint in three ways, and each has its answer:
//!
//! | what happens | how it shows | what is said |
//! |---|---|---|
//! | it is refreshed rarely | few distinct values while traffic flows | a longer [`window`](Gauge::window); too rarely: [`Achieved::Unknown`] |
//! | it stops in the middle of traffic | no byte at all after a busy window | [`Achieved::Unknown`] for [`FROZEN_FOR`], then it was the end of the traffic |
//! | it cannot be read, or starts over | no reading, or a smaller one | [`Achieved::Unknown`] until there are two new ones |
//!
//! [`Freshness`] is the self-test at the start: how long the counter takes to move. [`Pace`] says when
//! to ask next, so that an idle line costs one request a second and a slow router is not pressed.

mod counting;
mod freshness;
mod pace;

use heapless::Deque;

pub use self::counting::Counting;
pub use self::freshness::{Freshness, Verdict};
pub use self::pace::Pace;

use crate::time::{Duration, Instant};
use crate::units::Rate;

/// Over how much time a rate is formed: shorter, and the bursts of single flows show; longer, and a
/// cut is anchored on what the line was. Measured in the law study with packets.
pub const WINDOW: Duration = Duration::from_millis(300);
/// A counter that has not moved for this long after traffic is frozen no more: the traffic has ended.
pub const FROZEN_FOR: Duration = Duration::from_millis(1_000);
/// Above this the line was busy, so that a sudden nothing is suspect. One call in G.711, both ways
/// counted, is 0.17 Mbit/s.
const BUSY: Rate = Rate::bps(200_000);
/// The shortest time that makes a rate: from one reading to the next at ten a second, less what two
/// replies may differ.
const MOMENT: Duration = Duration::from_millis(80);
/// A moment is over after this.
const NEWEST_FOR: Duration = Duration::from_millis(150);
/// Thirty full packets: fewer, and the last one alone is more than three per cent.
const ENOUGH_BYTES: u64 = 30 * 1_514;
/// Readings that are kept: a window of one second at ten a second, and one to start from.
const KEPT: usize = 12;

/// The achieved rate of one direction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Achieved {
    /// So much went through CAKE.
    Known(Rate),
    /// Nobody knows; what a law may do without is its own decision.
    Unknown(Missing),
}

impl Achieved {
    /// The rate, if it is known.
    pub const fn known(self) -> Option<Rate> {
        match self {
            Self::Known(rate) => Some(rate),
            Self::Unknown(_) => None,
        }
    }
}

/// Why an achieved rate is not known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missing {
    /// Not two readings yet, or the counter started over.
    TooFew,
    /// The newest reading is too old.
    Overdue,
    /// The counter stopped in the middle of traffic.
    Frozen,
    /// The self-test found that it moves too rarely to decide on.
    Slow,
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Instant,
    bytes: u64,
}

/// One queue's counter.
#[derive(Clone, Debug)]
pub struct Gauge {
    readings: Deque<Reading, KEPT>,
    window: Duration,
    /// When the counter last moved, and how busy the line was then.
    moved_at: Instant,
    moved_with: Rate,
}

impl Default for Gauge {
    fn default() -> Self {
        Self {
            readings: Deque::new(),
            window: WINDOW,
            moved_at: Instant::ZERO,
            moved_with: Rate::ZERO,
        }
    }
}

impl Gauge {
    /// Takes a reading of the counter. `at` is when the router looked: halfway between the request and
    /// its reply. Readings out of order are ignored.
    pub fn count(&mut self, at: Instant, bytes: u64) {
        if let Some(&last) = self.readings.back() {
            if at <= last.at {
                return;
            }
            if bytes < last.bytes {
                // The router was started again or the queue made anew.
                self.readings.clear();
            } else if bytes > last.bytes {
                self.moved_at = at;
                self.moved_with = through(bytes - last.bytes, at - last.at);
            }
        }
        // One reading older than the window is needed, as its start.
        while let Some(&second) = self.readings.iter().nth(1)
            && (at - second.at >= self.window || self.readings.is_full())
        {
            self.readings.pop_front();
        }
        // Never full: the loop above has just made room.
        let _ = self.readings.push_back(Reading { at, bytes });
    }

    /// The rate over the last window. It holds for as long as the next reading may take: a window at
    /// least, and `grace` for a router that is asked rarely.
    pub fn achieved(&self, now: Instant, grace: Duration) -> Achieved {
        let (Some(first), Some(last)) = (self.readings.front(), self.readings.back()) else {
            return Achieved::Unknown(Missing::TooFew);
        };
        if first.at == last.at {
            return Achieved::Unknown(Missing::TooFew);
        }
        if now - last.at > self.window + grace {
            return Achieved::Unknown(Missing::Overdue);
        }
        let still_for = last.at - self.moved_at;
        if still_for >= self.window && still_for < FROZEN_FOR && self.moved_with > BUSY {
            return Achieved::Unknown(Missing::Frozen);
        }
        Achieved::Known(through(last.bytes - first.bytes, last.at - first.at))
    }

    /// The rate of the newest moment, for an event the window would blur: `None` if the newest reading is
    /// old, or too few packets went through to make a rate; zero if none did.
    pub fn newest(&self, now: Instant) -> Option<Rate> {
        let last = self.readings.back()?;
        let earlier = |reading: &&Reading| last.at - reading.at >= MOMENT;
        let first = self.readings.iter().rev().find(earlier)?;
        let bytes = last.bytes - first.bytes;
        let fresh = now - last.at <= NEWEST_FOR && last.at - first.at <= self.window;
        (fresh && (bytes >= ENOUGH_BYTES || bytes == 0)).then(|| through(bytes, last.at - first.at))
    }

    /// Forgets what was counted: the link was lost, or the queue is another one.
    pub fn lost(&mut self) {
        self.readings.clear();
    }

    /// Over how much time rates are formed.
    pub const fn window(&self) -> Duration {
        self.window
    }

    /// Takes the self-test's word for how often the counter moves.
    pub fn refreshed_every(&mut self, period: Duration) {
        // Three steps of the counter, or the rate would be mostly rounding.
        self.window = WINDOW.max(period + period.doubled());
    }
}

/// So many bytes in so long a time, as a rate; in no time, nothing.
fn through(bytes: u64, span: Duration) -> Rate {
    let bits_times_million = u128::from(bytes) * 8_000_000;
    let bps = bits_times_million.checked_div(u128::from(span.as_micros()));
    Rate::bps(bps.map_or(0, |bps| u64::try_from(bps).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests;
