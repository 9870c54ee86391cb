//! A YAML file as an ordered tree in which every value knows its line.
//!
//! `serde_yaml` tells positions only in errors, so every scalar is answered with an error: it has
//! been consumed by then, the error carries its position, and the map or list around it goes on.
//! One pass, and it keeps what a typed read would lose: key order, duplicate keys, and the text as
//! written, which [`super::scalar`] needs to read YAML 1.1.

mod taker;

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed as _, Error};

use self::taker::Taker;
use super::node::{Kind, Node};
use super::scalar::{self, Scalar};
use super::source::Source;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::node::Entry;

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
