//! A text with headings, before it is a man page or lines on a terminal.

use super::page::{Opt, Page};
use super::{commands, markdown};

/// A whole text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Document {
    /// From top to bottom.
    pub blocks: Vec<Block>,
}

/// A piece of a text between empty lines.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Block {
    /// 1 for the title, 2 for a section, 3 for what is below.
    Heading(u8, Line),
    /// Running text.
    Paragraph(Line),
    /// One of a list: its number, if they have numbers, and what it says.
    Item(Option<u64>, Vec<Block>),
    /// A name and what it is.
    Term(Line, Line),
    /// Lines as they are.
    Code(String),
}

/// Running text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Line(pub Vec<Span>);

/// A piece of running text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Span {
    /// As it is.
    Plain(String),
    /// To be seen.
    Strong(String),
    /// To be typed, or a name.
    Code(String),
}

impl Line {
    /// Text without any markup.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![Span::Plain(text.into())])
    }

    fn strong(text: impl Into<String>) -> Self {
        Self(vec![Span::Strong(text.into())])
    }

    /// What it says, without any markup.
    pub fn text(&self) -> String {
        let spans = self.0.iter().map(|span| match span {
            Span::Plain(text) | Span::Strong(text) | Span::Code(text) => text.as_str(),
        });
        spans.collect()
    }
}

impl Page {
    /// Its name as a man page, `wanctl-check`.
    pub fn title(&self) -> String {
        self.command.replace(' ', "-")
    }

    /// All that there is to say of the command.
    pub fn document(&self) -> Document {
        let mut blocks = Vec::new();
        section(&mut blocks, "SYNOPSIS");
        let forms = self.forms.iter();
        let forms = forms.map(|form| format!("{} {form}\n", self.command));
        blocks.push(Block::Code(forms.collect()));
        section(&mut blocks, "DESCRIPTION");
        for paragraph in self.about {
            blocks.push(Block::Paragraph(markdown::line(paragraph)));
        }
        section(&mut blocks, "OPTIONS");
        let operands = self.operands.iter().map(|it| (it.name.to_owned(), it.text));
        let options = self
            .options
            .iter()
            .map(|option| (Opt::term(option), option.text));
        terms(&mut blocks, operands.chain(options));
        if self.word().is_none() {
            section(&mut blocks, "COMMANDS");
            let listed = commands::ALL.iter().filter(|page| !page.aside);
            terms(
                &mut blocks,
                listed.filter_map(|page| Some((page.word()?.to_owned(), page.summary))),
            );
        }
        for note in self.notes {
            if self.has_section(note.heading) {
                continue;
            }
            section(&mut blocks, &note.heading.to_uppercase());
            blocks.push(Block::Paragraph(markdown::line(&format!("{}.", note.text))));
        }
        let codes = self.exit_codes.iter();
        let codes = codes.map(|(code, text)| (code.to_string(), *text));
        titled(&mut blocks, "EXIT STATUS", codes);
        for (title, rows) in self.sections() {
            let rows = rows.iter().map(|(name, text)| ((*name).to_owned(), *text));
            titled(&mut blocks, title, rows);
        }
        if !self.examples.is_empty() {
            section(&mut blocks, "EXAMPLES");
            for (command, what) in self.examples {
                let what = format!("{}:", capital(what));
                blocks.push(Block::Paragraph(markdown::line(&what)));
                blocks.push(Block::Code(format!("{command}\n")));
            }
        }
        Document { blocks }
    }

    fn sections(&self) -> [(&'static str, &'static [(&'static str, &'static str)]); 3] {
        [
            ("FILES", self.files),
            ("ENVIRONMENT", self.environment),
            ("SIGNALS", self.signals),
        ]
    }

    /// Whether a note of `--help` says in short what a section says at length.
    fn has_section(&self, heading: &str) -> bool {
        let mut sections = self.sections().into_iter();
        sections.any(|(title, rows)| !rows.is_empty() && title.eq_ignore_ascii_case(heading))
    }
}

fn section(blocks: &mut Vec<Block>, title: &str) {
    blocks.push(Block::Heading(2, Line::plain(title)));
}

fn titled(
    blocks: &mut Vec<Block>,
    title: &str,
    rows: impl Iterator<Item = (String, &'static str)>,
) {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        section(blocks, title);
        terms(blocks, rows);
    }
}

fn terms(blocks: &mut Vec<Block>, rows: impl Iterator<Item = (String, &'static str)>) {
    for (name, text) in rows {
        blocks.push(Block::Term(Line::strong(name), markdown::line(text)));
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}
