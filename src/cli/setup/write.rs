//! Files are replaced as wholes: each is there as it was, or as it is to be.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use super::machine;
use crate::shell::access;

/// Whom a file is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Keeper {
    /// Root and the group of the service may read it.
    Shared,
    /// Root alone: systemd reads it, and gives the service what is in it.
    Root,
    /// The service alone.
    Service,
}

impl Keeper {
    const fn mode(self) -> u32 {
        match self {
            Self::Shared => 0o640,
            Self::Root | Self::Service => 0o600,
        }
    }
}

/// A file as it is to be.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) keeper: Keeper,
    /// Whether what it replaces stays beside it. Not where that would keep an old password.
    pub(super) backup: bool,
}

impl Draft {
    /// What is there now.
    pub(super) fn before(&self) -> Option<String> {
        fs::read_to_string(&self.path).ok()
    }
}

/// Whether files can be made in a directory, or in what it is to be made in: somebody who may not is to hear it
/// before all the questions.
pub(super) fn expect_room(directory: &Path) -> Result<(), String> {
    let mut above = directory.ancestors();
    let Some(present) = above.find(|path| path.exists()) else {
        return Ok(());
    };
    access::may_make_files(present).map_err(|e| {
        let directory = directory.display();
        format!("no files can be made in {directory}: {e}; run it as root, or try it with --dir and --data, or --dry-run")
    })
}

/// Writes all of them, or none; `stamp` ends the names of the backups. Tells where these are.
pub(super) fn all(drafts: &[Draft], stamp: &str) -> Result<Vec<PathBuf>, String> {
    let mut staged = Vec::new();
    for draft in drafts {
        match stage(&draft.path, &draft.text, draft.keeper) {
            Ok(temporary) => staged.push(temporary),
            Err(sentence) => {
                discard(&staged);
                return Err(sentence);
            }
        }
    }
    let mut backups = Vec::new();
    for draft in drafts
        .iter()
        .filter(|draft| draft.backup && draft.path.exists())
    {
        let mut name = draft.path.clone().into_os_string();
        name.push(format!(".bak.{stamp}"));
        let backup = PathBuf::from(name);
        // A second name for the same file: whatever happens next, it is not lost.
        if let Err(e) = fs::hard_link(&draft.path, &backup) {
            discard(&staged);
            discard(&backups);
            return Err(format!("{}: {e}", backup.display()));
        }
        backups.push(backup);
    }
    for (draft, temporary) in drafts.iter().zip(&staged) {
        // On one file system, with names that are there: nothing is left that could fail by itself.
        fs::rename(temporary, &draft.path).map_err(|e| format!("{}: {e}", draft.path.display()))?;
    }
    Ok(backups)
}

/// Replaces one file.
pub(super) fn replace(path: &Path, text: &str, keeper: Keeper) -> Result<(), String> {
    let temporary = stage(path, text, keeper)?;
    fs::rename(&temporary, path).map_err(|e| format!("{}: {e}", path.display()))
}

/// A directory for files of that kind, made if it is missing.
pub(super) fn directory(path: &Path, keeper: Keeper) -> Result<(), String> {
    if path.is_dir() {
        return Ok(());
    }
    let mode = match keeper {
        Keeper::Service => 0o700,
        Keeper::Shared | Keeper::Root => 0o755,
    };
    fs::create_dir_all(path)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode)))
        .map_err(|e| format!("{}: {e}", path.display()))?;
    give(path, keeper)
}

/// Gives a file to its keeper, if we are root and there is the service's user.
pub(super) fn give(path: &Path, keeper: Keeper) -> Result<(), String> {
    if access::user() != 0 {
        return Ok(());
    }
    let Some(account) = machine::service_account() else {
        return Ok(());
    };
    let (user, group) = match keeper {
        Keeper::Shared => (0, account.group),
        Keeper::Root => (0, 0),
        Keeper::Service => (account.user, account.group),
    };
    chown(path, Some(user), Some(group)).map_err(|e| format!("{}: {e}", path.display()))
}

fn stage(path: &Path, text: &str, keeper: Keeper) -> Result<PathBuf, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = write_new(&temporary, text, keeper.mode());
    let written = written.map_err(|e| format!("{}: {e}", path.display()));
    written
        .and_then(|()| give(&temporary, keeper))
        .inspect_err(|_| discard(std::slice::from_ref(&temporary)))?;
    Ok(temporary)
}

/// With its mode from the beginning: it may hold a password.
fn write_new(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file: File = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()
}

/// What is left of an attempt is of no use to anybody.
fn discard(files: &[PathBuf]) {
    for file in files {
        let _ = fs::remove_file(file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(path: PathBuf, text: &str) -> Draft {
        Draft {
            path,
            text: text.to_owned(),
            keeper: Keeper::Shared,
            backup: true,
        }
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_get_their_modes_and_old_ones_stay_beside_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a.yaml"), "old").unwrap();
        let secret = Draft {
            keeper: Keeper::Root,
            backup: false,
            ..draft(path("secrets"), "new")
        };
        fs::write(path("secrets"), "old").unwrap();
        all(&[draft(path("a.yaml"), "new"), secret], "20261121_191500").unwrap();
        assert_eq!(
            names(dir.path()),
            ["a.yaml", "a.yaml.bak.20261121_191500", "secrets"]
        );
        assert_eq!(fs::read_to_string(path("a.yaml")).unwrap(), "new");
        assert_eq!(
            fs::read_to_string(path("a.yaml.bak.20261121_191500")).unwrap(),
            "old"
        );
        assert_eq!(access::mode(&path("a.yaml")), Some(0o640));
        assert_eq!(access::mode(&path("secrets")), Some(0o600));
    }

    #[test]
    fn if_one_cannot_be_written_none_is() {
        let dir = tempfile::tempdir().unwrap();
        let good = draft(dir.path().join("a.yaml"), "new");
        fs::write(&good.path, "old").unwrap();
        let bad = draft(dir.path().join("missing/b.yaml"), "new");
        let refused = all(&[good.clone(), bad], "x").unwrap_err();
        assert!(
            refused.contains("missing/b.yaml: No such file"),
            "{refused}"
        );
        assert_eq!(fs::read_to_string(&good.path).unwrap(), "old");
        assert_eq!(names(dir.path()), ["a.yaml"]);
    }
}
