//! Quantities with their unit in the type. The only file where a bare number meets a unit.

use core::fmt;
use core::ops::{Add, Mul, Sub};

/// A bandwidth, in bits per second.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Rate(u64);

impl Rate {
    /// Nothing passes; to RouterOS, a `max-limit` of 0 means "unlimited".
    pub const ZERO: Self = Self(0);

    /// So many bits per second.
    pub const fn bps(bits_per_second: u64) -> Self {
        Self(bits_per_second)
    }

    /// So many megabits (10^6 bits) per second.
    pub const fn mbit(megabits_per_second: u64) -> Self {
        Self(megabits_per_second * 1_000_000)
    }

    /// Megabits per second with a fraction, rounded toward zero to whole bits as v1.7 does;
    /// negative and NaN become zero.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` truncates toward zero and saturates"
    )]
    pub fn from_mbps(megabits_per_second: f64) -> Self {
        Self((megabits_per_second * 1e6) as u64)
    }

    /// Bits per second.
    pub const fn as_bps(self) -> u64 {
        self.0
    }

    /// Megabits per second, for people, metrics and the history.
    pub fn as_mbps(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// So many times as fast, rounded toward zero; negative and NaN become zero.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` truncates toward zero and saturates"
    )]
    pub fn times(self, factor: f64) -> Self {
        Self((self.0 as f64 * factor) as u64)
    }

    /// This rate as a share of another; of nothing, any rate is the whole.
    pub fn share_of(self, whole: Self) -> f64 {
        if whole.0 == 0 {
            1.0
        } else {
            self.0 as f64 / whole.0 as f64
        }
    }
}

impl Add for Rate {
    type Output = Self;

    fn add(self, rhs: Self) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl Sub for Rate {
    type Output = Self;

    fn sub(self, rhs: Self) -> Self {
        Self(self.0.saturating_sub(rhs.0))
    }
}

/// Scaling rounds toward zero, so a decayed rate never rounds up.
impl Mul<Factor> for Rate {
    type Output = Self;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate times a factor in 0..=1 is a smaller rate"
    )]
    fn mul(self, rhs: Factor) -> Self {
        Self((self.0 as f64 * rhs.0) as u64)
    }
}

/// The spelling `tc` and RouterOS users know: `940M`, `2.5M`, `800k`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0"),
            n if n.is_multiple_of(1_000_000) => write!(f, "{}M", n / 1_000_000),
            n if n >= 1_000_000 => write!(f, "{:.1}M", self.as_mbps()),
            n => write!(f, "{}k", n / 1_000),
        }
    }
}

/// A delay or a difference of delays, in milliseconds. Always finite.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Millis(f64);

impl Millis {
    /// No delay.
    pub const ZERO: Self = Self(0.0);

    /// `None` for NaN and infinities.
    pub const fn new(ms: f64) -> Option<Self> {
        if ms.is_finite() { Some(Self(ms)) } else { None }
    }

    /// For literals in code and tests.
    pub const fn of(ms: u32) -> Self {
        Self(ms as f64)
    }

    /// The bare number.
    pub const fn as_f64(self) -> f64 {
        self.0
    }

    /// A total order; there is no NaN to spoil it.
    pub fn total_cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }

    /// Halfway between two delays.
    #[must_use]
    pub fn midpoint(self, other: Self) -> Self {
        Self(self.0.midpoint(other.0))
    }

    /// The smaller of two delays.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// The larger of two delays.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }
}

impl Add for Millis {
    type Output = Self;

    fn add(self, rhs: Self) -> Self {
        Self(self.0 + rhs.0)
    }
}

impl Sub for Millis {
    type Output = Self;

    fn sub(self, rhs: Self) -> Self {
        Self(self.0 - rhs.0)
    }
}

/// Prints the shortest decimal that reads back the same, as Python prints a float: `12.5`, `15.0`.
impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.precision().is_some() {
            fmt::Display::fmt(&self.0, f)
        } else {
            fmt::Debug::fmt(&self.0, f)
        }
    }
}

/// A multiplier in `0 < f <= 1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factor(f64);

impl Factor {
    /// Changes nothing.
    pub const ONE: Self = Self(1.0);

    /// `None` outside `0 < f <= 1`.
    pub const fn new(f: f64) -> Option<Self> {
        if f > 0.0 && f <= 1.0 {
            Some(Self(f))
        } else {
            None
        }
    }

    /// The bare number.
    pub const fn as_f64(self) -> f64 {
        self.0
    }
}

/// The weight of the newest sample in an EWMA, `0 < alpha <= 1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alpha(f64);

