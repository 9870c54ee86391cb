//! State documents that may be there, may be replaced, and may be anything.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::DocumentTrouble;
use super::word::Word;
use crate::report::feed::of_state;
use crate::report::state;
use crate::shell::clock::Reading;
use crate::shell::short_file;
use crate::time::{Duration, Instant};

/// Autorate writes once a minute at least. What is twice as old is no living one's, and if another document
/// is younger, that one is where autorate writes.
const LIVING: Duration = Duration::from_secs(120);

/// All places where the document may be.
#[derive(Debug)]
pub(super) struct Documents(Vec<Document>);

/// One place.
#[derive(Debug)]
pub(super) struct Document {
    path: PathBuf,
    /// What was read here last; it stays when it cannot be read any more.
    seen: Option<Seen>,
    trouble: Option<DocumentTrouble>,
}

#[derive(Debug)]
struct Seen {
    /// Nanoseconds of `CLOCK_REALTIME`.
    modified: u64,
    bytes: Vec<u8>,
    looked_at: Instant,
    word: Word,
}

impl Documents {
    pub(super) fn new(paths: Vec<PathBuf>) -> Self {
        let document = |path| Document {
            path,
            seen: None,
            trouble: Some(DocumentTrouble::Missing),
        };
        Self(paths.into_iter().map(document).collect())
    }

    /// Reads them all.
    pub(super) fn look(&mut self, reading: Reading) {
        for document in &mut self.0 {
            document.look(reading);
        }
    }

    /// The first that a living autorate can have written, else the youngest.
    pub(super) fn word(&self, now: Instant) -> Option<Word> {
        Some(self.best(now)?.1)
    }

    /// Which document serves, or why none does.
    pub(super) fn state(&self, now: Instant) -> Result<usize, DocumentTrouble> {
        let readable = |&n: &usize| self.0[n].trouble.is_none();
        let serving = self.best(now).map(|(n, _)| n).filter(readable);
        if let Some(n) = serving.or_else(|| (0..self.0.len()).find(readable)) {
            return Ok(n);
        }
        let mut troubles = self.0.iter().filter_map(|document| document.trouble);
        let there = troubles.find(|&trouble| trouble != DocumentTrouble::Missing);
        Err(there.unwrap_or(DocumentTrouble::Missing))
    }

    pub(super) fn path(&self, n: usize) -> &Path {
        &self.0[n].path
    }

    /// What is wrong with which.
    pub(super) fn troubles(&self) -> impl Iterator<Item = (&Path, DocumentTrouble)> {
        self.0
            .iter()
            .filter_map(|document| Some((&*document.path, document.trouble?)))
    }

    fn best(&self, now: Instant) -> Option<(usize, Word)> {
        let words = || {
            let seen = self.0.iter().map(|document| document.seen.as_ref());
            (0..)
                .zip(seen)
                .filter_map(|(n, seen)| Some((n, seen?.word)))
        };
        words()
            .find(|(_, word)| word.age(now) <= LIVING)
            .or_else(|| words().min_by_key(|(_, word)| word.age(now)))
    }
}

impl Document {
    fn look(&mut self, reading: Reading) {
        self.trouble = self.read(reading).err();
    }

    /// At first sight a document is as old as the file says. That is what the wall clock makes of it, which
    /// may be set at any time; so whatever changes later is no older than our look before, and ages by the
    /// monotonic clock.
    fn read(&mut self, reading: Reading) -> Result<(), DocumentTrouble> {
        let file = short_file::open(&self.path).map_err(trouble)?;
        let there = file.metadata().map_err(trouble)?;
        if !there.is_file() {
            return Err(DocumentTrouble::NoFile);
        }
        let bytes = short_file::read(&file, state::LONGEST).map_err(trouble)?;
        let bytes = bytes.ok_or(DocumentTrouble::TooLong)?;
        let feed = of_state(&bytes).map_err(DocumentTrouble::Unfit)?;
        let modified = nanos(there.mtime(), there.mtime_nsec());
        let same = |seen: &&mut Seen| seen.modified == modified && seen.bytes == bytes;
        if let Some(seen) = self.seen.as_mut().filter(same) {
            seen.looked_at = reading.now;
            return Ok(());
        }
        let by_file = Duration::from_micros(reading.realtime.saturating_sub(modified) / 1_000);
        let before = self.seen.as_ref();
        let at_most = before.map_or(by_file, |seen| reading.now - seen.looked_at);
        self.seen = Some(Seen {
            modified,
            bytes,
            looked_at: reading.now,
            word: Word {
                feed,
                heard_at: reading.now,
                age_then: by_file.min(at_most),
            },
        });
        Ok(())
    }
}

/// A moment before 1970 is 1970: old enough.
fn nanos(secs: i64, nanos: i64) -> u64 {
    let whole = u64::try_from(secs)
        .unwrap_or(0)
        .saturating_mul(1_000_000_000);
    whole.saturating_add(u64::try_from(nanos).unwrap_or(0))
}

fn trouble(error: io::Error) -> DocumentTrouble {
    match error.kind() {
        ErrorKind::NotFound => DocumentTrouble::Missing,
        _ => DocumentTrouble::Unreadable(error.into()),
    }
}
