//! From the sections `router` and `queues` to a [`RouterConfig`].

use super::fingerprint::Fingerprint;
use super::{
    DEFAULT_ON_EXIT, DEFAULT_PORT, DEFAULT_SSH_PORT, DEFAULT_TRANSPORT, DEFAULT_VERIFY_INTERVAL,
    DEFAULT_WRITE_LIMIT, RouterConfig, Scheme, Transport, WriteLimit, has_colon,
};
use crate::autorate::OnExit;
use crate::config::host::{Host, RouterHost};
use crate::config::ledger::Presence;
use crate::config::rule::{
    Choice, FileName, Identifier, LooseFlag, Number, PORT, Rule as _, Text, Whole, port,
};
use crate::config::secret::SecretRule;
use crate::config::section::Section;
use crate::control::actuator::{DEFAULT_PER_HOUR, MAX_BUDGET};
use crate::direction::{Both, Direction};
use crate::time::Duration;

/// The word that keeps a queue's type as it is.
const LEAVE: &str = "leave";

/// Reads `router` and `queues`.
pub(in crate::config) fn read(
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
pub(in crate::config) fn with_queues(
    router: Section<'_>,
    wan_name: Option<&str>,
    timeout: Option<Duration>,
    queues: impl FnOnce() -> Option<Both<String>>,
) -> Option<RouterConfig> {
    let host = router.required("host", &RouterHost);
    let user = router.required("user", &Text);
    if user.as_deref().is_some_and(has_colon)
        && let Some(value) = router.value("user")
    {
        value.warn(
            "holds a colon, after which HTTP's Basic scheme begins the password: REST cannot log in",
            Some("give the router's user another name, or use SSH"),
        );
    }
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
    let verify_ssl = router.or("verify_ssl", false, &LooseFlag);
    let tls_fingerprint = router.optional("tls_fingerprint", &Fingerprint);
    let ca_file = router.optional("ca_file", &FileName);
    let verify_interval = seconds(&router, "verify_interval", DEFAULT_VERIFY_INTERVAL);
    let write_limit = write_limit(router.section("write_limit"));
    let hourly = Whole {
        min: 60,
        max: 72_000,
    };
    let writes_per_hour = router.or("writes_per_hour", DEFAULT_PER_HOUR, &hourly);
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
        writes_per_hour: writes_per_hour?,
        on_exit: on_exit?,
        queues: queues?,
        queue_types: queue_types?,
        password_file: password_file?,
        password: password?.unwrap_or_default(),
    })
}

fn transport(router: &Section<'_>) -> Transport {
    router.tell("transport", || {
        let default = Presence::Default(DEFAULT_TRANSPORT.to_string());
        ("rest or ssh".into(), default)
    });
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
    let rule = Whole {
        min: 1,
        max: u32::try_from(MAX_BUDGET).unwrap_or(u32::MAX),
    };
    section.tell("changes", || {
        let default = DEFAULT_WRITE_LIMIT.changes.to_string();
        (rule.expected(), Presence::Default(default))
    });
    let changes = section.optional("changes", &rule);
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
        let (key, prefix) = match direction {
            Direction::Down => ("download", "cake-down"),
            Direction::Up => ("upload", "cake-up"),
        };
        let default = format!("{prefix}-{wan}");
        section.tell(key, || {
            let expected = format!("{}, or {LEAVE}", Identifier.expected());
            (expected, Presence::Default(format!("{prefix}-<wan_name>")))
        });
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
