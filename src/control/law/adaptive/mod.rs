//! Capacity-anchored control: while a queue stands, what is delivered *is* the capacity.
//!
//! ```text
//!            bloat, by our own traffic                 queue gone
//!   Clear ───────────────────────────────▶ Draining ──────────────▶ Clear
//!   raises while loaded,                   rate = delivered, less    just under what
//!   holds at idle                          what empties the queue    was delivered
//!     ▲                                        │        ▲
//!     │ delay gone, or a queue of              │ the cut does not help,
//!     │ ours on top of it                      │ or at the floor for 30 s
//!     │                                        ▼        │ a trial's 5 s are over
//!     └──────────────────────────────────── Weather ────┘
//!                                           back to the last good rate, hold
//!   any ── counters gone for 2 s ──▶ Blind ── counters back ──▶ Clear
//! ```
//!
//! One machine per direction ([`Shaper`]); [`Adaptive`] holds both and says whose queue it is.
//!
//! # What it does
//! * **Cuts once and to the right rate.** The detector is a sum over time of the delta above 0.6 of the
//!   threshold: 20 ms of queue for 100 ms or 30 ms for 50 ms. A download that suddenly delivers less while
//!   the first echoes are late does not wait for that. Then the rate goes to what the line
//!   delivers, less what empties the queue in about a fifth of a second. The next step waits until the
//!   first one's effect can have been measured.
//! * **Returns at once.** When the queue is gone the rate is a few per cent under the capacity that was
//!   just measured. No slow climb.
//! * **Searches only under load**: carefully near the last known capacity, doubling its step the longer
//!   nothing happens. Where a queue begins the search ends, a step back, before there is bloat; and the
//!   more often it ended at the same rate the longer it rests there. An idle line teaches nothing, so its
//!   rate stands.
//! * **Leaves other people's weather alone.** Delay without traffic of our own cuts nothing; delay that a
//!   cut does not change is not ours, and the rate goes back.
//! * **Has no dead end.** Every state but `Clear` has a deadline or an event that ends it, also at the
//!   floor.
//!
//! # What it cannot do
//! * An RTT does not tell the directions apart; load does. With both at their rate, a download that delivers
//!   clearly less than its rate is the bottleneck; otherwise one is tried after the other, which costs
//!   a quarter of a second of queue when the first was not it.
//! * A capacity that falls below a stream that never filled the rate (20 Mbit/s of video when 100 become
//!   15) looks like weather. Ten seconds of that and one cut tells, but only above the floor.
//! * In the upload CAKE sees what it sends and not what the line delivers: the anchor is corrected by the
//!   slope of the delay, which is a poorer witness than a counter.
//! * It is blind where ICMP is prioritised or answered on another path.
//! * A floor above the capacity keeps the queue standing; every [`TRIAL_EVERY`] it tries whether
//!   the delay is its own.
//! * Traffic that does not slow down when packets are lost cannot be held in the download: the queue is
//!   before us.
//!
//! # Where it comes from
//! The achieved rate as anchor from sqm-autorate and tievolu's script, growth by load and refractory time
//! from cake-autorate, "max delivered rate, then drain" from BBR, the widening search from CUBIC. The
//! constants are those of the law study (a fluid model, then packets through the real CAKE), unless said
//! otherwise; those of the first cut, the step back and the rest are from this crate's simulator, played
//! with senders that react late and with senders clocked by what is delivered.

mod pilot;
mod preset;
mod shaper;
mod words;

pub use self::pilot::{Learned, Pilot, PilotParams};
pub use self::preset::{Preset, Tuning};
pub use self::shaper::{Shaper, ShaperParams, TRIAL_EVERY};
pub use self::words::{Blocker, Decision, Mode, Reason};

use crate::control::bloat::presence::{self, Presence};
use crate::control::bloat::{Climate, Reading};
use crate::control::load::Achieved;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// A direction below this share of its rate holds no queue (law study: noise floor).
const CALM_LOAD: f64 = 0.3;
/// A direction that reached this share of its rate a moment ago may have filled the queue.
const PRESSED_LOAD: f64 = 0.7;
/// How long it stays suspect: as long as a deep queue takes to be noticed and drained.
const PRESSED_FOR: Duration = Duration::from_secs(3);

/// Where the reflectors tell the directions apart: who has less than this share of a threshold of its own
/// is not suspect.
const OWN_SHARE: f64 = 0.5;

