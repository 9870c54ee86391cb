//! UTC dates without asking the system, which would be told the time zone, and may allocate.

use core::fmt::{self, Display};

use crate::time::WallTime;

/// `2026-01-25T14:00:00.250000+00:00`, as Python spells it.
pub(crate) struct Utc(pub(crate) WallTime);

impl Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WallTime { secs, nanos } = self.0;
        let (year, month, day) = civil(secs / 86_400);
        let (hour, minute, second) = (secs / 3_600 % 24, secs / 60 % 60, secs % 60);
        let micros = nanos / 1_000;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}+00:00"
        )
    }
}

/// `2026-01-25T14:00:00+00:00`: whole seconds since 1970, which Python spells so. Before 1970 and after 9999 it
/// is the nearest it can be.
#[cfg(feature = "history")]
pub(crate) struct UtcSecs(pub(crate) i64);

#[cfg(feature = "history")]
impl Display for UtcSecs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0.clamp(0, END_OF_TIME).unsigned_abs();
        let (year, month, day) = civil(secs / 86_400);
        let (hour, minute, second) = (secs / 3_600 % 24, secs / 60 % 60, secs % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00"
        )
    }
}

/// 9999-12-31T23:59:59, the last second that ISO 8601 and Python have a name for.
#[cfg(feature = "history")]
const END_OF_TIME: i64 = 253_402_300_799;

/// The Gregorian date of so many days after 1970-01-01. Years begin in March here, so that the leap day is
/// the last day of one, and come in eras of 400, which are all equally long.
const fn civil(days: u64) -> (u64, u64, u64) {
    // From 0000-03-01 to 1970-01-01.
    let days = days.saturating_add(719_468);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // March to July are as long as August to December: 153 days in five months.
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, later) = if month_from_march < 10 {
        (month_from_march + 3, 0)
    } else {
        (month_from_march - 9, 1)
    };
    (era * 400 + year_of_era + later, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(secs: u64, nanos: u32) -> String {
        Utc(WallTime { secs, nanos }).to_string()
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (secs, text) in [
            (0, "1970-01-01T00:00:00.000000+00:00"),
            (951_782_399, "2000-02-28T23:59:59.000000+00:00"),
            (951_782_400, "2000-02-29T00:00:00.000000+00:00"),
            (951_868_800, "2000-03-01T00:00:00.000000+00:00"),
            (1_763_682_869, "2025-11-20T23:54:29.000000+00:00"),
            (1_798_761_599, "2026-12-31T23:59:59.000000+00:00"),
            (4_107_542_399, "2100-02-28T23:59:59.000000+00:00"),
            (4_107_542_400, "2100-03-01T00:00:00.000000+00:00"),
        ] {
            assert_eq!(utc(secs, 0), text);
        }
        assert_eq!(utc(0, 999_999_999), "1970-01-01T00:00:00.999999+00:00");
    }

    /// Day by day, by the rule everybody knows.
    #[test]
    fn no_day_is_left_out_for_four_centuries() {
        let mut day = 0;
        for year in 1970..2371 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let february = if leap { 29 } else { 28 };
            let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            for (month, length) in (1..).zip(lengths) {
                for of_month in 1..=length {
                    assert_eq!(civil(day), (year, month, of_month));
                    day += 1;
                }
            }
        }
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        utc(u64::MAX, u32::MAX);
    }
}
