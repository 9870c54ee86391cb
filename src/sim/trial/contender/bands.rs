//! A sparring partner: cake-autorate's law, from its published behaviour.
//!
//! ```text
//! six reflectors, one echo each 300 ms ─▶ half of the RTT, for both directions
//!      └▶ less each reflector's own baseline ─▶ the newest six: three late ones are bloat
//!                                                               └▶ their mean: how much
//! counters, every 200 ms ─▶ load = achieved / rate: high above three quarters
//! ```
//!
//! Bloat cuts, a high load without bloat raises, anything else drifts to the base. It runs on the router
//! itself, so its writes and readings take next to no time. Not here: one-way delays, the exchange of
//! reflectors that went bad, and sleep on an idle line. Without replies it does nothing, as there.

use heapless::Deque;

use super::super::scenario::Limits;
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// Pingers; each asks every 300 ms, so one echo goes out per tick.
const REFLECTORS: usize = 6;
/// Replies that are judged together, and how many late ones of them are bloat.
const WINDOW: usize = 6;
const LATE_IS_BLOAT: usize = 3;
/// A baseline follows a lower delay at once and a higher one hardly.
const BASELINE_UP: f64 = 0.001;
const BASELINE_DOWN: f64 = 0.9;
/// In milliseconds; the first replies pull it down.
const FIRST_BASELINE: f64 = 100.0;
/// A full packet, in bits.
const PACKET: f64 = 12_000.0;
/// From one reading of the counters to the next, at least; and so many packets' time.
const COUNTERS_EVERY: Duration = Duration::from_millis(200);
const COUNTERS_PACKETS: f64 = 10.0;
/// Above this share of the rate the load is high.
const HIGH_LOAD: f64 = 0.75;
/// After a cut nothing but waiting.
const REFRACTORY: Duration = Duration::from_millis(300);
/// From one step towards the base to the next, and how far it goes.
const DRIFT_EVERY: Duration = Duration::from_secs(1);
const DRIFT: f64 = 0.01;
/// What a rate is multiplied by: for barely late replies, for very late ones, and without delay.
const MILD_CUT: f64 = 0.99;
const HARD_CUT: f64 = 0.75;
const RAISE: f64 = 1.04;

/// Milliseconds one way above the baseline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thresholds {
    /// Above this a reply is late, cuts are mildest, and raises are nothing.
    late: f64,
    /// Up to this, raises are largest.
    calm: f64,
    /// From this on, cuts are hardest.
    severe: f64,
}

/// As it is shipped.
pub(super) const DEFAULT: Thresholds = Thresholds {
    late: 30.0,
    calm: 10.0,
    severe: 60.0,
};

/// As the law study's tuned arm.
pub(super) const TIGHT: Thresholds = Thresholds {
    late: 8.0,
    calm: 3.0,
    severe: 16.0,
};

#[derive(Debug)]
pub(super) struct Bands {
    thresholds: Thresholds,
    baselines: [f64; REFLECTORS],
    next: usize,
    sides: Both<Side>,
    counters_at: Instant,
    counted: Option<(Instant, Both<u64>)>,
}

#[derive(Debug)]
struct Side {
    limits: Limits,
    rate: Rate,
    /// The newest deltas, and whether each was late.
    window: Deque<(f64, bool), WINDOW>,
    achieved: Rate,
    /// A reading has come since the last raise.
    fresh: bool,
    cut_at: Option<Instant>,
    drift_at: Instant,
}

impl Bands {
    pub(super) fn new(now: Instant, limits: Both<Limits>, thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            baselines: [FIRST_BASELINE; REFLECTORS],
            next: 0,
            sides: limits.map(|limits| Side {
                limits,
                rate: limits.base,
                window: Deque::new(),
                achieved: Rate::ZERO,
                fresh: false,
                cut_at: None,
                drift_at: now + DRIFT_EVERY,
            }),
            counters_at: now,
            counted: None,
        }
    }

    pub(super) fn rates(&self) -> Both<Rate> {
        self.sides.as_ref().map(|side| side.rate)
    }

    pub(super) fn next_reflector(&mut self) -> u8 {
        let n = self.next;
        self.next = (n + 1) % REFLECTORS;
        u8::try_from(n).expect("fewer than six")
    }

    pub(super) fn wants_counters(&mut self, now: Instant) -> bool {
        let due = now >= self.counters_at;
        if due {
            let slowest = self.sides.down.rate.min(self.sides.up.rate);
            let packets = COUNTERS_PACKETS * PACKET / slowest.as_bps().max(1) as f64;
            self.counters_at = now + COUNTERS_EVERY.max(Duration::from_secs_f64(packets));
        }
        due
    }

    pub(super) fn counted(&mut self, at: Instant, bytes: Both<u64>) {
        if let Some((before, old)) = self.counted.replace((at, bytes)) {
            let span = (at - before).as_secs_f64();
            for direction in Direction::BOTH {
                let moved = bytes[direction].saturating_sub(old[direction]);
                let side = &mut self.sides[direction];
                side.achieved = Rate::bps(moved * 8).times(1.0 / span.max(1e-3));
                side.fresh = true;
            }
        }
    }

    pub(super) fn reply(&mut self, now: Instant, reflector: u8, rtt: Duration) {
        let Some(baseline) = self.baselines.get_mut(usize::from(reflector)) else {
            return;
        };
        let one_way = rtt.as_millis().as_f64() / 2.0;
        let weight = if one_way > *baseline {
            BASELINE_UP
        } else {
            BASELINE_DOWN
        };
        *baseline += weight * (one_way - *baseline);
        let delta = one_way - *baseline;
        for direction in Direction::BOTH {
            self.sides[direction].judge(now, delta, self.thresholds);
        }
    }
}

