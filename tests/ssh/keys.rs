//! Keys that are no good.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::sshd::{Kind, Sshd, make_key};

impl Sshd {
    /// A key that no server has heard of.
    pub(crate) fn strange_key(&self) -> PathBuf {
        let path = self.path("strange");
        make_key(Kind::Ed25519, &path);
        path
    }

    /// A key with a file mode.
    pub(crate) fn with_mode(&self, kind: Kind, mode: u32) -> PathBuf {
        let path = self.user_key(kind);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}
