//! What one value may be, what it becomes, and how to say so.

use std::net::IpAddr;
use std::path::PathBuf;

use super::node::Kind;
use super::scalar::Scalar;
use super::value::Value;

/// Longest queue or WAN name, in characters (contract 1.1).
const IDENTIFIER_MAX: usize = 64;

/// Why a rule does not accept a value: a sentence whose subject is the value, `is out of range`.
#[derive(Debug)]
pub(super) struct Bad(pub(super) String);

impl From<&str> for Bad {
    fn from(complaint: &str) -> Self {
        Self(complaint.to_owned())
    }
}

/// Turns a value into something typed.
pub(super) trait Rule {
    /// What it becomes.
    type Output;

    /// What would be right, to follow the word "expected".
    fn expected(&self) -> String;

    /// The typed value, or what is wrong.
    fn read(&self, value: &Value<'_>) -> Result<Self::Output, Bad>;
}

/// What a value is when it should be something else.
pub(super) fn of_other_kind(value: &Value<'_>) -> Bad {
    Bad::from(match (&value.node.kind, value.node.scalar()) {
        (Kind::List(_), _) => "a list is not what belongs here",
        (Kind::Section(_), _) => "a section is not what belongs here",
        (_, Some(Scalar::Text(_) | Scalar::Either(..))) => "is a text",
        (_, Some(Scalar::Flag(_))) => "is a yes/no value",
        (_, Some(Scalar::Whole(_) | Scalar::Number(_))) => "is a number",
        (_, Some(Scalar::Null) | None) => "is nothing",
    })
}

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
pub(super) struct Number {
    min: f64,
    max: f64,
}

impl Number {
    /// Any finite number.
    pub(super) const ANY: Self = Self::within(f64::MIN, f64::MAX);

    /// Both bounds included.
    pub(super) const fn within(min: f64, max: f64) -> Self {
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
pub(super) struct Whole {
    pub(super) min: u32,
    pub(super) max: u32,
}

impl Rule for Whole {
    type Output = u32;

    fn expected(&self) -> String {
        match self.max {
            u32::MAX => format!("a whole number of at least {}", self.min),
            max => format!("a whole number from {} to {max}", self.min),
        }
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
pub(super) struct LooseCount {
    pub(super) min: u32,
}

impl Rule for LooseCount {
    type Output = u32;

    fn expected(&self) -> String {
        format!("a whole number of at least {}", self.min)
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

/// `true`/`false`, or YAML 1.1's `yes`, `no`, `on`, `off`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flag;

impl Rule for Flag {
    type Output = bool;

    fn expected(&self) -> String {
        "true or false".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<bool, Bad> {
        match value.node.scalar() {
            Some(Scalar::Flag(flag)) => Ok(flag),
            _ => Err(of_other_kind(value)),
        }
    }
}

/// A flag that v1.7 never checked: what Python calls true is true, be it the text `"false"`.
#[derive(Clone, Copy, Debug)]
pub(super) struct LooseFlag;

impl Rule for LooseFlag {
    type Output = bool;

    fn expected(&self) -> String {
        Flag.expected()
    }

    fn read(&self, value: &Value<'_>) -> Result<bool, Bad> {
        let truth = match value.node.scalar() {
            Some(Scalar::Flag(flag)) => return Ok(flag),
            Some(Scalar::Whole(n)) => n != 0,
            Some(Scalar::Number(n)) => n != 0.0,
            Some(Scalar::Text(text) | Scalar::Either(_, text)) => !text.is_empty(),
            Some(Scalar::Null) | None => return Err(of_other_kind(value)),
        };
        let sentence = format!("is read as {truth}, as v1.7 did");
        value.warn(&sentence, Some("write true or false without quotes"));
        Ok(truth)
    }
}

/// A text; numbers and yes/no values need quotes to be one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text;

impl Rule for Text {
    type Output = String;

    fn expected(&self) -> String {
        "a text".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<String, Bad> {
        match value.node.scalar() {
            Some(Scalar::Text(text) | Scalar::Either(_, text)) => Ok(text.to_owned()),
            Some(Scalar::Flag(_)) => Err("is a yes/no value unless in quotes".into()),
            Some(Scalar::Whole(_) | Scalar::Number(_)) => {
                Err("is a number unless in quotes".into())
            }
            _ => Err(of_other_kind(value)),
        }
    }
}

/// The name of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileName;

impl Rule for FileName {
    type Output = PathBuf;

    fn expected(&self) -> String {
        "the name of a file".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<PathBuf, Bad> {
        let text = Text.read(value)?;
        if text.contains('\0') {
            return Err("holds a NUL character".into());
        }
        let path = PathBuf::from(&text);
        if path.file_name().is_none() || text.ends_with('/') {
            return Err("names no file".into());
        }
        Ok(path)
    }
}

/// A WAN or queue name: `[A-Za-z0-9_.-]`, 1 to 64 of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identifier;

impl Rule for Identifier {
    type Output = String;

    fn expected(&self) -> String {
        "1 to 64 of the characters A-Z a-z 0-9 _ . -".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<String, Bad> {
        let text = Text.read(value)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        match text.chars().count() {
            0 => Err("is empty".into()),
            n if n > IDENTIFIER_MAX => Err(Bad(format!("is too long ({n} characters)"))),
            _ if !text.chars().all(allowed) => Err("has characters that are not allowed".into()),
            _ => Ok(text),
        }
    }
}

/// One of a few words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice<'c, T>(pub(super) &'c [(&'c str, T)]);

impl<T: Copy> Rule for Choice<'_, T> {
    type Output = T;

    fn expected(&self) -> String {
        let words: Vec<&str> = self.0.iter().map(|&(word, _)| word).collect();
        match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => words.concat(),
        }
    }

    fn read(&self, value: &Value<'_>) -> Result<T, Bad> {
        let text = Text.read(value)?;
        let found = self.0.iter().find(|&&(word, _)| word == text);
        found
            .map(|&(_, choice)| choice)
            .ok_or_else(|| "is not one of the choices".into())
    }
}

/// An IPv4 or IPv6 address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address;

impl Rule for Address {
    type Output = IpAddr;

    fn expected(&self) -> String {
        "an IPv4 or IPv6 address".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<IpAddr, Bad> {
        let text = Text.read(value)?;
        text.parse().map_err(|_| "is no address".into())
    }
}

/// A TCP or UDP port that one can connect to.
pub(super) const PORT: Whole = Whole {
    min: 1,
    max: u16::MAX as u32,
};

/// What [`PORT`] read, in its own type.
pub(super) fn port(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
