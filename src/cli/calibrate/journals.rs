//! Where the journals lie, and which of them are about a line. A line is its router and its queues, whatever
//! it is called: one that was calibrated by name has the same journal as its file.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::journal::{self, Journal};
use crate::config::WanConfig;
use crate::direction::Both;

/// Where they lie if nobody names another directory. It outlives a power cut, which v1.7's place beside the
/// lock in `/run` does not.
const DIRECTORY: &str = "/var/lib/wanctl";
const END: &str = "_calibration.journal";

/// A line's journals: the one it writes, and all it looks at.
#[derive(Clone, Debug)]
pub(super) struct Journals {
    directory: PathBuf,
    /// Of the line's state: where `--state-dir` put the journal when the file was made.
    beside_state: PathBuf,
    /// A journal's of this line.
    name: String,
    router_host: String,
    queues: Both<String>,
}

/// What a calibration that was cut short has left.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Left {
    pub(super) path: PathBuf,
    pub(super) journal: Journal,
}

impl Journals {
    /// A line's, in a directory that was named, or in `/var/lib/wanctl`.
    pub(super) fn of(config: &WanConfig, named: Option<&Path>) -> Self {
        let router_host = config.router.host.to_string();
        let queues = config.router.queues.clone();
        let parts = [&router_host.to_ascii_lowercase(), &queues.down, &queues.up];
        Self {
            directory: named.unwrap_or(Path::new(DIRECTORY)).to_owned(),
            beside_state: journal::directory(&config.state.main).to_owned(),
            name: parts.map(|part| plain(part)).join("+") + END,
            router_host,
            queues,
        }
    }

    /// Where the line's own is written.
    pub(super) fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }

    /// Those about this line, the latest first: what the earliest has found is put back last.
    ///
    /// # Errors
    /// A sentence that names what cannot be read: it may be about this line.
    pub(super) fn left(&self) -> Result<Vec<Left>, String> {
        let mut left = Vec::new();
        for path in self.files()? {
            if let Some(journal) = journal::read(&path)?
                && (self.is_own(&path) || self.has_a_queue_of(&journal))
            {
                left.push(Left { path, journal });
            }
        }
        left.sort_by(|a, b| b.journal.began.cmp(&a.journal.began));
        Ok(left)
    }

    /// What was cut short, as far as somebody can tell who may not read it.
    pub(super) fn hints(&self) -> Vec<String> {
        let files = self.files().unwrap_or_default();
        let hint = |path: PathBuf| match journal::read(&path) {
            Ok(Some(journal)) if self.has_a_queue_of(&journal) => {
                Some(format!("the calibration of {}", journal.began))
            }
            // Root's, most likely. What is in it, or wrong with it, is for whoever puts the limits back.
            Err(_) if self.is_own(&path) => Some("a calibration".to_owned()),
            _ => None,
        };
        files.into_iter().filter_map(hint).collect()
    }

    fn files(&self) -> Result<Vec<PathBuf>, String> {
        let mut directories = vec![&self.directory];
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if real(&self.beside_state) != real(&self.directory) {
            directories.push(&self.beside_state);
        }
        let mut files = Vec::new();
        for directory in directories {
            let found = journals_in(directory);
            files.extend(found.map_err(|e| {
                format!(
                    "{}: cannot be searched for the journal of an earlier calibration: {e}",
                    directory.display()
                )
            })?);
        }
        Ok(files)
    }

    fn is_own(&self, path: &Path) -> bool {
        path.file_name()
            .is_some_and(|name| name == self.name.as_str())
    }

    /// One is enough, in whichever direction: its limit is not as it was.
    fn has_a_queue_of(&self, journal: &Journal) -> bool {
        let theirs = journal.queues();
        let shared = |queue: &String| *queue == theirs.down || *queue == theirs.up;
        journal.router_host.eq_ignore_ascii_case(&self.router_host)
            && (shared(&self.queues.down) || shared(&self.queues.up))
    }
}

impl Left {
    /// Whether the daemon has run since: its state is newer, and it has set limits of its own on these queues.
    pub(super) fn is_superseded(&self, config: &WanConfig) -> bool {
        let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
        let (Ok(found), Ok(ran)) = (changed(&self.path), changed(&config.state.main)) else {
            return false;
        };
        let queues = self.journal.queues();
        let moves = |queue: &String| {
            let own = &config.router.queues;
            *queue == own.down || *queue == own.up
        };
        ran > found && moves(&queues.down) && moves(&queues.up)
    }
}

