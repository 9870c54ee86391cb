//! State documents on disk: replaced in one step, read with care.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::report::Corrupt;
use crate::shell::short_file;

/// How a program's state documents are read.
#[expect(
    missing_debug_implementations,
    reason = "a closure has nothing to show"
)]
pub struct Documents<'p, T> {
    /// No document is longer, in bytes: whatever lies there must not fill the memory.
    pub longest: u64,
    /// What its bytes mean.
    pub parse: &'p dyn Fn(&[u8]) -> Result<T, Corrupt>,
}

/// A state document cannot be used.
#[derive(Debug)]
pub enum ReadError {
    /// It is there but cannot be read.
    Unreadable(io::ErrorKind),
    /// It is no state document.
    Corrupt {
        /// What is wrong with it.
        why: String,
        /// Where it is now; `None` if it was not, or could not be, moved.
        aside: Option<PathBuf>,
    },
}

impl core::fmt::Display for ReadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Unreadable(kind) => write!(f, "cannot be read: {kind}"),
            Self::Corrupt {
                why,
                aside: Some(aside),
            } => write!(f, "is corrupt ({why}); set aside as {}", aside.display()),
            Self::Corrupt { why, aside: None } => write!(f, "is corrupt ({why})"),
        }
    }
}

/// Reads a document; `None` if there is none. A corrupt one is set aside as `<name>.corrupt`.
///
/// # Errors
/// [`ReadError`]; then the caller starts with defaults.
pub fn read_state<T>(path: &Path, documents: &Documents<'_, T>) -> Result<Option<T>, ReadError> {
    peek_state(path, documents).map_err(|error| match error {
        ReadError::Corrupt { why, .. } => {
            let aside = with_suffix(path, ".corrupt");
            let aside = fs::rename(path, &aside).is_ok().then_some(aside);
            ReadError::Corrupt { why, aside }
        }
        unreadable @ ReadError::Unreadable(_) => unreadable,
    })
}

/// Reads a document and leaves a corrupt one where it is.
///
/// # Errors
/// As [`read_state`].
pub fn peek_state<T>(path: &Path, documents: &Documents<'_, T>) -> Result<Option<T>, ReadError> {
    let corrupt = |why: String| ReadError::Corrupt { why, aside: None };
    let short = |file| short_file::read(&file, documents.longest);
    match short_file::open(path).and_then(short) {
        Ok(Some(bytes)) => (documents.parse)(&bytes)
            .map(Some)
            .map_err(|e| corrupt(e.to_string())),
        Ok(None) => Err(corrupt("too long".into())),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(ReadError::Unreadable(e.kind())),
    }
}

/// What v1.7's steering kept beside its document, as `<name>.backup`, and where it lies; for when
/// [`read_state`] has failed. We write none: a document is replaced in one step.
pub fn peek_backup<T>(path: &Path, documents: &Documents<'_, T>) -> Option<(PathBuf, T)> {
    let backup = with_suffix(path, ".backup");
    let read = peek_state(&backup, documents).ok()??;
    Some((backup, read))
}

/// Replaces a document in one step: after a crash there is the old one or the new one, never a mixture.
///
/// Only its owner may read it, as v1.7's: v1.7's steering runs as the same user. And as v1.7 may keep
/// it in `/tmp`, whatever lies in the way of the new file is removed, not written to.
///
/// # Errors
/// The system's.
pub fn write_state(path: &Path, document: &str) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    let new = with_suffix(path, ".tmp");
    let mut file = create_anew(&new)?;
    let mut written = || {
        file.write_all(document.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    written().inspect_err(|_| {
        // Nothing to be done if even that fails; the next attempt removes it.
        let _ = fs::remove_file(&new);
    })
}

/// An empty file of our own, instead of what an earlier crash, or somebody else, left there.
fn create_anew(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .custom_flags(libc::O_NOFOLLOW)
        .mode(0o600)
        .open(path)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::report::state;
    use crate::status::Saved;

    fn parse(bytes: &[u8]) -> Result<Saved, Corrupt> {
        state::parse(bytes, &Saved::default())
    }

    const DOCUMENTS: Documents<'static, Saved> = Documents {
        longest: state::LONGEST,
        parse: &parse,
    };

    #[test]
    fn a_corrupt_document_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wan1_state.json");
        fs::write(&path, "{\"download\":").unwrap();
        let error = read_state(&path, &DOCUMENTS).unwrap_err();
        assert!(error.to_string().contains("wan1_state.json.corrupt"));
        assert!(!path.exists());
        assert!(read_state(&path, &DOCUMENTS).unwrap().is_none());
    }

    #[test]
    fn a_document_beyond_reason_is_corrupt_and_never_read_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wan1_state.json");
        let spaces = " ".repeat(30);
        fs::write(&path, format!("{{}}{spaces}")).unwrap();
        for (longest, fits) in [(32, true), (31, false)] {
            let documents = Documents {
                longest,
                ..DOCUMENTS
            };
            assert_eq!(peek_state(&path, &documents).is_ok(), fits, "{longest}");
        }
    }

    #[test]
    fn a_backup_stands_in_and_stays_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("steering_state.json");
        let backup = dir.path().join("steering_state.json.backup");
        assert!(peek_backup(&path, &DOCUMENTS).is_none());
        fs::write(&backup, "{").unwrap();
        assert!(peek_backup(&path, &DOCUMENTS).is_none());
        fs::write(&backup, "{\"download\":{\"current_rate\":7}}").unwrap();
        let (from, saved) = peek_backup(&path, &DOCUMENTS).unwrap();
        assert_eq!((&from, saved.rates.down.as_bps()), (&backup, 7));
        assert!(backup.exists());
    }

    #[test]
    fn documents_are_private_and_leave_no_litter() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/wan1_state.json");
        write_state(&path, "{}").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_lies_in_the_way_of_a_new_document_is_removed_and_not_written_to() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wan1_state.json");
        let (new, victim) = (
            dir.path().join("wan1_state.json.tmp"),
            dir.path().join("victim"),
        );
        let open_to_all = fs::Permissions::from_mode(0o666);
        let planted: [fn(&Path, &Path) -> io::Result<()>; 4] = [
            |victim, new| symlink(victim, new),
            |victim, new| fs::hard_link(victim, new),
            |_, new| symlink("/nonexistent/file", new),
            |_, new| fs::write(new, "half a docu"),
        ];
        for (n, plant) in planted.into_iter().enumerate() {
            fs::write(&victim, "precious").unwrap();
            plant(&victim, &new).unwrap();
            if new.exists() {
                fs::set_permissions(&new, open_to_all.clone()).unwrap();
            }
            let document = format!("{{\"n\":{n}}}");
            write_state(&path, &document).unwrap();
            assert_eq!(fs::read_to_string(&victim).unwrap(), "precious", "{n}");
            assert_eq!(fs::read_to_string(&path).unwrap(), document);
            let there = fs::symlink_metadata(&path).unwrap();
            assert!(there.is_file(), "{n}");
            assert_eq!(there.permissions().mode() & 0o777, 0o600, "{n}");
            assert!(fs::symlink_metadata(&new).is_err(), "{n}");
        }
    }

    #[test]
    fn a_path_that_cannot_be_written_is_an_error_not_a_panic() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        assert!(write_state(&dir.path().join("file/x.json"), "{}").is_err());
    }
}
