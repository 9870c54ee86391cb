//! What can be wrong with the database, and what to do about it.

use core::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Kinds of trouble. None of them stops anything but the history: rows wait in memory, then the
/// oldest are counted as lost; the database is opened again and again until it can be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// It is damaged, or no database. Left alone: it may be somebody else's file, or be saved yet.
    Corrupt,
    /// It is a database, but its table `metrics` is not v1.7's.
    Foreign,
    /// Somebody else holds the lock.
    Locked,
    /// Somebody has been reading it for so long that its log has reached its bound.
    Held,
    /// The file or its directory may not be written.
    ReadOnly,
    /// The disk is full.
    Full,
    /// The file, or the directory it should be in, is not there.
    Missing,
    /// The disk gave an error.
    Io,
    /// Something else, in SQLite's words.
    Other,
}

/// The database could not be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trouble {
    /// In which way.
    pub kind: Kind,
    /// Which database.
    pub path: PathBuf,
    /// In the system's words.
    pub detail: String,
}

impl Trouble {
    pub(super) fn new(kind: Kind, path: &Path, detail: impl fmt::Display) -> Self {
        Self {
            kind,
            path: path.to_owned(),
            detail: detail.to_string(),
        }
    }

    pub(super) fn of(path: &Path, error: rusqlite::Error) -> Self {
        let kind = match &error {
            rusqlite::Error::SqliteFailure(failure, words) => match failure.code {
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Kind::Corrupt,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Kind::Locked,
                ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Kind::ReadOnly,
                ErrorCode::DiskFull => Kind::Full,
                ErrorCode::CannotOpen => Kind::Missing,
                ErrorCode::SystemIoFailure => Kind::Io,
                _ if words.as_ref().is_some_and(|words| is_foreign(words)) => Kind::Foreign,
                _ => Kind::Other,
            },
            rusqlite::Error::SqlInputError { msg, .. } if is_foreign(msg) => Kind::Foreign,
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::Utf8Error(..) => Kind::Foreign,
            _ => Kind::Other,
        };
        Self::new(kind, path, error)
    }

    pub(super) fn of_io(path: &Path, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Kind::ReadOnly,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Kind::Full,
            // The last: a file where a directory should be.
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::AlreadyExists => Kind::Missing,
            _ => Kind::Io,
        };
        Self::new(kind, path, error)
    }

    /// What would put it right.
    const fn remedy(&self) -> &'static str {
        match self.kind {
            Kind::Corrupt => "move it away and a new one is begun",
            Kind::Foreign => "let storage.db_path name another file",
            Kind::Locked => "whoever has it open for writing must let go (`fuser` names them)",
            Kind::Held => "whoever reads it must let go (`fuser` names them)",
            Kind::ReadOnly => {
                "the user that wanctl runs as must be able to write it and its directory"
            }
            Kind::Full => "make room, or lower storage.max_mb",
            Kind::Missing => "its directory must exist, or be one that wanctl may create",
            Kind::Io => "see `dmesg` for what the disk says",
            Kind::Other => "nothing but the history is affected",
        }
    }
}

/// `table metrics has no column named labels`, `no such column`, `views may not be indexed`.
fn is_foreign(words: &str) -> bool {
    words.contains("column") || words.contains("view") || words.contains("no such table")
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.kind {
            Kind::Corrupt => write!(f, "{path} is damaged or no database"),
            Kind::Foreign => write!(f, "{path} is a database, but not one of wanctl's"),
            Kind::Locked => write!(f, "{path} is locked by another process"),
            Kind::Held => write!(f, "{path} has been read by another process for too long"),
            Kind::ReadOnly => write!(f, "{path} may not be written"),
            Kind::Full => write!(f, "no room on the disk for {path}"),
            Kind::Missing => write!(f, "{path} cannot be opened"),
            Kind::Io => write!(f, "the disk refuses {path}"),
            Kind::Other => write!(f, "{path} cannot be used"),
        }?;
        write!(f, " ({}); {}", self.detail, self.remedy())
    }
}

impl std::error::Error for Trouble {}
