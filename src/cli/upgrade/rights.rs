//! Who must own and read what. v1.7 ran as the user `wanctl`, and so do we; but not everybody's did.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::plan::{Plan, Rights};
use super::root::Root;

/// The user of both versions' services.
pub(super) const USER: &str = "wanctl";
/// Its home, where v1.7's installer put it (contract 11.1).
const HOME: &str = "/var/lib/wanctl";

const ROOT: u32 = 0;

/// The user `wanctl` of a system.
#[derive(Clone, Debug)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
    /// Where `.ssh/known_hosts` is.
    pub(super) home: PathBuf,
}

impl Account {
    /// As that system's own files say: it may not be the one we run on.
    pub(super) fn find(root: &Root) -> Option<Self> {
        let passwd = root.text("/etc/passwd")?;
        let entry = passwd.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            (fields.first() == Some(&USER)).then_some(fields)
        })?;
        let home = entry.get(5).filter(|home| home.starts_with('/'));
        Some(Self {
            uid: entry.get(2)?.parse().ok()?,
            gid: entry.get(3)?.parse().ok()?,
            home: home.map_or_else(|| PathBuf::from(HOME), PathBuf::from),
        })
    }

    /// What must change so that the service can write a file; says so in the table.
    pub(super) fn to_own(&self, root: &Root, plan: &mut Plan, path: &Path) -> Option<&'static str> {
        let file = own_file(root, path)?;
        if file.uid() == self.uid {
            return None;
        }
        plan.rights.push(Rights {
            path: path.to_owned(),
            mode: None,
            owner: Some((self.uid, self.gid)),
        });
        Some("its owner becomes wanctl")
    }

    /// The same so that the service can read it.
    pub(super) fn to_read(
        &self,
        root: &Root,
        plan: &mut Plan,
        path: &Path,
    ) -> Option<&'static str> {
        let file = own_file(root, path)?;
        let mode = file.mode() & 0o7777;
        let may = if file.uid() == self.uid {
            mode & 0o400 != 0
        } else if file.gid() == self.gid {
            mode & 0o040 != 0
        } else {
            mode & 0o004 != 0
        };
        if may {
            return None;
        }
        plan.rights.push(Rights {
            path: path.to_owned(),
            mode: Some(mode | 0o440),
            owner: Some((file.uid(), self.gid)),
        });
        Some("its group becomes wanctl, which may read it")
    }
}

/// What only systemd reads, and it reads as root: v1.7 let the whole group.
pub(super) fn secret(root: &Root, plan: &mut Plan, path: &Path) -> Option<String> {
    const SECRET: u32 = 0o600;
    const OTHERS: u32 = 0o077;
    let file = own_file(root, path)?;
    let mode = file.mode() & 0o7777;
    if mode & OTHERS == 0 {
        return None;
    }
    plan.rights.push(Rights {
        path: path.to_owned(),
        mode: Some(SECRET),
        owner: None,
    });
    Some(format!(
        "its mode becomes {SECRET:04o} (it is {mode:04o}), because only systemd reads it, as root"
    ))
}

/// A file that nobody else can have put there: `chown` must not follow a link to somebody else's.
fn own_file(root: &Root, path: &Path) -> Option<Metadata> {
    let file = fs::symlink_metadata(root.at(path)).ok()?;
    let is_single = file.is_dir() || file.is_file() && file.nlink() == 1;
    (is_single && !is_led_astray(root, path)).then_some(file)
}

/// Whether a directory on the way is a link that somebody else than root has set: the service's own directories
/// are its to change, and may lead to anybody's files.
pub(super) fn is_led_astray(root: &Root, path: &Path) -> bool {
    let mut directories = path.ancestors().skip(1);
    directories.any(|directory| {
        let there = fs::symlink_metadata(root.at(directory));
        there.is_ok_and(|there| there.is_symlink() && there.uid() != ROOT)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{lchown, symlink};

    use super::*;

    #[test]
    fn a_link_of_the_services_leads_to_no_file_of_roots() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::new(dir.path());
        let hosts = Path::new("/root/.ssh/known_hosts");
        root.make_room_for(hosts).unwrap();
        fs::write(root.at(hosts), "").unwrap();
        let link = root.at("/var/lib/wanctl/.ssh");
        root.make_room_for(Path::new("/var/lib/wanctl/.ssh"))
            .unwrap();
        symlink("../../../root/.ssh", &link).unwrap();
        let account = Account {
            uid: 4_711,
            gid: 4_711,
            home: HOME.into(),
        };
        let changes = |path: &str| {
            let mut plan = Plan::default();
            account.to_own(&root, &mut plan, Path::new(path));
            plan.rights.len()
        };
        if lchown(&link, Some(4_711), Some(4_711)).is_err() {
            println!("skipped: needs root");
            return;
        }
        assert_eq!(changes("/var/lib/wanctl/.ssh/known_hosts"), 0);
        assert_eq!(changes("/root/.ssh/known_hosts"), 1);
        // The administrator's own links are as good as the place itself.
        lchown(&link, Some(0), Some(0)).unwrap();
        assert_eq!(changes("/var/lib/wanctl/.ssh/known_hosts"), 1);
    }
}
