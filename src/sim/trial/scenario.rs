//! What can happen to a line, by name.

use crate::control::law::adaptive::{Preset, ShaperParams, Tuning};
use crate::direction::{Both, Direction};
use crate::sim::line::LineOptions;
use crate::sim::random::Random;
use crate::sim::schedule::{Change, Schedule};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// One direction's floor, base and ceiling.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Where a fall stops.
    pub floor: Rate,
    /// Where a start begins.
    pub base: Rate,
    /// Where a rise stops.
    pub ceiling: Rate,
}

impl Limits {
    /// In Mbit/s.
    pub const fn mbit(floor: u64, base: u64, ceiling: u64) -> Self {
        Self {
            floor: Rate::mbit(floor),
            base: Rate::mbit(base),
            ceiling: Rate::mbit(ceiling),
        }
    }

    pub(super) const fn adaptive(self, tuning: Tuning) -> ShaperParams {
        ShaperParams {
            floor: self.floor,
            base: self.base,
            ceiling: self.ceiling,
            tuning,
        }
    }
}

/// From and until, since the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The first moment.
    pub from: Duration,
    /// The first moment after it.
    pub until: Duration,
}

impl Span {
    /// In seconds.
    pub const fn secs(from: u64, until: u64) -> Self {
        Self {
            from: Duration::from_secs(from),
            until: Duration::from_secs(until),
        }
    }

    /// Whether `now` is in it.
    pub fn holds(self, now: Instant) -> bool {
        let since = now - Instant::ZERO;
        self.from <= since && since < self.until
    }
}

/// One reflector's habits.
#[derive(Clone, Debug, PartialEq)]
pub struct Quirks {
    /// Evenly from zero to this on top of every reply.
    pub jitter: Duration,
    /// So often a reply takes 20 to 80 ms longer, 0 to 1.
    pub spikes: f64,
    /// So often it does not answer, 0 to 1.
    pub loss: f64,
    /// It answers nothing in these times.
    pub silent: Vec<Span>,
    /// It takes so much longer in these times.
    pub offset: Vec<(Span, Duration)>,
    /// What it tells of its time, if it does.
    pub clock: Option<TheirClock>,
}

/// A reflector's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TheirClock {
    /// How far it is ahead of the day of the scenario.
    pub ahead: Duration,
    /// It runs fast by so many millionths; negative: slow.
    pub skew_ppm: i32,
}

impl TheirClock {
    /// What it writes into a reply to what comes in at `now`: milliseconds of the day.
    pub(super) fn shows(self, now: Instant) -> u32 {
        let passed = i128::from(now.as_micros());
        let gained = passed * i128::from(self.skew_ppm) / 1_000_000;
        let micros = passed + gained + i128::from(self.ahead.as_micros());
        u32::try_from(micros.div_euclid(1_000).rem_euclid(86_400_000)).unwrap_or(0)
    }
}

/// An ordinary reflector: the law study's.
impl Default for Quirks {
    fn default() -> Self {
        Self {
            jitter: Duration::from_millis(4),
            spikes: 0.002,
            loss: 0.001,
            silent: Vec::new(),
            offset: Vec::new(),
            clock: None,
        }
    }
}

/// A line, its story and what is wrong around it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// For the table.
    pub name: String,
    /// The line as it is at the start.
    pub line: LineOptions,
    /// What happens to it.
    pub schedule: Schedule,
    /// For how long.
    pub lasts: Duration,
    /// Delay that comes from elsewhere.
    pub weather: Vec<(Span, Duration)>,
    /// Six for an adaptive law, of which the classic one asks the first three.
    pub reflectors: Vec<Quirks>,
    /// What the user configured.
    pub limits: Both<Limits>,
    /// What the user said it is.
    pub preset: Preset,
    /// Which directions' utilisation counts.
    pub judged: Both<bool>,
    /// From a write's start to its effect.
    pub write_takes: Duration,
    /// Whether the counters can be read at all.
    pub counters: bool,
    /// From a reading's start to its reply.
    pub counters_take: Duration,
    /// What a counter shows for a byte that went through: 1, or a little more.
    pub counters_read: f64,
    /// When the counters stand still.
    pub counters_frozen: Vec<Span>,
    /// What both directions share, on top of what each has for itself.
    pub shared: Option<Rate>,
    /// So many TCP flows carry a direction's load; 0: so many that they are one stream.
    pub flows: u32,
    /// Bytes of the packets on the line, for the time that one of them keeps an echo waiting; 0: the
    /// line is fast enough not to notice.
    pub packet: u64,
}

/// "As much as it can."
pub const BULK: Rate = Rate::mbit(10_000);
const DOWN: Direction = Direction::Down;
const UP: Direction = Direction::Up;

