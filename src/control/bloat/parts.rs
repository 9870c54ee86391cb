//! Whose the delta is, where the reflectors tell it.

use super::oneway::{self, Split};
use super::{DRAINING_MS_PER_S, FRESH_FOR, Meter, Reading, STEEPEST};
use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// From here on the parts of a delta are more than the cut of the clocks, in milliseconds.
const TELLING_MS: f64 = 5.0;

/// Jitter of the two ways adds up in squares: each has so much of what an RTT has.
const OF_ONE_WAY: f64 = core::f64::consts::FRAC_1_SQRT_2;

/// One direction's part of a delta.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Its queue's delay.
    pub delta: Millis,
    /// As [`Reading::falling`].
    pub falling: bool,
    /// As [`Reading::slope`].
    pub slope: f64,
}

impl Reading {
    /// As one direction sees it: its own queue, where that is known.
    #[must_use]
    pub fn of(self, direction: Direction) -> Self {
        let Some(parts) = self.one_way else {
            return self;
        };
        let Part {
            delta,
            falling,
            slope,
        } = parts[direction];
        let sum = (parts.down.delta + parts.up.delta).as_f64();
        let share = if sum < TELLING_MS {
            1.0
        } else {
            delta.as_f64() / sum
        };
        let scaled = |ms: Millis, share: f64| Millis::new(ms.as_f64() * share).unwrap_or(ms);
        Self {
            delta: Some(delta),
            falling,
            slope,
            early: self.early.map(|early| scaled(early, share)),
            threshold: scaled(self.threshold, OF_ONE_WAY),
            ..self
        }
    }
}

impl Meter {
    /// How much longer each way to the n-th reflector and back was than usual, if it tells that reliably.
    pub fn one_way(&self, now: Instant, n: u8) -> Option<Split> {
        let reflector = self.reflectors.get(usize::from(n))?;
        let since = now - self.turns_apart();
        reflector.one_way.last(now, since).map(|(_, split)| split)
    }

    /// The delta shared out: how large it is, is what all reflectors agree on and what unanswered echoes
    /// say; whose it is, what those say who tell their time.
    pub(super) fn parts(&mut self, now: Instant, delta: Option<f64>) -> Option<Both<Part>> {
        let parts = delta.and_then(|delta| self.shared_out(now, delta));
        let Some(parts) = parts else {
            self.trends = Both::default();
            return None;
        };
        Some(Both::from_fn(|direction| {
            let rise = self.trends[direction].rise(now, parts[direction]);
            Part {
                delta: Millis::new(parts[direction]).unwrap_or_default(),
                falling: rise < -DRAINING_MS_PER_S,
                slope: (rise / 1e3).clamp(0.0, STEEPEST),
            }
        }))
    }

    fn shared_out(&self, now: Instant, delta: f64) -> Option<Both<f64>> {
        let since = now - self.turns_apart();
        let included = self.reflectors.iter().filter(|r| !r.conduct.is_out());
        let said = included.filter_map(|reflector| reflector.one_way.last(now, since));
        let split = oneway::together(said, self.reflectors.len())?.map(Millis::as_f64);
        let sum = split.down + split.up;
        if sum < TELLING_MS && sum < delta {
            // What is there is too little to say whose the rest is; perhaps the rest is only late.
            return (delta - sum < self.threshold().as_f64()).then_some(split);
        }
        Some(split.map(|part| if sum > 0.0 { part * delta / sum } else { 0.0 }))
    }

    /// For how long what a reflector said stands: until its next turn, and some.
    fn turns_apart(&self) -> Duration {
        let turns = self.params.echo_every.as_micros() * (self.reflectors.len() as u64 + 2);
        FRESH_FOR.max(Duration::from_micros(turns))
    }
}

#[cfg(test)]
mod tests {
    use super::super::noise::Noise;
    use super::super::oneway::{Stamps, Turn};
    use super::super::{Climate, MeterParams};
    use super::*;

    const EVERY: Duration = Duration::from_millis(50);

    struct Bench {
        meter: Meter,
        now: Instant,
        /// How often each of the six was asked for its time.
        asked: [u32; 6],
    }

    fn bench(one_way: bool) -> Bench {
        let params = MeterParams {
            reflectors: 6,
            echo_every: EVERY,
            threshold: Millis::of(15),
            one_way,
        };
        Bench {
            meter: Meter::new(Instant::ZERO, params, Noise::default()),
            now: Instant::ZERO,
            asked: [0; 6],
        }
    }

