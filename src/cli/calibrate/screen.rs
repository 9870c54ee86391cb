//! What a person sees: v1.7's headers and marks (its `[x]` is a sentence on stderr here), and on a terminal how far it is.
//!
//! A reader that went away must not keep the limits from being put back, so errors of writing are passed over.

use std::io::{IsTerminal as _, Write as _, stdout};

use crate::manual::wrap::fill;
use crate::time::Duration;

/// v1.7's.
const HEADER_WIDTH: usize = 60;
const BAR_WIDTH: usize = 24;
/// Columns that every terminal has.
const COLUMNS: usize = 79;

/// What a line is about (contract 10).
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    /// Something begins.
    Begin,
    /// Something to know.
    Info,
    /// Something odd.
    Warning,
    /// Something went well.
    Done,
}

/// Standard output.
#[derive(Debug)]
pub(super) struct Screen {
    terminal: bool,
    /// How long everything takes.
    whole: Duration,
    /// How much of it is over.
    over: Duration,
    /// A bar is on the last line.
    drawn: bool,
}

impl Screen {
    /// Nothing is on it yet.
    pub(super) fn new() -> Self {
        Self {
            terminal: stdout().is_terminal(),
            whole: Duration::ZERO,
            over: Duration::ZERO,
            drawn: false,
        }
    }

    /// How long it will all take, from now on.
    pub(super) fn expect(&mut self, whole: Duration) {
        self.whole = whole;
    }

    /// One of v1.7's six steps.
    pub(super) fn header(&mut self, title: &str) {
        let line = "=".repeat(HEADER_WIDTH);
        self.text(&format!("\n{line}\n{title}\n{line}\n"));
    }

    /// A line.
    pub(super) fn say(&mut self, mark: Mark, line: &str) {
        let mark = match mark {
            Mark::Begin => "[*]",
            Mark::Info => "[i]",
            Mark::Warning => "[!]",
            Mark::Done => "[+]",
        };
        let mut text = format!("{mark} ");
        if self.terminal {
            let indent = text.len();
            fill(&mut text, line, indent, indent);
        } else {
            // Programs look for sentences.
            text += line;
            text.push('\n');
        }
        self.text(&text);
    }

    /// Any text.
    pub(super) fn text(&mut self, text: &str) {
        let mut out = stdout().lock();
        if self.drawn {
            let _ = write!(out, "\r{:COLUMNS$}\r", "");
            self.drawn = false;
        }
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
    }

    /// Where it stands, on a terminal.
    pub(super) fn progress(&mut self, within: Duration, line: &str) {
        if !self.terminal {
            return;
        }
        let line = bar(self.over + within, self.whole, line);
        let mut out = stdout().lock();
        let _ = write!(out, "\r{line:<COLUMNS$}");
        let _ = out.flush();
        self.drawn = true;
    }

    /// So much of it is over.
    pub(super) fn passed(&mut self, span: Duration) {
        self.over = self.over + span;
    }
}

fn bar(over: Duration, whole: Duration, line: &str) -> String {
    let share = (over.as_secs_f64() / whole.as_secs_f64().max(0.001)).min(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a few characters"
    )]
    let full = (share * BAR_WIDTH as f64) as usize;
    let bar = format!("[{}{}]", "#".repeat(full), "-".repeat(BAR_WIDTH - full));
    let text = format!("{bar} {:>3.0} %  {line}", share * 100.0);
    text.chars().take(COLUMNS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_to_the_end_and_no_further() {
        let at = |over| bar(Duration::from_secs(over), Duration::from_secs(100), "x");
        assert_eq!(at(0), format!("[{}]   0 %  x", "-".repeat(24)));
        assert_eq!(
            at(50),
            format!("[{}{}]  50 %  x", "#".repeat(12), "-".repeat(12))
        );
        assert_eq!(at(200), format!("[{}] 100 %  x", "#".repeat(24)));
        let long = bar(Duration::ZERO, Duration::ZERO, &"y".repeat(200));
        assert_eq!(long.chars().count(), COLUMNS);
    }
}
