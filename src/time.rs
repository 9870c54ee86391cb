//! Time as a plain number. Nothing here reads a clock.

use core::fmt;
use core::ops::{Add, Sub};

use crate::units::Millis;

/// Microseconds since the process started (`CLOCK_MONOTONIC`, or virtual time in the simulator).
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Instant(u64);

impl Instant {
    /// The start of time.
    pub const ZERO: Self = Self(0);
    /// Later than anything: a deadline nobody waits for.
    pub const NEVER: Self = Self(u64::MAX);

    /// So many microseconds after the start.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the start.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Seconds since the start, for people and JSON.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

/// Stops at the start of time.
impl Sub<Duration> for Instant {
    type Output = Self;

    fn sub(self, rhs: Duration) -> Self {
        Self(self.0.saturating_sub(rhs.0))
    }
}

/// Zero if `rhs` is later.
impl Sub for Instant {
    type Output = Duration;

    fn sub(self, rhs: Self) -> Duration {
        Duration(self.0.saturating_sub(rhs.0))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}s", self.0 / 1_000_000, self.0 / 1_000 % 1_000)
    }
}

/// A span of time, in microseconds.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Duration(u64);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many microseconds.
    pub const fn from_micros(us: u64) -> Self {
        Self(us)
    }

    /// So many milliseconds.
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000))
    }

    /// So many seconds.
    pub const fn from_secs(s: u64) -> Self {
        Self(s.saturating_mul(1_000_000))
    }

    /// Seconds with a fraction, rounded down to microseconds; negative and NaN become zero.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, and zero is right for negative and NaN"
    )]
    pub fn from_secs_f64(s: f64) -> Self {
        Self((s * 1e6) as u64)
    }

    /// Whole microseconds.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Seconds with a fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// As a delay.
    ///
    /// # Panics
    /// Never: a `u64` of microseconds is finite.
    pub fn as_millis(self) -> Millis {
        Millis::new(self.0 as f64 / 1_000.0).expect("u64 is finite")
    }

    /// Twice as long.
    #[must_use]
    pub const fn doubled(self) -> Self {
        Self(self.0.saturating_mul(2))
    }
}

/// Rounded down to microseconds; a negative delay is none.
impl From<Millis> for Duration {
    fn from(delay: Millis) -> Self {
        Self::from_secs_f64(delay.as_f64() / 1e3)
    }
}

impl Add for Duration {
    type Output = Self;

    fn add(self, rhs: Self) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            us if us < 1_000 => write!(f, "{us} us"),
            us if us < 1_000_000 => write!(f, "{}.{} ms", us / 1_000, us / 100 % 10),
            us => write!(f, "{}.{} s", us / 1_000_000, us / 100_000 % 10),
        }
    }
}

/// What a wall clock says, for people: it may be set, so nothing is decided by it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WallTime {
    /// Seconds since 1970, UTC.
    pub secs: u64,
    /// And so many nanoseconds.
    pub nanos: u32,
}

impl WallTime {
    /// Seconds since 1970 with a fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.secs as f64 + f64::from(self.nanos) / 1e9
    }

    /// Whole seconds since 1970, as databases count them.
    pub fn unix(self) -> i64 {
        i64::try_from(self.secs).unwrap_or(i64::MAX)
    }

    /// So long before, but not before 1970.
    #[must_use]
    pub fn before(self, ago: Duration) -> Self {
        const PER_SEC: u128 = 1_000_000_000;
        let nanos = u128::from(self.secs) * PER_SEC + u128::from(self.nanos);
        let nanos = nanos.saturating_sub(u128::from(ago.as_micros()) * 1_000);
        Self {
            secs: u64::try_from(nanos / PER_SEC).unwrap_or(u64::MAX),
            nanos: u32::try_from(nanos % PER_SEC).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Up to some ten years, in microseconds.
    const DECADE: core::ops::Range<u64> = 0..315_000_000_000_000;

    proptest! {
        #[test]
        fn so_much_later_is_so_much_later(start in DECADE, span in DECADE) {
            let (start, span) = (Instant::from_micros(start), Duration::from_micros(span));
            let end = start + span;
            prop_assert_eq!(end - start, span);
            prop_assert_eq!(end - span, start);
            prop_assert_eq!(start - end, Duration::ZERO);
            prop_assert_eq!(start - (start - Instant::ZERO) - span, Instant::ZERO);
            prop_assert_eq!(span.doubled(), span + span);
        }

        #[test]
        fn a_delay_and_a_span_are_the_same_time(micros in DECADE) {
            let span = Duration::from_micros(micros);
            let (delay, seconds) = (Duration::from(span.as_millis()), Duration::from_secs_f64(span.as_secs_f64()));
            for again in [delay, seconds] {
                prop_assert!(again.as_micros().abs_diff(micros) <= 1, "{again:?}");
            }
            prop_assert!((span.as_secs_f64() - micros as f64 / 1e6).abs() < 1e-9);
        }

        #[test]
        fn what_is_read_is_within_its_last_digit_of_the_span(micros in prop_oneof![0..5_000_u64, DECADE]) {
            let text = Duration::from_micros(micros).to_string();
            let (number, unit) = text.split_once(' ').expect("a unit");
            let unit = match unit { "us" => 1.0, "ms" => 1e3, _ => 1e6 };
            let read = number.parse::<f64>().expect("a number") * unit;
            let digit = unit / if number.contains('.') { 10.0 } else { 1.0 };
            prop_assert!((read - micros as f64).abs() < digit.max(1.0), "{text} is {micros} us");
        }

        /// A wall clock steps back by what has passed, a second's fraction included.
        #[test]
        fn twice_ago_is_as_long_ago_as_both_together(secs in DECADE, nanos in 0..1_000_000_000_u32, ago in DECADE, more in DECADE) {
            let wall = WallTime { secs: secs / 10_000, nanos };
            let (ago, more) = (Duration::from_micros(ago), Duration::from_micros(more));
            let (twice, once) = (wall.before(ago).before(more), wall.before(ago + more));
            prop_assert_eq!(twice, once);
            prop_assert!(once.as_secs_f64() <= wall.as_secs_f64());
            prop_assert!(once.nanos < 1_000_000_000);
        }
    }

    #[test]
    fn time_never_runs_backwards() {
        let (early, late) = (Instant::from_micros(5), Instant::from_micros(9));
        assert_eq!(late - early, Duration::from_micros(4));
        assert_eq!(early - late, Duration::ZERO);
        assert_eq!(Instant::NEVER + Duration::from_secs(1), Instant::NEVER);
    }

    #[test]
    fn prints_as_people_write_it() {
        assert_eq!(Instant::from_micros(5_674_000).to_string(), "5.674s");
        assert_eq!(Duration::from_micros(20_400).to_string(), "20.4 ms");
        assert_eq!(Duration::from_secs_f64(-3.0), Duration::ZERO);
    }

    #[test]
    fn an_hour_ago_is_an_hour_before() {
        let wall = |secs, nanos| WallTime { secs, nanos };
        let ago = Duration::from_micros(3_600_500_000);
        assert_eq!(
            wall(10_000, 250_000_000).before(ago),
            wall(6_399, 750_000_000)
        );
        assert_eq!(wall(1, 0).before(ago), wall(0, 0));
    }
}
