//! What the files and this process's user allow.

use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Errno;

/// May this user make files in that directory, now and for real (mounts included)?
///
/// # Errors
/// Why not.
pub fn may_make_files(directory: &Path) -> Result<(), Errno> {
    allowed(directory, libc::W_OK | libc::X_OK)
}

/// May this user write into that file?
///
/// # Errors
/// Why not.
pub fn may_write(file: &Path) -> Result<(), Errno> {
    allowed(file, libc::W_OK)
}

fn allowed(path: &Path, mode: libc::c_int) -> Result<(), Errno> {
    let bytes = path.as_os_str().as_bytes();
    let path = CString::new(bytes).map_err(|_| Errno::from(std::io::Error::other("NUL")))?;
    sys::access(&path, mode)
}

/// The user whose rights count.
pub fn user() -> u32 {
    sys::effective_user()
}

/// The permission bits of a file; `None` if there is none.
pub fn mode(file: &Path) -> Option<u32> {
    let metadata = fs::metadata(file).ok()?;
    metadata
        .is_file()
        .then(|| metadata.permissions().mode() & 0o7777)
}

#[expect(unsafe_code, reason = "std can tell neither rights nor users")]
mod sys {
    use std::ffi::CStr;

    use super::Errno;

    pub(super) fn access(path: &CStr, mode: libc::c_int) -> Result<(), Errno> {
        // SAFETY: the path ends in NUL and outlives the call.
        let answer =
            unsafe { libc::faccessat(libc::AT_FDCWD, path.as_ptr(), mode, libc::AT_EACCESS) };
        Errno::check(answer)
    }

    pub(super) fn effective_user() -> u32 {
        // SAFETY: no pointers; never fails.
        unsafe { libc::geteuid() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_of_ours_takes_files_and_a_missing_one_does_not() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(may_make_files(dir.path()), Ok(()));
        let missing = may_make_files(&dir.path().join("missing")).unwrap_err();
        assert_eq!(missing.number(), libc::ENOENT);
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(may_write(&file), Ok(()));
        assert!(mode(&file).is_some_and(|mode| mode & 0o600 == 0o600));
        assert_eq!(mode(dir.path()), None);
    }
}