const fn second(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// The law study's line: 100/20 Mbit/s, 25 ms, 400 ms of buffer, 20/60/100 configured.
impl Default for Scenario {
    fn default() -> Self {
        Self {
            name: "idle".to_owned(),
            line: LineOptions {
                capacity: Both {
                    down: Rate::mbit(100),
                    up: Rate::mbit(20),
                },
                demand: Both {
                    down: Rate::bps(500_000),
                    up: Rate::bps(500_000),
                },
                propagation: Duration::from_millis(25),
                jitter: Duration::ZERO,
                buffer: Both {
                    down: 5_000_000,
                    up: 1_000_000,
                },
                seed: 1,
            },
            schedule: Schedule::new(),
            lasts: second(120),
            weather: Vec::new(),
            reflectors: vec![Quirks::default(); 6],
            limits: Both {
                down: Limits::mbit(20, 60, 100),
                up: Limits::mbit(2, 15, 20),
            },
            preset: Preset::Cable,
            judged: Both {
                down: true,
                up: false,
            },
            write_takes: Duration::from_millis(30),
            counters: true,
            counters_take: Duration::from_millis(20),
            counters_read: 1.0,
            counters_frozen: Vec::new(),
            shared: None,
            flows: 0,
            packet: 0,
        }
    }
}

impl Scenario {
    /// The same story with other accidents.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.line.seed = seed;
        self
    }

    fn bulk(name: &str, seconds: u64) -> Self {
        let mut scenario = Self {
            name: name.to_owned(),
            lasts: second(seconds),
            ..Self::default()
        };
        scenario.line.demand.down = BULK;
        scenario
    }

    fn then(mut self, at: Duration, change: Change) -> Self {
        self.schedule = self.schedule.at(at, change);
        self
    }
}

/// 100, 40 and again 100 Mbit/s, forty seconds each, under bulk load.
pub fn steps() -> Scenario {
    Scenario::bulk("steps 100-40-100, bulk", 120)
        .then(second(40), Change::Capacity(DOWN, Rate::mbit(40)))
        .then(second(80), Change::Capacity(DOWN, Rate::mbit(100)))
}

/// A capacity that walks about 60 and now and then jumps, 15 to 98 Mbit/s, every half second.
pub fn lte(seed: u64) -> Scenario {
    let mut scenario = Scenario::bulk("LTE-like walk, bulk", 200).seeded(seed);
    scenario.preset = Preset::Lte;
    let mut random = Random::new(seed);
    let mut mbit = 60.0;
    for n in 0..400 {
        // The sum of twelve even numbers is nearly normal.
        let normal = (0..12)
            .map(|_| random.below(1_000) as f64 / 1e3)
            .sum::<f64>()
            - 6.0;
        mbit += -0.075 * (mbit - 60.0) + 6.0 * normal;
        if random.happens(0.02) {
            mbit *= [0.4, 0.5, 1.6][usize::try_from(random.below(3)).unwrap_or(0)];
        }
        mbit = f64::clamp(mbit, 15.0, 98.0);
        let change = Change::Capacity(DOWN, Rate::from_mbps(mbit));
        scenario = scenario.then(Duration::from_millis(n * 500), change);
    }
    scenario
}

/// An evening on a shared segment, in fast motion: the capacity goes from 95 to 45 Mbit/s and back
/// over five minutes, with dips.
pub fn docsis_evening() -> Scenario {
    let mut scenario = Scenario::bulk("DOCSIS evening, bulk", 300);
    let mut random = Random::new(11);
    for n in 0..150_u32 {
        let depth = 1.0 - (f64::from(n) / 75.0 - 1.0).abs();
        let dip = if random.happens(0.06) { 0.7 } else { 1.0 };
        let change = Change::Capacity(DOWN, Rate::from_mbps((95.0 - 50.0 * depth) * dip));
        scenario = scenario.then(second(u64::from(n) * 2), change);
    }
    scenario
}

/// Another satellite every 15 s: another capacity, another distance, and 150 ms in which echoes take
/// 30 ms longer.
pub fn starlink(seed: u64) -> Scenario {
    let mut scenario = Scenario::bulk("Starlink epochs, bulk", 200).seeded(seed);
    scenario.preset = Preset::Starlink;
    scenario.line.propagation = Duration::from_millis(40);
    for quirks in &mut scenario.reflectors {
        quirks.jitter = Duration::from_millis(10);
        quirks.spikes = 0.01;
    }
    let mut random = Random::new(seed);
    for n in 0..13 {
        let from = second(n * 15);
        let until = from + Duration::from_millis(150);
        let hand_over = Duration::from_millis(30);
        scenario.weather.push((Span { from, until }, hand_over));
        let capacity = Rate::mbit(35 + random.below(60));
        let rtt = Duration::from_millis(36 + random.below(8));
        scenario = scenario
            .then(from, Change::Capacity(DOWN, capacity))
            .then(from, Change::Propagation(rtt));
    }
    scenario
}

