//! A document as a man page.

use roff::{Inline, Roff, bold, roman};

use super::document::{Block, Document, Line, Span};

/// What stands at the head of a man page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    /// `wanctl-check`.
    pub(super) title: &'a str,
    /// 1, 5 or 7.
    pub(super) section: &'a str,
    /// What it does, in half a sentence.
    pub(super) summary: &'a str,
    /// Other man pages worth reading, `wanctl(1), wanctl-routeros(7)`.
    pub(super) see_also: &'a str,
}

/// The man page.
pub(super) fn page(head: Head<'_>, document: &Document) -> String {
    let mut roff = Roff::new();
    let version = concat!("wanctl ", env!("CARGO_PKG_VERSION"));
    // No date: the same source makes the same page, whenever it is built.
    roff.control("TH", [head.title, head.section, "\"\"", version, "wanctl"]);
    roff.control("SH", ["NAME"]);
    let name = format!("{} - {}", head.title, head.summary.replace('`', ""));
    roff.text([roman(name)]);
    // Never hyphenate, nor stretch lines: most of what stands here is names.
    roff.control("nh", []);
    roff.control("ad", ["l"]);
    blocks(&mut roff, &document.blocks);
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(head.see_also)]);
    roff.render()
}

fn blocks(roff: &mut Roff, all: &[Block]) {
    for block in all {
        match block {
            Block::Heading(0..=2, line) => {
                roff.control("SH", [&*line.text().to_uppercase().replace('"', "")]);
            }
            Block::Heading(_, line) => {
                roff.control("SS", [&*line.text().replace('"', "")]);
            }
            Block::Paragraph(line) => {
                roff.control("PP", []);
                roff.text(inlines(line));
            }
            Block::Item(number, inside) => item(roff, *number, inside),
            Block::Term(name, text) => {
                roff.control("TP", []);
                roff.text(inlines(name));
                roff.text(inlines(text));
            }
            Block::Code(code) => {
                roff.control("PP", []);
                roff.control("RS", ["4"]);
                roff.control("nf", []);
                for line in code.lines() {
                    roff.text([roman(line)]);
                }
                roff.control("fi", []);
                roff.control("RE", []);
            }
        }
    }
}

fn item(roff: &mut Roff, number: Option<u64>, inside: &[Block]) {
    let mark = number.map_or("\\(bu".to_owned(), |n| format!("{n}."));
    roff.control("IP", [&*mark, "3"]);
    let (first, rest) = match inside {
        [Block::Paragraph(line), rest @ ..] => (Some(line), rest),
        rest => (None, rest),
    };
    if let Some(line) = first {
        roff.text(inlines(line));
    }
    if !rest.is_empty() {
        roff.control("RS", ["3"]);
        blocks(roff, rest);
        roff.control("RE", []);
    }
}

fn inlines(line: &Line) -> Vec<Inline> {
    let spans = line.0.iter().map(|span| match span {
        Span::Plain(text) => roman(text.as_str()),
        Span::Strong(text) | Span::Code(text) => bold(text.as_str()),
    });
    spans.collect()
}
