//! `/queue/simple`: readable, so that a client can warn of one that stands before the tree.

use super::record::Record;
use super::table::{Field, Kind, Table};

const FIELDS: &[Field] = &[
    Field("comment", Kind::Text),
    Field("disabled", Kind::Flag),
    Field("max-limit", Kind::Text),
    Field("name", Kind::Text),
    Field("target", Kind::Text),
];

/// No simple queues, as on most routers that have a tree.
pub(super) const fn table() -> Table {
    Table::new(FIELDS, Vec::new()).numbered_from(1)
}

/// A simple queue; its limits and counters are pairs, upload first.
pub(super) fn queue(name: &str, target: &str, max_limit: &str) -> Record {
    let mut row = Record::of(&[
        ("bucket-size", "0.1/0.1"),
        ("burst-limit", "0/0"),
        ("burst-threshold", "0/0"),
        ("burst-time", "0s/0s"),
        ("disabled", "false"),
        ("dynamic", "false"),
        ("invalid", "false"),
        ("limit-at", "0/0"),
        ("max-limit", max_limit),
        ("name", name),
        ("packet-marks", ""),
        ("parent", "none"),
        ("priority", "8/8"),
        ("queue", "default-small/default-small"),
        ("target", target),
    ]);
    for counter in super::table::COUNTERS {
        row.set(counter, "0/0");
    }
    row
}
