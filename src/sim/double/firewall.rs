//! `/ip/firewall/filter`, `/ip/firewall/mangle` and `/ip/firewall/address-list`.

use super::record::Record;
use super::table::{Field, Kind, Table};

/// The matchers of a usual rule, and what it does. RouterOS has some 50 more.
const FILTER: &[Field] = &[
    Field(
        "action",
        Kind::OneOf(&[
            "accept",
            "add-dst-to-address-list",
            "add-src-to-address-list",
            "drop",
            FASTTRACK,
            "jump",
            "log",
            "passthrough",
            "reject",
            "return",
            "tarpit",
        ]),
    ),
    // A name that no chain has makes a new one.
    Field("chain", Kind::Text),
    Field("comment", Kind::Text),
    Field("connection-mark", Kind::Text),
    Field("connection-state", Kind::Text),
    Field("disabled", Kind::Flag),
    Field("dst-address", Kind::Text),
    Field("dst-address-list", Kind::Text),
    Field("dst-port", Kind::Text),
    Field("hw-offload", Kind::Flag),
    Field("in-interface", Kind::Text),
    Field("in-interface-list", Kind::Text),
    Field("jump-target", Kind::Text),
    Field("log", Kind::Flag),
    Field("log-prefix", Kind::Text),
    Field("out-interface", Kind::Text),
    Field("out-interface-list", Kind::Text),
    Field("protocol", Kind::Text),
    Field("src-address", Kind::Text),
    Field("src-address-list", Kind::Text),
];
const FASTTRACK: &str = "fasttrack-connection";

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

/// A rule has what was written, and these; no `disabled`, no `log`.
const RULE: &[(&str, &str)] = &[
    ("action", "accept"),
    ("bytes", "0"),
    ("dynamic", "false"),
    ("invalid", "false"),
    ("packets", "0"),
];

/// An empty filter table.
pub(super) const fn filter() -> Table {
    Table::new(FILTER, Vec::new())
        .requiring(&["chain"])
        .numbered_from(1)
        .with_defaults(RULE)
}

/// Whether a filter rule lets connections go around everything from their second packet on.
pub(super) fn fasttracks(rule: &Record) -> bool {
    rule.value("action") == Some(FASTTRACK) && !rule.is_on("disabled")
}

/// An empty mangle table.
pub(super) const fn mangle() -> Table {
    Table::new(MANGLE, Vec::new())
        .requiring(&["chain"])
        .numbered_from(1)
        .with_defaults(RULE)
}

/// Empty address lists. Here, unlike in rules, `disabled` is always there.
pub(super) const fn address_list() -> Table {
    Table::new(ADDRESS_LIST, Vec::new())
        .requiring(&["address", "list"])
        .numbered_from(1)
        .with_defaults(&[("disabled", "false"), ("dynamic", "false")])
}

/// Makes a new entry one with a birthday.
pub(super) fn stamp(row: &mut Record, time: &str) {
    row.set("creation-time", time);
    if row.value("timeout").is_some() {
        row.set("dynamic", "true");
    }
}
