//! `/ip/firewall/mangle` and `/ip/firewall/address-list`.

use super::record::Record;
use super::table::{Field, Kind, Table};
use crate::time::Instant;

/// The matchers a steering rule may use, and what it does. RouterOS has some 60 more.
const MANGLE: &[Field] = &[
    Field("action", Kind::Text),
    Field(
        "chain",
        Kind::OneOf(&["prerouting", "input", "forward", "output", "postrouting"]),
    ),
    Field("comment", Kind::Text),
    Field("connection-mark", Kind::Text),
    Field("connection-state", Kind::Text),
    Field("disabled", Kind::Flag),
    Field("dscp", Kind::Number(0, 63)),
    Field("dst-address", Kind::Text),
    Field("dst-address-list", Kind::Text),
    Field("dst-port", Kind::Text),
    Field("in-interface", Kind::Text),
    Field("log", Kind::Flag),
    Field("log-prefix", Kind::Text),
    Field("new-connection-mark", Kind::Text),
    Field("new-packet-mark", Kind::Text),
    Field("new-routing-mark", Kind::Text),
    Field("out-interface", Kind::Text),
    Field("passthrough", Kind::Flag),
    Field("protocol", Kind::Text),
    Field("src-address", Kind::Text),
    Field("src-address-list", Kind::Text),
];

const ADDRESS_LIST: &[Field] = &[
    Field("address", Kind::Text),
    Field("comment", Kind::Text),
    Field("disabled", Kind::Flag),
    Field("list", Kind::Text),
    Field("timeout", Kind::Text),
];

/// An empty mangle table. A rule has what was written, and these; no `disabled`, no `log`.
pub(super) const fn mangle() -> Table {
    Table::new(MANGLE, Vec::new())
        .requiring(&["chain"])
        .numbered_from(1)
        .with_defaults(&[
            ("action", "accept"),
            ("bytes", "0"),
            ("dynamic", "false"),
            ("invalid", "false"),
            ("packets", "0"),
        ])
}

/// Empty address lists. Here, unlike in rules, `disabled` is always there.
pub(super) const fn address_list() -> Table {
    Table::new(ADDRESS_LIST, Vec::new())
        .requiring(&["address", "list"])
        .numbered_from(1)
        .with_defaults(&[("disabled", "false"), ("dynamic", "false")])
}

/// Makes a new entry one with a birthday; the double's clock starts with 2026.
pub(super) fn stamp(row: &mut Record, now: Instant, old_dates: bool) {
    let seconds = now.as_micros() / 1_000_000;
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let date = if old_dates {
        "jan/01/2026"
    } else {
        "2026-01-01"
    };
    let time = format!("{date} {hour:02}:{minute:02}:{second:02}");
    row.set("creation-time", &time);
    if row.value("timeout").is_some() {
        row.set("dynamic", "true");
    }
}
