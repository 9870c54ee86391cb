//! A small disk of its own, if this user may mount one.

use std::path::Path;
use std::process::{Command, Stdio};

pub(crate) struct Mount {
    at: tempfile::TempDir,
}

impl Mount {
    /// A tmpfs of so many KiB; `None`, with a word about it, where that is not allowed.
    pub(crate) fn small(kib: u32) -> Option<Self> {
        let at = tempfile::tempdir().unwrap();
        let size = format!("size={kib}k");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &size, "wanctl-test"])
            .arg(at.path());
        if succeeds(&mut mount) {
            return Some(Self { at });
        }
        println!("skipped: a disk that is full needs a tmpfs, and mounting one needs root");
        None
    }

    pub(crate) fn path(&self) -> &Path {
        self.at.path()
    }

    /// Whether it may be written.
    pub(crate) fn remount(&self, how: &str) {
        let how = format!("remount,{how}");
        assert!(succeeds(
            Command::new("mount").args(["-o", &how]).arg(self.path())
        ));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: a test that failed may still have a file open there.
        succeeds(Command::new("umount").arg("-l").arg(self.path()));
    }
}

fn succeeds(command: &mut Command) -> bool {
    let command = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
