//! What surrounds the control loop: files, listeners, the lock, the history.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use super::host::Host;
use super::ledger::Presence;
use super::rule::{Bad, FileName, LooseCount, LooseFlag, Number, Rule, Text, Whole};
use super::section::Section;
use super::value::Value;
use crate::control::prober::LONGEST_PENDING;
use crate::time::Duration;

/// `health_check.port`.
pub const DEFAULT_HEALTH_PORT: u16 = 9101;
/// `metrics.port`.
pub const DEFAULT_METRICS_PORT: u16 = 9100;
/// `health_check.host` and `metrics.host`: this machine only.
pub const DEFAULT_LISTEN_HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// `storage.db_path`: the history is on unless switched off.
pub const DEFAULT_DB_PATH: &str = "/var/lib/wanctl/metrics.db";
/// `storage.retention_days`.
pub const DEFAULT_RETENTION_DAYS: u32 = 7;
/// `storage.max_mb`: two WANs need half of it with the default `storage.retention_days`.
pub const DEFAULT_MAX_MB: u32 = 512;
/// The newest hour of eight WANs' seconds, and what is made of it.
pub const LEAST_MAX_MB: u32 = 64;
/// `timeouts.ssh_command`: longest wait for one answer of the router, REST or SSH.
pub const DEFAULT_COMMAND_TIMEOUT: Duration = Duration::from_secs(15);
/// `timeouts.ping`: without a reply for this long, the reflectors are silent.
pub const DEFAULT_PING_TIMEOUT: Duration = Duration::from_secs(1);

/// `logging`: both required.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Logging {
    /// `logging.main_log`: the file for INFO and above.
    pub main_log: PathBuf,
    /// `logging.debug_log`: the file for everything, opened with `--debug` only.
    pub debug_log: PathBuf,
}

/// `lock_file` and `lock_timeout`: both required.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lock {
    /// The file that keeps a second daemon away.
    pub file: PathBuf,
    /// 1 s to 3600 s: age at which a lock file without a pid counts as left behind.
    pub timeout: Duration,
}

/// Where the state document is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatePaths {
    /// `state_file` if it is set, else [`StatePaths::v17`].
    pub main: PathBuf,
    /// Where v1.7 kept it, whatever `state_file` said: beside the lock file, its name up to the last
    /// dot and `_state.json`.
    pub v17: PathBuf,
}

/// A listening socket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listen {
    /// Whether to listen at all.
    pub enabled: bool,
    /// An address of this machine, or a name of it, to be looked up at the start; `localhost` is
    /// `127.0.0.1` and an empty text all of IPv4, as in v1.7.
    pub host: Host,
    /// 0 lets the system choose.
    pub port: u16,
    /// Where the file speaks of it; `None`: it does not, and this is all default.
    pub line: Option<usize>,
}

/// `storage`: the history database.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Storage {
    /// `storage.db_path`, default [`DEFAULT_DB_PATH`]; `None` (an empty text in the file) keeps none.
    pub db_path: Option<PathBuf>,
    /// `storage.retention_days`, at least 1, default [`DEFAULT_RETENTION_DAYS`].
    pub retention_days: u32,
    /// `storage.max_mb`, [`LEAST_MAX_MB`] at least, default [`DEFAULT_MAX_MB`]: megabytes (2^20 bytes) that the
    /// database may have; the finest and oldest rows make room.
    pub max_mb: u32,
}

/// `timeouts`, in seconds in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    pub(super) command: Option<Duration>,
    pub(super) ping: Option<Duration>,
}

pub(super) fn timeouts(section: Section<'_>) -> Timeouts {
    // From 10 ms to a day; v1.7 handed any number to `ping -W` and to its HTTP library.
    let rule = Number::within(0.01, 86_400.0);
    let read = |key, default: Duration| {
        let seconds = section.or(key, default.as_secs_f64(), &rule);
        seconds.map(Duration::from_secs_f64)
    };
    let command = read("ssh_command", DEFAULT_COMMAND_TIMEOUT);
    let ping = read("ping", DEFAULT_PING_TIMEOUT);
    warn_of_patience(&section, ping);
    section.finish(&["ping_total"]);
    Timeouts { command, ping }
}

/// A reply that takes longer says nothing about now; nobody waits for it.
pub(super) fn warn_of_patience(section: &Section<'_>, ping: Option<Duration>) {
    if ping.is_some_and(|ping| ping > LONGEST_PENDING) {
        section.warn(
            "ping",
            &format!("counts as {LONGEST_PENDING}: longer ago says nothing about now"),
        );
    }
}

