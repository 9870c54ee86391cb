//! `router`: how to reach it, and how gently to treat it.

use std::path::PathBuf;

use super::host::{Host, HostRule};
use super::node::Kind;
use super::rule::{
    Bad, Choice, FileName, Identifier, Number, PORT, Rule, Text, Whole, of_other_kind, port,
};
use super::secret::{Password, PasswordSource, Secret, SecretRule};
use super::section::Section;
use super::value::Value;
use crate::autorate::OnExit;
use crate::control::actuator::MAX_BUDGET;
use crate::direction::{Both, Direction};
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
/// The word that keeps a queue's type as it is.
const LEAVE: &str = "leave";

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

/// The name in `${NAME}`.
fn variable(written: &str) -> Option<&str> {
    written.strip_prefix("${")?.strip_suffix('}')
}

/// Reads `router` and `queues`.
pub(super) fn read(
    router: Section<'_>,
    queues: Section<'_>,
    wan_name: Option<&str>,
    timeout: Option<Duration>,
) -> Option<RouterConfig> {
    with_queues(router, wan_name, timeout, || {
        let down = queues.required("download", &Identifier);
        let up = queues.required("upload", &Identifier);
        queues.finish(&[]);
        Some(Both {
            down: down?,
            up: up?,
        })
    })
}

/// Reads `router`; the names of the queues come from where the caller has them.
pub(super) fn with_queues(
    router: Section<'_>,
    wan_name: Option<&str>,
    timeout: Option<Duration>,
    queues: impl FnOnce() -> Option<Both<String>>,
) -> Option<RouterConfig> {
    let host = router.required("host", &HostRule);
    let user = router.required("user", &Text);
    let ssh_key = router.required("ssh_key", &Text);
    let ssh_port = router
        .or("ssh_port", DEFAULT_SSH_PORT.into(), &PORT)
        .map(port);
    let known_hosts = router.optional("known_hosts", &FileName);
    let transport = transport(&router);
    let password = router.optional("password", &SecretRule);
    let password_file = router.optional("password_file", &FileName);
    if router.value("password").is_some() && router.value("password_file").is_some() {
        let sentence =
            "given besides router.password, and only one of them can be meant; remove one";
        router.conflict("password_file", sentence);
    }
    let port_number = router.or("port", DEFAULT_PORT.into(), &PORT).map(port);
    let scheme = scheme(&router, port_number, host.as_ref());
    let verify_ssl = router.or("verify_ssl", false, &super::rule::LooseFlag);
    let tls_fingerprint = router.optional("tls_fingerprint", &Fingerprint);
    let ca_file = router.optional("ca_file", &FileName);
    let verify_interval = seconds(&router, "verify_interval", DEFAULT_VERIFY_INTERVAL);
    let write_limit = write_limit(router.section("write_limit"));
    let on_exit = router.or(
        "on_exit",
        DEFAULT_ON_EXIT,
        &Choice(&[(LEAVE, OnExit::Leave), ("ceiling", OnExit::Ceiling)]),
    );
    let queue_types = queue_types(router.section("queue_types"), wan_name);
    let queues = queues();
    router.finish(&["type", "steering_rule_comment"]);
    Some(RouterConfig {
        host: host?,
        user: user?,
        ssh_key: ssh_key?,
        ssh_port: ssh_port?,
        known_hosts: known_hosts?,
        transport,
        scheme: scheme?,
        port: port_number?,
        verify_ssl: verify_ssl?,
        tls_fingerprint: tls_fingerprint?,
        ca_file: ca_file?,
        timeout: timeout?,
        verify_interval: verify_interval?,
        write_limit: write_limit?,
        on_exit: on_exit?,
        queues: queues?,
        queue_types: queue_types?,
        password_file: password_file?,
        password: password?.unwrap_or_default(),
    })
}

