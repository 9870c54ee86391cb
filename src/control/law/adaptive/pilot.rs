//! The law with its measurement and its load: what a daemon, or a simulated one, holds per WAN.

use super::{Adaptive, Decision, ShaperParams, Signal};
use crate::control::bloat::noise::Noise;
use crate::control::bloat::oneway::{Stamps, Turn};
use crate::control::bloat::{Climate, Meter, MeterParams, Reading};
use crate::control::load::{Achieved, Counting, Gauge, Missing, Pace, Verdict};
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// A direction that uses less than this share of its rate is idle: its counter is read once a second.
const IDLE_LOAD: f64 = 0.05;
/// And is idle after so long of that: a pause of the radio is none.
const IDLE_AFTER: Duration = Duration::from_secs(3);
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
    counting: Both<Counting>,
    pace: Pace,
    climate: Climate,
    applies_in: Duration,
    loaded: bool,
    loaded_at: Instant,
    decisions: Option<Both<Decision>>,
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
            counting: Both::default(),
            pace: Pace::default(),
            climate: Climate::Unknown,
            applies_in: FIRST_WRITE,
            loaded: true,
            loaded_at: now,
            decisions: None,
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
        let asked_every = self.pace.every(self.loaded);
        if let Some(period) = self.counting[direction].read(at, bytes, asked_every) {
            self.gauges[direction].refreshed_every(period);
        }
    }

    /// The counters are out of sight, or may be others from now on.
    pub fn uncounted(&mut self) {
        for direction in Direction::BOTH {
            if self.counting[direction].lost() {
                self.gauges[direction] = Gauge::default();
            }
            self.gauges[direction].lost();
        }
    }

    /// The counter of a direction is another one from now on.
    pub fn renewed(&mut self, direction: Direction) {
        self.gauges[direction].lost();
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
        let achieved = Both::from_fn(|direction| match self.counting[direction].verdict() {
            Verdict::Slow(_) => Achieved::Unknown(Missing::Slow),
            Verdict::Undecided | Verdict::Fresh(_) => self.gauges[direction].achieved(now, grace),
        });
        let signal = Signal {
            reading,
            achieved,
            newest: self.gauges.as_ref().map(|gauge| gauge.newest(now)),
            applies_in: self.applies_in,
        };
        let was = self.law.presence();
        let decisions = self.law.step(now, &signal);
        if was.is_pause() && !self.law.presence().is_pause() {
            self.meter.forget_until(now);
        }
        self.climate = self.law.climate(achieved);
        let rates = self.law.rates();
        let loaded = Direction::BOTH.into_iter().any(|direction| {
            let known = achieved[direction].known();
            known.is_none_or(|known| known.share_of(rates[direction]) > IDLE_LOAD)
        });
        if loaded {
            self.loaded_at = now;
        }
        self.loaded = now - self.loaded_at < IDLE_AFTER;
        self.decisions = Some(decisions);
        (reading, decisions)
    }

    /// What the last step decided; `None` before the first.
    pub const fn decisions(&self) -> Option<&Both<Decision>> {
        self.decisions.as_ref()
    }

    /// What is known of the two counters.
    pub const fn counting(&self) -> &Both<Counting> {
        &self.counting
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::law::adaptive::{Mode, Preset};

    fn pilot() -> Pilot {
        let shaper = ShaperParams {
            floor: Rate::mbit(5),
            base: Rate::mbit(60),
            ceiling: Rate::mbit(100),
            tuning: Preset::Cable.tuning(),
        };
        let params = PilotParams {
            reflectors: 6,
            echo_every: Duration::from_millis(50),
            shapers: Both {
                down: shaper,
                up: shaper,
            },
            learned: None,
            one_way: false,
        };
        Pilot::new(Instant::ZERO, &params)
    }

    /// Somebody begins to filter echoes. That looks like a queue for a moment.
    #[test]
    fn echoes_that_are_filtered_from_now_on_do_not_leave_it_at_the_floor() {
        for counted in [true, false] {
            let mut pilot = pilot();
            let (mut sent, mut least) = (0, Rate::mbit(100));
            for n in 0..12_000 {
                let now = Instant::ZERO + Duration::from_millis(n * 50);
                if (1..1_200).contains(&n) {
                    pilot.answered(now, ((n - 1) % 6) as u8, Duration::from_millis(50), None);
                }
                pilot.ask(now, (n % 6) as u8);
                sent += pilot.rates().down.min(Rate::mbit(24)).as_bps() * 50 / 8_000;
                if pilot.wants_counters(now) && (counted || n < 1_200) {
                    pilot.counters_came(Duration::from_millis(10));
                    pilot.counted(now, Direction::Down, sent);
                    pilot.counted(now, Direction::Up, sent / 20);
                }
                pilot.step(now);
                assert!(n >= 1_200 || pilot.rates().down == Rate::mbit(60));
                least = least.min(pilot.rates().down);
            }
            assert!(
                !counted || least < Rate::mbit(20),
                "taken for a queue: {least}"
            );
            let down = pilot.decisions().expect("it has stepped").down;
            assert!(
                down.rate >= Rate::mbit(60).times(0.98),
                "counted: {counted}, least {least}, then {down:?}"
            );
        }
    }

    /// Without counters nobody knows whose the delay is, and yet a longer path is no floor for ever.
    #[test]
    fn a_longer_path_is_learned_without_counters_too() {
        let mut pilot = pilot();
        let mut least = Rate::mbit(100);
        for n in 0..24_000 {
            let now = Instant::ZERO + Duration::from_millis(n * 50);
            let ticks = if n < 1_200 { 1 } else { 2 };
            if n >= ticks {
                let rtt = Duration::from_millis(50 * ticks);
                pilot.answered(now, ((n - ticks) % 6) as u8, rtt, None);
            }
            pilot.ask(now, (n % 6) as u8);
            pilot.step(now);
            least = least.min(pilot.rates().down);
        }
        assert_eq!(least, Rate::mbit(5), "it was taken for a queue");
        let rates = pilot.rates();
        assert!(rates.down >= Rate::mbit(60).times(0.98), "{rates:?}");
    }

    /// A router that was slow to count may be another one after the next connection.
    #[test]
    fn a_counter_that_was_too_slow_is_tested_again_after_a_lost_connection() {
        let mut pilot = pilot();
        let counts = |pilot: &mut Pilot, from: u64, period: u64| {
            for millis in (from..from + 60_000).step_by(100) {
                let now = Instant::ZERO + Duration::from_millis(millis);
                for direction in Direction::BOTH {
                    pilot.counted(now, direction, millis / period * 100_000);
                }
            }
        };
        counts(&mut pilot, 0, 1_000);
        assert!(matches!(pilot.counting().down.verdict(), Verdict::Slow(_)));
        pilot.uncounted();
        counts(&mut pilot, 61_000, 100);
        assert!(matches!(pilot.counting().down.verdict(), Verdict::Fresh(_)));
        assert_eq!(pilot.gauges.down.window(), crate::control::load::WINDOW);
    }

    /// How a pilot ends whose counters move every so many milliseconds, after two minutes of bulk without
    /// delay.
    fn flown(period: u64) -> Both<Decision> {
        let mut pilot = pilot();
        let (mut sent, mut shown) = (0, 0);
        for n in 0..2_400 {
            let millis = n * 50;
            let now = Instant::ZERO + Duration::from_millis(millis);
            pilot.answered(now, (n % 6) as u8, Duration::from_millis(20), None);
            sent += pilot.rates().down.as_bps() * 50 / 8_000;
            if millis.is_multiple_of(period) {
                shown = sent;
            }
            if pilot.wants_counters(now) {
                pilot.counters_came(Duration::from_millis(10));
                pilot.counted(now, Direction::Down, shown);
                pilot.counted(now, Direction::Up, shown / 50);
            }
            pilot.step(now);
        }
        *pilot.decisions().expect("it has stepped")
    }

    #[test]
    fn counters_that_move_too_rarely_are_done_without() {
        let fresh = flown(100).down;
        assert_eq!((fresh.mode, fresh.rate), (Mode::Clear, Rate::mbit(100)));
        let slow = flown(1_000).down;
        assert_eq!((slow.mode, slow.achieved), (Mode::Blind, None));
        assert_eq!(slow.rate, Rate::mbit(60), "back to the base");
    }

    /// A queue that was made anew counts from wherever it likes.
    #[test]
    fn the_first_reading_of_another_counter_is_no_rate() {
        let mut pilot = pilot();
        let mut reads = |millis: u64, bytes| {
            let now = Instant::ZERO + Duration::from_millis(millis);
            if millis == 1_000 {
                pilot.renewed(Direction::Down);
            }
            pilot.counted(now, Direction::Down, bytes);
            pilot.counted(now, Direction::Up, bytes);
            pilot.step(now);
            let decisions = pilot.decisions().expect("it has stepped");
            (decisions.down.achieved, decisions.up.achieved)
        };
        let steady = Some(Rate::mbit(8));
        for n in 1..10 {
            let (down, up) = reads(n * 100, n * 100_000);
            assert_eq!(
                (down, up),
                if n > 1 {
                    (steady, steady)
                } else {
                    (None, None)
                }
            );
        }
        let (down, up) = reads(1_000, 1_000_000);
        assert_eq!((down, up), (None, steady));
    }
}
