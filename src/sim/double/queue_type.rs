//! `/queue/type`: the CAKE profiles the queues use, and two of RouterOS's own.

use super::record::Record;
use super::table::{Field, Kind, Table};
use crate::direction::Both;

/// All 14 CAKE arguments (7.10 to 7.24), and the name.
const FIELDS: &[Field] = &[
    Field(
        "cake-ack-filter",
        Kind::OneOf(&["none", "filter", "aggressive"]),
    ),
    Field("cake-atm", Kind::OneOf(&["none", "atm", "ptm"])),
    Field("cake-autorate-ingress", Kind::Flag),
    Field("cake-bandwidth", Kind::Size),
    Field(
        "cake-diffserv",
        Kind::OneOf(&[
            "diffserv3",
            "diffserv4",
            "diffserv8",
            "besteffort",
            "precedence",
        ]),
    ),
    Field("cake-flowmode", Kind::Text),
    Field("cake-memlimit", Kind::Size),
    Field("cake-mpu", Kind::Number(0, 256)),
    Field("cake-nat", Kind::Flag),
    Field("cake-overhead", Kind::Text),
    Field("cake-overhead-scheme", Kind::Text),
    Field("cake-rtt", Kind::Text),
    Field("cake-rtt-scheme", Kind::Text),
    Field("cake-wash", Kind::Flag),
    Field("comment", Kind::Text),
    Field("kind", Kind::Text),
    Field("name", Kind::Text),
    Field("pfifo-limit", Kind::Number(1, 4_294_967_295)),
];

/// The menu with a CAKE type per direction, and two default types that print only their own kind's keys.
pub(super) fn table(names: &Both<String>) -> Table {
    let rows = vec![
        plain("*0", "default", "pfifo", "pfifo-limit"),
        plain("*FFFFFFFE", "default-small", "pfifo", "pfifo-limit"),
        cake("*A", &names.down),
        cake("*B", &names.up),
    ];
    Table::new(FIELDS, rows).requiring(&["kind", "name"])
}

fn plain(id: &str, name: &str, kind: &str, limit: &str) -> Record {
    Record::of(&[
        (".id", id),
        ("default", "true"),
        ("kind", kind),
        ("name", name),
        (limit, "50"),
    ])
}

/// The key set is documented; that flags read `true`/`false` here too is inferred (routeros.md 2.2).
pub(super) fn cake(id: &str, name: &str) -> Record {
    Record::of(&[
        (".id", id),
        ("cake-ack-filter", "none"),
        ("cake-atm", "none"),
        ("cake-autorate-ingress", "false"),
        ("cake-bandwidth", "0"),
        ("cake-diffserv", "diffserv4"),
        ("cake-flowmode", "triple-isolate"),
        ("cake-memlimit", "0"),
        ("cake-mpu", "64"),
        ("cake-nat", "false"),
        ("cake-overhead", "18"),
        ("cake-overhead-scheme", ""),
        ("cake-rtt", "100ms"),
        ("cake-rtt-scheme", "internet"),
        ("cake-wash", "false"),
        ("default", "false"),
        ("kind", "cake"),
        ("name", name),
    ])
}
