//! Markdown, as the guides are written, to a [`Document`].

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::document::{Block, Document, Line, Span};
use super::guides;

/// Reads a whole text.
pub(super) fn document(text: &str) -> Document {
    let mut reader = Reader::default();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        reader.take(event);
    }
    reader.flush();
    Document {
        blocks: reader.blocks,
    }
}

/// Reads running text, such as a sentence with a `name` in it.
pub(super) fn line(text: &str) -> Line {
    // Angle brackets and stars mean themselves in the pages of commands: only names are marked there.
    let mut line = Line::default();
    for (i, piece) in text.split('`').enumerate() {
        if piece.is_empty() {
            continue;
        }
        line.0.push(if i % 2 == 0 {
            Span::Plain(piece.to_owned())
        } else {
            Span::Code(piece.to_owned())
        });
    }
    line
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    line: Line,
    /// Items that are open: where their blocks begin, and their number.
    items: Vec<(usize, Option<u64>)>,
    /// The next number of each open list.
    numbers: Vec<Option<u64>>,
    strong: bool,
    code: Option<String>,
    link: Option<String>,
    head: Vec<Line>,
    row: Vec<Line>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None if self.strong => self.line.0.push(Span::Strong(text.into_string())),
                None => self.line.0.push(Span::Plain(text.into_string())),
            },
            Event::Code(text) => self.line.0.push(Span::Code(text.into_string())),
            Event::SoftBreak | Event::HardBreak => self.line.0.push(Span::Plain(" ".into())),
            // The guides have no HTML, footnotes, formulas or rules; a test keeps it so.
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.flush();
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                self.flush();
                self.numbers.push(first);
            }
            Tag::Item => {
                let number = self.numbers.last_mut().and_then(Option::as_mut);
                let number = number.map(|next| {
                    *next += 1;
                    *next - 1
                });
                self.items.push((self.blocks.len(), number));
            }
            Tag::Strong | Tag::Emphasis => self.strong = true,
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.into_string()),
            Tag::Table(_) => self.head.clear(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                let line = std::mem::take(&mut self.line);
                self.blocks.push(Block::Heading(level as u8, line));
            }
            TagEnd::Paragraph => self.flush(),
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                self.blocks.push(Block::Code(code));
            }
            TagEnd::List(_) => {
                self.numbers.pop();
            }
            TagEnd::Item => {
                self.flush();
                if let Some((begun, number)) = self.items.pop() {
                    let inside = self.blocks.split_off(begun);
                    self.blocks.push(Block::Item(number, inside));
                }
            }
            TagEnd::Strong | TagEnd::Emphasis => self.strong = false,
            TagEnd::Link => self.end_link(),
            TagEnd::TableCell => self.row.push(std::mem::take(&mut self.line)),
            TagEnd::TableHead => self.head = std::mem::take(&mut self.row),
            TagEnd::TableRow => self.end_row(),
            _ => {}
        }
    }

    /// What is no address on the page itself is told behind the words.
    fn end_link(&mut self) {
        let target = self.link.take().unwrap_or_default();
        let told = match guides::named_by(&target) {
            Some(title) => title,
            None if target.starts_with("http") && self.line.text().ends_with(&target) => return,
            None if target.starts_with("http") => target,
            None => return,
        };
        self.line.0.push(Span::Plain(format!(" ({told})")));
    }

    /// A row is a name and what it is; of more columns than two, the further ones say which they are.
    fn end_row(&mut self) {
        let mut cells = std::mem::take(&mut self.row).into_iter();
        let name = cells.next().unwrap_or_default();
        let mut text = Line::default();
        for (cell, head) in cells.zip(self.head.iter().skip(1)) {
            if cell.text().is_empty() {
                continue;
            }
            if !text.0.is_empty() {
                text.0.push(Span::Plain(format!("; {}: ", head.text())));
            }
            text.0.extend(cell.0);
        }
        self.blocks.push(Block::Term(name, text));
    }

    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.0.is_empty() {
            self.blocks.push(Block::Paragraph(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_its_blocks() {
        let text = "# Title\n\nA `word`, **seen**\nand [x](security.md#top).\n\n- one\n- two\n\n\
                    | key | means |\n|---|---|\n| `a` | b |\n\n```console\n$ ls\n```\n";
        let blocks = document(text).blocks;
        let shown: Vec<String> = blocks
            .iter()
            .map(|block| match block {
                Block::Heading(level, line) => format!("{level} {}", line.text()),
                Block::Paragraph(line) => line.text(),
                Block::Item(None, inside) => format!("- {}", inside.len()),
                Block::Item(Some(n), inside) => format!("{n} {}", inside.len()),
                Block::Term(name, text) => format!("{}: {}", name.text(), text.text()),
                Block::Code(code) => code.clone(),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "1 Title",
                "A word, seen and x (wanctl-security(7)).",
                "- 1",
                "- 1",
                "a: b",
                "$ ls\n"
            ]
        );
    }
}
