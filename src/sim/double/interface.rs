//! `/interface`: just enough to be a queue's parent and to be counted.

use super::record::Record;
use super::table::{Field, Kind, Table};

const FIELDS: &[Field] = &[
    Field("comment", Kind::Text),
    Field("disabled", Kind::Flag),
    Field("mtu", Kind::Number(68, 65_535)),
    Field("name", Kind::Text),
];

/// A WAN port and the home's bridge.
pub(super) fn table() -> Table {
    let rows = vec![
        interface("*1", "ether1", "ether", "02:00:00:00:00:01"),
        interface("*2", "bridge", "bridge", "02:00:00:00:00:02"),
    ];
    Table::new(FIELDS, rows)
}

/// What leaves through `parent` came in through the other port: the router has two.
pub(super) fn carry(table: &mut Table, parent: &str, bytes: u64) {
    const FRAME: u64 = 1_500;
    for row in &mut table.rows {
        let way = if row.value("name") == Some(parent) {
            "tx"
        } else {
            "rx"
        };
        row.count(&format!("{way}-byte"), bytes);
        row.count(&format!("{way}-packet"), bytes.div_ceil(FRAME));
    }
}

fn interface(id: &str, name: &str, kind: &str, mac: &str) -> Record {
    Record::of(&[
        (".id", id),
        ("actual-mtu", "1500"),
        ("disabled", "false"),
        ("mac-address", mac),
        ("mtu", "1500"),
        ("name", name),
        ("running", "true"),
        ("rx-byte", "0"),
        ("rx-drop", "0"),
        ("rx-error", "0"),
        ("rx-packet", "0"),
        ("tx-byte", "0"),
        ("tx-drop", "0"),
        ("tx-error", "0"),
        ("tx-packet", "0"),
        ("type", kind),
    ])
}
