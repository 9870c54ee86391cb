//! What a process may use at most, if this user may say so: version 1 of control groups or version 2.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A control group of our own.
pub(crate) struct Cgroup {
    path: PathBuf,
    unified: bool,
}

impl Cgroup {
    /// One with this controller, `cpu` or `memory`; `None`, with a word about it, where that is not allowed.
    pub(crate) fn of(controller: &str, name: &str) -> Option<Self> {
        let root = Path::new("/sys/fs/cgroup");
        let unified = root.join("cgroup.controllers").exists();
        let above = if unified {
            // Its own groups may use what it hands down.
            let handed = fs::write(
                root.join("cgroup.subtree_control"),
                format!("+{controller}"),
            );
            handed.map(|()| root.to_owned())
        } else {
            Ok(root.join(controller))
        };
        let made = above.and_then(|above| {
            let path = above.join(format!("wanctl-test-{}-{name}", std::process::id()));
            fs::create_dir(&path).map(|()| Self { path, unified })
        });
        made.inspect_err(|why| println!("skipped: control groups need root and their files: {why}"))
            .ok()
    }

    /// What is started is in it from its first instruction on.
    #[expect(
        unsafe_code,
        reason = "between fork and exec the standard library is silent"
    )]
    pub(crate) fn take(&self, command: &mut Command) {
        let path = self.path.join("cgroup.procs");
        let members = File::options().write(true).open(path);
        let members = members.expect("a group of ours");
        // SAFETY: one write to a file that is open, which a forked process may do; 0 is whoever writes.
        unsafe {
            command.pre_exec(move || (&members).write_all(b"0"));
        }
    }

    /// So many hundredths of a core.
    pub(crate) fn cpu(&self, percent: u32) {
        let quota = (percent * 1_000).to_string();
        let said = if self.unified {
            self.say("cpu.max", &format!("{quota} 100000"))
        } else {
            self.say("cpu.cfs_quota_us", &quota)
        };
        said.expect("a group of ours");
    }

    /// How often somebody in it had to wait for his share.
    pub(crate) fn throttled(&self) -> u64 {
        let stat = fs::read_to_string(self.path.join("cpu.stat")).expect("a group of ours");
        let count = stat
            .lines()
            .find_map(|line| line.strip_prefix("nr_throttled "));
        count
            .and_then(|count| count.parse().ok())
            .expect("it is counted")
    }

    /// So many KiB.
    pub(crate) fn memory(&self, kib: u64) {
        let file = if self.unified {
            "memory.max"
        } else {
            "memory.limit_in_bytes"
        };
        self.say(file, &(kib << 10).to_string())
            .expect("a group of ours");
    }

    fn say(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.path.join(file), text)
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // Who failed with a process in it has left it there.
        let _ = fs::remove_dir(&self.path);
    }
}
