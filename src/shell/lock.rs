//! One daemon per WAN: a lock file that holds the pid, as v1.7 wrote it, and is locked with `flock`,
//! which the kernel gives up when its holder dies (W-31: a pid alone may be reused).

use core::fmt;
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use super::Errno;

/// As many starters may take turns at removing the file under us before that is an error.
const ATTEMPTS: u32 = 100;
const ROOT: u32 = 0;

/// The lock is ours until this is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// The lock is not ours.
#[derive(Debug)]
pub enum LockError {
    /// Another instance runs.
    Held {
        /// The lock file.
        path: PathBuf,
        /// Its process, if the file tells.
        by: Option<u32>,
    },
    /// The file cannot be opened, locked or written.
    File {
        /// The lock file.
        path: PathBuf,
        /// Why.
        errno: Errno,
    },
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held {
                path,
                by: Some(pid),
            } => write!(
                f,
                "Another instance is running: {} is held by PID {pid}",
                path.display()
            ),
            Self::Held { path, by: None } => {
                write!(f, "Another instance is running: {} is held", path.display())
            }
            Self::File { path, errno } => {
                write!(f, "cannot lock {}: {errno}", path.display())
            }
        }
    }
}

impl core::error::Error for LockError {}

/// What one attempt came to.
enum Attempt {
    Ours(File),
    Held(Option<u32>),
    /// The file was removed between opening and locking it.
    Again,
}

impl Lock {
    /// Takes the lock at `path`, or says who has it.
    ///
    /// # Errors
    /// If another process holds it, or the file system refuses.
    pub fn acquire(path: &Path) -> Result<Self, LockError> {
        for _ in 0..ATTEMPTS {
            match attempt(path) {
                Ok(Attempt::Ours(file)) => {
                    let path = path.to_owned();
                    return Ok(Self { file, path });
                }
                Ok(Attempt::Held(by)) => {
                    let path = path.to_owned();
                    return Err(LockError::Held { path, by });
                }
                Ok(Attempt::Again) => {}
                Err(error) => {
                    let (path, errno) = (path.to_owned(), Errno::from(error));
                    return Err(LockError::File { path, errno });
                }
            }
        }
        let path = path.to_owned();
        Err(LockError::Held { path, by: None })
    }
}

/// The file goes while it is still locked, so a starter that waits for it finds that it has gone.
impl Drop for Lock {
    fn drop(&mut self) {
        if is_at(&self.file, &self.path).unwrap_or(false) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn attempt(path: &Path) -> io::Result<Attempt> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o644)
        .custom_flags(libc::O_NOFOLLOW)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Attempt::Held(pid_in(&file))),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    if !is_at(&file, path)? {
        return Ok(Attempt::Again);
    }
    if let Some(pid) = pid_in(&file)
        && is_predecessor(pid)
    {
        return Ok(Attempt::Held(Some(pid)));
    }
    let text = format!("{}\n", std::process::id());
    // Written before it is cut to length: v1.7 would take an empty file for a stale one.
    file.write_all_at(text.as_bytes(), 0)?;
    file.set_len(text.len() as u64)?;
    // Whatever the umask; a file of another owner stays as it is.
    let _ = file.set_permissions(Permissions::from_mode(0o644));
    give_to_its_directorys_owner(&file, path);
    Ok(Attempt::Ours(file))
}

/// A tool that root has started may be killed, and what it leaves must not keep the service's user out. Who is
/// not root cannot give files away, and need not.
fn give_to_its_directorys_owner(file: &File, path: &Path) {
    let parent = path.parent();
    let parent = parent.filter(|parent| !parent.as_os_str().is_empty());
    let directory = fs::metadata(parent.unwrap_or(Path::new(".")));
    let (Ok(ours), Ok(directory)) = (file.metadata(), directory) else {
        return;
    };
    // In a directory of root's anybody may have a file, and one that has other names may be any file.
    if ours.uid() == ROOT && directory.uid() != ROOT && ours.nlink() == 1 {
        let _ = fchown(file, Some(directory.uid()), Some(directory.gid()));
    }
}

/// Whether the path still leads to this very file.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (ours.dev(), ours.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The process of a wanctl 1.x that holds the lock at `path`, if one does.
pub fn predecessor(path: &Path) -> Option<u32> {
    let file = File::open(path).ok()?;
    pid_in(&file).filter(|&pid| is_predecessor(pid))
}

