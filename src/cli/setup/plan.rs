//! What a dialogue comes to.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::kinds::Kind;
use crate::config::{Host, Scheme, Secret, Transport};
use crate::direction::Both;

/// Where things go.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// The files.
    pub(super) dir: PathBuf,
    /// Everything else, if not where a service's is.
    pub(super) data: Option<PathBuf>,
}

impl Places {
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.yaml"))
    }

    pub(super) fn secrets(&self) -> PathBuf {
        self.dir.join("secrets")
    }

    pub(super) fn password_file(&self) -> PathBuf {
        self.dir.join("router-password")
    }

    pub(super) fn key(&self) -> PathBuf {
        self.dir.join("ssh/router.key")
    }

    pub(super) fn known_hosts(&self) -> PathBuf {
        self.dir.join("ssh/known_hosts")
    }

    pub(super) fn state(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new("/var/lib/wanctl"))
    }

    pub(super) fn logs(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new("/var/log/wanctl"))
    }

    pub(super) fn run(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new("/run/wanctl"))
    }
}

/// How the router is reached.
#[derive(Clone, Debug)]
pub(super) struct Router {
    pub(super) host: Host,
    pub(super) scheme: Scheme,
    pub(super) port: u16,
    /// 64 hex digits.
    pub(super) fingerprint: Option<String>,
    pub(super) user: String,
    pub(super) transport: Transport,
    pub(super) ssh: Option<Ssh>,
    /// Where the files say that the password is, if not in `secrets`.
    pub(super) password_file: Option<PathBuf>,
}

/// The way by SSH.
#[derive(Clone, Debug)]
pub(super) struct Ssh {
    pub(super) port: u16,
    pub(super) key: PathBuf,
    pub(super) known_hosts: PathBuf,
}

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) kind: &'static Kind,
    /// Mbit/s.
    pub(super) ceilings: Both<f64>,
    pub(super) queues: Both<String>,
    pub(super) source: Option<IpAddr>,
}

/// Steering.
#[derive(Clone, Debug)]
pub(super) struct Steering {
    pub(super) primary: String,
    pub(super) alternate: String,
    pub(super) comment: String,
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) router: Router,
    pub(super) password: Secret,
    pub(super) lines: Vec<Line>,
    pub(super) steering: Option<Steering>,
}
