//! Small files that others write: neither waited for nor read without end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Opens a file to read from.
pub(super) fn open(path: &Path) -> io::Result<File> {
    // A FIFO would otherwise wait for a writer.
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

/// A whole file, unless it is longer than so many bytes: whatever lies there must not fill the memory.
pub(super) fn read(file: &File, longest: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    file.take(longest + 1).read_to_end(&mut bytes)?;
    let short = u64::try_from(bytes.len()).is_ok_and(|len| len <= longest);
    Ok(short.then_some(bytes))
}