impl Alpha {
    /// `None` outside `0 < alpha <= 1`.
    pub const fn new(alpha: f64) -> Option<Self> {
        if alpha > 0.0 && alpha <= 1.0 {
            Some(Self(alpha))
        } else {
            None
        }
    }

    /// The bare number.
    pub const fn as_f64(self) -> f64 {
        self.0
    }

    /// `(1 - alpha) * old + alpha * new`, in this order of operations: v1.7's traces are met to the
    /// last bit only if the rounding is the same.
    pub fn blend(self, old: Millis, new: Millis) -> Millis {
        Millis((1.0 - self.0) * old.0 + self.0 * new.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any rate a line could have: up to a petabit per second a float holds every bit.
    fn any_rate() -> impl Strategy<Value = Rate> {
        prop_oneof![0..2_000_000_u64, 0..1_000_000_000_000_000_u64].prop_map(Rate::bps)
    }

    proptest! {
        #[test]
        fn what_is_added_can_be_taken_off_again(a in any_rate(), b in any_rate()) {
            prop_assert_eq!(a + b - b, a);
            prop_assert_eq!(a - (a + b), Rate::ZERO, "less than nothing is nothing");
            prop_assert_eq!(Rate::bps(u64::MAX) + a, Rate::bps(u64::MAX));
        }

        #[test]
        fn a_cut_is_never_a_raise(rate in any_rate(), share in 0.0..=1.0_f64) {
            if let Some(factor) = Factor::new(share) {
                prop_assert!(rate * factor <= rate);
                prop_assert_eq!(rate * factor, rate.times(share));
            }
            prop_assert_eq!(rate * Factor::ONE, rate);
        }

        #[test]
        fn megabits_and_bits_are_the_same_rate(rate in any_rate()) {
            let again = Rate::from_mbps(rate.as_mbps());
            prop_assert!(again.as_bps().abs_diff(rate.as_bps()) <= 1, "{again:?}");
            prop_assert_eq!(Rate::mbit(rate.as_bps() / 1_000_000), rate - Rate::bps(rate.as_bps() % 1_000_000));
        }

        #[test]
        fn what_is_read_is_within_its_last_digit_of_the_rate(rate in any_rate()) {
            let text = rate.to_string();
            let (number, unit) = text.split_at(text.trim_end_matches(['k', 'M']).len());
            let unit = match unit { "M" => 1e6, "k" => 1e3, _ => 1.0 };
            let read = number.parse::<f64>().expect("a number") * unit;
            let digit = unit / if number.contains('.') { 10.0 } else { 1.0 };
            prop_assert!((read - rate.as_bps() as f64).abs() < digit.max(1.0), "{text} is {rate:?}");
        }

        #[test]
        fn an_average_lies_between_what_it_is_of(
            weight in 0.001..=1.0_f64,
            old in -1e6..1e6_f64,
            new in -1e6..1e6_f64,
        ) {
            let millis = |ms| Millis::new(ms).expect("finite");
            let (old, new) = (millis(old), millis(new));
            for between in [Alpha::new(weight).expect("a weight").blend(old, new), old.midpoint(new)] {
                let rounding = millis(1e-9);
                prop_assert!(old.min(new) - rounding <= between && between <= old.max(new) + rounding);
            }
        }
    }

    #[test]
    fn a_decayed_rate_rounds_toward_zero() {
        let factor = Factor::new(0.85).unwrap();
        assert_eq!(Rate::bps(123_456_789) * factor, Rate::bps(104_938_270));
    }

    #[test]
    fn a_share_of_a_rate_gives_it_back() {
        let (part, whole) = (Rate::mbit(30), Rate::mbit(120));
        assert_eq!(whole.times(part.share_of(whole)), part);
        assert_eq!(part.times(f64::NAN), Rate::ZERO);
        assert_eq!(part.times(-1.0), Rate::ZERO);
        assert!((part.share_of(Rate::ZERO) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn megabits_become_whole_bits() {
        assert_eq!(Rate::from_mbps(0.5), Rate::bps(500_000));
        assert_eq!(Rate::from_mbps(f64::NAN), Rate::ZERO);
    }

    #[test]
    fn rates_read_like_a_routers() {
        for (bps, text) in [
            (940_000_000, "940M"),
            (2_500_000, "2.5M"),
            (800_000, "800k"),
            (0, "0"),
        ] {
            assert_eq!(Rate::bps(bps).to_string(), text);
        }
    }

    #[test]
    fn nonsense_is_no_quantity() {
        assert_eq!(Millis::new(f64::NAN), None);
        assert_eq!(Factor::new(0.0), None);
        assert_eq!(Alpha::new(1.01), None);
    }
}
