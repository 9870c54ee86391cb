//! A law and the world it believes in, moved by hand.

use super::super::*;
use crate::control::load::Missing;
use crate::units::Millis;

pub(super) const LIMITS: ShaperParams = ShaperParams {
    floor: Rate::mbit(5),
    base: Rate::mbit(60),
    ceiling: Rate::mbit(100),
    tuning: Preset::Cable.tuning(),
};

pub(super) fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

/// A law and the world it believes in.
pub(super) struct Bench {
    pub(super) law: Adaptive,
    pub(super) now: u64,
    pub(super) every: u64,
    pub(super) last: Both<Decision>,
}

/// What is said to it for a while.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) delta: u32,
    pub(super) slope: f64,
    pub(super) falling: bool,
    pub(super) early: Option<u32>,
    /// The download's newest moment, of the rate, in per cent.
    pub(super) newest: Option<u32>,
    /// Of the rate, in per cent; `None`: the counters cannot be read.
    pub(super) load: Both<Option<u32>>,
    pub(super) answers: bool,
}

pub(super) const QUIET: Said = Said {
    delta: 0,
    slope: 0.0,
    falling: false,
    early: None,
    newest: None,
    load: Both {
        down: Some(2),
        up: Some(2),
    },
    answers: true,
};

pub(super) const BUSY: Said = Said {
    load: Both {
        down: Some(99),
        up: Some(2),
    },
    ..QUIET
};

impl Bench {
    pub(super) fn new(every: u64) -> Self {
        let both = Both {
            down: LIMITS,
            up: LIMITS,
        };
        let mut bench = Self {
            law: Adaptive::new(Instant::ZERO, both, None),
            now: 0,
            every,
            last: Both::from_fn(|_| Decision {
                rate: Rate::ZERO,
                mode: Mode::Clear,
                reason: Reason::Held,
                blocker: None,
                delta: None,
                threshold: Millis::ZERO,
                achieved: None,
                anchor: None,
                at_floor: false,
            }),
        };
        bench.hear(every, QUIET);
        bench
    }

    pub(super) fn hear(&mut self, millis: u64, said: Said) -> Both<Decision> {
        let silent_since = self.now;
        let end = self.now + millis;
        while self.now < end {
            self.now += self.every;
            let rates = self.law.rates();
            let signal = Signal {
                reading: Reading {
                    delta: Some(Millis::of(said.delta)),
                    threshold: Millis::of(15),
                    falling: said.falling,
                    early: said.early.map(Millis::of),
                    slope: said.slope,
                    heard_at: at(if said.answers { self.now } else { silent_since }),
                    echo_every: Duration::from_millis(50),
                    path: Millis::of(20),
                    one_way: None,
                },
                achieved: Both::from_fn(|direction| {
                    said.load[direction].map_or(Achieved::Unknown(Missing::Overdue), |percent| {
                        Achieved::Known(rates[direction].times(f64::from(percent) / 100.0))
                    })
                }),
                newest: Both {
                    down: said
                        .newest
                        .map(|percent| rates.down.times(f64::from(percent) / 100.0)),
                    up: None,
                },
                applies_in: Duration::from_millis(30),
            };
            self.last = self.law.step(at(self.now), &signal);
        }
        self.last
    }

    /// Steps until the download's state is `mode`; says how long that took.
    pub(super) fn until(&mut self, mode: Mode, said: Said) -> u64 {
        let start = self.now;
        while self.hear(self.every, said).down.mode != mode {
            assert!(self.now < start + 120_000, "never {mode:?}");
        }
        self.now - start
    }
}
