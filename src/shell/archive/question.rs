//! What is asked (contract 6.2): v1.7's parameters, and its words where one makes no sense.

use crate::history::query::Query;
use crate::shell::when;
use crate::time::WallTime;

/// Without `range` and `from`, in seconds.
const LAST_HOUR: i64 = 3_600;
/// `limit`, unless it is given.
const DEFAULT_LIMIT: u64 = 1_000;
/// The greatest `limit`.
const MAX_LIMIT: u64 = 10_000;

/// A question that makes sense.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    /// What to look for.
    pub query: Query,
    /// `limit`: rows handed out at most.
    pub limit: u64,
}

impl Question {
    /// Of a path and its query.
    ///
    /// # Errors
    /// What makes no sense, in v1.7's words.
    pub fn parse(target: &str, now: WallTime) -> Result<Self, String> {
        let pairs = target.split_once('?').map_or("", |(_, query)| query);
        let mut given = Given::default();
        for (key, value) in form_urlencoded::parse(pairs.as_bytes()) {
            given.take(&key, &value);
        }
        let limit = limit(given.limit.as_deref())?;
        let offset = offset(given.offset.as_deref())?;
        let now = now.unix();
        let (from, to) = given.range(now)?;
        let query = Query {
            from,
            to,
            metrics: given.metrics(),
            wan: given.wan,
            offset,
            limit: Some(limit),
            tier: None,
        };
        Ok(Self { query, limit })
    }
}

/// The first value of each parameter, unless it is blank.
#[derive(Debug, Default)]
struct Given {
    range: Option<String>,
    from: Option<String>,
    to: Option<String>,
    metrics: Option<String>,
    wan: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
}

impl Given {
    fn take(&mut self, key: &str, value: &str) {
        let place = match key {
            "range" => &mut self.range,
            "from" => &mut self.from,
            "to" => &mut self.to,
            "metrics" => &mut self.metrics,
            "wan" => &mut self.wan,
            "limit" => &mut self.limit,
            "offset" => &mut self.offset,
            _ => return,
        };
        if place.is_none() && !value.is_empty() {
            *place = Some(value.to_owned());
        }
    }

    /// `range`, unless it is 0; else from `from` on; else the last hour. `to` alone means nothing.
    fn range(&self, now: i64) -> Result<(i64, i64), String> {
        let span = self.range.as_deref().map(duration).transpose()?;
        let from = self.from.as_deref().map(timestamp).transpose()?;
        let to = self.to.as_deref().map(timestamp).transpose()?;
        Ok(match (span.unwrap_or(0), from) {
            (0, Some(from)) => (from, to.unwrap_or(now)),
            (0, None) => (now - LAST_HOUR, now),
            (span, _) => (now.saturating_sub(span), now),
        })
    }

    fn metrics(&self) -> Vec<String> {
        let names = self.metrics.as_deref().unwrap_or("").split(',');
        let names = names.map(str::trim).filter(|name| !name.is_empty());
        names.map(str::to_owned).collect()
    }
}

fn duration(text: &str) -> Result<i64, String> {
    when::duration(text).ok_or_else(|| {
        format!("Invalid duration format: '{text}'. Use format like '1h', '30m', '7d'")
    })
}

fn timestamp(text: &str) -> Result<i64, String> {
    when::timestamp(text)
        .ok_or_else(|| format!("Invalid timestamp format: '{text}'. Use ISO 8601 format"))
}

fn limit(text: Option<&str>) -> Result<u64, String> {
    match whole(text, "limit", DEFAULT_LIMIT)? {
        Some(limit @ 1..=MAX_LIMIT) => Ok(limit),
        _ => Err(format!("limit must be between 1 and {MAX_LIMIT}")),
    }
}

fn offset(text: Option<&str>) -> Result<u64, String> {
    whole(text, "offset", 0)?.ok_or_else(|| "offset must be non-negative".to_owned())
}

/// A number that Python's `int` takes, but for its underscores; `None`: it is negative. One beyond all bounds
/// is the greatest.
fn whole(text: Option<&str>, key: &str, default: u64) -> Result<Option<u64>, String> {
    let Some(text) = text else {
        return Ok(Some(default));
    };
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("Invalid {key} value: '{text}'"));
    }
    let number = digits.parse().unwrap_or(u64::MAX);
    Ok((!negative || number == 0).then_some(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_218_869;

    fn ask(query: &str) -> Result<Question, String> {
        let now = WallTime {
            secs: NOW.unsigned_abs(),
            nanos: 5,
        };
        Question::parse(&format!("/metrics/history{query}"), now)
    }

    fn range(query: &str) -> (i64, i64) {
        let Question { query, .. } = ask(query).unwrap();
        (query.from - NOW, query.to - NOW)
    }

    #[test]
    fn the_range_is_found_as_v1_7_found_it() {
        assert_eq!(range(""), (-3_600, 0));
        assert_eq!(range("?range=90S"), (-90, 0));
        assert_eq!(range("?range=0s"), (-3_600, 0));
        assert_eq!(range("?to=2026-11-20T23:54:29Z"), (-3_600, 0));
        assert_eq!(range("?from=2026-11-20T23:54:29Z"), (0, 0));
        assert_eq!(
            range("?from=2026-11-20T23:54:19Z&to=2026-11-20T23:54:21%2B00:00"),
            (-10, -8)
        );
        assert_eq!(range("?range=1h&from=2026-11-20T23:54:19Z"), (-3_600, 0));
        assert_eq!(range("?range=&range=5m&range=7d"), (-300, 0));
    }

    #[test]
    fn the_rest_goes_into_the_query() {
        let Question { query, limit } =
            ask("?metrics=wanctl_rtt_ms,%20x,,&wan=Wan%201+b&limit=10&offset=20&more=1").unwrap();
        assert_eq!(query.metrics, ["wanctl_rtt_ms", "x"]);
        assert_eq!(query.wan.as_deref(), Some("Wan 1 b"));
        assert_eq!((limit, query.limit, query.offset), (10, Some(10), 20));
        let Question { query, limit } = ask("?").unwrap();
        assert_eq!((limit, query.offset, query.wan), (DEFAULT_LIMIT, 0, None));
        // SQL is a name that no metric has.
        let Question { query, .. } = ask("?wan=x'%20OR%201=1;--").unwrap();
        assert_eq!(query.wan.as_deref(), Some("x' OR 1=1;--"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_v1_7s_words() {
        for (query, sentence) in [
            (
                "?range=1y",
                "Invalid duration format: '1y'. Use format like '1h', '30m', '7d'",
            ),
            (
                "?from=zzz",
                "Invalid timestamp format: 'zzz'. Use ISO 8601 format",
            ),
            (
                "?from=2026-11-20T23:54:19Z&to=2026-11-20T23:54:21+00:00",
                "Invalid timestamp format: '2026-11-20T23:54:21 00:00'. Use ISO 8601 format",
            ),
            ("?limit=abc", "Invalid limit value: 'abc'"),
            ("?limit=1.5", "Invalid limit value: '1.5'"),
            ("?limit=0", "limit must be between 1 and 10000"),
            ("?limit=-5", "limit must be between 1 and 10000"),
            ("?limit=10001", "limit must be between 1 and 10000"),
            (
                "?limit=99999999999999999999",
                "limit must be between 1 and 10000",
            ),
            ("?offset=x", "Invalid offset value: 'x'"),
            ("?offset=-1", "offset must be non-negative"),
        ] {
            assert_eq!(ask(query).unwrap_err(), sentence, "{query}");
        }
        assert_eq!(ask("?limit=%2010%20&offset=-0").unwrap().limit, 10);
    }
}
