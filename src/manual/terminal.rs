//! A document on a terminal.

use super::document::{Block, Document};
use super::wrap::fill;

impl Document {
    /// Lines of at most 80 columns, but for code, which stays as it is.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        blocks(&mut out, &self.blocks, 0);
        out
    }
}

fn blocks(out: &mut String, all: &[Block], indent: usize) {
    let margin = " ".repeat(indent);
    for (i, block) in all.iter().enumerate() {
        let listed = |block: &Block| matches!(block, Block::Item(..) | Block::Term(..));
        let together = i > 0 && listed(block) && listed(&all[i - 1]);
        if !out.is_empty() && !out.ends_with("- ") && !out.ends_with(". ") && !together {
            out.push('\n');
        }
        // The first block of an item goes on in its line.
        let lead = if out.ends_with('\n') || out.is_empty() {
            &*margin
        } else {
            ""
        };
        match block {
            Block::Heading(level, line) => {
                let text = line.text();
                out.push_str(&if *level <= 2 {
                    text.to_uppercase()
                } else {
                    text
                });
                out.push('\n');
            }
            Block::Paragraph(line) => {
                out.push_str(lead);
                fill(out, &line.text(), indent, indent);
            }
            Block::Item(number, inside) => {
                out.push_str(&margin);
                let mark = number.map_or("- ".to_owned(), |n| format!("{n}. "));
                out.push_str(&mark);
                blocks(out, inside, indent + mark.len());
            }
            Block::Term(name, text) => {
                out.push_str(&margin);
                fill(out, &name.text(), indent, indent);
                out.push_str(&margin);
                out.push_str("    ");
                fill(out, &text.text(), indent + 4, indent + 4);
            }
            Block::Code(code) => {
                for line in code.lines() {
                    out.push_str(format!("{margin}    {line}").trim_end());
                    out.push('\n');
                }
            }
        }
    }
}