fn pid_in(mut file: &File) -> Option<u32> {
    let mut text = [0; 16];
    let length = file.read(&mut text).ok()?;
    str::from_utf8(&text[..length]).ok()?.trim().parse().ok()
}

/// Whether the process is a wanctl 1.x, which holds its lock by the pid in it alone. Being alive is
/// not enough: after a crash the pid may be anyone's, even our own.
fn is_predecessor(pid: u32) -> bool {
    let Ok(command) = fs::read(format!("/proc/{pid}/cmdline")) else {
        return false;
    };
    let command = String::from_utf8_lossy(&command);
    let mut words = command.split('\0');
    let program = words.next().unwrap_or_default();
    program.contains("python") && words.any(|word| word.contains("wanctl"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_is_told_who_was_first() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cable.lock");
        let lock = Lock::acquire(&path).unwrap();
        let own = std::process::id();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{own}\n"));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
        let refused = Lock::acquire(&path).unwrap_err();
        assert!(matches!(refused, LockError::Held { by: Some(pid), .. } if pid == own));
        assert!(refused.to_string().contains(&format!("PID {own}")));
        drop(lock);
        assert!(!path.exists());
        Lock::acquire(&path).unwrap();
    }

    #[test]
    fn what_a_crash_left_behind_is_no_obstacle_whatever_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cable.lock");
        let own = format!("{}\n", std::process::id());
        for left in ["1\n", &own, "999999999999999999999\n", "", "garbage"] {
            fs::write(&path, left).unwrap();
            drop(Lock::acquire(&path).unwrap());
            assert!(!path.exists(), "{left:?}");
        }
    }

    #[test]
    fn a_file_put_in_place_of_ours_is_not_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cable.lock");
        let lock = Lock::acquire(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "another's").unwrap();
        drop(lock);
        assert_eq!(fs::read_to_string(&path).unwrap(), "another's");
    }

    #[test]
    fn of_many_starters_one_at_a_time_runs() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cable.lock");
        let (running, runs) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        if let Ok(_lock) = Lock::acquire(&path) {
                            assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                            runs.fetch_add(1, Ordering::SeqCst);
                            running.fetch_sub(1, Ordering::SeqCst);
                        }
                    }
                });
            }
        });
        assert!(runs.into_inner() > 0);
    }

    #[test]
    fn a_running_predecessor_is_respected() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cable.lock");
        let mut old = std::process::Command::new("sh")
            .arg0_python()
            .args(["-c", "read _", "wanctl"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // The child's command line is ours until it has executed the shell.
        let command = format!("/proc/{}/cmdline", old.id());
        while !fs::read_to_string(&command).unwrap().contains("read _") {}
        fs::write(&path, format!("{}\n", old.id())).unwrap();
        let refused = Lock::acquire(&path).unwrap_err();
        assert!(matches!(refused, LockError::Held { by: Some(pid), .. } if pid == old.id()));
        drop(old.stdin.take());
        old.wait().unwrap();
        Lock::acquire(&path).unwrap();
    }

    trait Arg0 {
        fn arg0_python(&mut self) -> &mut Self;
    }

    impl Arg0 for std::process::Command {
        fn arg0_python(&mut self) -> &mut Self {
            std::os::unix::process::CommandExt::arg0(self, "/usr/bin/python3")
        }
    }

    #[test]
    fn a_lock_that_root_leaves_behind_belongs_to_the_service() {
        let dir = tempfile::tempdir().unwrap();
        let service = (4_711, 4_712);
        if std::os::unix::fs::chown(dir.path(), Some(service.0), Some(service.1)).is_err() {
            println!("skipped: needs root");
            return;
        }
        let path = dir.path().join("cable.lock");
        let _lock = Lock::acquire(&path).unwrap();
        let there = fs::metadata(&path).unwrap();
        assert_eq!((there.uid(), there.gid()), service);
    }

    #[test]
    fn a_directory_that_is_not_there_is_said_so() {
        let refused = Lock::acquire(Path::new("/nonexistent/x.lock")).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "cannot lock /nonexistent/x.lock: No such file or directory (os error 2)"
        );
    }
}
