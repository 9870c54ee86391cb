//! The visitor that `serde_yaml` hands its values to.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Reading;
use crate::config::node::{Entry, Kind, Node};

/// Values in one file, aliases expanded; a WAN file has about a hundred. Bounds what a few lines of
/// nested aliases can cost.
const MAX_VALUES: usize = 20_000;

/// Takes one value of any kind out of a deserializer.
pub(super) struct Taker<'a, 't> {
    pub(super) reading: &'a Reading<'t>,
    pub(super) taken: &'a mut Option<Node>,
}

impl<'t> Taker<'_, 't> {
    /// Takes through `give`, which is handed a [`Taker`]; `Ok(None)` when there is nothing more.
    fn through<E: Error>(
        reading: &Reading<'t>,
        give: impl FnOnce(Taker<'_, 't>) -> Result<Option<()>, E>,
    ) -> Result<Option<Node>, E> {
        let seen = reading.values.get() + 1;
        reading.values.set(seen);
        if seen > MAX_VALUES {
            return Err(reading.refuse("more than 20000 values: too many for a config file"));
        }
        let mut taken = None;
        let given = give(Taker {
            reading,
            taken: &mut taken,
        });
        match given {
            Ok(Some(())) => Ok(taken),
            Ok(None) => Ok(None),
            Err(error) => match reading.finish_scalar(taken, &error) {
                Some(node) => Ok(Some(node)),
                None => Err(error),
            },
        }
    }

    /// Keeps a scalar and refuses it, to learn where it stands.
    fn scalar<E: Error>(self, text: String, plain: bool) -> Result<(), E> {
        let kind = Kind::Scalar { text, plain };
        *self.taken = Some(Node { line: 1, kind });
        Err(E::custom("a position, please"))
    }
}

impl<'de> DeserializeSeed<'de> for Taker<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Taker<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(String::new(), true)
    }

    /// The empty file: there is no position to ask for.
    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<(), E> {
        self.scalar(v.to_string(), true)
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<(), E> {
        self.scalar(v.to_string(), true)
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<(), E> {
        self.scalar(v.to_string(), true)
    }

    fn visit_i128<E: Error>(self, v: i128) -> Result<(), E> {
        self.scalar(v.to_string(), true)
    }

    fn visit_u128<E: Error>(self, v: u128) -> Result<(), E> {
        self.scalar(v.to_string(), true)
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<(), E> {
        self.scalar(format!("{v:?}"), true)
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<(), E> {
        self.scalar(v.to_owned(), false)
    }

    fn visit_enum<A: serde::de::EnumAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self
            .reading
            .refuse("a YAML tag of its own (`!name`) has no meaning here"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut items: Vec<Node> = Vec::new();
        while let Some(mut node) = Taker::through(self.reading, |t| seq.next_element_seed(t))? {
            // An alias is met where it is used, not where its anchor stands.
            node.line = node.line.max(items.last().map_or(0, |last| last.line));
            items.push(node);
        }
        *self.taken = Some(Node {
            line: items.first().map_or(1, |item| item.line),
            kind: Kind::List(items),
        });
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut entries = Vec::new();
        let mut merged = Vec::new();
        while let Some(key) = Taker::through(self.reading, |t| map.next_key_seed(t))? {
            let line = key.line;
            let Kind::Scalar { text, plain } = key.kind else {
                return Err(self.reading.refuse("a key must be a single word"));
            };
            let value = Taker::through(self.reading, |t| map.next_value_seed(t).map(Some))?;
            let Some(mut value) = value else { break };
            if plain && text == "<<" {
                merged.extend(merge(self.reading, value, line)?);
                continue;
            }
            value.line = match value.kind {
                Kind::Scalar { .. } => value.line.max(line),
                Kind::List(_) | Kind::Section(_) => line,
            };
            entries.push(Entry {
                key: text,
                line,
                value,
                merged: false,
            });
        }
        let line = entries.first().map_or(1, |entry| entry.line);
        merged.append(&mut entries);
        *self.taken = Some(Node {
            line,
            kind: Kind::Section(merged),
        });
        Ok(())
    }
}

/// The entries behind a `<<`, weakest first; of several sections the first named is the strongest.
fn merge<E: Error>(reading: &Reading<'_>, value: Node, line: usize) -> Result<Vec<Entry>, E> {
    let sections = match value.kind {
        Kind::List(items) => items,
        Kind::Scalar { .. } | Kind::Section(_) => vec![value],
    };
    let mut entries = Vec::new();
    for section in sections.into_iter().rev() {
        let Kind::Section(inner) = section.kind else {
            return Err(reading.refuse("`<<` needs a section, or a list of sections, to merge"));
        };
        entries.extend(inner.into_iter().map(|entry| Entry {
            line,
            merged: true,
            ..entry
        }));
    }
    Ok(entries)
}