/// A download that delivers less than this share of its rate while there is bloat is the bottleneck.
const SHORT: f64 = 0.85;
/// That holds for so long, and for the drain that follows.
const SHORT_FOR: Duration = Duration::from_secs(1);
/// So long after its effect should show, a cut that has not helped is held against the other direction.
const TRIED_FOR: Duration = Duration::from_millis(200);
/// Who was acquitted is not acquitted again before this: two trials that both fail end in two cuts.
const ACQUITTED_FOR: Duration = Duration::from_secs(5);

/// Everything a step is decided on.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    /// What the reflectors say.
    pub reading: Reading,
    /// What went through the queues.
    pub achieved: Both<Achieved>,
    /// The same over the newest moment only: [`Gauge::newest`](crate::control::load::Gauge::newest).
    pub newest: Both<Option<Rate>>,
    /// From a decision to its effect in the router: the mean time of a write.
    pub applies_in: Duration,
}

/// The law of one WAN.
#[derive(Clone, Debug)]
pub struct Adaptive {
    shapers: Both<Shaper>,
    pressed_at: Both<Option<Instant>>,
    /// Whose cut helped last: with both loaded, it goes first.
    culprit: Direction,
    /// When the download last delivered clearly less than its rate while there was bloat.
    short_at: Option<Instant>,
    acquitted_at: Both<Option<Instant>>,
    presence: Presence,
    stepped_at: Instant,
}

impl Adaptive {
    /// Starts both directions at their base, or at `known` good rates of an earlier run.
    pub fn new(now: Instant, params: Both<ShaperParams>, known: Option<Both<Rate>>) -> Self {
        Self {
            shapers: Both::from_fn(|direction| {
                let rate = known.map(|known| known[direction]);
                Shaper::new(now, params[direction], rate)
            }),
            pressed_at: Both::default(),
            culprit: Direction::Up,
            short_at: None,
            acquitted_at: Both::default(),
            presence: Presence::Heard,
            stepped_at: now,
        }
    }

    /// One step. It may be called at any rhythm; every constant is a time.
    pub fn step(&mut self, now: Instant, signal: &Signal) -> Both<Decision> {
        let rates = self.rates();
        self.stepped_at = now;
        self.presence = Presence::judge(
            now,
            signal.reading.heard_at,
            signal.reading.echo_every,
            signal.achieved,
            rates,
        );
        for direction in Direction::BOTH {
            let load = signal.achieved[direction].known();
            if load.is_some_and(|rate| rate.share_of(rates[direction]) >= PRESSED_LOAD) {
                self.pressed_at[direction] = Some(now);
            }
        }
        self.look_for_shortfall(now, signal);
        let suspects = Both::from_fn(|direction| self.is_suspect(now, direction, signal));
        let was = self.shapers.as_ref().map(Shaper::mode);
        let mut decisions = Both::from_fn(|direction| {
            let gap = presence::credible_gap(
                signal.achieved[direction],
                rates[direction],
                signal.reading.echo_every,
            );
            let view = shaper::View {
                reading: signal.reading.of(direction),
                achieved: signal.achieved[direction],
                newest: signal.newest[direction],
                applies_in: signal.applies_in,
                delivers: match direction {
                    Direction::Down => shaper::Delivers::Capacity,
                    Direction::Up => shaper::Delivers::Inflow,
                },
                suspect: suspects[direction],
                alone: !self.is_pressed(now, direction.other()),
                presence: self.presence,
                credible: now - signal.reading.heard_at <= gap.max(shaper::LEAST_GAP)
                    && signal.newest[direction] != Some(Rate::ZERO),
            };
            self.shapers[direction].step(now, view)
        });
        if signal.reading.one_way.is_none() {
            self.try_them(now, was, &mut decisions);
        }
        decisions
    }

    /// What may be learned from the delays of the moment, for the next
    /// [`Meter::step`](crate::control::bloat::Meter::step).
    pub fn climate(&self, achieved: Both<Achieved>) -> Climate {
        let each = Both::from_fn(|direction| {
            let shaper = &self.shapers[direction];
            let rate = achieved[direction].known()?;
            // A counter may have stopped: who pressed a moment ago is not calm yet.
            let pressed = self.is_pressed(self.stepped_at, direction);
            let light = rate.share_of(shaper.rate()) < CALM_LOAD && !pressed;
            Some(shaper.is_innocent() || (light && !shaper.is_in_doubt()))
        });
        match (each.down, each.up) {
            (Some(true), Some(true)) => Climate::Calm,
            (Some(_), Some(_)) => Climate::Busy,
            _ if self.is_cornered() => Climate::Cornered,
            _ => Climate::Unknown,
        }
    }

