//! The tables of what people read.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// All that it says.
    pub(crate) text: String,
    /// What stands between backticks in it.
    pub(crate) codes: Vec<String>,
}

/// The rows of all tables of a text, headings left out.
pub(crate) fn rows(text: &str) -> Vec<Vec<Cell>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), Cell::default());
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::TableCell) => cell = Cell::default(),
            Event::Text(text) => cell.text.push_str(&text),
            Event::Code(code) => {
                cell.text.push_str(&code);
                cell.codes.push(code.into_string());
            }
            Event::End(TagEnd::TableCell) => row.push(std::mem::take(&mut cell)),
            Event::End(TagEnd::TableHead) => row.clear(),
            Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut row)),
            _ => {}
        }
    }
    rows
}

/// What stands below a heading of the second level, up to the next one.
pub(crate) fn section<'t>(text: &'t str, heading: &str) -> &'t str {
    let heading = format!("\n## {heading}\n");
    let (_, below) = text
        .split_once(&heading)
        .unwrap_or_else(|| panic!("there is no heading {heading}"));
    below.split("\n## ").next().unwrap_or_default()
}
