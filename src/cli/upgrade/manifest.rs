//! What was done, written down before it is: whatever happens in between, there is a way back.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::root::Root;

/// Where things are kept. Not below `/var/lib/wanctl`: that is the service's own, and who could change what lies here
/// would decide what root puts back.
const KEPT: &str = "/etc/wanctl/v17";
const FILE: &str = "/etc/wanctl/v17/manifest.json";

/// Where a file is kept that lay at `path`.
pub(super) fn kept(path: &Path) -> PathBuf {
    Path::new(KEPT).join(path.strip_prefix("/").unwrap_or(path))
}

/// What a file's mode and owner were.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Before {
    pub(super) path: PathBuf,
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// The way back.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub(super) struct Manifest {
    /// Files that were moved away.
    pub(super) moved: Vec<PathBuf>,
    /// Files that were put there.
    pub(super) written: Vec<PathBuf>,
    /// Configuration that was copied.
    pub(super) copied: Vec<PathBuf>,
    pub(super) rights: Vec<Before>,
    /// v1.7's services that started with the machine.
    pub(super) enabled: Vec<String>,
    /// v1.7's services that ran.
    pub(super) running: Vec<String>,
    /// Our services in their place.
    pub(super) ours: Vec<String>,
}

impl Manifest {
    /// Of an earlier take-over, finished or not.
    ///
    /// # Errors
    /// A sentence if it is there and cannot be read.
    pub(super) fn load(root: &Root) -> Result<Option<Self>, String> {
        let bytes = match fs::read(root.at(FILE)) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(format!("{FILE}: {e}")),
        };
        let read = serde_json::from_slice(&bytes);
        read.map(Some)
            .map_err(|e| format!("{FILE}: is no list of what was taken over: {e}"))
    }

    /// Adds what is about to be done. What an earlier attempt found stands: it saw v1.7 as it was.
    pub(super) fn add(&mut self, later: Self) {
        append(&mut self.moved, later.moved);
        append(&mut self.written, later.written);
        append(&mut self.copied, later.copied);
        append(&mut self.enabled, later.enabled);
        append(&mut self.running, later.running);
        append(&mut self.ours, later.ours);
        for before in later.rights {
            if self.rights.iter().all(|known| known.path != before.path) {
                self.rights.push(before);
            }
        }
    }

    /// Writes it to the disk before anything else is changed.
    ///
    /// # Errors
    /// A sentence.
    pub(super) fn save(&self, root: &Root) -> Result<(), String> {
        let written = || {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(root.at(KEPT))?;
            let fresh = root.at(FILE).with_extension("new");
            let mut file = File::options()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&fresh)?;
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(fresh, root.at(FILE))
        };
        written().map_err(|e: io::Error| format!("{FILE}: {e}"))
    }

    /// Everything is as it was: nothing needs to be kept.
    ///
    /// # Errors
    /// A sentence.
    pub(super) fn forget(root: &Root) -> Result<(), String> {
        fs::remove_dir_all(root.at(KEPT)).map_err(|e| format!("{KEPT}: {e}"))
    }
}

fn append<T: PartialEq>(known: &mut Vec<T>, later: Vec<T>) {
    for one in later {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_attempt_does_not_forget_what_the_first_one_saw() {
        let before = |mode| Before {
            path: "/etc/wanctl/secrets".into(),
            mode,
            uid: 0,
            gid: 7,
        };
        let mut manifest = Manifest {
            moved: vec!["/a".into()],
            rights: vec![before(0o640)],
            ..Manifest::default()
        };
        manifest.add(Manifest {
            moved: vec!["/a".into(), "/b".into()],
            rights: vec![before(0o600)],
            ..Manifest::default()
        });
        assert_eq!(manifest.moved, [Path::new("/a"), Path::new("/b")]);
        assert_eq!(manifest.rights, [before(0o640)]);
    }

    #[test]
    fn what_is_no_manifest_is_said_so() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        assert_eq!(Manifest::load(&root), Ok(None));
        Manifest::default().save(&root).unwrap();
        assert_eq!(Manifest::load(&root), Ok(Some(Manifest::default())));
        fs::write(root.at(FILE), "{").unwrap();
        let sentence = Manifest::load(&root).unwrap_err();
        assert!(sentence.starts_with(FILE), "{sentence}");
    }
}
