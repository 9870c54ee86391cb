//! Who is talked to: somebody at a terminal, or a script in a test.

use std::io::{Write as _, stdout};

use super::stop::Stop;
use crate::config::Secret;
use crate::shell::terminal;

/// Says things and answers.
pub(super) trait Person {
    /// Shows a text as it is.
    fn hear(&mut self, text: &str) -> Result<(), Stop>;
    /// One line.
    fn answer(&mut self) -> Result<String, Stop>;
    /// One line that is not seen.
    fn whisper(&mut self) -> Result<Secret, Stop>;
}

/// Standard output and input.
#[derive(Debug)]
pub(super) struct Terminal;

impl Person for Terminal {
    fn hear(&mut self, text: &str) -> Result<(), Stop> {
        let mut out = stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        crate::cli::printed(written)?;
        Ok(())
    }

    fn answer(&mut self) -> Result<String, Stop> {
        read(false)
    }

    fn whisper(&mut self) -> Result<Secret, Stop> {
        read(true).map(Secret::new)
    }
}

fn read(hidden: bool) -> Result<String, Stop> {
    let line = terminal::read_line(hidden).map_err(|e| format!("cannot read the answer: {e}"))?;
    line.ok_or(Stop::Ended)
}
