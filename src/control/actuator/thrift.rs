//! Writing seldom without being late: the adaptive law's write budget.
//!
//! RouterOS keeps every change in flash. A cut is worth that at any time; a raise can wait until it is
//! worth it. So there is an allowance that fills evenly over the hour; the less is left of it, the larger
//! a raise has to be and the longer it is after the one before. Nothing is dropped: what is wanted for
//! [`PATIENCE`] is written, and a cut always.

use crate::direction::{Both, Direction};
use crate::time::{Duration, Instant};
use crate::units::Rate;

/// `router.writes_per_hour`: one a second in the mean, a quarter of what other CAKE controllers write under
/// load. A line that is full all evening costs some ten thousand writes.
pub const DEFAULT_PER_HOUR: u32 = 3_600;
/// So much may be saved up, as a share of an hour's: a quarter of an hour without a thought of it.
const SAVED_UP: f64 = 0.25;
/// The smallest raise while there is plenty, and while there is nothing left, as a share of the rate.
const LEAST_RAISE: (f64, f64) = (0.008, 0.08);
/// The shortest time between two raises then.
const BETWEEN: (f64, f64) = (0.2, 2.0);
/// What is wanted for so long is written, however little it is: the router is never far from what is
/// wanted, nor for long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The allowance of one WAN.
#[derive(Clone, Copy, Debug)]
pub struct Thrift {
    per_second: f64,
    most: f64,
    left: f64,
    at: Instant,
    raised_at: Both<Option<Instant>>,
    /// Since when a raise has been waiting.
    waits_since: Both<Option<Instant>>,
}

impl Thrift {
    /// So many writes in an hour, one at least.
    pub fn new(per_hour: u32) -> Self {
        let per_hour = f64::from(per_hour.max(1));
        let most = (per_hour * SAVED_UP).max(1.0);
        Self {
            per_second: per_hour / 3_600.0,
            most,
            left: most,
            at: Instant::ZERO,
            raised_at: Both::default(),
            waits_since: Both::default(),
        }
    }

    /// Writes that are left at the moment.
    pub const fn left(&self) -> usize {
        self.left as usize
    }

    /// The smallest raise that is worth a write now, as a share of the rate.
    pub fn least_raise(&self) -> f64 {
        self.between(LEAST_RAISE)
    }

    /// What should be written of what is wanted: a raise that is not worth it yet is what the router
    /// holds.
    pub(super) fn temper(
        &mut self,
        now: Instant,
        wanted: Both<Rate>,
        held: Both<Option<Rate>>,
    ) -> Both<Rate> {
        let passed = (now - self.at).as_secs_f64();
        self.at = now;
        self.left = (self.left + passed * self.per_second).min(self.most);
        Both::from_fn(|direction| match held[direction] {
            Some(held) if held > Rate::ZERO && wanted[direction] > held => {
                if self.is_worth_it(now, direction, wanted[direction], held) {
                    wanted[direction]
                } else {
                    held
                }
            }
            _ => {
                self.waits_since[direction] = None;
                wanted[direction]
            }
        })
    }

    /// A write goes out; `raises` says which directions go up.
    pub(super) fn spend(&mut self, now: Instant, raises: Both<bool>, writes: u32) {
        self.left = (self.left - f64::from(writes)).max(0.0);
        for direction in Direction::BOTH {
            if raises[direction] {
                self.raised_at[direction] = Some(now);
                self.waits_since[direction] = None;
            }
        }
    }

    fn is_worth_it(
        &mut self,
        now: Instant,
        direction: Direction,
        wanted: Rate,
        held: Rate,
    ) -> bool {
        let since = *self.waits_since[direction].get_or_insert(now);
        let pause = Duration::from_secs_f64(self.between(BETWEEN));
        let rested = self.raised_at[direction].is_none_or(|at| now - at >= pause);
        let large = wanted.share_of(held) - 1.0 >= self.least_raise();
        (rested && large) || now - since >= PATIENCE
    }

    /// Between plenty and nothing left. The upper half of the allowance is plenty.
    fn between(&self, (plenty, nothing): (f64, f64)) -> f64 {
        let left = (2.0 * self.left / self.most).min(1.0);
        nothing + (plenty - nothing) * left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(down: Rate) -> Both<Rate> {
        Both {
            down,
            up: Rate::mbit(10),
        }
    }

    /// Ten minutes of ticks; returns how many raises and cuts were written of a wish that saws by
    /// `by` around 100 Mbit/s.
    fn saw(thrift: &mut Thrift, by: f64, minutes: u64) -> (u32, u32) {
        let (mut raises, mut cuts) = (0, 0);
        let mut held = both(Rate::mbit(100));
        for tick in 0..minutes * 1_200 {
            let now = Instant::ZERO + Duration::from_millis(50 * tick);
            // Four small raises a second, a cut every two seconds.
            let phase = (tick % 40) as f64 / 40.0;
            let wanted = both(Rate::mbit(100).times(1.0 + by * (phase - 0.5)));
            let worth = thrift.temper(now, wanted, held.map(Some));
            assert_eq!(worth.up, Rate::mbit(10));
            if worth.down != held.down {
                let up = worth.down > held.down;
                let risen = Both {
                    down: up,
                    up: false,
                };
                thrift.spend(now, risen, 1);
                raises += u32::from(up);
                cuts += u32::from(!up);
                held = worth;
            } else {
                assert!(wanted.down >= held.down, "a cut never waits");
            }
        }
        (raises, cuts)
    }

    #[test]
    fn while_there_is_plenty_small_raises_are_written_and_later_larger_ones() {
        let mut thrift = Thrift::new(1_200);
        let (raises, _) = saw(&mut thrift, 0.2, 2);
        assert!(raises > 100, "{raises}");
        let (raises, cuts) = saw(&mut thrift, 0.2, 20);
        assert!(raises <= 600 + 40, "one every two seconds: {raises}");
        assert!(cuts >= 500, "{cuts}");
        assert!(thrift.least_raise() > 0.05, "{thrift:?}");
    }

    #[test]
    fn what_is_wanted_for_long_is_written_however_little_it_is() {
        let mut thrift = Thrift::new(60);
        let held = both(Rate::mbit(100)).map(Some);
        let wanted = both(Rate::bps(100_100_000));
        let at = |ms| Instant::ZERO + Duration::from_millis(ms);
        assert_eq!(thrift.temper(at(0), wanted, held).down, Rate::mbit(100));
        assert_eq!(thrift.temper(at(4_950), wanted, held).down, Rate::mbit(100));
        assert_eq!(thrift.temper(at(5_000), wanted, held), wanted);
    }

    #[test]
    fn what_the_router_holds_is_not_known_or_is_no_limit() {
        let mut thrift = Thrift::new(60);
        let wanted = both(Rate::mbit(1));
        let unknown = thrift.temper(Instant::ZERO, wanted, Both::default());
        assert_eq!(unknown, wanted);
        let unlimited = Both::from_fn(|_| Some(Rate::ZERO));
        assert_eq!(thrift.temper(Instant::ZERO, wanted, unlimited), wanted);
    }
}
