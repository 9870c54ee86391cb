//! Which direction the queue is in, where reflectors tell their time (`ICMPv4` timestamps).
//!
//! ```text
//!         our clock ── sent ──────────────────────── arrived ──▶
//!                        \   forward (upload)          /
//!                         \                           /  backward (download)
//!       their clock ───────── receive = transmit ────────────▶
//! ```
//!
//! What their clock shows is known only up to an offset, so no one-way delay is: but an RTT that is longer
//! than its baseline is longer in one direction or the other, and how much of it lies before *receive* does
//! not depend on the offset, if that stays the same. Per reflector one number is learned, the *mark*: how
//! far *receive* is ahead of *sent* when nothing waits in the upload. As nothing can wait for less than no
//! time in either direction, every reply says where the mark can be:
//!
//! ```text
//! receive - sent - (RTT - baseline)  ≤  mark  ≤  receive - sent
//! ```
//!
//! and the mark is moved no further than it has to. While the line is calm the two ends are a jitter apart,
//! so a clock that runs too fast or too slow is followed all the time. A reply that would move the mark
//! further than a crystal can drift means that the clock was set, or is none: the reflector has to show
//! again that it is to be relied on. So has one that says nothing sensible.
//!
//! Midnight, where their milliseconds of the day begin again, falls out: marks are compared modulo a day.
//! Ours never need to be the time of day at all.
//!
//! The baseline is the RTT's ([`baseline`](super::baseline)), so the two parts always add up to the delta.

mod clock;
mod turns;

use heapless::Vec;

pub use self::clock::Stamps;
pub use self::turns::Turn;

use self::clock::Clock;
use self::turns::Turns;
use crate::control::prober::MAX_REFLECTORS;
use crate::direction::Both;
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// A day in microseconds, the unit of marks.
const DAY: i64 = 86_400_000_000;
/// Times on the wire are cut to whole milliseconds; on average they are this much later.
const CUT: i64 = 500;
/// A mark is off by less: a millisecond of cutting, and what a clock that is slewed loses from one reply to
/// the next (500 ppm, NTP's most, over five seconds).
const TOLERANCE: i64 = 4_000;
/// A crystal drifts by one in so many (100 ppm).
const DRIFT: i64 = 10_000;
/// The two ends for a mark are near each other, in microseconds.
const NEAR: i64 = 5_000;
/// When they have not been for so long a crystal may have drifted by 6 ms.
const TRUSTED_FOR: Duration = Duration::from_secs(60);
/// So many sensible replies in a row to be relied on.
const PROBATION: u8 = 8;
/// Reflectors that are heard together: one of them may lie.
const PANEL: usize = 3;
/// Fewer than these convince nobody, even if there are no more.
const LEAST: usize = 2;

/// How much longer than its baseline each way was.
pub type Split = Both<Millis>;

/// A reply, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// There and back.
    pub rtt: Duration,
    /// The reflector's baseline before the reply.
    pub baseline_before: Millis,
    /// And after.
    pub baseline: Millis,
}

/// One reflector's two ways.
#[derive(Clone, Copy, Debug, Default)]
pub struct OneWay {
    turns: Turns,
    clock: Clock,
    mark: Option<Mark>,
    sensible: u8,
    last: Option<(Instant, Split)>,
}

/// How far their clock is ahead of ours when the upload is empty.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// In microseconds, 0 to a day.
    at: i64,
    /// When the two ends for it were last near each other.
    near_at: Instant,
}

impl OneWay {
    /// What to ask it now.
    pub fn turn(&mut self, now: Instant) -> Turn {
        self.turns.next(now, self.is_reliable())
    }

    /// It answered an echo that left at `sent_at`.
    pub fn echoed(&mut self, now: Instant, sent_at: Instant) {
        if self.is_reliable() && self.turns.refuses(sent_at) {
            self.fail(now);
        }
    }

    /// It told its time.
    pub fn told(&mut self, now: Instant, answer: Answer, stamps: Stamps) {
        self.turns.answered(now);
        let Ok(received) = self.clock.read(stamps) else {
            return self.fail(now);
        };
        let ahead = i64::from(received) * 1_000 + CUT - micros(stamps.sent_at);
        let rtt = micros_of(answer.rtt);
        let longer = (rtt - micros_of(answer.baseline.into())).max(0);
        let near = longer <= NEAR;
        self.turns.promises(now);
        let Some(mark) = self.mark else {
            self.mark = near.then_some(Mark {
                at: ahead.rem_euclid(DAY),
                near_at: now,
            });
            return;
        };
        let drifted = micros_of((now - mark.near_at).min(TRUSTED_FOR)) / DRIFT;
        // A path that became shorter did so in one direction or the other.
        let shorter = (micros_of(answer.baseline_before.into()) - rtt).max(0);
        let forward = centred(ahead - mark.at);
        let tolerance = TOLERANCE + drifted;
        if forward < -tolerance - shorter || forward > longer + tolerance {
            return self.fail(now);
        }
        let in_upload = forward.clamp(0, longer);
        self.mark = Some(Mark {
            at: (mark.at + forward - in_upload).rem_euclid(DAY),
            near_at: if near { now } else { mark.near_at },
        });
        self.sensible = (self.sensible + u8::from(near)).min(PROBATION);
        let split = Both {
            down: longer - in_upload,
            up: in_upload,
        };
        self.last = Some((
            now,
            split.map(|part| Duration::from_micros(part.unsigned_abs()).as_millis()),
        ));
    }

    /// Whether it has told its time sensibly for long enough.
    pub const fn is_reliable(&self) -> bool {
        self.sensible >= PROBATION
    }

    /// What it said last, if it is to be relied on and that was after `since`.
    pub fn last(&self, now: Instant, since: Instant) -> Option<(Instant, Split)> {
        let mark = self.mark.filter(|_| self.is_reliable())?;
        let trusted = now - mark.near_at <= TRUSTED_FOR;
        self.last.filter(|&(at, _)| trusted && at >= since)
    }

    fn fail(&mut self, now: Instant) {
        self.turns.failed(now, self.is_reliable());
        self.mark = None;
        self.sensible = 0;
        self.last = None;
    }
}

/// What those who can be relied on say together: of the newest three, the middle one for each direction. Of
/// two, if there are no more than two `reflectors` at all, the smaller one.
pub fn together(said: impl Iterator<Item = (Instant, Split)>, reflectors: usize) -> Option<Split> {
    let mut said: Vec<(Instant, Split), MAX_REFLECTORS> = said.take(MAX_REFLECTORS).collect();
    said.sort_unstable_by_key(|&(at, _)| core::cmp::Reverse(at));
    said.truncate(PANEL);
    if said.len() < PANEL.min(reflectors).max(LEAST) {
        return None;
    }
    Some(Both::from_fn(|direction| {
        let mut parts: Vec<Millis, PANEL> =
            said.iter().map(|(_, split)| split[direction]).collect();
        parts.sort_unstable_by(Millis::total_cmp);
        parts[(parts.len() - 1) / 2]
    }))
}

/// A moment of our clock on the circle of a day.
fn micros(at: Instant) -> i64 {
    // A day has far fewer microseconds than there are numbers.
    i64::try_from(at.as_micros() % DAY.unsigned_abs()).unwrap_or(0)
}

fn micros_of(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(DAY)
}

/// The nearest way round the circle, minus half a day to half a day.
const fn centred(difference: i64) -> i64 {
    (difference + DAY / 2).rem_euclid(DAY) - DAY / 2
}

#[cfg(test)]
mod tests;