impl Side {
    fn judge(&mut self, now: Instant, delta: f64, thresholds: Thresholds) {
        let packet_ms = PACKET * 1e3 / self.rate.as_bps().max(1) as f64;
        if self.window.is_full() {
            self.window.pop_front();
        }
        // There is room: the oldest one went.
        let _ = self
            .window
            .push_back((delta, delta > thresholds.late + packet_ms));
        let late = self.window.iter().filter(|(_, late)| *late).count();
        let mean =
            self.window.iter().map(|(delta, _)| delta).sum::<f64>() / self.window.len() as f64;

        let bloated = late >= LATE_IS_BLOAT;
        let loaded = self.achieved.share_of(self.rate) > HIGH_LOAD;
        let waits = self.cut_at.is_some_and(|at| at + REFRACTORY > now);
        let factor = if bloated && !waits {
            self.cut_at = Some(now);
            between(
                mean,
                (thresholds.late, MILD_CUT),
                (thresholds.severe, HARD_CUT),
            )
        } else if loaded && !bloated && !waits && self.fresh {
            self.fresh = false;
            between(mean, (thresholds.calm, RAISE), (thresholds.late, 1.0))
        } else if !bloated && !loaded && now >= self.drift_at {
            self.drift_at = now + DRIFT_EVERY;
            self.drift()
        } else {
            1.0
        };
        let rate = self.rate.times(factor);
        self.rate = rate.max(self.limits.floor).min(self.limits.ceiling);
    }

    /// A step towards the base, and not beyond.
    fn drift(&self) -> f64 {
        let base = self.limits.base.share_of(self.rate);
        base.clamp(1.0 - DRIFT, 1.0 + DRIFT)
    }
}

/// On the straight line from one point to the other, and level beyond them.
fn between(x: f64, (from, low): (f64, f64), (to, high): (f64, f64)) -> f64 {
    let part = ((x - from) / (to - from)).clamp(0.0, 1.0);
    low + (high - low) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Rate = Rate::mbit(60);

    /// A law that has heard 20 ms from everybody, and loads its line by `load`.
    fn calm(load: f64) -> (Bands, Instant) {
        let limits = Limits::mbit(20, 60, 100);
        let limits = Both {
            down: limits,
            up: limits,
        };
        let mut bands = Bands::new(Instant::ZERO, limits, DEFAULT);
        let mut now = Instant::ZERO;
        for _ in 0..12 {
            now = hear(&mut bands, now, 20);
        }
        bands.sides.down.rate = BASE;
        bands.sides.down.achieved = BASE.times(load);
        (bands, now)
    }

    fn hear(bands: &mut Bands, now: Instant, rtt_ms: u64) -> Instant {
        let reflector = bands.next_reflector();
        bands.reply(now, reflector, Duration::from_millis(rtt_ms));
        now + Duration::from_millis(50)
    }

    #[test]
    fn the_third_late_reply_cuts_and_then_it_waits_300_ms() {
        let (mut bands, mut now) = calm(1.0);
        for _ in 0..2 {
            now = hear(&mut bands, now, 220);
            assert!(bands.rates().down >= BASE);
        }
        let before = bands.rates().down;
        now = hear(&mut bands, now, 220);
        let cut = bands.rates().down;
        assert!(cut < before.times(0.9), "{cut}");
        for _ in 0..5 {
            now = hear(&mut bands, now, 220);
            assert_eq!(bands.rates().down, cut);
        }
        hear(&mut bands, now, 220);
        assert_eq!(bands.rates().down, cut.times(HARD_CUT));
    }

    #[test]
    fn only_a_loaded_line_grows_and_only_once_per_reading() {
        let (mut bands, now) = calm(1.0);
        bands.sides.down.fresh = true;
        let now = hear(&mut bands, now, 20);
        assert_eq!(bands.rates().down, BASE.times(RAISE));
        hear(&mut bands, now, 20);
        assert_eq!(bands.rates().down, BASE.times(RAISE));
    }

    #[test]
    fn an_idle_line_drifts_to_its_base_from_both_sides() {
        for mbit in [40, 80] {
            let (mut bands, mut now) = calm(0.0);
            bands.sides.down.rate = Rate::mbit(mbit);
            for _ in 0..20 * 120 {
                now = hear(&mut bands, now, 20);
            }
            let off = bands.rates().down.share_of(BASE);
            assert!((off - 1.0).abs() < 1e-6, "{mbit}: {off}");
        }
    }
}
