//! Keys that both kinds of file have.

use super::Meaning;

/// `router`.
pub(super) const ROUTER: &[Meaning] = &[
    (
        "router.transport",
        "The way to the router that is preferred: its REST interface, or its command line over SSH. The other \
         one stands in if it is configured too, REST by a password, SSH by a key file.",
    ),
    (
        "router.host",
        "The router's address or name, as this machine sees it.",
    ),
    (
        "router.user",
        "The RouterOS user to log in as; better one of its own than `admin`.",
    ),
    (
        "router.password",
        "The user's password, for REST. `${NAME}` as a whole takes it from the environment variable NAME.",
    ),
    (
        "router.password_file",
        "A file whose first line is the password; a name without a slash is a systemd credential. Not together \
         with `router.password`.",
    ),
    (
        "router.ssh_key",
        "The private key for SSH: RSA, or ed25519 from RouterOS 7.12, without a passphrase, mode 0600. It must \
         be named, as in v1.7; if there is no such file, there is only REST.",
    ),
    ("router.ssh_port", "Where the router's SSH server listens."),
    (
        "router.known_hosts",
        "The file with the SSH host keys that are known; without it, `~/.ssh/known_hosts` of the user that runs \
         wanctl. An unknown or changed key is refused.",
    ),
    ("router.port", "The port of the REST interface."),
    (
        "router.scheme",
        "How REST is spoken; without it, https if the port is 443, else http, in which the password can be read \
         on the way.",
    ),
    (
        "router.verify_ssl",
        "Whether the router's certificate must come from a known authority. RouterOS's own do not: pin it \
         instead.",
    ),
    (
        "router.tls_fingerprint",
        "The SHA-256 of the one certificate that is accepted; `wanctl fingerprint` prints it.",
    ),
    (
        "router.ca_file",
        "A PEM file with the authority that signed the router's certificate, instead of the known ones.",
    ),
    (
        "router.verify_interval",
        "Seconds between two looks at what the router holds, in case somebody else changed it.",
    ),
    (
        "router.writes_per_hour",
        "How many writes an hour the adaptive law spends in the mean. RouterOS keeps every one in its flash. \
         Cuts are never held back. It has no effect in a steering file.",
    ),
];

/// What comes last in a file.
pub(super) const LAST: &[Meaning] = &[
    (
        "timeouts.ssh_command",
        "Seconds to wait for one answer of the router, by REST or SSH.",
    ),
    (
        "timeouts.ping",
        "Seconds after which an echo without a reply is lost; above 10, it counts as 10.",
    ),
    (
        "logging.main_log",
        "The log. Its directory is made if it is missing.",
    ),
    (
        "logging.debug_log",
        "Everything in detail; written with `--debug` only.",
    ),
    (
        "lock_file",
        "Keeps a second process away; its directory must exist. v1.7's state document lies beside it.",
    ),
    (
        "lock_timeout",
        "Seconds after which a lock file without a process id in it counts as left behind.",
    ),
    ("health_check.enabled", "Whether `/health` is served."),
    (
        "health_check.host",
        "Where: an address or a name of this machine. `\"\"` is every address it has, and then whoever reaches \
         it reads it.",
    ),
    ("health_check.port", "The port; 0 is any that is free."),
    (
        "metrics.enabled",
        "Whether `/metrics` is served, for Prometheus.",
    ),
    ("metrics.host", "Where, as `health_check.host`."),
    ("metrics.port", "The port; 0 is any that is free."),
    (
        "storage.db_path",
        "The database of the history; `\"\"` keeps none.",
    ),
    (
        "storage.retention_days",
        "Days for which the history is kept, at most.",
    ),
    (
        "storage.max_mb",
        "How large the database may become, in megabytes: the finest and oldest rows make room.",
    ),
    (
        "notices.url",
        "The http or https address that notices are posted to, with whatever is secret about it. `${NAME}` as a \
         whole takes it from the environment. This or `url_file` is needed in a section `notices`.",
    ),
    (
        "notices.url_file",
        "A file whose first line is that address, or the name of a systemd credential.",
    ),
    (
        "notices.token",
        "Sent as `Authorization: Bearer`; `${NAME}` takes it from the environment.",
    ),
    (
        "notices.token_file",
        "A file whose first line is the token, or the name of a systemd credential.",
    ),
    (
        "notices.format",
        "How a notice is worded: one JSON object, or as ntfy or a Discord webhook want it.",
    ),
    (
        "notices.ca_file",
        "A PEM file with the authority that signed the service's certificate, instead of the system's.",
    ),
    (
        "notices.kinds",
        "What is told; see `wanctl manual notices`.",
    ),
    (
        "notices.cooldown_sec",
        "Seconds in which there is at most one notice of a kind, WAN and direction.",
    ),
    (
        "notices.sustained_sec",
        "Seconds that congestion, a floor or blindness must last before it is told. A steering file tells none \
         of these.",
    ),
    (
        "notices.outage_sec",
        "Seconds that a router or a line must be away, or the steering rule of no use, before it is told.",
    ),
    (
        "realtime",
        "Whether to ask Linux for real-time scheduling and locked memory, which keeps 50 ms exact on a busy \
         machine; the service needs CAP_SYS_NICE and CAP_IPC_LOCK.",
    ),
];
