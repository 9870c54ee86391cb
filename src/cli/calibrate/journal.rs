//! What the router's limits were before a calibration changed them, on disk: whatever becomes of the process,
//! the next one puts them back.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::config::WanConfig;
use crate::direction::{Both, Direction};
use crate::shell::scribe;
use crate::units::Rate;

/// Longer than any journal, in bytes.
const LONGEST: u64 = 16 * 1024;

/// The limits as they were found.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Journal {
    /// The WAN's name.
    pub(super) wan_name: String,
    /// The router's address as the config file has it.
    pub(super) router_host: String,
    /// When the calibration began, local time.
    pub(super) began: String,
    download: Entry,
    upload: Entry,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Entry {
    queue: String,
    max_limit_bps: u64,
}

impl Journal {
    /// Of the queues that a file names.
    pub(super) fn of(config: &WanConfig, began: String, limits: Both<Rate>) -> Self {
        let entry = |direction| Entry {
            queue: config.router.queues[direction].clone(),
            max_limit_bps: limits[direction].as_bps(),
        };
        Self {
            wan_name: config.wan_name.clone(),
            router_host: config.router.host.to_string(),
            began,
            download: entry(Direction::Down),
            upload: entry(Direction::Up),
        }
    }

    /// The names of the queues.
    pub(super) fn queues(&self) -> Both<String> {
        Both {
            down: self.download.queue.clone(),
            up: self.upload.queue.clone(),
        }
    }

    /// What they were limited to.
    pub(super) fn limits(&self) -> Both<Rate> {
        Both {
            down: Rate::bps(self.download.max_limit_bps),
            up: Rate::bps(self.upload.max_limit_bps),
        }
    }

    /// Makes sure that it is on the disk.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub(super) fn write(&self, path: &Path) -> Result<(), String> {
        let written = serde_json::to_string_pretty(self)
            .map_err(io::Error::other)
            .and_then(|text| scribe::write_state(path, &(text + "\n")))
            // The name has to be there after a power cut, too.
            .and_then(|()| File::open(directory(path))?.sync_all());
        written.map_err(|e| format!("{}: cannot be written: {e}", path.display()))
    }
}

/// The journal of a calibration that was cut short; `None` if there was none.
///
/// # Errors
/// A sentence that names the file, and what to do.
pub(super) fn read(path: &Path) -> Result<Option<Journal>, String> {
    let said = |why: &dyn std::fmt::Display| {
        format!(
            "{}: {why}; it should hold the limits from before a calibration. See to the two queues' max-limit \
             yourself, then remove the file",
            path.display()
        )
    };
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(said(&format_args!("cannot be read: {e}"))),
        Ok(there) if !there.is_file() || there.len() > LONGEST => {
            return Err(said(&"is no journal"));
        }
        Ok(_) => {}
    }
    let text = fs::read_to_string(path).map_err(|e| said(&format_args!("cannot be read: {e}")))?;
    let journal = serde_json::from_str(&text);
    journal
        .map(Some)
        .map_err(|e| said(&format_args!("is no journal ({e})")))
}

/// Removes it, for good.
///
/// # Errors
/// A sentence that names the file.
pub(super) fn remove(path: &Path) -> Result<(), String> {
    let removed = fs::remove_file(path).and_then(|()| File::open(directory(path))?.sync_all());
    removed.map_err(|e| format!("{}: cannot be removed: {e}", path.display()))
}

/// Where a file is.
pub(super) fn directory(path: &Path) -> &Path {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn journal() -> Journal {
        let text = include_str!("../../../tests/config/valid.yaml");
        let loaded = crate::config::parse(Path::new("wan.yaml"), text.as_bytes()).unwrap();
        let limits = Both {
            down: Rate::bps(487_654_321),
            up: Rate::ZERO,
        };
        Journal::of(&loaded.config, "2026-11-21T19:00:00".to_owned(), limits)
    }

    #[test]
    fn what_was_found_is_read_back_to_the_bit_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wan1_calibration.journal");
        assert_eq!(read(&path), Ok(None));
        journal().write(&path).unwrap();
        assert_eq!(read(&path), Ok(Some(journal())));
        assert_eq!(journal().limits().down, Rate::bps(487_654_321));
        assert_eq!(journal().queues().up, "WAN-Upload-1");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        remove(&path).unwrap();
        assert_eq!(read(&path), Ok(None));
    }

    #[test]
    fn a_spoilt_journal_is_not_taken_for_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wan1_calibration.journal");
        for spoilt in ["", "{}", "{\"wan_name\": \"x\"", "\u{0}\u{0}\u{0}"] {
            fs::write(&path, spoilt).unwrap();
            let said = read(&path).unwrap_err();
            assert!(
                said.contains("is no journal") && said.contains("then remove the file"),
                "{said}"
            );
        }
        fs::write(&path, " ".repeat(20_000)).unwrap();
        assert!(read(&path).is_err());
        assert!(read(dir.path()).is_err());
    }
}
