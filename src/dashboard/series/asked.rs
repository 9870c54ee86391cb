//! What `/api/series` is asked for.

use crate::dashboard::request::Request;

/// Points without a wish.
const POINTS: i64 = 800;
/// Points at least and at most.
const SENSIBLE: core::ops::RangeInclusive<i64> = 50..=2_000;
/// Seconds of one chart at most: ten years.
const LONGEST: i64 = 10 * 366 * 86_400;
/// No time after that: the year 2500.
const LAST: i64 = 16_725_225_600;

/// A range, checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::dashboard) struct Asked {
    /// The first second.
    pub(super) from: i64,
    /// The last second.
    pub(super) to: i64,
    /// An exact name; all without.
    pub(super) wan: Option<String>,
    /// Points at most, give or take one.
    pub(super) points: i64,
}

impl Asked {
    /// # Errors
    /// What would be right.
    pub(in crate::dashboard) fn of(request: &Request) -> Result<Self, String> {
        let number = |name: &str| {
            let text = request.parameter(name)?;
            let wrong = format!("{name}: {text:.40} is not a whole number of seconds since 1970");
            Some(text.parse::<i64>().map_err(|_| wrong))
        };
        let needed = |name: &str| {
            let missing = || format!("{name} is missing: seconds since 1970");
            number(name).ok_or_else(missing).flatten()
        };
        let (from, to) = (needed("from")?, needed("to")?);
        if from < 0 || to > LAST || from >= to || to - from > LONGEST {
            return Err("from must be before to and not before 1970, and no more than ten years may lie between".into());
        }
        let points = match request.parameter("points").map(|text| text.parse()) {
            None => POINTS,
            Some(Ok(points)) if SENSIBLE.contains(&points) => points,
            Some(_) => return Err("points: a number from 50 to 2000".into()),
        };
        Ok(Self {
            from,
            to,
            wan: request.parameter("wan"),
            points,
        })
    }
}
