//! The law with its measurement and its load: what a daemon, or a simulated one, holds per WAN.

use super::{Adaptive, Decision, ShaperParams, Signal};
use crate::control::bloat::noise::Noise;
use crate::control::bloat::oneway::{Stamps, Turn};
use crate::control::bloat::{Climate, Meter, MeterParams, Reading};
use crate::control::load::{Gauge, Pace};
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// A direction that uses less than this share of its rate is idle: its counter is read once a second.
const IDLE_LOAD: f64 = 0.05;
/// What a write takes before the first one has shown it: the median that was measured on RouterOS
/// (routeros.md 1.7).
const FIRST_WRITE: Duration = Duration::from_millis(20);
/// Weight of a new write time in the average of them, one in eight as in TCP (RFC 6298).
const EIGHTH: u64 = 8;

/// What an earlier run learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learned {
    /// The last rate that did well.
    pub good: Both<Rate>,
    /// What the delay is while nobody uses the line.
    pub noise: Noise,
}

/// What a [`Pilot`] needs to know.
#[derive(Clone, Copy, Debug)]
pub struct PilotParams {
    /// How many reflectors there are, 1 to [`MAX_REFLECTORS`](crate::control::prober::MAX_REFLECTORS).
    pub reflectors: u8,
    /// From one echo to the next, whichever reflector it goes to.
    pub echo_every: Duration,
    /// The two directions.
    pub shapers: Both<ShaperParams>,
    /// What an earlier run left.
    pub learned: Option<Learned>,
    /// Reflectors may be asked for their time.
    pub one_way: bool,
}

/// One WAN's adaptive law at work.
#[derive(Clone, Debug)]
pub struct Pilot {
    law: Adaptive,
    meter: Meter,
    gauges: Both<Gauge>,
    pace: Pace,
    climate: Climate,
    applies_in: Duration,
    loaded: bool,
}

impl Pilot {
    /// # Panics
    /// If there are more reflectors than allowed; the config check refuses them.
    pub fn new(now: Instant, params: &PilotParams) -> Self {
        let learned = params.learned;
        let shapers = &params.shapers;
        let meter = MeterParams {
            reflectors: params.reflectors,
            echo_every: params.echo_every,
            threshold: shapers.down.tuning.threshold,
            one_way: params.one_way,
        };
        let noise = learned.map(|learned| learned.noise).unwrap_or_default();
        Self {
            law: Adaptive::new(now, *shapers, learned.map(|learned| learned.good)),
            meter: Meter::new(now, meter, noise),
            gauges: Both::default(),
            pace: Pace::default(),
            climate: Climate::Unknown,
            applies_in: FIRST_WRITE,
            loaded: true,
        }
    }

    /// It is the n-th reflector's turn: says what to ask it.
    pub fn ask(&mut self, now: Instant, n: u8) -> Turn {
        self.meter.ask(now, n)
    }

    /// The n-th reflector answered after `rtt`, perhaps with its time.
    pub fn answered(&mut self, now: Instant, n: u8, rtt: Duration, stamps: Option<Stamps>) {
        self.meter.answered(now, n, rtt, stamps);
    }

    /// Whether the counters should be read now; if so, that counts as done.
    pub fn wants_counters(&mut self, now: Instant) -> bool {
        let due = now >= self.pace.due_at(self.loaded);
        if due {
            self.pace.asked(now);
        }
        due
    }

    /// A reading of the counters came, so long after it was asked for.
    pub fn counters_came(&mut self, took: Duration) {
        self.pace.answered(took);
    }

    /// At `at`, so many bytes had gone through a queue since its counter began.
    pub fn counted(&mut self, at: Instant, direction: Direction, bytes: u64) {
        self.gauges[direction].count(at, bytes);
    }

    /// The counters are out of sight, or may be others from now on.
    pub fn uncounted(&mut self) {
        for direction in Direction::BOTH {
            self.gauges[direction].lost();
        }
    }

    /// A write took so long to be confirmed.
    pub fn wrote(&mut self, took: Duration) {
        let (mean, new) = (self.applies_in.as_micros(), took.as_micros());
        self.applies_in = Duration::from_micros(mean - mean / EIGHTH + new / EIGHTH);
    }

    /// One step: what is heard and counted, judged.
    pub fn step(&mut self, now: Instant) -> (Reading, Both<Decision>) {
        let reading = self.meter.step(now, self.climate);
        let grace = self.pace.every(self.loaded);
        let achieved = self.gauges.as_ref().map(|gauge| gauge.achieved(now, grace));
        let signal = Signal {
            reading,
            achieved,
            applies_in: self.applies_in,
        };
        let was = self.law.presence();
        let decisions = self.law.step(now, &signal);
        if was.is_pause() && !self.law.presence().is_pause() {
            self.meter.forget_until(now);
        }
        self.climate = self.law.climate(achieved);
        let rates = self.law.rates();
        self.loaded = Direction::BOTH.into_iter().any(|direction| {
            let known = achieved[direction].known();
            known.is_none_or(|known| known.share_of(rates[direction]) > IDLE_LOAD)
        });
        (reading, decisions)
    }

    /// What CAKE should be told now.
    pub fn rates(&self) -> Both<Rate> {
        self.law.rates()
    }

    /// The law.
    pub const fn law(&self) -> &Adaptive {
        &self.law
    }

    /// The measurement.
    pub const fn meter(&self) -> &Meter {
        &self.meter
    }

    /// What is worth keeping over a restart.
    pub fn learned(&self) -> Learned {
        Learned {
            good: self.law.shapers().as_ref().map(super::Shaper::good),
            noise: self.meter.noise(),
        }
    }
}
