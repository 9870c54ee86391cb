//! Why a system call failed, small enough to copy.

use core::fmt;
use std::io;

/// A system error number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Errno(i32);

impl Errno {
    /// The number itself, as in `errno.h`; 0 if the error came from no system call.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// What the last system call of this thread failed with.
    pub(crate) fn last() -> Self {
        Self::from(&io::Error::last_os_error())
    }

    /// From a call that answers 0 or -1.
    pub(crate) fn check(answer: libc::c_int) -> Result<(), Self> {
        if answer == 0 {
            Ok(())
        } else {
            Err(Self::last())
        }
    }
}

/// Whether this process, or the whole machine, may open no more files and sockets.
pub(crate) fn is_exhaustion(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

impl From<&io::Error> for Errno {
    fn from(error: &io::Error) -> Self {
        Self(error.raw_os_error().unwrap_or(0))
    }
}

impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

/// In the system's words: `Permission denied (os error 13)`.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            f.write_str("unknown error")
        } else {
            io::Error::from_raw_os_error(self.0).fmt(f)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaks_like_the_system() {
        let errno = Errno::from(io::Error::from_raw_os_error(libc::EACCES));
        assert_eq!(errno.number(), libc::EACCES);
        assert_eq!(errno.to_string(), "Permission denied (os error 13)");
        assert_eq!(
            Errno::from(io::Error::other("x")).to_string(),
            "unknown error"
        );
    }

    #[test]
    fn the_process_or_the_whole_machine_may_be_out_of_descriptors() {
        let exhausted = |errno| is_exhaustion(&io::Error::from_raw_os_error(errno));
        assert!(exhausted(libc::EMFILE) && exhausted(libc::ENFILE));
        assert!(!exhausted(libc::EACCES) && !is_exhaustion(&io::Error::other("x")));
    }
}
