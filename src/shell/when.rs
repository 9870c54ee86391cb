//! Durations and times as v1.7's tools take them (contract 2.4).

use super::scribe::from_local;

/// `30s`, `5m`, `12h`, `7d`, `2w`, in either case; seconds. `None`: it is none of these.
pub fn duration(text: &str) -> Option<i64> {
    let unit = text.chars().next_back()?;
    let digits = &text[..text.len() - unit.len_utf8()];
    let each: i64 = match unit.to_ascii_lowercase() {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Longer than any history: all of it.
    let count = digits.parse().unwrap_or(i64::MAX);
    Some(each.saturating_mul(count))
}

/// ISO 8601 (a date, a date and a time with `T` or a blank between them, an offset or `Z` or none) as
/// seconds since 1970. Without an offset it is local time. `None`: it is no time.
pub fn timestamp(text: &str) -> Option<i64> {
    let (date, time) = match text.char_indices().nth(10) {
        None => (text, "00:00"),
        Some((at, 'T' | 't' | ' ')) => (&text[..at], &text[at + 1..]),
        Some(_) => return None,
    };
    let (year, month, day) = three(date, '-', [4, 2, 2])?;
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (&time[..at], Some(offset(&time[at..])?)),
        None => (time, None),
    };
    let whole = match clock.split_once(['.', ',']) {
        Some((whole, part)) if is_number(part) => whole,
        Some(_) => return None,
        None => clock,
    };
    let (hour, minute, second) = match whole.len() {
        5 => three(&format!("{whole}:00"), ':', [2, 2, 2])?,
        _ => three(whole, ':', [2, 2, 2])?,
    };
    let is_day = (1..=days_of(year, month)?).contains(&day) && year > 0;
    if !is_day || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    match offset {
        None => from_local((year, month, day), (hour, minute, second)),
        Some(offset) => {
            let clock = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
            Some(days_since_1970(year, month, day) * 86_400 + clock - offset)
        }
    }
}

/// Three numbers of so many digits.
fn three(text: &str, between: char, digits: [usize; 3]) -> Option<(i32, i32, i32)> {
    let mut parts = text.split(between);
    let mut next = |length| {
        let part = parts
            .next()
            .filter(|part| part.len() == length && is_number(part));
        part.and_then(|part| part.parse().ok())
    };
    let numbers = (next(digits[0])?, next(digits[1])?, next(digits[2])?);
    parts.next().is_none().then_some(numbers)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `Z`, `+02`, `+0200`, `+02:00`; in seconds.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text[1..].replacen(':', "", 1);
    let whole = match digits.len() {
        2 => digits + "00",
        4 => digits,
        _ => return None,
    };
    if !is_number(&whole) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (whole[..2].parse().ok()?, whole[2..].parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn days_of(year: i32, month: i32) -> Option<i32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

/// Counted in years that begin in March, so that the leap day comes last.
fn days_since_1970(year: i32, month: i32, day: i32) -> i64 {
    let (year, month) = (i64::from(year), i64::from(month));
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    days + (153 * month + 2) / 5 + i64::from(day) - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contract 2.4.
    #[test]
    fn a_duration_is_digits_and_a_unit() {
        for (text, seconds) in [
            ("0s", Some(0)),
            ("90s", Some(90)),
            ("30m", Some(1_800)),
            ("1H", Some(3_600)),
            ("7d", Some(604_800)),
            ("2W", Some(1_209_600)),
            ("99999999999999999999w", Some(i64::MAX)),
            ("7x", None),
            ("h", None),
            ("", None),
            ("-1h", None),
            ("1.5h", None),
            ("1 h", None),
            ("1hh", None),
            ("1ä", None),
        ] {
            assert_eq!(duration(text), seconds, "{text}");
        }
    }

    #[test]
    fn a_time_with_an_offset_is_the_same_everywhere() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-20T23:54:29Z", 1_795_218_869),
            ("2026-11-21 01:54:29+02:00", 1_795_218_869),
            ("2026-11-21T01:54:29.999+0200", 1_795_218_869),
            ("2026-11-20T18:54-05", 1_795_218_840),
            ("2024-02-29T12:00z", 1_709_208_000),
            ("2000-03-01T00:00:00Z", 951_868_800),
        ] {
            assert_eq!(timestamp(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "bad",
            "",
            "2026-11-20T",
            "2026-11-20T12",
            "2026-13-01",
            "2026-02-29",
            "2026-00-10",
            "2026-11-31",
            "2026-1-2",
            "2026-11-20T24:00",
            "2026-11-20T12:60",
            "2026-11-20T12:00+25:00",
            "2026-11-20T12:00+2",
            "2026-11-20T12:00:00.",
            "2026-11-20T12:00:00 Z",
            "2026/11/20",
            "2026-11-20x12:00",
            "2026-11-2ä",
            "+026-11-20",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_local() {
        let (noon, date) = (
            timestamp("2026-11-20 12:00").unwrap(),
            timestamp("2026-11-20").unwrap(),
        );
        assert_eq!(timestamp("2026-11-20T12:00:00"), Some(noon));
        assert!((11 * 3_600..=13 * 3_600).contains(&(noon - date)));
        let utc = timestamp("2026-11-20T12:00Z").unwrap();
        assert!((noon - utc).abs() <= 14 * 3_600);
    }
}