    /// Without counters, and both at the floor.
    fn is_cornered(&self) -> bool {
        let Both { down, up } = self.shapers.as_ref().map(Shaper::is_cornered);
        down && up
    }

    /// What CAKE should be told now.
    pub fn rates(&self) -> Both<Rate> {
        self.shapers.as_ref().map(Shaper::rate)
    }

    /// The two directions.
    pub const fn shapers(&self) -> &Both<Shaper> {
        &self.shapers
    }

    /// What the silence of the reflectors is, if they are silent.
    pub const fn presence(&self) -> Presence {
        self.presence
    }

    /// Whether a direction used most of its rate a moment ago.
    fn is_pressed(&self, now: Instant, direction: Direction) -> bool {
        self.pressed_at[direction].is_some_and(|at| now - at <= PRESSED_FOR)
    }

    /// Whether the queue may be this direction's: it pressed against its rate a moment ago, or nobody
    /// else did. Who is in the weather has shown that its cuts change nothing. With both pressed the
    /// last culprit is tried first, and the other when that has not helped.
    fn is_suspect(&self, now: Instant, direction: Direction, signal: &Signal) -> bool {
        let pressed = |direction| {
            self.is_pressed(now, direction) && self.shapers[direction].mode() != Mode::Weather
        };
        let other = direction.other();
        if !pressed(other) {
            return true;
        }
        if let Some(parts) = signal.reading.one_way {
            let share = signal.reading.threshold.as_f64() * OWN_SHARE;
            return parts[direction].delta.as_f64() > share;
        }
        if !pressed(direction) {
            return false;
        }
        let delta = Duration::from(signal.reading.delta.unwrap_or_default());
        let shows = signal.applies_in + Duration::from(signal.reading.path) + delta;
        let unhelped = |patience: Duration| {
            let since = self.shapers[other].draining_for(now);
            since.map(|since| since > shows + patience && !signal.reading.falling)
        };
        if self.short_at.is_some() {
            // The download is the bottleneck, whatever else is.
            return direction == Direction::Down || unhelped(SHORT_FOR).unwrap_or(false);
        }
        unhelped(TRIED_FOR).unwrap_or(direction == self.culprit)
    }

    /// In the download CAKE sees what the line delivers: a line that is the bottleneck delivers less than
    /// the rate. In the upload CAKE only sees what it sends, so that nothing shows.
    fn look_for_shortfall(&mut self, now: Instant, signal: &Signal) {
        let drains = self.shapers.down.draining_for(now).is_some();
        self.short_at = self.short_at.filter(|&at| drains || now - at <= SHORT_FOR);
        let delta = signal.reading.delta.unwrap_or_default();
        let rate = self.shapers.down.rate();
        let pressed = self.is_pressed(now, Direction::Down);
        let load = signal.achieved.down.known().map(|down| down.share_of(rate));
        let short = load.is_some_and(|load| load < SHORT);
        if pressed && short && delta > signal.reading.threshold {
            self.short_at = Some(now);
        }
    }

    /// Serial trial: whoever's cut has not helped by the time the other is cut, was not it. And while one
    /// is tried, the other is no higher than is known to be safe.
    fn try_them(&mut self, now: Instant, was: Both<Mode>, decisions: &mut Both<Decision>) {
        for direction in Direction::BOTH {
            let other = direction.other();
            let began =
                was[direction] != Mode::Draining && decisions[direction].mode == Mode::Draining;
            let recently = self.acquitted_at[direction].is_some_and(|at| now - at < ACQUITTED_FOR);
            let proven_short = self.short_at.is_some();
            let proven = other == Direction::Down && proven_short;
            if began && proven_short && other == Direction::Up && self.shapers.up.step_back(now) {
                decisions[other].rate = self.shapers[other].rate();
                decisions[other].reason = Reason::SteppedBack;
                decisions[other].blocker = Some(Blocker::OtherDirection);
            }
            if began && was[other] == Mode::Draining && !recently && !proven {
                self.shapers[other].acquit(now);
                decisions[other].rate = self.shapers[other].rate();
                decisions[other].mode = self.shapers[other].mode();
                decisions[other].reason = Reason::GaveBack;
                decisions[other].blocker = Some(Blocker::OtherDirection);
                self.acquitted_at[other] = Some(now);
                self.culprit = direction;
            }
            if decisions[direction].reason == Reason::Returned
                && self.shapers[other].mode() != Mode::Draining
            {
                self.culprit = direction;
            }
        }
    }
}

#[cfg(test)]
mod tests;
