//! A scenario as a file tells it: a line in shares of what somebody configured, and what happens to it.
//!
//! The config room reads one; with a [`Setup`] and a seed it becomes a [`Scenario`] that can be played.

mod course;

pub use self::course::{Course, Draw};

use super::scenario::{BULK, Quirks, Scenario, Span};
use super::setup::Setup;
use crate::direction::{Both, Direction};
use crate::sim::line::LineOptions;
use crate::sim::random::Random;
use crate::sim::schedule::{Change, Schedule};
use crate::time::Duration;
use crate::units::Rate;

/// Echoes go to this many reflectors at least, so that every law finds as many as it wants.
const LEAST_REFLECTORS: usize = 6;

/// How much: of a capacity, or of what the home wants to move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// Of the configured ceiling; 1 is all of it.
    OfCeiling(f64),
    /// Whoever configured what.
    Absolute(Rate),
    /// As much as the line can.
    Bulk,
}

/// How far it is to a reflector and back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distance {
    /// Of the RTT that somebody configured; 1 is just that.
    OfConfigured(f64),
    /// Whoever configured what.
    Absolute(Duration),
}

/// One direction of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// What modem and provider pass.
    pub capacity: Course<Amount>,
    /// What the home wants to move.
    pub load: Course<Amount>,
    /// How long the first bit waits in a full buffer, at the first capacity.
    pub buffer: Duration,
}

/// Delay from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weather {
    /// When.
    pub span: Span,
    /// How much of it.
    pub adds: Duration,
    /// It comes again so long after it came.
    pub repeats_every: Option<Duration>,
}

/// What is wrong with a reflector for a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trouble {
    /// Counted from 0; `None` is every one.
    pub reflector: Option<u8>,
    /// When.
    pub span: Span,
    /// What.
    pub what: Wrong,
}

/// What can be wrong with a reflector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wrong {
    /// It answers nothing.
    Silent,
    /// Its path is so much longer.
    Farther(Duration),
}

/// What the router does with the daemon's requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RouterHabits {
    /// From a write's start to its effect.
    pub write_takes: Duration,
    /// From a reading's start to its reply; `None`: the counters cannot be read.
    pub counters_take: Option<Duration>,
    /// What a counter shows for a byte that went through.
    pub counters_read: f64,
}

/// The lines of the laboratory: a REST write by a router that is not busy.
impl Default for RouterHabits {
    fn default() -> Self {
        Self {
            write_takes: Duration::from_millis(30),
            counters_take: Some(Duration::from_millis(20)),
            counters_read: 1.0,
        }
    }
}

/// A scenario file.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// The file's name without folder and ending.
    pub name: String,
    /// One line for people.
    pub about: String,
    /// For how long.
    pub lasts: Duration,
    /// The RTT of the empty line.
    pub rtt: Course<Distance>,
    /// Both directions.
    pub sides: Both<Side>,
    /// Both directions share this much, if they share anything.
    pub shared: Option<Amount>,
    /// How every reflector answers.
    pub reflectors: Quirks,
    /// And what is wrong with some for a time.
    pub troubles: Vec<Trouble>,
    /// Delay from elsewhere.
    pub weather: Vec<Weather>,
    /// The router.
    pub router: RouterHabits,
    /// So many TCP flows carry a direction's load; 0: so many that they are one stream.
    pub flows: u32,
    /// The time one packet needs on the line is part of what an echo sees, as on slow lines it is; in
    /// bytes.
    pub packet: u64,
}

impl Amount {
    /// On a line whose ceiling is configured so.
    pub fn on(self, ceiling: Rate) -> Rate {
        match self {
            Self::OfCeiling(share) => ceiling.times(share),
            Self::Absolute(rate) => rate,
            Self::Bulk => BULK,
        }
    }
}

impl Distance {
    /// On a line whose RTT is configured so.
    pub fn of(self, configured: Duration) -> Duration {
        match self {
            Self::OfConfigured(share) => Duration::from_secs_f64(configured.as_secs_f64() * share),
            Self::Absolute(rtt) => rtt,
        }
    }
}

