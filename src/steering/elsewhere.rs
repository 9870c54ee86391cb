//! The alternate: how much longer its round trips are than in its own calm.
//!
//! Nobody tells its baseline; it has no autorate that must run, and its echoes may go to another host than
//! the primary's. So its calm is the shortest round trip of many hours.

use heapless::Deque;

use crate::steering::evidence::{Alternate, Picture};
use crate::steering::intake::LONGEST_RTT;
use crate::steering::smoothing::Weight;
use crate::time::{Duration, Instant};
use crate::units::Millis;

/// A busy evening is shorter than this, so it does not pass for calm; and a longer route is believed by the
/// next morning.
pub const CALM_WINDOW: Duration = Duration::from_secs(12 * 3_600);
/// Pieces the window is kept in: what leaves it does so in steps of three quarters of an hour.
const PIECES: usize = 16;
/// Two delays that differ by less are the same: nobody hears it, and jitter is as large.
pub const SAME_WITHIN: Millis = Millis::of(5);

/// A longer delay enters the average as this, as the primary's does.
const LONGEST_DELAY: Millis = Millis::of(1_000);

/// The memory behind it.
#[derive(Clone, Debug)]
pub(super) struct Elsewhere {
    fresh: Duration,
    weight: Weight,
    interval: Duration,
    /// The lowest round trip of each piece, oldest first.
    lowest: Deque<(Instant, Millis), PIECES>,
    last: Option<Measured>,
}

/// Delays in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Measured {
    at: Instant,
    newest: Millis,
    average: Millis,
}

impl Elsewhere {
    /// Averages with this weight per `interval`, however often the alternate is asked; a round trip older
    /// than `fresh` says nothing about now.
    pub(super) const fn new(weight: Weight, interval: Duration, fresh: Duration) -> Self {
        Self {
            fresh,
            weight,
            interval,
            lowest: Deque::new(),
            last: None,
        }
    }

    /// Takes one cycle's round trip, if there was one. The averaged delay and the newest, if they are of now.
    pub(super) fn observe(&mut self, now: Instant, rtt: Option<Millis>) -> Option<[Millis; 2]> {
        if let Some(rtt) = rtt.filter(|&rtt| Millis::ZERO <= rtt && rtt <= LONGEST_RTT) {
            let newest = (rtt - self.calm(now, rtt)).min(LONGEST_DELAY);
            self.last = Some(Measured {
                at: now,
                newest,
                average: self.averaged(now, newest),
            });
        }
        let last = self.last.filter(|last| now - last.at <= self.fresh)?;
        Some([last.average, last.newest])
    }

    fn averaged(&self, now: Instant, newest: Millis) -> Millis {
        let Some(last) = self.last else {
            return newest;
        };
        let weight = self.weight.per(now - last.at, self.interval);
        let average = weight.blend(last.average.as_f64(), newest.as_f64());
        // Between two finite numbers.
        Millis::new(average).unwrap_or(newest)
    }

    /// The lowest round trip of the window, this one included.
    fn calm(&mut self, now: Instant, rtt: Millis) -> Millis {
        while let Some(&(at, _)) = self.lowest.front()
            && now - at >= CALM_WINDOW
        {
            self.lowest.pop_front();
        }
        let piece = Duration::from_micros(CALM_WINDOW.as_micros() / PIECES as u64);
        match self.lowest.back_mut() {
            Some((since, lowest)) if now - *since < piece => *lowest = lowest.min(rtt),
            _ => {
                if self.lowest.is_full() {
                    self.lowest.pop_front();
                }
                // There is room: it was made just now.
                let _ = self.lowest.push_back((now, rtt));
            }
        }
        let lowest = self.lowest.iter().map(|&(_, lowest)| lowest);
        lowest.fold(rtt, Millis::min)
    }
}

/// The alternate beside the primary, as far as delay goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Comparison {
    /// It is better, or nobody knows.
    Better,
    /// It is about the same.
    Same,
    /// It is worse, or does not answer at all.
    Worse,
}

