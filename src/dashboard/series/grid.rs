//! Rows fall into steps of equal length. Nothing is lost but the order within a step: the mean and both extremes stay.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::asked::Asked;
use super::happening::{Happening, Happenings};
use crate::dashboard::recent::Recent;
use crate::history::metric::{self, Kind};
use crate::history::row::Sample;
use crate::history::tier::Tier;

/// WANs of one chart at most; a process has eight.
const MOST_WANS: usize = 64;
/// Steering looks every two seconds, and v1.7's every half: what it says holds until it has looked again, in
/// seconds.
const STEERING_HOLDS: i64 = 5;
/// GREEN, YELLOW, SOFT_RED and RED.
const ZONES: usize = 4;
/// The code of RED.
const RED: f64 = 3.0;

/// The steps of a range.
#[derive(Debug)]
pub(super) struct Grid {
    from: i64,
    step: i64,
    steps: usize,
    wans: BTreeMap<String, Wan>,
}

/// What one WAN was like, step by step.
#[derive(Debug, Serialize)]
pub(super) struct Wan {
    name: String,
    /// The last second whose numbers are known.
    #[serde(skip)]
    known_to: Option<i64>,
    rtt: Band,
    baseline: Band,
    delta: Band,
    down: Band,
    up: Band,
    zone_down: Vec<Option<u8>>,
    zone_up: Vec<Option<u8>>,
    steered: Vec<Option<u8>>,
    /// Seconds in each zone, over all steps: the worst of a step is not what all of it was.
    time_down: [i64; ZONES],
    time_up: [i64; ZONES],
    /// Seconds off, and on.
    time_steered: [i64; 2],
    /// Writes that the router confirmed.
    writes: Vec<u32>,
    events: Happenings,
}

/// A number with its extremes.
#[derive(Debug)]
struct Band(Vec<Point>);

#[derive(Clone, Copy, Debug)]
struct Point {
    sum: f64,
    count: u32,
    least: f64,
    greatest: f64,
}

/// First and last step, both included.
type Steps = core::ops::RangeInclusive<usize>;

impl Grid {
    pub(super) fn new(asked: &Asked, tier: Tier) -> Self {
        let wanted = (asked.to - asked.from) / asked.points + 1;
        let rows = (wanted + tier.seconds() - 1) / tier.seconds();
        let step = rows * tier.seconds();
        // The same second falls into the same step of the next chart, too: nothing shimmers.
        let from = asked.from - asked.from.rem_euclid(step);
        let steps = usize::try_from((asked.to - from) / step + 1).unwrap_or_default();
        Self {
            from,
            step,
            steps,
            wans: BTreeMap::new(),
        }
    }

    pub(super) const fn from(&self) -> i64 {
        self.from
    }

    pub(super) const fn step(&self) -> i64 {
        self.step
    }

    pub(super) fn finish(self) -> Vec<Wan> {
        self.wans.into_values().collect()
    }

    /// Takes a row; rows come newest first.
    pub(super) fn add(&mut self, sample: &Sample<'_>) {
        let Some(steps) = self.steps_of(sample.at, sample.tier.seconds()) else {
            return;
        };
        if !self.wans.contains_key(sample.wan) {
            if self.wans.len() >= MOST_WANS {
                return;
            }
            let empty = Wan::new(sample.wan, self.steps);
            self.wans.insert(sample.wan.to_owned(), empty);
        }
        let holds = self.steps_of(sample.at, STEERING_HOLDS.max(sample.tier.seconds()));
        if let Some(wan) = self.wans.get_mut(sample.wan) {
            wan.add(sample, steps.clone(), holds.unwrap_or(steps));
        }
    }

    /// Goes on where the history ends, with what was heard since.
    pub(super) fn add_recent(&mut self, recent: &Recent, asked: &Asked) {
        let wans = self.wans.iter();
        let known: BTreeMap<String, Option<i64>> = wans
            .map(|(name, wan)| (name.clone(), wan.known_to))
            .collect();
        let known_to = |wan: &str| known.get(wan).copied().flatten();
        recent.each_after(known_to, asked.to, |sample| {
            if asked.wan.as_deref().is_none_or(|wan| wan == sample.wan) {
                self.add(sample);
            }
        });
    }

    /// The steps that a row stands for; `None` outside the range.
    fn steps_of(&self, at: i64, seconds: i64) -> Option<Steps> {
        let step = |at: i64| usize::try_from((at - self.from).div_euclid(self.step));
        let last = step(at + seconds - 1).ok()?;
        let first = step(at).unwrap_or(0);
        (first < self.steps).then(|| first..=last.min(self.steps - 1))
    }
}