impl Story {
    /// The story on somebody's line; `seed` decides its accidents.
    pub fn scenario(&self, setup: &Setup, seed: u64) -> Scenario {
        let ceilings = setup.limits.map(|limits| limits.ceiling);
        let mut changes = Vec::new();
        // Every course has accidents of its own, whatever becomes of the others.
        let mut courses = (1_u64..).map(|n| Random::new(seed.wrapping_add(n << 32)));
        let mut random = || courses.next().unwrap_or_else(|| Random::new(seed));
        for direction in Direction::BOTH {
            let side = &self.sides[direction];
            let mbps = |amount: &Amount| amount.on(ceilings[direction]).as_mbps();
            let capacity = side.capacity.map(mbps);
            for (at, mbps) in capacity.values(self.lasts, &mut random()) {
                let rate = Rate::from_mbps(mbps);
                changes.push((at, Change::Capacity(direction, rate)));
            }
            let load = side.load.map(mbps);
            for (at, mbps) in load.values(self.lasts, &mut random()) {
                let rate = Rate::from_mbps(mbps);
                changes.push((at, Change::Demand(direction, rate)));
            }
        }
        let rtt = self.rtt.map(|rtt| rtt.of(setup.rtt).as_secs_f64());
        for (at, rtt) in rtt.values(self.lasts, &mut random()) {
            let rtt = Duration::from_secs_f64(rtt);
            changes.push((at, Change::Propagation(rtt)));
        }
        Scenario {
            name: self.name.clone(),
            line: self.line(setup, ceilings, seed),
            schedule: Schedule::of(changes),
            lasts: self.lasts,
            weather: self.weather(),
            reflectors: self.reflectors(usize::from(setup.reflectors)),
            limits: setup.limits,
            judged: Both {
                down: true,
                up: true,
            },
            write_takes: self.router.write_takes,
            counters: self.router.counters_take.is_some(),
            counters_take: self.router.counters_take.unwrap_or_default(),
            counters_read: self.router.counters_read,
            shared: self.shared.map(|amount| amount.on(ceilings.down)),
            flows: self.flows,
            packet: self.packet,
            ..Scenario::default()
        }
    }

    /// The line at the start.
    fn line(&self, setup: &Setup, ceilings: Both<Rate>, seed: u64) -> LineOptions {
        let first = |course: &Course<Amount>, ceiling: Rate| course.first().on(ceiling);
        let capacity = Both::from_fn(|side| first(&self.sides[side].capacity, ceilings[side]));
        LineOptions {
            capacity,
            demand: Both::from_fn(|side| first(&self.sides[side].load, ceilings[side])),
            propagation: self.rtt.first().of(setup.rtt),
            jitter: Duration::ZERO,
            buffer: Both::from_fn(|side| {
                let full = capacity[side].times(self.sides[side].buffer.as_secs_f64());
                full.as_bps() / 8
            }),
            seed,
        }
    }

    fn weather(&self) -> Vec<(Span, Duration)> {
        let mut all = Vec::new();
        for weather in &self.weather {
            let mut span = weather.span;
            while span.from < self.lasts {
                all.push((span, weather.adds));
                let Some(period) = weather.repeats_every else {
                    break;
                };
                span.from = span.from + period;
                span.until = span.until + period;
            }
        }
        all
    }

    fn reflectors(&self, configured: usize) -> Vec<Quirks> {
        let mut all = vec![self.reflectors.clone(); configured.max(LEAST_REFLECTORS)];
        for trouble in &self.troubles {
            let concerned = (0_u8..).zip(&mut all);
            for (_, quirks) in
                concerned.filter(|(n, _)| trouble.reflector.is_none_or(|which| which == *n))
            {
                match trouble.what {
                    Wrong::Silent => quirks.silent.push(trouble.span),
                    Wrong::Farther(by) => quirks.offset.push((trouble.span, by)),
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests;
