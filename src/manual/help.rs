//! A page as `--help` prints it, and its usage lines.

use std::fmt::Write as _;

use super::commands;
use super::page::{Opt, Page};
use super::wrap::{fill, fill_form};

/// The widest left column; what is wider has its text on the next line.
const LEFT: usize = 24;

impl Page {
    /// `usage: …`, without a line break at its end.
    pub fn usage(&self) -> String {
        let mut out = String::new();
        for (i, form) in self.forms.iter().enumerate() {
            let lead = if i == 0 { "usage: " } else { "       " };
            out.push_str(lead);
            let indent = lead.len() + self.command.len() + 1;
            fill_form(
                &mut out,
                &format!("{} {form}", self.command),
                lead.len(),
                indent,
            );
        }
        out.truncate(out.trim_end().len());
        out
    }

    /// All that `--help` prints.
    pub fn help(&self) -> String {
        let mut out = String::new();
        for paragraph in self.about {
            fill(&mut out, paragraph, 0, 0);
            out.push('\n');
        }
        out.push_str(&self.usage());
        out.push_str("\n\n");
        table(&mut out, self.rows());
        if self.word().is_none() {
            out.push('\n');
            let listed = commands::ALL.iter().filter(|page| !page.aside);
            table(
                &mut out,
                listed.filter_map(|page| Some((page.word()?.to_owned(), page.summary))),
            );
        }
        for note in self.notes {
            out.push('\n');
            fill(&mut out, &format!("{}: {}.", note.heading, note.text), 0, 0);
        }
        if !self.exit_codes.is_empty() {
            out.push('\n');
            let codes = self
                .exit_codes
                .iter()
                .map(|(code, text)| format!("{code} {text}"));
            let codes = codes.collect::<Vec<_>>().join("; ");
            fill(&mut out, &format!("Exit codes: {codes}."), 0, 0);
        }
        out
    }

    fn rows(&self) -> impl Iterator<Item = (String, &'static str)> {
        let operands = self.operands.iter().map(|it| (it.name.to_owned(), it.text));
        operands.chain(
            self.options
                .iter()
                .map(|option| (option.term(), option.text)),
        )
    }
}

impl Opt {
    /// `-v, --verbose`, `--last D`.
    pub fn term(&self) -> String {
        let mut term = String::new();
        if let Some(letter) = self.letter {
            let _ = write!(term, "-{letter}, ");
        }
        let _ = write!(term, "--{}", self.name);
        if let Some((value, _)) = self.value {
            let _ = write!(term, " {value}");
        }
        term
    }
}

/// Two columns: names, and what they are.
fn table(out: &mut String, rows: impl Iterator<Item = (String, &'static str)>) {
    let rows: Vec<_> = rows.collect();
    let lengths = rows.iter().map(|(name, _)| name.chars().count());
    let left = lengths
        .filter(|length| *length <= LEFT)
        .max()
        .unwrap_or(LEFT);
    let indent = 2 + left + 2;
    for (name, text) in rows {
        let _ = write!(out, "  {name:left$}  ");
        if name.chars().count() > left {
            let _ = write!(out, "\n{:indent$}", "");
        }
        fill(out, text, indent, indent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manual::wrap::WIDTH;

    #[test]
    fn every_text_fits_a_terminal_and_shows_its_command_line() {
        for page in commands::ALL {
            let help = page.help();
            for line in help.lines() {
                assert!(line.chars().count() <= WIDTH, "{}: {line}", page.command);
                assert_eq!(line, line.trim_end(), "{}", page.command);
            }
            let begins = format!("\nusage: {} ", page.command);
            assert!(help.contains(&begins), "{}", page.command);
            assert!(help.contains("-h, --help"), "{}", page.command);
        }
    }
}
