//! Whether stderr is the journal, and how loud a line is there (`sd-daemon(3)`, `systemd.exec(5)`).

use core::fmt::Write as _;
use std::env;
use std::fs::{File, Metadata};
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;

use log::Level;

/// Whether what is written to stderr goes to the journal: `JOURNAL_STREAM` holds the device and inode of the
/// stream that systemd gave us, and a stderr that somebody has redirected since is another one.
pub fn takes_stderr() -> bool {
    let Ok(stream) = env::var("JOURNAL_STREAM") else {
        return false;
    };
    let stderr = io::stderr().as_fd().try_clone_to_owned();
    let metadata = stderr.and_then(|stderr| File::from(stderr).metadata());
    metadata.is_ok_and(|stderr| names(&stream, &stderr))
}

fn names(stream: &str, file: &Metadata) -> bool {
    stream == format!("{}:{}", file.dev(), file.ino())
}

/// Says something on stderr that is in no log. If stderr is gone, there is nobody left to tell.
pub fn complain(level: Level, text: &str) {
    let text = if takes_stderr() {
        with_priority(level, text)
    } else {
        format!("{text}\n")
    };
    // Not eprintln, which panics if stderr is gone.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// `text` with the priority that the journal takes off again in front of each of its lines, for every line is
/// an entry of its own there.
pub fn with_priority(level: Level, text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        // A String takes everything.
        let _ = writeln!(out, "<{}>{line}", priority(level));
    }
    out
}

/// `syslog(3)`'s number.
const fn priority(level: Level) -> u8 {
    match level {
        Level::Error => 3,
        Level::Warn => 4,
        Level::Info => 6,
        Level::Debug | Level::Trace => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_priority() {
        assert_eq!(with_priority(Level::Warn, "one\n"), "<4>one\n");
        assert_eq!(with_priority(Level::Error, "one\ntwo"), "<3>one\n<3>two\n");
        assert_eq!(with_priority(Level::Debug, "one"), "<7>one\n");
    }

    #[test]
    fn the_journal_is_that_file_and_no_other() {
        let file = tempfile::tempfile().unwrap().metadata().unwrap();
        let (dev, ino) = (file.dev(), file.ino());
        assert!(names(&format!("{dev}:{ino}"), &file));
        for other in [
            format!("{dev}:{}", ino + 1),
            format!("{}:{ino}", dev + 1),
            String::new(),
        ] {
            assert!(!names(&other, &file), "{other}");
        }
    }
}
