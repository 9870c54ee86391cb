//! What every key of the YAML files means, as Markdown and as a text to print.

use std::fmt::Write as _;

use super::document::{Block, Document, Line, Span};
use super::markdown::line;
use crate::config::{FileKind, Key, Presence, Reference, reference};

/// How [`markdown`]'s file begins.
const HEAD: &str = "\
# Every key of the files

Generated from the readers of the files, which know each key's range and default, and so is never out of date:
`cargo test --test manual` says when this file is, and how to write it anew. `wanctl manual config` prints it; the files
beside this one are examples.

Times are in the unit that ends a key's name, or in seconds; rates in Mbit/s. A file is YAML 1.1; all that is wrong with
one is said at once by `wanctl --config F --validate-config`.
";

/// A kind of file, and what it is called.
pub(super) const KINDS: [(FileKind, &str, &str); 2] = [
    (
        FileKind::Wan,
        "wanctl.yaml",
        "the file of one line, for wanctl",
    ),
    (
        FileKind::Steering,
        "wanctl-steering.yaml",
        "the file of wanctl-steering",
    ),
];

/// `configs/REFERENCE.md`.
pub fn markdown() -> String {
    let mut out = HEAD.to_owned();
    for (kind, _, summary) in KINDS {
        let reference = reference(kind);
        let _ = writeln!(out, "\n## {}{}", summary[..1].to_uppercase(), &summary[1..]);
        for (section, keys) in sections(&reference) {
            let _ = writeln!(out, "\n### {}\n", heading(section));
            out.push_str("| key | meaning | expected | without it |\n|---|---|---|---|\n");
            for key in keys {
                let _ = writeln!(
                    out,
                    "| `{}` | {} | {} | {} |",
                    key.path,
                    key.meaning,
                    key.expected,
                    without(key, "`")
                );
            }
        }
        let _ = writeln!(
            out,
            "\nRead and without effect, as in v1.7: {}.",
            silent(&reference)
        );
    }
    out
}

/// All keys of a kind of file.
pub(super) fn document(kind: FileKind) -> Document {
    let reference = reference(kind);
    let mut blocks = vec![Block::Heading(2, Line::plain("keys"))];
    for (section, keys) in sections(&reference) {
        blocks.push(Block::Heading(3, Line::plain(heading(section))));
        for key in keys {
            let mut text = line(key.meaning);
            let more = format!(
                " Expected: {}; without it: {}.",
                key.expected,
                without(key, "")
            );
            text.0.push(Span::Plain(more));
            let name = Line(vec![Span::Code(key.path.clone())]);
            blocks.push(Block::Term(name, text));
        }
    }
    blocks.push(Block::Heading(2, Line::plain("without effect")));
    let text = format!(
        "Read and without effect, as in v1.7: {}.",
        silent(&reference)
    );
    blocks.push(Block::Paragraph(line(&text)));
    Document { blocks }
}

/// The keys by section, each section where its first key stands.
fn sections(reference: &Reference) -> Vec<(&str, Vec<&Key>)> {
    let mut sections: Vec<(&str, Vec<&Key>)> = Vec::new();
    for key in &reference.keys {
        let name = key.path.rsplit_once('.').map_or("", |(section, _)| section);
        match sections.iter_mut().find(|(known, _)| *known == name) {
            Some((_, keys)) => keys.push(key),
            None => sections.push((name, vec![key])),
        }
    }
    sections
}

fn heading(section: &str) -> String {
    if section.is_empty() {
        "outside of any section".to_owned()
    } else {
        section.to_owned()
    }
}

fn without(key: &Key, quote: &str) -> String {
    match &key.presence {
        Presence::Required => "refused".to_owned(),
        Presence::RequiredByClassic => "refused, but for `adaptive`".replace('`', quote),
        Presence::Default(default) => format!("{quote}{default}{quote}"),
        Presence::Optional => "none".to_owned(),
    }
}

fn silent(reference: &Reference) -> String {
    let mut names: Vec<String> = reference
        .silent
        .iter()
        .map(|path| format!("`{path}`"))
        .collect();
    names.sort();
    names.dedup();
    names.join(", ")
}
