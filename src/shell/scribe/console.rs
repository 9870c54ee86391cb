//! Stderr: a terminal, a file, or the journal.

use std::io::{self, Write as _};

use log::Level;

use super::LogFormat;
use crate::shell::journal;

/// Where lines go that somebody should see who reads no log file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Console {
    /// Nowhere.
    Closed,
    /// To a terminal or a file, just as to a log.
    Plain,
    /// To the journal, which has stamps and priorities of its own.
    Journal,
}

impl Console {
    /// What stderr is, if it is wanted.
    pub(super) fn new(wanted: bool) -> Self {
        match wanted {
            false => Self::Closed,
            true if journal::takes_stderr() => Self::Journal,
            true => Self::Plain,
        }
    }

    /// Writes a line that looks so in a log; `stamp` is what a text line begins with.
    pub(super) fn write(self, level: Level, format: LogFormat, stamp: &str, line: &str) {
        let text = match self {
            Self::Closed => return,
            Self::Plain => line.to_owned(),
            Self::Journal => journal::with_priority(level, for_journal(format, stamp, line)),
        };
        // One it cannot take is no reason to stop.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// The journal knows when a line came, so that a text needs no time of its own. A JSON object stays whole.
fn for_journal<'l>(format: LogFormat, stamp: &str, line: &'l str) -> &'l str {
    match format {
        LogFormat::Text => line.strip_prefix(stamp).unwrap_or(line).trim_start(),
        LogFormat::Json => line,
    }
}
