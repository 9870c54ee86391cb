//! What a value of a scenario may be.

use super::LONGEST_STORY;
use crate::config::rule::{Bad, Number, Rule, of_other_kind};
use crate::config::scalar::Scalar;
use crate::config::section::Section;
use crate::config::value::Value;
use crate::sim::trial::story::{Amount, Distance};
use crate::time::Duration;
use crate::units::Rate;

/// The fastest line, in Mbit/s; ten times the highest ceiling.
const FASTEST: f64 = 100_000.0;
/// The most in shares of the ceiling, in per cent.
const MOST_PERCENT: f64 = 1_000.0;

/// A moment of a story.
pub(super) const LONGEST: Seconds = Seconds::within(0.0, LONGEST_STORY as f64);
/// What may come on top of an RTT.
pub(super) const FARTHEST: Millis = Millis::within(0.0, 10_000.0);

/// A time in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seconds(Number);

/// A time in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Millis(Number);

impl Seconds {
    pub(super) const fn within(least: f64, most: f64) -> Self {
        Self(Number::within(least, most))
    }
}

impl Millis {
    pub(super) const fn within(least: f64, most: f64) -> Self {
        Self(Number::within(least, most))
    }
}

impl Rule for Seconds {
    type Output = Duration;

    fn expected(&self) -> String {
        self.0.expected()
    }

    fn read(&self, value: &Value<'_>) -> Result<Duration, Bad> {
        self.0.read(value).map(Duration::from_secs_f64)
    }
}

impl Rule for Millis {
    type Output = Duration;

    fn expected(&self) -> String {
        self.0.expected()
    }

    fn read(&self, value: &Value<'_>) -> Result<Duration, Bad> {
        self.0
            .read(value)
            .map(|ms| Duration::from_secs_f64(ms / 1e3))
    }
}

/// `40%` of the ceiling, `40` Mbit/s, and of a load also `bulk` and `idle`.
#[derive(Clone, Copy, Debug)]
pub(super) struct AmountRule {
    words: bool,
}

impl AmountRule {
    pub(super) const CAPACITY: Self = Self { words: false };
    pub(super) const LOAD: Self = Self { words: true };
    /// A phone that asks for mail.
    pub(super) const IDLE: Amount = Amount::OfCeiling(0.005);
}

impl Rule for AmountRule {
    type Output = Amount;

    fn expected(&self) -> String {
        let (share, rate) = ("a share of the ceiling such as 40%", "Mbit/s such as 40");
        if self.words {
            format!("{share}, {rate}, bulk or idle")
        } else {
            format!("{share} or {rate}")
        }
    }

    fn read(&self, value: &Value<'_>) -> Result<Amount, Bad> {
        let text = match value.node.scalar() {
            Some(Scalar::Text(text)) => text,
            Some(Scalar::Whole(_) | Scalar::Number(_) | Scalar::Either(..)) => {
                let mbps = Number::within(0.0, FASTEST).read(value)?;
                return Ok(Amount::Absolute(Rate::from_mbps(mbps)));
            }
            _ => return Err(of_other_kind(value)),
        };
        match text {
            "bulk" if self.words => return Ok(Amount::Bulk),
            "idle" if self.words => return Ok(Self::IDLE),
            _ => {}
        }
        percent(text, "is no rate").map(Amount::OfCeiling)
    }
}

/// `150%` of the configured `baseline_rtt_initial`, or milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct DistanceRule;

impl Rule for DistanceRule {
    type Output = Distance;

    fn expected(&self) -> String {
        "milliseconds such as 25, or a share of baseline_rtt_initial such as 120%".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<Distance, Bad> {
        match value.node.scalar() {
            Some(Scalar::Text(text)) => percent(text, "is no RTT").map(Distance::OfConfigured),
            _ => Millis::within(0.1, 5_000.0)
                .read(value)
                .map(Distance::Absolute),
        }
    }
}

/// `40%` as 0.4.
fn percent(text: &str, complaint: &str) -> Result<f64, Bad> {
    let number = text.strip_suffix('%').map(str::trim);
    let number: f64 = number
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| Bad::from(complaint))?;
    if (0.0..=MOST_PERCENT).contains(&number) {
        Ok(number / 100.0)
    } else {
        Err("is out of range".into())
    }
}

/// How often, from a number in per cent.
pub(super) fn share(section: &Section<'_>, key: &'static str, usual: f64) -> Option<f64> {
    let percent = section.or(key, usual * 100.0, &Number::within(0.0, 100.0))?;
    Some(percent / 100.0)
}
