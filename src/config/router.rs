//! `router`: how to reach it, and how gently to treat it.

mod fingerprint;
mod reading;

use std::path::PathBuf;

pub(super) use self::reading::{read, with_queues};
use super::host::Host;
use super::secret::{Password, PasswordSource, Secret, variable};
use crate::autorate::OnExit;
use crate::direction::Both;
pub use crate::router::Transport;
use crate::time::Duration;

/// `router.port`: 443, as in v1.7.
pub const DEFAULT_PORT: u16 = 443;
/// `router.ssh_port`: 22, the only one v1.7 knew.
pub const DEFAULT_SSH_PORT: u16 = 22;
/// `router.transport`: ssh, as documented by v1.7 (contract 1.2).
pub const DEFAULT_TRANSPORT: Transport = Transport::Ssh;
/// `router.verify_interval`: 30 s. How often the limits are read back from the router, where a
/// person, a restored backup or a reboot may have changed them.
pub const DEFAULT_VERIFY_INTERVAL: Duration = Duration::from_secs(30);
/// `router.write_limit`: 10 changes in 60 s, as in v1.7 (contract 3.7). RouterOS keeps every change
/// in flash.
pub const DEFAULT_WRITE_LIMIT: WriteLimit = WriteLimit {
    changes: 10,
    window: Duration::from_secs(60),
};
/// `router.on_exit`: as in v1.7.
pub const DEFAULT_ON_EXIT: OnExit = OnExit::Leave;
/// What REST is carried by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Plain: everything, the password included, can be read on the way.
    Http,
    /// TLS.
    Https,
}

/// At most so many changes in any window (`router.write_limit`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WriteLimit {
    /// 1 to 64 changes; one cycle's change counts once, for one direction or both.
    pub changes: usize,
    /// 1 s to 3600 s.
    pub window: Duration,
}

/// The router of one WAN.
#[derive(Clone, Debug, PartialEq)]
pub struct RouterConfig {
    /// `router.host`, required: an address (IPv6 also in brackets) or a name.
    pub host: Host,
    /// `router.user`, required: the RouterOS user.
    pub user: String,
    /// `router.ssh_key`, required even for REST, as in v1.7: the private key's file.
    pub ssh_key: String,
    /// `router.transport`, `rest` or `ssh`, default [`DEFAULT_TRANSPORT`]. A word v1.7 did not know
    /// either is REST, as it was.
    pub transport: Transport,
    /// `router.scheme`, `http` or `https`, default: `https` exactly if the port is 443 (W-43).
    pub scheme: Scheme,
    /// `router.port`, 1 to 65535, default [`DEFAULT_PORT`]. REST only.
    pub port: u16,
    /// `router.verify_ssl`, default false: whether the certificate must chain to a known root.
    pub verify_ssl: bool,
    /// `router.tls_fingerprint`, default none: SHA-256 of the DER of the one certificate to accept,
    /// 64 hex digits with or without colons.
    pub tls_fingerprint: Option<[u8; 32]>,
    /// `router.ca_file`, default none: PEM file with the root to accept instead of the usual ones.
    pub ca_file: Option<PathBuf>,
    /// `router.ssh_port`, 1 to 65535, default [`DEFAULT_SSH_PORT`].
    pub ssh_port: u16,
    /// `router.known_hosts`, default `~/.ssh/known_hosts` of the user that runs: the hosts whose SSH
    /// keys are known.
    pub known_hosts: Option<PathBuf>,
    /// `timeouts.ssh_command`, above 0 s, default 15 s: longest wait for one answer, REST or SSH.
    pub timeout: Duration,
    /// `router.verify_interval`, 1 s to 3600 s, default [`DEFAULT_VERIFY_INTERVAL`].
    pub verify_interval: Duration,
    /// `router.write_limit`, default [`DEFAULT_WRITE_LIMIT`].
    pub write_limit: WriteLimit,
    /// `router.writes_per_hour`, 60 to 72000, default
    /// [`DEFAULT_PER_HOUR`](crate::control::actuator::DEFAULT_PER_HOUR): what the adaptive law spends in the
    /// mean; cuts are not held back.
    pub writes_per_hour: u32,
    /// `router.on_exit`, `leave` or `ceiling`, default [`DEFAULT_ON_EXIT`].
    pub on_exit: OnExit,
    /// `queues.download` and `.upload`, required: names in `/queue tree`.
    pub queues: Both<String>,
    /// `router.queue_types.download` and `.upload`, default v1.7's `cake-down-<wan>` and
    /// `cake-up-<wan>` (W-14); `None` (`leave` or null in the file) keeps what the queue has.
    pub queue_types: Both<Option<String>>,
    /// `router.password_file`, default none: its first line is the password. A bare name without a
    /// slash is a systemd credential. Read when a client is built, never here.
    pub password_file: Option<PathBuf>,
    pub(super) password: Secret,
}

impl RouterConfig {
    /// Where the password comes from.
    pub fn password_source(&self) -> PasswordSource<'_> {
        let written = self.password.reveal();
        match &self.password_file {
            Some(file) => PasswordSource::File(file),
            None if written.is_empty() => PasswordSource::None,
            None => variable(written).map_or(PasswordSource::Written, PasswordSource::Variable),
        }
    }

    /// Whether HTTP's Basic scheme has room for the user's name (RFC 7617, 2: no colon).
    pub fn user_suits_rest(&self) -> bool {
        !has_colon(&self.user)
    }

    /// `router.password`, default empty. A value that as a whole reads `${VARIABLE}` is looked up
    /// with `env`; no other key and no other form is (contract 1.1).
    pub fn password(&self, env: impl Fn(&str) -> Option<String>) -> Password<'_> {
        let variable = variable(self.password.reveal());
        let value = variable.map(|variable| (variable, env(variable)));
        match value {
            None => Password {
                secret: self.password.clone(),
                unset: None,
            },
            Some((_, Some(value))) => Password {
                secret: Secret::new(value),
                unset: None,
            },
            Some((variable, None)) => Password {
                secret: Secret::default(),
                unset: Some(variable),
            },
        }
    }
}

fn has_colon(user: &str) -> bool {
    user.contains(':')
}
