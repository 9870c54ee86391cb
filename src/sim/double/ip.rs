//! `/ip/service` with its web server's switches, and `/ip/settings`.

use super::profile::Profile;
use super::record::Record;
use super::table::{Field, Kind, Table};

/// The names and ports are RouterOS's and cannot be added to. The last one is not in every version.
const SERVICE: &[Field] = &[
    Field("address", Kind::Text),
    Field("certificate", Kind::Text),
    Field("disabled", Kind::Flag),
    Field("port", Kind::Number(1, 65_535)),
    Field("tls-version", Kind::OneOf(&["any", "only-1.2"])),
    Field("vrf", Kind::Text),
    Field(MAX_SESSIONS, Kind::Number(1, 1_000)),
];
const MAX_SESSIONS: &str = "max-sessions";
/// No certificate: what such a service then does is break every handshake off.
pub(super) const NO_CERTIFICATE: &str = "none";

/// The ids are not in a row (those of the last three are assumed).
const SERVICES: [(&str, &str, &str); 8] = [
    ("*0", "telnet", "23"),
    ("*1", "ftp", "21"),
    ("*2", "www", "80"),
    ("*3", "ssh", "22"),
    ("*6", "www-ssl", "443"),
    ("*7", "api", "8728"),
    ("*8", "winbox", "8291"),
    ("*9", "api-ssl", "8729"),
];

const WEBSERVER: &[Field] = &[
    Field("acme-plain", Kind::Flag),
    Field("crl-plain", Kind::Flag),
    Field("graphs-plain", Kind::Flag),
    Field("graphs-secure", Kind::Flag),
    Field("index-plain", Kind::Flag),
    Field("index-secure", Kind::Flag),
    Field("rest-plain", Kind::Flag),
    Field("rest-secure", Kind::Flag),
    Field("scep-plain", Kind::Flag),
    Field("webfig-plain", Kind::Flag),
    Field("webfig-secure", Kind::Flag),
];

const SETTINGS: &[Field] = &[
    Field("accept-redirects", Kind::Flag),
    Field("accept-source-route", Kind::Flag),
    Field("allow-fast-path", Kind::Flag),
    Field("arp-timeout", Kind::Text),
    Field("icmp-errors-use-inbound-interface-address", Kind::Flag),
    Field("icmp-rate-limit", Kind::Number(0, 4_294_967_295)),
    Field("icmp-rate-mask", Kind::Text),
    Field("ip-forward", Kind::Flag),
    Field(
        "ipv4-multipath-hash-policy",
        Kind::OneOf(&["l3", "l3-inner", "l4"]),
    ),
    Field("max-neighbor-entries", Kind::Number(0, 4_294_967_295)),
    Field("rp-filter", Kind::OneOf(&["no", "strict", "loose"])),
    Field("secure-redirects", Kind::Flag),
    Field("send-redirects", Kind::Flag),
    Field("tcp-syncookies", Kind::Flag),
    Field(
        "tcp-timestamps",
        Kind::OneOf(&["disabled", "random-offset", "enabled"]),
    ),
];

/// All services on, `www-ssl` and `api-ssl` off and without a certificate, as they come.
pub(super) fn services(profile: Profile) -> Table {
    let rows = SERVICES.map(|(id, name, port)| {
        let secure = name.ends_with("-ssl");
        let mut row = Record::of(&[
            (".id", id),
            ("address", ""),
            ("disabled", if secure { "true" } else { "false" }),
            ("invalid", "false"),
            ("name", name),
            ("port", port),
            ("vrf", "main"),
        ]);
        if secure {
            row.set("certificate", NO_CERTIFICATE);
            row.set("tls-version", "any");
        }
        if profile.has_max_sessions() {
            row.set(MAX_SESSIONS, "20");
        }
        row
    });
    let (_, older) = SERVICE
        .split_last()
        .map_or((None, SERVICE), |(last, rest)| (Some(last), rest));
    let fields = if profile.has_max_sessions() {
        SERVICE
    } else {
        older
    };
    Table::new(fields, rows.to_vec())
}

/// The same services after an update: as they were, with what this version has besides.
pub(super) fn updated(before: &Table, profile: Profile) -> Table {
    let mut table = services(profile).succeeding(before);
    for (row, old) in table.rows_mut().iter_mut().zip(before.rows()) {
        for (name, value) in old.properties() {
            row.set(name, value);
        }
    }
    table
}

/// What the web server serves: everything. That is kept and shown; how a router answers that is told not
/// to serve REST nobody has written down, so it goes on.
pub(super) fn webserver() -> Table {
    let mut row = Record::default();
    for Field(name, _) in WEBSERVER {
        row.set(name, "true");
    }
    Table::new(WEBSERVER, vec![row])
}

/// As a router comes, of one that has 1 GB.
pub(super) fn settings() -> Table {
    let row = Record::of(&[
        ("accept-redirects", "false"),
        ("accept-source-route", "false"),
        ("allow-fast-path", "true"),
        ("arp-timeout", "30s"),
        ("icmp-errors-use-inbound-interface-address", "false"),
        ("icmp-rate-limit", "10"),
        ("icmp-rate-mask", "0x1818"),
        ("ip-forward", "true"),
        ("ipv4-fast-path-active", "true"),
        ("ipv4-fast-path-bytes", "0"),
        ("ipv4-fast-path-packets", "0"),
        ("ipv4-fasttrack-active", "false"),
        ("ipv4-fasttrack-bytes", "0"),
        ("ipv4-fasttrack-packets", "0"),
        ("ipv4-multipath-hash-policy", "l3"),
        ("max-neighbor-entries", "16384"),
        ("rp-filter", "no"),
        ("secure-redirects", "true"),
        ("send-redirects", "true"),
        ("tcp-syncookies", "false"),
        ("tcp-timestamps", "random-offset"),
    ]);
    Table::new(SETTINGS, vec![row])
}