fn transport(router: &Section<'_>) -> Transport {
    match router.value("transport") {
        None => DEFAULT_TRANSPORT,
        Some(value) => match value.read_silently(&Text).as_deref() {
            Some("rest") => Transport::Rest,
            Some("ssh") => Transport::Ssh,
            _ => {
                value.warn("is not rest or ssh", Some("rest is used, as in v1.7"));
                Transport::Rest
            }
        },
    }
}

fn scheme(router: &Section<'_>, port: Option<u16>, host: Option<&Host>) -> Option<Scheme> {
    let rule = Choice(&[("http", Scheme::Http), ("https", Scheme::Https)]);
    let given = router.optional("scheme", &rule)?;
    let scheme = given.unwrap_or(match port? {
        DEFAULT_PORT => Scheme::Https,
        _ => Scheme::Http,
    });
    let near = matches!(host, Some(Host::Address(address)) if address.is_loopback());
    let secret = ["password", "password_file"].map(|key| router.value(key).is_some());
    if scheme == Scheme::Http && !near && secret != [false; 2] {
        let sentence = match given {
            Some(_) => "http sends the password readable across the network; use https",
            None => {
                "any port but 443 means http unless router.scheme says https, and http sends the \
                 password readable across the network"
            }
        };
        let key = if given.is_some() { "scheme" } else { "port" };
        router.warn(key, sentence);
    }
    Some(scheme)
}

fn seconds(section: &Section<'_>, key: &'static str, default: Duration) -> Option<Duration> {
    let rule = Number::within(1.0, 3600.0);
    let seconds = section.or(key, default.as_secs_f64(), &rule);
    seconds.map(Duration::from_secs_f64)
}

fn write_limit(section: Section<'_>) -> Option<WriteLimit> {
    let changes = section.optional(
        "changes",
        &Whole {
            min: 1,
            max: u32::try_from(MAX_BUDGET).unwrap_or(u32::MAX),
        },
    );
    let window = seconds(&section, "window_sec", DEFAULT_WRITE_LIMIT.window);
    section.finish(&[]);
    Some(WriteLimit {
        changes: match changes? {
            Some(changes) => usize::try_from(changes).unwrap_or(MAX_BUDGET),
            None => DEFAULT_WRITE_LIMIT.changes,
        },
        window: window?,
    })
}

/// Null is a wish here, not a missing key: the queue keeps its type.
fn queue_types(section: Section<'_>, wan_name: Option<&str>) -> Option<Both<Option<String>>> {
    let wan = wan_name.unwrap_or_default().to_ascii_lowercase();
    let mut read = |direction: Direction| {
        let (key, default) = match direction {
            Direction::Down => ("download", format!("cake-down-{wan}")),
            Direction::Up => ("upload", format!("cake-up-{wan}")),
        };
        match section.raw(key) {
            None => Some(Some(default)),
            Some(value) if value.node.is_null() => Some(None),
            Some(value) => value
                .read(&Identifier)
                .map(|name| Some(name).filter(|name| name != LEAVE)),
        }
    };
    let types = Both::from_fn(&mut read);
    section.finish(&[]);
    Some(Both {
        down: types.down?,
        up: types.up?,
    })
}

#[derive(Clone, Copy, Debug)]
struct Fingerprint;

impl Rule for Fingerprint {
    type Output = [u8; 32];

    fn expected(&self) -> String {
        "a SHA-256 fingerprint: 64 hex digits, with or without colons".to_owned()
    }

    fn read(&self, value: &Value<'_>) -> Result<[u8; 32], Bad> {
        let Kind::Scalar { text, .. } = &value.node.kind else {
            return Err(of_other_kind(value));
        };
        let digits = text.chars().filter(|&c| c != ':');
        let nibbles: Option<Vec<u8>> = digits
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
            .collect();
        let nibbles = nibbles.filter(|n| n.len() == 64);
        let nibbles = nibbles.ok_or("is no fingerprint")?;
        let mut fingerprint = [0; 32];
        for (byte, pair) in fingerprint.iter_mut().zip(nibbles.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(fingerprint)
    }
}
