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

/// Traffic that the counters do not show yet: nobody looks at them as often as packets pass.
#[derive(Clone, Debug, Default)]
pub(super) struct Passed(Vec<(String, u64, u64)>);

impl Passed {
    /// Left through `parent`.
    pub(super) fn note(&mut self, parent: &str, bytes: u64) {
        const FRAME: u64 = 1_500;
        let known = self.0.iter_mut().find(|(port, ..)| port == parent);
        if let Some((_, all_bytes, packets)) = known {
            *all_bytes = all_bytes.saturating_add(bytes);
            *packets += bytes.div_ceil(FRAME);
        } else {
            let passed = (parent.to_owned(), bytes, bytes.div_ceil(FRAME));
            self.0.push(passed);
        }
    }

    /// The counters show it from now on. What left through one port came in through the other: the router has
    /// two.
    pub(super) fn show(&mut self, table: &mut Table) {
        for (parent, bytes, packets) in self.0.drain(..) {
            for row in table.rows_mut() {
                let way = if row.value("name") == Some(&*parent) {
                    "tx"
                } else {
                    "rx"
                };
                row.count(&format!("{way}-byte"), bytes);
                row.count(&format!("{way}-packet"), packets);
            }
        }
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