/// 60 Mbit/s, half bulk, half nothing, 8 s and 12 s.
pub fn on_off() -> Scenario {
    let mut scenario = Scenario::bulk("60M, bulk 8 s on 12 s off", 200);
    scenario.line.capacity.down = Rate::mbit(60);
    scenario.schedule = Schedule::new()
        .at(Duration::ZERO, Change::Demand(DOWN, BULK))
        .at(second(8), Change::Demand(DOWN, Rate::bps(500_000)))
        .at(second(19), Change::Demand(DOWN, Rate::bps(500_000)))
        .at(Duration::from_millis(19_999), Change::Demand(DOWN, BULK))
        .repeating_every(second(20));
    scenario
}

/// Demand that jumps between nothing and bulk, before a buffer of `buffer_ms`.
pub fn bursty(name: &str, buffer_ms: u64, seed: u64) -> Scenario {
    let mut scenario = Scenario::bulk(name, 200).seeded(seed);
    scenario.line.capacity.down = Rate::mbit(60);
    scenario.line.buffer.down = 60_000_000 / 8 * buffer_ms / 1_000;
    let mut random = Random::new(seed);
    let mut at = Duration::ZERO;
    while at < scenario.lasts {
        let demand = match random.below(7) {
            0 | 1 => Rate::bps(500_000),
            2 => Rate::mbit(3),
            3 => Rate::mbit(10),
            4 => Rate::mbit(25),
            _ => BULK,
        };
        scenario = scenario.then(at, Change::Demand(DOWN, demand));
        at = at + Duration::from_millis(1_000 + random.below(9_000));
    }
    scenario
}

/// Both directions at once.
pub fn rrul() -> Scenario {
    let mut scenario = Scenario::bulk("both directions, bulk", 120);
    scenario.line.demand.up = BULK;
    scenario.judged.up = true;
    scenario.line.capacity.up = Rate::mbit(12);
    scenario
        .then(second(40), Change::Capacity(DOWN, Rate::mbit(50)))
        .then(second(80), Change::Capacity(UP, Rate::mbit(6)))
}

/// The same, where the reflectors tell their time: one a quarter of a second before midnight, one with a
/// poor crystal, one that does not tell it.
#[must_use]
pub fn telling_time(mut scenario: Scenario) -> Scenario {
    for (n, quirks) in (0..).zip(&mut scenario.reflectors) {
        quirks.clock = Some(TheirClock {
            ahead: Duration::from_millis(86_399_750 - 7_654_321 * n),
            skew_ppm: [0, 5, -100, 100, 20][usize::try_from(n % 5).unwrap_or(0)],
        });
    }
    if let Some(last) = scenario.reflectors.last_mut() {
        last.clock = None;
    }
    scenario
}

/// The upload is saturated, the download is a film.
pub fn upload_alone() -> Scenario {
    let mut scenario = Scenario::bulk("upload saturated, film down", 120);
    scenario.line.demand = Both {
        down: Rate::mbit(30),
        up: BULK,
    };
    scenario.line.capacity.up = Rate::mbit(12);
    scenario.judged = Both {
        down: false,
        up: true,
    };
    scenario.then(second(60), Change::Capacity(UP, Rate::mbit(5)))
}

/// The steps, measured by six reflectors that jitter by up to 24 ms (deviation 7).
pub fn jittery() -> Scenario {
    let mut scenario = steps();
    "steps, reflectors jitter 24 ms".clone_into(&mut scenario.name);
    scenario.line.demand.down = Rate::bps(500_000);
    for quirks in &mut scenario.reflectors {
        quirks.jitter = Duration::from_millis(24);
    }
    scenario.then(second(16), Change::Demand(DOWN, BULK))
}

/// The steps, with one reflector 80 ms further for a minute and another one silent.
pub fn bad_reflectors() -> Scenario {
    let mut scenario = steps();
    "steps, two bad reflectors".clone_into(&mut scenario.name);
    let far = Duration::from_millis(80);
    scenario.reflectors[1]
        .offset
        .push((Span::secs(20, 80), far));
    scenario.reflectors[4].silent.push(Span::secs(10, 100));
    scenario
}

/// Somebody else's bloat at 10 % of our own load, then our bulk.
pub fn weather() -> Scenario {
    let mut scenario = Scenario::bulk("others' bloat, then bulk", 160);
    scenario.line.capacity.down = Rate::mbit(60);
    scenario.line.demand.down = Rate::mbit(6);
    for n in 0..6 {
        let span = Span::secs(10 + n * 15, 13 + n * 15);
        scenario.weather.push((span, Duration::from_millis(45)));
    }
    scenario.then(second(110), Change::Demand(DOWN, BULK))
}

/// The table's scenarios.
pub fn all(seed: u64) -> Vec<Scenario> {
    vec![
        steps().seeded(seed),
        lte(seed),
        docsis_evening().seeded(seed),
        starlink(seed),
        on_off().seeded(seed),
        bursty("bursty, 60 ms buffer", 60, seed),
        bursty("bursty, 1 s buffer", 1_000, seed),
        rrul().seeded(seed),
        upload_alone().seeded(seed),
        jittery().seeded(seed),
        bad_reflectors().seeded(seed),
        weather().seeded(seed),
    ]
}