pub(super) fn logging(section: Section<'_>) -> Option<Logging> {
    let main_log = section.required("main_log", &FileName);
    let debug_log = section.required("debug_log", &FileName);
    section.finish(&[]);
    Some(Logging {
        main_log: main_log?,
        debug_log: debug_log?,
    })
}

pub(super) fn lock(root: &Section<'_>) -> Option<Lock> {
    let file = root.required("lock_file", &FileName);
    let timeout = root.required("lock_timeout", &Whole { min: 1, max: 3600 });
    Some(Lock {
        file: file?,
        timeout: Duration::from_secs(timeout?.into()),
    })
}

/// v1.7 never read `state_file`, so what it could not be is only worth a warning.
pub(super) fn state(root: &Section<'_>, lock_file: Option<&Path>) -> Option<StatePaths> {
    root.tell("state_file", || (FileName.expected(), Presence::Optional));
    let given = root.value("state_file").and_then(|value| {
        let path = value.read_silently(&FileName);
        if path.is_none() {
            let advice = "the path derived from lock_file is used";
            value.warn("names no file", Some(advice));
        }
        path
    });
    let v17 = v17_state(lock_file?);
    let main = given.unwrap_or_else(|| v17.clone());
    Some(StatePaths { main, v17 })
}

fn v17_state(lock_file: &Path) -> PathBuf {
    let mut name = lock_file.file_stem().unwrap_or_default().to_owned();
    name.push("_state.json");
    lock_file.with_file_name(name)
}

pub(super) fn listen(
    root: &Section<'_>,
    key: &'static str,
    enabled: bool,
    port: u16,
) -> Option<Listen> {
    let line = root.value(key).map(|value| value.node.line);
    let section = root.section(key);
    let enabled = section.or("enabled", enabled, &LooseFlag);
    let host = section.or("host", Host::Address(DEFAULT_LISTEN_HOST), &ListenHost);
    let ports = Whole {
        min: 0,
        max: u16::MAX.into(),
    };
    let port = section.or("port", port.into(), &ports);
    section.finish(&[]);
    Some(Listen {
        enabled: enabled?,
        host: host?,
        port: super::rule::port(port?),
        line,
    })
}

pub(super) fn storage(section: Section<'_>) -> Option<Storage> {
    section.tell("db_path", || {
        let default = Presence::Default(DEFAULT_DB_PATH.to_owned());
        (format!("{}, or \"\"", FileName.expected()), default)
    });
    let db_path = match section.value("db_path") {
        None => Some(Some(PathBuf::from(DEFAULT_DB_PATH))),
        Some(value) if value.read_silently(&Text).as_deref() == Some("") => Some(None),
        Some(value) => value.read(&FileName).map(Some),
    };
    let retention = LooseCount { min: 1 };
    let retention_days = section.or("retention_days", DEFAULT_RETENTION_DAYS, &retention);
    let bound = Whole {
        min: LEAST_MAX_MB,
        max: 1 << 20,
    };
    let max_mb = section.or("max_mb", DEFAULT_MAX_MB, &bound);
    section.finish(&[]);
    Some(Storage {
        db_path: db_path?,
        retention_days: retention_days?,
        max_mb: max_mb?,
    })
}

#[derive(Clone, Copy, Debug)]
struct ListenHost;

impl Rule for ListenHost {
    type Output = Host;

    fn expected(&self) -> String {
        "an IP address or a name of this machine".to_owned()
    }

    fn written(&self, value: &Host) -> String {
        value.to_string()
    }

    fn read(&self, value: &Value<'_>) -> Result<Host, Bad> {
        match Text.read(value)?.as_str() {
            "localhost" => Ok(Host::Address(DEFAULT_LISTEN_HOST)),
            "" => Ok(Host::Address(Ipv4Addr::UNSPECIFIED.into())),
            text => match Host::parse(text) {
                Some(Host::Zoned(..)) => Err("has a zone".into()),
                host => host.ok_or_else(|| "is no host".into()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contract 1.3, "State file path".
    #[test]
    fn the_state_of_v17_stands_beside_its_lock() {
        for (lock, state) in [
            ("/run/wanctl/wan1.lock", "/run/wanctl/wan1_state.json"),
            ("/tmp/wanctl_att.lock", "/tmp/wanctl_att_state.json"),
            ("a.b.lock", "a.b_state.json"),
            ("/x/.lock", "/x/.lock_state.json"),
        ] {
            assert_eq!(v17_state(Path::new(lock)), Path::new(state));
        }
    }
}