    impl Bench {
        /// Six reflectors 20 ms away of which the first `telling` answer for their time, and the others
        /// only echoes; so many milliseconds wait there and back.
        fn run(&mut self, seconds: u64, telling: u8, (up, down): (u64, u64)) -> Reading {
            let end = self.now + Duration::from_secs(seconds);
            let mut turn = 0;
            loop {
                let reading = self.meter.step(self.now, Climate::Busy);
                if self.now >= end {
                    return reading;
                }
                let n = turn;
                turn = (turn + 1) % 6;
                let question = self.meter.ask(self.now, n);
                let rtt = Duration::from_millis(20 + up + down);
                let sent_at = self.now;
                self.now = self.now + EVERY;
                if question == Turn::Echo {
                    self.meter.answered(sent_at + rtt, n, rtt, None);
                    continue;
                }
                self.asked[usize::from(n)] += 1;
                if n < telling {
                    let theirs = (sent_at.as_micros() / 1_000 + 10 + up + 70_000_000) % 86_400_000;
                    let theirs = u32::try_from(theirs).unwrap();
                    let stamps = Stamps {
                        sent_at,
                        originate: 1,
                        receive: theirs,
                        transmit: theirs,
                    };
                    self.meter.answered(sent_at + rtt, n, rtt, Some(stamps));
                }
            }
        }
    }

    #[test]
    fn three_that_tell_their_time_say_whose_the_delta_is() {
        let mut bench = bench(true);
        bench.run(30, 3, (0, 0));
        let reading = bench.run(2, 3, (5, 35));
        let [down, up] = Direction::BOTH.map(|direction| reading.of(direction));
        assert!(
            (up.delta.unwrap().as_f64() - 5.0).abs() < 2.0,
            "{reading:?}"
        );
        assert!(
            (down.delta.unwrap().as_f64() - 35.0).abs() < 3.0,
            "{reading:?}"
        );
        let sum = up.delta.unwrap() + down.delta.unwrap();
        assert!(
            (sum - reading.delta.unwrap()).as_f64().abs() < 0.01,
            "they are its parts"
        );
        assert!(up.threshold < reading.threshold);
        let of_one = bench.meter.one_way(bench.now, 0).expect("it tells");
        let off = |told: Millis, real: f64| (told.as_f64() - real).abs();
        assert!(
            off(of_one.up, 5.0) < 2.0 && off(of_one.down, 35.0) < 3.0,
            "{of_one:?}"
        );
        assert_eq!(bench.meter.one_way(bench.now, 5), None, "it does not");
        // Their last word is still fresh while the download drains.
        let reading = bench.run(1, 3, (0, 0));
        assert!(
            reading.of(Direction::Down).delta.unwrap() < Millis::of(1),
            "{reading:?}"
        );
    }

    #[test]
    fn a_direction_sees_its_own_queue_and_its_share_of_the_first_late_echo() {
        let part = |delta, slope, falling| Part {
            delta: Millis::of(delta),
            falling,
            slope,
        };
        let reading = Reading {
            delta: Some(Millis::of(40)),
            threshold: Millis::of(15),
            falling: false,
            early: Some(Millis::of(20)),
            slope: 0.5,
            heard_at: Instant::ZERO,
            echo_every: EVERY,
            path: Millis::of(20),
            one_way: Some(Both {
                down: part(30, 0.5, false),
                up: part(10, 0.0, true),
            }),
        };
        let up = reading.of(Direction::Up);
        assert_eq!(up.delta, Some(Millis::of(10)));
        assert_eq!(up.early, Some(Millis::of(5)));
        assert!(up.falling && up.slope < f64::EPSILON);
        let down = reading.of(Direction::Down);
        assert_eq!(down.early, Some(Millis::of(15)));
        assert!(!down.falling && (down.slope - 0.5).abs() < f64::EPSILON);
    }

    #[test]
    fn two_of_six_are_not_heard_and_each_sees_all_of_it() {
        let mut bench = bench(true);
        bench.run(30, 2, (0, 0));
        let reading = bench.run(2, 2, (5, 35));
        assert_eq!(reading.one_way, None);
        assert_eq!(reading.of(Direction::Up), reading);
    }

    /// Who does not answer costs four turns, none of which looks like a queue.
    #[test]
    fn who_does_not_answer_is_left_alone() {
        let mut bench = bench(true);
        for _ in 0..60 {
            let reading = bench.run(1, 0, (0, 0));
            assert!(reading.delta.unwrap() < Millis::of(1), "{reading:?}");
        }
        assert_eq!(bench.asked, [4; 6]);
        assert!((0..6).all(|n| !bench.meter.is_out(n)));
    }

    #[test]
    fn switched_off_nobody_is_asked() {
        let mut bench = bench(false);
        bench.run(60, 6, (0, 0));
        assert_eq!(bench.asked, [0; 6]);
    }
}
