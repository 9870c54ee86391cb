//! What `:put` prints: `as-value`, which RouterOS spells its own way and does not escape, or JSON.

use serde_json::{Map, Number, Value as Json};

use crate::sim::double::record::Record;
use crate::sim::double::table::{Field, Kind};

/// The value of an expression.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Nothing,
    Text(String),
    Ids(Vec<String>),
    /// Rows, and the menu that knows the types.
    Rows(&'static [Field], Vec<Record>),
}

impl Value {
    /// One line. Records follow each other without any sign but the next `.id=`.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => text.clone(),
            Self::Ids(ids) => ids.join(";"),
            Self::Rows(_, rows) => {
                let pairs = rows.iter().flat_map(Record::properties);
                let pairs = pairs.map(|(name, value)| format!("{name}={}", spelled(name, value)));
                pairs.collect::<Vec<_>>().join(";")
            }
        }
    }

    /// `:serialize to=json`; an empty list is `[]` (assumed).
    pub(super) fn json(&self) -> String {
        let json = match self {
            Self::Nothing => Json::Array(Vec::new()),
            Self::Text(text) => number(text).unwrap_or_else(|| text.clone().into()),
            Self::Ids(ids) => ids.clone().into(),
            Self::Rows(fields, rows) => {
                let objects = rows.iter().map(|row| Json::Object(object(fields, row)));
                Json::Array(objects.collect())
            }
        };
        json.to_string()
    }
}

/// Flags are booleans, counters and limits integers. Text that happens to be a number comes out as
/// one, with RouterOS's six decimals (measured for a key size; that it holds for names is assumed).
fn object(fields: &[Field], row: &Record) -> Map<String, Json> {
    let properties = row.properties().map(|(name, value)| {
        let value = spelled(name, value);
        let json = match (&*value, Field::kind(fields, name)) {
            ("true", _) => Json::Bool(true),
            ("false", _) => Json::Bool(false),
            (text, Some(Kind::Text)) if text.bytes().all(|b| b.is_ascii_digit()) => {
                decimals(text).unwrap_or_else(|| text.into())
            }
            (text, _) => number(text).unwrap_or_else(|| text.into()),
        };
        (name.to_owned(), json)
    });
    properties.collect()
}

fn number(text: &str) -> Option<Json> {
    text.parse::<u64>().ok().map(Json::from)
}

/// `100.000000`; `serde_json` writes `100.0`, which parses to the same number.
fn decimals(text: &str) -> Option<Json> {
    let number = Number::from_f64(text.parse().ok()?)?;
    Some(Json::Number(number))
}

/// A value as scripts see it (measured on 7.24): times as a clock, `bucket-size` in thousandths.
pub(super) fn spelled(name: &str, value: &str) -> String {
    match name {
        "bucket-size" => thousandths(value),
        "burst-time" | "timeout" | "uptime" => clock(value),
        _ => None,
    }
    .unwrap_or_else(|| value.to_owned())
}

/// `0.05` is 50.
fn thousandths(text: &str) -> Option<String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = format!("{part:0<3}");
    let number: u64 = whole.parse::<u64>().ok()?.checked_mul(1_000)?;
    Some((number + part.get(..3)?.parse::<u64>().ok()?).to_string())
}

/// `1w2d20h12m20s` is `1w2d20:12:20`.
fn clock(text: &str) -> Option<String> {
    let (mut days, mut rest) = (String::new(), text);
    let mut clock = [0_u64; 3];
    while let Some(at) = rest.find(|c: char| !c.is_ascii_digit()) {
        let count: u64 = rest[..at].parse().ok()?;
        let unit = &rest[at..=at];
        match unit {
            "w" | "d" => days.push_str(&rest[..=at]),
            "h" => clock[0] = count,
            "m" => clock[1] = count,
            "s" => clock[2] = count,
            _ => return None,
        }
        rest = &rest[at + 1..];
    }
    let [hours, minutes, seconds] = clock;
    rest.is_empty()
        .then(|| format!("{days}{hours:02}:{minutes:02}:{seconds:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_see_other_spellings_than_people() {
        for (name, people, script) in [
            ("bucket-size", "0.1", "100"),
            ("bucket-size", "5", "5000"),
            ("bucket-size", "0.005", "5"),
            ("burst-time", "0s", "00:00:00"),
            ("uptime", "15s", "00:00:15"),
            ("uptime", "1w", "1w00:00:00"),
            ("uptime", "2d20h12m20s", "2d20:12:20"),
            ("name", "5m", "5m"),
        ] {
            assert_eq!(spelled(name, people), script);
        }
    }
}
