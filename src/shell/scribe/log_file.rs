//! One log file: appended to, reopened after rotation, and never a reason to stop.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use log::Level;

use crate::shell::journal;

/// Rounds of the scribe (ten a second) between two looks whether the file was rotated, or whether a
/// broken one can be opened again.
const LOOK_EVERY_ROUNDS: u32 = 10;

#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    file: Option<File>,
    pending: String,
    rounds: u32,
    failing: bool,
    /// Whether that was said.
    told: bool,
}

impl LogFile {
    /// Opened with its first line.
    pub(super) const fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            pending: String::new(),
            rounds: 0,
            failing: false,
            told: false,
        }
    }

    pub(super) fn append(&mut self, line: &str) {
        self.pending.push_str(line);
    }

    /// Writes what was appended. If that fails, says so once on stderr and drops it. Returns how many lines were
    /// dropped.
    pub(super) fn flush(&mut self) -> u64 {
        if self.rounds > 0 {
            self.rounds -= 1;
        } else {
            self.rounds = LOOK_EVERY_ROUNDS;
            if self.failing || self.was_rotated() {
                self.reopen();
            }
        }
        if self.pending.is_empty() {
            return 0;
        }
        let written = self.write();
        let lines = self.pending.bytes().filter(|&byte| byte == b'\n').count();
        self.pending.clear();
        if let Err(e) = &written
            && !self.told
        {
            let complaint = format!("cannot write the log {}: {e}", self.path.display());
            journal::complain(Level::Error, &complaint);
        }
        self.failing = written.is_err();
        self.told = self.failing;
        if self.failing { lines as u64 } else { 0 }
    }

    pub(super) fn reopen(&mut self) {
        self.file = None;
        self.failing = false;
    }

    fn write(&mut self) -> io::Result<()> {
        if self.failing {
            // Not due for another attempt.
            return Err(io::ErrorKind::Other.into());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                if let Some(dir) = self.path.parent() {
                    fs::create_dir_all(dir)?;
                }
                none.insert(
                    OpenOptions::new()
                        .append(true)
                        .create(true)
                        .open(&self.path)?,
                )
            }
        };
        file.write_all(self.pending.as_bytes())
    }

    /// logrotate renames the file and v1.7's configuration tells nobody (W-35).
    fn was_rotated(&self) -> bool {
        let Some(Ok(open)) = self.file.as_ref().map(File::metadata) else {
            return false;
        };
        fs::metadata(&self.path).map_or(true, |there| {
            (there.dev(), there.ino()) != (open.dev(), open.ino())
        })
    }
}