impl Comparison {
    pub(super) fn of(picture: &Picture) -> Self {
        let delays = (picture.smoothed, picture.alternate_delay);
        match (picture.alternate, delays) {
            (Alternate::Silent, _) => Self::Worse,
            (Alternate::Answers, (Some(here), Some(there))) => {
                // It is asked less often than the primary: of two lines that become slow together it would
                // look like the better one for a moment. But one long round trip makes it no worse one.
                let newest = picture.alternate_newest.map_or(there, |it| it.max(there));
                if there >= here + SAME_WITHIN {
                    Self::Worse
                } else if newest + SAME_WITHIN > here {
                    Self::Same
                } else {
                    Self::Better
                }
            }
            (Alternate::Answers | Alternate::Unknown, _) => Self::Better,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    /// Unsmoothed.
    fn elsewhere() -> Elsewhere {
        let second = Duration::from_secs(1);
        Elsewhere::new(Weight::new(1.0).unwrap(), second, Duration::from_secs(6))
    }

    #[test]
    fn who_is_asked_less_often_is_averaged_over_the_same_time() {
        let averaged = |every: u64| {
            let (fifth, second) = (Weight::new(0.2).unwrap(), Duration::from_secs(1));
            let mut alternate = Elsewhere::new(fifth, second, Duration::from_secs(100));
            alternate.observe(at(0), Some(Millis::of(45)));
            alternate.observe(at(100), Some(Millis::of(145)));
            let mut delay = None;
            for second in (1..=20).filter(|second| second % every == 0) {
                delay = alternate.observe(at(100 + second), Some(Millis::of(45)));
            }
            let [average, _] = delay.unwrap();
            average.as_f64()
        };
        assert!((averaged(1) - averaged(10)).abs() < 1e-9);
        assert!((1.0..2.0).contains(&averaged(5)), "{}", averaged(5));
    }

    #[test]
    fn the_delay_is_what_comes_on_top_of_the_lowest_round_trip() {
        let mut alternate = elsewhere();
        assert_eq!(alternate.observe(at(0), None), None, "nothing is known");
        for (second, rtt, delay) in [(1, 60, 0), (2, 45, 0), (3, 145, 100), (4, 45, 0)] {
            let seen = alternate.observe(at(second), Some(Millis::of(rtt)));
            assert_eq!(seen, Some([Millis::of(delay); 2]), "at {second} s");
        }
        assert_eq!(alternate.observe(at(10), None), Some([Millis::ZERO; 2]));
        assert_eq!(alternate.observe(at(11), None), None, "too old");
    }

    #[test]
    fn an_evening_is_no_calm_but_a_new_route_is_one_the_next_day() {
        let mut alternate = elsewhere();
        alternate.observe(at(0), Some(Millis::of(45)));
        let mut delays = Vec::new();
        for minute in 1..=24 * 60 {
            let delay = alternate.observe(at(minute * 60), Some(Millis::of(90)));
            delays.push(delay.unwrap()[0]);
        }
        assert_eq!(delays[5 * 60], Millis::of(45), "five hours");
        assert_eq!(delays[13 * 60], Millis::ZERO, "thirteen hours");
    }

    #[test]
    fn a_fault_of_the_clock_is_no_round_trip_and_the_worst_delay_is_the_limit() {
        let mut alternate = elsewhere();
        alternate.observe(at(0), Some(Millis::of(45)));
        for odd in [-3.0, 1e9] {
            let odd = Millis::new(odd);
            assert_eq!(alternate.observe(at(1), odd), Some([Millis::ZERO; 2]));
        }
        let worst = alternate.observe(at(2), Some(Millis::of(9_000)));
        assert_eq!(worst, Some([Millis::of(1_000); 2]));
    }

    #[test]
    fn who_is_not_measured_is_better_and_who_is_silent_is_worse() {
        let picture = |alternate, here: u32, there: Option<u32>| Picture {
            smoothed: Some(Millis::of(here)),
            alternate,
            alternate_delay: there.map(Millis::of),
            ..Picture::default()
        };
        for (alternate, here, there, comparison) in [
            (Alternate::Unknown, 90, None, Comparison::Better),
            (Alternate::Answers, 90, None, Comparison::Better),
            (Alternate::Answers, 90, Some(85), Comparison::Better),
            (Alternate::Answers, 90, Some(86), Comparison::Same),
            (Alternate::Answers, 90, Some(94), Comparison::Same),
            (Alternate::Answers, 90, Some(95), Comparison::Worse),
            (Alternate::Silent, 90, Some(0), Comparison::Worse),
        ] {
            let picture = picture(alternate, here, there);
            assert_eq!(Comparison::of(&picture), comparison, "{picture:?}");
            // The newest makes it the same at most.
            let spike = Picture {
                alternate_newest: Some(Millis::of(900)),
                ..picture
            };
            let then = match (there, comparison) {
                (Some(_), Comparison::Better) => Comparison::Same,
                _ => comparison,
            };
            assert_eq!(Comparison::of(&spike), then, "{spike:?}");
        }
    }

    #[test]
    fn the_window_forgets_a_piece_at_a_time() {
        let mut alternate = elsewhere();
        let piece = CALM_WINDOW.as_micros() / 1_000_000 / PIECES as u64;
        alternate.observe(at(0), Some(Millis::of(45)));
        alternate.observe(at(piece), Some(Millis::of(60)));
        for (second, delay) in [(0, 30), (piece, 0)] {
            let now = at(second) + CALM_WINDOW;
            let seen = alternate.observe(now, Some(Millis::of(90)));
            assert_eq!(seen, Some([Millis::of(delay); 2]), "{second} s later");
        }
    }
}
