//! Where the system lies that is looked at.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Longest file that is read: a configuration may have 256 KiB, everything else here is shorter.
const LONGEST: u64 = 1 << 20;

/// `/`, or the directory that another system lies in.
#[derive(Clone, Debug)]
pub(super) struct Root(PathBuf);

impl Root {
    pub(super) fn new(directory: &Path) -> Self {
        Self(directory.to_owned())
    }

    /// Where a path of that system is to be found from here.
    pub(super) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.0.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Whether it is the system that we run on.
    pub(super) fn is_here(&self) -> bool {
        self.0 == Path::new("/")
    }

    /// Whether its service manager runs, and listens to us.
    pub(super) fn is_alive(&self) -> bool {
        self.is_here() && self.at("/run/systemd/system").is_dir()
    }

    pub(super) fn directory(&self) -> &Path {
        &self.0
    }

    pub(super) fn has(&self, path: impl AsRef<Path>) -> bool {
        fs::symlink_metadata(self.at(path)).is_ok()
    }

    /// A text file; `None` if there is none, or what lies there is none.
    pub(super) fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let path = self.at(path);
        let short = fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= LONGEST);
        short.then(|| fs::read_to_string(path).ok()).flatten()
    }

    /// The names in a directory, in order; none if it is not there.
    pub(super) fn names(&self, directory: impl AsRef<Path>) -> Vec<String> {
        let entries = fs::read_dir(self.at(directory));
        let names = entries.into_iter().flatten().flatten();
        let mut names: Vec<String> = names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    /// Makes the directory that a path is to lie in.
    pub(super) fn make_room_for(&self, path: &Path) -> io::Result<()> {
        self.at(path).parent().map_or(Ok(()), fs::create_dir_all)
    }
}