fn journals_in(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry
            .file_name()
            .as_encoded_bytes()
            .ends_with(END.as_bytes())
        {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// As part of a file's name; no two texts become the same.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            plain.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(plain, "%{byte:02X}");
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Rate;

    fn config(more: &[(&str, &str)]) -> WanConfig {
        let mut text = include_str!("../../../tests/config/valid.yaml").to_owned();
        for (from, to) in more {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        crate::config::parse(Path::new("wan.yaml"), text.as_bytes())
            .unwrap()
            .config
    }

    fn write(journals: &Journals, config: &WanConfig, began: &str) {
        let limits = Both {
            down: Rate::mbit(1),
            up: Rate::mbit(2),
        };
        Journal::of(config, began.to_owned(), limits)
            .write(&journals.path())
            .unwrap();
    }

    #[test]
    fn a_lines_journal_is_the_same_whatever_the_line_is_called() {
        let (one, mut other) = (config(&[]), config(&[]));
        other.wan_name = "x".to_owned();
        other.state.main = "/run/wanctl/x_state.json".into();
        let path = Journals::of(&one, None).path();
        assert_eq!(path, Journals::of(&other, None).path());
        assert_eq!(path.parent(), Some(Path::new("/var/lib/wanctl")));
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            name.ends_with("+WAN-Download-1+WAN-Upload-1_calibration.journal"),
            "{name}"
        );
        other.router.queues.up = "a/b+c".to_owned();
        let name = Journals::of(&other, None).path();
        assert!(name.ends_with(Path::new(name.file_name().unwrap())));
        assert!(
            name.display().to_string().contains("+a%2Fb%2Bc_"),
            "{}",
            name.display()
        );
    }

    #[test]
    fn a_journal_with_one_of_the_queues_is_the_lines_too() {
        let dir = tempfile::tempdir().unwrap();
        let mine = config(&[]);
        let journals = Journals::of(&mine, Some(dir.path()));
        assert_eq!(journals.left(), Ok(Vec::new()));
        let mut other = mine.clone();
        other.router.queues = Both {
            down: "another".to_owned(),
            up: mine.router.queues.down.clone(),
        };
        write(
            &Journals::of(&other, Some(dir.path())),
            &other,
            "2026-11-21T19:00:00",
        );
        write(&journals, &mine, "2026-11-21T20:00:00");
        other.router.queues.up = "none of mine".to_owned();
        write(
            &Journals::of(&other, Some(dir.path())),
            &other,
            "2026-11-21T21:00:00",
        );
        let left = journals.left().unwrap();
        let began: Vec<&str> = left.iter().map(|left| &*left.journal.began).collect();
        assert_eq!(began, ["2026-11-21T20:00:00", "2026-11-21T19:00:00"]);
        assert_eq!(journals.hints().len(), 2);
    }

    #[test]
    fn a_journal_is_superseded_by_a_later_state_of_a_daemon_that_moves_both_queues() {
        let dir = tempfile::tempdir().unwrap();
        let mut mine = config(&[]);
        mine.state.main = dir.path().join("wan1_state.json");
        let journals = Journals::of(&mine, Some(dir.path()));
        write(&journals, &mine, "2026-11-21T19:00:00");
        let left = journals.left().unwrap().remove(0);
        assert!(!left.is_superseded(&mine));
        let found = fs::metadata(&left.path).unwrap().modified().unwrap();
        let state = fs::File::create(&mine.state.main).unwrap();
        let second = std::time::Duration::from_secs(1);
        state.set_modified(found - second).unwrap();
        assert!(!left.is_superseded(&mine));
        state.set_modified(found + second).unwrap();
        assert!(left.is_superseded(&mine));
        mine.router.queues.up = "another".to_owned();
        assert!(!left.is_superseded(&mine));
    }

    #[test]
    fn what_may_be_the_lines_and_cannot_be_read_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let journals = Journals::of(&config(&[]), Some(dir.path()));
        fs::write(dir.path().join("other_calibration.journal"), "{").unwrap();
        let said = journals.left().unwrap_err();
        assert!(
            said.contains("other_calibration.journal: is no journal"),
            "{said}"
        );
        assert!(journals.hints().is_empty());
        fs::write(journals.path(), "{").unwrap();
        assert_eq!(journals.hints(), ["a calibration"]);
    }
}
