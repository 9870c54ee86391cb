//! Numbers: whole or not, bounded or as loose as v1.7 was.

use super::{Bad, Rule, of_other_kind};
use crate::config::scalar::Scalar;
use crate::config::value::Value;

/// v1.7 took `yes` for 1 and `no` for 0 wherever it wanted a number.
fn flag_as_number(value: &Value<'_>, flag: bool) -> u8 {
    let n = u8::from(flag);
    value.warn(
        &format!("is read as the number {n}, as v1.7 did"),
        Some("write a number"),
    );
    n
}

/// A number, whole or not, in milliseconds, Mbit/s or seconds as its key says.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct Number {
    min: f64,
    max: f64,
}

impl Number {
    /// Any finite number.
    pub(in crate::config) const ANY: Self = Self::within(f64::MIN, f64::MAX);

    /// Both bounds included.
    pub(in crate::config) const fn within(min: f64, max: f64) -> Self {
        Self { min, max }
    }
}

impl Rule for Number {
    type Output = f64;

    fn expected(&self) -> String {
        let Self { min, max } = *self;
        match (min > f64::MIN, max < f64::MAX) {
            (true, true) if min.fract() == 0.0 && max.fract() == 0.0 => {
                format!("a number from {min} to {max}")
            }
            (true, true) => format!("a number from {min:?} to {max:?}"),
            (true, false) => format!("a number of at least {min}"),
            (false, _) => "a number".to_owned(),
        }
    }

    fn written(&self, value: &f64) -> String {
        value.to_string()
    }

    fn read(&self, value: &Value<'_>) -> Result<f64, Bad> {
        let number = match value.node.scalar() {
            Some(Scalar::Whole(n)) => n as f64,
            Some(Scalar::Number(n) | Scalar::Either(n, _)) => n,
            Some(Scalar::Flag(flag)) => flag_as_number(value, flag).into(),
            _ => return Err(of_other_kind(value)),
        };
        if !number.is_finite() {
            return Err("is no usable number".into());
        }
        if self.min <= number && number <= self.max {
            Ok(number)
        } else {
            Err("is out of range".into())
        }
    }
}

/// A whole number. `5.0` is none, as in v1.7.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct Whole {
    pub(in crate::config) min: u32,
    pub(in crate::config) max: u32,
}

impl Rule for Whole {
    type Output = u32;

    fn expected(&self) -> String {
        match self.max {
            u32::MAX => format!("a whole number of at least {}", self.min),
            max => format!("a whole number from {} to {max}", self.min),
        }
    }

    fn written(&self, value: &u32) -> String {
        value.to_string()
    }

    fn read(&self, value: &Value<'_>) -> Result<u32, Bad> {
        let number = match value.node.scalar() {
            Some(Scalar::Whole(n)) => n,
            Some(Scalar::Flag(flag)) => flag_as_number(value, flag).into(),
            Some(Scalar::Number(_) | Scalar::Either(..)) => {
                return Err("is not a whole number".into());
            }
            _ => return Err(of_other_kind(value)),
        };
        u32::try_from(number)
            .ok()
            .filter(|n| (self.min..=self.max).contains(n))
            .ok_or_else(|| "is out of range".into())
    }
}

/// A count that v1.7 never checked: fractions are dropped and negative numbers count as `min`.
#[derive(Clone, Copy, Debug)]
pub(in crate::config) struct LooseCount {
    pub(in crate::config) min: u32,
}

impl Rule for LooseCount {
    type Output = u32;

    fn expected(&self) -> String {
        format!("a whole number of at least {}", self.min)
    }

    fn written(&self, value: &u32) -> String {
        value.to_string()
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` truncates toward zero and saturates"
    )]
    fn read(&self, value: &Value<'_>) -> Result<u32, Bad> {
        let number = Number::ANY.read(value)?;
        let count = (number as u32).max(self.min);
        if f64::from(count).total_cmp(&number).is_ne() && number != 0.0 {
            value.warn(&format!("is read as {count}"), None);
        }
        Ok(count)
    }
}

/// A TCP or UDP port that one can connect to.
pub(in crate::config) const PORT: Whole = Whole {
    min: 1,
    max: u16::MAX as u32,
};

/// What [`PORT`] read, in its own type.
pub(in crate::config) fn port(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