impl Wan {
    fn new(name: &str, steps: usize) -> Self {
        let band = || Band(vec![Point::NONE; steps]);
        Self {
            name: name.to_owned(),
            known_to: None,
            rtt: band(),
            baseline: band(),
            delta: band(),
            down: band(),
            up: band(),
            zone_down: vec![None; steps],
            zone_up: vec![None; steps],
            steered: vec![None; steps],
            time_down: [0; ZONES],
            time_up: [0; ZONES],
            time_steered: [0; 2],
            writes: vec![0; steps],
            events: Happenings::default(),
        }
    }

    fn add(&mut self, sample: &Sample<'_>, steps: Steps, holds: Steps) {
        let says = |word| sample.labels.is_some_and(|labels| labels.contains(word));
        if Kind::of(sample.metric, sample.labels) == Kind::Event {
            let step = *steps.start();
            if sample.metric == metric::WRITE && sample.value > 0.0 && !says("\"steering\"") {
                self.writes[step] = self.writes[step].saturating_add(1);
            } else if let Some(happening) = Happening::of(sample) {
                self.events.add(step, happening);
            }
            return;
        }
        match sample.metric {
            metric::STEERING_ENABLED => {
                self.time_steered[usize::from(sample.value > 0.0)] += sample.tier.seconds();
                self.steer(sample.value, &holds);
            }
            // Steering measures on its own; the charts are the line's as autorate sees it.
            _ if says("\"steering\"") => {}
            metric::RTT => self.rtt.mean(sample.value, steps),
            metric::RTT_MAX => self.rtt.extreme(sample.value, steps),
            metric::BASELINE => self.baseline.mean(sample.value, steps),
            metric::DELTA => self.delta.mean(sample.value, steps),
            metric::DELTA_MAX => self.delta.extreme(sample.value, steps),
            metric::RATE_DOWN => {
                let end = sample.at + sample.tier.seconds() - 1;
                self.known_to = self.known_to.max(Some(end));
                self.down.mean(sample.value, steps);
            }
            metric::RATE_DOWN_MIN => self.down.extreme(sample.value, steps),
            metric::RATE_UP => self.up.mean(sample.value, steps),
            metric::RATE_UP_MIN => self.up.extreme(sample.value, steps),
            metric::STATE if says("\"upload\"") => {
                spend(&mut self.time_up, sample);
                worst(&mut self.zone_up, sample.value, steps);
            }
            metric::STATE => {
                spend(&mut self.time_down, sample);
                worst(&mut self.zone_down, sample.value, steps);
            }
            _ => {}
        }
    }

    /// The step itself has what was seen in it; those after it only until somebody looked again.
    fn steer(&mut self, value: f64, holds: &Steps) {
        let own = *holds.start();
        worst(&mut self.steered, value.clamp(0.0, 1.0), own..=own);
        for later in self.steered[holds.clone()].iter_mut().skip(1) {
            *later = later.or(Some(u8::from(value > 0.0)));
        }
    }
}

fn spend(time: &mut [i64; ZONES], sample: &Sample<'_>) {
    if let Some(code) = code(sample.value) {
        time[usize::from(code)] += sample.tier.seconds();
    }
}

fn worst(steps: &mut [Option<u8>], value: f64, among: Steps) {
    if let Some(code) = code(value) {
        for step in &mut steps[among] {
            *step = (*step).max(Some(code));
        }
    }
}

/// What is no zone's code tells nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 3"
)]
fn code(value: f64) -> Option<u8> {
    (0.0..=RED).contains(&value).then(|| value.round() as u8)
}

impl Band {
    fn mean(&mut self, value: f64, among: Steps) {
        if value.is_finite() {
            for point in &mut self.0[among] {
                point.sum += value;
                point.count = point.count.saturating_add(1);
                point.stretch(value);
            }
        }
    }

    fn extreme(&mut self, value: f64, among: Steps) {
        if value.is_finite() {
            self.0[among]
                .iter_mut()
                .for_each(|point| point.stretch(value));
        }
    }
}

impl Point {
    const NONE: Self = Self {
        sum: 0.0,
        count: 0,
        least: f64::INFINITY,
        greatest: f64::NEG_INFINITY,
    };

    fn stretch(&mut self, value: f64) {
        self.least = self.least.min(value);
        self.greatest = self.greatest.max(value);
    }

    fn value(self) -> Option<f64> {
        (self.count > 0).then(|| rounded(self.sum / f64::from(self.count)))
    }
}

impl Serialize for Band {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Lines {
            mean: Vec<Option<f64>>,
            min: Vec<Option<f64>>,
            max: Vec<Option<f64>>,
        }
        let line = |value: fn(Point) -> Option<f64>| self.0.iter().copied().map(value).collect();
        Lines {
            mean: line(Point::value),
            min: line(|point| finite(point.least)),
            max: line(|point| finite(point.greatest)),
        }
        .serialize(to)
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then(|| rounded(value))
}

/// Hundredths: of milliseconds and of Mbit/s, more than a screen shows.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
