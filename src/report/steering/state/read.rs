//! Reads what v1.7 wrote, or we did, or somebody by hand: each field for itself (contract 5.3).

use core::fmt;
use core::marker::PhantomData;
use std::collections::VecDeque;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::control::zone::Zone;
use crate::report::Corrupt;
use crate::report::document::Map;
use crate::report::loose::{Loose, Scalar};
use crate::steering::LONGEST_RTT;
use crate::steering::fact::Standing;
use crate::steering::record::{Saved, Transition, When, ZONES_KEPT};
use crate::units::Millis;

/// Entries kept while reading: the largest `state.history_size` (contract 1.4).
const KEPT: usize = 3_000;
/// A count above this has lost its last digits in a float, and is none of a queue's.
const LARGEST_COUNT: f64 = 9_007_199_254_740_992.0;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    current_state: Scalar,
    baseline_rtt: Scalar,
    history_rtt: Newest<Scalar>,
    history_delta: Newest<Scalar>,
    transitions: Newest<Loose<Move>>,
    rtt_delta_ewma: Scalar,
    queue_ewma: Scalar,
    cake_drops_history: Newest<Scalar>,
    queue_depth_history: Newest<Scalar>,
    cake_state_history: Newest<Scalar>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Move {
    timestamp: Scalar,
    from: Scalar,
    to: Scalar,
    bad_count: Scalar,
    good_count: Scalar,
}

/// Reads a document. A field that is missing, makes no sense or cannot be is as if there were none, and so is
/// an entry of a list; unknown keys are skipped. `primary` is `topology.primary_wan` in upper case; of each
/// list the newest `history_size` entries count.
///
/// v1.7 took a list for a document without any field; here it is corrupt, as is anything but a mapping.
///
/// # Errors
/// [`Corrupt`] if it is no such document.
pub fn parse(bytes: &[u8], primary: &str, history_size: usize) -> Result<Saved, Corrupt> {
    let whole: Result<Map<Document>, _> = serde_json::from_slice(bytes);
    let Map(document) = match whole {
        Ok(document) => document,
        Err(error) => {
            let python = without_python_numbers(bytes).ok_or(error)?;
            serde_json::from_slice(&python)?
        }
    };
    let millis = |list: Newest<Scalar>| list.newest(history_size, |value| delay(&value));
    let counts = |list: Newest<Scalar>| list.newest(history_size, |value| count(&value));
    let average = |value: Scalar| float(&value).filter(|value| *value >= 0.0).unwrap_or(0.0);
    Ok(Saved {
        standing: standing(&document.current_state, primary).unwrap_or_default(),
        baseline: delay(&document.baseline_rtt).filter(|&baseline| baseline > Millis::ZERO),
        delta_average: average(document.rtt_delta_ewma),
        queue_average: average(document.queue_ewma),
        rtt: millis(document.history_rtt),
        delta: millis(document.history_delta),
        drops: counts(document.cake_drops_history),
        queue: counts(document.queue_depth_history),
        zones: document
            .cake_state_history
            .newest(ZONES_KEPT, |value| zone(value.text()?)),
        transitions: document
            .transitions
            .newest(history_size, |value| transition(&value.map()?, primary)),
    })
}

fn transition(from: &Move, primary: &str) -> Option<Transition> {
    let text = from.timestamp.text()?;
    let mut timestamp = heapless::String::new();
    for c in text.chars() {
        timestamp.push(c).ok()?;
    }
    let row = |value| {
        let count = count(value).and_then(|count| u32::try_from(count).ok());
        count.unwrap_or(0)
    };
    Some(Transition {
        when: When::Earlier(timestamp),
        from: standing(&from.from, primary)?,
        to: standing(&from.to, primary)?,
        bad_count: row(&from.bad_count),
        good_count: row(&from.good_count),
    })
}

/// Python's `str` makes a text of any scalar, and no number is the name of a good state.
fn standing(value: &Scalar, primary: &str) -> Option<Standing> {
    match value {
        Loose::Text(name) => Some(Standing::from_name(name, primary)),
        Loose::Number(_) | Loose::Flag(_) => Some(Standing::Degraded),
        Loose::Map(_) | Loose::Other => None,
    }
}

fn delay(value: &Scalar) -> Option<Millis> {
    let ms = Millis::new(float(value)?)?;
    (Millis::ZERO <= ms && ms <= LONGEST_RTT).then_some(ms)
}

/// As Python's `int`: what is behind the point is cut off, a text must have none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within the range of whole numbers that a float can hold, and not negative"
)]
fn count(value: &Scalar) -> Option<u64> {
    if let Loose::Text(text) = value {
        return text.trim().parse().ok();
    }
    let number = float(value)?.trunc();
    (0.0..=LARGEST_COUNT)
        .contains(&number)
        .then_some(number as u64)
}

/// As Python's `float`, but for what is not finite.
fn float(value: &Scalar) -> Option<f64> {
    let number = match value {
        Loose::Number(number) => *number,
        Loose::Text(text) => text.trim().parse().ok()?,
        Loose::Flag(flag) => f64::from(u8::from(*flag)),
        Loose::Map(_) | Loose::Other => return None,
    };
    number.is_finite().then_some(number)
}

fn zone(word: &str) -> Option<Zone> {
    [Zone::Green, Zone::Yellow, Zone::SoftRed, Zone::Red]
        .into_iter()
        .find(|zone| zone.to_string() == word)
}

/// Python writes `NaN` and `Infinity`, which no other JSON has: `null` instead. `None` if there is neither.
fn without_python_numbers(bytes: &[u8]) -> Option<Vec<u8>> {
    const WORDS: [&[u8]; 3] = [b"NaN", b"-Infinity", b"Infinity"];
    let mut out = Vec::with_capacity(bytes.len());
    let (mut rest, mut in_text, mut found) = (bytes, false, false);
    while let Some((&byte, after)) = rest.split_first() {
        let word = WORDS.iter().find(|word| rest.starts_with(word));
        if let Some(word) = word.filter(|_| !in_text) {
            found = true;
            out.extend_from_slice(b"null");
            rest = &rest[word.len()..];
            continue;
        }
        out.push(byte);
        rest = after;
        match byte {
            b'"' => in_text = !in_text,
            b'\\' if in_text => {
                if let Some((&escaped, after)) = rest.split_first() {
                    out.push(escaped);
                    rest = after;
                }
            }
            _ => {}
        }
    }
    found.then_some(out)
}

/// The newest [`KEPT`] entries of a list, however long it is; none of what is no list.
struct Newest<T>(VecDeque<T>);

impl<T> Newest<T> {
    /// The newest `size` of what makes sense.
    fn newest<V>(self, size: usize, sense: impl Fn(T) -> Option<V>) -> Vec<V> {
        let mut values: Vec<V> = self.0.into_iter().filter_map(sense).collect();
        values.drain(..values.len().saturating_sub(size));
        values
    }
}

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Newest<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(List(PhantomData))
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Newest<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Newest<T>, A::Error> {
        let mut newest = VecDeque::new();
        while let Some(next) = list.next_element()? {
            if newest.len() == KEPT {
                newest.pop_front();
            }
            newest.push_back(next);
        }
        Ok(Newest(newest))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Newest<T>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Newest::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Newest<T>, E> {
        Ok(Newest::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Newest<T>, E> {
        Ok(Newest::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Newest<T>, E> {
        Ok(Newest::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Newest<T>, E> {
        Ok(Newest::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Newest<T>, E> {
        Ok(Newest::default())
    }

    fn visit_unit<E>(self) -> Result<Newest<T>, E> {
        Ok(Newest::default())
    }
}
