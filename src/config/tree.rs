//! A YAML file as an ordered tree in which every value knows its line.
//!
//! `serde_yaml` tells positions only in errors, so every scalar is answered with an error: it has
//! been consumed by then, the error carries its position, and the map or list around it goes on.
//! One pass, and it keeps what a typed read would lose: key order, duplicate keys, and the text as
//! written, which [`super::scalar`] needs to read YAML 1.1.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::node::{Entry, Kind, Node};
use super::scalar::{self, Scalar};
use super::source::Source;

/// Values in one file, aliases expanded; a WAN file has about a hundred. Bounds what a few lines of
/// nested aliases can cost.
const MAX_VALUES: usize = 20_000;

/// Why a text is no tree: a sentence, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Fault {
    pub(super) line: Option<usize>,
    pub(super) sentence: String,
}

/// Reads a whole file. `None`: it holds nothing but comments.
pub(super) fn parse(text: &str) -> Result<Option<Node>, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let reading = Reading {
        source: Source::new(text),
        values: Cell::new(0),
        fault: RefCell::new(None),
    };
    let mut node = None;
    let seed = Taker {
        reading: &reading,
        taken: &mut node,
    };
    match seed.deserialize(serde_yaml::Deserializer::from_str(text)) {
        Ok(()) => Ok(node.filter(|node| !node.is_null())),
        Err(error) => match reading.finish_scalar(node, &error) {
            Some(node) => Ok(Some(node).filter(|node| !node.is_null())),
            None => Err(Fault {
                line: error.location().map(|at| at.line()),
                sentence: reading
                    .fault
                    .take()
                    .unwrap_or_else(|| format!("not valid YAML: {error}")),
            }),
        },
    }
}

/// What all visitors of one file share.
struct Reading<'t> {
    source: Source<'t>,
    values: Cell<usize>,
    /// Our own sentence for the error that is on its way up.
    fault: RefCell<Option<String>>,
}

impl Reading<'_> {
    fn refuse<E: Error>(&self, sentence: &str) -> E {
        *self.fault.borrow_mut() = Some(sentence.to_owned());
        E::custom(sentence)
    }

    /// Completes a scalar with the position its refusal tells; `None` if it was no refusal.
    fn finish_scalar(&self, taken: Option<Node>, refusal: &impl fmt::Display) -> Option<Node> {
        let node = taken?;
        let Kind::Scalar { text, plain } = node.kind else {
            return None;
        };
        let (line, column) = position(&refusal.to_string());
        let written = self.source.at(line, column);
        let kind = if plain {
            // Typed by serde_yaml as YAML 1.2; what was written decides.
            let bare = written.filter(|w| !w.tagged).and_then(|w| w.bare());
            // The place of a value that is not there may be that of the next key.
            let null = |bare: &str| scalar::resolve(bare, true) == Scalar::Null;
            let bare = bare.filter(|bare| !text.is_empty() || null(bare));
            let text = bare.map_or(text, str::to_owned);
            Kind::Scalar { text, plain }
        } else {
            let plain = written.is_some_and(|w| !w.quoted && !w.tagged);
            Kind::Scalar { text, plain }
        };
        Some(Node { line, kind })
    }
}

/// The position in `serde_yaml`'s own words, which leave it out for the very first character.
fn position(refusal: &str) -> (usize, usize) {
    let mut numbers = refusal
        .rsplit_once(" at line ")
        .map_or("1 column 1", |(_, position)| position)
        .split(" column ")
        .map_while(|n| n.parse().ok());
    (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1))
}

/// Takes one value of any kind out of a deserializer.
struct Taker<'a, 't> {
    reading: &'a Reading<'t>,
    taken: &'a mut Option<Node>,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `line key=text` for every key in file order; sections and lists are `{}` and `[]`.
    fn outline(text: &str) -> Vec<String> {
        let root = parse(text).unwrap().unwrap();
        let Kind::Section(entries) = root.kind else {
            panic!("a section")
        };
        let row = |e: &Entry| match &e.value.kind {
            Kind::Scalar { text, .. } => format!("{} {}={text}", e.value.line, e.key),
            Kind::List(_) => format!("{} {}=[]", e.value.line, e.key),
            Kind::Section(_) => format!("{} {}={{}}", e.value.line, e.key),
        };
        entries.iter().map(row).collect()
    }

    #[test]
    fn order_duplicates_and_lines_are_kept() {
        assert_eq!(
            outline("# why\nb: 0755\na:\n  x: 1\nb: 'yes'\nc: [1,\n 2]\nd: |\n  text\ne:\n"),
            [
                "2 b=0755",
                "3 a={}",
                "5 b=yes",
                "6 c=[]",
                "8 d=text\n",
                "10 e="
            ]
        );
    }

    #[test]
    fn a_value_that_is_not_there_is_null() {
        for text in ["? a\nb: 1\n", "{a, b: 1}", "a:\nb: 1", "a: # x\nb: 1"] {
            let rows = outline(text);
            assert!(rows[0].ends_with(" a="), "{text:?}: {rows:?}");
        }
    }

    /// As `PyYAML` flattens them: own keys win, then the first section named, then the next.
    #[test]
    fn merged_keys_come_first_so_that_own_keys_win() {
        let text = "d:\n  <<: [{x: 1, y: 1}, {y: 2, z: 2}]\n  x: 3\n";
        let root = parse(text).unwrap().unwrap();
        let Kind::Section(entries) = root.kind else {
            panic!("a section")
        };
        let Kind::Section(entries) = &entries[0].value.kind else {
            panic!("a section")
        };
        let last = |key| entries.iter().rfind(|e| e.key == key).unwrap();
        assert_eq!(last("x").value.scalar(), Some(Scalar::Whole(3)));
        assert_eq!(last("y").value.scalar(), Some(Scalar::Whole(1)));
        assert_eq!(last("z").value.scalar(), Some(Scalar::Whole(2)));
    }

    /// The trick this room stands on: a refusal tells its position in these words.
    #[test]
    fn refusals_tell_their_position() {
        assert_eq!(position("a.b: x at line 7 column 12"), (7, 12));
        assert_eq!(position("x"), (1, 1));
        assert_eq!(position("at line 3 column 1 at line 7 column 12"), (7, 12));
    }

    #[test]
    fn a_quoted_word_is_a_text_and_a_plain_one_may_be_a_flag() {
        let read = |text: &str| {
            let node = parse(text).unwrap().unwrap();
            format!("{:?}", node.scalar().unwrap())
        };
        assert_eq!(read("yes"), "Flag(true)");
        assert_eq!(read("'yes'"), "Text(\"yes\")");
        assert_eq!(read("!!str yes"), "Text(\"yes\")");
        assert_eq!(read("&x yes"), "Flag(true)");
        assert_eq!(read("!!int \"5\""), "Whole(5)");
        assert_eq!(read("0o17"), "Text(\"0o17\")");
    }
}
